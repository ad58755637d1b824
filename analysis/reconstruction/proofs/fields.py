"""What every proof speaks of: printed fields, the numbers they may stand for, and the shape of a proof.

Vocabulary: a *field* is one printed figure of a claim, its value or one of its limits; the *window* of a field holds
every number that prints like it, both ends included, so that no rule for rounding halves matters; a *conflict* is a set
of fields that no cohort can regenerate together, and is smallest when each of its fields is needed.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from analysis.audit import rounding
from analysis.audit.ledger import Ledger, half, listed
from analysis.data import Tables

SIDES = ("value", "low", "high")
WORDS = {"value": "estimate", "low": "lower limit", "high": "upper limit"}
COUNTS = ("numerator", "denominator")

ENUMERATION = "enumeration"
INTERVAL = "interval argument"
BOUND = "variance bound"
TWICE = "duplicate contradiction"


class Field(NamedTuple):
    """One printed figure: the claim's id and ``value``, ``low``, ``high``, ``numerator`` or ``denominator``.

    Examples
    --------
    >>> str(Field("G098", "high"))
    'G098.high'
    """

    claim: str
    side: str

    def __str__(self) -> str:
        """As it is written in tables."""
        return f"{self.claim}.{self.side}"


class Proof(NamedTuple):
    """Why one field is set aside; ``assumes`` is empty where nothing beyond the arithmetic is needed."""

    field: Field
    printed: str
    kind: str
    conflict: tuple[Field, ...]
    fits: str
    misprint: str
    argument: str
    assumes: str = ""


def paper(tables: Tables, report: str) -> Ledger:
    """The claims of one report, read once for all proofs.

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report.

    Returns
    -------
    Ledger
        Its claims as rows with their cells as attributes, empty cells as None.
    """
    return Ledger(tables._replace(claims=tables.claims[tables.claims.report == report]))


def printed_numbers(ledger: Ledger) -> list[Any]:
    """The printed numbers of the report's own patients, in ledger order."""
    return [row for row in ledger.rows.values() if row.kind == "number" and row.role == "cohort"]


def window(row: Any, side: str) -> tuple[Fraction, Fraction]:
    """Smallest and largest number that print as this field; percentages as shares of 1.

    Parameters
    ----------
    row : claim
        With the printed figure and its resolution.
    side : {"value", "low", "high"}
        Which figure.

    Returns
    -------
    tuple of Fraction
        Both ends belong to it. A p value printed as ``<0.01`` may be anything from 0 to 0.01.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = paper(ledger({"id": "A", "quantity": "t-MN", "value": "7.9", "unit": "%"}), "paper").rows["A"]
    >>> [str(end) for end in window(row, "value")]
    ['157/2000', '159/2000']
    """
    by = 100 if row.unit == "%" else 1
    figure = rounding.exact(getattr(row, side))
    if side == "value" and row.comparator in ("<", "<="):
        return Fraction(0), figure / by
    slack = half(row.resolution if side == "value" else getattr(row, f"{side}_resolution"))
    return (figure - slack) / by, (figure + slack) / by


def sides(row: Any) -> list[str]:
    """Which of value and limits a claim prints."""
    return [side for side in SIDES if getattr(row, side) is not None]


def printed(row: Any, side: str) -> str:
    """A field as it stands on the page."""
    return getattr(row, f"{side}_printed")


def digits(row: Any, side: str, ends: Iterable[float]) -> str:
    """A range of numbers as this field would print them; one figure where both ends print alike.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = paper(ledger({"id": "A", "quantity": "t-MN", "value": "7.9", "unit": "%"}), "paper").rows["A"]
    >>> digits(row, "value", (0.0731, 0.0768))
    '7.3 to 7.7'
    """
    by = 100 if row.unit == "%" else 1
    resolution = row.resolution if side == "value" else getattr(row, f"{side}_resolution")
    first, last = (rounding.text(by * float(end), resolution) for end in ends)
    return first if first == last else f"{first} to {last}"


def finer(row: Any, side: str, ends: Iterable[float]) -> str:
    """A range with one digit more than the page has, ends joined by a dash.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = paper(ledger({"id": "A", "quantity": "t-MN", "value": "7.9", "unit": "%"}), "paper").rows["A"]
    >>> finer(row, "value", window(row, "value"))
    '7.85–7.95'
    """
    by = 100 if row.unit == "%" else 1
    resolution = row.resolution if side == "value" else getattr(row, f"{side}_resolution")
    first, last = (rounding.text(by * float(end), float(rounding.exact(resolution) / 10)) for end in ends)
    return first if first == last else f"{first}–{last}"


def named(fields: Iterable[Field]) -> str:
    """Fields in a sentence: the sides of one claim together.

    Examples
    --------
    >>> named([Field("G098", "value"), Field("G099", "low"), Field("G099", "high")])
    'G098 (estimate), G099 (lower limit and upper limit)'
    """
    by_claim: dict[str, list[str]] = {}
    for field in fields:
        by_claim.setdefault(field.claim, []).append(WORDS.get(field.side, field.side))
    return ", ".join(f"{claim} ({listed(words)})" for claim, words in by_claim.items())


def table_of(proofs: Iterable[Proof]) -> pd.DataFrame:
    """Proofs as a table; see `analysis.reconstruction.proofs.impossible` for its columns."""
    columns = ["claim", "field", "printed", "kind", "conflict", "fits", "misprint", "argument", "assumes"]
    rows = [(p.field.claim, p.field.side, p.printed, p.kind, " ".join(map(str, p.conflict)), *p[4:]) for p in proofs]
    return pd.DataFrame(rows, columns=columns)
