"""A made-up study, added by the documented steps, changes what it must and nothing else, and can be taken out."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import data, evidence, paths, synthesis
from analysis.__main__ import main
from analysis.new_report import form
from analysis.review import flow
from analysis.review.searches import last_search
from analysis.versions import results, store
from analysis.versions.compare import difference, differing
from analysis.versions.tables import without

FORM = Path(__file__).parent / "forms" / "doe-2026.yml"
GROUPS = {  # subgroups of pooled results to which the made-up group belongs
    "overall": ("tmn-share", "tmn-rate", "tmn-incidence-24m"),
    "of": (
        "antigen-cd19",
        "product-axi-cel",
        "domain-cd28",
        "disease-lymphoma",
        "setting-real-world",
        "seen-full-text",
    ),
}
COUNTS = ("review:",)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(path, tmp_path, **parts):
    """A form with other cells; a part set to None is left out, a list replaces its first entry's cells."""
    filled = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for part, cells in parts.items():
        target = filled[part][0] if isinstance(filled[part], list) else filled[part]
        target.update(cells)
        for name in [name for name, cell in cells.items() if cell is None]:
            del target[name]
    new = tmp_path / path.name
    new.write_text(yaml.safe_dump(filled, allow_unicode=True), encoding="utf-8")
    return new


def propose(path, folder, *words):
    return main(["new-report", str(path), "--data", str(folder), *words])


def state(tables, folder):
    return store.now(tables, "0.1.0", folder=folder, chapters=folder.parent / "chapters")


# ---- the whole way ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    """A copy of the data before and after the study was kept: folder, bytes before, tables, states."""
    root = tmp_path_factory.mktemp("added")
    folder = shutil.copytree(paths.DATA, root / "data")
    (root / "chapters").mkdir()
    shutil.copy2(paths.CHAPTERS / "search.md", root / "chapters")  # one page for all: its numbers are quickly counted
    bytes_before, old = contents(folder), data.load(folder)
    before = state(old, folder)
    with pytest.MonkeyPatch.context() as patch:  # what the command tells is tested below; here only what it keeps
        patch.setattr(store, "results", lambda tables, chapters: results.frame(results._shares(tables)))
        assert propose(FORM, folder, "--keep") == 0
    new = data.load(folder)
    return folder, bytes_before, (old, new), (before, state(new, folder))


def test_it_changes_flow_tables_and_pooled_results_and_nothing_else(added):
    _, _, (old, new), (before, after) = added
    steps = flow.flow(new).total - flow.flow(old).total
    moved = {"identified", "sought", "included", "studies", "arms", "used", "pooled"}
    assert {step for step, by in steps.items() if by} == moved
    assert set(steps[list(moved)]) == {1}
    pooled = {*GROUPS["overall"], *(f"tmn-{kind}-{group}" for kind in ("share", "rate") for group in GROUPS["of"])}
    for name in differing(before.results, after.results):
        row = after.results.loc[name]
        own = row.kind in ("share", "printed") and row.reports == "doe-2026"
        assert own or (row.kind == "pooled" and name in pooled) or (row.kind == "page" and name.startswith(COUNTS)), (
            name
        )
    assert {name for name in differing(before.results, after.results) if after.results.kind[name] == "pooled"} <= pooled
    assert "share:t-MN:doe-2026/all" in after.results.index
    for drawn in (evidence.drawn, synthesis.rows):  # the figure of crude shares, and the rows of the forest plot
        assert set(drawn(new).arm) - set(drawn(old).arm) == {"doe-2026/all"}
        kept = drawn(new)[drawn(new).arm != "doe-2026/all"].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, drawn(old).reset_index(drop=True))


def test_what_is_new_names_it(added):
    _, _, (_, new), (before, after) = added
    change = difference(before, after, new)
    assert (change.added, change.removed, change.corrected, change.searches) == (["doe-2026"], [], [], [])
    why = change.changes.set_index("name").why
    alone = "new: Doe 2026; as before without the new reports"
    assert why["tmn-share"] == alone
    assert set(why) == {alone, "new: Doe 2026", "counts what the tables hold"}


def test_a_chance_find_does_not_move_the_day_of_the_last_search(added):
    _, _, (old, new), _ = added
    assert last_search(new) == last_search(old)
    assert max(new.searches.searched_on) == "2026-12-01"


def test_old_rows_stay_as_they_are(added):
    folder, before, _, _ = added
    after = contents(folder)
    assert set(after) - set(before) == {Path("claims/doe-2026.csv")}
    grown = {path for path in before if before[path] != after[path]}
    names = {"studies.csv", "reports.csv", "arms.csv", "quality.csv", "review/records.csv", "review/searches.csv"}
    assert {path.as_posix() for path in grown} == names
    assert all(after[path].startswith(before[path]) for path in grown)


def test_what_follows_from_the_printed_cells_is_filled_in(added):
    claim = added[2][1].claims.loc["doe-2026.all.t-mn-24m"]
    assert claim[["value", "low", "high", "resolution", "low_resolution", "high_resolution"]].tolist() == [
        4.2,
        2,
        7.9,
        0.1,
        0.1,
        0.1,
    ]
    assert claim[["value_printed", "low_printed", "seen", "read_on"]].tolist() == [
        "4.2",
        "2.0",
        "full text",
        "2026-12-01",
    ]


def test_taken_out_every_number_is_as_before(added):
    folder, bytes_before, (old, new), (before, _) = added
    rest = without(new, ["doe-2026"])
    for name, frame in old._asdict().items():
        assert getattr(rest, name).equals(frame), name
    for path in contents(folder):
        if path not in bytes_before:
            (folder / path).unlink()
        elif (folder / path).read_bytes() != bytes_before[path]:
            lines = (folder / path).read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [line for line in lines if "doe-2026" not in line and not line.startswith(("doe,", "S002,"))]
            (folder / path).write_text("".join(kept), encoding="utf-8", newline="")
    assert contents(folder) == bytes_before
    assert store.text(state(data.load(folder), folder)) == store.text(before)


# ---- nothing is kept that is not asked for, nothing overwritten, errors name their place -----------------------------


@pytest.fixture
def no_results(monkeypatch):
    """The checks alone, without the pooled results."""
    monkeypatch.setattr(store, "results", lambda tables, chapters: results.frame(results._shares(tables)))


def test_without_keep_nothing_is_written(copied_data, no_results, capsys):
    before = contents(copied_data)
    assert propose(FORM, copied_data) == 0
    told = capsys.readouterr().out
    assert "Reports included: 103 -> 104" in told
    assert "Made-up cohort: t-MN, crude share: not given -> 4.0% (1.7–7.7)  [new: Doe 2026]" in told
    assert "Nothing was written." in told
    assert contents(copied_data) == before


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"arms": {"antigen": "CD20"}},
            "doe-2026.yml (arms), row 1, column antigen: found 'CD20'; allowed: CD19 | BCMA",
        ),
        ({"arms": {"disease": None}}, "doe-2026.yml (arms), row 1, column disease: found nothing; allowed: a value"),
        (
            {"arms": {"colour": "red"}},
            "doe-2026.yml (arms), row 1, column colour: found an unknown field; allowed: arm",
        ),
        ({"claims": {"id": "G083"}}, "column id: found 'G083'; allowed: a name that no other row has"),
        ({"claims": {"numerator": "201", "denominator": "200"}}, "(claims), row 1, column numerator: found 201"),
        ({"claims": {"arm": "zuma-7-2023/axi-cel"}}, "(claims), row 1, column arm: found 'zuma-7-2023/axi-cel'"),
        ({"reports": {"report": "gazeau-2025"}}, "found 'gazeau-2025'; allowed: a report that is not here yet"),
        ({"reports": {"year": "soon"}}, "(reports), row 1, column year: found 'soon'; allowed: a integer such as"),
        ({"studies": {"study": "gazeau"}}, "(studies), row 1, column name, overlap_group, patients: found a value"),
        (
            {"reports": {"doi": "10.1038/s41375-025-02605-7"}},
            "column doi: found '10.1038/s41375-025-02605-7'; allowed: a duplicate",
        ),
        ({"search": {"record": "S001-0001"}}, "found 'S001-0001'; allowed: a record that waits to be screened"),
        ({"search": {"decided_by": "guarantor"}}, "(search), row 1, column decided_by: found 'guarantor'"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place_and_nothing_is_written(copied_data, tmp_path, capsys, parts, message):
    before = contents(copied_data)
    assert propose(changed(FORM, tmp_path, **parts), copied_data, "--keep") == 1
    told = capsys.readouterr().err
    assert message in told
    assert told.endswith("Nothing was written.\n")
    assert contents(copied_data) == before


def test_a_record_that_waited_is_decided_and_no_other_row_is_touched(copied_data, tmp_path, no_results):
    tables = data.load(copied_data)
    waiting = tables.records[
        (tables.records.decision == "to screen") & tables.records.doi.isna() & tables.records.pmid.isna()
    ]
    name = waiting.index[0]
    year = waiting.year.iloc[0]
    cells = dict.fromkeys(["title", "found_in", "searched_on", "how"]) | {"record": name}
    path = changed(FORM, tmp_path, search=cells, **({} if year != year else {"reports": {"year": f"{year:.0f}"}}))
    before = (copied_data / "review" / "records.csv").read_text(encoding="utf-8").splitlines()
    assert propose(path, copied_data, "--keep") == 0
    after = (copied_data / "review" / "records.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in before] == [line.split(",")[0] for line in after]
    assert [new.split(",")[0] for old, new in zip(before, after, strict=True) if old != new] == [name]
    assert data.load(copied_data).records.report[name] == "doe-2026"
    assert len(data.load(copied_data).searches) == len(tables.searches)


def test_a_form_is_never_written_over(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new-report", "doe-2026"]) == 0
    (tmp_path / "doe-2026.yml").write_text("mine")
    assert main(["new-report", "doe-2026"]) == 1
    assert (tmp_path / "doe-2026.yml").read_text() == "mine"
    assert "File exists" in capsys.readouterr().err


def test_the_form_asks_for_every_column_that_does_not_follow():
    words = data.dictionary()
    text = form.text(words, "doe-2026")
    shown = yaml.load(text, Loader=yaml.BaseLoader)
    assert list(shown) == list(form.PARTS)
    for part in ("studies", "reports", "arms", "claims"):
        for column in set(words[part]["columns"]) - form.DERIVED.get(part, set()):
            assert f" {column}: " in text, column


def test_a_form_that_is_no_yaml(tmp_path, copied_data, capsys):
    path = tmp_path / "doe-2026.yml"
    path.write_text("search: [")
    assert propose(path, copied_data) == 1
    assert "allowed: YAML" in capsys.readouterr().err
    path.write_text("arms: {arm: x}")
    assert propose(path, copied_data) == 1
    assert "a list of entries, each with a dash" in capsys.readouterr().err
