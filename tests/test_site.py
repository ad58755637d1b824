"""The built site, as a reader meets it: in a browser, on a phone, in the dark, without script."""

import html
import re
from urllib.parse import unquote, urlsplit

import pytest

from analysis import paths, provenance

pytestmark = pytest.mark.xdist_group("site")
PAGES = sorted(path.stem for path in paths.CHAPTERS.glob("*.md"))
WIDTHS = (1440, 768, 390, 320)
BROKEN = re.compile(r"Traceback|\{(?:claim|value|count|cell|computed):|\bNaN\b|>nan<|>None<|system-message|Figure \?")


@pytest.fixture(scope="session")
def texts(site):
    return {name: (site / "chapters" / f"{name}.html").read_text(encoding="utf-8") for name in PAGES}


@pytest.fixture
def page(browser, address):
    """A page that remembers what it asked for and what went wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.asked, tab.wrong = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.on("console", lambda message: tab.wrong.append(message.text) if message.type == "error" else None)
    yield tab
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_unresolved_on_the_page(texts, name):
    body = re.sub(r"<script.*?</script>", "", texts[name], flags=re.S)
    assert BROKEN.findall(body) == []


def test_links_and_anchors_inside_the_site_exist(site, texts):
    ids = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in texts.items()}
    missing = []
    for name, text in texts.items():
        for link in set(re.findall(r'\bhref="([^"]+)"', text)):
            parts = urlsplit(html.unescape(link))
            if parts.scheme or parts.netloc:
                continue
            target = (
                (site / "chapters" / unquote(parts.path)).resolve()
                if parts.path
                else site / "chapters" / f"{name}.html"
            )
            known = ids.get(target.stem, set()) if target.suffix == ".html" else set()
            if not target.exists() or (parts.fragment and target.stem in ids and unquote(parts.fragment) not in known):
                missing.append(f"{name}: {link}")
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_every_door_has_a_card_and_a_row(texts, name):
    doors = set(re.findall(r'class="door"[^>]* data-claim="([^"]+)"', texts[name]))
    cards = re.search(r'id="door-cards">(.*?)</script>', texts[name], re.S)
    assert all(f'"{html.unescape(door)}":' in cards[1] for door in doors)


@pytest.mark.parametrize("name", PAGES)
def test_figures_have_alternative_text_caption_and_data(site, texts, name):
    for figure in re.findall(r'<figure class="fig".*?</figure>', texts[name], re.S):
        anchor = re.search(r'id="([^"]+)"', figure)[1]
        labels = re.findall(r'role="img" aria-label="([^"]+)"', figure)
        assert len(labels) == 2
        assert len(labels[0]) > 40
        assert "Figure" in figure
        for kind in ("csv", "svg", "png"):
            assert (site / "files" / f"{anchor}.{kind}").stat().st_size > 50


@pytest.mark.parametrize("name", PAGES)
def test_what_is_synthetic_says_so(texts, name):
    """The canary: whoever lands on it by a deep link sees at once what it is."""
    blocks = re.findall(
        r'<(?:figure class="fig"|div class="tbl-wrap") id="([^"]+)"(.*?)(?=</figure>|</table>)', texts[name], re.S
    )
    for anchor, block in blocks:
        head = re.split("</caption>|<svg", block)[0]
        assert ("tag synthetic" in head) == anchor.startswith(provenance.PREFIX), anchor
        if anchor.startswith(provenance.PREFIX):
            plain = html.unescape(re.sub(r"<[^>]+>", "", block.split("caption", 1)[1])).lower()
            assert any(provenance.WORDS[kind] in plain for kind in provenance.SYNTHETIC), anchor
            for drawing in re.findall("<svg.*?</svg>", block, re.S):
                words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing))
                assert any(provenance.WORDS[kind] in words for kind in provenance.SYNTHETIC), anchor


def test_files_with_synthetic_numbers_say_so(site):
    for path in (site / "files").iterdir():
        synthetic = path.name.startswith(provenance.PREFIX)
        if path.suffix == ".png":
            assert (
                any(provenance.WORDS[kind].encode() in path.read_bytes() for kind in provenance.SYNTHETIC) == synthetic
            )
            continue
        text = path.read_text(encoding="utf-8")
        assert any(provenance.WORDS[kind].split(",")[1] in text for kind in provenance.SYNTHETIC) == synthetic, (
            path.name
        )
        if path.suffix == ".csv" and synthetic:
            assert text.startswith(provenance.HEADING)


@pytest.mark.parametrize("name", PAGES)
def test_no_request_to_other_servers_and_no_script_error(page, address, name):
    page.goto(f"{address}/{name}.html", wait_until="networkidle")
    assert [url for url in page.asked if not url.startswith((address.rsplit("/", 1)[0], "data:"))] == []
    assert page.wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(page, address, name):
    page.goto(f"{address}/{name}.html")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"at {width} pixels"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_accessibility_rules(browser, address, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/{name}.html")
    found = Axe().run(page).response["violations"]
    context.close()
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


def test_a_door_opens_by_key_closes_by_escape_and_gives_focus_back(page, address):
    page.goto(f"{address}/incidence.html")
    door = page.locator('a.door[data-claim="G083"]').first
    door.focus()
    page.keyboard.press("Enter")
    card = page.locator(".door-card")
    assert card.is_visible()
    assert "Gazeau 2025" in card.inner_text()
    page.keyboard.press("Escape")
    assert not card.is_visible()
    assert page.evaluate("document.activeElement.dataset.claim") == "G083"


def test_a_door_opens_by_touch_as_a_sheet(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}/incidence.html")
    page.locator('a.door[data-claim="G083"]').first.tap()
    box = page.locator(".door-card").bounding_box()
    context.close()
    assert box["width"] == 390
    assert box["y"] + box["height"] == pytest.approx(844, abs=2)


def test_without_script_a_door_is_a_link_to_its_row(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/incidence.html")
    page.locator('a.door[data-claim="G083"]').first.click()
    page.wait_for_url("**/data.html#g083")
    page.locator("#g083").wait_for(state="visible")
    context.close()


def test_the_filter_of_the_data_page_hides_rows(page, address):
    page.goto(f"{address}/data.html")
    page.get_by_label("Show rows with").fill("G083 doubtful")
    assert page.locator("#g083").is_visible()
    assert not page.locator("#g076").is_visible()


def test_a_link_into_a_fold_opens_it(page, address, tables):
    name = tables.claims.index[tables.claims.report == "lorenc-2024"][0]
    page.goto(f"{address}/data.html#{name.lower()}")
    row = page.locator(f'[id="{name.lower()}"]')
    row.wait_for(state="visible")
    assert row.is_visible()


def test_the_switches_change_the_pool_and_come_back(page, address):
    page.goto(f"{address}/synthesis.html")
    answer, groups = page.locator(".choices-answer"), page.locator(".choices-rows tbody tr")
    default, count = answer.inner_text(), groups.count()
    assert "95% CI" in default
    page.focus("[data-switch=target]")
    page.keyboard.press("ArrowDown")  # CD19: too few groups
    assert answer.inner_text().startswith("Not pooled")
    assert groups.count() < count
    page.select_option("[data-switch=target]", "0")
    page.select_option("[data-switch=estimator]", "reml")
    assert answer.inner_text() != default
    assert groups.count() == count
    page.select_option("[data-switch=estimator]", "rate")
    assert "person-years" in page.locator(".choices-unit").inner_text()
    page.click(".choices-switches button")
    assert answer.inner_text() == default
    assert page.evaluate("document.activeElement.dataset.switch") == "estimator"
    assert page.wrong == []


def test_without_script_and_in_print_the_default_pool_stands(browser, address, page):
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(f"{address}/synthesis.html")
    page.goto(f"{address}/synthesis.html")
    assert not still.locator(".choices-switches").is_visible()
    assert still.locator(".choices-answer").inner_text() == page.locator(".choices-answer").inner_text()
    assert still.locator(".choices-rows").inner_text() == page.locator(".choices-rows").inner_text()
    page.emulate_media(media="print")
    assert not page.locator(".choices-switches").is_visible()
    context.close()
