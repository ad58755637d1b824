"""Factors before and after matching."""

import pytest

from analysis import data, factors


@pytest.fixture(scope="module")
def ledger():
    claims = data.load().claims
    return claims[claims.report == "gazeau-2025"]


def test_two_rows_a_factor_in_order(ledger):
    rows = factors.before_and_after(ledger)
    assert rows.factor.drop_duplicates().tolist() == list(factors.NAMES.values())
    assert rows.analysis.tolist() == list(factors.ANALYSES) * len(factors.NAMES)


def test_every_hazard_ratio_of_the_paper_is_there_once(ledger):
    rows = factors.before_and_after(ledger)
    printed = ledger[(ledger.statistic == "hazard ratio") & ledger.duplicate_of.isna()]
    assert sorted(rows.index[rows.value.notna()]) == sorted(printed.index)


def test_an_unknown_factor_is_refused(ledger):
    changed = ledger.assign(quantity=ledger.quantity.replace("MCV", "ferritin"))
    with pytest.raises(LookupError, match="ferritin"):
        factors.before_and_after(changed)
