"""Fields that no search has reached and no proof excludes: kept apart, and only while the claims stand as they were.

``data/reconstruction/not-reached.csv`` is written by hand after a search. Its columns: ``claim, field, printed``; the
``nearest`` figure a search has come to; ``claims``, the ids (separated by blanks) that bound the field, and their
``fingerprint`` (`fingerprint`) at that time; ``tried``, what was done. A row counts only while the fingerprint is still
that of the ledger: with other figures nobody knows, and the search has to try again.
"""

import hashlib
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.data import Tables

STORED = "not-reached.csv"
CELLS = ["value_printed", "low_printed", "high_printed", "numerator", "denominator", "time_months"]


def fingerprint(claims: pd.DataFrame, ids: list[str]) -> str:
    """SHA-256 of the printed cells of some claims.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    ids : list of str
        Claims, in any order.

    Returns
    -------
    str
        64 hexadecimal digits; other figures, other digits.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> claims = ledger({"id": "A", "quantity": "age", "value": "63"}).claims
    >>> fingerprint(claims, ["A"]) == fingerprint(claims.assign(value_printed="64"), ["A"])
    False
    """
    cells = claims.loc[sorted(ids), CELLS].astype(object)
    lines = [
        ";".join([claim, *("" if pd.isna(cell) else str(cell) for cell in row)]) for claim, *row in cells.itertuples()
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def not_reached(tables: Tables, folder: Path = paths.RECONSTRUCTION) -> pd.DataFrame:
    """Fields that no search has reached, as long as the claims that bound them are unchanged.

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    folder : Path
        Holds the stored list.

    Returns
    -------
    DataFrame
        One row a field: ``claim, field, printed, nearest, claims, fingerprint, tried``. Empty if nothing is stored, or
        if every row is stale.
    """
    path = folder / STORED
    columns = ["claim", "field", "printed", "nearest", "claims", "fingerprint", "tried"]
    stored = pd.read_csv(path, dtype=str, keep_default_na=False) if path.exists() else pd.DataFrame(columns=columns)
    known = [set(ids.split()) <= set(tables.claims.index) for ids in stored.claims]
    fresh = [
        there and fingerprint(tables.claims, row.claims.split()) == row.fingerprint
        for there, row in zip(known, stored.itertuples(), strict=True)
    ]
    return stored[pd.Series(fresh, index=stored.index, dtype=bool)].reset_index(drop=True)
