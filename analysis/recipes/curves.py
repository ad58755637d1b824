"""Numbers read from curves: cumulative incidence, survival, median times, follow-up.

Vocabulary: an *outcome* is a word of the ledger for what a curve counts.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.border import quantile
from analysis.cohort import DAYS_PER_MONTH
from analysis.incidence import cumulative_incidence
from analysis.recipes.answer import MONTHS, SHARE, Answer, Recipe, UnboundError, factor
from analysis.recipes.shares import groups
from analysis.recipes.view import View
from analysis.recipes.vocabulary import CASE, among, group
from analysis.survival import kaplan_meier, median_follow_up, median_survival

CONFIDENCE = "95% CI"
CAUSES = {"t-MN": "tmn", "t-MDS": "t-MDS", "t-AML": "t-AML", "non-relapse mortality": "death", "relapse": "relapse"}
OF_TMN = ("t-MN", "t-MDS", "t-AML")
COMPETES = {"non-relapse mortality": "relapse competes, deaths from t-MN count", "relapse": "death competes"}


def tmn_events(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Months to t-MN or to what competes with it, and which it was; by the reading, relapse is one or is not."""
    return (
        view.first_event("tmn", "relapse", "death")
        if view.reading.relapse_competes
        else view.first_event("tmn", "death")
    )


def incidence(claim: Any) -> Recipe:
    """Recipe for a cumulative incidence.

    Parameters
    ----------
    claim : Series or named tuple
        A row of the ledger: ``quantity, group, time_months, unit, interval``.

    Returns
    -------
    Recipe

    Raises
    ------
    UnboundError
        If the quantity is no cause, or there is no time.
    """
    if claim.quantity not in CAUSES:
        raise UnboundError(f"no recipe for the incidence of {claim.quantity!r}; there are {', '.join(CAUSES)}")
    _check(claim, SHARE, timed=True)
    return functools.partial(_incidence, claim.quantity, groups(claim), float(claim.time_months))


def probability(claim: Any) -> Recipe:
    """Recipe for the probability of survival at some time; as `incidence`."""
    outcome = _outcome(claim)
    if outcome.follow_up:
        raise UnboundError(f"no recipe for the {claim.statistic} of {claim.quantity!r}")
    _check(claim, SHARE, timed=True)
    return functools.partial(_probability, outcome, groups(claim), float(claim.time_months))


def median(claim: Any) -> Recipe:
    """Recipe for a median time to an event, or a median follow-up; as `incidence`, without a time."""
    outcome = _outcome(claim)
    _check(claim, MONTHS, timed=False)
    return functools.partial(_median, outcome, groups(claim))


def _check(claim: Any, scale: str, timed: bool) -> None:
    """A unit that is known, limits that are those of confidence, and a time exactly where one is needed."""
    factor(scale, claim.unit)
    if isinstance(claim.interval, str) and claim.interval != CONFIDENCE:
        raise UnboundError(f"no recipe for a {claim.interval} around the {claim.statistic} of {claim.quantity!r}")
    if pd.notna(claim.time_months) != timed:
        raise UnboundError(
            f"no recipe for the {claim.statistic} of {claim.quantity!r} with{'out' if timed else ''} a time"
        )


def _incidence(cause: str, words: tuple[str, ...], at: float, view: View) -> Answer:
    """Aalen-Johansen estimate at one time."""
    if cause in OF_TMN:
        words = (*words, *(("overall response",) if view.reading.incidence_population == "responders" else ()))
        competing = "relapse and death compete" if view.reading.relapse_competes else "death competes"
    else:
        competing = COMPETES[cause]
    says = f"cumulative incidence of {cause} at {at:g} months, {competing}; among: {among(view.reading, *words)}"
    rows = group(view, *words)
    if not rows.any():
        return Answer(f"{says}; nobody", SHARE)
    time, event = _cause_events(view, cause)
    found = cumulative_incidence(time[rows], event[rows], cause=CAUSES[cause], at=at).iloc[0]
    return Answer(says, SHARE, found.estimate, *_limits(found, view.reading.incidence_interval))


def _cause_events(view: View, cause: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and events of a curve of incidence; a t-MN neither ends the time to relapse nor competes with it."""
    if cause not in OF_TMN:
        return view.first_event("relapse", "death")
    time, event = tmn_events(view)
    return time, event if cause == "t-MN" else np.where(event == "tmn", view.column("tmn_type"), event)


def _limits(found: pd.Series, interval: str) -> tuple[float, float]:
    """Limits of an incidence on the scale of the reading."""
    share, margin = found.estimate, quantile(0.95) * found.std_error
    if interval == "log-log":
        return found.conf_low, found.conf_high
    if not margin > 0:
        return np.nan, np.nan
    if interval == "linear":
        return max(share - margin, 0.0), min(share + margin, 1.0)
    return share * np.exp(-margin / share), min(share * np.exp(margin / share), 1.0)


class _Outcome(NamedTuple):
    """What a survival curve counts: months and whether it happened, of those given."""

    says: str
    events: Callable[[View], tuple[np.ndarray, np.ndarray]]
    given: tuple[str, ...] = ()
    follow_up: bool = False


def _survival(*events: str) -> Callable[[View], tuple[np.ndarray, np.ndarray]]:
    """Time to the first of these events."""

    def found(view: View) -> tuple[np.ndarray, np.ndarray]:
        time, event = view.first_event(*events)
        return time, event != "censored"

    return found


def _after_tmn(view: View) -> tuple[np.ndarray, np.ndarray]:
    """From the diagnosis of the t-MN to death or last contact."""
    months = (view.numbers("last_day") - view.numbers("tmn_day")) / DAYS_PER_MONTH
    return months, view.flags("died", view.everybody)


OUTCOMES = {
    "overall survival": _Outcome("overall survival", _survival("death")),
    "progression-free survival": _Outcome("survival without relapse", _survival("relapse", "death")),
    "overall survival after t-MN": _Outcome("survival after t-MN", _after_tmn, CASE),
    "follow-up": _Outcome("follow-up (death censors)", _survival("death"), follow_up=True),
}


def _outcome(claim: Any) -> _Outcome:
    """The outcome that the ledger names."""
    if claim.quantity not in OUTCOMES:
        raise UnboundError(
            f"no recipe for the {claim.statistic} of {claim.quantity!r}; there are {', '.join(OUTCOMES)}"
        )
    return OUTCOMES[claim.quantity]


def _probability(outcome: _Outcome, words: tuple[str, ...], at: float, view: View) -> Answer:
    """Kaplan-Meier estimate at one time."""
    words = (*words, *outcome.given)
    says = f"Kaplan–Meier estimate of {outcome.says} at {at:g} months; among: {among(view.reading, *words)}"
    rows = group(view, *words)
    if not rows.any():
        return Answer(f"{says}; nobody", SHARE)
    time, event = outcome.events(view)
    found = kaplan_meier(time[rows], event[rows], interval=view.reading.survival_interval, at=at).iloc[0]
    return Answer(says, SHARE, found.estimate, found.conf_low, found.conf_high)


def _median(outcome: _Outcome, words: tuple[str, ...], view: View) -> Answer:
    """Median time by Kaplan and Meier, of follow-up by the reverse method."""
    words = (*words, *outcome.given)
    method = "reverse Kaplan–Meier" if outcome.follow_up else "Kaplan–Meier"
    says = f"{method} median of {outcome.says}; among: {among(view.reading, *words)}"
    rows = group(view, *words)
    if not rows.any():
        return Answer(f"{says}; nobody", MONTHS)
    time, event = (column[rows] for column in outcome.events(view))
    if outcome.follow_up:
        found = median_follow_up(time, event).iloc[0]
    else:
        found = median_survival(time, event, interval=view.reading.survival_interval).iloc[0]
    return Answer(says, MONTHS, found["median"], found.conf_low, found.conf_high)
