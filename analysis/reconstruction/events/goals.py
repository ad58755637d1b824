"""The windows of the ledger, laid out in arrays for the compiled loops."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.claims import select
from analysis.reconstruction.events.courses import AML, DAYS, EVERYBODY, MDS, MUTATED, UNMUTATED
from analysis.reconstruction.targets import FIELDS, window

GROUPS = ("axi-cel", "brexu-cel", "tisa-cel", "liso-cel", "CD28", "4-1BB", "all", "NRM")
NRM = GROUPS.index("NRM")
ARM = "gazeau-2025/all"
QUANTITIES = {"t-MN": "all", "non-relapse mortality": "NRM"}  # and the group that is meant if none is named
HALF, SMALL = 0.5, 2e-8  # a curve so near to one half counts as there (see `analysis.survival`)


class Goals(NamedTuple):
    """Windows as the kernels read them; days are whole, shares 0 to 1 except the incidences, which are in percent."""

    horizons: np.ndarray  # (groups, 4) days, ascending, then 0
    n_horizons: np.ndarray  # (groups,)
    incidence: np.ndarray  # (groups, 4, 3, 2): horizon, field, from and to
    survival: np.ndarray  # (checks, 4): day, curve, window of a share; overall survival
    follow_up: np.ndarray
    progression_free: np.ndarray
    quantiles: np.ndarray  # (quantiles, 4): subset, probability, window in months
    after: np.ndarray  # (checks, 5): subset, day, curve, window of a share
    log_rank: np.ndarray  # (2,)
    ratio: np.ndarray  # (4, 2): log hazard ratio, its limits, p


class Counts(NamedTuple):
    """How many patients; all printed."""

    products: tuple[int, ...]  # as `state.PRODUCTS`, the last are the rest
    types: tuple[int, int]  # t-MDS, t-AML
    sequenced: tuple[int, int]  # of each type before infusion
    mutated: int  # with TP53 before infusion
    non_relapse_deaths: int
    of_tmn: int  # of these deaths
    aml_alive: int


def counts(claims: pd.DataFrame) -> Counts:
    """Read the counts from the ledger."""

    def numerator(*ids: str) -> tuple[int, ...]:
        return tuple(int(n) for n in claims.loc[list(ids), "numerator"])

    products = numerator("G053", "G056", "G054", "G055")
    patients = int(claims.loc["G001", "value"])
    mutated = int(claims.loc["G252", "denominator"])
    rest = numerator("G079", "G081", "G188")
    return Counts(
        (*products, patients - sum(products)), numerator("G190", "G166"), numerator("G210", "G211"), mutated, *rest
    )


def goals(claims: pd.DataFrame, margin: float = 0.0) -> Goals:
    """Lay out all windows of the ledger; those of smooth numbers narrowed by a share of their width at both ends."""
    horizons, n_horizons, incidence = _incidence(claims)
    return Goals(
        horizons,
        n_horizons,
        _narrow(incidence, margin),
        _median_checks(claims, "G073"),
        _median_checks(claims, "G046"),
        _median_checks(claims, "G074"),
        _quantiles(claims),
        _after(claims),
        np.array(window(claims, "G262")),
        _narrow(_ratio(claims), margin),
    )


def _narrow(windows: np.ndarray, margin: float) -> np.ndarray:
    """Windows (last axis: from, to) narrowed at both ends by a share of their width."""
    width = np.where(np.isfinite(windows[..., 1:]), windows[..., 1:] - windows[..., :1], 0.0)
    return windows + width * [margin, -margin]


def _incidence(claims: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Horizons and windows of all incidences."""
    horizons, windows = np.zeros((len(GROUPS), 4), np.int64), np.full((len(GROUPS), 4, 3, 2), [-np.inf, np.inf])
    number = np.zeros(len(GROUPS), np.int64)
    rows = select(claims, arm=ARM, statistic="cumulative incidence", quantity=[*QUANTITIES])
    for row in rows.itertuples():
        group = QUANTITIES[row.quantity] if pd.isna(row.group) else row.group
        g = GROUPS.index(group)
        horizons[g, number[g]] = int(row.time_months * DAYS)
        windows[g, number[g]] = [window(claims, row.Index, field) for field in FIELDS]
        number[g] += 1
    return horizons, number, windows


def expected(goals: Goals, group: str) -> np.ndarray:
    """Incidence of a group at each horizon, as a share: the middle of its window.

    A value that contradicts its limits has no window: it is then where limits on the log-log scale lie around.

    Parameters
    ----------
    goals : Goals
        Windows.
    group : str
        One of `GROUPS`.

    Returns
    -------
    ndarray, shape = (4,)

    Examples
    --------
    >>> value, limits = [[4.45, 4.55], [-np.inf, np.inf]], [[2.75, 2.85], [6.85, 6.95]]
    >>> windows = np.array([[v, *limits] for v in value])
    >>> known = Goals(*[None] * 2, np.tile(windows, (len(GROUPS), 1, 1, 1)), *[None] * 7)
    >>> expected(known, "all").round(4)
    array([0.045 , 0.0454])
    """
    windows = goals.incidence[GROUPS.index(group)]
    with np.errstate(invalid="ignore"):
        middle = windows.mean(axis=-1) / 100
    around = np.exp(-np.exp(np.log(-np.log(middle[:, 1:])).mean(axis=-1)))
    return np.where(np.isfinite(middle[:, 0]), middle[:, 0], around)


def _days(low: float, high: float) -> tuple[int, int]:
    """First and last whole day in a window of months."""
    return int(np.ceil(low * DAYS)), int(np.ceil(high * DAYS)) - 1


def _crossing(low: float, high: float, curve: int) -> list[tuple[float, ...]]:
    """A curve falls below one half in a window of months: above the day before it, below on its last day."""
    if not np.isfinite(low):
        return []
    first, last = _days(low, high)
    return [(first - 1, curve, HALF + SMALL, np.inf), (last, curve, -np.inf, HALF - SMALL)]


def _median_checks(claims: pd.DataFrame, claim: str) -> np.ndarray:
    """Median and limits as checks of a curve and its limits, by day."""
    checks = [c for k, field in enumerate(FIELDS) for c in _crossing(*window(claims, claim, field), k)]
    return np.array(sorted(checks))


def _quantiles(claims: pd.DataFrame) -> np.ndarray:
    """Quantiles of the time to t-MN."""
    rows = [
        (EVERYBODY, p, *window(claims, claim, f))
        for claim, f, p in (("G160", "value", 0.5), ("G161", "low", 0.0), ("G161", "high", 1.0))
    ]
    for subset, claim in ((MDS, "G087"), (AML, "G086"), (MUTATED, "G260"), (UNMUTATED, "G261")):
        rows += [(subset, p, *window(claims, claim, f)) for f, p in (("low", 0.25), ("value", 0.5), ("high", 0.75))]
    return np.array([row for row in rows if np.isfinite(row[2])])


def _after(claims: pd.DataFrame) -> np.ndarray:
    """Survival after t-MN."""
    horizon = int(claims.loc["G205", "time_months"] * DAYS)
    rows = [(EVERYBODY, *c) for c in _median_checks(claims, "G204")]
    rows += [(EVERYBODY, horizon, k, *(end / 100 for end in window(claims, "G205", f))) for k, f in enumerate(FIELDS)]
    for subset, claim in ((AML, "G206"), (MDS, "G207")):
        rows += [(subset, *c) for c in _median_checks(claims, claim)]
    return np.array(rows)


def _ratio(claims: pd.DataFrame) -> np.ndarray:
    """Hazard ratio and limits in logarithms, and p."""
    rows = [window(claims, "G230", f) for f in FIELDS]
    with np.errstate(invalid="ignore"):
        logs = [tuple(np.log(w)) if np.isfinite(w[0]) else w for w in rows]
    return np.array([*logs, window(claims, "G231")])
