"""Hazard ratio of one covariate, thousands of times a second: the models of Fine and Gray and of Cox.

The formulas are those of `analysis.hazards` for a single covariate, written as loops over patients sorted by time.
What depends on times and events only is kept in a `Sample`, so that a fit with new covariate values is a few passes.

Vocabulary: the *status* is 0 censored, 1 the event, 2 a competing event. Patients with a competing event *stay* at risk
in the model of Fine and Gray and leave in that of Cox. An *event time* is a distinct time with an event.
"""

import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit

CENSORED, EVENT, COMPETING = 0, 1, 2
STEPS = 25  # of Newton's; a start far away takes ten
PRECISE = 1e-7  # last step in standard deviations of the covariate; its square is what the result is off
FARTHEST = 3.0  # longest step in standard deviations
LOST = 60.0  # a coefficient that large in standard deviations is on its way to infinity


class Sample(NamedTuple):
    """Times and events of some patients, sorted by time; all that a fit needs but the covariate."""

    row: np.ndarray  # the patients, in order of time
    event: np.ndarray  # 1 for the event
    past: np.ndarray  # number of event times up to the patient's own
    weight: np.ndarray  # 1 / G(T−) of patients who stay at risk after a competing event, else 0
    left: np.ndarray  # G(s−) at each event time
    count: np.ndarray  # events at each event time
    passed: np.ndarray  # number of censoring times up to the patient's own
    censored: np.ndarray  # 1 for censored
    first: np.ndarray  # first of the sorted patients with this censoring time or a later one
    lost: np.ndarray  # censored at each censoring time
    later: np.ndarray  # event times before each censoring time


@njit
def sample(order, chosen, day, status, stay):
    """Sample of the chosen patients; ``order`` lists all patients by time."""
    n, k, c = 0, 0, 0
    size = len(order)
    row, event, past = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    weight, left, count = np.zeros(size), np.zeros(size), np.zeros(size)
    passed, censored = np.zeros(size, np.int64), np.zeros(size, np.int64)
    first, lost, later = np.zeros(size, np.int64), np.zeros(size), np.zeros(size, np.int64)
    for patient in order:
        if chosen[patient]:
            row[n] = patient
            n += 1
    g, begin = 1.0, 0
    while begin < n:  # all patients with the same time at once
        end, events, losses = begin, 0, 0
        while end < n and day[row[end]] == day[row[begin]]:
            events += status[row[end]] == EVENT
            losses += status[row[end]] == CENSORED
            end += 1
        if losses > 0:
            first[c], lost[c], later[c] = begin, losses, k
            c += 1
        if events > 0:
            left[k], count[k] = g if stay else 0.0, events
            k += 1
        for i in range(begin, end):
            kind = status[row[i]]
            event[i], censored[i] = kind == EVENT, kind == CENSORED
            past[i], passed[i] = k, c
            weight[i] = 1.0 / g if stay and kind == COMPETING else 0.0
        g *= 1.0 - losses / (n - begin)
        begin = end
    return Sample(
        row[:n], event[:n], past[:n], weight[:n], left[:k], count[:k], passed[:n], censored[:n],
        first[:c], lost[:c], later[:c],
    )  # fmt: skip


@njit
def slope(s, x, b, relative, sums, mean, rate):
    """Score and information at b; fills the relative hazards, the means of the risk sets and the hazard's jumps."""
    k = len(s.count)
    sums[:] = 0.0
    score, information = 0.0, 0.0
    for i in range(len(s.row)):
        xi = x[s.row[i]]
        e = math.exp(b * xi)
        relative[i] = e
        p = s.past[i]
        sums[0, p] += e
        sums[1, p] += e * xi
        sums[2, p] += e * xi * xi
        if s.weight[i] > 0.0:
            e *= s.weight[i]
            sums[3, p] += e
            sums[4, p] += e * xi
            sums[5, p] += e * xi * xi
        score += s.event[i] * xi
    for p in range(k - 1, -1, -1):  # those with a later time, from the end
        for r in range(3):
            sums[r, p] += sums[r, p + 1]
    carried0, carried1, carried2 = 0.0, 0.0, 0.0
    for j in range(k):
        carried0 += sums[3, j]
        carried1 += sums[4, j]
        carried2 += sums[5, j]
        at_risk = sums[0, j + 1] + s.left[j] * carried0
        m = (sums[1, j + 1] + s.left[j] * carried1) / at_risk
        mean[j], rate[j] = m, s.count[j] / at_risk
        score -= s.count[j] * m
        information += s.count[j] * ((sums[2, j + 1] + s.left[j] * carried2) / at_risk - m * m)
    return score, information


@njit
def squared_influences(s, x, relative, mean, rate):
    """Sum over patients of the square of η + ψ, their influence on the score (Fine and Gray 1999, section 3.3)."""
    n, k, c = len(s.row), len(s.count), len(s.first)
    hazard, drift = np.zeros(k + 1), np.zeros(k + 1)  # sums of the jumps, and of jump times mean, before a time
    to_come, drift_to_come = np.zeros(k + 1), np.zeros(k + 1)  # the same times G(s−), from a time on
    for j in range(k):
        hazard[j + 1] = hazard[j] + rate[j]
        drift[j + 1] = drift[j] + rate[j] * mean[j]
    for j in range(k - 1, -1, -1):
        to_come[j] = to_come[j + 1] + rate[j] * s.left[j]
        drift_to_come[j] = drift_to_come[j + 1] + rate[j] * mean[j] * s.left[j]
    own, owed = np.zeros(c), np.zeros(c + 1)  # ψ of those lost at a censoring time, and of all still there up to it
    carried, carried_x, u = 0.0, 0.0, 0
    total = 0.0
    for i in range(n):
        while u < c and s.first[u] <= i:  # q(u): what those carried on from before u still add from u on
            q = carried_x * to_come[s.later[u]] - carried * drift_to_come[s.later[u]]
            own[u] = q / (n - s.first[u])
            owed[u + 1] = owed[u] + own[u] * s.lost[u] / (n - s.first[u])
            u += 1
        xi, p, e = x[s.row[i]], s.past[i], relative[i]
        influence = -e * (xi * hazard[p] - drift[p]) - owed[s.passed[i]]
        if s.event[i] == 1:
            influence += xi - mean[p - 1]
        if s.censored[i] == 1:
            influence += own[s.passed[i] - 1]
        if s.weight[i] > 0.0:
            e *= s.weight[i]
            influence -= e * (xi * to_come[p] - drift_to_come[p])
            carried += e
            carried_x += e * xi
        total += influence * influence
    return total


@njit
def fit(s, x, start, spread):
    """Coefficient, its model-based and its robust standard error; not numbers if the coefficient is not finite.

    ``x`` has one value a patient, near 0, ``spread`` is about its standard deviation. Ties are treated after Breslow.
    The robust standard error of Cox's model is that of Lin and Wei (1989).
    """
    k = len(s.count)
    relative, sums, mean, rate = np.zeros(len(s.row)), np.zeros((6, k + 1)), np.zeros(k), np.zeros(k)
    b = start
    for _ in range(STEPS):
        score, information = slope(s, x, b, relative, sums, mean, rate)
        if not information * spread * spread > 1e-9:
            break
        step = score / information
        if abs(step) < PRECISE / spread:
            robust = math.sqrt(squared_influences(s, x, relative, mean, rate)) / information
            return b + step, 1.0 / math.sqrt(information), robust
        b += min(max(step, -FARTHEST / spread), FARTHEST / spread)
        if abs(b) * spread > LOST:
            break
    return math.nan, math.nan, math.nan
