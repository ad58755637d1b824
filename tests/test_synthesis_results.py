"""Results for other parts: one flat table, certainty by its rules, findings in words, randomised pairs."""

from dataclasses import replace

import pytest

from analysis import estimates, synthesis
from analysis.synthesis import certainty, findings, pools, randomised
from analysis.synthesis.choice import Choice, candidates
from analysis.synthesis.groups import rows

# ---- one table -------------------------------------------------------------------------------------------------------


def test_results_are_one_flat_table(tables):
    found = synthesis.results(tables)
    assert found.columns.tolist() == [
        *("name", "label", "estimate", "low", "high", "k", "events", "n", "unit", "reports", "note"),
    ]
    assert found.name.is_unique
    assert found.name.str.fullmatch(r"[a-z0-9-]+").all()
    assert found.name.iloc[0] == "tmn-share"
    pooled = found[found.estimate.notna()]
    assert ((pooled.low <= pooled.estimate) & (pooled.estimate <= pooled.high)).all()
    assert found.note[found.estimate.isna()].str.contains("fewer than 5").all()
    for names in found.reports:
        assert set(names.split()) <= set(tables.reports.index)


def test_every_subgroup_is_a_part(tables):
    known = pools.answers(tables)
    for column in pools.SUBGROUPS:
        values = candidates(rows(tables), Choice())[column].unique()
        assert {f"tmn-share-{column}-{pools.slug(value)}" for value in values} <= set(known)


# ---- certainty and words ---------------------------------------------------------------------------------------------


def test_certainty_by_its_rules(tables):
    one = ("gazeau-2025/all",)
    best = certainty.Evidence(arms=one, i2=20, prediction=3, watched=1, width=1.5, events=90, silent=0.1)
    assert certainty.rate(tables, best).level == "high"
    assert certainty.rate(tables, replace(best, width=2.5)).steps["imprecision"] == 1
    assert certainty.rate(tables, replace(best, width=5)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, events=3)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, both_signs=True)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, i2=60)).steps["inconsistency"] == 1
    assert certainty.rate(tables, replace(best, i2=60, prediction=20)).steps["inconsistency"] == 2
    assert certainty.rate(tables, replace(best, watched=0.2)).steps["indirectness"] == 1
    assert certainty.rate(tables, replace(best, watched=0.2, other_patients="others")).steps["indirectness"] == 2
    assert certainty.rate(tables, replace(best, silent=0.6)).steps["publication bias"] == 1
    worst = replace(best, i2=90, prediction=30, width=9, silent=0.9)
    assert certainty.rate(tables, worst).level == "very low"
    assert set(certainty.RULES) == set(certainty.rate(tables, best).steps)


def test_findings_and_words(tables):
    for line in findings.findings(tables):
        assert line.rating.level in certainty.LEVELS
        assert estimates.estimate(tables, f"synthesis:certainty-{line.name}").text == line.rating.level
    assert estimates.estimate(tables, "pooled:tmn-share").text.endswith("%")
    with pytest.raises(LookupError, match="tmn-rate has no pooled value: 4 groups"):
        estimates.estimate(tables, "pooled:tmn-rate")
    with pytest.raises(LookupError, match="no pooled number 'nothing'"):
        estimates.estimate(tables, "pooled:nothing")


# ---- randomised pairs ------------------------------------------------------------------------------------------------


def test_randomised_pairs(tables):
    found = randomised.differences(tables)
    apart = found.events / found.total - found.events_reference / found.total_reference
    assert found.difference.to_list() == pytest.approx((100 * apart).to_list())
    names = set(found.study) | set(randomised.without_counts(tables).study)
    arms = tables.arms[tables.arms.treatment == "standard of care"]
    assert names == set(tables.reports.study[arms.report])
