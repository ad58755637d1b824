"""Reconstructed patients: by hand, by law, and against simulated truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.digitised import reconstruct_individual_data

REFERENCE = Path(__file__).parent / "reference"
TRUTH = pd.read_csv(REFERENCE / "digitised.csv", index_col="set")
# largest distance between the reconstructed and the true curve, and of the median and the restricted mean: what reading
# the curve every 0.25, 0.5 and 0.1 months, rounded and with a shaky hand (noisy), leaves; another implementation in R
# comes as close (0.0052, 0.0174, 0.0147)
CLOSE = {"fine": (0.006, 0.25, 0.16), "noisy": (0.018, 0.5, 0.19), "small29": (0.015, 0.1, 0.02)}


def steps(patients):
    """Times of the Kaplan–Meier estimate and its values from each on, written down from its definition."""
    times = np.unique(patients.time[patients.event.astype(bool)])
    at_risk = np.array([(patients.time >= t).sum() for t in times])
    died = np.array([(patients.time[patients.event.astype(bool)] == t).sum() for t in times])
    return np.append(0, times), np.append(1, np.cumprod(1 - died / at_risk))


def survival_at(patients, at):
    times, values = steps(patients)
    return values[np.searchsorted(times, at, side="right") - 1]


def parts(name):
    """True patients, points of their curve, numbers at risk."""
    rows = pd.read_csv(REFERENCE / f"digitised_{name}.csv")
    return tuple(rows.loc[rows.kind == kind, ["time", "value"]] for kind in ("patient", "point", "risk"))


def test_no_set_can_drop_out():
    assert set(TRUTH.index) == set(CLOSE)
    assert TRUTH.n.tolist() == [220, 220, 29]


@pytest.mark.parametrize("name", CLOSE)
@pytest.mark.parametrize("told", [True, False], ids=["total events", "no total"])
def test_reconstruction_comes_close_to_the_truth(name, told):
    truth, points, risk = parts(name)
    patients = reconstruct_individual_data(points, risk, int(TRUTH.events[name]) if told else None)
    assert len(patients) == TRUTH.n[name]
    assert [int((patients.time >= t).sum()) for t in risk.time] == risk.value.tolist()
    grid = points.time.to_numpy()
    curve, median, mean = CLOSE[name]
    true_patients = truth.rename(columns={"value": "event"})
    assert np.abs(survival_at(patients, grid) - survival_at(true_patients, grid)).max() <= curve
    times, values = steps(patients)
    assert times[np.argmax(values <= 0.5)] == pytest.approx(TRUTH["median"][name], abs=median)
    inside = times < TRUTH.tau[name]
    widths = np.diff(np.append(times[inside], TRUTH.tau[name]))
    assert np.sum(widths * values[inside]) == pytest.approx(TRUTH.restricted_mean[name], abs=mean)


def test_by_hand():
    # 10 at risk at 0, 5 at 6. The curve falls to 0.9 at 1 (1 of 10) and 0.7 at 4.
    # Censored before 6: first guess 10 · 0.7/1 − 5 = 2, at 6/3 = 2 and 12/3 = 4.
    # At 4: 10 − 1 − 1 = 8 at risk, 8 (1 − 0.7/0.9) = 1.8, so 2 die; then one is censored: 5 at risk at 6, as printed.
    # At 8 to 0.28: survival is 0.9 · 6/8 = 0.675, 5 (1 − 0.28/0.675) = 2.9: 3 die. Rate of censoring 2 in 6 months:
    # round(2 · (8 − 6)/6) = 1 in the last interval, at 7: then 4 at risk, 4 (1 − 0.28/0.675) = 2.3: 2 die, 2 are left.
    patients = reconstruct_individual_data([(0, 1), (1, 0.9), (4, 0.7), (8, 0.28)], [(0, 10), (6, 5)])
    assert patients.time[patients.event].tolist() == [1, 4, 4, 8, 8]
    assert patients.time[~patients.event].tolist() == [2, 4, 7, 8, 8]
    # told of 6 events, nobody is censored at 7: 3 die at 8
    patients = reconstruct_individual_data([(0, 1), (1, 0.9), (4, 0.7), (8, 0.28)], [(0, 10), (6, 5)], 6)
    assert patients.time[patients.event].tolist() == [1, 4, 4, 8, 8, 8]


def test_a_flat_curve_has_no_event():
    patients = reconstruct_individual_data([(0, 1), (12, 1)], [(0, 20), (6, 12), (12, 5)])
    assert not patients.event.any()
    assert [(patients.time >= t).sum() for t in (0, 6, 12)] == [20, 12, 5]


def test_order_start_and_slips_of_the_hand():
    curve = [(0, 1), (1, 0.9), (1, 1.0), (4, 0.7), (5, 0.71), (8, 0.3)]
    tidy = [(1, 0.9), (4, 0.7), (5, 0.7), (8, 0.3)]
    risk = [(0, 10), (6, 6)]
    assert reconstruct_individual_data(curve[::-1], risk).equals(reconstruct_individual_data(tidy, risk[::-1]))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=60))
def test_without_censoring_between_every_patient_comes_back(rows):
    """A curve read off without error, with a number at risk after every month, gives back every event."""
    truth = pd.DataFrame(rows, columns=["time", "event"])
    months = np.arange(0, truth.time.max() + 1)
    points = pd.DataFrame({"time": months, "survival": survival_at(truth, months)})
    risk = pd.DataFrame({"time": months, "at_risk": [(truth.time >= t).sum() for t in months]})
    patients = reconstruct_individual_data(points, risk)
    assert len(patients) == len(truth)
    assert patients.time[patients.event].tolist() == sorted(truth.time[truth.event])


@pytest.mark.parametrize(
    ("curve", "risk", "total", "message"),
    [
        ([(0, 1), (1, 90)], [(0, 10)], None, r"1 impossible row\(s\): row 1: 1, 90; .*not in percent"),
        ([(0, 1), (1, np.nan)], [(0, 10)], None, "row 1: 1, nan; allowed: finite"),
        ([(0, 0.9), (1, 0.5)], [(0, 10)], None, "survival at time 0 is 1; got 0.9"),
        ([(0, 1), (1, 0.5)], [(2, 10)], None, "the first number at risk is that of time 0 .* got 10 at time 2"),
        ([(0, 1), (1, 0.5)], [(0, 10), (1, 11)], None, "row 1: 1, 11; allowed: one whole number at each time"),
        ([(0, 1), (1, 0.5)], [(0, 10.5)], None, "row 0: 0, 10.5; allowed"),
        ([(0, 1), (1, 0.5)], [(0, 10)], 11, "11 events among 10 patients"),
        ([0, 1], [(0, 10)], None, "two columns are needed, time and survival; got 1"),
    ],
)
def test_errors_say_what_was_found_and_what_is_allowed(curve, risk, total, message):
    with pytest.raises(ValueError, match=message):
        reconstruct_individual_data(curve, risk, total)
