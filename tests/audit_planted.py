"""Rows of invented ledgers and errors planted in them, for the tests of the audit."""

from collections.abc import Callable
from typing import Any, NamedTuple

from analysis.audit.invented import ledger
from analysis.audit.rules import RULES

STATEMENT = {"kind": "statement", "role": "design"}
QUOTED = {"role": "external", "quotes": "source"}
SOURCE = {"report": "source", "arm": "source/all", "seen": "abstract"}
ARMS = (
    {"arm": "paper/all", "report": "paper", "denominator": "treated"},
    {"arm": "source/all", "report": "source", "denominator": "adverse-event reports"},
)
ALL = {"id": "N", "quantity": "patients", "value": "539", "unit": "patients"}
TYPES = [
    {"id": "T", "quantity": "t-MN", "value": "29", "unit": "patients"},
    {"id": "T1", "quantity": "t-AML", "value": "38", "numerator": 11, "denominator": 29, "part_of": "T/type"},
    {"id": "T2", "quantity": "t-MDS", "value": "62", "numerator": 18, "denominator": 29, "part_of": "T/type"},
]


class Planted(NamedTuple):
    """A ledger as a function of one cell, the cell without and with an error, and what must be found."""

    rule: str
    case: str
    build: Callable[..., list[dict[str, Any]]]
    clean: Any
    error: Any
    claims: str
    severity: str

    def __str__(self):
        """Rule and case, as the name of a test."""
        return f"{self.rule}: {self.case}"


def plain(claim, value, quantity="x", **more):
    """Any claim."""
    return {"id": claim, "quantity": quantity, "value": value, **more}


def share(claim, value, count, total, quantity="x", **more):
    """A percentage with its counts."""
    return {"id": claim, "quantity": quantity, "value": value, "numerator": count, "denominator": total, **more}


def hr(claim, quantity, value, low, high, p, group="univariate"):
    """A row of a table of hazard ratios: the ratio and its p value."""
    where = {"quantity": quantity, "location": "table2", "group": group}
    ratio = {"statistic": "hazard ratio", "value": value, "low": low, "high": high, "interval": "95% CI", "unit": "HR"}
    return [{"id": claim, **where, **ratio}, {"id": f"{claim}-p", **where, "statistic": "p value", "value": p}]


def cif(claim, months, value, low, high):
    """An incidence of t-MN with its interval."""
    cells = {"quantity": "t-MN", "statistic": "cumulative incidence", "interval": "95% CI"}
    return {"id": claim, "time_months": months, "value": value, "low": low, "high": high, **cells}


def quartiles(claim, group, median, low, high, quantity="time to t-MN"):
    """Median with quartiles."""
    cells = {"quantity": quantity, "statistic": "median", "interval": "IQR", "unit": "months"}
    return {"id": claim, "group": group, "value": median, "low": low, "high": high, **cells}


def said(claim, topic, value, about="", **more):
    """A statement."""
    return {"id": claim, "quantity": topic, "value": value, "about": about or None, **STATEMENT, **more}


def checks(planted: Planted, cell: Any) -> list:
    """What the rule says of the ledger with this cell."""
    ask = next(rule.ask for rule in RULES if rule.name == planted.rule)
    return list(ask(ledger(*planted.build(cell), arms=ARMS)))


def assert_found(planted: Planted) -> None:
    """The clean ledger is looked at and silent; the planted error gives one finding, with everything a reader needs."""
    clean = checks(planted, planted.clean)
    assert clean, "the rule must look at the clean ledger"
    assert [check for check in clean if check.severity] == []
    (found,) = [check for check in checks(planted, planted.error) if check.severity]
    claims = planted.claims.split()
    assert (found.severity, found.claims[0]) == (planted.severity, claims[0])
    assert set(claims) <= set(found.claims)
    assert all([found.expected, found.found, found.reading, found.how])
