"""The pools of the synthesis against R's ``metafor``, integration in R, and a search by brute force."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.intervals import risk_difference
from analysis.pooling import influence
from analysis.pooling.pooled import log_odds
from analysis.synthesis import timed
from analysis.synthesis.answer import pool_rows
from analysis.validation import reference
from analysis.validation.pooled import INTEGRAL, LME4, SAME
from analysis.validation.reference import Number, Rule

SCRIPT = "synthesis.R"
FLOOR = 1.0  # percent or events: with the tolerance, for tau², I² and limits that are zero up to rounding
PROFILE = Rule("relative", 1e-6, "limits where a profile crosses a line, found by iteration on both sides", FLOOR)
SEARCH = Rule("absolute", 1e-6, "limits found by halving a range on both sides, among risks on two different grids")
CLOSED = SAME._replace(floor=FLOOR)
MIXED = {"glmm": INTEGRAL._replace(floor=FLOOR), "glmm-lme4": LME4._replace(floor=FLOOR)}
PACKAGES = {"glmm": ("stats", " (integrate)"), "glmm-lme4": ("metafor", " (lme4)")}


def numbers(folder: Path) -> Iterator[Number]:
    """Every number of the synthesis that R was asked for.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    stored = reference.table(folder, "synthesis.csv")
    rows = group_rows(reference.table(folder, "synthesis_rows.csv"))
    for (name, method), r in stored.groupby(["set", "method"], sort=False):
        here = rows[rows.set == name]
        if method in ("cook", "without"):
            yield from _each(name, method, here, r)
        elif method == "chan-zhang":
            yield from _difference(name, r)
        elif name == "times":
            found = timed.pool_timed(incidences(reference.table(folder, "synthesis_times.csv")))
            yield from _fields("pool_timed", name, "log(−log), REML", found, method, r)
        else:
            estimator = "rate" if name == "tmn-rate" else method.removesuffix("-lme4")
            yield from _fields("pool_rows", name, estimator, pool_rows(here, estimator), method, r)


def group_rows(stored: pd.DataFrame) -> pd.DataFrame:
    """Stored counts in the shape of the rows that the synthesis makes, as groups that share nothing."""
    names = {column: stored.arm for column in ("report", "study", "overlap_group")}
    return stored.assign(outcome="t-MN", reason="", **names)


def incidences(stored: pd.DataFrame) -> pd.DataFrame:
    """Stored incidences on the scale of their model."""
    std_error = (timed.log_log(stored.high) - timed.log_log(stored.low)) / (2 * timed.WIDTH)
    given = {"time_months": 24, "total": 100, "report": stored.arm}
    return stored.assign(y=timed.log_log(stored.value), std_error=std_error, **given)


def _fields(estimator: str, name: str, place: str, found, method: str, r: pd.DataFrame) -> Iterator[Number]:
    """The fields of one answer."""
    package, how = PACKAGES.get(method, ("metafor", ""))
    for row in r.itertuples():
        rule = MIXED.get(method) or (PROFILE if row.quantity in ("i2_low", "i2_high") else CLOSED)
        here = getattr(found, row.quantity)
        yield Number(estimator, name, row.quantity + how, place, here, row.value, rule, package, SCRIPT)


def _each(name: str, method: str, rows: pd.DataFrame, r: pd.DataFrame) -> Iterator[Number]:
    """Cook's distance of each group, or the pool without it."""
    y, v = log_odds(rows.events.to_numpy(float), rows.total.to_numpy(float))
    cook = dict(zip(rows.arm, influence(y, np.sqrt(v)).cook_distance, strict=True))
    for row in r.itertuples():
        if method == "cook":
            told = "influence", "cook_distance", cook[row.quantity]
        else:
            told = "pool_rows", "estimate", pool_rows(rows[rows.arm != row.quantity], "reml", fewest=1).estimate
        estimator, quantity, here = told
        place = f"log-odds, {'' if method == 'cook' else 'without '}{row.quantity}"
        yield Number(estimator, name, quantity, place, here, row.value, CLOSED, "metafor", SCRIPT)


def _difference(counts: str, r: pd.DataFrame) -> Iterator[Number]:
    """The exact limits of one difference."""
    events, total, events_reference, total_reference = map(int, counts.split())
    found = risk_difference(events, total, events_reference, total_reference, method="chan-zhang").iloc[0]
    place = f"{events} of {total} against {events_reference} of {total_reference}, level 0.95"
    for row in r.itertuples():
        quantity = f"conf_{row.quantity}"
        here = found[quantity]
        name = f"{quantity} (chan-zhang)"
        yield Number("risk_difference", "counts", name, place, here, row.value, SEARCH, "stats", SCRIPT)
