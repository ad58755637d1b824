"""One member from its seed: all stages of the search one after the other, and the check of what came out.

A stage that leaves a printed field unmet is not hidden: the member is made, and its score says what is outside.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import recipes
from analysis.cohort import Cohort
from analysis.reconstruction import covariates, details, matched, skeleton, targets
from analysis.reconstruction.design import Design

KINDS = ("unique", "natural")


class Member(NamedTuple):
    """A synthetic cohort, how it was made (columns of the index), and every field with what it regenerates."""

    cohort: Cohort
    how: dict
    fields: pd.DataFrame


class NotFoundError(RuntimeError):
    """No start of the search met all windows."""


def kind_of(seed: int) -> str:
    """Which kind of member a seed makes: odd ones a unique matching, even ones natural ages.

    Examples
    --------
    >>> kind_of(1), kind_of(2)
    ('unique', 'natural')
    """
    return KINDS[(seed + 1) % 2]


def make(tables, seed: int, member: str, *, kind: str | None = None, progress: Callable | None = None) -> Member:
    """Search for one member.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    seed : int
        Of every random choice: design, courses, ages, values, details.
    member : str
        Number with two digits, which the names of its patients carry.
    kind : {"unique", "natural"}, optional
        How its matched set comes about; by the seed where not given.
    progress : callable, optional
        Called with a sentence at the start of each stage.

    Returns
    -------
    Member

    Raises
    ------
    NotFoundError
        If no start of the search for the courses met all windows.
    """
    say = progress or (lambda text: None)
    claims = targets.reachable(tables)
    say("courses of all patients")
    found = skeleton.search(seed, claims, progress)
    if found.cost > 0:
        raise NotFoundError(
            f"seed {seed}: {found.starts} starts and {found.moves:,} moves, but no course of events "
            f"meets all windows; the best misses them by {found.cost:.3g}"
        )
    say("ages and matching")
    ages = matched.search(found.skeleton, claims, seed, kind or kind_of(seed))
    say("values before infusion")
    values = covariates.search(found.skeleton, claims, ages.prior_lines, ages.controls, seed)
    say("details")
    made = details.fill(found.skeleton, ages.age, ages.prior_lines, values.values, tables, seed, member)
    made = _in_order(made, ages.order)
    fields = recipes.recompute(made, tables.claims[tables.claims.report == "gazeau-2025"])
    how = {"seed": seed, "kind": ages.kind} | _design(found.design) | {"starts": found.starts, "moves": found.moves}
    scored = fields[fields.field.isin(recipes.table.SCORED)]
    how |= {"fields_inside": int(scored.inside.sum()), "fields": len(scored)}
    return Member(made, how, fields)


def _in_order(made: Cohort, order: np.ndarray) -> Cohort:
    """Rows in the order that the matching was made for, named anew from the first."""
    names = made.patients.patient.tolist()
    patients = made.patients.iloc[order]
    renamed = dict(zip(patients.patient, names, strict=True))
    frames = []
    for frame in (patients, made.tmn):
        frame = frame.assign(patient=[renamed[name] for name in frame.patient])
        frames.append(frame.reset_index(drop=True).sort_values("patient").set_index("patient", drop=False))
    return Cohort(*frames)


def _design(design: Design) -> dict:
    """The design as columns of the index."""
    cd28, bb, other = (" ".join(map(str, events)) for events in design.events)
    return {
        "tmn_cd28": cd28,
        "tmn_4_1bb": bb,
        "tmn_other": other,
        "tmn_after_relapse": design.after_relapse,
        "relapsed_later": design.relapsed_later,
        "relapse_power": round(design.power, 2),
        "longest_follow_up": design.longest,
    }
