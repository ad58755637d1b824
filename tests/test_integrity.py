"""What does not add up across the tables of the review stops the build, with file, row, column, found and allowed."""

import re

import pytest
from edited_tables import rewrite, set_cells

from analysis import data, integrity, protocol

RECORDS, SEARCHES = "review/records.csv", "review/searches.csv"


def problems(folder):
    """Every problem, in words."""
    return [str(problem) for problem in data.read(folder)[1]]


BROKEN = {  # what is broken: table, row, cells, what the message must say
    "hits": ("searches", "S001", {"hits": 146.0}, "found 146; allowed: 147, the rows of records for this search"),
    "record without report": (
        "records",
        "S001-0001",
        {"report": None},
        "column report: found nothing; allowed: a value, since the record is included",
    ),
    "one report twice": (
        "records",
        "S001-0001",
        {"report": "vainstein-2023"},
        "allowed: a report that no other record brought in: the flow must add up",
    ),
    "report with two decisions": (
        "records",
        "S001-0001",
        {"decision": "excluded", "reason": "No reason: none."},
        "column report: found 'gazeau-2025'; allowed: nothing, since the record is excluded",
    ),
    "excluded without reason": (
        "records",
        "S001-0110",
        {"reason": None},
        "found nothing; allowed: why it was excluded",
    ),
    "wrong stage": ("records", "S001-0001", {"stage": "title"}, "found 'title'; allowed: report, for included"),
    "nobody decided": (
        "records",
        "S001-0001",
        {"decided_by": None},
        "column decided_by: found nothing; allowed: a value",
    ),
    "vacant role decided": (
        "records",
        "S001-0001",
        {"decided_by": "guarantor"},
        "found 'guarantor'; allowed: a role that somebody fills",
    ),
    "duplicate of itself": (
        "records",
        "S001-0121",
        {"duplicate_of": "S001-0121"},
        "allowed: a record that is itself no duplicate",
    ),
    "DOI differs from the report": (
        "records",
        "S001-0001",
        {"doi": "10.9999/other"},
        "found '10.9999/other'; allowed: that of the report, '10.1038/s41375-025-02605-7'",
    ),
    "report in no record": (
        "reports",
        "gazeau-2025",
        {"year": 2024.0},
        "column year: found 2025.0; allowed: that of the report",
    ),
    "notice without a look": (
        "reports",
        "gazeau-2025",
        {"notice": "none found"},
        "column notice_looked_up_on: found nothing; allowed: the day of the look-up",
    ),
    "look without a result": (
        "reports",
        "gazeau-2025",
        {"notice_looked_up_on": "2026-11-21"},
        "column notice: found nothing; allowed: the notice, or 'none found'",
    ),
    "item without page": (
        "checklists",
        "prisma-2020-16a",
        {"page": None},
        "allowed: the page that answers it, since it is done",
    ),
    "item without reason": ("checklists", "prisma-2020-25", {"reason": None}, "allowed: what is missing and why"),
    "role without a name": (
        "roles",
        "guarantor",
        {"state": "filled"},
        "allowed: a name if and only if the role is filled",
    ),
    "judgement under another name": (
        "quality",
        "gazeau-2025/all:size",
        {"item": "frame"},
        "found 'gazeau-2025/all:size'; allowed: gazeau-2025/all:frame",
    ),
    "judgement of cases": (
        "quality",
        "gazeau-2025/all:size",
        {"id": "vainstein-2023/series:size", "arm": "vainstein-2023/series"},
        "allowed: no row, since the arm counts cases",
    ),
    "systematic without a string": (
        "searches",
        "S001",
        {"systematic": "yes"},
        "column strategy: found nothing; allowed: the string that was run",
    ),
    "study without a report": (
        "reports",
        "vainstein-2023",
        {"study": "gazeau"},
        "found 'vainstein'; allowed: a study with a report: the flow must add up",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_does_not_add_up_is_told_with_its_place(tables, case):
    table, key, values, message = BROKEN[case]
    frames = tables._asdict() | {table: getattr(tables, table).copy()}
    for column, value in values.items():
        frames[table].loc[key, column] = value
    told = "\n".join(map(str, integrity.problems(frames)))
    assert message in told
    assert re.search(r"^data/\S+\.csv, row \d+, column ", told)


def test_the_tables_as_they_are_owe_nothing(tables):
    assert integrity.problems(tables._asdict()) == []


def test_a_flow_that_does_not_add_up_stops_the_build(copied_data):
    set_cells(copied_data, SEARCHES, "S001", hits="146")
    assert problems(copied_data) == [
        "data/review/searches.csv, row 2, column hits: found 146; "
        "allowed: 147, the rows of records for this search: the flow must add up"
    ]


def test_what_the_protocol_leaves_out_stops_the_build(copied_data):
    file = copied_data / protocol.FILE
    text = file.read_text(encoding="utf-8")
    assert ", case report" in text
    file.write_text(text.replace(", case report", ""), encoding="utf-8")
    told = problems(copied_data)
    assert len(told) == 4
    assert "column kind: found 'case report'; allowed: what the protocol lets in (kind of report): cohort" in told[0]


def test_a_report_that_no_record_brought_in(copied_data):
    def drop(rows):
        rows[:] = [row for row in rows if row[0] != "S001-0001"]

    rewrite(copied_data / RECORDS, drop)
    told = "\n".join(problems(copied_data))
    assert "found 147; allowed: 146, the rows of records" in told
    assert "found 'gazeau-2025'; allowed: a report with an included record" in told


def test_a_record_that_stands_twice(copied_data):
    rewrite(copied_data / RECORDS, lambda rows: rows.append(rows[1]))
    assert problems(copied_data) == [
        "data/review/records.csv, row 149, column id: found 'S001-0001'; allowed: a name that no other row has"
    ]


def test_two_kept_records_with_one_identifier(copied_data):
    def more(rows):
        row = dict(zip(rows[0], rows[-1], strict=True)) | {"id": "S001-0148", "pmid": "37444582"}
        rows.append([row[column] for column in rows[0]])

    rewrite(copied_data / RECORDS, more)
    set_cells(copied_data, SEARCHES, "S001", hits="148")
    assert problems(copied_data) == [
        "data/review/records.csv, row 149, column pmid: found '37444582'; "
        "allowed: a duplicate, since another record has the same"
    ]
