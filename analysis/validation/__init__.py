"""Do the computations equal R's?

Vocabulary: a *number* is one value here beside R's; a *comparison* sums up all numbers of one quantity, of one
estimator, on one set of data; its *difference* is relative to R's value, absolute, or in standard errors, as
`Rule.kind` says; it *agrees* if no number differs by more than the *tolerance*, which has a *reason*. A number missing
on one side only differs without limit.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.validation import curves, limits, models, patients, pooled, reference, synthesis, words
from analysis.validation.benchmark import speed, standing
from analysis.validation.reference import Number

__all__ = [
    "ESTIMATORS",
    "WITHOUT_R",
    "comparisons",
    "estimators",
    "examples",
    "numbers",
    "packages",
    "speed",
    "standing",
    "words",
]

Source = Callable[[Path], Iterator[Number]]
SOURCES: tuple[Source, ...] = (
    curves.numbers,
    models.numbers,
    patients.matched,
    patients.weighted,
    pooled.numbers,
    synthesis.numbers,
    limits.numbers,
    patients.reconstructed,
)
ESTIMATORS = {
    "incidence": ("cumulative_incidence", "gray_test"),
    "survival": ("kaplan_meier", "median_survival", "median_follow_up", "restricted_mean", "log_rank"),
    "hazards": ("fine_gray", "fine_gray.cumulative_incidence", "cause_specific_cox"),
    "matching": (
        "propensity_score",
        "match_nearest",
        "match_weights",
        "stratum_weights",
        "odds_weights",
        "balance",
    ),
    "pooling": (
        "pool",
        "pool_proportions",
        "pool_rates",
        "leave_one_out",
        "cumulative",
        "influence",
        "meta_regression",
        "pool_rows",
        "pool_timed",
    ),
    "intervals": ("proportion_interval", "rate_interval", "risk_difference", "risk_ratio"),
    "digitised": ("reconstruct_individual_data",),
}
WITHOUT_R = {
    "row_order_sensitivity": "repeats `match_nearest` over random orders of the rows; R has no such function",
    "full_matching": "joins sets of equal score; in R's optmatch the order of equal rows decides. Tried against every "
    "possible set of pairs, and against linear programming",
}
HEADLINES = ("estimate", "coef", "statistic", "median", "score of a row", "difference after", "cook_distance")
MODULE = {name: module for module, names in ESTIMATORS.items() for name in names}


def numbers(folder: Path = paths.REFERENCE, sources: tuple[Source, ...] = SOURCES) -> pd.DataFrame:
    """Every stored number of R's beside ours.

    Parameters
    ----------
    folder : Path
        R's answers, with the scripts that made them.
    sources : tuple of callable
        Which of them; all where not given.

    Returns
    -------
    DataFrame
        One row a number: ``estimator, data, quantity, place, here, r, difference, kind, tolerance, reason, r_package,
        r_version``, in the order of `ESTIMATORS`.

    Examples
    --------
    >>> found = numbers(sources=(limits.numbers,))
    >>> bool((found.difference <= found.tolerance).all())
    True
    """
    rows = pd.DataFrame(chain.from_iterable(source(folder) for source in sources), columns=Number._fields)
    rules = pd.DataFrame(rows.rule.tolist(), index=rows.index)
    known = {script: reference.versions(folder, script) for script in rows.script.unique()}
    version = [known[script][package] for script, package in zip(rows.script, rows.package, strict=True)]
    here, r = rows.here.to_numpy(float), rows.r.to_numpy(float)
    unit = np.where(rules.kind == "relative", np.maximum(np.abs(r), rules.floor), rows.unit)
    found = rows.assign(
        here=here, r=r, difference=_difference(here, r, unit), r_package=rows.package, r_version=version
    )
    found[["kind", "tolerance", "reason"]] = rules[["kind", "tolerance", "reason"]]
    columns = ["estimator", "data", "quantity", "place", "here", "r", "difference", "kind", "tolerance", "reason"]
    order = {name: place for place, name in enumerate(MODULE)}
    found = found.sort_values("estimator", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return found[[*columns, "r_package", "r_version"]]


def _difference(here: np.ndarray, r: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Distance in the given unit: none between equal numbers (two infinite or two missing ones too), else infinite."""
    same = (here == r) | (np.isnan(here) & np.isnan(r))
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(here - r) / np.abs(unit)
    return np.where(same, 0.0, np.where(np.isnan(distance), np.inf, distance))


def comparisons(found: pd.DataFrame | None = None) -> pd.DataFrame:
    """Do the numbers of each quantity agree?

    Parameters
    ----------
    found : DataFrame, optional
        See `numbers`; computed where not given.

    Returns
    -------
    DataFrame
        One row for each estimator, set of data, quantity and package of R: ``estimator, data, quantity, compared`` (how
        many numbers), ``largest_difference, kind`` (relative, absolute or standard errors), ``tolerance, reason,
        r_package, r_version, agrees``.

    Examples
    --------
    >>> found = numbers(sources=(limits.numbers,))
    >>> comparisons(found)[["estimator", "compared", "agrees"]].head(1)
                 estimator  compared  agrees
    0  proportion_interval        30    True
    """
    found = numbers() if found is None else found
    keys = ["estimator", "data", "quantity", "kind", "tolerance", "reason", "r_package", "r_version"]
    groups = found.groupby(keys, sort=False, as_index=False)
    table = groups.agg(compared=("difference", "size"), largest_difference=("difference", "max"))
    table["agrees"] = table.largest_difference <= table.tolerance
    return table[[*keys[:3], "compared", "largest_difference", *keys[3:], "agrees"]]


def estimators(table: pd.DataFrame) -> pd.DataFrame:
    """Comparisons summed up for each estimator, and for each kind of difference where it has several.

    Parameters
    ----------
    table : DataFrame
        See `comparisons`.

    Returns
    -------
    DataFrame
        ``module, estimator, r_package, r_version, quantities, compared, largest_difference, kind, tolerance, reason,
        agrees``; quantities separated by commas, the interval's method left out. Where tolerances differ, the
        difference and the tolerance are those of the comparison that comes closest to failing.

    Examples
    --------
    >>> found = numbers(sources=(limits.numbers,))
    >>> estimators(comparisons(found))[["module", "estimator", "compared"]].head(1)
          module            estimator  compared
    0  intervals  proportion_interval       180
    """
    keys = ["estimator", "r_package", "r_version", "kind", "reason"]
    closest = (table.largest_difference / table.tolerance).groupby([table[key] for key in keys], sort=False).idxmax()
    summed = table.groupby(keys, sort=False, as_index=False).agg(
        quantities=("quantity", _listed), compared=("compared", "sum"), agrees=("agrees", "all")
    )
    worst = table.loc[closest, ["largest_difference", "tolerance"]].reset_index(drop=True)
    return summed.join(worst).assign(module=summed.estimator.map(MODULE))


def _listed(quantities: pd.Series) -> str:
    """Distinct quantities in words, without what stands in brackets."""
    return ", ".join(dict.fromkeys(quantities.str.replace(r" \(.*\)", "", regex=True).str.replace("_", " ")))


def examples(found: pd.DataFrame | None = None) -> pd.DataFrame:
    """For each estimator the number, of those a reader asks for first, that comes closest to its tolerance.

    Parameters
    ----------
    found : DataFrame, optional
        See `numbers`; computed where not given.

    Returns
    -------
    DataFrame
        One row an estimator: ``estimator, data, quantity, place, here, r, difference, kind, tolerance``. Where all are
        equal to the last digit, the first that is neither zero nor missing.

    Examples
    --------
    >>> examples(numbers(sources=(limits.numbers,))).estimator.tolist()
    ['proportion_interval', 'rate_interval', 'risk_difference', 'risk_ratio']
    """
    found = numbers() if found is None else found
    asked = found.quantity.str.replace(r" \(.*\)", "", regex=True).isin(HEADLINES)
    asked |= ~asked.groupby(found.estimator).transform("any")
    plain = np.isfinite(found.r) & (found.r != 0)
    share = (found.difference / found.tolerance).where(plain & asked, -1.0)
    worst = share.groupby(found.estimator, sort=False).idxmax()
    columns = ["estimator", "data", "quantity", "place", "here", "r", "difference", "kind", "tolerance"]
    return found.loc[worst, columns].reset_index(drop=True)


def packages(table: pd.DataFrame) -> pd.DataFrame:
    """R's packages whose answers are compared, with their versions.

    Parameters
    ----------
    table : DataFrame
        See `comparisons`.

    Returns
    -------
    DataFrame
        One row a package: ``r_package, r_version, compared``.

    Examples
    --------
    >>> packages(comparisons(numbers(sources=(limits.numbers,)))).r_package.tolist()
    ['stats']
    """
    return table.groupby(["r_package", "r_version"], sort=False, as_index=False).compared.sum()
