"""Annealing: moves of single patients or pairs that are kept if the misses allow it.

A move is drawn so that, without any target, the days would follow the laws of the design: that is the only thing that
speaks against a uniform smear over all days. The threshold for the misses is drawn before they are evaluated; the
evaluation goes from the cheapest block to the dearest and stops when it is passed.
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.table import (
    DIED,
    KIND,
    LABEL,
    LAST,
    MAX_DAY,
    N_BLOCKS,
    PRODUCT,
    RELAPSE,
    TMN,
    block_miss,
    replace,
)
from analysis.reconstruction.state import NONE

GAP = 3  # days at least from relapse to death, and from t-MN to the end of follow-up


@njit
def _stride(rng):
    """A change of some days, small or large: the size is log-uniform from 1 to 400."""
    size = int(math.exp(rng.random() * 6.0))
    return size if rng.random() < 0.5 else -size


@njit
def allowed(row):
    """Whether a course is in order: days within follow-up and apart."""
    if row[LAST] > MAX_DAY or row[LAST] < 1:
        return False
    if row[RELAPSE] != NONE and (row[RELAPSE] < 1 or row[RELAPSE] + GAP > row[LAST]):
        return False
    return row[TMN] == NONE or (1 <= row[TMN] <= row[LAST] - GAP and row[TMN] != row[RELAPSE])


@njit
def log_prior(row, laws):
    """Log density of a course under the laws of the design (up to what no move changes)."""
    if row[TMN] >= 0:
        return 0.0
    if row[RELAPSE] >= 0:
        value = laws[0, row[RELAPSE]]
        return value + (laws[2, row[LAST] - row[RELAPSE]] if row[DIED] == 1 else laws[1, row[LAST]])
    return laws[3, row[LAST]] if row[DIED] == 1 else laws[1, row[LAST]]


@njit
def _move_other(t, rng, i, a, b):
    """A new course for patient i without t-MN in a, perhaps one for another in b; index of that other or -1."""
    u = rng.random()
    if u < 0.15:
        return _exchange_deaths(t, rng, i, a, b)
    if a[RELAPSE] >= 0:
        if u < 0.45:
            a[RELAPSE] = max(a[RELAPSE] + _stride(rng), 0)
        elif u < 0.6:
            change = _stride(rng)
            a[RELAPSE] = max(a[RELAPSE] + change, 0)
            a[LAST] += change
        elif u < 0.85:
            a[LAST] += _stride(rng)
        elif u < 0.93 or a[DIED] == 1:
            a[DIED] = 1 - a[DIED]
        else:
            a[RELAPSE] = NONE
    elif u < 0.85 or a[DIED] == 1:
        a[LAST] += _stride(rng)
    else:
        a[RELAPSE] = 1 + int(rng.random() * a[LAST])
    return -1


@njit
def _exchange_deaths(t, rng, i, a, b):
    """Death without relapse moves from one patient to another, so that their number stays."""
    if a[RELAPSE] >= 0:
        return -2
    j = int(rng.random() * len(t.rows))
    other = t.rows[j]
    if other[RELAPSE] >= 0 or other[TMN] >= 0 or other[DIED] == a[DIED]:
        return -2
    b[:] = other
    a[DIED], b[DIED] = b[DIED], a[DIED]
    return j


@njit
def _move_products(t, rng, i, a, b):
    """Two patients exchange products; t-MN stays in its domain."""
    j = int(rng.random() * len(t.rows))
    b[:] = t.rows[j]
    p, q = a[PRODUCT], b[PRODUCT]
    if p == q or ((a[TMN] >= 0 or b[TMN] >= 0) and (p > 3 or q > 3 or (p < 2) != (q < 2))):
        return -2
    a[PRODUCT], b[PRODUCT] = q, p
    return j


@njit
def _move_course(t, rng, a, b):
    """A patient with t-MN: onset, follow-up, or labels exchanged with another one."""
    u = rng.random()
    if u < 0.25:
        a[TMN] = max(a[TMN] + _stride(rng), 0)
    elif u < 0.4:
        change = _stride(rng)
        a[TMN] = max(a[TMN] + change, 0)
        a[LAST] += change
    elif u < 0.55:
        a[LAST] += _stride(rng)
    else:
        j = t.tmn[int(rng.random() * len(t.tmn))]
        b[:] = t.rows[j]
        if u < 0.63:
            a[KIND], b[KIND] = b[KIND], a[KIND]
            a[LABEL], b[LABEL] = b[LABEL], a[LABEL]
        elif u < 0.69:
            if a[KIND] != b[KIND]:
                return -2
            a[LABEL], b[LABEL] = b[LABEL], a[LABEL]
        elif u < 0.75:
            if (a[RELAPSE] >= 0) != (b[RELAPSE] >= 0) or a[KIND] != b[KIND]:
                return -2
            a[DIED], b[DIED] = b[DIED], a[DIED]
        else:
            if (a[RELAPSE] >= 0) or (b[RELAPSE] >= 0):
                return -2
            for c in (TMN, KIND, LABEL, LAST, DIED):
                a[c], b[c] = b[c], a[c]
        return j
    return -1


@njit
def propose(t, rng, share, a, b):
    """Draw a move: patient i and its new course in a, a second patient and its course in b or -1; -2 if impossible."""
    u = rng.random()
    if u < share:
        i = t.tmn[int(rng.random() * len(t.tmn))]
        a[:] = t.rows[i]
        j = _move_course(t, rng, a, b)
    else:
        i = int(rng.random() * len(t.rows))
        a[:] = t.rows[i]
        if u < share + 0.15:
            j = _move_products(t, rng, i, a, b)
        elif a[TMN] >= 0:
            return i, -2
        else:
            j = _move_other(t, rng, i, a, b)
    if j == i or j == -2 or not allowed(a) or (j >= 0 and not allowed(b)):
        return i, -2
    return i, j


@njit
def in_year(row, span):
    """Whether the onset of a t-MN is in the span of days that the design has for it."""
    return row[TMN] == NONE or (span[0] <= row[TMN] <= span[1])


@njit
def anneal(t, goals, laws, spans, weights, rng, moves, hot, cold, share, hold):
    """Run so many moves while the temperature falls from hot to cold by equal factors; stop at misses of 0.

    Returns the weighted misses at the end and the moves made. Temperature 0 accepts what is no worse.
    """
    a, b = t.rows[0].copy(), t.rows[0].copy()
    old_a, old_b = a.copy(), b.copy()
    touched = [False] * N_BLOCKS
    fresh = t.cost.copy()
    total = 0.0
    for block in range(N_BLOCKS):
        total += weights[block] * t.cost[block]
    temperature = hot
    factor = (cold / hot) ** (1.0 / max(moves, 1))
    for done in range(moves):
        if total == 0.0 and hold == 0:
            return total, done
        temperature *= factor
        i, j = propose(t, rng, share, a, b)
        if j == -2 or not in_year(a, spans[i]) or (j >= 0 and not in_year(b, spans[j])):
            continue
        change = log_prior(a, laws) - log_prior(t.rows[i], laws)
        if j >= 0:
            change += log_prior(b, laws) - log_prior(t.rows[j], laws)
        if change < 0.0 and rng.random() > math.exp(change):
            continue
        limit = total - temperature * math.log(rng.random() + 1e-300)
        old_a[:] = t.rows[i]
        if j >= 0:
            old_b[:] = t.rows[j]
        for block in range(N_BLOCKS):
            touched[block] = False
        replace(t, i, a, touched)
        if j >= 0:
            replace(t, j, b, touched)
        new = total
        for block in range(N_BLOCKS):
            touched[block] = touched[block] and weights[block] > 0.0
            if touched[block]:
                new -= weights[block] * t.cost[block]
        for block in range(N_BLOCKS):
            if touched[block] and new <= limit:
                fresh[block] = block_miss(t, goals, block)
                new += weights[block] * fresh[block]
        if new <= limit:
            total = 0.0
            for block in range(N_BLOCKS):
                if touched[block]:
                    t.cost[block] = fresh[block]
                total += weights[block] * t.cost[block]
        else:
            replace(t, i, old_a, touched)
            if j >= 0:
                replace(t, j, old_b, touched)
    return total, moves
