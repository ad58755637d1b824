"""Search exports in RIS, PubMed/NBIB and CSV, read into one shape.

Vocabulary: an *entry* is one reference of an export with title, citation, year, DOI and PMID as far as the export has
them. Nothing is guessed; an identifier that is not of the usual form is left out.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import rispy

NO_TITLE = "[no title in the export]"
DOI = re.compile(r"10\.\d{4,9}/\S+")
YEAR = re.compile(r"\b(19[5-9]\d|20\d\d)\b")
TITLE_END = re.compile(r"(?<![.])[.]$")
NBIB_LINE = re.compile(r"^([A-Z]{2,4}) *- (.*)$")
HEADINGS = {  # of CSV exports, in lower case
    "title": ("title", "article title", "document title"),
    "authors": ("authors", "author names", "author", "author(s)"),
    "journal": ("journal/book", "source title", "journal", "source", "publication title"),
    "year": ("publication year", "year", "date of publication", "publication date", "create date"),
    "doi": ("doi", "digital object identifier"),
    "pmid": ("pmid", "pubmed id", "medline pmid", "pubmed identifier"),
}


class Entry(NamedTuple):
    """One reference of an export; empty text where the export has nothing."""

    title: str
    citation: str
    year: str
    doi: str
    pmid: str
    found_in: str


class ExportError(ValueError):
    """An export that cannot be read; says which file and why."""


def read(path: Path) -> list[Entry]:
    """All references of one export.

    Parameters
    ----------
    path : Path
        RIS, PubMed/NBIB (also called MEDLINE) or CSV, told apart by their content.

    Returns
    -------
    list of Entry
        In the order of the file.

    Raises
    ------
    ExportError
        If the file is of no known kind, is broken, or holds no reference.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportError(f"{path.name}: not UTF-8 ({error.reason}); export it again as UTF-8") from error
    if re.search(r"^TY  -", text, re.M):
        found = _ris(text, path.name)
    elif re.search(r"^PMID *- ", text, re.M):
        found = _nbib(text)
    else:
        found = _csv(text, path.name)
    entries = [_entry(path.name, **fields) for fields in found]
    if not entries:
        raise ExportError(f"{path.name}: no reference found")
    return entries


def _entry(found_in: str, title="", authors=(), journal="", year="", doi="", pmid="") -> Entry:
    """Cells cleaned of blanks, prefixes and trailing dots."""
    names = [name.strip() for name in authors if name.strip()]
    who = ", ".join(names[:3]) + (", et al" if len(names) > 3 else "")
    printed, number = YEAR.search(str(year)), re.fullmatch(r"\s*0*(\d{1,9})\s*", str(pmid or ""))
    return Entry(
        title=TITLE_END.sub("", _line(title)) or NO_TITLE,
        citation=". ".join(part for part in (_line(who).rstrip("."), _line(journal)) if part),
        year=printed[1] if printed else "",
        doi=clean_doi(doi),
        pmid=number[1] if number else "",
        found_in=found_in,
    )


def _line(text: Any) -> str:
    """Text on one line."""
    return re.sub(r"\s+", " ", str(text or "")).strip()


def clean_doi(text: Any) -> str:
    """A DOI without address, prefix and the full stop of its sentence; empty if there is none.

    Examples
    --------
    >>> clean_doi("https://doi.org/10.1056/NEJMoa2401361."), clean_doi("doi: 10.1/x")
    ('10.1056/NEJMoa2401361', '')
    """
    found = DOI.search(str(text or ""))
    return found[0].rstrip(".,;") if found else ""


def _ris(text: str, name: str) -> Iterator[dict]:
    """Fields of an RIS file; a PMID only where the export says that its accession numbers are PubMed's."""
    entries = rispy.loads(text, skip_unknown_tags=True)
    begun = len(re.findall(r"^TY  -", text, re.M))
    if len(entries) != begun:  # an entry without its last line would be lost without a word
        raise ExportError(f"{name}: {begun} references begin (TY) but {len(entries)} end (ER); export it again")
    for entry in entries:
        source = f"{entry.get('name_of_database', '')} {entry.get('database_provider', '')}".lower()
        medline = "medline" in source or "pubmed" in source
        yield {
            "title": entry.get("title") or entry.get("primary_title") or entry.get("short_title"),
            "authors": entry.get("authors") or entry.get("first_authors") or (),
            "journal": entry.get("journal_name") or entry.get("secondary_title") or entry.get("alternate_title3"),
            "year": entry.get("year") or entry.get("publication_year") or entry.get("date") or "",
            "doi": entry.get("doi"),
            "pmid": entry.get("accession_number") if medline else "",
        }


def _nbib(text: str) -> Iterator[dict]:
    """Fields of a PubMed file: a tag of up to four letters, a dash, the value, which may go on indented."""
    for block in re.split(r"\n\s*\n(?=PMID)", text.strip()):
        fields: dict[str, list[str]] = {}
        values: list[str] = []
        for line in block.splitlines():
            if match := NBIB_LINE.match(line):
                values = fields.setdefault(match[1], [])
                values.append(match[2])
            elif line.startswith("      ") and values:
                values[-1] += " " + line.strip()
        ids = [*fields.get("LID", []), *fields.get("AID", [])]
        yield {
            "title": _first(fields, "TI", "BTI", "TT"),
            "authors": fields.get("AU", []),
            "journal": _first(fields, "SO", "TA", "JT"),
            "year": _first(fields, "DP", "DEP"),
            "doi": next((value for value in ids if value.endswith("[doi]")), ""),
            "pmid": _first(fields, "PMID"),
        }


def _first(fields: dict[str, list[str]], *tags: str) -> str:
    """The first value of the first tag that is there."""
    return next((fields[tag][0] for tag in tags if tag in fields), "")


def _csv(text: str, name: str) -> Iterator[dict]:
    """Fields of a CSV export with one of the usual headings."""
    lines = csv.DictReader(io.StringIO(text, newline=""))
    known = {(heading or "").strip().lower(): heading for heading in lines.fieldnames or ()}
    columns = {field: next((known[word] for word in words if word in known), None) for field, words in HEADINGS.items()}
    if columns["title"] is None:
        raise ExportError(f"{name}: neither RIS nor PubMed/NBIB, and no column called {' or '.join(HEADINGS['title'])}")
    for number, row in enumerate(lines, start=2):
        if None in row:
            raise ExportError(f"{name}, row {number}: more cells than headings")
        fields = {field: row[column] or "" for field, column in columns.items() if column}
        yield fields | {"authors": fields.get("authors", "").split(";")}
