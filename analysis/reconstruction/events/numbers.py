"""All numbers of the curves at once, and what a change of one patient's course does to each of them.

Near the end of a search nothing but a few curves is off, by little, and each change moves all of them: so many changes
have to be weighed together. Their effects add up nearly, and `analysis.reconstruction.finish` chooses among them.
"""

import math

import numpy as np

from analysis.reconstruction.compiled import njit
from analysis.reconstruction.events.curves import CAUSE, CENSORED, COMPETING, PATIENT, Z, incidence, survival
from analysis.reconstruction.events.goals import GROUPS, Goals
from analysis.reconstruction.events.ratio import hazard_ratio
from analysis.reconstruction.events.table import ALL, BB, CD28, NRM, OS, PRODUCT, replace

FAR = 1e6  # for a number that does not exist


def windows(goals: Goals) -> tuple[np.ndarray, np.ndarray]:
    """Windows of all numbers in the order of `numbers`, and the unit in which a miss is counted.

    Parameters
    ----------
    goals : Goals
        Windows.

    Returns
    -------
    windows : ndarray, shape = (numbers, 2)
        From and to, infinite where nothing is printed.
    units : ndarray, shape = (numbers,)
        Width of a window, or what a patient is of a curve.

    Examples
    --------
    >>> from analysis import data
    >>> from analysis.reconstruction.events.goals import goals
    >>> ends, units = windows(goals(data.load().claims))
    >>> (ends[:, 0] < ends[:, 1]).all(), (units > 0).all()
    (np.True_, np.True_)
    """
    used = np.arange(4) < goals.n_horizons[:, None]
    curves = np.where(used[:, :, None, None], goals.incidence, [-np.inf, np.inf]).reshape(-1, 2)
    checks = [c[:, 2:] for c in (goals.survival, goals.follow_up, goals.progression_free)]
    ends = np.concatenate([curves, goals.ratio, *checks])
    width = np.concatenate([curves, goals.ratio]) @ [-1, 1]
    units = np.concatenate([np.where(np.isfinite(width), width, 1.0), np.full(sum(map(len, checks)), PATIENT)])
    return ends, units


@njit
def numbers(t, goals, out):
    """Fill out with the numbers as things are."""
    k = 0
    for group in range(len(GROUPS)):
        h = goals.n_horizons[group]
        days, m, n = t.days[group], t.n_days[group], t.sizes[group]
        incidence(t.counts[group], days, m, n, goals.horizons[group, :h], t.out)
        for horizon in range(4):
            f, v = t.out[horizon, 0], t.out[horizon, 1]
            if horizon < h:
                fine = 0.0 < f < 1.0 and v > 0.0
                x = Z * math.sqrt(v) / (f * math.log(f)) if fine else 0.0
                out[k] = 100.0 * f if fine else FAR
                out[k + 1] = 100.0 * f ** math.exp(-x) if fine else FAR
                out[k + 2] = 100.0 * f ** math.exp(x) if fine else FAR
            else:
                out[k : k + 3] = 0.0
            k += 3
    days = t.days[ALL, : t.n_days[ALL]]
    b, error = hazard_ratio(t.counts[BB], t.counts[CD28], days, t.sizes[BB], t.sizes[CD28], t.work, t.log_ratio[0])
    out[k], out[k + 1], out[k + 2] = b, b - Z * error, b + Z * error
    out[k + 3] = math.erfc(abs(b / error) / math.sqrt(2.0))
    k += 4
    days, m, n = t.days[OS], t.n_days[OS], t.sizes[OS]
    survival(t.counts[OS], days, m, n, CAUSE, CAUSE, goals.survival, out[k:])
    k += len(goals.survival)
    survival(t.counts[OS], days, m, n, CENSORED, CENSORED, goals.follow_up, out[k:])
    k += len(goals.follow_up)
    days, m, n = t.days[NRM], t.n_days[NRM], t.sizes[NRM]
    survival(t.counts[NRM], days, m, n, CAUSE, COMPETING, goals.progression_free, out[k:])


@njit
def _resize(t, product, change):
    """So many patients more in the groups of a product."""
    if product < 4:
        t.sizes[product] += change
        t.sizes[CD28 if product < 2 else BB] += change


@njit
def effects(t, goals, patients, rows, base, out):
    """Fill out, a row for each change, with how far each number moves from base if that patient has that row."""
    touched = [False] * 12
    old = t.rows[0].copy()
    for m in range(len(patients)):
        i = patients[m]
        old[:] = t.rows[i]
        _resize(t, old[PRODUCT], -1)
        _resize(t, rows[m, PRODUCT], 1)
        replace(t, i, rows[m], touched)
        numbers(t, goals, out[m])
        replace(t, i, old, touched)
        _resize(t, rows[m, PRODUCT], -1)
        _resize(t, old[PRODUCT], 1)
        out[m] -= base
