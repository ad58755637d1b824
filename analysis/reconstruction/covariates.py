"""Blood values and grades of all patients that give Table 1, and Tables 2 and 3 line by line.

One covariate after the other: sorted values are drawn inside the bins of the printed quartiles or counts, given to
patients with the associations that one would expect, and then exchanged until the printed lines come out (`anneal`).
What is not printed, so everything between two covariates, is decided by these expectations and by chance: it must not
be read from a member.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.reconstruction import grids, lines
from analysis.reconstruction.follow_up import CD28, domain
from analysis.reconstruction.place import (
    FINE_GRAY,
    Cohort,
    Found,
    Model,
    Printed,
    Values,
    by_expectation,
    cohort,
    free,
    place,
    problem,
    unmet,
)
from analysis.reconstruction.state import NONE, Skeleton

MOVES = 300_000  # of one start
STARTS = 8  # of one covariate, before it is given up
EARLY = 180  # days; an early relapse goes with a high LDH


class Shape(NamedTuple):
    """What a covariate looks like; everything printed is looked up in the ledger."""

    quantity: str  # word of the ledger in Tables 2 and 3
    table: tuple[str, ...]  # claims of Table 1: quartiles and range, or any grade and grade 3 or more
    grid: np.ndarray
    prior: tuple[float, ...]  # degrees of freedom of the tails, or how often each grade or score is drawn
    scale: str = "linear"
    any_grade: str | None = None  # word of the ledger for grade 1 or more


SHAPES = {  # in the order in which they are made: later ones lean on earlier ones
    "crs_grade": Shape("CRS grade", ("G134", "G135"), np.arange(5.0), (1, 0.5, 0.5, 0.85, 0.15)),
    "icans_grade": Shape(
        "ICANS grade", ("G136", "G137"), np.arange(5.0), (1, 0.55, 0.45, 0.7, 0.3), any_grade="ICANS, any grade"
    ),
    "ldh": Shape("LDH", ("G122",), np.arange(80.0, 6001), (3,), "log2"),
    "mcv": Shape("MCV", ("G123",), np.arange(650, 1301) / 10, (12,)),
    "alc": Shape("ALC", ("G127",), np.arange(1, 1501) / 100, (3,)),
    "car_hematotox": Shape("CAR-HEMATOTOX", ("G130", "G063"), np.arange(7.0), (0.8, 1.7, 0.26, 0.6, 0.5, 0.17, 0.03)),
}
POSITIVE = ("ldh", "alc")  # skewed: drawn on the log scale


class Covariates(NamedTuple):
    """Result of the stage: values by name, the fields that are not met, and starts and moves by name."""

    values: dict[str, np.ndarray]
    unmet: list[str]
    effort: dict[str, tuple[int, int]]


def search(
    skeleton: Skeleton, claims: pd.DataFrame, prior_lines: np.ndarray, controls: np.ndarray, seed: int
) -> Covariates:
    """Values of all covariates for all patients.

    Parameters
    ----------
    skeleton : Skeleton
        Courses of the patients.
    claims : DataFrame
        The ledger, indexed by id.
    prior_lines : ndarray of int, shape = (n,)
        Lines of therapy before, which go with the CAR-HEMATOTOX score.
    controls : ndarray of int
        Rows of the matched controls.
    seed : int
        Of all random choices; the same seed gives the same values.

    Returns
    -------
    Covariates
        ``values``: ``mcv`` (fL), ``ldh`` (U/L), ``alc`` (G/L), ``crs_grade``, ``icans_grade`` (0-4), ``car_hematotox``
        (points), each of shape (n,); ``unmet``: claim and field of each window that was missed.
    """
    who = cohort(skeleton, controls)
    values: dict[str, np.ndarray] = {}
    missed, effort = [], {}
    for number, name in enumerate(SHAPES):
        found = one(name, skeleton, who, claims, prior_lines, values, [seed, number])
        values[name] = found.values
        missed += found.unmet
        effort[name] = found.starts, found.moves
    return Covariates(values, missed, effort)


def one(
    name: str,
    skeleton: Skeleton,
    who: Cohort,
    claims: pd.DataFrame,
    prior_lines: np.ndarray,
    before: dict[str, np.ndarray],
    seed: list[int],
    model: Model = FINE_GRAY,
) -> Found:
    """Values of one covariate; ``before`` holds those that it leans on."""
    values, printed = spread_out(name, who.day.size, claims), printed_lines(name, claims)
    expected = _expected(name, skeleton, prior_lines, before)
    todo = problem(who, values, printed, free(who.day.size, values.grid.size), model, expected)

    def make(random):
        return by_expectation(values, expected + random.standard_normal(expected.size), random)

    state, distance, starts, moves = place(todo, make, seed, STARTS, MOVES)
    return Found(values.grid[state.code], unmet(todo, printed, state.code), distance, starts, moves)


def printed_lines(name: str, claims: pd.DataFrame) -> Printed:
    """Lines of Tables 2 and 3 and of the text for one covariate."""
    shape = SHAPES[name]
    text = lines.line(claims, shape.any_grade, "matched") if shape.any_grade else None
    return Printed(*(lines.line(claims, shape.quantity, group) for group in lines.ANALYSES), text)


def spread_out(name: str, n: int, claims: pd.DataFrame) -> Values:
    """Grid, bins and candidates of one covariate of n patients."""
    shape = SHAPES[name]
    model = np.log2(shape.grid) if shape.scale == "log2" else shape.grid
    if name.endswith("_grade"):
        some, severe = (int(claims.numerator[claim]) for claim in shape.table)
        bins = grids.count_bins([n - some, some - severe, severe], [(0, 0), (1, 2), (3, 4)])
    else:
        bins = grids.quantile_bins(n, grids.quartiles(claims, *shape.table), shape.grid)
    if len(shape.prior) > 1:
        prior = np.repeat(np.arange(len(shape.prior)), np.rint(np.array(shape.prior) * 100).astype(int))
    else:
        prior = _continuous(name, claims, shape)
    return Values(shape.grid, model, bins, grids.draws(bins, prior))


def _continuous(name: str, claims: pd.DataFrame, shape: Shape) -> np.ndarray:
    """A large sample of codes with the printed quartiles."""
    printed = grids.quartiles(claims, *shape.table)
    low, middle, high = (printed[share] for share in (0.25, 0.5, 0.75))
    if name not in POSITIVE:
        return grids.on_grid(grids.split_prior(middle, low, high, *shape.prior), shape.grid)
    logs = grids.split_prior(*np.log([middle, low, high]), *shape.prior)
    return grids.on_grid(np.exp(logs), shape.grid)


def _expected(name, skeleton, prior_lines, before) -> np.ndarray:
    """Where a clinician would expect high values, in standard deviations of what remains open."""
    if name == "crs_grade":
        return 0.3 * (domain(skeleton) == CD28)
    if name == "icans_grade":
        return 0.5 * (domain(skeleton) == CD28) + 0.4 * before["crs_grade"]
    if name == "ldh":
        return 0.4 * ((skeleton.relapse_day != NONE) & (skeleton.relapse_day < EARLY))
    if name == "car_hematotox":
        return 0.15 * prior_lines + 0.3 * np.log2(before["ldh"])
    return np.zeros(prior_lines.size)
