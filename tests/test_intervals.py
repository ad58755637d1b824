"""Exact intervals: by hand, by law, and R's value."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.intervals import proportion_interval

REFERENCE = Path(__file__).parent / "reference" / "proportions.csv"
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
