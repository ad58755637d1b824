"""Cumulative incidence of t-MN by one, two and three years, pooled from printed estimates and intervals.

The scale is log(−log(1 − incidence)), on which intervals of a cumulative incidence are about symmetric; the standard
error is the width of the printed interval there. A printed incidence without an interval cannot be weighed.
"""

import numpy as np
import pandas as pd
from scipy import stats

from analysis import horizons
from analysis.data import remembered
from analysis.pooling import heterogeneity, pool
from analysis.synthesis.answer import PERCENT, Answer
from analysis.synthesis.choice import FEWEST, one_of_each

TIMES = (12, 24, 36)
WIDTH = stats.norm.isf(0.025)
NO_INTERVAL = "printed without an interval"


def log_log(percent) -> np.ndarray:
    """Percent to the scale of the model.

    Examples
    --------
    >>> log_log([4.5]).round(3).tolist()
    [-3.078]
    """
    return np.log(-np.log1p(-np.asarray(percent, dtype=float) / 100))


def percent(value) -> np.ndarray:
    """Back from the scale of the model to percent."""
    return -100 * np.expm1(-np.exp(np.asarray(value, dtype=float)))


@remembered
def rows(tables) -> pd.DataFrame:
    """Printed cumulative incidences of t-MN after CAR T cells at the times of `TIMES`.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by claim: ``arm, report, overlap_group, name, short, time_months, value, low, high, y, std_error`` (NaN
        without interval), ``months`` (follow-up), ``total``, ``year``, ``seen``, ``reason`` (why it cannot be pooled).

    Examples
    --------
    >>> from analysis import data
    >>> rows(data.load()).loc["gurney-2024.all.t-mn-12m", "reason"]
    'printed without an interval'
    """
    found = horizons.incidences(tables)
    found = found[(found.quantity == "t-MN") & found.time_months.isin(TIMES) & found.quotes.isna()]
    found = found[tables.arms.treatment.loc[found.arm].to_numpy() == "CAR T"]
    reports = tables.reports.loc[found.report]
    study = tables.studies.loc[reports.study]
    ordered = (found.low > 0) & (found.low < found.high) & (found.high < 100) & (found.interval == "95% CI")
    y = log_log(found.value)
    width = np.where(ordered, log_log(found.high.where(ordered)) - log_log(found.low.where(ordered)), np.nan)
    reason = found.reason.where(found.reason != "", np.where(ordered, "", NO_INTERVAL))
    return found.assign(
        overlap_group=study.overlap_group.to_numpy(),
        year=reports.year.to_numpy(),
        total=[tables.claims.value.get(name, np.nan) if name else np.nan for name in found.patients],
        y=y,
        std_error=width / (2 * WIDTH),
        reason=reason,
        months=np.nan,
    )


def answer(tables, months: int) -> Answer:
    """The pooled cumulative incidence at one time, or why there is none.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    months : int
        A value of `TIMES`.

    Returns
    -------
    Answer
        Percent; ``events`` are not printed at a time and are NaN, ``total`` is the number of patients.

    Examples
    --------
    >>> from analysis import data
    >>> answer(data.load(), 24).reason
    '2 groups, fewer than 5: not pooled'
    """
    table = rows(tables)
    return pool_timed(one_of_each(table[(table.time_months == months) & (table.reason == "")]))


def pool_timed(table: pd.DataFrame, *, fewest: int = FEWEST) -> Answer:
    """Pool cumulative incidences at one time by REML.

    Parameters
    ----------
    table : DataFrame
        Rows of `rows`, one of each overlap group, of one time.
    fewest : int
        Groups below which nothing is pooled.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If times are mixed, or a row has no interval.
    """
    if table.time_months.nunique() > 1:
        raise ValueError(f"different times cannot be pooled: {sorted(table.time_months.unique())}")
    if table.std_error.isna().any():
        raise ValueError(f"{table.arm[table.std_error.isna()].iloc[0]}: {NO_INTERVAL}, so it cannot be weighed")
    table = table.sort_values("arm")
    given = {"k": len(table), "events": np.nan, "total": int(table.total.sum()), "person_years": np.nan}
    given |= {"arms": tuple(table.arm), "reports": tuple(table.report), "estimator": "reml", "unit": PERCENT}
    given |= {"smallest": float(table.value.min()), "largest": float(table.value.max())}
    if len(table) < fewest:
        words = f"{len(table)} group" + "s" * (len(table) != 1)
        return Answer(**given, reason=f"{words}, fewer than {fewest}: not pooled")
    found = pool(table.y, table.std_error)
    spread = heterogeneity.q_profile(table.y, table.std_error)
    limits = (found.estimate, found.conf_low, found.conf_high, found.prediction_low, found.prediction_high)
    names = ("estimate", "low", "high", "prediction_low", "prediction_high")
    numbers = dict(zip(names, percent(limits).tolist(), strict=True))
    numbers |= {"tau2": found.tau2, "i2": found.i2, "i2_low": spread.i2_low, "i2_high": spread.i2_high}
    return Answer(**given, **numbers, weights=tuple(found.weights.tolist()))
