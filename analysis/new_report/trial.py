"""What would the tables and the results become with this report? Tried on a copy; nothing is kept."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from analysis import data, evidence, paths
from analysis.new_report.entry import Entry, Row
from analysis.problems import DataError, Problem
from analysis.review import flow, quality
from analysis.versions.cells import change_rows
from analysis.versions.compare import difference
from analysis.versions.store import now


class Outcome(NamedTuple):
    """The tables with the new rows, and what to tell."""

    tables: Any
    lines: list[str]


def files(folder: Path, words: dict[str, Any], entry: Entry) -> dict[str, Path]:
    """The file of each table that gets rows, the table of quality included."""
    names = [*entry.rows, "quality"]
    return {n: folder / words[n]["file"].replace("*", entry.report) for n in names}


def add(folder: Path, words: dict[str, Any], entry: Entry, form: str) -> Any:
    """Append the rows to the tables of a folder, and draft the quality of the new groups.

    Parameters
    ----------
    folder : Path
        Of the data; its files are changed.
    words : dict
        The dictionary.
    entry : Entry
        The new rows.
    form : str
        What the form is called in messages.

    Returns
    -------
    Tables

    Raises
    ------
    DataError
        With every problem; those of new rows name the entry of the form.
    """
    targets = files(folder, words, entry)
    if targets["claims"].exists():
        raise DataError([Problem(f"{form} (reports)", 1, "report", f"{targets['claims'].name} exists", "no such file")])
    before = {name: _lines(path) for name, path in targets.items()}
    for name, rows in entry.rows.items():
        _append(targets[name], list(words[name]["columns"]), rows)
    if entry.waiting:
        _decide(targets["records"], entry.waiting)
    tables, problems = data.read(folder)
    if problems:
        raise DataError([_placed(problem, before, folder, targets, form) for problem in problems])
    arms = evidence.arm_table(tables)
    drafted = quality.draft(tables, arms.index[arms.at_risk & (arms.report == entry.report)])
    _append(targets["quality"], list(words["quality"]["columns"]), drafted.to_dict("records"))
    return data.load(folder)


def run(tables, words: dict[str, Any], entry: Entry, form: str, folder: Path = paths.DATA) -> Outcome:
    """Try the rows on a copy of the data.

    Parameters
    ----------
    tables : Tables
        As they are.
    words : dict
        The dictionary.
    entry : Entry
        The new rows.
    form : str
        What the form is called in messages.
    folder : Path
        Of the data; not changed.

    Returns
    -------
    Outcome

    Raises
    ------
    DataError
        With every problem.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place) / "data")
        new = add(copy, words, entry, form)
        old_state, new_state = now(tables, "before", folder=folder), now(new, "after", folder=copy)
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in entry.rows.items() if rows)
    drafted = len(new.quality) - len(tables.quality)
    lines = [f"{entry.report}: {counts}; {drafted} judgements of quality drafted by the rule."]
    lines += ["", "Flow", *_flow_lines(tables, new)]
    rows = change_rows(difference(old_state, new_state), [old_state, new_state])
    lines += ["", f"Results that would change: {len(rows)}"]
    told = zip(rows["Result"], rows["Then"], rows["Now"], rows["What moved it"], strict=True)
    return Outcome(new, lines + [f"  {label}: {then} -> {after}  [{why}]" for label, then, after, why in told])


def _flow_lines(old, new) -> list[str]:
    """Steps of the flow that move."""
    before, after = flow.flow(old), flow.flow(new)
    moved = [step for step in after.index if before.total[step] != after.total[step]]
    return [f"  {after.words[step]}: {before.total[step]} -> {after.total[step]}" for step in moved]


@contextmanager
def put_back(targets: list[Path]) -> Iterator[None]:
    """Files are as they were, if anything fails."""
    before = {path: path.read_bytes() if path.exists() else None for path in targets}
    try:
        yield
    except BaseException:  # also when somebody stops it halfway
        for path, content in before.items():
            path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        raise


def _lines(path: Path) -> int:
    """Rows of a file, its header included."""
    if not path.exists():
        return 1
    with path.open(encoding="utf-8", newline="") as handle:
        return sum(1 for _ in csv.reader(handle))


def _append(path: Path, columns: list[str], rows: list[Row]) -> None:
    """Rows at the end of a file, which is made if it is not there."""
    if not rows:
        return
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


def _decide(path: Path, cells: Row) -> None:
    """Fill in the decision on a record that waited; no other row is touched."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith(f"{cells['id']},"))
    head, row = (next(csv.reader([lines[i]])) for i in (0, place))
    filled = dict(zip(head, row, strict=True)) | cells | {"reason": ""}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(filled[column] for column in head)
    lines[place] = out.getvalue()
    path.write_text("".join(lines), encoding="utf-8", newline="")


def _placed(problem: Problem, before: dict[str, int], folder: Path, targets: dict[str, Path], form: str) -> Problem:
    """A problem of a new row, told with its entry of the form."""
    for name, path in targets.items():
        if problem.file == f"data/{path.relative_to(folder).as_posix()}" and problem.row > before[name]:
            part = "search" if name in ("searches", "records") else name
            return problem._replace(file=f"{form} ({part})", row=problem.row - before[name])
    return problem
