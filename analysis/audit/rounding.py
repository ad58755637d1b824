"""Rounding as printers do it, in exact fractions: 66 of 539 is 12.2449…% here, never 12.2450000001.

Vocabulary: the *resolution* is the last printed digit (0.1 for 26.7); a *way* is a rule that turns an exact share
into a printed one.
"""

import math
from decimal import Decimal
from fractions import Fraction

RIGHT = ("half up", "half to even")
OTHER = ("cut off", "rounded up", "rounded twice")


def exact(number: float) -> Fraction:
    """The number that was printed, free of binary dust.

    Examples
    --------
    >>> exact(62.1)
    Fraction(621, 10)
    """
    return Fraction(repr(float(number)))


def share(count: int, total: int) -> Fraction:
    """Exact percentage.

    Examples
    --------
    >>> share(1, 8)
    Fraction(25, 2)
    """
    return Fraction(100 * count, total)


def rounded(number: Fraction, resolution: float, way: str = "half up") -> Fraction:
    """The number to the last printed digit.

    Parameters
    ----------
    number : Fraction
        Exact and not negative.
    resolution : float
        Last printed digit, 0.1 for one decimal.
    way : str
        ``half up``, ``half to even``, ``cut off``, ``rounded up``, or ``rounded twice`` (first to one digit more).

    Returns
    -------
    Fraction
        As it would be printed.

    Examples
    --------
    >>> [float(rounded(Fraction(500, 11), 1, way)) for way in ("half up", "cut off", "rounded twice")]
    [45.0, 45.0, 46.0]
    """
    step = exact(resolution)
    if way == "rounded twice":
        return rounded(rounded(number, float(step / 10)), resolution)
    digits = number / step
    whole = {
        "half up": lambda: math.floor(digits + Fraction(1, 2)),
        "half to even": lambda: round(digits),
        "cut off": lambda: math.floor(digits),
        "rounded up": lambda: math.ceil(digits),
    }[way]()
    return whole * step


def ways(number: Fraction, printed: float, resolution: float) -> list[str]:
    """Every way of rounding that prints the exact number like this.

    Examples
    --------
    >>> ways(share(335, 539), 62.1, 0.1), ways(share(144, 539), 26.6, 0.1)
    (['cut off'], [])
    """
    return [way for way in (*RIGHT, *OTHER) if rounded(number, resolution, way) == exact(printed)]


def counts_that_print(printed: float, total: int, resolution: float) -> list[int]:
    """Every whole number of the total that prints as this percentage, rounded half up or half to even.

    Examples
    --------
    >>> counts_that_print(37, 57, 1), counts_that_print(26.6, 539, 0.1), counts_that_print(79, 539, 1)
    ([21], [], [424, 425, 426, 427, 428])
    """
    value, step = exact(printed), exact(resolution)
    first = math.floor((value - step / 2) * total / 100)
    last = math.ceil((value + step / 2) * total / 100)
    return [
        k
        for k in range(max(first, 0), min(last, total) + 1)
        if any(rounded(share(k, total), resolution, way) == value for way in RIGHT)
    ]


def text(number: float | Fraction, resolution: float) -> str:
    """The number with as many decimals as its resolution has, rounded half up.

    Examples
    --------
    >>> text(share(66, 539), 0.1), text(share(66, 539), 0.001), text(Fraction(14), 1.0)
    ('12.2', '12.245', '14')
    """
    number = number if isinstance(number, Fraction) else exact(number)
    places = max(0, -Decimal(repr(resolution)).normalize().as_tuple().exponent)
    sign = "-" if number < 0 else ""
    return f"{sign}{float(rounded(abs(number), resolution)):.{places}f}"
