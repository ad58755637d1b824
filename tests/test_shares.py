"""What share of those tested: by hand, by law, against the ledger."""

import pandas as pd
import pytest

from analysis import data, estimates, shares


def claim(**cells):
    return pd.Series({"id": "x", "numerator": float("nan"), "denominator": float("nan"), "unit": "%", **cells})


def test_implied_count_by_hand():
    # 6/12 = 50%, 4/12 = 33.3%; 33% of 14 would need 4.62 people
    assert shares.implied_count(claim(value=50, denominator=12, resolution=1)) == 6
    assert shares.implied_count(claim(value=33, denominator=12, resolution=1)) == 4
    with pytest.raises(LookupError, match="claim x: 0 whole numbers of 14 print as 33%"):
        shares.implied_count(claim(value=33, denominator=14, resolution=1))


def test_several_counts_behind_one_percentage_are_refused():
    with pytest.raises(LookupError, match="claim x: 5 whole numbers of 539 print as 62%"):
        shares.implied_count(claim(value=62, denominator=539, resolution=1))


@pytest.mark.parametrize("total", [1, 7, 29, 99])
def test_every_count_is_found_again_from_its_percentage(total):
    for k in range(total + 1):
        assert shares.implied_count(claim(value=round(100 * k / total), denominator=total, resolution=1)) == k


def test_a_percentage_without_denominator_is_no_count():
    with pytest.raises(LookupError, match="claim x has no number tested"):
        shares.count(claim(value=29.2))


def test_bounds_by_hand_and_by_law():
    assert shares.bounds(12, 14, 29) == (12 / 29, 27 / 29)
    assert shares.bounds(3, 9, 9) == (3 / 9, 3 / 9)  # everybody tested: nothing left open
    with pytest.raises(ValueError, match="got found=3, tested=2, everyone=9"):
        shares.bounds(3, 2, 9)


def test_printed_base_and_tested_base_differ():
    claims = data.load().claims
    rows = shares.of_tested(claims, ["G176", "G177"], {"G176": "G174", "G177": "G174"})
    assert rows.counted.tolist() == ["4 of 9", "2 of 9"]
    # Clopper-Pearson limits of 2/9, Fisher's tables: 2.8% and 60.0%
    assert rows.low["G177"] == pytest.approx(2.81, abs=0.01)
    assert rows.high["G177"] == pytest.approx(60.01, abs=0.01)


def test_counts_behind_percentages_keep_their_own_base():
    claims = data.load().claims
    rows = shares.of_tested(
        claims,
        ["G215", "miller-2021.all.clonal-haematopoiesis"],
        {"G215": "G034", "miller-2021.all.clonal-haematopoiesis": "miller-2021.all.patients"},
    )
    assert rows.counted.tolist() == ["6 of 14", "74 of 154"]


def test_estimates_of_the_chapters():
    tables = data.load()
    said = {
        n: estimates.estimate(tables, n).text
        for n in ("of:G176 G174", "behind:G217", "at-least:G212 G068", "at-most:G212 G068")
    }
    assert said == {
        "of:G176 G174": "4 of 9",
        "behind:G217": "4 of 12",
        "at-least:G212 G068": "41%",
        "at-most:G212 G068": "93%",
    }


def test_parts_add_up_or_leave_a_rest():
    claims = data.load().claims
    aml = shares.parts(claims, "G166", {"G183": "a", "G184": "b", "G185": "c", "G186": "d"})
    assert aml.patients.tolist() == [4, 4, 2, 1]
    assert "rest" not in aml.index
    mds = shares.parts(claims, "G190", {"G198": "a", "G199": "b", "G200": "c"})
    assert mds.patients["rest"] == 18 - 6 - 4 - 5
    with pytest.raises(ValueError, match="the parts of G186 are 3 more than the whole, 1"):
        shares.parts(claims, "G186", {"G183": "a"})
