"""Nearest-neighbour matching with ties defined. Vocabulary as in the package."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.matching.score import treated_rows

DIGITS = 10  # scores that agree to so many decimals are equal; more would let rounding errors decide between patients
UNITS = 10**DIGITS
LARGEST_SCORE = 4e8  # keeps scores in these units whole numbers of 64 bits
NOBODY = 2**63  # distance to a control that does not exist
ORDERS = ("largest", "smallest", "data")


def match_nearest(
    score: ArrayLike,
    treated: ArrayLike,
    *,
    ratio: int = 2,
    replace: bool = False,
    caliper: float | None = None,
    order: str = "largest",
) -> pd.DataFrame:
    """Give each treated row the nearest free controls.

    Round by round, each treated row takes the free control whose score is nearest; scores are compared after rounding
    to 10 decimals, and of equally near controls the first row is taken.

    Parameters
    ----------
    score : array_like of float, shape = (n,)
        Propensity scores, or anything else on which to match.
    treated : array_like of bool, shape = (n,)
        True or 1 for the rows to be matched.
    ratio : int
        Most controls for one treated row; as many rounds.
    replace : bool
        Whether a control may serve several treated rows (but the same one only once).
    caliper : float, optional
        Largest distance, in standard deviations of the score over all rows.
    order : {"largest", "smallest", "data"}
        Who chooses first in each round: the largest score, the smallest, or the first row.

    Returns
    -------
    DataFrame
        One row for each pair, ``treated, control`` (row numbers from 0), ``round`` (from 1), ``distance`` (of the
        scores as given); sorted by treated row and round. Treated rows without a control are not in it.

    Raises
    ------
    ValueError
        If a score is missing or infinite, a group is empty, ``ratio`` is below 1, the caliper negative, or the order
        unknown.

    References
    ----------
    Ho, Imai, King and Stuart, J Stat Softw 2011;42(8), section 4.4.3; Stuart, Stat Sci 2010;25:1-21, section 3.1. Free
    neighbours are found in sorted scores by disjoint sets: Tarjan, J ACM 1975;22:215-225.

    Examples
    --------
    >>> match_nearest([0.5, 0.3, 0.45, 0.6, 0.2], [True, True, False, False, False], ratio=1).round(2).values.tolist()
    [[0.0, 2.0, 1.0, 0.05], [1.0, 4.0, 1.0, 0.1]]
    """
    values, cases = checked_score(score), treated_rows(None, treated)
    if len(values) != len(cases):
        raise ValueError(f"{len(values)} scores for {len(cases)} values of treated")
    limit = _limit(values, ratio, caliper, order)
    units = np.rint(values * UNITS).astype(np.int64)
    rows = np.flatnonzero(cases)
    queue = rows[_turn(units[rows], order)]
    search = _with_replacement if replace else _without_replacement
    pairs = search(units, queue, np.flatnonzero(~cases), int(ratio), limit)
    chosen, controls, rounds = (np.array(column, dtype=np.int64) for column in pairs)
    sequence = np.lexsort((rounds, chosen))
    chosen, controls, rounds = chosen[sequence], controls[sequence], rounds[sequence]
    distance = np.abs(values[chosen] - values[controls])
    return pd.DataFrame({"treated": chosen, "control": controls, "round": rounds, "distance": distance})


def match_weights(matches: pd.DataFrame, n: int) -> np.ndarray:
    """Weights of all rows after matching.

    Parameters
    ----------
    matches : DataFrame
        From `match_nearest`.
    n : int
        Number of rows that were matched on.

    Returns
    -------
    ndarray, shape = (n,)
        1 for matched treated rows; controls share the weight of their treated row, rescaled so that their sum is the
        number of different controls; 0 for all others.

    References
    ----------
    Ho, Imai, King and Stuart, J Stat Softw 2011;42(8), section 4.

    Examples
    --------
    >>> pairs = pd.DataFrame({"treated": [0, 0, 1], "control": [2, 3, 4]})
    >>> match_weights(pairs, 6).tolist()
    [1.0, 1.0, 0.75, 0.75, 1.5, 0.0]
    """
    weights = np.zeros(n)
    shared = 1 / matches.groupby("treated").control.transform("size")
    np.add.at(weights, matches.control.to_numpy(), shared.to_numpy())
    weights *= matches.control.nunique() / max(weights.sum(), 1e-300)
    weights[matches.treated.to_numpy()] = 1.0
    return weights


def row_order_sensitivity(
    score: ArrayLike,
    treated: ArrayLike,
    estimate: Callable[[pd.DataFrame], float | dict | pd.Series],
    *,
    orders: int = 500,
    seed: int,
    **options,
) -> pd.DataFrame:
    """How an estimate from the matched rows depends on the order in which the rows happen to stand.

    Where several controls are equally near, the first row is taken, so that another order of the rows gives another
    matched set of the same distances. An estimate that moves with it is one of many that the same design could have
    given.

    Parameters
    ----------
    score, treated : array_like, shape = (n,)
        As in `match_nearest`.
    estimate : callable
        Takes the pairs of `match_nearest` (row numbers as given) and returns a number, or several by name.
    orders : int
        Number of random orders, besides the order given.
    seed : int
        Of the random orders; the same seed gives the same ones.
    **options
        Passed on to `match_nearest`.

    Returns
    -------
    DataFrame
        One row for each order, 0 being the one given: ``matched_set`` (number of the set of controls, counted as they
        first appear) and the estimates (``estimate`` for a single number). ``describe()`` or ``quantile()`` summarise
        it.

    Raises
    ------
    ValueError
        As `match_nearest`.

    Examples
    --------
    >>> table = row_order_sensitivity([0.5, 0.5, 0.5], [1, 0, 0], lambda m: m.control[0], orders=20, seed=1, ratio=1)
    >>> sorted(table.estimate.unique().tolist()), table.matched_set.nunique()
    ([1, 2], 2)
    """
    values, cases = checked_score(score), treated_rows(None, treated)
    random, seen, rows = np.random.default_rng(seed), {}, []
    for number in range(orders + 1):
        rank = random.permutation(len(values)) if number else np.arange(len(values))
        matches = match_nearest(values[rank], cases[rank], **options)
        matches = matches.assign(treated=rank[matches.treated], control=rank[matches.control])
        matches = matches.sort_values(["treated", "round"], ignore_index=True)
        controls = tuple(np.unique(matches.control))
        found = estimate(matches)
        named = dict(found) if isinstance(found, dict | pd.Series) else {"estimate": found}
        rows.append({"matched_set": seen.setdefault(controls, len(seen))} | named)
    return pd.DataFrame(rows, index=pd.RangeIndex(orders + 1, name="order"))


def checked_score(score: ArrayLike) -> np.ndarray:
    """Finite numbers that rounding to whole units can hold."""
    values = np.asarray(score, dtype=float)
    wrong = np.flatnonzero(~(np.abs(values) <= LARGEST_SCORE))
    if values.ndim != 1 or wrong.size:
        rows = ", ".join(f"row {i}: {values.flat[i]}" for i in wrong[:5])
        raise ValueError(f"{wrong.size} score(s) missing or beyond ±{LARGEST_SCORE:g}: {rows}; one number for each row")
    return values


def _limit(values: np.ndarray, ratio: int, caliper: float | None, order: str) -> float:
    """Largest distance allowed, in the units in which scores are compared."""
    if order not in ORDERS:
        raise ValueError(f"no order {order!r}; there are {', '.join(map(repr, ORDERS))}")
    if ratio < 1 or ratio != int(ratio):
        raise ValueError(f"ratio is a whole number from 1; got {ratio}")
    if caliper is None:
        return NOBODY - 1
    if not caliper >= 0:
        raise ValueError(f"caliper is not negative; got {caliper}")
    return caliper * values.std(ddof=1) * UNITS


def _turn(units: np.ndarray, order: str) -> np.ndarray:
    """Who chooses first; equal scores in the order of the rows."""
    if order == "data":
        return np.arange(len(units))
    return np.argsort(-units if order == "largest" else units, kind="stable")


def _without_replacement(units, queue, controls, ratio, limit):
    """Pairs, round by round; controls of equal score form a group that is used up from its first row.

    ``lower[g]`` leads to the nearest group at or below g that has a free control, ``upper[g]`` to the one above;
    following it shortens the way (Tarjan 1975), so that a search takes practically constant time.
    """
    controls = controls[np.argsort(units[controls], kind="stable")]
    starts = np.flatnonzero(np.diff(units[controls], prepend=units[controls[0]] - 1))
    level = [-NOBODY * 2, *units[controls[starts]].tolist(), NOBODY * 2]  # two groups that are too far from everyone
    place = np.searchsorted(units[controls[starts]], units[queue], side="right").tolist()
    following, stop = [0, *starts.tolist(), 0], [0, *starts[1:].tolist(), len(controls), 0]
    row, heights, names = controls.tolist(), units[queue].tolist(), queue.tolist()
    lower, upper = list(range(len(level))), list(range(len(level)))
    chosen, taken, rounds = [], [], []
    for number in range(1, ratio + 1):
        for case, height, at in zip(names, heights, place, strict=True):
            below = at
            while lower[below] != below:
                lower[below] = below = lower[lower[below]]
            above = at + 1
            while upper[above] != above:
                upper[above] = above = upper[upper[above]]
            near, far = height - level[below], level[above] - height
            if near < far or (near == far and row[following[below]] < row[following[above]]):
                group, distance = below, near
            else:
                group, distance = above, far
            if distance > limit:
                continue
            chosen.append(case)
            taken.append(row[following[group]])
            rounds.append(number)
            following[group] += 1
            if following[group] == stop[group]:
                lower[group], upper[group] = group - 1, group + 1
    return chosen, taken, rounds


def _with_replacement(units, queue, controls, ratio, limit):
    """The nearest controls of each treated row; of those equally near the first rows."""
    controls = controls[np.argsort(units[controls], kind="stable")]
    height = units[controls]
    chosen, taken, rounds = [], [], []
    for case in queue.tolist():
        own = units[case]
        at = np.searchsorted(height, own)
        # the ratio nearest on either side, with all rows that are as near as the last of them
        least = height[max(at - ratio, 0)]
        most = height[min(at + ratio, len(height)) - 1]
        window = slice(np.searchsorted(height, least), np.searchsorted(height, most, side="right"))
        distance = np.abs(height[window] - own)
        best = np.lexsort((controls[window], distance))[:ratio]
        best = best[distance[best] <= limit]
        chosen += [case] * len(best)
        taken += controls[window][best].tolist()
        rounds += range(1, len(best) + 1)
    return chosen, taken, rounds
