"""Kaplan-Meier, medians, restricted mean, follow-up, log-rank: by hand, by law, R's values, a paper's numbers."""

import numpy as np
import pandas as pd
import pytest
from curves import CURVES, DATA, TESTS, agree, cases, counts, patients
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survival import kaplan_meier, log_rank, median_follow_up, median_survival, restricted_mean

RTOL = 1e-9  # closed forms; 8e-12 seen, the rest is room for the last digits of other processors
SURVIVAL = CURVES[CURVES.what.str.startswith("survfit")]
MEDIANS = CURVES[CURVES.what.str.startswith("median")]
MEANS = CURVES[CURVES.what == "rmean"]
LOG_RANK = TESTS[TESTS.what == "log-rank"]
WHERE = ["set", "by", "group", "cause"]

# 6-mercaptopurine against placebo in acute leukaemia, weeks in remission; a minus is censored (Freireich EJ et al.
# Blood 1963;21:699-716)
MERCAPTOPURINE = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
WEEKS = np.abs(MERCAPTOPURINE + PLACEBO)
RELAPSE = np.array(MERCAPTOPURINE + PLACEBO) > 0
ARM = ["6-MP"] * 21 + ["placebo"] * 21

TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 100, allow_subnormal=False))
ROWS = st.lists(st.tuples(TIMES, st.booleans(), st.sampled_from("ABC")), min_size=1, max_size=60)


def columns(rows):
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def patients_with_event(where):
    """Time and event of the rows of one answer: any event, or, for the follow-up, censoring."""
    name, by, group, cause = where
    data = patients(name, by, group)
    return data.time, (data.event == "censored") == (cause == "censored")


def test_by_hand():
    # S: 3/4, then 3/4 x 1/2 = 3/8, then 0. Variance of -log S: 1/(4 x 3) = 1/12, then + 1/(2 x 1) = 7/12
    table = kaplan_meier([1, 2, 3, 4], [True, False, True, True])
    np.testing.assert_allclose(table.estimate, [3 / 4, 3 / 4, 3 / 8, 0])
    np.testing.assert_allclose(
        table.std_error, [3 / 4 * np.sqrt(1 / 12), 3 / 4 * np.sqrt(1 / 12), 3 / 8 * np.sqrt(7 / 12), np.nan]
    )
    np.testing.assert_allclose(table.conf_low[2], 3 / 8 * np.exp(-1.959963984540054 * np.sqrt(7 / 12)))
    assert table.conf_high.tolist()[:3] == [1, 1, 1]  # cut
    assert table[["at_risk", "n_event", "n_censored"]].to_numpy().tolist() == [
        [4, 1, 0],
        [3, 0, 1],
        [2, 1, 0],
        [1, 1, 0],
    ]


@pytest.mark.parametrize(
    ("event", "median"), [([1, 1, 1, 1], 2.5), ([1, 1, 0, 0], 2), ([1, 0, 0, 0], np.nan), ([0, 1, 1, 1], 3)]
)
def test_median_where_the_curve_rests_at_a_half(event, median):
    # 2 to 3 at exactly 1/2: the middle; at 1/2 to the end: its start; never below: none; 1, 2/3, 1/3: the fall
    np.testing.assert_equal(median_survival([1, 2, 3, 4], np.array(event) == 1)["median"][0], median)


def test_restricted_mean_by_hand():
    # S is 1 to 1, 3/4 to 3, 3/8 to 4: 1 + 3/2 + 3/8. After 1 there are 15/8, after 3 there are 3/8:
    # variance (15/8)^2/12 + (3/8)^2/2 = 225/768 + 9/128 = 279/768
    row = restricted_mean([1, 2, 3, 5], [True, False, True, True], tau=4).iloc[0]
    assert row.estimate == pytest.approx(23 / 8)
    assert row.std_error == pytest.approx(np.sqrt(279 / 768))
    assert row.conf_high - row.estimate == pytest.approx(1.959963984540054 * row.std_error)


def test_log_rank_by_hand():
    # A dies at 1 and 2, B lives to 3: expected in A 1/2 + 1/3 = 5/6, variance 1/4 + 2/9 = 17/36: 49/36 x 36/17 = 49/17
    test = log_rank([1, 2, 3, 3], [True, True, False, False], list("AABB"))
    assert test.statistic == pytest.approx(49 / 17)
    assert test.degrees_of_freedom == 1


def test_log_rank_without_events_is_missing():
    assert np.isnan(log_rank([1, 2], [False, False], ["A", "B"]).statistic)


def test_a_group_that_left_before_the_first_event_does_not_count():
    test = log_rank([1, 2, 3, 4, 5], [False, True, True, True, False], list("ABCBC"))
    assert test.degrees_of_freedom == 1
    assert test == log_rank([2, 3, 4, 5], [True, True, True, False], list("BCBC"))


def test_a_papers_numbers():
    # Kleinbaum DG, Klein M. Survival Analysis: A Self-Learning Text. 3rd ed. Springer 2012, chapter 2: log-rank 16.79,
    # medians 23 and 8 weeks, the Kaplan-Meier table of the treated
    assert round(log_rank(WEEKS, RELAPSE, ARM).statistic, 2) == 16.79
    assert median_survival(WEEKS, RELAPSE, ARM)["median"].tolist() == [23, 8]
    table = kaplan_meier(WEEKS, RELAPSE, ARM, at=[6, 7, 10, 13, 16, 22, 23])
    printed = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert table[table.group == "6-MP"].estimate.round(4).tolist() == printed


def test_no_answer_of_r_drops_out():
    assert counts(CURVES) == {
        "cuminc": 391,
        "survfit log": 352,
        "survfit log-log": 352,
        "median log": 48,
        "median log-log": 48,
        "rmean": 144,
    }
    assert len(LOG_RANK) == 33


@pytest.mark.parametrize("interval", ["log", "log-log"])
@pytest.mark.parametrize("where", cases(SURVIVAL, *WHERE), ids="-".join)
def test_survival_and_median_of_r(where, interval):
    r = SURVIVAL[(SURVIVAL[WHERE] == where).all(axis=1) & (SURVIVAL.what == f"survfit {interval}")]
    ours = kaplan_meier(*patients_with_event(where), interval=interval, at=r.time)
    for column, theirs in {
        "estimate": "estimate",
        "std_error": "error",
        "conf_low": "low",
        "conf_high": "high",
    }.items():
        agree(ours[column], r[theirs], RTOL)
    r = MEDIANS[(MEDIANS[WHERE] == where).all(axis=1) & (MEDIANS.what == f"median {interval}")].iloc[0]
    ours = median_survival(*patients_with_event(where), interval=interval).iloc[0]
    agree(ours[["median", "conf_low", "conf_high"]], [r.estimate, r.low, r.high], RTOL)


@pytest.mark.parametrize("where", cases(MEANS, *WHERE), ids="-".join)
def test_restricted_mean_of_r(where):
    rows = MEANS[(MEANS[WHERE] == where).all(axis=1)]
    assert len(rows) == 3  # up to the median of the times, the last time, and half as much again
    for r in rows.itertuples():
        ours = restricted_mean(*patients_with_event(where), tau=r.time).iloc[0]
        agree(ours[["estimate", "std_error"]], [r.estimate, r.error], RTOL)


@pytest.mark.parametrize(("name", "by", "strata", "cause"), cases(LOG_RANK, "set", "by", "strata", "cause"))
def test_log_rank_of_r(name, by, strata, cause):
    r = LOG_RANK[(LOG_RANK[["set", "by", "strata", "cause"]] == (name, by, strata, cause)).all(axis=1)].iloc[0]
    data = DATA[name]
    happened = data.event != "censored" if cause == "any" else data.event == cause
    ours = log_rank(data.time, happened, data[by], strata=data.stratum if strata else None)
    agree(ours, [r.statistic, r.df, r.p], RTOL)


def test_follow_up_is_the_survival_of_being_followed():
    data = DATA["cart539"]
    ours = median_follow_up(data.time, data.event != "censored")
    pd.testing.assert_frame_equal(ours, median_survival(data.time, data.event == "censored"))


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_unit_and_names_change_nothing(rows, random):
    time, event, group = columns(rows)
    mixed = list(rows)
    random.shuffle(mixed)
    time2, event2, group2 = columns(mixed)
    table = kaplan_meier(time, event, group)
    pd.testing.assert_frame_equal(table.assign(time=table.time * 4), kaplan_meier(time2 * 4, event2, group2))
    if len(set(group)) > 1:
        renamed = pd.Series(group2).map({"A": "Z", "B": "X", "C": "Y"})
        ours, other = log_rank(time, event, group), log_rank(time2 * 4, event2, renamed)
        np.testing.assert_allclose(ours, other, rtol=1e-7, atol=1e-9)


@given(ROWS)
@settings(max_examples=60)
def test_without_censoring_it_is_the_share_still_free_and_the_mean(rows):
    time, _, _ = columns(rows)
    table = kaplan_meier(time, np.ones(len(time), bool))
    np.testing.assert_allclose(table.estimate, [(time > t).mean() for t in table.time], atol=1e-12)
    tau = time.max() + 1
    np.testing.assert_allclose(
        restricted_mean(time, np.ones(len(time), bool), tau=tau).estimate, time.mean(), atol=1e-9
    )


@pytest.mark.parametrize("tau", [0, -1, np.nan, np.inf])
def test_tau_is_refused(tau):
    with pytest.raises(ValueError, match="allowed: a number above 0"):
        restricted_mean([1], [True], tau=tau)
