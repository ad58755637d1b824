"""Fits inside the search: kernels equal the public models, and no error is below its bound."""

import math

import numpy as np
import pandas as pd
import pytest
from made_up_courses import CLOSE, invented, sampled, skeleton

from analysis import cohort as cohorts
from analysis import wald
from analysis.hazards import cause_specific_cox, fine_gray
from analysis.reconstruction import bounds, fits
from analysis.reconstruction.follow_up import BB, CD28, NO_DOMAIN, domain, first_event
from analysis.reconstruction.state import NONE, PRODUCTS, Skeleton

# --- kernels ---------------------------------------------------------------------------------------------------------

NAMES = np.array(["censored", "tmn", "death"])


@pytest.mark.parametrize("seed", range(4))
def test_fine_gray_kernel(seed):
    x, day, status = invented(seed=seed)
    expected = fine_gray(day, NAMES[status], x, cause="tmn").table.loc["x1"]
    b, _, se = fits.fit(sampled(day, status), x, 0.0, 1.0)
    assert (b, se) == pytest.approx((expected.coef, expected.std_error), abs=CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_cox_kernel(seed):
    x, day, status = invented(seed=seed)
    expected = cause_specific_cox(day, NAMES[status], x, cause="tmn", ties="breslow").table.loc["x1"]
    b, se, _ = fits.fit(sampled(day, status, stay=False), x, 0.0, 1.0)
    assert (b, se) == pytest.approx((expected.coef, expected.std_error), abs=CLOSE)


def test_kernel_on_a_part_of_the_patients():
    x, day, status = invented(n=60)
    chosen = np.arange(60) % 3 > 0
    expected = fine_gray(day[chosen], NAMES[status[chosen]], x[chosen], cause="tmn").table.loc["x1"]
    b, _, se = fits.fit(sampled(day, status, chosen=chosen), x, 0.5, 1.0)
    assert (b, se) == pytest.approx((expected.coef, expected.std_error), abs=CLOSE)


def test_robust_error_of_cox_by_definition():
    # Lin and Wei 1989, section 2: score residuals written out over pairs of patients.
    x, day, status = invented(n=30)
    b, naive, robust = fits.fit(sampled(day, status, stay=False), x, 0.0, 1.0)
    relative, events = np.exp(b * x), np.flatnonzero(status == 1)
    at_risk = day[None, :] >= day[events][:, None]
    total = at_risk @ relative
    mean = at_risk @ (relative * x) / total
    exposed = at_risk * relative * (x - mean[:, None]) / total[:, None]
    score = -exposed.sum(axis=0)
    score[events] += x[events] - mean
    assert robust == pytest.approx(math.sqrt(score @ score) * naive**2, abs=CLOSE)


def test_a_separating_covariate_has_no_fit():
    day, status = np.array([1, 2, 3, 4]), np.array([1, 1, 0, 0])
    assert np.isnan(fits.fit(sampled(day, status), np.array([1.0, 1, 0, 0]), 0.0, 0.5)).all()


def test_first_event_is_the_public_one():
    made = skeleton()
    table = pd.DataFrame({name: getattr(made, name) for name in ("relapse_day", "tmn_day", "last_day", "died")})
    table = table.replace({"relapse_day": NONE, "tmn_day": NONE}, np.nan)
    expected = cohorts.first_event(table, ("tmn", "relapse", "death"))
    day, status = first_event(made)
    np.testing.assert_allclose(day / cohorts.DAYS_PER_MONTH, expected.time_months)
    kinds = expected.event.map({"censored": 0, "tmn": 1, "relapse": 2, "death": 2})
    assert status.tolist() == kinds.tolist()


def test_domains_are_the_public_ones():
    words = {CD28: "CD28", BB: "4-1BB", NO_DOMAIN: None}
    codes = np.arange(len(PRODUCTS))
    made = Skeleton(codes, *[codes] * 6)
    assert [words[d] for d in domain(made).tolist()] == [cohorts.DOMAINS.get(name) for name in PRODUCTS]


# --- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("stay", [False, True])
def test_no_model_based_error_is_below_its_bound(seed, stay):
    x, day, status = invented(n=50, seed=seed)
    for values, low, high in (((x > 0).astype(float), 0, 1), (np.clip(np.rint(x + 2), 0, 4), 0, 4)):
        _, se, _ = fits.fit(sampled(day, status, stay), values, 0.0, values.std())
        events, mean = np.count_nonzero(status == 1), values[status == 1].mean()
        sharp = bounds.least_standard_error(low, high, events, mean)
        assert se >= sharp - CLOSE
        assert sharp >= bounds.least_standard_error(low, high, events) - 1e-12


def test_the_bound_is_reached():
    # Two pairs, each with one event: 0 and 1 in turn, so both risk sets are balanced as far as the events are.
    day, status, x = np.array([1, 1, 2, 2]), np.array([1, 1, 1, 1]), np.array([0.0, 1, 0, 1])
    _, se, _ = fits.fit(sampled(day, status, stay=False), x, 0.0, 0.5)
    assert se == pytest.approx(bounds.least_standard_error(0, 1, 4, 0.5))
    assert bounds.least_standard_error(0, 1, 10, 0.2) == pytest.approx(math.sqrt(1 / 2 + 1 / 8))


def test_what_the_bounds_exclude(reachable_claims):
    # 29 events: ICANS after matching cannot have a model-based interval; with 6 of them after 4-1BB, nor can CD28.
    events = int(reachable_claims.value["G068"])
    limits = ["low", "high", "low_resolution", "high_resolution"]
    largest = {
        claim: wald.standard_error(*reachable_claims.loc[claim, limits])[1]
        for claim in ("G149", "G151", "G153", "G230")
    }
    assert bounds.least_standard_error(0, 4, events) > largest["G149"]
    assert bounds.least_standard_error(0, 1, events) > largest["G151"]
    six, seven = (bounds.least_standard_error(0, 1, events, 1 - few / events) for few in (6, 7))
    assert six > max(largest["G153"], largest["G230"])
    assert seven < min(largest["G153"], largest["G230"])
