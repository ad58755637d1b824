"""Both models for hazards with t-MN as the cause, cohorts to fit them to, and R's answers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from analysis.hazards import cause_specific_cox, fine_gray

REFERENCE = Path(__file__).parent / "reference" / "hazards"
# crr's line search stops up to 1.5e-9 standard errors short here (checked in extended precision), ours at 1e-14.
COEF_IN_SE = 1e-8
KEYS = ["set", "cause", "covariates"]
# six patients to whom nothing is wrong
TIME, EVENT, X = [1.0, 2, 3, 4, 5, 6], ["tmn", "death", "tmn", "censored", "tmn", "censored"], [1.0, 4, 2, 6, 3, 5]


def cox(*args, **options):
    """The cause-specific model for t-MN."""
    return cause_specific_cox(*args, cause="tmn", **options)


def gray(*args, **options):
    """Fine and Gray's model for t-MN."""
    return fine_gray(*args, **{"cause": "tmn"} | options)


both = pytest.mark.parametrize("fit", [gray, cox], ids=["fine_gray", "cox"])


def answers(name):
    """One file of R's answers."""
    return pd.read_csv(REFERENCE / f"r_{name}.csv")


def reference(which, covariates):
    """Times, events and covariates of a set that R saw."""
    data = pd.read_csv(REFERENCE / f"{which}.csv")
    return data.time, pd.Categorical(data.event), data[covariates.split("+")]


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


def many(n, p, digits=9):
    """So many patients with so many covariates, of which the first acts; ties only with few digits."""
    random = np.random.default_rng(20_240_109)
    x = random.normal(size=(n, p))
    times = random.exponential(size=(3, n)) / [np.exp(0.4 * x[:, 0]), np.ones(n), np.full(n, 0.5)]
    event = pd.Categorical.from_codes(times.argmin(axis=0), ["tmn", "death", "censored"])
    return times.min(axis=0).round(digits), event, x


def same(one, other, rtol=1e-7):
    """Two ways to one model."""
    np.testing.assert_allclose(one.table.coef, other.table.coef, rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(one.table.std_error, other.table.std_error, rtol=rtol)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)
