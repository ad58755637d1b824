"""Hazard ratio of one covariate in hundreds of matched sets at once: the model of Fine and Gray.

The formulas are those of `analysis.hazards.fine_gray` for a single covariate, with an axis for the sets; one set at a
time, most of the time would go into calls. Whoever uses it compares one of the sets with that function.

Vocabulary: *rows* of a set are sorted by time; an *event time* is that of an event of the cause; rows with a competing
event stay at risk with a *weight* after it. Shapes: b sets, m rows in each, k event times.
"""

from typing import NamedTuple

import numpy as np
from scipy import special

from analysis.border import CAUSE, CENSORED, COMPETING

STEPS, PRECISE = 60, 1e-11  # of Newton's method, in standard deviations of the covariate
LONGEST = 1.5  # step in standard deviations
LOST = 15.0  # a coefficient that far out is on its way to infinity
LEVEL = 0.95


class Sets(NamedTuple):
    """What does not depend on the covariate."""

    rows: np.ndarray  # (b, m): patients of each set, by time
    event: np.ndarray  # (b, m): 1 for the event
    at: np.ndarray  # (b, k): rank of each event's time
    weight: np.ndarray  # (b, m, k): weight of each row in the risk set of each event
    carried: np.ndarray  # (b, m): 1 for a competing event
    censored: np.ndarray  # (b, m): 1 for censored
    rank: np.ndarray  # (b, m): rank of the time of each row
    begin: np.ndarray  # (b, m): first row with this time
    end: np.ndarray  # (b, m): last row with this time


def sets(time: np.ndarray, status: np.ndarray, chosen: np.ndarray) -> Sets:
    """Risk sets of all matched sets.

    Parameters
    ----------
    time : ndarray of float, shape = (patients,)
        Follow-up; above 0.
    status : ndarray of int, shape = (patients,)
        CENSORED, CAUSE or COMPETING of `analysis.border`.
    chosen : ndarray of bool, shape = (b, patients)
        The patients of each set; as many, and as many events, in each.

    Returns
    -------
    Sets

    Raises
    ------
    ValueError
        If the sets differ in size or in the number of events, or a time is 0.
    """
    if not time.min() > 0:
        raise ValueError("a follow-up of 0; allowed: times above 0")
    order = np.argsort(time, kind="stable")
    by_time = chosen[:, order]
    sizes, events = by_time.sum(axis=1), (chosen & (status == CAUSE)).sum(axis=1)
    if np.ptp(sizes) or np.ptp(events):
        raise ValueError(f"sets of {sizes.min()} to {sizes.max()} rows with {events.min()} to {events.max()} events")
    rows = order[np.nonzero(by_time)[1]].reshape(len(chosen), -1)
    rank = np.unique(time, return_inverse=True)[1][rows]
    kind = status[rows]
    begin = _place(rank, side="left")
    end = _place(rank, side="right") - 1
    censored = (kind == CENSORED).astype(float)
    left = _uncensored_before(censored, begin)
    at = rank[kind == CAUSE].reshape(len(rank), -1)
    at_left = left[kind == CAUSE].reshape(len(rank), -1)
    here = rank[:, :, None] >= at[:, None, :]
    carried = (kind == COMPETING).astype(float)
    weight = here + (~here) * carried[:, :, None] * at_left[:, None, :] / left[:, :, None]
    return Sets(rows, (kind == CAUSE).astype(float), at, weight, carried, censored, rank, begin, end)


def _place(rank: np.ndarray, side: str) -> np.ndarray:
    """First row with the rank of each row, or the first with a higher one."""
    return np.array([np.searchsorted(one, one, side=side) for one in rank])


def _uncensored_before(censored: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """G(T−) of each row: Kaplan–Meier curve of censoring, everybody with the same or a later time at risk.

    Rows censored together are one step: their factors 1 − 1/r, 1 − 1/(r − 1), ... multiply to that of the step.
    """
    places = np.arange(censored.shape[1])
    earlier = _before(censored, places[None, :]) - _before(censored, begin)  # censored at the same time, in rows before
    factors = 1 - censored / (censored.shape[1] - begin - earlier)
    curve = np.concatenate([np.ones((len(factors), 1)), np.cumprod(factors, axis=1)], axis=1)
    return np.take_along_axis(curve, begin, axis=1)


def _before(values: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Sum of the values of the rows before each row of ``stop``, along axis 1; values of two or three axes."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1, *values.shape[2:]))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    stop = np.broadcast_to(stop, (len(values), stop.shape[-1]))
    return np.take_along_axis(sums, stop.reshape(*stop.shape, *[1] * (values.ndim - 2)), axis=1)


def hazard_ratios(found: Sets, values: np.ndarray) -> dict[str, np.ndarray]:
    """Hazard ratio of a covariate with its 95% interval and p value in each set.

    Parameters
    ----------
    found : Sets
        From `sets`.
    values : ndarray of float, shape = (patients,)
        The covariate.

    Returns
    -------
    dict of ndarray, shape = (b,)
        ``value, low, high`` (hazard ratio and limits) and ``p``; missing where Newton's method found no maximum.

    References
    ----------
    Fine and Gray, J Am Stat Assoc 1999;94:496-509, section 3.
    """
    z = values[found.rows]
    spread = z.std()
    z = (z - z.mean()) / spread
    beta, information = _maximum(found, z)
    influence = _influence(found, z, beta)
    error = np.sqrt(np.sum(influence**2, axis=1)) / information
    b, error = beta / spread, error / spread
    margin = special.ndtri((1 + LEVEL) / 2) * error
    p = 2 * special.ndtr(-np.abs(b / error))
    return {"value": np.exp(b), "low": np.exp(b - margin), "high": np.exp(b + margin), "p": p}


def _maximum(found: Sets, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (missing if there is no maximum) and information, by Newton's method in all sets at once."""
    beta, of_events = np.zeros(len(z)), np.sum(found.event * z, axis=1)
    for _ in range(STEPS):
        mean, square, _ = _means(found, z, beta)
        information = np.sum(square - mean**2, axis=1)
        step = (of_events - mean.sum(axis=1)) / information
        beta = np.clip(beta + np.clip(step, -LONGEST, LONGEST), -LOST, LOST)
        if np.abs(step[np.abs(beta) < LOST]).max(initial=0) < PRECISE:
            break
    sound = (np.abs(beta) < LOST) & (np.abs(step) < PRECISE)
    return np.where(sound, beta, np.nan), information


def _means(found: Sets, z: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and mean square of the covariate in each risk set, and the sum of the relative hazards; (b, k) each."""
    relative = np.exp(beta[:, None] * z)
    sums = np.stack([relative, relative * z, relative * z * z], axis=1) @ found.weight
    return sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0], sums[:, 0]


def _influence(found: Sets, z: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Influence η + ψ of each row on the score (Fine and Gray 1999, section 3.3); (b, m)."""
    mean, _, at_risk = _means(found, z, beta)
    away = z[:, :, None] - mean[:, None, :]  # (b, m, k), as all that follows
    expected = found.weight * np.exp(beta[:, None] * z)[:, :, None] * away / at_risk[:, None, :]
    own = found.event * z
    own[found.event == 1] -= mean.ravel()
    own -= expected.sum(axis=2)
    after = (~(found.rank[:, :, None] >= found.at[:, None, :])) * found.carried[:, :, None] * expected
    to_come = found.at[:, None, :] >= found.rank[:, :, None]
    q = np.sum(_before(after, found.begin) * to_come, axis=2) * found.censored
    pi = z.shape[1] - found.begin
    return own + q / pi - _before(q / pi**2, found.end + 1)
