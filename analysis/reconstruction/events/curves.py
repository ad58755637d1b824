"""Published curves from counts a day: cumulative incidence and survival with their limits, in one pass each.

Vocabulary: *counts* are the patients of a group whose time is this day, in rows censored, cause, competing and their
sum; day 0 is empty. A *miss* is how far a number is from its window, 0 inside.
"""

import math

from analysis.reconstruction.compiled import njit

CENSORED, CAUSE, COMPETING, ANY = 0, 1, 2, 3
Z = 1.959963984540054  # two-sided 95%
PATIENT = 0.002  # what one patient is of a curve
TINY = 1e-12  # keeps 1/S finite when everybody has had an event
NEAR = 1e-9  # a window is left by this much more than rounding


@njit
def miss(x, low, high):
    """Distance of a number from the window [low, high), just inside of which is 0; far off if it does not exist."""
    if not x >= low + NEAR:
        return low - x + 2 * NEAR if x == x else 100.0
    if not x < high - NEAR:
        return x - high + 2 * NEAR
    return 0.0


@njit
def penalty(x, low, high):
    """How badly a number is outside its window, in widths of the window: square when near, linear when far.

    Sums of distances have kinks from which no single move leads away; sums of squares have none.
    """
    if x < low:
        d = (low - x) / (high - low)
    elif x > high:
        d = (x - high) / (high - low)
    else:
        return 0.0 if x == x else 1000.0
    return d * d / (1.0 + d)


@njit
def incidence(counts, days, m, n, horizons, out):
    """Cumulative incidence, its variance (Gray 1988, as R's cmprsk) and S at the horizons into out.

    ``days`` are the m days with anybody, ascending; n patients. The square in the sum over earlier events is opened
    into three sums, so that one pass serves all horizons. Returns the number still at risk after the last horizon.
    """
    y, s, f = n, 1.0, 0.0
    squares, products, weights = 0.0, 0.0, 0.0
    k = 0
    for h in range(len(horizons)):
        while k < m and days[k] <= horizons[h]:
            day = days[k]
            d1, d2 = counts[CAUSE, day], counts[COMPETING, day]
            if d1 + d2 > 0:
                step = s / y
                f += step * d1
                s -= step * (d1 + d2)
                q = 1.0 / (s + TINY)
                step *= step
                v1, v2 = step * d1, step * d2
                if d1 > 1:
                    v1 *= 1.0 - (d1 - 1) / (y - 1)
                if d2 > 1:
                    v2 *= 1.0 - (d2 - 1) / (y - 1)
                qf = q * f
                squares += v1 * (1.0 + qf) * (1.0 + qf) + v2 * qf * qf
                products += q * (v1 * (1.0 + qf) + v2 * qf)
                weights += q * q * (v1 + v2)
            y -= counts[ANY, day]
            k += 1
        out[h, 0] = f
        out[h, 1] = squares - 2.0 * f * products + f * f * weights
        out[h, 2] = s
    return y


@njit
def incidence_miss(estimate, variance, windows):
    """Miss of an incidence and its log-log limits from windows (value, low, high; from and to), all in percent."""
    if estimate <= 0.0 or estimate >= 1.0 - NEAR or variance <= 0.0:
        return 1000.0
    total = penalty(100.0 * estimate, windows[0, 0], windows[0, 1])
    x = Z * math.sqrt(variance) / (estimate * math.log(estimate))
    total += penalty(100.0 * estimate ** math.exp(-x), windows[1, 0], windows[1, 1])
    total += penalty(100.0 * estimate ** math.exp(x), windows[2, 0], windows[2, 1])
    return total


@njit
def curve_miss(counts, days, m, n, horizons, windows, out):
    """Misses of one group's incidence at all its horizons, and at the end whether anybody is left at risk."""
    left = incidence(counts, days, m, n, horizons, out)
    total = 0.0 if left > 0 else 1000.0
    for h in range(len(horizons)):
        total += incidence_miss(out[h, 0], out[h, 1], windows[h])
    return total


@njit
def survival_miss(counts, days, m, n, cause, other, checks):
    """How badly a Kaplan-Meier curve and its log limits are outside their windows on some days.

    ``cause`` and ``other`` are the rows of counts that are events (the same twice if only one is). A row of checks is
    day, curve (0: S, 1: its lower, 2: its upper limit), window; sorted by day.
    """
    y, s, variance, total = n, 1.0, 0.0, 0.0
    k = 0
    for c in range(len(checks)):
        while k < m and days[k] <= checks[c, 0]:
            day = days[k]
            d = counts[cause, day]
            if other != cause:
                d += counts[other, day]
            if d > 0:
                if d >= y:
                    return 1000.0
                s -= s * d / y
                variance += d / (y * (y - d))
            y -= counts[ANY, day]
            k += 1
        x = s
        if checks[c, 1] > 0:
            x *= math.exp((2.0 * checks[c, 1] - 3.0) * Z * math.sqrt(variance))
        wrong = (checks[c, 2] - x if checks[c, 3] > 1.0 else x - checks[c, 3]) / PATIENT
        if wrong > 0.0:
            total += wrong * wrong / (1.0 + wrong)
    return total
