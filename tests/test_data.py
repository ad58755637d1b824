"""The border: what is wrong with a table is told with file, row, column, found and allowed."""

import pytest
from edited_tables import rewrite, set_cells

from analysis import data
from analysis.__main__ import main
from analysis.problems import DataError

GAZEAU, VAINSTEIN = "claims/gazeau-2025.csv", "claims/vainstein-2023.csv"
ONE_CELL = {  # what is broken: file, row, column, cell, what the message must say
    "wrong type": (GAZEAU, "G083", "value", "high", "found 'high'; allowed: a number such as 4.5"),
    "not finite": (GAZEAU, "G083", "value", "inf", "found 'inf'; allowed: a number such as 4.5"),
    "value not in the list": (
        GAZEAU,
        "G083",
        "certainty",
        "sure",
        "allowed: certain | inferred | doubtful",
    ),
    "a cell that may be empty": (GAZEAU, "G083", "unit", "", None),
    "required": (GAZEAU, "G083", "seen", "", "found nothing; allowed: a value"),
    "blanks around": (GAZEAU, "G083", "unit", "% ", "allowed: no blanks around the value"),
    "impossible date": (GAZEAU, "G083", "read_on", "2026-13-01", "found '2026-13-01'; allowed: of the form"),
    "percentage over 100": (GAZEAU, "G053", "value", "592", "found 592.0; allowed: at most 100, since the unit is %"),
    "interval without estimate": (GAZEAU, "G083", "value", "9", "found 9.0 outside 2.8 to 6.9"),
    "flag without reason": (GAZEAU, "G083", "flag", "interval excludes estimate", "allowed: no flag"),
    "report that does not exist": (GAZEAU, "G083", "report", "gazeau-2024", "allowed: an existing reports.report"),
    "more cases than patients": (GAZEAU, "G212", "numerator", "15", "found 15; allowed: at most the denominator, 14"),
    "model missing": (GAZEAU, "G149", "model", "", "found nothing; allowed: the model, or unsettled"),
    "doubt unexplained": (GAZEAU, "G083", "doubt", "", "allowed: why the reading is doubtful"),
    "duplicate with another value": (GAZEAU, "G264", "value", "4.6", "allowed: a claim with the same value, 4.6"),
    "duplicate of a duplicate": (GAZEAU, "G285", "duplicate_of", "G264", "allowed: the last of the chain, G083"),
    "one limit": (GAZEAU, "G083", "low", "", "found one limit only; allowed: both limits or none"),
    "limits swapped": (GAZEAU, "G083", "low", "7", "found 7.0; allowed: at most the upper limit, 6.9"),
    "cases as incidence": (VAINSTEIN, "V002", "statistic", "cumulative incidence", "the arm counts cases"),
    "unknown study": ("reports.csv", "gazeau-2025", "study", "nobody", "allowed: an existing studies.study"),
}


@pytest.mark.parametrize("case", ONE_CELL)
def test_one_broken_cell_is_told_with_its_place(copied_data, case):
    file, key, column, value, message = ONE_CELL[case]
    set_cells(copied_data, file, key, **{column: value})
    if message is None:  # a cell that may be empty
        assert data.load(copied_data).claims.loc[key, column] is None
        return
    with pytest.raises(DataError) as error:
        data.load(copied_data)
    text = str(error.value)
    assert message in text
    assert f"data/{file}, row " in text
    assert "column " in text


def test_row_numbers_are_those_of_an_editor(copied_data):
    set_cells(copied_data, GAZEAU, "G002", value="x")
    with pytest.raises(DataError) as error:
        data.load(copied_data)
    assert [problem.row for problem in error.value.problems] == [3]  # header, G001, G002


def test_unknown_and_missing_columns(copied_data):
    def rename(rows):
        rows[0][2] = "colour"

    rewrite(copied_data / "studies.csv", rename)
    _, problems = data.read(copied_data)
    told = {(p.column, p.found) for p in problems if p.file == "data/studies.csv"}
    assert {("colour", "unknown column"), ("patients", "missing column")} <= told


def test_a_row_with_too_many_cells(copied_data):
    rewrite(copied_data / "arms.csv", lambda rows: rows[1].append("extra"))
    _, problems = data.read(copied_data)
    assert any(p.row == 2 and p.found == "17 cells" and p.allowed == "16 cells" for p in problems)


def test_an_id_that_stands_twice(copied_data):
    rewrite(copied_data / GAZEAU, lambda rows: rows.append(rows[1]))
    _, problems = data.read(copied_data)
    assert [(p.column, p.found) for p in problems] == [("id", "'G001'")]


def test_all_problems_are_told_at_once_and_the_exit_code_is_1(copied_data, capsys):
    set_cells(copied_data, GAZEAU, "G083", value="x")
    set_cells(copied_data, "reports.csv", "gazeau-2025", year="soon")
    assert main(["check", "--data", str(copied_data)]) == 1
    told = capsys.readouterr().err
    assert "gazeau-2025.csv" in told
    assert "reports.csv" in told
    assert "2 problem(s)" in told


def test_check_prints_rows_per_table(capsys):
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert "claims" in told
    assert "reports" in told


def test_every_column_is_explained():
    for table in data.dictionary().values():
        for name, rule in table["columns"].items():
            assert rule["meaning"].endswith("."), name
            assert "example" in rule, name


def test_examples_of_the_dictionary_obey_the_dictionary():
    for spec in data.dictionary().values():
        check = data._cell_checker(spec["columns"])
        for name, rule in spec["columns"].items():
            assert check(name, str(rule["example"]))[1] is None, name
