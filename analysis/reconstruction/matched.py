"""Ages and prior lines, such that our matching finds controls with which the matched line of the domain comes out.

The score of the matching depends on completed years of age and on a class of prior lines, so that many patients share
it, and which of them become controls hangs on the order of the rows. Members of two kinds are made. In a *natural* one
ages come from a smooth distribution, and the rows stand in one of the orders that give the printed line: it shows how
the published matching may have been. In a *unique* one each case has two controls of its age and class, and nobody else
is there: its matched set does not depend on the order of the rows, which hides how fragile the matching is.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.matching import match_nearest, propensity_score
from analysis.reconstruction import case_ages, lines, matched_on
from analysis.reconstruction.controls import Seating, domain_fit, exchange
from analysis.reconstruction.fits import fit, sample
from analysis.reconstruction.follow_up import domain
from analysis.reconstruction.place import Cohort, Freedom, State, by_expectation, cohort, free, sorted_codes
from analysis.reconstruction.state import NONE, Skeleton

KINDS = ("natural", "unique")
STARTS = 6  # of the whole stage
EXCHANGES = 60_000  # of slots
CROWDING = 8_000  # moves of the ages of cases in a unique member
DOMAIN_LINE = "CD28 vs 4-1BB"  # word of the ledger
NOBODY = np.array([], np.int64)


class Matched(NamedTuple):
    """Result of the stage.

    ``age`` (completed years at infusion), ``prior_lines`` and ``age_at_tmn`` (-1 without t-MN) have one element a
    patient; ``order`` lists the patients in the order of the rows, ``controls`` those whom the matching then selects;
    ``unmet`` names claim and field of each window missed, ``starts`` says how often the stage began.
    """

    age: np.ndarray
    prior_lines: np.ndarray
    age_at_tmn: np.ndarray
    order: np.ndarray
    controls: np.ndarray
    kind: str
    unmet: list[str]
    starts: int


def search(skeleton: Skeleton, claims: pd.DataFrame, seed: int, kind: str) -> Matched:
    """Ages, prior lines and an order of the rows, with the matched controls that follow from them.

    Parameters
    ----------
    skeleton : Skeleton
        Courses of the patients.
    claims : DataFrame
        The ledger, indexed by id.
    seed : int
        Of all random choices; the same seed gives the same result.
    kind : {"natural", "unique"}
        How the matched set comes about.

    Returns
    -------
    Matched
        The first start without an unmet field, or the one with the fewest.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; allowed: {', '.join(map(repr, KINDS))}")
    make = {"natural": _natural, "unique": _unique}[kind]
    best, start = None, 0
    while start < STARTS and (best is None or best.unmet):
        found = make(skeleton, claims, [seed, KINDS.index(kind), start])
        start += 1
        if best is None or len(found.unmet) < len(best.unmet):
            best = found
    return best._replace(starts=start)


def select(age: np.ndarray, many: np.ndarray, case: np.ndarray, order: np.ndarray, ratio: int) -> np.ndarray:
    """Controls that the published design selects if the rows stand in this order.

    Parameters
    ----------
    age : ndarray of int
        Completed years at infusion of each patient.
    many, case : ndarray of bool
        Whether there were many prior lines, and a t-MN.
    order : ndarray of int
        Patients in the order of the rows.
    ratio : int
        Controls for each case.

    Returns
    -------
    ndarray of int
        The controls, ascending.
    """
    rows = pd.DataFrame({"age": age[order], "many": many[order], "case": case[order]})
    pairs = match_nearest(propensity_score(rows, "case", ["age", "many"]), rows.case, ratio=ratio, order="largest")
    return np.sort(order[pairs.control.to_numpy()])


def _natural(skeleton: Skeleton, claims: pd.DataFrame, seed: list[int]) -> Matched:
    """Ages, lines and an order of the rows first; then who sits in which row."""
    random = np.random.default_rng([*seed, 0])
    who, case = cohort(skeleton, NOBODY), skeleton.tmn_day != NONE
    n, cases = case.size, case_ages.draw(skeleton.tmn_day[case], claims, random)
    anywhere = free(n, matched_on.AGE.size)._replace(movable=np.flatnonzero(~case))
    age = matched_on.place_ages(who, claims, _scattered(cases.infusion, case), anywhere, seed)
    values = matched_on.line_values(n, claims)

    def make(again: np.random.Generator) -> State:
        return by_expectation(values, again.standard_normal(n), again)

    prior = matched_on.place_lines(who, claims, make, free(n, values.grid.size), seed)
    order = random.permutation(n)
    controls = select(age, prior >= claims.value["G037"], case, order, _ratio(claims))
    slot = _seat(skeleton, who, claims, controls, np.flatnonzero(~case), random, (age, prior))
    order = np.argsort(slot)[order]  # who sits in each slot
    return _result(skeleton, who, claims, age[slot], prior[slot], cases, order, "natural")


def _unique(skeleton: Skeleton, claims: pd.DataFrame, seed: list[int]) -> Matched:
    """Controls first, then ages and classes of lines that single them out."""
    random = np.random.default_rng([*seed, 0])
    case, number, n = np.flatnonzero(skeleton.tmn_day != NONE), _ratio(claims), skeleton.product.size
    who, others = cohort(skeleton, NOBODY), np.flatnonzero(skeleton.tmn_day == NONE)
    first = random.permutation(others)[: number * case.size]
    slot = _seat(skeleton, who, claims, first, others, random)
    controls = random.permutation(np.flatnonzero(np.isin(slot, first)))
    values = matched_on.line_values(n, claims)
    codes = sorted_codes(values.bins, values.draws, random)
    many = _classes(values.grid[codes] >= claims.value["G037"], case, controls, random)
    usual = np.outer([1 - many.mean(), many.mean()], matched_on.usual_ages(matched_on.age_values(n, claims)))
    median = int(claims.value["G047"])
    cases = case_ages.crowded(skeleton.tmn_day[case], many[case], usual, median, claims, random, CROWDING)
    fixed = np.full(n, -1)
    fixed[case], fixed[controls] = cases.infusion, np.tile(cases.infusion, number)
    allowed = np.ones((2, matched_on.AGE.size), np.bool_)
    allowed[many[case].astype(int), cases.infusion] = False
    freedom = Freedom(np.flatnonzero(fixed < 0), many.astype(np.int64), allowed)
    age = matched_on.place_ages(who, claims, fixed, freedom, seed)

    def make(again: np.random.Generator) -> State:
        rank = np.empty(n, np.int64)
        rank[np.lexsort((again.random(n), many))] = np.arange(n)
        return State(codes[rank], values.bins.of_rank[rank])

    kept = (values.grid >= claims.value["G037"]) == np.array([False, True])[:, None]
    prior = matched_on.place_lines(who, claims, make, Freedom(np.arange(n), many.astype(np.int64), kept), seed)
    return _result(skeleton, who, claims, age, prior, cases, random.permutation(n), "unique")


def _classes(many_ranks: np.ndarray, case: np.ndarray, controls: np.ndarray, random) -> np.ndarray:
    """Who had many prior lines: as many as the ranks say, cases about as often as others, controls as their cases."""
    many = np.zeros(many_ranks.size, bool)
    chosen = random.random(case.size) < many_ranks.mean()
    many[case], many[controls] = chosen, np.tile(chosen, controls.size // case.size)
    rest = random.permutation(np.setdiff1d(np.arange(many.size), np.concatenate([case, controls])))
    many[rest[: max(0, int(many_ranks.sum() - many.sum()))]] = True
    return many


def _seat(skeleton, who: Cohort, claims, controls, members, random, held=None) -> np.ndarray:
    """Slot of each patient with which the line of the domain comes out; patients had the slot of their own number.

    ``controls`` are the slots selected beside the cases', ``held`` the ages and lines that the slots hold; the lines of
    both are kept.
    """
    n, selected = who.day.size, skeleton.tmn_day != NONE
    selected[controls] = True
    names = [(DOMAIN_LINE, "matched"), ("age", "univariate"), ("prior lines", "univariate")]
    model = np.zeros((2, n)) if held is None else np.array([values - np.median(values) for values in held])
    seating = Seating(
        order=who.order,
        day=who.day,
        status=who.status,
        domain=domain(skeleton),
        members=members,
        selected=selected,
        held=model,
        spread=np.maximum(model.std(axis=1), 1e-3),
        everyone=sample(who.order, np.ones(n, np.bool_), who.day, who.status, True),
        windows=np.array([lines.line(claims, *name).windows for name in names]),
        used=np.array([True, held is not None, held is not None]),
    )
    slot = np.arange(n)
    exchange(seating, random, slot, EXCHANGES)
    return slot


def _result(
    skeleton, who: Cohort, claims, age: np.ndarray, prior: np.ndarray, cases: case_ages.CaseAges, order, kind: str
) -> Matched:
    """What the matching makes of ages, lines and order, and which fields that misses."""
    case = skeleton.tmn_day != NONE
    controls = select(age, prior >= claims.value["G037"], case, order, _ratio(claims))
    matched = case.copy()
    matched[controls] = True
    b, _, se = domain_fit(who.order, matched, who.day, who.status, domain(skeleton), 0.0)
    missed = lines.unmet(lines.line(claims, DOMAIN_LINE, "matched"), b, se)
    everyone = sample(who.order, np.ones(case.size, np.bool_), who.day, who.status, True)
    for name, values in (("age", age), ("prior lines", prior)):
        centred = values - np.median(values)
        b, _, se = fit(everyone, centred, 0.0, centred.std())
        missed += lines.unmet(lines.line(claims, name, "univariate"), b, se)
    return Matched(age, prior, _scattered(cases.tmn, case), order, controls, kind, missed, 1)


def _scattered(values: np.ndarray, case: np.ndarray) -> np.ndarray:
    """Values of the cases at their places, -1 elsewhere."""
    scattered = np.full(case.size, -1)
    scattered[case] = values
    return scattered


def _ratio(claims: pd.DataFrame) -> int:
    """Controls for each case."""
    return int(claims.value["G038"])
