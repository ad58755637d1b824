"""Stage 2 of the reconstruction: the courses of the patients with t-MN, by themselves.

Onsets with types and TP53 labels decide the quantiles of the time to t-MN and the log-rank test; durations with deaths
and types decide survival after t-MN. The two share only the types, so one is annealed after the other.
"""

import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.courses import after_penalty, onset_penalty
from analysis.reconstruction.events.goals import Counts, Goals
from analysis.reconstruction.events.moves import GAP, stride

MOVES = (60_000, 200_000)  # of one attempt at onsets, at durations
ATTEMPTS = 60
HOT, COLD = 3.0, 1e-4
DURATION = 250.0  # days, mean of the durations at the start


class Courses(NamedTuple):
    """Patients with t-MN, side by side: days, `events.courses.MDS` or ``AML``, TP53 label, died 0 or 1."""

    onset: np.ndarray
    kind: np.ndarray
    label: np.ndarray
    duration: np.ndarray
    died: np.ndarray


@njit
def _cool(temperature, rng):
    """Threshold above the present cost."""
    return -temperature * math.log(1.0 - rng.random())


@njit
def arrange(onset, kind, label, spans, goals, rng, moves):
    """Anneal onsets, types and labels; the cost at the end, 0 if all quantiles and the log-rank p are met."""
    scratch = onset.copy()
    n = len(onset)
    cost = onset_penalty(onset, kind, label, goals, scratch)
    temperature, factor = HOT, (COLD / HOT) ** (1.0 / moves)
    for _ in range(moves):
        if cost == 0.0:
            return cost
        temperature *= factor
        i, j, u = int(rng.random() * n), int(rng.random() * n), rng.random()
        old = onset[i]
        if u < 0.6:
            onset[i] += stride(rng)
            if not spans[i, 0] <= onset[i] <= spans[i, 1]:
                onset[i] = old
                continue
        elif u < 0.8:
            kind[i], kind[j] = kind[j], kind[i]
            label[i], label[j] = label[j], label[i]
        elif kind[i] == kind[j]:
            label[i], label[j] = label[j], label[i]
        else:
            continue
        new = onset_penalty(onset, kind, label, goals, scratch)
        if new <= cost + _cool(temperature, rng):
            cost = new
        elif u < 0.6:
            onset[i] = old
        else:
            if u < 0.8:
                kind[i], kind[j] = kind[j], kind[i]
            label[i], label[j] = label[j], label[i]
    return cost


@njit
def outlive(duration, died, kind, label, goals, rng, moves, most):
    """Anneal durations, and who of a type died; the cost at the end, 0 if survival after t-MN is met."""
    scratch = duration.copy()
    n = len(duration)
    cost = after_penalty(duration, died, kind, label, goals, scratch)
    temperature, factor = HOT, (COLD / HOT) ** (1.0 / moves)
    for _ in range(moves):
        if cost == 0.0:
            return cost
        temperature *= factor
        i, j, u = int(rng.random() * n), int(rng.random() * n), rng.random()
        old = duration[i]
        if u < 0.7:
            duration[i] += stride(rng)
            if not GAP <= duration[i] <= most:
                duration[i] = old
                continue
        elif kind[i] == kind[j]:
            died[i], died[j] = died[j], died[i]
        else:
            continue
        new = after_penalty(duration, died, kind, label, goals, scratch)
        if new <= cost + _cool(temperature, rng):
            cost = new
        elif u < 0.7:
            duration[i] = old
        else:
            died[i], died[j] = died[j], died[i]
    return cost


def search(spans: np.ndarray, dead: int, counts: Counts, goals: Goals, longest: int, rng: np.random.Generator):
    """Courses that meet everything that concerns only patients with t-MN.

    Parameters
    ----------
    spans : ndarray, shape = (t-MN, 2)
        First and last possible day of each onset.
    dead : int
        How many of them die.
    counts : Counts
        Printed numbers of patients.
    goals : Goals
        Windows.
    longest : int
        Last day of anybody's follow-up.
    rng : Generator
        Source of randomness.

    Returns
    -------
    Courses or None
        None if `ATTEMPTS` did not suffice.
    """
    for _ in range(ATTEMPTS):
        onset = rng.integers(spans[:, 0], spans[:, 1], endpoint=True)
        kind, label = _labels(counts, rng)
        if arrange(onset, kind, label, spans, goals, rng, MOVES[0]) == 0.0:
            break
    else:
        return None
    for _ in range(ATTEMPTS):
        duration, died = _durations(kind, dead, counts, rng)
        if outlive(duration, died, kind, label, goals, rng, MOVES[1], longest - 1) == 0.0:
            break
    else:
        return None
    duration, died = _within(onset, kind, duration, died, longest)
    return None if duration is None else Courses(onset, kind, label, duration, died)


def _labels(counts: Counts, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Types and TP53 labels in random order with the printed numbers."""
    kind = np.repeat([1, 2], counts.types)
    label = np.full(len(kind), -1)
    for k, sequenced in enumerate(counts.sequenced):
        label[np.flatnonzero(kind == k + 1)[:sequenced]] = 0
    label[rng.permutation(np.flatnonzero(label == 0))[: counts.mutated]] = 1
    order = rng.permutation(len(kind))
    return kind[order], label[order]


def _durations(kind: np.ndarray, dead: int, counts: Counts, rng: np.random.Generator):
    """Random durations, and deaths with the printed number of living t-AML."""
    duration = GAP + rng.exponential(DURATION, len(kind)).astype(np.int64)
    died = np.ones(len(kind), np.int64)
    for k, alive in ((2, counts.aml_alive), (1, len(kind) - dead - counts.aml_alive)):
        died[rng.permutation(np.flatnonzero(kind == k))[:alive]] = 0
    return duration, died


def _within(onset, kind, duration, died, longest):
    """Durations dealt out within each type so that nobody outlives the study: the longest to the earliest at need."""
    duration, died = duration.copy(), died.copy()
    for k in (1, 2):
        mine = np.flatnonzero(kind == k)
        by_onset = mine[np.argsort(onset[mine], kind="stable")]
        for i in by_onset[::-1]:  # from the latest onset on: swap with an earlier one that has a shorter duration
            if onset[i] + duration[i] > longest:
                for j in by_onset:
                    if onset[j] + duration[i] <= longest and onset[i] + duration[j] <= longest:
                        duration[i], duration[j] = duration[j], duration[i]
                        died[i], died[j] = died[j], died[i]
                        break
                else:
                    return None, None
    return duration, died
