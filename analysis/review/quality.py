"""How far can the incidence of each group of patients be trusted?

Nine questions after the checklist of the Joanna Briggs Institute for prevalence studies, adapted to incidence and put
in our words. `draft` answers them by a stated rule from the table of arms; what was judged by reading stands in
``data/quality.csv`` and replaces the rule's answer. What was not seen is unclear, never low.
"""

import math
import re

import pandas as pd

from analysis import evidence
from analysis.data import remembered

QUESTIONS = {
    "frame": ("Who they stand for", "Do these patients stand for the people who receive the treatment?"),
    "recruitment": ("Who was counted", "Was everybody counted who was treated in the place and time described?"),
    "size": ("How many", "Are there enough patients to see a rare event?"),
    "description": ("Description", "Are the patients and the setting described in what was read?"),
    "coverage": ("The right base", "Is the count set over the people in whom the event could be found?"),
    "ascertainment": ("Search for t-MN", "Was t-MN looked for in a way that would find it?"),
    "measurement": ("Same yardstick", "Was t-MN defined, and in the same way for everybody?"),
    "competing": ("Competing deaths", "Were death and relapse treated as competing with t-MN?"),
    "follow-up": ("Follow-up", "Were the patients watched long enough, and none lost?"),
}
JUDGEMENTS = ("low", "unclear", "high")
SIGNS = {"low": "+", "unclear": "?", "high": "−"}
EXPECTED, PRECISION = 0.05, 0.025  # a share of 5% to within 2.5 points
ENOUGH = math.ceil(1.96**2 * EXPECTED * (1 - EXPECTED) / PRECISION**2)
LONG_ENOUGH = 24  # months: the first time at which more than one cohort prints an incidence
COMPLETE = re.compile(r"\b(all|consecutive|whatever)\b", re.I)
NOT_SEEN = "not seen at this reading level"


@remembered
def judgements(tables) -> pd.DataFrame:
    """Every group of patients that can carry an incidence, on every item.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        ``id, arm, item, judgement, reason, basis`` in the order of the arms: the rule's answers, replaced where the
        table of quality has one from reading. Groups that were just added are there too.

    Examples
    --------
    >>> from analysis import data
    >>> rows = judgements(data.load())
    >>> rows[rows.id == "gazeau-2025/all:ascertainment"][["judgement", "basis"]].values.tolist()
    [['low', 'reading']]
    """
    arms = evidence.arm_table(tables)
    rows = draft(tables, arms.index[arms.at_risk]).set_index("id", drop=False)
    read = tables.quality[(tables.quality.basis == "reading") & tables.quality.id.isin(rows.index)]
    rows.loc[read.index, ["judgement", "reason", "basis"]] = read[["judgement", "reason", "basis"]]
    return rows.reset_index(drop=True)


def draft(tables, arms) -> pd.DataFrame:
    """The rule's answers for some arms.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    arms : sequence of str
        Ids.

    Returns
    -------
    DataFrame
        ``id, arm, item, judgement, reason, basis``; nine rows an arm.

    Examples
    --------
    >>> from analysis import data
    >>> draft(data.load(), ["transform-2023/liso-cel"]).set_index("item").loc["coverage", "judgement"]
    'high'
    """
    seen = evidence.arm_table(tables)
    rows = []
    for name in arms:
        arm, report = tables.arms.loc[name], tables.reports.loc[tables.arms.loc[name, "report"]]
        patients = seen.patients[name]
        n = tables.claims.value[patients] if patients else float("nan")
        months = evidence.months(tables.claims, seen.follow_up[name])
        answers = {
            "frame": _frame(arm.setting),
            "recruitment": _recruitment(arm),
            "size": _size(n),
            "description": _description(report.read_level),
            "coverage": _coverage(arm),
            "ascertainment": _ascertainment(arm.ascertainment),
            "measurement": ("unclear", f"How t-MN was defined was {NOT_SEEN}."),
            "competing": _competing(arm.competing_risks),
            "follow-up": _follow_up(months),
        }
        rows += [(f"{name}:{item}", name, item, *answer, "rule") for item, answer in answers.items()]
    return pd.DataFrame(rows, columns=["id", "arm", "item", "judgement", "reason", "basis"])


def _frame(setting: str) -> tuple[str, str]:
    """A registry stands for many centres, a trial for those it lets in."""
    if setting == "registry":
        return "low", "A registry of many centres."
    if setting == "trial":
        return "high", "A trial: the patients were chosen by its criteria."
    return "unclear", "One or a few centres; whether their patients stand for others is not known."


def _recruitment(arm: pd.Series) -> tuple[str, str]:
    """A trial counts everybody; elsewhere the words must say so."""
    if arm.setting == "trial":
        return "low", "A trial: everybody of the stated set is counted."
    if COMPLETE.search(arm.denominator_note):
        return "low", f"As described: {arm.denominator_note[0].lower()}{arm.denominator_note[1:]}"
    missing = "whether all treated patients were reported" if arm.setting == "registry" else "whether all were counted"
    return "unclear", f"{missing[0].upper()}{missing[1:]} was {NOT_SEEN}."


def _size(n: float) -> tuple[str, str]:
    """Enough to know a share of 5% to within 2.5 points."""
    if math.isnan(n):
        return "unclear", "The number of patients was not seen."
    if n >= ENOUGH:
        return "low", f"{n:,.0f} patients; {ENOUGH} are enough to know a share of 5% to within 2.5 points."
    return "high", f"{n:,.0f} patients; fewer than the {ENOUGH} that tell a share of 5% to within 2.5 points."


def _description(level: str) -> tuple[str, str]:
    """Only a full text describes its patients."""
    if level == "full text":
        return "low", "The full text was read; it describes patients and setting."
    words = {"abstract": "read as an abstract", "label": "a product label, read in part", "quoted": "known second hand"}
    return "unclear", f"The report is {words.get(level, 'not read')}; a description was {NOT_SEEN}."


def _coverage(arm: pd.Series) -> tuple[str, str]:
    """People who never received the treatment cannot have a t-MN after it."""
    if arm.treatment == "CAR T" and arm.denominator in ("randomised", "enrolled"):
        return "high", f"The number counts patients {arm.denominator}, treated or not."
    return "unclear", f"How many of the patients were followed for second neoplasms was {NOT_SEEN}."


def _ascertainment(words: str | None) -> tuple[str, str]:
    """What the table says, for a reader to judge."""
    if not words:
        return "unclear", f"How second neoplasms were looked for was {NOT_SEEN}."
    return "unclear", f"{words} Whether that finds every t-MN is not known."


def _competing(words: str | None) -> tuple[str, str]:
    """As the table of arms says."""
    if words == "handled":
        return "low", "The incidence treats them as competing."
    if words == "not handled":
        return "high", "The incidence does not treat them as competing."
    return "unclear", f"Whether an incidence treats them as competing was {NOT_SEEN}, or none is printed."


def _follow_up(months: float) -> tuple[str, str]:
    """Half watched for less than two years is too short; otherwise the losses are not known."""
    if math.isnan(months):
        return "unclear", "The follow-up was not seen."
    if months < LONG_ENOUGH:
        return "high", f"Half of the patients were watched for less than {months:g} months, not {LONG_ENOUGH}."
    return "unclear", f"Median {months:g} months; how many were lost was {NOT_SEEN}."


def summary(tables) -> pd.DataFrame:
    """For each group of patients its judgements in a row.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by arm; one column an item with the judgement in words and its sign, and ``low``, ``unclear``, ``high``:
        how many items were judged so.

    Examples
    --------
    >>> from analysis import data
    >>> summary(data.load()).loc["gazeau-2025/all", "competing"]
    '+ low'
    """
    rows = judgements(tables)
    words = rows.assign(judgement=rows.judgement.map(lambda word: f"{SIGNS[word]} {word}"))
    wide = words.pivot(index="arm", columns="item", values="judgement").loc[rows.arm.unique(), list(QUESTIONS)]
    counts = pd.crosstab(rows.arm, rows.judgement).reindex(index=wide.index, columns=JUDGEMENTS, fill_value=0)
    return wide.join(counts).rename_axis(columns=None)


def by_item(tables, arms) -> pd.DataFrame:
    """For each item how many of some groups were judged how.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    arms : sequence of str
        Groups of patients.

    Returns
    -------
    DataFrame
        Indexed by item: ``name``, ``question``, ``low``, ``unclear``, ``high``.
    """
    rows = judgements(tables)
    rows = rows[rows.arm.isin(arms)]
    counts = pd.crosstab(rows.item, rows.judgement).reindex(index=list(QUESTIONS), columns=JUDGEMENTS, fill_value=0)
    words = pd.DataFrame.from_dict(QUESTIONS, orient="index", columns=["name", "question"])
    return words.join(counts).rename_axis("item")
