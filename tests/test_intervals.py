"""Exact intervals: by hand, by law, and R's value."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.intervals import proportion_interval, rate_interval, risk_difference, risk_ratio

REFERENCE = Path(__file__).parent / "reference" / "proportions.csv"
MORE = Path(__file__).parent / "reference" / "intervals.csv"
RTOL = 1e-10  # both sides invert the beta distribution numerically; the stored values have 15 digits


def test_no_event_and_all_events_have_closed_forms():
    # with no event the upper limit solves (1 - p)^n = 0.025; with all events it mirrors
    row = proportion_interval([0, 29], [29, 29])
    limit = 1 - 0.025 ** (1 / 29)
    np.testing.assert_allclose(row.conf_low, [0, 1 - limit], rtol=1e-12)
    np.testing.assert_allclose(row.conf_high, [limit, 1], rtol=1e-12)


def test_values_of_r():
    r = pd.read_csv(REFERENCE)
    assert len(r) == 30  # the list cannot quietly shrink
    for level, rows in r.groupby("level"):
        ours = proportion_interval(rows.events, rows.total, confidence_level=level)
        np.testing.assert_allclose(ours.conf_low, rows.low, rtol=RTOL)
        np.testing.assert_allclose(ours.conf_high, rows.high, rtol=RTOL)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_laws(pair):
    k, n = pair
    row = proportion_interval(k, n).iloc[0]
    mirror = proportion_interval(n - k, n).iloc[0]
    assert row.conf_low <= row.estimate <= row.conf_high
    assert row.conf_low == pytest.approx(1 - mirror.conf_high, abs=1e-12)
    if k > 0:  # the limit is where so many events or more have a probability of 2.5%
        assert stats.binom.sf(k - 1, n, row.conf_low) == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize(("events", "total"), [(3, 2), (-1, 5), (0, 0)])
def test_impossible_counts_are_refused_with_their_row(events, total):
    with pytest.raises(ValueError, match=f"row 1: {events} of {total}"):
        proportion_interval([1, events], [2, total])


NUMBERS = {"koopman": 33, "mid-p": 30, "miettinen-nurminen": 36, "newcombe": 36, "rate": 15, "wilson": 30}
CALLS = {
    "mid-p": lambda g, level: proportion_interval(g.events, g.total, method="mid-p", confidence_level=level),
    "wilson": lambda g, level: proportion_interval(g.events, g.total, method="wilson", confidence_level=level),
    "rate": lambda g, level: rate_interval(g.events, g.total, confidence_level=level),
    "koopman": lambda g, level: risk_ratio(*arms_of(g), confidence_level=level),
    "miettinen-nurminen": lambda g, level: risk_difference(*arms_of(g), confidence_level=level),
    "newcombe": lambda g, level: risk_difference(*arms_of(g), method="newcombe", confidence_level=level),
}


def arms_of(rows):
    return rows.events, rows.total, rows.events_reference, rows.total_reference


def test_values_of_r_for_the_other_intervals():
    r = pd.read_csv(MORE)
    assert r.groupby("method").size().to_dict() == NUMBERS
    for (method, level), rows in r.groupby(["method", "level"]):
        ours = CALLS[method](rows, level)
        # limits found by uniroot are exact to some units of the last place of 1, so that small ones have fewer digits
        np.testing.assert_allclose(ours.conf_low, rows.low, rtol=RTOL, atol=1e-16)
        np.testing.assert_allclose(ours.conf_high, rows.high, rtol=RTOL, atol=1e-16)


def test_two_arms_as_printed():
    # Newcombe, Stat Med 1998;17:873-890, table II, methods 6 (Miettinen-Nurminen) and 10
    arms = [*zip((56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (0, 10, 0, 20), (0, 10, 0, 10), strict=True)]
    score = [[0.0528, 0.3382], [0.1700, 0.8406], [-0.0326, 0.1933], [-0.1658, 0.2844], [-0.2879, 0.2879]]
    squares = [[0.0524, 0.3339], [0.1705, 0.8090], [-0.0381, 0.1926], [-0.1611, 0.2775], [-0.2775, 0.2775]]
    for method, printed in (("miettinen-nurminen", score), ("newcombe", squares)):
        ours = risk_difference(*arms, method=method)[["conf_low", "conf_high"]]
        np.testing.assert_allclose(ours.round(4), printed, rtol=0, atol=1e-9)
    # Koopman, Biometrics 1984;40:513-517: 36 of 40 against 16 of 80
    assert risk_ratio(36, 40, 16, 80).round(2).iloc[0, 4:].tolist() == [4.5, 2.94, 7.15]


def test_nothing_seen_by_hand():
    # no event: half of (1 - p)^n is 2.5% at p = 1 - 0.05^(1/n); exp(-rate) is 2.5% at -log(0.025)
    assert proportion_interval(0, 29, method="mid-p").conf_high[0] == pytest.approx(1 - 0.05 ** (1 / 29), rel=1e-12)
    assert rate_interval(0, 2).conf_high[0] == pytest.approx(-np.log(0.025) / 2, rel=1e-12)
    # Wilson's upper limit without events is z^2 / (n + z^2)
    z2 = stats.norm.ppf(0.975) ** 2
    assert proportion_interval(0, 29, method="wilson").conf_high[0] == pytest.approx(z2 / (29 + z2), rel=1e-12)
    none = risk_ratio(0, 10, 0, 20).iloc[0]
    assert (none.conf_low, none.conf_high, np.isnan(none.estimate)) == (0, np.inf, True)
    assert risk_difference(10, 10, 0, 20).conf_high[0] == 1
    assert risk_difference(0, 20, 10, 10).conf_low[0] == -1


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=30)
@given(counts, counts)
def test_laws_of_two_arms(one, other):
    """The estimate lies inside; arms exchanged mirror the difference and invert the ratio."""
    for method in ("miettinen-nurminen", "newcombe"):
        row = risk_difference(*one, *other, method=method).iloc[0]
        mirror = risk_difference(*other, *one, method=method).iloc[0]
        assert -1 <= row.conf_low <= row.estimate + 1e-12
        assert row.estimate - 1e-12 <= row.conf_high <= 1
        assert (row.conf_low, row.conf_high) == pytest.approx((-mirror.conf_high, -mirror.conf_low), abs=1e-10)
    row, mirror = risk_ratio(*one, *other).iloc[0], risk_ratio(*other, *one).iloc[0]
    assert np.isnan(row.estimate) or row.conf_low <= row.estimate <= row.conf_high
    assert row.conf_low == (0 if np.isinf(mirror.conf_high) else pytest.approx(1 / mirror.conf_high, rel=1e-8))


@settings(max_examples=50)
@given(counts)
def test_mid_p_lies_within_clopper_pearson(pair):
    inner, outer = (proportion_interval(*pair, method=m).iloc[0] for m in ("mid-p", "clopper-pearson"))
    assert outer.conf_low <= inner.conf_low <= inner.estimate <= inner.conf_high <= outer.conf_high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion_interval(1, 2, method="wald"), "no method 'wald'; there are 'clopper-pearson', 'mid-p'"),
        (lambda: proportion_interval(0.5, 2), "row 0: 0.5 of 2"),
        (lambda: proportion_interval(1, 2, confidence_level=95), "between 0 and 1; got 95"),
        (lambda: rate_interval(-1, 2), "row 0: -1 in 2"),
        (lambda: rate_interval(1, 0.0), "row 0: 1 in 0.0"),
        (lambda: risk_difference(1, 2, 3, 2), "row 0: 3 of 2"),
        (lambda: risk_ratio(3, 2, 1, 2), "row 0: 3 of 2"),
        (lambda: risk_difference(1, 2, 1, 2, method="wald"), "there are 'miettinen-nurminen', 'newcombe'"),
    ],
)
def test_errors_say_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
