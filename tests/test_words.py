"""Claims in words, computed numbers, doors."""

import re

import pandas as pd
import pytest

from analysis import claims, doors, estimates


def test_a_value_is_shown_as_printed(tables):
    ledger = tables.claims
    assert claims.value_text(ledger.loc["G078"]) == "14.0%"  # not 14%
    assert claims.value_text(ledger.loc["G002"]) == "four"
    assert claims.value_text(ledger.loc["G139"]) == "<0.01"
    assert claims.value_text(ledger.loc["G048"]) == "17–87\N{NO-BREAK SPACE}years"
    assert claims.interval_text(ledger.loc["G086"]) == "IQR 10–21.9"
    assert claims.interval_text(ledger.loc["G001"]) == ""


def test_every_claim_can_be_shown(tables):
    for _, row in tables.claims.iterrows():
        shown = claims.value_text(row) + claims.describe(row) + claims.place_text(row.location)
        assert not re.search(r"\b(nan|None)\b", shown)


def test_selection_leaves_out_duplicates_and_says_what_is_missing(tables):
    assert "G264" not in claims.select(tables.claims, quantity="t-MN", statistic="cumulative incidence").index
    with pytest.raises(LookupError, match="no claim with"):
        claims.select(tables.claims, quantity="unicorns")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one-in:G083", "1 in 22"),  # 100 / 4.5 = 22.2
        ("one-in:G085", "1 in 10"),
        ("of-100:G083", "4 or 5"),
        ("of-100:G085", "10"),
        ("of-100:G082", "1 or 2"),
        ("rest:G068 G034", "15"),  # 29 - 14
        ("total:G117 G118 G119 G120", "536"),  # 539 less 3 with an investigational product
        ("ratio:G091 G090", "2.9"),  # 12 / 4.1
        ("exact:G252", "67%"),  # 4 of 6
    ],
)
def test_computed_numbers_worked_by_hand(tables, name, text):
    assert estimates.estimate(tables, name).text == text


def test_an_unknown_number_is_an_error_that_names_it(tables):
    with pytest.raises(LookupError, match="no claim 'G999'"):
        doors.door(tables, "G999")
    with pytest.raises(LookupError, match="no computed number 'magic'"):
        estimates.estimate(tables, "magic:G083")


def test_published_and_computed_doors_differ_by_kind(tables):
    assert 'data-kind="published"' in doors.door(tables, "G083")
    assert 'data-kind="computed"' in doors.door(tables, "one-in:G083", "computed")


def test_a_doubtful_reading_shows_itself(tables):
    assert " data-doubt" in doors.door(tables, "G083")
    assert " data-doubt" not in doors.door(tables, "G076")


def test_the_card_says_where_from_how_seen_and_what_is_doubtful(tables):
    none = pd.DataFrame(columns=["finding", "claims", "severity", "reading"])
    rows = dict(doors.card(tables, none, "G083")["rows"])
    assert rows["Source"] == "Gazeau 2025, Results, outcome"
    assert "Abstract" in rows["Also in"]
    assert rows["Seen"] == "full text, 2026-11-21, read three times"
    assert rows["Reading"].startswith("doubtful: ")


def test_cards_exist_for_every_claim(tables):
    none = pd.DataFrame(columns=["finding", "claims", "severity", "reading"])
    for name in tables.claims.index:
        card = doors.card(tables, none, name)
        assert card["v"]
        assert re.match(r"data\.html#", card["links"][0][1])
