"""Table 3 without an order of rows: the same members, compared in ways in which no patient is chosen among equals.

Vocabulary: a *method* is one such way; *cases* are the patients with t-MN, as in the published matching.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import recipes
from analysis.cohort import Cohort
from analysis.hazards import fine_gray
from analysis.matching import full_matching, odds_weights, propensity_score, stratum_weights
from analysis.recipes import models
from analysis.recipes.view import View
from analysis.recipes.vocabulary import CASE, group
from analysis.reconstruction.fragility import COLUMNS, Line, Prepared, lines, prepare

BAND = 5  # years of age in a stratum of exact matching


class Method(NamedTuple):
    """A way of comparing: its name, a word for it, and what it estimates, in a sentence."""

    name: str
    short: str
    estimates: str


METHODS = {
    "exact": Method(
        "Exact matching, weighted",
        "Exact",
        "Each case with all controls of its age band and class of lines, which share the weight of two.",
    ),
    "full": Method(
        "Full matching, weighted",
        "Full",
        "Each case with all controls nearer to its score than to that of another case; they share the weight of two.",
    ),
    "odds": Method(
        "Inverse-probability weights",
        "Odds",
        "All controls, weighted by the odds of the score until they have the cases’ age and lines.",
    ),
    "adjusted": Method(
        "All patients, adjusted",
        "Adjusted",
        "No selection by outcome: the hazard ratio among all patients at the same age and class of lines.",
    ),
}


def order_free(members: Mapping[str, Cohort], claims: pd.DataFrame, reading=recipes.DEFAULT) -> pd.DataFrame:
    """Every line of Table 3 by every method, in every member.

    Parameters
    ----------
    members : mapping of str to Cohort
        As `analysis.reconstruction.store.load_all` gives them.
    claims : DataFrame
        The ledger.
    reading : Reading
        What is assumed where the report leaves it open.

    Returns
    -------
    DataFrame
        One row for each member, line and method: ``data_kind, member, claim, quantity, method, hazard_ratio, conf_low,
        conf_high, p_value``, ``cases`` and ``controls`` (patients with weight).
    """
    found, rows = lines(claims), []
    for member, cohort in members.items():
        view = View(cohort, reading)
        prepared, weights, cases = prepare(view, found), _weights(view), group(view, CASE[0])
        for line in found:
            for method, w in weights.items():
                used = prepared.rows[line.claim] & (w > 0)
                counts = {"cases": int((used & cases).sum()), "controls": int((used & ~cases).sum())}
                fit = _fit(view, prepared, line, used, w if method != "adjusted" else None)
                front = {"data_kind": "synthetic", "member": member, "claim": line.claim, "quantity": line.quantity}
                rows.append(front | {"method": method} | fit | counts)
    return pd.DataFrame(rows)


def _weights(view: View) -> dict[str, np.ndarray]:
    """Weight of each patient by each method, controls together as many for each case as were matched."""
    table, cases = models.confounders(view), group(view, CASE[0])
    score = propensity_score(table, cases, list(table))
    weigh = functools.partial(stratum_weights, treated=cases, ratio=models.CONTROLS)
    return {
        "exact": weigh(table.assign(age=table.age // BAND)),
        "full": weigh(full_matching(score, cases)),
        "odds": odds_weights(score, cases, ratio=models.CONTROLS),
        "adjusted": np.ones(view.n),
    }


def _fit(view: View, prepared: Prepared, line: Line, used: np.ndarray, weights: np.ndarray | None) -> dict[str, float]:
    """One line by one method; without weights the model holds age and class of lines, too."""
    covariates = pd.DataFrame({"covariate": prepared.values[line.claim]})
    if weights is None:
        covariates = covariates.join(models.confounders(view))
    weighed = None if weights is None else weights[used]
    model = fine_gray(prepared.time[used], prepared.event[used], covariates[used], cause="tmn", weights=weighed)
    return model.table.loc["covariate", list(COLUMNS.values())].to_dict()
