"""Evidence: every arm is accounted for, nothing that is no population at risk carries a share."""

import pandas as pd
import pytest

from analysis import data, doors, estimates, evidence, evidence_cells, horizons


@pytest.fixture(scope="module")
def tables():
    return data.load()


@pytest.fixture(scope="module")
def arms(tables):
    return evidence.arm_table(tables)


def test_every_arm_stands_once_in_a_known_section(tables, arms):
    assert list(arms.index) == list(tables.arms.arm)
    assert set(arms.section) <= set(evidence.SECTIONS)


def test_drawn_and_left_out_make_up_all_arms(tables, arms):
    drawn, left = evidence.drawn(tables), evidence.left_out(tables)
    assert drawn.arm.is_unique
    assert sorted([*drawn.arm, *left.index]) == sorted(arms.index)
    assert (left.reason != "").all()


@pytest.mark.parametrize("outcome", evidence.OUTCOMES.values())
def test_only_populations_at_risk_have_a_crude_proportion(tables, outcome):
    rows = evidence.crude_proportions(tables, outcome)
    assert set(rows.denominator) <= set(evidence.AT_RISK)
    assert (rows.low <= rows.percent).all()
    assert (rows.percent <= rows.high).all()


def test_counts_are_over_the_patients_of_the_arm(tables):
    rows = evidence.crude_proportions(tables)
    known = rows[rows.patients.notna()]
    assert (known.total.to_numpy() == tables.claims.loc[known.patients, "value"].to_numpy()).all()


def test_by_hand(tables):
    row = evidence.crude_proportions(tables).loc["zuma-7-2023.axi-cel.t-mn"]
    assert (row.events, row.total, row.seen) == (2, 170, "quoted")
    assert [round(x, 2) for x in (row.percent, row.low, row.high)] == [1.18, 0.14, 4.19]
    types = evidence.crude_proportions(tables, "t-AML").loc["G069"]
    assert (types.events, types.total) == (11, 539)  # 11 of 29 t-MN, over all patients


def test_none_seen_is_no_zero(tables, arms):
    silent = arms[arms.numbers == ""]
    assert silent[list(evidence.OUTCOMES)].isna().all(axis=None)
    assert arms.loc["zuma-7-2023/soc", "t_mn"] == "zuma-7-2023.soc.t-mn"  # a zero that was printed stays


def test_a_new_arm_appears_by_itself(tables):
    arm = tables.arms.loc[["britto-2025/all"]].assign(arm="britto-2025/new")
    claim = tables.claims.loc[["britto-2025.all.t-mn"]].assign(id="britto-2025.new.t-mn", arm="britto-2025/new")
    more = tables._replace(
        arms=pd.concat([tables.arms, arm]).set_index("arm", drop=False),
        claims=pd.concat([tables.claims, claim]).set_index("id", drop=False),
    )
    assert "britto-2025/new" in set(evidence.drawn(more).arm)
    cases = more._replace(arms=more.arms.assign(denominator="cases"))
    assert evidence.drawn(cases).empty


def test_incidences_are_drawn_or_have_a_reason(tables):
    rows = horizons.incidences(tables)
    assert rows.at_risk[rows.reason == ""].all()
    disputed = set(tables.claims.index[tables.claims.flag == "quantity disputed"])
    assert disputed
    assert disputed <= set(rows.index[rows.reason != ""])
    assert rows.loc["G266", "seen"] == "quoted"


def test_quotations_have_a_verdict(tables):
    rows = horizons.quotations(tables)
    assert rows.loc["G269", "verdict"] == "another number"
    assert ((rows.own == "") == (rows.verdict == "not in the part read")).all()


def test_cells_can_be_filled(tables, arms):
    frames = [
        evidence_cells.arm_cells(arms, tables),
        evidence_cells.told_cells(arms, tables),
        evidence_cells.quotation_cells(tables),
        evidence_cells.timed_left_out_cells(tables),
    ]
    for frame in frames:
        filled = frame.map(lambda cell: doors.fill(tables, cell, plain=True))
        assert not filled.map(lambda cell: "{" in cell).any(axis=None)


def test_counts_for_the_text(tables):
    for name, (number, words) in evidence.summary(tables).items():
        found = estimates.estimate(tables, f"evidence:{name}")
        assert (found.text, found.what) == (f"{number:,}", words)
