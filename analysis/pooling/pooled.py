"""One pooled number: of estimates, of proportions, of rates."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from analysis.pooling import inverse_variance, mixed_model
from analysis.pooling.mixed_model import NoFiniteEstimate

ADDED_TO_ZERO_CELLS = 0.5  # only in studies with an empty cell and only outside the GLMM, as metafor's escalc does


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate on the natural scale.

    ``std_error`` and ``tau2`` are on the scale of the model (``scale``: as given, logit, log); ``i2`` and ``weights``
    are in percent; ``prediction_low`` and ``prediction_high`` are NaN where the model has no heterogeneity to predict
    from (``method="equal"``) or a single study cannot tell it.
    """

    estimate: float
    conf_low: float
    conf_high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    h2: float
    q: float
    q_p_value: float
    k: int
    weights: np.ndarray
    std_error: float
    z: float
    p_value: float
    method: str
    scale: str
    log_likelihood: float = np.nan


def pool(
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    method: str = "reml",
    knapp_hartung: bool = False,
    confidence_level: float = 0.95,
) -> Pooled:
    """Pool estimates with known standard errors, such as log hazard ratios.

    Parameters
    ----------
    estimate, std_error : array_like of float, shape = (k,)
        One study each; on a scale on which estimates are about normal. Standard errors are positive.
    method : {"reml", "dl", "pm", "equal"}
        Estimator of tau²: restricted maximum likelihood, DerSimonian–Laird, Paule–Mandel, or none.
    knapp_hartung : bool
        Standard error from the weighted residuals and a t distribution with k − 1 degrees of freedom.
    confidence_level : float
        Of both intervals.

    Returns
    -------
    Pooled
        On the scale of ``estimate``. A single study is returned as it is, with tau² = 0 and no prediction interval.

    Raises
    ------
    ValueError
        If there is no study, or a value is missing, infinite, or a standard error is not positive; says which rows.

    References
    ----------
    Viechtbauer, J Educ Behav Stat 2005;30:261-293; DerSimonian and Kacker, Contemp Clin Trials 2007;28:105-114; Knapp
    and Hartung, Stat Med 2003;22:2693-2710. Prediction interval: Higgins et al., J R Stat Soc A 2009;172:137-159,
    equation 12, with the normal quantile (the t quantile with k − 1 degrees of freedom after Knapp and Hartung), as
    metafor's default.

    Examples
    --------
    >>> pooled = pool([0.19, 0.57, -0.13, -0.26], [0.26, 0.46, 0.53, 0.58], method="dl")
    >>> round(pooled.estimate, 3), round(pooled.tau2, 3), round(pooled.q, 3)
    (0.164, 0.0, 1.631)
    """
    y, se = checked_estimates(estimate, std_error)
    _check_method(method, inverse_variance.METHODS)
    fitted = inverse_variance.fit(y, se**2, np.ones((len(y), 1)), method, knapp_hartung)
    return _summary(fitted, len(y), method, "as given", confidence_level, float)


def pool_proportions(
    events: ArrayLike,
    total: ArrayLike,
    *,
    method: str = "glmm",
    knapp_hartung: bool = False,
    confidence_level: float = 0.95,
) -> Pooled:
    """Pool proportions on the logit scale.

    Parameters
    ----------
    events, total : array_like of int, shape = (k,)
        Counts of each study; ``0 <= events <= total`` and ``total >= 1``.
    method : {"glmm", "reml", "dl", "pm", "equal"}
        ``"glmm"``: binomial–normal mixed model by maximum likelihood, nothing added to any count. The others pool
        log-odds and add one half to both cells of a study with an empty cell, and of such a study only.
    knapp_hartung : bool
        As in `pool`; not for the GLMM.
    confidence_level : float
        Of both intervals.

    Returns
    -------
    Pooled
        Proportions (0 to 1). In the GLMM ``q`` is the likelihood-ratio test of heterogeneity (metafor's ``QE.LRT``),
        and the weights, which that model does not have, are each study's share of the information at the pooled
        estimate.

    Raises
    ------
    ValueError
        If a count is impossible; if, in the GLMM, no study or every patient has an event, since the log-odds are then
        infinite (`analysis.intervals.proportion_interval` of the summed counts is finite).

    References
    ----------
    Hamza, van Houwelingen and Stijnen, J Clin Epidemiol 2008;61:41-51; Stijnen, Hamza and Ozdemir, Stat Med
    2010;29:3046-3067.

    Examples
    --------
    >>> pooled = pool_proportions([0, 6, 1, 29, 0], [60, 127, 26, 520, 31])
    >>> round(pooled.estimate, 4), round(pooled.tau2, 4), pooled.k
    (0.0471, 0.0, 5)
    """
    x, n = checked_counts(events, total, whole=True)
    _check_method(method, ("glmm", *inverse_variance.METHODS))
    if method == "glmm":
        _check_some_events(x, n, binomial=True)
        return _glmm(x, n, mixed_model.BINOMIAL, "logit", knapp_hartung, confidence_level, special.expit)
    y, v = log_odds(x, n)
    fitted = inverse_variance.fit(y, v, np.ones((len(y), 1)), method, knapp_hartung)
    return _summary(fitted, len(y), method, "logit", confidence_level, special.expit)


def pool_rates(
    events: ArrayLike,
    person_time: ArrayLike,
    *,
    method: str = "glmm",
    knapp_hartung: bool = False,
    confidence_level: float = 0.95,
) -> Pooled:
    """Pool incidence rates on the log scale.

    Parameters
    ----------
    events : array_like of int, shape = (k,)
        Counts of each study.
    person_time : array_like of float, shape = (k,)
        Time at risk, positive, in any one unit.
    method : {"glmm", "reml", "dl", "pm", "equal"}
        ``"glmm"``: Poisson–normal mixed model by maximum likelihood, nothing added to any count. The others pool log
        rates and add one half to the events of a study without any.
    knapp_hartung : bool
        As in `pool`; not for the GLMM.
    confidence_level : float
        Of both intervals.

    Returns
    -------
    Pooled
        Events per unit of person-time; see `pool_proportions` for ``q`` and ``weights`` of the GLMM.

    Raises
    ------
    ValueError
        If a count is negative, a time not positive, or, in the GLMM, no study has an event
        (`analysis.intervals.rate_interval` of the sums is finite).

    References
    ----------
    Stijnen, Hamza and Ozdemir, Stat Med 2010;29:3046-3067.

    Examples
    --------
    >>> pooled = pool_rates([0, 6, 1, 29, 0], [132.4, 130.2, 59.8, 1281.6, 30.6])
    >>> round(1000 * pooled.estimate, 1), round(pooled.tau2, 3)
    (22.0, 0.0)
    """
    x, t = checked_counts(events, person_time, whole=False)
    _check_method(method, ("glmm", *inverse_variance.METHODS))
    if method == "glmm":
        _check_some_events(x, t, binomial=False)
        return _glmm(x, t, mixed_model.POISSON, "log", knapp_hartung, confidence_level, np.exp)
    y, v = log_rates(x, t)
    fitted = inverse_variance.fit(y, v, np.ones((len(y), 1)), method, knapp_hartung)
    return _summary(fitted, len(y), method, "log", confidence_level, np.exp)


def log_odds(x: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds and their variances; Haldane's one half where a cell is empty."""
    add = np.where((x == 0) | (x == n), ADDED_TO_ZERO_CELLS, 0.0)
    with_event, without = x + add, n - x + add
    return np.log(with_event / without), 1 / with_event + 1 / without


def log_rates(x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log rates and their variances; one half of an event where there is none."""
    count = x + np.where(x == 0, ADDED_TO_ZERO_CELLS, 0.0)
    return np.log(count / t), 1 / count


def checked_estimates(estimate: ArrayLike, std_error: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of the same length, finite, with positive standard errors."""
    y, se = _pair(estimate, std_error)
    _refuse(~(np.isfinite(y) & np.isfinite(se) & (se > 0)), y, se, "finite estimates, standard errors above 0")
    return y, se


def checked_counts(events: ArrayLike, size: ArrayLike, *, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Whole events, with whole totals that hold them or positive person-time."""
    x, n = _pair(events, size)
    good = np.isfinite(x) & np.isfinite(n) & (x >= 0) & (x == np.floor(x)) & (n > 0)
    if whole:
        good &= (x <= n) & (n == np.floor(n))
    allowed = "whole 0 <= events <= total, total >= 1" if whole else "whole events >= 0, person_time > 0"
    _refuse(~good, x, n, allowed)
    return x, n


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two one-dimensional arrays of the same length, at least 1."""
    a, b = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (first, second))
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError(f"one value for each study is needed in both columns; got shapes {a.shape} and {b.shape}")
    return a, b


def _refuse(bad: np.ndarray, first: np.ndarray, second: np.ndarray, allowed: str) -> None:
    """Error with the first rows that are bad, if any is."""
    rows = np.flatnonzero(bad)
    if rows.size:
        found = ", ".join(f"row {i}: {first[i]:g} and {second[i]:g}" for i in rows[:5])
        raise ValueError(f"{rows.size} impossible value(s): {found}; allowed: {allowed}")


def _check_method(method: str, allowed: tuple[str, ...]) -> None:
    """Error that lists the methods there are."""
    if method not in allowed:
        raise ValueError(f"no method {method!r}; there are {', '.join(map(repr, allowed))}")


def _check_some_events(x: np.ndarray, size: np.ndarray, *, binomial: bool) -> None:
    """The likelihood has no finite maximum if nobody, or everybody, has an event."""
    if not x.any() or (binomial and np.all(x == size)):
        counted = f"{x.sum():g} of {size.sum():g}" if binomial else f"{x.sum():g} in {size.sum():g} of person-time"
        remedy = "proportion_interval" if binomial else "rate_interval"
        raise NoFiniteEstimate(
            f"{counted} in {len(x)} stud{'y' if len(x) == 1 else 'ies'}: the pooled estimate has no finite logarithm; "
            f"give the sums to analysis.intervals.{remedy}, which is exact"
        )


def _glmm(x, size, family, scale, knapp_hartung, confidence_level, back) -> Pooled:
    """Fit the mixed model and put it in the shape of the other models."""
    if knapp_hartung:
        raise ValueError("knapp_hartung is for the inverse-variance methods; a GLMM has no such adjustment")
    ones = np.ones((len(x), 1))
    fitted = mixed_model.fit(x, size, ones, family)
    tau2, k = fitted.tau**2, len(x)
    _, v = log_odds(x, size) if scale == "logit" else log_rates(x, size)
    typical = (
        inverse_variance.typical_variance(v, ones) if k > 1 else np.inf
    )  # as metafor: I² from the corrected variances
    q = max(0.0, 2 * (fitted.saturated - fitted.fixed)) if k > 1 else 0.0
    with_no_information = 1 / family.variance(size, np.full(k, fitted.beta[0]))
    weights = 1 / (tau2 + with_no_information)
    summary = inverse_variance.Fit(
        beta=fitted.beta,
        covariance=fitted.covariance,
        tau2=tau2,
        i2=float(100 * tau2 / (tau2 + typical)),
        h2=float(1 + tau2 / typical),
        q=q,
        q_p_value=float(stats.chi2.sf(q, k - 1)) if k > 1 else 1.0,
        weights=100 * weights / weights.sum(),
        hat=np.full(k, np.nan),
        degrees_of_freedom=None,
    )
    return _summary(summary, k, "glmm", scale, confidence_level, back, fitted.log_likelihood)


def _summary(fit, k, method, scale, confidence_level, back: Callable, log_likelihood=np.nan) -> Pooled:
    """Intervals on the scale of the model, taken back to the natural scale."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level is a share between 0 and 1; got {confidence_level}")
    mean, se = float(fit.beta[0]), float(np.sqrt(fit.covariance[0, 0]))
    width = fit.quantile(confidence_level)
    spread = np.nan if method == "equal" or k == 1 else np.sqrt(se**2 + fit.tau2)
    limits = [mean, mean - width * se, mean + width * se, mean - width * spread, mean + width * spread]
    z = mean / se
    return Pooled(
        *(float(back(limit)) for limit in limits),
        tau2=float(fit.tau2),
        i2=fit.i2,
        h2=fit.h2,
        q=fit.q,
        q_p_value=fit.q_p_value,
        k=k,
        weights=fit.weights,
        std_error=se,
        z=z,
        p_value=float(fit.p_value(z)),
        method=method,
        scale=scale,
        log_likelihood=log_likelihood,
    )
