"""Formulas by KaTeX at build time: static HTML and MathML, no script, no request; bad TeX is a warning."""

import functools
import json
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

LOGGER = logging.getLogger(__name__)
OPTIONS = {"throwOnError": True, "strict": "error", "trust": False, "output": "htmlAndMathml"}


@functools.cache
def _engine():
    """KaTeX in a V8 context; imported here so that pages without formulas need none."""
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval(Path(__file__).with_name("katex.min.js").read_text(encoding="utf-8"))
    return engine


@functools.cache
def render(tex: str, display: bool) -> str:
    """TeX as HTML with MathML inside.

    Examples
    --------
    >>> "<math" in render("1 - S(t)", False)
    True
    """
    return _engine().eval(f"katex.renderToString({json.dumps(tex)},{json.dumps(OPTIONS | {'displayMode': display})})")


def _safe(node, display: bool) -> str:
    """Render, turning an error into a Sphinx warning."""
    try:
        return render(node.astext(), display)
    except Exception as error:  # py_mini_racer raises its own types, one for each kind of script error
        LOGGER.warning("KaTeX: %s in %r", str(error).splitlines()[0][:160], node.astext(), location=node)
        return "<code></code>"


def visit_inline(self, node) -> None:
    """Write an inline formula."""
    self.body.append(f'<span class="math">{_safe(node, False)}</span>')
    raise nodes.SkipNode


def visit_block(self, node) -> None:
    """Write a displayed formula with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Permalink to this equation")
        self.body.append("</span>")
    self.body.append(_safe(node, True) + "</div>\n")
    raise nodes.SkipNode


def add_style(app, page, template, context, doctree) -> None:
    """Load KaTeX's stylesheet on pages with formulas only."""
    if doctree is not None and any(doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))):
        app.add_css_file("../katex/katex.min.css")


def setup(app) -> None:
    """Connect to Sphinx."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.connect("html-page-context", add_style)
