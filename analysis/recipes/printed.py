"""What a printed number says: all numbers that would be printed like it.

Vocabulary: a *field* is one printed number of a claim: its value, a limit of its interval, or a count beside it. Its
*window* runs from half a unit of its last printed digit below to half a unit above, the upper end left out.
"""

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.problems import DataError, Problem

DUST = 1e-9  # a computed number this close to the end of a window is on it: 0.65 may come out as 0.6499999999999999
ROUNDED = {
    "value": ("value", "value_printed", "resolution"),
    "low": ("low", "low_printed", "low_resolution"),
    "high": ("high", "high_printed", "high_resolution"),
}
COUNTED = ("numerator", "denominator")
FIELDS = (*ROUNDED, *COUNTED)


class Window(NamedTuple):
    """A field as printed, and the numbers that would be printed so: low ≤ number < high."""

    field: str
    printed: str
    low: float
    high: float


def fields(claim: Any) -> Iterator[Window]:
    """The windows of one claim.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger.

    Yields
    ------
    Window
        For each printed number of `FIELDS`. A count that is a claim of its own is not repeated as its numerator.

    Raises
    ------
    DataError
        If a rounded number has no resolution, or a sign that no window expresses.

    Examples
    --------
    >>> claim = {"statistic": "proportion", "value": 62.1, "value_printed": "62.1", "resolution": 0.1,
    ...          "comparator": None, "low": float("nan"), "high": float("nan"), "numerator": 335, "denominator": None}
    >>> for window in fields(pd.Series(claim)):
    ...     print(*window)
    value 62.1 62.05 62.15
    numerator 335 334.5 335.5
    """
    for field, (number, printed, resolution) in ROUNDED.items():
        if pd.notna(getattr(claim, number)):
            sign = claim.comparator if field == "value" else None
            ends = _ends(claim, number, resolution, sign)
            yield Window(field, getattr(claim, printed), *ends)
    for field in COUNTED:
        count = getattr(claim, field)
        if pd.notna(count) and not (field == "numerator" and claim.statistic == "count"):
            yield Window(field, f"{count:.0f}", count - 0.5, count + 0.5)


def inside(number: ArrayLike, low: ArrayLike, high: ArrayLike) -> np.ndarray:
    """Whether numbers would be printed as they were: low ≤ number < high.

    Parameters
    ----------
    number, low, high : array_like of float
        Computed numbers, and the ends of their windows. Missing numbers are outside.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> inside([12.5, 13.5, float("nan")], 12.5, 13.5).tolist()
    [True, False, False]
    """
    number, low, high = (np.asarray(array, dtype=float) for array in (number, low, high))
    dust = DUST * np.maximum(1.0, np.abs(number))
    return (number >= low - dust) & (number < high - dust)


def _ends(claim: Any, column: str, resolution: str, sign: str | None) -> tuple[float, float]:
    """Ends of a window, halved in decimals: 62.1 and 0.1 give 62.05."""
    number = getattr(claim, column)
    if sign == "<":  # all that is printed so is positive
        return 0.0, number
    if sign == ">=":
        return number, math.inf
    if pd.notna(sign):
        raise _problem(claim, "comparator", repr(sign), "<, >= or nothing, where a number is recomputed")
    step = getattr(claim, resolution)
    if pd.isna(step):
        raise _problem(claim, resolution, "nothing", f"the last printed digit of {column}, such as 0.1")
    middle, half = Decimal(repr(float(number))), Decimal(repr(float(step))) / 2
    return float(middle - half), float(middle + half)


def _problem(claim: Any, column: str, found: str, allowed: str) -> DataError:
    """An error with the place of the claim."""
    place = getattr(claim, "file", f"claim {claim.id}"), getattr(claim, "row", 0)
    return DataError([Problem(*place, column, found, allowed)])
