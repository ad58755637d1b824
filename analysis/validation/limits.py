"""Intervals for counts against R's ``stats``."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from analysis.intervals import proportion_interval, rate_interval, risk_difference, risk_ratio
from analysis.validation import reference
from analysis.validation.reference import Number, Rule

ROOT = Rule(
    "relative", 1e-10, "roots of smooth functions, found by iteration on both sides to the last digits of one", 1e-6
)
ONE_ARM = {
    "clopper-pearson": proportion_interval,
    "mid-p": partial(proportion_interval, method="mid-p"),
    "wilson": partial(proportion_interval, method="wilson"),
    "rate": rate_interval,
}
TWO_ARMS = {
    "koopman": risk_ratio,
    "miettinen-nurminen": risk_difference,
    "newcombe": partial(risk_difference, method="newcombe"),
}


def numbers(folder: Path) -> Iterator[Number]:
    """Both limits of every interval.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    exact = reference.table(folder, "proportions.csv").assign(method="clopper-pearson")
    others = reference.table(folder, "intervals.csv")
    for stored, script in ((exact, "proportions.R"), (others, "intervals.R")):
        for (method, level), r in stored.groupby(["method", "level"], sort=False):
            yield from _limits(method, level, r, script)


def _limits(method: str, level: float, r, script: str) -> Iterator[Number]:
    """The limits of one method at one level."""
    two = method in TWO_ARMS
    function = (TWO_ARMS if two else ONE_ARM)[method]
    columns = ["events", "total", "events_reference", "total_reference"][: 4 if two else 2]
    ours = function(*(r[column] for column in columns), confidence_level=level)
    name = getattr(function, "func", function).__name__
    for here, there in zip(ours.itertuples(), r.itertuples(), strict=True):
        counts = f"{there.events:g} of {there.total:g}"
        if two:
            counts += f" against {there.events_reference:g} of {there.total_reference:g}"
        where = f"{counts}, level {level:g}"
        for side in ("low", "high"):
            pair = getattr(here, f"conf_{side}"), getattr(there, side)
            yield Number(name, "counts", f"conf_{side} ({method})", where, *pair, ROOT, "stats", script)
