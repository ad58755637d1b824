"""Hazard ratio of two groups after Fine and Gray with its robust variance, from counts a day.

With one covariate that is 0 or 1, all patients of a group with the same day and the same kind of end are alike: sums
over patients become sums over days (Fine and Gray 1999, sections 3.2 and 3.3; see `analysis.hazards`).
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import ANY, CAUSE, CENSORED, COMPETING, Z, penalty

STEPS = 10  # of Newton's at most; the start is near
DAY, EVENTS, IN_ONE, RISK_0, RISK_1, FREE, SHARE, HAZARD = range(8)  # rows of work
ROOM = 64  # columns of work: days with an event of the cause


@njit
def risk_sets(zero, one, days, n0, n1, work):
    """Fill work for each day with an event of the cause: weighted patients at risk in both groups, G(s-); how many."""
    y0, y1, g, carried0, carried1, k = n0, n1, 1.0, 0.0, 0.0, 0
    inverse = 1.0  # of g
    for day in days:
        d1 = one[day, CAUSE]
        d = zero[day, CAUSE] + d1
        if d > 0:
            work[DAY, k], work[EVENTS, k], work[IN_ONE, k] = day, d, d1
            work[RISK_0, k], work[RISK_1, k], work[FREE, k] = y0 + g * carried0, y1 + g * carried1, g
            k += 1
        carried0 += zero[day, COMPETING] * inverse
        carried1 += one[day, COMPETING] * inverse
        lost = zero[day, CENSORED] + one[day, CENSORED]
        if lost > 0:
            y = y0 + y1
            if lost == y:
                break
            g *= 1.0 - lost / y
            inverse *= y / (y - lost)
        y0 -= zero[day, ANY]
        y1 -= one[day, ANY]
    return k


@njit
def coefficient(work, k, start):
    """Log hazard ratio by Newton's method, and the information there."""
    b, information = start, 1.0
    for _ in range(STEPS):
        e = math.exp(b)
        score, information = 0.0, 1e-12
        for j in range(k):
            p = e * work[RISK_1, j] / (work[RISK_0, j] + e * work[RISK_1, j])
            score += work[IN_ONE, j] - work[EVENTS, j] * p
            information += work[EVENTS, j] * p * (1.0 - p)
        change = score / information
        b += min(max(change, -1.0), 1.0)
        if abs(change) < 1e-9:
            break
    return b, information


@njit
def sum_of_squares(zero, one, days, n0, n1, work, k, b):
    """Sum of the squared influences of all patients, by way of the estimated censoring distribution too.

    ``later`` is what a patient carried on can still expect, the sum of G(s-) (x - p) over the hazard to come; ``past``
    the sum of (x - p) over the hazard so far.
    """
    e = math.exp(b)
    later0, later1 = 0.0, 0.0
    for j in range(k):
        risk = work[RISK_0, j] + e * work[RISK_1, j]
        p, hazard = e * work[RISK_1, j] / risk, work[EVENTS, j] / risk
        work[SHARE, j], work[HAZARD, j] = p, hazard
        later0 -= work[FREE, j] * p * hazard
        later1 += work[FREE, j] * (1.0 - p) * hazard
    y0, y1, inverse, j, total, past0, past1 = n0, n1, 1.0, 0, 0.0, 0.0, 0.0  # inverse of G(s-)
    carried0, carried1, drift = 0.0, 0.0, 0.0
    for day in days:
        if j == k:  # after the last event nothing is added to anybody's influence
            return total + y0 * (past0 + drift) ** 2 + y1 * (e * past1 + drift) ** 2
        p, from0, from1 = 0.0, later0, later1
        if work[DAY, j] == day:
            p, hazard = work[SHARE, j], work[HAZARD, j]
            past0 -= p * hazard
            past1 += (1.0 - p) * hazard
            later0 += work[FREE, j] * p * hazard
            later1 -= work[FREE, j] * (1.0 - p) * hazard
            j += 1
        y, censored, own = y0 + y1, zero[day, CENSORED] + one[day, CENSORED], 0.0
        if censored > 0:
            own = (carried0 * from0 + e * carried1 * from1) / y
            drift += own * censored / y
        x0, x1 = -past0 - drift, -e * past1 - drift
        total += zero[day, CENSORED] * (x0 + own) * (x0 + own) + one[day, CENSORED] * (x1 + own) * (x1 + own)
        d0, d1 = zero[day, COMPETING], one[day, COMPETING]
        if d0 + d1 > 0:
            f0, f1 = x0 - later0 * inverse, x1 - e * later1 * inverse
            total += d0 * f0 * f0 + d1 * f1 * f1
            carried0 += d0 * inverse
            carried1 += d1 * inverse
        if p > 0.0:
            f0, f1 = x0 - p, x1 + 1.0 - p
            total += zero[day, CAUSE] * f0 * f0 + one[day, CAUSE] * f1 * f1
        if 0 < censored < y:
            inverse *= y / (y - censored)
        y0 -= zero[day, ANY]
        y1 -= one[day, ANY]
    return total


@njit
def hazard_ratio(zero, one, days, n0, n1, work, start):
    """Log hazard ratio of group one against group zero and its robust standard error; days are those of both."""
    k = risk_sets(zero, one, days, n0, n1, work)
    b, information = coefficient(work, k, start)
    return b, math.sqrt(sum_of_squares(zero, one, days, n0, n1, work, k, b)) / information


@njit
def ratio_penalty(b, error, windows):
    """Penalty of the log hazard ratio, its limits and its p value, the rows of windows."""
    total = 0.0
    for row in range(4):
        low, high = windows[row, 0], windows[row, 1]
        if high - low < 100.0:  # not set aside
            x = b + (2 * row - 3) * Z * error if row else b
            if row == 3:
                x = math.erfc(abs(b / error) / math.sqrt(2.0))
            total += penalty(x, low, high, high - low)
    return total
