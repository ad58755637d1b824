"""Are the figures those of the patients a sentence speaks of?

Vocabulary: a *population* statement says of whom a figure is told; its *base* is the claim that counts these patients.
"""

from collections.abc import Iterator

from analysis.audit import rounding, scales
from analysis.audit.ledger import Check, Ledger, count, half, listed, name, place, value
from analysis.data import Tables


def populations(tables: Tables) -> Iterator[Check]:
    """Percentages, counts and incidences fit the patients they are said to describe.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each statement ``population`` and kind of claim: percentages (their counts over the base), counts (the
        parts of a division over the base), incidences (the effective number of patients against the base).

    References
    ----------
    Kish L. Survey Sampling. New York: Wiley; 1965: effective sample size.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "N", "quantity": "sequenced", "value": "9"},
    ...     {"id": "A", "quantity": "TET2", "value": "36", "numerator": 4, "denominator": 11},
    ...     {"id": "S", "kind": "statement", "quantity": "population", "value": "sequenced", "about": "A"},
    ... )
    >>> [(check.expected, check.found) for check in populations(paper)]
    [('of the 9 (sequenced): TET2 44% (4/9)', 'TET2 36% = 4/11')]
    """
    ledger = Ledger(tables)
    for statement in ledger.statements("population"):
        base = _base(ledger, statement)
        if base is None:
            continue
        rows = ledger.about(statement)
        shares = [row for row in rows if row.statistic == "proportion" and _count(ledger, row) is not None]
        if shares and count(base):
            yield _shares(ledger, statement, base, shares)
        yield from (_counts(ledger, statement, base, row) for row in rows if row.statistic == "count" and count(base))
        curves = [row for row in rows if row.statistic == "cumulative incidence"]
        if curves:
            yield _curves(ledger, statement, base, curves)


def _base(ledger: Ledger, statement):
    """The claim that counts the stated population."""
    rows = ledger.originals(report=statement.report, quantity=statement.value_printed)
    rows = [row for row in rows if row.statistic in ("count", "proportion") and row.role != "external"]
    exact = [row for row in rows if row.group == statement.group]
    return next(iter(exact or rows), None)


def _count(ledger: Ledger, row) -> int | None:
    """The count of a claim or of the claim it repeats."""
    return count(ledger.rows[row.duplicate_of]) if row.duplicate_of else count(row)


def _fits(ledger: Ledger, row, total: int) -> bool:
    """Whether the count of a percentage over this total prints as it stands, in any way of rounding."""
    found = _count(ledger, row)
    return found <= total and bool(rounding.ways(rounding.share(found, total), row.value, row.resolution))


def _shares(ledger: Ledger, statement, base, rows: list) -> Check:
    """Percentages of one sentence over one base."""
    total = count(base)
    odd = [row for row in rows if not _fits(ledger, row, total)]
    if not odd:
        return Check((*ledger.ids(rows), base.id, statement.id))
    kept = [row for row in rows if row not in odd]
    others = {row.id: _other_total(ledger, row) for row in odd}
    found = [f"{row.quantity} {value(row)}{_over(ledger, row, others[row.id])}" for row in odd]
    found += [f"{row.quantity} {value(row)} = {_count(ledger, row)}/{total}" for row in kept]
    elsewhere = any(_told_right(ledger, statement, row) for row in odd)
    totals = {total for total, _ in others.values() if total}
    sources = [claim for _, rows_of in others.values() for claim in ledger.ids(rows_of)]
    of = listed(map(str, sorted(totals)))
    reading = f"The counts stand; the percentages were taken of {of} instead of {total}." if totals else "Unclear."
    if elsewhere:
        reading = f"It holds for {of}, as the paper says elsewhere; {place(statement)} leaves the denominator out."
    return Check(
        tuple(dict.fromkeys((*(r.id for r in odd), *ledger.ids([*odd, *kept]), base.id, *sources, statement.id))),
        expected=f"of the {total} ({name(base)}): "
        + ", ".join(f"{row.quantity} {_as_share(ledger, row, total)}" for row in odd),
        found=", ".join(found),
        severity="ambiguous" if elsewhere else "inconsistency",
        reading=reading,
        how="Each count divided by the stated population and by the other counts of the report, and compared with the "
        "printed percentage.",
    )


def _as_share(ledger: Ledger, row, total: int) -> str:
    """The percentage that a count gives over a total."""
    found = _count(ledger, row)
    return f"{rounding.text(rounding.share(found, total), row.resolution)}% ({found}/{total})"


def _over(ledger: Ledger, row, other: tuple) -> str:
    """The fraction a percentage stands for, where one is known."""
    return f" = {_count(ledger, row)}/{other[0]}" if other[0] else ""


def _other_total(ledger: Ledger, row) -> tuple[int | None, list]:
    """The denominator that fits, and the claims of the report that count it."""
    whole = ledger.rows[row.duplicate_of] if row.duplicate_of else row
    if whole.denominator is None or not _fits(ledger, row, int(whole.denominator)):
        return None, []
    total = int(whole.denominator)
    rows = [r for r in ledger.originals(report=row.report, role="cohort") if count(r) == total]
    return total, [r for r in rows if r.quantity == rows[0].quantity]


def _told_right(ledger: Ledger, statement, row) -> bool:
    """Whether another passage tells the same figure of a population that fits."""
    for other in ledger.statements("population"):
        if other.id == statement.id or other.report != statement.report:
            continue
        base = _base(ledger, other)
        for twin in ledger.about(other):
            same = (twin.duplicate_of or twin.id) == (row.duplicate_of or row.id)
            if same and base is not None and count(base) and _fits(ledger, twin, count(base)):
                return True
    return False


def _counts(ledger: Ledger, statement, base, row) -> Check:
    """A count that is part of a division, over the stated population."""
    total, found = count(base), count(row)
    siblings = ledger.parts().get(row.part_of, []) if row.part_of else []
    rest = [part for part in siblings if part.id != row.id]
    counts = [count(part) for part in rest]
    claims = (*ledger.ids([row]), *ledger.ids([base]), statement.id)
    if not rest or None in counts:
        return Check(claims)
    whole = found + sum(counts)
    if whole == total:
        return Check((*claims, *ledger.ids(rest)))
    below = _below(ledger, row)
    return Check(
        tuple(dict.fromkeys((row.id, *ledger.ids([ledger.rows[row.part_of.split("/")[0]], *rest, *below]), *claims))),
        expected=f"{total - sum(counts)} of the {total} ({name(base)}), since {' + '.join(map(str, counts))} are "
        f"{listed(part.quantity for part in rest)}",
        found=f"{found} in {place(row)}, out of {whole} with {' + '.join(map(str, counts))}",
        severity="inconsistency",
        reading=f"The number {found} agrees with the other counts, but it is one of {whole}: {whole - total} of the "
        f"{whole} are not among the {total} ({base.quantity}).",
        how="The count and the other parts of its division added up and compared with the stated population"
        + (f"; the {found} as broken down elsewhere compared with it." if below else "."),
    )


def _below(ledger: Ledger, row) -> list:
    """Everything a claim is divided into, down to the last part."""
    parts = [part for division, ps in ledger.parts().items() for part in ps if division.split("/")[0] == row.id]
    return [*parts, *(deeper for part in parts for deeper in _below(ledger, part))]


def _curves(ledger: Ledger, statement, base, rows: list) -> Check:
    """Incidences said to be those of a part of the patients: do they carry more information than that part can?"""
    others = ledger.originals(report=statement.report, statistic="cumulative incidence", quantity=rows[0].quantity)
    told, beyond = [], []
    for row in [*rows, *(other for other in others if other not in rows and other.arm == rows[0].arm)]:
        size, effective = _part_of_group(ledger, base, row), scales.effective_number(row)
        if size is None or effective is None:
            continue
        told.append(row)
        if effective[0] > size:
            beyond.append((row, effective, size))
    if not any(row in rows for row, _, _ in beyond):
        return Check((*ledger.ids(told), base.id, statement.id))
    found = [
        f"{row.group or 'all'} at {row.time_months:g} months: {low:.0f} to {high:.0f} (at most {size})"
        for row, (low, high), size in beyond
    ]
    return Check(
        tuple(dict.fromkeys((*ledger.ids(row for row, _, _ in beyond), *ledger.ids(rows), base.id, statement.id))),
        expected=f"the information of at most {beyond[0][2]} patients, if only those with {base.quantity} "
        f"({value(base)}) were analysed",
        found="; ".join(found),
        severity="ambiguous",
        reading=f"The curve was probably estimated in all patients; the words “{base.quantity}” then describe what is "
        "meant, not the denominator.",
        how="F(1-F)/se² from the log(-log) intervals, over all unrounded values, against the share of the group.",
    )


def _part_of_group(ledger: Ledger, base, row) -> int | None:
    """The most patients of the stated population that the group of an incidence can hold."""
    if count(base) is not None and row.group is None:
        return count(base)
    known = ledger.size(row.report, row.group, row.arm)
    if known is None or base.unit != "%" or base.value is None:
        return None
    return int(known[0] * (base.value + float(half(base.resolution))) / 100)
