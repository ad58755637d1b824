"""Models for hazards: coefficients, errors, likelihoods and predicted incidences equal R's."""

import numpy as np
import pytest
from hazard_models import COEF_IN_SE, KEYS, REFERENCE, answers, reference

from analysis.hazards import cause_specific_cox, fine_gray

STD_ERROR = 1e-8  # relative; ours is taken one step of less than 1e-9 before the maximum
LOG_LIKELIHOOD = 1e-12  # relative
INCIDENCE = 1e-9  # absolute; follows the coefficients
MODELS = ("fine_gray", "efron", "breslow")

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
