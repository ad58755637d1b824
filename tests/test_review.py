"""The review as data: whatever does not add up stops the build with file, row, column, found and allowed."""

import csv
import re

import pandas as pd
import pytest

from analysis import data, evidence, integrity, paths, protocol, review
from analysis.problems import DataError
from analysis.review import cells, checklist, flow, overlap, quality, summary

RECORDS, SEARCHES = "review/records.csv", "review/searches.csv"


def rewrite(path, change):
    """Apply ``change`` to the rows of a CSV (lists of cells, header first)."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def set_cells(folder, file, key, **values):
    """Put values into the row whose first cell is ``key``."""

    def change(rows):
        row = next(row for row in rows if row[0] == key)
        for column, value in values.items():
            row[rows[0].index(column)] = value

    rewrite(folder / file, change)


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


# ---- the protocol ----------------------------------------------------------------------------------------------------


def test_the_protocol_is_sound_and_says_that_it_is_not_registered():
    plan = review.protocol()
    assert plan["registration"]["registry"] == "none"
    assert plan["search_interval_days"] > 0
    assert plan["written_on"] == "2026-11-21"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("search_interval_days: 90", "search_interval_days: soon", "column search_interval_days: found 'soon'"),
        ("search_interval_days: 90", "search_interval_days: 0", "found 0; allowed: minimum 1"),
        ("registry: none", "register: none", "column registration: found register, number, note"),
        ("amendments: []", "amendments: [{date: 2026-12-01, what: wider}]", "the fields date, what, why"),
        (
            "written_on: 2026-11-21",
            "written_on: 21 November",
            "column written_on: found '21 November'; allowed: of the",
        ),
        ("question:", "question: [", "(file)"),
        ("reports.kind", "reports.colour", "column eligibility: found reports.colour; allowed: a column of a table"),
    ],
)
def test_a_broken_protocol_is_told_with_its_line(copied_data, tables, old, new, message):
    file = copied_data / protocol.FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    plan, found = protocol.read(copied_data)
    told = "\n".join(map(str, found or protocol.eligibility_problems(plan, tables._asdict())))
    assert message in told
    assert told.startswith("data/review/protocol.yml, row ")


def test_the_line_of_a_broken_field_is_told(copied_data):
    file = copied_data / protocol.FILE
    text = file.read_text(encoding="utf-8").replace("search_interval_days: 90", "search_interval_days: soon")
    file.write_text(text, encoding="utf-8")
    line = 1 + text.splitlines().index("search_interval_days: soon")
    assert protocol.read(copied_data)[1][0].row == line


def test_without_a_protocol_nothing_is_built(copied_data):
    (copied_data / protocol.FILE).unlink()
    with pytest.raises(DataError, match="no file"):
        protocol.load(copied_data)


# ---- the flow --------------------------------------------------------------------------------------------------------


def test_the_flow_adds_up(tables):
    total = flow.flow(tables).total
    assert total["identified"] == tables.searches.hits.sum() == len(tables.records)
    left = total["identified"] - total["duplicates"] - total["unscreened"] - total["excluded_title"]
    assert left == total["sought"]
    assert total["sought"] - total["unobtained"] - total["excluded_report"] == total["included"] == len(tables.reports)
    assert total["studies"] == len(tables.studies)
    assert total["used"] + total["unused"] == total["arms"] == len(tables.arms)


def test_a_flow_that_does_not_add_up_is_not_returned(tables):
    records = tables.records.assign(decision=tables.records.decision.replace("duplicate", "included"))
    with pytest.raises(DataError, match="0 duplicates removed"):
        flow.flow(tables._replace(records=records))
    with pytest.raises(DataError, match="146 records identified"):
        flow.flow(tables._replace(searches=tables.searches.assign(hits=146.0)))
    unknown = tables.reports.iloc[[0]].assign(report="unknown").set_index("report", drop=False)
    with pytest.raises(DataError, match="a report with an included record"):
        flow.flow(tables._replace(reports=pd.concat([tables.reports, unknown])))


def test_previous_versions_have_their_own_column(tables):
    """A second version with one new study: the first is history, the sums still hold."""
    search = tables.searches.assign(search="S002", version=None, hits=2.0).set_index("search", drop=False)
    new = tables.records.loc[["S001-0001", "S001-0104"]].assign(search="S002", id=["S002-0001", "S002-0002"])
    new = new.set_index("id", drop=False).assign(report=["new-2027", None], doi="10.9999/new")
    report = tables.reports.loc[["gazeau-2025"]].assign(report="new-2027", study="new", doi="10.9999/new")
    study = tables.studies.loc[["gazeau"]].assign(study="new", overlap_group="new").set_index("study", drop=False)
    more = tables._replace(
        searches=pd.concat([tables.searches, search]),
        records=pd.concat([tables.records, new]),
        reports=pd.concat([tables.reports, report.set_index("report", drop=False)]),
        studies=pd.concat([tables.studies, study]),
    )
    steps = flow.flow(more)
    assert steps.loc["identified", ["previous", "this", "total"]].tolist() == [147, 2, 149]
    assert steps.loc["included", ["previous", "this", "total"]].tolist() == [103, 1, 104]
    assert steps.loc["studies", ["previous", "this", "total"]].tolist() == [76, 1, 77]
    assert steps.loc["arms", "previous"] == len(tables.arms)
    boxes = flow.boxes(more).set_index("step")
    assert boxes.loc["new", "count"] == 1
    assert boxes.loc["previous", "lines"] == ("103 reports of 76 studies",)


def test_reasons_of_each_step_sum_to_the_step(tables):
    total = flow.flow(tables).total
    for step in (*flow.PLACES, "unused"):
        assert flow.reasons(tables, step).total.sum() == total[step]


def test_boxes_show_every_reason_or_count_the_others(tables):
    boxes = flow.boxes(tables, shown=2)
    for row in boxes[boxes.place == "side"].itertuples():
        counts = [int(line.rsplit("(", 1)[1].rstrip(")")) for line in row.lines]
        assert not counts or sum(counts) == row[4]


# ---- overlap ---------------------------------------------------------------------------------------------------------


def test_groups_hold_every_report_that_shares_a_group(tables):
    groups = overlap.groups(tables)
    named = [name for names in groups.reports.str.split() for name in names]
    assert len(named) == len(set(named)) == groups["count"].sum()
    group = tables.reports.study.map(tables.studies.overlap_group)
    assert set(named) == set(group.index[group.duplicated(keep=False)])
    assert (groups.sizes.map(sum) == groups["count"]).all()


def test_transform_and_descar_t_by_hand(tables):
    groups = overlap.groups(tables)
    assert groups.loc["transform", "reports"] == "transform-2022 transform-2023 transform-2025"
    assert groups.loc["descar-t", "studies"].split() == ["gazeau", "dulery", "lemoine"]
    assert not groups.loc["descar-t", "certain"]


# ---- quality ---------------------------------------------------------------------------------------------------------


def test_every_group_at_risk_is_judged_on_every_item(tables):
    rows = quality.judgements(tables)
    arms = evidence.arm_table(tables)
    assert set(rows.arm) == set(arms.index[arms.at_risk])
    assert (rows.groupby("arm")["item"].apply(list).map(tuple) == tuple(quality.QUESTIONS)).all()


def test_the_stored_draft_is_what_the_rule_says_now(tables):
    stored = tables.quality[tables.quality.basis == "rule"]
    new = quality.draft(tables, stored.arm.unique()).set_index("id")
    for column in ("judgement", "reason"):
        assert (stored[column] == new[column].loc[stored.index]).all(), "run: python -m analysis draft-quality"


def test_a_new_group_is_judged_by_the_rule_at_once(tables):
    arm = tables.arms.loc[["britto-2025/all"]].assign(arm="britto-2025/new").set_index("arm", drop=False)
    more = tables._replace(arms=pd.concat([tables.arms, arm]))
    rows = quality.judgements(more)
    assert (rows[rows.arm == "britto-2025/new"].basis == "rule").all()
    assert len(rows) == len(quality.judgements(tables)) + len(quality.QUESTIONS)


@pytest.mark.parametrize(
    ("patients", "judgement"),
    [(quality.ENOUGH, "low"), (quality.ENOUGH - 1, "high"), (float("nan"), "unclear")],
)
def test_size_by_hand(patients, judgement):
    assert quality._size(patients)[0] == judgement
    half_width = 1.96 * (0.05 * 0.95 / quality.ENOUGH) ** 0.5
    assert half_width <= 0.025 < 1.96 * (0.05 * 0.95 / (quality.ENOUGH - 1)) ** 0.5


def test_what_was_not_seen_is_never_low(tables):
    rows = quality.judgements(tables)
    assert not rows[(rows.judgement == "low") & rows.reason.str.contains("not seen")].size


# ---- checklists ------------------------------------------------------------------------------------------------------


def anchors(name):
    """Anchors of a page, from its source: labels, headings, and the names of its figures and tables."""
    text = (paths.CHAPTERS / f"{name}.md").read_text(encoding="utf-8")
    found = set(re.findall(r"^\(([a-z0-9-]+)\)=$", text, re.M))
    found |= set(re.findall(r"""name=f?["']([a-z0-9-]+)["']""", text))
    headings = re.findall(r"^#{1,3} (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return found | {re.sub(r"[^a-z0-9]+", "-", words.lower().replace("’", "")).strip("-") for words in headings}


def test_every_page_and_anchor_of_the_checklists_exists(tables):
    pages = tables.checklists.page.dropna()
    names = {page.split("#")[0] for page in pages}
    assert {name for name in names if not (paths.CHAPTERS / f"{name}.md").exists()} == set()
    known = {name: anchors(name) for name in names}
    assert [page for page in pages if page.split("#")[1] not in known[page.split("#")[0]]] == []


def test_all_items_of_prisma_2020_are_there_once(tables):
    numbers = checklist.rows(tables, "prisma-2020").number.tolist()
    assert [int(re.match(r"\d+", n)[0]) for n in numbers] == sorted(int(re.match(r"\d+", n)[0]) for n in numbers)
    assert {int(re.match(r"\d+", n)[0]) for n in numbers} == set(range(1, 28))
    assert {"L1a", "L2", "L3", "L4"} <= set(checklist.rows(tables, "prisma-lsr").number)


def test_an_unknown_guideline_is_an_error():
    with pytest.raises(LookupError, match="no guideline 'amstar'; there are prisma-2020, prisma-lsr"):
        checklist.rows(data.load(), "amstar")


# ---- words -----------------------------------------------------------------------------------------------------------


def test_counts_for_the_text(tables):
    counts = summary.summary(tables)
    assert counts["included"] == (len(tables.reports), "reports included")
    assert sum(counts[f"prisma-2020-{a}"][0] for a in ("done", "in-part", "not-done")) == counts["prisma-2020"][0] == 42
    judged = sum(counts[f"quality-{word}"][0] for word in quality.JUDGEMENTS)
    assert judged == counts["quality-groups"][0] * len(quality.QUESTIONS)


def test_cells_hold_no_empty_words(tables):
    plan = review.protocol()
    frames = [cells.question_cells(plan), cells.eligibility_cells(plan), cells.outcome_cells(plan)]
    frames += [cells.living_cells(plan)]
    frames += [make(tables) for make in (cells.flow_cells, cells.level_cells, cells.stated_cells, cells.role_cells)]
    for frame in frames:
        assert frame.drop(columns="Interests", errors="ignore").notna().all(axis=None)
    assert int(cells.level_cells(tables).Reports.astype(int).sum()) == len(tables.reports)
