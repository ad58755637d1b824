"""The updates page, with no, one and two versions."""

import pandas as pd
from made_up_releases import PLAN, row, state

from analysis.versions import cells, history, results
from analysis.versions.compare import difference


def past(*releases, shown=None):
    shown = shown or releases[-1]
    return history.History(list(releases), shown, releases[-2] if len(releases) > 1 else None)


def test_the_page_with_no_one_and_two_versions(tables, monkeypatch):
    monkeypatch.setattr(results, "pooled", lambda tables: [])
    empty = history.History([], state(on=""), None)
    assert "None has been published yet" in cells.versions(tables, empty, PLAN).data
    assert "none can have been cited" in cells.since(tables, empty, PLAN).data
    assert "It is the first version" in cells.takeaways(tables, empty, PLAN)[1]
    one = past(state())
    assert "first version" in cells.versions(tables, one, PLAN).data
    assert "This is the version that you are reading." in cells.since(tables, one, PLAN).data
    assert cells.answer_rows(one, PLAN).Changed.tolist() == ["nothing to compare with"]
    moved = state("1.0.0", [row("pool", estimate=5.2, reports="a b c")], "abc", ("S001", "S002"))
    two = past(state(), moved)
    lines = cells.takeaways(tables, two, PLAN)
    assert "1 new search, 1 new report, 1 changed result;" in lines[1]
    assert "The answer has changed" in lines[2]
    page = cells.since(tables, two, PLAN).data
    assert page.index('data-since="1.0.0"') < page.index('data-since="0.1.0"')
    assert "new: C" in page


def test_words_alone_are_said_to_be_words(tables):
    lines = cells.takeaways(tables, past(state(), state("0.1.1")), PLAN)
    assert lines[1].startswith("Since version 0.1.0 only words have changed: all 1 results are the same.")
    assert lines[2] == "The answer has not changed."


def test_printed_numbers_of_a_new_report_are_one_row():
    new = [row("pool"), *(row(f"c.{i}", "printed", reports="c", text=str(i)) for i in range(3))]
    old, now = state(), state("1.0.0", new, "abc")
    rows = cells.change_rows(difference(old, now), [old, now])
    assert rows.values.tolist() == [["C: 3 printed numbers", "not given", "new", "new: C"]]
    back = cells.change_rows(difference(now, old), [now, old])
    assert back.values.tolist() == [["C: 3 printed numbers", "given", "gone", "left: C"]]


def test_errata_are_shown_with_who_what_and_effect(tables):
    cells_ = {"erratum": "E001", "noticed_on": "2026-12-01", "noticed_by": "a reader", "stood_in": "0.1.0"}
    cells_ |= {"corrected_in": None, "claims": "G083", "what": "Copied wrongly.", "effect": "One number."}
    errata = pd.DataFrame([cells_]).set_index("erratum", drop=False)
    page = cells.errata(tables._replace(errata=errata)).data
    assert all(
        word in page for word in ("a reader", "Copied wrongly.", "One number.", 'href="data.html#g083"', "the next")
    )


def test_numbers_of_synthetic_patients_stand_apart(tables):
    """Version 0.1.0 stored them as numbers of a page: what they are now decides."""
    old = [row("pool"), row("members", "page", text="21"), row("order", "page", text="15 of 21")]
    new = [row("pool"), row("members", "page", text="22"), row("order", "synthetic", text="20 of 26")]
    page = cells.since(tables, past(state(rows=old), state("0.2.0", new)), PLAN).data
    computed, synthetic = page.index('id="tab-follow-0.1.0"'), page.index('id="synthetic-follow-0.1.0"')
    assert computed < synthetic < page.index("15 of 21")
    assert "20 of 26" not in page[computed:synthetic]
    assert "synthetic" in page[synthetic : page.index("20 of 26")]
