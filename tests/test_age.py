"""The age of the last search, the report of an error, the choice of a version: scripts in a page made here."""

import re
from urllib.parse import unquote

import jinja2
import pytest

from analysis import paths, protocol
from analysis.site import age

pytestmark = pytest.mark.xdist_group("site")
ROW = """<div class="tbl-wrap" id="claims-gazeau-2025"><table class="tbl"><tbody><tr id="g083"><th>G083</th>
<td>t-MN at 24 months</td><td>4.5%</td><td>Results</td><td>certain</td></tr></tbody></table></div>"""
SINCE = "".join(
    f'<section class="since" id="since-{v}" data-since="{v}" data-on="{day}"><h3>Since {v}</h3></section>'
    for v, day in (("1.0.0", "2027-01-01"), ("0.2.0", "2026-12-01"), ("0.1.0", "2026-11-21"))
)


@pytest.fixture
def made(tables, tmp_path):
    """Write a page with the header, the banner and some content; returns its address."""

    def make(content="", address="", name="incidence.html"):
        words = protocol.load() | {"contact": {"address": address, "note": "Nobody is named"}}
        facts = age.facts(tables, words, "0.1.0")
        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(age.TEMPLATES), autoescape=True)
        parts = [environment.get_template(f"{part}.html").render(age=facts) for part in ("last-search", "stale")]
        scripts = "".join((paths.ROOT / "_static" / f"{s}.js").read_text(encoding="utf-8") for s in ("wrong", "since"))
        style = (paths.ROOT / "_static" / "site.css").read_text(encoding="utf-8")
        page = tmp_path / name
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title><style>{style}</style>'
        page.write_text(
            f"{head}<body>{''.join(parts)}{content}<script>{scripts}</script></body></html>", encoding="utf-8"
        )
        return page.as_uri()

    return make


@pytest.fixture
def on(browser):
    """Open a page on a day, with or without script."""
    contexts = []

    def open_page(address, day, script=True):
        contexts.append(browser.new_context(java_script_enabled=script))
        page = contexts[-1].new_page()
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        if script:
            page.clock.set_fixed_time(f"{day}T12:00:00Z")
        page.goto(address)
        assert page.wrong == []
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-11-21", " (today)"), ("2026-11-22", " (1 day ago)"), ("2027-02-19", " (90 days ago)"), ("2026-11-01", "")],
)
def test_the_header_says_how_old_the_search_is(made, on, day, words):
    page = on(made(), day)
    assert page.locator(".searched").inner_text().strip() == f"Last search 21 November 2026{words}"
    assert not page.locator(".stale").is_visible()


def test_an_old_copy_says_so_before_it_is_drawn(made, on):
    page = on(made(), "2027-02-20")
    banner = page.locator(".stale")
    assert banner.is_visible()
    assert banner.inner_text().startswith(
        "This copy may be out of date. The last search was 91 days ago, on 21 November 2026. The protocol asks for one "
        "every 90 days: newer reports may exist."
    )
    shift = "performance.getEntriesByType('layout-shift').reduce((sum, e) => sum + e.value, 0)"
    assert page.evaluate(shift) == 0


def test_without_script_the_day_stands_there(made, on):
    page = on(made(), "2030-01-01", script=False)
    assert page.locator(".searched").inner_text().strip() == "Last search 21 November 2026"
    assert not page.locator(".stale").is_visible()


def test_nothing_of_the_day_of_the_build_is_in_the_page(tables):
    assert set(age.facts(tables, protocol.load(), "0.1.0")) == {
        "searched",
        "day",
        "interval",
        "version",
        "contact",
        "note",
    }


@pytest.mark.parametrize(
    ("address", "words", "start"),
    [
        ("", "Open in your mail program", "mailto:?subject="),
        ("errors@example.org", "Open in your mail program", "mailto:errors@example.org?subject="),
        ("https://example.org/new?labels=error", "Open the form", "https://example.org/new?labels=error&title="),
    ],
)
def test_a_report_of_an_error_is_filled_in(made, on, address, words, start):
    page = on(made(ROW, address), "2026-11-22")
    page.locator("#g083 .wrong-link").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="This number is wrong")
    assert dialog.is_visible()
    assert ("Nobody is named." in dialog.inner_text()) == (address == "")
    link = dialog.get_by_role("link")
    assert link.inner_text() == words
    href = link.get_attribute("href")
    assert href.startswith(start)
    report = unquote(href)
    wanted = ("Error in G083, version 0.1.0", "Number: G083", "What it is: t-MN at 24 months", "Stands here: 4.5%")
    assert all(text in report for text in (*wanted, "Source given: Results", "last search 2026-11-21"))
    assert not re.search("file:|/tmp", report)  # nothing about the reader's machine
    page.get_by_label("Your report").fill("Quite another text")
    assert unquote(link.get_attribute("href")).endswith("Quite another text")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.className") == "wrong-link"


def test_the_version_that_was_cited_is_chosen(made, on):
    page = on(made(SINCE, name="updates.html"), "2027-01-02")
    shown = page.locator("section.since:visible h3")
    assert shown.all_inner_texts() == ["Since 0.2.0"]
    page.get_by_label("The version that you cited").select_option("0.1.0")
    assert shown.all_inner_texts() == ["Since 0.1.0"]
    assert page.url.endswith("#since-0.1.0")
    page.goto(page.url.replace("0.1.0", "1.0.0"))
    assert shown.all_inner_texts() == ["Since 1.0.0"]


def test_without_script_all_versions_stand_there(made, on):
    page = on(made(SINCE), "2027-01-02", script=False)
    assert len(page.locator("section.since:visible").all()) == 3


def test_one_version_needs_no_choice(made, on):
    page = on(made(SINCE[: SINCE.index("</section>") + 10]), "2027-01-02")
    assert page.locator("select").count() == 0
    assert page.locator("section.since").is_visible()
