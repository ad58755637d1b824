"""Partial likelihood of a proportional hazards model, in time linear in the number of patients.

Vocabulary: *rows* are patients sorted by time; an *event time* is a distinct time with an event of the cause. The *risk
set* of an event time s are the rows from its first row on, and, in the model of Fine and Gray, the rows before it that
had a competing event, each *carried* on with the weight G(s−)/G(T−), the probability to be still uncensored. A *term*
is one factor of the partial likelihood: an event time (Breslow) or a single event (Efron).

Sums over risk sets are cumulative sums; sums over event times, seen from a row, are cumulative sums as well. Nothing of
size rows × event times is ever built (Kawaguchi et al. 2021, section 3).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.border import CAUSE, CENSORED, COMPETING

BLOCK = 16_384  # rows of which the weighted covariates still fit into the processor's cache


class Times(NamedTuple):
    """Distinct times of some rows: the first of all rows with that time, and the weight (number) of these."""

    first: np.ndarray
    count: np.ndarray


class Ties(NamedTuple):
    """Efron's terms: event time of each event, share of the tied events already taken out, first term of each time."""

    time: np.ndarray
    share: np.ndarray
    first: np.ndarray


class Carried(NamedTuple):
    """Rows with a competing event; 1/G(T−) of each; at each event time how many of them are earlier, and G(s−)."""

    rows: np.ndarray
    weight: np.ndarray
    before: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class RiskSets:
    """Rows sorted by time, with all that does not change while the coefficients do."""

    z: np.ndarray  # covariates, shape = (p, n), each with mean 0 and standard deviation 1
    event_rows: np.ndarray
    times: Times  # the event times
    past: np.ndarray  # for each row the number of event times up to its own time
    carried: Carried | None
    ties: Ties | None
    weight: np.ndarray | None = None  # of each row, positive; None: all alike

    @property
    def n_event(self) -> int:
        """Number of events of the cause."""
        return self.event_rows.size

    @property
    def mass(self) -> float:
        """Sum of the weights of these events, their number where all weigh alike."""
        return float(self.times.count.sum())


class Likelihood(NamedTuple):
    """Logarithm of the partial likelihood at some coefficients, its slope and curvature, and what they are made of."""

    value: float
    score: np.ndarray
    information: np.ndarray
    relative: np.ndarray  # exp(coefficients · covariates − shift) of each row, times its weight
    shift: float
    residual: np.ndarray  # of each row the events observed less those expected, times its weight
    rate: np.ndarray  # jump of the baseline hazard at each event time, times exp(shift)
    mean: np.ndarray  # mean covariates of each term's risk set, shape = (p, terms)


def distinct(rows: np.ndarray, group: np.ndarray | None, group_first: np.ndarray, weight=None) -> Times:
    """Distinct times of these rows (ascending); ``group`` numbers the distinct times of all rows, None without ties."""
    if group is None:
        return Times(rows, np.broadcast_to(1.0, rows.size) if weight is None else weight.take(rows))
    mine = group.take(rows)
    new = np.flatnonzero(np.diff(mine, prepend=-1))
    first = group_first.take(mine.take(new))
    if weight is None:
        return Times(first, np.diff(new, append=rows.size).astype(float))
    return Times(first, np.add.reduceat(weight.take(rows), new) if rows.size else np.zeros(0))


def tie_groups(times: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """For sorted times: number of the distinct time of each row (None if all differ), first row of each."""
    new = np.empty(times.size, bool)
    new[0] = True
    np.not_equal(times[1:], times[:-1], out=new[1:])
    first = np.flatnonzero(new)
    return (None if first.size == times.size else np.cumsum(new) - 1), first


def count_up_to(positions: np.ndarray, n: int) -> np.ndarray:
    """For each of n rows, how many of the ascending positions are not after it."""
    mark = np.zeros(n + 1, np.int64)
    mark[positions] = 1
    return np.cumsum(mark[:-1], out=mark[:-1])


def cumulated(values: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1, ... values along the last axis."""
    sums = np.empty((*values.shape[:-1], values.shape[-1] + 1))
    sums[..., 0] = 0
    values.cumsum(axis=-1, out=sums[..., 1:])
    return sums


def count_before(positions: np.ndarray, rows: np.ndarray, n: int) -> np.ndarray:
    """For each of some rows, how many of the ascending positions are before it."""
    mark = np.zeros(n + 1, np.int64)
    mark[positions + 1] = 1
    return mark.cumsum(out=mark).take(rows)


def remaining(values: np.ndarray) -> np.ndarray:
    """Sums of the values from the first, second, ... on, and 0 at the end, along the last axis."""
    return cumulated(values[..., ::-1])[..., ::-1]


def columns_at_once(z: np.ndarray) -> list[slice]:
    """Columns in portions that fit into the processor's cache, of one column at least."""
    size = max(1, 4 * BLOCK // z.shape[1])
    return [slice(begin, begin + size) for begin in range(0, len(z), size)]


def risk_sets(
    times: np.ndarray, status: np.ndarray, z: np.ndarray, *, efron: bool, left: np.ndarray | None, weight=None
) -> RiskSets:
    """Risk sets of rows sorted by time; ``left`` is G(T−) of each row, None if competing events leave the risk set."""
    n = times.size
    rows = np.flatnonzero(status == CAUSE)
    at = distinct(rows, *tie_groups(times), weight)
    carried = None
    competing = np.flatnonzero(status == COMPETING)
    if left is not None and competing.size:
        before = count_before(competing, at.first, n)
        carried = Carried(competing, 1 / left.take(competing), before, left.take(at.first))
    ties = _efron(at) if efron and at.first.size < rows.size else None
    return RiskSets(z, rows, at, count_up_to(at.first, n), carried, ties, weight)


def _efron(at: Times) -> Ties:
    """Terms of Efron's likelihood: the l-th of d tied events has taken out l/d of the weights of all (Efron 1977)."""
    count = at.count.astype(np.int64)
    first = count.cumsum() - count
    time = np.repeat(np.arange(count.size), count)
    return Ties(time, (np.arange(time.size) - first[time]) / count[time], first)


def censoring_times(times: np.ndarray, status: np.ndarray, weight=None) -> Times:
    """Distinct times at which rows were censored."""
    return distinct(np.flatnonzero(status == CENSORED), *tie_groups(times), weight)


def at_risk_of(censoring: Times, n: int, weight: np.ndarray | None) -> np.ndarray:
    """How many (what weight) of n rows are at risk at each time of censoring."""
    return n - censoring.first if weight is None else remaining(weight).take(censoring.first)


def uncensored_before(times: np.ndarray, censoring: Times, weight=None) -> np.ndarray:
    """G(T−) of each row: Kaplan–Meier curve of censoring, everybody with the same or a later time at risk.

    At time 0 it is G(0): those censored there were never followed, and weigh nothing (as ``cmprsk::crr``).
    """
    if not censoring.first.size:
        return np.ones(times.size)
    curve = np.cumprod(np.append(1.0, 1 - censoring.count / at_risk_of(censoring, times.size, weight)))
    passed = count_up_to(censoring.first, times.size)
    latest = times.take(censoring.first).take(passed - 1, mode="clip")
    passed -= (latest == times) & (times > 0)  # a censoring at T itself is not before T
    return curve.take(passed)


def likelihood(sets: RiskSets, coefficients: np.ndarray) -> Likelihood:
    """Partial likelihood with slope and curvature (Fine and Gray 1999, section 3.2; ties after Breslow or Efron)."""
    eta = coefficients @ sets.z
    shift = eta.max()
    eta -= shift
    of_events = eta.take(sets.event_rows)
    value = of_events.sum() if sets.weight is None else of_events @ sets.weight.take(sets.event_rows)
    relative = np.exp(eta, out=eta)
    if sets.weight is not None:
        relative *= sets.weight
    at_risk = _over_risk_sets(sets, relative)
    events = sets.times.count if sets.ties is None else np.ones(at_risk.size)
    value -= np.log(at_risk) @ events
    rate = events / at_risk
    mean = np.empty((len(sets.z), at_risk.size))
    for some in columns_at_once(sets.z):
        mean[some] = _over_risk_sets(sets, relative * sets.z[some])
    mean /= at_risk
    residual = _expected(sets, relative, rate)
    information = _products(sets.z, residual) - _products(mean, events)
    np.negative(residual, out=residual)
    residual[sets.event_rows] += 1 if sets.weight is None else sets.weight.take(sets.event_rows)
    return Likelihood(value, sets.z @ residual, information, relative, shift, residual, _by_time(sets, rate), mean)


def _over_risk_sets(sets: RiskSets, values: np.ndarray) -> np.ndarray:
    """Sum of the rows' values over the risk set of each term, along the last axis."""
    sums = values[..., ::-1].cumsum(axis=-1).take(values.shape[-1] - 1 - sets.times.first, axis=-1)
    if sets.carried is not None:
        carried = values.take(sets.carried.rows, axis=-1)
        carried *= sets.carried.weight
        sums += sets.carried.left * cumulated(carried).take(sets.carried.before, axis=-1)
    if sets.ties is None:
        return sums
    tied = _by_time(sets, values.take(sets.event_rows, axis=-1))
    return sums.take(sets.ties.time, axis=-1) - sets.ties.share * tied.take(sets.ties.time, axis=-1)


def _by_time(sets: RiskSets, terms: np.ndarray) -> np.ndarray:
    """Sum of the terms of each event time, along the last axis."""
    return terms if sets.ties is None else np.add.reduceat(terms, sets.ties.first, axis=-1)


def _expected(sets: RiskSets, relative: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Events that each row could expect: the hazard up to its time and, if carried on, after it."""
    jumps = _by_time(sets, rate)
    expected = cumulated(jumps).take(sets.past)
    if sets.carried is not None:
        rows = sets.carried.rows
        later = remaining(jumps * sets.carried.left).take(sets.past.take(rows))
        expected[rows] += sets.carried.weight * later
    if sets.ties is not None:
        expected[sets.event_rows] -= _by_time(sets, rate * sets.ties.share).take(sets.ties.time)
    expected *= relative
    return expected


def _products(columns: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Weighted sums of products of all pairs of columns, block by block, to stay in the cache."""
    total = np.zeros((len(columns), len(columns)))
    for begin in range(0, columns.shape[1], BLOCK):
        block = columns[:, begin : begin + BLOCK]
        weighted = block if weight is None else block * weight[begin : begin + BLOCK]
        total += weighted @ block.T
    return total
