"""What is new in a search export? Duplicates are found, new records wait to be screened, nothing is overwritten.

Two references are the same if their DOI or their PMID is the same, or if their titles are (case, accents and
punctuation aside) and no identifier speaks against it: a meeting abstract and its paper may share a title, but not a
DOI. Titles that were not seen in full are never compared.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.review.exports import Entry

UNSEEN = re.compile(r"\[[^\]]*(?:not seen|\bcut\b|no title)[^\]]*\]|(?:\.\.\.|…)$")
SHORTEST_TITLE = 20  # letters; "Correction" or "Reply" alone says nothing
DUPLICATE, TO_SCREEN, BY_PROGRAM = "duplicate", "to screen", "deduplication"


class Plan(NamedTuple):
    """What an import would do: rows to append, and what to tell.

    ``records`` and ``searches`` have the columns of their tables; ``lines`` are sentences for the person who imports.
    """

    records: pd.DataFrame
    searches: pd.DataFrame
    lines: list[str]


class _Known(NamedTuple):
    """A record that is kept, with what it can be recognised by."""

    id: str
    title: str
    year: str
    doi: str
    pmid: str
    decision: str


class _Register:
    """Everything that a new reference can be a duplicate of, found by identifier or title."""

    def __init__(self, known: Iterable[_Known]):
        self.found: dict[tuple[str, str], list[_Known]] = {}
        for record in known:
            self.add(record)

    def add(self, record: _Known) -> None:
        """Let later references be compared with this record."""
        for field in ("doi", "pmid", "title"):
            if value := getattr(record, field):
                self.found.setdefault((field, value), []).append(record)

    def match(self, new: _Known) -> tuple[_Known | None, str, _Known | None]:
        """The record that is the same and why; else a record with the same title but another identifier."""
        for field in ("doi", "pmid"):
            if same := self.found.get((field, getattr(new, field))):
                return same[0], field.upper(), None
        same = self.found.get(("title", new.title), [])
        agreeing = next((old for old in same if not _contradict(new, old)), None)
        return agreeing, "title", None if agreeing or not same else same[0]


def plain_title(title: str) -> str:
    """A title by its letters and digits alone; empty if it was not seen in full or is too short to tell.

    Examples
    --------
    >>> plain_title("Therapy–related MDS, and: what “follows” it?")
    'therapyrelatedmdsandwhatfollowsit'
    >>> plain_title("[title not seen] A letter"), plain_title("Reply")
    ('', '')
    """
    if UNSEEN.search(title.strip()):
        return ""
    letters = unicodedata.normalize("NFKD", title.casefold())
    letters = re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c)))
    return letters if len(letters) >= SHORTEST_TITLE else ""


def plan(
    tables,
    entries: Sequence[Entry],
    *,
    database: str,
    on: str,
    strategy: str | None = None,
    note: str | None = None,
) -> Plan:
    """Rows that an export adds to the records and to the log of searches.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    entries : sequence of Entry
        References of one search, see `analysis.review.exports.read`.
    database : str
        Where they come from.
    on : str
        Day of the search.
    strategy : str, optional
        Id of the search string that was run.
    note : str, optional
        Remark for the log.

    Returns
    -------
    Plan

    Raises
    ------
    LookupError
        If there is no such search string.

    Examples
    --------
    >>> from analysis import data
    >>> new = Entry("A new cohort of myeloid neoplasms after CAR T cells", "Doe J", "2026", "10.1234/new", "", "a.ris")
    >>> plan(data.load(), [new], database="PubMed", on="2026-12-01").lines[0]
    'S002, PubMed, 2026-12-01: 1 record identified, 0 duplicates, 1 new record to screen.'
    """
    if strategy is not None and strategy not in tables.strategies.index:
        raise LookupError(f"no search string {strategy!r}; there are {', '.join(tables.strategies.index)}")
    search = f"S{max((int(name[1:]) for name in tables.searches.search), default=0) + 1:03d}"
    register, rows, told = _Register(_kept(tables)), [], []
    for number, entry in enumerate(entries, start=1):
        new = _known(f"{search}-{number:04d}", entry)
        match, why, lookalike = register.match(new)
        row = {"id": new.id, "search": search, "found_in": entry.found_in, "title": entry.title}
        row |= {"citation": entry.citation, "year": entry.year, "doi": entry.doi, "pmid": entry.pmid}
        if match:
            row |= {"decision": DUPLICATE, "stage": "identification", "reason": f"Same {why} as {match.id}."}
            row |= {"duplicate_of": match.id, "decided_on": on, "decided_by": BY_PROGRAM}
            told.append(_told(new, entry.title, match, why))
        else:
            row |= {"decision": TO_SCREEN, "stage": "title"}
            register.add(new)
        if lookalike:
            told.append(f"  {new.id} has the title of {lookalike.id} but another identifier: kept, look at both")
        rows.append(row)
    records = pd.DataFrame(rows, columns=_columns(tables.records))
    systematic = "yes" if strategy else "no"
    how = f"Export of {len(entries)} records: {', '.join(dict.fromkeys(e.found_in for e in entries))}."
    log = {"search": search, "searched_on": on, "database": database, "strategy": strategy, "hits": len(rows)}
    log |= {"how": how, "systematic": systematic, "note": note}
    twice = int((records.decision == DUPLICATE).sum())
    counts = f"{_count(len(rows), 'record')} identified, {_count(twice, 'duplicate')}"
    head = f"{search}, {database}, {on}: {counts}, {_count(len(rows) - twice, 'new record')} to screen."
    return Plan(records, pd.DataFrame([log], columns=_columns(tables.searches)), [head, *told])


def _count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _columns(frame: pd.DataFrame) -> list[str]:
    """Columns of a table as in its file."""
    return [column for column in frame.columns if column not in ("file", "row")]


def _kept(tables) -> Iterator[_Known]:
    """Everything that a new reference can be a duplicate of; a known duplicate stands for the record that is kept."""
    decisions = tables.records.decision
    for row in tables.records.itertuples():
        name = row.duplicate_of or row.id
        ids = [(row.doi, row.pmid)]
        if row.report is not None:
            report = tables.reports.loc[row.report]
            ids.append((report.doi, report.pmid))
        year = "" if pd.isna(row.year) else f"{row.year:.0f}"
        for doi, pmid in dict.fromkeys(ids):
            yield _Known(name, plain_title(row.title), year, (doi or "").lower(), pmid or "", decisions[name])


def _known(name: str, entry: Entry) -> _Known:
    """A new reference in the form in which records are compared."""
    return _Known(name, plain_title(entry.title), entry.year, entry.doi.lower(), entry.pmid, TO_SCREEN)


def _contradict(new: _Known, old: _Known) -> bool:
    """Whether identifiers or years say that two references with one title are two documents."""
    doi = bool(new.doi and old.doi) and new.doi != old.doi
    pmid = bool(new.pmid and old.pmid) and new.pmid != old.pmid
    years = bool(new.year and old.year) and abs(int(new.year) - int(old.year)) > 1
    return doi or pmid or years


def _told(new: _Known, title: str, old: _Known, why: str) -> str:
    """One line on a duplicate."""
    gain = [field.upper() for field in ("doi", "pmid") if getattr(new, field) and not getattr(old, field)]
    more = f"; it brings a {' and a '.join(gain)} that {old.id} lacks" if gain else ""
    return f"  {new.id} is a duplicate of {old.id} ({old.decision}), same {why}: {title[:80]}{more}"
