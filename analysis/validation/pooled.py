"""Meta-analyses against R's ``metafor``, and mixed models against integration in R."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import pooling
from analysis.pooling.pooled import log_odds, log_rates
from analysis.validation import reference
from analysis.validation.reference import Number, Rule

SCRIPT = "pooling.R"
FLOOR = 1e-4  # with the tolerance 1e-12: for tau², I² and limits that are zero up to rounding
SAME = Rule("relative", 1e-8, "closed forms, and iterations that metafor was asked to run to their end", FLOOR)
INTEGRAL = Rule(
    "relative", 1e-6, "R’s value comes from finite differences of integrals; here the derivatives are exact"
)
LME4 = Rule("relative", 1e-4, "metafor leaves the fit to lme4, which stops early and integrates over 25 nodes")
WORDS = {"EE": "equal", "DL": "dl", "PM": "pm", "REML": "reml"}
FORWARD = {"as given": float, "logit": lambda p: np.log(p / (1 - p)), "log": np.log}
SCALES = {"GEN": "estimates", "PLO": "log-odds", "IRLN": "log rates", "RR": "log risk ratios", "IRR": "log rate ratios"}
ON_SCALE = ("estimate", "prediction_low", "prediction_high")  # R gives them on the scale of the model


def numbers(folder: Path) -> Iterator[Number]:
    """Every number of the meta-analyses.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    stored = reference.table(folder, "pooling.csv")
    sets = {name: reference.table(folder, f"pooling_{name}.csv") for name in stored["set"].unique()}
    model = stored.measure.str.replace(r"\[\d+\]", "", regex=True)  # the terms of a regression belong to one model
    for (name, measure, method, test), r in stored.groupby(["set", model, "method", "test"], sort=False):
        case = name, sets[name], measure, test == "knha"
        if "~" in measure:
            yield from _regression(case, WORDS[method], r)
        elif method in WORDS:
            yield from _pooled(case, WORDS[method], r)
        elif method in ("exact", "GLMM"):
            yield from _mixed(case, method, r)
    sequences = stored[stored.method.str.contains("[", regex=False)]
    for (name, measure), r in sequences.groupby(["set", "measure"], sort=False):
        yield from _sequences(name, sets[name], measure, r)


def effects(d: pd.DataFrame, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and standard errors of a set, on the scale that R's measure names."""
    if measure == "GEN":
        return d.yi, d.sei
    if measure in ("PLO", "IRLN"):
        size, transformed = (d.n, log_odds) if measure == "PLO" else (d.py, log_rates)
        y, v = transformed(d.events.to_numpy(float), size.to_numpy(float))
        return y, np.sqrt(v)
    if measure == "RR":
        return np.log(d.ai / d.n1i / (d.ci / d.n2i)), np.sqrt(1 / d.ai - 1 / d.n1i + 1 / d.ci - 1 / d.n2i)
    return np.log(d.x1i / d.t1i / (d.x2i / d.t2i)), np.sqrt(1 / d.x1i + 1 / d.x2i)


def _pooled(case, method, r) -> Iterator[Number]:
    """One pooled estimate with all that belongs to it."""
    name, d, measure, adjusted = case
    ours = pooling.pool(*effects(d, measure), method=method, knapp_hartung=adjusted)
    place = f"{SCALES[measure]}, {method}" + ", Knapp–Hartung" * adjusted
    for row in r.itertuples():
        yield Number("pool", name, row.quantity, place, getattr(ours, row.quantity), row.value, SAME, "metafor", SCRIPT)


def _regression(case, method, r) -> Iterator[Number]:
    """The terms of a meta-regression, and the statistics of the model."""
    name, d, measure, adjusted = case
    scale, _, terms = measure.partition("~")
    ours = pooling.meta_regression(*effects(d, scale), d[terms.split("+")], method=method, knapp_hartung=adjusted)
    place = f"{SCALES[scale]} on {terms}, {method}" + ", Knapp–Hartung" * adjusted
    for row in r.itertuples():
        term = int(row.measure[-2]) - 1
        quantity = row.quantity
        here = ours.table[quantity].iloc[term] if quantity in ours.table else getattr(ours, quantity)
        where = f"{place}: {ours.table.index[term]}"
        yield Number("meta_regression", name, quantity, where, here, row.value, SAME, "metafor", SCRIPT)


def _sequences(name, d, measure, r) -> Iterator[Number]:
    """Tables in which one study is left out or added at a time."""
    y, se = effects(d, measure)
    ours = {
        "leave_one_out": pooling.leave_one_out(y, se),
        "cumulative": pooling.cumulative(y, se, order=d.year),
        "influence": pooling.influence(y, se),
    }
    for row in r.itertuples():
        estimator, _, number = row.method.rstrip("]").partition("[")
        here = ours[estimator][row.quantity].iloc[int(number) - 1]
        where = f"{SCALES[measure]}, study {number}"
        yield Number(estimator, name, row.quantity, where, here, row.value, SAME, "metafor", SCRIPT)


def _mixed(case, method, r) -> Iterator[Number]:
    """A mixed model of counts, against integration in R and against metafor."""
    name, d, measure, _ = case
    events, size = (d.x1i, d.t1i) if name == "hart1999" else (d.events, d.n if measure == "PLO" else d.py)
    function = pooling.pool_proportions if measure == "PLO" else pooling.pool_rates
    ours = function(events, size)
    rule, package, how = (LME4, "metafor", "lme4") if method == "GLMM" else (INTEGRAL, "stats", "integrate")
    place = f"{SCALES[measure]}, mixed model"
    for row in r.itertuples():
        here = getattr(ours, row.quantity)
        here = FORWARD[ours.scale](here) if row.quantity in ON_SCALE else here
        quantity = f"{row.quantity} ({how})"
        yield Number(function.__name__, name, quantity, place, here, row.value, rule, package, SCRIPT)
