"""Calendar dates: infusions in the published months, births that give the ages, follow-up before the data cut.

All dates are numpy days. When a product is expected is only a matter of plausibility: the report prints no dates per
product, and where a patient's follow-up is too long for it, the infusion is earlier, as in a trial.
"""

import math
from datetime import datetime

import numpy as np
import pandas as pd

from analysis.reconstruction.details.choose import pick
from analysis.reconstruction.details.printed import window
from analysis.reconstruction.state import PRODUCTS, Skeleton

FIRST_INFUSION, LAST_INFUSION = "G044", "G045"
AGE_AT_TMN, AGES_AT_TMN = "G158", "G159"
LATEST_CUT = np.datetime64("2024-12-31")  # the report was received by the journal a few days later
CUTS = np.arange("2024-01", "2024-10", dtype="datetime64[M]")  # the data cut is at the end of one of these months
IN_USE = {
    "axi-cel": "2018-07",
    "brexu-cel": "2020-03",
    "tisa-cel": "2018-04",
    "liso-cel": "2021-06",
    "other": "2018-01",
}
SECOND_LINE = np.datetime64("2022-02-01")  # CAR T after one line: routine only then
CONTACT = 75.0  # mean days from the last contact of the living to the data cut
GROWTH = 1.7  # infusions become more frequent over the years: exponent of the law of their dates


def months(claims: pd.DataFrame) -> tuple[np.datetime64, np.datetime64]:
    """First day of the first month with an infusion, and last day of the last.

    Parameters
    ----------
    claims : DataFrame
        The ledger.

    Returns
    -------
    tuple of datetime64

    Examples
    --------
    >>> from analysis import data
    >>> [str(day) for day in months(data.load().claims)]
    ['2017-09-01', '2023-08-31']
    """
    first, last = (
        np.datetime64(datetime.strptime(claims.loc[claim, "value_printed"], "%B %Y").strftime("%Y-%m"))
        for claim in (FIRST_INFUSION, LAST_INFUSION)
    )
    return first.astype("datetime64[D]"), (last + 1).astype("datetime64[D]") - 1


def infusions(skeleton: Skeleton, lines: np.ndarray, claims: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """A day of infusion for every patient.

    Parameters
    ----------
    skeleton : Skeleton
        Products and courses.
    lines : ndarray of int
        Prior lines.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    ndarray of datetime64[D]
        The first in the first printed month, the last in the last; nobody is followed beyond `LATEST_CUT`.

    Raises
    ------
    ValueError
        If a follow-up is longer than from the first printed month to `LATEST_CUT`.
    """
    opening, closing = months(claims)
    cut = (rng.choice(CUTS) + 1).astype("datetime64[D]") - 1
    cut = max(cut, opening + int(skeleton.last_day.max()) + 30)
    if cut > LATEST_CUT:
        raise ValueError(f"a follow-up of {skeleton.last_day.max()} days does not end before {LATEST_CUT}")
    latest = np.minimum(closing, cut - skeleton.last_day)
    earliest = np.array([IN_USE[PRODUCTS[p]] for p in skeleton.product], dtype="datetime64[D]")
    earliest = np.where((lines == 1) & (latest > SECOND_LINE), np.maximum(earliest, SECOND_LINE), earliest)
    in_use = np.where(earliest < latest, earliest, np.maximum(opening, latest - 120))
    room = (latest - in_use).astype(int)
    share = rng.uniform(size=len(room)) ** (1 / GROWTH)
    gap = rng.exponential(CONTACT, len(room))
    alive = skeleton.died == 0
    back = np.where(alive, np.minimum(gap, (1 - share) * room), (1 - share) * room).astype(int)
    days = latest - back
    return _first_and_last(days, latest, skeleton, opening, closing, rng)


def _first_and_last(days, latest, skeleton, opening, closing, rng) -> np.ndarray:
    """The same days with one infusion in the first month and one in the last."""
    days = days.copy()
    early = np.isin(skeleton.product, [PRODUCTS.index("tisa-cel"), PRODUCTS.index("other")])
    followed = skeleton.last_day / skeleton.last_day.max()
    first = pick(rng, np.where(latest > opening + 30, np.where(early, 1, 0.01) * followed**6, np.nan), 1)
    days[first] = opening + rng.integers(0, 30, 1)
    can_be_last = latest >= closing - 15
    can_be_last[first] = False
    last = pick(rng, np.where(can_be_last, 1.0, np.nan), 1)
    days[last] = closing - rng.integers(0, 15, 1)
    return days


def completed_years(birth, day) -> np.ndarray:
    """Age in completed years.

    Parameters
    ----------
    birth, day : array_like of datetime64[D]
        Born on 29 February: the birthday is 1 March in other years.

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> completed_years(np.datetime64("1960-05-02"), np.array(["2020-05-01", "2020-05-02"], "M8[D]")).tolist()
    [59, 60]
    """
    (born, born_on), (year, on) = _year_and_day(birth), _year_and_day(day)
    return year - born - (on < born_on)


def births(infusion: np.ndarray, ages: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A day of birth for every patient, which gives the age at infusion.

    Parameters
    ----------
    infusion : ndarray of datetime64[D]
        Days of infusion.
    ages : ndarray of int
        Completed years on these days.
    rng : Generator
        Draws.

    Returns
    -------
    ndarray of datetime64[D]
    """
    return np.array([rng.choice(_possible_births(day, int(age))) for day, age in zip(infusion, ages, strict=True)])


def tmn_births(infusion, ages, tmn_day, claims: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Days of birth of the patients with t-MN: age at infusion as given, ages at the t-MN as printed.

    Parameters
    ----------
    infusion : ndarray of datetime64[D]
        Days of infusion of these patients.
    ages, tmn_day : ndarray of int
        Completed years at infusion; days to the t-MN.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    ndarray of datetime64[D]

    Raises
    ------
    ValueError
        If no birthdays give the printed median and range.
    """
    born = births(infusion, ages, rng)
    candidates = [_possible_births(day, int(age)) for day, age in zip(infusion, ages, strict=True)]
    at_tmn = [completed_years(days, day + gap) for days, day, gap in zip(candidates, infusion, tmn_day, strict=True)]
    lowest, highest = np.array([found.min() for found in at_tmn]), np.array([found.max() for found in at_tmn])
    natural = completed_years(born, infusion + tmn_day)
    wanted = _ages_at_tmn(natural, lowest, highest, claims, rng)
    for i in np.flatnonzero(wanted != natural):
        born[i] = rng.choice(candidates[i][at_tmn[i] == wanted[i]])
    return born


def tmn_ages_possible(ages, tmn_day, claims: pd.DataFrame) -> bool:
    """Whether birthdays exist with which the patients have the printed ages at their t-MN.

    Parameters
    ----------
    ages, tmn_day : array_like of int
        Completed years at infusion of the patients with t-MN; days to it.
    claims : DataFrame
        The ledger.

    Returns
    -------
    bool

    Examples
    --------
    >>> from analysis import data
    >>> claims = data.load().claims
    >>> tmn_ages_possible([52] + [66] * 27 + [79], [400] * 29, claims)
    True
    >>> tmn_ages_possible([52] + [66] * 27 + [81], [400] * 29, claims)
    False
    """
    lowest = np.asarray(ages) + np.floor(np.asarray(tmn_day) / 365.25).astype(int)
    try:
        _ages_at_tmn(lowest, lowest, lowest + 1, claims, np.random.default_rng(0))
    except ValueError:
        return False
    return True


def _ages_at_tmn(natural, lowest, highest, claims, rng) -> np.ndarray:
    """The natural ages at t-MN, moved by a birthday where the printed median and range ask for it."""
    ages = natural.copy()
    youngest, oldest = (int(limit) for limit in claims.loc[AGES_AT_TMN, ["low", "high"]])
    ages = np.clip(ages, np.maximum(youngest, lowest), np.minimum(oldest, highest))
    for limit in (youngest, oldest):
        candidates = np.flatnonzero((lowest <= limit) & (highest >= limit))
        if limit not in ages and len(candidates):
            ages[rng.choice(candidates)] = limit
    low, high = window(claims, AGE_AT_TMN)
    middle, half = round((low + high) / 2), len(ages) // 2
    held = np.zeros(len(ages), bool)
    held[[ages.argmin(), ages.argmax()]] = True
    below = rng.permutation(np.flatnonzero((ages < middle) & (highest >= middle) & ~held))
    above = rng.permutation(np.flatnonzero((ages > middle) & (lowest <= middle) & ~held))
    ages[below[: max(0, (ages < middle).sum() - half)]] = middle
    ages[above[: max(0, (ages > middle).sum() - half)]] = middle
    reached = low <= np.median(ages) < high and ages.min() == youngest and ages.max() == oldest
    if not reached or (ages < lowest).any() or (ages > highest).any():
        raise ValueError(
            f"ages at t-MN from {lowest.min()}-{highest.min()} to {lowest.max()}-{highest.max()}, median "
            f"{np.median(lowest):g}-{np.median(highest):g}: no birthdays give {youngest} to {oldest}, median {middle}"
        )
    return ages


def _possible_births(day: np.datetime64, age: int) -> np.ndarray:
    """All days of birth with this age, in completed years, on this day."""
    around = day - math.floor((age + 1) * 365.25) + np.arange(-2, 369)
    return around[completed_years(around, day) == age]


def _year_and_day(day) -> tuple[np.ndarray, np.ndarray]:
    """Year, and month and day of the month as one number."""
    day = np.asarray(day, dtype="datetime64[D]")
    month = day.astype("datetime64[M]")
    on = (month.astype(int) % 12 + 1) * 100 + (day - month).astype(int) + 1
    return day.astype("datetime64[Y]").astype(int) + 1970, on
