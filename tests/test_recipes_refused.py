"""What the recipes refuse, with its place, and what they cannot compute."""

import numpy as np
import pandas as pd
import pytest
from twelve_patients import NO, TWELVE, ask, incidence, share

from analysis import recipes
from analysis.audit import invented
from analysis.cohort import Cohort
from analysis.problems import DataError
from analysis.recipes import Reading


def test_missing_columns_and_cells_are_told_with_their_place():
    no_ldh = Cohort(TWELVE.patients.drop(columns="ldh"), TWELVE.tmn)
    with pytest.raises(DataError, match="patients, row 1, column ldh: found missing column; allowed: every column"):
        ask(no_ldh, "LDH", "median", unit="U/L")
    assert ask(no_ldh, "age", "median", unit="years")["value"] == 61  # asked for nothing that is not there
    gap = Cohort(TWELVE.patients.assign(sex=["male", None, *["female"] * 10]), TWELVE.tmn)
    with pytest.raises(DataError, match=r"patients, row 3, column sex: found nothing; allowed: female \| male"):
        share(gap, "male")
    gap = Cohort(TWELVE.patients, TWELVE.tmn.assign(complex_karyotype=["yes", "no", None, "yes"]))
    with pytest.raises(DataError, match=r"tmn, row 4, column complex_karyotype: found nothing; allowed: yes \| no"):
        share(gap, "complex karyotype", "t-MDS")
    assert share(gap, "complex karyotype", "t-AML") == (0, 1)
    gap = Cohort(TWELVE.patients, TWELVE.tmn.assign(mutations_before=None))
    with pytest.raises(DataError, match="tmn, row 2, column mutations_before: found nothing"):
        share(gap, "pre-existing mutation")
    text = Cohort(TWELVE.patients.assign(mcv="high"), TWELVE.tmn)
    with pytest.raises(DataError, match=r"column mcv: found object; allowed: number such as 94"):
        ask(text, "MCV", "median", unit="fL")


def test_patients_who_stand_twice_or_nowhere_are_refused():
    twice = Cohort(pd.concat([TWELVE.patients, TWELVE.patients.iloc[:1]]), TWELVE.tmn)
    with pytest.raises(
        DataError, match="patients, row 14, column patient: found 'synthetic-1'; allowed: a name that no"
    ):
        share(twice, "male")
    alone = Cohort(TWELVE.patients.iloc[:5], TWELVE.tmn)
    with pytest.raises(DataError, match="tmn, row 4, column patient: found 'synthetic-6'"):
        share(alone, "male")


def test_claims_of_several_reports_and_unknown_readings_are_refused(tables):
    with pytest.raises(ValueError, match=r"claims of \d+ reports: .*; allowed: those of one report"):
        recipes.recompute(TWELVE, tables.claims)
    with pytest.raises(ValueError, match="reading quantile_type: found 5; allowed: 7, 2, 6"):
        Reading(quantile_type=5)


def test_a_model_without_a_fit_says_so_and_counts_as_outside():
    nobody = Cohort(TWELVE.patients.assign(tmn_day=NO, tmn_type=None), TWELVE.tmn.iloc[:0])
    row = {"id": "A", "quantity": "age", "statistic": "hazard ratio", "value": "1.04", "group": "univariate"}
    table = recipes.recompute(nobody, invented.rows(row))
    assert np.isnan(table.regenerated[0])
    assert not table.inside[0]
    assert "not computable: " in table.recipe[0]
    assert np.isnan(ask(nobody, "time to t-MN", "median", unit="months")["value"])
    assert np.isnan(incidence(nobody, 24, "t-AML"))
