"""The answers in a row: what was asked, what came out, from how much, how sure. For the page and for the front page."""

from typing import NamedTuple

import pandas as pd

from analysis.data import remembered
from analysis.shares import percent
from analysis.synthesis import certainty, pools, randomised, timed
from analysis.synthesis.answer import PERCENT, Answer
from analysis.synthesis.switches import value_words

HEADLINE = 24  # months; the time of the answer on the front page
BESIDE = ("tmn-share", "tmn-rate", "any-second-share", "autologous-transplant-share")
QUESTIONS = {
    "tmn-share": "t-MN among all treated, whatever the follow-up",
    "tmn-rate": "t-MN per 1,000 person-years",
    "any-second-share": "Any second cancer among all treated",
    "autologous-transplant-share": "For comparison, t-MN after autologous transplant",
}


class Finding(NamedTuple):
    """One line of the summary: slug, question, answer in words, evidence in words, rating, whether it is pooled."""

    name: str
    question: str
    answer: str
    evidence: str
    rating: certainty.Rating
    pooled: bool


def number(value: float, unit: str) -> str:
    """A value in words, without its unit.

    Examples
    --------
    >>> number(4.4963, "%"), number(17.25, "per 1,000 person-years"), number(2.99, "per 1,000 person-years")
    ('4.5', '17', '3.0')
    """
    return percent(value / 100, "") if unit == PERCENT else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def words(found: Answer) -> str:
    """An answer in words: the pooled value, or the single groups side by side.

    Examples
    --------
    >>> from analysis import data
    >>> words(pools.answers(data.load())["tmn-rate"][1])
    '3.0 to 44 per 1,000 person-years, not pooled'
    """
    if found.pooled:
        return value_words(found)
    if not found.k:
        return "not seen"
    unit = found.unit if found.unit == PERCENT else f" {found.unit}"
    if found.k == 1:
        return f"{number(found.smallest, found.unit)}{unit}, one group"
    return f"{number(found.smallest, found.unit)} to {number(found.largest, found.unit)}{unit}, not pooled"


def evidence_words(found: Answer) -> str:
    """Groups, events and patients in words."""
    groups = f"{found.k} group" + "s" * (found.k != 1)
    patients = f"{found.total:,} patients"
    return f"{groups}, {patients}" if found.events != found.events else f"{groups}, {found.events:,} of {patients}"


def findings(tables) -> list[Finding]:
    """The summary of findings.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> from analysis import data
    >>> [finding.name for finding in findings(data.load())][0]
    'tmn-incidence-24m'
    """
    at_time = timed.answer(tables, HEADLINE)
    question = f"t-MN by {HEADLINE} months (cumulative incidence)"
    found = [
        Finding(
            f"tmn-incidence-{HEADLINE}m",
            question,
            words(at_time),
            evidence_words(at_time),
            certainty.of_time(tables, HEADLINE),
            at_time.pooled,
        )
    ]
    for name in BESIDE:
        pool, answer = pools.answers(tables)[name]
        rating = certainty.of_answer(tables, pool.choice, answer)
        found.append(Finding(name, QUESTIONS[name], words(answer), evidence_words(answer), rating, answer.pooled))
    return found + [_difference(tables, key, row) for key, row in _main_differences(tables).iterrows()]


def _main_differences(tables) -> pd.DataFrame:
    """Randomised comparisons of t-MN."""
    found = randomised.differences(tables)
    return found[found.outcome == "t-MN"] if len(found) else found


def _difference(tables, key: str, row: pd.Series) -> Finding:
    """A randomised comparison as a line."""
    answer = f"{signed(row.difference)} percentage points (exact 95% CI {signed(row.low)} to {signed(row.high)})"
    told = f"1 trial, {row.events} of {row.total} against {row.events_reference} of {row.total_reference}"
    question = f"{row['name']}: t-MN with CAR T cells less standard of care"
    rating = certainty.of_difference(tables, key)
    return Finding(f"difference-{row.study}-t-mn", question, answer, told, rating, False)


def signed(value: float) -> str:
    """A difference with its sign.

    Examples
    --------
    >>> signed(1.176), signed(-1.106)
    ('+1.2', '−1.1')
    """
    return f"{value:+.1f}".replace("-", "−")


@remembered
def table(tables) -> pd.DataFrame:
    """The summary of findings as cells.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        ``Question, Answer, Evidence, Certainty, Why``.

    Examples
    --------
    >>> from analysis import data
    >>> table(data.load()).columns.tolist()
    ['Question', 'Answer', 'Evidence', 'Certainty', 'Why']
    """
    lines = [
        (finding.question, finding.answer, finding.evidence, finding.rating.level, why(finding.rating))
        for finding in findings(tables)
    ]
    return pd.DataFrame(lines, columns=["Question", "Answer", "Evidence", "Certainty", "Why"])


def why(rating: certainty.Rating) -> str:
    """Domains that lowered a certainty, in words.

    Examples
    --------
    >>> why(certainty.Rating("low", {"risk of bias": 1, "imprecision": 0}, {}))
    'risk of bias'
    """
    lowered = [name + (" (twice)" if steps > 1 else "") for name, steps in rating.steps.items() if steps]
    return ", ".join(lowered) or "nothing lowers it"
