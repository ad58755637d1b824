"""Ages at infusion and at t-MN of the patients with t-MN, so that both can be completed years of one birthday.

Vocabulary: the *step* of a patient is how much older in completed years he or she is at t-MN than at infusion: the
whole years between both, or one more if the birthday falls into the rest.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.reconstruction import grids

YEAR = 365.25
MARGIN = 5  # days; nearer to a birthday it depends on leap years
GRID = np.arange(121.0)  # completed years
CENTRE, TAIL = 6.0, 12.0  # quartiles of the ages at t-MN lie about so many years off; degrees of freedom of the tails
HOT, COLD = 30.0, 0.1  # temperatures of `crowded`, in patients
FORBIDDEN = 1000.0  # cost of a cell that nobody may share


class CaseAges(NamedTuple):
    """Completed years at infusion and at t-MN of each case."""

    infusion: np.ndarray
    tmn: np.ndarray


def draw(days: np.ndarray, claims: pd.DataFrame, random: np.random.Generator) -> CaseAges:
    """Ages with the printed median and range at t-MN, in any order of the cases."""
    bins, candidates = _bins(len(days), claims)
    span = np.diff(candidates.start)[bins.of_rank]
    at = candidates.code[candidates.start[bins.of_rank] + (random.random(len(days)) * span).astype(np.int64)]
    at = random.permutation(at)
    return CaseAges(at - step(days, random.random(len(days))), at)


def step(days: np.ndarray, birthday: np.ndarray) -> np.ndarray:
    """Step of each case; ``birthday`` is the time since the last birthday at infusion, 0 to 1 year.

    Examples
    --------
    >>> step(np.array([100, 400, 400, 367]), np.array([0.5, 0.5, 0.95, 0.999])).tolist()
    [0, 1, 2, 1]
    """
    whole, rest = np.divmod(days, YEAR)
    later = rest + birthday * YEAR >= YEAR
    return (whole + np.where(rest < MARGIN, 0, np.where(rest > YEAR - MARGIN, 1, later))).astype(np.int64)


def crowded(
    days: np.ndarray, high: np.ndarray, usual: np.ndarray, taboo: int, claims: pd.DataFrame, random, moves: int
) -> CaseAges:
    """Ages of cases who share few cells, each with about a third of the patients that are usual there.

    Every case brings two controls into its cell (its age at infusion and its class of prior lines), and nobody else may
    be there; so a cell looks as usual if a third of its usual number are cases.

    Parameters
    ----------
    days : ndarray of int
        Day of t-MN of each case.
    high : ndarray of bool
        Class of prior lines of each case.
    usual : ndarray, shape = (2, 121)
        Usual number of patients of each class and age.
    taboo : int
        An age that no case may have.
    claims : DataFrame
        The ledger.
    random : numpy.random.Generator
    moves : int
        Exchanges of ages between cases, new ages, and other birthdays that are tried.
    """
    bins, candidates = _bins(len(days), claims)
    birthday = random.random(len(days))
    at, mine = draw(days, claims, random).tmn, np.empty(len(days), np.int64)
    mine[np.argsort(at, kind="stable")] = bins.of_rank
    cost = _crowding(at - step(days, birthday), high, usual, taboo)
    for move in range(moves):
        i, j = random.integers(len(days), size=2)
        old = at[i], at[j], mine[i], mine[j], birthday[i]
        kind = random.random()
        if kind < 0.4:
            at[i], at[j], mine[i], mine[j] = at[j], at[i], mine[j], mine[i]
        elif kind < 0.8:
            pool = candidates.code[candidates.start[mine[i]] : candidates.start[mine[i] + 1]]
            at[i] = pool[random.integers(len(pool))]
        else:
            birthday[i] = random.random()
        new = _crowding(at - step(days, birthday), high, usual, taboo)
        temperature = HOT * (COLD / HOT) ** (move / moves)
        if new <= cost - temperature * math.log(1 - random.random()):
            cost = new
        else:
            at[j], mine[j] = old[1], old[3]
            at[i], mine[i], birthday[i] = old[0], old[2], old[4]
    return CaseAges(at - step(days, birthday), at)


def _bins(n: int, claims: pd.DataFrame) -> tuple[grids.Bins, grids.Draws]:
    """Bins of the ages at t-MN by their printed median and range, and their candidates."""
    pinned = grids.quartiles(claims, "G158", "G159")
    bins = grids.quantile_bins(n, pinned, GRID)
    middle = pinned[0.5]
    return bins, grids.draws(
        bins, grids.on_grid(grids.split_prior(middle, middle - CENTRE, middle + CENTRE, TAIL), GRID)
    )


def _crowding(age: np.ndarray, high: np.ndarray, usual: np.ndarray, taboo: int) -> float:
    """How many patients too many or too few the cells of the cases have."""
    counts = np.bincount(high * GRID.size + age, minlength=2 * GRID.size).reshape(2, -1)
    return float(np.abs(3 * counts - usual)[counts > 0].sum() + FORBIDDEN * counts[:, taboo].sum())
