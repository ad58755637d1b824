"""All patients as arrays, their counts a day, and the misses of every block of printed numbers.

Vocabulary: a *block* is what is evaluated together: one curve with its limits, or the 29 courses.
"""

from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.courses import course_miss
from analysis.reconstruction.events.curves import (
    ANY,
    CAUSE,
    CENSORED,
    COMPETING,
    curve_miss,
    survival_miss,
)
from analysis.reconstruction.events.ratio import hazard_ratio, ratio_miss

MAX_DAY = 2556  # 84 months
PRODUCT, RELAPSE, TMN, KIND, LABEL, LAST, DIED = range(7)  # columns of the table of patients
CD28, BB, ALL, NRM, OS = 4, 5, 6, 7, 8  # rows of counts, after the four products
# blocks, the cheapest first: products 0-3, then
COURSES, SURVIVAL, B_BB, B_NRM, B_CD28, B_ALL, RATIO = 4, 5, 6, 7, 8, 9, 10
N_BLOCKS = 11


class Table(NamedTuple):
    """State of the search."""

    rows: np.ndarray  # (n, 7) int64, columns as above; days are -1 without the event
    tmn: np.ndarray  # rows with t-MN
    counts: np.ndarray  # (9, 4, MAX_DAY + 2) int16: group, censored / cause / competing / any, day
    days: np.ndarray  # (9, MAX_DAY + 2) int16: the days of each group that have anybody, ascending
    n_days: np.ndarray  # (9,) how many
    sizes: np.ndarray  # (9,) patients in each group
    cost: np.ndarray  # (N_BLOCKS,) misses as they are
    course: np.ndarray  # (5, t-MN) onset, last, died, kind, label, side by side
    scratch: np.ndarray  # (64,) for sorting
    out: np.ndarray  # (4, 3) for incidences
    work: np.ndarray  # (8, 64) for the hazard ratio
    log_ratio: np.ndarray  # (2,) latest log hazard ratio and its error


@njit
def first_end(row):
    """Day and kind of what ends the time to t-MN: t-MN, relapse or death before it, or the end of follow-up."""
    if row[TMN] >= 0 and (row[RELAPSE] < 0 or row[TMN] <= row[RELAPSE]):
        return row[TMN], CAUSE
    if row[RELAPSE] >= 0:
        return row[RELAPSE], COMPETING
    return row[LAST], COMPETING if row[DIED] == 1 else CENSORED


@njit
def second_end(row):
    """Day and kind of what ends the time to non-relapse death: that death, relapse, or the end of follow-up."""
    if row[RELAPSE] >= 0:
        return row[RELAPSE], COMPETING
    return row[LAST], CAUSE if row[DIED] == 1 else CENSORED


@njit
def _place(days, m, day):
    """Where a day is or would be among the first m, ascending."""
    low, high = 0, m
    while low < high:
        middle = (low + high) // 2
        if days[middle] < day:
            low = middle + 1
        else:
            high = middle
    return low


@njit
def put(t, group, day, kind, sign):
    """One patient more or less in a group on a day."""
    counts, days, m = t.counts[group], t.days[group], t.n_days[group]
    counts[kind, day] += sign
    counts[ANY, day] += sign
    if sign > 0 and counts[ANY, day] == 1:
        k = _place(days, m, day)
        for i in range(m, k, -1):
            days[i] = days[i - 1]
        days[k] = day
        t.n_days[group] = m + 1
    elif sign < 0 and counts[ANY, day] == 0:
        for i in range(_place(days, m, day), m - 1):
            days[i] = days[i + 1]
        t.n_days[group] = m - 1


@njit
def put_first(t, product, day, kind, sign):
    """Count the end of the time to t-MN in the groups that the product belongs to."""
    put(t, ALL, day, kind, sign)
    if product < 4:
        put(t, product, day, kind, sign)
        put(t, CD28 if product < 2 else BB, day, kind, sign)


@njit
def replace(t, i, new, touched):
    """Give patient i new values, keep the counts in step and mark the blocks that this touches."""
    old = t.rows[i]
    day, kind = first_end(old)
    new_day, new_kind = first_end(new)
    p, new_p = old[PRODUCT], new[PRODUCT]
    if day != new_day or kind != new_kind or p != new_p:
        put_first(t, p, day, kind, -1)
        put_first(t, new_p, new_day, new_kind, 1)
        if day != new_day or kind != new_kind:
            touched[B_ALL] = True
        _mark_products(touched, p, new_p, day != new_day or kind != new_kind)
    day, kind = second_end(old)
    new_day, new_kind = second_end(new)
    if day != new_day or kind != new_kind:
        put(t, NRM, day, kind, -1)
        put(t, NRM, new_day, new_kind, 1)
        touched[B_NRM] = True
    if old[LAST] != new[LAST] or old[DIED] != new[DIED]:
        put(t, OS, old[LAST], old[DIED], -1)
        put(t, OS, new[LAST], new[DIED], 1)
        touched[SURVIVAL] = True
    if new[TMN] >= 0:
        touched[COURSES] = True
    for c in range(7):
        old[c] = new[c]


@njit
def _mark_products(touched, p, q, moved):
    """Mark the blocks of two products, and of their domains if these differ or a day moved."""
    for product in (p, q):
        if product < 4:
            touched[product] = True
            if moved or p == 4 or q == 4 or (p < 2) != (q < 2):
                touched[B_CD28 if product < 2 else B_BB] = True
                touched[RATIO] = True


@njit
def block_miss(t, goals, block):
    """Miss of one block as things are."""
    if block == COURSES:
        for k in range(len(t.tmn)):
            row = t.rows[t.tmn[k]]
            t.course[0, k], t.course[1, k], t.course[2, k] = row[TMN], row[LAST], row[DIED]
            t.course[3, k], t.course[4, k] = row[KIND], row[LABEL]
        return course_miss(t.course[0], t.course[1], t.course[2], t.course[3], t.course[4], goals, t.scratch)
    if block == RATIO:
        both = t.days[ALL, : t.n_days[ALL]]  # and few days that only the patients with other products have
        zero, one = t.counts[BB], t.counts[CD28]
        b, error = hazard_ratio(zero, one, both, len(both), t.sizes[BB], t.sizes[CD28], t.work, t.log_ratio[0])
        t.log_ratio[0], t.log_ratio[1] = b, error
        return ratio_miss(b, error, goals.ratio)
    if block == SURVIVAL:
        counts, days, m, n = t.counts[OS], t.days[OS], t.n_days[OS], t.sizes[OS]
        total = survival_miss(counts, days, m, n, CAUSE, CAUSE, goals.survival)
        return total + survival_miss(counts, days, m, n, CENSORED, CENSORED, goals.follow_up)
    group = block if block < 4 else CD28 if block == B_CD28 else BB if block == B_BB else ALL if block == B_ALL else NRM
    k = goals.n_horizons[group]
    counts, days, m, n = t.counts[group], t.days[group], t.n_days[group], t.sizes[group]
    total = curve_miss(counts, days, m, n, goals.horizons[group, :k], goals.incidence[group, :k], t.out)
    if group == NRM:
        total += survival_miss(counts, days, m, n, CAUSE, COMPETING, goals.progression_free)
    return total


def make(rows: np.ndarray) -> Table:
    """Table with its counts from the rows of all patients."""
    n = len(rows)
    tmn = np.flatnonzero(rows[:, TMN] >= 0)
    counts = np.zeros((9, 4, MAX_DAY + 2), np.int16)
    sizes = np.full(9, n)
    for p in range(4):
        sizes[p] = np.sum(rows[:, PRODUCT] == p)
    sizes[CD28], sizes[BB] = sizes[0] + sizes[1], sizes[2] + sizes[3]
    t = Table(
        rows.astype(np.int64),
        tmn,
        counts,
        np.zeros((9, MAX_DAY + 2), np.int16),
        np.zeros(9, np.int64),
        sizes,
        np.zeros(N_BLOCKS),
        np.zeros((5, len(tmn)), np.int64),
        np.zeros(64, np.int64),
        np.zeros((4, 3)),
        np.zeros((8, 64)),
        np.zeros(2),
    )
    count(t)
    return t


@njit
def count(t):
    """Count all patients anew."""
    t.counts[:] = 0
    t.n_days[:] = 0
    for i in range(len(t.rows)):
        row = t.rows[i]
        day, kind = first_end(row)
        put_first(t, row[PRODUCT], day, kind, 1)
        day, kind = second_end(row)
        put(t, NRM, day, kind, 1)
        put(t, OS, row[LAST], row[DIED], 1)


@njit
def evaluate(t, goals):
    """All blocks anew; the sum of their misses."""
    total = 0.0
    for block in range(N_BLOCKS):
        t.cost[block] = block_miss(t, goals, block)
        total += t.cost[block]
    return total
