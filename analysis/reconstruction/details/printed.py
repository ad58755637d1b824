"""What the ledger asks of a column: counts, parts of a whole, quartiles.

Vocabulary: a *window* holds all numbers that are printed as one was; an *anchor* is an order statistic that is fixed so
that a quartile (type 7) comes out in its window; a *unit* is the last decimal in which a column is written, so that
anchors are whole numbers of units.
"""

import math

import numpy as np
import pandas as pd

from analysis.recipes import printed

QUARTERS = {"low": 0.25, "value": 0.5, "high": 0.75}


def window(claims: pd.DataFrame, claim: str, field: str = "value") -> tuple[float, float]:
    """All numbers that would be printed as this one was.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    claim : str
        Its id.
    field : {"value", "low", "high"}
        The number itself or a limit of its interval.

    Returns
    -------
    tuple of float
        Both ends; the upper one is not part of the window.

    Examples
    --------
    >>> from analysis import data
    >>> window(data.load().claims, "G124", "low")
    (9.245, 9.255)
    """
    found = {window.field: (window.low, window.high) for window in printed.fields(claims.loc[claim])}
    return found[field]


def count(claims: pd.DataFrame, claim: str) -> int:
    """Number of patients behind a claim: printed, or the only one that gives the printed percentage.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    claim : str
        Its id.

    Returns
    -------
    int

    Raises
    ------
    LookupError
        If no number of patients, or more than one, gives the percentage.

    Examples
    --------
    >>> from analysis import data
    >>> claims = data.load().claims
    >>> count(claims, "G172"), count(claims, "G217"), count(claims, "G001")
    (7, 4, 539)
    """
    row = claims.loc[claim]
    if not math.isnan(row.numerator):
        return int(row.numerator)
    if row.statistic == "count":
        return int(row.value)
    found = counts(claims, claim)
    if len(found) != 1:
        raise LookupError(f"claim {claim}: {found} patients of {row.denominator:g} give {row.value_printed} %")
    return found[0]


def counts(claims: pd.DataFrame, claim: str, denominator: int | None = None) -> list[int]:
    """All numbers of patients that give a printed percentage.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    claim : str
        Its id.
    denominator : int, optional
        Another one than the claim's.

    Returns
    -------
    list of int

    Examples
    --------
    >>> from analysis import data
    >>> counts(data.load().claims, "G071")
    [424, 425, 426, 427, 428]
    """
    of = denominator or int(claims.loc[claim, "denominator"])
    low, high = window(claims, claim)
    return [k for k in range(of + 1) if low <= 100 * k / of < high]


def parts(claims: pd.DataFrame, whole: str) -> dict[str, int]:
    """Numbers of patients in the parts of a whole, by the words of the ledger.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    whole : str
        As in ``part_of``.

    Returns
    -------
    dict of str to int

    Raises
    ------
    LookupError
        If the ledger has no such parts.

    Examples
    --------
    >>> from analysis import data
    >>> parts(data.load().claims, "G001/centre")
    {'centre Lyon & St Etienne': 327, 'centre Lille': 183, 'centre Caen': 29}
    """
    rows = claims[claims.part_of == whole]
    if rows.empty:
        raise LookupError(f"no parts of {whole!r}")
    return {row.quantity: count(claims, row.id) for row in rows.itertuples()}


def anchors(claims: pd.DataFrame, claim: str, n: int, decimals: int, rng: np.random.Generator) -> dict[int, int]:
    """Order statistics that give the printed median and quartiles.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    claim : str
        A median with the quartiles as its interval.
    n : int
        Number of patients.
    decimals : int
        Of the column; 1: tenths.
    rng : Generator
        Chooses where the window leaves a choice.

    Returns
    -------
    dict of int to int
        Position (from 0, ascending) and value in units of the last decimal.

    Raises
    ------
    LookupError
        If no values with so few decimals give the printed number.

    Examples
    --------
    9.25 lies between two tenths, so it is the mean of two neighbours:

    >>> from analysis import data
    >>> anchors(data.load().claims, "G124", 539, 1, np.random.default_rng(0))
    {134: 92, 135: 93, 269: 107, 403: 121, 404: 121}
    """
    fixed: dict[int, int] = {}
    for field, share in QUARTERS.items():
        low, high = (round(end * 10**decimals, 6) for end in window(claims, claim, field))
        place = (n - 1) * share
        whole = list(range(math.ceil(low), math.ceil(high)))
        if whole:
            pair = [int(rng.choice(whole))] * 2
        elif place % 1 and low <= math.floor(low) + 0.5 < high:
            pair = [math.floor(low), math.floor(low) + 1]
        else:
            raise LookupError(f"claim {claim}: no values with {decimals} decimals have the {field} that was printed")
        fixed[math.floor(place)], fixed[math.ceil(place)] = pair
    return fixed
