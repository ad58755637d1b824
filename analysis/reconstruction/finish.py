"""The last step of the search for courses: many small changes chosen together by an integer programme.

The region in which all printed digits hold is narrow: chance finds its neighbourhood and then takes very long. There,
the effects of changes add up nearly, so the choice among some thousand is a linear programme (which of them bring every
number into its window), with whole numbers for those few that it takes; then the effects are computed anew.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.reconstruction.design import Design
from analysis.reconstruction.events.anneal import in_span
from analysis.reconstruction.events.goals import Goals
from analysis.reconstruction.events.moves import allowed, log_prior, stride
from analysis.reconstruction.events.numbers import effects, numbers, windows
from analysis.reconstruction.events.table import (
    AFTER,
    DIED,
    LAST,
    N_BLOCKS,
    ONSETS,
    PRODUCT,
    RELAPSE,
    TMN,
    Table,
    block_penalty,
    evaluate,
    replace,
)
from analysis.reconstruction.state import NONE

CHANGES, FEWER = 9_000, 6_000  # drawn for each programme, and how many of those small enough are taken
COLUMNS = 250  # of the programme in whole numbers
NODES = 400  # of it at most: a limit in seconds would differ between machines
SLACK = 1e6  # cost of a miss by one unit; a change costs 1 and what it makes less plausible
GAP = 0.5  # between a solution in whole numbers and the best that may be: good enough
MARGIN = 0.005  # of a window, kept free at both ends: the effects do not quite add up
OPEN = 0.005  # the same where a window has one end only, in units
ROUNDS, PATIENCE = 10, 8  # at most, and rounds in succession that may come to nothing
REACH = 1.0  # effect of a change on any number, in units, at most
LEAST_PART = 0.1  # of the way to the windows, before it starts again
HOPELESS = 0.3  # what even parts of changes leave over, in units: the design does not do
NEARLY = 3e-4  # below this it does not matter whether a round made things worse


class Changes(NamedTuple):
    """Possible changes: whose, the new rows, their cost."""

    patients: np.ndarray
    rows: np.ndarray
    cost: np.ndarray


class Programme(NamedTuple):
    """Rows low <= matrix x <= high: first so many numbers in units, then what has to stay."""

    matrix: np.ndarray
    low: np.ndarray
    high: np.ndarray
    numbers: int


def finish(table: Table, goals: Goals, design: Design, spans: np.ndarray, rng, tell: Callable[[str], None]) -> int:
    """Change courses until every number is in its window; the table is changed.

    Effects do not quite add up: what makes things worse is taken back, and next time a part of the way is asked for.

    Parameters
    ----------
    table : Table
        Courses near the windows.
    goals : Goals
        Windows as they are.
    design : Design
        For its laws, which make some changes cheaper than others.
    spans : ndarray, shape = (patients, 2)
        First and last possible day of t-MN.
    rng : Generator
        Source of randomness.
    tell : callable
        Is told in words how it goes.

    Returns
    -------
    int
        Rounds; `evaluate` tells whether they were enough.
    """
    part, miss, failed = 1.0, evaluate(table, goals), 0
    for done in range(ROUNDS):
        tell(f"round {done}: {miss:.7f} {np.round(table.cost, 5)}")
        if miss == 0.0 or failed == PATIENCE:
            return done
        changes, programme = _programme(table, goals, design, spans, part, rng)
        chosen, left = choose(programme, changes.cost)
        tell(f"in parts {left:.4f} would be left, {len(chosen)} changes")
        if done == 0 and left > HOPELESS:
            return done
        old = table.rows[changes.patients[chosen]]
        _make(table, changes.patients[chosen], changes.rows[chosen])
        now = evaluate(table, goals)
        if now < max(miss, NEARLY):
            miss, part, failed = now, min(1.0, 2.0 * part), 0
        else:
            _make(table, changes.patients[chosen], old)
            evaluate(table, goals)
            part, failed = part / 2 if part > LEAST_PART else 1.0, failed + 1
    return ROUNDS


def _make(table: Table, patients: np.ndarray, rows: np.ndarray) -> None:
    """Give some patients new rows."""
    for i, row in zip(patients, rows, strict=True):
        replace(table, int(i), row, [False] * N_BLOCKS)


def _programme(table: Table, goals: Goals, design: Design, spans, part: float, rng) -> tuple[Changes, Programme]:
    """Changes whose effects are small enough, and the programme that chooses among them."""
    ends, units = windows(goals)
    printed = np.isfinite(ends).any(axis=1)
    base = np.zeros(len(ends))
    numbers(table, goals, base)
    changes = draw(table, goals, design, spans, rng)
    effect = np.zeros((len(changes.patients), len(base)))
    effects(table, goals, changes.patients, changes.rows, base, effect)
    effect = (effect / units)[:, printed]
    size = np.abs(effect).max(axis=1)
    small = np.flatnonzero((size <= REACH) & (size > 0.0))[:FEWER]
    changes = Changes(*(column[small] for column in changes))
    free = np.where(np.isfinite(ends).all(axis=1), MARGIN, OPEN)
    low, high = (ends[:, 0] - base) / units + free, (ends[:, 1] - base) / units - free
    low, high = np.where(low > 0.0, part * low, low), np.where(high < 0.0, part * high, high)
    keep, once = _kept(table, changes), _once(table, changes)
    none, one = np.zeros(len(keep)), np.ones(len(once))
    return changes, Programme(
        np.concatenate([effect[small].T, keep, once]),
        np.concatenate([low[printed], none, one - np.inf]),
        np.concatenate([high[printed], none, one]),
        int(printed.sum()),
    )


def _kept(table: Table, changes: Changes) -> np.ndarray:
    """What the changes do to the printed counts: deaths without relapse, and patients with each product."""
    rows = [changes.rows, table.rows[changes.patients]]
    after, before = (
        np.stack([(r[:, RELAPSE] == NONE) & (r[:, DIED] == 1), *(r[:, PRODUCT] == p for p in range(4))]) for r in rows
    )
    return after.astype(float) - before


def _once(table: Table, changes: Changes) -> np.ndarray:
    """Each patient changes once at most, and one patient with t-MN at most: such changes would disturb each other."""
    whose = np.unique(changes.patients)[:, None] == changes.patients
    courses = table.rows[changes.patients, TMN] != NONE
    return np.concatenate([whose, courses[None]]).astype(float)


def choose(programme: Programme, cost: np.ndarray) -> tuple[np.ndarray, float]:
    """Which changes to make together.

    Parameters
    ----------
    programme : Programme
        What has to hold.
    cost : ndarray, shape = (changes,)
        Of each change.

    Returns
    -------
    chosen : ndarray of int
        Positions of the changes.
    left : float
        What is left over, in units, if changes may be made in part.

    Examples
    --------
    A number has to rise by 3 to 4 units; of changes by 2, 1.5 and 5 the first two do that.

    >>> rise = Programme(np.array([[2.0, 1.5, 5.0]]), np.array([3.0]), np.array([4.0]), 1)
    >>> choose(rise, np.ones(3))
    (array([0, 1]), 0.0)
    """
    k, m = programme.numbers, len(cost)
    slack = np.zeros((len(programme.matrix), 2 * k))
    slack[:k, :k], slack[:k, k:] = np.eye(k), -np.eye(k)
    matrix = np.concatenate([programme.matrix, slack], axis=1)
    costs = np.concatenate([cost, np.full(2 * k, SLACK)])
    some, left = _worth_having(matrix, programme, costs, m)
    kept, whole = np.concatenate([some, np.arange(m, m + 2 * k)]), np.arange(len(some) + 2 * k) < len(some)
    found = milp(
        costs[kept],
        integrality=whole,
        bounds=Bounds(0.0, np.where(whole, 1.0, np.inf)),
        constraints=LinearConstraint(matrix[:, kept], programme.low, programme.high),
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    chosen = some[:0] if found.x is None else some[found.x[: len(some)] > 0.5]
    return np.sort(chosen), left


def _worth_having(matrix: np.ndarray, programme: Programme, costs: np.ndarray, m: int) -> tuple[np.ndarray, float]:
    """Columns for whole numbers: those that the programme in parts takes, then the cheapest for it; what is left."""
    up, down = np.isfinite(programme.high), np.isfinite(programme.low)
    found = linprog(
        costs,
        np.concatenate([matrix[up], -matrix[down]]),
        np.concatenate([programme.high[up], -programme.low[down]]),
        bounds=(0.0, None),
        method="highs",
    )
    dear = np.where(found.x[:m] > 1e-9, -1.0, found.lower.marginals[:m])
    return np.argsort(dear, kind="stable")[:COLUMNS], float(found.x[m:].sum())


def draw(t: Table, goals: Goals, design: Design, spans: np.ndarray, rng, number: int = CHANGES) -> Changes:
    """Draw changes of one patient each that keep the 29 courses as printed."""
    patients, rows, cost = [], [], []
    while len(patients) < number:
        i = int(rng.choice(t.tmn)) if rng.random() < 0.05 else int(rng.integers(len(t.rows)))
        new = t.rows[i].copy()
        _change(new, rng)
        if (new == t.rows[i]).all() or not allowed(new, design.longest) or not in_span(new, spans[i]):
            continue
        if new[TMN] != NONE and not _keeps(t, goals, i, new):
            continue
        patients.append(i)
        rows.append(new)
        cost.append(1.0 + max(0.0, log_prior(t.rows[i], design.laws) - log_prior(new, design.laws)))
    return Changes(np.array(patients), np.array(rows), np.array(cost))


def _change(row: np.ndarray, rng) -> None:
    """One change, in place."""
    u = rng.random()
    if row[TMN] != NONE:
        step = stride(rng)
        row[LAST] += step
        if u < 0.7:
            row[TMN] += step
    elif u < 0.2:
        row[PRODUCT] = rng.integers(5)
    elif row[RELAPSE] == NONE:
        _change_free(row, u, rng)
    else:
        _change_relapsed(row, u, rng)


def _change_free(row: np.ndarray, u: float, rng) -> None:
    """A patient without relapse: died or not, another last day, or a relapse."""
    if u < 0.35:
        row[DIED] = 1 - row[DIED]
    elif u < 0.9 or row[DIED]:
        row[LAST] += stride(rng)
    else:
        row[RELAPSE] = 1 + rng.integers(row[LAST])


def _change_relapsed(row: np.ndarray, u: float, rng) -> None:
    """A patient with relapse: another day of it or of the end or of both, died or not, or no relapse."""
    if u < 0.5:
        row[RELAPSE] += stride(rng)
    elif u < 0.65:
        row[[RELAPSE, LAST]] += stride(rng)
    elif u < 0.8:
        row[LAST] += stride(rng)
    elif u < 0.95:
        row[DIED] = 1 - row[DIED]
    elif row[DIED] == 0:
        row[RELAPSE] = NONE


def _keeps(t: Table, goals, i: int, new: np.ndarray) -> bool:
    """Whether the courses with t-MN stay as printed."""
    touched, old = [False] * N_BLOCKS, t.rows[i].copy()
    replace(t, i, new, touched)
    fine = block_penalty(t, goals, ONSETS) + block_penalty(t, goals, AFTER) == 0.0
    replace(t, i, old, touched)
    return fine
