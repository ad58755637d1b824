"""On what did the readers of the ledger differ?"""

import pandas as pd

KINDS = {
    "the number itself": ("value", "low", "high"),
    "how it was printed: word or digit, sign, last digit, unit": ("value_printed", "comparator", "resolution", "unit"),
    "numerator or denominator": ("numerator", "denominator"),
    "what it is a number of: quantity, statistic, group, time": ("quantity", "statistic", "group", "time_months"),
    "how certain the reading is, and why": ("certainty", "doubt"),
    "link to the fullest statement of the same number; remarks": ("duplicate_of", "note"),
    "a row that one reader had not listed": ("(row)",),
}


def differences(readings: pd.DataFrame) -> pd.DataFrame:
    """Differences between readers by kind.

    Parameters
    ----------
    readings : DataFrame
        Table of readings; ``claim`` and ``field``.

    Returns
    -------
    DataFrame
        One row a kind, also where nothing differed: ``kind, cells, claims``.

    Raises
    ------
    LookupError
        If a column belongs to no kind.

    Examples
    --------
    >>> readings = pd.DataFrame({"claim": ["G1", "G1", "G2"], "field": ["value", "low", "(row)"]})
    >>> differences(readings).head(1).to_dict("records")
    [{'kind': 'the number itself', 'cells': 2, 'claims': 1}]
    """
    kind = {field: name for name, fields in KINDS.items() for field in fields}
    unknown = set(readings.field) - set(kind)
    if unknown:
        raise LookupError(f"no kind for the columns {sorted(unknown)}; there are {', '.join(kind)}")
    grouped = readings.claim.groupby(readings.field.map(kind))
    counts = pd.DataFrame({"cells": grouped.size(), "claims": grouped.nunique()})
    return counts.reindex(list(KINDS), fill_value=0).rename_axis("kind").reset_index()
