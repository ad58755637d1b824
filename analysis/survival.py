"""Time to one kind of event: Kaplan-Meier estimate, median, restricted mean, follow-up, log-rank test.

Vocabulary: an *event* is true or false (censored); *survival* at t is the share of patients without the event by t (0
to 1); times are in the caller's unit, months in this project. Where another event can make the event impossible, 1 -
Kaplan-Meier overstates its incidence: see `analysis.incidence`.

Own numpy code on the counts that `analysis.incidence` uses: lifelines gives the same curve, but takes the first time
as the median where S is exactly 0.5 (R takes the middle), has no strata in its log-rank test and no standard error of
the restricted mean.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis import border
from analysis.border import CENSORED
from analysis.steps import GroupTest, Tally, beside, chi_square, ratio, read, recount, table, tally

EVENT = 1
KINDS = {"n_event": EVENT, "n_censored": CENSORED}
Limits = Callable[[np.ndarray, np.ndarray, float], tuple[np.ndarray, np.ndarray]]
HALF = 1.5e-8  # half the digits of a float: R's print of a survfit takes an S so close to 0.5 for 0.5


class _Curve(NamedTuple):
    """One group's curve at its distinct times; ``hazard_variance`` is Greenwood's sum."""

    counts: Tally
    estimate: np.ndarray
    hazard_variance: np.ndarray


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    confidence_level: float = 0.95,
    interval: str = "log",
    at: ArrayLike | None = None,
) -> pd.DataFrame:
    """Survival by Kaplan and Meier with Greenwood's variance, as R's ``survival::survfit``.

    Parameters
    ----------
    time : array_like of float, shape = (n,)
        Time to the event or to censoring, from 0 on, in any unit. Equal times are equal to the last bit (R also ties
        times that differ by less than 1.5e-8 of their mean).
    event : array_like of bool, shape = (n,)
        Whether the event happened.
    group : array_like, shape = (n,), optional
        One curve for each label; in the order of the categories if it is a Categorical, else sorted.
    confidence_level : float
        Pointwise coverage of the interval.
    interval : {"log", "log-log"}
        Symmetric on the scale of log S (R's default; cut at 1) or of log(-log S).
    at : array_like of float, optional
        Times at which to read the curve, in place of every distinct time; sorted, each once.

    Returns
    -------
    DataFrame
        One row for each group and distinct time (or time in `at`), with ``group`` ("all" without groups), ``time``,
        ``at_risk`` (patients whose time is this or later), ``n_event, n_censored`` (patients, at this time; with `at`:
        since the previous one), ``estimate``, ``std_error``, ``conf_low``, ``conf_high`` (shares, 0 to 1). Error and
        limits are missing where the estimate is 0, log-log limits also where it is 1 in the table of all times, as R
        has it; with `at`, these four are missing after a group's last time.

    Raises
    ------
    ValueError
        For missing, negative or infinite times, events that are neither true nor false, missing groups, arrays of
        different lengths, no rows: with the count and the first rows.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Intervals: Kalbfleisch JD, Prentice RL. The Statistical
    Analysis of Failure Time Data. 2nd ed. Wiley 2002, section 1.4.

    Examples
    --------
    >>> kaplan_meier([1, 2, 3, 4], [True, False, True, False])[["time", "at_risk", "estimate"]]
       time  at_risk  estimate
    0   1.0        4     0.750
    1   2.0        3     0.750
    2   3.0        2     0.375
    3   4.0        1     0.375
    """
    z = border.quantile(confidence_level)
    limits = _LIMITS[border.one_of("interval", interval, tuple(_LIMITS))]
    labels, curves = _curves(time, event, group)
    counts, columns = [curve.counts for curve in curves], [_columns(curve, limits, z) for curve in curves]
    if at is not None:
        at = border.moments(at)
        before = [1.0, 0.0, 1.0, 1.0]
        columns = [read(curve.counts.time, c, before, at) for curve, c in zip(curves, columns, strict=True)]
        counts = [recount(c, at) for c in counts]
    names = ["estimate", "std_error", "conf_low", "conf_high"]
    return table(labels, counts, KINDS, dict(zip(names, map(list, zip(*columns, strict=True)), strict=True)))


def median_survival(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    confidence_level: float = 0.95,
    interval: str = "log",
) -> pd.DataFrame:
    """Median time to the event with its limits, as R prints them.

    Parameters
    ----------
    time, event, group, confidence_level, interval
        As in `kaplan_meier`.

    Returns
    -------
    DataFrame
        One row for each group: ``group, median, conf_low, conf_high`` (unit of `time`): where the curve and its upper
        and lower limit fall below 0.5; in the middle of the step if one is exactly at 0.5; missing if not reached.

    Raises
    ------
    ValueError
        As `kaplan_meier`.

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    >>> median_survival([1, 2, 3, 4], [True, True, True, True])
      group  median  conf_low  conf_high
    0   all     2.5       1.0        NaN
    """
    z = border.quantile(confidence_level)
    limits = _LIMITS[border.one_of("interval", interval, tuple(_LIMITS))]
    labels, curves = _curves(time, event, group)
    bounds = [(c.estimate, *limits(c.estimate, np.sqrt(c.hazard_variance), z)) for c in curves]
    medians = [[_half(c.counts.time, s) for s in three] for c, three in zip(curves, bounds, strict=True)]
    return pd.DataFrame(
        {"group": labels} | dict(zip(["median", "conf_low", "conf_high"], np.array(medians).T, strict=True))
    )


def median_follow_up(
    time: ArrayLike, event: ArrayLike, group: ArrayLike | None = None, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Median follow-up by the reverse Kaplan-Meier method: censoring is the event, the event censors.

    Parameters
    ----------
    time, event, group, confidence_level
        As in `kaplan_meier`; ``event`` is still whether the event happened.

    Returns
    -------
    DataFrame
        As `median_survival`.

    Raises
    ------
    ValueError
        As `kaplan_meier`.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 1996;17:343-346.

    Examples
    --------
    >>> median_follow_up([1, 2, 3, 4, 5], [True, False, False, True, False])
      group  median  conf_low  conf_high
    0   all     4.0       2.0        NaN
    """
    return median_survival(time, ~border.flags(event), group, confidence_level=confidence_level)


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    tau: float,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Mean time to the event up to `tau`, the area under the Kaplan-Meier curve, as R's ``survival`` prints it.

    Parameters
    ----------
    time, event, group, confidence_level
        As in `kaplan_meier`.
    tau : float
        Time up to which the area is taken, above 0. After a group's last time its curve is held, as R does.

    Returns
    -------
    DataFrame
        One row for each group: ``group, estimate, std_error, conf_low, conf_high`` (unit of `time`); the limits are
        symmetric.

    Raises
    ------
    ValueError
        As `kaplan_meier`; or if `tau` is not above 0.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481, as R has it (without the factor n/(n - 1)).

    Examples
    --------
    >>> restricted_mean([1, 2, 3, 4], [True, False, True, False], tau=3)[["group", "estimate"]]
      group  estimate
    0   all       2.5
    """
    z = border.quantile(confidence_level)
    if not 0 < tau < np.inf:
        raise ValueError(f"tau is {tau!r}; allowed: a number above 0")
    labels, curves = _curves(time, event, group)
    area, error = np.array([_area(curve, tau) for curve in curves]).T
    columns = {"group": labels, "estimate": area, "std_error": error}
    return pd.DataFrame(columns | {"conf_low": area - z * error, "conf_high": area + z * error})


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike, *, strata: ArrayLike | None = None) -> GroupTest:
    """Log-rank test of equal survival in all groups, as R's ``survival::survdiff``.

    Parameters
    ----------
    time, event
        As in `kaplan_meier`.
    group : array_like, shape = (n,)
        Groups to compare, two or more.
    strata : array_like, shape = (n,), optional
        Groups are compared within each stratum and the differences added up.

    Returns
    -------
    GroupTest
        ``.statistic`` (chi-square), ``.degrees_of_freedom`` (groups in which events are expected, less one),
        ``.p_value``; missing if nothing can be compared.

    Raises
    ------
    ValueError
        As `kaplan_meier`; or if there is only one group.

    References
    ----------
    Mantel N. Cancer Chemother Rep 1966;50:163-170; for several groups Peto R, Peto J. J R Stat Soc A
    1972;135:185-206.

    Examples
    --------
    >>> test = log_rank([1, 2, 3, 4, 5, 6], [True] * 6, list("AABABB"))
    >>> test.degrees_of_freedom, round(test.statistic, 4), round(test.p_value, 4)
    (1, 2.5567, 0.1098)
    """
    time, event = border.times(time), border.flags(event).astype(np.int8)
    groups, strata = border.groups(group, len(time)), border.groups(strata, len(time))
    border.same_length(time=time, event=event, group=groups.code, strata=strata.code)
    border.two_or_more(groups)
    k = len(groups.labels)
    parts = [_log_rank(time[rows], event[rows], groups.code[rows], k) for rows in strata.rows()]
    expected, score, covariance = (sum(part) for part in zip(*parts, strict=True))
    kept = np.flatnonzero(expected > 0)[:-1]  # one is given by the others
    return chi_square(score[kept], covariance[np.ix_(kept, kept)])


def _curves(time: ArrayLike, event: ArrayLike, group: ArrayLike | None) -> tuple[np.ndarray, list[_Curve]]:
    """Labels and curves of the groups."""
    time, event = border.times(time), border.flags(event).astype(np.int8)
    groups = border.groups(group, len(time))
    border.same_length(time=time, event=event, group=groups.code)
    return groups.labels, [_curve(time[rows], event[rows]) for rows in groups.rows()]


def _curve(time: np.ndarray, event: np.ndarray) -> _Curve:
    """S = product of (Y - d)/Y; variance of -log S = sum of d/(Y (Y - d)) (Greenwood), infinite once S is 0."""
    counts = tally(time, event, 2)
    y, d = counts.at_risk, counts.count[EVENT]
    with np.errstate(divide="ignore"):
        return _Curve(counts, np.cumprod((y - d) / y), np.cumsum(d / (y * (y - d.astype(float)))))


def _log(s: np.ndarray, error: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits ``S exp(-+z error)``, cut at 1 (Kalbfleisch and Prentice 2002, section 1.4); missing at 0."""
    s = np.where(s > 0, s, np.nan)
    return s * np.exp(-z * error), np.minimum(s * np.exp(z * error), 1.0)


def _log_log(s: np.ndarray, error: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits ``S ** exp(-+z error / log S)`` (Kalbfleisch and Prentice 2002, section 1.4); missing at 0 and at 1."""
    log_s = np.log(np.where((s > 0) & (s < 1), s, np.nan))
    factor = np.exp(z * error / -log_s)
    return np.exp(log_s * factor), np.exp(log_s / factor)


_LIMITS = {"log": _log, "log-log": _log_log}


def _columns(curve: _Curve, limits: Limits, z: float) -> list[np.ndarray]:
    """Estimate, error and limits at a curve's own times; the error of S is S times that of -log S (Greenwood)."""
    s = curve.estimate
    error = np.sqrt(curve.hazard_variance)
    return [s, np.where(s > 0, s, np.nan) * error, *limits(s, error, z)]


def _half(time: np.ndarray, s: np.ndarray) -> float:
    """First time at which a curve is below 0.5; in the middle if it rests at 0.5 before it falls; missing if never."""
    reached = np.flatnonzero(s < 0.5 + HALF)
    if not len(reached):
        return np.nan
    first = reached[0]
    lower = np.flatnonzero(s[first:] < s[first])
    if abs(s[first] - 0.5) < HALF and len(lower):
        return (time[first] + time[first + lower[0]]) / 2
    return time[first]


def _area(curve: _Curve, tau: float) -> tuple[float, float]:
    """Area under S up to tau and its standard error: sum of (area after t)^2 d/(Y (Y - d)) (Kaplan, Meier 1958)."""
    use = curve.counts.time < tau
    time, s = curve.counts.time[use], curve.estimate[use]
    width = np.diff(np.concatenate(([0.0], time, [tau])))
    pieces = width * np.concatenate(([1.0], s))
    after = np.cumsum(pieces[::-1])[::-1][1:]
    y, d = curve.counts.at_risk[use], curve.counts.count[EVENT][use]
    return pieces.sum(), np.sqrt(np.sum(after**2 * ratio(d, y * (y - d.astype(float)))))


def _log_rank(time: np.ndarray, event: np.ndarray, group: np.ndarray, k: int) -> tuple[np.ndarray, ...]:
    """Expected events (k,), observed less expected (k,) and its covariance (k, k): hypergeometric (Mantel 1966)."""
    at_risk, (events,) = beside(time, event, group, k, 2)
    y, d = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk / y
    expected = (share * d).sum(axis=1)
    weight = d * (y - d) / np.maximum(y - 1, 1)
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    return expected, events.sum(axis=1) - expected, covariance
