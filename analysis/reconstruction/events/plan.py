"""Rates before patients: how fast each domain leaves its risk set, fitted to the printed curves.

Once the courses of t-MN are given, the published incidences depend on the other patients only by how many are still at
risk on each day. A *plan* is a small set of rates, constant between knots, from which expected counts a day follow; the
same kernels read them. It is fitted in a blink, so that a design that cannot work is found out before any patient is
placed, and patients placed by a plan start next to the targets.
"""

import math
from typing import NamedTuple

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import ANY, CAUSE, CENSORED, COMPETING, Z, incidence
from analysis.reconstruction.events.ratio import hazard_ratio

KNOTS = np.array(
    [0, 30, 91, 183, 365, 548, 730, 1095, 1461, 1827]
)  # days; after the last nothing printed depends on it
PIECES = len(KNOTS) - 1
GROUPS = 4  # CD28, 4-1BB, all, and all by relapse or non-relapse death
FIELDS = 3 * 4 * GROUPS


class Courses(NamedTuple):
    """What the plan has to know of the patients with t-MN: arrays of whole days, domain 0 or 1, died 0 or 1."""

    onset: np.ndarray
    domain: np.ndarray
    last: np.ndarray
    died: np.ndarray


@njit
def expected(rates, knots, onset, domain, last, died, sizes, counts):
    """Expected counts a day; rates are leave (2 domains), lose (2) and the share of deaths among those who leave."""
    counts[:] = 0.0
    end = counts.shape[2] - 1
    for i in range(len(onset)):
        counts[domain[i], CAUSE, min(onset[i], end)] += 1.0
        counts[3, CAUSE if died[i] == 1 else CENSORED, min(last[i], end)] += 1.0
    for g in range(3):
        law = 0 if g == 2 else g
        y, k = float(sizes[g]), 0
        for day in range(1, end + 1):
            while day > knots[k + 1]:
                k += 1
            gone, lost = y * rates[law, k], y * rates[2 + law, k]
            tmn = counts[g, CAUSE, day] if g < 2 else 0.0
            if day == end:
                lost = max(y - gone - tmn, 0.0)
            y = max(y - gone - lost - tmn, 0.0)
            if g < 2:
                counts[g, COMPETING, day], counts[g, CENSORED, day] = gone, lost
                counts[g, ANY, day] = gone + lost + tmn
            counts[2, CAUSE, day] += tmn
            counts[2, COMPETING, day] += gone
            counts[2, CENSORED, day] += lost
            counts[3, CAUSE, day] += gone * rates[4, k]
            counts[3, COMPETING, day] += gone * (1.0 - rates[4, k])
            counts[3, CENSORED, day] += lost
    for g in (2, 3):
        for day in range(end + 1):
            counts[g, ANY, day] = counts[g, CENSORED, day] + counts[g, CAUSE, day] + counts[g, COMPETING, day]


@njit
def _signed(x, low, high):
    """Distance from a window in widths of it, with its sign; 0 inside."""
    if x < low:
        d = (low - x) / (high - low)
        return -d / math.sqrt(1.0 + d)
    if x > high:
        d = (x - high) / (high - low)
        return d / math.sqrt(1.0 + d)
    return 0.0


@njit
def _incidence_residuals(estimate, variance, windows, out):
    """Residuals of an incidence and its limits."""
    estimate = min(max(estimate, 1e-9), 0.999)
    x = Z * math.sqrt(max(variance, 1e-12)) / (estimate * math.log(estimate))
    out[0] = _signed(100.0 * estimate, windows[0, 0], windows[0, 1])
    out[1] = _signed(100.0 * estimate ** math.exp(-x), windows[1, 0], windows[1, 1])
    out[2] = _signed(100.0 * estimate ** math.exp(x), windows[2, 0], windows[2, 1])


@njit
def _survival_residuals(counts, n, checks, out):
    """Residuals of progression-free survival, in per cent; see `curves.survival_miss`."""
    y, s, variance, day = n, 1.0, 0.0, 1
    for c in range(len(checks)):
        while day <= checks[c, 0]:
            d = min(counts[CAUSE, day] + counts[COMPETING, day], 0.5 * y)
            s -= s * d / y
            variance += d / (y * (y - d))
            y -= counts[ANY, day]
            day += 1
        x = s
        if checks[c, 1] > 0:
            x *= math.exp((2.0 * checks[c, 1] - 3.0) * Z * math.sqrt(variance))
        d = 500.0 * (min(x - checks[c, 2], 0.0) if checks[c, 3] > 1.0 else max(x - checks[c, 3], 0.0))
        out[c] = d / math.sqrt(1.0 + abs(d))


@njit
def residuals(counts, days, sizes, goals, work, table, out):
    """Residuals of all curves from expected counts; 0 where the printed digit is met."""
    m = len(days)
    for g in range(GROUPS):
        n = sizes[0] + sizes[1] + sizes[2] if g > 1 else sizes[g]
        incidence(counts[g], days, m, float(n), goals.horizons[4 + g], table)
        for h in range(4):
            k = 12 * g + 3 * h
            _incidence_residuals(table[h, 0], table[h, 1], goals.incidence[4 + g, h], out[k : k + 3])
    n = float(sizes[0] + sizes[1] + sizes[2])
    k = FIELDS + len(goals.progression_free)
    _survival_residuals(counts[3], n, goals.progression_free, out[FIELDS:k])
    b, error = hazard_ratio(counts[1], counts[0], days, m, float(sizes[1]), float(sizes[0]), work, 0.6)
    for row in range(3):
        x = b + (row - 1.5) * 2.0 * Z * error if row else b
        out[k + row] = _signed(x, goals.ratio[row, 0], goals.ratio[row, 1])
    p = math.erfc(abs(b / error) / math.sqrt(2.0))
    out[k + 3] = _signed(p, goals.ratio[3, 0], goals.ratio[3, 1])


def unpack(theta: np.ndarray) -> np.ndarray:
    """Rates from the free parameters: logarithms, and logits of the share of deaths."""
    rates = np.exp(theta.reshape(5, PIECES))
    rates[4] /= 1 + rates[4]
    return rates


class Fit(NamedTuple):
    """A fitted plan: its parameters, what is left of the residuals (sum of squares) and the residuals."""

    theta: np.ndarray
    left: float
    residuals: np.ndarray
    counts: np.ndarray


def fit(start: np.ndarray, courses: Courses, sizes: np.ndarray, deaths: int, goals, rounds: int = 40) -> Fit:
    """Levenberg-Marquardt from a law: the nearest rates that meet the printed curves."""
    counts = np.zeros((GROUPS, 4, KNOTS[-1] + 1))
    days = np.arange(1, KNOTS[-1] + 1)
    work, table = np.zeros((8, 64)), np.zeros((4, 3))

    def model(theta):
        out = np.zeros(FIELDS + len(goals.progression_free) + 5)
        expected(unpack(theta), KNOTS, *courses, sizes, counts)
        residuals(counts, days, sizes, goals, work, table, out)
        without = counts[3, CAUSE].sum() - courses.died.sum()
        out[-1] = without - deaths if without > deaths else 0.0  # more can follow after the fifth year, not fewer
        return out

    theta, damping, pull = start.copy(), 1.0, 1e-2
    here = model(theta)
    value = here @ here + pull * np.sum((theta - start) ** 2)
    for _ in range(rounds):
        if here @ here < 1e-10:
            break
        slope = np.stack([(model(theta + 1e-5 * e) - here) / 1e-5 for e in np.eye(theta.size)], axis=1)
        gradient = slope.T @ here + pull * (theta - start)
        curvature = slope.T @ slope
        for _ in range(8):
            step = np.linalg.solve(curvature + (damping + pull) * np.eye(theta.size), -gradient)
            step *= min(1.0, 0.7 / np.abs(step).max())
            there = model(theta + step)
            new = there @ there + pull * np.sum((theta + step - start) ** 2)
            if new < value:
                theta, here, value, damping = theta + step, there, new, damping / 4
                break
            damping *= 3
        pull *= 0.8
        value = here @ here + pull * np.sum((theta - start) ** 2)
    model(theta)
    return Fit(theta, float(here @ here), here, counts.copy())
