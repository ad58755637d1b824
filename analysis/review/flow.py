"""What became of everything that was found? The flow of PRISMA 2020, with a column for previous versions.

Every number is counted where it belongs (hits in the log of searches, decisions in the records, reports and arms in
their tables); `flow` then checks that they add up, each unit for itself, and refuses to return a flow that does not.
"""

import pandas as pd

from analysis import evidence
from analysis.data import remembered
from analysis.integrity.review import every_report_was_identified_once
from analysis.problems import DataError, Problem
from analysis.synthesis import choice as synthesis_choice

STEPS = {  # step: unit, words
    "identified": ("records", "Records identified"),
    "duplicates": ("records", "Duplicates removed"),
    "unscreened": ("records", "Not screened yet"),
    "excluded_title": ("records", "Excluded by title or abstract"),
    "sought": ("reports", "Reports sought"),
    "unobtained": ("reports", "Not obtained yet"),
    "excluded_report": ("reports", "Excluded after reading"),
    "included": ("reports", "Reports included"),
    "studies": ("studies", "Studies, that is sets of patients"),
    "arms": ("arms", "Groups of patients at one data cut"),
    "used": ("arms", "Groups with a crude share of t-MN"),
    "unused": ("arms", "Groups without, each for a stated reason"),
    "pooled": ("arms", "Groups in the pooled share of t-MN"),
    "unpooled": ("arms", "Groups not pooled, each for a stated reason"),
    "beside": ("arms", "Counted, but not pooled"),
}
EQUATIONS = (  # whole, parts
    ("identified", ("duplicates", "unscreened", "excluded_title", "sought")),
    ("sought", ("unobtained", "excluded_report", "included")),
    ("arms", ("used", "unused")),
    ("arms", ("pooled", "unpooled")),
    ("used", ("pooled", "beside")),
)
COLUMNS = ("previous", "this", "total")
NBSP = "\N{NO-BREAK SPACE}"
PLACES = {
    "duplicates": ("duplicate", "identification"),
    "unscreened": ("to screen", "title"),
    "excluded_title": ("excluded", "title"),
    "unobtained": ("to screen", "retrieval"),
    "excluded_report": ("excluded", "report"),
}


def division(tables) -> pd.DataFrame:
    """Which groups of patients enter the figures, and why the others do not: the one place that decides it here.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by arm: ``used`` (in the figure of crude shares) and ``reason`` (empty where used); ``pooled`` (in the
        main pool) and ``why`` (empty where pooled).

    Examples
    --------
    >>> from analysis import data
    >>> division(data.load()).loc["hammond-2025-eha/cases", "used"]
    np.False_
    """
    arms = evidence.arm_table(tables)
    used = arms.index.isin(evidence.drawn(tables).arm)
    pool = synthesis_choice.division(tables)[["pooled", "why"]]
    return pd.DataFrame({"used": used, "reason": arms.reason.where(~used, "")}, index=arms.index).join(pool)


def newest(tables) -> pd.Series:
    """Whether each search belongs to the newest version of the review, indexed by search.

    Examples
    --------
    >>> from analysis import data
    >>> bool(newest(data.load())["S001"])
    True
    """
    versions = tables.searches.version
    if versions.isna().any():  # searches made since the last version
        return versions.isna()
    numbers = versions.map(lambda text: tuple(map(int, text.split("."))))
    return numbers == numbers.max()


@remembered
def flow(tables) -> pd.DataFrame:
    """From records to groups of patients, for previous versions, for this one, and together.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by the steps of `STEPS`: ``unit``, ``words`` and the counts ``previous``, ``this``, ``total``.

    Raises
    ------
    DataError
        If it does not add up, with each equation that fails.

    References
    ----------
    Page MJ, et al. The PRISMA 2020 statement. BMJ 2021;372:n71. Kahale LA, et al. Tailored PRISMA 2020 flow diagrams
    for living systematic reviews. F1000Research 2021;10:192.

    Examples
    --------
    >>> from analysis import data
    >>> steps = flow(data.load())
    >>> bool(steps.total["included"] == len(data.load().reports))
    True
    """
    now = newest(tables)
    records = tables.records.assign(this=tables.records.search.map(now).astype(bool))
    reports = tables.reports.assign(this=_first_seen(records, tables.reports.index))
    arms = division(tables).assign(this=tables.arms.report.map(reports.this))
    sought = records[records.stage.isin(["retrieval", "report"])]
    counts = {"identified": _hits(tables.searches.hits, now), "sought": _split(sought.this)}
    for step, (decision, stage) in PLACES.items():
        counts[step] = _split(records.this[(records.decision == decision) & (records.stage == stage)])
    studies = reports.groupby("study").this.all()  # a study is new when all its reports are
    counts |= {"included": _split(reports.this), "studies": _split(studies), "arms": _split(arms.this)}
    counts |= {"used": _split(arms.this[arms.used]), "unused": _split(arms.this[~arms.used])}
    counts |= {"pooled": _split(arms.this[arms.pooled]), "unpooled": _split(arms.this[arms.why != ""])}
    counts |= {"beside": _split(arms.this[arms.used & ~arms.pooled])}
    frame = pd.DataFrame.from_dict(STEPS, orient="index", columns=["unit", "words"]).rename_axis("step")
    frame[list(COLUMNS)] = [counts[step] for step in STEPS]
    problems = [*_broken(frame), *_unreasoned(arms), *_unmatched(tables)]
    if problems:
        raise DataError(problems)
    return frame


def _first_seen(records: pd.DataFrame, reports: pd.Index) -> pd.Series:
    """Whether the record that brought a report in belongs to the newest version; a report without one counts as new."""
    included = records[records.decision == "included"].drop_duplicates("report").set_index("report").this
    return included.reindex(reports, fill_value=True)


def _split(this: pd.Series) -> tuple[int, int, int]:
    """Previous, this, total."""
    new = int(this.sum())
    return len(this) - new, new, len(this)


def _hits(hits: pd.Series, now: pd.Series) -> tuple[int, int, int]:
    """The same for the hits of the searches."""
    return int(hits[~now].sum()), int(hits[now].sum()), int(hits.sum())


def _broken(frame: pd.DataFrame) -> list[Problem]:
    """Equations that do not hold."""
    problems = []
    for whole, parts in EQUATIONS:
        for column in COLUMNS:
            left, right = frame.loc[whole, column], [frame.loc[part, column] for part in parts]
            if left != sum(right):
                words = " + ".join(f"{n} {frame.words[part].lower()}" for part, n in zip(parts, right, strict=True))
                found = f"{left} {frame.words[whole].lower()} ({column})"
                problems.append(Problem("the flow", 1, whole, found, f"{sum(right)}, that is {words}"))
    return problems


def _unreasoned(arms: pd.DataFrame) -> list[Problem]:
    """Groups that are left out without a reason."""
    found = [
        Problem("the flow", 1, "unused", repr(arm), "a reason why the group is not used")
        for arm in arms.index[~arms.used & (arms.reason == "")]
    ]
    return found + [
        Problem("the flow", 1, "unpooled", repr(arm), "either in the pool, or a reason why the group is not pooled")
        for arm in arms.index[arms.pooled == (arms.why != "")]
    ]


def _unmatched(tables) -> list[Problem]:
    """Reports without an included record, or with two."""
    frames = {"records": tables.records, "reports": tables.reports}
    return list(every_report_was_identified_once(frames))


def reasons(tables, step: str) -> pd.DataFrame:
    """Why records or reports fell out at a step; what stands before the first colon or semicolon is the heading.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    step : str
        A step of `STEPS` with records behind it, ``unused``, ``unpooled`` or ``beside``.

    Returns
    -------
    DataFrame
        ``reason, total``, the commonest first.

    Examples
    --------
    >>> from analysis import data
    >>> reasons(data.load(), "excluded_report").total.sum() == flow(data.load()).total["excluded_report"]
    np.True_
    """
    if step in ("unused", "unpooled", "beside"):
        arms = division(tables)
        given = arms.reason[~arms.used] if step == "unused" else arms.why[~arms.pooled]
        given = given[arms.used[given.index]] if step == "beside" else given
        given = given if step == "unused" else given.str.split("[:;(]| with ", regex=True).str[0].str.strip()
    else:
        decision, stage = PLACES[step]
        rows = tables.records[(tables.records.decision == decision) & (tables.records.stage == stage)]
        given = rows.reason.fillna("no reason given").str.split("[:;]", regex=True).str[0].str.rstrip(".")
    counts = given.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    return counts.rename_axis("reason").rename("total").reset_index()


def boxes(tables, shown: int = 3) -> pd.DataFrame:
    """The flow as boxes of a drawing, for `analysis.plots.flow.flow`.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    shown : int
        Reasons written in a box; further ones are drawn together.

    Returns
    -------
    DataFrame
        One row a box, from top to bottom: ``step``; ``place`` (main, side: beside the main box before it, previous:
        what earlier versions bring in at this height); ``words``; ``count``; ``lines`` (reasons with their counts).

    Examples
    --------
    >>> from analysis import data
    >>> rows = boxes(data.load())
    >>> rows[rows.place == "main"].words.iloc[0]
    'Records identified'
    """
    steps = flow(tables)
    now, past = steps.this, steps.previous
    screened = now["identified"] - now["duplicates"] - now["unscreened"]
    kinds = tables.searches[newest(tables)].groupby("database", sort=False).hits.sum()
    rows = [("identified", "main", "Records identified", now["identified"], _lines(kinds, shown))]
    rows += [_side(tables, steps, "duplicates", shown), _side(tables, steps, "unscreened", shown)]
    rows += [("screened", "main", "Records screened", screened, ())]
    rows += [_side(tables, steps, "excluded_title", shown)]
    rows += [("sought", "main", "Reports sought", now["sought"], ()), _side(tables, steps, "unobtained", shown)]
    rows += [("assessed", "main", "Reports assessed", now["sought"] - now["unobtained"], ())]
    rows += [_side(tables, steps, "excluded_report", shown)]
    words = "none: this is the first version"
    if past["included"]:
        rows += [("new", "main", "New reports included", now["included"], (f"of {now['studies']:,} new studies",))]
        words = f"{past['included']:,} reports of {past['studies']:,} studies"
    rows += [("previous", "previous", "From previous versions", past["included"], (words,))]
    studies = (f"of {steps.total['studies']:,} studies",)
    rows += [("included", "main", "Reports included", steps.total["included"], studies)]
    rows += [("arms", "main", "Groups of patients", steps.total["arms"], ("each at one data cut",))]
    rows += [_side(tables, steps, "unused", shown)]
    rows += [("used", "main", steps.words["used"], steps.total["used"], ())]
    rows += [_side(tables, steps, "beside", shown)]
    rows += [("pooled", "main", steps.words["pooled"], steps.total["pooled"], ())]
    return pd.DataFrame(rows, columns=["step", "place", "words", "count", "lines"])


def _side(tables, steps: pd.DataFrame, step: str, shown: int) -> tuple:
    """A box of what fell out, with the reasons."""
    given = reasons(tables, step).set_index("reason").total
    count = steps.total[step] if step in ("unused", "beside") else steps.this[step]
    return step, "side", steps.words[step], count, _lines(given, shown) if len(given) > 1 else ()


def _lines(counts: pd.Series, shown: int) -> tuple[str, ...]:
    """The commonest reasons with their counts, the others together."""
    keep = len(counts) if len(counts) <= shown + 1 else shown
    lines = [f"{reason[0].upper()}{reason[1:]}{NBSP}({n:,.0f})" for reason, n in counts.iloc[:keep].items()]
    rest = counts.iloc[keep:]
    return (*lines, f"{len(rest)} other reasons{NBSP}({rest.sum():,.0f})") if len(rest) else tuple(lines)
