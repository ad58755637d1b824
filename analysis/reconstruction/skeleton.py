"""Stage 3 of the reconstruction: the courses of all patients, annealed until every printed digit is met."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.reconstruction import design as designs
from analysis.reconstruction.beginning import begin
from analysis.reconstruction.design import Design, Targets
from analysis.reconstruction.events.anneal import anneal
from analysis.reconstruction.events.table import (
    AFTER,
    DIED,
    IN_BB,
    IN_NRM,
    KIND,
    LABEL,
    LAST,
    N_BLOCKS,
    ONSETS,
    PRODUCT,
    RELAPSE,
    TMN,
    Table,
    evaluate,
    make,
)
from analysis.reconstruction.finish import finish
from analysis.reconstruction.state import NONE, Skeleton


class Cooling(NamedTuple):
    """A piece of the schedule: temperatures, moves, and the penalty above which the design is dropped after it."""

    hot: float
    cold: float
    moves: int
    hopeless: float


SCHEDULE = (Cooling(3.0, 0.05, 1_000_000, 2.0), Cooling(0.3, 3e-4, 2_500_000, 0.01))
SHARE = 0.08  # of the moves, for patients with t-MN
FIXED = 1e6  # weight of what concerns only t-MN: exact from the start, it has to stay so
COARSE = 10.0, 4.0
STARTS = 20


class Found(NamedTuple):
    """A skeleton, its design, and what it took: moves and starts; penalty (0: every digit is met)."""

    skeleton: Skeleton | None
    design: Design
    moves: int
    starts: int
    cost: float


def search(seed: int, claims, progress: Callable[[str], None] | None = None, *, relapse_competes: bool = True) -> Found:
    """Draw designs until one can be made to meet every printed digit of the events.

    Parameters
    ----------
    seed : int
        Seed of the member: the same seed gives the same arrays (on the same machine).
    claims : DataFrame
        The ledger, from which the targets come.
    progress : callable, optional
        Is told in words how the search goes.
    relapse_competes : bool
        Whether a relapse ends the time to t-MN, as the Methods have it, or patients stay at risk.

    Returns
    -------
    Found
        Without a skeleton if none of `STARTS` designs led to one; the penalty is then the smallest.

    Examples
    --------
    See `tests/test_reconstruction_events.py`; a search takes minutes.
    """
    targets = designs.read(claims)
    tell = progress or (lambda text: None)
    moves, nearest = 0, np.inf
    for start in range(1, STARTS + 1):
        design = designs.draw(seed, targets, start)
        tell(f"start {start}: {design}")
        rng = np.random.default_rng([seed, start, 1])
        begun = begin(design, targets, rng)
        if begun is None:
            tell("the courses of t-MN cannot be arranged")
            continue
        table = make(begun[0], relapse_competes)
        moves += fit(table, design, begun[1], targets, rng, tell)
        nearest = min(nearest, missing(table, targets))
        if nearest == 0.0:
            return Found(as_skeleton(table.rows), design, moves, start, 0.0)
    return Found(None, design, moves, STARTS, nearest)


def missing(table: Table, targets: Targets) -> float:
    """Sum of the penalties without weights, in the windows as they are."""
    return float(evaluate(table, targets.exact))


def fit(table: Table, design: Design, spans: np.ndarray, targets: Targets, rng, tell) -> int:
    """Cool, then finish; the moves made. Changes the table."""
    weights = np.ones(N_BLOCKS)
    weights[[ONSETS, AFTER]] = FIXED
    weights[[IN_BB, IN_NRM]] = COARSE
    total = 0
    for step in SCHEDULE:
        _, made = anneal(
            table,
            targets.goals,
            design.laws,
            spans,
            weights,
            rng,
            step.moves,
            step.hot,
            step.cold,
            SHARE,
            design.longest,
        )
        total += made
        left = float(table.cost.sum())
        tell(f"{total} moves: {left:.6f} {np.round(table.cost, 5)}")
        if left > step.hopeless:
            return total
    finish(table, targets.exact, design, spans, rng, tell)
    return total


def as_skeleton(rows: np.ndarray) -> Skeleton:
    """The arrays that the next stages read."""
    with_tmn = rows[:, TMN] != NONE
    kind, label = np.where(with_tmn, rows[:, KIND], 0), np.where(with_tmn, rows[:, LABEL], NONE)
    return Skeleton(
        product=rows[:, PRODUCT].copy(),
        relapse_day=rows[:, RELAPSE].copy(),
        tmn_day=rows[:, TMN].copy(),
        tmn_type=kind,
        last_day=rows[:, LAST].copy(),
        died=rows[:, DIED].copy(),
        tp53_before=label,
    )
