"""Hazard ratios, before and after matching, and p values.

Vocabulary: a *covariate* is an amount, a term, or a comparison of two groups ("CD28 vs 4-1BB"); a *population* is
``univariate`` (all patients) or ``matched`` (the cases with their controls).
"""

import functools
import re
from typing import Any

import numpy as np
import pandas as pd

from analysis.hazards import cause_specific_cox, fine_gray
from analysis.matching import match_nearest, propensity_score
from analysis.problems import DataError
from analysis.recipes.amounts import amount
from analysis.recipes.answer import AS_IS, Answer, Recipe, UnboundError
from analysis.recipes.curves import CONFIDENCE, tmn_events
from analysis.recipes.view import View
from analysis.recipes.vocabulary import GENE, group, term
from analysis.survival import log_rank

POPULATIONS = {"univariate": "all patients", "matched": "t-MN and matched controls"}
SETTLED = {"subdistribution": fine_gray, "cause_specific": cause_specific_cox}
OPEN = "unsettled"
NAMES = {"subdistribution": "Fine–Gray", "cause_specific": "cause-specific Cox"}
MANY_LINES = 4  # prior lines are matched in two classes, fewer than this and this or more (Methods)
CONTROLS = 2  # for each case (Methods: 1:2)
AGAINST_NONE = re.compile(rf"time to t-MN, ({GENE} before CAR T) against none")
VERSUS = " vs "
DOUBLING = "LDH"  # the covariate that the reading may take in doublings


def hazard_ratio(claim: Any) -> Recipe:
    """Recipe for a hazard ratio of t-MN.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger: ``quantity`` (the covariate), ``group`` (the population), ``model``, ``interval``.

    Returns
    -------
    Recipe

    Raises
    ------
    UnboundError
        If the covariate, the population or the model is not known.
    """
    if isinstance(claim.interval, str) and claim.interval != CONFIDENCE:
        raise UnboundError(f"no recipe for a {claim.interval} around a hazard ratio")
    return functools.partial(_answer, _fit_of(claim), ("hazard_ratio", "conf_low", "conf_high"))


def p_value(claim: Any) -> Recipe:
    """Recipe for a p value: of a covariate by Wald's test, of times to t-MN by the log-rank test.

    Parameters
    ----------
    claim : Series or named tuple
        As for `hazard_ratio`.

    Returns
    -------
    Recipe

    Raises
    ------
    UnboundError
        If there is no such test.
    """
    compared = AGAINST_NONE.fullmatch(claim.quantity)
    if compared:
        return functools.partial(_log_rank, compared[1], f"no {compared[1]}")
    return functools.partial(_answer, _fit_of(claim), ("p_value",))


def confounders(view: View) -> pd.DataFrame:
    """What patients are matched on: age, and class of prior lines.

    Parameters
    ----------
    view : View
        The cohort.

    Returns
    -------
    DataFrame
        ``age`` (completed years), ``many_lines`` (bool), one row a patient.
    """
    known = view.everybody
    many = view.numbers("prior_lines", known) >= MANY_LINES
    return pd.DataFrame({"age": view.numbers("age", known), "many_lines": many})


def covariate(view: View, words: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who has a covariate, and its values as they enter a model.

    Parameters
    ----------
    view : View
        The cohort.
    words : str
        A quantity of the ledger: an amount, a term, or a comparison of two groups.
    rows : ndarray of bool, shape = (patients,)
        In whom it must be known.

    Returns
    -------
    rows : ndarray of bool, shape = (patients,)
        Those of them who are compared.
    values : ndarray of float, shape = (patients,)
        LDH as the reading says.
    """
    first, _, second = words.partition(VERSUS)
    if second:
        one = group(view, first)
        return rows & (one | group(view, second)), one.astype(float)
    asked = amount(words)
    if asked is None:
        return rows, term(words).rows(view, rows).astype(float)
    values = asked.values(view, rows)
    if words == DOUBLING and view.reading.ldh_scale == "doubling":
        with np.errstate(divide="ignore"):  # a value of 0 is told by the model
            values = np.log2(values)
    return rows, values


def matched_rows(view: View) -> np.ndarray:
    """Cases and their controls: nearest propensity scores on age and class of prior lines, in the order of the rows.

    Parameters
    ----------
    view : View
        The cohort.

    Returns
    -------
    ndarray of bool, shape = (patients,)
    """

    def compute() -> np.ndarray:
        cases, table = group(view, "t-MN"), confounders(view)
        score = propensity_score(table, cases, list(table))
        pairs = match_nearest(score, cases, ratio=CONTROLS, order=view.reading.matching_order)
        rows = np.zeros(view.n, dtype=bool)
        rows[pairs.treated] = rows[pairs.control] = True
        return rows

    return view.kept("matched", compute)


def _fit_of(claim: Any) -> tuple[str, str, str | None]:
    """Covariate, population and model (none: that of the reading) that the ledger names."""
    parts = claim.quantity.split(VERSUS)
    known = all(term(part) for part in parts) if len(parts) == 2 else amount(parts[0]) or term(parts[0])
    if not known or len(parts) > 2:
        raise UnboundError(f"no recipe for the {claim.statistic} of {claim.quantity!r}: no covariate")
    if claim.group not in POPULATIONS:
        raise UnboundError(f"no recipe for the group {claim.group!r} of a model; there are {', '.join(POPULATIONS)}")
    model = claim.model if isinstance(claim.model, str) and claim.model != OPEN else None
    if model and model not in SETTLED:
        raise UnboundError(f"no recipe for the model {model!r}; there are {', '.join(SETTLED)}")
    return claim.quantity, claim.group, model


def _answer(fit: tuple[str, str, str | None], columns: tuple[str, ...], view: View) -> Answer:
    """Columns of a fitted model; if it has no fit, why."""
    words, population, model = fit[0], fit[1], fit[2] or view.reading.hazard_model
    found = view.kept(("fit", words, population, model), lambda: _fit(view, words, population, model))
    what = "Wald test" if columns == ("p_value",) else "hazard ratio"
    doubling = " per doubling" if words == DOUBLING and view.reading.ldh_scale == "doubling" else ""
    says = f"{what} of {words}{doubling}, {NAMES[model]} model of t-MN; among: {POPULATIONS[population]}"
    if isinstance(found, str):
        return Answer(f"{says}; not computable: {found}")
    return Answer(says, AS_IS, *[found[name] for name in columns])


def _fit(view: View, words: str, population: str, model: str) -> dict[str, float] | str:
    """The row of the covariate in the table of the model, or why there is none."""
    time, event = tmn_events(view)
    try:
        rows = view.everybody if population == "univariate" else matched_rows(view)
        rows, values = covariate(view, words, rows)
        return SETTLED[model](time[rows], event[rows], values[rows], cause="tmn").table.iloc[0].to_dict()
    except DataError:
        raise
    except ValueError as error:  # of the estimators: no event, no difference between patients, ...
        return str(error)


def _log_rank(with_it: str, without: str, view: View) -> Answer:
    """Times to t-MN of two groups of cases; nobody is censored."""
    one, other = group(view, with_it), group(view, without)
    says = f"log-rank test of months to t-MN; {term(with_it).says} against {term(without).says}"
    if not (one.any() and other.any()):
        return Answer(f"{says}; nobody in one of the groups")
    both = one | other
    months = amount("time to t-MN").values(view, both)[both]
    return Answer(says, value=log_rank(months, np.ones(len(months), dtype=bool), one[both]).p_value)
