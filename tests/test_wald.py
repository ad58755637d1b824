"""What a printed ratio implies, by hand and by law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import data, wald


def test_p_value_by_hand():
    """Limits e^0 and e^4: middle 2, standard error 4/3.92, z = 1.96, p = 0.05 whatever the unit."""
    low, high = wald.implied_p_value(1, math.exp(4), 0, 0)
    assert low == pytest.approx(0.05) == high


def test_p_value_at_the_printed_estimate_by_hand():
    """Ratio 0.81 (0.70 to 0.94): b = -0.2107, s = 0.2948 / 3.92 = 0.0752, z = 2.80, p = 0.005."""
    low, high = wald.implied_p_value(0.70, 0.94, 0, 0, estimate=0.81)
    assert low == high == pytest.approx(0.005, abs=0.0005)


def test_range_covers_every_rounding():
    """No pair of limits that prints as shown gives a p value outside the range."""
    low, high = wald.implied_p_value(0.98, 1.25, 0.01, 0.01)
    for lower in np.linspace(0.975, 0.985, 11):
        for upper in np.linspace(1.245, 1.255, 11):
            z = abs(math.log(lower * upper)) / math.log(upper / lower) * 1.959964
            assert low - 1e-6 <= 2 * stats.norm.sf(z) <= high + 1e-6


@given(st.floats(0.05, 5), st.floats(1.2, 20))
def test_reversing_the_comparison_leaves_the_p_value(low, factor):
    """A ratio and its reciprocal have the same p value; the middle becomes its reciprocal."""
    high = low * factor
    assert wald.implied_p_value(low, high, 0, 0) == pytest.approx(wald.implied_p_value(1 / high, 1 / low, 0, 0))
    assert wald.centre(low, high, 0, 0)[0] == pytest.approx(1 / wald.centre(1 / high, 1 / low, 0, 0)[0])


def test_interval_with_one_at_its_middle_can_have_p_one():
    assert wald.implied_p_value(0.5, 2.0, 0.1, 0.1)[1] == 1


@pytest.mark.parametrize("limits", [(0, 2), (2, 1), (-1, 2)])
def test_impossible_limits_are_refused(limits):
    with pytest.raises(ValueError, match="limits must be positive and in order"):
        wald.implied_p_value(*limits, 0.01, 0.01)


@given(st.integers(3, 40), st.floats(-1, 1), st.integers(0, 10**6))
def test_no_information_beats_the_bound(size, beta, seed):
    """Weighted variance of a covariate on [0, 1], one event: never more than a quarter."""
    x = np.random.default_rng(seed).random(size)
    weight = np.exp(beta * x) / np.exp(beta * x).sum()
    variance = weight @ x**2 - (weight @ x) ** 2
    assert 1 / math.sqrt(variance) >= wald.least_standard_error(1, 1) - 1e-9


def test_the_hazard_ratios_of_the_cohort():
    """All printed p values fit their intervals; one estimate lies far from the middle of its own."""
    claims = data.load().claims
    rows = wald.with_implied(claims[claims.report == "gazeau-2025"])
    assert rows.p_agrees.all()
    assert rows.index[~rows.centred].tolist() == ["G151", "G220", "G230"]


def test_a_ratio_without_p_value_is_kept():
    claims = data.load().claims
    rows = wald.with_implied(claims[claims.report == "radivoyevitch-2018"])
    assert rows.p_printed.isna().all()
    assert len(rows) == 4
