"""Values that a covariate can take, and how printed quartiles or counts bind them.

Vocabulary: the *grid* lists the values that occur in a file; a *code* is a place on it. The *ranks* of n patients are
their places in the order of their values. A *bin* is what a rank may hold: between two printed quantiles anything
between their values, at a printed quantile that value only.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special


class Bins(NamedTuple):
    """Bin of each rank, and the codes of each bin, smallest and largest."""

    of_rank: np.ndarray
    low: np.ndarray
    high: np.ndarray


def quantile_bins(n: int, pinned: dict[float, float], grid: np.ndarray) -> Bins:
    """Bins of n sorted values that have these quantiles, exactly and for every choice inside the bins.

    Parameters
    ----------
    n : int
        Number of values.
    pinned : dict
        Value at each quantile (0 is the smallest, 1 the largest value); quantiles of type 7, so that between two ranks
        both have the value.
    grid : ndarray
        Values that can occur, ascending; each pinned value is one of them.

    Returns
    -------
    Bins

    Raises
    ------
    ValueError
        If a pinned value is not on the grid, or the pinned values fall.

    References
    ----------
    Hyndman and Fan, Am Stat 1996;50:361-365 (type 7).

    Examples
    --------
    >>> bins = quantile_bins(5, {0.5: 2, 0.75: 4}, np.arange(1, 7))
    >>> [(int(bins.low[b]), int(bins.high[b])) for b in bins.of_rank]
    [(0, 1), (0, 1), (1, 1), (3, 3), (3, 5)]
    """
    low, high = np.zeros(n, np.int64), np.full(n, len(grid) - 1)
    before = 0.0
    for share, value in sorted(pinned.items()):
        code = int(np.searchsorted(grid, value - 1e-9))
        if code == len(grid) or abs(grid[code] - value) > 1e-9 or value < before:
            raise ValueError(f"{value} cannot be the quantile {share}; allowed: {grid[0]} to {grid[-1]} on the grid")
        before = value
        at = (n - 1) * share
        first, last = math.floor(at + 1e-9), math.ceil(at - 1e-9)
        high[: last + 1] = np.minimum(high[: last + 1], code)
        low[first:] = np.maximum(low[first:], code)
    return _numbered(low, high)


def count_bins(counts: list[int], bounds: list[tuple[int, int]]) -> Bins:
    """Bins of values that fall into classes of known size; bounds are the first and the last code of each class.

    Examples
    --------
    >>> count_bins([1, 2], [(0, 0), (1, 4)]).of_rank.tolist()
    [0, 1, 1]
    """
    low = np.repeat([first for first, _ in bounds], counts)
    high = np.repeat([last for _, last in bounds], counts)
    return _numbered(low, high)


def _numbered(low: np.ndarray, high: np.ndarray) -> Bins:
    """Bins from the codes of each rank; the same codes are the same bin."""
    new = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))
    return Bins(np.cumsum(new) - 1, low[new], high[new])


class Draws(NamedTuple):
    """Codes from which new values are drawn, bin by bin: those of bin b are ``code[start[b]:start[b + 1]]``."""

    code: np.ndarray
    start: np.ndarray


def draws(bins: Bins, prior: np.ndarray) -> Draws:
    """Candidates of each bin, as often as the prior, a large sample of codes, has them; at least one.

    A code in which two bins meet is half as often in each.
    """
    prior = np.sort(prior)
    shared = np.intersect1d(bins.low, bins.high)
    parts = []
    for low, high in zip(bins.low, bins.high, strict=True):
        mine = prior[np.searchsorted(prior, low) : np.searchsorted(prior, high, side="right")]
        halved = np.isin(mine, shared) & (np.arange(mine.size) % 2 == 0) & (low < high)
        mine = mine[~halved]
        parts.append(mine if mine.size else np.arange(low, high + 1))
    return Draws(np.concatenate(parts), np.cumsum([0, *map(len, parts)]))


def split_prior(centre: float, below: float, above: float, tail: float, size: int = 20_000) -> np.ndarray:
    """Quantiles of a distribution with these quartiles: two halves of Student's t, one for each side of the median.

    ``tail`` is the degrees of freedom; fewer give longer tails.

    Examples
    --------
    >>> np.quantile(split_prior(94, 89, 98, 30), [0.25, 0.5, 0.75]).round(1).tolist()
    [89.0, 94.0, 98.0]
    """
    t = special.stdtrit(tail, (np.arange(size) + 0.5) / size) / special.stdtrit(tail, 0.75)
    return centre + np.where(t < 0, (centre - below) * t, (above - centre) * t)


def on_grid(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Codes of the nearest values of an evenly spaced grid; what lies outside is left out."""
    code = np.rint((values - grid[0]) / (grid[1] - grid[0])).astype(np.int64)
    return code[(code >= 0) & (code < len(grid))]


def quartiles(claims: pd.DataFrame, median: str, extremes: str | None = None) -> dict[float, float]:
    """Printed quantiles of a covariate: median and quartiles of one claim, smallest and largest value of another."""
    row = claims.loc[median]
    found = {0.25: row.low, 0.5: row.value, 0.75: row.high}
    if extremes is not None:
        found |= {0.0: claims.low[extremes], 1.0: claims.high[extremes]}
    return {share: float(value) for share, value in found.items() if pd.notna(value)}
