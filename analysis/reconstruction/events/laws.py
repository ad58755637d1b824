"""Laws from which courses without t-MN are drawn: relapse, death, and the end of follow-up.

A law is a probability of each whole day; here as logarithms of that and of the probability of a later day. What is
printed bends them: a law is where a search starts and what decides where the printed numbers do not.
"""

import math

import numpy as np

RELAPSE_LAW, NON_RELAPSE_DEATH, FOLLOW_UP, DEATH_AFTER = range(4)
PDF, TAIL = 0, 1
LEAST = 1e-9  # a day that a law excludes is unlikely, not impossible


def log_law(tail: np.ndarray) -> np.ndarray:
    """Logarithms of the probability of each day, and of a later one, from the probability to be without it by a day.

    Parameters
    ----------
    tail : ndarray, shape = (days + 1,)
        From 1 at day 0 on, never rising; what is left at the end never happens.

    Returns
    -------
    ndarray, shape = (2, days + 1)
        Rows `PDF` and `TAIL`.

    Examples
    --------
    >>> np.exp(log_law(np.array([1.0, 0.5, 0.25]))).round(3)
    array([[0.  , 0.5 , 0.25],
           [1.  , 0.5 , 0.25]])
    """
    each = -np.diff(tail, prepend=1.0)
    return np.log(np.maximum(np.stack([each, tail]), LEAST))


def two_points(shape: str, early: tuple[float, float], late: tuple[float, float], days: int) -> np.ndarray:
    """Probability to be without an event by each day, through two points.

    Parameters
    ----------
    shape : {"weibull", "cured", "two rates"}
        exp(-(t/scale)^power); a share that never has the event and a constant rate in the others; or one rate up to
        the first point and another after it.
    early, late : tuple of float
        Day and probability.
    days : int
        Last day.

    Returns
    -------
    ndarray, shape = (days + 1,)

    Raises
    ------
    ValueError
        For another shape.

    Examples
    --------
    >>> [two_points(s, (100, 0.5), (1000, 0.3), 1000)[[100, 1000]].round(2).tolist() for s in ("weibull", "two rates")]
    [[0.5, 0.3], [0.5, 0.3]]
    """
    t = np.arange(days + 1.0)
    (t1, s1), (t2, s2) = early, late
    if shape == "weibull":
        power = math.log(math.log(s2) / math.log(s1)) / math.log(t2 / t1)
        return s1 ** ((t / t1) ** power)
    if shape == "cured":
        return _cured(t, t1, s1, s2)
    if shape == "two rates":
        first, second = -math.log(s1) / t1, -math.log(s2 / s1) / (t2 - t1)
        return np.exp(-first * np.minimum(t, t1) - second * np.maximum(t - t1, 0.0))
    raise ValueError(f"shape: found {shape!r}; allowed: weibull, cured, two rates")


def _cured(t: np.ndarray, t1: float, s1: float, s2: float) -> np.ndarray:
    """A cured share of nearly s2, the others at a constant rate that leads to s1 at t1, and a slow rate for all."""
    cured = s2 + 0.6 * (s1 - s2)
    rate = -math.log((s1 - 0.97 * cured) / (1.0 - cured)) / t1
    slow = -math.log(s2 / cured)
    return (cured + (1.0 - cured) * np.exp(-rate * t)) * np.exp(-slow * t / t.max())


def draw(law: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Days from a law; one more than its last day for what never happens.

    Parameters
    ----------
    law : ndarray, shape = (2, days + 1)
        As `log_law`.
    size : int
        How many.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int, shape = (size,)

    Examples
    --------
    >>> draw(log_law(np.array([1.0, 0.0])), 3, np.random.default_rng(1))
    array([1, 1, 1])
    """
    cumulated = np.cumsum(np.exp(law[PDF, 1:]))
    return 1 + np.searchsorted(cumulated, rng.random(size), side="right")
