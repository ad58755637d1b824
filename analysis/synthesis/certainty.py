"""How sure is each answer? GRADE for questions of prognosis, with rules that a computer can apply.

Evidence on how often something happens starts as high. Each of five *domains* takes 0, 1 or 2 steps away by a stated
rule (`RULES`); what remains is high, moderate, low or very low. The rules are blunt on purpose: they give the same
answer to everybody, and a reader who disagrees can see with which rule.

References
----------
Iorio A, et al. BMJ 2015;350:h870 (GRADE for prognosis). Guyatt G, et al. J Clin Epidemiol 2011;64:383-394.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import evidence
from analysis.data import remembered
from analysis.intervals import proportion_interval
from analysis.review import quality
from analysis.synthesis import randomised, timed
from analysis.synthesis.answer import Answer, answer
from analysis.synthesis.choice import Choice
from analysis.synthesis.groups import PRIMARY, rows

LEVELS = ("very low", "low", "moderate", "high")
LONG = quality.LONG_ENOUGH
RULES = {
    "risk of bias": "−1 if fewer than half of the judgements on the groups are low risk, −2 if more than a quarter are "
    "also high risk; how many patients and how long they were watched are judged elsewhere",
    "inconsistency": "−1 if I² is 50% or more, −2 if also the prediction interval spans more than tenfold; where "
    "nothing is pooled, −1 if two single intervals do not overlap",
    "indirectness": f"−1 if most groups were watched for a median of less than {LONG} months, or it was not seen how "
    "long (unless the answer is for a stated time); −1 if the patients are not those of the question, or controls "
    "received the treatment too",
    "imprecision": "−1 if the upper limit is more than twice the lower one (of the largest group, where nothing is "
    "pooled), −2 if more than four times, or if there are fewer than 10 events, or if the interval of a difference "
    "holds both signs",
    "publication bias": "−1 if no count of the outcome could be read in most studies of people treated",
}
FEW_EVENTS = 10


@dataclass(frozen=True)
class Evidence:
    """What the rules look at; NaN and None where there is nothing to look at."""

    arms: tuple[str, ...]
    trial: bool = False  # two arms of one trial, not two groups
    i2: float = math.nan
    prediction: float = math.nan  # upper limit over lower limit
    apart: bool = False  # two single intervals that do not overlap
    watched: float = math.nan  # share of groups watched long enough
    other_patients: str = ""
    width: float = math.nan  # upper limit over lower limit
    both_signs: bool = False
    events: float = math.nan
    silent: float = math.nan  # share of studies without a count


@dataclass(frozen=True)
class Rating:
    """Level in words, and the steps of each domain with their reasons."""

    level: str
    steps: dict[str, int]
    reasons: dict[str, str]

    @property
    def bars(self) -> int:
        """Level as a number, 1 (very low) to 4 (high)."""
        return LEVELS.index(self.level) + 1


def rate(tables, found: Evidence) -> Rating:
    """Apply the rules.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    found : Evidence
        What the rules look at.

    Returns
    -------
    Rating

    Examples
    --------
    >>> from analysis import data
    >>> rate(data.load(), Evidence(arms=("gazeau-2025/all",), events=29, width=2.1, silent=0.8)).level
    'low'
    """
    domains = {
        "risk of bias": _bias(tables, found.arms),
        "inconsistency": _inconsistency(found),
        "indirectness": _indirectness(found),
        "imprecision": _imprecision(found),
        "publication bias": _publication(found.silent),
    }
    steps = {name: taken for name, (taken, _) in domains.items()}
    level = LEVELS[max(0, len(LEVELS) - 1 - sum(steps.values()))]
    return Rating(level, steps, {name: why for name, (_, why) in domains.items()})


def _bias(tables, arms: tuple[str, ...]) -> tuple[int, str]:
    """Judgements on the groups, those of size and follow-up left to other domains."""
    judged = quality.judgements(tables)
    judged = judged[judged.arm.isin(arms) & ~judged["item"].isin(["size", "follow-up"])].judgement
    low, high = (judged == "low").mean(), (judged == "high").mean()
    words = f"{(judged == 'low').sum()} of {len(judged)} judgements low risk, {(judged == 'high').sum()} high"
    return (0 if low >= 0.5 else 2 if high > 0.25 else 1), words


def _inconsistency(found: Evidence) -> tuple[int, str]:
    """Heterogeneity where pooled, overlap of intervals where side by side."""
    if math.isnan(found.i2):
        if len(found.arms) < 2 or found.trial:
            return 0, f"one {'trial' if found.trial else 'group'}: cannot be seen"
        return (1, "single intervals do not overlap") if found.apart else (0, "single intervals overlap")
    words = f"I² {found.i2:.0f}%"
    if found.i2 < 50:
        return 0, words
    wide = found.prediction > 10
    return (2 if wide else 1), words + (", prediction interval more than tenfold" if wide else "")


def _indirectness(found: Evidence) -> tuple[int, str]:
    """Time and patients."""
    taken, words = 0, []
    if not math.isnan(found.watched):
        taken = int(found.watched < 0.5)
        share = f"{found.watched * len(found.arms):.0f} of {len(found.arms)}"
        words = [f"{share} groups known to be watched for a median of {LONG} months or more"]
    if found.other_patients:
        taken, words = taken + 1, [*words, found.other_patients]
    return taken, "; ".join(words) or "time and patients as asked"


def _imprecision(found: Evidence) -> tuple[int, str]:
    """Width of the interval and number of events."""
    if found.both_signs:
        return 2, "the interval holds differences of both signs"
    few = found.events < FEW_EVENTS
    taken = 2 if few or found.width > 4 else 1 if found.width > 2 else 0
    words = f"upper limit {found.width:.1f} times the lower" if math.isfinite(found.width) else "no lower limit"
    return (taken if math.isfinite(found.width) else 2), words + (f", fewer than {FEW_EVENTS} events" if few else "")


def _publication(silent: float) -> tuple[int, str]:
    """Groups in which the outcome was not reported, as far as could be read."""
    words = f"no count in what could be read of {100 * silent:.0f}% of the studies"
    return (1 if silent > 0.5 else 0), words


def silent(tables, outcome: str, treatment: str) -> float:
    """Share of studies of people with a treatment in which no report gives a count of an outcome.

    Examples
    --------
    >>> from analysis import data
    >>> silent(data.load(), "t-MN", "CAR T") > 0.5
    True
    """
    table = rows(tables)
    table = table[(table.outcome == outcome) & (table.treatment == treatment)]
    table = table[table.denominator.isin(evidence.AT_RISK)]
    return float(table.events.isna().groupby(table.study).all().mean())


def of_answer(tables, choice: Choice, found: Answer) -> Rating:
    """Certainty of a pooled or side-by-side share or rate.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    choice : Choice
        What was asked.
    found : Answer
        The answer.

    Returns
    -------
    Rating

    Examples
    --------
    >>> from analysis import data
    >>> tables = data.load()
    >>> of_answer(tables, Choice(), answer(tables, Choice())).level
    'very low'
    """
    table = rows(tables)
    table = table[(table.outcome == choice.outcome) & table.arm.isin(found.arms)]
    single = proportion_interval(table.events.astype(int), table.total.astype(int))
    largest = single.loc[[single.total.idxmax()]].iloc[0]
    low, high = (found.low, found.high) if found.pooled else (largest.conf_low, largest.conf_high)
    told = Evidence(
        arms=found.arms,
        i2=found.i2,
        prediction=_ratio(found.prediction_low, found.prediction_high),
        apart=bool(single.conf_low.max() > single.conf_high.min()),
        watched=float((table.months >= LONG).mean()),
        other_patients="" if choice.treatment == "CAR T" else f"no CAR T cells: {choice.treatment}",
        width=_ratio(low, high),
        events=found.events,
        silent=silent(tables, choice.outcome, choice.treatment),
    )
    return rate(tables, told)


def of_time(tables, months: int) -> Rating:
    """Certainty of the cumulative incidence at a stated time.

    Examples
    --------
    >>> from analysis import data
    >>> of_time(data.load(), 24).level in LEVELS
    True
    """
    found = timed.answer(tables, months)
    table = timed.rows(tables)
    table = table[(table.time_months == months) & table.arm.isin(found.arms)]
    largest = table.loc[table.total.idxmax()]
    low, high = (found.low, found.high) if found.pooled else (largest.low, largest.high)
    told = Evidence(
        arms=found.arms,
        i2=found.i2,
        prediction=_ratio(found.prediction_low, found.prediction_high),
        apart=bool(table.low.max() > table.high.min()),
        width=_ratio(low, high),
        silent=silent(tables, PRIMARY, "CAR T"),
    )
    return rate(tables, told)


def of_difference(tables, key: str) -> Rating:
    """Certainty of a randomised comparison.

    Examples
    --------
    >>> from analysis import data
    >>> of_difference(data.load(), "zuma-7-2023|t-MN").steps["imprecision"]
    2
    """
    row = randomised.differences(tables).loc[key]
    trials = randomised.differences(tables).query("outcome == @row.outcome").study.nunique()
    every = len(randomised.without_counts(tables)) + randomised.differences(tables).study.nunique()
    told = Evidence(
        arms=(row.arm, row.arm_reference),
        trial=True,
        other_patients="controls received CAR T cells too, or it is not known",
        both_signs=bool(row.low < 0 < row.high),
        width=np.inf,
        events=row.events + row.events_reference,
        silent=1 - trials / every,
    )
    return rate(tables, told)


def _ratio(low: float, high: float) -> float:
    """Upper over lower limit."""
    return float(high / low) if low > 0 else (math.nan if math.isnan(low) else math.inf)


@remembered
def domains(tables, name: str = "main") -> pd.DataFrame:
    """The domains of the main pool with rule, steps and reason, for a table.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : {"main", "time"}
        The pooled share after CAR T cells, or the cumulative incidence at two years.

    Returns
    -------
    DataFrame
        ``domain, rule, steps, reason``.

    Examples
    --------
    >>> from analysis import data
    >>> len(domains(data.load()))
    5
    """
    rating = of_answer(tables, Choice(), answer(tables, Choice())) if name == "main" else of_time(tables, 24)
    return pd.DataFrame(
        [(domain, RULES[domain], rating.steps[domain], rating.reasons[domain]) for domain in RULES],
        columns=["domain", "rule", "steps", "reason"],
    )
