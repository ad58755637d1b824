"""Binomial–normal and Poisson–normal mixed models, by maximum likelihood.

Vocabulary: study i has *events*, a *size* (patients or person-time) and a linear predictor ``x_i beta + tau z_i`` with
``z_i`` standard normal; the events are binomial on the logit scale or Poisson on the log scale. Studies without events
enter with their likelihood; nothing is added to any count.

The integral over ``z`` is taken by the trapezoidal rule between bounds outside which the integrand is below 1e-20 of
its peak. For such smooth functions the rule converges geometrically (Trefethen and Weideman, SIAM Review
2014;56:385-458), so that the likelihood is exact to rounding; adaptive Gauss–Hermite quadrature with few nodes is not
when counts are zero. Score and information are integrals over the same nodes (Louis, J R Stat Soc B 1982;44:226-233).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special

NODES = np.linspace(0, 1, 241)  # 181 and 241 nodes agree to 1e-14 for tau up to 5
DROP = 46.0  # exp(-46) = 1e-20
STARTS = (0.2, 0.6, 1.5)  # the likelihood can have a maximum at tau = 0 and another one away from it
NEWTON_STEPS = 200
FLAT = 1e-20  # Newton's decrement at the maximum: coefficients are within 1e-10 standard errors
NEAR = 1e-8  # below this decrement full steps are safe, and the likelihood is too coarse to judge them
LARGEST_TAU = 25.0  # on the logit or log scale; beyond it the maximum lies at infinity, or nowhere that means anything
BOUNDARY_GAIN = 1e-10  # gain in log-likelihood over tau = 0 that rounding could make


class NoFiniteEstimate(ValueError):
    """The likelihood has no finite maximum: nobody, or everybody, has an event, in all studies or in each."""


class Family(NamedTuple):
    """Log-likelihood of a count, its mean and its variance, as functions of the linear predictor and the size."""

    log_likelihood: Callable
    mean: Callable
    variance: Callable
    saturated: Callable


class MixedFit(NamedTuple):
    """Maximum likelihood; ``log_likelihood`` has all constants; ``fixed`` is the log-likelihood at tau = 0."""

    beta: np.ndarray
    covariance: np.ndarray
    tau: float
    log_likelihood: float
    fixed: float
    saturated: float


def _binomial_log_likelihood(events, size, eta):
    """Binomial log-probability on the logit scale."""
    choose = special.gammaln(size + 1) - special.gammaln(events + 1) - special.gammaln(size - events + 1)
    return choose + events * eta - size * np.logaddexp(0, eta)


def _poisson_log_likelihood(events, size, eta):
    """Poisson log-probability with the logarithm of person-time as offset."""
    return events * (eta + np.log(size)) - size * np.exp(eta) - special.gammaln(events + 1)


def _binomial_saturated(events, size):
    """Log-likelihood of each study at its own proportion; 0 log 0 = 0."""
    choose = special.gammaln(size + 1) - special.gammaln(events + 1) - special.gammaln(size - events + 1)
    return choose + special.xlogy(events, events / size) + special.xlogy(size - events, 1 - events / size)


def _poisson_saturated(events, size):
    """Log-likelihood of each study at its own rate."""
    return special.xlogy(events, events) - events - special.gammaln(events + 1)


BINOMIAL = Family(
    _binomial_log_likelihood,
    lambda size, eta: size * special.expit(eta),
    lambda size, eta: size * special.expit(eta) * special.expit(-eta),
    _binomial_saturated,
)
POISSON = Family(
    _poisson_log_likelihood,
    lambda size, eta: size * np.exp(eta),
    lambda size, eta: size * np.exp(eta),
    _poisson_saturated,
)


def fit(events: np.ndarray, size: np.ndarray, x: np.ndarray, family: Family) -> MixedFit:
    """Coefficients and tau at the highest maximum of the likelihood, tau = 0 included."""
    beta, covariance = _fixed(events, size, x, family)
    fixed = float(family.log_likelihood(events, size, x @ beta).sum())
    best = (fixed, beta, 0.0, covariance)
    if len(events) > x.shape[1]:
        for tau in STARTS:
            found = _ascend(events, size, x, family, beta, tau)
            best = found if found[0] > best[0] + BOUNDARY_GAIN else best
    log_likelihood, beta, tau, covariance = best
    saturated = float(family.saturated(events, size).sum())
    return MixedFit(beta, covariance, tau, log_likelihood, fixed, saturated)


def _fixed(events, size, x, family):
    """The model without variance between studies: Newton's method on its concave likelihood, steps halved."""
    crude = events.sum() / size.sum()
    beta = np.linalg.lstsq(
        x, np.full(len(x), special.logit(crude) if family is BINOMIAL else np.log(crude)), rcond=None
    )[0]
    value = family.log_likelihood(events, size, x @ beta).sum()
    for _ in range(NEWTON_STEPS):
        eta = x @ beta
        score = x.T @ (events - family.mean(size, eta))
        covariance = np.linalg.inv(x.T @ (family.variance(size, eta)[:, None] * x))
        step = covariance @ score
        if score @ step < NEAR:
            return _polish(events, size, x, family, beta + step)
        while family.log_likelihood(events, size, x @ (beta + step)).sum() < value:
            step = step / 2
        beta = beta + step
        value = family.log_likelihood(events, size, x @ beta).sum()
    raise ValueError("no finite maximum: a covariate separates the studies with events from those without")


def _polish(events, size, x, family, beta):
    """Two more full Newton steps next to the maximum, where a likelihood can no longer tell them apart."""
    for _ in range(2):
        eta = x @ beta
        covariance = np.linalg.inv(x.T @ (family.variance(size, eta)[:, None] * x))
        beta = beta + covariance @ (x.T @ (events - family.mean(size, eta)))
    return beta, covariance


def _ascend(events, size, x, family, beta, tau):
    """Newton's method on (beta, tau) from a start; log-likelihood, beta, tau, covariance of beta."""
    theta = np.append(beta, tau)
    value, score, information = _likelihood(events, size, x, family, theta)
    for _ in range(NEWTON_STEPS):
        step = _uphill(score, information)
        decrement = float(score @ step)
        if decrement < FLAT:
            break
        trial = _likelihood(events, size, x, family, theta + step)
        while decrement > NEAR and trial[0] < value:
            step = step / 2
            trial = _likelihood(events, size, x, family, theta + step)
        theta = theta + step
        value, score, information = trial
        if abs(theta[-1]) > LARGEST_TAU:
            raise NoFiniteEstimate(
                f"heterogeneity without bound (tau > {LARGEST_TAU:g}): nearly every study is all or none"
            )
    return value, theta[:-1], float(abs(theta[-1])), np.linalg.pinv(information)[:-1, :-1]


def _uphill(score, information):
    """Newton's step, with the curvature made positive where the likelihood is not concave, at most 2 long."""
    eigenvalues, vectors = np.linalg.eigh(information)
    curvature = np.maximum(np.abs(eigenvalues), 1e-8 * np.abs(eigenvalues).max())
    step = vectors @ ((vectors.T @ score) / curvature)
    return step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))


def _likelihood(events, size, x, family, theta):
    """Log-likelihood, score and observed information of (beta, tau); Louis 1982, equations 3.1 and 3.2."""
    eta, tau = (x @ theta[:-1])[:, None], theta[-1]
    events, size = events[:, None], size[:, None]
    z, spacing = _nodes(events, size, eta, tau, family)
    predictor = eta + tau * z
    height = family.log_likelihood(events, size, predictor) - z**2 / 2
    peak = height.max(axis=1, keepdims=True)
    share = np.exp(height - peak)
    total = share.sum(axis=1, keepdims=True)
    value = float(np.sum(peak + np.log(total * spacing)) - len(events) * np.log(2 * np.pi) / 2)
    share = share / total
    residual = events - family.mean(size, predictor)
    # each score is a residual times (x, z), so that only moments of residual, z and their products are needed
    first, first_z = _mean(share, residual), _mean(share, residual * z)
    variance = family.variance(size, predictor)
    beta_beta = _mean(share, variance) - (_mean(share, residual**2) - first**2)
    beta_tau = _mean(share, variance * z) - (_mean(share, residual**2 * z) - first * first_z)
    tau_tau = _mean(share, variance * z**2) - (_mean(share, (residual * z) ** 2) - first_z**2)
    score = np.append(x.T @ first, first_z.sum())
    corner = x.T @ beta_tau
    information = np.block([[x.T @ (beta_beta[:, None] * x), corner[:, None]], [corner[None, :], tau_tau.sum()]])
    return value, score, information


def _mean(share, values):
    """Mean over the nodes of each study."""
    return np.sum(share * values, axis=1)


def _nodes(events, size, eta, tau, family):
    """Equally spaced nodes of each study and their spacing; shape = (k, nodes) and (k, 1)."""
    mode = _mode(events, size, eta, tau, family)
    low, high = (_bound(events, size, eta, tau, family, mode, side) for side in (-1, 1))
    return low + (high - low) * NODES, (high - low) * NODES[1]


def _slope(events, size, eta, tau, family, z):
    """Derivative of the integrand's logarithm, and minus its second derivative."""
    predictor = eta + tau * z
    slope = tau * (events - family.mean(size, predictor)) - z
    return slope, tau**2 * family.variance(size, predictor) + 1


def _mode(events, size, eta, tau, family):
    """Where the integrand peaks: its logarithm is concave; Newton's steps are kept short where it bends."""
    z = np.zeros_like(eta)
    longest = 1 / max(abs(tau), 0.1)
    for _ in range(NEWTON_STEPS):
        slope, curvature = _slope(events, size, eta, tau, family, z)
        step = np.clip(slope / curvature, -longest, longest)
        z = z + step
        if np.all(np.abs(step) < 1e-9 / np.sqrt(curvature)):
            break
    return z


def _bound(events, size, eta, tau, family, mode, side):
    """A point where the integrand is below exp(-DROP) of its peak.

    The prior alone drops that far at the first point; from outside, Newton's steps on a concave function stay outside.
    """
    target = family.log_likelihood(events, size, eta + tau * mode) - mode**2 / 2 - DROP
    z = mode + side * np.sqrt(2 * DROP)
    for _ in range(NEWTON_STEPS):
        short = family.log_likelihood(events, size, eta + tau * z) - z**2 / 2 - target
        if np.all(short > -DROP / 8):
            break
        slope, _ = _slope(events, size, eta, tau, family, z)
        z = z - short / slope
    return z
