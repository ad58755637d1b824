"""Hazard ratio of two groups after Fine and Gray with its robust variance, from counts a day.

With one covariate that is 0 or 1 all patients of a group with the same day and the same kind of end are alike: sums over
patients become sums over days (Fine and Gray 1999, sections 3.2 and 3.3).
"""

import math

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import ANY, CAUSE, CENSORED, COMPETING, Z, penalty

STEPS = 8  # of Newton's; the start is near


@njit
def risk_sets(zero, one, days, m, n0, n1, work):
    """Weighted patients at risk in both groups at each day with an event of the cause, into work; how many such days.

    Rows of work: 0 day, 1 events, 2 of them in group one, 3 and 4 at risk in group zero and one, 5 G(s-).
    """
    y0, y1, g, carried0, carried1, k = n0, n1, 1.0, 0.0, 0.0, 0
    for i in range(m):
        day = days[i]
        d1 = one[CAUSE, day]
        d = zero[CAUSE, day] + d1
        if d > 0:
            work[0, k], work[1, k], work[2, k] = day, d, d1
            work[3, k], work[4, k], work[5, k] = y0 + g * carried0, y1 + g * carried1, g
            k += 1
        carried0 += zero[COMPETING, day] / g
        carried1 += one[COMPETING, day] / g
        lost = zero[CENSORED, day] + one[CENSORED, day]
        if lost > 0:
            g *= 1.0 - lost / (y0 + y1)
            if g <= 0.0:
                break
        y0 -= zero[ANY, day]
        y1 -= one[ANY, day]
    return k


@njit
def coefficient(work, k, start):
    """Log hazard ratio by Newton's method and the information there."""
    b = start
    information = 1.0
    for _ in range(STEPS):
        e = math.exp(b)
        score, information = 0.0, 1e-12
        for j in range(k):
            p = e * work[4, j] / (work[3, j] + e * work[4, j])
            score += work[2, j] - work[1, j] * p
            information += work[1, j] * p * (1.0 - p)
        change = score / information
        b += min(max(change, -1.0), 1.0)
        if abs(change) < 1e-10:
            break
    return b, information


@njit
def _meat(zero, one, days, n0, n1, work, k, b):
    """Sum of the squared influences of all patients, the estimated censoring distribution included."""
    e = math.exp(b)
    to_come0, to_come1, to_come = 0.0, 0.0, 0.0  # from here on: sums of G(s-) (x - p) dL for x = 0, 1, and of G(s-) dL
    for j in range(k):
        risk = work[3, j] + e * work[4, j]
        p, hazard = e * work[4, j] / risk, work[1, j] / risk
        work[6, j], work[7, j] = p, hazard
        to_come0 -= work[5, j] * p * hazard
        to_come1 += work[5, j] * (1.0 - p) * hazard
    y0, y1, g, j, total = n0, n1, 1.0, 0, 0.0
    past0, past1 = 0.0, 0.0  # sums of (x - p) dL up to here
    carried0, carried1, drift = 0.0, 0.0, 0.0
    for i in range(len(days)):
        day = days[i]
        p = 0.0
        rest0, rest1 = to_come0, to_come1
        if j == k:  # nobody can add anything new
            return total + y0 * (past0 + drift) ** 2 + y1 * (e * past1 + drift) ** 2
        if work[0, j] == day:
            p, hazard = work[6, j], work[7, j]
            past0 -= p * hazard
            past1 += (1.0 - p) * hazard
            to_come0 += work[5, j] * p * hazard
            to_come1 -= work[5, j] * (1.0 - p) * hazard
            j += 1
        y = y0 + y1
        lost = zero[CENSORED, day] + one[CENSORED, day]
        own = 0.0
        if lost > 0:
            q = carried0 * rest0 + e * carried1 * rest1
            own = q / y
            drift += own * lost / y
        own0, own1 = -past0 - drift, -e * past1 - drift
        if zero[CENSORED, day] > 0:
            total += zero[CENSORED, day] * (own0 + own) ** 2
        if one[CENSORED, day] > 0:
            total += one[CENSORED, day] * (own1 + own) ** 2
        if zero[CAUSE, day] > 0:
            total += zero[CAUSE, day] * (own0 - p) ** 2
        if one[CAUSE, day] > 0:
            total += one[CAUSE, day] * (own1 + 1.0 - p) ** 2
        if zero[COMPETING, day] > 0:
            total += zero[COMPETING, day] * (own0 - to_come0 / g) ** 2
            carried0 += zero[COMPETING, day] / g
        if one[COMPETING, day] > 0:
            total += one[COMPETING, day] * (own1 - e * to_come1 / g) ** 2
            carried1 += one[COMPETING, day] / g
        if lost > 0:
            g *= 1.0 - lost / y
        y0 -= zero[ANY, day]
        y1 -= one[ANY, day]
    return total


@njit
def hazard_ratio(zero, one, days, m, n0, n1, work, start):
    """Log hazard ratio of group one against group zero and its robust standard error."""
    k = risk_sets(zero, one, days, m, n0, n1, work)
    b, information = coefficient(work, k, start)
    return b, math.sqrt(_meat(zero, one, days, n0, n1, work, k, b)) / information


@njit
def ratio_miss(b, error, windows):
    """Misses of the hazard ratio, its limits and its p value (rows of windows); ratios in logarithms, times ten."""
    total = 0.0
    for row in range(3):
        x = b + (row - 1.5) * 2.0 * Z * error if row else b
        total += penalty(x, windows[row, 0], windows[row, 1])
    p = math.erfc(abs(b / error) / math.sqrt(2.0))
    return total + penalty(p, windows[3, 0], windows[3, 1])
