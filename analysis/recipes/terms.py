"""Words for patients: how a word of the ledger is asked of a cohort.

Vocabulary: a *term* is a word that is true or false of each patient ("CD28", "ICANS, any grade", "TP53 at t-MN"); it
is *given* other terms if it is only asked of their patients ("TP53 at t-MN" of those sequenced at t-MN). Which words
there are is in `analysis.recipes.vocabulary`.
"""

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.recipes.reading import Reading
from analysis.recipes.view import View

Rows = Callable[[View, np.ndarray], np.ndarray]


def nothing_more(reading: Reading) -> tuple[str, ...]:
    """A word of which the readings agree who is asked."""
    return ()


@dataclass(frozen=True)
class Term:
    """A word of the ledger for patients.

    Attributes
    ----------
    says : str
        What it means, in words.
    rows : callable
        From the view, and the rows in which the answer must be known, to the rows of which it is true.
    given : tuple of str
        Terms for the patients of whom it is asked.
    also : callable
        From the reading to further such terms.
    gene : bool
        Whether it is a mutation at t-MN: of whom it is a share is then a matter of reading.
    """

    says: str
    rows: Rows
    given: tuple[str, ...] = ()
    also: Callable[[Reading], tuple[str, ...]] = nothing_more
    gene: bool = False


def level(column: str, *levels: str, says: str | None = None, given: tuple[str, ...] = (), empty: bool = False) -> Term:
    """The column has one of these levels; where `empty`, a missing cell has none of them."""

    def rows(view: View, known: np.ndarray) -> np.ndarray:
        cells = view.column(column, None if empty else known)
        return functools.reduce(operator.or_, [cells == name for name in levels])

    return Term(says or f"{column.replace('_', ' ')} {' or '.join(levels)}", rows, given)


def flag(column: str, says: str, given: tuple[str, ...] = ()) -> Term:
    """The column says yes."""
    return Term(says, lambda view, known: view.flags(column, known), given)


def at_least(column: str, least: str, says: str, given: tuple[str, ...] = ()) -> Term:
    """The column is so large or larger."""
    return Term(says, lambda view, known: view.numbers(column, known) >= float(least), given)


def day(column: str, says: str) -> Term:
    """The day is known: it happened."""
    return Term(says, lambda view, known: ~np.isnan(view.numbers(column)))


def both(says: str, *parts: Term, given: tuple[str, ...] = ()) -> Term:
    """All of these are true."""
    return Term(says, lambda view, known: functools.reduce(operator.and_, [p.rows(view, known) for p in parts]), given)


def either(says: str, *parts: Term, given: tuple[str, ...] = ()) -> Term:
    """One of these is true, or several."""
    return Term(says, lambda view, known: functools.reduce(operator.or_, [p.rows(view, known) for p in parts]), given)


def negated(part: Term, says: str, given: tuple[str, ...] = ()) -> Term:
    """It is not true."""
    return Term(says, lambda view, known: ~part.rows(view, known), given)
