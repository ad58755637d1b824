r"""Can an estimate, its limits and its p value belong together? A few straight lines decide.

Vocabulary: on its scale an estimate is :math:`b`, its limits are :math:`b \mp z s` and its p value is
:math:`2\Phi(-|b|/s)`. The window of each figure is a strip of the half-plane :math:`(b, s \ge 0)`; figures can hold
together if their strips have a point in common, and a figure left out may be whatever the others allow.
"""

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from scipy import stats

from analysis.audit.scales import Scale

GUARD = 1e-9  # on the scale: windows are widened by it, so that rounding of computers never makes a conflict
FAR = 40.0  # no printed figure is that far out on any of the scales
Window = tuple[float, float]


def corners(windows: Mapping[str, Window], scale: Scale, z: float) -> np.ndarray:
    """Corners of the region of (b, s) that agrees with all windows.

    Parameters
    ----------
    windows : mapping
        Windows by ``value``, ``low``, ``high`` (in the unit of the figures) and ``p``; any of them may be missing.
    scale : Scale
        Where the interval is symmetric.
    z : float
        Normal quantile of the interval.

    Returns
    -------
    ndarray of float, shape = (k, 2)
        b and s; empty if nothing agrees. A p value makes two regions, one for each sign of b.

    Examples
    --------
    >>> from analysis.audit.scales import LOG
    >>> windows = {"value": (1.815, 1.825), "low": (0.745, 0.755), "high": (4.335, 4.345)}
    >>> len(corners(windows, LOG, 1.96))
    0
    >>> len(corners({side: windows[side] for side in ("low", "high")}, LOG, 1.96))
    4
    """
    signs = (1.0, -1.0) if "p" in windows else (0.0,)
    return np.concatenate([_corners(*_half_planes(windows, scale, z, sign)) for sign in signs])


def together(windows: Mapping[str, Window], scale: Scale, z: float) -> bool:
    """Whether figures with these windows can belong to one estimate; parameters as in `corners`.

    Examples
    --------
    >>> from analysis.audit.scales import LOG_LOG
    >>> together({"value": (0.0955, 0.0965), "high": (0.0785, 0.0795)}, LOG_LOG, 1.96)
    False
    """
    return len(corners(windows, scale, z)) > 0


def allowed(side: str, windows: Mapping[str, Window], scale: Scale, z: float) -> Window | None:
    """Smallest and largest figure that the others allow on one side; None where they leave it open.

    Parameters
    ----------
    side : {"value", "low", "high"}
        Which figure; its own window is not used.
    windows, scale, z
        As in `corners`.

    Returns
    -------
    tuple of float or None
        In the unit of the figures.

    Examples
    --------
    The lower limit that goes with 5.2 (upper limit 12), in closed form L = exp(-(ln F)² / -ln U):

    >>> from analysis.audit.scales import LOG_LOG
    >>> windows = {"value": (0.0515, 0.0525), "high": (0.115, 0.125)}
    >>> [round(100 * end, 2) for end in allowed("low", windows, LOG_LOG, 1.96)]
    [1.45, 1.8]
    """
    found = corners({name: window for name, window in windows.items() if name != side}, scale, z)
    if not len(found) or float(np.abs(found).max()) >= FAR:
        return None
    shift = {"value": 0.0, "low": -1.0, "high": 1.0}[side] * _direction(scale) * z
    ends = scale.back(found[:, 0] + shift * found[:, 1])
    return float(ends.min()), float(ends.max())


def _direction(scale: Scale) -> float:
    """Whether a scale keeps the order of figures (1) or turns it round (-1), as log(-log) does."""
    return 1.0 if scale.there(0.6) > scale.there(0.4) else -1.0


def _half_planes(windows: Mapping[str, Window], scale: Scale, z: float, sign: float) -> tuple[np.ndarray, np.ndarray]:
    """The region as rows of ``normal · (b, s) <= bound``."""
    slope = {"value": 0.0, "low": -z * _direction(scale), "high": z * _direction(scale)}
    rows = [((1.0, 0.0), FAR), ((-1.0, 0.0), FAR), ((0.0, 1.0), FAR), ((0.0, -1.0), 0.0)]
    for side, (first, last) in windows.items():
        if side == "p":
            largest, smallest = (float(stats.norm.isf(min(p, 1.0) / 2)) for p in (first, last))
            rows += [((-sign, 0.0), 0.0), ((-sign, smallest), GUARD)]
            rows += [((sign, -largest), GUARD)] if math.isfinite(largest) else []
            continue
        ends = sorted((float(scale.there(first)), float(scale.there(last))))
        rows += [((1.0, slope[side]), ends[1] + GUARD), ((-1.0, -slope[side]), GUARD - ends[0])]
    return np.array([normal for normal, _ in rows]), np.array([bound for _, bound in rows])


def _corners(normals: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Points where two of the lines meet that lie in all half-planes."""
    pairs = np.array(list(combinations(range(len(normals)), 2)))
    one, other = normals[pairs[:, 0]], normals[pairs[:, 1]]
    determinant = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    some = np.abs(determinant) > GUARD
    one, other, pairs, determinant = one[some], other[some], pairs[some], determinant[some]
    first, second = bounds[pairs[:, 0]], bounds[pairs[:, 1]]
    points = np.stack([first * other[:, 1] - second * one[:, 1], one[:, 0] * second - other[:, 0] * first], axis=1)
    points /= determinant[:, None]
    inside = (points @ normals.T <= bounds + GUARD / 1000).all(axis=1)
    return points[inside]
