"""Recipes for incidences, survival and follow-up: twelve patients worked by hand."""

from fractions import Fraction

import numpy as np
import pytest
from twelve_patients import NO, TWELVE, ask, incidence

from analysis.cohort import DAYS_PER_MONTH
from analysis.recipes import Reading


@pytest.mark.parametrize(
    ("group", "at", "percent"),
    [
        # At risk: relapse on day 100 of 12, 150 of 11, death 180 of 10, so S = 9/12; t-MN on day 200 of 9: 1/12;
        # relapse 310 of 8, S = 7/12; t-MN 500 of 6: 7/72, S = 35/72; t-MN 700 and 760 of 4 and 3: 35/288 each.
        (None, 12, Fraction(1, 12)),
        (None, 24, Fraction(24 + 28 + 35, 288)),
        (None, 36, Fraction(24 + 28 + 35 + 35, 288)),
        # Of 7 with CD28: relapse, death, then t-MN of 5: 5/7 * 1/5; relapse; t-MN of 3: 3/7 * 1/3; t-MN of 2: 1/7.
        ("CD28", 12, Fraction(1, 7)),
        ("CD28", 24, Fraction(2, 7)),
        ("CD28", 36, Fraction(3, 7)),
        ("axi-cel", 24, Fraction(1, 6)),
        ("4-1BB", 22, Fraction(0)),
        # The last of 4 with 4-1BB has a t-MN on day 700: a curve says nothing after its last time.
        ("4-1BB", 24, NO),
    ],
)
def test_incidence_of_tmn(group, at, percent):
    assert incidence(TWELVE, at, group) == pytest.approx(float(100 * percent), nan_ok=True)


def test_incidence_of_other_outcomes():
    # Deaths without relapse on day 180 (of 10), 300 (of 9), 560 (of 6), 800 (of 4): the two with t-MN among them.
    found = [incidence(TWELVE, at, quantity="non-relapse mortality") for at in (12, 24, 36)]
    assert found == pytest.approx([100 * 2 / 12, 100 * 19 / 72, 100 * 111 / 288])
    assert incidence(TWELVE, 24, quantity="t-AML") == pytest.approx(100 * 7 / 72)
    assert incidence(TWELVE, 24, quantity="t-MDS") == pytest.approx(100 * (24 + 35) / 288)
    assert incidence(TWELVE, 12, quantity="relapse") == pytest.approx(100 * (2 / 12 + 1 / 12))


def test_limits_of_an_incidence_by_reading():
    # First t-MN, F = 1/12 from 12, after two relapses and a death of which the last t-MN would have lost its share:
    # the error is that of the curve; what is tested is the scale on which 1.96 of it is taken.
    cells = {"interval": "95% CI", "low": "1", "high": "1"}
    found = {
        scale: incidence(TWELVE, 12, reading=Reading(incidence_interval=scale), **cells)
        for scale in ("log-log", "log", "linear")
    }
    f = 1 / 12
    margin = f * np.log(100 * f / found["log"]["low"])
    assert found["log"]["high"] == pytest.approx(min(100 * f * np.exp(margin / f), 100))
    assert found["linear"] == {"value": pytest.approx(100 * f), "low": 0, "high": pytest.approx(100 * (f + margin))}
    assert found["log-log"]["low"] == pytest.approx(100 * f ** np.exp(-margin / (f * np.log(f))))
    assert found["log-log"]["high"] == pytest.approx(100 * f ** np.exp(margin / (f * np.log(f))))


def test_whose_incidence_it_is_is_a_matter_of_reading():
    # Responders: 2 and 10 are left out. Relapse 150 of 10, death of 9, t-MN of 8: 8/10 * 1/8.
    assert incidence(TWELVE, 12, reading=Reading(incidence_population="responders")) == pytest.approx(10)
    # Relapse does not compete: death 180 of 12, t-MN 200 of 11, deaths 250 of 10, 450 of 8 (400 censored), ...
    alone = Reading(relapse_competes=False)
    assert incidence(TWELVE, 12, reading=alone) == pytest.approx(100 / 12)
    # ... S = 11/12 * 10/11 * 9/10 = 9/12, then 7/8: 63/96; t-MN 500 of 7: 63/96/7; 600 censored; t-MN 700 of 5.
    assert incidence(TWELVE, 24, reading=alone) == pytest.approx(100 * (1 / 12 + 9 / 96 + 54 / 96 / 5))


def test_survival_and_follow_up():
    # Deaths: S = 11/12, 10/12, 9/12 (days 180, 250, 300), * 7/8 (450), * 6/7 (560) = 54/96, * 4/5 (800) < 1/2.
    overall = ask(TWELVE, "overall survival", "median", unit="months", interval="95% CI", low="1", high="2")
    assert overall["value"] == pytest.approx(800 / DAYS_PER_MONTH)
    assert 450 / DAYS_PER_MONTH <= overall["low"] < overall["value"]
    # Relapse or death: five of 12 by day 310, then 7/12 * 5/6 (day 560) < 1/2.
    found = ask(TWELVE, "progression-free survival", "median", unit="months")
    assert found["value"] == pytest.approx(560 / DAYS_PER_MONTH)
    # Censored on day 400 of 9, 600 of 6, 900 of 4, 1000 of 3: 8/9 * 5/6 * 3/4 * 2/3 = 10/27.
    assert ask(TWELVE, "follow-up", "median", unit="months")["value"] == pytest.approx(1000 / DAYS_PER_MONTH)
    assert ask(TWELVE, "follow-up", "median", unit="years")["value"] == pytest.approx(1000 / 365.25)


def test_survival_after_tmn():
    # Dead after 40, 60 and 100 days, one alive after 300: S = 3/4, 1/2, 1/4; it rests at 1/2 from day 60 to 100.
    after = "overall survival after t-MN"
    found = ask(TWELVE, after, "median", unit="months", group="t-MN")
    assert found["value"] == pytest.approx(80 / DAYS_PER_MONTH)
    assert ask(TWELVE, after, "median", unit="months", group="t-AML")["value"] == pytest.approx(60 / DAYS_PER_MONTH)
    cells = {"unit": "%", "group": "t-MN", "interval": "95% CI", "low": "1", "high": "99"}
    found = ask(TWELVE, after, "survival probability", time_months=2.0, **cells)
    error = 1.959963984540054 * np.sqrt(1 / (4 * 3) + 1 / (3 * 2))  # Greenwood, of log S
    assert found == {"value": pytest.approx(50), "low": pytest.approx(50 * np.exp(-error)), "high": 100}
    assert np.isnan(ask(TWELVE, after, "survival probability", time_months=12.0, **cells)["value"])
