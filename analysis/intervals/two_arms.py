"""Intervals that compare two arms. Vocabulary as in the package."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

from analysis.intervals.exact_difference import chan_zhang
from analysis.intervals.one_arm import checked_counts, checked_level, chosen, wilson

SMALLEST_RATIO, LARGEST_RATIO = 1e-12, 1e12  # of two risks; limits of whole counts lie well within
HALVINGS = 110  # of the range of a risk, so that the smallest ones keep all their digits


def risk_difference(
    events: ArrayLike,
    total: ArrayLike,
    events_reference: ArrayLike,
    total_reference: ArrayLike,
    *,
    method: str = "miettinen-nurminen",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Difference of two risks with its interval.

    Parameters
    ----------
    events, total, events_reference, total_reference : array_like of int, shape = (n,)
        Counts of the two arms.
    method : {"miettinen-nurminen", "newcombe", "chan-zhang"}
        Score interval with the variance under the limit tested; Wilson limits of both arms combined by squares; or the
        exact unconditional interval of that score (slower).
    confidence_level : float
        Coverage on average; of the exact interval, at least.

    Returns
    -------
    DataFrame
        The counts and ``estimate, conf_low, conf_high`` (−1 to 1): the risk less that of the reference.

    Raises
    ------
    ValueError
        If a count is impossible; says which rows.

    References
    ----------
    Miettinen and Nurminen, Stat Med 1985;4:213-226, section 2 and appendix I. Newcombe, Stat Med
    1998;17:873-890, method 10. Chan and Zhang, Biometrics 1999;55:1202-1209.

    Examples
    --------
    >>> risk_difference([56], [70], [48], [80], method="newcombe").round(4).iloc[0, 4:].tolist()
    [0.2, 0.0524, 0.3339]
    """
    counts = _two_arms(events, total, events_reference, total_reference)
    limits = chosen(DIFFERENCE_METHODS, method)(*counts, checked_level(confidence_level))
    x1, n1, x2, n2 = counts
    return _compared(counts, x1 / n1 - x2 / n2, *limits)


def risk_ratio(
    events: ArrayLike,
    total: ArrayLike,
    events_reference: ArrayLike,
    total_reference: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Ratio of two risks with its score interval (Koopman).

    Parameters
    ----------
    events, total, events_reference, total_reference : array_like of int, shape = (n,)
        Counts of the two arms.
    confidence_level : float
        Coverage on average.

    Returns
    -------
    DataFrame
        The counts and ``estimate, conf_low, conf_high`` (0 to infinity): the risk over that of the reference. The
        upper limit is infinite without events in the reference; without any event the estimate is missing and nothing
        is ruled out.

    Raises
    ------
    ValueError
        If a count is impossible; says which rows.

    References
    ----------
    Koopman PAR. Biometrics 1984;40:513-517. The restricted estimate as in Miettinen and Nurminen, Stat Med
    1985;4:213-226.

    Examples
    --------
    >>> risk_ratio([36], [40], [16], [80]).round(2).iloc[0, 4:].tolist()
    [4.5, 2.94, 7.15]
    """
    counts = _two_arms(events, total, events_reference, total_reference)
    x1, n1, x2, n2 = counts
    width = stats.norm.isf((1 - checked_level(confidence_level)) / 2)
    estimate = np.divide(x1 * n2, n1 * x2, out=np.where(x1 > 0, np.inf, np.nan), where=x2 > 0)
    limits = [_koopman(*row, ratio, width) for *row, ratio in zip(*counts, estimate, strict=True)]
    return _compared(counts, estimate, *np.array(limits, dtype=float).reshape(-1, 2).T)


def _newcombe(x1, n1, x2, n2, level):
    """Wilson limits combined by squares; Newcombe 1998, method 10."""
    p1, p2 = x1 / n1, x2 / n2
    (low1, high1), (low2, high2) = wilson(x1, n1, level), wilson(x2, n2, level)
    difference = p1 - p2
    return difference - np.hypot(p1 - low1, high2 - p2), difference + np.hypot(high1 - p1, p2 - low2)


def _miettinen_nurminen(x1, n1, x2, n2, level):
    """Both limits of each row; the upper one is minus the lower one with the arms exchanged."""
    width = stats.norm.isf((1 - level) / 2)
    low = [_lowest_difference(*row, width) for row in zip(x1, n1, x2, n2, strict=True)]
    high = [-_lowest_difference(*row, width) for row in zip(x2, n2, x1, n1, strict=True)]
    return np.array(low), np.array(high)


def _lowest_difference(x1, n1, x2, n2, width) -> float:
    """Lowest difference that the score test does not reject; Miettinen and Nurminen 1985."""
    observed = x1 / n1 - x2 / n2

    def excess(difference):
        p1, p2 = _restricted_risks(x1, n1, x2, n2, difference)
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
        return (observed - difference) - width * np.sqrt(variance)

    if excess(-1.0) <= 0:
        return -1.0
    return _root(excess, -1.0, observed)


def _restricted_risks(x1, n1, x2, n2, difference) -> tuple[float, float]:
    """Most likely risks that differ by ``difference``; Miettinen and Nurminen 1985, appendix I.

    Halving the range of the reference's risk keeps all digits of the smallest ones, where the closed form of the cubic
    loses them, and knows the ends, at which an arm has no event or nothing else.
    """
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        p = middle + difference
        rises = _slope(x1, n1 - x1, p) + _slope(x2, n2 - x2, middle) > 0  # the likelihood is concave
        low, high = (middle, high) if rises else (low, middle)
    p2 = (low + high) / 2
    return min(max(p2 + difference, 0.0), 1.0), p2


def _slope(events, others, p) -> float:
    """Derivative of a binomial log-likelihood, also at a risk of 0 or 1."""
    if (p <= 0 and events) or (p >= 1 and others):
        return np.inf if p <= 0 else -np.inf
    return (events / p if events else 0.0) - (others / (1 - p) if others else 0.0)


def _koopman(x1, n1, x2, n2, ratio, width) -> tuple[float, float]:
    """Ratios at which the score statistic reaches ``width``; Koopman 1984, section 2."""
    if x1 == 0 and x2 == 0:
        return 0.0, np.inf

    def excess(log_ratio, sign):
        theta = np.exp(log_ratio)
        p2 = _restricted_reference(x1, n1, x2, n2, theta)
        p1 = theta * p2
        variance = p1 * (1 - p1) / n1 + theta**2 * p2 * (1 - p2) / n2
        return sign * (x1 / n1 - theta * x2 / n2) - width * np.sqrt(max(variance, 0.0))

    ends = np.log([SMALLEST_RATIO, LARGEST_RATIO])
    observed = np.clip(np.log(ratio), *ends) if 0 < ratio < np.inf else ends[0 if x1 == 0 else 1]
    low = 0.0 if x1 == 0 else np.exp(_root(lambda r: excess(r, 1), ends[0], observed))
    high = np.inf if x2 == 0 else np.exp(_root(lambda r: excess(r, -1), ends[1], observed))
    return float(low), float(high)


def _restricted_reference(x1, n1, x2, n2, theta) -> float:
    """Most likely risk of the reference if the ratio is ``theta``; Miettinen and Nurminen 1985."""
    a, b, c = (n1 + n2) * theta, n1 * theta + x1 + n2 + x2 * theta, x1 + x2
    root = 2 * c / (b + np.sqrt(max(b * b - 4 * a * c, 0.0)))  # the smaller root, without subtracting like from like
    return float(min(root, 1.0, 1 / theta))


def _root(function: Callable[[float], float], outside: float, inside: float) -> float:
    """Root of a function that is positive outside and negative next to ``inside``, where it may be zero itself."""
    for halvings in range(45, 0, -1):
        start = inside + (outside - inside) * 0.5**halvings
        if function(start) < 0:
            return float(optimize.brentq(function, outside, start, xtol=1e-300, rtol=8.9e-16, maxiter=500))
    return inside


def _compared(counts, estimate, low, high) -> pd.DataFrame:
    """Table of two arms and their comparison."""
    names = ("events", "total", "events_reference", "total_reference")
    return pd.DataFrame(
        dict(zip(names, counts, strict=True)) | {"estimate": estimate, "conf_low": low, "conf_high": high}
    )


def _two_arms(events, total, events_reference, total_reference):
    """Counts of both arms, checked, of one length."""
    arms = np.broadcast_arrays(*map(np.atleast_1d, (events, total, events_reference, total_reference)))
    return (*checked_counts(*arms[:2]), *checked_counts(*arms[2:]))


DIFFERENCE_METHODS = {"miettinen-nurminen": _miettinen_nurminen, "newcombe": _newcombe, "chan-zhang": chan_zhang}
