"""Every group at risk is judged on every item: from reading, or by the rule."""

import pandas as pd
import pytest

from analysis import evidence
from analysis.review import quality


def test_every_group_at_risk_is_judged_on_every_item(tables):
    rows = quality.judgements(tables)
    arms = evidence.arm_table(tables)
    assert set(rows.arm) == set(arms.index[arms.at_risk])
    assert (rows.groupby("arm")["item"].apply(list).map(tuple) == tuple(quality.QUESTIONS)).all()


def test_the_stored_draft_is_what_the_rule_says_now(tables):
    stored = tables.quality[tables.quality.basis == "rule"]
    new = quality.draft(tables, stored.arm.unique()).set_index("id")
    for column in ("judgement", "reason"):
        assert (stored[column] == new[column].loc[stored.index]).all(), "run: python -m analysis draft-quality"


def test_a_new_group_is_judged_by_the_rule_at_once(tables):
    arm = tables.arms.loc[["britto-2025/all"]].assign(arm="britto-2025/new").set_index("arm", drop=False)
    more = tables._replace(arms=pd.concat([tables.arms, arm]))
    rows = quality.judgements(more)
    assert (rows[rows.arm == "britto-2025/new"].basis == "rule").all()
    assert len(rows) == len(quality.judgements(tables)) + len(quality.QUESTIONS)


@pytest.mark.parametrize(
    ("patients", "judgement"),
    [(quality.ENOUGH, "low"), (quality.ENOUGH - 1, "high"), (float("nan"), "unclear")],
)
def test_size_by_hand(patients, judgement):
    assert quality._size(patients)[0] == judgement
    half_width = 1.96 * (0.05 * 0.95 / quality.ENOUGH) ** 0.5
    assert half_width <= 0.025 < 1.96 * (0.05 * 0.95 / (quality.ENOUGH - 1)) ** 0.5


def test_what_was_not_seen_is_never_low(tables):
    rows = quality.judgements(tables)
    assert not rows[(rows.judgement == "low") & rows.reason.str.contains("not seen")].size
