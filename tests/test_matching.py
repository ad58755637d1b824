"""Matching: by hand, by law, and R's value."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from analysis.matching import balance, match_nearest, match_weights, propensity_score, row_order_sensitivity

REFERENCE = Path(__file__).parent / "reference"
RTOL = 1e-8  # closed forms, and a logistic regression that R fits here to 1e-14
ATOL = 1e-12  # distances of tied scores are zero up to rounding, in R as here
DESIGNS = {
    "ratio2": {"ratio": 2},
    "ratio1": {"ratio": 1},
    "ratio3": {"ratio": 3},
    "smallest": {"ratio": 2, "order": "smallest"},
    "data": {"ratio": 2, "order": "data"},
    "caliper": {"ratio": 2, "caliper": 0.2},
    "logit": {"ratio": 2},
    "replace": {"ratio": 2, "replace": True},
}
R = pd.read_csv(REFERENCE / "matching.csv")
MATCHED = R[R.design != "score"].groupby(["set", "design"])


def patients(name):
    d = pd.read_csv(REFERENCE / f"matching_{name}.csv")
    return d, [column for column in d if column != "treated"]


def distances(matches):
    """What R's answers say of the distances: their number, sums and deciles (R's type 1)."""
    d = np.sort(matches.distance)
    deciles = d[np.maximum(np.ceil(np.arange(11) / 10 * len(d) - 1e-9).astype(int) - 1, 0)]
    sums = {"pairs": len(d), "sum": d.sum(), "sum_of_squares": np.sum(d**2)}
    return sums | {f"decile{i}": value for i, value in enumerate(deciles)}


def test_the_answers_of_r_cannot_quietly_shrink():
    assert len(R) == 834
    assert set(MATCHED.groups) == {(name, d) for name in ("cart539", "cont1500", "short") for d in DESIGNS}
    assert R.groupby("set").size().to_dict() == {"cart539": 134, "cont1500": 446, "short": 254}


@pytest.mark.parametrize("name", ["cart539", "cont1500", "short"])
def test_propensity_score_equals_glm(name):
    d, covariates = patients(name)
    p = propensity_score(d, "treated", covariates)
    ours = {"sum": p.sum(), "sum_of_squares": np.sum(p**2)} | {f"row{i + 1}": p[i] for i in range(5)}
    answers = R[(R.set == name) & (R.design == "score")].set_index("quantity").value
    assert ours == pytest.approx(answers.to_dict(), rel=RTOL)


@pytest.mark.parametrize("case", [key for key, _ in MATCHED], ids="-".join)
def test_matching_equals_matchit(case):
    name, design = case
    d, covariates = patients(name)
    p = propensity_score(d, "treated", covariates)
    matches = match_nearest(special.logit(p) if design == "logit" else p, d.treated, **DESIGNS[design])
    weights = match_weights(matches, len(d))
    table, ours = balance(d, "treated", covariates, weights), distances(matches)
    ours["weights_sum_of_squares"] = np.sum(weights**2)
    for quantity, value in MATCHED.get_group(case).set_index("quantity").value.items():
        if "|" in quantity:
            covariate, column, when = quantity.split("|")
            ours[quantity] = table.loc[covariate, f"{column}_{when}"]
        assert ours[quantity] == pytest.approx(value, rel=RTOL, abs=ATOL), quantity


def brute_force(score, treated, ratio, caliper, order):
    """The definition, word by word, in time that grows with the square."""
    units = np.rint(np.asarray(score) * 1e10).astype(int)
    limit = np.inf if caliper is None else caliper * np.std(score, ddof=1) * 1e10
    rows = [i for i in range(len(units)) if treated[i]]
    free = [i for i in range(len(units)) if not treated[i]]
    rows.sort(key=lambda i: {"largest": -units[i], "smallest": units[i], "data": 0}[order])
    pairs = []
    for number in range(1, ratio + 1):
        for i in rows:
            near = min(free, key=lambda j: (abs(units[i] - units[j]), j), default=None)
            if near is not None and abs(units[i] - units[near]) <= limit:
                free.remove(near)
                pairs.append((i, near, number))
    return sorted(pairs, key=lambda pair: (pair[0], pair[2]))


groups = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=25)


@settings(max_examples=150)
@given(
    groups.filter(lambda rows: 0 < sum(t for _, t in rows) < len(rows)),
    st.integers(1, 3),
    st.sampled_from([None, 0.0, 0.3, 1.0]),
    st.sampled_from(["largest", "smallest", "data"]),
)
def test_pairs_are_those_of_the_definition(rows, ratio, caliper, order):
    """Many ties, few controls: the same pairs, also in another order of the search."""
    score, treated = np.array([s / 10 for s, _ in rows]), np.array([t for _, t in rows])
    matches = match_nearest(score, treated, ratio=ratio, caliper=caliper, order=order)
    pairs = list(zip(matches.treated, matches.control, matches["round"], strict=True))
    assert pairs == brute_force(score, treated, ratio, caliper, order)
    assert matches.control.is_unique
    again = match_nearest(score, treated, ratio=ratio, caliper=caliper, order=order, replace=True)
    assert not again.duplicated(["treated", "control"]).any()
    if caliper is None:
        assert len(again) == treated.sum() * min(ratio, (~treated).sum())
    for case, number, distance in zip(again.treated, again["round"], again.distance, strict=True):
        nearest = np.sort(np.abs(score[~treated] - score[case]))
        assert distance == pytest.approx(nearest[number - 1], abs=1e-9)


def test_rounds_by_hand():
    # treated 0.50 and 0.48; controls 0.49 (row 2), 0.47 (row 3), 0.10 (row 4), 0.52 (row 5).
    # Round 1: 0.50 chooses first; 0.49 is 0.01 away, 0.52 is 0.02: row 2. Then 0.48: row 3.
    # Round 2: 0.50 takes row 5; 0.48 what is left, row 4.
    matches = match_nearest([0.50, 0.48, 0.49, 0.47, 0.10, 0.52], [1, 1, 0, 0, 0, 0])
    assert matches[["treated", "control", "round"]].values.tolist() == [[0, 2, 1], [0, 5, 2], [1, 3, 1], [1, 4, 2]]
    np.testing.assert_allclose(matches.distance, [0.01, 0.02, 0.01, 0.38])


def test_rounding_errors_decide_nothing():
    # 0.1 + 0.2 is 0.30000000000000004, so that 0.3 (row 2) and 0.1 + 0.2 (row 1) are the same score: the first row
    assert match_nearest([0.3, 0.1 + 0.2, 0.3], [1, 0, 0], ratio=1).control.tolist() == [1]
    # 0.4 and 0.2 are equally far from 0.3, though not in binary
    assert match_nearest([0.3, 0.4, 0.2], [1, 0, 0], ratio=1).control.tolist() == [1]


def test_balance_by_hand():
    # treated 60, 70: mean 65, variance 50; controls 40, 50, 60, 70: mean 55, variance 500/3
    d = pd.DataFrame({"age": [60, 70, 40, 50, 60, 70], "icans": [1, 0, 1, 0, 0, 0], "case": [1, 1, 0, 0, 0, 0]})
    table = balance(d, "case", ["age", "icans"], [1, 1, 0, 0, 1, 1])
    assert table.asd_before["age"] == pytest.approx(10 / 50**0.5)
    assert table.variance_ratio_before["age"] == pytest.approx(50 / (500 / 3))
    # 0/1: 1/2 against 1/4, over the root of 1/2 · 1/2
    assert table.asd_before["icans"] == pytest.approx(0.25 / 0.5)
    assert np.isnan(table.variance_ratio_before["icans"])
    assert table.asd_after.tolist() == [0, 1]
    pooled = balance(d, "case", ["age"], denominator="pooled")
    assert pooled.asd_before["age"] == pytest.approx(10 / ((50 + 500 / 3) / 2) ** 0.5)


def test_text_becomes_one_indicator_for_each_level():
    d = pd.DataFrame({"product": ["axi", "tisa", "axi", "liso", "axi", "tisa"], "case": [1, 1, 0, 0, 0, 0]})
    table = balance(d, "case", ["product"])
    assert table.index.tolist() == ["product: axi", "product: liso", "product: tisa"]
    assert table.mean_control_before.tolist() == [0.5, 0.25, 0.25]
    three = pd.DataFrame({"product": list("aaabbbccc"), "case": [1, 0, 0, 1, 1, 0, 1, 0, 1]})
    np.testing.assert_allclose(propensity_score(three, "case", ["product"])[[0, 3, 6]], [1 / 3, 2 / 3, 2 / 3])


def test_a_redundant_covariate_changes_no_score():
    d, covariates = patients("short")
    twice = d.assign(sum=d.x1 + d.x2, one=1.0)
    p, q = propensity_score(d, "treated", covariates), propensity_score(twice, "treated", [*covariates, "sum", "one"])
    np.testing.assert_allclose(p, q, rtol=1e-10)


def test_row_order_sensitivity_is_reproducible_and_keeps_the_distances():
    d, covariates = patients("cart539")
    p = propensity_score(d, "treated", covariates)

    def estimate(matches):
        return {"distance": matches.distance.sum(), "age": d.age[matches.control].mean()}

    table = row_order_sensitivity(p, d.treated, estimate, orders=30, seed=5)
    assert len(table) == 31
    assert table.matched_set.nunique() > 25  # of 539 patients with 94 different scores
    assert table.equals(row_order_sensitivity(p, d.treated, estimate, orders=30, seed=5))
    given = match_nearest(p, d.treated)
    assert table.distance[0] == given.distance.sum()
    np.testing.assert_allclose(table.distance, table.distance[0], rtol=0.5)
    # without ties the order of the rows changes nothing
    d, covariates = patients("short")
    p = propensity_score(d, "treated", covariates)
    table = row_order_sensitivity(p, d.treated, lambda m: m.distance.sum(), orders=10, seed=5, ratio=1)
    assert table.matched_set.eq(0).all()
    np.testing.assert_allclose(table.estimate, table.estimate[0], rtol=1e-12)


D = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "t": [0, 0, 1, 1], "gap": [1, np.nan, 2, np.nan]})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: propensity_score(D, "t", ["x"]), ValueError, "separate treated rows from controls"),
        (lambda: propensity_score(D, "t", ["gap"]), ValueError, "2 in 'gap'; matching needs complete rows"),
        (lambda: propensity_score(D, "t", ["y"]), KeyError, "no column 'y'; there are 'x', 't', 'gap'"),
        (lambda: propensity_score(D, [1, 1, 1, 1], ["x"]), ValueError, "4 of 4 rows are treated"),
        (lambda: propensity_score(D, [1, 0], ["x"]), ValueError, "2 values of treated for 4 rows"),
        (lambda: match_nearest([1, 2], [0, 2]), ValueError, "1 value.* neither true nor false: row 1: 2"),
        (lambda: match_nearest([1, np.nan, 2], [0, 0, 1]), ValueError, r"1 score\(s\) missing .* row 1: nan"),
        (lambda: match_nearest([1, 2, 3], [0, 1]), ValueError, "3 scores for 2 values"),
        (lambda: match_nearest([1, 2], [0, 1], ratio=0), ValueError, "whole number from 1; got 0"),
        (lambda: match_nearest([1, 2], [0, 1], caliper=-1), ValueError, "caliper is not negative; got -1"),
        (lambda: match_nearest([1, 2], [0, 1], order="random"), ValueError, "there are 'largest', 'smallest', 'data'"),
        (lambda: balance(D, "t", ["x"], [1, 1]), ValueError, "2 weights for 4 rows"),
        (lambda: balance(D, "t", ["x"], [1, 1, 0, 0]), ValueError, "nothing was matched"),
        (lambda: balance(D, "t", ["x"], [1, -1, 1, 1]), ValueError, r"1 weight\(s\) .* rows \[1\]"),
        (lambda: balance(D, "t", ["x"], denominator="all"), ValueError, "there are 'treated', 'pooled'"),
    ],
)
def test_errors_say_what_was_found_and_what_is_allowed(call, error, message):
    with pytest.raises(error, match=message):
        call()
