"""Where the search for a skeleton begins: all patients drawn by the laws of the design, with the courses of t-MN."""

import numpy as np

from analysis.reconstruction import case_courses
from analysis.reconstruction.design import Design, Targets
from analysis.reconstruction.events import laws
from analysis.reconstruction.events.moves import GAP
from analysis.reconstruction.events.table import DIED, KIND, LABEL, LAST, PRODUCT, RELAPSE, TMN
from analysis.reconstruction.state import NONE

TRIES = 4
ALIVE = 0.4  # probability that a patient who relapsed, before or after t-MN, is alive
BETWEEN = 60  # days at least from t-MN to the end of follow-up for a relapse to be in between


def begin(design: Design, targets: Targets, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows of all patients as the design has them.

    Parameters
    ----------
    design : Design
        The design.
    targets : Targets
        What is printed.
    rng : Generator
        Source of randomness.

    Returns
    -------
    rows : ndarray, shape = (patients, 7)
        As `events.table.Table`.
    spans : ndarray, shape = (patients, 2)
        First and last possible day of t-MN. None instead of both if the courses of t-MN cannot be arranged.
    """
    relapsed = design.after_relapse + design.relapsed_later
    for _ in range(TRIES):
        alive = int(rng.binomial(relapsed, ALIVE))
        dead = targets.counts.of_tmn + relapsed - alive
        found = case_courses.search(design.spans, dead, targets.counts, targets.exact, design.longest, rng)
        if found is not None:
            rows, spans, mine = _with(found, everybody(design, targets, rng), design, rng)
            if relapse_some(rows, mine, design, alive, rng):
                return fix_deaths(rows, targets.counts.non_relapse_deaths, rng), spans
    return None


def everybody(design: Design, targets: Targets, rng: np.random.Generator) -> np.ndarray:
    """All patients by the laws, none with t-MN."""
    n = sum(targets.counts.products)
    relapse, death, follow_up, after = (laws.draw(law, n, rng) for law in design.laws)
    follow_up = np.clip(follow_up, GAP + 2, design.longest)
    rows = np.full((n, 7), NONE)
    rows[:, PRODUCT] = rng.permutation(np.repeat(np.arange(5), targets.counts.products))
    has = (relapse < death) & (relapse < follow_up - GAP)
    rows[has, RELAPSE] = relapse[has]
    death = np.where(has, relapse + np.maximum(after, GAP), death)
    rows[:, DIED] = death < follow_up
    rows[:, LAST] = np.minimum(death, follow_up)
    return rows


def _with(found: case_courses.Courses, rows: np.ndarray, design: Design, rng):
    """Patients of the right domains get the courses; rows, spans, and who they are in the order of the spans."""
    product = rows[:, PRODUCT]
    domain = np.array([0, 0, 1, 1, 2])[product]
    members = [rng.permutation(np.flatnonzero(domain == d)) for d in range(3)]
    first = [some[: sum(row)] for some, row in zip(members, design.events, strict=True)]
    rest = rng.permutation(
        np.concatenate([some[sum(row) :] for some, row in zip(members[:2], design.events[:2], strict=True)])
    )
    mine = np.concatenate((*first, rest[: design.after_relapse]))
    spans = np.tile([1, design.longest], (len(rows), 1))
    spans[mine] = design.spans
    rows[mine, TMN], rows[mine, KIND], rows[mine, LABEL] = found.onset, found.kind, found.label
    rows[mine, LAST], rows[mine, DIED], rows[mine, RELAPSE] = found.onset + found.duration, found.died, NONE
    return rows, spans, mine


def relapse_some(rows: np.ndarray, mine: np.ndarray, design: Design, alive: int, rng) -> bool:
    """Relapses before and after t-MN, so many of these patients being alive; whether that could be done."""
    before = mine[len(mine) - design.after_relapse :]
    first = mine[: len(mine) - design.after_relapse]
    later = rng.permutation(first[rows[first, LAST] - rows[first, TMN] > BETWEEN])[: design.relapsed_later]
    if len(later) < design.relapsed_later:
        return False
    rows[before, RELAPSE] = 1 + (rng.random(len(before)) * (rows[before, TMN] - 10)).astype(np.int64)
    rows[later, RELAPSE] = (rows[later, TMN] + rows[later, LAST]) // 2
    some = np.concatenate((before, later))
    others = np.setdiff1d(mine, some)
    while (now := int((rows[some, DIED] == 0).sum())) != alive:
        if not _exchange(rows, before, others, int(now < alive), design.longest, rng):
            return False
    return True


def _exchange(rows: np.ndarray, some: np.ndarray, others: np.ndarray, died: int, longest: int, rng) -> bool:
    """One of some patients who died (or did not) exchanges the time after t-MN with another of the same type."""
    pairs = [
        (i, j)
        for i in some[rows[some, DIED] == died]
        for j in others[rows[others, DIED] != died]
        if rows[i, KIND] == rows[j, KIND] and max(_exchanged(rows, i, j)) <= longest
    ]
    if not pairs:
        return False
    i, j = pairs[rng.integers(len(pairs))]
    rows[[i, j], LAST] = _exchanged(rows, i, j)
    rows[[i, j], DIED] = rows[[j, i], DIED]
    return True


def _exchanged(rows: np.ndarray, i: int, j: int) -> tuple[int, int]:
    """Last days of two patients if they exchange their durations."""
    a, b = rows[i, LAST] - rows[i, TMN], rows[j, LAST] - rows[j, TMN]
    return rows[i, TMN] + b, rows[j, TMN] + a


def fix_deaths(rows: np.ndarray, deaths: int, rng: np.random.Generator) -> np.ndarray:
    """Exactly the printed number of deaths without relapse."""
    alone = rows[:, RELAPSE] == NONE
    now = int((alone & (rows[:, DIED] == 1)).sum())
    wrong = 1 if now > deaths else 0
    some = np.flatnonzero(alone & (rows[:, TMN] == NONE) & (rows[:, DIED] == wrong))
    rows[rng.permutation(some)[: abs(now - deaths)], DIED] = 1 - wrong
    return rows
