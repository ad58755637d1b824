"""CAR-HEMATOTOX: the score, and which of its distributions the printed quartiles of its five values allow.

Vocabulary: a *category* of a laboratory value is what the score distinguishes, in ascending order of the value; a
*cell* is one combination of categories of the five; a *histogram* has the numbers of patients with 0, 1, ... points.

References
----------
Rejeski K, Perez A, Sesques P, et al. CAR-HEMATOTOX: a model for CAR T-cell-related hematologic toxicity in
relapsed/refractory large B-cell lymphoma. Blood 2021;138:2499-2513.
"""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.data import Tables
from analysis.reconstruction.details.printed import count, window
from analysis.reconstruction.details.programme import Impossible, Programme


class Laboratory(NamedTuple):
    """A value of the score: its claim, how it is written and how it counts."""

    name: str
    claim: str
    decimals: int
    cuts: tuple[tuple[float, bool], ...]  # between the categories; whether the cut itself belongs to the lower one
    points: tuple[int, ...]  # of the categories
    extremes: tuple[float, float]  # plausible lowest and highest of some hundred patients

    def category(self, values) -> np.ndarray:
        """Category of each value, from 0."""
        values = np.asarray(values, float)
        return sum(((values > cut) if closed else (values >= cut)).astype(int) for cut, closed in self.cuts)


SCORED = (
    Laboratory("platelets", "G126", 0, ((75, False), (175, True)), (2, 1, 0), (5, 480)),
    Laboratory("anc", "G125", 2, ((1.2, True),), (1, 0), (0.04, 13.5)),
    Laboratory("haemoglobin", "G124", 1, ((9, True),), (1, 0), (6.4, 16.4)),
    Laboratory("crp", "G128", 1, ((30, False),), (0, 1), (0.3, 290)),
    Laboratory("ferritin", "G129", 0, ((650, False), (2000, True)), (0, 1, 2), (9, 14500)),
)
HIGHEST = sum(max(laboratory.points) for laboratory in SCORED)
CELLS = np.array(list(itertools.product(*(range(len(laboratory.points)) for laboratory in SCORED))))
POINTS = sum(np.take(laboratory.points, CELLS[:, k]) for k, laboratory in enumerate(SCORED))
SCORE, SCORE_RANGE = "G130", "G063"
LOOSENESS = 0.12  # how far members differ in their shares of the categories (sd on the log scale)


def car_hematotox(platelets, anc, haemoglobin, crp, ferritin) -> np.ndarray:
    """The score of each patient.

    Parameters
    ----------
    platelets, anc : array_like
        G/L.
    haemoglobin : array_like
        g/dL.
    crp : array_like
        mg/L.
    ferritin : array_like
        µg/L.

    Returns
    -------
    ndarray of int
        Points, 0 to 7.

    References
    ----------
    Rejeski et al., Blood 2021;138:2499-2513, where CRP is in mg/dL: its cut of 3.0 is 30 mg/L.

    Examples
    --------
    Platelets of 60 count 2, neutrophils of 1.0 and a ferritin of 700 one each; and nothing but good values:

    >>> car_hematotox([60, 200], [1.0, 2.0], [10, 12], [5, 5], [700, 100]).tolist()
    [4, 0]
    """
    values = {"platelets": platelets, "anc": anc, "haemoglobin": haemoglobin, "crp": crp, "ferritin": ferritin}
    return sum(np.take(lab.points, lab.category(values[lab.name])) for lab in SCORED)


def reach(claims: pd.DataFrame) -> dict[tuple[str, int], tuple[int, int]]:
    """Fewest and most patients up to each category that the printed quartiles allow.

    With n = 539 a quartile lies between two neighbouring patients; both are taken to be on the same side of a cut.
    If they need not be, each limit moves by one patient.

    Parameters
    ----------
    claims : DataFrame
        The ledger.

    Returns
    -------
    dict of (str, int) to tuple of int
        Name and category; fewest and most patients in this category or a lower one.

    Raises
    ------
    LookupError
        If a printed quartile lies on a cut, so that its digits do not tell on which side.

    Examples
    --------
    >>> from analysis import data
    >>> limits = reach(data.load().claims)
    >>> limits["platelets", 0], limits["haemoglobin", 0]
    ((136, 269), (0, 134))
    """
    n = count(claims, "G001")
    limits = {}
    for lab in SCORED:
        for category, (cut, _) in enumerate(lab.cuts):
            fewest, most = 0, n
            for field, share in (("low", 0.25), ("value", 0.5), ("high", 0.75)):
                low, high = window(claims, lab.claim, field)
                first, last = int((n - 1) * share), int(np.ceil((n - 1) * share))
                if low < cut < high:
                    raise LookupError(f"claim {lab.claim}: {field} is printed on a cut of the score")
                if high <= cut:
                    fewest = max(fewest, last + 1)
                else:
                    most = min(most, first)
            limits[lab.name, category] = fewest, most
    return limits


def shortfall(claims: pd.DataFrame, histogram) -> int:
    """For how many patients a score differs from any that the printed quartiles allow.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    histogram : array_like of int, shape (8,)
        Patients with 0 to 7 points.

    Returns
    -------
    int
        0: the histogram can hold together with the quartiles of the five values.

    Examples
    --------
    The quartiles allow 134 patients with a haemoglobin up to 9, so not everybody can have 7 points:

    >>> from analysis import data
    >>> shortfall(data.load().claims, [0] * 7 + [539])
    405
    """
    wanted = np.asarray(histogram, int)
    programme, cells = _quartiles_met(claims)
    for points in range(HIGHEST + 1):
        more, fewer = programme.variables(2, upper=wanted.sum(), cost=0.5)
        programme.rule([*cells[points == POINTS], fewer], [more], low=wanted[points], high=wanted[points])
    found = programme.solve()
    reached = np.bincount(POINTS, weights=found[cells], minlength=HIGHEST + 1)
    return int(np.abs(reached - wanted).sum()) // 2


def possible(claims: pd.DataFrame) -> bool:
    """Whether the printed median, quartiles and range of the score can hold together with those of its values.

    Parameters
    ----------
    claims : DataFrame
        The ledger.

    Returns
    -------
    bool

    Examples
    --------
    >>> from analysis import data
    >>> possible(data.load().claims)
    True
    """
    programme, cells = _quartiles_met(claims)
    _score_met(programme, cells, claims)
    try:
        programme.solve()
    except Impossible:
        return False
    return True


def score_histogram(tables: Tables, seed: int) -> np.ndarray:
    """A distribution of the score that can hold together with the quartiles of its five values.

    Parameters
    ----------
    tables : Tables
        With the ledger.
    seed : int
        Another one, another histogram.

    Returns
    -------
    ndarray of int, shape (8,)
        Patients with 0 to 7 points; median, quartiles and range as printed.

    Raises
    ------
    Impossible
        If there is none.

    Examples
    --------
    >>> from analysis import data
    >>> int(score_histogram(data.load(), 1).sum())
    539
    """
    return np.bincount(POINTS, weights=cell_counts(tables.claims, seed), minlength=HIGHEST + 1).astype(int)


def cell_counts(claims: pd.DataFrame, seed: int, histogram=None) -> np.ndarray:
    """Patients in each cell: everything printed holds, and the values are as independent as it can be.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    seed : int
        Chooses among the solutions.
    histogram : array_like of int, shape (8,), optional
        The distribution of the score; if none is given, one with the printed median, quartiles and range.

    Returns
    -------
    ndarray of int, shape (72,)
        In the order of `CELLS`.

    Raises
    ------
    Impossible
        If there are none; `shortfall` says by how many patients.
    """
    expected = _expected(claims, np.random.default_rng(seed))
    programme, cells = _quartiles_met(claims)
    if histogram is None:
        _score_met(programme, cells, claims)
    else:
        for points, wanted in enumerate(histogram):
            programme.rule(cells[points == POINTS], low=wanted, high=wanted)
    n = count(claims, "G001")
    apart = programme.variables(len(cells), upper=n, cost=1 / np.sqrt(expected + 1), whole=False)
    for cell, gap, value in zip(cells, apart, expected, strict=True):
        programme.rule([cell], [gap], high=value)
        programme.rule([cell, gap], low=value)
    return programme.solve()[cells]


def _quartiles_met(claims: pd.DataFrame) -> tuple[Programme, np.ndarray]:
    """A programme whose cells meet the quartiles of the five values, and the numbers of its cells."""
    n = count(claims, "G001")
    programme = Programme()
    cells = programme.variables(len(CELLS), upper=n)
    programme.rule(cells, low=n, high=n)
    limits = reach(claims)
    for k, lab in enumerate(SCORED):
        for category in range(len(lab.cuts)):
            fewest, most = limits[lab.name, category]
            programme.rule(cells[CELLS[:, k] <= category], low=fewest, high=most)
    return programme, cells


def _score_met(programme: Programme, cells: np.ndarray, claims: pd.DataFrame) -> None:
    """Rules for the printed median, quartiles and range of the score."""
    n = count(claims, "G001")
    for field, share in (("low", 0.25), ("value", 0.5), ("high", 0.75)):
        points = int(claims.loc[SCORE, field])
        programme.rule(cells[points > POINTS], high=int((n - 1) * share))
        programme.rule(cells[points >= POINTS], low=int(np.ceil((n - 1) * share)) + 1)
    lowest, highest = claims.loc[SCORE_RANGE, ["low", "high"]]
    programme.rule(cells[lowest == POINTS], low=1)
    programme.rule(cells[highest == POINTS], low=1)
    programme.rule(cells[(lowest > POINTS) | (highest < POINTS)], high=0)


def _expected(claims: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Patients in each cell if the values were independent, their shares read between the printed quartiles."""
    n = count(claims, "G001")
    expected = np.full(len(CELLS), float(n))
    for k, lab in enumerate(SCORED):
        known = [lab.extremes[0], *claims.loc[lab.claim, ["low", "value", "high"]], lab.extremes[1]]
        cuts = np.log([cut for cut, _ in lab.cuts])
        share = np.interp(cuts, np.log(np.array(known, float)), [0, 0.25, 0.5, 0.75, 1])
        shares = np.diff([0, *share, 1]) * np.exp(rng.normal(0, LOOSENESS, len(lab.points)))
        expected *= (shares / shares.sum())[CELLS[:, k]]
    return expected
