"""Windows of printed numbers, and the score against them: by hand, and on the paper."""

import pytest
from twelve_patients import NO, TWELVE

from analysis import recipes
from analysis.audit import invented
from analysis.problems import DataError
from analysis.recipes import printed


@pytest.mark.parametrize(
    ("value", "ends"),
    [("13", (12.5, 13.5)), ("13.0", (12.95, 13.05)), ("62.1", (62.05, 62.15)), ("0.63", (0.625, 0.635)),
     ("<0.01", (0, 0.01)), ("0.72", (0.715, 0.725)), ("0", (-0.5, 0.5))],
)  # fmt: skip
def test_windows(value, ends):
    found = recipes.windows(invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": value}))
    assert found.to_numpy().tolist() == [["A", "value", *ends]]


def test_windows_of_limits_and_counts():
    claim = {"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539}
    other = {"id": "B", "quantity": "age", "statistic": "range", "interval": "range", "low": "17", "high": "87.0"}
    found = recipes.windows(invented.rows(claim, other))
    assert found.to_numpy().tolist() == [
        ["A", "value", 62.05, 62.15],
        ["A", "numerator", 334.5, 335.5],
        ["A", "denominator", 538.5, 539.5],
        ["B", "low", 16.5, 17.5],
        ["B", "high", 86.95, 87.05],
    ]


def test_a_count_is_one_number_not_two():
    claim = {"id": "A", "quantity": "t-MN", "statistic": "count", "value": "29", "numerator": 29, "denominator": 539}
    assert recipes.windows(invented.rows(claim)).field.tolist() == ["value", "denominator"]


def test_the_upper_end_is_left_out_and_rounding_dust_decides_nothing():
    assert printed.inside([12.5, 13.5, 13.49999], 12.5, 13.5).tolist() == [True, False, True]
    assert printed.inside((0.6 + 0.7) / 2, 0.65, 0.75)  # 0.6499999999999999
    assert not printed.inside(0.1 + 0.2 - 1e-17, 0.2, 0.3)
    assert printed.inside([0.009999, 0.01], 0.0, 0.01).tolist() == [True, False]


def test_signs_and_digits_that_no_window_expresses_are_refused():
    claims = invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": ">3"})
    with pytest.raises(DataError, match=r"column comparator: found '>'; allowed: <, >= or nothing"):
        recipes.windows(claims)
    claims = invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": "3"})
    with pytest.raises(DataError, match=r"column resolution: found nothing; allowed: the last printed digit of value"):
        recipes.windows(claims.assign(resolution=NO))


def test_shares_of_the_paper_that_rounding_does_not_give(claims):
    # Table 1 prints 62.1 for 335/539 (62.152), 26.6 for 144/539 (26.716) and 34.0 for 183/539 (33.952)
    windows = recipes.windows(claims).set_index(["id", "field"])
    found = {
        claim: bool(printed.inside(100 * count / 539, *windows.loc[(claim, "value")]))
        for claim, count in (("G103", 335), ("G119", 144), ("G105", 183))
    }
    assert found == {"G103": False, "G119": False, "G105": True}


def test_score_by_location(claims):
    table = recipes.recompute(TWELVE, claims.loc[["G083", "G085", "G103"]])
    found = recipes.score(table)
    assert found.index.tolist() == ["results/outcome", "table1", "all"]
    assert found.fields.tolist() == [6, 2, 8]
    assert found.outside["table1"] == "G103 value; G103 numerator"
    assert recipes.score(table, printed.FIELDS).fields["all"] == 9
