"""Does a paper say of others what they say themselves?

Vocabulary: a *quotation* is an external claim with ``quotes``; the *source* is the report it names; the source's own
claims are those that were not themselves seen in a quotation.
"""

from collections.abc import Iterator

from analysis.audit import rounding
from analysis.audit.agreement import IN_MONTHS
from analysis.audit.ledger import Check, Ledger, count, half, listed, name, number, series, value
from analysis.data import Tables

SHARES = ("proportion", "cumulative incidence", "survival probability")


def quotations(tables: Tables) -> Iterator[Check]:
    """What a paper says of another agrees with what that one says itself, as far as it was read.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each quotation that can be compared: with the same quantity, with the same figure under another name,
        with the most that the source's events allow, or with the patients the source counts.

    References
    ----------
    The bound on an incidence: each event adds at most one over the number still at risk to the Aalen-Johansen estimate
    (Aalen OO, Johansen S. Scandinavian Journal of Statistics 1978;5:141-150).

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "complex karyotype", "statistic": "proportion", "value": "42", "role": "external",
    ...      "quotes": "source"},
    ...     {"id": "B", "report": "source", "quantity": "unfavourable karyotype", "statistic": "proportion",
    ...      "value": "42", "arm": None},
    ... )
    >>> [(check.expected, check.found) for check in quotations(paper)]
    [('unfavourable karyotype 42% (source)', 'complex karyotype 42%')]
    """
    ledger = Ledger(tables)
    for row in ledger.originals(role="external"):
        own = _own(ledger, row)
        if own and row.value is not None:
            check = _quotation(ledger, row, own)
            beside = tuple(s.id for s in ledger.statements("set beside") if row.id in (s.about or "").split())
            if check:
                yield check._replace(claims=check.claims + beside)


def _own(ledger: Ledger, quotation) -> list:
    """What a report says, other than through the quoting paper."""
    rows = ledger.originals(report=quotation.quotes) if quotation.quotes else []
    rows = [row for row in rows if row.role != "external"]
    return [row for row in rows if row.seen != "quoted" or row.quoted_by != quotation.report]


def _quotation(ledger: Ledger, row, own: list) -> Check | None:
    """The first comparison that is possible."""
    same = [o for o in own if (o.quantity, o.statistic) == (row.quantity, row.statistic) and o.value is not None]
    same = [o for o in same if row.time_months in (None, o.time_months) or o.time_months is None]
    counted = [o for o in own if o.quantity == row.quantity and o.numerator is not None and o.denominator]
    alike = [o for o in own if o.statistic == row.statistic and (o.value, o.unit) == (row.value, row.unit)]
    if same:
        return _same(ledger, row, same)
    if row.statistic == "proportion" and counted:
        return _share(ledger, row, counted[0])
    if row.statistic == "cumulative incidence" and counted:
        return _bounded(ledger, row, own, counted[0])
    return _renamed(ledger, row, alike[0]) if alike and row.statistic in SHARES else None


def _short(ledger: Ledger, report: str) -> str:
    """The source as one writes it in a sentence."""
    reports = ledger.tables.reports
    return str(reports.loc[report, "short"]) if report in reports.index else report


def _quoting(ledger: Ledger, rows: list, words: dict[str, str]) -> Check:
    """A quotation that differs."""
    return Check(ledger.ids(rows), severity="quoting", **words)


def _same(ledger: Ledger, row, same: list) -> Check:
    """The same quantity, quoted and at its source."""
    for own in same:
        gap = abs(rounding.exact(row.value) * _scale(row) - rounding.exact(own.value) * _scale(own))
        if not gap or gap < half(row.resolution) * _scale(row) + half(own.resolution) * _scale(own):
            return _reports(ledger, row, own) or Check(ledger.ids([row, own]))
    own = min(same, key=lambda o: (o.value < row.value, abs(o.value - row.value)))
    part = row.statistic == "count" and row.value < own.value
    together = [r for r in _sentence(ledger, row) if r.id != row.id and not _printed(r, _own(ledger, r))]
    return _quoting(
        ledger,
        [row, *together, own],
        {
            "expected": f"{name(own)} {number(own)} ({_short(ledger, own.report)})",
            "found": f"{name(row)} {number(row)}",
            "reading": f"Not contradicted: {value(row)} may be a part of the {value(own)}; not confirmed by what was "
            f"read of the source{_unconfirmed(together)}."
            if part
            else "One of the two figures may belong to another passage or state of the data.",
            "how": f"Quoted figure compared with the source, read at the level: {own.seen}.",
        },
    )


def _scale(row) -> int:
    """Months in the unit."""
    return IN_MONTHS.get(row.unit, 1)


def _sentence(ledger: Ledger, row) -> list:
    """Quotations of the same source in the same passage."""
    return [r for r in ledger.originals(role="external", quotes=row.quotes) if r.location == row.location]


def _printed(row, own: list) -> bool:
    """Whether the source prints a figure of the kind at all."""
    return any((o.quantity, o.statistic) == (row.quantity, row.statistic) for o in own)


def _unconfirmed(rows: list) -> str:
    """What the same passage quotes besides."""
    return f", nor is {listed(f'{name(row)} {value(row)}' for row in rows)}" if rows else ""


def _share(ledger: Ledger, row, own) -> Check:
    """A quoted percentage and the counts of its source."""
    exact = rounding.share(count(own), int(own.denominator))
    if rounding.ways(exact, row.value, row.resolution):
        return _reports(ledger, row, own) or Check(ledger.ids([row, own]))
    text = rounding.text(exact, row.resolution)
    return _quoting(
        ledger,
        [row, own],
        {
            "expected": f"{text}% ({count(own)} of {int(own.denominator)}, {_short(ledger, own.report)})",
            "found": f"{name(row)} {value(row)}",
            "reading": "The percentage may have another denominator than the counts that were read.",
            "how": "Percentage computed from the counts of the source.",
        },
    )


def _reports(ledger: Ledger, row, own) -> Check | None:
    """A share of adverse-event reports or deaths quoted without saying so."""
    arms = ledger.tables.arms
    kind = arms.loc[own.arm, "denominator"] if own.arm in arms.index else None
    if kind != "adverse-event reports" or row.denominator is not None:
        return None
    counts = f" ({count(own)} of {int(own.denominator):,})" if own.numerator is not None and own.denominator else ""
    return _quoting(
        ledger,
        [row, own],
        {
            "expected": f"{value(row)} of {kind}{counts}",
            "found": f"{name(row)} {value(row)}, no denominator",
            "reading": "A share of reports, not of treated patients; it is no incidence and is not set beside one.",
            "how": f"Counts and denominator of {_short(ledger, own.report)} compared with the quotation.",
        },
    )


def _bounded(ledger: Ledger, row, own: list, events) -> Check | None:
    """The most that so many events can add up to while half of the patients are still observed."""
    follow_up = [o for o in own if o.quantity == "follow-up" and o.statistic == "median" and o.value is not None]
    if not follow_up or row.time_months is None or row.time_months > follow_up[0].value * _scale(follow_up[0]):
        return None
    most = _most(events)
    if row.value - float(half(row.resolution)) <= most:
        return Check(ledger.ids([row, events, follow_up[0]]))
    later = [r for r in _sentence(ledger, row) if (r.quantity, r.statistic) == (row.quantity, row.statistic)]
    found = ", ".join(f"{value(r)} at {r.time_months:g} months" for r in later)
    return _quoting(
        ledger,
        [row, *(r for r in later if r.id != row.id), events, follow_up[0]],
        {
            "expected": f"at most {most:.1f}% {row.quantity} at {row.time_months:g} months ({count(events)} of "
            f"{int(events.denominator)}, half of them followed for {value(follow_up[0])} {follow_up[0].unit})",
            "found": f"{row.quantity} {found}",
            "reading": _wider(own, row, events),
            "how": "Each event adds at most one over the number still observed to the incidence, and at least half "
            f"were observed until the median follow-up; source read at the level: {events.seen}.",
        },
    )


def _most(events) -> float:
    """Largest incidence, in percent, that the events allow before the median follow-up."""
    return 100 * count(events) / (int(events.denominator) / 2)


def _wider(own: list, row, events) -> str:
    """A wider class of events in the source that would allow the figure."""
    wider = [o for o in own if o.statistic == "count" and o.denominator and (count(o) or 0) > count(events)]
    wider = [o for o in wider if o.quantity != row.quantity and o.unit == events.unit and _most(o) >= row.value]
    if not wider:
        return "The figure may belong to another group or another event."
    curves = {o.quantity: o for o in own if o.statistic == "cumulative incidence" and o.time_months}
    likely = max(wider, key=lambda o: (o.quantity in curves, count(o)))
    curve = curves.get(likely.quantity)
    told = f"; their incidence at {curve.time_months:g} months is {value(curve)}" if curve else ""
    counts = f"{count(likely)} of {int(likely.denominator)}"
    return f"The figures are probably those of {likely.quantity} ({counts}{told})."


def _renamed(ledger: Ledger, row, own) -> Check:
    """The same figure for another quantity."""
    beside = [r for s in ledger.statements("set beside") if row.id in (s.about or "").split() for r in ledger.about(s)]
    beside = [r for r in beside if r.id != row.id]
    against = f" and is compared here with {listed(f'{name(r)} {value(r)}' for r in beside)}" if beside else ""
    return _quoting(
        ledger,
        [row, *beside, own],
        {
            "expected": f"{name(own)} {value(own)} ({_short(ledger, own.report)})",
            "found": f"{name(row)} {value(row)}",
            "reading": f"The figure is that of {own.quantity}{against}; the two are not like for like.",
            "how": f"Quoted figure and its class compared with the source, read at the level: {own.seen}.",
        },
    )


def references(tables: Tables) -> Iterator[Check]:
    """The reference numbers of a sentence are those of the reports it quotes, and no paper is listed twice.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each source quoted in a sentence, and one for each entry of the reference list.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "t-MN", "value": "3", "role": "external", "quotes": "transform"},
    ...     {"id": "R3", "kind": "statement", "quantity": "reference", "group": "3", "value": "L 2020", "quotes": "ts"},
    ...     {"id": "R9", "kind": "statement", "quantity": "reference", "group": "9", "value": "L 2022",
    ...      "quotes": "transform"},
    ...     {"id": "S", "kind": "statement", "quantity": "citation", "value": "3", "about": "A"},
    ... )
    >>> [(check.expected, check.found) for check in references(paper) if check.severity]
    [('reference 9 (transform)', 'reference 3 (ts)')]
    """
    ledger = Ledger(tables)
    entries = series(ledger.statements("reference"), "report", "group")
    for statement in ledger.statements("citation"):
        numbers = [number.strip() for number in statement.value_printed.split(";")]
        cited = [entry for number in numbers for entry in entries.get((statement.report, number), [])]
        for (source,), rows in series(ledger.about(statement), "quotes").items():
            yield _cited(ledger, statement, cited, source, rows)
    for same in series(ledger.statements("reference"), "report", "value_printed").values():
        yield _listed_once(ledger, same)


def _cited(ledger: Ledger, statement, cited: list, source: str | None, rows: list) -> Check:
    """The figures of one source in a sentence against the reference numbers it carries."""
    claims = (*ledger.ids(rows), statement.id, *(entry.id for entry in cited))
    right = [e for e in ledger.statements("reference") if (e.report, e.quotes) == (statement.report, source)]
    if source is None or source in [entry.quotes for entry in cited] or not right:
        return Check(claims)
    return Check(
        (*claims, *(entry.id for entry in right)),
        expected=f"reference {listed(entry.group for entry in right)} ({_short(ledger, source)})",
        found=f"reference {listed(f'{e.group} ({_short(ledger, e.quotes)})' for e in cited)}",
        severity="quoting",
        reading="A slip in the reference numbers; which report or data cut the figures come from is not told.",
        how="Reference numbers of the sentence compared with the reference list.",
    )


def _listed_once(ledger: Ledger, entries: list) -> Check:
    """Entries of the reference list with the same journal, volume and page."""
    claims = tuple(entry.id for entry in entries)
    if len(entries) == 1:
        return Check(claims)
    return Check(
        claims,
        expected="one entry for one paper",
        found=f"references {listed(entry.group for entry in entries)}: {entries[0].value_printed}",
        severity="quoting",
        reading="The same paper is listed twice.",
        how="Journal, volume and page of the reference list compared.",
    )
