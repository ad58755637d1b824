"""Curves and tests against R's ``cmprsk`` and ``survival``."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analysis.incidence import cumulative_incidence, gray_test
from analysis.survival import kaplan_meier, log_rank, median_follow_up, median_survival, restricted_mean
from analysis.validation import reference
from analysis.validation.reference import Number, Rule

CLOSED = Rule(
    "relative",
    1e-9,
    "a closed form: both sides add the same numbers; the rest is room for other processors’ last digits",
)
WHERE = ["set", "by", "group", "cause"]
CURVE = {"estimate": "estimate", "std_error": "error", "conf_low": "low", "conf_high": "high"}
MEDIAN = {"median": "estimate", "conf_low": "low", "conf_high": "high"}
MEAN = {"estimate": "estimate", "std_error": "error"}
TEST = {"statistic": "statistic", "degrees_of_freedom": "df", "p_value": "p"}


def numbers(folder: Path) -> Iterator[Number]:
    """Every number of the curves and of the tests.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    data = dict(list(reference.table(folder, "curves_data.csv").groupby("set")))
    stored = reference.table(folder, "curves.csv")
    for (what, *where), r in stored.groupby(["what", *WHERE], sort=False):
        name, by, group, _ = where
        rows = data[name] if by == "all" else data[name][data[name][by] == group]
        yield from _curve(what, where, rows, r.reset_index(drop=True))
    tests = reference.table(folder, "curves_tests.csv")
    for _, r in tests.iterrows():
        yield from _test(data[r["set"]], r)


def _curve(what: str, where: list[str], rows: pd.DataFrame, r: pd.DataFrame) -> Iterator[Number]:
    """One curve, one median or the restricted means of one group of patients."""
    name, _, group, cause = where
    happened = (rows.event == "censored") == (cause == "censored")
    kind, _, interval = what.partition(" ")
    people = name, f"{'everybody' if group == 'all' else group}, event {cause}"
    if kind == "cuminc":
        ours = cumulative_incidence(rows.time, rows.event, cause=cause, at=r.time)
        yield from _compare("cumulative_incidence", people, ours, r, CURVE, "cmprsk")
    elif kind == "survfit":
        ours = kaplan_meier(rows.time, happened, interval=interval, at=r.time)
        yield from _compare("kaplan_meier", people, ours, r, CURVE, "survival", f" ({interval})")
    elif kind == "median":
        ours = median_survival(rows.time, happened, interval=interval)
        yield from _compare("median_survival", people, ours, r, MEDIAN, "survival", f" ({interval})")
        if (cause, interval) == ("censored", "log"):  # the follow-up is the survival of being followed
            ours = median_follow_up(rows.time, rows.event != "censored")
            yield from _compare("median_follow_up", people, ours, r, MEDIAN, "survival")
    elif kind == "rmean":
        ours = pd.concat([restricted_mean(rows.time, happened, tau=tau) for tau in r.time], ignore_index=True)
        yield from _compare("restricted_mean", people, ours, r, MEAN, "survival")
    else:
        raise ValueError(f"curves.csv: no estimator for {what!r}")


def _compare(estimator, people, ours, r, columns, package, interval="") -> Iterator[Number]:
    """Columns of a table here and their namesakes in R."""
    name, who = people
    for column, theirs in columns.items():
        quantity = column + interval * column.startswith("conf")
        for here, value, time in zip(ours[column], r[theirs], r.time, strict=True):
            place = who if pd.isna(time) else f"{who}, time {time:g}"
            yield Number(estimator, name, quantity, place, here, value, CLOSED, package, "curves.R")


def _test(rows: pd.DataFrame, r: pd.Series) -> Iterator[Number]:
    """Gray's test or the log-rank test of one grouping."""
    strata = rows.stratum if r.strata else None
    if r.what == "gray":
        estimator, package = "gray_test", "cmprsk"
        ours = gray_test(rows.time, rows.event, rows[r.by], cause=r.cause, strata=strata)
    else:
        estimator, package = "log_rank", "survival"
        happened = rows.event != "censored" if r.cause == "any" else rows.event == r.cause
        ours = log_rank(rows.time, happened, rows[r.by], strata=strata)
    place = f"by {r.by}, event {r.cause}" + ", stratified" * bool(r.strata)
    for column, theirs in TEST.items():
        yield Number(estimator, r["set"], column, place, getattr(ours, column), r[theirs], CLOSED, package, "curves.R")
