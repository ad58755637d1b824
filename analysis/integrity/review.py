"""What the tables of the review owe each other: every record has a decision, and the counts of the flow add up."""

from collections.abc import Iterator

import pandas as pd

from analysis.integrity.ledger import INCIDENCE_DENOMINATORS
from analysis.problems import Problem, at

STAGES = {
    "included": ("report",),
    "excluded": ("title", "report"),
    "duplicate": ("identification",),
    "to screen": ("title", "retrieval"),
}
NEEDS = {  # cells that a decision needs; those of the others must be empty
    "included": ("report", "decided_on", "decided_by"),
    "excluded": ("reason", "decided_on", "decided_by"),
    "duplicate": ("duplicate_of", "decided_on", "decided_by"),
    "to screen": (),
}
NONE_FOUND = "none found"


def decisions_are_complete(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Each decision falls at a stage of its own and brings its cells, and no others."""
    for row in frames["records"].itertuples():
        if row.stage not in STAGES[row.decision]:
            yield at(row, "stage", repr(row.stage), f"{' | '.join(STAGES[row.decision])}, for {row.decision}")
        for column in ("report", "duplicate_of", "decided_on", "decided_by"):
            filled, needed = getattr(row, column) is not None, column in NEEDS[row.decision]
            if filled != needed:
                allowed = f"{'a value' if needed else 'nothing'}, since the record is {row.decision}"
                yield at(row, column, repr(getattr(row, column)) if filled else "nothing", allowed)
        if row.decision == "excluded" and row.reason is None:
            yield at(row, "reason", "nothing", "why it was excluded")


def duplicates_point_to_what_is_kept(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A duplicate names the record that is kept, in one step."""
    records = frames["records"]
    kept = records.drop_duplicates("id").set_index("id").decision
    for row in records[records.duplicate_of.notna()].itertuples():
        if row.duplicate_of == row.id or kept[row.duplicate_of] == "duplicate":
            yield at(row, "duplicate_of", repr(row.duplicate_of), "a record that is itself no duplicate")


def records_of_a_search_add_up(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A search has as many records as it had hits, and each record carries its search in its name."""
    counts = frames["records"].search.value_counts()
    for row in frames["searches"].itertuples():
        if (found := int(counts.get(row.search, 0))) != int(row.hits):
            yield at(row, "hits", int(row.hits), f"{found}, the rows of records for this search: the flow must add up")
    for row in frames["records"].itertuples():
        if not row.id.startswith(f"{row.search}-"):
            yield at(row, "id", repr(row.id), f"a name that starts with {row.search}-")


def every_report_was_identified_once(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Records included are the rows of reports, one to one."""
    included = frames["records"][frames["records"].decision == "included"]
    for row in included[included.report.duplicated()].itertuples():
        yield at(row, "report", repr(row.report), "a report that no other record brought in: the flow must add up")
    for row in frames["reports"][~frames["reports"].report.isin(included.report)].itertuples():
        yield at(
            row,
            "report",
            repr(row.report),
            "a report with an included record in data/review/records.csv: the flow must add up",
        )


def every_study_has_a_report(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Patients without a report would be counted nowhere."""
    studies = frames["studies"]
    for row in studies[~studies.study.isin(frames["reports"].study)].itertuples():
        yield at(row, "study", repr(row.study), "a study with a report: the flow must add up")


def identifiers_agree(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A record and its report have the same year and identifiers; two records that are kept never share one."""
    reports = frames["reports"].drop_duplicates("report").set_index("report")
    records = frames["records"]
    for row in records[records.report.notna()].itertuples():
        for column in ("year", "doi", "pmid"):
            mine, theirs = getattr(row, column), reports.loc[row.report, column]
            if mine != theirs and not (pd.isna(mine) and pd.isna(theirs)):
                yield at(row, column, repr(mine), f"that of the report, {theirs!r}")
    kept = records[records.decision != "duplicate"]
    for column in ("doi", "pmid"):
        name = kept[column].str.lower()
        for row in kept[name.notna() & name.duplicated()].itertuples():
            yield at(row, column, repr(getattr(row, column)), "a duplicate, since another record has the same")


def roles_say_who(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A filled role names who fills it; a vacant one decides nothing."""
    roles = frames["roles"]
    for row in roles[(roles.state == "filled") != roles.who.notna()].itertuples():
        yield at(row, "who", repr(row.who) if row.who else "nothing", "a name if and only if the role is filled")
    vacant = set(roles.role[roles.state == "vacant"])
    for row in frames["records"][frames["records"].decided_by.isin(vacant)].itertuples():
        yield at(row, "decided_by", repr(row.decided_by), "a role that somebody fills")


def checklists_answer_or_say_why(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """An item is answered on a page, or it says why not."""
    for row in frames["checklists"].itertuples():
        if row.answer != "not done" and row.page is None:
            yield at(row, "page", "nothing", f"the page that answers it, since it is {row.answer}")
        if row.answer != "done" and row.reason is None:
            yield at(row, "reason", "nothing", f"what is missing and why, since it is {row.answer}")


def judgements_are_of_people_at_risk(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Only what can carry an incidence is judged, and then on every item."""
    quality = frames["quality"]
    counts = frames["arms"].drop_duplicates("arm").set_index("arm").denominator
    items = set(quality.item)
    for row in quality.itertuples():
        if row.id != f"{row.arm}:{row.item}":
            yield at(row, "id", repr(row.id), f"{row.arm}:{row.item}")
        if counts[row.arm] not in INCIDENCE_DENOMINATORS:
            yield at(row, "arm", repr(row.arm), f"no row, since the arm counts {counts[row.arm]}")
    for arm, rows in quality.groupby("arm", sort=False):
        if missing := items - set(rows.item):
            yield at(rows.iloc[0], "arm", repr(arm), f"a row for each item; missing: {', '.join(sorted(missing))}")


def notices_have_a_day(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """That no notice was found can only be said after looking, and looking has a result."""
    reports = frames["reports"]
    for row in reports[(reports.notice == NONE_FOUND) & reports.notice_looked_up_on.isna()].itertuples():
        yield at(row, "notice_looked_up_on", "nothing", f"the day of the look-up, since the notice is {NONE_FOUND!r}")
    for row in reports[reports.notice.isna() & reports.notice_looked_up_on.notna()].itertuples():
        yield at(row, "notice", "nothing", f"the notice, or {NONE_FOUND!r}")


def systematic_searches_name_their_string(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A systematic search ran a stored search string."""
    searches = frames["searches"]
    for row in searches[(searches.systematic == "yes") & searches.strategy.isna()].itertuples():
        yield at(row, "strategy", "nothing", "the string that was run, since the search is systematic")


RULES = (
    decisions_are_complete,
    duplicates_point_to_what_is_kept,
    records_of_a_search_add_up,
    every_report_was_identified_once,
    every_study_has_a_report,
    identifiers_agree,
    roles_say_who,
    checklists_answer_or_say_why,
    judgements_are_of_people_at_risk,
    notices_have_a_day,
    systematic_searches_name_their_string,
)
