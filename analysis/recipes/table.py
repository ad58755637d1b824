"""Published against regenerated: every printed number beside the one that a cohort gives."""

import numpy as np
import pandas as pd

from analysis import cohort as cohorts
from analysis.recipes import printed
from analysis.recipes.answer import Answer, factor
from analysis.recipes.reading import DEFAULT, Reading
from analysis.recipes.registry import bound
from analysis.recipes.view import View

SCALED = ("value", "low", "high")
SCORED = ("value", "low", "high", "numerator")


def windows(claims: pd.DataFrame) -> pd.DataFrame:
    """What each printed number allows: the targets of a reconstruction.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger; those without a recipe are passed over (`unbound` lists them).

    Returns
    -------
    DataFrame
        One row for each printed number: ``id, field`` (value, low, high, numerator, denominator), ``low, high`` in the
        printed unit; the upper end is not part of the window.

    Raises
    ------
    DataError
        As `analysis.recipes.printed.fields`.

    Examples
    --------
    >>> from analysis import data
    >>> windows(data.load().claims.loc[["G077", "G078"]]).head(4)
         id  field    low   high
    0  G077  value  11.50  12.50
    1  G077    low   8.85   8.95
    2  G077   high  15.50  16.50
    3  G078  value  13.95  14.05
    """
    rows = [(claim.id, w.field, w.low, w.high) for claim, _ in bound(claims) for w in printed.fields(claim)]
    return pd.DataFrame(rows, columns=["id", "field", "low", "high"])


def recompute(cohort: cohorts.Cohort, claims: pd.DataFrame, reading: Reading = DEFAULT) -> pd.DataFrame:
    """Every printed number that a cohort can give, beside what the cohort gives.

    Parameters
    ----------
    cohort : Cohort
        Patients, and those with t-MN.
    claims : DataFrame
        Rows of the ledger, of one report: the one whose patients the cohort stands for or is compared with. Those
        without a recipe are passed over (`unbound` lists them).
    reading : Reading
        What is assumed where the report leaves it open.

    Returns
    -------
    DataFrame
        One row for each printed number: ``id``, ``field`` (value, low, high, numerator, denominator), ``location``,
        ``printed`` (as it stands on the page), ``low, high`` (its window, the upper end left out), ``regenerated``
        (unrounded, in the printed unit; missing if it cannot be computed), ``inside`` (whether it would be printed
        so), ``recipe`` (how it was computed, in words).

    Raises
    ------
    DataError
        If a column is missing or a cell empty that a recipe needs, with table, row, column and what is allowed.
    ValueError
        If the claims come from several reports.

    Examples
    --------
    >>> from analysis import data
    >>> patients = pd.DataFrame({"patient": ["a", "b", "c"], "age": [62, 63, 80], "sex": ["male", "female", "male"]})
    >>> cohort = cohorts.Cohort(patients, pd.DataFrame({"patient": []}))
    >>> recompute(cohort, data.load().claims.loc[["G047", "G103"]]).drop(columns=["location", "recipe"])
         id        field printed     low    high  regenerated  inside
    0  G047        value      63   62.50   63.50    63.000000    True
    1  G103        value    62.1   62.05   62.15    66.666667   False
    2  G103    numerator     335  334.50  335.50     2.000000   False
    3  G103  denominator     539  538.50  539.50     3.000000   False
    """
    reports = claims.report.dropna().unique()
    if len(reports) > 1:
        raise ValueError(f"claims of {len(reports)} reports: {', '.join(reports[:5])}; allowed: those of one report")
    view, rows = View(cohort, reading), []
    for claim, recipe in bound(claims):
        answer = recipe(view)
        by = factor(answer.scale, claim.unit)
        for window in printed.fields(claim):
            number = _number(answer, window.field, by)
            rows.append((claim.id, window.field, claim.location, *window[1:], number, answer.says))
    columns = ["id", "field", "location", "printed", "low", "high", "regenerated", "recipe"]
    table = pd.DataFrame(rows, columns=columns).astype({"regenerated": float})
    table.insert(7, "inside", printed.inside(table.regenerated, table.low, table.high))
    return table


def score(table: pd.DataFrame, fields: tuple[str, ...] = SCORED) -> pd.DataFrame:
    """How many printed numbers a cohort regenerates, by the place where they were printed.

    Parameters
    ----------
    table : DataFrame
        From `recompute`.
    fields : tuple of str
        Fields that count. Denominators are left out by default: most are not printed beside their share.

    Returns
    -------
    DataFrame
        Index ``location`` in the order of the table, and ``all``; ``fields`` (printed numbers), ``inside`` (those
        regenerated to the printed digit), ``outside`` (the others: claim and field).

    Examples
    --------
    >>> table = pd.DataFrame({"id": ["G1", "G1", "G2"], "field": ["value", "denominator", "low"],
    ...                       "location": ["table1", "table1", "table2"], "inside": [True, True, False]})
    >>> score(table)
              fields  inside outside
    location
    table1         1       1
    table2         1       0  G2 low
    all            2       1  G2 low
    """
    counted = table[table.field.isin(fields)]
    parts = [*counted.groupby("location", sort=False), ("all", counted)]
    rows = [(place, len(part), int(part.inside.sum()), _outside(part)) for place, part in parts]
    return pd.DataFrame(rows, columns=["location", "fields", "inside", "outside"]).set_index("location")


def _outside(table: pd.DataFrame) -> str:
    """Claims and fields that are not regenerated."""
    missed = table[~table.inside.astype(bool)]
    return "; ".join(f"{row.id} {row.field}" for row in missed.itertuples())


def _number(answer: Answer, field: str, by: float) -> float:
    """One field of an answer in the printed unit."""
    number = getattr(answer, field)
    return number * by if field in SCALED else np.float64(number)
