"""The worked example, by hand."""

from fractions import Fraction

import pandas as pd
import pytest

from analysis import competing, data, doors


def test_every_step_by_hand():
    """Before the last t-MN six of twelve are free and three were censored: each of the three left counts for two."""
    steps = competing.by_hand(competing.invented_patients())
    tmn = steps[steps.event == "tmn"]
    assert tmn.at_risk.tolist() == [11, 8, 3]
    assert tmn.free_before.tolist() == [Fraction(11, 12), Fraction(8, 12), Fraction(6, 12)]
    assert tmn.step.tolist() == [Fraction(1, 12), Fraction(1, 12), Fraction(1, 6)]
    assert tmn.cumulative_incidence.tolist() == [Fraction(1, 12), Fraction(1, 6), Fraction(1, 3)]
    assert tmn.complement.tolist()[-1] == 1 - Fraction(10, 11) * Fraction(7, 8) * Fraction(2, 3)


def test_causes_and_those_free_sum_to_one():
    patients = competing.invented_patients()
    tmn, other = (competing.by_hand(patients, cause) for cause in ("tmn", "other"))
    last = other.iloc[-1]
    free = last.free_before * (1 - Fraction(1, last.at_risk))
    assert tmn.cumulative_incidence.iloc[-1] + last.cumulative_incidence + free == 1


def test_without_censoring_the_incidence_is_a_plain_share():
    patients = pd.DataFrame({"time_months": [1, 2, 3, 4, 5], "event": ["tmn", "other", "tmn", "other", "other"]})
    assert competing.by_hand(patients).cumulative_incidence.iloc[-1] == Fraction(2, 5)


def test_without_competing_events_both_agree():
    patients = pd.DataFrame({"time_months": [1, 2, 3, 4], "event": ["tmn", "censored", "tmn", "censored"]})
    last = competing.by_hand(patients).iloc[-1]
    assert last.cumulative_incidence == last.complement == Fraction(5, 8)


def test_ties_are_refused():
    with pytest.raises(ValueError, match="same time"):
        competing.by_hand(pd.DataFrame({"time_months": [1, 1], "event": ["tmn", "other"]}))


def test_unknown_number_is_refused():
    with pytest.raises(LookupError, match="there are patients, incidence"):
        competing.words("median")


def test_numbers_about_invented_patients_say_so():
    tables = data.load()
    assert 'data-kind="synthetic"' in doors.door(tables, "invented:incidence", "computed")
    assert 'data-kind="computed"' in doors.door(tables, "one-in:G083", "computed")
