"""Open readings of the methods, tried on the printed numbers: by hand, by law, on the paper."""

from itertools import combinations

import numpy as np
import pytest

from analysis import data, recipes
from analysis.audit.invented import ledger
from analysis.audit.scales import LOG, LOG_LOG, PLAIN
from analysis.incidence import cumulative_incidence
from analysis.reconstruction import interpretations, orders, readings
from analysis.survival import log_rank

TABLES = data.load()
VERDICTS = readings.readings(TABLES).set_index(["reading", "choice"])


# by hand


def test_a_quartile_between_two_recorded_values():
    # the lower quartile of 539 lies at place 538/4 + 1 = 135.5 in R (the middle of two), at 540/4 = 135 in type 6
    table = interpretations.quantile_types(TABLES).set_index("type")
    assert table.place[[6, 7]].tolist() == [135.0, 135.5]
    assert table.printed.unique().tolist() == ["9.25"]
    assert table.gap[[4, 5, 7]].tolist() == [2, 2, 1]  # 0.75 × 0.2 and 0.25 × 0.2 end in 0.05, as 0.5 × 0.1 does
    assert table.gap[[1, 2, 3, 6]].isna().all()


def test_shares_of_all_patients():
    # 7/539 = 1.30 and 8/539 = 1.48: 1.4 is no share of 539; 24/539 = 4.45 prints as 4.5
    table = interpretations.plain_shares(TABLES)
    assert table.counts[["G082", "G083"]].tolist() == [0, 1]
    # 8/29 = 27.6 and 9/29 = 31.0: 29.2 is no share of 29
    assert table.loc["G205", ["patients", "counts"]].tolist() == [29, 0]


def test_precision_bounds_the_number_of_patients():
    # 1.4 (0.63 to 2.8): at least 0.01437 × 0.98563 / 3.02e-5 = 468, with the windows 466; responders are at most 428
    table = interpretations.patients_needed(TABLES)
    assert table.at_least["G082"] == 466
    assert table.responders["G082"] == 428  # 428/539 = 79.4, 429/539 = 79.6
    assert table.from_all.all()
    assert not table.from_responders["G082"]


def test_model_based_standard_errors():
    # 2/√29 = 0.3714 for yes or no; the interval of any ICANS, 1.23 to 5.09, gives at most ln(5.095/1.225)/3.92 = 0.3636
    table = interpretations.standard_errors(TABLES)
    assert table.least["G151"] == pytest.approx(2 / np.sqrt(29))
    assert table.se_high["G151"] == pytest.approx(np.log(5.095 / 1.225) / 3.919928, rel=1e-6)
    assert table.index[~table.model_based].tolist() == ["G149", "G151"]


# laws


@pytest.mark.parametrize("scale", [LOG_LOG, LOG, PLAIN])
def test_an_interval_fits_the_scale_it_was_made_on(scale):
    middle, step = scale.there(0.31), 0.23 * abs(scale.there(0.32) - scale.there(0.30)) * 25
    ends = sorted(float(scale.back(middle + sign * step)) for sign in (-1, 1))
    printed = {"value": "31.000", "low": f"{100 * ends[0]:.3f}", "high": f"{100 * ends[1]:.3f}"}
    cells = {"statistic": "cumulative incidence", "interval": "95% CI", "unit": "%", "quantity": "t-MN"}
    table = interpretations.interval_scales(ledger({"id": "A", **cells, **printed}), "paper")
    fits = {name for name in interpretations.SCALES if table.loc["A", name]}
    assert fits == {scale.name}


@pytest.mark.parametrize("seed", range(20))
def test_no_incidence_is_more_precise_than_without_censoring(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 300))
    time = rng.permutation(n) + rng.random(n)  # no ties
    event = rng.choice(["tmn", "relapse", "censored"], n, p=rng.dirichlet([2, 3, 3]))
    last = cumulative_incidence(time, event, cause="tmn", at=[n / 2]).iloc[0]
    assert last.std_error**2 >= last.estimate * (1 - last.estimate) / n * (1 - 1e-9)


def test_log_rank_p_values_are_those_of_the_estimator():
    found = orders.log_rank_p_values(3, 4)
    for places, p in zip(combinations(range(7), 3), found, strict=True):
        group = ["one" if place in places else "other" for place in range(7)]
        assert log_rank(np.arange(1, 8), [True] * 7, group).p_value == pytest.approx(p, abs=1e-12)


# the paper


def test_which_scale_gives_the_intervals():
    counts = interpretations.scale_counts(TABLES)
    assert counts.loc["cumulative incidence"].to_dict() == {
        "log(-log)": 18,
        "log": 5,
        "plain": 4,
        "logit": 6,
        "intervals": 20,
    }
    table = interpretations.interval_scales(TABLES)
    assert table.index[~table["log(-log)"] & (table.statistic == "cumulative incidence")].tolist() == ["G095", "G098"]


def test_verdicts():
    verdict = VERDICTS.verdict
    assert verdict["incidence_population"].to_dict() == {"all": "possible", "responders": "cannot"}
    assert verdict["incidence_interval"].to_dict() == {"log-log": "possible", "log": "cannot", "linear": "cannot"}
    assert verdict["survival_interval"].to_dict() == {"log": "possible", "log-log": "cannot"}
    assert verdict["hazard_model"].to_dict() == {"cause_specific": "cannot", "subdistribution": "possible"}
    assert verdict["quantile_type"][["2", "6", "7"]].tolist() == ["cannot", "cannot", "possible"]
    assert verdict["genes_of"].to_dict() == {"sequenced": "cannot", "all": "cannot", "printed": "possible"}
    assert set(verdict["relapse_competes"]) == set(verdict["tp53_against"]) == {"undecided"}


def test_the_default_reading_is_not_excluded():
    for reading, choices in recipes.ALTERNATIVES.items():
        known = VERDICTS.verdict.get(reading)
        assert known is None or known.get(str(choices[0]), "possible") not in ("cannot", "implausible")


def test_readings_are_named_as_in_the_recipes():
    known = {(reading, str(choice)) for reading, choices in recipes.ALTERNATIVES.items() for choice in choices}
    ours = {key for key in VERDICTS.index if key[0] not in ("censoring", "quantile_type", "tp53_against")}
    assert ours <= known
    assert {("quantile_type", str(kind)) for kind in (7, 2, 6)} <= set(VERDICTS.index)


def test_the_p_value_of_tp53():
    table = orders.rank_tests(TABLES).set_index(["second", "test"])
    assert table.fitting[8].to_dict() == {"rank sum": 0, "log-rank": 22}
    assert table.orders[(23, "log-rank")] == 475020


def test_arguments_name_their_claims():
    told = VERDICTS[VERDICTS.verdict.isin(["cannot", "implausible"])]
    assert (told.claims != "").all()
    assert set(" ".join(told.claims).split()) <= set(TABLES.claims.index)
