"""What every rule of the audit needs: the claims in a handy form, their names in print, and the shape of an answer.

Vocabulary: a *check* is one question put to one or several claims; a *family* is a claim with its repetitions
(`duplicate_of`); the *count* of a claim is the number of patients it speaks of; a *statement* is a claim in words.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from analysis.audit import rounding
from analysis.data import Tables

SEVERITIES = ("probable misprint", "inconsistency", "quoting", "ambiguous", "rounding")
PLACES = {"abstract": "the abstract", "introduction": "the introduction", "methods": "the Methods"}


class Check(NamedTuple):
    """One question a rule asked; without a severity the claims agree.

    Examples
    --------
    >>> Check(("G001", "G043")).severity
    ''
    """

    claims: tuple[str, ...]
    expected: str = ""
    found: str = ""
    severity: str = ""
    reading: str = ""
    how: str = ""


class Rule(NamedTuple):
    """A named question with its reason; ``ask`` takes the tables and yields checks."""

    name: str
    title: str
    description: str
    reference: str
    ask: Callable[[Tables], Iterator[Check]]


@dataclass(frozen=True)
class Ledger:
    """The claims of all reports in ledger order, empty cells as None."""

    tables: Tables

    @cached_property
    def rows(self) -> dict[str, Any]:
        """Every claim by its id."""
        frame = self.tables.claims.astype(object)
        return {row.id: row for row in frame.where(frame.notna(), None).itertuples(index=False)}

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """Every original claim with the ids of itself and its repetitions, itself first."""
        families: dict[str, tuple[str, ...]] = {row.id: (row.id,) for row in self.rows.values() if not row.duplicate_of}
        for row in self.rows.values():
            if row.duplicate_of in families:
                families[row.duplicate_of] += (row.id,)
        return families

    def family(self, row) -> tuple[str, ...]:
        """The claim with all its repetitions, the original first."""
        return self.families.get(row.duplicate_of or row.id, (row.id,))

    def originals(self, **cells) -> list[Any]:
        """Number claims that repeat no other and carry the given cells."""
        return [row for row in self.rows.values() if row.kind == "number" and not row.duplicate_of and has(row, cells)]

    def statements(self, topic: str) -> list[Any]:
        """Statements on a topic, in ledger order."""
        return [row for row in self.rows.values() if row.kind == "statement" and row.quantity == topic]

    def about(self, statement) -> list[Any]:
        """The claims a statement speaks of, in its order."""
        return [self.rows[claim] for claim in (statement.about or "").split()]

    def ids(self, rows: Iterable[Any]) -> tuple[str, ...]:
        """The families of several claims, each id once, first things first."""
        return tuple(dict.fromkeys(claim for row in rows for claim in self.family(row)))

    def parts(self) -> dict[str, list[Any]]:
        """The parts of every division, by ``whole/division``."""
        parts: dict[str, list[Any]] = {}
        for row in self.rows.values():
            if row.part_of:
                parts.setdefault(row.part_of, []).append(row)
        return parts

    def size(self, report: str, group: str | None, arm: str | None = None) -> tuple[int, tuple[str, ...]] | None:
        """How many patients a group has, and the claims that say so."""
        for row in self.statements("group members"):
            if (row.report, row.group) == (report, group) and group:
                members = self.about(row)
                return sum(count(member) or 0 for member in members), (row.id, *self.ids(members))
        rows = [row for row in self.originals(report=report) if count(row) is not None and row.role != "external"]
        wanted = [row for row in rows if row.quantity == (group or "patients") and row.group in (None, group, "t-MN")]
        wanted = [row for row in wanted if arm is None or group or row.arm == arm]
        if wanted:
            return count(wanted[0]), (wanted[0].id,)
        within = [row for row in rows if group and row.group == group and row.denominator]
        return (int(within[0].denominator), (within[0].id,)) if within else None


def has(row, cells: dict[str, Any]) -> bool:
    """Whether the row carries the given cells."""
    return all(getattr(row, column) == cell for column, cell in cells.items())


def count(row) -> int | None:
    """Patients a claim speaks of: its numerator, its value, or the one count that its percentage can stand for.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> count(SimpleNamespace(numerator=None, statistic="proportion", denominator=12, value=50.0, resolution=1.0))
    6
    """
    if row.numerator is not None:
        return int(row.numerator)
    if row.statistic == "count" and row.value is not None:
        return int(row.value)
    if row.statistic == "proportion" and row.denominator and row.value is not None and row.resolution:
        fits = rounding.counts_that_print(row.value, int(row.denominator), row.resolution)
        return fits[0] if len(fits) == 1 else None
    return None


def place(row) -> str:
    """Where a claim stands, in words.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> [place(SimpleNamespace(location=where)) for where in ("table1", "abstract", "results/outcome")]
    ['Table 1', 'the abstract', 'the results']
    """
    head = row.location.split("/")[0]
    if head.startswith("table") and head[5:].strip().isdigit():
        return f"Table {head[5:].strip()}"
    return PLACES.get(head, f"the {head}")


def name(row) -> str:
    """What a claim is about: quantity, subgroup, time."""
    time = f"{row.time_months:g} months" if row.time_months is not None else None
    group = row.group if row.group and row.group != row.quantity else None
    return ", ".join(word for word in (row.quantity, group, time) if word)


def number(row) -> str:
    """The value as printed, with its unit and interval."""
    return " ".join(part for part in (value(row), limits(row)) if part)


def value(row) -> str:
    """The value as printed, with a percent sign where it is a percentage."""
    if row.value_printed is None:
        return ""
    return row.value_printed + ("%" if row.unit == "%" and row.value_printed[-1].isdigit() else "")


def limits(row) -> str:
    """The interval as printed, in brackets; nothing where none is printed."""
    if row.low_printed is None:
        return ""
    return f"({row.low_printed} to {row.high_printed})"


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> listed(["age", "MCV", "LDH"])
    'age, MCV and LDH'
    """
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def spread(low: float, high: float, text: Callable[[float], str]) -> str:
    """A range in print; one figure where both ends print alike."""
    first, last = text(low), text(high)
    return first if first == last else f"{first} to {last}"


def half(resolution: float | None) -> Fraction:
    """Half of the last printed digit; nothing where nothing was rounded."""
    return rounding.exact(resolution or 0) / 2


def series(rows: Iterable[Any], *columns: str) -> dict[tuple, list[Any]]:
    """Rows that share the given cells, in order."""
    groups: dict[tuple, list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(getattr(row, column) for column in columns), []).append(row)
    return groups


def table_of(rows: Iterable[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a table that has its columns even when empty."""
    return pd.DataFrame(list(rows), columns=columns)
