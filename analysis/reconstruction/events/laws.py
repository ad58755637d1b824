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


def early_and_late(first: tuple[float, float], second: tuple[float, float], early: tuple[float, float], power: float):
    """Probability to be without an event where a part fails early and all others slowly, through two points.

    Parameters
    ----------
    first, second : tuple of float
        Day and probability to be without the event by then, both after the early part.
    early : tuple of float
        Day by which the early part is nearly over, and how much of it is then left (a share of it).
    power : float
        Shape of the early part, a Weibull law: 1 is a constant rate, below 1 the first days are worst, above 1 a peak
        comes later.

    Returns
    -------
    function
        Of an array of days.

    Examples
    --------
    >>> free = early_and_late((360, 0.5), (1460, 0.3), (235, 0.02), 1.0)
    >>> free(np.array([0, 100, 360, 1460])).round(2)
    array([1.  , 0.64, 0.5 , 0.3 ])
    """
    (t1, s1), (t2, s2) = first, second
    rate = math.log(s1 / s2) / (t2 - t1)
    late = s1 * math.exp(rate * t1)  # those who do not fail early
    scale = early[0] / (-math.log(early[1])) ** (1 / power)

    def free(t: np.ndarray) -> np.ndarray:
        return (late + (1 - late) * np.exp(-((t / scale) ** power))) * np.exp(-rate * t)

    return free


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
