"""Estimates outside what their own interval allows."""

from collections.abc import Iterable, Iterator
from typing import Any

from analysis.audit import scales
from analysis.audit.ledger import Ledger, listed, name
from analysis.audit.scales import SCALES, Scale, Z
from analysis.reconstruction.proofs import wald
from analysis.reconstruction.proofs.conflict import all_conflicts, smallest_repairs
from analysis.reconstruction.proofs.fields import (
    INTERVAL,
    WORDS,
    Field,
    Proof,
    digits,
    finer,
    named,
    printed,
    printed_numbers,
    sides,
    window,
)

CURVE = ("arm", "quantity", "statistic", "group")
TEST = ("location", "quantity", "group")


def intervals(paper: Ledger) -> Iterator[Proof]:
    """One proof for each field that cannot stand beside the others of its row.

    Parameters
    ----------
    paper : Ledger
        The report. Its intervals of one statistic are read on the scale on which most of them are symmetric.

    Yields
    ------
    Proof
        Of a smallest set of fields whose removal leaves a row that can hold. Where several sets are equally small, the
        one goes that repeats a figure printed for another time, and else the estimate.

    References
    ----------
    Log for ratios, log(-log) for incidences: see `analysis.audit.intervals.symmetry`; p values: Altman DG, Bland JM.
    BMJ 2011;343:d2304.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> tables = ledger({"id": "A", "quantity": "MCV", "statistic": "hazard ratio", "value": "1.82", "low": "0.75",
    ...                  "high": "4.34", "interval": "95% CI", "unit": "HR"})
    >>> [(str(proof.field), proof.fits) for proof in intervals(Ledger(tables))]
    [('A.value', '1.80 to 1.81')]
    """
    rows = with_interval(paper)
    usual = {statistic: usual_scale(rows, statistic) for statistic in dict.fromkeys(row.statistic for row in rows)}
    for row in rows:
        test, scale = _test(paper, row), usual[row.statistic]
        fields = [Field(row.id, side) for side in sides(row)] + ([Field(test.id, "value")] if test else [])

        def possible(kept, row=row, test=test, scale=scale) -> bool:
            return _possible(row, test, scale, kept)

        if possible(fields):
            continue
        conflicts, twins = all_conflicts(fields, possible), neighbours(rows, row)
        repair = min(smallest_repairs(conflicts), key=lambda some, row=row, twins=twins: _order(row, twins, some))
        yield from (_proof(row, test, scale, field, conflicts, twins) for field in repair)


def with_interval(paper: Ledger) -> list[Any]:
    """Rows with an estimate and an interval that is symmetric on some scale."""
    rows = [row for row in printed_numbers(paper) if row.statistic in SCALES and row.interval in Z]
    return [row for row in rows if scales.boxes(row)]


def fitting_scales(row: Any) -> list[Scale]:
    """The scales on which some unrounded interval of a row is symmetric around some unrounded estimate."""
    windows = _windows(row, sides(row))
    return [scale for scale in SCALES[row.statistic] if wald.together(windows, scale, Z[row.interval])]


def usual_scale(rows: Iterable[Any], statistic: str) -> Scale:
    """The scale on which most rows of a statistic are symmetric; the first named where two have as many."""
    if len(SCALES[statistic]) == 1:
        return SCALES[statistic][0]
    fits = [scale.name for row in rows if row.statistic == statistic for scale in fitting_scales(row)]
    return max(SCALES[statistic], key=lambda scale: fits.count(scale.name))


def neighbours(rows: Iterable[Any], row: Any) -> list[Any]:
    """The same quantity of the same patients at other times."""
    same = [other for other in rows if all(getattr(other, cell) == getattr(row, cell) for cell in CURVE)]
    return [other for other in same if other.time_months is not None and other.time_months != row.time_months]


def copy_of(field: Field, twins: list[Any]) -> str:
    """Where a figure that stands at other times too may have come from."""
    times = f"{listed(f'{twin.time_months:g}' for twin in twins)} months"
    return f"the {WORDS[field.side]} of {times} ({', '.join(twin.id for twin in twins)}) printed again" if twins else ""


def _windows(row: Any, kept: Iterable[str], test: Any = None) -> dict[str, wald.Window]:
    """Windows of some sides of a row, and of its p value."""
    found = {side: tuple(map(float, window(row, side))) for side in kept}
    return found | ({"p": tuple(map(float, window(test, "value")))} if test else {})


def _test(paper: Ledger, row: Any) -> Any:
    """The p value printed beside a ratio, if there is one."""
    if row.statistic == "cumulative incidence":
        return None
    tests = [test for test in printed_numbers(paper) if test.statistic == "p value"]
    return next((t for t in tests if all(getattr(t, cell) == getattr(row, cell) for cell in TEST)), None)


def _possible(row: Any, test: Any, scale: Scale, kept: Iterable[Field]) -> bool:
    """The oracle: whether some fields of a row, and its p value, can hold together."""
    own = [field.side for field in kept if field.claim == row.id]
    beside = test if any(field.claim != row.id for field in kept) else None
    return wald.together(_windows(row, own, beside), scale, Z[row.interval])


def _copied(twins: list[Any], row: Any, side: str) -> list[Any]:
    """Neighbours that print the same limit."""
    return [twin for twin in twins if side != "value" and getattr(twin, side) == getattr(row, side)]


def _order(row: Any, twins: list[Any], repair: tuple[Field, ...]) -> tuple:
    """What to set aside first: figures of the row itself, then repeated ones, then the estimate."""
    own = [field.side for field in repair if field.claim == row.id]
    repeated = sum(bool(_copied(twins, row, side)) for side in own)
    return len(own) < len(repair), -repeated, [side != "value" for side in own], own


def _proof(row: Any, test: Any, scale: Scale, field: Field, conflicts: list, twins: list[Any]) -> Proof:
    """The proof for one field of a row."""
    mine = [conflict for conflict in conflicts if field in conflict]
    conflict = min(mine, key=len)
    others = [side for side in sides(row) if side != field.side]
    ends = wald.allowed(field.side, _windows(row, others, test), scale, Z[row.interval])
    tested = [other for other in mine if any(f.claim != row.id for f in other)]
    if len(conflict) == 2:
        argument = _outside(row, next(f.side for f in conflict if f.side != "value"))
    else:
        argument = _off_centre(row, scale, field.side, ends, [] if tested else others)
    if tested:
        argument += f" The p value agrees with the interval, not with the estimate: {named(tested[0])}."
    fits = digits(row, field.side, ends) if ends else ""
    misprint = copy_of(field, _copied(twins, row, field.side))
    return Proof(field, printed(row, field.side), INTERVAL, conflict, fits, misprint, argument)


def _outside(row: Any, side: str) -> str:
    """An estimate beyond one limit."""
    return (
        f"On any scale an interval holds its estimate: {name(row)}, {finer(row, 'value', window(row, 'value'))} is "
        f"{'above' if side == 'high' else 'below'} the {WORDS[side]}, {finer(row, side, window(row, side))}."
    )


def _off_centre(row: Any, scale: Scale, side: str, ends: wald.Window, others: list[str]) -> str:
    """Figures that no rounding makes symmetric, and what else would restore the symmetry."""
    kept = [f"{WORDS[s]} {finer(row, s, window(row, s))}" for s in sides(row) if s != side]
    text = (
        f"The interval is symmetric on the {scale.name} scale: {listed(kept)} leave {finer(row, side, ends)} for the "
        f"{WORDS[side]}, which is printed as {printed(row, side)}."
    )
    found = {s: _other(row, scale, s) for s in others}
    instead = [f"the {WORDS[s]} {digits(row, s, ends)}" for s, ends in found.items() if ends]
    return f"{text} To keep it, {' or '.join(instead)} would be needed." if instead else text


def _other(row: Any, scale: Scale, side: str) -> wald.Window | None:
    """What one side would have to be if the two others stood."""
    return wald.allowed(side, _windows(row, [s for s in sides(row) if s != side]), scale, Z[row.interval])
