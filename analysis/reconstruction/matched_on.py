"""What the published matching was on: ages and numbers of prior lines of all patients."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from analysis.reconstruction import grids, lines
from analysis.reconstruction.place import (
    FINE_GRAY,
    Cohort,
    Freedom,
    Printed,
    State,
    Values,
    place,
    problem,
)

STARTS, MOVES = 3, 40_000
AGE = np.arange(121.0)  # completed years
SPREAD_OF_AGE = (4.3, 2.4)  # beta distribution over the printed range: most in their sixties, a tail of the young
LINES = np.arange(1.0, 12)
LINES_DRAWN = (0.6, 1.2, 1.0, 0.3, 0.15, 0.08, 0.05, 0.03, 0.02, 0.01, 0.01)  # how often each number is tried
MANY = 20_000  # size of the sample that stands for a distribution


def age_values(n: int, claims: pd.DataFrame) -> Values:
    """Grid, bins and candidates of the ages of n patients."""
    pinned = grids.quartiles(claims, "G047", "G048")
    quantiles = special.betaincinv(*SPREAD_OF_AGE, (np.arange(MANY) + 0.5) / MANY)
    prior = np.floor(pinned[0.0] + (pinned[1.0] + 1 - pinned[0.0]) * quantiles).astype(int)
    bins = grids.quantile_bins(n, pinned, AGE)
    return Values(AGE, AGE, bins, grids.draws(bins, prior))


def usual_ages(values: Values) -> np.ndarray:
    """Expected number of patients of each age."""
    weight = np.bincount(values.bins.of_rank)
    parts = [
        np.bincount(values.draws.code[first:last], minlength=values.grid.size) / (last - first)
        for first, last in zip(values.draws.start[:-1], values.draws.start[1:], strict=True)
    ]
    return weight @ np.array(parts)


def age_start(
    values: Values, claims: pd.DataFrame, fixed: np.ndarray, freedom: Freedom
) -> Callable[[np.random.Generator], State]:
    """How a start draws the ages of movable patients; ``fixed`` holds those of the others, and -1."""
    median, left = claims.value["G047"], np.bincount(values.bins.of_rank)
    inside = np.flatnonzero(values.bins.low < values.bins.high)  # the bins below and above the median
    for age in fixed[fixed >= 0]:
        left[inside[int(age > median)]] -= 1
    mine = np.repeat(np.arange(left.size), left)

    def make(random: np.random.Generator) -> State:
        code, bins = np.where(fixed >= 0, fixed, 0), np.zeros(fixed.size, np.int64)
        bins[freedom.movable] = random.permutation(mine)
        for patient in freedom.movable:
            pool = values.draws.code[slice(*values.draws.start[bins[patient] + np.arange(2)])]
            pool = pool[freedom.allowed[freedom.group[patient], pool]]
            code[patient] = pool[random.integers(pool.size)]
        return State(code, bins)

    return make


def place_ages(who: Cohort, claims: pd.DataFrame, fixed: np.ndarray, freedom: Freedom, seed: list[int]) -> np.ndarray:
    """Ages of all patients; those of patients who are not movable are ``fixed``."""
    values = age_values(fixed.size, claims)
    printed = Printed(univariate=lines.line(claims, "age", "univariate"))
    todo = problem(who, values, printed, freedom, FINE_GRAY)
    return place(todo, age_start(values, claims, fixed, freedom), [*seed, 1], STARTS, MOVES)[0].code


def line_values(n: int, claims: pd.DataFrame) -> Values:
    """Grid, bins and candidates of the prior lines of n patients."""
    bins = grids.quantile_bins(n, grids.quartiles(claims, "G131", "G059"), LINES)
    prior = np.repeat(np.arange(LINES.size), np.rint(100 * np.array(LINES_DRAWN)).astype(int))
    return Values(LINES, LINES, bins, grids.draws(bins, prior))


def place_lines(
    who: Cohort, claims: pd.DataFrame, make: Callable[[np.random.Generator], State], freedom: Freedom, seed: list[int]
) -> np.ndarray:
    """Prior lines of all patients."""
    values = line_values(who.day.size, claims)
    printed = Printed(univariate=lines.line(claims, "prior lines", "univariate"))
    todo = problem(who, values, printed, freedom, FINE_GRAY)
    return LINES[place(todo, make, [*seed, 2], STARTS, MOVES)[0].code].astype(np.int64)
