"""What would the stored cohorts say if the paper's methods were read in another way?

A cohort that gives the printed digits under another reading, too, shows that this reading cannot be excluded. A cohort
that does not says little: it was made under the default reading, and another one might fit.

Vocabulary: see `analysis.recipes.reading`; a *point* is what the report leaves open, a *choice* one way of filling it.
"""

from collections.abc import Mapping
from itertools import islice

import numpy as np
import pandas as pd

from analysis.cohort import Cohort
from analysis.data import Tables
from analysis.recipes import ALTERNATIVES, Reading, recompute
from analysis.reconstruction.proofs import REPORT, set_aside
from analysis.reconstruction.regenerated import scored

MOST = 6
AFFECTS: dict[str, str] = {  # statistic, quantity and group of the claims that a point can change
    "incidence_population": r"cumulative incidence t-(MN|MDS|AML)",
    "relapse_competes": r"cumulative incidence t-(MN|MDS|AML)|hazard ratio|p value",
    "incidence_interval": r"cumulative incidence",
    "survival_interval": r"survival probability|median .*survival",
    "hazard_model": r"hazard ratio|p value",
    "quantile_type": r"median",
    "ldh_scale": r"(hazard ratio|p value) LDH",
    "matching_order": r"(hazard ratio|p value) .* matched",
    "complete_response_of": r"(proportion|count) complete response",
    "genes_of": r"(proportion|count) .* at t-MN",
    "tp53_against": r"(median|p value) .*TP53",
    "vaf_after_of": r".* variant allele frequency after",
}
WORDS: dict[str, tuple[str, dict]] = {
    "incidence_population": ("Whose incidence of t-MN", {"all": "all patients", "responders": "responders only"}),
    "relapse_competes": ("Relapse before t-MN", {True: "a competing event", False: "patients stay at risk"}),
    "incidence_interval": (
        "Interval of an incidence",
        {"log-log": "symmetric on log(−log)", "log": "on the log scale", "linear": "on the plain scale"},
    ),
    "survival_interval": ("Interval of survival", {"log": "on the log scale", "log-log": "on log(−log)"}),
    "hazard_model": (
        "Model of the hazard ratios",
        {"subdistribution": "Fine–Gray, robust variance", "cause_specific": "cause-specific Cox, model variance"},
    ),
    "quantile_type": (
        "Quartiles",
        {7: "type 7 (R prints these)", 2: "type 2 (SAS)", 6: "type 6 (SPSS)"},
    ),
    "ldh_scale": ("Hazard ratio of LDH", {"doubling": "per doubling", "linear": "per U/L"}),
    "matching_order": (
        "Who chooses controls first",
        {"largest": "highest score", "smallest": "lowest score", "data": "order of the list"},
    ),
    "complete_response_of": ("Complete responses, of", {"all": "all patients", "responders": "responders"}),
    "genes_of": (
        "Mutations at t-MN, of",
        {"printed": "the printed number", "sequenced": "those sequenced", "all": "all t-MN"},
    ),
    "tp53_against": ("TP53 before compared with", {"sequenced": "others sequenced", "all": "all others"}),
    "vaf_after_of": (
        "TP53 allele frequency at t-MN, of",
        {"sequenced twice": "those sequenced twice", "all": "all mutated then", "retained": "kept mutations"},
    ),
}


def reread(tables: Tables, members: Mapping[str, Cohort], report: str = REPORT, most: int = MOST) -> pd.DataFrame:
    """Every choice that the paper leaves open, and what members give under it.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    members : mapping of str to Cohort
        One or more.
    report : str
        The report that is reconstructed.
    most : int
        Members that are read, from the first on: each takes a second, and more of them change little.

    Returns
    -------
    DataFrame
        One row a choice, the default of each point first: ``name`` (of the point), ``value`` (of the choice), ``point,
        choice`` (both in words), ``default``, ``differ`` (printed numbers of which some member gives another value than
        under the default), ``fewest, most`` (how many printed digits that a member gives under the default it loses).
    """
    claims = tables.claims[tables.claims.report == report]
    members = dict(islice(members.items(), most))
    usual = [scored(cohort, claims).set_index(["id", "field"]) for cohort in members.values()]
    aside, rows = set_aside(tables, report), []
    for name, (default, *others) in ALTERNATIVES.items():
        point, words = WORDS[name]
        rows.append((name, default, point, words[default], True, 0, 0, 0))
        concerned = claims[affected(claims, name)]
        for choice in others:
            reading = Reading(**{name: choice})
            pairs = zip(members.values(), usual, strict=True)
            found = [_changed(recompute(cohort, concerned, reading), before, aside) for cohort, before in pairs]
            differ = int(np.any([changed for changed, _ in found], axis=0).sum())
            lost = [lost for _, lost in found]
            rows.append((name, choice, point, words[choice], False, differ, min(lost), max(lost)))
    columns = ["name", "value", "point", "choice", "default", "differ", "fewest", "most"]
    return pd.DataFrame(rows, columns=columns)


def affected(claims: pd.DataFrame, name: str) -> pd.Series:
    """Which claims an open point can change, of those that have a recipe.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger.
    name : str
        Of the point, see `analysis.recipes.ALTERNATIVES`.

    Returns
    -------
    Series of bool

    Examples
    --------
    >>> from analysis import data
    >>> affected(data.load().claims.loc[["G083", "G078", "G204"]], "incidence_population").tolist()
    [True, False, False]
    """
    words = claims.statistic.fillna("") + " " + claims.quantity.fillna("") + " " + claims.group.fillna("")
    return words.str.match(AFFECTS[name])


def _changed(other: pd.DataFrame, usual: pd.DataFrame, aside: set) -> tuple[np.ndarray, int]:
    """Which printed numbers change under a reading, and how many leave their window."""
    other = other.set_index(["id", "field"])
    usual = usual.loc[other.index]
    changed = ~np.isclose(usual.regenerated, other.regenerated, rtol=1e-12, atol=1e-12, equal_nan=True)
    lost = usual.inside & ~other.inside & ~usual.index.isin(aside)
    return changed, int(lost.sum())
