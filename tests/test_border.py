"""What the estimators refuse, and how they say it; what they take."""

import numpy as np
import pandas as pd
import pytest

from analysis import border
from analysis.incidence import cumulative_incidence, gray_test
from analysis.survival import kaplan_meier, log_rank

EVENT = ["tmn", "censored", "death"]


@pytest.mark.parametrize("bad", [-1, np.nan, np.inf, None])
@pytest.mark.parametrize("kind", [list, pd.Series, np.array])
def test_impossible_times_are_refused_with_their_rows(kind, bad):
    with pytest.raises(ValueError, match=r"2 missing, negative or infinite value\(s\) of time: row 1: .*, row 3: "):
        kaplan_meier(kind([1, bad, 2, bad]), [True] * 4)


@pytest.mark.parametrize("bad", [["1", "2", "x"], ["1", 2, 3], pd.to_datetime(["2020-01-01"] * 3), [[1, 2, 3]]])
def test_times_are_numbers(bad):
    with pytest.raises(ValueError, match=r"time h(olds|as)"):
        cumulative_incidence(bad, EVENT, cause="tmn")


@pytest.mark.parametrize("kind", [list, pd.Series, pd.Categorical, lambda x: pd.Series(x, dtype="string")])
def test_missing_events_are_refused_with_their_rows(kind):
    with pytest.raises(ValueError, match=r"1 missing event\(s\): row 2: .*; allowed: 'censored', 'tmn' or the name"):
        cumulative_incidence([1, 2, 3], kind(["tmn", "censored", None]), cause="tmn")


def test_a_cause_must_be_a_category():
    with pytest.raises(ValueError, match="'t-MN' is no category of event; allowed: 'censored', 'death', 'tmn'"):
        gray_test([1, 2, 3], pd.Categorical(EVENT), list("AAB"), cause="t-MN")


@pytest.mark.parametrize("event", [[0, 1, 2], pd.Categorical([0, 1, 2])])
def test_events_go_by_name(event):
    with pytest.raises(ValueError, match="events go by name; found 0, 1, 2; allowed: text"):
        cumulative_incidence([1, 2, 3], event, cause="1")


def test_the_cause_is_an_event():
    with pytest.raises(ValueError, match="both 'censored'"):
        cumulative_incidence([1, 2, 3], EVENT, cause="censored")


@pytest.mark.parametrize("event", [[True, None, False], [1, 2, 0], ["yes", "no", "no"]])
def test_events_of_one_kind_are_true_or_false(event):
    with pytest.raises(ValueError, match="neither true nor false"):
        kaplan_meier([1, 2, 3], event)


@pytest.mark.parametrize(
    "event", [[1, 0, 1], np.array([1.0, 0, 1]), pd.array([True, False, True]), [True, False, True]]
)
def test_ones_and_noughts_are_true_and_false(event):
    assert border.flags(event).tolist() == [True, False, True]


def test_missing_groups_are_refused():
    with pytest.raises(ValueError, match=r"1 missing group\(s\): row 0"):
        log_rank([1, 2, 3], [True] * 3, [None, "A", "B"])


def test_one_group_is_no_comparison():
    with pytest.raises(ValueError, match="one group only, 'A'"):
        gray_test([1, 2, 3], EVENT, list("AAA"), cause="tmn")


def test_lengths_differ_and_nothing():
    with pytest.raises(ValueError, match="different numbers of rows: time 2, event 3, group 2"):
        cumulative_incidence([1, 2], EVENT, cause="tmn")
    with pytest.raises(ValueError, match="no rows"):
        kaplan_meier([], [])


@pytest.mark.parametrize("level", [0, 1, 95, -1])
def test_confidence_is_a_share(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([1], [True], confidence_level=level)


def test_interval_is_one_of_the_list():
    with pytest.raises(ValueError, match="interval is 'plain'; allowed: 'log', 'log-log'"):
        kaplan_meier([1], [True], interval="plain")


def test_groups_come_in_the_order_of_the_categories_without_the_empty_ones():
    group = pd.Categorical(["low", "high", "low"], ["high", "none", "low"])
    assert cumulative_incidence([1, 2, 3], EVENT, group, cause="tmn").group.unique().tolist() == ["high", "low"]
    assert cumulative_incidence([1, 2, 3], EVENT, [2, 1, 2], cause="tmn").group.tolist() == [1, 2, 2]


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pd.Categorical, pd.Index])
def test_events_in_any_container(kind):
    table = cumulative_incidence(pd.array([1, 2, 3], dtype="Int64"), kind(EVENT), cause="tmn")
    assert table.n_event.tolist() == [1, 0, 0]


def test_an_index_does_not_matter():
    data = pd.DataFrame({"time": [1, 2, 3], "event": EVENT}, index=[7, 3, 9])
    assert cumulative_incidence(data.time, data.event, cause="tmn").index.tolist() == [0, 1, 2]
