"""What curves that go in steps have in common: counting, reading them at given times, testing their difference.

Vocabulary: a *tally* counts patients at each distinct time; *at risk* at t are those whose time is t or later; a *step
function* keeps its value until the next time and is 0 (or 1, a survival curve) before the first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

ROUNDING = 1e-12  # a share of patients below this is 0: far smaller than one patient in 10^6
NO_VARIANCE = 1e-10  # a variance below this share of the largest is rounding


class GroupTest(NamedTuple):
    """Test of no difference between groups: chi-square ``statistic``, ``degrees_of_freedom``, ``p_value``."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


class Tally(NamedTuple):
    """Counts at each distinct time, increasing; ``count[k]`` are the rows of kind k, all arrays shape = (m,)."""

    time: np.ndarray
    at_risk: np.ndarray
    count: list[np.ndarray]


def tally(time: np.ndarray, kind: np.ndarray, n_kinds: int) -> Tally:
    """Count the rows of each kind (0, 1, ...) at each distinct time; equal times are equal to the last bit."""
    order, n = time.argsort(), len(time)
    time, kind = time[order], kind[order]
    new = np.ones(n, dtype=bool)
    np.not_equal(time[1:], time[:-1], out=new[1:])
    if new.all():  # no ties: nothing to add up
        return Tally(time, np.arange(n, 0, -1), [(kind == k).astype(np.int64) for k in range(n_kinds)])
    first = new.nonzero()[0]
    at_risk = n - first
    count = [np.add.reduceat(kind == k, first, dtype=np.int64) for k in range(1, n_kinds)]
    others = at_risk - sum(count)
    others[:-1] -= at_risk[1:]
    return Tally(time[first], at_risk, [others, *count])


def beside(
    time: np.ndarray, kind: np.ndarray, group: np.ndarray, k: int, n_kinds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Groups side by side at the distinct times of any event: at risk (k, m), and events of each kind (kinds, k, m)."""
    order = np.argsort(time)
    time, kind, group = time[order], kind[order], group[order]
    first = np.flatnonzero(np.concatenate(([True], time[1:] != time[:-1])))
    first = first[np.maximum.reduceat(kind, first) > 0]
    starts = np.zeros(len(time), dtype=np.int8)
    starts[first] = 1
    slot = np.cumsum(starts, dtype=np.intp)  # 0 before the first event, then the number of the event time
    cells = len(first) + 1
    left = np.bincount(group * cells + slot, minlength=k * cells).reshape(k, cells)
    at_risk = np.cumsum(left[:, ::-1], axis=1)[:, -2::-1]
    some = np.flatnonzero(kind)
    cell = ((kind[some] - 1) * k + group[some]) * cells + slot[some]
    events = np.bincount(cell, minlength=(n_kinds - 1) * k * cells).reshape(n_kinds - 1, k, cells)
    return at_risk.astype(float), events[:, :, 1:].astype(float)


def shift(values: np.ndarray, start: float) -> np.ndarray:
    """Left limits of a step function: the value before each time, ``start`` before the first."""
    left = np.empty_like(values)
    left[:1], left[1:] = start, values[:-1]
    return left


def held(steps: np.ndarray) -> np.ndarray:
    """For each time how many times so far had a step, where ``steps`` is not 0; shape = (m,)."""
    return (steps != 0).cumsum(dtype=np.intp)


def hold(columns: Sequence[np.ndarray], before: Sequence[float], last: np.ndarray) -> np.ndarray:
    """Values of the steps at all times, a row for each column: those of the last step, ``before`` before the first."""
    values = np.empty((len(columns), len(columns[0]) + 1))
    values[:, 0] = before
    for row, column in zip(values, columns, strict=True):
        row[1:] = column
    return values.take(last, axis=1)


def read(time: np.ndarray, columns: list[np.ndarray], before: list[float], at: np.ndarray) -> list[np.ndarray]:
    """Step functions at given times: ``before`` before the first time, missing after the last (R's ``timepoints``)."""
    place = np.searchsorted(time, at, side="right")
    ended = at > time[-1]
    return [np.where(ended, np.nan, np.concatenate(([b], c))[place]) for c, b in zip(columns, before, strict=True)]


def recount(counts: Tally, at: np.ndarray) -> Tally:
    """Number at risk at given times and what happened since the previous one (for the first: since the start)."""
    still = np.concatenate((counts.at_risk, [0]))[np.searchsorted(counts.time, at, side="left")]
    place = np.searchsorted(counts.time, at, side="right")
    since = [np.diff(np.concatenate(([0], np.cumsum(c)))[place], prepend=0) for c in counts.count]
    return Tally(at, still, since)


def table(
    labels: np.ndarray, counts: list[Tally], kinds: dict[str, int], columns: dict[str, list[np.ndarray]]
) -> pd.DataFrame:
    """Curves of all groups, one below the other: group, time, at risk, counts of some kinds, further columns."""
    parts = {
        "time": [c.time for c in counts],
        "at_risk": [c.at_risk for c in counts],
        **{name: [c.count[kind] for c in counts] for name, kind in kinds.items()},
        **columns,
    }
    whole = {name: arrays[0] if len(arrays) == 1 else np.concatenate(arrays) for name, arrays in parts.items()}
    return pd.DataFrame({"group": np.repeat(labels, [len(c.time) for c in counts]), **whole}, copy=False)


def chi_square(score: np.ndarray, covariance: np.ndarray) -> GroupTest:
    """Quadratic form of a score; missing where a direction has no variance, for then there is nothing to test."""
    degrees = len(score)
    values, vectors = np.linalg.eigh(covariance)
    if not degrees or not values[0] > NO_VARIANCE * values[-1]:
        return GroupTest(np.nan, degrees, np.nan)
    statistic = float(np.sum((score @ vectors) ** 2 / values))
    return GroupTest(statistic, degrees, float(special.chdtrc(degrees, statistic)))


def tied(y: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Variance of the number of d events among y at risk: d (1 - (d - 1)/(y - 1)), hypergeometric for ties."""
    if d.max(initial=0) <= 1:
        return d
    return d * (1 - np.maximum(d - 1, 0) / np.maximum(y - 1, 1))


def ratio(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    """Quotient, 0 where the denominator is not positive, up to rounding: nobody at risk, nothing left to happen."""
    return a / np.where(b > ROUNDING, b, np.inf)
