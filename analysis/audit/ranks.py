"""Can two groups of this size give this p value?

Vocabulary: the *rank sum* test compares two groups of continuous values by their ranks; with few patients it can give
few p values, and all of them can be listed.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy import stats

from analysis.audit.ledger import Check, Ledger, count, half, listed, name, value
from analysis.data import Tables


@cache
def rank_sum_p_values(one: int, other: int) -> dict[str, tuple[float, ...]]:
    """Every two-sided p value that a rank-sum test of two groups without ties can give.

    Parameters
    ----------
    one, other : int
        Patients in the groups.

    Returns
    -------
    dict
        p values by the way they come about: ``exact``, ``normal approximation``, ``continuity correction``.

    References
    ----------
    Mann HB, Whitney DR. Annals of Mathematical Statistics 1947;18:50-60, recurrence of section 3.

    Examples
    --------
    >>> [round(p, 3) for p in rank_sum_p_values(2, 2)["exact"]]
    [0.333, 0.667, 1.0]
    """
    ways = np.zeros((one + 1, one * other + 1), dtype=object)  # ways[i, u]: choices of i ranks with statistic u
    ways[0, 0] = 1
    for rank in range(1, one + other + 1):
        for i in range(min(rank, one), 0, -1):
            shift = rank - i
            if shift <= one * other:
                ways[i, shift:] += ways[i - 1, : one * other + 1 - shift]
    chances = np.array(ways[one] / ways[one].sum(), dtype=float)
    lower = chances.cumsum()
    exact = np.minimum(1.0, 2 * lower[: one * other // 2 + 1])
    distance = one * other / 2 - np.arange(one * other // 2 + 1)
    error = np.sqrt(one * other * (one + other + 1) / 12)
    approximate = 2 * stats.norm.sf(distance / error)
    corrected = 2 * stats.norm.sf(np.maximum(distance - 0.5, 0) / error)
    found = {"exact": exact, "normal approximation": approximate, "continuity correction": corrected}
    return {how: tuple(float(p) for p in values) for how, values in found.items()}


def _all(one: int, other: int) -> list[float]:
    """Every p value, however it comes about."""
    return sorted(p for values in rank_sum_p_values(one, other).values() for p in values)


def reachable(tables: Tables) -> Iterator[Check]:
    """A p value can be reached by a rank-sum test of groups of the printed size.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each statement ``compared groups``; the second group may be the rest of several populations.

    References
    ----------
    Mann HB, Whitney DR. Annals of Mathematical Statistics 1947;18:50-60.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "N", "quantity": "sequenced", "value": "14"},
    ...     {"id": "A", "quantity": "TP53 lost", "group": "TP53", "value": "33", "numerator": 2, "denominator": 6},
    ...     {"id": "B", "quantity": "time to t-MN", "statistic": "median", "group": "TP53", "value": "12.7"},
    ...     {"id": "C", "quantity": "time to t-MN", "statistic": "median", "group": "no TP53", "value": "19.1"},
    ...     {"id": "P", "quantity": "time to t-MN", "statistic": "p value", "value": "0.72"},
    ...     {"id": "S", "kind": "statement", "quantity": "compared groups", "value": "sequenced", "about": "P B C"},
    ... )
    >>> [check.expected for check in reachable(paper)]
    ['6 against 8: 0.65, 0.66, 0.70 or 0.75']
    """
    ledger = Ledger(tables)
    for statement in ledger.statements("compared groups"):
        test, first, second = ledger.about(statement)
        sizes = _sizes(ledger, statement, first)
        claims = (*ledger.ids([test, first, second]), statement.id)
        if not sizes or test.value is None or test.comparator:
            continue
        slack = float(half(test.resolution))
        hit = [(a, b) for a, b in sizes for p in _all(a, b) if abs(p - test.value) <= slack]
        if hit:
            yield Check(claims)
            continue
        near = [f"{a} against {b}: {_nearest(a, b, test.value)}" for a, b in sizes]
        yield Check(
            claims,
            expected="; ".join(near),
            found=f"p {value(test)}",
            severity="ambiguous",
            reading="Another test than a rank sum was probably used, such as a log-rank or Gray's test on the curves; "
            "or the groups had other sizes.",
            how=f"All rank-sum p values of {listed(f'{a} against {b}' for a, b in sizes)} without ties, exact and by "
            f"the two normal approximations, for {name(first)}.",
        )


def _sizes(ledger: Ledger, statement, first) -> list[tuple[int, int]]:
    """Sizes of the two groups for every population they may divide."""
    known = ledger.size(statement.report, first.group)
    populations = [quantity.strip() for quantity in statement.value_printed.split(";")]
    totals = []
    for quantity in populations:
        counts = [count(row) for row in ledger.originals(report=statement.report, quantity=quantity) if count(row)]
        totals += counts[:1]
    return [(known[0], total - known[0]) for total in totals if known and total > known[0]]


def _nearest(one: int, other: int, printed: float) -> str:
    """The possible p values closest to the printed one."""
    ordered = sorted(_all(one, other), key=lambda p: abs(p - printed))[:5]
    words = list(dict.fromkeys(f"{p:.2f}" for p in sorted(ordered)))
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
