"""What the pages print of the review: checklists whose items lead somewhere, counts, cells."""

import re

import pytest

from analysis import data, paths, review
from analysis.review import cells, checklist, quality, summary

# ---- checklists ------------------------------------------------------------------------------------------------------


def anchors(name):
    """Anchors of a page, from its source: labels, headings, and the names of its figures and tables."""
    text = (paths.CHAPTERS / f"{name}.md").read_text(encoding="utf-8")
    found = set(re.findall(r"^\(([a-z0-9-]+)\)=$", text, re.M))
    found |= set(re.findall(r"""name=f?["']([a-z0-9-]+)["']""", text))
    headings = re.findall(r"^#{1,3} (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return found | {re.sub(r"[^a-z0-9]+", "-", words.lower().replace("’", "")).strip("-") for words in headings}


def test_every_page_and_anchor_of_the_checklists_exists(tables):
    pages = tables.checklists.page.dropna()
    names = {page.split("#")[0] for page in pages}
    assert {name for name in names if not (paths.CHAPTERS / f"{name}.md").exists()} == set()
    known = {name: anchors(name) for name in names}
    assert [page for page in pages if page.split("#")[1] not in known[page.split("#")[0]]] == []


def test_all_items_of_prisma_2020_are_there_once(tables):
    numbers = checklist.rows(tables, "prisma-2020").number.tolist()
    assert [int(re.match(r"\d+", n)[0]) for n in numbers] == sorted(int(re.match(r"\d+", n)[0]) for n in numbers)
    assert {int(re.match(r"\d+", n)[0]) for n in numbers} == set(range(1, 28))
    assert {"L1a", "L2", "L3", "L4"} <= set(checklist.rows(tables, "prisma-lsr").number)


def test_an_unknown_guideline_is_an_error():
    with pytest.raises(LookupError, match="no guideline 'amstar'; there are prisma-2020, prisma-lsr"):
        checklist.rows(data.load(), "amstar")


# ---- words -----------------------------------------------------------------------------------------------------------


def test_counts_for_the_text(tables):
    counts = summary.summary(tables)
    assert counts["included"] == (len(tables.reports), "reports included")
    assert sum(counts[f"prisma-2020-{a}"][0] for a in ("done", "in-part", "not-done")) == counts["prisma-2020"][0] == 42
    judged = sum(counts[f"quality-{word}"][0] for word in quality.JUDGEMENTS)
    assert judged == counts["quality-groups"][0] * len(quality.QUESTIONS)


def test_cells_hold_no_empty_words(tables):
    plan = review.protocol()
    frames = [cells.question_cells(plan), cells.eligibility_cells(plan), cells.outcome_cells(plan)]
    frames += [cells.living_cells(plan)]
    frames += [make(tables) for make in (cells.flow_cells, cells.level_cells, cells.stated_cells, cells.role_cells)]
    for frame in frames:
        assert frame.drop(columns="Interests", errors="ignore").notna().all(axis=None)
    assert int(cells.level_cells(tables).Reports.astype(int).sum()) == len(tables.reports)
