"""A quartile that leaves too few onsets for what the curves need later on."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from analysis.audit.ledger import Ledger, count, listed
from analysis.reconstruction.proofs import onsets
from analysis.reconstruction.proofs.conflict import minimal_conflict
from analysis.reconstruction.proofs.curves import ANYTHING, ASSUMES, EVENT_FREE, FREE_UNTIL, cells
from analysis.reconstruction.proofs.fields import BOUND, Field, Proof, printed, printed_numbers, sides, window
from analysis.reconstruction.proofs.steps import excess, fewest

EVENT = "t-MN"
HORIZONS = (24.0, FREE_UNTIL, 48.0)
COARSE = 16  # cells a window; the bound clears its limit by far more than a finer grid would gain
MORE_FREE = 2 * EVENT_FREE


class Facts:
    """The claims that the argument uses, found in the ledger by what they say.

    Raises
    ------
    LookupError
        If the report does not print them all.
    """

    def __init__(self, paper: Ledger):
        rows = [row for row in printed_numbers(paper) if not row.duplicate_of]
        self.types = [row for row in rows if row.part_of and paper.rows[row.part_of.split("/")[0]].quantity == EVENT]
        self.types = [row for row in self.types if row.part_of.endswith("/type") and count(row)]
        times = [row for row in rows if row.quantity == f"time to {EVENT}"]
        self.quartiles = {row.group: row for row in times if row.statistic == "median" and row.interval == "IQR"}
        self.last = next((row for row in times if row.interval == "range" and row.high > HORIZONS[-1]), None)
        curves = [row for row in rows if row.quantity == EVENT and row.statistic == "cumulative incidence"]
        self.curves: dict[str | None, list[Any]] = {}
        for group in dict.fromkeys(row.group for row in curves):
            points = [next((r for r in curves if (r.group, r.time_months) == (group, t)), None) for t in HORIZONS]
            if None not in points:
                self.curves[group] = points
        if not self.types or not all(t.quantity in self.quartiles for t in self.types) or None not in self.curves:
            raise LookupError(f"no quartiles by type of {EVENT} beside its incidence at {HORIZONS} months")

    @cached_property
    def timing(self) -> list[Field]:
        """Quartiles, the last onset and the numbers of each type."""
        quartiles = [Field(self.quartiles[t.quantity].id, s) for t in self.types for s in ("low", "value", "high")]
        ends = [Field(self.last.id, "high")] if self.last else []
        return [*quartiles, *ends, *(Field(row.id, "numerator") for row in self.types)]

    @cached_property
    def fields(self) -> list[Field]:
        """Everything that may enter a conflict, what the argument needs least first."""
        parts = [group for group in self.curves if group is not None]
        rows = [row for group in (*parts, None) for row in self.curves[group]]
        limits = [Field(row.id, side) for row in rows for side in ("low", "high") if getattr(row, side) is not None]
        values = [Field(row.id, "value") for row in rows if row.value is not None]
        return [*limits, *values, *self.timing]


class Answer(NamedTuple):
    """Most onsets that quartiles leave and fewest that curves need, both from 24 to 48 months."""

    left: float
    early: int
    late: int


class Oracle:
    """Whether some fields leave as many onsets after 24 months as they need; remembers what it computed for a curve."""

    def __init__(self, facts: Facts, free: float):
        self.facts, self.free = facts, free
        self._known: dict[tuple, np.ndarray] = {}
        self._left: dict[tuple, float] = {}

    def __call__(self, kept: tuple[Field, ...]) -> bool:
        """The oracle."""
        answer = self.answer(kept)
        return answer.left >= answer.early + answer.late

    def answer(self, kept: tuple[Field, ...]) -> Answer:
        """Both numbers."""
        parts = [self.excess(group, kept) for group in self.facts.curves if group is not None]
        timing = tuple(field for field in kept if field in self.facts.timing)
        if timing not in self._left:
            self._left[timing] = left(self.facts, timing)
        return Answer(self._left[timing], *fewest(self.excess(None, kept), parts))

    def excess(self, group: str | None, kept: tuple[Field, ...]) -> np.ndarray:
        """What few events of a group would make of its variance."""
        points = self.facts.curves[group]
        own = tuple(tuple(f.side for f in kept if f.claim == row.id) for row in points)
        if (group, own) not in self._known:
            found = [cells(row, some, COARSE) if some else ANYTHING for row, some in zip(points, own, strict=True)]
            self._known[group, own] = excess(found, self.free)
        return self._known[group, own]


def left(facts: Facts, kept: tuple[Field, ...], kind: int = 7) -> float:
    """Most onsets from 24 to 48 months: all but those by 24 and after 48; infinite without the numbers of each type."""
    if not all(Field(row.id, "numerator") in kept for row in facts.types):
        return float("inf")
    after = bool(facts.last) and Field(facts.last.id, "high") in kept
    return sum(count(row) for row in facts.types) - sum(by_then(facts, kept, kind).values()) - after


def by_then(facts: Facts, kept: tuple[Field, ...], kind: int = 7) -> dict[str, int]:
    """Onsets of each type that are at or before 24 months in every case."""
    found = {}
    for row in facts.types:
        timing = facts.quartiles[row.quantity]
        windows = {side: window(timing, side) for side in sides(timing) if Field(timing.id, side) in kept}
        found[row.quantity] = onsets.surely_by(onsets.bounds(count(row), windows, kind), Fraction(HORIZONS[0]))
    return found


def quartile(paper: Ledger, aside: set[Field]) -> Iterator[Proof]:
    """At most one proof: a quartile of the onsets of one type that the curves exclude.

    Parameters
    ----------
    paper : Ledger
        The report.
    aside : set of Field
        What other proofs have set aside.

    Yields
    ------
    Proof
        Of the quartile that repeats one printed before; without such, of the last one in the ledger.
    """
    try:
        facts = Facts(paper)
    except LookupError:
        return
    fields = tuple(field for field in facts.fields if field not in aside)
    oracle = Oracle(facts, EVENT_FREE)
    conflict = minimal_conflict(fields, oracle)
    ids = {row.id for row in facts.quartiles.values()}
    suspects = [field for field in conflict if field.claim in ids and field.side == "high"]
    if not suspects:
        return
    figures = [paper.rows[field.claim].high for field in suspects]
    again = [field for place, field in enumerate(suspects) if figures[place] in figures[:place]]
    field = (again or suspects)[-1]
    row = paper.rows[field.claim]
    twins = [paper.rows[f.claim] for f in suspects if f != field and paper.rows[f.claim].high == row.high]
    copied = f"the upper quartile of {twins[0].group} ({twins[0].id}) printed again" if twins else ""
    argument = _argument(facts, oracle, conflict)
    fits = _earliest(facts, oracle, field, fields)
    wider = Oracle(facts, MORE_FREE)
    argument += f" With {MORE_FREE:.0%} free of every event, {_earliest(facts, wider, field, fields)} would fit."
    kinds = [str(kind) for kind, left in onsets_left(paper).items() if left < sum(oracle.answer(fields)[1:])]
    assumes = f"{ASSUMES}; onsets in whole days; quartiles of type {listed(kinds)} (R prints type 7)"
    yield Proof(field, printed(row, field.side), BOUND, conflict, fits, copied, argument, assumes)


def _earliest(facts: Facts, oracle: Oracle, field: Field, fields: tuple[Field, ...]) -> str:
    """The earliest quartile that leaves enough onsets for the curves."""
    kept = tuple(other for other in fields if other != field)
    answer, sure = oracle.answer(kept), by_then(facts, fields)
    row = next(t for t in facts.types if facts.quartiles[t.quantity].id == field.claim)
    timing, size = facts.quartiles[row.quantity], count(row)
    others = sum(count(t) - sure[t.quantity] for t in facts.types if t is not row)  # at most so many others are later
    after = bool(facts.last) and Field(facts.last.id, "high") in kept
    later = max(answer.early + answer.late + after - others, 0)  # of this type, at least
    first = int(onsets.in_days(Fraction(HORIZONS[0]))) + 1
    windows = {side: window(timing, side) for side in sides(timing) if Field(timing.id, side) in kept}
    days = [day for day, _ in onsets.bounds(size, windows)]
    days = [max(day, first) if place >= size - later else day for place, day in enumerate(days)]
    place = Fraction(3, 4) * (size - 1)
    k, weight = int(place), place - int(place)
    months = ((1 - weight) * days[k] + weight * days[min(k + 1, size - 1)]) / onsets.DAYS_PER_MONTH
    return f"{float(months):.1f} months or later"


def _argument(facts: Facts, oracle: Oracle, conflict: tuple[Field, ...]) -> str:
    """The argument in two sentences."""
    answer, sure = oracle.answer(conflict), by_then(facts, conflict)
    early, middle, late = (f"{horizon:g}" for horizon in HORIZONS)
    total = sum(count(row) for row in facts.types)
    put = listed(f"{number} {kind}" for kind, number in sure.items())
    text = f"The quartiles put {put} at or before {early} months"
    if Field(facts.last.id if facts.last else "", "high") in conflict:
        text += f" and one onset is printed at {facts.last.high_printed}"
    text += f", so at most {answer.left:g} of {total} remain up to {late} months. The curves need at least "
    text += f"{answer.early + answer.late}: {answer.early} from {early} to {middle} months"
    whole = oracle.excess(None, conflict)
    if answer.early and 1 < whole[answer.early - 1, 2] < np.inf:
        much = whole[answer.early - 1, 2] - 1
        text += f" (with {answer.early - 1} the variance at {middle} would be {much:.0%} too large)"
    return f"{text}, and {_late_needs(facts, oracle, conflict, answer)} from then to {late}."


def _late_needs(facts: Facts, oracle: Oracle, conflict: tuple[Field, ...], answer: Answer) -> str:
    """How many events each group needs in the late window, and why."""
    words = []
    for group in facts.curves:
        table = oracle.excess(group, conflict)[: answer.early + 1]
        needed = next((late for late in range(3) if (table[:, late] <= 1).any()), 3)
        if group is None or not needed:
            continue
        worst = float(table[:, needed - 1].min())
        why = f", as {needed - 1} would make the variance {worst - 1:.0%} too large" if 1 < worst < np.inf else ""
        words.append(f"{needed} in {group}{why}")
    return listed(words) if words else f"{answer.late}"


def onsets_left(paper: Ledger) -> dict[int, float]:
    """How many onsets remain from 24 to 48 months under each definition of a quantile.

    Parameters
    ----------
    paper : Ledger
        The report.

    Returns
    -------
    dict of int to float
        By type of Hyndman and Fan; empty where the report does not print the quartiles.
    """
    try:
        facts = Facts(paper)
    except LookupError:
        return {}
    return {kind: left(facts, tuple(facts.fields), kind) for kind in onsets.QUANTILES}
