"""Do estimate, interval and p value belong together?

Vocabulary: see `analysis.audit.scales`; a *neighbour* of an incidence is the same incidence at another time.
"""

from collections.abc import Iterator

import numpy as np

from analysis.audit import rounding, scales
from analysis.audit.agreement import RATIOS
from analysis.audit.ledger import Check, Ledger, limits, listed, name, number, series, spread, value
from analysis.data import Tables

NEIGHBOURS = ("report", "arm", "quantity", "statistic", "group")


def inside(tables: Tables) -> Iterator[Check]:
    """An estimate lies inside its interval, and median and quartiles inside the range.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each estimate with limits, and one for each estimate with a range printed elsewhere.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "A", "quantity": "t-MN", "statistic": "cumulative incidence", "value": "9.6",
    ...                 "low": "2.7", "high": "7.9", "interval": "95% CI", "unit": "%"})
    >>> [check.found for check in inside(paper)]
    ['9.6% (2.7 to 7.9)']
    """
    ledger = Ledger(tables)
    rows = ledger.originals()
    for row in rows:
        if row.value is None or row.low is None:
            continue
        outside = not row.low <= row.value <= row.high
        yield _outside(ledger, rows, row) if outside else Check(ledger.family(row))
    for same in series(rows, "report", "arm", "quantity", "group", "time_months").values():
        ranges = [row for row in same if row.value is None and row.interval == "range"]
        yield from (_in_range(ledger, row, r) for r in ranges for row in same if row.value is not None and r is not row)


def _neighbours(rows: list, row) -> list:
    """The same incidence at other times."""
    cells = {column: getattr(row, column) for column in NEIGHBOURS}
    others = [r for r in rows if all(getattr(r, column) == cell for column, cell in cells.items())]
    return [r for r in others if r.time_months is not None and r.time_months != row.time_months]


def _outside(ledger: Ledger, rows: list, row) -> Check:
    """An estimate outside its interval."""
    neighbours = _neighbours(rows, row)
    twins = [r for r in neighbours if (r.low, r.high) == (row.low, row.high)]
    reading = "The estimate or a limit is not right."
    if twins:
        reading = f"The interval is that of {name(twins[0])} ({value(twins[0])}) and was probably carried over."
    if neighbours and _fits_between(neighbours, row):
        reading += " The estimate itself fits the other times."
    return Check(
        (row.id, *(claim for twin in twins for claim in ledger.family(twin))),
        expected=_likely_limits(neighbours, row) or "an interval that holds the estimate",
        found=number(row),
        severity="probable misprint",
        reading=reading,
        how="Estimate compared with its limits; expected limits on log(-log) from the effective numbers of patients "
        "behind the neighbouring times.",
    )


def _fits_between(neighbours: list, row) -> bool:
    """Whether an estimate keeps the order of its neighbours in time."""
    ordered = sorted([*neighbours, row], key=lambda r: r.time_months)
    values = [r.value for r in ordered if r.value is not None]
    return values in (sorted(values), sorted(values, reverse=True))


def _likely_limits(neighbours: list, row) -> str:
    """Limits that the information at the times before and after would give."""
    sizes = [size for r in neighbours if (size := scales.effective_number(r))]
    if not sizes or row.statistic != "cumulative incidence" or row.unit != "%" or row.interval not in scales.Z:
        return ""
    before = [r for r in neighbours if r.time_months < row.time_months]
    after = [r for r in neighbours if r.time_months > row.time_months]
    near = [max(before, key=lambda r: r.time_months)] if before else []
    near += [min(after, key=lambda r: r.time_months)] if after else []
    sizes = [size for r in near if (size := scales.effective_number(r))] or sizes
    slack = (row.resolution or 0) / 2
    share = ((row.value - slack) / 100, (row.value + slack) / 100)
    span = (min(size[0] for size in sizes), max(size[1] for size in sizes))
    low, high = scales.limits_for(share, span, row.interval)
    words = [spread(100 * box[0], 100 * box[1], lambda x: f"{x:.2g}") for box in (low, high)]
    return f"a lower limit of {words[0]}% and an upper one of {words[1]}% ({span[0]:.0f} to {span[1]:.0f} patients)"


def _in_range(ledger: Ledger, row, whole) -> Check:
    """Median and quartiles against the range."""
    ends = [end for end in (row.value, row.low, row.high) if end is not None]
    if row.statistic not in ("median", "mean") or row.unit != whole.unit:
        return Check((row.id,))
    if whole.low <= min(ends) and max(ends) <= whole.high:
        return Check(ledger.ids([row, whole]))
    return Check(
        ledger.ids([row, whole]),
        expected=f"within the range {limits(whole)}",
        found=number(row),
        severity="inconsistency",
        reading="The range or the median is not right, or they describe different patients.",
        how="Median and quartiles compared with the range.",
    )


def symmetry(tables: Tables) -> Iterator[Check]:
    """An interval is symmetric on its natural scale, as far as rounding allows.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each ratio, incidence or survival with an interval that holds it. The scale is the one most intervals
        of the report keep to, among those usual for the statistic.

    References
    ----------
    Log for ratios: Altman and Bland, BMJ 2011;343:d2304. Log(-log) for incidences: Kalbfleisch and Prentice 2002,
    equation 1.12; R's survfit prints log or plain ones as well.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "A", "quantity": "MCV", "statistic": "hazard ratio", "value": "1.14", "low": "0.78",
    ...                 "high": "1.22", "interval": "95% CI", "unit": "HR"})
    >>> [check.expected for check in symmetry(paper)]
    ['0.97 to 0.98, the centre of 0.78 to 1.22 on the log scale']
    """
    ledger = Ledger(tables)
    rows = [row for row in ledger.originals() if row.statistic in scales.SCALES and row.interval in scales.Z]
    rows = [row for row in rows if scales.boxes(row) and row.low <= row.value <= row.high]
    for (_, statistic), same in series(rows, "report", "statistic").items():
        usual = scales.SCALES[statistic]
        scale = max(usual, key=lambda s: (sum(_symmetric(row, s) for row in same), -usual.index(s)))
        kept = sum(_symmetric(row, scale) for row in same)
        for row in same:
            fits = _symmetric(row, scale)
            yield Check(ledger.family(row)) if fits else _skewed(ledger, row, scale, (kept, len(same)))


def _symmetric(row, scale: scales.Scale) -> bool:
    """Whether some unrounded interval is symmetric."""
    found = scales.boxes(row)
    return scales.meet(scales.centre(found.low, found.high, scale), found.value)


def _skewed(ledger: Ledger, row, scale: scales.Scale, kept: tuple[int, int]) -> Check:
    """An interval that no rounding makes symmetric."""
    found = scales.boxes(row)
    by = 100 if row.unit == "%" else 1
    sign = "%" if row.unit == "%" else ""
    ends = [by * end for end in scales.centre(found.low, found.high, scale)]
    middle = spread(ends[0], ends[1], lambda x: rounding.text(x, row.resolution))
    repairs = {side: _repair(row, found, scale, side) for side in ("low", "high")}
    near = [side for side, (_, steps) in repairs.items() if steps <= 1]
    words = [f"a{'n upper' if side == 'high' else ' lower'} limit of {repairs[side][0]}{sign}" for side in repairs]
    other = [s.name for s in scales.SCALES[row.statistic] if s is not scale and _symmetric(row, s)]
    carried = _carried(ledger, row)
    reading = f"A{words[0][1:]} or {words[1]} would restore the symmetry."
    reading += f" {carried[0]}" if carried else ""
    same = [word for word in ("low", "high") if getattr(row, word) == row.value]
    reading += " Estimate and limit are the same figure; one may have been copied from the other." if same else ""
    reading += " An interval that is not of Wald type would also do." if near and not carried else ""
    reading += f" It is symmetric on the {listed(other)} scale." if other else ""
    return Check(
        (row.id, *(carried[1] if carried else ())),
        expected=f"{middle}{sign}, the centre of {row.low_printed} to {row.high_printed} on the {scale.name} scale",
        found=number(row),
        severity="ambiguous" if (near or other) and not carried else "probable misprint",
        reading=reading,
        how=f"Centre of the interval over all unrounded limits; {kept[0]} of the {kept[1]} intervals of the report "
        f"for this statistic are symmetric on {scale.name}.",
    )


def _repair(row, found: scales.Boxes, scale: scales.Scale, side: str) -> tuple[str, float]:
    """The printed limits that would restore symmetry, and how many digits away the nearest is."""
    by = 100 if row.unit == "%" else 1
    digit = getattr(row, f"{side}_resolution")
    ends = scales.mirror(found.value, found.high if side == "low" else found.low, scale)
    words = spread(by * ends[0], by * ends[1], lambda x: rounding.text(max(x, 0.0), digit))
    printed = np.array([float(rounding.text(max(by * end, 0.0), digit)) for end in ends])
    return words, round(float(np.abs(printed - getattr(row, side)).min() / digit), 6)


def _carried(ledger: Ledger, row) -> tuple[str, tuple[str, ...]] | None:
    """Whether neighbours print the same limit, which may have been carried over."""
    neighbours = _neighbours(ledger.originals(), row)
    for side, word in (("low", "lower"), ("high", "upper")):
        twins = [r for r in neighbours if getattr(r, side) == getattr(row, side)]
        if twins:
            times = listed(f"{r.time_months:g}" for r in twins)
            text = f"The {word} limit is the one printed at {times} months and may have been carried over."
            return text, ledger.ids(twins)
    return None


def p_values(tables: Tables) -> Iterator[Check]:
    """The p value is the one its ratio and interval imply.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each ratio with an interval and a p value in the same place.

    References
    ----------
    Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "MCV", "statistic": "hazard ratio", "value": "1.14", "low": "0.78", "high": "1.22",
    ...      "interval": "95% CI", "unit": "HR"},
    ...     {"id": "B", "quantity": "MCV", "statistic": "p value", "value": "0.8"},
    ... )
    >>> [(check.expected, check.found) for check in p_values(paper)]
    [('p 0.22 to 0.28 for 1.14 (0.78 to 1.22)', 'p 0.8')]
    """
    ledger = Ledger(tables)
    ratios = [row for row in ledger.originals() if row.statistic in RATIOS and row.interval in scales.Z]
    tests = series(ledger.originals(statistic="p value"), "report", "location", "quantity", "group")
    for row in ratios:
        for test in tests.get((row.report, row.location, row.quantity, row.group), []):
            if scales.boxes(row) and test.value is not None:
                yield _p_value(ledger, row, test)


def _p_value(ledger: Ledger, row, test) -> Check:
    """One p value against its ratio and interval."""
    found = scales.boxes(row)
    slack = (test.resolution or 0) / 2
    printed = (test.value - slack, test.value + slack)
    if test.comparator in ("<", "<="):
        printed = (0.0, test.value + slack)
    elif test.comparator in (">", ">="):
        printed = (test.value - slack, 1.0)
    implied = scales.p_values(*found, row.interval)
    claims = (row.id, test.id, *(c for c in ledger.ids([row, test]) if c not in (row.id, test.id)))
    if scales.meet(implied, printed):
        return Check(claims)
    centre = scales.centre(found.low, found.high, scales.LOG)
    alone = scales.p_values(centre, found.low, found.high, row.interval)
    words = [spread(float(p[0]), float(p[1]), lambda x: f"{x:.2g}") for p in (implied, alone)]
    agree = scales.meet(alone, printed)
    middle = spread(centre[0], centre[1], lambda x: rounding.text(x, row.resolution))
    return Check(
        claims,
        expected=f"p {words[0]} for {number(row)}",
        found=f"p {value(test)}",
        severity="probable misprint" if agree else "inconsistency",
        reading=f"Interval and p agree with each other (p {words[1]} at the centre of the interval), the estimate with "
        f"neither: it may have been {middle}."
        if agree
        else "The p value may come from another test, or one of the figures is not right.",
        how="Wald p on the log scale from estimate and interval, and from the interval alone, over all unrounded "
        "values.",
    )
