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
    columns_at_once,
    count_up_to,
    cumulated,
    remaining,
    sums_before,
)


def robust_covariance(sets: RiskSets, at: Likelihood, censoring: Times, censored_rows: np.ndarray) -> np.ndarray:
    """Sandwich of the inverse information around the sum of squared influences (Fine and Gray 1999, section 3.3)."""
    bread = np.linalg.inv(at.information)
    influence = influences(sets, at, censoring, censored_rows)
    return bread @ (influence @ influence.T) @ bread


def influences(sets: RiskSets, at: Likelihood, censoring: Times, censored_rows: np.ndarray) -> np.ndarray:
    """Influence η + ψ of each row on the score of each covariate, shape = (p, n)."""
    n = at.relative.size
    carried = at.relative * sets.carried
    carrying = _Carrying(
        censoring.first,
        n - censoring.first,
        np.append(0, sets.past).take(censoring.first),
        sums_before(carried, censoring.first),
        remaining(at.rate * sets.left),
    )
    censored_up_to = count_up_to(censoring.first, n)
    out = np.empty_like(sets.z)
    for some in columns_at_once(out):
        z, part = sets.z[some], out[some]
        drift = at.rate * at.mean[some]
        to_come = remaining(drift * sets.left)
        np.multiply(at.residual, z, out=part)
        _add_product(part, cumulated(drift).take(sets.past, axis=-1), at.relative)
        _add_product(part, to_come.take(sets.past, axis=-1), carried)
        part[:, sets.event_rows] -= at.mean[some].take(sets.past.take(sets.event_rows) - 1, axis=-1)
        share = _share(carrying, carried * z, to_come)
        part -= cumulated(share * (censoring.count / carrying.at_risk)).take(censored_up_to, axis=-1)
        part[:, censored_rows] += share.take(censored_up_to.take(censored_rows) - 1, axis=-1)
    return out


def _add_product(total: np.ndarray, one: np.ndarray, other: np.ndarray) -> None:
    """Add a product to a total, both in place, because each is as large as the data."""
    one *= other
    total += one


class _Carrying(NamedTuple):
    """At each time of censoring: its first row, rows at risk, event times before, weight carried on, hazard to come."""

    first: np.ndarray
    at_risk: np.ndarray
    times_before: np.ndarray
    weight: np.ndarray
    hazard_to_come: np.ndarray


def _share(carrying: _Carrying, carried_z: np.ndarray, drift_to_come: np.ndarray) -> np.ndarray:
    """q(u)/π(u): what the rows carried on from before u still add to the score, per row at risk of being censored."""
    q = sums_before(carried_z, carrying.first) * carrying.hazard_to_come.take(carrying.times_before)
    q -= carrying.weight * drift_to_come.take(carrying.times_before, axis=-1)
    return q / carrying.at_risk
