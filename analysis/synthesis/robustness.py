"""How much hangs on one study, one patient, one decision?

Events are rare: a patient more or a report less can matter. Each table says how much. The main pool is that of
`Choice()`; groups are pooled again here however few are left.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.data import remembered
from analysis.pooling import influence, meta_regression
from analysis.pooling.pooled import log_odds
from analysis.synthesis.answer import DEFAULT, ESTIMATORS, answer, pool_rows
from analysis.synthesis.choice import FEWEST_FOR_REGRESSION, Choice, chosen
from analysis.synthesis.groups import rows

MAIN = Choice()
COVARIATES = {"months": "median follow-up", "lines": "median number of earlier lines"}
NUMBERS = ["k", "events", "total", "estimate", "low", "high"]


@remembered
def without_each(tables, choice: Choice = MAIN, estimator: str = DEFAULT) -> pd.DataFrame:
    """The pool without each group in turn.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    choice : Choice
        What is pooled.
    estimator : str
        A key of `analysis.synthesis.answer.ESTIMATORS`.

    Returns
    -------
    DataFrame
        Indexed by the arm left out: ``name, short, report``; ``k, events, total, estimate, low, high`` (percent);
        ``moves`` (how many times the estimate of all groups the new one is); ``cook`` (Cook's distance of the group on
        the scale of log-odds).

    Examples
    --------
    >>> from analysis import data
    >>> len(without_each(data.load()))
    6
    """
    table = chosen(rows(tables), choice).sort_values("arm")
    whole = pool_rows(table, estimator, overlap=choice.overlap)
    y, v = log_odds(table.events.to_numpy(float), table.total.to_numpy(float))
    cook = influence(y, np.sqrt(v)).cook_distance.to_numpy() if len(table) > 1 else np.nan
    lines = [
        _numbers(pool_rows(table.drop(index=key), estimator, overlap=choice.overlap, fewest=1, spread=False))
        for key in table.index
    ]
    found = pd.DataFrame(lines, index=table.arm)[NUMBERS]
    found = found.assign(moves=found.estimate / whole.estimate, cook=cook)
    return found.join(table.set_index("arm")[["name", "short", "report"]])


def most_influential(tables, choice: Choice = MAIN) -> pd.Series:
    """The group without which the pooled estimate moves furthest (on the scale of ratios).

    Examples
    --------
    >>> from analysis import data
    >>> most_influential(data.load()).short
    'Hamilton 2024'
    """
    found = without_each(tables, choice)
    return found.loc[np.abs(np.log(found.moves)).idxmax()]


@remembered
def by_year(tables, choice: Choice = MAIN, estimator: str = DEFAULT) -> pd.DataFrame:
    """The pool as it would have stood after each further publication.

    Parameters
    ----------
    tables, choice, estimator
        As in `without_each`.

    Returns
    -------
    DataFrame
        Indexed by the arm added, by year, then by name: ``name, short, year`` and the numbers of `without_each`; NaN as
        long as no event had been seen.

    Examples
    --------
    >>> from analysis import data
    >>> by_year(data.load()).k.tolist()
    [1, 2, 3, 4, 5, 6]
    """
    table = chosen(rows(tables), choice).sort_values(["year", "arm"])
    found = [
        pool_rows(table.iloc[: n + 1], estimator, overlap=choice.overlap, fewest=1, spread=False)
        for n in range(len(table))
    ]
    numbers = pd.DataFrame([_numbers(each) for each in found], index=table.arm)[NUMBERS]
    return numbers.join(table.set_index("arm")[["name", "short", "year"]])


@remembered
def one_more(tables, choice: Choice = MAIN, estimator: str = DEFAULT) -> pd.DataFrame:
    """The pool if one patient more had been counted in each group in turn.

    Parameters
    ----------
    tables, choice, estimator
        As in `without_each`.

    Returns
    -------
    DataFrame
        Indexed by arm: ``name, short, events`` (as printed), ``share, share_more`` (of the group, percent), ``estimate,
        low, high`` (pooled with one event more), ``moves``.

    Examples
    --------
    >>> from analysis import data
    >>> bool((one_more(data.load()).moves > 1).all())
    True
    """
    table = chosen(rows(tables), choice).sort_values("arm")
    whole = pool_rows(table, estimator, overlap=choice.overlap)
    lines = []
    for key in table.index:
        events = table.events.mask(table.index == key, table.events + 1)
        lines.append(_numbers(pool_rows(table.assign(events=events), estimator, overlap=choice.overlap, spread=False)))
    found = pd.DataFrame(lines, index=table.arm)[["estimate", "low", "high"]]
    single = table.set_index("arm")
    return single[["name", "short", "events", "total"]].assign(
        share=100 * single.events / single.total,
        share_more=100 * (single.events + 1) / single.total,
        **{name: found[name] for name in found},
        moves=found.estimate / whole.estimate,
    )


@remembered
def decisions(tables) -> pd.DataFrame:
    """The main pool under each other decision that could reasonably have been made.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        ``decision, choice, estimator`` and ``k, events, total, unit, estimate, low, high, prediction_low,
        prediction_high, reason``.

    Examples
    --------
    >>> from analysis import data
    >>> decisions(data.load()).decision[0]
    'as shown: share, binomial mixed model (GLMM)'
    """
    found = [(f"as shown: {ESTIMATORS[DEFAULT]}", MAIN, DEFAULT)]
    found += [(words, MAIN, name) for name, words in ESTIMATORS.items() if name != DEFAULT]
    others = {
        "groups that may share patients included": {"overlap": True},
        "full publications only": {"full_only": True},
        "median follow-up at least 12 months": {"months": 12},
        "follow-up from another report of the same patients allowed": {"borrowed": True},
    }
    for words, change in others.items():
        estimator = "rate" if "borrowed" in change else DEFAULT
        shown = f"{words}, {'rate' if estimator == 'rate' else 'share'}"
        found.append((shown, replace(MAIN, **change), estimator))
    lines = [
        {"decision": words, "choice": choice, "estimator": name} | _numbers(answer(tables, choice, name))
        for words, choice, name in found
    ]
    return pd.DataFrame(lines)


def regression(tables, covariate: str, choice: Choice = MAIN) -> tuple[pd.Series | None, str]:
    """Meta-regression of the log-odds on a covariate, or why there is none.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    covariate : str
        A key of `COVARIATES`.
    choice : Choice
        What is pooled.

    Returns
    -------
    Series or None
        Coefficient with its interval (log-odds for one unit).
    str
        Why there is none; empty where there is.

    Examples
    --------
    >>> from analysis import data
    >>> regression(data.load(), "lines")[1]
    'median number of earlier lines: known for 1 of 6 groups, fewer than 10: not fitted'
    """
    table = chosen(rows(tables), choice).sort_values("arm")
    known = table[table[covariate].notna()]
    if len(known) < FEWEST_FOR_REGRESSION:
        words = f"{COVARIATES[covariate]}: known for {len(known)} of {len(table)} groups"
        return None, f"{words}, fewer than {FEWEST_FOR_REGRESSION}: not fitted"
    y, v = log_odds(known.events.to_numpy(float), known.total.to_numpy(float))
    return meta_regression(y, np.sqrt(v), known[[covariate]]).table.loc[covariate], ""


def _numbers(found) -> dict[str, float]:
    """The numbers of an answer."""
    names = [*NUMBERS, "unit", "prediction_low", "prediction_high", "smallest", "largest", "reason"]
    return {name: getattr(found, name) for name in names}
