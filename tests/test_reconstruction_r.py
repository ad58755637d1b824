"""Published members in R: what our recipes regenerate from their files, R's cmprsk, survival and MatchIt do, too.

The answers were stored once (``reference/reconstruction.R``) for the first member of each kind; if a member is made
anew they are out of date, and the first test says so.
"""

import json

import numpy as np
import pandas as pd
import pytest

from analysis import data, paths
from analysis.matching import match_nearest, propensity_score
from analysis.recipes import DEFAULT, models, printed
from analysis.recipes.answer import factor
from analysis.recipes.registry import bound
from analysis.recipes.view import View
from analysis.reconstruction import store

ANSWERS = paths.REFERENCE / "reconstruction.json"
FAMILIES = ("cumulative incidence", "survival probability", "median", "hazard ratio", "p value")
FIELDS = ("value", "low", "high")
RTOL = 1e-8  # closed forms; models by iteration, R's run to its own floor
ATOL = 1e-10  # for p values near 0, where a z of 4 that is 1e-8 off moves p by 1e-7 of itself
SCORE = 1e-9  # R's scores were rounded to ten decimals, so that rounding errors choose nobody
R = json.loads(ANSWERS.read_text(encoding="utf-8")) if ANSWERS.exists() else {"members": []}
MEMBERS = {one["member"]: one for one in R["members"]}
CLAIMS = data.load().claims
CLAIMS = CLAIMS[(CLAIMS.report == "gazeau-2025") & CLAIMS.statistic.isin(FAMILIES)]

INDEX = store.index() if (paths.RECONSTRUCTION / store.INDEX).exists() else pd.DataFrame({"kind": []})
KINDS = ["unique", "natural"]
COMMAND = "cd tests/reference && Rscript reconstruction.R"

needs_answers = pytest.mark.skipif(not MEMBERS, reason="no member was recomputed in R yet")
each = pytest.mark.parametrize("member", MEMBERS)


def answers(member):
    """R's numbers, by claim and field."""
    found = {(name, field): x for name, fields in MEMBERS[member]["claims"].items() for field, x in fields.items()}
    return pd.Series(found, dtype=float).sort_index()


def regenerated(view):
    """Our numbers in the printed unit, by claim and field: all that the registry of recipes binds."""
    found = {}
    for claim, recipe in bound(CLAIMS):
        answer = recipe(view)
        by = factor(answer.scale, claim.unit)
        fields = [window.field for window in printed.fields(claim) if window.field in FIELDS]
        found |= {(claim.id, field): getattr(answer, field) * by for field in fields}
    return pd.Series(found, dtype=float).sort_index()


def of_r(member, view):
    """Which patients R matched, a boolean each."""
    return view.column("patient").astype(str) == np.array(MEMBERS[member]["matched"])[:, None]


@pytest.fixture(scope="module")
def views():
    return {member: View(store.load(member), DEFAULT) for member in MEMBERS}


@pytest.mark.skipif(not set(KINDS) <= set(INDEX.kind), reason="members of both kinds are not stored yet")
def test_a_stored_member_of_each_kind_was_recomputed():
    assert [one["kind"] for one in MEMBERS.values()] == KINDS, f"run: {COMMAND}"


def test_the_members_are_those_that_r_read():
    for member, one in MEMBERS.items():
        assert INDEX.kind[member] == one["kind"]
        for part in store.PARTS:
            assert INDEX.loc[member, f"sha256_{part}"] == one[f"sha256_{part}"], (
                f"member {member} is new; run: {COMMAND}"
            )


@needs_answers
def test_the_answers_have_their_label_and_versions():
    assert R["label"] == store.LABEL
    assert set(R["software"]) == {"R", "cmprsk", "survival", "MatchIt"}


@each
def test_r_answers_every_number_that_the_recipes_bind(member, views):
    ours = regenerated(views[member])
    assert answers(member).index.tolist() == ours.index.tolist()
    assert len(ours) > 200


@each
def test_every_number_equals_that_of_r(member, views):
    """Hazard ratios after matching among the patients whom R matched."""
    view = View(views[member].tables, DEFAULT)
    view.kept("matched", lambda: of_r(member, view).any(axis=0))
    ours, r = regenerated(view), answers(member)
    np.testing.assert_allclose(ours, r, rtol=RTOL, atol=ATOL, equal_nan=True)
    assert np.isfinite(r).mean() > 0.98


@each
def test_the_same_patients_or_the_same_distances_are_matched(member, views):
    view = views[member]
    table, cases = models.confounders(view), models.group(view, "t-MN")
    score = propensity_score(table, cases, list(table))
    pairs = match_nearest(score, cases, ratio=models.CONTROLS, order=DEFAULT.matching_order)
    np.testing.assert_allclose(np.sort(pairs.distance), MEMBERS[member]["distances"], atol=SCORE)
    if MEMBERS[member]["kind"] == "unique":
        assert np.array_equal(models.matched_rows(view), of_r(member, view).any(axis=0))
