r"""What a printed incidence with its interval says of the variance, and what a variance says of the next one.

Vocabulary: a *cell* is a small range of the incidence F with the range of its variance V; the cells of a field's window
cover everything that prints like it. The variance is that of Gray (1988), as in R's ``cmprsk`` and in
`analysis.incidence`: each event at :math:`t_j` adds a square, in which a later horizon k appears only through
:math:`(F_k - F_j)/S_j`, where S is the share free of every event.

Between two horizons, the factor :math:`1 - (F_k - F_j)/S_j` of an earlier event of the cause shrinks at most by
:math:`1 - \delta/S_k`, where :math:`\delta` is the rise of F, since :math:`S_j - (F_k - F_j) \ge S_k`; the factor of a
competing event only grows. Hence

.. math:: V_{k+1} \ge (1 - \delta/S_k)^2\, V_k,

whatever the patients, ties included.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from analysis.audit import scales
from analysis.audit.ledger import Ledger, name
from analysis.audit.scales import LOG_LOG, Z
from analysis.reconstruction.proofs.conflict import minimal_conflict
from analysis.reconstruction.proofs.fields import BOUND, WORDS, Field, Proof, digits, finer, named, printed, window
from analysis.reconstruction.proofs.rows import copy_of, neighbours, usual_scale, with_interval

CELLS = 48
GUARD = 1e-9
EVENT_FREE = 0.10  # least share without relapse, death and t-MN at `FREE_UNTIL`; the reconstructed cohorts have more
FREE_UNTIL = 36.0  # months
ASSUMES = f"at least {EVENT_FREE:.0%} of the group free of every event at {FREE_UNTIL:g} months"


class Cells(NamedTuple):
    """Ranges of incidence and variance, arrays of equal length; shares of 1 and their squares."""

    low: np.ndarray
    high: np.ndarray
    least: np.ndarray
    most: np.ndarray


ANYTHING = Cells(np.zeros(1), np.ones(1), np.zeros(1), np.full(1, np.inf))


def cells(row: Any, kept: Iterable[str], count: int = CELLS) -> Cells:
    """Incidence and variance that agree with some printed sides of a row with a log(-log) interval.

    Parameters
    ----------
    row : claim
        An incidence.
    kept : iterable of {"value", "low", "high"}
        The sides to agree with.
    count : int
        Number of cells; more make a bound tighter, none makes it wrong.

    Returns
    -------
    Cells
        Without an estimate, everything; without limits, any variance. No cell if the sides exclude each other.

    References
    ----------
    The interval F ** exp(∓z se / (F log F)): Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time
    Data. 2nd ed. Wiley 2002, equation 1.12.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> row = Ledger(ledger({"id": "A", "quantity": "t-MN", "statistic": "cumulative incidence", "value": "4.5",
    ...                      "low": "2.8", "high": "6.9", "interval": "95% CI"})).rows["A"]
    >>> found = cells(row, ["value", "low", "high"])
    >>> [round(float(error), 4) for error in np.sqrt([found.least.min(), found.most.max()])]
    [0.0102, 0.0107]
    """
    kept = set(kept)
    if "value" not in kept:
        return ANYTHING
    edges = np.linspace(*map(float, window(row, "value")), count + 1)
    low, high = edges[:-1], edges[1:]
    far, near = -np.log(low), -np.log(high)  # -log F at both ends of a cell
    least, most = np.zeros(count), np.full(count, np.inf)  # of log(-log L) - log(-log F)
    for side in kept - {"value"}:
        ends = -np.log(np.array([float(end) for end in window(row, side)][::-1]))
        if side == "low":
            least, most = np.maximum(least, np.log(ends[0] / far)), np.minimum(most, np.log(ends[1] / near))
        else:
            least, most = np.maximum(least, np.log(near / ends[1])), np.minimum(most, np.log(far / ends[0]))
    some = least <= most + GUARD
    slope = np.stack([low * far, high * near])
    largest = np.where((low < np.exp(-1)) & (np.exp(-1) < high), np.exp(-1), slope.max(axis=0))
    found = (low, high, (slope.min(axis=0) * least / Z[row.interval]) ** 2, (largest * most / Z[row.interval]) ** 2)
    return Cells(*(column[some] for column in found))


def can_follow(before: Cells, after: Cells, free: float) -> bool:
    """Whether a later incidence and its variance can follow an earlier one.

    Parameters
    ----------
    before, after : Cells
        At two horizons.
    free : float
        Least share without any event at the earlier horizon.

    Returns
    -------
    bool
        False if the incidence would fall or the variance be smaller than the bound of this module.
    """
    rise = after.high[None, :] - before.low[:, None]
    shrunk = np.maximum(1 - np.maximum(rise, 0) / free, 0) ** 2 * before.least[:, None]
    return bool(((rise >= -GUARD) & (after.most[None, :] * (1 + GUARD) >= shrunk)).any())


def chains(paper: Ledger, aside: set[Field]) -> Iterator[Proof]:
    """One proof for each limit that would make an incidence less precise than the next time allows.

    Parameters
    ----------
    paper : Ledger
        The report.
    aside : set of Field
        What other proofs have set aside.

    Yields
    ------
    Proof
        Of the limits that repeat those of another time; without such, of the earlier estimate.
    """
    rows = with_interval(paper)
    curves = [row for row in rows if row.statistic == "cumulative incidence"]
    if not curves or usual_scale(rows, "cumulative incidence") is not LOG_LOG:
        return
    for row in curves:
        twins = neighbours(curves, row)
        after = min((r for r in twins if r.time_months > row.time_months), key=lambda r: r.time_months, default=None)
        if after is None or row.time_months > FREE_UNTIL:
            continue
        fields = [Field(r.id, side) for r in (after, row) for side in ("high", "low", "value")]
        fields = [field for field in fields if field not in aside]

        def possible(kept, row=row, after=after) -> bool:
            by = {r.id: [field.side for field in kept if field.claim == r.id] for r in (row, after)}
            return can_follow(cells(row, by[row.id]), cells(after, by[after.id]), EVENT_FREE)

        conflict = minimal_conflict(fields, possible)
        if conflict:
            yield _proof(row, after, conflict, twins)


def _proof(row: Any, after: Any, conflict: tuple[Field, ...], twins: list[Any]) -> Proof:
    """The proof for one limit."""
    own = [field for field in conflict if field.claim == row.id and field.side != "value"]
    copied = {field: [t for t in twins if getattr(t, field.side) == getattr(row, field.side)] for field in own}
    field = max(own, key=lambda f: len(copied[f])) if own else Field(row.id, "value")
    kept = [f.side for f in conflict if f.claim == row.id]
    here, there = cells(row, kept), cells(after, [f.side for f in conflict if f.claim == after.id])
    least, most = (100 * float(np.sqrt(v)) for v in (here.least.min(), there.most.max()))
    return Proof(
        field,
        printed(row, field.side),
        BOUND,
        conflict,
        "",
        copy_of(field, copied.get(field, [])),
        f"On the log(-log) scale the {WORDS[field.side]} {finer(row, field.side, window(row, field.side))} gives "
        f"{name(row)} a standard error of at least {least:.1f} points; {after.time_months:g} months "
        f"({named(f for f in conflict if f.claim == after.id)}) allows {most:.1f} at most, and a variance shrinks with "
        "time by a bounded factor only.",
        ASSUMES,
    )


def likely_limits(paper: Ledger, claim: str) -> dict[str, str]:
    """Both limits of an incidence that its neighbours in time would let one expect.

    Parameters
    ----------
    paper : Ledger
        The report.
    claim : str
        Id of the incidence.

    Returns
    -------
    dict of str
        ``low`` and ``high`` as they would print, from the effective numbers of patients at the times before and after;
        empty without neighbours.

    References
    ----------
    Kish L. Survey Sampling. New York: Wiley; 1965: effective sample size; see `analysis.audit.scales.limits_for`.
    """
    row = paper.rows[claim]
    twins = neighbours(with_interval(paper), row)
    before = max((t for t in twins if t.time_months < row.time_months), key=lambda t: t.time_months, default=None)
    after = min((t for t in twins if t.time_months > row.time_months), key=lambda t: t.time_months, default=None)
    sizes = [size for twin in (before, after) if twin and (size := scales.effective_number(twin))]
    if not sizes:
        return {}
    span = (min(size[0] for size in sizes), max(size[1] for size in sizes))
    low, high = scales.limits_for(tuple(map(float, window(row, "value"))), span, row.interval)
    return {"low": digits(row, "low", low), "high": digits(row, "high", high)}
