"""Models for hazards: worked by hand, laws, R's values, and what is refused or flagged."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import hazards
from analysis._hazards import newton
from analysis._hazards.robust import influences
from analysis.hazards import cause_specific_cox, fine_gray

REFERENCE = Path(__file__).parent / "reference" / "hazards"
# crr's line search stops up to 1.5e-9 standard errors short here (checked in extended precision), ours at 1e-14.
COEF_IN_SE = 1e-8
STD_ERROR = 1e-8  # relative; ours is taken one step of less than 1e-9 before the maximum
LOG_LIKELIHOOD = 1e-12  # relative
INCIDENCE = 1e-9  # absolute; follows the coefficients


def cox(*args, **options):
    return cause_specific_cox(*args, cause="tmn", **options)


def gray(*args, **options):
    return fine_gray(*args, **{"cause": "tmn"} | options)


MODELS = {"fine_gray": gray, "efron": cox, "breslow": lambda *args: cox(*args, ties="breslow")}
both = pytest.mark.parametrize("fit", [gray, cox], ids=["fine_gray", "cox"])

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


# --- R's values ------------------------------------------------------------------------------------------------------


def answers(name):
    return pd.read_csv(REFERENCE / f"r_{name}.csv")


def reference(which, covariates):
    data = pd.read_csv(REFERENCE / f"{which}.csv")
    return data.time, pd.Categorical(data.event), data[covariates.split("+")]


KEYS = ["set", "cause", "covariates"]
CASES = dict(list(answers("coefficients").groupby([*KEYS, "model"], sort=False)))
PAIRS = dict(list(answers("covariances").groupby([*KEYS, "model"], sort=False)))
CURVES = dict(list(answers("incidences").groupby(KEYS, sort=False)))


def test_no_case_can_drop_out():
    assert len(CASES) == 66
    assert {model: len(rows) for model, rows in answers("coefficients").groupby("model")} == dict.fromkeys(MODELS, 56)
    assert len(answers("covariances")) == 222
    assert len(answers("incidences")) == 176
    assert len(answers("weights")) == 34
    sets = {path.stem for path in REFERENCE.glob("*.csv") if not path.stem.startswith("r_")}
    assert sets == set(answers("coefficients")["set"])


@pytest.mark.parametrize(("key", "r"), CASES.items(), ids=map(" ".join, CASES))
def test_values_of_r(key, r):
    which, cause, covariates, model = key
    function, options = (fine_gray, {}) if model == "fine_gray" else (cause_specific_cox, {"ties": model})
    ours = function(*reference(which, covariates), cause=cause, **options)
    r = r.set_index(ours.table.index)
    assert ((ours.table.coef - r.coef).abs() / r.std_error).max() < COEF_IN_SE
    np.testing.assert_allclose(ours.table.std_error, r.std_error, rtol=STD_ERROR)
    assert ours.log_likelihood == pytest.approx(r.log_likelihood.iloc[0], rel=LOG_LIKELIHOOD)
    if key in PAIRS:
        i, j = PAIRS[key].term.to_numpy() - 1, PAIRS[key].other.to_numpy() - 1
        error = ours.table.std_error.to_numpy()
        difference = ours.covariance.to_numpy()[i, j] - PAIRS[key].covariance.to_numpy()
        assert np.abs(difference / (error[i] * error[j])).max() < STD_ERROR


@pytest.mark.parametrize(("key", "r"), CURVES.items(), ids=map(" ".join, CURVES))
def test_incidences_of_r(key, r):
    which, cause, covariates = key
    data = reference(which, covariates)
    ours = fine_gray(*data, cause=cause).cumulative_incidence(data[2].loc[r.row.unique()], r.time.unique())
    assert ours.row.tolist() == r.row.tolist()
    np.testing.assert_allclose(ours.estimate, r.estimate, atol=INCIDENCE)


# --- case weights ----------------------------------------------------------------------------------------------------

WEIGHTED = dict(list(answers("weights").groupby(KEYS, sort=False)))
ROBUST = 1e-9  # relative; closed forms at a maximum found by either
# relative; a jackknife squares the curve's own derivative, of which psi is the leading term
JACKKNIFE = {"with psi": (0, 2e-5), "without": (2e-4, 2e-3)}


def test_weights_by_hand():
    # As in the first example, but the death (month 1) and the last patient weigh 2. Censoring: weight 5 at risk at
    # month 2, so G = 4/5 after it; the death stays at risk with 8/5.
    # Month 3: 1 + (1 + 2 + 8/5) h = 1 + A, A = 23/5 h. Month 4: 1 + (2 + 8/5) h = 1 + B, B = 18/5 h; A B = 1 again.
    data = [1, 2, 3, 4, 5], ["death", "censored", "tmn", "tmn", "censored"], [1, 0, 1, 0, 1]
    model = gray(*data, weights=[2, 1, 1, 1, 2])
    h = 5 / np.sqrt(23 * 18)
    mean = 23 / 5 * h / (1 + 23 / 5 * h)
    assert model.table.hazard_ratio["x1"] == pytest.approx(h, rel=1e-12)
    assert model.log_likelihood == pytest.approx(np.log(h) - np.log(2 + 41 / 5 * h), rel=1e-12)
    exposed = (1 - mean) ** 2 + mean**2
    score = [-8 / 5 * h * exposed, 0, (1 - mean) - h * (1 - mean) ** 2, (1 - mean) * (2 * mean - 1), -2 * h * exposed]
    carried = (
        8 / 5 * h * exposed
    )  # weight 5 at risk at month 2: 1/5 - 1/25 of it, -1/25 for those after, twice the last
    censoring = np.array([0, 4, -1, -1, -2]) / 25 * carried
    variance = np.sum((score + censoring) ** 2) / (2 * mean * (1 - mean)) ** 2
    assert model.covariance.loc["x1", "x1"] == pytest.approx(variance, rel=1e-9)


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


# --- laws ------------------------------------------------------------------------------------------------------------


@st.composite
def cohorts(draw):
    """Cohorts with ties, at least an event of each kind, two covariates that separate nobody."""
    n = draw(st.integers(20, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = random.integers(draw(st.sampled_from([0, 1])), draw(st.sampled_from([4, 12, 500])), n)
    event = random.choice(["censored", "tmn", "death", "relapse"], n, p=[0.3, 0.4, 0.2, 0.1])
    covariates = pd.DataFrame({"age": random.normal(60, 10, n).round(1), "cd28": random.integers(0, 2, n)})
    # four patients with an early event, old and young, with and without CD28, and four with a late one
    time[:8] = [1, 1, 1, 1, 400, 400, 400, 400]
    event[:8] = "tmn"
    covariates.loc[:7, "age"] = [30, 90, 90, 30, 90, 30, 30, 90]
    covariates.loc[:7, "cd28"] = [0, 1, 0, 1, 1, 0, 1, 0]
    return time, event, covariates


def same(one, other, rtol=1e-7):
    np.testing.assert_allclose(one.table.coef, other.table.coef, rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(one.table.std_error, other.table.std_error, rtol=rtol)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)


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


@settings(max_examples=25)
@given(cohorts())
def test_cumulative_incidence_rises_from_0_and_stays_below_1(cohort):
    curve = gray(*cohort).cumulative_incidence(cohort[2].head(3), [-1, 0, 1, 3, 400, 1e9])
    values = curve.estimate.to_numpy().reshape(3, 6)
    assert np.all(values[:, 0] == 0)
    assert np.all(np.diff(values) >= 0)
    assert np.all(values <= 1)


# --- many patients ---------------------------------------------------------------------------------------------------


def many(n, p, digits=9):
    random = np.random.default_rng(20_240_109)
    x = random.normal(size=(n, p))
    times = random.exponential(size=(3, n)) / [np.exp(0.4 * x[:, 0]), np.ones(n), np.full(n, 0.5)]
    event = pd.Categorical.from_codes(times.argmin(axis=0), ["tmn", "death", "censored"])
    return times.min(axis=0).round(digits), event, x


@both
@pytest.mark.parametrize("digits", [9, 1], ids=["without ties", "with ties"])
def test_a_start_from_few_leads_to_the_same_end(fit, digits, monkeypatch):
    data = many(24_000, 2, digits)
    quick = fit(*data)
    monkeypatch.setattr(newton, "LARGE", 10**9)
    same(quick, fit(*data))


def test_a_start_from_few_leads_to_the_same_end_with_weights(monkeypatch):
    data, weights = many(24_000, 2), np.arange(1, 24_001) % 3
    quick = gray(*data, weights=weights)
    monkeypatch.setattr(newton, "LARGE", 10**9)
    same(quick, gray(*data, weights=weights))


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


# --- levels ----------------------------------------------------------------------------------------------------------


@both
def test_levels_are_compared_with_the_first(fit):
    time, event, x = many(300, 1)
    product = np.array(["tisa-cel", "axi-cel", "liso-cel"])[np.arange(300) % 3]
    dummies = pd.DataFrame({"liso": product == "liso-cel", "tisa": product == "tisa-cel", "age": x[:, 0]})
    model = fit(time, event, pd.DataFrame({"product": product, "age": x[:, 0]}))
    assert list(model.table.index) == ["product[liso-cel vs axi-cel]", "product[tisa-cel vs axi-cel]", "age"]
    assert model.levels == {"product": ["axi-cel", "liso-cel", "tisa-cel"]}
    same(model, fit(time, event, dummies))
    order = ["unused", "tisa-cel", "axi-cel", "liso-cel"]
    other = fit(time, event, pd.DataFrame({"product": pd.Categorical(product, categories=order), "age": x[:, 0]}))
    assert other.table.index[0] == "product[axi-cel vs tisa-cel]"
    assert other.table.coef.iloc[0] == pytest.approx(-model.table.coef.iloc[1], rel=1e-8)
    assert other.log_likelihood == pytest.approx(model.log_likelihood, rel=1e-12)


def test_incidence_finds_columns_by_name_and_levels():
    time, event, x = many(300, 1)
    table = pd.DataFrame({"costim": np.where(np.arange(300) % 2, "CD28", "4-1BB"), "age": x[:, 0]})
    model = gray(time, event, table)
    curve = model.cumulative_incidence(table.loc[[7], ["age", "costim"]], [0.5, 1])
    assert curve.columns.tolist() == ["row", "time", "estimate"]
    assert curve.row.tolist() == [7, 7]
    expected = model.cumulative_incidence(table, [0.5, 1]).query("row == 7").estimate
    np.testing.assert_array_equal(curve.estimate, expected)
    with pytest.raises(ValueError, match=r"costim: 1 row\(s\) \(row 0: CD19\); allowed: '4-1BB', 'CD28'"):
        model.cumulative_incidence(pd.DataFrame({"costim": ["CD19"], "age": [0.0]}), [1])
    with pytest.raises(ValueError, match="'costim' missing; found: 'age'"):
        model.cumulative_incidence(pd.DataFrame({"age": [0.0]}), [1])


# --- no finite maximum, refusals -------------------------------------------------------------------------------------


@both
def test_a_group_without_events_has_an_infinite_coefficient(fit):
    time, event, x = many(200, 2)
    event = event.astype(object)
    group = np.arange(200) % 4 == 0
    event[group & (event == "tmn")] = "censored"
    model = fit(time, event, pd.DataFrame({"x": x[:, 0], "group": group}))
    row = model.table.loc["group"]
    assert (row.coef, row.hazard_ratio) == (-np.inf, 0)
    assert row[["std_error", "conf_low", "conf_high", "z", "p_value"]].isna().all()
    assert model.infinite == ("group",)
    assert model.covariance["group"].isna().all()
    if fit is cox:  # in the limit the group has left all risk sets
        rest = fit(time[~group], event[~group], pd.DataFrame({"x": x[~group, 0]}))
        assert model.table.coef["x"] == pytest.approx(rest.table.coef["x"], rel=1e-6)
        assert model.table.std_error["x"] == pytest.approx(rest.table.std_error["x"], rel=1e-6)
    else:
        with pytest.raises(ValueError, match="no cumulative incidence with infinite coefficients: group"):
            model.cumulative_incidence([[0, 1]], [1])


@both
def test_one_event(fit):
    event = ["censored"] * 9 + ["tmn"]
    time = [5.0] * 9 + [4.0]
    age = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 5.5])
    assert np.isfinite(fit(time, event, age).table.to_numpy()).all()
    age[-1] = 10
    assert fit(time, event, age).table.hazard_ratio["x1"] == np.inf


def test_a_covariate_that_is_the_time_itself():
    time = np.arange(1, 4001.0)
    with pytest.raises(ValueError, match="does one of 'x1' tell who has the event, or when"):
        cox(time, ["tmn"] * 4000, time)
    assert cox(time[:8], ["tmn"] * 8, time[:8]).table.coef["x1"] == -np.inf


TIME, EVENT, X = [1.0, 2, 3, 4, 5, 6], ["tmn", "death", "tmn", "censored", "tmn", "censored"], [1.0, 4, 2, 6, 3, 5]
WRONG = {
    "time missing": (
        ([1, None, 3, 4, 5, 6], EVENT, X),
        "1 missing, negative .* of time: row 1: nan; allowed: numbers from 0",
    ),
    "time negative": (([1, -2, 3, 4, 5, 6], EVENT, X), "1 missing, negative .* of time: row 1: -2"),
    "time infinite": (([1, np.inf, 3, 4, 5, 6], EVENT, X), r"row 1: inf"),
    "no rows": (([], [], []), "no rows; at least one is needed"),
    "event missing": ((TIME, [*EVENT[:5], None], X), r"1 missing event\(s\): row 5: None; allowed: 'censored', 'tmn'"),
    "event numbered": ((TIME, [1, 2, 1, 0, 1, 0], X), "events go by name; found 0, 1, 2; allowed: text"),
    "event short": ((TIME, EVENT[:5], X), "different numbers of rows: time 6, event 5"),
    "no event": ((TIME, ["death"] * 6, X), "cause: no event 'tmn' among 6 rows, .* events: 'death'"),
    "no category": ((TIME, pd.Categorical(["death"] * 6), X), "cause 'tmn' is no category of event; allowed: 'death'"),
    "covariates short": ((TIME, EVENT, X[:5]), "covariates: 5 rows, but time has 6"),
    "covariate missing": ((TIME, EVENT, [1, 2, np.nan, 4, 5, 6]), r"x1: 1 row\(s\) \(row 2: nan\)"),
    "covariate infinite": ((TIME, EVENT, [1, 2, np.inf, 4, 5, 6]), r"x1: 1 row\(s\) \(row 2: inf\)"),
    "level missing": (
        (TIME, EVENT, pd.Series(["a", "b", None, "a", "b", "a"], name="arm")),
        r"arm: 1 row\(s\) \(row 2\) missing",
    ),
    "constant": ((TIME, EVENT, pd.DataFrame({"age": X, "one": 1})), "'one' do not vary among 6 rows"),
    "one level": ((TIME, EVENT, pd.DataFrame({"age": X, "arm": "a"})), "'arm' do not vary among 6 rows"),
    "collinear": (
        (TIME, EVENT, pd.DataFrame({"a": X, "b": [0, 1, 1, 0, 0, 1], "c": np.add(X, [0, 1, 1, 0, 0, 1])})),
        "'c' is a combination of 'a', 'b'",
    ),
    "constant at risk": (
        ([0.0, 0, 3, 4, 5, 6], ["censored"] * 2 + EVENT[2:], [0, 1, 1, 1, 1, 1]),
        "'x1' does not vary, or only with",
    ),
    "dates": ((TIME, EVENT, pd.Series(pd.date_range("2020-01-01", periods=6), name="day")), "day: found datetime64"),
    "named twice": (
        (TIME, EVENT, pd.DataFrame(np.eye(6)[:, :2], columns=["a", "a"])),
        "allowed: at least one, each named once",
    ),
    "no covariate": ((TIME, EVENT, pd.DataFrame(index=range(6))), "allowed: at least one"),
    "too many": ((TIME, EVENT, np.eye(6)), "6 coefficients for 6 rows"),
}


@both
@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG)
def test_refused_with_what_was_found_and_what_is_allowed(fit, data, message):
    with pytest.raises(ValueError, match=message):
        fit(*data)


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence_level": 95}, "confidence_level: found 95; allowed: between 0 and 1"),
        ({"cause": "censored"}, "cause and censored are both 'censored'"),
        ({"ties": "exact"}, "ties: found 'exact'; allowed: efron, breslow"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        cause_specific_cox(TIME, EVENT, X, **{"cause": "tmn"} | options)
