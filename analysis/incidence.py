"""Cumulative incidence with competing risks: the Aalen-Johansen estimate and Gray's test.

Vocabulary: the *cause* is the event in question (t-MN, say); any other named event *competes*: after it the cause can
no longer happen; *censored* patients have had neither yet. The *cumulative incidence* at t is the share of patients
with the cause by t (0 to 1); times are in the caller's unit, months in this project.

Our own code stands here because no maintained Python library has the variance of R's ``cmprsk`` together with exact
ties (lifelines moves tied times at random and drops events at time 0) and none has Gray's test with strata.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis import border
from analysis.border import CAUSE, CENSORED, COMPETING
from analysis.gray import score_and_covariance
from analysis.steps import (
    ROUNDING,
    GroupTest,
    Tally,
    chi_square,
    held,
    hold,
    ratio,
    read,
    recount,
    shift,
    table,
    tally,
    tied,
)

BLOCK = 8192  # rows at a time: what they need stays in the cache, and fresh memory costs more than the sums


KINDS = {"n_event": CAUSE, "n_competing": COMPETING, "n_censored": CENSORED}


class _Curve(NamedTuple):
    """One group's curve at its distinct times; limits are missing where the estimate is 0 or 1."""

    counts: Tally
    estimate: np.ndarray
    std_error: np.ndarray
    conf_low: np.ndarray
    conf_high: np.ndarray


def cumulative_incidence(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    cause: str,
    censored: str = "censored",
    confidence_level: float = 0.95,
    interval: str = "log-log",
    at: ArrayLike | None = None,
) -> pd.DataFrame:
    """Cumulative incidence of a cause by the Aalen-Johansen estimator, with the variance of R's ``cmprsk::cuminc``.

    Parameters
    ----------
    time : array_like of float, shape = (n,)
        Time to the event or to censoring, from 0 on, in any unit.
    event : array_like of str or Categorical, shape = (n,)
        What ended it, by name; a name that is neither `cause` nor `censored` is a competing event. A Categorical is
        the fast way.
    group : array_like, shape = (n,), optional
        One curve for each label; in the order of the categories if it is a Categorical, else sorted.
    cause : str
        Event in question. With a Categorical it must be one of the categories; with plain names, one without rows
        has an incidence of 0.
    censored : str
        Name for patients without any event.
    confidence_level : float
        Pointwise coverage of the interval.
    interval : {"log-log"}
        ``F ** exp(-+z * se / (F * log(F)))``: stays between 0 and 1.
    at : array_like of float, optional
        Times at which to read the curve, in place of every distinct time; sorted, each once.

    Returns
    -------
    DataFrame
        One row for each group and distinct time (or time in `at`), with ``group`` ("all" without groups), ``time``,
        ``at_risk`` (patients whose time is this or later), ``n_event, n_competing, n_censored`` (patients, at this
        time; with `at`: since the previous one), ``estimate``, ``std_error``, ``conf_low``, ``conf_high`` (shares, 0
        to 1). The limits are missing where the estimate is 0 or 1 or has no variance; with `at`, estimate, error and
        limits are missing after a group's last time.

    Raises
    ------
    ValueError
        For missing, negative or infinite times, missing events or groups, arrays of different lengths, no rows, a
        cause that is no category: with the count and the first rows.

    References
    ----------
    Estimate: Aalen OO, Johansen S. Scand J Stat 1978;5:141-150. Variance: Aalen OO. Ann Stat 1978;6:534-545, and Gray
    RJ. Ann Stat 1988;16:1141-1154, see `_variance`. Interval: Pintilie M. Competing Risks: A Practical
    Perspective. Wiley 2006, as in R's ``tidycmprsk``.

    Examples
    --------
    Of four patients one relapses, then one has t-MN: 1/3 of the 3/4 who could still have it.

    >>> event = ["relapse", "tmn", "censored", "censored"]
    >>> cumulative_incidence([1, 2, 3, 4], event, cause="tmn")[["time", "at_risk", "n_event", "estimate"]]
       time  at_risk  n_event  estimate
    0   1.0        4        0      0.00
    1   2.0        3        1      0.25
    2   3.0        2        0      0.25
    3   4.0        1        0      0.25
    """
    border.one_of("interval", interval, ("log-log",))
    z = border.quantile(confidence_level)
    time, at = border.times(time), border.moments(at)
    kind = border.kinds(event, cause=cause, censored=censored)
    groups = border.groups(group, len(time))
    border.same_length(time=time, event=kind, group=groups.code)
    curves = [_curve(time[rows], kind[rows], z) for rows in groups.rows()]
    if at is not None:
        curves = [_at(curve, at) for curve in curves]
    columns = {name: [getattr(curve, name) for curve in curves] for name in _Curve._fields[1:]}
    return table(groups.labels, [curve.counts for curve in curves], KINDS, columns)


def gray_test(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    cause: str,
    censored: str = "censored",
    strata: ArrayLike | None = None,
) -> GroupTest:
    """Gray's test of equal cumulative incidence in all groups, as R's ``cmprsk::cuminc(...)$Tests`` (rho = 0).

    Parameters
    ----------
    time, event, cause, censored
        As in `cumulative_incidence`.
    group : array_like, shape = (n,)
        Groups to compare, two or more.
    strata : array_like, shape = (n,), optional
        Groups are compared within each stratum and the differences added up.

    Returns
    -------
    GroupTest
        ``.statistic`` (chi-square), ``.degrees_of_freedom`` (groups less one), ``.p_value``. Statistic and p-value are
        missing where R's ``cuminc`` gives a statistic of -1: a contrast has no variance, for want of events of the
        cause while two groups are at risk.

    Raises
    ------
    ValueError
        As `cumulative_incidence`; or if there is only one group.

    References
    ----------
    Gray RJ. Ann Stat 1988;16:1141-1154; with strata, the sums over the strata. See `analysis.gray`.

    Examples
    --------
    >>> event = ["tmn", "relapse", "tmn", "censored", "tmn", "relapse", "censored", "censored"]
    >>> test = gray_test([1, 2, 3, 4, 5, 6, 7, 8], event, list("AAAABBBB"), cause="tmn")
    >>> test.degrees_of_freedom, round(test.statistic, 4), round(test.p_value, 4)
    (1, 2.2323, 0.1352)
    """
    time, kind = border.times(time), border.kinds(event, cause=cause, censored=censored)
    groups, strata = border.groups(group, len(time)), border.groups(strata, len(time))
    border.same_length(time=time, event=kind, group=groups.code, strata=strata.code)
    border.two_or_more(groups)
    k = len(groups.labels)
    parts = [score_and_covariance(time[rows], kind[rows], groups.code[rows], k) for rows in strata.rows()]
    return chi_square(sum(score for score, _ in parts), sum(covariance for _, covariance in parts))


def _curve(time: np.ndarray, kind: np.ndarray, z: float) -> _Curve:
    """Aalen-Johansen: F grows by S(t-) d1/Y at each event of the cause, where S is free of any event."""
    counts = tally(time, kind, 3)
    n_event, n_competing = counts.count[CAUSE], counts.count[COMPETING]
    some = ((n_event + n_competing) != 0).nonzero()[0]
    y, d1, d2 = (column[some].astype(float) for column in (counts.at_risk, n_event, n_competing))
    s = ((y - d1 - d2) / y).cumprod()
    s_before = shift(s, 1.0)
    f = (s_before / y * d1).cumsum()
    jumps = (d1 != 0).nonzero()[0]  # estimate and error change nowhere else
    error = np.sqrt(_variance(y, d1, d2, s_before, s, f, jumps))
    f = f[jumps]
    return _Curve(counts, *hold((f, error, *_log_log(f, error, z)), _BEFORE, held(n_event)))


_BEFORE = (0.0, 0.0, np.nan, np.nan)  # estimate, error and limits before the first event of the cause


def _variance(
    y: np.ndarray, d1: np.ndarray, d2: np.ndarray, s_before: np.ndarray, s: np.ndarray, f: np.ndarray, k: np.ndarray
) -> np.ndarray:
    """Variance at the event times k: sum over t_j <= t_k of ``v1 (1 - q (F_k - F_j))^2 + v2 (q (F_k - F_j))^2``.

    An event at t_j moves F_k by S(t_j-)/Y (cause) less what it takes from the events to come, (F_k - F_j)/S(t_j);
    v = S(t_j-)^2 d/Y^2 times 1 - (d - 1)/(Y - 1) for ties, q = 1/S(t_j) (Gray 1988; martingales of Aalen 1978). With
    R = F_end - F the square opens into sums over j alone; R vanishes where q is large, so that no digits are lost.
    """
    r = f[-1:] - f
    sums = np.empty((3, len(f)))
    for start in range(0, len(f), BLOCK):
        b = slice(start, start + BLOCK)
        each, q = (s_before[b] / y[b]) ** 2, ratio(1.0, s[b])
        v1, v2, lost = tied(y[b], d1[b]) * each, tied(y[b], d2[b]) * each, q * r[b]
        gain, drain = v1 * (1 - lost), v2 * lost
        sums[0, b] = gain * (1 - lost) + drain * lost
        sums[1, b] = q * (gain - drain)
        sums[2, b] = q * q * (v1 + v2)
    squares, products, weights = sums.cumsum(axis=1, out=sums).take(k, axis=1)
    r = r[k]
    return np.maximum(squares + r * (2 * products + r * weights), 0.0)


def _log_log(f: np.ndarray, error: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits ``F ** exp(-+z * se / (F * log(F)))`` (Pintilie 2006); missing at 1 and without variance."""
    log_f = np.log(np.where((f < 1 - ROUNDING) & (error > 0), f, np.nan))
    factor = np.exp(z * error / (f * log_f))
    with np.errstate(divide="ignore"):  # a factor of 0: the error tells nothing, the limits are 0 and 1
        return np.exp(log_f / factor), np.exp(log_f * factor)


def _at(curve: _Curve, at: np.ndarray) -> _Curve:
    """The curve at given times."""
    return _Curve(recount(curve.counts, at), *read(curve.counts.time, list(curve[1:]), list(_BEFORE), at))
