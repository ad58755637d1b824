"""Printed lines of the models, as windows that a fit meets or misses, and how they are read."""

import numpy as np
import pandas as pd
import pytest
from made_up_courses import skeleton

from analysis import cohort as cohorts
from analysis import data
from analysis.reconstruction import lines, matched, models, proofs, store, targets, verdicts
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES

# --- windows ---------------------------------------------------------------------------------------------------------

PRINTED = ("CAR-HEMATOTOX", "MCV", "LDH", "ALC", "CRS grade", "ICANS grade")


def test_windows_by_hand(reachable_claims):
    # Age: 1.04 (1.01-1.07), p < 0.01, printed in three places; z for p = 0.01 is 2.5758.
    found = lines.line(reachable_claims, "age", "univariate")
    assert (found.ratio, found.test) == ("G138", "G139")
    np.testing.assert_allclose(np.exp(found.windows[:3]), [[1.035, 1.045], [1.005, 1.015], [1.065, 1.075]])
    np.testing.assert_allclose(found.windows[3], [2.5758293, np.inf], rtol=1e-7)


def test_fields_set_aside_have_no_window(reachable_claims):
    for claim, field in proofs.set_aside(data.load()):
        assert targets.window(reachable_claims, claim, field) == targets.FREE
    assert np.isinf(lines.line(reachable_claims, "CAR-HEMATOTOX", "univariate").windows[lines.RATIO]).all()


def test_distance_is_nothing_exactly_where_no_field_is_missed(reachable_claims):
    random = np.random.default_rng(1)
    printed = lines.line(reachable_claims, "CRS grade", "matched")
    met = 0
    for b, se in zip(random.normal(-0.06, 0.01, 500), random.normal(0.211, 0.003, 500), strict=True):
        apart = lines.distance(printed.windows, b, se)
        missed = lines.unmet(printed, b, se)
        assert (apart == 0) == (not missed) or apart < 10 * lines.NEAR
        met += not missed
    assert 20 < met < 480  # both cases occurred
    assert lines.distance(printed.windows, np.nan, np.nan) == lines.FAR


@pytest.mark.parametrize("quantity", PRINTED)
def test_every_printed_field_is_asked_for(reachable_claims, quantity):
    for group in lines.ANALYSES:
        found = lines.line(reachable_claims, quantity, group)
        far = lines.unmet(found, 3.0, 30.0)
        asked = {f"{found.ratio} {field}" for field in targets.FIELDS} | {f"{found.test} value"}
        assert set(far) == asked - {f"{claim} {field}" for claim, field in proofs.set_aside(data.load())}


# --- readings --------------------------------------------------------------------------------------------------------


def test_courses_of_a_stored_member(reachable_claims):
    made = skeleton()
    random = np.random.default_rng(2)
    rows = pd.DataFrame(
        {
            "product": [PRODUCTS[code] for code in made.product],
            "relapse_day": np.where(made.relapse_day == NONE, np.nan, made.relapse_day),
            "tmn_day": np.where(made.tmn_day == NONE, np.nan, made.tmn_day),
            "tmn_type": [TYPES[code] or None for code in made.tmn_type],
            "last_day": made.last_day,
            "died": made.died.astype(bool),
            "age": random.integers(40, 80, 60),
            "prior_lines": random.integers(1, 6, 60),
        }
    )
    found = models.course(cohorts.Cohort(rows, rows.head(0)), reachable_claims)
    for name in ("product", "relapse_day", "tmn_day", "tmn_type", "last_day", "died"):
        assert np.array_equal(getattr(found.skeleton, name), getattr(made, name))
    assert found.controls.size == 12
    assert (made.tmn_day[found.controls] == NONE).all()


def test_readings_of_one_line(reachable_claims, monkeypatch):
    monkeypatch.setattr(models, "STARTS", 2)
    monkeypatch.setattr(models, "MOVES", 3)
    asked = [q for q in models.questions(reachable_claims) if q.quantity == matched.DOMAIN_LINE]
    monkeypatch.setattr(models, "questions", lambda claims: asked[:1])
    table = models.compare([models.Course(skeleton(), np.arange(10, 22))], reachable_claims, 1)
    assert table[["model", "standard_error"]].to_numpy().tolist() == [list(names) for names in models.MODELS] * 2
    assert (table.lines == "G153").all()
    assert table.starts.tolist() == [2] * 8
    assert (table.distance > 0).all()
    assert table.verdict[:4].tolist() == [models.OPEN, models.EXCLUDED] * 2
    assert table.least_error.notna().tolist() == [False, True] * 4
    assert table.scope[4] == "alone" + models.MORE


def test_the_stored_readings_are_of_todays_questions_and_cohorts(reachable_claims):
    table = verdicts.model_readings()
    cohorts = list(store.load_all().values())[: models.COURSES]
    courses = [models.course(cohort, reachable_claims) for cohort in cohorts]
    here = {"": courses, models.MORE: [models.one_more(course) for course in courses]}
    asked = {" ".join(line.ratio for line in q.printed if line): q for q in models.questions(reachable_claims)}
    assert set(table.lines) == set(asked)
    assert (table.groupby(["lines", "scope"]).size() == len(models.MODELS)).all()
    for row in table.itertuples():
        note = models.MORE if row.scope.endswith(models.MORE) else ""
        model = models.MODELS[row.model, row.standard_error]
        least, printed = models._errors(asked[row.lines], model, here[note], reachable_claims)
        assert (np.nan_to_num(row.least_error), row.printed_error) == pytest.approx((least, printed), abs=5e-5)
        assert (row.verdict == models.REACHED) == (row.distance == 0)
        assert row.verdict == models.REACHED or row.starts == models.STARTS
        assert row.verdict.startswith(models.IMPOSSIBLE) == (least > printed)
