"""A figure as inline SVG for the page, and as files to take away."""

import base64
import io
import re
import textwrap
from html import escape

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from analysis.plots.style import PALETTE, RC, C

VARIABLE = {light: f"var(--c-{name}, {light})" for name, (light, _) in PALETTE.items()}
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def inline(figure: Figure, name: str, label: str, classes: str = "") -> str:
    """SVG for the page: colours as CSS variables, the page's font, text as text, ids that cannot collide.

    Parameters
    ----------
    figure : Figure
        Drawn in the palette; closed afterwards.
    name : str
        Prefix of all ids inside.
    label : str
        Alternative text.
    classes : str
        CSS classes of the svg element.

    Returns
    -------
    str
        One svg element.

    Raises
    ------
    ValueError
        If a colour outside the palette was used.
    """
    text = _source(figure)
    plt.close(figure)
    unknown = set(COLOUR.findall(text)) - set(VARIABLE)
    if unknown:
        raise ValueError(f"colours outside the palette in {name}: {sorted(unknown)}")
    text = COLOUR.sub(lambda match: VARIABLE[match[0]], text)
    text = re.sub(r"font: ([^;\"']*?)([\d.]+)px [^;\"]*", _font, text)
    text = re.sub(r" font-family: [^;\"]*;?| transform=\"rotate\(-0 [^\"]*\"", "", text)
    text = re.sub(r"<g>\s*((?:<use [^>]*>\s*)+)</g>", _share_style, text)
    text = re.sub(r'id="', f'id="{name}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", text)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    head = (
        f'<svg class="{classes}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {size[1]} {size[2]}" role="img" aria-label="{escape(label)}">'
    )
    text = re.sub(r"^<svg[^>]*>", head, text)
    text = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), text)  # coordinates, never words
    return re.sub(r"\n\s*", "\n", text)


def files(figure: Figure, title: str, source: str) -> dict[str, str]:
    """The figure with title and source drawn inside, to take away.

    Parameters
    ----------
    figure : Figure
        Not yet closed; closed afterwards.
    title, source : str
        Written above and below the drawing.

    Returns
    -------
    dict of str
        ``svg`` as text and ``png`` as base64 at 200 dots an inch.
    """
    width, height = figure.get_size_inches() * 72
    wrapped = textwrap.wrap(title, int(width / 9))
    figure.text(0, 1 + 10 / height, "\n".join(wrapped), size=17, weight="bold", color=C["ink"], va="bottom")
    below = "\n".join(textwrap.wrap(source, int(width / 6.2)))
    figure.text(0, -10 / height, below, size=11, color=C["muted"], va="top")
    keep = {"bbox_inches": "tight", "pad_inches": 0.2, "facecolor": C["paper"]}
    png = io.BytesIO()
    with mpl.rc_context(RC):
        figure.savefig(png, format="png", dpi=200, metadata={"Software": None}, **keep)
    svg = _source(figure, **keep)
    plt.close(figure)
    return {"svg": svg, "png": base64.b64encode(png.getvalue()).decode()}


def _source(figure: Figure, **options) -> str:
    """Matplotlib's SVG without its preamble, metadata and style sheet."""
    buffer = io.StringIO()
    with mpl.rc_context(RC):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, **options)
    text = buffer.getvalue()
    return re.sub(
        r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>", "", text[text.index("<svg") :], flags=re.S
    )


def _font(match: re.Match) -> str:
    """Size, weight and slant of a font, without its family."""
    weight = "; font-weight: 700" if re.search(r"bold|[67]00", match[1]) else ""
    slant = "; font-style: italic" if "italic" in match[1] else ""
    return f"font-size: {float(match[2]):g}px{weight}{slant}"


def _share_style(match: re.Match) -> str:
    """One style on the group instead of one on each of a hundred marks."""
    styles = set(re.findall(r' style="([^"]*)"', match[1]))
    if len(styles) != 1:
        return match[0]
    return f'<g style="{styles.pop()}">' + re.sub(r' style="[^"]*"', "", match[1]) + "</g>"
