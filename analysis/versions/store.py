"""What a version gave: one JSON file each in ``releases/<version>/``, and the same of the tables as they are now.

The file holds every result, each report with a hash of what its rows say, the searches and errata so far, the commit
from which it was made and a hash of all data. Equal states give equal bytes: keys and rows are sorted, numbers rounded.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import paths
from analysis.review.searches import last_search, runs
from analysis.versions import numbers
from analysis.versions.results import COLUMNS, NUMBERS, results

FILE = "results.json"
FORMAT = 1
WORDS = {  # cells that explain; a change in them changes nothing that is computed
    "claims": {"note", "doubt", "location", "read_on"},
    "arms": {"note", "name", "denominator_note", "ascertainment"},
}


class Release(NamedTuple):
    """One version: what it is, and what it gave.

    ``results`` as `analysis.versions.results.results`; ``reports`` by id: ``short`` and ``rows``, a hash. What is not
    published yet has neither day nor commit.
    """

    version: str
    released_on: str
    commit: str
    searched_on: str
    data: str
    searches: tuple[str, ...]
    errata: tuple[str, ...]
    reports: dict[str, dict[str, str]]
    results: pd.DataFrame


def now(tables, version: str = "", *, folder: Path = paths.DATA, chapters: Path = paths.CHAPTERS) -> Release:
    """The tables as they are, in the form of a release.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    version : str
        The version that they are; the one in CITATION.cff where none is given.
    folder, chapters : Path
        Where the tables and the pages stand.

    Returns
    -------
    Release
        Without day and commit.
    """
    return Release(
        version=version or numbers.current(),
        released_on="",
        commit="",
        searched_on=last_search(tables),
        data=hashed(folder),
        searches=tuple(sorted(runs(tables).index)),
        errata=tuple(sorted(tables.errata.index)),
        reports=report_rows(tables),
        results=results(tables, chapters),
    )


def hashed(folder: Path) -> str:
    """SHA-256 over all files of a folder, names and bytes.

    Parameters
    ----------
    folder : Path
        Hidden files do not count.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def report_rows(tables) -> dict[str, dict[str, str]]:
    """Each report with a hash of its claims and groups of patients, words of explanation left out.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    dict
        By report: ``short`` and ``rows``.
    """
    parts = {
        name: {report: rows for report, rows in frame.groupby("report")}
        for name, frame in (("claims", _bare(tables.claims, "claims")), ("arms", _bare(tables.arms, "arms")))
    }
    found = {}
    for row in tables.reports.sort_index().itertuples():
        text = f"{row.study} {tables.studies.overlap_group[row.study]} {row.kind} {row.read_level} {row.year:g}"
        for rows in (part.get(row.Index) for part in parts.values()):
            text += "\n" + ("" if rows is None else rows.to_csv(index=False, lineterminator="\n"))
        found[row.Index] = {"short": row.short, "rows": hashlib.sha256(text.encode()).hexdigest()[:16]}
    return found


def _bare(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table without its words, in the order of its key."""
    return frame.drop(columns=["file", "row", *WORDS[name]]).sort_index()


def published(folder: Path = paths.RELEASES) -> list[Release]:
    """All published versions, oldest first.

    Parameters
    ----------
    folder : Path
        With a folder for each version.

    Returns
    -------
    list of Release
        Empty before the first.

    Raises
    ------
    ValueError
        If a file is not that of its folder, or of another format.
    """
    found = [read(path) for path in folder.glob(f"*/{FILE}")]
    return sorted(found, key=lambda release: numbers.parse(release.version))


def read(path: Path) -> Release:
    """One stored version.

    Parameters
    ----------
    path : Path
        Its ``results.json``.

    Returns
    -------
    Release

    Raises
    ------
    ValueError
        If the file is not that of its folder, or of another format.
    """
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if (stored.get("format"), stored.get("version")) != (FORMAT, path.parent.name):
        found = f"format {stored.get('format')}, version {stored.get('version')}"
        raise ValueError(f"{path}: found {found}; allowed: format {FORMAT}, version {path.parent.name}")
    frame = pd.DataFrame(stored["results"], columns=COLUMNS)
    frame = frame.astype(object).where(frame.notna(), None).astype(dict.fromkeys(NUMBERS, float))
    fields = {key: stored[key] for key in Release._fields if key not in ("results", "searches", "errata")}
    lists = {key: tuple(stored[key]) for key in ("searches", "errata")}
    return Release(**fields, **lists, results=frame.set_index("name", drop=False))


def text(release: Release) -> str:
    """The JSON of a version: keys sorted, one line a report and a result, so that two versions can be compared by eye.

    Parameters
    ----------
    release : Release
        What is stored.

    Returns
    -------
    str
    """
    head = {"format": FORMAT} | {k: v for k, v in release._asdict().items() if k not in ("reports", "results")}
    lines = [f" {json.dumps(key)}: {_json(head[key])}" for key in sorted(head)]
    reports = [f"  {json.dumps(name)}: {_json(row)}" for name, row in sorted(release.reports.items())]
    lines.append(' "reports": {\n' + ",\n".join(reports) + "\n }")
    rows = [f"  {_json(_filled(row))}" for row in release.results.sort_index().to_dict("records")]
    lines.append(' "results": [\n' + ",\n".join(rows) + "\n ]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    """Sorted and without escapes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _filled(row: dict) -> dict:
    """The cells that say something, whole numbers without decimals."""
    cells = {key: value for key, value in row.items() if value is not None and value == value}
    return {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in cells.items()}


def short_names(releases: Iterable[Release]) -> dict[str, str]:
    """What reports are called, also those that left.

    Parameters
    ----------
    releases : iterable of Release
        Later ones win.

    Returns
    -------
    dict of str to str
    """
    return {name: row["short"] for release in releases for name, row in release.reports.items()}
