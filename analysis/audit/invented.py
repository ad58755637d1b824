"""Small invented ledgers, for the examples and tests of the rules."""

import functools
from typing import Any

import pandas as pd

from analysis import data
from analysis.data import Tables

DEFAULTS = {"report": "paper", "arm": "paper/all", "kind": "number", "location": "results", "role": "cohort"}


def ledger(*claims: dict[str, Any], reports: tuple[dict, ...] = (), arms: tuple[dict, ...] = ()) -> Tables:
    """Tables that hold these claims and nothing else.

    Parameters
    ----------
    *claims : dict
        Cells that are not empty; what every claim owes the dictionary is filled in. A ``value`` given as text is
        printed so: ``"4.50"`` has the value 4.5 and the resolution 0.01. The same holds for ``low`` and ``high``.
    reports, arms : tuple of dict
        Rows of the other tables, where a rule needs them.

    Returns
    -------
    Tables
        As `analysis.data.load` returns them.

    Examples
    --------
    >>> ledger({"id": "A", "quantity": "age", "value": "4.50"}).claims[["value", "resolution"]].values.tolist()
    [[4.5, 0.01]]
    """
    words = _words()
    arms = arms or ({"arm": "paper/all", "report": "paper", "denominator": "treated"},)
    filled = {"reports": list(reports), "arms": list(arms)}
    frames = {name: _frame(spec, filled.get(name, [])) for name, spec in words.items() if name != "claims"}
    return Tables(claims=rows(*claims), **frames)


def rows(*claims: dict[str, Any]) -> pd.DataFrame:
    """The table of claims of such a ledger alone.

    Parameters
    ----------
    *claims : dict
        As in `ledger`.

    Returns
    -------
    DataFrame
        Columns as in the dictionary, indexed by ``id``.

    Examples
    --------
    >>> rows({"id": "A", "quantity": "p", "value": "<0.01"})[["comparator", "value"]].values.tolist()
    [['<', 0.01]]
    """
    return _frame(_words()["claims"], [_claim(cells) for cells in claims])


@functools.cache
def _words() -> dict[str, Any]:
    """The dictionary's tables of the review, read once."""
    return {name: spec for name, spec in data.dictionary().items() if spec.get("of") != "cohort"}


def _claim(cells: dict[str, Any]) -> dict[str, Any]:
    """A claim with printed forms, resolutions and whatever every claim needs."""
    row = {**DEFAULTS, "certainty": "certain", "seen": "full text", "read_on": "2026-01-01", **cells}
    if row["kind"] == "statement":
        return {"statistic": "statement", "value_printed": row.pop("value", None), **row}
    row = {"statistic": "proportion" if "numerator" in row else "count", **row}
    row = {"unit": "%" if row["statistic"] in ("proportion", "cumulative incidence") else None, **row}
    for column, stem in (("value", ""), ("low", "low_"), ("high", "high_")):
        printed = row.get(column)
        if isinstance(printed, str):
            digits = printed.lstrip("<>")
            row[column] = float(digits)
            row["comparator"] = row.get("comparator") or (printed[0] if printed[0] in "<>" else None)
            row[f"{stem}resolution"] = 10.0 ** -len(digits.partition(".")[2])
            row[f"{column}_printed"] = printed
    return row


def _frame(spec: dict, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table with all columns of the dictionary, indexed by its key."""
    frame = pd.DataFrame(rows, columns=list(spec["columns"]), dtype=object)
    frame = frame.where(frame.notna(), None)
    for column, rule in spec["columns"].items():
        if rule["type"] in data.NUMBERS:
            frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return frame.set_index(spec["key"], drop=False)
