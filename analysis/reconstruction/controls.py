"""Who the matched controls are: patients exchanged until the matched line of the co-stimulatory domain comes out.

A *slot* is everything that the matching reads of a row: age, prior lines, and the place in the order of the rows. The
matching selects slots; who sits in them can be exchanged, which keeps every distribution of ages and lines.
"""

import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.fits import Sample, fit, sample
from analysis.reconstruction.follow_up import NO_DOMAIN
from analysis.reconstruction.lines import distance

HOT, COLD = 0.01, 0.0002  # temperatures, in logs of the ratio
SPREAD = 0.5  # of a covariate that is 0 or 1
DOMAIN = 0  # number of the line of the domain; those of what the slots hold follow


class Seating(NamedTuple):
    """What stays the same while slots are exchanged."""

    order: np.ndarray  # patients in order of time
    day: np.ndarray
    status: np.ndarray
    domain: np.ndarray
    members: np.ndarray  # patients whose slots may be exchanged
    selected: np.ndarray  # for each slot whether the matching selects it
    held: np.ndarray  # what each slot holds: age and lines as they enter the model, shape = (2, slots)
    spread: np.ndarray  # standard deviations of both
    everyone: Sample
    windows: np.ndarray  # of the lines of domain, age and prior lines, shape = (3, 4, 2)
    used: np.ndarray  # which of them are asked for


@njit
def domain_fit(order, matched, day, status, domain, start):
    """Fine and Gray's log hazard ratio of the domains in matched patients that have one, and its standard errors."""
    chosen = matched & (domain != NO_DOMAIN)
    return fit(sample(order, chosen, day, status, True), domain.astype(np.float64), start, SPREAD)


@njit
def _line(s, which, slot, start):
    """Coefficient of one of the three fits and its distance from the printed line."""
    if which == DOMAIN:
        b, _, se = domain_fit(s.order, s.selected[slot], s.day, s.status, s.domain, start)
    else:
        b, _, se = fit(s.everyone, s.held[which - 1][slot], start, s.spread[which - 1])
    return b, distance(s.windows[which], b, se)


@njit
def exchange(s, rng, slot, moves):
    """Exchange slots in place until all lines come out; returns the distance left and the moves made."""
    at, parts = np.zeros(3), np.zeros(3)
    for which in range(3):
        if s.used[which]:
            at[which], parts[which] = _line(s, which, slot, 0.0)
    at_new, new, cost = at.copy(), parts.copy(), parts.sum()
    for move in range(moves):
        if cost == 0.0:
            return cost, move
        temperature = HOT * (COLD / HOT) ** (move / moves)
        i = s.members[int(rng.random() * len(s.members))]
        j = s.members[int(rng.random() * len(s.members))]
        limit = cost - temperature * math.log(1.0 - rng.random())
        changed = s.selected[slot[i]] != s.selected[slot[j]]
        if not changed and not s.used[1:].any():
            continue
        slot[i], slot[j] = slot[j], slot[i]
        total = 0.0
        for which in range(3):
            at_new[which], new[which] = at[which], parts[which]
            if s.used[which] and (which != DOMAIN or changed) and total <= limit:
                at_new[which], new[which] = _line(s, which, slot, at[which])
            total += new[which]
        if total <= limit:
            at[:], parts[:] = at_new, new
            cost = total
        else:
            slot[i], slot[j] = slot[j], slot[i]
    return cost, moves
