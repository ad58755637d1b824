"""What only the patients with t-MN decide: quantiles of the time to it, the log-rank p, and survival after it.

Vocabulary: a *subset* is all of them, a type, or those sequenced before infusion with or without a TP53 mutation. A
*duration* is the time from t-MN to death or last contact.
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import Z, penalty

DAYS = 30.4375  # of a month
EVERYBODY, MDS, AML, MUTATED, UNMUTATED = 0, 1, 2, 3, 4  # subsets


@njit
def belongs(subset, kind, label):
    """Whether a patient with this type and TP53 label is in the subset."""
    if subset == EVERYBODY:
        return True
    if subset <= AML:
        return kind == subset
    return label == (1 if subset == MUTATED else 0)


@njit
def ascending(values, n):
    """Sort the first n values in place; the fastest way for some thirty."""
    for i in range(1, n):
        x, j = values[i], i
        while j > 0 and values[j - 1] > x:
            values[j] = values[j - 1]
            j -= 1
        values[j] = x


@njit
def onset_penalty(onset, kind, label, goals, scratch):
    """Penalty of the quantiles of the onset (type 7, in months) and of the log-rank p value."""
    total, before, n = 0.0, -1.0, 0
    for row in goals.quantiles:
        if row[0] != before:
            before, n = row[0], 0
            for i in range(len(onset)):
                if belongs(row[0], kind[i], label[i]):
                    scratch[n] = onset[i]
                    n += 1
            ascending(scratch, n)
        place = (n - 1) * row[1]
        low = int(place)
        x = float(scratch[low])
        if low + 1 < n:
            x += (place - low) * (scratch[low + 1] - x)
        total += penalty(x / DAYS, row[2], row[3], 0.3)
    return total + penalty(log_rank_p(onset, label), goals.log_rank[0], goals.log_rank[1], 0.03)


@njit
def after_penalty(duration, died, kind, label, goals, scratch):
    """Penalty of survival after t-MN and its log limits on the days of the checks."""
    total, before, n = 0.0, -1.0, 0
    for row in goals.after:
        if row[0] != before:
            before, n = row[0], 0
            for i in range(len(duration)):
                if belongs(row[0], kind[i], label[i]):
                    scratch[n] = 2 * duration[i] + 1 - died[i]  # deaths before censorings of the same day
                    n += 1
            ascending(scratch, n)
        s, variance, i = 1.0, 0.0, 0
        while i < n and scratch[i] < 2 * row[1] + 2:
            day, d, y = scratch[i] // 2, 0, n - i
            while i < n and scratch[i] // 2 == day:
                d += 1 - scratch[i] % 2
                i += 1
            if d > 0:
                s *= (y - d) / y
                variance += d / (y * (y - d)) if y > d else 1e6
        if row[2] == 1:
            s *= math.exp(-Z * math.sqrt(variance))
        elif row[2] == 2:
            s = min(1.0, s * math.exp(Z * math.sqrt(variance)))
        total += penalty(s, row[3], row[4], 0.02)
    return total


@njit
def log_rank_p(onset, label):
    """Two-sided p of the log-rank test of time to t-MN, with against without a TP53 mutation before infusion."""
    score, variance = 0.0, 0.0
    for i in range(len(onset)):
        if label[i] < 0:
            continue
        at_risk, with_mutation, d, d1, first = 0, 0, 0, 0, True
        for j in range(len(onset)):
            if label[j] < 0 or onset[j] < onset[i]:
                continue
            at_risk += 1
            with_mutation += label[j]
            if onset[j] == onset[i]:
                d += 1
                d1 += label[j]
                first = first and j >= i
        if first:
            share = with_mutation / at_risk
            score += d1 - d * share
            if at_risk > 1:
                variance += d * share * (1.0 - share) * (at_risk - d) / (at_risk - 1)
    return math.erfc(math.sqrt(score * score / variance / 2.0)) if variance > 0.0 else math.nan
