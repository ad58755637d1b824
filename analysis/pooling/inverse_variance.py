"""Inverse-variance models: weights are one over (sampling variance + tau²).

Vocabulary: *y* effects and *v* their sampling variances, shape = (k,); *x* design, shape = (k, p), a column of ones
when nothing but the mean is estimated; *w* weights ``1 / (v + tau2)``. Nothing here checks its input; the public
functions do.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

METHODS = ("reml", "dl", "pm", "equal")
SCORING_STEPS = 5000  # Fisher scoring converges linearly; 20 steps are usual, hundreds when tau² is near its boundary
RELATIVE_STEP = 1e-13  # stop when a step changes v + tau² by less: about as far as double precision goes


class Fit(NamedTuple):
    """A fit on the scale of the model; ``degrees_of_freedom`` is None where the normal distribution is used."""

    beta: np.ndarray
    covariance: np.ndarray
    tau2: float
    i2: float
    h2: float
    q: float
    q_p_value: float
    weights: np.ndarray
    hat: np.ndarray
    degrees_of_freedom: int | None

    def quantile(self, confidence_level: float) -> float:
        """Upper quantile of the reference distribution of an estimate over its standard error."""
        tail = (1 + confidence_level) / 2
        df = self.degrees_of_freedom
        return float(stats.norm.ppf(tail) if df is None else stats.t.ppf(tail, df))

    def p_value(self, z: np.ndarray) -> np.ndarray:
        """Two-sided p-value of an estimate over its standard error."""
        df = self.degrees_of_freedom
        return 2 * (stats.norm.sf(np.abs(z)) if df is None else stats.t.sf(np.abs(z), df))


def fit(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: str, knapp_hartung: bool) -> Fit:
    """Fit by weighted least squares at the tau² of ``method``."""
    k, p = x.shape
    basis, _ = np.linalg.qr(x)  # spans the same means; tau² and Q do not depend on it, rounding errors do
    tau2 = _TAU2[method](y, v, basis) if k > p else 0.0
    w = 1 / (v + tau2)
    beta, covariance, hat = _weighted_least_squares(y, w, x)
    df = None
    if knapp_hartung and k > p:
        covariance, df = covariance * _knapp_hartung_factor(y, w, x, beta), k - p
    q = _q(y, 1 / v, basis)
    i2, h2 = _inconsistency(tau2, v, basis, q, equal=method == "equal")
    q_p_value = stats.chi2.sf(q, k - p) if k > p else 1.0
    return Fit(beta, covariance, float(tau2), i2, h2, float(q), float(q_p_value), 100 * w / w.sum(), hat, df)


def typical_variance(v: np.ndarray, x: np.ndarray) -> float:
    """Sampling variance of a typical study; Higgins and Thompson, Stat Med 2002;21:1539-1558, equation 9."""
    k, p = x.shape
    return (k - p) / _trace_p(1 / v, x)


def _weighted_least_squares(y, w, x):
    """Coefficients, their covariance and the leverages; Berkey et al., Stat Med 1995;14:395-411."""
    covariance = np.linalg.inv(x.T @ (w[:, None] * x))
    beta = covariance @ (x.T @ (w * y))
    return beta, covariance, np.einsum("ij,jk,ik->i", x, covariance, x) * w


def _knapp_hartung_factor(y, w, x, beta) -> float:
    """Weighted residual mean square; Knapp and Hartung, Stat Med 2003;22:2693-2710."""
    k, p = x.shape
    return float(np.sum(w * (y - x @ beta) ** 2) / (k - p))


def _q(y, w, x) -> float:
    """Weighted residual sum of squares; Cochran, Biometrics 1954;10:101-129."""
    beta, _, _ = _weighted_least_squares(y, w, x)
    return float(np.sum(w * (y - x @ beta) ** 2)) if len(y) > x.shape[1] else 0.0


def _trace_p(w, x) -> float:
    """Trace of P = W − W X (X'WX)⁻¹ X'W."""
    inverse = np.linalg.inv(x.T @ (w[:, None] * x))
    return float(w.sum() - np.trace(inverse @ (x.T @ ((w**2)[:, None] * x))))


def _inconsistency(tau2, v, x, q, *, equal: bool) -> tuple[float, float]:
    """I² (percent) and H²; Higgins and Thompson 2002, equation 9; without tau², from Q."""
    k, p = x.shape
    if k == p:
        return 0.0, 1.0
    if equal:
        h2 = q / (k - p)
        return float(100 * max(0.0, 1 - 1 / h2) if h2 > 0 else 0.0), float(h2)
    typical = typical_variance(v, x)
    return float(100 * tau2 / (tau2 + typical)), float((tau2 + typical) / typical)


def _equal(y, v, x) -> float:
    """No variance between studies."""
    return 0.0


def _dersimonian_laird(y, v, x) -> float:
    """Moment estimator; DerSimonian and Laird, Control Clin Trials 1986;7:177-188."""
    k, p = x.shape
    return max(0.0, (_q(y, 1 / v, x) - (k - p)) / _trace_p(1 / v, x))


def _hedges(y, v, x) -> float:
    """Unweighted moment estimator, the start of REML; Hedges and Olkin 1985, chapter 9."""
    k, p = x.shape
    _, _, leverage = _weighted_least_squares(y, np.ones(k), x)
    return max(0.0, (_q(y, np.ones(k), x) - float(np.sum(v * (1 - leverage)))) / (k - p))


def _paule_mandel(y, v, x) -> float:
    """Root of Q(tau²) = k − p, from below by Newton's method; DerSimonian and Kacker 2007."""
    k, p = x.shape
    tau2 = 0.0
    for _ in range(SCORING_STEPS):
        w = 1 / (v + tau2)
        beta, _, _ = _weighted_least_squares(y, w, x)
        squares = (y - x @ beta) ** 2
        step = (np.sum(w * squares) - (k - p)) / np.sum(w**2 * squares) if squares.any() else 0.0
        if step <= RELATIVE_STEP * (tau2 + v.min()):
            break  # Q is convex and falls with tau², so that Newton's steps never overshoot
        tau2 += step
    return float(tau2)


def _reml(y, v, x) -> float:
    """Restricted maximum likelihood by Fisher scoring; Viechtbauer, J Educ Behav Stat 2005;30:261-293."""
    tau2 = _hedges(y, v, x)
    for _ in range(SCORING_STEPS):
        step = _scoring_step(y, v, x, tau2)
        at_boundary = tau2 == 0 and step <= 0
        if at_boundary or abs(step) <= RELATIVE_STEP * (tau2 + v.min()):
            break
        tau2 = max(0.0, tau2 + step)
    if tau2 > 0 and _restricted_log_likelihood(y, v, x, 0.0) > _restricted_log_likelihood(y, v, x, tau2):
        return 0.0  # two maxima: the boundary is the higher one
    return float(tau2)


def _scoring_step(y, v, x, tau2) -> float:
    """Score over expected information of the restricted likelihood; Viechtbauer 2005."""
    w = 1 / (v + tau2)
    beta, inverse, _ = _weighted_least_squares(y, w, x)
    second = inverse @ (x.T @ ((w**2)[:, None] * x))
    third = inverse @ (x.T @ ((w**3)[:, None] * x))
    score = np.sum((w * (y - x @ beta)) ** 2) - (w.sum() - np.trace(second))
    information = np.sum(w**2) - 2 * np.trace(third) + np.trace(second @ second)
    return float(score / information)


def _restricted_log_likelihood(y, v, x, tau2) -> float:
    """Restricted log-likelihood up to a constant; Viechtbauer 2005."""
    w = 1 / (v + tau2)
    _, logdet = np.linalg.slogdet(x.T @ (w[:, None] * x))
    return float(0.5 * (np.sum(np.log(w)) - logdet - _q(y, w, x)))


_TAU2 = {"reml": _reml, "dl": _dersimonian_laird, "pm": _paule_mandel, "equal": _equal}
