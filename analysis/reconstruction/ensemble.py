"""Whole curves, which nobody printed: one for each synthetic cohort, together a band.

Vocabulary: a *member* is one synthetic cohort that meets the printed numbers; the *band* at a time reaches from the
smallest to the largest value of all members, its middle is their median. A narrow band says that the printed numbers
pin the curve down; a wide one that they do not. It is no confidence interval: it holds nothing of the chance that
brought these patients and not others to the centres, and where all members agree by a habit of the search it is too
narrow. Incidences and survival are in percent, times in months.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.cohort import DAYS_PER_MONTH, Cohort, domain, first_event
from analysis.incidence import cumulative_incidence
from analysis.survival import kaplan_meier

MONTHS = np.arange(0, 60.5, 0.5)
YEAR = 12
COMPETE = {"tmn": ("tmn", "relapse", "death"), "nrm": ("relapse", "death"), "relapse": ("relapse", "death")}
CAUSE = {"tmn": "tmn", "nrm": "death", "relapse": "relapse"}
NAMES = {"tmn": "t-MN", "nrm": "Non-relapse mortality", "relapse": "Relapse"}
PATIENTS = {  # groups of patients, each with a curve of its own
    "product": ("axi-cel", "brexu-cel", "tisa-cel", "liso-cel"),
    "domain": ("CD28", "4-1BB"),
}
KINDS = {  # kinds of one event: the others compete
    "tmn_type": ("t-AML", "t-MDS"),
    "cause_of_death": ("infection", "t-MN", "other"),
}
SURVIVAL = ("overall", "progression-free", "after t-MN")
AT_RISK = ["at_risk_low", "at_risk", "at_risk_high"]


def incidence_band(
    members: Mapping[str, Cohort], cause: str = "tmn", by: str | None = None, at: ArrayLike = MONTHS
) -> pd.DataFrame:
    """Cumulative incidence since infusion over all members.

    Parameters
    ----------
    members : mapping of str to Cohort
        As `analysis.reconstruction.store.load_all` gives them.
    cause : {"tmn", "nrm", "relapse"}
        t-MN, with relapse and death competing; death without relapse; relapse, with death competing.
    by : {"product", "domain", "tmn_type", "cause_of_death"}, optional
        A curve for each product or domain; or for each kind of the event, the other kinds competing.
    at : array_like of float
        Months.

    Returns
    -------
    DataFrame
        One row for each ``group`` and ``time_months``, as far as every member has patients under observation: ``value``
        (median), ``low``, ``high`` (smallest and largest, all in percent), ``at_risk`` with ``at_risk_low`` and
        ``at_risk_high`` (patients; median, smallest and largest), ``members`` (how many), ``data_kind``.

    Examples
    --------
    Two cohorts of two patients; one has a t-MN after a year, the other patient stays well for two years or three:

    >>> columns = {"relapse_day": np.nan, "tmn_day": [365.25, np.nan], "died": False}
    >>> small = {last: Cohort(pd.DataFrame(columns | {"last_day": [800, last]}), None) for last in (750, 1100)}
    >>> incidence_band(small, at=[6, 12, 24])[["time_months", "low", "high", "at_risk_low"]]
       time_months   low  high  at_risk_low
    0          6.0   0.0   0.0            2
    1         12.0  50.0  50.0            2
    2         24.0  50.0  50.0            1
    """
    groups = PATIENTS.get(by) or KINDS.get(by) or (NAMES[cause],)
    return _band([_incidence(cohort.patients, cause, by, at) for cohort in members.values()], groups)


def survival_band(
    members: Mapping[str, Cohort], what: str = "overall", by: str | None = None, at: ArrayLike = MONTHS
) -> pd.DataFrame:
    """Survival by Kaplan and Meier over all members.

    Parameters
    ----------
    members : mapping of str to Cohort
        As `analysis.reconstruction.store.load_all` gives them.
    what : {"overall", "progression-free", "after t-MN"}
        The first two since infusion, the last since the diagnosis of the t-MN.
    by : {"product", "domain", "tmn_type"}, optional
        A curve for each group; ``tmn_type`` only after t-MN.
    at : array_like of float
        Months.

    Returns
    -------
    DataFrame
        As `incidence_band`.

    Raises
    ------
    ValueError
        If there is no survival of that name.
    """
    if what not in SURVIVAL:
        raise ValueError(f"survival is {what!r}; allowed: {', '.join(SURVIVAL)}")
    groups = PATIENTS.get(by) or KINDS.get(by) or (what,)
    return _band([_survival(cohort.patients, what, by, at) for cohort in members.values()], groups)


def with_published(band: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """A band and the published points that belong on it, under each other.

    Parameters
    ----------
    band : DataFrame
        Of `incidence_band` or `survival_band`; may have further columns.
    claims : DataFrame
        Rows of the ledger, in percent with ``time_months``; their ``group`` is that of the band. A printed median
        stands at 50%: its ``time_months`` is the median, ``early`` and ``late`` are its limits.

    Returns
    -------
    DataFrame
        Both with the columns of either; ``data_kind`` is synthetic or published. Indexed by claim where published.

    Examples
    --------
    >>> band = pd.DataFrame({"group": ["t-MN"], "time_months": [12.0], "value": [1.4], "data_kind": ["synthetic"]})
    >>> claims = pd.DataFrame({"group": "t-MN", "time_months": 12, "value": 1.4, "report": "-"}, index=["G082"])
    >>> with_published(band, claims)[["data_kind", "value"]]
          data_kind  value
    0     synthetic    1.4
    G082  published    1.4
    """
    drawn = ["group", "time_months", "value", "low", "high", "early", "late", "value_printed", "flag"]
    points = claims[[c for c in claims if c in band or c in drawn]].assign(data_kind="published")
    return pd.concat([band.reset_index(drop=True), *([points] if len(points) else [])])


def medians_as_points(claims: pd.DataFrame) -> pd.DataFrame:
    """Printed medians of survival as points of the curve: at 50%, with limits in time.

    Parameters
    ----------
    claims : DataFrame
        Medians in months.

    Returns
    -------
    DataFrame
        The claims with ``time_months`` (the median), ``value`` 50, ``early`` and ``late``; ``low`` and ``high`` empty.

    Examples
    --------
    >>> claims = pd.DataFrame({"value": [4.5], "low": [3.7], "high": [14.2]})
    >>> medians_as_points(claims)[["time_months", "value", "early", "late"]].to_numpy().tolist()
    [[4.5, 50.0, 3.7, 14.2]]
    """
    moved = {"time_months": claims.value, "early": claims.low, "late": claims.high}
    return claims.assign(**moved, value=50.0, low=np.nan, high=np.nan)


def at_years(band: pd.DataFrame) -> pd.Series:
    """Which rows stand at whole years, or are published: those that a page lists.

    Examples
    --------
    >>> kinds = ["synthetic", "synthetic", "published"]
    >>> at_years(pd.DataFrame({"time_months": [12, 12.5, 4.5], "data_kind": kinds})).tolist()
    [True, False, True]
    """
    return (band.time_months % YEAR == 0) | (band.data_kind == "published")


def _incidence(patients: pd.DataFrame, cause: str, by: str | None, at: ArrayLike) -> pd.DataFrame:
    """Curves of one member."""
    first = first_event(patients, COMPETE[cause])
    named = CAUSE[cause]
    if by not in KINDS:
        return _by_patients(lambda rows, group: _cif(first[rows], group, named, at), patients, by, NAMES[cause])
    parts = []
    for kind in KINDS[by]:
        of_kind = (first.event == named) & (patients[by] == kind)
        event = first.event.mask(of_kind, kind)
        parts.append(_cif(first.assign(event=event), None, kind, at).assign(group=kind))
    return pd.concat(parts)


def _survival(patients: pd.DataFrame, what: str, by: str | None, at: ArrayLike) -> pd.DataFrame:
    """Curves of one member."""
    if what == "after t-MN":
        patients = patients[patients.tmn_day.notna()]
        months = (patients.last_day - patients.tmn_day) / DAYS_PER_MONTH
        table = pd.DataFrame({"time_months": months, "event": patients.died.astype(bool)})
    else:
        table = first_event(patients, ("death",) if what == "overall" else ("relapse", "death"))
        table["event"] = table.event != "censored"
    return _by_patients(lambda rows, group: _km(table[rows], group, at), patients, by, what)


def _by_patients(curves: Callable, patients: pd.DataFrame, by: str | None, name: str) -> pd.DataFrame:
    """Curves of groups of patients; those who are in no group are left out."""
    if by is None:
        return curves(slice(None), None).assign(group=name)
    group = domain(patients) if by == "domain" else patients[by]
    rows = group.isin((PATIENTS | KINDS)[by])
    return curves(rows, group[rows])


def _cif(table: pd.DataFrame, group: pd.Series | None, cause: str, at: ArrayLike) -> pd.DataFrame:
    """Aalen-Johansen at given months."""
    return cumulative_incidence(table.time_months, table.event, group, cause=cause, at=at)


def _km(table: pd.DataFrame, group: pd.Series | None, at: ArrayLike) -> pd.DataFrame:
    """Kaplan-Meier at given months; where the last patient of a group has died it stays at 0."""
    labels = pd.Series("all", index=table.index) if group is None else group
    last = table[table.time_months == table.time_months.groupby(labels).transform("max")]
    extinct = last.event.groupby(labels[last.index]).all()
    curve = kaplan_meier(table.time_months, table.event, group, at=at)
    return curve.assign(estimate=curve.estimate.mask(curve.estimate.isna() & curve.group.map(extinct), 0.0))


def _band(curves: list[pd.DataFrame], groups: tuple[str, ...]) -> pd.DataFrame:
    """Smallest, middle and largest of the curves where all of them are defined, groups in their order."""
    rows = pd.concat(curves)
    rows = rows.assign(estimate=100 * rows.estimate, group=pd.Categorical(rows.group, groups))
    found = rows.groupby(["group", "time"], observed=True)[["estimate", "at_risk"]].agg(
        ["min", "median", "max", "count"]
    )
    found.columns = ["low", "value", "high", "members", *AT_RISK, "counted"]
    whole = found[found.members == found.counted].reset_index().rename(columns={"time": "time_months"})
    order = ["group", "time_months", "value", "low", "high", *AT_RISK, "members"]
    return whole[order].assign(group=whole.group.astype(str), data_kind="synthetic")
