"""A site that asks nothing of other servers, and mends what an accessibility check finds in the theme.

The patterns are written for sphinx-book-theme 1.3.0 with pydata-sphinx-theme 0.17.1, both pinned.
"""

import re
from pathlib import Path

from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

REMOVED = (
    re.compile(r'\s*<script defer src="[^"]*/scripts/fontawesome\.js[^"]*"></script>'),
    re.compile(r'\s*<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName = [^<]*</script>', re.S),
    re.compile(
        r'\s*<meta name="viewport" content="width=device-width, initial-scale=1" ?/>(?=.*<meta name="viewport")', re.S
    ),
    re.compile(r'\s*<meta name="docsearch:[^>]*>'),
)
MENDED = (
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    (re.compile(r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"'), r"\1"),
    (
        re.compile(r'<div id="pst-primary-sidebar" class="([^"]*)">'),
        r'<div id="pst-primary-sidebar" class="\1" role="region" aria-label="Book navigation">',
    ),
    (re.compile(r"<th></th>"), "<td></td>"),
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
)
EXTERNAL = re.compile(
    r'<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)="(?:https?:)?//[^"]*"'
    r'|<link\b(?=[^>]*rel="(?:stylesheet|preload|preconnect|icon|modulepreload)")[^>]*href="(?:https?:)?//[^"]*"'
    r"|@import\s+url\((?:https?:)?//",
    re.I,
)


def patch_options(app, config) -> None:
    """Without source files there is nothing to download; Jupyter Book's own dictionary is patched in place."""
    config.html_theme_options["use_download_button"] = False


def clean_pages(app, exception) -> None:
    """Rewrite the built pages; warn on anything that would be fetched from elsewhere."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in out.rglob("*.html"):
        old = text = path.read_text(encoding="utf-8")
        for pattern in REMOVED:
            text = pattern.sub("", text)
        for pattern, replacement in MENDED:
            text = pattern.sub(replacement, text)
        if text != old:
            path.write_text(text, encoding="utf-8")
        for match in EXTERNAL.finditer(text):
            LOGGER.warning("third-party resource in %s: %s", path.relative_to(out), match[0][:160])
    for script in (out / "_static").glob("scripts/fontawesome.js*"):
        script.unlink()  # 1.5 MB that repeats the web font


def setup(app) -> None:
    """Connect to Sphinx."""
    if "comments_config" not in app.config:  # Jupyter Book sets it always; the extension that owns it is not loaded
        app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", patch_options)
    app.connect("build-finished", clean_pages)
