"""Laws of the recipes, whose hazard ratios are those of the models and of R; whom they match, by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from twelve_patients import NO, PATIENTS, TMN, ask, cohort_of

from analysis import recipes
from analysis.cohort import DAYS_PER_MONTH, Cohort
from analysis.hazards import cause_specific_cox, fine_gray
from analysis.recipes import Reading, models, printed
from analysis.recipes.view import View

REFERENCE = Path(__file__).parent / "reference" / "hazards"


@pytest.fixture(scope="module")
def many():
    """The twelve patients ten times, with other times and values, so that the models have something to fit."""
    random = np.random.default_rng(7)
    patients, cases = [], []
    for copy in range(10):
        stretch = random.uniform(0.7, 1.4)
        for product, relapse, tmn, kind, last, cause, response, *_ in PATIENTS:
            days = [np.round(day * stretch) for day in (relapse, tmn)]
            values = [int(random.integers(*ends)) for ends in ((20, 85), (1, 8), (0, 5), (100, 900))]
            patients.append((product, *days, kind, int(last * stretch) + 1, cause, response, *values))
        cases += [(number + 12 * copy, *rest) for number, *rest in TMN]
    return cohort_of(patients, cases)


# --- laws ------------------------------------------------------------------------------------------------------------


def test_a_repeated_claim_regenerates_the_same_number(many, claims):
    table = recipes.recompute(many, claims)
    numbers = table.set_index(["id", "field"]).regenerated
    repeated = claims[claims.duplicate_of.notna() & (claims.role == "cohort") & (claims.unit != "years")]
    checked = 0
    for claim in repeated.itertuples():
        for field in printed.FIELDS:
            if (claim.id, field) in numbers.index and (claim.duplicate_of, field) in numbers.index:
                np.testing.assert_equal(numbers[claim.id, field], numbers[claim.duplicate_of, field], claim.id)
                checked += 1
    assert checked > 90
    assert table.regenerated.notna().mean() > 0.97


def test_the_order_of_the_rows_changes_nothing_but_the_matching(many, claims):
    order = np.random.default_rng(3).permutation(len(many.patients))
    shuffled = Cohort(many.patients.iloc[order], many.tmn.iloc[::-1])
    asked = claims[claims.group.ne("matched")]
    one, other = (recipes.recompute(cohort, asked).regenerated for cohort in (many, shuffled))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_readings_move_what_they_are_about_and_nothing_else(many, claims):
    claims = claims[claims.duplicate_of.isna() & claims.location.isin(["results/outcome", "results/univariate"])]
    base = recipes.recompute(many, claims)

    def moved(**choice):
        other = recipes.recompute(many, claims, Reading(**choice))
        differs = ~np.isclose(base.regenerated, other.regenerated, equal_nan=True)
        return set(claims.loc[base.id[differs], "statistic"])

    assert moved(hazard_model="cause_specific") == {"hazard ratio", "p value"}
    assert moved(incidence_population="responders") == {"cumulative incidence"}
    assert moved(quantile_type=6) == {"median"}
    assert moved(survival_interval="log-log") <= {"median", "survival probability"}


# --- models ----------------------------------------------------------------------------------------------------------


def test_matched_rows_are_the_nearest_of_the_same_class():
    # Age and lines: two cases, each with two controls of the same age and class (4 or more), and others further off.
    ages = [60, 60, 60, 60, 50, 50, 50, 50, 70, 40, 30, 75, 20, 80]
    lines = [4, 3, 7, 4, 1, 4, 3, 2, 1, 5, 1, 4, 2, 1]
    onset = [(300, "t-MDS") if row in (0, 4) else (NO, None) for row in range(14)]
    patients = [
        ("axi-cel", NO, *onset[row], 400, None, "CR", age, n, row % 3, 200)
        for row, (age, n) in enumerate(zip(ages, lines, strict=True))
    ]
    cohort = cohort_of(patients, [(1, *TMN[0][1:]), (5, *TMN[0][1:])])
    assert np.flatnonzero(models.matched_rows(View(cohort, recipes.DEFAULT))).tolist() == [0, 2, 3, 4, 6, 7]


def test_a_hazard_ratio_is_that_of_the_model_with_its_wald_test(many):
    rows = many.patients["product"].ne("other").to_numpy()
    x = many.patients["product"].isin(["axi-cel", "brexu-cel"])[rows].astype(float).to_numpy()
    day = many.patients[["relapse_day", "tmn_day", "last_day"]].min(axis=1)
    event = np.select(
        [day == many.patients.tmn_day, day == many.patients.relapse_day, many.patients.died],
        ["tmn", "relapse", "death"],
        "censored",
    )
    cells = {"group": "univariate", "interval": "95% CI", "low": "1", "high": "2"}
    for name, fit in (("subdistribution", fine_gray), ("cause_specific", cause_specific_cox)):
        model = fit(day[rows] / DAYS_PER_MONTH, event[rows], x, cause="tmn").table.iloc[0]
        found = ask(many, "CD28 vs 4-1BB", "hazard ratio", model=name, **cells)
        assert list(found.values()) == pytest.approx([model.hazard_ratio, model.conf_low, model.conf_high])
        p = ask(many, "CD28 vs 4-1BB", "p value", Reading(hazard_model=name), group="univariate")
        assert p["value"] == pytest.approx(model.p_value)


def test_ldh_enters_by_doublings(many):
    doubled = Cohort(many.patients.assign(ldh=2 ** (many.patients.ldh / 100)), many.tmn)
    linear = ask(many, "LDH", "hazard ratio", Reading(ldh_scale="linear"), group="univariate")["value"]
    assert ask(doubled, "LDH", "hazard ratio", group="univariate")["value"] == pytest.approx(linear**100)


@pytest.mark.parametrize("quantity", ["age", "MCV"])
@pytest.mark.parametrize(("model", "r"), [("subdistribution", "fine_gray"), ("cause_specific", "efron")])
def test_hazard_ratios_equal_r(quantity, model, r):
    rows = pd.read_csv(REFERENCE / "cart539.csv")
    answers = pd.read_csv(REFERENCE / "r_coefficients.csv")
    (answer,) = answers[
        (answers.set == "cart539") & (answers.cause == "tmn") & (answers.covariates == quantity.lower())
        & (answers.model == r)
    ].itertuples()  # fmt: skip
    ids = [f"synthetic-{number}" for number in range(len(rows))]
    day, event = rows.time * DAYS_PER_MONTH, rows.event
    patients = pd.DataFrame(
        {"patient": ids, "age": rows.age, "mcv": rows.mcv, "last_day": day, "died": event == "other"}
    )
    patients = patients.assign(relapse_day=NO, tmn_day=day.where(event == "tmn"))
    cohort = Cohort(patients, patients[["patient"]][event == "tmn"])
    found = ask(cohort, quantity, "hazard ratio", group="univariate", model=model)["value"]
    assert abs(np.log(found) - answer.coef) < 1e-8 * answer.std_error
