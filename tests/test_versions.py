"""Versions: what changed is found, named and attributed; a number that says something else is refused."""

import hashlib
import shutil
import subprocess
import zipfile

import pandas as pd
import pytest

from analysis import data, paths, protocol
from analysis.versions import cells, conclusion, history, notes, numbers, release, results, rules, store
from analysis.versions.compare import difference, differing
from analysis.versions.tables import without

PLAN = {"conclusion": {"results": ["pool"], "relative_change": 0.25}}


def row(name, kind="pooled", estimate=4.0, low=3.0, high=5.0, reports="a b", **more):
    return (
        {"name": name, "kind": kind, "label": name.title(), "estimate": estimate, "low": low, "high": high}
        | {
            "unit": "%",
            "k": 2,
            "reports": reports,
        }
        | more
    )


def state(version="0.1.0", rows=(), reports="ab", searches=("S001",), errata=(), data="x", on="2026-11-21"):
    named = {name: {"short": name.upper(), "rows": "1"} for name in reports.lower()}
    named |= {name.lower(): {"short": name, "rows": "2"} for name in reports if name.isupper()}  # corrected
    frame = results.frame(list(rows) or [row("pool")])
    return store.Release(version, on, "c" * 40, "2026-11-21", data, tuple(searches), tuple(errata), named, frame)


def refusals(tables, last, new, words="New."):
    return rules.refusals(last, new, PLAN, tables, words)


# ---- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "", "1.0.0.0"])
def test_a_version_has_one_form(text):
    with pytest.raises(ValueError, match=r"allowed: MAJOR\.MINOR\.PATCH"):
        numbers.parse(text)


def test_the_version_stands_in_one_place():
    assert numbers.current() == str(numbers.parse(numbers.current()))
    project = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool")[0]
    assert numbers.current() not in project
    assert numbers.current() in notes.changelog()


# ---- what changed ----------------------------------------------------------------------------------------------------


def test_equal_states_differ_in_nothing_and_give_the_same_bytes():
    one, two = state(), state()
    assert differing(one.results, two.results) == []
    assert store.text(one) == store.text(two)


def test_what_is_stored_is_read_again(tmp_path):
    path = tmp_path / "0.1.0" / store.FILE
    path.parent.mkdir()
    path.write_text(store.text(state(rows=[row("pool"), row("none", estimate=float("nan"), low=None, high=None)])))
    again = store.published(tmp_path)[0]
    assert store.text(again) == path.read_text()
    assert path.rename(tmp_path / "0.1.0" / store.FILE)
    other = shutil.copytree(tmp_path / "0.1.0", tmp_path / "0.2.0")
    with pytest.raises(ValueError, match=r"found format 1, version 0\.1\.0; allowed: format 1, version 0\.2\.0"):
        store.read(other / store.FILE)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (state(rows=[row("pool", 4.1, reports="a b c")], reports="abc"), "new: C"),
        (state(rows=[row("pool", 4.1)], reports="aB"), "corrected: B"),
        (state(rows=[row("pool", 4.1, reports="a")], reports="a"), "left: B"),
        (state(rows=[row("pool", 4.1)]), "method"),
        (state(rows=[row("pool", 4.1, reports="a")]), "no longer counted: B"),
        (state(rows=[row("pool", 4.1, reports="a b c")], reports="aBc"), "new: C; corrected: B"),
    ],
)
def test_what_moved_a_result_is_named(new, why):
    new = new._replace(results=new.results.assign(kind="pooled", estimate=4.1))
    change = difference(state(), new)
    assert change.changes.name.tolist() == ["pool"]
    assert change.changes.why.tolist() == [why]


def test_naming_one_more_number_in_a_text_changes_words_only():
    text = row("share:x", "page", None, None, None, text="1 in 22")
    assert differing(state().results, state(rows=[row("pool"), text]).results) == []
    other = state(rows=[row("pool"), text | {"text": "1 in 21"}]).results
    assert differing(state(rows=[row("pool"), text]).results, other) == ["share:x"]
    assert differing(state().results, state(rows=[row("pool"), row("share:y", "share")]).results) == ["share:y"]


def test_noise_of_another_processor_is_no_change():
    assert differing(state().results, state(rows=[row("pool", estimate=4.0 * (1 + 1e-9))]).results) == []


def test_pooled_results_are_computed_again_without_the_new_reports(tables):
    before = without(tables, ["transcend-2021"])
    pooled = [results.frame(results.pooled(t)) for t in (before, tables)]
    old, new = (state(rows=frame.to_dict("records")) for frame in pooled)
    old = old._replace(reports=store.report_rows(before))
    change = difference(old, new._replace(reports=store.report_rows(tables)), tables).changes.set_index("name")
    name = tables.reports.short["transcend-2021"]
    assert change.why["tmn-share"] == f"new: {name}; as before without the new reports"


# ---- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "changed", "reason"),
    [
        (row("pool"), False, "the same"),
        (row("pool", estimate=4.9), False, "within"),
        (row("pool", estimate=5.1), True, "outside the interval"),
        (row("pool", estimate=2.99), True, "outside the interval"),
        (row("other"), True, "no longer given"),
        (row("pool", estimate=None, low=None, high=None), True, "no longer pooled"),
    ],
)
def test_the_answer_is_held_against_the_stated_threshold(after, changed, reason):
    found = conclusion.verdicts(state(), state(rows=[after]), PLAN)
    assert conclusion.changed(found) is changed
    assert reason in found[0].reason


def test_a_wide_interval_does_not_hide_a_large_move():
    wide = state(rows=[row("pool", low=1.0, high=9.0)])
    found = conclusion.verdicts(wide, state(rows=[row("pool", estimate=5.5)]), PLAN)
    assert found[0].reason == "moved by more than 25% of its value"


def test_the_protocol_names_results_that_exist(tables):
    names = {claim.id for claim in tables.claims.itertuples()} | {line["name"] for line in results.pooled(tables)}
    assert set(protocol.load()["conclusion"]["results"]) <= names


# ---- refusals --------------------------------------------------------------------------------------------------------

MOVED = [row("pool", estimate=4.2)]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (state("0.1.1"), []),
        (state("0.2.0", MOVED), []),
        (state("0.2.0", data="y"), []),
        (state("1.0.0", MOVED, searches=("S001", "S002")), []),
        (state("0.1.1", MOVED), ["0.1.1 says that only words changed", "pool: 4.0% (3.0–5.0) -> 4.2%", "0.2.0"]),
        (state("0.1.1", searches=("S001", "S002")), ["0.1.1 hides a new search (S002); allowed: 1.0.0"]),
        (state("0.2.0", searches=("S001", "S002")), ["0.2.0 hides a new search"]),
        (state("0.2.0"), ["found the same data and the same 1 results; allowed: 0.1.1"]),
        (state("1.0.0", MOVED), ["found no row in data/review/searches.csv", "allowed: 0.2.0"]),
        (state("0.1.0"), ["0.1.0 does not grow after 0.1.0; allowed: 1.0.0", "0.2.0", "0.1.1"]),
        (state("0.0.9"), ["does not grow"]),
        (state("0.3.0", MOVED), ["0.3.0 is no step after 0.1.0"]),
    ],
)
def test_a_number_that_says_something_else_is_refused(tables, new, words):
    found = refusals(tables, state(), new)
    assert bool(found) == bool(words)
    assert all(word in "\n".join(found) for word in words)


def test_many_changed_results_are_named_and_counted(tables):
    names = [f"r{i:02d}" for i in range(20)]
    last, new = (state(v, [row(n, estimate=e) for n in ["pool", *names]]) for v, e in (("0.1.0", 4), ("0.1.1", 4.5)))
    found = refusals(tables, last, new)[0]
    assert "found 21 changed results" in found
    assert "and 9 more" in found


def test_a_version_needs_words(tables):
    assert refusals(tables, None, state(), " ")[0].startswith("CHANGELOG.md: found no words under '## 0.1.0'")


def test_a_corrected_printed_number_needs_an_erratum(tables):
    old, new = (
        state(v, [row("pool"), row("G083", "printed", text=t)]) for v, t in (("0.1.0", "4.5%"), ("0.2.0", "4.6%"))
    )
    found = refusals(tables, old, new)
    assert found == [
        "G083 was 4.5% and is 4.6%; found no new row in data/errata.csv that names it; allowed: one that says "
        "what was wrong"
    ]
    errata = pd.DataFrame({"claims": ["G082 G083"], "what": "x"}, index=["E001"])
    assert refusals(tables._replace(errata=errata), old, new._replace(errata=("E001",))) == []


# ---- making a release ------------------------------------------------------------------------------------------------


def of_gazeau(tables):
    """The claims of one report are results enough."""
    return tables._replace(claims=tables.claims[tables.claims.report == "gazeau-2025"])


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project's data in a git repository; only printed numbers are results."""
    root = tmp_path / "project"
    shutil.copytree(paths.DATA, root / "data", ignore=shutil.ignore_patterns("reconstruction"))
    for name in ("CITATION.cff", "CHANGELOG.md"):
        shutil.copy2(paths.ROOT / name, root / name)
    (root / "CHANGELOG.md").write_text("## 0.1.1\n\nWords.\n\n## 0.2.0\n\nData.\n\n## 0.1.0 (soon)\n\nFirst.\n")
    monkeypatch.setattr(store, "results", lambda t, _: results.frame(results._printed(of_gazeau(t))))
    plan = protocol.load() | {"conclusion": {"text": "", "results": ["G083"], "relative_change": 0.25}}
    monkeypatch.setattr(release.protocol, "load", lambda folder: plan)
    git(root, "init", "-q")
    commit(root)
    return root


def git(root, *words):
    words = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", *words)
    return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True).stdout


def commit(root):
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "State")


def replace(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_release_stores_the_same_bytes_twice_and_its_checksums_hold(project, tmp_path):
    other = shutil.copytree(project, tmp_path / "other")
    for root in (project, other):
        told = release.make(root, "0.1.0", "2026-11-30", None)
        assert told[-1].endswith("git tag v0.1.0")
    one, two = ({p.name: p.read_bytes() for p in (root / "releases" / "0.1.0").iterdir()} for root in (project, other))
    assert one == two
    assert hashlib.sha256(one["results.json"]).hexdigest() in one["SHA256SUMS"].decode()
    assert "date-released: 2026-11-30" in (project / "CITATION.cff").read_text()
    assert "## 0.1.0 (2026-11-30)" in (project / "CHANGELOG.md").read_text()
    stored = store.published(project / "releases")[0]
    assert stored.commit == git(project, "rev-parse", "HEAD").strip()
    assert stored.data == store.hashed(project / "data")


def test_a_dirty_tree_is_refused(project):
    (project / "data" / "README.md").write_text("Changed.")
    with pytest.raises(release.ReleaseError, match=r"1 file\(s\) are not committed; allowed: none"):
        release.make(project, "0.1.0", "2026-11-30", None)


def test_no_repository_is_refused(tmp_path):
    with pytest.raises(release.ReleaseError, match="no git repository"):
        release.clean_commit(tmp_path)


def test_patch_is_refused_when_a_result_changed_and_accepted_when_words_did(project):
    release.make(project, "0.1.0", "2026-11-30", None)
    commit(project)
    with pytest.raises(release.ReleaseError, match="is published already"):
        release.make(project, "0.1.0", "2026-11-30", None)
    ledger = project / "data" / "claims" / "gazeau-2025.csv"
    replace(ledger, ",24,4.5,4.5,", ",24,4.6,4.6,")
    commit(project)
    with pytest.raises(
        release.ReleaseError, match=r"0\.1\.1 says that only words changed; found 1 changed results"
    ) as told:
        release.make(project, "0.1.1", "2026-12-01", None)
    assert "G083: 4.5% (95% CI 2.8–6.9) -> 4.6% (95% CI 2.8–6.9) (corrected: Gazeau 2025)" in str(told.value)
    assert not (project / "releases" / "0.1.1").exists()
    replace(ledger, ",24,4.6,4.6,", ",24,4.5,4.5,")
    replace(project / "data" / "README.md", "# ", "# The ")
    commit(project)
    release.make(project, "0.1.1", "2026-12-01", None)
    assert [r.version for r in store.published(project / "releases")] == ["0.1.0", "0.1.1"]


def test_a_correction_with_its_erratum_is_a_minor_version(project):
    release.make(project, "0.1.0", "2026-11-30", None)
    commit(project)
    replace(project / "data" / "claims" / "gazeau-2025.csv", ",24,4.5,4.5,", ",24,4.6,4.6,")
    with (project / "data" / "errata.csv").open("a") as handle:
        handle.write("E001,2026-12-01,a reader,0.1.0,,G083,Copied wrongly.,One number.\n")
    commit(project)
    release.make(project, "0.2.0", "2026-12-01", None)
    tables = data.load(project / "data")
    assert tables.errata.corrected_in.tolist() == ["0.2.0"]  # filled in by the release
    past = history.history(tables, project / "releases")
    assert [r.version for r in past.published] == ["0.1.0", "0.2.0"]


def test_a_site_that_is_not_built_leaves_no_trace(project):
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file() and ".git" not in p.parts}
    with pytest.raises(release.ReleaseError, match="was not built"):
        release.make(project, "0.1.0", "2026-11-30", lambda: 1)
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file() and ".git" not in p.parts} == before
    assert git(project, "status", "--porcelain") == ""


def test_the_packed_site_has_its_checksum_and_stays_out_of_the_folder(project):
    def build():
        (project / "_build" / "html").mkdir(parents=True)
        (project / "_build" / "html" / "index.html").write_text("x")
        return 0

    release.make(project, "0.1.0", "2026-11-30", build)
    packed = project / "_build" / "release" / "tmn-after-cart-0.1.0.zip"
    lines = (project / "releases" / "0.1.0" / "SHA256SUMS").read_text().splitlines()
    assert f"{hashlib.sha256(packed.read_bytes()).hexdigest()}  {packed.name}" in lines
    assert f"# {packed.name}: {packed.stat().st_size} bytes" in lines
    assert {path.name for path in (project / "releases" / "0.1.0").iterdir()} == {"results.json", "SHA256SUMS"}


def test_the_packed_site_is_the_same_on_every_day(tmp_path):
    folder = tmp_path / "html"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "x.html").write_text("x")
    (folder / "a.html").write_text("a")
    (folder / ".buildinfo").write_text("day")
    release.pack(folder, tmp_path / "site.zip")
    first = (tmp_path / "site.zip").read_bytes()
    (folder / "a.html").touch()
    release.pack(folder, tmp_path / "site.zip")
    assert (tmp_path / "site.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        assert archive.namelist() == ["site/a.html", "site/b/x.html"]


# ---- the page --------------------------------------------------------------------------------------------------------


def past(*releases, shown=None):
    shown = shown or releases[-1]
    return history.History(list(releases), shown, releases[-2] if len(releases) > 1 else None)


def test_the_page_with_no_one_and_two_versions(tables, monkeypatch):
    monkeypatch.setattr(results, "pooled", lambda tables: [])
    empty = history.History([], state(on=""), None)
    assert "None has been published yet" in cells.versions(tables, empty, PLAN).data
    assert "none can have been cited" in cells.since(tables, empty, PLAN).data
    assert "It is the first version" in cells.takeaways(tables, empty, PLAN)[1]
    one = past(state())
    assert "first version" in cells.versions(tables, one, PLAN).data
    assert "This is the version that you are reading." in cells.since(tables, one, PLAN).data
    assert cells.answer_rows(one, PLAN).Changed.tolist() == ["nothing to compare with"]
    moved = state("1.0.0", [row("pool", estimate=5.2, reports="a b c")], "abc", ("S001", "S002"))
    two = past(state(), moved)
    lines = cells.takeaways(tables, two, PLAN)
    assert "1 new search, 1 new report, 1 changed result;" in lines[1]
    assert "The answer has changed" in lines[2]
    page = cells.since(tables, two, PLAN).data
    assert page.index('data-since="1.0.0"') < page.index('data-since="0.1.0"')
    assert "new: C" in page


def test_words_alone_are_said_to_be_words(tables):
    lines = cells.takeaways(tables, past(state(), state("0.1.1")), PLAN)
    assert lines[1].startswith("Since version 0.1.0 only words have changed: all 1 results are the same.")
    assert lines[2] == "The answer has not changed."


def test_printed_numbers_of_a_new_report_are_one_row():
    new = [row("pool"), *(row(f"c.{i}", "printed", reports="c", text=str(i)) for i in range(3))]
    old, now = state(), state("1.0.0", new, "abc")
    rows = cells.change_rows(difference(old, now), [old, now])
    assert rows.values.tolist() == [["C: 3 printed numbers", "not given", "new", "new: C"]]
    back = cells.change_rows(difference(now, old), [now, old])
    assert back.values.tolist() == [["C: 3 printed numbers", "given", "gone", "left: C"]]


def test_errata_are_shown_with_who_what_and_effect(tables):
    cells_ = {"erratum": "E001", "noticed_on": "2026-12-01", "noticed_by": "a reader", "stood_in": "0.1.0"}
    cells_ |= {"corrected_in": None, "claims": "G083", "what": "Copied wrongly.", "effect": "One number."}
    errata = pd.DataFrame([cells_]).set_index("erratum", drop=False)
    page = cells.errata(tables._replace(errata=errata)).data
    assert all(
        word in page for word in ("a reader", "Copied wrongly.", "One number.", 'href="data.html#g083"', "the next")
    )
