"""Cumulative incidence and Gray's test: by hand, by law, and R's values."""

import numpy as np
import pandas as pd
import pytest
from curves import CURVES, DATA, TESTS, agree, cases, counts, patients
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.incidence import cumulative_incidence, gray_test
from analysis.survival import kaplan_meier

RTOL = 1e-9  # closed forms; 8e-12 seen, the rest is room for the last digits of other processors
INCIDENCE = CURVES[CURVES.what == "cuminc"]
GRAY = TESTS[TESTS.what == "gray"]

NAMES = ["censored", "tmn", "relapse", "death"]
TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 100, allow_subnormal=False))
ROWS = st.lists(st.tuples(TIMES, st.sampled_from(NAMES), st.sampled_from("AB")), min_size=1, max_size=60)


def columns(rows):
    time, event, group = zip(*rows, strict=True)
    return np.array(time), np.array(event, dtype=object), np.array(group)


def test_a_relapse_before_the_cause():
    # 1: relapse of 4, S = 3/4. 2: tmn of 3, F = 3/4 x 1/3 = 1/4, S = 1/2.
    # Variance at 2: the relapse (1/16) took (1/4)/(3/4) = 1/3 of what is to come: 1/144; the tmn adds (3/4)^2/9 = 1/16.
    table = cumulative_incidence([3, 1, 2, 4], ["censored", "relapse", "tmn", "censored"], cause="tmn")
    np.testing.assert_allclose(table.estimate, [0, 1 / 4, 1 / 4, 1 / 4])
    np.testing.assert_allclose(table.std_error**2, [0, 5 / 72, 5 / 72, 5 / 72])
    half = 1.959963984540054 * np.sqrt(5 / 72) / (1 / 4 * np.log(1 / 4))
    np.testing.assert_allclose(table.conf_low[1:], [(1 / 4) ** np.exp(-half)] * 3)
    np.testing.assert_allclose(table.conf_high[1:], [(1 / 4) ** np.exp(half)] * 3)
    assert table.iloc[0][["conf_low", "conf_high"]].isna().all()
    assert table[["at_risk", "n_event", "n_competing", "n_censored"]].to_numpy().tolist() == [
        [4, 0, 1, 0],
        [3, 1, 0, 0],
        [2, 0, 0, 1],
        [1, 0, 0, 1],
    ]


def test_tied_events_have_the_hypergeometric_variance():
    # two of four at once: F = 1/2, variance 2 (1 - 1/3)/16 = 1/12, as of a share of four drawn without replacement
    table = cumulative_incidence([1, 1, 2, 3], ["tmn", "tmn", "death", "censored"], cause="tmn", at=1)
    assert table.estimate[0] == 1 / 2
    assert table.std_error[0] ** 2 == pytest.approx(1 / 12)


def test_an_event_at_time_0_counts_and_an_estimate_of_1_has_no_limits():
    # the variance after the last event is R's: (1/2)^2 for that event, alone at risk, and nothing for the one before
    table = cumulative_incidence([0, 1], ["tmn", "tmn"], cause="tmn")
    np.testing.assert_allclose(table.estimate, [1 / 2, 1])
    np.testing.assert_allclose(table.std_error, [1 / 2, 1 / 2])
    assert table.conf_low.isna().tolist() == [False, True]


def test_an_error_far_beyond_the_room_left_gives_0_to_1():
    # 1 of 1000 competes, 998 are censored, the last has the cause: F = 0.999 from one patient
    event = ["death", *["censored"] * 998, "tmn"]
    row = cumulative_incidence(np.arange(1000), event, cause="tmn").iloc[-1]
    assert row[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([0.999, 0, 1])


def test_read_at_given_times():
    # counts are those since the previous time; after the last time of a group there is no estimate
    time, event = [1, 2, 2, 5, 1, 9], ["tmn", "death", "tmn", "censored", "tmn", "censored"]
    table = cumulative_incidence(time, event, list("AAAABB"), cause="tmn", at=[0, 2, 5, 6])
    a, b = (table[table.group == g].drop(columns="group") for g in "AB")
    assert a[["time", "at_risk", "n_event", "n_competing", "n_censored"]].to_numpy().tolist() == [
        [0, 4, 0, 0, 0],
        [2, 3, 2, 1, 0],
        [5, 1, 0, 0, 1],
        [6, 0, 0, 0, 0],
    ]
    np.testing.assert_allclose(a.estimate, [0, 1 / 4 + 3 / 4 / 3, 1 / 2, np.nan])
    np.testing.assert_allclose(b.estimate, [0, 1 / 2, 1 / 2, 1 / 2])


@pytest.mark.parametrize("event", [["censored"] * 3, ["death", "censored", "relapse"]])
def test_a_cause_without_rows_is_0(event):
    table = cumulative_incidence([1, 2, 3], event, cause="tmn")
    assert table[["estimate", "std_error"]].eq(0).all(axis=None)
    assert table[["conf_low", "conf_high"]].isna().all(axis=None)
    assert len(table) == 3


def test_gray_by_hand():
    # A: tmn at 1 and 2; B: two censored at 3. Score of A: 1 - 2/4, then 1 - 1/3 (A's risk set is 2 x 1/2): 7/6.
    # Effects of one event at 1, 2: A 1 + 1/3 (1 - 3/4 / (1/2)) = 5/6, 1; B -1 - 1/3 (1 - 3/4) = -13/12, -1;
    # each with variance 1/8: (100 + 144 + 169 + 144)/144/8 = 557/1152. Chi-square 49/36 x 1152/557 = 1568/557.
    test = gray_test([1, 2, 3, 3], ["tmn", "tmn", "censored", "censored"], list("AABB"), cause="tmn")
    assert test.statistic == pytest.approx(1568 / 557)
    assert test.degrees_of_freedom == 1


def test_gray_with_nothing_to_compare_is_missing():
    test = gray_test([1, 2, 3, 4], ["death", "censored"] * 2, list("AABB"), cause="tmn")
    assert np.isnan(test.statistic)
    assert np.isnan(test.p_value)
    assert test.degrees_of_freedom == 1


def test_no_answer_of_r_drops_out():
    assert sorted(DATA) == ["cart539", "heavycens", "leftskew", "ties_int", "tiny12", "zerogroup"]
    assert len(INCIDENCE) == 391
    assert len(cases(INCIDENCE, "set", "by", "group", "cause")) == 47
    assert counts(TESTS) == {"gray": 22, "log-rank": 33}


@pytest.mark.parametrize(("name", "by", "group", "cause"), cases(INCIDENCE, "set", "by", "group", "cause"))
def test_incidence_of_r(name, by, group, cause):
    r = INCIDENCE[(INCIDENCE["set"] == name) & (INCIDENCE.by == by) & (INCIDENCE.group == group)]
    r = r[r.cause == cause]
    data = patients(name, by, group)
    ours = cumulative_incidence(data.time, data.event, cause=cause, at=r.time)
    for column, theirs in {
        "estimate": "estimate",
        "std_error": "error",
        "conf_low": "low",
        "conf_high": "high",
    }.items():
        agree(ours[column], r[theirs], RTOL)


@pytest.mark.parametrize(("name", "by", "strata", "cause"), cases(GRAY, "set", "by", "strata", "cause"))
def test_gray_of_r(name, by, strata, cause):
    r = GRAY[(GRAY["set"] == name) & (GRAY.by == by) & (GRAY.strata == strata) & (GRAY.cause == cause)].iloc[0]
    data = DATA[name]
    ours = gray_test(data.time, data.event, data[by], cause=cause, strata=data.stratum if strata else None)
    agree(ours, [r.statistic, r.df, r.p], RTOL)


@given(ROWS)
@settings(max_examples=60)
def test_incidences_add_up_to_any_event(rows):
    time, event, _ = columns(rows)
    any_event = kaplan_meier(time, event != "censored")
    parts = [cumulative_incidence(time, event, cause=cause) for cause in NAMES[1:]]
    np.testing.assert_allclose(sum(p.estimate for p in parts), 1 - any_event.estimate, atol=1e-12)
    assert (parts[0].n_event + parts[0].n_competing + parts[0].n_censored).sum() == len(time)


@given(ROWS)
@settings(max_examples=60)
def test_without_competing_events_it_is_one_less_kaplan_meier(rows):
    time, event, _ = columns(rows)
    event = np.where(event == "tmn", "tmn", "censored")
    ours, km = cumulative_incidence(time, event, cause="tmn"), kaplan_meier(time, event == "tmn")
    np.testing.assert_allclose(ours.estimate, 1 - km.estimate, atol=1e-12)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_unit_and_names_change_nothing(rows, random):
    time, event, group = columns(rows)
    mixed = list(rows)
    random.shuffle(mixed)
    time2, event2, group2 = columns(mixed)
    table = cumulative_incidence(time, event, group, cause="tmn")
    other = cumulative_incidence(time2 * 4, pd.Categorical(event2, NAMES), group2, cause="tmn")
    pd.testing.assert_frame_equal(table.assign(time=table.time * 4), other)
    if len(set(group)) == 2:
        renamed = np.where(group2 == "A", "Z", "Y")
        both = gray_test(time, event, group, cause="tmn"), gray_test(time2 * 4, event2, renamed, cause="tmn")
        np.testing.assert_allclose(*both, rtol=1e-7, atol=1e-9)


@given(ROWS)
@settings(max_examples=40)
def test_limits_hold_the_estimate(rows):
    time, event, _ = columns(rows)
    table = cumulative_incidence(time, event, cause="tmn").dropna()
    assert table.conf_low.ge(0).all()
    assert table.conf_low.le(table.estimate).all()
    assert table.conf_high.ge(table.estimate).all()
    assert table.conf_high.le(1).all()


def test_a_stratum_alone_changes_nothing_and_two_copies_double_the_score():
    data = DATA["ties_int"]
    plain = gray_test(data.time, data.event, data.group, cause="cause")
    assert plain == gray_test(data.time, data.event, data.group, cause="cause", strata=["one"] * len(data))
    twice = pd.concat([data.assign(copy=1), data.assign(copy=2)])
    doubled = gray_test(twice.time, twice.event, twice.group, cause="cause", strata=twice["copy"])
    assert doubled.statistic == pytest.approx(2 * plain.statistic)  # (2 z)^2 / (2 v)
