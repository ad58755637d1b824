"""Every pool that the chapter shows, with a stable name: overall, by subgroup, by outcome, comparators.

A subgroup is every value that a column of the candidates takes; a new product appears by itself.
"""

import functools
import re
from typing import NamedTuple

from analysis.synthesis.answer import Answer, answer
from analysis.synthesis.choice import Choice, candidates
from analysis.synthesis.groups import OUTCOMES, rows

SUBGROUPS = {
    "antigen": "Target of the CAR",
    "product": "Product",
    "domain": "Co-stimulatory domain",
    "disease": "Disease",
    "setting": "Setting",
    "seen": "How the count was seen",
}
COMPARATORS = ("autologous transplant", "chemotherapy")
SHORT = dict(zip(OUTCOMES, ("tmn", "tmds", "taml", "blood-cancer", "any-second"), strict=True))


class Pool(NamedTuple):
    """A named pool: slug, words, part of the page, what is asked, and how it is estimated."""

    name: str
    label: str
    part: str
    choice: Choice
    estimator: str


def slug(text: str) -> str:
    """Words as part of a name.

    Examples
    --------
    >>> slug("CD19 and BCMA")
    'cd19-and-bcma'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def pools(tables) -> list[Pool]:
    """All pools, in the order of the page.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    list of Pool

    Examples
    --------
    >>> from analysis import data
    >>> pools(data.load())[0].name
    'tmn-share'
    """
    found = [
        Pool("tmn-share", "t-MN after CAR T cells, crude share", "overall", Choice(), "glmm"),
        Pool("tmn-rate", "t-MN after CAR T cells, per person-time", "overall", Choice(), "rate"),
    ]
    table = candidates(rows(tables), Choice())
    for column, words in SUBGROUPS.items():
        for value in sorted(table[column].unique()):
            choice = Choice(**{column: value})
            for measure, estimator in (("share", "glmm"), ("rate", "rate")):
                name = f"tmn-{measure}-{column}-{slug(value)}"
                found.append(Pool(name, f"{words}: {value}", column, choice, estimator))
    for outcome in OUTCOMES[1:]:
        choice = Choice(outcome=outcome)
        found.append(Pool(f"{SHORT[outcome]}-share", f"{outcome} after CAR T cells", "outcome", choice, "glmm"))
    return found + _comparators()


def _comparators() -> list[Pool]:
    """Groups without CAR T cells, by treatment, and with groups that may share patients."""
    found = []
    for treatment in COMPARATORS:
        choice, name = Choice(treatment=treatment), slug(treatment)
        found.append(Pool(f"{name}-share", f"t-MN after {treatment}, crude share", "comparator", choice, "glmm"))
        found.append(Pool(f"{name}-rate", f"t-MN after {treatment}, per person-time", "comparator", choice, "rate"))
    shared = Choice(treatment=COMPARATORS[0], overlap=True)
    words = f"t-MN after {COMPARATORS[0]}, crude share, groups that may share patients included"
    return [*found, Pool(f"{slug(COMPARATORS[0])}-share-shared", words, "comparator", shared, "glmm")]


@functools.lru_cache(maxsize=8)
def answers(tables) -> dict[str, tuple[Pool, Answer]]:
    """The answer of every pool, by its name.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    dict
        Name to pool and answer.

    Examples
    --------
    >>> from analysis import data
    >>> answers(data.load())["tmn-share"][1].k
    6
    """
    return {pool.name: (pool, answer(tables, pool.choice, pool.estimator)) for pool in pools(tables)}
