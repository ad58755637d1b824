"""Intervals of one proportion and one rate. Vocabulary as in the package."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

HALVINGS = 80  # of a bracket whose ends are at most some powers of ten apart: down to the last bit


def proportion_interval(
    events: ArrayLike, total: ArrayLike, *, method: str = "clopper-pearson", confidence_level: float = 0.95
) -> pd.DataFrame:
    """Share of events with its interval.

    Parameters
    ----------
    events, total : array_like of int, shape = (n,)
        Counts; ``0 <= events <= total`` and ``total >= 1``.
    method : {"clopper-pearson", "mid-p", "wilson"}
        Exact; exact with half the probability of the observed count; score interval.
    confidence_level : float
        Coverage, which Clopper–Pearson never falls short of and the others reach on average.

    Returns
    -------
    DataFrame
        One row for each pair; ``events, total, estimate, conf_low, conf_high`` (shares, 0 to 1).

    Raises
    ------
    ValueError
        If a count is negative, not whole, larger than its total, or a total is zero; says which rows.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. Limits by the beta distribution, e.g. Brown, Cai and DasGupta,
    Statistical Science 2001;16:101-133, section 4.2.1. Mid-p: Berry and Armitage, The Statistician 1995;44:417-423.
    Wilson, J Am Stat Assoc 1927;22:209-212.

    Examples
    --------
    >>> proportion_interval([10], [97]).round(3).to_dict("records")
    [{'events': 10, 'total': 97, 'estimate': 0.103, 'conf_low': 0.051, 'conf_high': 0.181}]
    """
    k, n = checked_counts(events, total)
    low, high = chosen(PROPORTION_METHODS, method)(k, n, checked_level(confidence_level))
    return pd.DataFrame({"events": k, "total": n, "estimate": k / n, "conf_low": low, "conf_high": high})


def rate_interval(events: ArrayLike, person_time: ArrayLike, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Rate of events with its exact Poisson interval.

    Parameters
    ----------
    events : array_like of int, shape = (n,)
        Counts.
    person_time : array_like of float, shape = (n,)
        Time at risk, positive, in any unit.
    confidence_level : float
        Coverage that the interval never falls short of.

    Returns
    -------
    DataFrame
        One row for each pair; ``events, person_time, estimate, conf_low, conf_high`` (events per unit of person-time).

    Raises
    ------
    ValueError
        If a count is negative or not whole, or a time is not positive; says which rows.

    References
    ----------
    Garwood F. Biometrika 1936;28:437-442; limits by the chi-squared distribution.

    Examples
    --------
    >>> rate_interval([6], [130.2]).round(3).to_dict("records")
    [{'events': 6, 'person_time': 130.2, 'estimate': 0.046, 'conf_low': 0.017, 'conf_high': 0.1}]
    """
    k, t = _pair(events, person_time)
    _refuse(~((k >= 0) & (k == np.floor(k)) & (t > 0) & np.isfinite(t)), k, t, "in", "events >= 0, person_time > 0")
    tail = (1 - checked_level(confidence_level)) / 2
    low = np.where(k == 0, 0.0, stats.chi2.ppf(tail, 2 * np.maximum(k, 1))) / (2 * t)
    high = stats.chi2.isf(tail, 2 * k + 2) / (2 * t)
    return pd.DataFrame({"events": k, "person_time": t, "estimate": k / t, "conf_low": low, "conf_high": high})


def _clopper_pearson(k, n, level):
    """Each tail by the beta distribution; Brown, Cai and DasGupta 2001, section 4.2.1."""
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):  # the unused limits at no event and all events
        low = np.where(k == 0, 0.0, stats.beta.ppf(tail, k, n - k + 1))
        high = np.where(k == n, 1.0, stats.beta.ppf(1 - tail, k + 1, n - k))
    return low, high


def _mid_p(k, n, level):
    """Limits by bisection between the estimate and Clopper–Pearson's; Berry and Armitage 1995, section 2."""
    tail = (1 - level) / 2
    k, n = k.astype(np.int64), n.astype(np.int64)  # scipy warns of whole numbers that come as floats
    low, high = _clopper_pearson(k, n, level)
    low = _halved(lambda p: (special.bdtrc(k, n, p) + special.bdtrc(k - 1, n, p)) / 2 > tail, k / n, low)
    fewer, some = np.maximum(k, 1) - 1, k > 0  # nobody has fewer than no event
    high = _halved(lambda p: (some * special.bdtr(fewer, n, p) + special.bdtr(k, n, p)) / 2 > tail, k / n, high)
    return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)


def _halved(likely: Callable, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Where a condition that holds inside ceases to hold."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        holds = likely(middle)
        inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
    return (inside + outside) / 2


def wilson(k, n, level):
    """Roots of the score test; Wilson 1927."""
    z2 = stats.norm.isf((1 - level) / 2) ** 2
    centre = (k + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(k * (n - k) / n + z2 / 4)
    return np.where(k == 0, 0.0, centre - half), np.where(k == n, 1.0, centre + half)


def checked_counts(events: ArrayLike, total: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Whole counts within their totals."""
    k, n = _pair(events, total)
    good = (k >= 0) & (k <= n) & (n >= 1) & (k == np.floor(k)) & (n == np.floor(n))
    _refuse(~good, k, n, "of", "0 <= events <= total, total >= 1, whole")
    return k, n


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of one length."""
    return tuple(np.broadcast_arrays(np.atleast_1d(np.asarray(first)), np.atleast_1d(np.asarray(second))))


def _refuse(bad: np.ndarray, first: np.ndarray, second: np.ndarray, joined: str, allowed: str) -> None:
    """Error with the first rows that are bad, if any is."""
    rows = np.flatnonzero(bad)
    if rows.size:
        found = ", ".join(f"row {i}: {first[i]} {joined} {second[i]}" for i in rows[:5])
        raise ValueError(f"{rows.size} impossible count(s): {found}; allowed: {allowed}")


def checked_level(confidence_level: float) -> float:
    """A share between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level is a share between 0 and 1; got {confidence_level}")
    return confidence_level


def chosen(methods: dict[str, Callable], method: str) -> Callable:
    """The function of a method, or an error that lists them."""
    if method not in methods:
        raise ValueError(f"no method {method!r}; there are {', '.join(map(repr, methods))}")
    return methods[method]


PROPORTION_METHODS = {"clopper-pearson": _clopper_pearson, "mid-p": _mid_p, "wilson": wilson}
