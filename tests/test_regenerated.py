"""Published against regenerated: by hand, by law, and the pages' rows say that they are synthetic."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn_cohorts import complete, drawn
from matplotlib.text import Text

from analysis import display, paths
from analysis.audit.invented import ledger
from analysis.cohort import Cohort
from analysis.plots import stages as drawing
from analysis.plots import svg
from analysis.plots.style import NARROW, WIDE
from analysis.recipes import ALTERNATIVES, DEFAULT, recompute, windows
from analysis.recipes.table import SCORED
from analysis.reconstruction import listed, proofs, regenerated, reread, shown, stages, store, verdicts


@pytest.fixture(scope="module")
def members():
    return {name: complete(drawn(seed), seed) for seed, name in enumerate(("01", "02"))}


@pytest.fixture(scope="module")
def found(tables, members):
    return regenerated.regenerated(tables, members)


def three(*sexes):
    """Three patients, and nobody with a t-MN."""
    return Cohort(pd.DataFrame({"patient": ["a", "b", "c"], "sex": sexes}), pd.DataFrame({"patient": []}))


MALE = {"id": "A", "quantity": "male", "statistic": "proportion", "unit": "%"}


def test_by_hand_two_cohorts_of_three():
    """2 of 3 men is 66.67%, printed 66.7; 3 of 3 is 100%."""
    paper = ledger(MALE | {"value": "66.7", "numerator": 2, "denominator": 3})
    both = {"01": three("male", "male", "female"), "02": three("male", "male", "male")}
    table = regenerated.regenerated(paper, both, "paper").set_index("field")
    assert table.smallest.round(2).to_dict() == {"value": 66.67, "numerator": 2, "denominator": 3}
    assert table.largest.to_dict() == {"value": 100, "numerator": 3, "denominator": 3}
    assert table.inside.to_dict() == {"value": 1, "numerator": 1, "denominator": 2}
    assert table.state.to_dict() == {"value": "missed", "numerator": "missed", "denominator": "regenerated"}
    one = regenerated.regenerated(paper, {"01": both["01"]}, "paper")
    assert set(one.state) == {"regenerated"}


def test_by_hand_a_percentage_that_no_count_gives():
    """2 of 3 is 66.7; printed 66.1, so the share is impossible beside its count, and the count comes out."""
    paper = ledger(MALE | {"value": "66.1", "numerator": 2, "denominator": 3})
    table = regenerated.regenerated(paper, {"01": three("male", "male", "female")}, "paper").set_index("field")
    assert table.state.to_dict() == {"value": "impossible", "numerator": "regenerated", "denominator": "regenerated"}
    assert table.loc["value", ["proof", "fits"]].tolist() == ["enumeration", "66.7"]
    score = regenerated.score_by_table(table.reset_index())
    assert score.loc["all"].to_dict() == {
        "fields": 2, "regenerated": 1, "impossible": 1, "not reached": 0, "missed": 0,
    }  # fmt: skip


def test_no_member_is_an_error(tables):
    with pytest.raises(ValueError, match="at least one"):
        regenerated.regenerated(tables, {})


def test_a_member_scored_twice_is_the_same_and_computed_once(tables, members, found, monkeypatch):
    monkeypatch.setattr(regenerated, "recompute", None)  # would fail if it were called
    pd.testing.assert_frame_equal(regenerated.regenerated(tables, members), found)


def test_a_caller_cannot_spoil_what_is_remembered(claims, members):
    first = regenerated.scored(members["01"], claims)
    kept = first.regenerated.copy()
    first["regenerated"] = 0.0
    pd.testing.assert_series_equal(regenerated.scored(members["01"], claims).regenerated, kept)


@pytest.mark.parametrize(("table", "column"), [("patients", "age"), ("tmn", "sequenced_at_tmn")])
def test_a_changed_cell_is_noticed(claims, members, table, column):
    frame = getattr(members["01"], table).copy()
    old = frame[column].iloc[0]
    frame.loc[frame.index[0], column] = not old if isinstance(old, bool | np.bool_) else old + 40
    other = members["01"]._replace(**{table: frame})
    before, after = (regenerated.scored(cohort, claims).regenerated for cohort in (members["01"], other))
    assert not before.equals(after)


def test_a_changed_claim_is_noticed(claims, members):
    other = claims.assign(value=claims.value.mask(claims.id == "G083", 4.6))
    wanted = [regenerated.scored(members["01"], rows).set_index(["id", "field"]) for rows in (claims, other)]
    assert wanted[0].low["G083", "value"] + 0.1 == pytest.approx(wanted[1].low["G083", "value"])


def test_laws_of_the_range(claims, members, found):
    each = [recompute(cohort, claims) for cohort in members.values()]
    for one in each:
        low, high, value = (column.to_numpy() for column in (found.smallest, found.largest, one.regenerated))
        assert ((low <= value) & (value <= high) | np.isnan(value)).all()
    assert (found.inside == sum(one.inside.astype(int) for one in each)).all()
    assert (found.state == "regenerated").sum() == (found.inside == len(each)).sum()
    assert (found.proof.ne("") == (found.state == "impossible")).all()


def test_every_number_stands_in_one_place_of_the_score(found):
    score = regenerated.score_by_table(found)
    assert (score.drop(index="all").sum() == score.loc["all"]).all()
    assert (score.drop(columns="fields").sum(axis=1) == score.fields).all()


def test_members_that_miss_are_told_with_file_and_number(tables, members, monkeypatch):
    index = pd.DataFrame({"member": list(members), "fields": 1, "fields_inside": 2}).set_index("member", drop=False)
    monkeypatch.setattr(store, "load_all", lambda folder: members)
    monkeypatch.setattr(store, "index", lambda folder: index)
    told = [str(problem) for problem in regenerated.problems(tables)]
    assert any("synthetic-reconstructed-01-patients.csv" in text and "G083 value" in text for text in told)
    assert not any("G103 value" in text for text in told)  # proven impossible
    assert sum("members.csv" in text for text in told) == 2 * len(members)


@pytest.mark.skipif(not (paths.RECONSTRUCTION / store.INDEX).exists(), reason="no members are stored yet")
def test_every_stored_member_gives_every_number_that_is_not_set_aside(tables):
    assert [str(problem) for problem in regenerated.problems(tables)] == []


def test_readings_change_only_the_claims_that_are_listed(claims):
    small, once = complete(drawn(3, patients=70, cases=12), 3), claims[claims.duplicate_of.isna()]
    usual = recompute(small, once).set_index(["id", "field"]).regenerated
    for name, (_, choice, *_) in ALTERNATIVES.items():
        spared = once[~reread.affected(once, name)]
        again = recompute(small, spared, replace(DEFAULT, **{name: choice})).set_index(["id", "field"])
        same = np.isclose(usual[again.index], again.regenerated, equal_nan=True)
        assert again.index[~same].tolist() == [], f"{name} {choice}"


def test_reread_has_words_for_every_choice(tables, members):
    table = reread.reread(tables, {"01": members["01"]})
    assert table.groupby("name").size().to_dict() == {name: len(choices) for name, choices in ALTERNATIVES.items()}
    assert (table.fewest <= table.most).all()
    assert (table.most <= table.differ).all()


def test_stages_settle_every_number_once(tables, claims):
    table = stages.stages(tables)
    settled = table.numbers.drop(["ledger", "check"]).dropna()
    targets = windows(claims)
    assert settled.sum() == table.numbers["ledger"] == targets.field.isin(SCORED).sum()
    assert set(settled.index) == {"courses", "skeleton", "matching", "covariates", "details"}


@pytest.mark.parametrize(
    ("number", "low", "high", "step", "text"),
    [(4.512, 4.45, 4.55, 0.1, "4.51"), (4.5499, 4.45, 4.55, 0.1, "4.5499"), (335.0, 334.5, 335.5, 1.0, "335"),
     (62.1501, 62.05, 62.15, 0.1, "62.15"), (0.0004, 0.0, 0.01, 0.01, "<0.001")],
)  # fmt: skip
def test_a_number_is_written_on_its_side_of_the_window(number, low, high, step, text):
    assert shown._number(number, shown._places(number, low, high, step)) == text


def test_rows_of_a_page_link_to_proofs_that_are_there(tables, found):
    html = " ".join(cell.data for cell in shown.claim_rows(tables, found)["Comes out in"])
    anchors = set(shown.anchors(proofs.impossible(tables)))
    assert set(re.findall(r'href="#(proof-[^"]+)"', html)) <= anchors
    assert len(shown.proof_rows(tables, proofs.impossible(tables), no_findings())) == len(anchors)


def no_findings():
    """An audit that found nothing."""
    return pd.DataFrame(columns=["claims", "finding", "severity"])


def pages(tables, found):
    """Tables of the pages whose numbers are synthetic."""
    index = pd.DataFrame(
        {"member": ["01"], "seed": [1], "kind": ["natural"], "sha256_patients": ["a" * 64], "sha256_tmn": ["b" * 64]}
    )
    return {
        "claims": shown.claim_rows(tables, found.head(20)),
        "score": shown.score_rows(regenerated.score_by_table(found), 2),
        "members": listed.member_rows(index),
        "files": listed.file_rows(index),
    }


@pytest.mark.parametrize("name", ["claims", "score", "members", "files"])
def test_synthetic_rows_cannot_be_shown_without_saying_so(tables, found, name):
    frame = pages(tables, found)[name]
    with pytest.raises(ValueError, match="synthetic"):
        display.table(tables, frame, name="tab-x", caption="x")
    html = display.table(tables, frame, name="synthetic-x", provenance="synthetic", caption="x").data
    assert "Synthetic, reconstructed from published statistics" in html
    assert 'class="tag synthetic"' in html


def test_a_line_under_a_model_in_words(tables):
    row = {
        "lines": "G149",
        "quantity": "ICANS grade",
        "scope": "alone",
        "starts": 20,
        "printed_error": 0.0906,
        "least_error": 0.0928,
    }
    cells = {
        ("Fine-Gray", "robust"): "reached",
        ("Fine-Gray", "model-based"): "impossible",
        ("Cox", "robust"): "not reached",
        ("Cox", "model-based"): "impossible",
    }
    table = pd.DataFrame([row | {"model": m, "standard_error": s, "verdict": v} for (m, s), v in cells.items()])
    shown_row = verdicts.model_rows(tables, table).iloc[0]
    assert shown_row.tolist()[2:] == [
        "yes",
        "no: 0.091 < 0.093",
        "not in 20",
        "no: 0.091 < 0.093",
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_picture_of_the_stages_keeps_its_words_inside(tables, width):
    figure = drawing.way(stages.stages(tables), width)
    figure.set_dpi(72)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(box.x0 for box in boxes) > -9
    assert max(box.x0 + box.width / 1.2 for box in boxes) < width + 9  # this font is wider than those of the page
    text = svg.inline(figure, "way", "label")  # refuses colours outside the palette
    assert "<pattern" in text  # synthetic stages are hatched
