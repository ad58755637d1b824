"""Every printed number is bound to a recipe, or says why not."""

import pytest
from twelve_patients import TWELVE, WORDS

from analysis import recipes
from analysis.audit import invented
from analysis.recipes import Reading, models, vocabulary


def test_every_number_about_the_cohort_is_bound_or_says_why_not(claims):
    numbers = claims[(claims.role == "cohort") & (claims.kind == "number")]
    assert recipes.unbound(numbers).empty
    rest = recipes.unbound(claims)
    assert set(rest.reason.str.partition(":")[0]) == {"statement", "design", "external", "bibliographic"}
    assert len(rest) + len(numbers) == len(claims)


def test_no_printed_number_is_lost(claims):
    # 456 numbers were recomputed when the reconstruction was first tried; three counts have been read since
    fields = recipes.windows(claims)
    counted = fields[fields.field != "denominator"]
    assert len(counted) == 459
    assert len(counted[~counted.id.isin(["G308", "G309", "G310"])]) == 456
    assert counted.field.value_counts().to_dict() == {"value": 241, "low": 75, "high": 75, "numerator": 68}


def test_words_and_definitions_are_those_of_the_dictionary_and_the_methods(claims):
    columns = WORDS["patients"]["columns"]
    assert set(vocabulary.HISTOLOGIES) == set(columns["histology"]["allowed"])
    treatments = set(WORDS["tmn"]["columns"]["treatment"]["allowed"])
    assert {*vocabulary.TREATMENTS, *vocabulary.AZACITIDINE, "other"} == treatments
    assert claims.value[["G037", "G038"]].tolist() == [models.MANY_LINES, models.CONTROLS]
    assert set(recipes.ALTERNATIVES) == set(Reading.__dataclass_fields__)
    assert Reading(**{name: choices[0] for name, choices in recipes.ALTERNATIVES.items()}) == recipes.DEFAULT


def test_changed_and_added_claims_are_bound_without_a_change_here(claims):
    changed = claims.loc[["G083"]].assign(value=30.2, value_printed="30.2")
    table = recipes.recompute(TWELVE, changed)
    assert table.inside[0]  # 87/288
    new = claims.loc[["G091"]].assign(id="G999", time_months=36.0)
    assert "36 months" in recipes.recompute(TWELVE, new).recipe[0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"quantity": "happiness"}, "no recipe for 'happiness': no word for patients"),
        ({"quantity": "t-MN", "group": "Tuesday"}, "no recipe for the group 'Tuesday': no word for patients"),
        ({"quantity": "overall response", "time_months": 3.0}, "no recipe for 'overall response' at 3 months"),
        ({"quantity": "MCV", "statistic": "mean"}, "no recipe for a mean"),
        ({"quantity": "sex", "statistic": "median"}, "no recipe for the median of 'sex'"),
        ({"quantity": "follow-up", "statistic": "median", "unit": "weeks"}, "no recipe for a months in 'weeks'"),
        ({"quantity": "t-MN", "statistic": "cumulative incidence"}, "without a time"),
        ({"quantity": "age", "statistic": "median", "interval": "90% CI"}, "no recipe for a 90% CI around"),
        ({"quantity": "age", "statistic": "hazard ratio", "group": "other"}, "no recipe for the group 'other'"),
        ({"quantity": "a vs b", "statistic": "p value", "group": "matched"}, "'a vs b': no covariate"),
        (
            {"quantity": "age", "statistic": "hazard ratio", "group": "matched", "model": "other"},
            "no recipe for the model 'other'; there are subdistribution, cause_specific",
        ),
    ],
)
def test_what_has_no_recipe_says_why(cells, reason):
    found = recipes.unbound(invented.rows({"id": "A", "value": "1", **cells}))
    assert reason in found.reason[0]
