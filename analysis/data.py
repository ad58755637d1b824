"""The tables, read and checked once at the border.

``data/dictionary.yml`` describes every column; its rules (type, allowed values, pattern, limits) are JSON Schema
keywords and are checked by jsonschema, each cell for itself. References between tables and keys are checked here;
what the rows of the tables owe each other is in `analysis.integrity`, the protocol in `analysis.protocol`.

Vocabulary: a *table* is one entry of the dictionary, a *row* is counted as in an editor (the header is row 1), a
*problem* is one thing wrong with one cell.
"""

import csv
import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pandas as pd
import yaml

from analysis import integrity, paths, protocol
from analysis.problems import DataError, Problem

NUMBERS = {"number": float, "integer": int}


class Tables(NamedTuple):
    """All tables of the review, each indexed by its key, columns as in the dictionary.

    Two are the same only if they are the same object, so that results can be remembered (`remembered`).
    """

    studies: pd.DataFrame
    reports: pd.DataFrame
    arms: pd.DataFrame
    claims: pd.DataFrame
    readers: pd.DataFrame
    readings: pd.DataFrame
    errata: pd.DataFrame
    searches: pd.DataFrame
    strategies: pd.DataFrame
    records: pd.DataFrame
    roles: pd.DataFrame
    checklists: pd.DataFrame
    quality: pd.DataFrame

    __hash__ = object.__hash__
    __eq__ = object.__eq__


def remembered(function: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Compute a table once for the same tables and arguments; every caller gets a copy of its own."""
    kept = functools.lru_cache(maxsize=16)(function)

    @functools.wraps(function)
    def call(*args, **kwargs) -> pd.DataFrame:
        return kept(*args, **kwargs).copy()

    return call


def dictionary(folder: Path = paths.DATA) -> dict[str, Any]:
    """Every column of every table, as written in ``dictionary.yml``.

    Examples
    --------
    >>> dictionary()["claims"]["columns"]["value"]["type"]
    'number'
    """
    return yaml.safe_load((folder / "dictionary.yml").read_text(encoding="utf-8"))


def load(folder: Path = paths.DATA) -> Tables:
    """Read and check all tables.

    Parameters
    ----------
    folder : Path
        Holds ``dictionary.yml`` and the CSV files.

    Returns
    -------
    Tables
        One data frame a table. Empty cells are ``None`` in text columns and NaN in numeric ones;
        ``file`` and ``row`` say where a row stands.

    Raises
    ------
    DataError
        With every problem found, each with file, row, column, what was found and what is allowed.

    Examples
    --------
    >>> load().claims.loc["G083", "value_printed"]
    '4.5'
    """
    tables, problems = read(folder)
    if problems:
        raise DataError(problems)
    return tables


def read(folder: Path = paths.DATA) -> tuple[Tables, list[Problem]]:
    """Read all tables and list every problem instead of stopping at the first.

    Parameters
    ----------
    folder : Path
        Holds ``dictionary.yml`` and the CSV files.

    Returns
    -------
    tables : Tables
        Whatever could be read.
    problems : list of Problem
        Empty when the data are sound.
    """
    words = {name: spec for name, spec in dictionary(folder).items() if spec.get("of") != "cohort"}
    problems, frames = [], {}
    for name, spec in words.items():
        files = {f"data/{path.relative_to(folder).as_posix()}": path for path in sorted(folder.glob(spec["file"]))}
        frames[name], found = read_files(files, spec)
        problems += found
    for name, spec in words.items():
        problems += _reference_problems(frames, name, spec)
    plan, found = protocol.read(folder)
    problems += found
    if not problems:  # what rows owe each other can only be asked of rows that are sound in themselves
        problems += integrity.problems(frames) + protocol.eligibility_problems(plan, frames)
    return Tables(**{name: frame.set_index(words[name]["key"], drop=False) for name, frame in frames.items()}), problems


def read_files(files: dict[str, Path], spec: dict) -> tuple[pd.DataFrame, list[Problem]]:
    """All files of one table under each other, cells converted.

    Parameters
    ----------
    files : dict of str to Path
        What a file is called in messages, and where it is.
    spec : dict
        The table's entry of the dictionary.

    Returns
    -------
    frame : DataFrame
        The columns of the dictionary, and ``file`` and ``row``: where a row stands.
    problems : list of Problem
        Every cell that breaks a rule, and every key that stands twice.
    """
    columns, problems, rows = spec["columns"], [], []
    check = _cell_checker(columns)
    for name, path in files.items():
        for number, cells in _lines(name, path, list(columns), problems):
            values = [check(column, cell) for column, cell in zip(columns, cells, strict=True)]
            problems += [
                Problem(name, number, c, *wrong) for c, (_, wrong) in zip(columns, values, strict=True) if wrong
            ]
            rows.append([*(value for value, _ in values), name, number])
    frame = pd.DataFrame(rows, columns=[*columns, "file", "row"], dtype=object)
    for column, rule in columns.items():
        if rule["type"] in NUMBERS:
            frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return frame, problems + _key_problems(frame, spec)


def _lines(name: str, path: Path, columns: list[str], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The rows of one file with their numbers; none if the header is not that of the dictionary."""
    with path.open(encoding="utf-8", newline="") as handle:
        lines = csv.reader(handle, strict=True)
        header = next(lines, [])
        if header != columns:
            problems += _header_problems(name, header, columns)
            return
        for number, cells in enumerate(lines, start=2):
            if len(cells) != len(header):
                problems.append(Problem(name, number, "(row)", f"{len(cells)} cells", f"{len(header)} cells"))
                continue
            yield number, cells


def _header_problems(file: str, found: list[str], allowed: list[str]) -> list[Problem]:
    """Which columns are unknown, missing or out of order."""
    unknown = [Problem(file, 1, c, "unknown column", "a column of the dictionary") for c in found if c not in allowed]
    missing = [
        Problem(file, 1, c, "missing column", "every column of the dictionary") for c in allowed if c not in found
    ]
    order = [Problem(file, 1, "(header)", ", ".join(found), "the order of the dictionary")]
    return unknown + missing or order


def _cell_checker(columns: dict[str, dict]):
    """A function (column, cell) -> (value, (found, allowed) or None), remembering cells it has seen."""
    validators = {c: jsonschema.Draft202012Validator(_schema(rule)) for c, rule in columns.items()}

    @functools.cache
    def check(column: str, cell: str) -> tuple[Any, tuple[str, str] | None]:
        rule = columns[column]
        if cell == "":
            return None, (("nothing", "a value") if rule.get("required") else None)
        if cell != cell.strip():
            return cell, (repr(cell), "no blanks around the value")
        value = _number(cell, rule["type"])
        error = next(validators[column].iter_errors(value), None)
        return value, ((repr(cell), _allowed(error, rule)) if error else None)

    return check


def _number(cell: str, kind: str) -> Any:
    """The cell as a number where one is wanted and possible."""
    try:
        value = NUMBERS[kind](cell)
    except (KeyError, ValueError):
        return cell
    return value if math.isfinite(value) else cell


def _schema(rule: dict) -> dict:
    """The JSON Schema of one column."""
    schema: dict[str, Any] = {"type": rule["type"] if rule["type"] in NUMBERS else "string"}
    if rule["type"] == "date":
        schema["pattern"] = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
    if "allowed" in rule:
        schema["enum"] = rule["allowed"]
    return schema | {key: rule[key] for key in ("pattern", "minimum", "maximum") if key in rule}


def _allowed(error: jsonschema.ValidationError, rule: dict) -> str:
    """What the dictionary allows, in words."""
    words = {
        "type": f"a {error.validator_value} such as {rule['example']}",
        "enum": " | ".join(map(str, rule.get("allowed", []))),
        "pattern": f"of the form {error.validator_value}, such as {rule['example']}",
        "minimum": f"at least {error.validator_value}",
        "maximum": f"at most {error.validator_value}",
    }
    return words[error.validator]


def _key_problems(frame: pd.DataFrame, spec: dict) -> list[Problem]:
    """Keys that stand twice."""
    key = spec["key"]
    twice = frame[frame[key].notna() & frame[key].duplicated()]
    return [
        Problem(r.file, r.row, key, repr(getattr(r, key)), "a name that no other row has") for r in twice.itertuples()
    ]


def _reference_problems(frames: dict[str, pd.DataFrame], name: str, spec: dict) -> list[Problem]:
    """References to rows that do not exist."""
    problems = []
    for column, rule in spec["columns"].items():
        if "refers" not in rule:
            continue
        table, target = rule["refers"].split(".")
        known = set(frames[table][target])
        for row in frames[name][frames[name][column].notna()].itertuples():
            for wanted in str(getattr(row, column)).split():
                if wanted not in known:
                    problems.append(Problem(row.file, row.row, column, repr(wanted), f"an existing {rule['refers']}"))
    return problems
