"""Making a release: the same bytes twice, checksums that hold, and what is refused leaves no trace."""

import hashlib
import shutil
import subprocess
import zipfile

import pytest

from analysis import data, paths, protocol
from analysis.versions import history, release, results, store


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
