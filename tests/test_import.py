"""Search exports: read as they are, compared with what is known, added at the end, nothing overwritten."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import data
from analysis.__main__ import main
from analysis.review import exports, importing
from analysis.review.append import append
from analysis.review.exports import Entry

EXPORTS = Path(__file__).parent / "exports"
RIS, NBIB, CSV = (EXPORTS / name for name in ("embase.ris", "pubmed.nbib", "web-of-science.csv"))
TABLES = ("review/records.csv", "review/searches.csv")


def entry(title="A title of a report that nobody has written yet", year="", doi="", pmid="", citation=""):
    return Entry(title, citation, year, doi, pmid, "a.ris")


def plan(tables, *entries, **words):
    return importing.plan(tables, entries, **{"database": "PubMed", "on": "2026-12-01"} | words)


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_ris_with_a_continued_title_an_unknown_tag_and_a_preamble():
    found = exports.read(RIS)
    assert len(found) == 4
    assert found[0] == Entry(
        "Myeloid neoplasms in a made-up cohort after CAR T cells: a continued title line",
        "Example A., Sample B., Specimen C., et al. Journal of Invented Results",
        "2026",
        "10.9999/Invented.1",
        "",
        "embase.ris",
    )
    assert found[3].pmid == ""  # an accession number of Embase is no PMID


def test_pubmed_with_a_continued_title_and_two_kinds_of_identifier():
    found = exports.read(NBIB)
    assert [e.pmid for e in found] == ["99999901", "38865660", "99999902"]
    assert found[0].title == "Myeloid neoplasms in a made-up cohort after CAR T cells: a continued title line"
    assert found[1].doi == "10.1056/NEJMoa2401361"  # not the publisher's item
    assert [e.year for e in found] == ["2026", "2024", "2025"]


def test_csv_with_the_headings_of_a_database():
    found = exports.read(CSV)
    assert found[0].pmid == "99999902"
    assert found[1] == Entry(
        "A third invented report on clonal haematopoiesis before CAR T cells",
        "Neu, N, Other, O. INVENTED LETTERS",
        "2026",
        "10.9999/invented.3",
        "",
        "web-of-science.csv",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TY  - JOUR\nTI  - One\nER  - \n\nTY  - JOUR\nTI  - Two\n", "2 references begin"),
        ("Name,Colour\na,b\n", "no column called title"),
        ("Title,Year\none,2020,x\n", "row 2: more cells than headings"),
        ("Title,Year\n", "no reference found"),
        ("", "no column called title"),
    ],
)
def test_a_broken_export_is_told_not_half_read(tmp_path, text, message):
    file = tmp_path / "export.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(exports.ExportError, match=message):
        exports.read(file)


def test_an_export_that_is_not_utf_8(tmp_path):
    file = tmp_path / "old.ris"
    file.write_bytes("TY  - JOUR\nTI  - Löslich\nER  - \n".encode("latin-1"))
    with pytest.raises(exports.ExportError, match=r"old\.ris: not UTF-8"):
        exports.read(file)


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    file = tmp_path / "windows.ris"
    file.write_bytes(b"\xef\xbb\xbfTY  - JOUR\r\nTI  - A title\r\nPY  - 2025\r\nER  - \r\n")
    assert [(e.title, e.year) for e in exports.read(file)] == [("A title", "2025")]


# ---- comparing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "why", "of"),
    [
        (entry(doi="10.1056/nejmoa2401361"), "DOI", "S001-0046"),
        (entry(pmid="38865660"), "PMID", "S001-0046"),
        (entry("Risk of Second Tumors and T-Cell Lymphoma After CAR T-Cell Therapy."), "title", "S001-0046"),
        (entry("Therapy–related MYELOID neoplasm in non-Hodgkin lymphoma survivors."), "title", "S001-0011"),
    ],
)
def test_what_is_known_is_a_duplicate(tables, new, why, of):
    made = plan(tables, new)
    row = made.records.iloc[0]
    assert (row.decision, row.duplicate_of, row.stage) == ("duplicate", of, "identification")
    assert f"same {why}" in made.lines[1]


@pytest.mark.parametrize(
    "new",
    [
        entry(),
        entry("Risk of second tumors and T-cell lymphoma after CAR T-cell therapy", doi="10.9999/abstract"),
        entry("Risk of second tumors and T-cell lymphoma after CAR T-cell therapy", pmid="11111111"),
        entry("Risk of second tumors and T-cell lymphoma after CAR T-cell therapy", year="2019"),
        entry("[title not seen] Four-year follow-up of ELARA"),  # never compared by a title that was not seen
        entry("Reply"),
    ],
)
def test_what_is_not_known_waits_to_be_screened(tables, new):
    row = plan(tables, new).records.iloc[0]
    assert (row.decision, row.stage) == ("to screen", "title")
    assert row[["duplicate_of", "decided_on", "decided_by", "report"]].isna().all()


def test_the_same_title_with_another_identifier_is_pointed_out(tables):
    made = plan(tables, entry("Risk of second tumors and T-cell lymphoma after CAR T-cell therapy", doi="10.9999/x"))
    assert made.lines[1] == "  S002-0001 has the title of S001-0046 but another identifier: kept, look at both"


def test_duplicates_within_the_export(tables):
    made = plan(tables, entry(doi="10.9999/a"), entry(pmid="123"), entry(doi="10.9999/A"))
    assert made.records.decision.tolist() == ["to screen", "duplicate", "duplicate"]
    assert made.records.duplicate_of.tolist()[1:] == ["S002-0001", "S002-0001"]
    assert made.lines[0].endswith("3 records identified, 2 duplicates, 1 new record to screen.")


def test_a_known_duplicate_stands_for_what_is_kept(tables):
    known = tables.records.loc["S001-0121"]
    assert known.decision == "duplicate"
    made = plan(tables, entry(known.title))
    assert made.records.duplicate_of.tolist() == [known.duplicate_of]


def test_what_a_duplicate_adds_is_told(tables):
    old = tables.records[tables.records.title.str.startswith("Therapy-related myeloid neoplasms after auto")].iloc[0]
    made = plan(tables, entry(old.title, year="2013", doi="10.9999/a", pmid="5"))
    assert made.lines[1].endswith(f"it brings a DOI and a PMID that {old.id} lacks")


def test_an_unknown_string_is_an_error(tables):
    with pytest.raises(LookupError, match="no search string 'google'; there are pubmed"):
        plan(tables, entry(), strategy="google")


def test_importing_is_the_same_each_time(tables):
    found = [e for file in (RIS, NBIB, CSV) for e in exports.read(file)]
    first, second = plan(tables, *found), plan(tables, *found)
    assert first.records.equals(second.records)
    assert first.lines == second.lines


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_rows_are_added_at_the_end_and_the_data_stay_sound(copied_data, capsys):
    before = {name: (copied_data / name).read_bytes() for name in TABLES}
    words = ["--database", "Embase", "--strategy", "embase", "--on", "2026-12-01", "--data", str(copied_data)]
    assert main(["import", str(RIS), str(NBIB), *words]) == 0
    told = capsys.readouterr().out
    assert "S002, Embase, 2026-12-01: 7 records identified, 4 duplicates, 3 new records to screen." in told
    assert "S002-0002 is a duplicate of S001-0046 (included), same DOI" in told
    assert told.count(" is a duplicate of ") == 4
    for name in TABLES:
        assert (copied_data / name).read_bytes().startswith(before[name])  # nothing overwritten
    tables = data.load(copied_data)
    assert tables.searches.loc["S002", ["hits", "systematic", "strategy"]].tolist() == [7.0, "yes", "embase"]
    assert (tables.records.search == "S002").sum() == 7


def test_importing_again_finds_only_duplicates(tables):
    found = exports.read(NBIB)
    first = plan(tables, *found)
    records = pd.concat([tables.records, first.records.astype({"year": float}).set_index("id", drop=False)])
    searches = pd.concat([tables.searches, first.searches.set_index("search", drop=False)])
    again = plan(
        tables._replace(records=records.astype(object).where(records.notna(), None), searches=searches), *found
    )
    assert again.lines[0] == "S003, PubMed, 2026-12-01: 3 records identified, 3 duplicates, 0 new records to screen."


def test_a_dry_run_writes_nothing(copied_data, capsys):
    before = {name: (copied_data / name).read_bytes() for name in TABLES}
    assert main(["import", str(RIS), "--dry-run", "--data", str(copied_data)]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert {name: (copied_data / name).read_bytes() for name in TABLES} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--on", "yesterday"], "column searched_on: found 'yesterday'"),
        (["--strategy", "google"], "no search string 'google'"),
    ],
)
def test_a_wrong_word_leaves_everything_as_it_was(copied_data, capsys, words, message):
    before = {name: (copied_data / name).read_bytes() for name in TABLES}
    assert main(["import", str(RIS), *words, "--data", str(copied_data)]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert "Nothing was imported." in told
    assert {name: (copied_data / name).read_bytes() for name in TABLES} == before


def test_a_file_that_is_not_there(copied_data, capsys):
    assert main(["import", "nowhere.ris", "--data", str(copied_data)]) == 1
    assert "nowhere.ris" in capsys.readouterr().err


def test_rows_with_other_columns_are_refused(copied_data, tables):
    with pytest.raises(ValueError, match="columns of records"):
        append(copied_data, {"records": tables.records.head(1)})  # still has file and row


def test_judgements_are_drafted_for_new_groups_only(copied_data, capsys):
    file = copied_data / "quality.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "britto-2025/all" not in line), encoding="utf-8")
    assert main(["draft-quality", "--data", str(copied_data)]) == 0
    assert "1 group(s) of patients drafted, 9 rows added" in capsys.readouterr().out
    assert sorted(file.read_text(encoding="utf-8").splitlines(keepends=True)) == sorted(lines)
