"""Patients behind a published survival curve.

Vocabulary: *curve points* are read off the figure, ``time`` and ``survival`` (a share, 1 at the start); *numbers at
risk* are the table under it; an *interval* lies between two such numbers; *events* make the curve fall, all others
are *censored* at times that nobody printed.

Why own code: the algorithm of Guyot et al. is published as R scripts only. The result is one possible set of patients
that draws the same curve: good for medians, hazard ratios and restricted means, not for anything about single
patients.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

ROUNDS = 200  # of adjusting the censored of one interval; a few are usual
SLACK = 1e-9  # so that a share rounded for printing does not count as above 1


class _Walk(NamedTuple):
    """Events and censorings after each point of an interval, and where it ends."""

    events: np.ndarray
    censored: list[np.ndarray]
    left: int
    survival: float


def reconstruct_individual_data(
    curve_points: pd.DataFrame | ArrayLike,
    numbers_at_risk: pd.DataFrame | ArrayLike,
    total_events: int | None = None,
) -> pd.DataFrame:
    """Times of events and censorings that reproduce a digitised Kaplan–Meier curve.

    Parameters
    ----------
    curve_points : DataFrame or array_like, shape = (m, 2)
        Time and survival (0 to 1) of points read off the curve, in any order. Of points at one time the lowest counts,
        and a point above an earlier one, a slip of the hand, is lowered to it. The start (0, 1) may be left out.
    numbers_at_risk : DataFrame or array_like, shape = (i, 2)
        Time and patients at risk as printed; the first at time 0.
    total_events : int, optional
        Events as printed. They decide how many are censored after the last number at risk; without them the rate of
        censoring until then is carried on.

    Returns
    -------
    DataFrame
        One row for each patient: ``time`` (unit of the figure) and ``event`` (False: censored), sorted by time. As
        many as the first number at risk.

    Raises
    ------
    ValueError
        If a value is missing, a survival is outside 0 to 1, the numbers at risk rise, are not whole, or do not start at
        time 0, or there are more events than patients; says which rows.

    References
    ----------
    Guyot P, Ades AE, Ouwens MJNM, Welton NJ. BMC Med Res Methodol 2012;12:9, algorithm in section "Methods", steps 1
    to 8.

    Examples
    --------
    >>> curve = [(0, 1), (2, 0.9), (5, 0.8), (9, 0.6)]
    >>> patients = reconstruct_individual_data(curve, [(0, 10), (6, 8)])
    >>> patients.time[patients.event].tolist(), len(patients)
    ([2.0, 5.0, 9.0, 9.0], 10)
    """
    risk = _checked_risk(numbers_at_risk)
    points = _checked_points(curve_points, risk)
    if total_events is not None and not 0 <= total_events <= risk.at_risk.iloc[0]:
        raise ValueError(f"{total_events} events among {risk.at_risk.iloc[0]:g} patients")
    intervals = _intervals(points, risk)
    events, censored, left = [], [], int(risk.at_risk.iloc[0])
    survival = 1.0
    for number, (time, curve, end) in enumerate(intervals):
        if number + 1 < len(intervals):
            following = int(risk.at_risk.iloc[number + 1])
            walk = _until(time, curve, end, left, survival, following)
        else:
            before = sum(map(len, events)), sum(map(len, censored))
            walk = _to_the_end(time, curve, end, left, survival, before, total_events)
        events.append(np.repeat(time, walk.events))
        censored.append(np.concatenate([*walk.censored, np.array([])]))
        left, survival = walk.left, walk.survival
    censored.append(np.full(left, points.time.iloc[-1]))
    return _patients(np.concatenate(events), np.concatenate(censored))


def _until(time, curve, end, left, survival, following) -> _Walk:
    """As many censored as make the interval end with the number at risk printed there; Guyot 2012, steps 1 to 5."""
    guess = round(left * curve[-1] / survival - following) if survival > 0 else 0
    tried, best = set(), None
    count = max(0, guess)
    for _ in range(ROUNDS):
        walk = _walk(time, curve, end, left, survival, count)
        if best is None or abs(walk.left - following) < abs(best.left - following):
            best = walk
        tried.add(count)
        count = max(0, count + walk.left - following)
        if count in tried:  # it fits, or no number of censored makes it fit better
            break
    return best


def _to_the_end(time, curve, end, left, survival, before, total_events) -> _Walk:
    """The last interval: the rate of censoring carried on, or the events that remain; Guyot 2012, steps 6 to 8."""
    earlier_events, earlier_censored = before
    elapsed = time[0]
    count = min(left, round(earlier_censored * (end - elapsed) / elapsed)) if elapsed > 0 else 0
    if total_events is None:
        return _walk(time, curve, end, left, survival, count)
    remaining = total_events - earlier_events
    if remaining <= 0:
        return _walk(time, np.full(len(curve), survival), end, left, survival, 0)
    tried, best = set(), None
    for _ in range(ROUNDS):
        walk = _walk(time, curve, end, left, survival, count)
        excess = int(walk.events.sum()) - remaining
        if best is None or abs(excess) < abs(int(best.events.sum()) - remaining):
            best = walk
        tried.add(count)
        count = min(left, max(0, count + excess))
        if count in tried:
            break
    return best


def _walk(time, curve, end, left, survival, censored) -> _Walk:
    """Events at each point, so that their Kaplan–Meier estimate follows the curve; Guyot 2012, steps 2 to 4.

    The censored are spread evenly over the interval; an event is counted from the survival after the last event, so
    that rounding to whole patients does not add up.
    """
    waiting = time[0] + (end - time[0]) * np.arange(1, censored + 1) / (censored + 1)
    until = np.append(time[1:], np.inf)
    first = np.searchsorted(waiting, time)
    last = np.searchsorted(waiting, until)
    events, gone = np.zeros(len(time), dtype=int), []
    for k in range(len(time)):
        if survival > 0 and left > 0:
            events[k] = min(left, max(0, round(left * (1 - curve[k] / survival))))
            survival *= 1 - events[k] / left
        left -= int(events[k])
        leaving = waiting[first[k] : last[k]][:left]
        gone.append(leaving)
        left -= len(leaving)
    return _Walk(events, gone, left, survival)


def _intervals(points: pd.DataFrame, risk: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Times and survival of the points from each number at risk to the next, and the end of each interval."""
    time, curve = points.time.to_numpy(), points.survival.to_numpy()
    first = np.searchsorted(time, risk.time.to_numpy())
    last = np.append(first[1:], len(time))
    ends = np.append(risk.time.to_numpy()[1:], time[-1])
    return [(time[a:b], curve[a:b], float(end)) for a, b, end in zip(first, last, ends, strict=True)]


def _checked_points(curve_points, risk: pd.DataFrame) -> pd.DataFrame:
    """A falling curve from (0, 1), with a point wherever a number at risk is printed."""
    points = _two_columns(curve_points, ("time", "survival"))
    outside = (points.time < 0) | (points.survival < 0) | (points.survival > 1 + SLACK)
    _refuse(points, outside, "times from 0, survival from 0 to 1 (not in percent)")
    start = pd.DataFrame({"time": [0.0], "survival": [1.0]})
    points = pd.concat([start, points]).groupby("time", as_index=False).survival.min()
    points["survival"] = points.survival.cummin()
    if points.survival.iloc[0] < 1:
        raise ValueError(f"survival at time 0 is 1; got {points.survival.iloc[0]:g}")
    missing = risk.time[~risk.time.isin(points.time)]
    carried = points.survival.to_numpy()[np.searchsorted(points.time, missing, side="right") - 1]
    added = pd.DataFrame({"time": missing.to_numpy(), "survival": carried})
    return pd.concat([points, added] if len(added) else [points]).sort_values("time", ignore_index=True)


def _checked_risk(numbers_at_risk) -> pd.DataFrame:
    """Whole, falling numbers from time 0; nobody at risk needs no further interval."""
    risk = _two_columns(numbers_at_risk, ("time", "at_risk")).sort_values("time", ignore_index=True)
    wrong = (risk.at_risk < 0) | (risk.at_risk != np.floor(risk.at_risk)) | (risk.at_risk.diff() > 0)
    _refuse(risk, wrong | risk.time.duplicated(), "one whole number at each time, none above an earlier one")
    if not len(risk) or risk.time.iloc[0] != 0 or risk.at_risk.iloc[0] < 1:
        found = f"{risk.at_risk.iloc[0]:g} at time {risk.time.iloc[0]:g}" if len(risk) else "none"
        raise ValueError(f"the first number at risk is that of time 0 and at least 1; got {found}")
    return risk


def _two_columns(values, names: tuple[str, str]) -> pd.DataFrame:
    """Two columns of finite numbers."""
    frame = pd.DataFrame(values.to_numpy() if isinstance(values, pd.DataFrame) else np.asarray(values, dtype=float))
    if frame.shape[1] != 2:
        raise ValueError(f"two columns are needed, {names[0]} and {names[1]}; got {frame.shape[1]}")
    frame = frame.astype(float).set_axis(list(names), axis=1)
    _refuse(frame, ~np.isfinite(frame).all(axis=1), "finite numbers")
    return frame


def _refuse(frame: pd.DataFrame, bad: pd.Series, allowed: str) -> None:
    """Error with the first rows that are bad, if any is."""
    if bad.any():
        found = ", ".join(f"row {i}: {a:g}, {b:g}" for i, a, b in frame[bad].head().itertuples())
        raise ValueError(f"{int(bad.sum())} impossible row(s): {found}; allowed: {allowed}")


def _patients(events: np.ndarray, censored: np.ndarray) -> pd.DataFrame:
    """One row for each patient; at the same time events come first."""
    table = pd.DataFrame(
        {"time": np.append(events, censored), "event": np.repeat([True, False], [len(events), len(censored)])}
    )
    return table.sort_values(["time", "event"], ascending=[True, False], ignore_index=True)
