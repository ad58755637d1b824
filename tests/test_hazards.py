"""Models for hazards: worked by hand and by law."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hazard_models import both, cohorts, cox, gray, many, same
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis._hazards import newton

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_fine_gray_by_hand():
    # Month 1 death (x=1), 2 censored (x=0), 3 t-MN (x=1), 4 t-MN (x=0), 5 censored (x=1); h = exp(coef).
    # Censoring: 4 at risk at month 2, so G = 3/4 after it; the death stays at risk with 3/4.
    # Month 3: 1 + (1 + 1 + 3/4) h = 1 + A, A = 11/4 h. Month 4: 1 + (1 + 3/4) h = 1 + B, B = 7/4 h.
    # Slope 1 - A/(1+A) - B/(1+B) = 0, so A B = 1, so h = 4/sqrt(77).
    model = gray([1, 2, 3, 4, 5], ["death", "censored", "tmn", "tmn", "censored"], [1, 0, 1, 0, 1])
    h = 4 / np.sqrt(77)
    mean = 11 / 4 * h / (1 + 11 / 4 * h)  # of x at month 3; 1 - mean at month 4; hazard 1 - mean, then mean
    assert model.table.hazard_ratio["x1"] == pytest.approx(h, rel=1e-12)
    assert model.log_likelihood == pytest.approx(np.log(h) - np.log(2 + 18 / 4 * h), rel=1e-12)
    information = 2 * mean * (1 - mean)
    exposed = (1 - mean) ** 2 + mean**2  # integral of (1 - mean of x) against the hazard
    score = [-3 / 4 * h * exposed, 0, (1 - mean) - h * (1 - mean) ** 2, (1 - mean) * (2 * mean - 1), -h * exposed]
    carried = 3 / 4 * h * exposed  # q(u) at month 2, where 4 are at risk: 1/4 - 1/16 of it, -1/16 for those after
    censoring = np.array([0, 3, -1, -1, -1]) / 16 * carried
    variance = np.sum((score + censoring) ** 2) / information**2
    assert model.covariance.loc["x1", "x1"] == pytest.approx(variance, rel=1e-9)
    curve = model.cumulative_incidence([0], [2.9, 3, 4, 99]).estimate
    np.testing.assert_allclose(curve, [0, 1 - np.exp(mean - 1), 1 - np.exp(-1), 1 - np.exp(-1)], rtol=1e-12)


def test_ties_by_hand():
    # Two events at month 1, x = 1 and 0, two patients after, x = 1 and 0; h = 1 by symmetry, each with weight 1.
    # Breslow 1/4 * 1/4 = 1/16; Efron 1/4 * 1/(4 - 1/2 * 2) = 1/12. Information 2 * 1/4, so the variance is 2.
    data = [1, 1, 2, 2], ["tmn", "tmn", "censored", "censored"], [1, 0, 1, 0]
    for ties, product in [("efron", 12), ("breslow", 16)]:
        model = cox(*data, ties=ties)
        assert model.log_likelihood == pytest.approx(-np.log(product), rel=1e-12)
        assert model.table.coef["x1"] == pytest.approx(0, abs=1e-12)
        assert model.covariance.loc["x1", "x1"] == pytest.approx(2, rel=1e-12)


# --- laws ------------------------------------------------------------------------------------------------------------


@both
@settings(max_examples=25)
@given(cohorts(), st.randoms(use_true_random=False))
def test_what_changes_nothing(fit, cohort, random):
    time, event, x = cohort
    model = fit(time, event, x)
    rows = random.sample(range(len(time)), len(time))
    same(model, fit(time[rows], event[rows], x.iloc[rows]))  # order of the rows
    same(model, fit(time**2 / 7, event, x))  # unit of time
    same(model, fit(time, np.where(event == "relapse", "death", event), x))  # which competing event
    same(model, fit(time, pd.Categorical(event), x))
    same(model, fit(time, event, x.add([1e4, -3])))  # a covariate shifted by a constant
    scaled = fit(time, event, x.mul([100, -1]))
    np.testing.assert_allclose(model.table.coef, scaled.table.coef * [100, -1], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(model.table.z, scaled.table.z * [1, -1], rtol=1e-6, atol=1e-8)


@settings(max_examples=25)
@given(cohorts())
def test_without_competing_events_fine_gray_is_cox(cohort):
    time, event, x = cohort
    event = np.where(np.isin(event, ["death", "relapse"]), "censored", event)
    one, other = gray(time, event, x), cox(time, event, x, ties="breslow")
    np.testing.assert_allclose(one.table.coef, other.table.coef, rtol=1e-7, atol=1e-9)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-12)


@settings(max_examples=25)
@given(cohorts())
def test_those_censored_at_time_0_change_no_coefficient(cohort):
    time, event, x = cohort
    time = np.maximum(time, 1)
    more = np.append(time, [0, 0]), np.append(event, ["censored"] * 2), pd.concat([x, x.tail(2)])
    np.testing.assert_allclose(gray(*more).table.coef, gray(time, event, x).table.coef, rtol=1e-7, atol=1e-9)


@settings(max_examples=25)
@given(cohorts())
def test_likelihood_by_its_definition(cohort):
    # everybody's weight at each event time written out, rows x event times, as Fine and Gray define it
    time, event, x = cohort
    model = gray(time, event, x)
    relative = np.exp(x.to_numpy() @ model.table.coef.to_numpy())
    free = {
        t: np.prod(
            [
                1 - np.sum((time == u) & (event == "censored")) / np.sum(time >= u)
                for u in np.unique(time)
                if u < t or u == 0
            ]
        )
        for t in np.unique(time)
    }
    value, slope = 0.0, 0.0
    for s in np.unique(time[event == "tmn"]):
        competing = ~np.isin(event, ["tmn", "censored"])
        weight = (
            np.where(time >= s, 1.0, np.where(competing, free[s] / np.array([free[t] for t in time]), 0)) * relative
        )
        now = (time == s) & (event == "tmn")
        value += np.log(relative[now]).sum() - now.sum() * np.log(weight.sum())
        slope = slope + x[now].sum() - now.sum() * (weight @ x) / weight.sum()
    assert model.log_likelihood == pytest.approx(value, rel=1e-9)
    assert np.abs(slope * model.table.std_error).max() < 1e-6


@settings(max_examples=25)
@given(cohorts())
def test_cumulative_incidence_rises_from_0_and_stays_below_1(cohort):
    curve = gray(*cohort).cumulative_incidence(cohort[2].head(3), [-1, 0, 1, 3, 400, 1e9])
    values = curve.estimate.to_numpy().reshape(3, 6)
    assert np.all(values[:, 0] == 0)
    assert np.all(np.diff(values) >= 0)
    assert np.all(values <= 1)


# --- many patients ---------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("digits", [9, 1], ids=["without ties", "with ties"])
def test_a_start_from_few_leads_to_the_same_end(fit, digits, monkeypatch):
    data = many(24_000, 2, digits)
    quick = fit(*data)
    monkeypatch.setattr(newton, "LARGE", 10**9)
    same(quick, fit(*data))


@both
@pytest.mark.parametrize("p", [1, 5])
def test_memory_stays_within_12_arrays_and_4_for_each_covariate(fit, p):
    data = many(50_000, p)
    fit(*many(100, p))
    tracemalloc.start()
    fit(*data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak / (8 * 50_000) < 12 + 4 * p
