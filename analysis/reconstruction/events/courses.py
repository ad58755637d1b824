"""The 29 courses of t-MN by themselves: quantiles of the time to t-MN, the log-rank p and survival after it."""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import Z, miss

DAYS = 30.4375  # of a month
EVERYBODY, MDS, AML, MUTATED, UNMUTATED = 0, 1, 2, 3, 4  # subsets of the patients with t-MN


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
def quantile_miss(onset, kind, label, quantiles, scratch):
    """Misses of the quantiles (type 7) of the onset, in months; rows are subset, probability, window."""
    total, before, n = 0.0, -1.0, 0
    for row in quantiles:
        if row[0] != before:
            before, n = row[0], 0
            for i in range(len(onset)):
                if belongs(row[0], kind[i], label[i]):
                    scratch[n] = onset[i]
                    n += 1
            ascending(scratch, n)
        place = (n - 1) * row[1]
        low = int(place)
        x = scratch[low]
        if low + 1 < n:
            x += (place - low) * (scratch[low + 1] - x)
        total += miss(x / DAYS, row[2], row[3])
    return total


@njit
def survival_miss(onset, last, died, kind, label, checks, codes):
    """Misses, in percent, of survival after t-MN; rows are subset, day, curve (S, lower, upper limit), window."""
    total = 0.0
    before = -1.0
    n = 0
    for row in checks:
        if row[0] != before:
            before, n = row[0], 0
            for i in range(len(onset)):
                if belongs(row[0], kind[i], label[i]):
                    codes[n] = 2 * (last[i] - onset[i]) + (1 - died[i])  # deaths before censorings of the same day
                    n += 1
            ascending(codes, n)
        s, variance, i = 1.0, 0.0, 0
        while i < n and codes[i] < 2 * row[1] + 2:
            day, d, y = codes[i] // 2, 0, n - i
            while i < n and codes[i] // 2 == day:
                d += 1 - codes[i] % 2
                i += 1
            if d > 0:
                s *= (y - d) / y
                variance += d / (y * (y - d)) if y > d else 1e6
        if row[2] == 1:
            s *= math.exp(-Z * math.sqrt(variance))
        elif row[2] == 2:
            s = min(1.0, s * math.exp(Z * math.sqrt(variance)))
        total += 100.0 * miss(s, row[3], row[4])
    return total


@njit
def log_rank_p(onset, label):
    """Two-sided p of the log-rank test of time to t-MN with against without a TP53 mutation before infusion."""
    score, variance = 0.0, 0.0
    for i in range(len(onset)):
        if label[i] < 0:
            continue
        at_risk, with_mutation, d, d1, first = 0, 0, 0, 0, True
        for j in range(len(onset)):
            if label[j] < 0:
                continue
            if onset[j] >= onset[i]:
                at_risk += 1
                with_mutation += label[j]
                if onset[j] == onset[i]:
                    d += 1
                    d1 += label[j]
                    if j < i:
                        first = False
        if first:
            share = with_mutation / at_risk
            score += d1 - d * share
            if at_risk > 1:
                variance += d * share * (1.0 - share) * (at_risk - d) / (at_risk - 1)
    return math.erfc(math.sqrt(score * score / variance / 2.0)) if variance > 0.0 else math.nan


@njit
def course_miss(onset, last, died, kind, label, goals, scratch):
    """Misses of all that concerns only the patients with t-MN; p values times ten."""
    total = quantile_miss(onset, kind, label, goals.quantiles, scratch)
    total += survival_miss(onset, last, died, kind, label, goals.after, scratch)
    return total + 10.0 * miss(log_rank_p(onset, label), goals.log_rank[0], goals.log_rank[1])
