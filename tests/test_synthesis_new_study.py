"""A made-up study changes every pool that it belongs to and nothing else, and can be taken out."""

import csv

import pandas as pd

from analysis import data, synthesis
from analysis.review import flow
from analysis.synthesis import cells, robustness

MADE_UP = {
    "studies.csv": {"study": "made-up", "name": "Made-up", "patients": "Nobody.", "overlap_group": "made-up"},
    "reports.csv": {
        "report": "made-up-2026", "study": "made-up", "kind": "cohort", "short": "Made-up 2026", "year": "2026",
        "citation": "Nobody. Nowhere 2026;1:1.", "read_level": "full text", "readings": "1",
    },
    "arms.csv": {
        "arm": "made-up-2026/all", "report": "made-up-2026", "name": "Made-up", "treatment": "CAR T", "antigen": "CD19",
        "disease": "B-cell lymphoma", "setting": "real world", "denominator": "treated", "denominator_note": "All.",
    },
    "review/records.csv": {
        "id": "S001-9999", "search": "S001", "title": "Made up", "found_in": "nowhere",
        "year": "2026", "decision": "included", "stage": "report",
        "report": "made-up-2026", "decided_on": "2026-11-21", "decided_by": "screening-first",
    },
}  # fmt: skip
CLAIM = {
    "report": "made-up-2026", "arm": "made-up-2026/all", "kind": "number", "location": "abstract", "statistic": "count",
    "role": "cohort", "certainty": "certain", "seen": "full text", "read_on": "2026-11-21", "resolution": "1",
}  # fmt: skip
CLAIMS = [
    {"id": "made-up-2026.all.follow-up", "quantity": "follow-up", "statistic": "median",
     "value_printed": "30", "value": "30", "unit": "months"},
    {"id": "made-up-2026.all.patients", "quantity": "patients",
     "value_printed": "200", "value": "200", "unit": "patients"},
    {"id": "made-up-2026.all.t-mn", "quantity": "t-MN",
     "value_printed": "9", "value": "9", "unit": "patients", "numerator": "9", "denominator": "200"},
]  # fmt: skip


def append(path, *lines):
    """Add rows to a table, cells by the name of their column."""
    with path.open(encoding="utf-8", newline="") as handle:
        header = next(csv.reader(handle))
    with path.open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([line.get(column, "") for column in header] for line in lines)


def add_study(folder):
    """A made-up study in all tables that it needs."""
    for file, line in MADE_UP.items():
        append(folder / file, line)
    header = (folder / "claims" / "britto-2025.csv").read_text(encoding="utf-8").splitlines()[0]
    claims = folder / "claims" / "made-up-2026.csv"
    claims.write_text(header + "\n", encoding="utf-8")
    append(claims, *(CLAIM | line for line in CLAIMS))
    searches = folder / "review" / "searches.csv"
    lines = list(csv.DictReader(searches.read_text(encoding="utf-8").splitlines()))
    searches.write_text(searches.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    append(searches, *(line | {"hits": str(int(line["hits"]) + 1)} for line in lines))


def test_a_made_up_study_comes_and_goes(tables, copied_data):
    before = {path: path.read_bytes() for path in copied_data.rglob("*.csv")}
    add_study(copied_data)
    more = data.load(copied_data)
    old, new = synthesis.results(tables).set_index("name"), synthesis.results(more).set_index("name")
    assert new.loc["tmn-share", ["k", "events", "n"]].tolist() == [7, 80, 2087]
    assert "made-up-2026" in new.reports["tmn-share"]
    assert new.estimate["tmn-rate"] > 0  # the fifth group with person-time: now there is a pool
    same = [name for name in old.index if "made-up-2026" not in new.reports[name]]
    pd.testing.assert_frame_equal(old.loc[same], new.loc[same])
    assert {"tmn-share", "tmn-rate", "tmn-share-antigen-cd19", "tmn-share-seen-full-text"} <= set(old.index) - set(same)
    steps, were = flow.flow(more).total, flow.flow(tables).total
    grown = {"identified", "sought", "included", "studies", "arms", "used", "pooled"}
    assert {step for step in steps.index if steps[step] != were[step]} == grown
    assert "Made-up" in cells.forest_rows(more).label.tolist()
    assert robustness.without_each(more).index.tolist().count("made-up-2026/all") == 1

    for path in set(copied_data.rglob("*.csv")) - set(before):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)
    again = data.load(copied_data)
    pd.testing.assert_frame_equal(synthesis.results(again).set_index("name"), old, check_exact=True)
