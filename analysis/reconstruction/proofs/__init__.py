"""Which printed numbers no cohort can regenerate together, and why.

Every proof is computed from the ledger: a claim that changes makes its proof disappear, or another one appear. Nothing
here says which of two numbers is right, only that no patients have both.

Vocabulary: see `analysis.reconstruction.proofs.fields`; a field is *set aside* if a proof excludes it beside the
others, or if no search has reached it (`not_reached`).
"""

from collections.abc import Callable

import pandas as pd

from analysis.audit.ledger import Ledger
from analysis.data import Tables, remembered
from analysis.reconstruction.proofs.counts import percentages
from analysis.reconstruction.proofs.curves import chains, likely_limits
from analysis.reconstruction.proofs.fields import COUNTS, SIDES, Field, Proof, paper, table_of
from analysis.reconstruction.proofs.late import quartile
from analysis.reconstruction.proofs.rows import intervals
from analysis.reconstruction.proofs.twice import contradictions
from analysis.reconstruction.proofs.unproven import not_reached

__all__ = ["impossible", "not_reached", "set_aside", "settle"]

REPORT = "gazeau-2025"


@remembered
def impossible(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """Every printed field that no cohort can regenerate together with the others, with its proof.

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report that is reconstructed.

    Returns
    -------
    DataFrame
        One row a field, in the order of the ledger: ``claim`` (id), ``field`` (value, low or high), ``printed``,
        ``kind`` (enumeration, interval argument, variance bound, duplicate contradiction), ``conflict`` (the smallest
        set of fields that cannot hold together, ``claim.field`` separated by blanks), ``fits`` (the figures that
        would), ``misprint`` (what may have happened; empty if nothing suggests itself), ``argument``, ``assumes``
        (what the argument needs beyond the definitions of the statistics; empty: nothing).

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> tables = ledger({"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539})
    >>> impossible(tables, "paper")[["claim", "field", "kind", "fits"]].values.tolist()
    [['A', 'value', 'enumeration', '62.2']]
    """
    return table_of(_proofs(tables, report))


def set_aside(tables: Tables, report: str = REPORT) -> set[tuple[str, str]]:
    """Claim and field of everything that a search need not reach.

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report that is reconstructed.

    Returns
    -------
    set of tuple of str
        ``(claim, field)``, proven or not reached.

    Examples
    --------
    >>> from analysis import data
    >>> ("G103", "value") in set_aside(data.load())
    True
    """
    found = pd.concat([impossible(tables, report), not_reached(tables)])
    return set(zip(found.claim, found.field, strict=True))


def settle(before: Tables, after: Tables, report: str = REPORT) -> pd.DataFrame:
    """What a changed ledger does to the proofs.

    Parameters
    ----------
    before, after : Tables
        The tables of the review, before and after the change.
    report : str
        The report that is reconstructed.

    Returns
    -------
    DataFrame
        ``claim, field, state`` (``holds``, ``gone`` or ``new``), ``argument`` (the later one if it holds).
    """
    old, new = (impossible(tables, report).set_index(["claim", "field"]).argument for tables in (before, after))
    rows = [(*key, "holds" if key in old.index else "new", new[key]) for key in new.index]
    rows += [(*key, "gone", old[key]) for key in old.index if key not in new.index]
    return pd.DataFrame(rows, columns=["claim", "field", "state", "argument"])


def _proofs(tables: Tables, report: str) -> list[Proof]:
    """All proofs in the order of the ledger; later arguments know what earlier ones have set aside."""
    ledger = paper(tables, report)
    found = [*percentages(ledger), *intervals(ledger)]
    for argue in (chains, quartile, contradictions):
        found += list(argue(ledger, {proof.field for proof in found}))
    aside, place = {proof.field for proof in found}, _places(ledger)
    found = [p._replace(conflict=tuple(sorted(p.conflict, key=place)), fits=_fits(ledger, p, aside)) for p in found]
    return sorted(found, key=lambda proof: place(proof.field))


def _places(ledger: Ledger) -> Callable[[Field], tuple[int, int]]:
    """Order of fields: as in the ledger, and within a claim as in a sentence."""
    order = {claim: number for number, claim in enumerate(ledger.rows)}
    sides = (*SIDES, *COUNTS)
    return lambda field: (order[field.claim], sides.index(field.side))


def _fits(ledger: Ledger, proof: Proof, aside: set[Field]) -> str:
    """What would fit; where both limits of an incidence go, it comes from its neighbours in time."""
    row = ledger.rows[proof.field.claim]
    gone = {field.side for field in aside if field.claim == row.id}
    if row.statistic != "cumulative incidence" or gone != {"low", "high"}:
        return proof.fits
    return likely_limits(ledger, row.id).get(proof.field.side, "")
