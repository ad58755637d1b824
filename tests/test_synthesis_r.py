"""The pools equal R's: the same rows through metafor, integrals, and a search by brute force; script beside the answers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.intervals import risk_difference
from analysis.pooling import influence
from analysis.pooling.pooled import log_odds
from analysis.synthesis import timed
from analysis.synthesis.answer import ESTIMATORS, pool_rows

REFERENCE = Path(__file__).parent / "reference"
RTOL = 1e-8  # closed forms, and REML, which metafor runs here to 1e-12
RTOL_PROFILE = 1e-6  # roots of profiles, found to 1e-13 by metafor on the scale of tau²
RTOL_EXACT = 2e-5  # R's answer is BFGS and Newton on finite differences of integrals; ours has exact derivatives
RTOL_LME4 = 1e-4  # metafor hands the GLMM to lme4, which stops early and uses 25 nodes
ATOL = 1e-6  # for tau², I² and limits that are zero up to rounding
ATOL_SEARCH = 2e-6  # halvings on both sides
STORED = pd.read_csv(REFERENCE / "synthesis.csv")
NAMES = ["estimate", "low", "high", "prediction_low", "prediction_high", "tau2", "i2", "i2_low", "i2_high"]


def stored_rows(name):
    """Rows as the synthesis makes them."""
    rows = pd.read_csv(REFERENCE / "synthesis_rows.csv")
    rows = rows[rows.set == name]
    return rows.assign(outcome="t-MN", reason="", overlap_group=rows.arm, study=rows.arm, report=rows.arm)


def answers(name, method):
    found = STORED[(STORED.set == name) & (STORED.method == method)]
    return found.set_index("quantity").value


def tolerance(method, quantity):
    if method.startswith("glmm"):
        return RTOL_LME4 if method == "glmm-lme4" else RTOL_EXACT
    return RTOL_PROFILE if quantity in ("i2_low", "i2_high") else RTOL


CASES = (
    STORED[STORED.method.isin([*ESTIMATORS, "glmm-lme4"]) & (STORED.set != "times")][["set", "method"]]
    .drop_duplicates()
    .values.tolist()
)


@pytest.mark.parametrize(("name", "method"), CASES)
def test_pools_equal_r(name, method):
    estimator = "rate" if name == "tmn-rate" else method.removesuffix("-lme4")
    found = pool_rows(stored_rows(name), estimator)
    r = answers(name, method)
    for quantity in r.index:
        wanted = tolerance(method, quantity)
        assert getattr(found, quantity) == pytest.approx(r[quantity], rel=wanted, abs=ATOL), quantity


def test_every_estimator_and_set_is_compared():
    assert {tuple(case) for case in CASES} >= {
        *((name, method) for name in ("tmn", "tmn-shared", "tmds", "any-second", "autologous-shared")
          for method in ESTIMATORS if method != "rate"),
        ("tmn-rate", "glmm"),
    }  # fmt: skip
    assert set(NAMES) == set(answers("tmn", "reml").index)


def test_influence_and_leaving_out_equal_r():
    rows = stored_rows("tmn")
    y, v = log_odds(rows.events.to_numpy(float), rows.total.to_numpy(float))
    cook = influence(y, np.sqrt(v)).cook_distance.to_numpy()
    assert cook == pytest.approx(answers("tmn", "cook")[rows.arm].to_numpy(), rel=RTOL)
    without = [pool_rows(rows[rows.arm != arm], "reml").estimate for arm in rows.arm]
    assert without == pytest.approx(answers("tmn", "without")[rows.arm].to_numpy(), rel=RTOL)


def test_incidences_at_a_time_equal_r():
    rows = pd.read_csv(REFERENCE / "synthesis_times.csv")
    y = timed.log_log(rows.value)
    std_error = (timed.log_log(rows.high) - timed.log_log(rows.low)) / (2 * timed.WIDTH)
    rows = rows.assign(y=y, std_error=std_error, time_months=24, total=100, report=rows.arm, study=rows.arm)
    found = timed.pool_timed(rows.assign(overlap_group=rows.arm))
    for quantity, value in answers("times", "reml").items():
        assert getattr(found, quantity) == pytest.approx(value, rel=tolerance("reml", quantity), abs=ATOL), quantity


@pytest.mark.parametrize("counts", STORED.set[STORED.method == "chan-zhang"].unique())
def test_exact_differences_equal_brute_force(counts):
    row = risk_difference(*([int(n)] for n in counts.split()), method="chan-zhang").iloc[0]
    r = answers(counts, "chan-zhang")
    assert (row.conf_low, row.conf_high) == pytest.approx((r["low"], r["high"]), abs=ATOL_SEARCH)
