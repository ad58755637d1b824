"""Many matched sets at once: by hand, and each equal to the public estimator."""

import numpy as np
import pytest
from drawn_cohorts import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import recipes
from analysis.border import CAUSE, CENSORED, COMPETING, kinds
from analysis.hazards import fine_gray
from analysis.recipes.curves import tmn_events
from analysis.recipes.view import View
from analysis.reconstruction.many_sets import hazard_ratios, sets

COLUMNS = {"value": "hazard_ratio", "low": "conf_low", "high": "conf_high", "p": "p_value"}
CLOSE = 1e-7  # the public estimator takes its variance up to one small step before the maximum
ROUNDING = {"in days": 0.0, "in quarters": 3.0, "in years": 12.0}  # months: from no ties to nearly nothing else


def test_by_hand():
    # as in the first example of tests/test_hazards.py: month 1 death, 2 censored, 3 t-MN, 4 t-MN, 5 censored
    status = np.array([COMPETING, CENSORED, CAUSE, CAUSE, CENSORED, CENSORED])
    chosen = np.array([[1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 1]], dtype=bool)  # the sixth patient is like the fifth
    found = hazard_ratios(sets(np.array([1, 2, 3, 4, 5, 5.0]), status, chosen), np.array([1, 0, 1, 0, 1, 1.0]))
    np.testing.assert_allclose(found["value"], 4 / np.sqrt(77), rtol=1e-12)
    assert found["p"][0] == found["p"][1]


@pytest.mark.parametrize("rounded", ROUNDING)
@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_each_set_equals_the_public_estimator(rounded, seed):
    draw = np.random.default_rng(seed)
    cohort = drawn(seed, 160, 12)
    time, event = tmn_events(View(cohort, recipes.DEFAULT))
    if ROUNDING[rounded]:
        time = np.ceil(time / ROUNDING[rounded]) * ROUNDING[rounded]
    status = kinds(event, cause="tmn", censored="censored")
    chosen = np.tile(status == CAUSE, (4, 1))
    for one in chosen:
        one[draw.choice(np.flatnonzero(status != CAUSE), 40, replace=False)] = True
    found = sets(time, status, chosen)
    for values in (cohort.patients.mcv.to_numpy(float), draw.integers(0, 3, len(time)).astype(float)):
        many = hazard_ratios(found, values)
        for place, rows in enumerate(chosen):
            one = fine_gray(time[rows], event[rows], values[rows], cause="tmn").table.iloc[0]
            for field, column in COLUMNS.items():
                assert many[field][place] == pytest.approx(one[column], rel=CLOSE, abs=1e-12)


def test_without_a_maximum_the_numbers_are_missing():
    status = np.array([CAUSE, CAUSE, CENSORED, CENSORED])
    found = sets(np.array([1, 2, 3, 4.0]), status, np.ones((1, 4), dtype=bool))
    assert all(np.isnan(numbers).all() for numbers in hazard_ratios(found, np.array([1, 1, 0, 0.0])).values())


def test_sets_that_do_not_fit_together_are_refused():
    status, time = np.array([CAUSE, CENSORED, COMPETING, CENSORED]), np.array([1, 2, 3, 4.0])
    with pytest.raises(ValueError, match="sets of 2 to 3 rows with 1 to 1 events"):
        sets(time, status, np.array([[1, 1, 1, 0], [1, 1, 0, 0]], dtype=bool))
    with pytest.raises(ValueError, match="a follow-up of 0; allowed: times above 0"):
        sets(time - 1, status, np.ones((1, 4), dtype=bool))
