"""The tables behind the synthetic figures: bands with the paper's points, courses, allele frequencies.

Everything published comes from the ledger; everything else is read from the members and says so in ``data_kind``.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.claims import select
from analysis.cohort import Cohort
from analysis.reconstruction import courses, ensemble

ARM = "gazeau-2025/all"
KEYS = {"t-MN": "tmn", "Non-relapse mortality": "nrm", "CD28": "cd28", "4-1BB": "bb"} | courses.TYPES
KEYS |= {"axi-cel": "axi", "brexu-cel": "brexu", "tisa-cel": "tisa", "liso-cel": "liso", "after t-MN": "tmn"}
AFTER = np.arange(0, 24.5, 0.5)  # months after t-MN
CURVES = {  # columns of the files, and their headings
    "group": "Curve",
    "time_months": "Months",
    "value": "Published estimate, or median of the cohorts, %",
    "low": "Lower 95% limit, or smallest, %",
    "high": "Upper 95% limit, or largest, %",
    "at_risk_low": "At risk, smallest",
    "at_risk_high": "At risk, largest",
    "members": "Cohorts",
}
COURSES = {
    "lane": "Course",
    "tmn_type": "Type",
    "product": "Product",
    "onset_months": "t-MN, months since infusion",
    "relapse": "Relapse, months since infusion",
    "last_months": "Death or last contact, months since infusion",
    "end": "At the end",
    "transplant": "Transplant",
}
FREQUENCIES = {
    "lane": "Course",
    "tmn_type": "Type",
    "gene": "Gene",
    "before": "Before infusion, %",
    "at_tmn": "At t-MN, %",
    "change": "Change",
}


def overall(tables, members: Mapping[str, Cohort]) -> pd.DataFrame:
    """t-MN and non-relapse mortality of all patients.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    members : mapping of str to Cohort
        As `analysis.reconstruction.store.load_all` gives them.

    Returns
    -------
    DataFrame
        As `ensemble.with_published`, with ``key`` (colour).
    """
    bands = [ensemble.incidence_band(members, cause) for cause in ("tmn", "nrm")]
    claims = [_incidences(tables, quantity, None) for quantity in ("t-MN", "non-relapse mortality")]
    points = [c.assign(group=band.group.iloc[0]) for c, band in zip(claims, bands, strict=True)]
    return _finished(pd.concat(bands), pd.concat(points))


def by_group(tables, members: Mapping[str, Cohort], by: str) -> pd.DataFrame:
    """t-MN by domain, product or type.

    Parameters
    ----------
    tables, members
        As in `overall`.
    by : {"domain", "product", "tmn_type"}
        By product each curve has a ``panel`` of its own; by type no incidence is printed.

    Returns
    -------
    DataFrame
        As `overall`.
    """
    band = ensemble.incidence_band(members, "tmn", by=by)
    groups = list(ensemble.PATIENTS.get(by, ()))
    points = _incidences(tables, "t-MN", groups) if groups else tables.claims.iloc[:0]
    table = _finished(band, points)
    return table.assign(panel=table.group) if by == "product" else table


def after_tmn(tables, members: Mapping[str, Cohort]) -> pd.DataFrame:
    """Survival after t-MN, in one panel of all and one by type, with the printed medians and survival at one year.

    Parameters
    ----------
    tables, members
        As in `overall`.

    Returns
    -------
    DataFrame
        As `overall`, with ``panel``, and ``early`` and ``late``: the limits of a printed median.
    """
    every = ensemble.survival_band(members, "after t-MN", at=AFTER)
    by_type = ensemble.survival_band(members, "after t-MN", by="tmn_type", at=AFTER)
    claims = select(tables.claims, arm=ARM, quantity="overall survival after t-MN")
    medians = ensemble.medians_as_points(claims[claims.statistic == "median"])
    points = pd.concat([medians, claims[claims.statistic == "survival probability"]])
    table = _finished(pd.concat([every, by_type]), points.assign(group=points.group.replace("t-MN", "after t-MN")))
    return table.assign(panel=np.where(table.group == "after t-MN", "All t-MN", "By type"))


def swimmer(cohort: Cohort) -> pd.DataFrame:
    """Courses of one member with the words of its file.

    Parameters
    ----------
    cohort : Cohort
        One member.

    Returns
    -------
    DataFrame
        As `courses.courses`, times rounded to 0.1 month, with the words ``end`` (alive, or the cause of death),
        ``relapse`` (its month, or none) and ``transplant`` (yes, no).
    """
    table = courses.courses(cohort).round(1)
    end = ("died of " + table.cause_of_death).where(table.cause_of_death.notna(), "died").where(table.died, "alive")
    relapse = table.relapse_months.map("{:g}".format).where(table.relapse_months.notna(), "none")
    return table.assign(end=end, relapse=relapse, transplant=table.hct.map({True: "yes", False: "no"}))


def frequencies(tables, cohort: Cohort) -> pd.DataFrame:
    """Allele frequencies of one member, with the printed medians of TP53.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    cohort : Cohort
        One member.

    Returns
    -------
    DataFrame
        As `courses.allele_frequencies`; the last row is published, with the medians as ``before`` and ``at_tmn``.
    """
    when = {"before": "before CAR T", "at_tmn": "after CAR T"}
    printed = {
        column: select(tables.claims, arm=ARM, quantity=f"TP53 variant allele frequency {words}").value.iloc[0]
        for column, words in when.items()
    }
    medians = {"gene": "TP53", "panel": "TP53", "change": "medians", "tmn_type": "all", "data_kind": "published"}
    table = pd.concat([courses.allele_frequencies(cohort), pd.DataFrame([medians | printed])], ignore_index=True)
    return table.astype({"lane": "Int64"})


def _incidences(tables, quantity: str, group: list[str] | None) -> pd.DataFrame:
    """Printed incidences of the whole cohort or of groups."""
    return select(tables.claims, arm=ARM, quantity=quantity, group=group, statistic="cumulative incidence")


def _finished(band: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Both together, with colours, and without digits that mean nothing."""
    table = ensemble.with_published(band, points)
    return table.assign(key=table.group.map(KEYS)).round({"value": 3, "low": 3, "high": 3})
