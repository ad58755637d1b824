"""Which claim is recomputed how: one table from the ledger's statistic to the recipes.

Vocabulary: a claim is *bound* if its quantity, statistic, group, time, model and unit lead to a recipe.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.recipes import curves, models, shares, spread
from analysis.recipes.amounts import amount
from analysis.recipes.answer import Recipe, UnboundError

OTHER_ROLES = {
    "design": "design: how the study was made, not what became of the patients",
    "external": "external: about other patients",
    "bibliographic": "bibliographic: about a publication",
}
STATEMENT = "statement: a sentence, not a number"


def _median(claim: Any) -> Recipe:
    """A median is one of amounts, or one of times to an event."""
    return spread.bind(claim) if amount(claim.quantity) else curves.median(claim)


FAMILIES: dict[str, Callable[[Any], Recipe]] = {
    "count": shares.bind,
    "proportion": shares.bind,
    "cumulative incidence": curves.incidence,
    "survival probability": curves.probability,
    "median": _median,
    "range": spread.bind,
    "hazard ratio": models.hazard_ratio,
    "p value": models.p_value,
}


def bind(claim: Any) -> Recipe:
    """The recipe of a claim.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger.

    Returns
    -------
    Recipe
        A function of a view.

    Raises
    ------
    UnboundError
        If there is none, with the reason.

    Examples
    --------
    >>> from analysis import data
    >>> bind(data.load().claims.loc["G040"])
    Traceback (most recent call last):
    analysis.recipes.answer.UnboundError: design: how the study was made, not what became of the patients
    """
    if claim.kind == "statement":
        raise UnboundError(STATEMENT)
    if claim.role in OTHER_ROLES:
        raise UnboundError(OTHER_ROLES[claim.role])
    if claim.statistic not in FAMILIES:
        raise UnboundError(f"no recipe for a {claim.statistic}; there are {', '.join(FAMILIES)}")
    return FAMILIES[claim.statistic](claim)


def bound(claims: pd.DataFrame) -> list[tuple[Any, Recipe]]:
    """The claims that have a recipe, with it, in the order of the ledger.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger.

    Returns
    -------
    list of (named tuple, Recipe)
    """
    pairs = []
    for claim in claims.itertuples(index=False):
        try:
            pairs.append((claim, bind(claim)))
        except UnboundError:
            continue
    return pairs


def unbound(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims that have no recipe, and why.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger.

    Returns
    -------
    DataFrame
        ``id, location, role, quantity, statistic, reason``; one row for each.

    Examples
    --------
    >>> from analysis import data
    >>> unbound(data.load().claims.loc[["G083", "GS022"]]).to_dict("records")[0]["reason"]
    'statement: a sentence, not a number'
    """
    rows = []
    for claim in claims.itertuples(index=False):
        try:
            bind(claim)
        except UnboundError as error:
            rows.append((claim.id, claim.location, claim.role, claim.quantity, claim.statistic, str(error)))
    return pd.DataFrame(rows, columns=["id", "location", "role", "quantity", "statistic", "reason"])
