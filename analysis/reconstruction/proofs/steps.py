r"""How few events can carry a printed rise of a curve? A bound on the variance from the size of the steps.

Vocabulary: an event of the cause raises the curve by a *step* :math:`s = S(t-)/Y(t)`, where S is the share free of
every event and Y the number at risk; steps never shrink with time, since S falls with events as Y does and Y alone
with censoring. The *early* window lies between the first and second of three horizons, the *late* one between the
second and third.

At a horizon k each event j of the cause adds :math:`s_j^2 (1 - (F_k - F_j)/S_j)^2` to the variance of Gray (1988), for
d ties on a day d times this, times :math:`1 - (d-1)/(Y-1)`; competing events add something too. So a few events that
carry a large rise make the interval wide. With a events in the early window, a rise of :math:`\delta` and a share of at
least x free of every event at its end, the three facts

1. :math:`S_j - (F_k - F_j) \ge x`, so that an event adds at least :math:`s_j\,(h(R_j + s_j) - h(R_j))` with
   :math:`h(r) = r x/(x + r)` and :math:`R_j = F_k - F_j`, ties included,
2. h is concave with :math:`h(0) = 0`, and the last i of a steps that do not shrink carry at least i/a of the rise,
3. summation by parts

give :math:`h(\delta)\,\delta/a` for the window, and :math:`\delta^2` for a single event. What stood before adds its own
variance times :math:`(x/(x+\delta))^2` (`analysis.reconstruction.proofs.curves`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.proofs.curves import GUARD, Cells

MOST = 12  # events tried in the early window; more are never excluded by fewer


def excess(points: Sequence[Cells], free: float, most: int = MOST) -> np.ndarray:
    """By how much the variance is too large at least, for each number of events.

    Parameters
    ----------
    points : sequence of Cells
        Incidence and variance at three horizons.
    free : float
        Least share free of every event at the second horizon.
    most : int
        Largest number of events in the early window.

    Returns
    -------
    ndarray of float, shape = (most + 1, 3)
        Bound over allowed variance, the larger of second and third horizon, for 0, 1, ... events in the early window
        (rows) and 0, 1, or at least 2 in the late one (columns): above 1, no cohort has so few; infinite where no
        event leaves no rise.

    References
    ----------
    Variance: Gray RJ. Ann Stat 1988;16:1141-1154, as in `analysis.incidence`.
    """
    first, second, third = _crossed(points)
    rise, later = _rise(first, second), _rise(second, third)
    found = np.full((most + 1, 3), np.inf)
    if not all(len(point.low) for point in points):
        return found
    before = (free / (free + rise.most)) ** 2 * first.least
    kept = np.maximum(1 - later.most / free, 0) ** 2
    for early in range(most + 1):
        able = rise.able & ((early > 0) | (rise.least <= 0))
        shrunk = 1 if early == 1 else free / (free + rise.least)
        here = before + rise.least**2 / early * shrunk if early else first.least
        there = kept * np.maximum(here, second.least)
        for late in range(3):
            more = later.least**2 if late == 1 else 0.0
            then = there + more if late else np.maximum(here, second.least)
            bound = np.maximum(here / second.most, then / third.most)
            fits = able & later.able & ((late > 0) | (later.least <= 0))
            found[early, late] = np.where(fits, bound, np.inf).min()
    return found


def fewest(whole: np.ndarray, parts: Sequence[np.ndarray]) -> tuple[int, int]:
    """Fewest events of all patients in both windows, given what the curves of all and of disjoint groups need.

    Parameters
    ----------
    whole : ndarray
        `excess` of the curve of all patients.
    parts : sequence of ndarray
        `excess` of the curves of groups without common patients; there may be patients in none.

    Returns
    -------
    early, late : int
        Of those with the smallest sum the one with fewest early events; larger than any that were tried if none fits.

    Examples
    --------
    All patients need three early events, one group needs two late ones and another one:

    >>> whole = np.array([[9.0, 9, 9], [9, 9, 9], [9, 9, 9], [0, 0, 0]])
    >>> one, other = np.array([[9.0, 9, 0]] * 4), np.array([[9.0, 0, 0]] * 4)
    >>> fewest(whole, [one, other])
    (3, 3)
    """
    needed = {(0, 0)}
    for part in parts:
        able = _least(set(map(tuple, np.argwhere(part <= 1 + GUARD).tolist())))
        needed = _least({(early + a, late + b) for early, late in needed for a, b in able})
    size = len(whole)
    fits = [
        (early + late, early, late)
        for early in range(size)
        for late in range(2 * len(parts) + 3)
        if whole[early, min(late, 2)] <= 1 + GUARD and any(a <= early and b <= late for a, b in needed)
    ]
    return min(fits, default=(size, size, 0))[1:]


def _least(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pairs that no other pair undercuts in both numbers."""
    return {(a, b) for a, b in pairs if not any(c <= a and d <= b and (c, d) != (a, b) for c, d in pairs)}


class _Rise(NamedTuple):
    """Smallest and largest rise between the cells of two horizons, and whether the curve need not fall."""

    least: np.ndarray
    most: np.ndarray
    able: np.ndarray


def _crossed(points: Sequence[Cells]) -> list[Cells]:
    """The cells of three horizons along three axes."""
    shapes = ((-1, 1, 1), (1, -1, 1), (1, 1, -1))
    return [Cells(*(c.reshape(shape) for c in point)) for point, shape in zip(points, shapes, strict=True)]


def _rise(before: Cells, after: Cells) -> _Rise:
    """How much the curve rises between two horizons."""
    least, most = np.maximum(after.low - before.high, 0), np.maximum(after.high - before.low, 0)
    return _Rise(least, most, after.high >= before.low)
