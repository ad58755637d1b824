"""Ages, lines, controls and covariates of the reconstruction: kernels, bins, moves, and the bounds."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis import cohort as cohorts
from analysis import data, wald
from analysis.hazards import cause_specific_cox, fine_gray
from analysis.reconstruction import (
    bounds,
    case_ages,
    controls,
    covariates,
    fits,
    grids,
    lines,
    matched,
    matched_on,
    models,
    place,
    proofs,
    targets,
)
from analysis.reconstruction.anneal import anneal
from analysis.reconstruction.follow_up import BB, CD28, NO_DOMAIN, domain, first_event
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES, Skeleton
from analysis.reconstruction.targets import reachable

CLOSE = 1e-6  # the kernels stop a step of 1e-7 standard deviations before the maximum
NAMES = np.array(["censored", "tmn", "death"])
PRINTED = ("CAR-HEMATOTOX", "MCV", "LDH", "ALC", "CRS grade", "ICANS grade")


@pytest.fixture(scope="module")
def claims():
    return reachable(data.load())


def invented(n=40, seed=1, days=25):
    """A covariate, times with ties, and all three kinds of end."""
    random = np.random.default_rng(seed)
    status = random.choice(3, size=n, p=[0.3, 0.4, 0.3])
    return random.normal(size=n), random.integers(1, days, size=n), status


def sampled(day, status, stay=True, chosen=None):
    """Sample of the chosen patients, all without a choice."""
    chosen = np.ones(day.size, bool) if chosen is None else chosen
    return fits.sample(np.argsort(day, kind="stable"), chosen, day, status, stay)


def skeleton(n=60, cases=6, seed=3):
    """A small made-up skeleton."""
    random = np.random.default_rng(seed)
    last = random.integers(200, 1500, size=n)
    relapse = np.where(random.random(n) < 0.4, last // 2, NONE)
    tmn = np.full(n, NONE)
    tmn[:cases], relapse[:cases] = last[:cases] - 90 + np.arange(cases), NONE
    types, died = np.where(tmn == NONE, 0, 1), (random.random(n) < 0.4).astype(int)
    return Skeleton(random.choice(5, n, p=[0.5, 0.1, 0.2, 0.1, 0.1]), relapse, tmn, types, last, died, np.full(n, NONE))


# --- kernels ---------------------------------------------------------------------------------------------------------


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


# --- lines -----------------------------------------------------------------------------------------------------------


def test_windows_by_hand(claims):
    # Age: 1.04 (1.01-1.07), p < 0.01, printed in three places; z for p = 0.01 is 2.5758.
    found = lines.line(claims, "age", "univariate")
    assert (found.ratio, found.test) == ("G138", "G139")
    np.testing.assert_allclose(np.exp(found.windows[:3]), [[1.035, 1.045], [1.005, 1.015], [1.065, 1.075]])
    np.testing.assert_allclose(found.windows[3], [2.5758293, np.inf], rtol=1e-7)


def test_fields_set_aside_have_no_window(claims):
    for claim, field in proofs.set_aside(data.load()):
        assert targets.window(claims, claim, field) == targets.FREE
    assert np.isinf(lines.line(claims, "CAR-HEMATOTOX", "univariate").windows[lines.RATIO]).all()


def test_distance_is_nothing_exactly_where_no_field_is_missed(claims):
    random = np.random.default_rng(1)
    printed = lines.line(claims, "CRS grade", "matched")
    met = 0
    for b, se in zip(random.normal(-0.06, 0.01, 500), random.normal(0.211, 0.003, 500), strict=True):
        apart = lines.distance(printed.windows, b, se)
        missed = lines.unmet(printed, b, se)
        assert (apart == 0) == (not missed) or apart < 10 * lines.NEAR
        met += not missed
    assert 20 < met < 480  # both cases occurred
    assert lines.distance(printed.windows, np.nan, np.nan) == lines.FAR


@pytest.mark.parametrize("quantity", PRINTED)
def test_every_printed_field_is_asked_for(claims, quantity):
    for group in lines.ANALYSES:
        found = lines.line(claims, quantity, group)
        far = lines.unmet(found, 3.0, 30.0)
        asked = {f"{found.ratio} {field}" for field in targets.FIELDS} | {f"{found.test} value"}
        assert set(far) == asked - {f"{claim} {field}" for claim, field in proofs.set_aside(data.load())}


# --- bins ------------------------------------------------------------------------------------------------------------


def test_bins_by_hand():
    # 539 values: type-7 quartiles lie between ranks 134 and 135, on 269, between 403 and 404 (from 0).
    bins = grids.quantile_bins(539, {0.25: 89, 0.5: 94, 0.75: 98}, np.arange(70.0, 126))
    held = [(70 + bins.low[b], 70 + bins.high[b]) for b in bins.of_rank]
    assert held[0] == held[133] == (70, 89)
    assert held[134] == held[135] == (89, 89)
    assert held[136] == held[268] == (89, 94)
    assert held[269] == (94, 94)
    assert held[402] == (94, 98)
    assert held[403] == held[404] == (98, 98)
    assert held[405] == held[538] == (98, 125)


@pytest.mark.parametrize("name", covariates.SHAPES)
def test_any_choice_in_the_bins_is_printed_alike(claims, name):
    n, shape = int(claims.value["G043"]), covariates.SHAPES[name]
    values = covariates.spread_out(name, n, claims)
    drawn = values.grid[place.sorted_codes(values.bins, values.draws, np.random.default_rng(7))]
    if name.endswith("_grade"):
        counts = [np.count_nonzero(drawn >= least) for least in (1, 3)]
        assert counts == claims.loc[list(shape.table), "numerator"].tolist()
        assert set(drawn) <= {0, 1, 2, 3, 4}
    else:
        for share, value in grids.quartiles(claims, *shape.table).items():
            assert np.quantile(drawn, share) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("make", [matched_on.age_values, matched_on.line_values])
def test_ages_and_lines_keep_their_quantiles(claims, make):
    median, extremes = ("G047", "G048") if make is matched_on.age_values else ("G131", "G059")
    values = make(539, claims)
    drawn = values.grid[place.sorted_codes(values.bins, values.draws, np.random.default_rng(7))]
    for share, value in grids.quartiles(claims, median, extremes).items():
        assert np.quantile(drawn, share) == value


def test_a_pinned_value_must_be_on_the_grid():
    with pytest.raises(ValueError, match=r"94\.5 cannot be the quantile 0\.5"):
        grids.quantile_bins(5, {0.5: 94.5}, np.arange(90.0, 100))


# --- moves -----------------------------------------------------------------------------------------------------------


def small_problem(windows):
    """Thirty patients with a number from 0 to 6, ten of them matched, and one line for all."""
    _, day, status = invented(n=30, seed=5)
    who = place.Cohort(day, status, np.argsort(day), np.arange(30) < 10, np.ones(30, bool))
    bins = grids.quantile_bins(30, {0.25: 2, 0.5: 3, 0.75: 4}, np.arange(7.0))
    values = place.Values(np.arange(7.0), np.arange(7.0), bins, grids.draws(bins, np.repeat(np.arange(7), 3)))
    printed = place.Printed(univariate=lines.Line("A", "B", windows))
    return values, place.problem(who, values, printed, place.free(30, 7), place.FINE_GRAY)


def test_moves_keep_the_quartiles_and_reach_the_line():
    windows = np.array([[0.2, 0.3], [-math.inf, math.inf], [-math.inf, math.inf], [0.5, math.inf]])
    values, todo = small_problem(windows)

    def make(random):
        return place.by_expectation(values, random.standard_normal(30), random)

    state, distance, _, moves = place.place(todo, make, [1], 3, 400)
    assert distance == 0
    assert moves > 0
    assert np.quantile(state.code, [0.25, 0.5, 0.75]).tolist() == [2, 3, 4]
    b, _, se = fits.fit(todo.everyone, todo.model[state.code], 0.0, 1.0)
    assert 0.2 < b < 0.3
    assert b / se > 0.5
    again = place.place(todo, make, [1], 3, 400)
    assert np.array_equal(state.code, again[0].code)
    assert again[1:] == (distance, 1, moves)


def test_values_stay_where_they_are_allowed():
    _, todo = small_problem(np.array([[5.0, 5.1]] * 3 + [[0.0, math.inf]]))
    group = (np.arange(30) >= 20).astype(np.int64)
    allowed = np.array([[True] * 4 + [False] * 3, [False] * 4 + [True] * 3])
    todo = todo._replace(group=group, allowed=allowed, movable=np.arange(5, 30))
    bins = grids.quantile_bins(30, {0.25: 2, 0.5: 3, 0.75: 4}, np.arange(7.0)).of_rank
    code = np.repeat([2, 5], [20, 10])
    before = code.copy()
    anneal(todo, np.random.default_rng(2), code, bins.copy(), 200)
    assert allowed[group, code].all()
    assert np.array_equal(code[:5], before[:5])
    assert not np.array_equal(code, before)


def test_slots_are_only_exchanged(claims):
    made = skeleton()
    who = place.cohort(made, np.arange(10, 22))
    printed = lines.line(claims, matched.DOMAIN_LINE, "matched").windows
    windows = np.array([np.where(np.isinf(printed), printed, printed + 0.2), printed, printed])
    seating = controls.Seating(
        who.order, who.day, who.status, domain(made), np.flatnonzero(made.tmn_day == NONE), who.matched,
        np.zeros((2, 60)), np.ones(2), sampled(who.day, who.status), windows, np.array([True, False, False]),
    )  # fmt: skip
    slot = np.arange(60)
    distance, moves = controls.exchange(seating, np.random.default_rng(1), slot, 60)
    assert sorted(slot) == list(range(60))
    assert np.array_equal(slot[:6], np.arange(6))  # cases keep theirs
    b, _, se = controls.domain_fit(who.order, who.matched[slot], who.day, who.status, domain(made), 0.0)
    assert distance == pytest.approx(lines.distance(windows[0], b, se), abs=CLOSE)
    assert moves <= 60


# --- ages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crowded", [False, True])
def test_ages_of_cases(claims, crowded):
    random = np.random.default_rng(4)
    days = random.integers(30, 1731, size=29)
    if crowded:
        usual = np.outer([0.85, 0.15], matched_on.usual_ages(matched_on.age_values(539, claims)))
        found = case_ages.crowded(days, random.random(29) < 0.15, usual, 63, claims, random, 300)
        assert 63 not in found.infusion
    else:
        found = case_ages.draw(days, claims, random)
    assert np.median(found.tmn) == claims.value["G158"]
    assert [found.tmn.min(), found.tmn.max()] == claims.loc["G159", ["low", "high"]].tolist()
    years = days / 365.25
    assert np.all((found.tmn - found.infusion >= np.floor(years)) & (found.tmn - found.infusion <= np.ceil(years)))


def test_usual_ages_are_all_patients(claims):
    assert matched_on.usual_ages(matched_on.age_values(539, claims)).sum() == pytest.approx(539)


def test_controls_by_hand():
    # Cases of 60 and 70 years; controls of the same age are taken, of the three that are 60 the first two rows.
    age = np.array([60, 70, 60, 60, 60, 70, 70, 40, 80, 65])
    case, many = np.arange(10) < 2, np.arange(10) % 2 == 0
    many[:7] = False
    order = np.array([4, 0, 3, 2, 1, 5, 6, 7, 8, 9])
    many[[0, 2, 3, 4]] = True
    assert matched.select(age, many, case, order, 2).tolist() == [3, 4, 5, 6]
    assert matched.select(age, many, case, np.arange(10), 2).tolist() == [2, 3, 5, 6]


def test_unknown_kind(claims):
    with pytest.raises(ValueError, match="kind is 'rare'; allowed: 'natural', 'unique'"):
        matched.search(skeleton(), claims, 1, "rare")


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


def test_what_the_bounds_exclude(claims):
    # 29 events: ICANS after matching cannot have a model-based interval; with 6 of them after 4-1BB, nor can CD28.
    events = int(claims.value["G068"])
    limits = ["low", "high", "low_resolution", "high_resolution"]
    largest = {claim: wald.standard_error(*claims.loc[claim, limits])[1] for claim in ("G149", "G151", "G153", "G230")}
    assert bounds.least_standard_error(0, 4, events) > largest["G149"]
    assert bounds.least_standard_error(0, 1, events) > largest["G151"]
    six, seven = (bounds.least_standard_error(0, 1, events, 1 - few / events) for few in (6, 7))
    assert six > max(largest["G153"], largest["G230"])
    assert seven < min(largest["G153"], largest["G230"])


# --- readings --------------------------------------------------------------------------------------------------------


def test_courses_of_a_stored_member(claims):
    made = skeleton()
    random = np.random.default_rng(2)
    rows = pd.DataFrame(
        {
            "product": [PRODUCTS[code] for code in made.product],
            "relapse_day": np.where(made.relapse_day == NONE, np.nan, made.relapse_day),
            "tmn_day": np.where(made.tmn_day == NONE, np.nan, made.tmn_day),
            "tmn_type": [TYPES[code] or None for code in made.tmn_type],
            "last_day": made.last_day,
            "died": made.died.astype(bool),
            "age": random.integers(40, 80, 60),
            "prior_lines": random.integers(1, 6, 60),
        }
    )
    found = models.course(cohorts.Cohort(rows, rows.head(0)), claims)
    for name in ("product", "relapse_day", "tmn_day", "tmn_type", "last_day", "died"):
        assert np.array_equal(getattr(found.skeleton, name), getattr(made, name))
    assert found.controls.size == 12
    assert (made.tmn_day[found.controls] == NONE).all()


def test_readings_of_one_line(claims, monkeypatch):
    monkeypatch.setattr(models, "STARTS", 2)
    monkeypatch.setattr(models, "MOVES", 3)
    asked = [q for q in models.questions(claims) if q.quantity == matched.DOMAIN_LINE]
    monkeypatch.setattr(models, "questions", lambda claims: asked[:1])
    table = models.compare([models.Course(skeleton(), np.arange(10, 22))], claims, 1)
    assert table[["model", "standard_error"]].to_numpy().tolist() == [list(names) for names in models.MODELS] * 2
    assert (table.lines == "G153").all()
    assert table.starts.tolist() == [2] * 8
    assert (table.distance > 0).all()
    assert table.verdict[:4].tolist() == [models.OPEN, models.EXCLUDED] * 2
    assert table.least_error.notna().tolist() == [False, True] * 4
    assert table.scope[4] == "alone" + models.MORE
