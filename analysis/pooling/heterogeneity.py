"""How sure is the variance between studies? Intervals of tau² and I².

For estimates with standard errors by the Q-profile method, for counts by the profile of the mixed model's likelihood.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from analysis.pooling import inverse_variance, mixed_model
from analysis.pooling.pooled import checked_counts, checked_estimates, log_odds, log_rates

HIGHEST_TAU = 10.0  # on the logit or log scale; an interval that reaches beyond says nothing
STEPS = 60  # of Newton's method in one dimension


class Heterogeneity(NamedTuple):
    """Limits of tau² on the scale of the model and of I² in percent; NaN where one study cannot tell."""

    tau2_low: float
    tau2_high: float
    i2_low: float
    i2_high: float


def q_profile(estimate: ArrayLike, std_error: ArrayLike, *, confidence_level: float = 0.95) -> Heterogeneity:
    """Interval of tau² and I² from the generalised Q statistic.

    Parameters
    ----------
    estimate, std_error : array_like of float, shape = (k,)
        As in `analysis.pooling.pool`.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    Heterogeneity

    References
    ----------
    Viechtbauer, Stat Med 2007;26:37-52.

    Examples
    --------
    >>> [round(x, 3) for x in q_profile([0.1, 0.5, 0.9, 0.2], [0.1, 0.14, 0.1, 0.17])]
    [0.029, 1.783, 66.528, 99.175]
    """
    y, se = checked_estimates(estimate, std_error)
    k = len(y)
    if k < 2:
        return Heterogeneity(*[np.nan] * 4)

    def q(tau2: float) -> float:
        w = 1 / (se**2 + tau2)
        return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))

    tail = (1 - confidence_level) / 2
    limits = [_root(lambda t, c=c: q(t) - c) for c in (stats.chi2.isf(tail, k - 1), stats.chi2.ppf(tail, k - 1))]
    return _with_i2(*limits, inverse_variance.typical_variance(se**2, np.ones((k, 1))))


def likelihood_profile(
    events: ArrayLike, size: ArrayLike, *, rates: bool = False, confidence_level: float = 0.95
) -> Heterogeneity:
    """Interval of tau² and I² of the mixed model for counts, by the likelihood-ratio test of tau.

    Parameters
    ----------
    events, size : array_like, shape = (k,)
        Counts, and totals or person-time.
    rates : bool
        Whether ``size`` is person-time (Poisson) and not a number of patients (binomial).
    confidence_level : float
        Of the intervals.

    Returns
    -------
    Heterogeneity
        I² relates tau² to the typical variance of the study's own log-odds or log rates, as in `pool_proportions`.

    References
    ----------
    Hardy and Thompson, Stat Med 1996;15:619-629.

    Examples
    --------
    >>> round(likelihood_profile([0, 6, 1, 29, 0], [60, 127, 26, 520, 31]).tau2_low, 3)
    0.0
    """
    x, n = checked_counts(events, size, whole=not rates)
    if len(x) < 2:
        return Heterogeneity(*[np.nan] * 4)
    family = mixed_model.POISSON if rates else mixed_model.BINOMIAL
    ones = np.ones((len(x), 1))
    best = mixed_model.fit(x, n, ones, family)
    drop = stats.chi2.isf(1 - confidence_level, 1) / 2
    beta = float(best.beta[0])

    def short(tau: float) -> float:
        return best.log_likelihood - _at(x, n, ones, family, beta, tau) - drop

    low = optimize.brentq(short, 0.0, best.tau, xtol=1e-10) if best.tau > 0 and short(0.0) > 0 else 0.0
    high = best.tau + 0.5
    while short(high) < 0 and high < HIGHEST_TAU:
        high *= 2
    high = optimize.brentq(short, best.tau, high, xtol=1e-10) if short(high) > 0 else np.inf
    _, v = log_rates(x, n) if rates else log_odds(x, n)
    return _with_i2(low**2, high**2, inverse_variance.typical_variance(v, ones))


def _at(x, n, ones, family, beta: float, tau: float) -> float:
    """Highest log-likelihood at a given tau: Newton's method on the mean."""
    value = -np.inf
    for _ in range(STEPS):
        value, score, information = mixed_model._likelihood(x, n, ones, family, np.array([beta, tau]))
        step = float(score[0] / abs(information[0, 0]))
        beta += np.clip(step, -1, 1)
        if abs(step) < 1e-10:
            break
    return value


def _root(function) -> float:
    """Root of a falling function of tau², 0 where it is below zero from the start."""
    if function(0.0) <= 0:
        return 0.0
    high = 1.0
    while function(high) > 0:
        high *= 4
    return float(optimize.brentq(function, 0.0, high, xtol=1e-14, rtol=1e-13))


def _with_i2(low: float, high: float, typical: float) -> Heterogeneity:
    """I² from tau²; Higgins and Thompson 2002, equation 9."""
    shares = [100.0 if np.isinf(t) else 100 * t / (t + typical) for t in (low, high)]
    return Heterogeneity(float(low), float(high), *map(float, shares))
