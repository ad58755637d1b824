"""All patients as arrays, their counts a day, and the penalties of every block of printed numbers.

Vocabulary: a *block* is what is evaluated together: one curve with its limits, or the 29 courses.
"""

from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.courses import after_penalty, onset_penalty
from analysis.reconstruction.events.curves import (
    ANY,
    CAUSE,
    CENSORED,
    COMPETING,
    curve_penalty,
    survival_penalty,
)
from analysis.reconstruction.events.ratio import ROOM, hazard_ratio, ratio_penalty

MAX_DAY = 2556  # 84 months
PRODUCT, RELAPSE, TMN, KIND, LABEL, LAST, DIED = range(7)  # columns of the table of patients
CD28, BB, ALL, NRM, OS = 4, 5, 6, 7, 8  # rows of counts, after the four products
# blocks in the order in which they are evaluated, roughly by what they cost; the first four are the products
ONSETS, AFTER, SURVIVAL, IN_BB, IN_CD28, IN_ALL, IN_NRM, RATIO = range(4, 12)
N_BLOCKS = 12
GROUP_OF = np.array([0, 1, 2, 3, -1, -1, -1, BB, CD28, ALL, NRM, -1])  # of each block


class Table(NamedTuple):
    """State of the search."""

    rows: np.ndarray  # (n, 7) int64, columns as above; days are -1 without the event
    tmn: np.ndarray  # rows with t-MN
    counts: np.ndarray  # (9, MAX_DAY + 2, 4) int16: group, day, censored / cause / competing / any
    days: np.ndarray  # (9, MAX_DAY + 2) int16: the days of each group that have anybody, ascending
    n_days: np.ndarray  # (9,) how many
    sizes: np.ndarray  # (9,) patients in each group
    cost: np.ndarray  # (N_BLOCKS,) penalties as they are
    course: np.ndarray  # (5, t-MN) onset, last, died, kind, label, side by side
    scratch: np.ndarray  # (64,) for sorting
    out: np.ndarray  # (4, 3) for incidences
    shares: np.ndarray  # (32,) for curves of survival
    work: np.ndarray  # (8, 64) for the hazard ratio
    log_ratio: np.ndarray  # (2,) latest log hazard ratio and its error
    competes: bool  # whether a relapse ends the time to t-MN, or patients stay at risk


@njit
def first_end(row, competes):
    """Day and kind of what ends the time to t-MN: t-MN, death or a competing relapse before it, or end of follow-up."""
    relapsed = competes and row[RELAPSE] >= 0
    if row[TMN] >= 0 and (not relapsed or row[TMN] <= row[RELAPSE]):
        return row[TMN], CAUSE
    if relapsed:
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
    counts[day, kind] += sign
    counts[day, ANY] += sign
    if sign > 0 and counts[day, ANY] == 1:
        k = _place(days, m, day)
        for i in range(m, k, -1):
            days[i] = days[i - 1]
        days[k] = day
        t.n_days[group] = m + 1
    elif sign < 0 and counts[day, ANY] == 0:
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
    day, kind = first_end(old, t.competes)
    new_day, new_kind = first_end(new, t.competes)
    p, new_p = old[PRODUCT], new[PRODUCT]
    if day != new_day or kind != new_kind or p != new_p:
        put_first(t, p, day, kind, -1)
        put_first(t, new_p, new_day, new_kind, 1)
        if day != new_day or kind != new_kind:
            touched[IN_ALL] = True
        _mark_products(touched, p, new_p, day != new_day or kind != new_kind)
    day, kind = second_end(old)
    new_day, new_kind = second_end(new)
    if day != new_day or kind != new_kind:
        put(t, NRM, day, kind, -1)
        put(t, NRM, new_day, new_kind, 1)
        touched[IN_NRM] = True
    if old[LAST] != new[LAST] or old[DIED] != new[DIED]:
        put(t, OS, old[LAST], old[DIED], -1)
        put(t, OS, new[LAST], new[DIED], 1)
        touched[SURVIVAL] = True
    if new[TMN] >= 0:
        _mark_course(touched, old, new)
    for c in range(7):
        old[c] = new[c]


@njit
def _mark_products(touched, p, q, moved):
    """Mark the blocks of two products, and of their domains if these differ or a day moved."""
    for product in (p, q):
        if product < 4:
            touched[product] = True
            if moved or p == 4 or q == 4 or (p < 2) != (q < 2):
                touched[IN_CD28 if product < 2 else IN_BB] = True
                touched[RATIO] = True


@njit
def _mark_course(touched, old, new):
    """Mark what concerns only the patients with t-MN."""
    if old[TMN] != new[TMN] or old[KIND] != new[KIND] or old[LABEL] != new[LABEL]:
        touched[ONSETS] = True
    if old[LAST] - old[TMN] != new[LAST] - new[TMN] or old[DIED] != new[DIED] or old[KIND] != new[KIND]:
        touched[AFTER] = True


@njit
def courses_penalty(t, goals, block):
    """Penalty of a block of the patients with t-MN."""
    c = t.course
    for k in range(len(t.tmn)):
        row = t.rows[t.tmn[k]]
        c[0, k], c[1, k], c[2, k], c[3, k], c[4, k] = row[TMN], row[LAST] - row[TMN], row[DIED], row[KIND], row[LABEL]
    if block == ONSETS:
        return onset_penalty(c[0], c[3], c[4], goals, t.scratch)
    return after_penalty(c[1], c[2], c[3], c[4], goals, t.scratch)


@njit
def block_penalty(t, goals, block):
    """Penalty of one block as things are."""
    if block in (ONSETS, AFTER):
        return courses_penalty(t, goals, block)
    if block == RATIO:
        both = t.days[ALL, : t.n_days[ALL]]  # and a few days that only patients with other products have
        n0, n1 = t.sizes[BB], t.sizes[CD28]
        b, error = hazard_ratio(t.counts[BB], t.counts[CD28], both, n0, n1, t.work, t.log_ratio[0])
        t.log_ratio[0], t.log_ratio[1] = b, error
        return ratio_penalty(b, error, goals.ratio)
    if block == SURVIVAL:
        counts, days, m, n = t.counts[OS], t.days[OS], t.n_days[OS], t.sizes[OS]
        total = survival_penalty(counts, days, m, n, CAUSE, CAUSE, goals.survival, t.shares)
        return total + survival_penalty(counts, days, m, n, CENSORED, CENSORED, goals.follow_up, t.shares)
    group = GROUP_OF[block]
    k = goals.n_horizons[group]
    counts, days, m, n = t.counts[group], t.days[group], t.n_days[group], t.sizes[group]
    total = curve_penalty(counts, days, m, n, goals.horizons[group, :k], goals.incidence[group, :k], t.out)
    if group == NRM:
        total += survival_penalty(counts, days, m, n, CAUSE, COMPETING, goals.progression_free, t.shares)
    return total


def make(rows: np.ndarray, competes: bool = True) -> Table:
    """Table with its counts from the rows of all patients; whether a relapse ends the time to t-MN."""
    n = len(rows)
    tmn = np.flatnonzero(rows[:, TMN] >= 0)
    counts = np.zeros((9, MAX_DAY + 2, 4), np.int16)
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
        np.zeros(32),
        np.zeros((8, ROOM)),
        np.zeros(2),
        competes,
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
        day, kind = first_end(row, t.competes)
        put_first(t, row[PRODUCT], day, kind, 1)
        day, kind = second_end(row)
        put(t, NRM, day, kind, 1)
        put(t, OS, row[LAST], row[DIED], 1)


@njit
def evaluate(t, goals):
    """All blocks anew; the sum of their penalties."""
    total = 0.0
    for block in range(N_BLOCKS):
        t.cost[block] = block_penalty(t, goals, block)
        total += t.cost[block]
    return total
