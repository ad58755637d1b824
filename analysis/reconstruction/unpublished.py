"""What the paper does not print, over all synthetic cohorts: a wide range says that its numbers do not settle it.

Vocabulary: a *quantity* is estimated in every member by the ordinary estimators; its *range* reaches from the smallest
to the largest estimate. Where the range is wide the printed numbers leave the quantity open. Where it is narrow they
may fix it, or the way in which the members were made may; it is never an estimate for real patients. Hazard ratios
are those of the model of Fine and Gray, with relapse and death competing. *High MCV* is above the cohort's median.
"""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.cohort import Cohort, domain, first_event
from analysis.hazards import fine_gray
from analysis.incidence import cumulative_incidence, gray_test
from analysis.reconstruction import store
from analysis.survival import kaplan_meier

EVENTS = ("tmn", "relapse", "death")
LEVEL = 0.05
RATIO, PERCENT, P_VALUE, COUNT = "hazard ratio", "%", "p value", "patients"

Found = dict[str, tuple[str, float, float]]  # key: name in words, estimate, p value (missing where there is none)


class Group(NamedTuple):
    """Quantities of one kind: the words over them, their unit, and the function that finds them in a cohort."""

    heading: str
    unit: str
    find: Callable[["Member"], Found]


class Member(NamedTuple):
    """One cohort, with the first event of each patient."""

    patients: pd.DataFrame
    time: np.ndarray
    event: pd.Categorical


def unpublished(members: Mapping[str, Cohort]) -> pd.DataFrame:
    """Estimates of what was not printed, with their range over all members.

    Parameters
    ----------
    members : mapping of str to Cohort
        As `analysis.reconstruction.store.load_all` gives them.

    Returns
    -------
    DataFrame
        One row a quantity, indexed by ``quantity``: ``heading``, ``name``, ``unit`` (hazard ratio, %, p value,
        patients), ``value`` (median), ``low``, ``high`` (smallest, largest), ``each`` (the estimates of all members, a
        tuple), ``members`` (how many have an estimate), ``significant`` (members with p below 0.05; missing where
        nothing is tested), ``text`` and ``tested`` (range, and share of significant members, in words), ``data_kind``.
    """
    prepared = [_member(cohort.patients) for cohort in members.values()]
    rows = []
    for group in GROUPS:
        found = [group.find(member) for member in prepared]
        for key, (name, _, _) in found[0].items():
            each = np.array([one[key][1:] for one in found], dtype=float)
            words = {"quantity": key, "heading": group.heading, "name": name, "unit": group.unit}
            rows.append(words | _range(*each.T))
    table = pd.DataFrame(rows).set_index("quantity", drop=False).assign(data_kind="synthetic")
    return table.assign(
        text=[_text(row) for row in table.itertuples()], tested=[_tested(r) for r in table.itertuples()]
    )


@functools.cache
def stored() -> pd.DataFrame:
    """The quantities of the stored members, found once; not to be changed."""
    return unpublished(store.load_all())


def words(quantity: str) -> tuple[str, str, str, str]:
    """A range over the stored members for the running text: range, nothing, what it is, how it was found.

    Parameters
    ----------
    quantity : str
        Row of `unpublished`.

    Returns
    -------
    tuple of str

    Raises
    ------
    LookupError
        If there is no such quantity, with those there are.
    """
    table = stored()
    if quantity not in table.index:
        raise LookupError(f"no quantity {quantity!r} of the synthetic cohorts; there are {', '.join(table.index)}")
    row = table.loc[quantity]
    how = f"smallest and largest of {row.members} cohorts, {store.LABEL}; no estimate for real patients"
    return row.text, "", f"{row.heading}: {row['name']}", how


def _text(row) -> str:
    """The range in words: patients and what is 10 or more without decimals, percent with one, the rest with two."""
    digits = {COUNT: 0, PERCENT: 1}.get(row.unit, 2)
    low, high = (f"{value:.{0 if value >= 10 else digits}f}" for value in (row.low, row.high))
    return (low if low == high else f"{low}–{high}") + (PERCENT if row.unit == PERCENT else "")


def _tested(row) -> str:
    """In how many members the p value is below the level, in words."""
    return "" if np.isnan(row.significant) else f"{row.significant:.0f} of {row.members}"


def _member(patients: pd.DataFrame) -> Member:
    """A cohort with t-MN, relapse or death, whichever came first."""
    first = first_event(patients, EVENTS)
    return Member(patients, first.time_months.to_numpy(), pd.Categorical(first.event, [*EVENTS, "censored"]))


def _range(values: np.ndarray, p: np.ndarray) -> dict:
    """Median, smallest and largest of the finite estimates, and in how many p is below 0.05."""
    sound = values[np.isfinite(values)]
    low, middle, high = np.quantile(sound, [0, 0.5, 1]) if len(sound) else [np.nan] * 3
    tested = np.isfinite(p)
    return {
        "value": middle,
        "low": low,
        "high": high,
        "each": tuple(sound),
        "members": len(sound),
        "significant": int((p[tested] < LEVEL).sum()) if tested.any() else np.nan,
    }


def _hazard_ratios(member: Member, columns: dict[str, pd.Series]) -> Found:
    """Hazard ratios of t-MN in one model; patients with a missing covariate are left out, infinite ratios missing."""
    table = pd.DataFrame(columns).astype(float)
    rows = table.notna().all(axis=1).to_numpy()
    model = fine_gray(member.time[rows], member.event[rows], table[rows], cause="tmn").table
    ratios = model.hazard_ratio.where(model.std_error.notna())
    return {name: ("", ratio, p) for name, ratio, p in zip(model.index, ratios, model.p_value, strict=True)}


def _one_by_one(member: Member) -> Found:
    """A model for each covariate that the tables do not list."""
    patients = member.patients
    columns = {
        "haemoglobin": ("Haemoglobin, per g/dL", patients.haemoglobin),
        "platelets": ("Platelets, per 50 G/L", patients.platelets / 50),
        "neutrophils": ("Neutrophils, per G/L", patients.anc),
        "ferritin": ("Ferritin, per doubling", np.log2(patients.ferritin.clip(lower=1))),
        "crp": ("CRP, per doubling", np.log2(patients.crp.clip(lower=1))),
        "male": ("Male v female", patients.sex.eq("male")),
        "autologous": ("Earlier autologous transplant", patients.prior_autologous_hct),
        "brexu": ("Brexu-cel v axi-cel", patients["product"].map({"brexu-cel": 1, "axi-cel": 0})),
    }
    return {key: (name, *_hazard_ratios(member, {key: values})[key][1:]) for key, (name, values) in columns.items()}


def _together(member: Member) -> Found:
    """One model with four of the factors of the paper's tables."""
    patients = member.patients
    columns = {
        "joint-age": ("Age, per year", patients.age),
        "joint-mcv": ("MCV, per fL", patients.mcv),
        "joint-icans": ("ICANS, per grade", patients.icans_grade),
        "joint-cd28": ("CD28 v 4-1BB", domain(patients).map({"CD28": 1, "4-1BB": 0})),
    }
    found = _hazard_ratios(member, {key: values for key, (_, values) in columns.items()})
    return {key: (columns[key][0], *rest) for key, (_, *rest) in found.items()}


def _interaction(member: Member) -> Found:
    """Whether MCV and ICANS add to each other, or multiply."""
    patients = member.patients
    high, toxic = _high_mcv(patients).astype(float), patients.icans_grade.gt(0).astype(float)
    centred = patients.mcv - patients.mcv.median()
    product = _hazard_ratios(member, {"mcv": centred, "icans": toxic, "both": centred * toxic})
    cells = {"one": high * (1 - toxic), "other": toxic * (1 - high), "both": high * toxic}
    against_none = _hazard_ratios(member, cells)
    return {
        "mcv-and-icans": ("High MCV and any ICANS, v neither", *against_none["both"][1:]),
        "mcv-alone": ("High MCV alone, v neither", *against_none["one"][1:]),
        "icans-alone": ("Any ICANS alone, v neither", *against_none["other"][1:]),
        "interaction": ("MCV (per fL) × any ICANS, ratio of HRs", *product["both"][1:]),
    }


def _high_mcv(patients: pd.DataFrame) -> pd.Series:
    """Whether MCV is above the median of the cohort."""
    return patients.mcv > patients.mcv.median()


def _incidences(member: Member) -> Found:
    """Incidences of t-MN that were not printed."""
    patients = member.patients
    responders = patients.response_1_month.isin(["CR", "PR"])
    toxic, high = patients.icans_grade > 0, _high_mcv(patients)
    free = kaplan_meier(member.time, member.event == "tmn", at=[48]).estimate.iloc[0]
    values = {
        "five-years": ("All patients, five years", _incidence(member, 60)),
        "responders": ("CR or PR at one month, two years", _incidence(member, 24, responders)),
        "responders-four": ("CR or PR at one month, four years", _incidence(member, 48, responders)),
        "without-competing": ("All, four years, relapse and death censored", 100 * (1 - free)),
        "icans-incidence": ("Any ICANS, two years", _incidence(member, 24, toxic)),
        "no-icans-incidence": ("No ICANS, two years", _incidence(member, 24, ~toxic)),
        "both-incidence": ("High MCV and any ICANS, two years", _incidence(member, 24, high & toxic)),
    }
    return {key: (name, value, np.nan) for key, (name, value) in values.items()}


def _incidence(member: Member, months: float, rows: pd.Series | slice = slice(None)) -> float:
    """Cumulative incidence of t-MN at one time, in percent."""
    time, event = member.time[rows], member.event[rows]
    return 100 * cumulative_incidence(time, event, cause="tmn", at=[months]).estimate.iloc[0]


def _lymphoma(member: Member) -> Found:
    """Things about toxicity and the lymphoma that were not printed."""
    patients = member.patients
    domains, toxic = domain(patients), patients.icans_grade > 0
    first = first_event(patients, ("relapse", "death"))
    relapse = cumulative_incidence(first.time_months, first.event, cause="relapse", at=[24]).estimate.iloc[0]
    return {
        "icans-cd28": ("Any ICANS, CD28", 100 * toxic[domains == "CD28"].mean(), np.nan),
        "icans-bb": ("Any ICANS, 4-1BB", 100 * toxic[domains == "4-1BB"].mean(), np.nan),
        "relapse-two": ("Relapse of the lymphoma, two years", 100 * relapse, np.nan),
    }


def _at_risk(member: Member) -> Found:
    """Patients still observed without any event, which the text does not print."""
    times = {"at-risk-two": ("two years", 24), "at-risk-four": ("four years", 48), "at-risk-five": ("five years", 60)}
    return {key: (name, (member.time >= months).sum(), np.nan) for key, (name, months) in times.items()}


def _tests(member: Member) -> Found:
    """Gray's tests of equal incidence of t-MN."""
    patients = member.patients
    groups = {
        "gray-domain": ("Between the two domains", domain(patients)),
        "gray-product": ("Between the four products", patients["product"].replace("other", np.nan)),
        "gray-icans": ("Between grades of ICANS", patients.icans_grade.astype(str)),
        "gray-centre": ("Between centres", patients.centre),
    }
    found = {}
    for key, (name, group) in groups.items():
        rows = group.notna().to_numpy()
        p = gray_test(member.time[rows], member.event[rows], group[rows], cause="tmn").p_value
        found[key] = (name, p, p)
    return found


GROUPS = (
    Group("Together in one model", RATIO, _together),
    Group("MCV and ICANS together", RATIO, _interaction),
    Group("Not in the paper’s tables, one at a time", RATIO, _one_by_one),
    Group("Cumulative incidence of t-MN", PERCENT, _incidences),
    Group("Toxicity and lymphoma", PERCENT, _lymphoma),
    Group("Gray’s test", P_VALUE, _tests),
    Group("At risk of t-MN", COUNT, _at_risk),
)
