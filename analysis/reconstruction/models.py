"""Which model can have given each line of Tables 2 and 3?

The Methods name one model and the titles of the tables another; the standard error may be model-based or robust. For
each line, and for all lines of a covariate together, values of the covariate are searched that give what was printed
under each of four readings, on fixed courses of the patients. One state found shows that the reading is possible; if
none is found, the number of starts and the nearest state tell how hard was tried, and an arithmetic bound, where there
is one, that there is none.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.cohort import Cohort as Member
from analysis.reconstruction import bounds, case_ages, covariates, grids, lines, matched, matched_on
from analysis.reconstruction.fits import EVENT
from analysis.reconstruction.follow_up import BB, CD28, NO_DOMAIN, domain
from analysis.reconstruction.place import (
    Cohort,
    Model,
    Printed,
    State,
    Values,
    by_expectation,
    cohort,
    free,
    place,
    problem,
)
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES, Skeleton

COURSES = 4  # members whose courses are used
STARTS = 20
MOVES = 200_000
MODELS = {
    ("Fine-Gray", "robust"): Model(fine_gray=True, robust=True),
    ("Fine-Gray", "model-based"): Model(fine_gray=True, robust=False),
    ("Cox", "robust"): Model(fine_gray=False, robust=True),
    ("Cox", "model-based"): Model(fine_gray=False, robust=False),
}
ANY_GRADE = 2  # place of that line among those of a covariate
COLUMNS = (
    *("data_kind", "lines", "quantity", "analysis", "scope", "model", "standard_error", "starts", "reached"),
    *("distance", "spread", "least_error", "printed_error", "verdict"),
)
REACHED, IMPOSSIBLE, OPEN = "reached", "impossible", "not reached"
MORE = ", one case more after 4-1BB"
EXCLUDED = "impossible with these events"  # as many with each domain as these courses have


class Course(NamedTuple):
    """Fixed courses of all patients, and the rows of their matched controls."""

    skeleton: Skeleton
    controls: np.ndarray


class Question(NamedTuple):
    """Lines of one covariate that are asked for at once: word of the ledger, and what was printed."""

    quantity: str
    printed: Printed


def course(member: Member, claims: pd.DataFrame) -> Course:
    """Courses and matched controls of a stored member."""
    rows = member.patients

    def days(name: str) -> np.ndarray:
        return rows[name].fillna(NONE).to_numpy(np.int64)

    skeleton = Skeleton(
        product=rows["product"].map(PRODUCTS.index).to_numpy(np.int64),
        relapse_day=days("relapse_day"),
        tmn_day=days("tmn_day"),
        tmn_type=rows["tmn_type"].fillna("").map(TYPES.index).to_numpy(np.int64),
        last_day=days("last_day"),
        died=rows["died"].to_numpy(np.int64),
        tp53_before=np.full(len(rows), NONE),
    )
    many = rows["prior_lines"].to_numpy() >= claims.value["G037"]
    chosen = matched.select(
        rows["age"].to_numpy(), many, skeleton.tmn_day != NONE, np.arange(len(rows)), int(claims.value["G038"])
    )
    return Course(untied(skeleton), chosen)


def untied(skeleton: Skeleton) -> Skeleton:
    """The same courses with t-MN on different days, so that models do not differ by how they treat ties.

    Examples
    --------
    >>> zeros = np.zeros(3, int)
    >>> courses = Skeleton(zeros, zeros - 1, np.array([90, -1, 90]), zeros, np.array([200, 80, 90]), zeros, zeros)
    >>> untied(courses).tmn_day.tolist(), untied(courses).last_day.tolist()
    ([91, -1, 90], [200, 80, 90])
    """
    day = skeleton.tmn_day.copy()
    for patient in np.argsort(day, kind="stable"):
        while day[patient] != NONE and np.count_nonzero(day == day[patient]) > 1:
            day[patient] += 1
    return replace(skeleton, tmn_day=day, last_day=np.maximum(skeleton.last_day, day))


def one_more(here: Course) -> Course:
    """The same course, but the patient with the latest t-MN had a product with a 4-1BB domain."""
    known, product = domain(here.skeleton), here.skeleton.product.copy()
    latest = int(np.argmax(np.where(known == CD28, here.skeleton.tmn_day, NONE)))
    other = np.flatnonzero((known == BB) & (here.skeleton.tmn_day == NONE))[0]
    product[[latest, other]] = product[[other, latest]]
    return here._replace(skeleton=replace(here.skeleton, product=product))


def write(path: Path, members: Iterable[Member], claims: pd.DataFrame, seed: int, jobs: int) -> None:
    """Store the table of `compare` for these members."""
    found = compare([course(member, claims) for member in members], claims, seed, jobs)
    found.to_csv(path, index=False, lineterminator="\n")


def compare(courses: list[Course], claims: pd.DataFrame, seed: int, jobs: int = 1) -> pd.DataFrame:
    """Each line under each of the four readings.

    Parameters
    ----------
    courses : list of Course
        Taken in turn by the starts.
    claims : DataFrame
        The ledger, indexed by id.
    seed : int
        Of all random choices.
    jobs : int, optional
        Rows at a time; they do not depend on each other.

    Returns
    -------
    DataFrame
        One row for each question and reading; the columns are explained in ``data/reconstruction/README.md``.
    """
    asked = [(question, courses, "") for question in questions(claims)]
    later = [one_more(here) for here in courses]
    asked += [(question, later, MORE) for question, _, _ in asked if question.quantity == matched.DOMAIN_LINE]
    rows = [
        (question, names, here, note, [seed, number, which])
        for number, (question, here, note) in enumerate(asked)
        for which, names in enumerate(MODELS)
    ]
    if jobs == 1:
        return pd.DataFrame([_row(*row, claims) for row in rows])[list(COLUMNS)]
    from joblib import Parallel, delayed  # an extra, as numba

    return pd.DataFrame(Parallel(n_jobs=jobs)(delayed(_row)(*row, claims) for row in rows))[list(COLUMNS)]


def _row(question: Question, names: tuple[str, str], courses: list[Course], note: str, seed: list[int], claims) -> dict:
    """What one reading makes of one question."""
    model = MODELS[names]
    starts, distance, spread = _try(question, model, courses, claims, seed)
    least, printed = _errors(question, model, courses, claims)
    asked = [line for line in question.printed if line is not None]
    excluded = EXCLUDED if question.quantity == matched.DOMAIN_LINE else IMPOSSIBLE
    return {
        "data_kind": "synthetic",
        "model": names[0],
        "standard_error": names[1],
        "lines": " ".join(line.ratio for line in asked),
        "quantity": question.quantity,
        "analysis": _analysis(question.printed),
        "scope": ("alone" if len(asked) == 1 else "together") + note,
        "starts": starts,
        "reached": int(distance == 0),
        "distance": round(distance, 6),
        "spread": round(spread, 3),
        "least_error": round(least, 4) if least else None,
        "printed_error": round(printed, 4),
        "verdict": REACHED if distance == 0 else excluded if least > printed else OPEN,
    }


def questions(claims: pd.DataFrame) -> list[Question]:
    """All lines one by one, then those of each covariate together.

    Examples
    --------
    >>> from analysis import data
    >>> asked = questions(data.load().claims)
    >>> len(asked), [line.ratio for line in asked[-1].printed if line]
    (24, ['G142', 'G149', 'G151'])
    """
    ratios = claims[(claims.report == "gazeau-2025") & (claims.statistic == "hazard ratio")]
    alone = []
    for row in ratios[ratios.duplicate_of.isna() & ratios.group.isin(lines.ANALYSES)].itertuples():
        where = ANY_GRADE if "any grade" in row.quantity else lines.ANALYSES.index(row.group)
        line = lines.line(claims, row.quantity, row.group)
        printed = [line if number == where else None for number in range(len(Printed._fields))]
        alone.append(Question(row.quantity, Printed(*printed)))
    shapes = sorted(covariates.SHAPES, key=lambda name: covariates.SHAPES[name].any_grade is not None)
    together = [Question(covariates.SHAPES[s].quantity, covariates.printed_lines(s, claims)) for s in shapes]
    domains = [lines.line(claims, matched.DOMAIN_LINE, group) for group in lines.ANALYSES]
    return [*alone, Question(matched.DOMAIN_LINE, Printed(*domains)), *together]


def _try(question: Question, model: Model, courses, claims, seed: list[int]) -> tuple[int, float, float]:
    """Starts made, distance of the nearest state, and its standard deviation."""
    nearest, spread = math.inf, math.nan
    for start in range(STARTS):
        here = courses[start % len(courses)]
        who, values, freedom, make = _covariate(question.quantity, here, claims, [*seed, start])
        todo = problem(who, values, question.printed, freedom, model)
        state, distance, _, _ = place(todo, make, [*seed, start], 1, MOVES)
        if distance < nearest:
            code = state.code[who.included & (who.matched | (question.printed.univariate is not None))]
            nearest, spread = distance, float((todo.flag if "any" in question.quantity else todo.model)[code].std())
        if distance == 0:
            break
    return start + 1, nearest, spread


def _covariate(quantity: str, here: Course, claims: pd.DataFrame, seed: list[int]):
    """Who enters, what values there are, who may have which, and how a start is made."""
    who, n = cohort(here.skeleton, here.controls), here.skeleton.product.size
    if quantity == matched.DOMAIN_LINE:
        return _domains(who, here)
    if quantity == "age":
        values = matched_on.age_values(n, claims)
        case = here.skeleton.tmn_day != NONE
        days = here.skeleton.tmn_day[case]
        fixed = np.full(n, -1)
        fixed[case] = case_ages.draw(days, claims, np.random.default_rng([*seed, 1])).infusion
        freedom = free(n, values.grid.size)._replace(movable=np.flatnonzero(~case))
        return who, values, freedom, matched_on.age_start(values, claims, fixed, freedom)
    if quantity == "prior lines":
        values = matched_on.line_values(n, claims)
    else:
        name = next(s for s, shape in covariates.SHAPES.items() if quantity in (shape.quantity, shape.any_grade))
        values = covariates.spread_out(name, n, claims)

    def make(random: np.random.Generator) -> State:
        return by_expectation(values, random.standard_normal(n), random)

    return who, values, free(n, values.grid.size), make


def _domains(who: Cohort, here: Course):
    """The domain as a covariate of those who have one; patients with a t-MN keep theirs."""
    known = domain(here.skeleton)
    code = np.maximum(known, 0).astype(np.int64)
    grid = np.array(bounds.YES_NO)
    bins = grids.count_bins([1, 1], [(0, 0), (1, 1)])
    values = Values(grid, grid, bins, grids.draws(bins, np.arange(2)))
    movable = np.flatnonzero((known != NO_DOMAIN) & (here.skeleton.tmn_day == NONE))
    freedom = free(code.size, 2)._replace(movable=movable)

    def make(random: np.random.Generator) -> State:
        start = code.copy()
        start[movable] = random.permutation(code[movable])
        return State(start, start.copy())

    return who._replace(included=known != NO_DOMAIN), values, freedom, make


def _errors(question: Question, model: Model, courses: list[Course], claims: pd.DataFrame) -> tuple[float, float]:
    """Smallest possible standard error (0: no bound) and largest printed one, of the line that suffers most."""
    found = []
    for number, line in enumerate(question.printed):
        if line is not None:
            quantity = "any grade" if number == ANY_GRADE else question.quantity
            least = 0.0 if model.robust else min(_least(quantity, here, claims) for here in courses)
            found.append((least, lines.largest_error(line)))
    return max(found, key=lambda pair: pair[0] - pair[1])


def _least(quantity: str, here: Course, claims: pd.DataFrame) -> float:
    """Bound on a model-based standard error from the range of the covariate; 0 without a range."""
    ends = bounds.ends(quantity, claims)
    if ends is None:
        return 0.0
    case = cohort(here.skeleton, here.controls).status == EVENT
    mean = float(domain(here.skeleton)[case].mean()) if quantity == matched.DOMAIN_LINE else None
    return bounds.least_standard_error(*ends, int(case.sum()), mean)


def _analysis(printed: Printed) -> str:
    """Which analyses are asked for, in words."""
    asked = [printed.univariate is not None, printed.matched is not None or printed.any_grade is not None]
    return " and ".join(name for name, wanted in zip(lines.ANALYSES, asked, strict=True) if wanted)
