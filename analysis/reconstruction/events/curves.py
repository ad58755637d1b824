"""Published curves from counts a day: cumulative incidence and survival with their limits, in one pass each.

Vocabulary: *counts* are, for each day, the patients of a group whose time it is: censored, cause, competing, and their
sum; day 0 is empty. *Days* are those on which anybody is counted, ascending. A *penalty* says how far a number is from
its window, 0 inside.
"""

import math

from analysis.reconstruction.compiled import njit

CENSORED, CAUSE, COMPETING, ANY = 0, 1, 2, 3  # columns of counts
Z = 1.959963984540054  # two-sided 95%
IMPOSSIBLE = 1000.0  # penalty of a number that does not exist
PATIENT = 0.002  # what one patient is of a curve
NEAR = 1e-9  # as near to an end of a window as rounding may bring a number
TINY = 1e-12  # keeps 1/S finite when everybody has had an event


@njit
def penalty(x, low, high, unit):
    """How badly a number is outside [low, high), in units: square when near, linear when far.

    Sums of distances have kinks from which no single move leads away; sums of squares have none.
    """
    if low + NEAR <= x <= high - NEAR:
        return 0.0
    if x != x:
        return IMPOSSIBLE
    d = ((low - x if x < low + NEAR else x - high) + 2.0 * NEAR) / unit
    return d * d / (1.0 + d)


@njit
def incidence(counts, days, m, n, horizons, out):
    """Cumulative incidence, its variance (Gray 1988, as R's cmprsk) and S at the horizons into the rows of out.

    Of n patients; ``days`` are the first m that count. The square in the sum over earlier events is opened into three
    sums, so that one pass serves all horizons. Returns the number still at risk after the last horizon.
    """
    y, s, q, f = n, 1.0, 1.0, 0.0  # q is 1/S, kept by products: divisions that wait for each other are slow
    squares, products, weights = 0.0, 0.0, 0.0
    k = 0
    for h in range(len(horizons)):
        while k < m and days[k] <= horizons[h]:
            day = days[k]
            d1, d2 = counts[day, CAUSE], counts[day, COMPETING]
            d = d1 + d2
            if d > 0:
                each = 1.0 / y
                step = s * each
                f += step * d1
                s *= 1.0 - d * each
                q *= y / (y - d + TINY)
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
            y -= counts[day, ANY]
            k += 1
        out[h, 0] = f
        out[h, 1] = squares - 2.0 * f * products + f * f * weights
        out[h, 2] = s
    return y


@njit
def incidence_penalty(estimate, variance, windows):
    """Penalty of an incidence and its log-log limits; windows (value, low, high; from and to) are in percent."""
    if estimate <= 0.0 or estimate >= 1.0 - NEAR or variance <= 0.0:
        return IMPOSSIBLE
    x = Z * math.sqrt(variance) / (estimate * math.log(estimate))
    total = 0.0
    for field in range(3):
        low, high = windows[field, 0], windows[field, 1]
        if high - low < 100.0:  # not set aside
            power = 1.0 if field == 0 else math.exp(-x) if field == 1 else math.exp(x)
            total += penalty(100.0 * estimate**power, low, high, high - low)
    return total


@njit
def curve_penalty(counts, days, m, n, horizons, windows, out):
    """Penalty of one group's incidence at all its horizons, after the last of which somebody must be at risk."""
    total = 0.0 if incidence(counts, days, m, n, horizons, out) > 0 else IMPOSSIBLE
    for h in range(len(horizons)):
        total += incidence_penalty(out[h, 0], out[h, 1], windows[h])
    return total


@njit
def survival(counts, days, m, n, cause, other, checks, out):
    """A Kaplan-Meier curve and its log limits on the days of the checks, into out.

    ``cause`` and ``other`` are the columns of counts that are events (the same twice if only one is). A row of checks
    is day, curve (0: S, 1: its lower, 2: its upper limit), window; sorted by day. Missing once nobody is left.
    """
    y, s, variance, k = n, 1.0, 0.0, 0
    for c in range(len(checks)):
        while k < m and days[k] <= checks[c, 0]:
            day = days[k]
            d = counts[day, cause]
            if other != cause:
                d += counts[day, other]
            if d > 0:
                s *= 1.0 - d / y
                variance += d / (y * (y - d)) if d < y else math.nan
            y -= counts[day, ANY]
            k += 1
        out[c] = s
        if checks[c, 1] > 0:
            out[c] *= math.exp((2.0 * checks[c, 1] - 3.0) * Z * math.sqrt(variance))


@njit
def survival_penalty(counts, days, m, n, cause, other, checks, out):
    """Penalty of a Kaplan-Meier curve and its log limits on some days, as `survival`."""
    survival(counts, days, m, n, cause, other, checks, out)
    total = 0.0
    for c in range(len(checks)):
        total += penalty(out[c], checks[c, 2], checks[c, 3], PATIENT)
    return total
