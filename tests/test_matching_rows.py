"""Row orders as figure, table and words: labelled, inside the frame, and saying what was computed."""

import numpy as np
import pandas as pd
import pytest
from drawn_cohorts import drawn
from matplotlib import pyplot as plt
from matplotlib.text import Text

from analysis import data, display
from analysis.doors import fill
from analysis.plots import matching, svg
from analysis.plots.style import NARROW, WIDE
from analysis.reconstruction import fragility, matching_rows, order_free
from analysis.reconstruction.store import LABEL

WIDER = 1.2  # the font of the tests is wider than those of the page
TABLES = data.load()
CLAIMS = TABLES.claims
WANTED = ["G147", "G151", "G149", "G153"]
RATIOS = {"hr_0": 0.8, "hr_5": 0.9, "hr_50": 1.1, "hr_95": 1.4, "hr_100": 1.6, "hr_stored": 1.2}


@pytest.fixture(scope="module")
def orders():
    """Three members, two of them natural, as the command would store them."""
    rows = []
    for member, kind, share in (("01", "unique", 1.0), ("02", "natural", 0.25), ("03", "natural", 0.75)):
        for line in fragility.lines(CLAIMS):
            row = {"member": member, "kind": kind, "claim": line.claim, "quantity": line.quantity, "orders": 500}
            row |= RATIOS if kind == "natural" else dict.fromkeys(RATIOS, 1.2)
            row |= {
                "p_0": 0.001,
                "p_50": 0.02,
                "p_100": 0.4,
                "share_significant": share,
                "share_line": share / 5,
                "share_table": 0.0,
            }
            rows.append(row | {"matched_sets": 1 if kind == "unique" else 490 + int(member)})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def free():
    return order_free.order_free({"01": drawn(1), "02": drawn(2)}, CLAIMS)


@pytest.fixture(scope="module")
def table(orders, free):
    return matching_rows.drawn(CLAIMS, orders, free, WANTED)


@pytest.fixture
def stored(monkeypatch, orders, free):
    monkeypatch.setattr(matching_rows, "stored", lambda: (orders, free))


def test_published_rows_alone_are_published(table):
    assert (table.data_kind == "published").tolist() == (table.kind == "published").tolist()
    counts = {"published": 1, "orders": 2, "unique": 1, "method": len(order_free.METHODS)}
    assert table.groupby(["claim", "kind"]).size().unstack().loc[WANTED].iloc[0].to_dict() == counts
    mcv = table[table.claim == "G147"].set_index("kind")
    assert mcv.text["published"] == "1.10 (1.03–1.16)"
    assert mcv.said["orders"].tolist() == ["p below 0.05: 25–75%"] * 2
    assert mcv.loc["orders", ["value", "low", "low_90", "high_90", "high"]].iloc[0].tolist() == [
        1.2,
        0.8,
        0.9,
        1.4,
        1.6,
    ]
    assert mcv.loc["unique", ["name", "text"]].tolist() == ["matching unique, 1 cohort", "1.20"]


def test_methods_are_the_range_of_all_members(table, free):
    row = table[(table.claim == "G149") & (table.name == "full matching, weighted")].iloc[0]
    found = free[(free.claim == "G149") & (free.method == "full")].hazard_ratio
    assert (row.low, row.high) == (found.min(), found.max())
    assert row.each == tuple(found)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_drawn_in_the_palette_with_words_inside_the_frame(table, width):
    figure = svg.stamped(matching.row_orders(table, width), LABEL)
    figure.set_dpi(72)
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent()
            assert box.x0 + box.width / WIDER <= width + 9 or text.get_ha() != "left", text.get_text()
            assert box.x1 - box.width / WIDER >= -9, text.get_text()
    markup = svg.inline(figure, "synthetic-x", "words")
    assert LABEL.split()[0] in markup
    assert "<pattern" in markup  # hatched
    assert not plt.get_fignums()


def test_as_figure_and_table_it_says_that_it_is_synthetic(table, orders, free):
    texts = dict.fromkeys(("title", "sub", "alt", "caption"), "words")
    figure = display.figure(
        TABLES,
        matching.row_orders,
        table[table.claim == "G149"],
        name="synthetic-row-orders",
        data=matching_rows.DRAWN,
        provenance="synthetic",
        claims=[*table.claim.unique()],
        **texts,
    )
    assert figure.data.count(LABEL) > 3
    with pytest.raises(ValueError, match="is shown as computed, but"):
        display.figure(TABLES, matching.row_orders, table, name="x", data={}, provenance="computed", **texts)
    rows = matching_rows.rows(CLAIMS, orders, free)
    assert rows.Factor.tolist()[:2] == ["MCV", "ICANS, any grade"]
    assert len(rows) == len(fragility.lines(CLAIMS))
    assert rows["Over row orders"].tolist() == ["0.80–1.60"] * len(rows)
    assert rows["As printed"].tolist() == ["5.0–15%"] * len(rows)
    block = display.table(TABLES, rows, name="synthetic-matching", caption="words", provenance="synthetic")
    assert LABEL[1:] in block.data


def test_words_of_row_orders(stored):
    text = "{computed:row-orders:orders} {computed:row-orders:members} {computed:row-orders:sets} "
    text += "{computed:row-orders:significant G147} {computed:row-orders:ratio G147} {computed:row-orders:p G147} "
    text += "{computed:row-orders:line G147} {computed:row-orders:table} {computed:row-orders:middle G147}"
    assert fill(TABLES, text, plain=True) == "500 2 492–493 25–75% 0.80–1.60 0.001–0.4 5.0–15% 0% 0.02–0.02"
    assert 'data-kind="synthetic"' in fill(TABLES, text)
    with pytest.raises(LookupError, match="no line 'G001' among row orders; there are G147, "):
        matching_rows.order_words("ratio", "G001")
    with pytest.raises(LookupError, match="no number 'mean' about row orders; there are orders, "):
        matching_rows.order_words("mean")


def test_words_of_order_free_methods(stored, free):
    found = free[(free.claim == "G147") & (free.method == "odds")]
    assert matching_rows.method_words("significant", "odds", "G147")[0] == f"{(found.p_value < 0.05).sum()} of 2"
    low, high = np.sort(found.hazard_ratio)
    assert matching_rows.method_words("ratio", "odds", "G147")[0] == f"{low:.2f}–{high:.2f}"
    with pytest.raises(LookupError, match="no number 'ratio' of 'pairs' for 'G147'; methods: exact, full"):
        matching_rows.method_words("ratio", "pairs", "G147")
