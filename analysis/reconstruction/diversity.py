"""How different are the synthetic cohorts from each other?

Vocabulary: patients of a synthetic cohort are *exchangeable*: a cohort in another order, or with other names, is the
same cohort. Members are therefore compared by sorted values and by counts, never row by row, where a mere relabelling
would look like a difference. The *distance* between two sets of values is how far they must be moved on average to
become equal (sorted against sorted); that between two tables of counts is the share of patients who would have to
change their cell.
"""

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.cohort import DAYS_PER_MONTH, Cohort, domain, first_event
from analysis.reconstruction.ensemble import YEAR

LEVELS = np.arange(0.005, 1, 0.01)  # quantiles at which values of unequal number are compared
YEARS = 5
LATER = {"last": 365.25, "relapse": 182.625}  # days: widths of the classes of a joint table
TIMES = {"tmn_day": "Onset of t-MN", "relapse_day": "Relapse", "last_day": "Death or last contact"}
VALUES = {"age": ("Age", "years"), "mcv": ("MCV", "fL"), "ldh": ("LDH", "U/L")}
GRADES = {"crs_grade": "CRS grade", "icans_grade": "ICANS grade", "prior_lines": "Prior lines"}
PAIRS = {
    "Age and time to relapse": ("age", "relapse_day"),
    "MCV and age": ("mcv", "age"),
    "ICANS and CRS grade": ("icans_grade", "crs_grade"),
    "ICANS grade and last day": ("icans_grade", "last_day"),
}


def diversity(members: Mapping[str, Cohort]) -> pd.DataFrame:
    """What the members have in common, and how far they are apart.

    Parameters
    ----------
    members : mapping of str to Cohort
        Two or more, as `analysis.reconstruction.store.load_all` gives them.

    Returns
    -------
    DataFrame
        One row a measure: ``heading``, ``name``, ``unit``, ``value`` (median), ``low``, ``high``, ``of`` (what it is
        taken over: members, or pairs of members), ``data_kind``.
    """
    cohorts = [cohort.patients for cohort in members.values()]
    parts = [_counts(cohorts), _associations(cohorts), _distances(cohorts)]
    return pd.concat(parts, ignore_index=True).assign(data_kind="synthetic")


def events_per_year(members: Mapping[str, Cohort]) -> pd.DataFrame:
    """t-MN in each year after infusion that are events of the incidence, by domain, and those that are not.

    Parameters
    ----------
    members : mapping of str to Cohort
        One or more.

    Returns
    -------
    DataFrame
        One row a member; columns such as ``CD28, year 1`` (the last year holds all later ones), ``other product``
        (whenever), and ``after relapse`` (t-MN found after a relapse, which are no events of the incidence).

    Examples
    --------
    >>> patients = pd.DataFrame({"product": ["axi-cel", "tisa-cel"], "tmn_day": [400.0, 500.0], "died": False,
    ...     "relapse_day": [np.nan, 90.0], "last_day": [600, 700]})
    >>> found = events_per_year({"01": Cohort(patients, None)}).loc["01"]
    >>> found[["CD28, year 2", "4-1BB, year 2", "after relapse"]].tolist()
    [1, 0, 1]
    """
    rows = {}
    for name, cohort in members.items():
        first = first_event(cohort.patients, ("tmn", "relapse", "death"))
        events = first[first.event == "tmn"]
        year = (np.ceil(events.time_months / YEAR).clip(1, YEARS)).astype(int)
        domains = domain(cohort.patients)[events.index]
        count = pd.crosstab(domains, year)
        rows[name] = {
            f"{d}, year {y}": int(count.get(y, pd.Series(dtype=int)).get(d, 0))
            for d in ("CD28", "4-1BB")
            for y in range(1, YEARS + 1)
        }
        rows[name]["other product"] = int((~domains.isin(("CD28", "4-1BB"))).sum())
        rows[name]["after relapse"] = int(cohort.patients.tmn_day.notna().sum()) - len(events)
    return pd.DataFrame.from_dict(rows, orient="index")


def apart(one: ArrayLike, other: ArrayLike) -> float:
    """Mean distance of two sets of numbers, sorted against sorted; missing ones are left out.

    Examples
    --------
    >>> float(apart([1.0, 5.0, np.nan], [6.0, 2.0]))
    1.0
    """
    one, other = (np.sort(values[~np.isnan(values)]) for values in (np.asarray(one, float), np.asarray(other, float)))
    if len(one) == len(other):
        return np.abs(one - other).mean()
    return np.abs(np.quantile(one, LEVELS) - np.quantile(other, LEVELS)).mean()


def moved(one: ArrayLike, other: ArrayLike) -> float:
    """Share of patients who would have to change their cell for two tables of counts to be equal.

    Examples
    --------
    >>> float(moved([2, 1, 1], [1, 2, 1]))
    0.25
    """
    one, other = np.asarray(one), np.asarray(other)
    return np.abs(one - other).sum() / 2 / one.sum()


def _counts(cohorts: list[pd.DataFrame]) -> pd.DataFrame:
    """Counts and associations of single members that the paper does not print."""
    table = events_per_year({str(i): Cohort(patients, None) for i, patients in enumerate(cohorts)})
    rows = [_row("t-MN a year", name, "patients", table[name], "members") for name in table]
    relapses = [patients.relapse_day.notna().sum() for patients in cohorts]
    rows.append(_row("Lymphoma", "Relapses", "patients", relapses, "members"))
    return pd.DataFrame(rows)


def _associations(cohorts: list[pd.DataFrame]) -> pd.DataFrame:
    """Rank correlations of single members: nothing printed fixes them."""
    rows = [
        _row("Rank correlation", name, "", [_correlation(p[a], p[b]) for p in cohorts], "members")
        for name, (a, b) in PAIRS.items()
    ]
    return pd.DataFrame(rows)


def _correlation(one: pd.Series, other: pd.Series) -> float:
    """Rank correlation of those who have both values."""
    both = one.notna() & other.notna()
    return np.corrcoef(one[both].rank(), other[both].rank())[0, 1]


def _distances(cohorts: list[pd.DataFrame]) -> pd.DataFrame:
    """Distances of all pairs of members."""
    rows = [
        _row("Days, sorted", name, "months", _pairs(apart, [p[c] / DAYS_PER_MONTH for p in cohorts]))
        for c, name in TIMES.items()
    ]
    rows += [
        _row("Values, sorted", name, unit, _pairs(apart, [p[c] for p in cohorts])) for c, (name, unit) in VALUES.items()
    ]
    heading = "Patients in another class"
    rows += [_row(heading, name, "%", _shares([p[c] for p in cohorts])) for c, name in GRADES.items()]
    courses = _shares([_courses(patients) for patients in cohorts])
    return pd.DataFrame([*rows, _row(heading, "Product, relapse and last day together", "%", courses)])


def _pairs(distance: Callable, values: list) -> list[float]:
    """Distance of every two members."""
    values = [np.asarray(one) for one in values]
    return [distance(one, other) for one, other in combinations(values, 2)]


def _shares(classes: list[pd.Series]) -> list[float]:
    """Percent of patients in another class, for every two members."""
    table = pd.concat([one.value_counts() for one in classes], axis=1).fillna(0)
    return [100 * share for share in _pairs(moved, list(table.to_numpy().T))]


def _courses(patients: pd.DataFrame) -> pd.Series:
    """Product, half-year of relapse and year of the last day, together as one class."""
    relapse = (patients.relapse_day // LATER["relapse"]).fillna(-1).astype(int).astype(str)
    last = (patients.last_day // LATER["last"]).astype(int).astype(str)
    return patients["product"] + " " + relapse + " " + last


def _row(heading: str, name: str, unit: str, values, of: str = "pairs of members") -> dict:
    """Median, smallest and largest of some values."""
    low, middle, high = np.quantile(np.asarray(values, dtype=float), [0, 0.5, 1])
    return {"heading": heading, "name": name, "unit": unit, "value": middle, "low": low, "high": high, "of": of}
