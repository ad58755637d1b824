"""Medians, quartiles and ranges of what patients have. Words as in `analysis.recipes.amounts`."""

import functools
from typing import Any

import numpy as np
import pandas as pd

from analysis.recipes.amounts import Amount, amount
from analysis.recipes.answer import Answer, Recipe, UnboundError, factor
from analysis.recipes.shares import groups
from analysis.recipes.view import View
from analysis.recipes.vocabulary import among, group

METHODS = {7: "linear", 6: "weibull", 2: "averaged_inverted_cdf"}  # numpy's names for the types of Hyndman and Fan
LIMITS = {"IQR": (0.25, 0.75), "range": (0.0, 1.0)}


def bind(claim: Any) -> Recipe:
    """Recipe for a median, with quartiles or range beside it, or for a range.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger: ``quantity, group, time_months, unit, interval``.

    Returns
    -------
    Recipe

    Raises
    ------
    UnboundError
        If the quantity is no word for a number, or the limits are neither quartiles nor a range.
    """
    asked = amount(claim.quantity)
    if asked is None:
        raise UnboundError(f"no recipe for the {claim.statistic} of {claim.quantity!r}: no word for a number")
    if pd.notna(claim.time_months):
        raise UnboundError(f"no recipe for {claim.quantity!r} at {claim.time_months:g} months")
    if isinstance(claim.interval, str) and claim.interval not in LIMITS:
        raise UnboundError(f"no recipe for a {claim.interval} around the {claim.statistic} of {claim.quantity!r}")
    factor(asked.scale, claim.unit)
    return functools.partial(_spread, asked, groups(claim), claim.interval)


def _spread(asked: Amount, words: tuple[str, ...], interval: str | None, view: View) -> Answer:
    """Median and limits of those who have the number."""
    words = (*words, *asked.given, *asked.also(view.reading))
    rows = group(view, *words)
    low, high = LIMITS.get(interval, (np.nan, np.nan))
    what = f"median and {interval}" if isinstance(interval, str) else "median"
    says = f"{what} of {asked.says}; among: {among(view.reading, *words)}"
    if not rows.any():
        return Answer(f"{says}; nobody", asked.scale)
    values = asked.values(view, rows)[rows]
    kind = view.reading.quantile_type
    wanted = [0.5] if np.isnan(low) else [0.5, low, high]
    return Answer(f"{says}; type {kind}", asked.scale, *np.quantile(values, wanted, method=METHODS[kind]))
