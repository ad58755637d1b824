"""The canary: whoever lands on a synthetic figure or table, or opens a file taken from it, sees what it is."""

import base64
import io
import re
from html import unescape

import pandas as pd
import pytest

from analysis import display, doors, paths, provenance
from analysis.plots import incidence
from analysis.plots.style import C, canvas, panel, styled
from analysis.reconstruction.store import INDEX, LABEL

TEXTS = {"title": "A title", "sub": "percent", "alt": "What is seen.", "caption": "Twelve patients."}
STORED = sorted(paths.RECONSTRUCTION.glob("*.csv"))


@styled
def draw(table, width):
    fig = canvas(width, 100)
    ax = panel(fig, 20, 10, 10, 20)
    ax.plot(table.x, table.y, color=C["tmn"])
    fig.text(0, 0.9, "words", color=C["ink"])
    return fig


@pytest.fixture
def table():
    return pd.DataFrame({"x": [0, 1], "y": [0, 1]})


def shown(tables, table, **more):
    more = {"name": "synthetic-test", "provenance": "synthetic"} | more
    return display.figure(tables, draw, table, data={"x": "Time", "y": "Value"}, claims=[], **TEXTS, **more).data


def file_of(html, name):
    packed = re.search(rf'<template data-file="{re.escape(name)}">([^<]*)</template>', html)[1]
    return base64.b64decode(packed)


def words_of(svg):
    """The words drawn in an SVG, lines joined."""
    return unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


@pytest.mark.parametrize("kind", provenance.SYNTHETIC)
def test_a_synthetic_figure_says_so_everywhere(tables, table, kind):
    html, words = shown(tables, table, provenance=kind), provenance.WORDS[kind]
    drawings = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(drawings) == 2
    for drawing in drawings:
        assert words in words_of(drawing)
        assert words.lower() in re.search('aria-label="([^"]*)"', drawing)[1].lower()
    assert 'id="synthetic-test"' in html
    assert html.index("tag synthetic") < html.index("<svg")
    assert words.lower() in re.search(r"<figcaption>.*?</p>", html, re.S)[0].lower()
    rows = pd.read_csv(io.BytesIO(file_of(html, "synthetic-test.csv")))
    assert rows.columns[0] == provenance.HEADING
    assert set(rows[provenance.HEADING]) == {words}
    saved = words_of(file_of(html, "synthetic-test.svg").decode())
    assert saved.count(words) == 2  # over the drawing and in its source
    assert words.encode() in file_of(html, "synthetic-test.png")


def test_rows_of_a_file_say_what_each_of_them_is(tables, table):
    mixed = table.assign(data_kind=["synthetic", "published"])
    rows = pd.read_csv(io.BytesIO(file_of(shown(tables, mixed), "synthetic-test.csv")))
    assert rows[provenance.HEADING].tolist() == [LABEL, "published"]


def test_a_synthetic_table_says_so_everywhere(tables):
    frame = pd.DataFrame({"What": ["a", "b"], "How many": ["1", "2"], "data_kind": "synthetic"})
    html = display.table(tables, frame, name="synthetic-table", caption="Rows", provenance="synthetic").data
    assert 'id="synthetic-table"' in html
    assert LABEL in re.search("<caption>.*?</caption>", html)[0].lower()
    assert "tag synthetic" in html
    assert "data_kind" not in html.split("<template")[0]
    rows = pd.read_csv(io.BytesIO(file_of(html, "synthetic-table.csv")))
    assert rows.columns.tolist() == [provenance.HEADING, "What", "How many"]
    assert set(rows[provenance.HEADING]) == {LABEL}


def test_real_numbers_are_not_marked(tables, table):
    html = shown(tables, table, name="fig-test", provenance="published")
    assert "ynthetic" not in html
    assert pd.read_csv(io.BytesIO(file_of(html, "fig-test.csv"))).columns.tolist() == ["Time", "Value"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"name": "fig-test"}, "names that begin with 'synthetic-'"),
        ({"provenance": "computed"}, "names that begin with 'synthetic-'"),
        ({"provenance": "simulated"}, "allowed: published, computed, synthetic, invented"),
    ],
)
def test_a_name_that_hides_it_is_refused(tables, table, more, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        shown(tables, table, **more)


@pytest.mark.parametrize("kind", ["published", "computed"])
def test_synthetic_rows_cannot_be_shown_as_real(tables, table, kind):
    mixed = table.assign(data_kind=["published", "synthetic"])
    with pytest.raises(ValueError, match="1 of its 2 rows are synthetic"):
        shown(tables, mixed, name="fig-test", provenance=kind)
    with pytest.raises(ValueError, match="1 of its 2 rows are synthetic"):
        display.table(tables, mixed, name="tab-test", caption="Rows", provenance=kind)


@pytest.mark.parametrize("place", ["title", "alt"])
def test_plain_words_cannot_hide_a_synthetic_number(tables, table, place):
    texts = TEXTS | {place: "So many: {computed:invented:incidence}"}
    names = {"name": "fig-test", "data": {"x": "Time"}, "claims": []}
    with pytest.raises(ValueError, match="invented:incidence is synthetic"):
        display.figure(tables, draw, table, **names, **texts)


@pytest.mark.parametrize("as_html", [True, False])
def test_a_file_cannot_hide_a_synthetic_number(tables, as_html):
    cell = "{computed:invented:incidence}"
    cell = display.HTML(doors.fill(tables, cell)) if as_html else cell
    frame = pd.DataFrame({"What": ["t-MN"], "Share": [cell]})
    with pytest.raises(ValueError, match="synthetic"):
        display.table(tables, frame, name="tab-test", caption="Rows")
    assert display.table(tables, frame, name="synthetic-test", caption="Rows", provenance="invented")


def test_the_strip_of_words_covers_nothing():
    """The drawing keeps its size below the strip."""
    row = {"name": "axi-cel", "key": "axi", "domain": "cd28", "patients": 3, "value": 4.0, "low": 1.0, "high": 9.0}
    row |= {"value_printed": "4", "low_printed": "1", "high_printed": "9"}
    table = pd.DataFrame([row, row | {"key": "all"}])
    plain, marked = (incidence.products(table, 680) for _ in range(2))
    height = plain.get_figheight() * 72
    display.svg.stamped(marked, LABEL)
    grown = marked.get_figheight() * 72
    assert grown > height
    before, after = plain.axes[0].get_position(), marked.axes[0].get_position()
    assert after.height * grown == pytest.approx(before.height * height)
    assert after.y0 * grown == pytest.approx(before.y0 * height)


LISTS = (INDEX, "not-reached.csv")  # of cohorts and of claims: no number in them is a patient's or comes from one


@pytest.mark.parametrize("path", [path for path in STORED if path.name not in LISTS], ids=lambda path: path.name)
def test_stored_files_say_so_in_name_and_rows(path):
    assert path.name.startswith("synthetic-")
    rows = pd.read_csv(path, dtype={"patient": str})
    assert set(rows.data_kind) == {"synthetic"}
    if "patient" in rows:
        assert path.name.startswith("synthetic-reconstructed-")
        assert rows.patient.str.startswith("synthetic-").all()
