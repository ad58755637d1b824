"""What search engines, reference managers and readers who cite need: description, version, date, how to cite."""

import json
import re
from html import escape

import yaml
from docutils import nodes

from analysis import paths
from analysis.review.searches import last_search
from analysis.versions.notes import day_text


def citation() -> dict:
    """CITATION.cff, the one place for version, date, authors and licence."""
    return yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def cite_text(cff: dict) -> str:
    """How to cite this version, in one sentence.

    Examples
    --------
    >>> cite_text({"authors": [{"name": "A"}], "title": "T", "version": "1.0.0", "date-released": "2026-01-01"})
    'A. T. Version 1.0.0, 2026-01-01.'
    """
    authors = ", ".join(author["name"] for author in cff["authors"])
    return f"{authors}. {cff['title']}. Version {cff['version']}, {cff['date-released']}."


def add_metadata(app, page, template, context, doctree) -> None:
    """Description, citation tags and JSON-LD in the head of each page."""
    if doctree is None:
        context["metatags"] = context.get("metatags", "") + '<meta name="robots" content="noindex"/>'
        return
    cff = app.citation
    heading = doctree.next_node(nodes.title)
    title = heading.astext() if heading else app.config.html_title
    about = app.env.metadata.get(page, {}).get("description") or _first_sentences(doctree) or cff["abstract"]
    authors = [author["name"] for author in cff["authors"]]
    tags = {
        "description": about,
        "citation_title": f"{title}. In: {cff['title']}",
        "citation_publication_date": str(cff["date-released"]).replace("-", "/"),
        "citation_language": "en",
    }
    lines = [f'<meta name="{key}" content="{escape(value)}"/>' for key, value in tags.items()]
    lines += [f'<meta name="citation_author" content="{escape(name)}"/>' for name in authors]
    linked = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": title,
        "isPartOf": {"@type": "Book", "name": cff["title"]},
        "author": [{"@type": "Organization", "name": name} for name in authors],
        "datePublished": str(cff["date-released"]),
        "version": cff["version"],
        "description": about,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "inLanguage": "en",
    }
    packed = json.dumps(linked, ensure_ascii=False).replace("<", "\\u003c")
    lines.append(f'<script type="application/ld+json">{packed}</script>')
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def _first_sentences(doctree) -> str:
    """Start of the first paragraph in a section."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = re.sub(r"\s+", " ", paragraph.astext()).strip()
        if paragraph.parent.tagname == "section" and len(text) > 40:
            return text[:297] + ("…" if len(text) > 297 else "")
    return ""


def substitution_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role that prints a field of CITATION.cff, or ``cite`` for the whole citation."""
    cff = inliner.document.settings.env.app.citation
    return [nodes.Text(cite_text(cff) if text == "cite" else str(cff[text]))], []


def search_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role that prints the day of the last search."""
    last = last_search(inliner.document.settings.env.app.tables)
    return [nodes.Text(day_text(last))], []


def setup(app) -> None:
    """Connect to Sphinx."""
    app.citation = citation()
    app.add_role("search", search_role)
    app.add_role("release", substitution_role)
    app.connect("html-page-context", add_metadata)
