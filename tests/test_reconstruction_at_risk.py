"""Courses in which patients stay at risk of t-MN after a relapse."""

import numpy as np
import pandas as pd
from made_up_courses import skeleton

from analysis import data, paths
from analysis.incidence import cumulative_incidence
from analysis.reconstruction import at_risk
from analysis.reconstruction.events import check, table
from analysis.reconstruction.state import NONE


def test_what_ends_the_time_by_hand():
    relapse_then_tmn = np.array([0, 100, 400, 1, NONE, 500, 1])
    relapse_then_death = np.array([0, 100, NONE, NONE, NONE, 500, 1])
    assert table.first_end(relapse_then_tmn, True) == (100, table.COMPETING)
    assert table.first_end(relapse_then_tmn, False) == (400, table.CAUSE)
    assert table.first_end(relapse_then_death, True) == (100, table.COMPETING)
    assert table.first_end(relapse_then_death, False) == (500, table.COMPETING)


def test_the_stored_courses_give_the_printed_numbers():
    found = at_risk.numbers(data.load())
    assert found.met.all()
    assert {"G082", "G083", "G084", "G085", "G230", "G231", "G073", "G204"} <= set(found.claim)
    assert (at_risk.load().tmn_day != NONE).sum() == 29  # G068


def test_the_stored_courses_by_the_estimator_alone():
    courses = pd.read_csv(paths.RECONSTRUCTION / at_risk.FILE)
    months = courses.tmn_day.fillna(courses.last_day) / 30.4375
    event = np.where(courses.tmn_day.notna(), "tmn", np.where(courses.died == 1, "death", "censored"))
    curve = cumulative_incidence(months, event, cause="tmn", at=[24.0])
    assert (100 * curve.estimate).round(1).tolist() == [4.5]  # G083 of the ledger


def test_what_is_stored_is_what_was_found(tmp_path):
    made = skeleton()
    at_risk.as_table(made).to_csv(tmp_path / at_risk.FILE, index=False)
    again = at_risk.load(tmp_path)
    for name in made.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(made, name))


def test_the_two_readings_differ(reachable_claims):
    """Otherwise the stored courses would be a cohort like the others."""
    courses = at_risk.load()
    usual = check.recompute(courses, reachable_claims).set_index(["claim", "field"]).value
    other = check.recompute(courses, reachable_claims, relapse_competes=False).set_index(["claim", "field"]).value
    assert (usual != other).sum() > 10
