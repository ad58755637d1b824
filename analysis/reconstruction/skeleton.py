"""Stage 3 of the reconstruction: the courses of all patients, annealed until every printed digit is met."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.reconstruction import case_courses as stage
from analysis.reconstruction import design as designs
from analysis.reconstruction.design import Design, Targets
from analysis.reconstruction.events import laws
from analysis.reconstruction.events.anneal import anneal
from analysis.reconstruction.events.table import (
    AFTER,
    DIED,
    KIND,
    LABEL,
    LAST,
    N_BLOCKS,
    ONSETS,
    PRODUCT,
    RELAPSE,
    TMN,
    make,
)
from analysis.reconstruction.state import NONE, Skeleton

SHARE = 0.08  # of the moves, for patients with t-MN
FIXED = 1e6  # weight of what concerns only t-MN: exact from the start, it has to stay so
SCHEDULE = ((3.0, 0.05, 1_000_000), (0.3, 3e-4, 2_500_000))
FINISH = (0.03, 1e-5, 600_000)
ROUNDS = 6  # of finishing
HOPELESS = 0.05  # penalty after the schedule
STUBBORN = 4.0  # factor for the weight of a block that finishing leaves
MOST = 64.0
STARTS = 40
TRIES = 20  # to arrange the courses of t-MN


class Found(NamedTuple):
    """A skeleton, its design, and what it took: moves and starts, penalty (0: every digit met)."""

    skeleton: Skeleton
    design: Design
    moves: int
    starts: int
    cost: float


def search(seed: int, claims, progress: Callable[[str], None] | None = None, **fixed) -> Found:
    """Search until a design meets every printed digit.

    Parameters
    ----------
    seed : int
        Seed of all random draws.
    claims : DataFrame
        The ledger.
    progress : callable, optional
        Told in words how the search goes.

    Returns
    -------
    Found
    """
    targets = designs.read(claims)
    rng = np.random.default_rng([seed, 5])
    moves, tell = 0, progress or (lambda text: None)
    for start in range(1, STARTS + 1):
        design = designs.draw(rng, targets, **fixed)
        tell(
            f"start {start}: {design.events}, {design.after_relapse} after relapse, {design.relapsed_later} relapsed "
            f"later, {design.shape}, {design.longest} days"
        )
        rows, spans = begin(design, targets, rng)
        table = make(rows)
        cost, made = _anneal(table, design, spans, targets, rng, tell)
        moves += made
        if cost == 0.0:
            return Found(as_skeleton(table.rows), design, moves, start, cost)
    return Found(as_skeleton(table.rows), design, moves, start, cost)


def _anneal(table, design: Design, spans, targets: Targets, rng, tell) -> tuple[float, int]:
    """Cool, then finish with more weight on what is stubborn; penalty and moves."""
    weights = np.ones(N_BLOCKS)
    weights[[ONSETS, AFTER]] = FIXED
    total = 0
    for hot, cold, moves in SCHEDULE:
        cost, made = anneal(
            table, targets.goals, design.laws, spans, weights, rng, moves, hot, cold, SHARE, design.longest
        )
        total += made
        tell(f"{cost:.4f} {np.round(table.cost, 4)}")
    for _ in range(ROUNDS):
        if table.cost.sum() == 0.0 or table.cost.sum() > HOPELESS:
            break
        hot, cold, moves = FINISH
        cost, made = anneal(
            table, targets.goals, design.laws, spans, weights, rng, moves, hot, cold, SHARE, design.longest
        )
        total += made
        tell(f"{cost:.6f} {np.round(table.cost, 6)}")
        worst = table.cost > 1e-7
        weights[worst] = np.maximum(np.minimum(weights[worst] * STUBBORN, MOST), weights[worst])
    return float(table.cost.sum()), total


def begin(design: Design, targets: Targets, rng: np.random.Generator):
    """Rows of all patients as the design has them, and the spans of their onsets."""
    for _ in range(TRIES):
        rows, spans = _begin(design, targets, rng)
        if rows is not None:
            return rows, spans
    raise RuntimeError(f"no courses of t-MN for {design.events} in {TRIES} tries")


def _begin(design: Design, targets: Targets, rng: np.random.Generator):
    """One try; None if the courses cannot be arranged."""
    counts = targets.counts
    tmn = sum(counts.types)
    relapsed = design.after_relapse + design.relapsed_later
    alive = int(rng.binomial(relapsed, 0.4)) if relapsed else 0
    found = stage.search(design.spans, counts.of_tmn + relapsed - alive, counts, targets.exact, design.longest, rng)
    if found is None:
        return None, None
    rows = _others(design, targets, tmn, rng)
    spans = np.tile([1, design.longest], (len(rows), 1))
    mine = _places(rows[:, PRODUCT], design, rng)
    spans[mine] = design.spans
    rows[mine, TMN], rows[mine, KIND], rows[mine, LABEL] = found.onset, found.kind, found.label
    rows[mine, LAST], rows[mine, DIED], rows[mine, RELAPSE] = found.onset + found.duration, found.died, NONE
    if not _relapses(rows, mine, design, alive, rng):
        return None, None
    return _fix_deaths(rows, counts.non_relapse_deaths, rng), spans


def _others(design: Design, targets: Targets, tmn: int, rng) -> np.ndarray:
    """Everybody by the laws."""
    n = sum(targets.counts.products)
    relapse, death, follow_up, after = (laws.draw(law, n, rng) for law in design.laws)
    follow_up = np.clip(follow_up, 5, design.longest)
    rows = np.full((n, 7), NONE)
    rows[:, PRODUCT] = rng.permutation(np.repeat(np.arange(5), targets.counts.products))
    has = (relapse < death) & (relapse < follow_up - 4)
    rows[has, RELAPSE] = relapse[has]
    death = np.where(has, relapse + np.maximum(after, 4), death)
    rows[:, DIED] = death < follow_up
    rows[:, LAST] = np.minimum(death, follow_up)
    return rows


def _places(product: np.ndarray, design: Design, rng) -> np.ndarray:
    """Patients of the right domains, in the order of the spans; those after a relapse from both."""
    cd28, bb = (
        rng.permutation(np.flatnonzero(product < 2)),
        rng.permutation(np.flatnonzero((product > 1) & (product < 4))),
    )
    a, b = (sum(domain) for domain in design.events)
    rest = rng.permutation(np.concatenate((cd28[a:], bb[b:])))[: design.after_relapse]
    return np.concatenate((cd28[:a], bb[:b], rest))


def _relapses(rows: np.ndarray, mine: np.ndarray, design: Design, alive: int, rng) -> bool:
    """Relapses before and after t-MN, so that as many as designed of those who relapsed are alive."""
    before = mine[len(mine) - design.after_relapse :]
    first = np.setdiff1d(mine, before)
    long = rng.permutation(first[rows[first, LAST] - rows[first, TMN] > 60])
    later = long[: design.relapsed_later]
    rows[before, RELAPSE] = 1 + (rng.random(len(before)) * (rows[before, TMN] - 10)).astype(np.int64)
    rows[later, RELAPSE] = (rows[later, TMN] + rows[later, LAST]) // 2
    some = np.concatenate((before, later))
    others = np.setdiff1d(mine, some)
    for wrong, right in ((1, 0), (0, 1)):  # exchange durations and deaths within a type until the number is right
        while (rows[some, DIED] == 0).sum() != alive and ((rows[some, DIED] == 0).sum() < alive) == (wrong == 1):
            pairs = [
                (i, j)
                for i in before
                for j in others
                if rows[i, DIED] == wrong and rows[j, DIED] == right and rows[i, KIND] == rows[j, KIND]
            ]
            pairs = [(i, j) for i, j in pairs if max(_swapped(rows, i, j)) <= design.longest]
            if not pairs:
                return False
            i, j = pairs[rng.integers(len(pairs))]
            rows[[i, j], LAST] = _swapped(rows, i, j)
            rows[[i, j], DIED] = rows[[j, i], DIED]
    return len(later) == design.relapsed_later


def _swapped(rows: np.ndarray, i: int, j: int) -> tuple[int, int]:
    """Last days of two patients if they exchange their durations."""
    a, b = rows[i, LAST] - rows[i, TMN], rows[j, LAST] - rows[j, TMN]
    return rows[i, TMN] + b, rows[j, TMN] + a


def _fix_deaths(rows: np.ndarray, deaths: int, rng) -> np.ndarray:
    """Exactly the printed number of deaths without relapse."""
    free = (rows[:, RELAPSE] == NONE) & (rows[:, TMN] == NONE)
    now = int(((rows[:, RELAPSE] == NONE) & (rows[:, DIED] == 1)).sum())
    wrong, number = (1, now - deaths) if now > deaths else (0, deaths - now)
    some = rng.permutation(np.flatnonzero(free & (rows[:, DIED] == wrong)))[:number]
    rows[some, DIED] = 1 - wrong
    return rows


def as_skeleton(rows: np.ndarray) -> Skeleton:
    """The arrays that the next stages read."""
    kind = np.where(rows[:, TMN] == NONE, 0, rows[:, KIND])
    label = np.where(rows[:, TMN] == NONE, NONE, rows[:, LABEL])
    return Skeleton(rows[:, PRODUCT], rows[:, RELAPSE], rows[:, TMN], kind, rows[:, LAST], rows[:, DIED], label)
