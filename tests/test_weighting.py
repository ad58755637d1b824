"""Weights in place of pairs: by hand, by law, R's value, and every possible set of pairs tried."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from analysis.matching import balance, full_matching, odds_weights, propensity_score, stratum_weights, weighting

REFERENCE = Path(__file__).parent / "reference"
RTOL = 1e-8  # closed forms, and a logistic regression that R fits here to 1e-14
R = pd.read_csv(REFERENCE / "weighting.csv")
PATIENTS = pd.read_csv(REFERENCE / "matching_cart539.csv")
AGE, LINES, CASES = PATIENTS.age, PATIENTS.lines_ge4, PATIENTS.treated == 1


def exact(width):
    return stratum_weights(pd.DataFrame({"band": AGE // width, "lines": LINES}), CASES)


WEIGHTS = {
    "exact1": lambda: exact(1),
    "exact5": lambda: exact(5),
    "exact10": lambda: exact(10),
    "odds": lambda: odds_weights(propensity_score(PATIENTS, "treated", ["age", "lines_ge4"]), CASES),
}


def test_the_answers_of_r_cannot_quietly_shrink():
    assert R.groupby("design", sort=False).size().to_dict() == dict.fromkeys(WEIGHTS, 65)


@pytest.mark.parametrize("design", WEIGHTS)
def test_weights_equal_matchit(design):
    w = WEIGHTS[design]()
    means = balance(PATIENTS, CASES, ["age", "lines_ge4"], w).mean_control_after
    ours = {f"row{i + 1}": w[i] for i in range(0, len(w), 9)} | means.add_prefix("mean_control_").to_dict()
    ours |= {"sum": w.sum(), "sum_of_squares": np.sum(w**2), "used": np.count_nonzero(w)}
    answers = R[R.design == design].set_index("quantity").value
    assert ours == pytest.approx(answers.to_dict(), rel=RTOL)


def test_strata_by_hand():
    # old: 2 treated, 4 controls: 1/2 each; young: 1 and 1; then a stratum of treated rows only, and one of controls
    strata = ["old"] * 6 + ["young"] * 2 + ["rare"] + ["other"]
    treated = [1, 1, 0, 0, 0, 0, 1, 0, 1, 0]
    assert stratum_weights(strata, treated, ratio=1).tolist() == [1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1, 0, 0]
    assert stratum_weights(strata, treated, ratio=2).tolist() == [1, 1, 1, 1, 1, 1, 1, 2, 0, 0]
    # the sum of the controls' weights, 3, becomes their number, 5
    np.testing.assert_allclose(stratum_weights(strata, treated)[[2, 5, 7, 9]], [5 / 6, 5 / 6, 5 / 3, 0])


def test_full_matching_by_hand():
    # 0.30 treated, controls 0.28 and 0.31; 0.50 treated twice, controls 0.50, 0.47 and 0.90
    score = [0.30, 0.28, 0.31, 0.50, 0.50, 0.50, 0.47, 0.90]
    assert full_matching(score, [1, 0, 0, 1, 1, 0, 0, 0]).tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    # a treated row without a control of its own joins the set of its nearest control: 0.31 is 0.01 from 0.30
    assert full_matching([0.30, 0.29, 0.31, 0.9, 0.8], [1, 0, 1, 1, 0]).tolist() == [0, 0, 0, 1, 1]
    # 0.1 + 0.2 is 0.3
    assert full_matching([0.1 + 0.2, 0.3, 0.9, 0.3, 0.8], [1, 0, 1, 0, 0]).tolist() == [0, 0, 1, 0, 1]


groups = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=9)
both_groups = groups.filter(lambda rows: 0 < sum(t for _, t in rows) < len(rows))


@settings(max_examples=60)
@given(both_groups)
def test_no_cover_of_all_rows_is_shorter(rows):
    """Every way to give each row a partner of the other group."""
    treated, control = ([s for s, t in rows if t is group] for group in (True, False))
    distance = np.abs(np.subtract.outer(treated, control))
    pairs = set(zip(*weighting._cover(distance.astype(float)), strict=True))
    assert {i for i, _ in pairs} == set(range(len(treated)))
    assert {j for _, j in pairs} == set(range(len(control)))
    if len(treated) ** len(control) * len(control) ** len(treated) > 5000:
        return
    least = min(
        sum(distance[i, j] for i, j in {*enumerate(first), *((i, j) for j, i in enumerate(second))})
        for first in product(range(len(control)), repeat=len(treated))
        for second in product(range(len(treated)), repeat=len(control))
    )
    assert sum(distance[i, j] for i, j in pairs) == least


def test_no_cover_of_539_patients_is_shorter():
    """The same by linear programming: every row in at least one pair."""
    score = propensity_score(PATIENTS, "treated", ["age", "lines_ge4"]).to_numpy()
    distance = np.abs(np.subtract.outer(score[CASES], score[~CASES]))[:, ::4]
    one, other = weighting._cover(distance)
    m, n = distance.shape
    covers = np.vstack([np.kron(np.eye(m), np.ones(n)), np.kron(np.ones(m), np.eye(n))])
    least = optimize.linprog(distance.ravel(), A_ub=-covers, b_ub=-np.ones(m + n)).fun
    assert distance[one, other].sum() == pytest.approx(least, rel=1e-9)


@settings(max_examples=30)
@given(both_groups, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(rows, random):
    score, treated = np.array([s / 10 for s, _ in rows]), np.array([t for _, t in rows])
    order = random.sample(range(len(rows)), len(rows))
    sets = full_matching(score, treated)
    assert full_matching(score[order], treated[order]).tolist() == sets[order].tolist()
    for number in range(sets.max() + 1):
        assert 0 < treated[sets == number].mean() < 1  # both groups in each
    assert pd.Series(sets).groupby(score).nunique().eq(1).all()  # equal scores in one set
    weights = stratum_weights(sets, treated, ratio=2)
    assert weights[treated].tolist() == [1] * treated.sum()
    assert weights[~treated].sum() == pytest.approx(2 * treated.sum())
    np.testing.assert_allclose(stratum_weights(sets[order], treated[order], ratio=2), weights[order])


def test_exact_weights_leave_no_difference_between_strata():
    w = stratum_weights(pd.DataFrame({"age": AGE, "lines": LINES}), CASES)
    assert balance(PATIENTS, CASES, ["age", "lines_ge4"], w).mean_control_after["age"] == pytest.approx(
        AGE[CASES & (w > 0)].mean()
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: stratum_weights(["a", "b"], [1, 0]), ValueError, "none of 2 strata has treated rows and controls"),
        (lambda: stratum_weights(["a", None], [1, 0]), ValueError, "1 in 'stratum'; matching needs complete rows"),
        (lambda: stratum_weights(["a"], [1, 0]), ValueError, "1 labels of strata for 2 values of treated"),
        (lambda: stratum_weights(["a", "a"], [1, 0], ratio=0), ValueError, "ratio is positive; got 0"),
        (lambda: odds_weights([0.5, 1.0], [1, 0]), ValueError, r"1 score\(s\) that are no probability: row 1: 1.0"),
        (lambda: odds_weights([0.5], [1, 0]), ValueError, "1 scores for 2 values of treated"),
        (lambda: full_matching([0.5, np.nan], [1, 0]), ValueError, r"1 score\(s\) missing or beyond"),
        (lambda: full_matching([0.5, 0.1, 0.2], [1, 0]), ValueError, "3 scores for 2 values of treated"),
        (lambda: full_matching([0.5, 0.1], [1, 1]), ValueError, "2 of 2 rows are treated; both groups need a row"),
    ],
)
def test_refused_with_what_was_found(call, error, message):
    with pytest.raises(error, match=message):
        call()
