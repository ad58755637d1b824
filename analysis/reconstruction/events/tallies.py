"""How many t-MN in each interval: which tables of events the printed incidences and limits allow.

The curve rises at each event by a *step*, 1/(patients x G), G being the share not yet lost to follow-up: steps do not
get smaller. The rise over an interval is the sum of its steps, so its mean step tells the number of events; the
variance is about the sum of the squared steps, so the limits tell it again; and G cannot be very different in the two
domains. What is left is weighed by how well it fits these three.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.events.curves import Z
from analysis.reconstruction.events.goals import GROUPS, Goals, expected

NOBODY = -1  # in place of an interval
FLAT = 0.002  # rise of an incidence that may be rounding only
UNEQUAL = 1.04  # squared steps over those of equal steps with the same sum
ABOUT = 0.04  # relative error of the approximate standard errors of incidences
ROBUST = 0.98  # robust standard error of the log hazard ratio over that from the numbers of events alone
RATIO_ABOUT = 0.01  # relative error of that
DOMAINS = 0.3  # relative difference of G between the domains
FREE = np.array([0.6, 0.47, 0.4, 0.3])  # about the share without any event in the middle of each interval


class Group(NamedTuple):
    """What is printed of one group at the horizons: incidence, log of its standard error (from and to), patients."""

    incidence: np.ndarray
    log_error: np.ndarray
    patients: int


def group(goals: Goals, name: str, patients: int) -> Group:
    """Middles of the windows of a group; standard errors follow from the limits on the log-log scale."""
    windows = goals.incidence[GROUPS.index(name)] / 100
    f = expected(goals, name)
    log_error = np.full((len(f), 2), [-np.inf, np.inf])
    for h, field in itertools.product(range(len(f)), (1, 2)):
        if np.isfinite(windows[h, field]).all():
            ends = sorted(math.log(_error(f[h], limit)) for limit in windows[h, field])
            log_error[h] = max(log_error[h, 0], ends[0]), min(log_error[h, 1], ends[1])
    return Group(f, np.sort(log_error, axis=1), patients)


def _error(f: float, limit: float) -> float:
    """Standard error that leads from an incidence to this limit."""
    return abs(math.log(math.log(limit) / math.log(f)) * f * math.log(f)) / Z


def follow_up(g: Group, events: np.ndarray) -> np.ndarray:
    """1/G in each interval, from the mean step; missing without events.

    Parameters
    ----------
    g : Group
        What is printed.
    events : ndarray, shape = (tables, 4)
        Events in each interval up to a horizon.

    Returns
    -------
    ndarray, shape = (tables, 4)

    Examples
    --------
    Two events among 100 patients, all followed, make 2%.

    >>> g = Group(np.array([0.02, 0.02, 0.05, 0.05]), np.zeros((4, 2)), 100)
    >>> follow_up(g, np.array([[2, 0, 1, 0]]))
    array([[ 1., nan,  3., nan]])
    """
    rise = np.diff(g.incidence, prepend=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(events > 0, g.patients * rise / events, np.nan)


def possible(g: Group, events: np.ndarray) -> np.ndarray:
    """Whether each table can have the printed rises: steps not below 1/patients, not getting smaller in the mean."""
    inverse = follow_up(g, events)
    rise = np.diff(g.incidence, prepend=0.0)
    flat = ((events > 0) == (rise > FLAT)).all(axis=1)
    running = np.fmax.accumulate(np.where(np.isnan(inverse), 0.99, inverse), axis=1)
    return flat & ~(inverse < np.maximum(running, 0.99) - 1e-9).any(axis=1)


def misfit(g: Group, events: np.ndarray) -> np.ndarray:
    """Squared distance of the approximate standard errors from what is printed, in units of `ABOUT`."""
    step = np.nan_to_num(follow_up(g, events)) / g.patients
    middle = g.incidence - np.diff(g.incidence, prepend=0.0) / 2
    total = np.zeros(len(events))
    for h in range(len(g.incidence)):
        taken = (1 - np.maximum(g.incidence[h] - middle, 0.0) / FREE)[: h + 1] ** 2
        about = 0.5 * np.log(UNEQUAL * (events * step**2)[:, : h + 1] @ taken)
        off = np.maximum(np.maximum(g.log_error[h, 0] - about, about - g.log_error[h, 1]), 0.0)
        total += (off / ABOUT) ** 2
    return total


def tables(
    goals: Goals, sizes: tuple[int, int, int], events: int, other: int = NOBODY
) -> tuple[np.ndarray, np.ndarray]:
    """Tables of events that fit what is printed, and how well.

    Parameters
    ----------
    goals : Goals
        Windows.
    sizes : tuple of int
        Patients with a CD28 and with a 4-1BB product, and all.
    events : int
        t-MN before any relapse.
    other : int, optional
        Interval in which a patient with another product has one; nobody unless given.

    Returns
    -------
    tables : ndarray, shape = (tables, 3, 5)
        Events of CD28, 4-1BB and other products in each interval up to a horizon, and after the last.
    weights : ndarray, shape = (tables,)
        How plausible each is; they add up to 1.

    Raises
    ------
    ValueError
        If no table fits.
    """
    groups = [group(goals, name, n) for name, n in zip(("CD28", "4-1BB", "all"), sizes, strict=True)]
    one = (np.arange(5) == other).astype(int)
    events = events - one.sum()
    rows = [_rows(g, events) for g in groups[:2]]
    pairs = np.array([(a, b) for a in rows[0] for b in rows[1]]).reshape(-1, 2, 4)
    rest = events - pairs.sum(axis=(1, 2))
    pairs = pairs[(rest >= 1) & (rest <= 2) & possible(groups[2], pairs.sum(axis=1) + one[:4])]
    rest = events - pairs.sum(axis=(1, 2))
    late = [np.stack([rest - k, np.full(len(rest), k)], axis=1) for k in (0, 1)]
    found = np.concatenate([np.concatenate([pairs, some[:, :, None]], axis=2) for some in late])
    if not len(found):
        raise ValueError(f"no table of {events} events has the printed incidences")
    found = np.concatenate([found, np.broadcast_to(one, (len(found), 1, 5))], axis=1)
    each = (found[:, 0, :4], found[:, 1, :4], found.sum(axis=1)[:, :4])
    penalty = sum(misfit(g, e) for g, e in zip(groups, each, strict=True))
    penalty += _unlike(groups, found) + _ratio_misfit(goals, found[:, :2])
    weights = np.exp(-0.5 * (penalty - penalty.min()))
    return found, weights / weights.sum()


def _rows(g: Group, events: int) -> np.ndarray:
    """Possible events of one group up to the last horizon."""
    rise = np.diff(g.incidence, prepend=0.0)
    ranges = [range(int(r * g.patients) + 2) for r in rise]
    grid = np.array([row for row in itertools.product(*ranges) if sum(row) <= events])
    grid = grid[possible(g, grid)]
    return grid[misfit(g, grid) < 9.0]


def _unlike(groups: list[Group], found: np.ndarray) -> np.ndarray:
    """How much follow-up would have to differ between the domains."""
    difference = np.log(follow_up(groups[0], found[:, 0, :4]) / follow_up(groups[1], found[:, 1, :4])) / DOMAINS
    return np.nansum(difference**2, axis=1)


def _ratio_misfit(goals: Goals, found: np.ndarray) -> np.ndarray:
    """The same as `misfit` for the standard error of the log hazard ratio, from the number of events of each domain."""
    low, high = goals.ratio[1], goals.ratio[2]
    printed = np.log([(high[0] - low[1]) / (2 * Z), (high[1] - low[0]) / (2 * Z)])
    about = np.log(ROBUST) + 0.5 * np.log((1 / found.sum(axis=2)).sum(axis=1))
    return (np.maximum(np.maximum(printed[0] - about, about - printed[1]), 0.0) / RATIO_ABOUT) ** 2
