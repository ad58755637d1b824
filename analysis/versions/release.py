"""Make a release: refuse what is not one, write what it gave, build the site, pack it.

In git: ``releases/<version>/results.json`` and ``SHA256SUMS``. The packed site is many megabytes and follows from the
commit, so that it is written to ``_build/release/`` and only its size and checksum are kept.
"""

import csv
import hashlib
import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis import data, protocol
from analysis.versions import notes, numbers, rules, store
from analysis.versions.store import Release

SUMS = "SHA256SUMS"
NAME = "tmn-after-cart"
VERSIONED = {"searches": "version", "errata": "corrected_in"}  # cells that the next version fills in
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a ZIP file; the same bytes on every day


class ReleaseError(ValueError):
    """Not a release; says everything that was found."""


def make(root: Path, version: str, on: str, build: Callable[[], int] | None) -> list[str]:
    """Make one release; what was changed is put back if anything fails.

    Parameters
    ----------
    root : Path
        Folder of the project, a git repository.
    version : str
        Wanted number.
    on : str
        Day of the release.
    build : callable or None
        Builds the site into ``_build/html`` and returns an exit code; None: no site.

    Returns
    -------
    list of str
        What was done, and what is left to do.

    Raises
    ------
    ReleaseError
        With every reason why not.
    """
    numbers.parse(version)
    if (folder := root / "releases" / version).exists():
        raise ReleaseError(f"{version} is published already: {folder.relative_to(root)} exists")
    commit = clean_commit(root)
    tables, plan = data.load(root / "data"), protocol.load(root / "data")
    earlier = store.published(root / "releases")
    new = _now(root, tables, version)
    words = notes.changelog(root).get(version, "")
    cited = numbers.parse(numbers.current(root))
    found = rules.refusals(earlier[-1] if earlier else None, new, plan, tables, words)
    if not earlier and numbers.parse(version) < cited:
        found.append(f"{version} does not grow; allowed: {cited}, which CITATION.cff names, or more")
    if found:
        raise ReleaseError("\n".join(found))
    with _put_back(root, folder):
        _write_version(root, version, on)
        new = _now(root, data.load(root / "data"), version)._replace(released_on=on, commit=commit)
        folder.mkdir(parents=True)
        (folder / store.FILE).write_text(store.text(new), encoding="utf-8", newline="\n")
        packed = _site(root, version, build)
        (folder / SUMS).write_text(sums([folder / store.FILE, *packed]), encoding="utf-8", newline="\n")
    told = [f"{path.relative_to(root)}, {path.stat().st_size:,} bytes" for path in [*sorted(folder.iterdir()), *packed]]
    last = f"git add -A && git commit -m 'Version {version}' && git tag v{version}"
    return [f"Version {version}: {len(new.results)} results of {len(new.reports)} reports.", *told, f"Now: {last}"]


def clean_commit(root: Path) -> str:
    """The commit of the work tree, which must hold nothing else.

    Parameters
    ----------
    root : Path
        A git repository.

    Returns
    -------
    str
        Its hash.

    Raises
    ------
    ReleaseError
        If files were changed or added since, or there is no repository.
    """
    try:
        changed = _git(root, "status", "--porcelain").splitlines()
        commit = _git(root, "rev-parse", "HEAD").strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ReleaseError(
            f"{root} is no git repository with a commit; a release names the commit it is made from"
        ) from error
    if changed:
        shown = "\n".join(f"  {line}" for line in changed[:10])
        raise ReleaseError(
            f"{len(changed)} file(s) are not committed; allowed: none, since a release names a commit:\n{shown}"
        )
    return commit


def _git(root: Path, *words: str) -> str:
    """Ask git."""
    return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True).stdout


def _now(root: Path, tables, version: str) -> Release:
    """The tables of this project under a number."""
    return store.now(tables, version, folder=root / "data", chapters=root / "chapters")


def _write_version(root: Path, version: str, on: str) -> None:
    """Number and day in CITATION.cff and the changelog; the number in searches and errata that have none yet."""
    cff, log = root / "CITATION.cff", root / "CHANGELOG.md"
    text = re.sub(r"^version: .*$", f"version: {version}", cff.read_text(encoding="utf-8"), flags=re.M)
    cff.write_text(re.sub(r"^date-released: .*$", f"date-released: {on}", text, flags=re.M), encoding="utf-8")
    head = re.compile(rf"^## {re.escape(version)}(?: .*)?$", re.M)
    log.write_text(head.sub(f"## {version} ({on})", log.read_text(encoding="utf-8")), encoding="utf-8")
    words = data.dictionary(root / "data")
    for name, column in VERSIONED.items():
        file = root / "data" / words[name]["file"]
        with file.open(encoding="utf-8", newline="") as handle:
            head, *rows = csv.reader(handle)
        place = head.index(column)
        if all(row[place] for row in rows):
            continue
        filled = [[cell or version if i == place else cell for i, cell in enumerate(row)] for row in rows]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([head, *filled])
        file.write_text(out.getvalue(), encoding="utf-8", newline="")


@contextmanager
def _put_back(root: Path, folder: Path) -> Iterator[None]:
    """Leave no trace of a release that failed."""
    words = data.dictionary(root / "data")
    files = [root / "CITATION.cff", root / "CHANGELOG.md", *(root / "data" / words[name]["file"] for name in VERSIONED)]
    before = {file: file.read_bytes() for file in files}
    try:
        yield
    except BaseException:  # also when somebody stops it halfway
        for file, content in before.items():
            file.write_bytes(content)
        for name in (store.FILE, SUMS):
            (folder / name).unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()
        raise


def _site(root: Path, version: str, build: Callable[[], int] | None) -> list[Path]:
    """The built and packed site."""
    if build is None:
        return []
    if build():
        raise ReleaseError("the site was not built; nothing was released")
    target = root / "_build" / "release" / f"{NAME}-{version}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    pack(root / "_build" / "html", target)
    return [target]


def pack(folder: Path, target: Path) -> None:
    """All files of a folder in one ZIP, the same bytes for the same files.

    Parameters
    ----------
    folder : Path
        Hidden files are left out.
    target : Path
        The ZIP.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder)
            if not any(part.startswith(".") for part in name.parts):
                entry = zipfile.ZipInfo(f"{target.stem}/{name.as_posix()}", EARLIEST)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())


def sums(files: list[Path]) -> str:
    """Checksums as ``sha256sum --check`` reads them, each with the size in a line above.

    Parameters
    ----------
    files : list of Path
        In the order in which they are listed, by name.

    Returns
    -------
    str
    """
    lines = []
    for path in files:
        lines += [
            f"# {path.name}: {path.stat().st_size} bytes",
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}",
        ]
    return "\n".join(lines) + "\n"
