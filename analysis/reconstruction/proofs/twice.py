"""One statistic printed twice with different values."""

from collections.abc import Iterator
from typing import Any

from analysis.audit import agreement
from analysis.audit.ledger import Ledger, count, listed, name, place, value
from analysis.audit.rounding import counts_that_print
from analysis.reconstruction.proofs.fields import COUNTS, TWICE, Field, Proof, printed, sides, window


def contradictions(paper: Ledger, aside: set[Field]) -> Iterator[Proof]:
    """One proof for each figure that contradicts another print of the same statistic.

    Parameters
    ----------
    paper : Ledger
        The report.
    aside : set of Field
        What other proofs have set aside: a contradiction that is already solved is not told again.

    Yields
    ------
    Proof
        Of the figure without counts, else of the one outside the tables, else of the second: a cohort has counts, and
        a table is the fullest statement. That is a convention, not a verdict on which is right.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> cells = {"quantity": "LDH", "statistic": "median", "low": "206", "high": "328", "interval": "IQR"}
    >>> tables = ledger({"id": "A", "value": "254", **cells},
    ...                 {"id": "B", "value": "256", "location": "table1", **cells})
    >>> [(str(proof.field), proof.fits) for proof in contradictions(Ledger(tables), set())]
    [('A.value', '256')]
    """
    for check in agreement.agreement(paper.tables):
        rows = [paper.rows[claim] for claim in check.claims]
        one, other = rows[0], next((row for row in rows if row.id not in paper.family(rows[0])), None)
        if not check.severity or other is None or other.statistic != one.statistic:
            continue
        drop, keep = sorted((one, other), key=_standing)
        for side in sides(drop):
            fields = (Field(drop.id, side), Field(keep.id, side))
            if side in sides(keep) and _apart(drop, keep, side) and not aside & set(fields):
                yield _proof(drop, keep, side, fields)


def _standing(row: Any) -> tuple[bool, bool]:
    """Whether a claim has counts and whether it stands in a table; the lesser one goes."""
    return row.numerator is not None, row.location.startswith("table")


def _apart(one: Any, other: Any, side: str) -> bool:
    """Whether no number prints as both."""
    (a, b), (c, d) = window(one, side), window(other, side)
    return b < c or d < a


def _proof(drop: Any, keep: Any, side: str, fields: tuple[Field, ...]) -> Proof:
    """The proof for one side of two claims."""
    counted = keep.numerator is not None
    conflict = (fields[0], *(Field(keep.id, cell) for cell in COUNTS)) if counted else fields
    argument = (
        f"{name(drop)} is printed as {printed(drop, side)} in {place(drop)} and as {printed(keep, side)} in "
        f"{place(keep)}; no number prints as both."
    )
    argument = argument[0].upper() + argument[1:]
    if counted and side == "value":
        total = int(keep.denominator)
        fits = counts_that_print(drop.value, total, drop.resolution)
        instead = f"{listed(map(str, fits))} of {total}" if fits else f"no count of {total}"
        argument += f" {value(drop)} would be {instead}, where {count(keep)} are counted."
    same = [s for s in sides(drop) if s in sides(keep) and s != side and not _apart(drop, keep, s)]
    misprint = "one digit; the other figures of the two prints agree" if len(same) == 2 else ""
    return Proof(fields[0], printed(drop, side), TWICE, conflict, printed(keep, side), misprint, argument)
