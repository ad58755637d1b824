"""Everything of a synthetic cohort that is neither course nor covariate of the regressions.

Given finished courses, ages, prior lines and the covariates of Tables 2 and 3, the remaining columns are filled so that
each printed count, median, quartile and range holds. Who of the patients it is, where the paper leaves it open, is
drawn by plausibility; no association between these columns can be read from the result.
"""

import functools

import numpy as np
import pandas as pd

from analysis import data
from analysis.cohort import Cohort
from analysis.data import Tables
from analysis.reconstruction.details import dates, laboratory, myeloid, outcomes, persons
from analysis.reconstruction.details.dates import tmn_ages_possible
from analysis.reconstruction.details.programme import Impossible
from analysis.reconstruction.details.score import car_hematotox, possible, score_histogram, shortfall
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES, Skeleton

__all__ = [
    "Impossible",
    "car_hematotox",
    "fill",
    "possible",
    "score_histogram",
    "shortfall",
    "tmn_ages_possible",
]
GIVEN = ("mcv", "ldh", "alc", "crs_grade", "icans_grade", "car_hematotox")
WHOLE = ("crs_grade", "icans_grade", "car_hematotox")


def fill(
    skeleton: Skeleton, ages, lines, values: dict[str, np.ndarray], tables: Tables, seed: int, member: str
) -> Cohort:
    """Complete a cohort.

    Parameters
    ----------
    skeleton : Skeleton
        Courses of all patients; the rows of the cohort stand in its order.
    ages, lines : array_like of int
        Completed years at infusion; prior lines.
    values : dict of str to array_like
        ``mcv`` (fL), ``ldh`` (U/L), ``alc`` (G/L), ``crs_grade``, ``icans_grade``, ``car_hematotox``.
    tables : Tables
        With the ledger.
    seed : int
        Chooses what the paper leaves open; the same seed gives the same cohort.
    member : str
        Number of the member with two digits, part of the patients' names.

    Returns
    -------
    Cohort
        Both tables, with the columns of the dictionary.

    Raises
    ------
    Impossible, ValueError, LookupError
        If something printed contradicts what was given, with what.
    """
    claims = tables.claims
    ages, lines = np.asarray(ages, int), np.asarray(lines, int)
    streams = [np.random.default_rng([seed, stream]) for stream in range(10, 15)]
    infusion, born = _dates(skeleton, ages, lines, claims, streams[0])
    columns = {
        "patient": [f"synthetic-{member}-{row:04d}" for row in range(1, len(ages) + 1)],
        "data_kind": "synthetic",
        "birth_date": born.astype(str).astype(object),
        "infusion_date": infusion.astype(str).astype(object),
        "age": ages,
        "product": np.array(PRODUCTS, dtype=object)[skeleton.product],
        "prior_lines": lines,
        **persons.describe(skeleton, ages, lines, infusion, claims, streams[1]),
        **{name: np.asarray(values[name], int if name in WHOLE else float) for name in GIVEN},
        **laboratory.scored_values(claims, values["car_hematotox"], seed),
        "response_1_month": outcomes.responses(skeleton, claims, streams[2]),
        **_course(skeleton),
        "cause_of_death": outcomes.causes_of_death(skeleton, claims, streams[3]),
    }
    cases = np.flatnonzero(skeleton.tmn_day != NONE)
    at_tmn = dates.completed_years(born[cases], infusion[cases] + skeleton.tmn_day[cases])
    tmn = myeloid.describe(skeleton, at_tmn, claims, streams[4])
    patients = _table("patients", columns)
    names = patients.iloc[cases][["patient", "data_kind"]].to_dict("list")
    return Cohort(patients, _table("tmn", names | tmn.to_dict("list")))


def _dates(skeleton, ages, lines, claims, rng) -> tuple[np.ndarray, np.ndarray]:
    """Days of infusion and of birth."""
    infusion = dates.infusions(skeleton, lines, claims, rng)
    born = dates.births(infusion, ages, rng)
    cases = np.flatnonzero(skeleton.tmn_day != NONE)
    born[cases] = dates.tmn_births(infusion[cases], ages[cases], skeleton.tmn_day[cases], claims, rng)
    return infusion, born


def _course(skeleton: Skeleton) -> dict[str, np.ndarray]:
    """The columns that the skeleton holds."""
    missing = {
        name: np.where(days == NONE, np.nan, days) for name, days in vars(skeleton).items() if name.endswith("day")
    }
    return {
        "relapse_day": missing["relapse_day"],
        "tmn_day": missing["tmn_day"],
        "tmn_type": np.array([None, *TYPES[1:]], dtype=object)[skeleton.tmn_type],
        "last_day": np.asarray(skeleton.last_day, int),
        "died": skeleton.died == 1,
    }


def _table(name: str, columns: dict) -> pd.DataFrame:
    """The columns in the order of the dictionary, indexed by patient."""
    return pd.DataFrame(columns)[list(_columns(name))].set_index("patient", drop=False)


@functools.cache
def _columns(name: str) -> tuple[str, ...]:
    """Columns of a table, read from the dictionary once."""
    return tuple(data.dictionary()[name]["columns"])
