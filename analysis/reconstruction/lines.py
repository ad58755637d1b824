"""The lines of Tables 2 and 3: what a coefficient and its standard error must be for the line to be printed so.

Vocabulary: a *line* is a printed hazard ratio with its limits and its p value; its *windows* hold the logarithms of
ratio and limits that are printed so, and the absolute z scores that give the p value.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from analysis.reconstruction import targets
from analysis.reconstruction.compiled import njit

Z = 1.959963984540054  # two-sided 95%
NEAR = 1e-6  # windows are narrowed by this much, so that another way to compute does not leave them
FAR = 100.0  # distance of a line whose coefficient does not exist
RATIO, LOW, HIGH, SCORE = 0, 1, 2, 3
ANALYSES = ("univariate", "matched")


class Line(NamedTuple):
    """A printed line: the claims of its hazard ratio and its p value, and its windows, shape = (4, 2)."""

    ratio: str
    test: str
    windows: np.ndarray


def line(claims: pd.DataFrame, quantity: str, group: str) -> Line:
    """What was printed of one covariate in one analysis, wherever it was printed.

    Parameters
    ----------
    claims : DataFrame
        The ledger, indexed by id.
    quantity : str
        The covariate, as in the ledger.
    group : {"univariate", "matched"}
        All patients, or the matched ones.

    Returns
    -------
    Line
        Windows in the rows log ratio, log lower limit, log upper limit, absolute z score; a repeated number counts in
        each place where it stands, so that the window is where all of them agree.

    Raises
    ------
    LookupError
        If there is no such hazard ratio.

    Examples
    --------
    >>> from analysis import data
    >>> found = line(data.load().claims, "ICANS, any grade", "matched")
    >>> found.ratio, np.exp(found.windows[2]).round(3).tolist(), found.test, found.windows[3].round(2).tolist()
    ('G151', [5.085, 5.095], 'G152', [2.43, 2.81])
    """
    mine = claims[(claims.report == "gazeau-2025") & (claims.quantity == quantity) & (claims.group == group)]
    ratios, tests = mine[mine.statistic == "hazard ratio"], mine[mine.statistic == "p value"]
    if ratios.empty:
        raise LookupError(f"no hazard ratio of {quantity!r}, {group}")
    windows = np.array([targets.FREE] * 4)
    for claim in ratios.index:
        for row, field in enumerate(("value", "low", "high")):
            _narrow(windows[row], _logs(targets.window(claims, claim, field)))
    for claim in tests.index:
        low, high = targets.window(claims, claim)
        low, high = (0.0, claims.value[claim]) if claims.comparator[claim] == "<" else (low, high)
        _narrow(windows[SCORE], (_score(high), _score(low)))
    first, test = (rows.index[rows.duplicate_of.isna()][0] for rows in (ratios, tests))
    return Line(first, test, windows)


def _narrow(window: np.ndarray, other: tuple[float, float]) -> None:
    """Keep what both windows hold."""
    window[0], window[1] = max(window[0], other[0]), min(window[1], other[1])


def _logs(window: tuple[float, float]) -> tuple[float, float]:
    """Ends of a window of ratios on the log scale; everything stays everything."""
    return (math.log(window[0]), math.log(window[1])) if window != targets.FREE else window


def _score(p: float) -> float:
    """Absolute z score of a two-sided p value."""
    return float(-special.ndtri(p / 2)) if p > 0 else math.inf


@njit
def distance(windows, b, se):
    """How far coefficient and standard error are from all windows of a line, summed; in logs of the ratio."""
    if not se > 0.0:
        return FAR
    total = 0.0
    for r in range(4):
        v, unit = b, 1.0
        if r == LOW:
            v -= Z * se
        elif r == HIGH:
            v += Z * se
        elif r == SCORE:
            v, unit = abs(b) / se, se  # a z score, told in logs of the ratio
        if v < windows[r, 0] + NEAR:
            total += (windows[r, 0] + NEAR - v) * unit
        elif v > windows[r, 1] - NEAR:
            total += (v - windows[r, 1] + NEAR) * unit
    return total


def unmet(printed: Line, b: float, se: float) -> list[str]:
    """Fields of a line that a coefficient and its standard error do not give, as claim id and field.

    Examples
    --------
    >>> from analysis import data
    >>> mcv = line(data.load().claims, "MCV", "matched")
    >>> unmet(mcv, math.log(1.096), 0.0303), unmet(mcv, math.log(1.096), 0.05)
    ([], ['G147 low', 'G147 high', 'G148 value'])
    """
    found = (b, b - Z * se, b + Z * se, abs(b) / se)
    names = [*(f"{printed.ratio} {field}" for field in ("value", "low", "high")), f"{printed.test} value"]
    wrong = []
    for name, v, (low, high) in zip(names, found, printed.windows, strict=True):
        if not low <= v < high:
            wrong.append(name)
    return wrong


def largest_error(printed: Line) -> float:
    """Largest standard error of the logarithm with which a line is printed as it was.

    Examples
    --------
    >>> from analysis import data
    >>> from analysis.reconstruction.targets import reachable
    >>> round(largest_error(line(reachable(data.load()), "ICANS, any grade", "matched")), 4)
    0.3636
    """
    ratio, low, high, score = printed.windows
    centre = max(ratio[0], (low[0] + high[0]) / 2), min(ratio[1], (low[1] + high[1]) / 2)
    found = [(high[1] - low[0]) / (2 * Z), (centre[1] - low[0]) / Z, (high[1] - centre[0]) / Z]
    if score[0] > 0:
        found.append(max(abs(centre[0]), abs(centre[1])) / score[0])
    return float(min(found))
