"""Gray's test of equal cumulative incidence: its score and the covariance of the score in one stratum.

Vocabulary: for group r, *Y_r* are the patients at risk, *S_r* the share without any event, *F_r* the cumulative
incidence of the cause; *u_r = Y_r/S_r(t-)*, so that u_r dF is what the group expects if F is common to all groups.

Written from Gray RJ. Ann Stat 1988;16:1141-1154 (rho = 0), by counting processes: each event adds its effect on the
score, and effects are independent, so that the covariance is the sum of effect x effect x variance of the event count.
Ties have the hypergeometric factor of R's ``cmprsk``; the order of terms was checked against comprisk (Apache-2.0).
"""

from typing import NamedTuple

import numpy as np

from analysis.steps import ROUNDING, beside, held, ratio, tied


class _Pooled(NamedTuple):
    """Groups (rows, k) side by side at the distinct times of any event (columns, m); S and F are each group's own."""

    at_risk: np.ndarray
    n_event: np.ndarray
    n_competing: np.ndarray
    s_before: np.ndarray
    s: np.ndarray
    f_before: np.ndarray


def _pool(time: np.ndarray, kind: np.ndarray, group: np.ndarray, k: int) -> _Pooled:
    """Count each group at the event times of all, and follow its S and F."""
    at_risk, (n_event, n_competing) = beside(time, kind, group, k, 3)
    s = np.cumprod(1 - ratio(n_event + n_competing, at_risk), axis=1)
    s_before = np.concatenate((np.ones((k, 1)), s), axis=1)[:, :-1]
    steps = s_before * ratio(n_event, at_risk)
    return _Pooled(at_risk, n_event, n_competing, s_before, s, np.cumsum(steps, axis=1) - steps)


def score_and_covariance(
    time: np.ndarray, kind: np.ndarray, group: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Score (k - 1,) and covariance (k - 1, k - 1) of one stratum, the last group left out.

    Score of group r: sum of ``d_r - R_r d/R``, where ``R_r = Y_r (1 - F_r(t-))/S_r(t-)`` is the subdistribution risk
    set of the group and d, R are the sums over the groups (Gray 1988, rho = 0).
    """
    pooled = _pool(time, kind, group, k)
    d = pooled.n_event.sum(axis=0)
    place, at = held(d), np.flatnonzero(d)
    now, d = _Pooled(*(array[:, at] for array in pooled)), d[at]
    u = ratio(now.at_risk, now.s_before)
    risk, total = u * (1 - now.f_before), u.sum(axis=0)
    score = (now.n_event - risk * (d / risk.sum(axis=0))).sum(axis=1)[:-1]
    f = np.concatenate(([0.0], np.cumsum(d / total)))  # the incidence common to all groups, if they are equal
    # in small samples f passes 1 once a group has ended; R goes on with a negative share, and so do we
    open_share = np.where(np.abs(1 - f[:-1]) > ROUNDING, 1 - f[:-1], np.inf)
    covariance = np.zeros((len(score), len(score)))
    for r in range(k):
        own = _influence(u, r)
        to_come = _to_come(own * (d / total / open_share))
        covariance += _by_cause(now, r, own, to_come[:, 1:], total, f[1:])
        covariance += _by_competing(pooled, r, to_come, f, place)
    return score, covariance


def _influence(u: np.ndarray, r: int) -> np.ndarray:
    """What one event of the cause in group r adds to each score but the last: u_r on its own less the expected."""
    share = -u[:-1] * (u[r] / u.sum(axis=0))
    share[r : r + 1] += u[r]
    return share


def _to_come(steps: np.ndarray) -> np.ndarray:
    """What is left of the sums along time: before the first time, and after each."""
    total = np.cumsum(np.concatenate((np.zeros((len(steps), 1)), steps), axis=1), axis=1)
    return total[:, -1:] - total


def _by_cause(
    now: _Pooled, r: int, own: np.ndarray, to_come: np.ndarray, total: np.ndarray, f: np.ndarray
) -> np.ndarray:
    """Part of the covariance by events of the cause in group r, as expected if the groups are equal (Gray 1988)."""
    d = now.n_event.sum(axis=0)
    tie = 1 - ratio(np.maximum(d - 1, 0), total * now.s_before[r] - 1)
    variance = tie * ratio(now.s_before[r] * d / total, now.at_risk[r])
    effect = own + to_come * (1 - ratio(1 - f, now.s[r]))
    return (effect * variance) @ effect.T


def _by_competing(pooled: _Pooled, r: int, to_come: np.ndarray, f: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Part of the covariance by competing events in group r, as observed (Gray 1988)."""
    at = np.flatnonzero(pooled.n_competing[r])
    y, s_before, s = pooled.at_risk[r, at], pooled.s_before[r, at], pooled.s[r, at]
    variance = tied(y, pooled.n_competing[r, at]) * (s_before / y) ** 2
    effect = to_come[:, place[at]] * ratio(1 - f[place[at]], s)
    return (effect * variance) @ effect.T
