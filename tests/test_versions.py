"""Versions: what changed is found, named and attributed, and held against the answer's stated threshold."""

import shutil

import pytest
from made_up_releases import PLAN, row, state

from analysis import protocol
from analysis.versions import conclusion, results, store
from analysis.versions.compare import difference, differing
from analysis.versions.tables import without

# ---- what changed ----------------------------------------------------------------------------------------------------


def test_equal_states_differ_in_nothing_and_give_the_same_bytes():
    one, two = state(), state()
    assert differing(one.results, two.results) == []
    assert store.text(one) == store.text(two)


def test_what_is_stored_is_read_again(tmp_path):
    path = tmp_path / "0.1.0" / store.FILE
    path.parent.mkdir()
    path.write_text(store.text(state(rows=[row("pool"), row("none", estimate=float("nan"), low=None, high=None)])))
    again = store.published(tmp_path)[0]
    assert store.text(again) == path.read_text()
    other = shutil.copytree(tmp_path / "0.1.0", tmp_path / "0.2.0")
    with pytest.raises(ValueError, match=r"found format 1, version 0\.1\.0; allowed: format 1, version 0\.2\.0"):
        store.read(other / store.FILE)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (state(rows=[row("pool", 4.1, reports="a b c")], reports="abc"), "new: C"),
        (state(rows=[row("pool", 4.1)], reports="aB"), "corrected: B"),
        (state(rows=[row("pool", 4.1, reports="a")], reports="a"), "left: B"),
        (state(rows=[row("pool", 4.1)]), "method"),
        (state(rows=[row("pool", 4.1, reports="a")]), "no longer counted: B"),
        (state(rows=[row("pool", 4.1, reports="a b c")], reports="aBc"), "new: C; corrected: B"),
    ],
)
def test_what_moved_a_result_is_named(new, why):
    new = new._replace(results=new.results.assign(kind="pooled", estimate=4.1))
    change = difference(state(), new)
    assert change.changes.name.tolist() == ["pool"]
    assert change.changes.why.tolist() == [why]


def test_naming_one_more_number_in_a_text_changes_words_only():
    text = row("share:x", "page", None, None, None, text="1 in 22")
    assert differing(state().results, state(rows=[row("pool"), text]).results) == []
    other = state(rows=[row("pool"), text | {"text": "1 in 21"}]).results
    assert differing(state(rows=[row("pool"), text]).results, other) == ["share:x"]
    assert differing(state().results, state(rows=[row("pool"), row("share:y", "share")]).results) == ["share:y"]


def test_noise_of_another_processor_is_no_change():
    assert differing(state().results, state(rows=[row("pool", estimate=4.0 * (1 + 1e-9))]).results) == []


def test_pooled_results_are_computed_again_without_the_new_reports(tables):
    before = without(tables, ["transcend-2021"])
    pooled = [results.frame(results.pooled(t)) for t in (before, tables)]
    old, new = (state(rows=frame.to_dict("records")) for frame in pooled)
    old = old._replace(reports=store.report_rows(before))
    change = difference(old, new._replace(reports=store.report_rows(tables)), tables).changes.set_index("name")
    name = tables.reports.short["transcend-2021"]
    assert change.why["tmn-share"] == f"new: {name}; as before without the new reports"


# ---- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "changed", "reason"),
    [
        (row("pool"), False, "the same"),
        (row("pool", estimate=4.9), False, "within"),
        (row("pool", estimate=5.1), True, "outside the interval"),
        (row("pool", estimate=2.99), True, "outside the interval"),
        (row("other"), True, "no longer given"),
        (row("pool", estimate=None, low=None, high=None), True, "no longer pooled"),
    ],
)
def test_the_answer_is_held_against_the_stated_threshold(after, changed, reason):
    found = conclusion.verdicts(state(), state(rows=[after]), PLAN)
    assert conclusion.changed(found) is changed
    assert reason in found[0].reason


def test_a_wide_interval_does_not_hide_a_large_move():
    wide = state(rows=[row("pool", low=1.0, high=9.0)])
    found = conclusion.verdicts(wide, state(rows=[row("pool", estimate=5.5)]), PLAN)
    assert found[0].reason == "moved by more than 25% of its value"


def test_the_protocol_names_results_that_exist(tables):
    names = {claim.id for claim in tables.claims.itertuples()} | {line["name"] for line in results.pooled(tables)}
    assert set(protocol.load()["conclusion"]["results"]) <= names


def test_numbers_of_a_text_are_listed_once_and_those_of_nobody_apart(tables, tmp_path):
    words = "{computed}`members`, {computed:members:} and {computed:impossible:}"
    (tmp_path / "page.md").write_text(words, encoding="utf-8")
    rows = results._on_pages(tables, tmp_path)
    assert [(row["name"], row["kind"]) for row in rows] == [("impossible:", "page"), ("members", "synthetic")]
