"""The review in words, as tables for a page. Cells hold placeholders of `analysis.doors.fill`."""

from html import escape
from typing import Any

import pandas as pd
from IPython.display import HTML

from analysis.review.flow import STEPS, flow, reasons
from analysis.review.quality import QUESTIONS, judgements, summary

LEVELS = {
    "full text": "The whole text, without supplement",
    "abstract": "Journal or meeting abstract, or the opening of the paper",
    "label": "Product label, in part",
    "quoted": "Only what another document says of it",
    "not read": "Known to exist; carries no number here",
}
STATES = {
    ("included", "report"): "included",
    ("excluded", "title"): "left out by title",
    ("excluded", "report"): "left out after reading",
    ("duplicate", "identification"): "found twice",
    ("to screen", "title"): "to be screened",
    ("to screen", "retrieval"): "to be obtained",
}
NOT_LOOKED_UP = "not looked up yet"


def question_cells(plan: dict[str, Any]) -> pd.DataFrame:
    """Parts of the question.

    Examples
    --------
    >>> from analysis import protocol
    >>> question_cells(protocol.load()).Part.tolist()[:2]
    ['Population', 'Exposure']
    """
    parts = {name: words for name, words in plan["question"].items() if name != "text"}
    return pd.DataFrame({"Part": [name.capitalize() for name in parts], "What is asked": list(parts.values())})


def eligibility_cells(plan: dict[str, Any]) -> pd.DataFrame:
    """Criteria of eligibility; the last column says which of them the build checks.

    Examples
    --------
    >>> from analysis import protocol
    >>> eligibility_cells(protocol.load()).columns.tolist()
    ['Criterion', 'Let in', 'Left out', 'Checked by the build']
    """
    rows = [
        (c["name"].capitalize(), c["include"], c["exclude"], f"yes: {c['holds']['column']}" if "holds" in c else "no")
        for c in plan["eligibility"]
    ]
    return pd.DataFrame(rows, columns=["Criterion", "Let in", "Left out", "Checked by the build"])


def outcome_cells(plan: dict[str, Any]) -> pd.DataFrame:
    """Outcomes with their measure.

    Examples
    --------
    >>> from analysis import protocol
    >>> outcome_cells(protocol.load()).Measure.iloc[1]
    'per cent at stated times: 12, 24, 36 months'
    """
    rows = []
    for outcome in plan["outcomes"]:
        months = outcome.get("months")
        times = f": {', '.join(map(str, months))} months" if months else ""
        rank = "primary" if outcome["primary"] else "secondary"
        rows.append((outcome["name"], rank, outcome["definition"], outcome["measure"] + times))
    return pd.DataFrame(rows, columns=["Outcome", "Rank", "Definition", "Measure"])


def living_cells(plan: dict[str, Any]) -> pd.DataFrame:
    """How the review is kept up to date.

    Examples
    --------
    >>> from analysis import protocol
    >>> living_cells(protocol.load()).iloc[0].tolist()
    ['Next search', '90 days after the last one']
    """
    living = plan["living"]
    amended = "; ".join(f"{a['date']}: {a['what']} ({a['why']})" for a in plan["amendments"]) or "none so far"
    rows = [
        ("Next search", f"{plan['search_interval_days']} days after the last one"),
        ("Earlier, if", "; ".join(words[0].lower() + words[1:] for words in living["triggers"])),
        ("New data of a known study", "A new data cut is a new report; the old rows stay, and both are never added up"),
        ("Versions", living["version_rule"]),
        ("Why living", living["justification"]),
        ("End of the living mode", living["retirement"]),
        ("Registration", plan["registration"]["note"]),
        ("Changes of the protocol", amended),
    ]
    return pd.DataFrame(rows, columns=["What", "How"])


def strategy_cells(tables) -> pd.DataFrame:
    """Search strings, folded, and whether each has been run.

    Examples
    --------
    >>> from analysis import data
    >>> strategy_cells(data.load()).Run.unique().tolist()
    ['not run yet']
    """
    runs = tables.searches[tables.searches.strategy.notna()].groupby("strategy").searched_on.max()
    rows = tables.strategies
    last = rows.strategy.map(runs)
    words = [
        f"{escape(aim)}<details><summary>The string</summary><p>{escape(text)}</p></details>"
        for aim, text in zip(rows.looks_for, rows["query"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Database": rows.database,
            "Looks for": [HTML(text) for text in words],
            "Run": [f"last on {day}" if isinstance(day, str) else "not run yet" for day in last],
            "Limits": rows.limits,
            "Remarks": rows.note,
        }
    ).reset_index(drop=True)


def flow_cells(tables) -> pd.DataFrame:
    """The flow in numbers, one column for previous versions, this one, and all.

    Examples
    --------
    >>> from analysis import data
    >>> flow_cells(data.load()).Step.iloc[0]
    'Records identified'
    """
    steps = flow(tables)
    why = {
        step: "; ".join(f"{row.reason} ({row.total})" for row in reasons(tables, step).itertuples())
        for step in ("duplicates", "unscreened", "excluded_title", "unobtained", "excluded_report", "unused")
    }
    return pd.DataFrame(
        {
            "Step": steps.words,
            "Counts": steps.unit,
            "Before": steps.previous.map("{:,}".format),
            "This version": steps.this.map("{:,}".format),
            "All": steps.total.map("{:,}".format),
            "Why": [why.get(step, "") for step in STEPS],
        }
    ).reset_index(drop=True)


def record_cells(tables, *decisions: str) -> pd.DataFrame:
    """Records with some decisions, and why.

    Examples
    --------
    >>> from analysis import data
    >>> record_cells(data.load(), "duplicate").State.tolist()
    ['found twice']
    """
    rows = tables.records[tables.records.decision.isin(decisions)]
    found = rows.found_in.str.replace(r"\b(?:of) ([a-z0-9-]+)$", r"of {report:\1}", regex=True)
    return pd.DataFrame(
        {
            "Record": rows.title,
            "Authors and journal": rows.citation,
            "Found in": found,
            "State": [STATES[pair] for pair in zip(rows.decision, rows.stage, strict=True)],
            "Why": rows.reason,
        }
    ).reset_index(drop=True)


def level_cells(tables) -> pd.DataFrame:
    """Reports by how far they were read.

    Examples
    --------
    >>> from analysis import data
    >>> level_cells(data.load())["Read as"].iloc[0]
    'Full text'
    """
    reports = tables.reports
    rows = []
    for level, words in LEVELS.items():
        names = reports.index[reports.read_level == level]
        rows.append((level.capitalize(), words, str(len(names)), ", ".join(f"{{report:{name}}}" for name in names)))
    return pd.DataFrame(rows, columns=["Read as", "What was seen", "Reports", "Which"])


def stated_cells(tables) -> pd.DataFrame:
    """Of how many reports funding, conflicts and notices are known.

    Examples
    --------
    >>> from analysis import data
    >>> stated_cells(data.load()).shape
    (4, 3)
    """
    reports = tables.reports
    unknown = f"{NOT_LOOKED_UP}, or not seen at this reading level"
    rows = [
        ("Funding", reports.funding.notna().sum(), unknown),
        ("Conflicts of interest", reports.conflicts.notna().sum(), unknown),
        ("Retraction or correction, looked up", reports.notice_looked_up_on.notna().sum(), NOT_LOOKED_UP),
        ("Retraction or correction, met by chance", reports.notice.notna().sum(), "not known"),
    ]
    frame = pd.DataFrame(rows, columns=["What", "Reports", "The others"])
    return frame.assign(Reports=[f"{n} of {len(reports)}" for n in frame.Reports])


def question_list() -> pd.DataFrame:
    """The nine questions on quality.

    Examples
    --------
    >>> len(question_list())
    9
    """
    return pd.DataFrame(list(QUESTIONS.values()), columns=["Item", "Question"])


def quality_cells(tables, arms) -> pd.DataFrame:
    """Groups of patients with their judgements, one column an item.

    Examples
    --------
    >>> from analysis import data
    >>> quality_cells(data.load(), ["gazeau-2025/all"])["Competing deaths"].tolist()
    ['+ low']
    """
    rows = summary(tables).loc[list(arms)]
    names = {item: name for item, (name, _) in QUESTIONS.items()}
    cells = rows[list(QUESTIONS)].rename(columns=names).reset_index(drop=True)
    cells.insert(0, "Group", list(tables.arms.name.loc[list(arms)]))
    cells.insert(1, "Report", [f"{{report:{name}}}" for name in tables.arms.report.loc[list(arms)]])
    return cells


def reason_cells(tables, arms) -> pd.DataFrame:
    """Why each judgement of some groups was made, those of low and high risk only.

    Examples
    --------
    >>> from analysis import data
    >>> reason_cells(data.load(), ["gazeau-2025/all"]).Risk.unique().tolist()
    ['low']
    """
    rows = judgements(tables)
    rows = rows[rows.arm.isin(list(arms)) & (rows.judgement != "unclear")]
    return pd.DataFrame(
        {
            "Group": rows.arm.map(tables.arms.name),
            "Item": rows["item"].map({item: name for item, (name, _) in QUESTIONS.items()}),
            "Risk": rows.judgement,
            "Why": rows.reason,
            "Judged by": rows.basis,
        }
    ).reset_index(drop=True)


def role_cells(tables) -> pd.DataFrame:
    """Who does what; vacant places say so.

    Examples
    --------
    >>> from analysis import data
    >>> "vacant" in set(role_cells(data.load()).Who)
    True
    """
    rows = tables.roles
    names = rows.role.str.replace(r"-(first|second)$", r", \1", regex=True).str.replace("-", " ")
    return pd.DataFrame(
        {
            "Role": names.str.capitalize(),
            "Task": rows.task,
            "Who": rows.who.where(rows.state == "filled", "vacant"),
            "Interests": rows.conflicts,
            "Remarks": rows.note.fillna("none"),
        }
    ).reset_index(drop=True)
