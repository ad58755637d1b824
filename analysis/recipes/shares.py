"""How many, and of how many: counts and percentages. Words as in `analysis.recipes.vocabulary`."""

import functools
from typing import Any

import numpy as np
import pandas as pd

from analysis.recipes.answer import SHARE, Answer, Recipe, UnboundError
from analysis.recipes.terms import Term
from analysis.recipes.view import View
from analysis.recipes.vocabulary import CASE, among, group, term

TIMED = {"overall response": 1.0, "complete response": 1.0}  # months after which the cohort says it


def bind(claim: Any) -> Recipe:
    """Recipe for a count or a share.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger: ``quantity, statistic, group, time_months`` and, where who is asked is a matter of
        reading, ``denominator``.

    Returns
    -------
    Recipe

    Raises
    ------
    UnboundError
        If the quantity or the group is no word for patients, or is not known at this time.
    """
    asked = term(claim.quantity)
    if asked is None:
        raise UnboundError(f"no recipe for {claim.quantity!r}: no word for patients")
    if pd.notna(claim.time_months) and TIMED.get(claim.quantity) != claim.time_months:
        raise UnboundError(f"no recipe for {claim.quantity!r} at {claim.time_months:g} months")
    words = groups(claim)
    return functools.partial(_share, asked, words, claim.denominator, claim.statistic == "proportion")


def groups(claim: Any) -> tuple[str, ...]:
    """The group of a claim, as the words of terms; nothing for all patients."""
    if not isinstance(claim.group, str):
        return ()
    if term(claim.group) is None:
        raise UnboundError(f"no recipe for the group {claim.group!r}: no word for patients")
    return (claim.group,)


def _share(asked: Term, words: tuple[str, ...], printed: float, proportion: bool, view: View) -> Answer:
    """Count those of whom it is true among those who are asked."""
    words = _who_is_asked(asked, words, printed, view)
    base = group(view, *words)
    count, total = int(np.count_nonzero(base & asked.rows(view, base))), int(np.count_nonzero(base))
    says = f"patients with: {asked.says}; among: {among(view.reading, *words)}"
    if not proportion:
        return Answer(f"number of {says}", value=count, numerator=count, denominator=total)
    share = count / total if total else np.nan
    return Answer(f"share of {says}", SHARE, share, numerator=count, denominator=total)


def _who_is_asked(asked: Term, words: tuple[str, ...], printed: float, view: View) -> tuple[str, ...]:
    """The group, and what the term is given; of mutations at t-MN perhaps the group alone, see `Reading`."""
    all_words = (*words, *asked.given, *asked.also(view.reading))
    if not asked.gene or view.reading.genes_of == "sequenced":
        return all_words
    wide = words or CASE
    if view.reading.genes_of == "all":
        return wide
    sizes = [np.count_nonzero(group(view, *choice)) for choice in (all_words, wide)]
    return wide if sizes[0] != printed == sizes[1] else all_words
