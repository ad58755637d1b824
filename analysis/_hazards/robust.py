"""Robust variance of Fine and Gray's estimator, the censoring distribution being estimated.

Vocabulary: the *influence* of a row is what it adds to the score, η, and what it adds by way of the estimated censoring
distribution, ψ (Fine and Gray 1999, section 3.3).
"""

from typing import NamedTuple

import numpy as np

from analysis._hazards.risk_sets import (
    Likelihood,
    RiskSets,
    Times,
    at_risk_of,
    columns_at_once,
    count_before,
    count_up_to,
    cumulated,
    remaining,
)


def robust_covariance(sets: RiskSets, at: Likelihood, censoring: Times, censored_rows: np.ndarray) -> np.ndarray:
    """Sandwich of the inverse information around the sum of squared influences (Fine and Gray 1999, section 3.3)."""
    bread = np.linalg.inv(at.information)
    influence = influences(sets, at, censoring, censored_rows)
    return bread @ (influence @ influence.T) @ bread


def influences(sets: RiskSets, at: Likelihood, censoring: Times, censored_rows: np.ndarray) -> np.ndarray:
    """Influence η + ψ of each row on the score of each covariate, times its weight, shape = (p, n)."""
    carrying = None if sets.carried is None else _carrying(sets, at, censoring)
    out = np.empty_like(sets.z)
    for some in columns_at_once(out):
        z, part = sets.z[some], out[some]
        drift = at.rate * at.mean[some]
        np.multiply(at.residual, z, out=part)
        lived = cumulated(drift).take(sets.past, axis=-1)
        lived *= at.relative
        part += lived
        del lived  # as large as the data
        own = at.mean[some].take(sets.past.take(sets.event_rows) - 1, axis=-1)
        part[:, sets.event_rows] -= own if sets.weight is None else own * sets.weight.take(sets.event_rows)
        if carrying is not None:
            to_come = remaining(drift * sets.carried.left)
            rows = sets.carried.rows
            part[:, rows] += carrying.relative * to_come.take(sets.past.take(rows), axis=-1)
            if censored_rows.size:
                q = _q(sets, carrying, z, to_come)
                _add_censoring(part, q, censoring, censored_rows, sets.weight)
    return out


class _Carrying(NamedTuple):
    """Weights of the rows carried on, and at each time of censoring what concerns them."""

    relative: np.ndarray  # relative hazard / G(T−) of each
    before: np.ndarray  # at each time of censoring, how many were carried on from before
    weight: np.ndarray  # the sum of their weights
    times_before: np.ndarray  # how many event times have passed
    to_come: np.ndarray  # from each event time on, the sum of G(s−) times the hazard


def _carrying(sets: RiskSets, at: Likelihood, censoring: Times) -> _Carrying:
    """What is the same for all covariates."""
    n = at.relative.size
    rows, weight, _, left = sets.carried
    relative = at.relative.take(rows) * weight
    before = count_before(rows, censoring.first, n)
    times_before = count_before(sets.times.first, censoring.first, n)
    return _Carrying(relative, before, cumulated(relative).take(before), times_before, remaining(at.rate * left))


def _q(sets: RiskSets, carrying: _Carrying, z: np.ndarray, to_come: np.ndarray) -> np.ndarray:
    """q(u): what the rows carried on from before a time of censoring u still add to the score from u on."""
    carried_z = z.take(sets.carried.rows, axis=-1)
    carried_z *= carrying.relative
    q = cumulated(carried_z).take(carrying.before, axis=-1)
    q *= carrying.to_come.take(carrying.times_before)
    q -= carrying.weight * to_come.take(carrying.times_before, axis=-1)
    return q


def _add_censoring(part: np.ndarray, q: np.ndarray, censoring: Times, censored_rows: np.ndarray, weight) -> None:
    """Add ψ, the integral of q(u)/π(u) against each row's martingale of censoring, to part; uses q up."""
    n = part.shape[-1]
    at_risk = at_risk_of(censoring, n, weight)
    passed = count_up_to(censoring.first, n)
    q /= at_risk
    own = q.take(passed.take(censored_rows) - 1, axis=-1)
    part[:, censored_rows] += own if weight is None else own * weight.take(censored_rows)
    del own  # as large as the data of those censored
    q *= censoring.count
    q /= at_risk
    lived = cumulated(q).take(passed, axis=-1)
    if weight is not None:
        lived *= weight
    part -= lived
