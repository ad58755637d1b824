"""What happens to every page: roles, cards of its doors, figure numbers, files, names that must not break."""

import base64
import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from analysis import audit, data, doors, paths
from analysis.synthesis.words import headline

LOGGER = logging.getLogger(__name__)
NAMES = re.compile(
    r"\b(?:CAR[- ]T(?:[- ]cells?)?|IPSS-R|t-(?:MN|MDS|AML)s?|(?:axi|brexu|tisa|liso|obe|ide|cilta)-cel"
    r"|T[- ]cells?|CD28|4-1BB)\b"
)
PIECES = re.compile(r"(<svg.*?</svg>|<script.*?</script>|<template.*?</template>|<[^>]+>)|([^<]+)", re.S)
FILE = re.compile(r'<template data-file="([^"]+)">([^<]*)</template>')


def read_tables(app) -> None:
    """The tables and the audit, once for all pages."""
    app.tables = data.load()
    app.findings = audit.findings(app.tables)


def number_role(form: str):
    """A role that prints a claim or a computed number as a door."""

    def run(name, rawtext, text, lineno, inliner, options=None, content=None):
        try:
            html = doors.door(inliner.document.settings.env.app.tables, text, form)
        except LookupError as error:
            message = inliner.reporter.error(str(error), line=lineno)
            return [inliner.problematic(rawtext, rawtext, message)], [message]
        return [nodes.raw("", html, format="html")], []

    return run


def report_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role that names a report, linked to its row on the data page."""
    reports = inliner.document.settings.env.app.tables.reports
    if text not in reports.index:
        message = inliner.reporter.error(f"no report {text!r}", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    html = f'<a class="report" href="{doors.DATA_PAGE}#report-{text}">{reports.loc[text, "short"]}</a>'
    return [nodes.raw("", html, format="html")], []


def figure_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role that names a figure of the same page by its number."""
    html = f'<a href="#{text}"><span class="fig-number" data-figure="{text}"></span></a>'
    return [nodes.raw("", html, format="html")], []


def certainty_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role that prints how sure the answer of the front page is, linked to the place that says why."""
    rating = headline(inliner.document.settings.env.app.tables)
    html = f'<a class="tag sure" style="--sure:{rating.bars}" href="{text}">certainty: {rating.level}</a>'
    return [nodes.raw("", html, format="html")], []


def finish_page(app, page, template, context, doctree) -> None:
    """Everything that needs the whole page."""
    if "body" not in context or doctree is None:
        return
    body = _write_files(app, context["body"])
    body = _number_figures(body, page)
    body = PIECES.sub(lambda m: m[1] or NAMES.sub(r'<span class="nb">\g<0></span>', m[2]), body)
    used = dict.fromkeys(re.findall(r'class="door"[^>]* data-claim="([^"]+)"', body))
    if used:
        cards = {name: doors.card(app.tables, app.findings, name) for name in used}
        packed = json.dumps(cards, ensure_ascii=False).replace("</", "<\\/")
        body += f'<script type="application/json" id="door-cards">{packed}</script>'
    context["body"] = body


def _write_files(app, body: str) -> str:
    """Take the files out of the page and write them beside it."""
    folder = Path(app.outdir) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for name, packed in FILE.findall(body):
        (folder / name).write_bytes(base64.b64decode(packed))
    return FILE.sub("", body)


def _number_figures(body: str, page: str) -> str:
    """Figures are numbered in the order in which they stand on the page."""
    order = {name: place for place, name in enumerate(re.findall(r'<figure class="fig" id="([^"]+)"', body), start=1)}

    def put(match: re.Match) -> str:
        if match[1] not in order:
            LOGGER.warning("%s names the figure %r, which is not on the page", page, match[1])
        return f"Figure {order.get(match[1], '?')}"

    return re.sub(r'<span class="fig-number" data-figure="([^"]+)"></span>', put, body)


def copy_data(app, exception) -> None:
    """The tables as they are, for download."""
    if exception is None and app.builder.format == "html":
        out = Path(app.outdir) / "data"
        shutil.copytree(paths.DATA, out, dirs_exist_ok=True)
        for name, spec in data.dictionary().items():
            if "*" in spec["file"] and spec.get("of") != "cohort":  # a table of several files, also as one
                rows = getattr(app.tables, name).drop(columns=["file", "row"])
                rows.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")


def count_coverage(app, exception) -> None:
    """Fill in, where the ledger's coverage is printed, which claims stand on a page."""
    if exception or app.builder.format != "html":
        return
    pages = {p: p.read_text(encoding="utf-8") for p in Path(app.outdir).glob("chapters/*.html")}
    shown = {name for text in pages.values() for name in re.findall(r'data-claim="([^"]+)"', text)}
    shown &= set(app.tables.claims.index)
    for path, text in pages.items():
        if 'data-coverage="shown"' in text:
            new = re.sub(r'(<[^>]*data-coverage="shown"[^>]*>)[^<]*', rf"\g<1>{len(shown):,}", text)
            path.write_text(new, encoding="utf-8")


def setup(app) -> None:
    """Connect to Sphinx."""
    for form in ("claim", "value", "count", "cell", "computed"):
        app.add_role(form, number_role(form))
    app.add_role("report", report_role)
    app.add_role("fig", figure_role)
    app.add_role("certainty", certainty_role)
    app.connect("builder-inited", read_tables)
    app.connect("html-page-context", finish_page)
    app.connect("build-finished", copy_data)
    app.connect("build-finished", count_coverage)
