"""A cohort: a table of patients, and a table of those who had a t-MN, with the columns of the dictionary.

Vocabulary: a *day* is counted from the infusion; *months* are days over 30.4375. A cohort is *synthetic*
(reconstructed from published statistics) or *observed* (a hospital's own), never a mixture; both have the same columns
and pass through the same functions. What ends the time at risk, by name: ``tmn``, ``relapse``, ``death``, or
``censored``.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import data
from analysis.problems import DataError, Problem

DAYS_PER_MONTH = 365.25 / 12
DOMAINS = {"axi-cel": "CD28", "brexu-cel": "CD28", "tisa-cel": "4-1BB", "liso-cel": "4-1BB"}
YES_NO = ["yes", "no"]


class Cohort(NamedTuple):
    """Both tables of one cohort, each indexed by patient; yes and no are booleans."""

    patients: pd.DataFrame
    tmn: pd.DataFrame


def read(patients: Path, tmn: Path) -> Cohort:
    """Read one cohort and check every cell, and the order of events in every patient.

    Parameters
    ----------
    patients, tmn : Path
        The two CSV files, with the columns of ``patients`` and ``tmn`` in ``data/dictionary.yml``.

    Returns
    -------
    Cohort

    Raises
    ------
    DataError
        With every problem found: file, row, column, what was found, what is allowed.
    """
    words = _words()
    first, problems = data.read_files({patients.name: patients}, words["patients"])
    second, more = data.read_files({tmn.name: tmn}, words["tmn"])
    problems += more
    if not problems:
        problems = [*_order_problems(first), *_pairing_problems(first, second), *_kind_problems(first, second)]
    if problems:
        raise DataError(problems)
    return Cohort(_typed(first, words["patients"]), _typed(second, words["tmn"]))


def write(cohort: Cohort, patients: Path, tmn: Path) -> None:
    """Write one cohort as it is read, numbers in their shortest form.

    Parameters
    ----------
    cohort : Cohort
        Both tables, with the columns of the dictionary.
    patients, tmn : Path
        The two CSV files.
    """
    words = _words()
    for frame, path, name in ((cohort.patients, patients, "patients"), (cohort.tmn, tmn, "tmn")):
        rows = frame.reset_index(drop="patient" in frame)[list(words[name]["columns"])]
        text = rows.map(_cell).to_csv(index=False, lineterminator="\n")
        path.write_text(text, encoding="utf-8", newline="\n")


def domain(patients: pd.DataFrame) -> pd.Series:
    """Co-stimulatory domain of each patient's product; missing for other products.

    Parameters
    ----------
    patients : DataFrame
        Of a cohort; ``product`` is used.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> domain(pd.DataFrame({"product": ["axi-cel", "liso-cel", "other"]})).tolist()
    ['CD28', '4-1BB', nan]
    """
    return patients["product"].map(DOMAINS)


def first_event(patients: pd.DataFrame, events: tuple[str, ...]) -> pd.DataFrame:
    """Time to the first of several events, and which it was.

    Parameters
    ----------
    patients : DataFrame
        Of a cohort; ``relapse_day, tmn_day, last_day, died`` are used.
    events : tuple of {"tmn", "relapse", "death"}
        Events that end the time at risk. On the same day the one named first counts.

    Returns
    -------
    DataFrame
        Index of `patients`; ``time_months`` since infusion, ``event`` (one of `events`, or ``censored``).

    Examples
    --------
    A t-MN, then a relapse:

    >>> patient = pd.DataFrame({"relapse_day": [400.0], "tmn_day": [365.25], "last_day": [500.0], "died": [True]})
    >>> first_event(patient, ("tmn", "relapse", "death"))
       time_months event
    0         12.0   tmn
    >>> first_event(patient, ("death",)).round(2)
       time_months  event
    0        16.43  death
    """
    days = {
        "tmn": patients.tmn_day,
        "relapse": patients.relapse_day,
        "death": patients.last_day.where(patients.died.astype(bool)),
    }
    known = np.column_stack([days[name].to_numpy(float) for name in events])
    known = np.where(np.isnan(known), np.inf, known)
    first = known.argmin(axis=1)
    day = known[np.arange(len(known)), first]
    happened = np.isfinite(day)
    event = np.where(happened, np.array(events, dtype=object)[first], "censored")
    months = np.where(happened, day, patients.last_day.to_numpy(float)) / DAYS_PER_MONTH
    return pd.DataFrame({"time_months": months, "event": event}, index=patients.index)


@functools.cache
def _words() -> dict:
    """The dictionary, read once for all cohorts: it takes longer to read than a cohort."""
    return data.dictionary()


def _cell(value) -> str:
    """One cell as text: whole numbers without a point, booleans as yes and no, missing as nothing."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    return f"{value:.10g}" if isinstance(value, float | np.floating) else str(value)


def _typed(frame: pd.DataFrame, spec: dict) -> pd.DataFrame:
    """Yes and no as booleans, the patient as index; complete whole numbers as integers."""
    frame = frame.drop(columns=["file", "row"]).set_index("patient", drop=False)
    for name, rule in spec["columns"].items():
        if rule.get("allowed") == YES_NO and frame[name].notna().all():
            frame[name] = frame[name].eq("yes")
        if rule["type"] == "integer" and frame[name].notna().all():
            frame[name] = frame[name].astype(int)
    return frame


def _order_problems(frame: pd.DataFrame) -> list[Problem]:
    """Events after the last day; a t-MN with a day and no type, or the reverse; a cause of death of the living."""
    rules = [
        ("relapse_day", frame.relapse_day > frame.last_day, "a day up to last_day"),
        ("tmn_day", frame.tmn_day > frame.last_day, "a day up to last_day"),
        ("tmn_type", frame.tmn_type.isna() != frame.tmn_day.isna(), "a type exactly where there is a tmn_day"),
        ("cause_of_death", frame.cause_of_death.notna() & (frame.died == "no"), "nothing where died is no"),
    ]
    return [
        Problem(row.file, row.row, column, repr(getattr(row, column)), allowed)
        for column, wrong, allowed in rules
        for row in frame[wrong].itertuples()
    ]


def _pairing_problems(patients: pd.DataFrame, tmn: pd.DataFrame) -> list[Problem]:
    """Rows of the second table that are not exactly the patients with a t-MN."""
    cases = set(patients.patient[patients.tmn_day.notna()])
    extra = tmn[~tmn.patient.isin(cases)]
    absent = patients[patients.patient.isin(cases - set(tmn.patient))]
    allowed = "a patient with a tmn_day in the table of patients"
    return [Problem(row.file, row.row, "patient", repr(row.patient), allowed) for row in extra.itertuples()] + [
        Problem(row.file, row.row, "patient", repr(row.patient), "a row in the table of t-MN, too")
        for row in absent.itertuples()
    ]


def _kind_problems(patients: pd.DataFrame, tmn: pd.DataFrame) -> list[Problem]:
    """Rows of another kind than the first: synthetic and observed patients never stand in one cohort."""
    kind = patients.data_kind.iloc[0] if len(patients) else None
    both = pd.concat([patients, tmn])
    return [
        Problem(row.file, row.row, "data_kind", repr(row.data_kind), f"{kind!r}, as in the first row")
        for row in both[both.data_kind != kind].itertuples()
    ]
