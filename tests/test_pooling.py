"""Pooling: by hand, by law, R's value, and numbers that papers printed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from analysis.pooling import cumulative, influence, leave_one_out, meta_regression, pool, pool_proportions, pool_rates
from analysis.pooling.pooled import log_odds, log_rates

REFERENCE = Path(__file__).parent / "reference"
RTOL = 1e-8  # closed forms, and REML and Paule–Mandel, which metafor runs here to 1e-12
ATOL = 1e-12  # for tau², I² and limits that are zero up to rounding
RTOL_EXACT = 1e-6  # R's answer is BFGS and Newton on finite differences of integrals; ours has exact derivatives
RTOL_LME4 = 1e-4  # metafor hands the GLMM to lme4, which stops early and uses 25 nodes
WORDS = {"EE": "equal", "DL": "dl", "PM": "pm", "REML": "reml"}

SEQUENCES = "leave_one_out|cumulative|influence"


def stored(name):
    return pd.read_csv(REFERENCE / f"pooling_{name}.csv")


def log_ratios(name):
    """Log risk ratios or log rate ratios of two arms with their standard errors."""
    d = stored(name)
    if name == "bcg":
        return np.log(d.ai / d.n1i / (d.ci / d.n2i)), np.sqrt(1 / d.ai - 1 / d.n1i + 1 / d.ci - 1 / d.n2i)
    return np.log(d.x1i / d.t1i / (d.x2i / d.t2i)), np.sqrt(1 / d.x1i + 1 / d.x2i)


def effects(name, measure):
    """Estimates and standard errors of a set, as the models take them."""
    d = stored(name)
    if name == "loghr9":
        return d.yi, d.sei
    if name == "cart14":
        size = d.n if measure == "PLO" else d.py
        y, v = (log_odds if measure == "PLO" else log_rates)(d.events.to_numpy(float), size.to_numpy(float))
        return y, np.sqrt(v)
    return log_ratios(name)


def counts(name, measure):
    """The pooling function of a set of counts with its arguments."""
    d = stored(name)
    if name == "hart1999":
        return pool_rates, d.x1i, d.t1i
    return (pool_proportions, d.events, d.n) if measure == "PLO" else (pool_rates, d.events, d.py)


def model(pooled):
    """Pooled estimate and prediction limits on the scale of the model."""
    forward = {"as given": float, "logit": lambda p: np.log(p / (1 - p)), "log": np.log}[pooled.scale]
    return {name: forward(getattr(pooled, name)) for name in ("estimate", "prediction_low", "prediction_high")}


R = pd.read_csv(REFERENCE / "pooling.csv")
PLAIN = R[R.method.isin(WORDS) & ~R.measure.str.contains("~")].groupby(["set", "measure", "method", "test"])
REGRESSIONS = R[R.measure.str.contains("~")].groupby(["set", "measure", "method", "test"])
TABLES = R[R.method.str.contains(SEQUENCES)]
MIXED = R[R.method.isin(["GLMM", "exact"])].groupby(["set", "measure"])


def test_the_answers_of_r_cannot_quietly_shrink():
    assert len(R) == 1872
    assert (len(PLAIN), len(REGRESSIONS), len(TABLES), len(MIXED)) == (5 * 8, 8 * 8, 2 * 14 * 18, 3)
    assert len(R) == sum(sum(map(len, (g for _, g in s))) for s in (PLAIN, REGRESSIONS, MIXED)) + len(TABLES)


def by_name(rows):
    return rows.set_index("quantity").value


@pytest.mark.parametrize("case", [key for key, _ in PLAIN], ids="-".join)
def test_pool_equals_metafor(case):
    name, measure, method, test = case
    pooled = pool(*effects(name, measure), method=WORDS[method], knapp_hartung=test == "knha")
    answers = by_name(PLAIN.get_group(case))
    for quantity, value in answers.items():
        assert getattr(pooled, quantity) == pytest.approx(value, rel=RTOL, abs=ATOL), quantity
    assert ("prediction_low" in answers) == np.isfinite(pooled.prediction_low)


@pytest.mark.parametrize("case", [key for key, _ in REGRESSIONS], ids="-".join)
def test_meta_regression_equals_metafor(case):
    name, measure, method, test = case
    measure, _, term = measure.partition("~")
    covariates, row = term[:-3].split("+"), int(term[-2]) - 1
    design = stored(name)[covariates]
    fit = meta_regression(*effects(name, measure), design, method=WORDS[method], knapp_hartung=test == "knha")
    for quantity, value in by_name(REGRESSIONS.get_group(case)).items():
        ours = fit.table[quantity].iloc[row] if quantity in fit.table else getattr(fit, quantity)
        assert ours == pytest.approx(value, rel=RTOL, abs=ATOL), quantity


@pytest.mark.parametrize("measure", ["PLO", "IRLN"])
def test_sequences_equal_metafor(measure):
    y, se = effects("cart14", measure)
    ours = {
        "leave_one_out": leave_one_out(y, se),
        "cumulative": cumulative(y, se, order=stored("cart14").year),
        "influence": influence(y, se),
    }
    rows = TABLES[TABLES.measure == measure]
    for method, quantity, value in zip(rows.method, rows.quantity, rows.value, strict=True):
        table, _, row = method.rstrip("]").partition("[")
        assert ours[table][quantity].iloc[int(row) - 1] == pytest.approx(value, rel=RTOL, abs=ATOL), (method, quantity)


@pytest.mark.parametrize("case", [key for key, _ in MIXED], ids="-".join)
def test_glmm_equals_exact_integration_and_metafor(case):
    function, x, size = counts(*case)
    pooled = function(x, size)
    for method, tolerance in (("exact", RTOL_EXACT), ("GLMM", RTOL_LME4)):
        rows = MIXED.get_group(case)
        for quantity, value in by_name(rows[rows.method == method]).items():
            ours = model(pooled).get(quantity, getattr(pooled, quantity))
            assert ours == pytest.approx(value, rel=tolerance), (method, quantity)


def test_equal_effects_by_hand():
    # weights 1/0.04 = 25, 1/0.01 = 100, 1/0.25 = 4: mean (25·0.2 + 100·0.5 + 4·0.9)/129 = 58.6/129
    pooled = pool([0.2, 0.5, 0.9], [0.2, 0.1, 0.5], method="equal")
    assert pooled.estimate == pytest.approx(58.6 / 129, rel=1e-14)
    assert pooled.std_error == pytest.approx(129**-0.5, rel=1e-14)
    # Q = Σ w y² − (Σ w y)²/Σ w = 1 + 25 + 3.24 − 58.6²/129
    assert pooled.q == pytest.approx(29.24 - 58.6**2 / 129, rel=1e-12)
    np.testing.assert_allclose(pooled.weights, [2500 / 129, 10000 / 129, 400 / 129])


def test_two_studies_of_equal_precision_by_hand():
    # y = 0 and 2, v = 1: Q = 2, so every estimator gives (Q − 1)/(Σw − Σw²/Σw) = (2 − 1)/(2 − 1) = 1
    for method in ("dl", "pm", "reml"):
        pooled = pool([0, 2], [1, 1], method=method)
        assert pooled.tau2 == pytest.approx(1, rel=1e-12)
        assert pooled.i2 == pytest.approx(50, rel=1e-12)


def test_bcg_trials_as_printed():
    # Viechtbauer, J Stat Softw 2010;36(3), section 3.1: -0.7145 (SE 0.1798), tau² 0.3132, I² 92.22%, Q 152.2330
    pooled = pool(*log_ratios("bcg"))
    printed = {"estimate": -0.7145, "std_error": 0.1798, "conf_low": -1.0669, "conf_high": -0.3622, "tau2": 0.3132}
    for quantity, value in printed.items():
        assert round(getattr(pooled, quantity), 4) == value
    assert (round(pooled.i2, 2), round(pooled.q, 3)) == (92.22, 152.233)


def test_glmm_likelihood_by_adaptive_integration():
    # one study with 1 event of 2, at the fitted values of both: ∫ 2 p(1 − p) φ(z) dz, by quadrature of scipy
    x, n = np.array([1, 0, 9]), np.array([2, 5, 10])
    pooled = pool_proportions(x, n)
    mean, tau = model(pooled)["estimate"], pooled.tau2**0.5

    def density(z, i):
        return stats.binom.pmf(x[i], n[i], 1 / (1 + np.exp(-(mean + tau * z)))) * stats.norm.pdf(z)

    total = sum(np.log(integrate.quad(density, -12, 12, args=(i,), epsabs=1e-13, epsrel=1e-12)[0]) for i in range(3))
    assert pooled.log_likelihood == pytest.approx(total, rel=1e-10)


def test_glmm_without_heterogeneity_is_the_crude_proportion():
    pooled = pool_proportions([1, 2, 0, 1, 3], [40, 60, 20, 50, 100])
    assert (pooled.tau2, pooled.i2) == (0, 0)
    assert pooled.estimate == pytest.approx(7 / 270, rel=1e-12)
    assert pooled.std_error == pytest.approx((1 / 7 + 1 / 263) ** 0.5, rel=1e-9)
    rate = pool_rates([1, 2, 0, 1, 3], [40, 60, 20, 50, 100])
    assert rate.estimate == pytest.approx(7 / 270, rel=1e-12)


def test_a_single_study_is_returned_as_it_is():
    pooled = pool([0.3], [0.2], knapp_hartung=True)
    assert (pooled.estimate, pooled.tau2, pooled.q, pooled.q_p_value, pooled.k) == (0.3, 0, 0, 1, 1)
    assert pooled.conf_high == pytest.approx(0.3 + stats.norm.ppf(0.975) * 0.2)
    assert np.isnan(pooled.prediction_low)
    assert pool_proportions([3], [30]).estimate == pytest.approx(0.1, rel=1e-12)
    assert pool_rates([3], [30.0]).estimate == pytest.approx(0.1, rel=1e-12)


def test_no_event_at_all_has_no_logit_but_a_clear_error():
    with pytest.raises(ValueError, match=r"0 of 110 in 2 studies: .*proportion_interval"):
        pool_proportions([0, 0], [60, 50])
    with pytest.raises(ValueError, match=r"110 of 110 in 2 studies"):
        pool_proportions([60, 50], [60, 50])
    with pytest.raises(ValueError, match=r"0 in 50 of person-time in 1 study: .*rate_interval"):
        pool_rates([0], [50.0])
    with pytest.raises(ValueError, match="nearly every study is all or none"):
        pool_proportions([0, 20, 0, 30], [20, 20, 30, 30])
    assert pool_proportions([0, 0], [60, 50], method="dl").estimate < 0.02  # with one half added, as metafor


def test_cumulative_tables_start_before_the_first_event():
    table = cumulative([0, 0, 3, 5], [20, 30, 40, 50], pooled_by=pool_proportions, labels=list("abcd"))
    assert table.estimate.isna().tolist() == [True, True, False, False]
    assert table.k.tolist() == [1, 2, 3, 4]
    assert table.estimate["d"] == pool_proportions([0, 0, 3, 5], [20, 30, 40, 50]).estimate


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool([0.1, np.nan, 0.2], [1, 1, 0]), r"2 impossible value\(s\): row 1: nan and 1, row 2: 0.2 and 0"),
        (lambda: pool([], []), "one value for each study"),
        (lambda: pool([1, 2], [1]), r"shapes \(2,\) and \(1,\)"),
        (lambda: pool([1], [1], method="ml"), "no method 'ml'; there are 'reml', 'dl', 'pm', 'equal'"),
        (lambda: pool([1], [1], confidence_level=95), "between 0 and 1; got 95"),
        (lambda: pool_proportions([3], [2]), "row 0: 3 and 2"),
        (lambda: pool_proportions([1.5], [2]), "row 0: 1.5 and 2"),
        (lambda: pool_rates([1], [0]), "person_time > 0"),
        (lambda: pool_rates([1, 2], [9, 9], knapp_hartung=True), "a GLMM has no such adjustment"),
        (lambda: leave_one_out([1], [1]), "at least 2 studies; got 1"),
        (lambda: influence([1], [1]), "at least 2 studies; got 1"),
        (lambda: cumulative([1, 2], [1, 1], order=[1]), "order needs 2 values"),
        (lambda: leave_one_out([1, 2], [1, 1], labels=["a"]), "1 labels for 2 studies"),
        (lambda: meta_regression([1, 2], [1, 1], [[0, 1], [1, 1.5]]), "3 terms .* from 2 studies"),
        (lambda: meta_regression([1, 2, 3], [1, 1, 1], [[1, 2], [2, 4], [5, 10]]), r"collinear term\(s\).*: 1"),
        (lambda: meta_regression([1, 2, 3], [1, 1, 1], [[1], [np.inf], [3]]), r"1 row\(s\) of the design .*\[1\]"),
        (lambda: meta_regression([1, 2, 3], [1, 1, 1], [[1], [2]]), "2 rows in the design for 3 studies"),
    ],
)
def test_errors_say_what_was_found_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()


studies = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 2)), min_size=2, max_size=12)
arms = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n // 2), st.just(n))), min_size=2, max_size=8
)


@settings(max_examples=40)
@given(studies, st.floats(-3, 3), st.floats(0.2, 5), st.sampled_from(["reml", "dl", "pm", "equal"]), st.randoms())
def test_laws_of_pooling(rows, shift, scale, method, random):
    """Rows permuted, estimates shifted or rescaled: the pooled estimate follows."""
    pooled = pool(*zip(*rows, strict=True), method=method)
    random.shuffle(rows)
    moved = pool([scale * (y + shift) for y, _ in rows], [scale * s for _, s in rows], method=method)
    assert moved.estimate == pytest.approx(scale * (pooled.estimate + shift), rel=1e-6, abs=1e-6)
    assert moved.tau2 == pytest.approx(scale**2 * pooled.tau2, rel=1e-6, abs=1e-6)
    assert pooled.weights.sum() == pytest.approx(100)
    assert min(y for y, _ in rows) - 1e-9 <= pooled.estimate <= max(y for y, _ in rows) + 1e-9


@settings(max_examples=40)
@given(studies)
def test_paule_mandel_makes_q_its_degrees_of_freedom(rows):
    y, se = map(np.array, zip(*rows, strict=True))
    tau2 = pool(y, se, method="pm").tau2
    q = pool(y, np.sqrt(se**2 + tau2), method="equal").q
    assert q == pytest.approx(len(y) - 1, rel=1e-7) if tau2 > 0 else q <= len(y) - 1 + 1e-9


@settings(max_examples=8)
@given(arms.filter(lambda rows: any(x for x, _ in rows)))
def test_laws_of_the_mixed_model(rows):
    """Counting the others mirrors the proportion; another unit of time rescales the rate; the maximum is no saddle."""
    x, n = map(np.array, zip(*rows, strict=True))
    pooled, mirror = pool_proportions(x, n), pool_proportions(n - x, n)
    assert mirror.estimate == pytest.approx(1 - pooled.estimate, rel=1e-6)
    assert mirror.tau2 == pytest.approx(pooled.tau2, rel=1e-5, abs=1e-6)
    months, years = pool_rates(x, 12.0 * n), pool_rates(x, n)
    assert 12 * months.estimate == pytest.approx(years.estimate, rel=1e-6)
    crude = x.sum() / n.sum()
    assert pooled.log_likelihood >= stats.binom.logpmf(x, n, crude).sum() - 1e-9


def test_regression_on_an_indicator_is_pooling_in_each_group():
    y, se = np.array([0.1, 0.4, 0.3, 0.9, 1.2]), np.array([0.1, 0.2, 0.3, 0.2, 0.1])
    fit = meta_regression(y, se, pd.DataFrame({"new": [0, 0, 0, 1, 1]}), method="equal")
    old, new = pool(y[:3], se[:3], method="equal").estimate, pool(y[3:], se[3:], method="equal").estimate
    np.testing.assert_allclose(fit.table.coef, [old, new - old], rtol=1e-12)
    np.testing.assert_allclose(fit.predict([[0], [1]]).estimate, [old, new], rtol=1e-12)
    own_intercept = meta_regression(y, se, [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1]], method="equal")
    np.testing.assert_allclose(own_intercept.table.coef, fit.table.coef, rtol=1e-12)
