"""A cohort is read back as it was written, and what cannot be is refused with its place."""

import pandas as pd
import pytest

from analysis import cohort, data
from analysis.problems import DataError

WORDS = data.dictionary()


def row(table, **cells):
    """One row with the columns of the dictionary, empty where nothing is given."""
    return {name: cells.get(name) for name in WORDS[table]["columns"]}


@pytest.fixture
def small():
    common = {"data_kind": "synthetic", "age": 60, "product": "axi-cel", "prior_lines": 2}
    patients = [
        row("patients", patient="synthetic-1", last_day=700, died=False, **common),
        row("patients", patient="synthetic-2", relapse_day=90, last_day=200, died=True, **common),
        row("patients", patient="synthetic-3", tmn_day=487, tmn_type="t-MDS", last_day=500, died=True, **common),
    ]
    tmn = [row("tmn", patient="synthetic-3", data_kind="synthetic", sequenced_before=True, sequenced_at_tmn=False)]
    frames = [pd.DataFrame(rows).set_index("patient", drop=False) for rows in (patients, tmn)]
    return cohort.Cohort(*frames)


@pytest.fixture
def files(tmp_path):
    return tmp_path / "patients.csv", tmp_path / "tmn.csv"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_written_is_read_back(small, files):
    cohort.write(small, *files)
    first = [path.read_bytes() for path in files]
    back = cohort.read(*files)
    assert back.patients.died.tolist() == [False, True, True]
    assert back.patients.last_day.tolist() == [700, 200, 500]
    assert back.tmn.sequenced_before.tolist() == [True]
    cohort.write(back, *files)
    assert [path.read_bytes() for path in files] == first


def test_first_event_by_hand(small):
    found = cohort.first_event(small.patients, ("tmn", "relapse", "death"))
    assert found.event.tolist() == ["censored", "relapse", "tmn"]
    assert found.time_months.tolist() == pytest.approx([700 / 30.4375, 90 / 30.4375, 16.0])
    assert cohort.first_event(small.patients, ("death",)).event.tolist() == ["censored", "death", "death"]


def test_domain_of_other_products_is_missing(small):
    patients = small.patients.assign(product=["tisa-cel", "other", "brexu-cel"])
    assert cohort.domain(patients).fillna("none").tolist() == ["4-1BB", "none", "CD28"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",90,,,200,yes", ",290,,,200,yes", "row 3, column relapse_day: found 290.0; allowed: a day up to last_day"),
        ("487,t-MDS", "487,", "row 4, column tmn_type: found None; allowed: a type exactly where"),
        ("synthetic-2,synthetic", "synthetic-2,observed", "row 3, column data_kind: found 'observed'"),
        (
            "axi-cel,2,,,,,,,,,,,,,,,,,,700",
            "axi,2,,,,,,,,,,,,,,,,,,700",
            "column product: found 'axi'; allowed: axi-cel |",
        ),
        ("synthetic-3,", "synthetic-2,", "column patient: found 'synthetic-2'; allowed: a name that no other row has"),
    ],
)
def test_impossible_cells_are_refused_with_their_place(small, files, old, new, told):
    cohort.write(small, *files)
    edit(files[0], old, new)
    with pytest.raises(DataError, match="problem") as error:
        cohort.read(*files)
    assert told in str(error.value)


def test_the_two_tables_hold_the_same_patients(small, files):
    cohort.write(small, *files)
    edit(files[1], "synthetic-3", "synthetic-1")
    with pytest.raises(DataError) as error:
        cohort.read(*files)
    assert "tmn.csv, row 2, column patient: found 'synthetic-1'" in str(error.value)
    assert "patients.csv, row 4, column patient: found 'synthetic-3'" in str(error.value)
