"""What the search has to meet: windows of printed numbers, and the fields that are set aside.

Vocabulary: a *field* is one printed number of a claim: its value or one of its two limits. Its *window* holds all
numbers that are printed so: half a unit of the last printed digit to either side, the upper end left out.
"""

import math

import pandas as pd

from analysis.data import Tables
from analysis.reconstruction import proofs

FIELDS = {
    "value": ("value", "resolution"),
    "low": ("low", "low_resolution"),
    "high": ("high", "high_resolution"),
}
FREE = (-math.inf, math.inf)


def reachable(tables: Tables) -> pd.DataFrame:
    """The ledger as a search has to meet it: what `proofs.set_aside` names is as if it had not been printed.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Returns
    -------
    DataFrame
        The claims, indexed by id.

    Examples
    --------
    >>> from analysis import data
    >>> tables = data.load()
    >>> tables.claims.loc["G098", "low"], reachable(tables).loc["G098", "low"]
    (np.float64(2.7), np.float64(nan))
    """
    claims = tables.claims.copy()
    for claim, field in proofs.set_aside(tables):
        claims.loc[claim, FIELDS[field][0]] = math.nan
    return claims


def window(claims: pd.DataFrame, claim: str, field: str = "value") -> tuple[float, float]:
    """All numbers that would be printed as this field was; everything if it was not printed (or see `reachable`).

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
    >>> claims = reachable(data.load())
    >>> [round(end, 3) for end in window(claims, "G082", "low")]
    [0.625, 0.635]
    >>> window(claims, "G098", "low")
    (-inf, inf)
    """
    column, resolution = FIELDS[field]
    number, unit = claims.loc[claim, [column, resolution]]
    if pd.isna(number):
        return FREE
    return float(number - unit / 2), float(number + unit / 2)
