"""One pooled number with everything a reader needs to judge it, or the reason why there is none.

Shares are in percent, rates in events per 1,000 person-years. What enters is decided in `analysis.synthesis.choice`.
"""

import functools
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.pooling import heterogeneity, pool_proportions, pool_rates
from analysis.pooling.double_arcsine import pool_double_arcsine
from analysis.pooling.mixed_model import NoFiniteEstimate
from analysis.pooling.pooled import log_odds
from analysis.synthesis.choice import FEWEST, Choice, check, chosen
from analysis.synthesis.groups import rows

ESTIMATORS = {
    "glmm": "share, binomial mixed model (GLMM)",
    "reml": "share, log-odds, REML",
    "reml-kh": "share, log-odds, REML with Knapp–Hartung",
    "dl": "share, log-odds, DerSimonian–Laird",
    "ft": "share, Freeman–Tukey double arcsine",
    "rate": "rate per person-time, Poisson mixed model (GLMM)",
}
DEFAULT = "glmm"
PERCENT, PER_1000 = "%", "per 1,000 person-years"


@dataclass(frozen=True)
class Answer:
    """A pooled number; NaN with a ``reason`` where groups stand side by side. Events and totals are always sums."""

    estimator: str
    unit: str
    k: int
    events: float
    total: int
    person_years: float
    arms: tuple[str, ...]
    reports: tuple[str, ...]
    smallest: float  # of the single groups
    largest: float
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    prediction_low: float = math.nan
    prediction_high: float = math.nan
    tau2: float = math.nan
    i2: float = math.nan
    i2_low: float = math.nan
    i2_high: float = math.nan
    weights: tuple[float, ...] = ()
    reason: str = ""

    @property
    def pooled(self) -> bool:
        """Whether there is a pooled number."""
        return not self.reason


def answer(tables, choice: Choice, estimator: str = DEFAULT) -> Answer:
    """The pooled number of a choice.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    choice : Choice
        What is asked.
    estimator : str
        A key of `ESTIMATORS`.

    Returns
    -------
    Answer

    Examples
    --------
    >>> from analysis import data
    >>> found = answer(data.load(), Choice())
    >>> found.k, found.low < found.estimate < found.high
    (6, True)
    """
    if estimator == "rate":
        choice = replace(choice, rate=True)
    return pool_rows(chosen(rows(tables), choice), estimator, overlap=choice.overlap)


def pool_rows(
    table: pd.DataFrame,
    estimator: str = DEFAULT,
    *,
    overlap: bool = False,
    fewest: int = FEWEST,
    spread: bool = True,
) -> Answer:
    """Pool some rows; the same numbers come out whatever the order of the rows.

    Parameters
    ----------
    table : DataFrame
        Rows of `analysis.synthesis.groups.rows`.
    estimator : str
        A key of `ESTIMATORS`.
    overlap : bool
        Whether rows that may share patients are wanted together.
    fewest : int
        Groups below which nothing is pooled.
    spread : bool
        Whether the interval of I² is wanted, which takes longest.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If rows must not be pooled: see `analysis.synthesis.choice.check`.

    Examples
    --------
    >>> from analysis import data
    >>> table = rows(data.load())
    >>> pool_rows(table[table.arm == "gazeau-2025/all"].iloc[:1]).reason
    '1 group, fewer than 5: not pooled'
    """
    rate = estimator == "rate"
    check(table, overlap=overlap, rate=rate)
    table = table.sort_values("arm")
    sizes = table.person_years if rate else table.total
    events = tuple(int(x) for x in table.events)
    found = _described(table, estimator, rate)
    if len(table) < fewest:
        number = f"{len(table)} group" + "s" * (len(table) != 1) if len(table) else "no group"
        return replace(found, reason=f"{number}, fewer than {fewest}: not pooled")
    try:
        return replace(found, **_fit(events, tuple(float(n) for n in sizes), estimator, spread))
    except NoFiniteEstimate:
        return replace(found, reason="no event in any group: not pooled")


def _described(table: pd.DataFrame, estimator: str, rate: bool) -> Answer:
    """What is known before pooling."""
    single = 1000 * table.events / table.person_years if rate else 100 * table.events / table.total
    return Answer(
        estimator=estimator,
        unit=PER_1000 if rate else PERCENT,
        k=len(table),
        events=int(table.events.sum()),
        total=int(table.total.sum()),
        person_years=float(table.person_years.sum(skipna=False)),
        arms=tuple(table.arm),
        reports=tuple(dict.fromkeys(table.report)),
        smallest=float(single.min()),
        largest=float(single.max()),
    )


@functools.lru_cache(maxsize=4096)
def _fit(events: tuple[int, ...], sizes: tuple[float, ...], estimator: str, spread: bool) -> dict[str, float]:
    """Fields of an answer, computed once for the same rows."""
    pooled = {
        "glmm": pool_proportions,
        "reml": functools.partial(pool_proportions, method="reml"),
        "reml-kh": functools.partial(pool_proportions, method="reml", knapp_hartung=True),
        "dl": functools.partial(pool_proportions, method="dl"),
        "ft": pool_double_arcsine,
        "rate": pool_rates,
    }[estimator](events, sizes)
    times = 1000 if estimator == "rate" else 100
    told = _spread(np.array(events, dtype=float), np.array(sizes), estimator) if spread else None
    scaled = {"estimate": pooled.estimate, "low": pooled.conf_low, "high": pooled.conf_high}
    scaled |= {"prediction_low": pooled.prediction_low, "prediction_high": pooled.prediction_high}
    others = {"tau2": pooled.tau2, "i2": pooled.i2}
    others |= {"i2_low": told.i2_low, "i2_high": told.i2_high} if told else {}
    return (
        {name: times * value for name, value in scaled.items()} | others | {"weights": tuple(pooled.weights.tolist())}
    )


def _spread(x: np.ndarray, n: np.ndarray, estimator: str) -> heterogeneity.Heterogeneity:
    """Interval of the heterogeneity that belongs to an estimator."""
    if estimator in ("glmm", "rate"):
        return heterogeneity.likelihood_profile(x, n, rates=estimator == "rate")
    if estimator == "ft":
        y = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
        return heterogeneity.q_profile(y, np.sqrt(1 / (4 * n + 2)))
    y, v = log_odds(x, n)
    return heterogeneity.q_profile(y, np.sqrt(v))
