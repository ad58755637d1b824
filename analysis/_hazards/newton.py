"""The maximum of a partial likelihood, and whether it has one.

Vocabulary: the *decrement* is what a full Newton step promises to gain, twice; its root is the length of the step in
standard errors.
"""

from typing import NamedTuple

import numpy as np

from analysis._hazards.risk_sets import Likelihood, RiskSets, likelihood, risk_sets
from analysis.border import CAUSE

MOST_STEPS = 100
PRECISE = 1e-9  # step per event, in standard deviations of a covariate: changes the curvature by no more than this
ROUGH = 1e-3  # the same, for a start
FAR = 5.0  # coefficient per standard deviation that makes a poor start
FLAT = 1e-8  # decrement at which a likelihood that still climbs has reached its height to 8 digits
LINEAR = 0.05  # near a maximum the decrement falls to its square, towards infinity to about a third (exp(-1))
WIDE = 0.5  # change of a log relative hazard in a step: about 1 on the way to infinity, tiny where rounding is all
MOVES = 1e-3  # share of the largest step above which a coefficient is on its way to infinity
ROUNDING = 1e-12  # share of the log-likelihood that sums of 10⁶ terms may lose
DEPENDENT = 1e-11  # share of a column's information that the columns before it leave, by rounding alone
THINNED = 8  # every so manyth row gives the start of the climb for all
LARGE = 20_000  # rows from which on such a start saves time


class NotIdentifiedError(ValueError):
    """A column holds no information of its own; ``column`` is its number."""

    def __init__(self, column: int):
        self.column = column
        super().__init__(f"column {column} holds no information of its own")


class NoMaximumError(ArithmeticError):
    """The likelihood rises until relative hazards exceed the range of numbers."""


class Maximum(NamedTuple):
    """Coefficients at the maximum, the likelihood there, and which coefficients have no finite maximum."""

    coefficients: np.ndarray
    at: Likelihood
    direction: np.ndarray  # 0 for a finite coefficient, else the sign of the infinite one


def maximise(sets: RiskSets, start: np.ndarray, precise: float = PRECISE) -> Maximum:
    """Climb by Newton's method, steps halved until they do not descend."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        at, before = likelihood(sets, start), np.inf
        check_identified(at.information, sets.mass)
        for _ in range(MOST_STEPS):
            step = _step(at)
            decrement = at.score @ step
            stuck = LINEAR * before < decrement < FLAT
            if stuck and np.ptp(step @ sets.z) > WIDE:
                moving = np.abs(step) > MOVES * np.abs(step).max()
                return Maximum(start, at, np.where(moving, np.sign(step), 0.0))
            if stuck or abs(decrement) <= precise**2 * sets.mass:
                at = at._replace(value=at.value + decrement / 2)  # what the last step gains
                return Maximum(start + step, at, np.zeros(start.size))
            before, value = decrement, at.value
            at = None  # makes room for the next
            start, at = _climb(sets, start, step, value)
    raise NoMaximumError(f"no maximum in {MOST_STEPS} steps")


def _step(at: Likelihood) -> np.ndarray:
    """Newton's step."""
    try:
        return np.linalg.solve(at.information, at.score)
    except np.linalg.LinAlgError:  # so far out that the likelihood is flat to the last digit
        raise NoMaximumError("no curvature left") from None


def start_from_few(times: np.ndarray, status: np.ndarray, z: np.ndarray, efron: bool, left, weight=None) -> np.ndarray:
    """Where to begin: the maximum for every eighth row, itself begun likewise; 0 for few rows."""
    start = np.zeros(len(z))
    if times.size < LARGE:
        return start
    few = slice(None, None, THINNED)
    times, status, z = times[few], status[few], z[:, few].copy()
    left, weight = (None if values is None else values[few] for values in (left, weight))
    if not np.any(status == CAUSE):
        return start
    try:
        sets = risk_sets(times, status, z, efron=efron, left=left, weight=weight)
        found = maximise(sets, start_from_few(times, status, z, efron, left, weight), ROUGH).coefficients
    except (NotIdentifiedError, NoMaximumError):  # few rows may hold too little
        return start
    return found if np.abs(found).max() < FAR else start


def _climb(sets: RiskSets, start: np.ndarray, step: np.ndarray, value: float) -> tuple[np.ndarray, Likelihood]:
    """The first of the full, half, quarter ... steps that does not descend."""
    value -= ROUNDING * abs(value)
    for halvings in range(40):
        there = start + step / 2**halvings
        found = likelihood(sets, there)
        if found.value >= value:
            return there, found
    raise NoMaximumError("no step in the direction of the slope climbs")


def check_identified(information: np.ndarray, mass: float) -> None:
    """Raise if a column has (nearly) no information that the columns before it do not have."""
    rest = information.copy()
    for j in range(len(rest)):
        if not rest[j, j] > DEPENDENT * max(information[j, j], mass):
            raise NotIdentifiedError(j)
        rest[j:, j:] -= np.multiply.outer(rest[j, j:], rest[j, j:] / rest[j, j])
