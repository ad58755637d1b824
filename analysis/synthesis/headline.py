"""Every headline estimate of the synthesis as one flat table, to be stored and compared from version to version."""

import math

import pandas as pd

from analysis.data import remembered
from analysis.synthesis import pools, randomised, timed
from analysis.synthesis.answer import Answer
from analysis.synthesis.pools import slug

COLUMNS = ["name", "label", "estimate", "low", "high", "k", "events", "n", "unit", "reports", "note"]


@remembered
def results(tables) -> pd.DataFrame:
    """Every headline estimate, pooled or not.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Always in the same order, one row an estimate: ``name`` (a stable slug), ``label``, ``estimate, low, high`` (NaN
        where groups stand side by side), ``k`` (groups), ``events``, ``n`` (patients), ``unit``, ``reports`` (ids,
        separated by blanks) and ``note`` (why nothing is pooled, with the range of the single groups; else the model
        and the prediction interval).

    Examples
    --------
    >>> from analysis import data
    >>> table = results(data.load())
    >>> table.columns.tolist() == COLUMNS, table.name.is_unique
    (True, True)
    """
    found = pools.answers(tables)
    lines = [_line(pool.name, pool.label, answer) for pool, answer in found.values() if pool.part == "overall"]
    for months in timed.TIMES:
        label = f"t-MN after CAR T cells, cumulative incidence at {months} months"
        lines.append(_line(f"tmn-incidence-{months}m", label, timed.answer(tables, months)))
    lines += [_line(pool.name, pool.label, answer) for pool, answer in found.values() if pool.part != "overall"]
    lines += [_difference(row) for row in randomised.differences(tables).itertuples()]
    return pd.DataFrame(lines, columns=COLUMNS)


def _line(name: str, label: str, found: Answer) -> tuple:
    """One estimate."""
    numbers = (found.estimate, found.low, found.high)
    note = _predicted(found) if found.pooled else f"{found.reason}; {_range(found)}"
    return (name, label, *numbers, found.k, found.events, found.total, found.unit, " ".join(found.reports), note)


def _range(found: Answer) -> str:
    """The single groups in words."""
    if math.isnan(found.smallest):
        return "none"
    return f"single groups {found.smallest:.3g} to {found.largest:.3g}"


def _predicted(found: Answer) -> str:
    """Model and prediction interval in words."""
    return f"{found.estimator}; 95% prediction interval {found.prediction_low:.3g} to {found.prediction_high:.3g}"


def _difference(row) -> tuple:
    """One randomised comparison; k is one trial."""
    name = f"difference-{row.study}-{slug(row.outcome)}"
    label = f"{row.name}: {row.outcome}, CAR T less standard of care"
    events, total = row.events + row.events_reference, row.total + row.total_reference
    note = "exact unconditional interval (Chan and Zhang); arms as reported, crossover not taken into account"
    numbers = (row.difference, row.low, row.high)
    return (name, label, *numbers, 1, events, total, "percentage points", row.report, note)
