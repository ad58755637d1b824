"""Put values on patients until the printed lines of one covariate come out.

A state is a code a patient; a move exchanges the values of two patients or draws a new value inside its bin, so that
quartiles and counts hold in every state. The draws follow a plausible distribution, and a move away from what is
expected of the patients is made less often; both are overruled only by the printed lines (Metropolis, cooled).
"""

import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.fits import Sample, fit
from analysis.reconstruction.lines import distance

HOT, COLD = 0.01, 0.0002  # temperatures, in logs of the ratio: about a window, and a fiftieth of one
FOCUSED = 0.5  # share of exchanges that begin with a matched patient, whom two lines depend on
DRAWN = 0.3  # share of moves that draw a new value


class Problem(NamedTuple):
    """What a state has to meet, and the moves that are allowed."""

    model: np.ndarray  # what enters the model, for each code; centred
    flag: np.ndarray  # what enters the third fit, for each code
    standard: np.ndarray  # each code in standard deviations
    expected: np.ndarray  # what is expected of each patient, likewise
    spread: np.ndarray  # about the standard deviation in each of the three fits
    draw: np.ndarray  # codes to draw from, bin by bin
    begin: np.ndarray  # where those of each bin begin
    allowed: np.ndarray  # for each group of patients and each code whether they go together
    group: np.ndarray  # group of each patient
    movable: np.ndarray  # patients whose values may change
    focus: np.ndarray  # movable patients whom the matched lines depend on
    matched: np.ndarray  # for each patient whether matched
    everyone: Sample
    pairs: Sample
    windows: np.ndarray  # of the three lines: all patients, matched, matched with the flag; shape = (3, 4, 2)
    used: np.ndarray  # which of them are asked for
    robust: bool  # which standard error


@njit
def line_distance(p, which, x, start):
    """Coefficient of one of the three fits and its distance from the printed line."""
    s = p.everyone if which == 0 else p.pairs
    b, naive, robust = fit(s, x, start, p.spread[which])
    return b, distance(p.windows[which], b, robust if p.robust else naive)


@njit
def _propose(p, rng, code, bins):
    """Two patients and their new codes and bins; the same patient twice for a new value of one."""
    if rng.random() < DRAWN:
        i = p.movable[int(rng.random() * len(p.movable))]
        b = bins[i]
        new = p.draw[p.begin[b] + int(rng.random() * (p.begin[b + 1] - p.begin[b]))]
        return i, i, new, new
    pool = p.focus if rng.random() < FOCUSED and len(p.focus) > 0 else p.movable
    i = pool[int(rng.random() * len(pool))]
    j = p.movable[int(rng.random() * len(p.movable))]
    return i, j, code[j], code[i]


@njit
def _unexpected(p, rng, i, j, code_i, code_j, code):
    """Whether a move is refused because it takes two patients away from what is expected of them."""
    gain = p.expected[i] * (p.standard[code_i] - p.standard[code[i]])
    if i != j:
        gain += p.expected[j] * (p.standard[code_j] - p.standard[code[j]])
    return gain < 0.0 and math.log(1.0 - rng.random()) > gain


@njit
def _changed(p, i, j, code_i, code_j, code, x, y, at, parts, at_new, new, limit):
    """Cost after a move, the new coefficients and distances filled in; stops as soon as the limit is passed."""
    x[i], x[j], y[i], y[j] = p.model[code_i], p.model[code_j], p.flag[code_i], p.flag[code_j]
    pairs = p.matched[i] or p.matched[j]
    flags = pairs and p.flag[code_i] != p.flag[code[i]]
    total = 0.0
    for which in (2, 1, 0):  # the cheap ones first
        at_new[which], new[which] = at[which], parts[which]
        touched = p.used[which] and (which == 0 or (pairs and which == 1) or flags)
        if touched and total <= limit:
            at_new[which], new[which] = line_distance(p, which, y if which == 2 else x, at[which])
        total += new[which]
    return total


@njit
def anneal(p, rng, code, bins, moves):
    """Change codes and bins in place until the cost is 0; returns the cost at the end and the moves made."""
    x, y = p.model[code], p.flag[code]
    at, parts = np.zeros(3), np.zeros(3)
    for which in range(3):
        if p.used[which]:
            at[which], parts[which] = line_distance(p, which, y if which == 2 else x, 0.0)
    at_new, new, cost = at.copy(), parts.copy(), parts.sum()
    for move in range(moves):
        if cost == 0.0:
            return cost, move
        temperature = HOT * (COLD / HOT) ** (move / moves)
        i, j, code_i, code_j = _propose(p, rng, code, bins)
        limit = cost - temperature * math.log(1.0 - rng.random())
        if code_i == code[i] or not (p.allowed[p.group[i], code_i] and p.allowed[p.group[j], code_j]):
            continue
        if _unexpected(p, rng, i, j, code_i, code_j, code):
            continue
        total = _changed(p, i, j, code_i, code_j, code, x, y, at, parts, at_new, new, limit)
        if total <= limit:
            if i != j:
                bins[i], bins[j] = bins[j], bins[i]
            code[i], code[j] = code_i, code_j
            at[:], parts[:], cost = at_new, new, total
        else:
            x[i], x[j], y[i], y[j] = p.model[code[i]], p.model[code[j]], p.flag[code[i]], p.flag[code[j]]
    return cost, moves
