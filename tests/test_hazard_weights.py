"""Case weights in Fine and Gray's model: worked by hand, laws, R's values, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hazard_models import COEF_IN_SE, EVENT, KEYS, TIME, answers, cohorts, gray, many, reference, same
from hypothesis import given, settings

from analysis import hazards
from analysis._hazards import newton
from analysis._hazards.robust import influences

WEIGHTED = dict(list(answers("weights").groupby(KEYS, sort=False)))
ROBUST = 1e-9  # relative; closed forms at a maximum found by either
# relative; a jackknife squares the curve's own derivative, of which psi is the leading term
JACKKNIFE = {"with psi": (0, 2e-5), "without": (2e-4, 2e-3)}


def test_weights_by_hand():
    # As in the first example of tests/test_hazards.py, but the death (month 1) and the last patient weigh 2.
    # Censoring: weight 5 at risk at month 2, so G = 4/5 after it; the death stays at risk with 8/5.
    # Month 3: 1 + (1 + 2 + 8/5) h = 1 + A, A = 23/5 h. Month 4: 1 + (2 + 8/5) h = 1 + B, B = 18/5 h; A B = 1 again.
    data = [1, 2, 3, 4, 5], ["death", "censored", "tmn", "tmn", "censored"], [1, 0, 1, 0, 1]
    model = gray(*data, weights=[2, 1, 1, 1, 2])
    h = 5 / np.sqrt(23 * 18)
    mean = 23 / 5 * h / (1 + 23 / 5 * h)
    assert model.table.hazard_ratio["x1"] == pytest.approx(h, rel=1e-12)
    assert model.log_likelihood == pytest.approx(np.log(h) - np.log(2 + 41 / 5 * h), rel=1e-12)
    exposed = (1 - mean) ** 2 + mean**2
    score = [-8 / 5 * h * exposed, 0, (1 - mean) - h * (1 - mean) ** 2, (1 - mean) * (2 * mean - 1), -2 * h * exposed]
    # Weight 5 at risk at month 2: 1/5 - 1/25 of it, -1/25 for those after, twice the last.
    carried = 8 / 5 * h * exposed
    censoring = np.array([0, 4, -1, -1, -2]) / 25 * carried
    variance = np.sum((score + censoring) ** 2) / (2 * mean * (1 - mean)) ** 2
    assert model.covariance.loc["x1", "x1"] == pytest.approx(variance, rel=1e-9)


# --- laws ------------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(cohorts())
def test_equal_weights_change_nothing_and_rows_without_weight_count_nothing(cohort):
    time, event, covariates = cohort
    plain = gray(*cohort)
    same(plain, gray(*cohort, weights=np.ones(len(time))))
    lighter = gray(*cohort, weights=np.full(len(time), 1e-3))
    np.testing.assert_allclose(lighter.table, plain.table, rtol=1e-7, atol=1e-9)
    of_scale = plain.n_event * np.log(1e-3)  # of the sums over risk sets, all lighter by as much
    assert lighter.log_likelihood == pytest.approx(1e-3 * (plain.log_likelihood - of_scale), rel=1e-9)
    more = np.append(time, [3, 5]), np.append(event, ["tmn", "censored"]), pd.concat([covariates, covariates.head(2)])
    same(plain, gray(*more, weights=np.append(np.ones(len(time), int), [0, 0])))


def test_a_weight_is_so_many_patients_but_one_influence(monkeypatch):
    time, event, x = many(200, 2, 1)
    copies = 3 * np.arange(1, 201) % 5
    rows = np.repeat(np.arange(200), copies)
    weighted = gray(time, event, x, weights=copies / 8)
    seen = []
    monkeypatch.setattr(hazards, "robust_covariance", lambda *args: seen.append(args) or np.eye(2))
    repeated = gray(time[rows], event[rows], x[rows])
    assert weighted.n == np.count_nonzero(copies)
    np.testing.assert_allclose(weighted.table.coef, repeated.table.coef, rtol=1e-10)
    curves = [model.cumulative_incidence(x[:3], [0.1, 0.5, 1]).estimate for model in (weighted, repeated)]
    np.testing.assert_allclose(*curves, rtol=1e-10)
    influence = np.zeros((2, 200))
    np.add.at(influence.T, rows[np.argsort(time[rows])], influences(*seen[0]).T)
    bread = np.linalg.inv(seen[0][1].information) / x[rows].std(axis=0)
    np.testing.assert_allclose(weighted.covariance, bread.T @ influence @ influence.T @ bread, rtol=1e-9)


def test_a_start_from_few_leads_to_the_same_end_with_weights(monkeypatch):
    data, weights = many(24_000, 2), np.arange(1, 24_001) % 3
    quick = gray(*data, weights=weights)
    monkeypatch.setattr(newton, "LARGE", 10**9)
    same(quick, gray(*data, weights=weights))


# --- R's values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "r"), WEIGHTED.items(), ids=map(" ".join, WEIGHTED))
def test_weighted_values_of_r(key, r, monkeypatch):
    which, cause, covariates = key
    time, event, x = reference(which, covariates)
    weights = 7 * np.arange(1, len(time) + 1) % 11 / 4  # as in weights.R
    data = time + (event == "censored") / 1024, event, x
    full = gray(*data, cause=cause, weights=weights).table
    whole = hazards.robust_covariance
    monkeypatch.setattr(hazards, "robust_covariance", lambda sets, at, times, rows: whole(sets, at, times, rows[:0]))
    known = gray(*data, cause=cause, weights=weights).table  # the curve of censoring taken as known
    r = r.set_index(full.index)
    assert ((full.coef - r.coef).abs() / r.std_error).max() < COEF_IN_SE
    np.testing.assert_allclose(known.std_error, r.std_error, rtol=ROBUST)
    if r.jackknife.notna().all():
        for table, (least, most) in zip((full, known), JACKKNIFE.values(), strict=True):
            assert least <= abs(table.std_error / r.jackknife - 1).item() < most


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1, 1, 1, 1], r"weights: found int64 of shape \(5,\); allowed: a number for each of 6 rows"),
        (["a"] * 6, "allowed: a number for each of 6 rows"),
        ([1, -1, 1, np.nan, 1, 1], r"weights: 2 row\(s\) \(row 1: -1.0, row 3: nan\); allowed: numbers from 0 on"),
        ([0, 1, 0, 1, 0, 1], "weights: no event 'tmn' among the 3 rows whose weight is not 0"),
        ([1, 0, 0, 0, 0, 1], "'x1' do not vary among 2 rows whose weight is not 0"),
    ],
)
def test_weights_are_checked(weights, message):
    with pytest.raises(ValueError, match=message):
        gray(TIME, EVENT, [1.0, 4, 2, 6, 3, 1], weights=weights)
