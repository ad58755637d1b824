"""Comparisons in which no row is chosen among equals: weights instead of pairs. Vocabulary as in the package.

A *stratum* holds the rows that are compared with each other. All three kinds of weights estimate for the treated (their
covariates are the standard, every treated row in use weighs 1) and use all controls that can be compared, so that the
order of the rows decides nothing.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from analysis.matching.nearest import UNITS, checked_score
from analysis.matching.score import columns, treated_rows


def stratum_weights(strata: ArrayLike, treated: ArrayLike, *, ratio: float | None = None) -> np.ndarray:
    """Weights that give the controls the strata of the treated rows: exact matching, or full matching.

    They estimate what differs between treated rows and controls of the same stratum, averaged over the strata as the
    treated rows fall into them.

    Parameters
    ----------
    strata : array_like, shape = (n,), or DataFrame, shape = (n, k)
        Label of each row's stratum; rows of a table are in one stratum if they agree in all columns.
    treated : array_like of bool, shape = (n,)
        True or 1 for the treated.
    ratio : float, optional
        Sum of the controls' weights for each treated row, as in 1:ratio matching; not given: their number, as
        `match_weights` has it.

    Returns
    -------
    ndarray, shape = (n,)
        1 for treated rows; for controls (treated rows in the stratum) / (controls in the stratum), rescaled to `ratio`;
        0 in a stratum without either.

    Raises
    ------
    ValueError
        If a label is missing, a group is empty, no stratum has both, or the ratio is not positive.

    References
    ----------
    Stuart, Stat Sci 2010;25:1-21, section 3.2; Ho, Imai, King and Stuart, J Stat Softw 2011;42(8), section 4.

    Examples
    --------
    >>> stratum_weights(["old", "old", "old", "young", "young", "rare"], [1, 0, 0, 1, 0, 1], ratio=1).tolist()
    [1.0, 0.5, 0.5, 1.0, 1.0, 0.0]
    """
    cases = treated_rows(None, treated)
    code = _coded(strata, len(cases))
    in_stratum = np.bincount(code)
    of_cases = np.bincount(code, weights=cases)
    shared = (of_cases > 0) & (of_cases < in_stratum)
    if not shared.any():
        raise ValueError(f"none of {len(in_stratum)} strata has treated rows and controls; make them wider")
    of_controls = np.where(shared, in_stratum - of_cases, 1)
    weights = np.where(cases, 1.0, (of_cases / of_controls)[code]) * shared[code]
    return _scaled(weights, cases, ratio)


def odds_weights(score: ArrayLike, treated: ArrayLike, *, ratio: float | None = None) -> np.ndarray:
    """Weights by the odds of being treated: inverse-probability weights for the effect on the treated.

    They estimate what differs between treated rows and controls weighted to their distribution of the covariates, if
    the model of the score is right.

    Parameters
    ----------
    score : array_like of float, shape = (n,)
        Probabilities of being treated, as from `propensity_score`; above 0 and below 1.
    treated, ratio
        As in `stratum_weights`.

    Returns
    -------
    ndarray, shape = (n,)
        1 for treated rows, score / (1 − score) for controls, rescaled to `ratio`.

    Raises
    ------
    ValueError
        If a score is missing or no probability, a group is empty, or the ratio is not positive.

    References
    ----------
    Stuart, Stat Sci 2010;25:1-21, section 3.2 (weighting by the odds).

    Examples
    --------
    >>> odds_weights([0.6, 0.5, 0.2], [1, 0, 0], ratio=1).tolist()
    [1.0, 0.8, 0.2]
    """
    p, cases = np.asarray(score, dtype=float), treated_rows(None, treated)
    if p.shape != cases.shape:
        raise ValueError(f"{p.size} scores for {len(cases)} values of treated")
    wrong = np.flatnonzero(~((p > 0) & (p < 1)))
    if wrong.size:
        rows = ", ".join(f"row {i}: {p[i]}" for i in wrong[:5])
        raise ValueError(f"{wrong.size} score(s) that are no probability: {rows}; allowed: between 0 and 1")
    return _scaled(np.where(cases, 1.0, p / (1 - p)), cases, ratio)


def full_matching(score: ArrayLike, treated: ArrayLike) -> np.ndarray:
    """Sets of optimal full matching, with equal scores in one set.

    Every row is in a set with at least one of the other group; in each set either one treated row has controls or one
    control has treated rows, so that the distances within all pairs sum to the least that is possible. Sets that share
    a score are then joined: which of several equal rows stands in which of them would depend on their order.

    Parameters
    ----------
    score : array_like of float, shape = (n,)
        Propensity scores, or anything else on which to match; compared after rounding to 10 decimals.
    treated : array_like of bool, shape = (n,)
        True or 1 for the treated.

    Returns
    -------
    ndarray of int, shape = (n,)
        Number of each row's set, from 0, in the order of the lowest score in the set; strata for `stratum_weights`.

    Raises
    ------
    ValueError
        If a score is missing or infinite, or a group is empty.

    Notes
    -----
    Time and memory grow with the product of both groups' sizes. Where several such matchings have the same least sum,
    the one that takes lower scores first is chosen.

    References
    ----------
    Rosenbaum, J R Stat Soc B 1991;53:597-610; Hansen, J Am Stat Assoc 2004;99:609-618. As a cover of the rows by edges,
    found by an assignment: Schrijver, Combinatorial Optimization, 2003, chapter 19.

    Examples
    --------
    >>> full_matching([0.5, 0.3, 0.45, 0.6, 0.2, 0.3], [True, True, False, False, False, False]).tolist()
    [1, 0, 1, 1, 0, 0]
    """
    values, cases = checked_score(score), treated_rows(None, treated)
    if len(values) != len(cases):
        raise ValueError(f"{len(values)} scores for {len(cases)} values of treated")
    heights, place = np.unique(np.rint(values * UNITS), return_inverse=True)
    above, below = (np.sort(place[group]) for group in (cases, ~cases))
    one, other = _cover(np.abs(heights[above][:, None] - heights[below]))
    links = sparse.coo_array((np.ones(one.size), (above[one], below[other])), shape=(heights.size, heights.size))
    label = sparse.csgraph.connected_components(links, directed=False)[1]
    lowest = np.unique(label, return_index=True)[1]
    return np.argsort(np.argsort(lowest))[label][place]


def _cover(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows and columns that leave nobody out, with the least sum of distances.

    A pair saves what both would pay to reach their nearest, less their distance; those that save most in all are found
    by assignment, and everybody else goes to the nearest.
    """
    nearest, nearest_row = distance.argmin(axis=1), distance.argmin(axis=0)
    saved = distance.min(axis=1)[:, None] + distance.min(axis=0) - distance
    rows, others = optimize.linear_sum_assignment(np.maximum(saved, 0), maximize=True)
    paired = saved[rows, others] > 0
    rows, others = rows[paired], others[paired]
    alone = np.setdiff1d(np.arange(len(distance)), rows)
    others_alone = np.setdiff1d(np.arange(distance.shape[1]), others)
    one = np.concatenate([rows, alone, nearest_row[others_alone]])
    return one, np.concatenate([others, nearest[alone], others_alone])


def _coded(strata: ArrayLike, n: int) -> np.ndarray:
    """Number of each row's stratum; an error if a label is missing."""
    frame = strata if isinstance(strata, pd.DataFrame) else pd.DataFrame({"stratum": np.asarray(strata)})
    if len(frame) != n:
        raise ValueError(f"{len(frame)} labels of strata for {n} values of treated")
    names: Sequence[str] = list(frame.columns)
    columns(frame, names)
    return frame.groupby(names, sort=True, observed=True).ngroup().to_numpy()


def _scaled(weights: np.ndarray, cases: np.ndarray, ratio: float | None) -> np.ndarray:
    """Controls' weights rescaled to a sum: their number, or so many for each treated row."""
    if ratio is not None and not 0 < ratio < np.inf:
        raise ValueError(f"ratio is positive; got {ratio}")
    used = np.count_nonzero(weights[~cases]) if ratio is None else ratio * weights[cases].sum()
    return np.where(cases, weights, weights * (used / weights[~cases].sum()))
