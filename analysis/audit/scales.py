"""The scales on which intervals are symmetric, and what an interval says of the number of patients behind it.

Vocabulary: the *box* of a figure is the range of unrounded values that print as it stands; the *centre* of an interval
is the middle of its limits on a scale; the *effective number* is the number of fully observed patients in whom an
incidence would be known as precisely.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import stats

Z = {"95% CI": stats.norm.ppf(0.975), "90% CI": stats.norm.ppf(0.95)}
GRID = 41  # points across a box: finer grids change no printed digit


class Scale(NamedTuple):
    """A monotone transformation and its inverse."""

    name: str
    there: Callable
    back: Callable


LOG = Scale("log", np.log, np.exp)
LOG_LOG = Scale("log(-log)", lambda x: np.log(-np.log(x)), lambda y: np.exp(-np.exp(y)))
PLAIN = Scale("plain", lambda x: x, lambda y: y)
LOGIT = Scale("logit", lambda x: np.log(x / (1 - x)), lambda y: 1 / (1 + np.exp(-y)))

# the first is the usual one; a report that keeps to another is judged by that
SCALES = {
    "hazard ratio": (LOG,),
    "relative risk": (LOG,),
    "odds ratio": (LOG,),
    "cumulative incidence": (LOG_LOG, LOG, PLAIN, LOGIT),
    "survival probability": (LOG_LOG, LOG, PLAIN, LOGIT),
}


class Boxes(NamedTuple):
    """Unrounded values that print as estimate, lower and upper limit; shares between 0 and 1."""

    value: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]


def boxes(row) -> Boxes | None:
    """The boxes of a claim, or None where a box leaves the range that a scale can carry.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> hr = dict(value=1.82, resolution=0.01, low=0.75, low_resolution=0.01, high=4.34, high_resolution=0.01)
    >>> [round(float(end), 3) for end in boxes(SimpleNamespace(**hr, unit="HR")).low]
    [0.745, 0.755]
    """
    if row.value is None or row.low is None or row.high is None:
        return None
    by = 100.0 if row.unit == "%" else 1.0
    found = []
    for column, digit in (("value", "resolution"), ("low", "low_resolution"), ("high", "high_resolution")):
        half = (getattr(row, digit) or 0.0) / 2
        found.append(((getattr(row, column) - half) / by, (getattr(row, column) + half) / by))
    flat = [end for box in found for end in box]
    return None if min(flat) <= 0 or (by == 100 and max(flat) >= 1) else Boxes(*found)


def centre(low: tuple[float, float], high: tuple[float, float], scale: Scale) -> tuple[float, float]:
    """Smallest and largest centre of an interval.

    Parameters
    ----------
    low, high : tuple of float
        Boxes of the limits.
    scale : Scale
        Where the middle is taken.

    Returns
    -------
    tuple of float
        In the unit of the limits.

    Examples
    --------
    >>> [round(float(end), 3) for end in centre((0.745, 0.755), (4.335, 4.345), LOG)]
    [1.797, 1.811]
    """
    ends = [float(scale.back((scale.there(low[i]) + scale.there(high[i])) / 2)) for i in (0, 1)]
    return min(ends), max(ends)


def mirror(value: tuple[float, float], limit: tuple[float, float], scale: Scale) -> tuple[float, float]:
    """Smallest and largest other limit that would make an interval symmetric.

    Examples
    --------
    >>> [round(100 * float(end), 1) for end in mirror((0.0515, 0.0525), (0.115, 0.125), LOG_LOG)]
    [1.5, 1.8]
    """
    ends = [float(scale.back(2 * scale.there(v) - scale.there(x))) for v in value for x in limit]
    return min(ends), max(ends)


def meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two ranges have a value in common.

    Examples
    --------
    >>> meet((1, 2), (1.5, 3)), meet((1, 2), (2.1, 3))
    (True, False)
    """
    return one[0] <= other[1] and other[0] <= one[1]


def effective_number(row) -> tuple[float, float] | None:
    """Smallest and largest effective number of patients behind an incidence with a log(-log) interval.

    Parameters
    ----------
    row : claim
        With estimate and limits in percent.

    Returns
    -------
    tuple of float or None
        ``F (1 - F) / se²`` over all unrounded intervals that are symmetric on log(-log) around a value that prints as
        the estimate; None where there are none.

    References
    ----------
    Kish L. Survey Sampling. New York: Wiley; 1965: effective sample size. The interval
    ``F ** exp(±z se / (F log F))`` as in R's tidycmprsk; Kalbfleisch and Prentice, The Statistical Analysis of Failure
    Time Data, 2nd ed. 2002, equation 1.12.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> cells = dict(value=1.4, resolution=0.1, low=0.63, low_resolution=0.01, high=2.8, high_resolution=0.1)
    >>> [round(n) for n in effective_number(SimpleNamespace(**cells, unit="%", interval="95% CI"))]
    [466, 506]
    """
    found = _effective(row)
    return found and (float(found[1].min()), float(found[1].max()))


def effective_events(row) -> tuple[float, float] | None:
    """Smallest and largest number of events that an incidence carries: effective number times incidence.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> cells = dict(value=4.5, resolution=0.1, low=2.8, low_resolution=0.1, high=6.9, high_resolution=0.1)
    >>> [round(n, 1) for n in effective_events(SimpleNamespace(**cells, unit="%", interval="95% CI"))]
    [17.2, 19.0]
    """
    found = _effective(row)
    if found is None:
        return None
    events = found[0] * found[1]
    return float(events.min()), float(events.max())


def _effective(row) -> tuple[np.ndarray, np.ndarray] | None:
    """Shares and effective numbers over all unrounded intervals."""
    found = boxes(row)
    if found is None or row.interval not in Z or row.unit != "%":
        return None
    low, high = np.meshgrid(np.linspace(*found.low, GRID), np.linspace(*found.high, GRID))
    middle = (LOG_LOG.there(low) + LOG_LOG.there(high)) / 2
    share = LOG_LOG.back(middle)
    fits = (share >= found.value[0]) & (share <= found.value[1])
    if not fits.any():
        return None
    width = (LOG_LOG.there(low) - LOG_LOG.there(high)) / (2 * Z[row.interval])
    error = width * share * -np.log(share)
    return share[fits], (share * (1 - share) / error**2)[fits]


def limits_for(share: tuple[float, float], number: tuple[float, float], kind: str = "95% CI") -> list[tuple]:
    """Boxes of the two log(-log) limits that an incidence has with an effective number of patients.

    Examples
    --------
    >>> [[round(100 * end, 1) for end in box] for box in limits_for((0.0955, 0.0965), (113, 274))]
    [[5.0, 6.5], [13.4, 15.9]]
    """
    low, high = [], []
    for value in share:
        for size in number:
            step = Z[kind] * np.sqrt((1 - value) / (size * value)) / -np.log(value)
            low.append(float(LOG_LOG.back(LOG_LOG.there(value) + step)))
            high.append(float(LOG_LOG.back(LOG_LOG.there(value) - step)))
    return [(min(low), max(low)), (min(high), max(high))]


def p_values(value: tuple[float, float], low: tuple[float, float], high: tuple[float, float], kind: str) -> tuple:
    """Smallest and largest Wald p value of a ratio and its interval.

    Parameters
    ----------
    value, low, high : tuple of float
        Boxes of the ratio and of its limits.
    kind : str
        ``95% CI`` or ``90% CI``.

    Returns
    -------
    tuple of float
        Two-sided, 0 to 1.

    References
    ----------
    Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.

    Examples
    --------
    >>> [round(float(p), 2) for p in p_values((1.135, 1.145), (0.775, 0.785), (1.215, 1.225), "95% CI")]
    [0.22, 0.28]
    """
    logs = np.log(value)
    effect = (0.0 if logs[0] <= 0 <= logs[1] else float(np.abs(logs).min()), float(np.abs(logs).max()))
    errors = [float(np.log(high[1] / low[0])), float(np.log(high[0] / low[1]))]
    z = (effect[0] * 2 * Z[kind] / errors[0], effect[1] * 2 * Z[kind] / errors[1])
    return float(2 * stats.norm.sf(z[1])), float(2 * stats.norm.sf(z[0]))
