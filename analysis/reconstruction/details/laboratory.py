"""Blood values: sorted columns with the printed quartiles, given to patients so that the score is theirs."""

import itertools

import numpy as np
import pandas as pd

from analysis.reconstruction.details.printed import anchors
from analysis.reconstruction.details.score import CELLS, POINTS, SCORED, Laboratory, cell_counts

TAIL = 3.0  # bends the outer quarters, so that extremes are rarer than values near the quartiles
RESERVE = 0.5  # weight of what a patient's values have in common within a category
MARROW = ("platelets", "anc", "haemoglobin")
EXTREMES_VARY = 0.06  # between members (sd on the log scale)
NEAR_CUT = 0.03  # how near to a cut (relative) its two neighbours lie at most


def scored_values(claims: pd.DataFrame, scores, seed: int) -> dict[str, np.ndarray]:
    """The five values of the score for every patient: their quartiles as printed, their score as given.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    scores : array_like of int
        CAR-HEMATOTOX of each patient.
    seed : int
        Chooses what the paper leaves open.

    Returns
    -------
    dict of str to ndarray
        ``platelets, anc, haemoglobin, crp, ferritin``, in the units of the dictionary.

    Raises
    ------
    Impossible
        If these scores cannot hold together with the quartiles; `score.shortfall` says for how many patients.
    """
    rng = np.random.default_rng([seed, 1])
    scores = np.asarray(scores, int)
    histogram = np.bincount(scores, minlength=POINTS.max() + 1)
    cells = _cells_of_patients(scores, cell_counts(claims, seed, histogram), rng)
    marrow, inflamed = rng.normal(size=(2, len(scores)))
    values = {}
    for k, lab in enumerate(SCORED):
        category = CELLS[cells, k]
        common = -marrow if lab.name in MARROW else inflamed
        order = np.lexsort((RESERVE * common + rng.normal(size=len(scores)), category))
        column = np.empty(len(scores))
        column[order] = _column(lab, claims, np.bincount(category, minlength=len(lab.points)), rng)
        values[lab.name] = column
    return values


def spread(knots: dict[int, int], rng: np.random.Generator) -> np.ndarray:
    """A sorted column through fixed order statistics, random between them.

    Parameters
    ----------
    knots : dict of int to int
        Position (ascending, the first 0, the last the end) and value, above 0.
    rng : Generator
        For what lies between.

    Returns
    -------
    ndarray of int
        Whole numbers of units, ascending.

    Examples
    --------
    >>> spread({0: 10, 2: 20, 3: 20, 4: 90}, np.random.default_rng(0)).tolist()
    [10, 19, 20, 20, 90]
    """
    places = sorted(knots)
    column = np.empty(places[-1] + 1)
    for left, right in itertools.pairwise(places):
        low, high = knots[left], knots[right]
        if low > high:
            raise ValueError(f"the value {low} at position {left} stands before {high} at position {right}")
        share = np.sort(rng.uniform(size=right - left - 1))
        if right == places[-1]:
            share = share**TAIL
        elif left == places[0]:
            share = 1 - (1 - share) ** TAIL
        column[left] = low
        column[left + 1 : right] = low * (high / low) ** share
    column[places[-1]] = knots[places[-1]]
    return np.rint(column).astype(int)


def quartile_column(
    claims: pd.DataFrame, claim: str, n: int, decimals: int, extremes: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """A sorted column with the printed median and quartiles (type 7).

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    claim : str
        A median with the quartiles as its interval.
    n : int
        Number of patients.
    decimals : int
        In which the column is written.
    extremes : tuple of float
        Lowest and highest value.
    rng : Generator
        Chooses what the paper leaves open.

    Returns
    -------
    ndarray of float, shape (n,)
        Ascending.

    Examples
    --------
    >>> from analysis import data
    >>> column = quartile_column(data.load().claims, "G162", 29, 1, (5.2, 13.1), np.random.default_rng(0))
    >>> np.quantile(column, [0.25, 0.5, 0.75]).tolist()
    [7.8, 9.1, 9.9]
    """
    knots = {0: _units(extremes[0], decimals), n - 1: _units(extremes[1], decimals)}
    return np.round(spread(knots | anchors(claims, claim, n, decimals, rng), rng) / 10**decimals, decimals)


def _units(value: float, decimals: int) -> int:
    """A value in units of the last decimal."""
    return round(value * 10**decimals)


def _cells_of_patients(scores: np.ndarray, counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A cell for each patient with as many points as the patient has."""
    cells = np.empty(len(scores), int)
    for points in np.unique(scores):
        inside = np.flatnonzero(points == POINTS)
        cells[scores == points] = rng.permutation(np.repeat(inside, counts[inside]))
    return cells


def _column(lab: Laboratory, claims: pd.DataFrame, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The sorted column of one value: its quartiles, and so many patients in each category."""
    n, decimals = int(sizes.sum()), lab.decimals
    knots = anchors(claims, lab.claim, n, decimals, rng)
    lowest, highest = np.array(lab.extremes) * np.exp(rng.normal(0, EXTREMES_VARY, 2))
    knots |= {0: _units(lowest, decimals), n - 1: _units(highest, decimals)}
    for (cut, closed), below in zip(lab.cuts, np.cumsum(sizes), strict=False):
        last = _units(cut, decimals) - (0 if closed else 1)
        lower, upper = _neighbours(knots, below)
        gap = rng.uniform(0, NEAR_CUT, 2) * last
        knots.setdefault(below - 1, max(int(last - gap[0]), knots[lower]))
        knots.setdefault(below, min(int(last + 1 + gap[1]), knots[upper]))
    return np.round(spread(knots, rng) / 10**decimals, decimals)


def _neighbours(knots: dict[int, int], below: int) -> tuple[int, int]:
    """Knots on both sides of a cut."""
    return max(place for place in knots if place < below), min(place for place in knots if place >= below)
