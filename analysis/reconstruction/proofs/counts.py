"""Percentages that their own counts do not give, in exact fractions."""

from collections.abc import Iterator
from fractions import Fraction

from analysis.audit import rounding
from analysis.audit.ledger import Ledger, listed
from analysis.reconstruction.proofs.fields import ENUMERATION, Field, Proof, printed_numbers

WAYS = {
    "cut off": "cut off after the last printed digit",
    "rounded up": "rounded up",
    "rounded twice": "rounded twice, first to one digit more",
}


def percentages(paper: Ledger) -> Iterator[Proof]:
    """One proof for each percentage that no usual rounding gives from its count.

    Parameters
    ----------
    paper : Ledger
        The report whose percentages are tried, the repetitions of a claim with the counts of the original.

    Yields
    ------
    Proof
        Of the value. The counts are kept: they are whole numbers of patients, which a cohort has.

    References
    ----------
    Rounding half up or half to even: ISO 80000-1:2022, annex B.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> tables = ledger({"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539})
    >>> [(proof.fits, proof.misprint) for proof in percentages(Ledger(tables))]
    [('62.2', 'cut off after the last printed digit')]
    """
    for row in printed_numbers(paper):
        counts = paper.rows[row.duplicate_of] if row.duplicate_of and row.denominator is None else row
        if row.unit != "%" or row.value is None or not row.resolution or row.comparator or not counts.denominator:
            continue
        proof = _uncounted(row, counts) if counts.numerator is None else _counted(row, counts)
        if proof:
            yield proof


def _counted(row, counts) -> Proof | None:
    """A percentage with its numerator."""
    count, total = int(counts.numerator), int(counts.denominator)
    share = rounding.share(count, total)
    ways = rounding.ways(share, row.value, row.resolution)
    if set(ways) & set(rounding.RIGHT):
        return None
    right = rounding.text(share, row.resolution)
    misprint = " or ".join(WAYS[way] for way in ways)
    how = f"{misprint[:1].upper()}{misprint[1:]}, it reads {row.value_printed}." if ways else _others(row, total)
    return Proof(
        Field(row.id, "value"),
        row.value_printed,
        ENUMERATION,
        (Field(row.id, "value"), Field(counts.id, "numerator"), Field(counts.id, "denominator")),
        right,
        misprint,
        f"{count} of {total} is {rounding.text(share, row.resolution / 100)}%, which rounds to {right}. {how}",
    )


def _uncounted(row, counts) -> Proof | None:
    """A percentage of a known total whose count is not printed."""
    total = int(counts.denominator)
    if rounding.counts_that_print(row.value, total, row.resolution):
        return None
    near = " or ".join(dict.fromkeys(rounding.text(share, row.resolution) for _, share in _beside(row, total)))
    return Proof(
        Field(row.id, "value"),
        row.value_printed,
        ENUMERATION,
        (Field(row.id, "value"), Field(counts.id, "denominator")),
        near,
        "",
        _others(row, total),
    )


def _beside(row, total: int) -> list[tuple[int, Fraction]]:
    """The counts just below and above a percentage, with their shares."""
    below = int(rounding.exact(row.value) * total / 100)
    return [(count, rounding.share(count, total)) for count in (below, below + 1) if count <= total]


def _others(row, total: int) -> str:
    """Which counts would print like this, if any."""
    fits = rounding.counts_that_print(row.value, total, row.resolution)
    if fits:
        return f"{row.value_printed} would be {listed(map(str, fits))} of {total}."
    near = [f"{count} gives {rounding.text(share, row.resolution)}" for count, share in _beside(row, total)]
    return f"No count of {total} rounds to {row.value_printed}: {listed(near)}."
