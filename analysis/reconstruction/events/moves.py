"""Moves: small changes of one patient's course, or exchanges between two, that keep the printed counts.

A move is drawn as if the courses followed the laws of the design, so that nothing but the printed numbers bends them
(see `log_prior`). Patients with t-MN keep their year and domain, and whether the relapse came first.
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.laws import DEATH_AFTER, FOLLOW_UP, NON_RELAPSE_DEATH, PDF, RELAPSE_LAW, TAIL
from analysis.reconstruction.events.table import DIED, KIND, LABEL, LAST, PRODUCT, RELAPSE, TMN
from analysis.reconstruction.state import NONE

GAP = 3  # days at least from relapse to death, and from t-MN to the end of follow-up
ALONE, IMPOSSIBLE = -1, -2  # in place of a second patient


@njit
def stride(rng):
    """A change of some days, small or large: its size is log-uniform from 1 to 400."""
    size = int(math.exp(rng.random() * 6.0))
    return size if rng.random() < 0.5 else -size


@njit
def allowed(row, longest):
    """Whether a course is in order: its days within follow-up, and apart."""
    if row[LAST] > longest or row[LAST] < 1:
        return False
    if row[RELAPSE] != NONE and (row[RELAPSE] < 1 or row[RELAPSE] + GAP > row[LAST]):
        return False
    return row[TMN] == NONE or (1 <= row[TMN] <= row[LAST] - GAP and row[TMN] != row[RELAPSE])


@njit
def log_prior(row, laws):
    """Log density of a course under the laws of the design; constant for patients with t-MN."""
    if row[TMN] != NONE:
        return 0.0
    relapse, last = row[RELAPSE], row[LAST]
    if relapse == NONE:
        value = laws[RELAPSE_LAW, TAIL, last]
        if row[DIED] == 1:
            return value + laws[NON_RELAPSE_DEATH, PDF, last] + laws[FOLLOW_UP, TAIL, last]
        return value + laws[NON_RELAPSE_DEATH, TAIL, last] + laws[FOLLOW_UP, PDF, last]
    value = laws[RELAPSE_LAW, PDF, relapse] + laws[NON_RELAPSE_DEATH, TAIL, relapse]
    if row[DIED] == 1:
        return value + laws[DEATH_AFTER, PDF, last - relapse] + laws[FOLLOW_UP, TAIL, last]
    return value + laws[DEATH_AFTER, TAIL, last - relapse] + laws[FOLLOW_UP, PDF, last]


@njit
def _move_relapsed(u, rng, a):
    """Shift relapse or last day, make a death of a last contact or the reverse, or take the relapse away."""
    if u < 0.35:
        a[RELAPSE] = max(a[RELAPSE] + stride(rng), 0)
    elif u < 0.5:
        change = stride(rng)
        a[RELAPSE] = max(a[RELAPSE] + change, 0)
        a[LAST] += change
    elif u < 0.7 or (u > 0.85 and a[DIED] == 1):
        a[LAST] += stride(rng)
    elif u < 0.85:
        a[DIED] = 1 - a[DIED]
    else:
        a[RELAPSE] = NONE


@njit
def _move_death(t, rng, a, b):
    """Death without relapse goes from one patient to another, so that their number stays."""
    j = int(rng.random() * len(t.rows))
    b[:] = t.rows[j]
    if b[RELAPSE] != NONE or b[TMN] != NONE or b[DIED] == a[DIED]:
        return IMPOSSIBLE
    a[DIED], b[DIED] = b[DIED], a[DIED]
    return j


@njit
def _move_other(t, rng, a, b):
    """A patient without t-MN."""
    u = rng.random()
    if a[RELAPSE] != NONE:
        _move_relapsed(u, rng, a)
        return ALONE
    if u < 0.15:
        return _move_death(t, rng, a, b)
    if u < 0.85 or a[DIED] == 1:
        a[LAST] += stride(rng)
    else:
        a[RELAPSE] = 1 + int(rng.random() * a[LAST])
    return ALONE


@njit
def _move_products(t, rng, a, b):
    """Two patients exchange products; t-MN stays in its domain."""
    j = int(rng.random() * len(t.rows))
    b[:] = t.rows[j]
    p, q = a[PRODUCT], b[PRODUCT]
    tmn = a[TMN] != NONE or b[TMN] != NONE
    if p == q or (tmn and (p > 3 or q > 3 or (p < 2) != (q < 2))):
        return IMPOSSIBLE
    a[PRODUCT], b[PRODUCT] = q, p
    return j


@njit
def _exchange(u, a, b):
    """Two patients with t-MN exchange type, label, death or the whole course; whether the counts allow it."""
    relapsed, other_relapsed = a[RELAPSE] != NONE, b[RELAPSE] != NONE
    if u < 0.6:  # the whole course but the product: only products and domains notice
        if relapsed or other_relapsed:
            return False
        for c in (TMN, KIND, LABEL, LAST, DIED):
            a[c], b[c] = b[c], a[c]
    elif u < 0.75:
        if relapsed != other_relapsed and a[DIED] != b[DIED]:
            return False
        for c in (KIND, LABEL, DIED):
            a[c], b[c] = b[c], a[c]
    elif u < 0.9:
        a[LABEL], b[LABEL] = b[LABEL], a[LABEL]
        return a[KIND] == b[KIND]
    else:
        a[DIED], b[DIED] = b[DIED], a[DIED]
        return relapsed == other_relapsed and a[KIND] == b[KIND]
    return True


@njit
def _move_course(t, rng, a, b):
    """A patient with t-MN: onset with all that follows, duration after it, relapse, or an exchange with another."""
    u = rng.random()
    if u < 0.4:
        change = stride(rng)
        a[TMN] = max(a[TMN] + change, 0)
        a[LAST] += change
    elif u < 0.5:
        a[LAST] += stride(rng)
    elif u < 0.55:
        if a[RELAPSE] == NONE:
            return IMPOSSIBLE
        later = a[RELAPSE] > a[TMN]
        a[RELAPSE] = max(a[RELAPSE] + stride(rng), 0)
        return ALONE if later == (a[RELAPSE] > a[TMN]) else IMPOSSIBLE
    else:
        j = t.tmn[int(rng.random() * len(t.tmn))]
        b[:] = t.rows[j]
        return j if _exchange(rng.random(), a, b) else IMPOSSIBLE
    return ALONE


@njit
def propose(t, rng, share, longest, a, b):
    """Draw a move: patient i and the new course in a; a second patient, their course in b, or why there is none."""
    u = rng.random()
    if u < share:
        i = t.tmn[int(rng.random() * len(t.tmn))]
        a[:] = t.rows[i]
        j = _move_course(t, rng, a, b)
    else:
        i = int(rng.random() * len(t.rows))
        a[:] = t.rows[i]
        if u < share + 0.15:
            j = _move_products(t, rng, a, b)
        elif a[TMN] != NONE:
            return i, IMPOSSIBLE
        else:
            j = _move_other(t, rng, a, b)
    if j in (i, IMPOSSIBLE) or not allowed(a, longest) or (j >= 0 and not allowed(b, longest)):
        return i, IMPOSSIBLE
    return i, j


@njit
def log_ratio(t, i, j, a, b, laws):
    """Log of how much likelier the new courses are than the old, corrected for how moves are drawn."""
    old = t.rows[i]
    change = log_prior(a, laws) - log_prior(old, laws)
    if j >= 0:
        change += log_prior(b, laws) - log_prior(t.rows[j], laws)
    elif a[TMN] == NONE and (a[RELAPSE] == NONE) != (old[RELAPSE] == NONE):  # a new relapse is drawn from all days
        change += math.log(a[LAST]) if a[RELAPSE] != NONE else -math.log(a[LAST])
    return change
