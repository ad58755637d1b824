"""Does a paper say the same thing wherever it says it, and different things where it should?

Vocabulary: two claims are *the same quantity* when report, arm, quantity, statistic, group, time and sign agree; they
*agree* when one unrounded value could print as both.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from analysis.audit import rounding
from analysis.audit.ledger import Check, Ledger, count, half, limits, listed, name, number, place, series, value
from analysis.data import Tables

IN_MONTHS = {"years": 12, "year": 12}
SAME = ("report", "arm", "quantity", "statistic", "model", "group", "time_months", "comparator", "quotes")
RATIOS = ("hazard ratio", "relative risk", "odds ratio")
SMALL = 10  # whole numbers below this meet by chance


def agreement(tables: Tables) -> Iterator[Check]:
    """The same quantity has the same value in abstract, text, tables and discussion.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each quantity printed more than once, or one for each pair that disagrees.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "LDH", "statistic": "median", "value": "254", "low": "206", "high": "328"},
    ...     {"id": "B", "quantity": "LDH", "statistic": "median", "value": "256", "low": "206", "high": "328",
    ...      "location": "table1"},
    ... )
    >>> [check.found for check in agreement(paper)]
    ['254 (206 to 328) in the results, 256 (206 to 328) in Table 1']
    """
    ledger = Ledger(tables)
    for rows in series(ledger.originals(), *SAME).values():
        for kind in _comparable(rows):
            yield from _same_quantity(ledger, kind)
    yield from _counts_agree(ledger)


def _comparable(rows: list) -> list[list]:
    """Those with a value apart from those that are only a range or a date."""
    with_value = [row for row in rows if row.value is not None]
    ranges = [row for row in rows if row.value is None and row.low is not None]
    return [kind for kind in (with_value, ranges) if kind]


def _same_quantity(ledger: Ledger, rows: list) -> Iterator[Check]:
    """All values of one quantity against the first."""
    claims = ledger.ids(rows)
    odd = [row for row in rows[1:] if not _agree(rows[0], row)]
    if len(claims) > 1 and not odd:
        yield Check(claims)
    for row in odd:
        yield _disagreement(ledger, rows[0], row)


def _agree(one, other) -> bool:
    """Whether one unrounded value could print as both; units of time are put on one scale."""
    for column in ("value", "low", "high"):
        a, b = getattr(one, column), getattr(other, column)
        if a is None or b is None or (column != "value" and one.interval != other.interval):
            continue
        prefix = "" if column == "value" else f"{column}_"
        slack = sum(
            half(getattr(row, f"{prefix}resolution")) * IN_MONTHS.get(row.unit, 1) * (2 if row.comparator else 1)
            for row in (one, other)
        )
        gap = abs(rounding.exact(a) * IN_MONTHS.get(one.unit, 1) - rounding.exact(b) * IN_MONTHS.get(other.unit, 1))
        if gap and gap >= slack:
            return False
    return True


def _disagreement(ledger: Ledger, one, other) -> Check:
    """Two values of one quantity that cannot both be right."""
    same = one.numerator is not None and (one.numerator, one.denominator) == (other.numerator, other.denominator)
    counted = f" (both {int(one.numerator)} of {int(one.denominator)})" if same else ""
    return Check(
        (*ledger.family(one), *ledger.family(other)),
        expected=f"one value{counted or ' in both places'}",
        found=f"{number(one)} in {place(one)}, {number(other)} in {place(other)}",
        severity="rounding" if same else "inconsistency",
        reading=_which(one, other, same),
        how="Values of the same quantity compared at their printed resolution.",
    )


def _which(one, other, same: bool) -> str:
    """Which of two values the counts or the limits favour."""
    counted = next((row for row in (one, other) if row.numerator is not None and row.denominator), None)
    if counted and same:
        share = rounding.share(int(counted.numerator), int(counted.denominator))
        return f"{rounding.text(share, one.resolution)}% is what {int(counted.numerator)} of them give."
    if counted and counted.resolution:
        uncounted = other if counted is one else one
        total = int(counted.denominator)
        fits = rounding.counts_that_print(uncounted.value, total, uncounted.resolution)
        if fits:
            return (
                f"{value(uncounted)} is what {listed(map(str, fits))} of {total} would print as: "
                "probably a figure from another state of the data."
            )
    if one.low is not None and (one.low, one.high) == (other.low, other.high):
        return "The limits are identical, which favours a slip of the pen; which value is right is not shown."
    return "The paper does not show which of the two is right."


def _counts_agree(ledger: Ledger) -> Iterator[Check]:
    """A count and the numerator of the percentage of the same quantity and group are one number."""
    rows = [row for row in ledger.originals() if row.role == "cohort" and row.statistic in ("count", "proportion")]
    for same in series(rows, "report", "arm", "quantity", "group", "time_months").values():
        counts = [row for row in same if row.statistic == "count" and row.unit in (None, "patients")]
        shares = [row for row in same if row.statistic == "proportion" and row.numerator is not None]
        for one in counts[:1]:
            for other in shares:
                if count(one) == count(other):
                    yield Check(ledger.ids([one, other]))
                else:
                    yield _disagreement(ledger, one, other)


def units(tables: Tables) -> Iterator[Check]:
    """What is counted in one unit is not counted in another elsewhere.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each quantity counted in two units.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "trial product", "value": "3", "unit": "products"},
    ...     {"id": "B", "quantity": "trial product", "value": "3", "unit": "patients"},
    ... )
    >>> [check.found for check in units(paper)]
    ['3 products in the results, 3 patients in the results']
    """
    ledger = Ledger(tables)
    rows = [row for row in ledger.originals() if row.role != "external" and count(row) is not None]
    named = [(ledger.about(statement), (statement.id,)) for statement in ledger.statements("same count")]
    for same, told in [*named, *((same, ()) for same in series(rows, "report", "quantity", "group").values())]:
        counted = [(row, _counted_in(ledger, row)) for row in same]
        for (one, unit), (other, twin) in combinations([(row, unit) for row, unit in counted if unit], 2):
            if unit == twin:
                yield Check((*ledger.ids([one, other]), *told))
                continue
            yield Check(
                (*ledger.ids([one, other]), *told),
                expected="one unit",
                found=f"{count(one)} {unit} in {place(one)}, {count(other)} {twin} in {place(other)}",
                severity="ambiguous",
                reading=f"Either {count(one)} {unit}, or {count(other)} {twin}; both may be true at once.",
                how="Counts of the same quantity compared with their units.",
            )


def _counted_in(ledger: Ledger, row) -> str | None:
    """What a count counts: its own unit, or that of the whole it is a part of."""
    if row.statistic == "count":
        return row.unit
    wholes = [ledger.rows[claim].part_of for claim in ledger.family(row) if ledger.rows[claim].part_of]
    return ledger.rows[wholes[0].split("/")[0]].unit if wholes else None


def identical_rows(tables: Tables) -> Iterator[Check]:
    """Rows that describe different things do not have the same estimate and the same limits.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each set of rows of one table that can be compared, or for each identical pair.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = {"statistic": "hazard ratio", "value": "1.10", "low": "0.70", "high": "1.72", "location": "table2"}
    >>> paper = ledger({"id": "A", "quantity": "LDH", **row}, {"id": "B", "quantity": "ALC", **row})
    >>> [(check.claims, check.severity) for check in identical_rows(paper) if check.severity]
    [(('A', 'B'), 'probable misprint')]
    """
    ledger = Ledger(tables)
    rows = [row for row in ledger.rows.values() if row.kind == "number" and row.low is not None]
    rows = [row for row in rows if row.value is not None and row.role == "cohort"]
    yield from (Check((row.id,)) for row in rows)
    seen: set[frozenset] = set()
    for one, other in combinations(rows, 2):
        pair = frozenset((one.duplicate_of or one.id, other.duplicate_of or other.id))
        if len(pair) == 2 and pair not in seen and _copied(one, other):
            seen.add(pair)
            yield _copy(ledger, rows, one, other)


def _copied(one, other) -> bool:
    """Whether two rows differ in one heading (quantity or group) and in no number."""
    if (one.report, one.statistic, one.interval, one.time_months) != (
        other.report,
        other.statistic,
        other.interval,
        other.time_months,
    ) or (one.value, one.low, one.high) != (other.value, other.low, other.high):
        return False
    if one.quantity != other.quantity:
        return one.group == other.group and one.location == other.location
    return one.group != other.group


def _copy(ledger: Ledger, rows: list, one, other) -> Check:
    """Two identical rows."""
    small = all(float(cell).is_integer() and cell < SMALL for cell in (one.value, one.low, one.high))
    partners = [p for p in (_p_value(ledger, one), _p_value(ledger, other)) if p]
    same_p = len(partners) == 2 and partners[0].value == partners[1].value
    both = f"{name(one)} and {name(other)}"
    reading = "Small whole numbers can meet by chance; worth a look." if small else _likelier(rows, one, other)
    return Check(
        tuple(dict.fromkeys((one.id, other.id, *(p.id for p in partners)))),
        expected="two rows that differ, since they describe different things",
        found=f"{both}: {value(one)} {limits(one)}{f', p {value(partners[0])}' if same_p else ''} in both rows",
        severity="ambiguous" if small else "probable misprint",
        reading=reading,
        how="All rows with an estimate and limits compared in pairs.",
    )


def _p_value(ledger: Ledger, row):
    """The p value printed beside an estimate."""
    same = ("report", "location", "quantity", "group", "arm", "time_months")
    wanted = [getattr(row, column) for column in same]
    for other in ledger.rows.values():
        if other.statistic == "p value" and [getattr(other, column) for column in same] == wanted:
            return other
    return None


def _likelier(rows: list, one, other) -> str:
    """Which of two identical rows agrees less with the other analysis of the same quantity."""
    apart = {}
    for row in (one, other):
        for twin in rows:
            same = (twin.quantity, twin.statistic, twin.report) == (row.quantity, row.statistic, row.report)
            if same and twin.group != row.group and one.quantity != other.quantity:
                apart[row.quantity] = (twin, (twin.value, twin.low, twin.high) != (row.value, row.low, row.high))
    if one.quantity == other.quantity:
        return "Two analyses seldom give the same estimate and limits; one row may have been copied from the other."
    differing = [quantity for quantity, (_, different) in apart.items() if different]
    text = "One row was probably copied over the other."
    if len(differing) == 1 and len(apart) == 2:
        twin = apart[differing[0]][0]
        width = Fraction(twin.high / twin.low) > Fraction(one.high / one.low) if twin.low else False
        wider = ", with a wider interval" if width else ""
        text += f" {differing[0]} is the likelier casualty: {twin.group or 'elsewhere'} it is {number(twin)}{wider}."
    return text
