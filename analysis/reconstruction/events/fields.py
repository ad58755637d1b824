"""All printed numbers of a table of patients as one vector, beside the vector of their windows.

Vocabulary: an *entry* is one number: an incidence or a limit of it in percent, a survival curve on one day, a quantile
in months, a log hazard ratio, a p value. It is *met* if it lies in its window.
"""

import math

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.courses import DAYS, ascending, belongs, log_rank_p
from analysis.reconstruction.events.curves import ANY, CAUSE, CENSORED, COMPETING, Z, incidence
from analysis.reconstruction.events.ratio import hazard_ratio
from analysis.reconstruction.events.table import (
    ALL,
    B_ALL,
    B_BB,
    B_CD28,
    B_NRM,
    BB,
    CD28,
    COURSES,
    DIED,
    KIND,
    LABEL,
    LAST,
    NRM,
    OS,
    RATIO,
    SURVIVAL,
    TMN,
)


@njit
def incidence_entries(t, group, goals, out):
    """Incidences of a group and their limits in percent, in the order of horizon and field; how many."""
    k = goals.n_horizons[group]
    incidence(t.counts[group], t.days[group], t.n_days[group], t.sizes[group], goals.horizons[group, :k], t.out)
    for h in range(k):
        f = min(max(t.out[h, 0], 1e-6), 0.999)
        x = Z * math.sqrt(max(t.out[h, 1], 1e-12)) / (f * math.log(f))
        out[3 * h] = 100.0 * t.out[h, 0]
        out[3 * h + 1] = 100.0 * f ** math.exp(-x)
        out[3 * h + 2] = 100.0 * f ** math.exp(x)
    return 3 * k


@njit
def survival_entries(counts, days, m, n, cause, other, checks, out):
    """A Kaplan-Meier curve or its log limits on the days of the checks, in percent; how many."""
    y, s, variance, k = n, 1.0, 0.0, 0
    for c in range(len(checks)):
        while k < m and days[k] <= checks[c, 0]:
            day = days[k]
            d = counts[cause, day]
            if other != cause:
                d += counts[other, day]
            if d > 0:
                s -= s * d / y
                variance += d / (y * (y - d)) if y > d else 1e3
            y -= counts[ANY, day]
            k += 1
        out[c] = 100.0 * s
        if checks[c, 1] > 0:
            out[c] *= math.exp((2.0 * checks[c, 1] - 3.0) * Z * math.sqrt(variance))
    return len(checks)


@njit
def course_entries(t, goals, out):
    """Quantiles of the time to t-MN in months, survival after it in percent, log-rank p in percent; how many."""
    for k in range(len(t.tmn)):
        row = t.rows[t.tmn[k]]
        t.course[0, k], t.course[1, k], t.course[2, k] = row[TMN], row[LAST], row[DIED]
        t.course[3, k], t.course[4, k] = row[KIND], row[LABEL]
    onset, last, died, kind, label = t.course[0], t.course[1], t.course[2], t.course[3], t.course[4]
    i, before, n = 0, -1.0, 0
    for row in goals.quantiles:
        if row[0] != before:
            before, n = row[0], 0
            for k in range(len(onset)):
                if belongs(row[0], kind[k], label[k]):
                    t.scratch[n] = onset[k]
                    n += 1
            ascending(t.scratch, n)
        place = (n - 1) * row[1]
        low = int(place)
        x = float(t.scratch[low])
        if low + 1 < n:
            x += (place - low) * (t.scratch[low + 1] - x)
        out[i] = x / DAYS
        i += 1
    before = -1.0
    for row in goals.after:
        if row[0] != before:
            before, n = row[0], 0
            for k in range(len(onset)):
                if belongs(row[0], kind[k], label[k]):
                    t.scratch[n] = 2 * (last[k] - onset[k]) + (1 - died[k])  # deaths before censorings of the same day
                    n += 1
            ascending(t.scratch, n)
        s, variance, k = 1.0, 0.0, 0
        while k < n and t.scratch[k] < 2 * row[1] + 2:
            day, d, y = t.scratch[k] // 2, 0, n - k
            while k < n and t.scratch[k] // 2 == day:
                d += 1 - t.scratch[k] % 2
                k += 1
            if d > 0:
                s *= (y - d) / y
                variance += d / (y * (y - d)) if y > d else 1e3
        if row[2] > 0:
            s *= math.exp((2.0 * row[2] - 3.0) * Z * math.sqrt(variance))
        out[i] = 100.0 * s
        i += 1
    out[i] = 100.0 * log_rank_p(onset, label)
    return i + 1


@njit
def ratio_entries(t, goals, out):
    """Log hazard ratio, its limits and its p value; how many."""
    both = t.days[ALL, : t.n_days[ALL]]
    zero, one = t.counts[BB], t.counts[CD28]
    b, error = hazard_ratio(zero, one, both, len(both), t.sizes[BB], t.sizes[CD28], t.work, t.log_ratio[0])
    t.log_ratio[0], t.log_ratio[1] = b, error
    out[0], out[1], out[2] = b, b - Z * error, b + Z * error
    out[3] = math.erfc(abs(b / error) / math.sqrt(2.0))
    return 4


@njit
def entries(t, goals, touched, out):
    """Write the entries of the touched blocks; the others are left as they are."""
    i = 0
    for p in range(4):
        if touched[p]:
            incidence_entries(t, p, goals, out[i:])
        i += 3 * goals.n_horizons[p]
    for block, group in ((B_CD28, CD28), (B_BB, BB), (B_ALL, ALL), (B_NRM, NRM)):
        if touched[block]:
            incidence_entries(t, group, goals, out[i:])
        i += 3 * goals.n_horizons[group]
    if touched[B_NRM]:
        counts, days, m = t.counts[NRM], t.days[NRM], t.n_days[NRM]
        survival_entries(counts, days, m, t.sizes[NRM], CAUSE, COMPETING, goals.progression_free, out[i:])
    i += len(goals.progression_free)
    if touched[SURVIVAL]:
        counts, days, m = t.counts[OS], t.days[OS], t.n_days[OS]
        survival_entries(counts, days, m, t.sizes[OS], CAUSE, CAUSE, goals.survival, out[i:])
        k = i + len(goals.survival)
        survival_entries(counts, days, m, t.sizes[OS], CENSORED, CENSORED, goals.follow_up, out[k:])
    i += len(goals.survival) + len(goals.follow_up)
    if touched[RATIO]:
        ratio_entries(t, goals, out[i:])
    i += 4
    if touched[COURSES]:
        course_entries(t, goals, out[i:])
    return i + len(goals.quantiles) + len(goals.after) + 1


def windows(goals) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows of all entries (from, to), and the unit in which to measure a miss: the width, or one patient."""
    parts = []
    for g in range(len(goals.horizons)):
        parts.append(goals.incidence[g, : goals.n_horizons[g]].reshape(-1, 2))
    parts += [100 * checks[:, 2:4] for checks in (goals.progression_free, goals.survival, goals.follow_up)]
    parts += [goals.ratio, goals.quantiles[:, 2:4], 100 * goals.after[:, 3:5], 100 * goals.log_rank[None]]
    low, high = np.concatenate(parts).T
    unit = np.where(np.isfinite(high - low), high - low, 0.2)
    return low, high, unit
