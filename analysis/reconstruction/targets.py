"""What the search has to meet: windows of printed numbers, and the fields that are set aside.

Vocabulary: a *field* is one printed number of a claim: its value or one of its two limits. Its *window* holds all
numbers that are printed so: half a unit of the last printed digit to either side, the upper end left out.
"""

import math

import pandas as pd

FIELDS = {
    "value": ("value", "resolution"),
    "low": ("low", "low_resolution"),
    "high": ("high", "high_resolution"),
}
SET_ASIDE = {
    ("G098", "low"): "the interval printed at 36 months is that of 24 months and does not contain the estimate",
    ("G098", "high"): "the interval printed at 36 months is that of 24 months and does not contain the estimate",
    ("G095", "low"): "no cohort has this lower limit together with the printed estimate and upper limit",
    ("G087", "high"): "more early t-MDS than the incidence from 24 to 48 months allows",
    ("G078", "high"): "not reached together with the estimate and the lower limit",
    ("G230", "value"): "outside what its own interval allows",
    ("G220", "value"): "outside what its own interval allows",
    ("G151", "value"): "outside what its own interval allows",
    ("G060", "value"): "Table 1 prints another median with the same quartiles",
}
FREE = (-math.inf, math.inf)


def window(claims: pd.DataFrame, claim: str, field: str = "value") -> tuple[float, float]:
    """All numbers that would be printed as this field was; everything if it is set aside or was not printed.

    Parameters
    ----------
    claims : DataFrame
        The ledger, indexed by id.
    claim : str
        Id of a claim.
    field : {"value", "low", "high"}
        Its value, or a limit of its interval.

    Returns
    -------
    tuple of float
        Lower and upper end, in the unit of the claim; the upper end is not part of the window.

    Raises
    ------
    KeyError
        If there is no such claim or field.

    Examples
    --------
    >>> from analysis import data
    >>> claims = data.load().claims
    >>> [round(end, 3) for end in window(claims, "G082", "low")]
    [0.625, 0.635]
    >>> window(claims, "G098", "low")
    (-inf, inf)
    """
    column, resolution = FIELDS[field]
    if (claim, field) in SET_ASIDE:
        return FREE
    number, unit = claims.loc[claim, [column, resolution]]
    if pd.isna(number):
        return FREE
    return float(number - unit / 2), float(number + unit / 2)
