"""Can the curves, quartiles and counts of a paper belong to the same patients?

Vocabulary: the *effective number* of patients behind an incidence is explained in `analysis.audit.scales`; times to an
event *force* events: an upper quartile of 21.9 months puts at least three quarters of the group before 22 months.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise

from analysis.audit import scales
from analysis.audit.ledger import Check, Ledger, count, half, listed, name, number, series, spread, value
from analysis.data import Tables

CURVES = {"cumulative incidence": 1, "survival probability": -1}
# place of a quantile among n ordered values, types 4 to 9 of Hyndman and Fan; 1 to 3 never need fewer values than 4
QUANTILES = {
    4: lambda n, p: n * p,
    5: lambda n, p: n * p + Fraction(1, 2),
    6: lambda n, p: (n + 1) * p,
    7: lambda n, p: (n - 1) * p + 1,
    8: lambda n, p: (n + Fraction(1, 3)) * p + Fraction(1, 3),
    9: lambda n, p: (n + Fraction(1, 4)) * p + Fraction(3, 8),
}


def monotone(tables: Tables) -> Iterator[Check]:
    """A cumulative incidence never falls with time, a survival probability never rises.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each pair of neighbouring times.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = {"quantity": "t-MN", "statistic": "cumulative incidence"}
    >>> paper = ledger({"id": "A", "time_months": 12, "value": "4.5", **row},
    ...                {"id": "B", "time_months": 24, "value": "4.1", **row})
    >>> [check.found for check in monotone(paper)]
    ['4.5% at 12 months, 4.1% at 24 months']
    """
    ledger = Ledger(tables)
    for statistic, direction in CURVES.items():
        rows = [row for row in ledger.originals(statistic=statistic) if row.time_months is not None]
        rows = [row for row in rows if row.value is not None]
        for same in series(rows, "report", "arm", "quantity", "group", "quotes").values():
            ordered = sorted(same, key=lambda row: row.time_months)
            for one, other in pairwise(ordered):
                if direction * (other.value - one.value) >= 0 or one.time_months == other.time_months:
                    yield Check(ledger.ids([one, other]))
                    continue
                yield Check(
                    ledger.ids([one, other]),
                    expected=f"a {statistic} that does not {'fall' if direction > 0 else 'rise'}",
                    found=f"{value(one)} at {one.time_months:g} months, {value(other)} at {other.time_months:g} months",
                    severity="inconsistency",
                    reading="One of the two figures, or its time, is not right.",
                    how="Estimates of one group compared in the order of time.",
                )


def patients_behind(tables: Tables) -> Iterator[Check]:
    """An interval is not narrower than the number of patients allows, and precision does not grow with time.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each incidence with an interval whose group has a known size, and one for each pair of times.

    References
    ----------
    Kish L. Survey Sampling. New York: Wiley; 1965.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "N", "quantity": "patients", "value": "200"},
    ...                {"id": "A", "quantity": "t-MN", "statistic": "cumulative incidence", "value": "1.4",
    ...                 "low": "0.63", "high": "2.8", "interval": "95% CI", "time_months": 12})
    >>> [(check.expected, check.found) for check in patients_behind(paper)]
    [('at most 200 patients', 'the information of 466 to 506 patients')]
    """
    ledger = Ledger(tables)
    rows = [row for row in ledger.originals(statistic="cumulative incidence") if scales.effective_number(row)]
    for row in rows:
        known = ledger.size(row.report, row.group, row.arm)
        if known:
            yield _possible(ledger, row, *known)
    for same in series([r for r in rows if r.time_months is not None], "report", "arm", "quantity", "group").values():
        for one, other in combinations(sorted(same, key=lambda row: row.time_months), 2):
            yield _falling(ledger, one, other)


def _possible(ledger: Ledger, row, size: int, sources: tuple[str, ...]) -> Check:
    """The effective number against the patients of the group."""
    number_behind = scales.effective_number(row)
    claims = (*ledger.family(row), *sources)
    if number_behind[0] <= size:
        return Check(claims)
    return Check(
        claims,
        expected=f"at most {size} patients",
        found=f"the information of {spread(*number_behind, lambda x: f'{x:.0f}')} patients",
        severity="inconsistency",
        reading="The interval is narrower than the group allows; the group or the interval may not be the one meant.",
        how="F(1-F)/se² from the log(-log) interval, over all unrounded values.",
    )


def _falling(ledger: Ledger, one, other) -> Check:
    """The effective numbers at an earlier and a later time."""
    early, late = scales.effective_number(one), scales.effective_number(other)
    if late[0] <= early[1]:
        return Check(ledger.ids([one, other]))
    return Check(
        ledger.ids([other, one]),
        expected=f"at most the information at {one.time_months:g} months, {early[1]:.0f} patients",
        found=f"the information of at least {late[0]:.0f} patients at {other.time_months:g} months",
        severity="inconsistency",
        reading="Patients leave observation with time, so precision should not grow; one interval may not be right.",
        how="F(1-F)/se² from the log(-log) intervals, over all unrounded values.",
    )


def quartiles(tables: Tables) -> Iterator[Check]:
    """Groups do not share a quartile, and their quartiles force no more events than the curve carries.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each pair of groups with quartiles of the same time to an event; where the groups divide all events and
        an incidence of the event is printed at a later time, with the number of events that it carries.

    References
    ----------
    Hyndman RJ, Fan Y. Sample quantiles in statistical packages. American Statistician 1996;50:361-365.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = {"quantity": "time to t-MN", "statistic": "median", "interval": "IQR", "high": "21.9"}
    >>> paper = ledger({"id": "A", "group": "t-AML", "value": "14.2", "low": "10.0", **row},
    ...                {"id": "B", "group": "t-MDS", "value": "15.8", "low": "12.6", **row})
    >>> [check.found for check in quartiles(paper)]
    ['an upper quartile of 21.9 in both t-AML and t-MDS']
    """
    ledger = Ledger(tables)
    rows = [row for row in ledger.originals(statistic="median", interval="IQR") if row.group and row.value is not None]
    for same in series(rows, "report", "arm", "quantity").values():
        for one, other in combinations(same, 2):
            yield _quartiles(ledger, one, other)


def _shared(one, other) -> list[str]:
    """Quartiles printed to a fraction that two groups have in common."""
    words = {"low": "lower", "high": "upper"}
    return [
        f"{a} quartile of {getattr(one, f'{side}_printed')}"
        for side, a in words.items()
        if getattr(one, side) == getattr(other, side) and not float(getattr(one, side)).is_integer()
    ]


def _quartiles(ledger: Ledger, one, other) -> Check:
    """Two groups: shared quartiles, and events forced against events carried."""
    shared, events = _shared(one, other), _events(ledger, one, other)
    forced, carried, curve, sources = events or (0, (0.0, math.inf), None, ())
    too_many = forced > carried[1]
    claims = (*ledger.ids([one, other, *([curve] if curve else [])]), *sources)
    if not shared and not too_many:
        return Check(claims)
    groups = f"{one.group} and {other.group}"
    found = [f"an {listed(shared)} in both {groups}"] if shared else []
    expected = ["quartiles of their own" if shared else ""]
    if events:
        found.append(f"at least {forced} events by then")
        carries = f"about {spread(*carried, lambda x: f'{x:.1f}')} events"
        expected.append(f"the {curve.time_months:g}-month incidence {number(curve)} carries {carries}")
    return Check(
        claims,
        expected="; ".join(word for word in expected if word),
        found=", which puts ".join(found),
        severity="probable misprint" if shared and too_many else "ambiguous" if shared else "inconsistency",
        reading=_reading(shared, too_many),
        how="Quartiles compared between groups"
        + (
            "; smallest number of events at or before an upper quartile over the quantile definitions 4 to 9, added "
            "over the groups; events carried: effective number of patients times incidence."
            if events
            else "."
        ),
    )


def _reading(shared: list[str], too_many: bool) -> str:
    """What shared quartiles and too many events may mean."""
    if shared and too_many:
        return (
            "One of the two quartiles was probably copied from the other. The bound is not strict: censoring lets a "
            "curve carry slightly fewer events than there were, and what follows a relapse is not counted on it."
        )
    return "A coincidence is possible; one may have been copied." if shared else "The curve may leave out some events."


def _events(ledger: Ledger, one, other) -> tuple | None:
    """Events that two quartiles force and that the next printed incidence carries, if the groups divide all events."""
    event = one.quantity.removeprefix("time to ")
    sizes = _sizes(ledger, one.report, event, [one.group, other.group])
    last = max(row.high + float(half(row.high_resolution)) for row in (one, other))
    curves = ledger.originals(report=one.report, statistic="cumulative incidence", quantity=event, group=None)
    later = [row for row in curves if row.time_months is not None and row.time_months >= last]
    if not sizes or not later:
        return None
    curve = min(later, key=lambda row: row.time_months)
    carried = scales.effective_events(curve)
    if carried is None:
        return None
    forced = sum(_forced(count(row), Fraction(3, 4)) for row in sizes)
    return forced, carried, curve, ledger.ids(sizes)


def _sizes(ledger: Ledger, report: str, event: str, groups: list[str]) -> list | None:
    """The claims that count the groups, where the groups are all the parts of one division of the events."""
    for division, parts in ledger.parts().items():
        whole = ledger.rows[division.split("/")[0]]
        if (whole.report, whole.quantity) == (report, event) and {part.quantity for part in parts} == set(groups):
            return parts if all(count(part) for part in parts) else None
    return None


def _forced(size: int, share: Fraction) -> int:
    """Fewest of so many values that lie at or below their quantile, over the usual definitions."""
    return min(math.floor(place(size, share)) for place in QUANTILES.values())


def median_and_curve(tables: Tables) -> Iterator[Check]:
    """Survival is above one half before its median and not above it afterwards.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each median with a survival probability of the same quantity and group.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "A", "quantity": "survival", "statistic": "median", "value": "4.5", "unit": "months"},
    ...                {"id": "B", "quantity": "survival", "statistic": "survival probability", "value": "61",
    ...                 "time_months": 12, "unit": "%"})
    >>> [check.found for check in median_and_curve(paper)]
    ['61% at 12 months, median 4.5 months']
    """
    ledger = Ledger(tables)
    medians = [row for row in ledger.originals(statistic="median", unit="months") if row.value is not None]
    curves = series(ledger.originals(statistic="survival probability"), "report", "arm", "quantity", "group")
    for row in medians:
        for point in curves.get((row.report, row.arm, row.quantity, row.group), []):
            after = point.time_months is not None and point.time_months > row.value + float(half(row.resolution))
            before = point.time_months is not None and point.time_months < row.value - float(half(row.resolution))
            slack = float(half(point.resolution))
            if not (after and point.value - slack > 50) and not (before and point.value + slack < 50):
                yield Check(ledger.ids([row, point]))
                continue
            yield Check(
                ledger.ids([point, row]),
                expected=f"{'at most' if after else 'at least'} 50% at {point.time_months:g} months",
                found=f"{value(point)} at {point.time_months:g} months, median {value(row)} months",
                severity="inconsistency",
                reading=f"The median or the survival of {name(row)} is not right, or they describe different patients.",
                how="The curve passes one half at the median.",
            )
