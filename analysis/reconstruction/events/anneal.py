"""Annealing: moves are kept if the penalties allow it.

The threshold for the sum of penalties is drawn before they are evaluated; the evaluation goes from the cheapest block
to the dearest and stops when it is passed. Counts a day are kept in step, so only touched blocks are evaluated.
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.moves import IMPOSSIBLE, log_ratio, propose
from analysis.reconstruction.events.table import N_BLOCKS, TMN, block_penalty, replace
from analysis.reconstruction.state import NONE


@njit
def in_span(row, span):
    """Whether the onset of a t-MN is within the days that the design has for it."""
    return row[TMN] == NONE or span[0] <= row[TMN] <= span[1]


@njit
def evaluate(t, goals, weights):
    """All blocks that have a weight anew; the weighted sum of their penalties."""
    total = 0.0
    for block in range(N_BLOCKS):
        t.cost[block] = block_penalty(t, goals, block) if weights[block] > 0.0 else 0.0
        total += weights[block] * t.cost[block]
    return total


@njit
def draw_move(t, laws, spans, rng, share, longest, a, b):
    """Draw a move that the design allows and its laws accept, see `moves.propose`."""
    i, j = propose(t, rng, share, longest, a, b)
    if j == IMPOSSIBLE or not in_span(a, spans[i]) or (j >= 0 and not in_span(b, spans[j])):
        return i, IMPOSSIBLE
    change = log_ratio(t, i, j, a, b, laws)
    if change < 0.0 and rng.random() > math.exp(change):
        return i, IMPOSSIBLE
    return i, j


@njit
def attempt(t, goals, weights, touched, fresh, total, limit):
    """Weighted sum with the touched blocks anew, into fresh, or what shows that it passes the limit."""
    for block in range(N_BLOCKS):
        touched[block] = touched[block] and weights[block] > 0.0
        if touched[block]:
            total -= weights[block] * t.cost[block]
    for block in range(N_BLOCKS):
        if touched[block]:
            if total > limit:
                return total
            fresh[block] = block_penalty(t, goals, block)
            total += weights[block] * fresh[block]
    return total


@njit
def keep(t, weights, touched, fresh):
    """Take over the penalties of the touched blocks; the weighted sum of all, added up anew against rounding."""
    total = 0.0
    for block in range(N_BLOCKS):
        if touched[block]:
            t.cost[block] = fresh[block]
        total += weights[block] * t.cost[block]
    return total


@njit
def anneal(t, goals, laws, spans, weights, rng, moves, hot, cold, share, longest):
    """Run so many moves while the temperature falls from hot to cold by equal factors; stop when nothing is missing.

    ``share`` of the moves concern patients with t-MN. Returns the weighted penalties and the moves made.
    """
    a, b, old_a, old_b = t.rows[0].copy(), t.rows[0].copy(), t.rows[0].copy(), t.rows[0].copy()
    touched, fresh = [False] * N_BLOCKS, t.cost.copy()
    total = evaluate(t, goals, weights)
    temperature, factor = hot, (cold / hot) ** (1.0 / max(moves, 1))
    for done in range(moves):
        if total == 0.0:
            return total, done
        temperature *= factor
        i, j = draw_move(t, laws, spans, rng, share, longest, a, b)
        if j == IMPOSSIBLE:
            continue
        limit = total - temperature * math.log(1.0 - rng.random())
        for block in range(N_BLOCKS):
            touched[block] = False
        old_a[:] = t.rows[i]
        replace(t, i, a, touched)
        if j >= 0:
            old_b[:] = t.rows[j]
            replace(t, j, b, touched)
        if attempt(t, goals, weights, touched, fresh, total, limit) <= limit:
            total = keep(t, weights, touched, fresh)
        else:
            replace(t, i, old_a, touched)
            if j >= 0:
                replace(t, j, old_b, touched)
    return total, moves
