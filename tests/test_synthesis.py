"""What enters a pool, and which laws a pool keeps; what must stop the build does."""

import numpy as np
import pandas as pd
import pytest
from made_up_groups import SAME, made_up

from analysis import paths
from analysis.data import DataError
from analysis.intervals import risk_difference
from analysis.review import flow
from analysis.synthesis import cells, timed
from analysis.synthesis.answer import ESTIMATORS, answer, pool_rows
from analysis.synthesis.choice import Choice, candidates, chosen, division, one_of_each
from analysis.synthesis.groups import OUTCOMES, publication, rows, with_borrowed

# ---- what enters -----------------------------------------------------------------------------------------------------


def test_one_row_for_each_group_and_outcome(tables):
    table = rows(tables)
    assert table.index.is_unique
    assert len(table) == len(tables.arms) * len(OUTCOMES)
    assert ((table.reason == "") == (table.events.notna() & table.total.notna() & (table.reason == ""))).all()
    assert table.events[table.reason == ""].notna().all()
    assert table.claim.dropna().isin(tables.claims.index).all()  # claims only, nothing synthetic


def test_every_group_is_pooled_or_has_one_reason(tables):
    divided = division(tables)
    assert sorted(divided.index) == sorted(tables.arms.index)
    assert (divided.pooled == (divided.why == "")).all()
    steps = flow.flow(tables).total
    assert steps["pooled"] + steps["unpooled"] == steps["arms"] == len(tables.arms)
    assert steps["pooled"] == divided.pooled.sum() == answer(tables, Choice()).k


def test_what_is_no_incidence_never_enters(tables):
    table = rows(tables)
    for outcome in OUTCOMES:
        entered = candidates(table, Choice(outcome=outcome))
        assert set(entered.denominator) <= {"treated", "randomised", "enrolled", "transplanted"}
        assert set(entered.setting) <= {"trial", "real world"}
        assert (entered.outcome == outcome).all()
    assert "hammond-2025-eha/cases" not in set(candidates(table, Choice()).arm)
    assert table.reason["elsallab-2024/all|t-MN"] == "it counts adverse-event reports, not patients treated"


def test_by_hand(tables):
    row = rows(tables).loc["gazeau-2025/all|t-MN"]
    assert (row.events, row.total, row.person_years) == (29, 539, pytest.approx(539 * 25 / 12))
    implied = rows(tables).loc["sidana-2025/cilta-cel|t-MN"]
    assert (implied.events, implied.total, implied.counted) == (4, 236, "implied")  # 4 of 236 alone prints as 1.7%
    single = cells.single(made_up([(1, 40)]))
    assert single.share.item() == pytest.approx(2.5)
    assert single.rate.item() == pytest.approx(12.5)  # 1 in 80 years
    # log(-log(1 - p)): 50% is log(log 2)
    assert timed.log_log(50) == pytest.approx(np.log(np.log(2)))
    assert timed.percent(timed.log_log([1.4, 9.6])) == pytest.approx([1.4, 9.6])


def test_follow_up_is_borrowed_only_when_asked(tables):
    table = rows(tables)
    key = "transcend-2021/liso-cel|t-MN"
    assert np.isnan(table.months[key])
    assert with_borrowed(table).months[key] == tables.claims.value["transcend-2024-ash.liso-cel.follow-up"]
    assert key not in chosen(table, Choice(rate=True)).index
    assert key in chosen(table, Choice(rate=True, borrowed=True)).index


@pytest.mark.parametrize(
    ("kind", "citation", "found"),
    [
        ("trial", "Blood 2022;140(Suppl 1):1459.", "abstract"),
        ("cohort", "Leukemia 2025;39:1714-1722.", "full"),
        ("meta-analysis", "Research Square, rs-1", "preprint"),
        ("label", "Form 6-K", "label"),
    ],
)
def test_publication_level(kind, citation, found):
    assert publication(pd.Series({"kind": kind, "citation": citation})) == found


def test_of_a_group_that_shares_patients_one_is_taken_by_the_rule():
    table = made_up([(1, 50), (2, 90), (3, 70)], overlap_group="one")
    assert one_of_each(table).total.tolist() == [90]  # as long, more patients
    assert one_of_each(table.assign(months=[np.nan, 12.0, 36.0])).total.tolist() == [70]  # longest
    assert one_of_each(table.assign(months=[np.nan] * 3, total=50.0, year=[2020, 2022, 2021])).events.tolist() == [2]
    turned = one_of_each(table.iloc[::-1])
    assert turned.index.tolist() == one_of_each(table).index.tolist()


# ---- what must stop --------------------------------------------------------------------------------------------------


def test_a_report_pooled_twice_stops(tables):
    both = candidates(rows(tables), Choice(treatment="autologous transplant"))
    with pytest.raises(ValueError, match=r"may share patients \(overlap group north-american-autotransplants\)"):
        pool_rows(both)
    assert pool_rows(both, overlap=True).pooled  # unless asked
    twice = made_up([(1, 50)] * 6, study=["a", "a", "b", "c", "d", "e"])
    with pytest.raises(ValueError, match=r"made-up-0/all and made-up-1/all are the same patients \(study a\)"):
        pool_rows(twice, overlap=True)


def test_an_outcome_without_denominator_stops(tables):
    table = rows(tables)
    mayo = table[table.index == "gurney-2024/all|t-MN"]
    with pytest.raises(ValueError, match="gurney-2024/all: t-MN has no denominator and cannot be pooled"):
        pool_rows(mayo)
    with pytest.raises(ValueError, match="britto-2025/all: t-MN has no person-time"):
        pool_rows(table[table.index == "britto-2025/all|t-MN"], "rate")
    cases = made_up([(3, 3)], reason="cases, no population at risk")
    with pytest.raises(ValueError, match="cannot be pooled: cases, no population at risk"):
        pool_rows(cases)
    with pytest.raises(ValueError, match="different outcomes cannot be pooled"):
        pool_rows(made_up([(1, 50), (1, 50)], outcome=["t-MN", "t-AML"]))
    with pytest.raises(ValueError, match="printed without an interval"):
        timed.pool_timed(timed.rows(tables).query("time_months == 12"))


def test_a_flow_in_which_a_group_is_lost_stops(tables, monkeypatch):
    lost = flow.division(tables)
    lost.loc["britto-2025/all", "pooled"] = False  # neither pooled nor with a reason
    monkeypatch.setattr(flow, "division", lambda _: lost.copy())
    with pytest.raises(DataError) as error:
        flow.flow(tables._replace())
    assert "140 groups of patients at one data cut (total); allowed: 139" in str(error.value)
    assert "found 'britto-2025/all'; allowed: either in the pool, or a reason" in str(error.value)


# ---- laws ------------------------------------------------------------------------------------------------------------


# Knapp and Hartung's interval has no width where nothing differs, so that its z is not defined
@pytest.mark.parametrize("estimator", [name for name in ESTIMATORS if name != "reml-kh"])
def test_a_pool_of_identical_groups_is_that_group(estimator):
    found = pool_rows(made_up([(5, 100)] * 6), estimator)
    alone = pool_rows(made_up([(5, 100)]), estimator, fewest=1)
    assert found.estimate == pytest.approx(25 if estimator == "rate" else 5, rel=0.02 if estimator == "ft" else SAME)
    assert found.estimate == pytest.approx(alone.estimate, rel=SAME)
    assert found.tau2 == pytest.approx(0, abs=SAME)
    assert found.i2_low == pytest.approx(0, abs=SAME)
    assert found.high - found.low <= alone.high - alone.low


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_order_of_rows_does_not_matter(tables, estimator):
    table = chosen(with_borrowed(rows(tables)), Choice(rate=estimator == "rate"))
    assert repr(pool_rows(table, estimator)) == repr(pool_rows(table.iloc[::-1], estimator))  # every digit, NaN too


def test_an_exact_difference_turns_with_its_arms():
    one = risk_difference(3, 92, 7, 91, method="chan-zhang").iloc[0]
    other = risk_difference(7, 91, 3, 92, method="chan-zhang").iloc[0]
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low), abs=1e-12)
    score = risk_difference(3, 92, 7, 91).iloc[0]  # close to the score interval, which it makes exact
    assert (one.conf_low, one.conf_high) == pytest.approx((score.conf_low, score.conf_high), abs=0.01)


def test_few_groups_stand_side_by_side():
    found = pool_rows(made_up([(1, 50), (4, 80), (2, 90), (3, 60)]))
    assert not found.pooled
    assert found.reason == "4 groups, fewer than 5: not pooled"
    assert (found.smallest, found.largest, found.events) == pytest.approx((2.0, 5.0, 10))
    assert np.isnan(found.estimate)
    assert pool_rows(made_up([(0, 50)] * 5)).reason == "no event in any group: not pooled"


def test_r_saw_the_rows_of_today(tables):
    stored = pd.read_csv(paths.REFERENCE / "synthesis_rows.csv").query("set == 'tmn'")
    now = chosen(rows(tables), Choice()).sort_values("arm")
    cells = ["arm", "events", "total"]
    assert stored[cells].to_numpy().tolist() == now[cells].to_numpy().tolist(), "run tests/reference/synthesis.R again"
