"""How late can the k-th of so many onsets be? Printed quartiles as constraints on ordered whole days.

Vocabulary: an *order statistic* is the k-th smallest of n times; a *quantile* lies at a *place* among them, between two
order statistics unless the place is a whole number; *bounds* are the earliest and latest day of every order statistic.
"""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from analysis.audit.curves import QUANTILES

DAYS_PER_MONTH = Fraction("30.4375")
SHARES = {"low": Fraction(1, 4), "value": Fraction(1, 2), "high": Fraction(3, 4)}
Window = tuple[Fraction, Fraction]
Bounds = list[tuple[int, float]]


def in_days(months: Fraction) -> Fraction:
    """Months as days, in fractions of a day.

    Examples
    --------
    >>> in_days(Fraction(24))
    Fraction(1461, 2)
    """
    return months * DAYS_PER_MONTH


def bounds(size: int, windows: Mapping[str, Window], kind: int = 7) -> Bounds:
    """Earliest and latest day of each of `size` ordered onsets with the given quartiles.

    Parameters
    ----------
    size : int
        Number of onsets.
    windows : mapping of {"low", "value", "high"} to tuple of Fraction
        Windows of quartiles and median in months; any may be missing.
    kind : int
        Definition of a quantile, 4 to 9 of Hyndman and Fan; 7 is that of R and numpy.

    Returns
    -------
    list of tuple
        One pair for each order statistic, the first first: whole days; the latest is infinite where nothing bounds it.
        Bounds are tightened until nothing changes; as every constraint joins two neighbours, they are attained.

    Raises
    ------
    ValueError
        If no onsets have these quartiles.

    References
    ----------
    Hyndman RJ, Fan Y. Sample quantiles in statistical packages. American Statistician 1996;50:361-365.

    Examples
    --------
    Of three onsets, the median between 9.5 and 10.5 months (days 289.2 to 319.6) and the upper quartile, the mean of
    the last two, below 12 (365.25):

    >>> median, quartile = (Fraction("9.5"), Fraction("10.5")), (Fraction(11), Fraction(12))
    >>> bounds(3, {"value": median, "high": quartile})
    [(0, 319), (290, 319), (351, 440)]
    """
    first, last = [0] * size, [math.inf] * size
    ties = [_constraint(size, SHARES[side], tuple(map(in_days, window)), kind) for side, window in windows.items()]
    while True:
        before = (first.copy(), last.copy())
        for k in range(size - 1):
            first[k + 1] = max(first[k + 1], first[k])
            last[size - 2 - k] = min(last[size - 2 - k], last[size - 1 - k])
        for constraint in ties:
            _tighten(first, last, *constraint)
        if any(one > other for one, other in zip(first, last, strict=True)):
            raise ValueError(f"no {size} onsets have these quartiles")
        if (first, last) == before:
            return list(zip(first, last, strict=True))


def surely_by(found: Sequence[tuple[int, float]], month: Fraction) -> int:
    """How many onsets are at or before a month in every case.

    Examples
    --------
    >>> surely_by([(0, 319), (290, 319), (351, 440)], Fraction(12))
    2
    """
    return sum(last <= in_days(month) for _, last in found)


def _constraint(size: int, share: Fraction, window: Window, kind: int) -> tuple[int, Fraction, Fraction, Fraction]:
    """A quantile as: order statistic, weight of the next one, smallest and largest value in days."""
    place = min(max(QUANTILES[kind](size, share), Fraction(1)), Fraction(size))
    k = min(math.floor(place), size - 1) if size > 1 else 1
    return k - 1, place - k, *window


def _tighten(first: list, last: list, k: int, weight: Fraction, smallest: Fraction, largest: Fraction) -> None:
    """Apply (1 - weight) x[k] + weight x[k + 1] between smallest and largest, for ordered x."""
    n = min(k + 1, len(first) - 1)
    if weight < 1:
        last[k] = min(last[k], math.floor(min(largest, (largest - weight * first[n]) / (1 - weight))))
        if last[n] < math.inf:
            first[k] = max(first[k], math.ceil((smallest - weight * last[n]) / (1 - weight)))
    if weight > 0:
        first[n] = max(first[n], math.ceil(max(smallest, (smallest - (1 - weight) * last[k]) / weight)))
        last[n] = min(last[n], math.floor((largest - (1 - weight) * first[k]) / weight))
