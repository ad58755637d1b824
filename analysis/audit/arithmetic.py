"""Do the percentages and sums of a paper add up?

Vocabulary: a *division* splits a whole into parts (`part_of`); *closing* a column means changing a correctly rounded
share so that the printed shares add up to 100.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from analysis.audit import rounding
from analysis.audit.ledger import Check, Ledger, count, half, listed, place, value
from analysis.data import Tables


def percentages(tables: Tables) -> Iterator[Check]:
    """A percentage is its numerator over its denominator, at the printed resolution.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each percentage with a denominator; without a numerator, whether any count could print so.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539})
    >>> [(check.expected, check.found) for check in percentages(paper)]
    [('62.2% (335/539 = 62.152%)', '62.1%')]
    """
    ledger = Ledger(tables)
    for row in ledger.originals(unit="%"):
        if row.denominator is None or row.value is None or not row.resolution or row.comparator:
            continue
        alike, other = _by_form(ledger, row)
        yield _percentage(ledger, row, alike)
        for twin in other:
            yield _percentage(ledger, twin, (twin.id,), row)


def _by_form(ledger: Ledger, row) -> tuple[tuple[str, ...], list]:
    """The family of a claim: those printed to the same digit, and the others."""
    family = [ledger.rows[claim] for claim in ledger.family(row)]
    alike = tuple(twin.id for twin in family if twin.resolution == row.resolution)
    return alike, [twin for twin in family if twin.resolution != row.resolution and twin.resolution]


def _percentage(ledger: Ledger, row, claims: tuple[str, ...], counts=None) -> Check:
    """One printed percentage against its counts."""
    counts = counts or row
    total = int(counts.denominator)
    if counts.numerator is None:
        return _uncounted(row, total, claims)
    exact = rounding.share(int(counts.numerator), total)
    ways = rounding.ways(exact, row.value, row.resolution)
    if set(ways) & set(rounding.RIGHT):
        return Check(claims)
    fits = rounding.counts_that_print(row.value, total, row.resolution)
    right = rounding.text(exact, row.resolution)
    close = abs(rounding.exact(row.value) - exact) < 2 * rounding.exact(row.resolution)
    others = f"{listed(map(str, fits))} of {total} would" if fits else f"no count of {total} would"
    return Check(
        claims,
        expected=f"{right}% ({int(counts.numerator)}/{total} = {rounding.text(exact, row.resolution / 100)}%)",
        found=value(row),
        severity="rounding" if close else "inconsistency",
        reading=_why(ledger, row, ways, claims, close),
        how=f"Exact share, rounded half up, half to even, cut off, up and twice; {others} print so when rounded.",
    )


def _uncounted(row, total: int, claims: tuple[str, ...]) -> Check:
    """A percentage whose numerator is not printed: is there a count that prints so?"""
    if rounding.counts_that_print(row.value, total, row.resolution):
        return Check(claims)
    return Check(
        claims,
        expected=f"a percentage that a whole number of {total} can give",
        found=value(row),
        severity="inconsistency",
        reading=f"The denominator may not be {total}.",
        how=f"All counts from 0 to {total} divided by {total} and rounded.",
    )


def _why(ledger: Ledger, row, ways: list[str], claims: tuple[str, ...], close: bool) -> str:
    """Which way of rounding explains the figure, and whether the column does."""
    if not close:
        return "The count or its denominator may differ from what was read."
    words = {"cut off": "cut off instead of rounded", "rounded up": "rounded up", "rounded twice": "rounded twice"}
    explained = [words[way] for way in ways]
    reason = f"Probably {' or '.join(explained)}." if explained else "No way of rounding gives this figure."
    division = next((ledger.rows[claim].part_of for claim in claims if ledger.rows[claim].part_of), None)
    return f"{reason} {_closing(ledger, division)}".strip() if division else reason


def _closing(ledger: Ledger, division: str) -> str:
    """What the column adds up to, as printed and as correctly rounded."""
    parts = ledger.parts()[division]
    if any(part.denominator is None or part.unit != "%" or not part.resolution for part in parts):
        return ""
    step = max(part.resolution for part in parts)
    printed = sum(rounding.exact(part.value) for part in parts)
    shares = [rounding.share(count(part), int(part.denominator)) for part in parts if count(part) is not None]
    right = sum(rounding.rounded(share, step) for share in shares)
    if len(shares) < len(parts):
        return ""
    if printed == right:
        others = [p for p, s in zip(parts, shares, strict=True) if rounding.rounded(s, step) != rounding.exact(p.value)]
        together = f", because {len(others)} deviations cancel" if len(others) > 1 else ""
        return f"The column adds up to {rounding.text(printed, step)} as printed and as correctly rounded{together}."
    text = f"The column adds up to {rounding.text(printed, step)} as printed, to {rounding.text(right, step)} correctly"
    if printed != 100:
        return f"{text} rounded."
    closed = _largest_remainder(shares, step)
    same = all(rounding.exact(part.value) == share for part, share in zip(parts, closed, strict=True))
    method = "as the largest-remainder method would" if same else "though not by the largest-remainder method"
    return f"{text} rounded: a figure may have been lowered or raised so that it closes at 100, {method}."


def _largest_remainder(shares: list[Fraction], step: float) -> list[Fraction]:
    """Shares that add up to 100: all cut off, the missing units given to the largest remainders."""
    unit = rounding.exact(step)
    cut = [math.floor(share / unit) for share in shares]
    missing = int(100 / unit) - sum(cut)
    order = sorted(range(len(shares)), key=lambda i: cut[i] - shares[i] / unit)
    return [(cut[i] + (1 if i in order[: max(missing, 0)] else 0)) * unit for i in range(len(shares))]


def sums(tables: Tables) -> Iterator[Check]:
    """The parts of a division add up to their whole, in counts and in percentages.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each division; the whole first, then its parts.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "t-MDS", "value": "18"},
    ...     {"id": "B", "quantity": "transplant", "value": "6", "part_of": "A/treatment"},
    ...     {"id": "C", "quantity": "azacitidine", "value": "4", "part_of": "A/treatment"},
    ... )
    >>> [(check.expected, check.found) for check in sums(paper)]
    [('18 (t-MDS)', '6 + 4 = 10')]
    """
    ledger = Ledger(tables)
    for division, parts in ledger.parts().items():
        whole = ledger.rows[division.split("/")[0]]
        counts = [count(part) for part in parts]
        claims = ledger.ids([whole, *parts])
        if count(whole) is not None and None not in counts:
            check = _counts(whole, parts, counts, claims, division.split("/", 1)[1])
            yield check
            if check.severity:
                continue  # the percentages of wrong counts are wrong too
        if all(part.unit == "%" and part.value is not None and part.denominator for part in parts):
            yield from _shares(ledger, whole, parts)


def _counts(whole, parts: list, counts: list[int], claims: tuple[str, ...], division: str) -> Check:
    """Counts of the parts against the count of the whole."""
    total, found = count(whole), sum(counts)
    if found == total:
        return Check(claims)
    missing = (
        f"{total - found} patient{'s' if total - found > 1 else ''} not described here; "
        "the passage does not claim to be complete"
        if found < total
        else f"{found - total} too many; some may have been counted in more than one part"
    )
    return Check(
        (whole.id, *(part.id for part in parts)),
        expected=f"{total} ({whole.quantity})",
        found=f"{' + '.join(map(str, counts))} = {found}",
        severity="ambiguous" if found < total else "inconsistency",
        reading=f"{missing[0].upper()}{missing[1:]}.",
        how=f"Sum of the printed counts of the division by {division}, {place(parts[0])}.",
    )


def _shares(ledger: Ledger, whole, parts: list) -> Iterator[Check]:
    """Percentages of the parts against 100 or the percentage of the whole."""
    bases = {part.denominator for part in parts}
    if len(bases) > 1:
        return
    base = int(bases.pop())
    whole_share, slack = Fraction(100), Fraction(0)
    if count(whole) != base:
        if whole.unit != "%" or whole.denominator != base:
            return
        whole_share, slack = rounding.exact(whole.value), half(whole.resolution)
    total = sum(rounding.exact(part.value) for part in parts)
    slack += sum(half(part.resolution) for part in parts)
    claims = ledger.ids([whole, *parts])
    if abs(total - whole_share) <= slack or total < whole_share:
        yield Check(claims)  # what is missing from the counts is told there
        return
    yield Check(
        (whole.id, *(part.id for part in parts)),
        expected=f"{float(whole_share):g}% within {float(slack):g}",
        found=f"{float(total):g}%",
        severity="inconsistency",
        reading="The parts may overlap, or one percentage is not right.",
        how="Sum of the printed percentages; the tolerance is half a digit for each.",
    )
