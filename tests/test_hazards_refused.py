"""Models for hazards without a finite maximum, and what is refused with what was found and what is allowed."""

import numpy as np
import pandas as pd
import pytest
from hazard_models import EVENT, TIME, X, both, cox, many

from analysis.hazards import cause_specific_cox

# --- no finite maximum -----------------------------------------------------------------------------------------------


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


# --- refused ---------------------------------------------------------------------------------------------------------

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
