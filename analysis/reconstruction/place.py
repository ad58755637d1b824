"""Values on patients: from bins and expectations to a state, from a state to the printed lines."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.reconstruction import lines
from analysis.reconstruction.anneal import Problem, anneal
from analysis.reconstruction.fits import fit, sample
from analysis.reconstruction.follow_up import first_event
from analysis.reconstruction.grids import Bins, Draws
from analysis.reconstruction.state import Skeleton

NOTHING = np.array([[-np.inf, np.inf]] * 4)


class Model(NamedTuple):
    """How a hazard ratio is computed: the model, and which standard error makes its limits."""

    fine_gray: bool = True
    robust: bool = True


FINE_GRAY = Model()


class Cohort(NamedTuple):
    """What the fits of all covariates share: times, status, patients in order of time, who is matched, who enters."""

    day: np.ndarray
    status: np.ndarray
    order: np.ndarray
    matched: np.ndarray
    included: np.ndarray


class Printed(NamedTuple):
    """Printed lines of one covariate: all patients, matched patients, matched patients with any grade against none."""

    univariate: lines.Line | None = None
    matched: lines.Line | None = None
    any_grade: lines.Line | None = None


class Values(NamedTuple):
    """A covariate: its grid, what enters the model for each code, its bins and the candidates of each."""

    grid: np.ndarray
    model: np.ndarray
    bins: Bins
    draws: Draws


class Freedom(NamedTuple):
    """Whose values may change, and for each group of patients and each code whether they go together."""

    movable: np.ndarray
    group: np.ndarray
    allowed: np.ndarray


class State(NamedTuple):
    """Code and bin of each patient."""

    code: np.ndarray
    bins: np.ndarray


class Found(NamedTuple):
    """Values of a covariate for each patient, the fields they miss, and what it took.

    ``distance`` is the sum over all windows missed, in logs of the ratio; 0 if none is.
    """

    values: np.ndarray
    unmet: list[str]
    distance: float
    starts: int
    moves: int


def cohort(skeleton: Skeleton, controls: np.ndarray) -> Cohort:
    """Times, events, and who is matched: all with a t-MN, and their controls."""
    day, status = first_event(skeleton)
    matched = skeleton.tmn_day >= 0
    matched[controls] = True
    return Cohort(day, status, np.argsort(day, kind="stable"), matched, np.ones(day.size, np.bool_))


def sorted_codes(bins: Bins, draws: Draws, random: np.random.Generator) -> np.ndarray:
    """A code for each rank, drawn from the candidates of its bin; ascending."""
    span = np.diff(draws.start)[bins.of_rank]
    return np.sort(draws.code[draws.start[bins.of_rank] + (random.random(span.size) * span).astype(np.int64)])


def by_expectation(values: Values, expected: np.ndarray, random: np.random.Generator) -> State:
    """A state in which patients with a higher expectation have higher values."""
    rank = np.empty(expected.size, np.int64)
    rank[np.argsort(expected, kind="stable")] = np.arange(expected.size)
    return State(sorted_codes(values.bins, values.draws, random)[rank], values.bins.of_rank[rank])


def free(n: int, codes: int) -> Freedom:
    """Every patient may have every code."""
    return Freedom(np.arange(n), np.zeros(n, np.int64), np.ones((1, codes), np.bool_))


def problem(
    who: Cohort, values: Values, printed: Printed, freedom: Freedom, model: Model, expected: np.ndarray | None = None
) -> Problem:
    """The problem of `anneal` for one covariate; nothing is expected of anybody without ``expected``."""
    flag = (values.grid > 0).astype(float)
    typical = values.model[values.draws.code[:: max(1, values.draws.code.size // 1000)]]
    spread = max(float(typical.std()), 1e-3)
    centre = values.model[np.searchsorted(values.grid, np.median(values.grid[values.draws.code]))]
    return Problem(
        model=values.model - centre,
        flag=flag,
        standard=(values.model - centre) / spread,
        expected=np.zeros(who.day.size) if expected is None else expected - expected.mean(),
        spread=np.array([spread, spread, 0.5]),
        draw=values.draws.code,
        begin=values.draws.start,
        allowed=freedom.allowed,
        group=freedom.group,
        movable=freedom.movable,
        focus=freedom.movable[who.matched[freedom.movable]],
        matched=who.matched,
        everyone=sample(who.order, who.included, who.day, who.status, model.fine_gray),
        pairs=sample(who.order, who.included & who.matched, who.day, who.status, model.fine_gray),
        windows=np.array([NOTHING if line is None else line.windows for line in printed]),
        used=np.array([line is not None for line in printed]),
        robust=model.robust,
    )


def place(
    todo: Problem, make: Callable[[np.random.Generator], State], seed: list[int], starts: int, moves: int
) -> tuple[State, float, int, int]:
    """The first start that reaches distance 0, or the nearest; with its distance, starts and moves made."""
    best, nearest, made = None, np.inf, 0
    for start in range(starts):
        random = np.random.default_rng([*seed, start])
        state = make(random)
        distance, used = anneal(todo, random, state.code, state.bins, moves)
        made += used
        if distance < nearest:
            best, nearest = state, distance
        if distance == 0.0:
            break
    return best, nearest, start + 1, made


def unmet(todo: Problem, printed: Printed, code: np.ndarray) -> list[str]:
    """Fields of the printed lines that a state misses."""
    wrong = []
    for which, line in enumerate(printed):
        if line is not None:
            x = (todo.flag if which == 2 else todo.model)[code]
            found = fit(todo.pairs if which else todo.everyone, x, 0.0, todo.spread[which])
            wrong += lines.unmet(line, found[0], found[2 if todo.robust else 1])
    return wrong
