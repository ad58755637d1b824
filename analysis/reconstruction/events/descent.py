"""Descent by linear programs: many small moves at once, chosen so that their effects add up to what is missing."""

import math

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.anneal import in_year, log_prior, propose
from analysis.reconstruction.events.fields import entries
from analysis.reconstruction.events.table import N_BLOCKS, replace


@njit
def candidates(t, goals, laws, spans, rng, share, now, who, rows, effects):
    """Draw moves and what each would do to all entries; fills who, rows and effects."""
    a, b = t.rows[0].copy(), t.rows[0].copy()
    old_a, old_b = a.copy(), b.copy()
    touched = [False] * N_BLOCKS
    after = now.copy()
    k = 0
    while k < len(who):
        i, j = propose(t, rng, share, a, b)
        if j == -2 or not in_year(a, spans[i]) or (j >= 0 and not in_year(b, spans[j])):
            continue
        change = log_prior(a, laws) - log_prior(t.rows[i], laws)
        if j >= 0:
            change += log_prior(b, laws) - log_prior(t.rows[j], laws)
        if change < 0.0 and rng.random() > math.exp(change):
            continue
        old_a[:] = t.rows[i]
        if j >= 0:
            old_b[:] = t.rows[j]
        for block in range(N_BLOCKS):
            touched[block] = False
        replace(t, i, a, touched)
        if j >= 0:
            replace(t, j, b, touched)
        after[:] = now
        entries(t, goals, touched, after)
        who[k, 0], who[k, 1] = i, j
        rows[k, 0, :] = a
        rows[k, 1, :] = b
        effects[k, :] = after - now
        replace(t, i, old_a, touched)
        if j >= 0:
            replace(t, j, old_b, touched)
        k += 1


@njit
def apply_moves(t, order, n, who, rows, used):
    """Make the chosen moves in this order, each patient once; how many were made."""
    touched = [False] * N_BLOCKS
    used[:] = False
    made = 0
    for k in order[:n]:
        i, j = who[k, 0], who[k, 1]
        if used[i] or (j >= 0 and used[j]):
            continue
        replace(t, i, rows[k, 0], touched)
        used[i] = True
        if j >= 0:
            replace(t, j, rows[k, 1], touched)
            used[j] = True
        made += 1
    return made


def choose(now, effects, low, high, unit, size, budget, price):
    """How much of each move (0 to 1) leaves the least missing, in units; and what is left."""
    scaled = effects / unit
    m, n = scaled.shape
    rows = scaled.T
    a = hstack([csr_array(rows), identity(n), -identity(n), -identity(n)]).tocsc()
    cost = np.concatenate([np.full(m, price), np.ones(2 * n), np.zeros(n)])
    bounds = np.concatenate(
        [
            np.tile([0.0, 1.0], (m, 1)),
            np.tile([0.0, np.inf], (2 * n, 1)),
            np.stack([(low - now) / unit, (high - now) / unit], axis=1),
        ]
    )
    limit = np.concatenate([size, np.zeros(3 * n)])[None]
    result = linprog(cost, limit, [budget], a, np.zeros(n), bounds, method="highs")
    return result.x[:m], result.x[m : m + 2 * n].sum()


def missing(values, low, high, unit):
    """Sum over the entries of how far they are from their windows, in units."""
    return np.sum(np.maximum(np.maximum(low - values, values - high), 0.0) / unit)
