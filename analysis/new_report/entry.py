"""A filled form as rows of the tables.

What follows from other cells is filled in here: names of the record and of its search, the report of each group and
claim, values and last digits of numbers that were printed as numbers. What was typed is never changed.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analysis.new_report.form import PARTS, SEVERAL, fields
from analysis.problems import DataError, Problem

PLAIN = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
WAITING = "to screen"
Row = dict[str, str]


class Entry(NamedTuple):
    """Rows to append, by table, and the cells of a record that waited for this report (None: it gets a new one)."""

    report: str
    rows: dict[str, list[Row]]
    waiting: Row | None


def read(path: Path, tables, words: dict[str, Any]) -> Entry:
    """Rows from a filled form.

    Parameters
    ----------
    path : Path
        The form.
    tables : Tables
        All tables of the review.
    words : dict
        The dictionary.

    Returns
    -------
    Entry

    Raises
    ------
    DataError
        If the form has other parts or fields, or names what is there already.
    """
    form = _parsed(path)
    problems = _shape(path.name, form, words)
    if problems:
        raise DataError(problems)
    one = {part: _cells(form.get(part) or {}) for part in PARTS if part not in SEVERAL}
    many = {part: [_cells(entry) for entry in form.get(part) or []] for part in SEVERAL}
    if problems := _known(path.name, one, tables):
        raise DataError(problems)
    report = one["reports"] | {"study": one["studies"].get("study", "")}
    name = report.get("report", "")
    rows = {"reports": [report], "arms": [row | {"report": name} for row in many["arms"]]}
    rows["claims"] = [_claim(row, report) for row in many["claims"]]
    rows["studies"] = [] if report["study"] in tables.studies.index else [one["studies"]]
    searched, record, waiting = _found(one["search"], report, tables)
    return Entry(name, rows | {"searches": searched, "records": record}, waiting)


def _parsed(path: Path) -> dict:
    """The form; every value as it was typed."""
    try:
        form = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError([Problem(path.name, line, "(file)", str(error.problem), "YAML")]) from error
    return form if isinstance(form, dict) else {}


def _shape(file: str, form: dict, words: dict) -> list[Problem]:
    """Parts and fields that the form does not have."""
    found = [Problem(file, 1, part, "an unknown part", ", ".join(PARTS)) for part in form if part not in PARTS]
    for part in PARTS:
        entries = form.get(part) or ([] if part in SEVERAL else {})
        if isinstance(entries, list) != (part in SEVERAL):
            kind = "a list of entries, each with a dash" if part in SEVERAL else "fields, without a dash"
            found.append(Problem(file, 1, part, type(entries).__name__, kind))
            continue
        allowed = fields(words, part)
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
            unknown = [key for key in entry if key not in allowed]
            found += [Problem(f"{file} ({part})", number, k, "an unknown field", ", ".join(allowed)) for k in unknown]
    return found


def _cells(entry: dict) -> Row:
    """The filled cells; several lines of text become one."""
    return {key: " ".join(str(value).split()) for key, value in entry.items() if str(value).strip()}


def _known(file: str, one: dict[str, Row], tables) -> list[Problem]:
    """What is there already and would be overwritten."""
    name, study = one["reports"].get("report", ""), one["studies"].get("study", "")
    found = []
    if not name:
        found.append(Problem(f"{file} (reports)", 1, "report", "nothing", "the name of the report"))
    if name in tables.reports.index:
        found.append(Problem(f"{file} (reports)", 1, "report", repr(name), "a report that is not here yet"))
    if study in tables.studies.index and len(one["studies"]) > 1:
        more = ", ".join(key for key in one["studies"] if key != "study")
        allowed = f"nothing, since the study {study!r} is here already"
        found.append(Problem(f"{file} (studies)", 1, more, "a value", allowed))
    record = one["search"].get("record")
    if record and (record not in tables.records.index or tables.records.decision[record] != WAITING):
        found.append(Problem(f"{file} (search)", 1, "record", repr(record), "a record that waits to be screened"))
    return found


def _found(search: Row, report: Row, tables) -> tuple[list[Row], list[Row], Row | None]:
    """Rows of the search and of the record; or the cells of the record that waited."""
    decided = {k: v for k, v in search.items() if k in ("decided_by", "decided_on")}
    decided |= {"decision": "included", "stage": "report", "report": report.get("report", "")}
    same = {key: report[key] for key in ("year", "doi", "pmid") if key in report}
    if record := search.get("record"):
        return [], [], {"id": record} | decided | same
    name = f"S{max((int(known[1:]) for known in tables.searches.search), default=0) + 1:03d}"
    log = {key: search[key] for key in ("searched_on", "how", "note") if key in search}
    log |= {"search": name, "database": "other methods", "hits": "1", "systematic": "no", "by_chance": "yes"}
    row = {"id": f"{name}-0001", "search": name} | {k: search[k] for k in ("title", "found_in") if k in search}
    return [log], [row | decided | same], None


def _claim(row: Row, report: Row) -> Row:
    """A claim with what follows from its printed cells and its report."""
    follows = {"report": report.get("report", ""), "read_on": report.get("read_on", "")}
    if report.get("read_level") in ("full text", "abstract", "label", "quoted"):
        follows["seen"] = report["read_level"]
    for printed, value, digit in (
        ("value_printed", "value", "resolution"),
        ("low_printed", "low", "low_resolution"),
        ("high_printed", "high", "high_resolution"),
    ):
        if PLAIN.fullmatch(text := row.get(printed, "")):
            follows[value] = text.replace(",", "")
            decimals = len(text.partition(".")[2])
            follows |= {digit: f"{10**-decimals:.{decimals}f}"} if decimals or row.get("unit") == "%" else {}
    return {key: value for key, value in (follows | row).items() if value}
