"""What can be pooled: one row for each group of patients and outcome, made from claims only.

Vocabulary: a row is *countable* when events and the people at risk are both known; every other row has a *reason* in
words. *person_years* are patients times median follow-up (or as printed, where they are): an approximation, exact only
if everybody were followed equally long. A follow-up is *borrowed* where the report itself prints none and another
report of the same patients does (the shortest of them): it is used only when asked for, since the count may be older
than it and the rate then too low. What is pooled with what is decided in `analysis.synthesis.choice`.
"""

import re

import pandas as pd

from analysis import evidence
from analysis.data import remembered
from analysis.shares import implied_count

OUTCOMES = list(evidence.OUTCOMES.values())
PRIMARY = OUTCOMES[0]
MONTHS_OF_A_YEAR = 12
SETTINGS = {
    "trial": "trial",
    "real world": "real world",
    "registry": "real world",
    "adverse-event reports": "pharmacovigilance",
    "literature": "literature",
    "laboratory cohort": "laboratory cohort",
}
DISEASES = {
    "multiple myeloma": "multiple myeloma",
    "acute lymphoblastic leukaemia": "acute lymphoblastic leukaemia",
    "chronic lymphocytic leukaemia": "chronic lymphocytic leukaemia",
    "several": "several",
    "lymphoma and myeloma": "several",
    "myeloid neoplasm": "myeloid neoplasm",
}  # all others are lymphomas
NOT_STATED = "not stated"
MEETING = re.compile(r"\bSuppl\b|abstract|annual meeting|congress", re.I)
PREPRINT = re.compile(r"preprint|research square|medrxiv", re.I)
SEVERAL_COUNTS = "a percentage is printed, its count is not, and several whole numbers print so"
NO_TOTAL = "no denominator: the number of patients was not seen"
OTHER_DEFINITION = "another definition: {} were counted, not {}"


def publication(report) -> str:
    """How a report was published: full, abstract (of a meeting), preprint, or label.

    Examples
    --------
    >>> class R: kind, citation = "trial", "Blood 2022;140(Suppl 1):1459."
    >>> publication(R)
    'abstract'
    """
    if report.kind in ("label", "regulator"):
        return "label"
    if PREPRINT.search(report.citation):
        return "preprint"
    return "abstract" if MEETING.search(report.citation) else "full"


@remembered
def rows(tables) -> pd.DataFrame:
    """Every group of patients with every outcome.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by ``arm|outcome``: ``arm, outcome, report, study, overlap_group, year, name, short``; ``claim`` (of the
        events), ``patients``, ``follow_up`` (claim ids or None); ``events, total``; ``counted`` (printed, or implied:
        the only whole number that prints as the percentage); ``at_least`` (the count is printed as a lower bound);
        ``months`` (median follow-up), ``borrowed`` (months, where only another report has it), ``person_years``;
        ``treatment, antigen, product, domain, disease, setting, publication, seen, certainty`` (of the count),
        ``lines`` (median prior lines), ``denominator, denominator_note``; and ``reason``: why it cannot be counted,
        empty where it can.

    Examples
    --------
    >>> from analysis import data
    >>> rows(data.load()).loc["gazeau-2025/all|t-MN", ["claim", "reason"]].tolist()
    ['G068', '']
    """
    arms = _described(tables)
    frames = [_of_outcome(tables, arms, outcome) for outcome in OUTCOMES]
    found = pd.concat(frames).set_index("key")
    printed = tables.claims[tables.claims.quantity == "person-time"].set_index("arm").value
    product = found.total * found.months / MONTHS_OF_A_YEAR
    return found.assign(person_years=found.arm.map(printed).fillna(product))


def with_borrowed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in which a missing follow-up is that of another report of the same patients.

    Parameters
    ----------
    table : DataFrame
        As made by `rows`.

    Returns
    -------
    DataFrame
        The same rows; ``months`` and ``person_years`` filled in where ``borrowed`` allows it.

    Examples
    --------
    >>> from analysis import data
    >>> with_borrowed(rows(data.load())).months["transcend-2021/liso-cel|t-MN"]
    np.float64(20.3)
    """
    months = table.months.fillna(table.borrowed)
    person_years = table.person_years.fillna(table.total * months / MONTHS_OF_A_YEAR)
    return table.assign(months=months, person_years=person_years)


def _described(tables) -> pd.DataFrame:
    """Arms with everything that does not depend on the outcome."""
    arms = evidence.arm_table(tables)
    told = tables.arms.loc[arms.index]
    reports = tables.reports.loc[arms.report]
    own = pd.Series([evidence.months(tables.claims, name) for name in arms.follow_up], arms.index, dtype=float)
    arms = arms.assign(own=own)
    nearest = arms.groupby(["study", "treatment"]).own.transform("min")
    lines = tables.claims[(tables.claims.quantity == "prior lines") & (tables.claims.statistic == "median")]
    lines = lines[lines.group.isna() & lines.value.notna()].drop_duplicates("arm").set_index("arm").value
    return arms.assign(
        months=own,
        borrowed=nearest.where(own.isna()),
        overlap_group=tables.studies.overlap_group.loc[arms.study].to_numpy(),
        year=reports.year.to_numpy(),
        publication=[publication(report) for report in reports.itertuples()],
        antigen=told.antigen.fillna(NOT_STATED),
        product=told["product"].fillna(NOT_STATED).where(~told["product"].str.contains(";", na=False), "several"),
        domain=told.domain.fillna(NOT_STATED),
        disease=told.disease.map(lambda word: DISEASES.get(word, "lymphoma")),
        setting=told.setting.map(SETTINGS),
        lines=lines.reindex(arms.index),
    )


def _of_outcome(tables, arms: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The rows of one outcome."""
    column = next(key for key, words in evidence.OUTCOMES.items() if words == outcome)
    counted = evidence.crude_proportions(tables, outcome)
    counted = counted.assign(claim=counted.index).set_index("arm")[["claim", "events", "total", "seen", "certainty"]]
    implied = _implied(tables, arms) if outcome == PRIMARY else counted.iloc[:0]
    implied = implied[~implied.index.isin(counted.index)]
    known = pd.concat([counted.assign(counted="printed"), implied.assign(counted="implied")])
    frame = arms.drop(columns=["seen", "reason"]).join(known)
    reasons = [_reason(row, outcome, column) for row in frame.itertuples()]
    frame = frame.assign(outcome=outcome, reason=reasons, arm=frame.index, key=frame.index + f"|{outcome}")
    claims = tables.claims.comparator.reindex(frame.claim.to_numpy())
    keep = [
        *("key", "arm", "outcome", "report", "study", "overlap_group", "year", "name", "short", "claim", "patients")
    ]
    keep += ["follow_up", "events", "total", "counted", "at_least", "months", "borrowed", "treatment", "antigen"]
    keep += ["product", "domain", "disease", "setting", "publication", "seen", "certainty", "lines"]
    return frame.assign(at_least=claims.isin([">", ">="]).to_numpy())[
        [*keep, "denominator", "denominator_note", "reason"]
    ]


def _implied(tables, arms: pd.DataFrame) -> pd.DataFrame:
    """Counts of t-MN behind printed percentages, where one whole number only prints so."""
    bare = arms[arms.at_risk & arms.t_mn_share.notna() & arms.patients.notna()]
    found = {}
    for arm, row in bare.iterrows():
        claim, total = tables.claims.loc[row.t_mn_share], tables.claims.value[row.patients]
        try:
            events = implied_count(_over(claim, total))
        except LookupError:
            continue
        found[arm] = (claim.name, events, total, claim.seen, claim.certainty)
    columns = ["claim", "events", "total", "seen", "certainty"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns)


def _over(claim: pd.Series, total: float) -> pd.Series:
    """A claim with the number of patients put under its percentage."""
    with_total = claim.copy()
    with_total["denominator"] = total
    return with_total


def _reason(row, outcome: str, column: str) -> str:
    """Why an outcome of a group cannot be counted; empty where it can."""
    if not row.at_risk:
        return evidence.WHY_NOT[row.denominator]
    if pd.notna(row.events):
        return ""
    if getattr(row, column):
        return NO_TOTAL
    if outcome == PRIMARY and row.t_mn_share:
        return SEVERAL_COUNTS if row.patients else NO_TOTAL
    if outcome == PRIMARY:
        for key in ("t_mds", "t_aml", "haematological", "any_second"):
            if getattr(row, key):
                words = {"any_second": "second malignancies of all kinds", "haematological": "all blood cancers"}
                return OTHER_DEFINITION.format(words.get(key, f"only {evidence.OUTCOMES[key]}"), outcome)
    return f"no count of {outcome} was seen: unknown, not zero"
