"""Rows under headings: marks with intervals, and people as dots. Used by several topics."""

from collections.abc import Sequence

import pandas as pd

from analysis.plots.style import WIDE, C, across, canvas, interval, panel, styled

MARKS = {"tmn": "o", "taml": "o", "tmds": "D", "ink": "s", "muted": "s"}
SIZES = {"o": 7.6, "D": 6.4, "s": 6.8}
TOP = 8  # CSS pixels above the first line


@styled
def marks(table: pd.DataFrame, width: int = WIDE, *, ticks: Sequence[float], unit: str, label: int, value: int):
    """Estimates with intervals, one a row, in blocks with a name, under headings.

    Parameters
    ----------
    table : DataFrame
        ``heading``; ``name`` of the block (consecutive rows of one name are drawn together); ``who`` (words beside the
        mark); ``key`` (colour: tmn, taml, tmds, ink, muted); ``value``, ``low``, ``high`` (limits may be missing);
        ``text`` (value in words; in its place alone where ``value`` is missing); ``computed`` (hollow mark, dashed
        interval).
    width : int
        CSS pixels.
    ticks : sequence of float
        Of the axis, from its start to its end.
    unit : str
        Written after the last tick.
    label, value : int
        CSS pixels for the words on the left and on the right of the wide drawing.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    places, height = _places(table, wide)
    fig = canvas(width, height + 36)
    ax = panel(fig, label if wide else 8, 0, value if wide else 12, 36)
    px = across(fig, ax)
    ax.set(xlim=(ticks[0], ticks[-1]), ylim=(height, 0), yticks=[], xticks=list(ticks))
    ax.set_xticklabels([*(f"{t:g}" for t in ticks[:-1]), f"{ticks[-1]:g}{unit}"])
    if not wide:
        ax.get_xticklabels()[-1].set_ha("right")
    ax.grid(False)
    start = places[0][2] - 12
    ax.vlines(ticks, start, height, color=C["grid"], lw=1, zorder=0)
    for kind, row, y in places:
        if kind == "heading":
            _heading(ax, px, row.heading, y, width, first=y == places[0][2])
        elif kind == "name":
            ax.text(0, y, row.name_, transform=px, va="center", size=14 if wide else 13.5, weight="bold")
        else:
            _mark(ax, px, row, y, width, label, ticks[0])
    return fig


def _places(table: pd.DataFrame, wide: bool) -> tuple[list, float]:
    """What stands at which height (CSS pixels from the top), and the height of all."""
    heading = name = None
    places, y = [], TOP
    for row in table.rename(columns={"name": "name_"}).itertuples():
        if row.heading != heading:
            y += 10 if heading is not None else 0
            places.append(("heading", row, y + 8))
            y += 32
            heading, name = row.heading, None
        if row.name_ != name:
            y += 8 if name is not None else 0
            places.append(("name", row, y + 10))
            y += 0 if wide else 21
            name = row.name_
        places.append(("row", row, y + 10))
        y += 24 if wide or pd.isna(row.value) else 38
    return places, y + 2


def _heading(ax, px, words: str, y: float, width: int, *, first: bool) -> None:
    """Words over a group, with a thin rule above all but the first."""
    ax.text(0, y, words, transform=px, va="center", size=13 if width >= WIDE else 12.8, color=C["muted"])
    if not first:
        ax.plot([0, width], [y - 14] * 2, color=C["grid"], lw=1, transform=px, clip_on=False)


def _mark(ax, px, row, y: float, width: int, label: int, start: float) -> None:
    """One estimate: words, interval, mark, value."""
    wide = width >= WIDE
    line = y if wide else y + 17
    words = {"transform": px, "va": "center", "size": 13}
    ax.text(label - 14 if wide else 0, y, row.who, ha="right" if wide else "left", color=C[row.key], **words)
    if pd.isna(row.value):
        ax.text(width, y, row.text, ha="right", color=C["muted"], style="italic", **words)
        return
    ax.text(width, y, row.text, ha="right", **words)
    colour, shape = C[row.key], MARKS[row.key]
    if pd.notna(row.low) and row.computed:
        ax.plot([row.low, row.high], [line] * 2, color=colour, lw=1.6, ls=(0, (3, 2)), zorder=2, solid_capstyle="butt")
    elif pd.notna(row.low):
        interval(ax, line, row.low, row.high, colour, 6, horizontal=True)
    face = {"mfc": C["paper"], "mec": colour, "mew": 1.6} if row.computed else {"mfc": colour, "mec": C["paper"]}
    ax.plot(row.value, line, shape, ms=SIZES[shape], zorder=3, clip_on=False, **face)


@styled
def people(table: pd.DataFrame, width: int = WIDE, *, label: int, columns: int):
    """People as dots, one row a group: with the property filled, the rest hollow.

    Parameters
    ----------
    table : DataFrame
        ``heading``; ``name``; ``below`` (small words under the name, may be empty); ``dots`` (list of pairs, colour and
        number; the colour ``rest`` is drawn hollow); ``text`` (the count in words).
    width : int
        CSS pixels.
    label : int
        CSS pixels for the words on the left of the wide drawing.
    columns : int
        Dots of the longest row.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    left, right = (label, 66) if wide else (0, 0)
    pitch = min((width - left - right) / columns, 22 if wide else 15)
    step = (30 if wide else 50) + (16 if table.below.any() else 0)
    headings = table.heading.drop_duplicates()
    height = TOP + step * len(table) + 34 * headings.notna().sum()
    fig = canvas(width, height)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    y, heading = TOP, None
    for row in table.rename(columns={"name": "name_"}).itertuples():
        if row.heading != heading and isinstance(row.heading, str):
            ax.text(0, y + 12, row.heading, size=13, color=C["muted"], va="center")
            y, heading = y + 34, row.heading
        _group(ax, row, y, width, left, pitch)
        y += step
    return fig


def _group(ax, row, y: float, width: int, left: float, pitch: float) -> None:
    """One row of people with its words."""
    wide = width >= WIDE
    ax.text(0, y + 8, row.name_, size=13.5, weight="bold", va="center")
    ax.text(0, y + 25, row.below, size=12.5, color=C["muted"], va="center")
    ax.text(width, y + 8, row.text, size=13.5, va="center", ha="right")
    x, line = left + pitch / 2, y + (9 if wide else 46 if row.below else 30)
    for key, count in row.dots:
        spots = [x + pitch * place for place in range(count)]
        x += pitch * count
        shape = MARKS.get(key, "o")
        face = {"mfc": "none", "mec": C["quiet"], "mew": 1.2} if key == "rest" else {"mfc": C[key], "mec": C[key]}
        size = min(pitch * 0.62, 10) * (0.84 if shape == "D" else 1)
        ax.plot(spots, [line] * count, ls="none", marker=shape, ms=size, **face)
