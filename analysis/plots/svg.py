"""A figure as inline SVG for the page, and as files to take away."""

import base64
import io
import re
import textwrap
from html import escape

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.plots.style import PALETTE, RC, C

VARIABLE = {light: f"var(--c-{name}, {light})" for name, (light, _) in PALETTE.items()}
COLOUR = re.compile(r"#[0-9a-f]{6}\b")
SWATCH, LETTER, LINE = 20, 7.6, 17  # CSS pixels: from the left edge to the words, a letter in bold, a line


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


def stamped(figure: Figure, words: str) -> Figure:
    """The figure with a strip above it that says what its numbers are, so that no copy is without these words.

    Parameters
    ----------
    figure : Figure
        Not yet closed; it grows by the strip.
    words : str
        Drawn beside a hatched square.

    Returns
    -------
    Figure
        The same figure.
    """
    width, height = figure.get_size_inches() * 72
    lines = textwrap.wrap(words, int((width - SWATCH) / LETTER))
    strip = LINE * len(lines) + 8
    share = height / (height + strip)
    for ax in figure.axes:
        left, bottom, across, up = ax.get_position().bounds
        ax.set_position([left, bottom * share, across, up * share])
    for text in figure.texts:
        text.set_y(text.get_position()[1] * share)
    figure.set_size_inches(width / 72, (height + strip) / 72)
    top = figure.add_axes([0, share, 1, 1 - share], xlim=(0, width), ylim=(strip, 0), zorder=9)
    top.axis("off")
    style = {"fc": "none", "ec": C["synthetic"], "hatch": "//////", "lw": 1}
    top.add_patch(Rectangle((1, 2), 12, 12, **style))
    for place, line in enumerate(lines):
        top.text(SWATCH, 8 + LINE * place, line, size=13, weight="bold", color=C["synthetic"], va="center")
    return figure


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
        figure.savefig(png, format="png", dpi=200, metadata={"Software": None, "Description": source}, **keep)
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
