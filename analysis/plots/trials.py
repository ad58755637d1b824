"""Shares and incidences of many reports: rows under headings, and crude beside timed values."""

import textwrap

import numpy as np
import pandas as pd

from analysis.plots.style import WIDE, C, across, canvas, panel, styled

SHAPE = {"tmn": "o", "tmds": "D", "taml": "o", "published": "s"}
EDGES = {True: (238, 286), False: (4, 12)}  # plot's left and right margin, wide and narrow
COLUMNS = {"counts": 494, "followed": 560, "value_text": 680}  # right edges, wide
HEADS = {"followed": "median\nfollow-up", "value_text": "% (95% CI)"}


@styled
def crude(table: pd.DataFrame, width: int = WIDE):
    """Crude proportions, see `rows`."""
    return rows(table, width, "n of N")


@styled
def timed(table: pd.DataFrame, width: int = WIDE):
    """Cumulative incidences, see `rows`."""
    return rows(table, width, "patients")


def rows(table: pd.DataFrame, width: int, counts: str):
    """One row a value under headings: label, interval, and columns of words.

    Parameters
    ----------
    table : DataFrame
        In the order of drawing: ``heading, label, sub, counts, followed, value_text`` (words), ``percent, low, high``
        (limits may be missing), ``key`` (colour and shape), ``provenance`` (computed: hollow, dashed) and ``beside``
        (narrow: words under the label).
    width : int
        CSS pixels.
    counts : str
        Heading of the column ``counts``.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    layout, height = _layout(table, wide)
    fig = canvas(width, height + 78)
    left, right = EDGES[wide]
    ax = panel(fig, left, 44 if wide else 14, right, 34)
    top = np.nanmax(table[["percent", "high"]].to_numpy(dtype=float)) * 1.04
    ticks = range(0, int(top) + 1, 5 if top > 8 else 2)
    ax.set(xlim=(0, top), ylim=(height, 0), yticks=[], xticks=ticks)
    ax.set_xticklabels([f"{x}%" if x == ticks[-1] else str(x) for x in ticks])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    px = across(fig, ax)
    if wide:
        for column, edge in COLUMNS.items():
            ax.text(
                edge, -8, HEADS.get(column, counts), transform=px, ha="right", va="bottom", size=12.5, color=C["muted"]
            )
    for kind, y, row in layout:
        if kind == "heading":
            ax.plot([0, width], [y - 22, y - 22], color=C["grid"], lw=1, transform=px, clip_on=False)
            ax.text(0, y - 4, row, transform=px, va="center", size=13.5, weight="bold", color=C["ink"])
        elif wide:
            _wide_row(ax, px, y, row)
        else:
            _narrow_row(ax, px, y, row, width)
    return fig


def _layout(table: pd.DataFrame, wide: bool) -> tuple[list, float]:
    """Where each heading and row stands, in pixels from the top; the height of all."""
    places, y, heading = [], 0.0, None
    for row in table.itertuples():
        if row.heading != heading:
            y += 30 if heading is not None else 24
            heading = row.heading
            places.append(("heading", y, heading))
            y += 10
        lines = _lines(row, wide)
        step = 20 + 16 * len(lines) if wide else 34 + 16 * len(lines)
        places.append(("row", y + (step / 2 if wide else 0), row))
        y += step
    return places, y + 6


def _lines(row, wide: bool) -> list[tuple[str, bool]]:
    """Lines of the label and of what stands under it; True for the label."""
    size = 33 if wide else 32
    name = [(line, True) for line in textwrap.wrap(row.label, size, break_on_hyphens=False)]
    below = row.sub if wide else " · ".join(part for part in (row.sub, row.beside) if part)
    return name + [(line, False) for line in textwrap.wrap(below, size + (4 if wide else 18), break_on_hyphens=False)]


def _texts(ax, px, y: float, row, wide: bool) -> None:
    """The label with its small print, from the given height downwards."""
    for place, (line, name) in enumerate(_lines(row, wide)):
        style = {"size": 13.5 if name else 12.5, "color": C["ink"] if name else C["muted"]}
        ax.text(0, y + 16 * place, line, transform=px, va="center", **style)


def _wide_row(ax, px, y: float, row) -> None:
    """Label left, interval in the middle, columns right."""
    _texts(ax, px, y - 8 * (len(_lines(row, True)) - 1), row, True)
    _mark(ax, y, row)
    for column, edge in COLUMNS.items():
        words = getattr(row, column)
        nil = words == "not seen"
        style = {"style": "italic", "color": C["muted"], "size": 12} if nil else {"size": 13}
        ax.text(edge, y, words, transform=px, ha="right", va="center", **style)


def _narrow_row(ax, px, y: float, row, width: int) -> None:
    """Label and value on one line, small print, the interval below."""
    _texts(ax, px, y + 14, row, False)
    ax.text(width, y + 14, row.value_text, transform=px, ha="right", va="center", size=13)
    _mark(ax, y + 14 + 16 * len(_lines(row, False)), row)


def _mark(ax, y: float, row) -> None:
    """Estimate with its interval: filled and solid as printed, hollow and dashed as computed."""
    colour, computed = C[row.key], row.provenance == "computed"
    if pd.notna(row.low):
        ax.plot([row.low, row.high], [y, y], color=colour, lw=5, alpha=0.25, solid_capstyle="butt", zorder=2)
        style = {"ls": (0, (3, 2))} if computed else {"solid_capstyle": "butt"}
        ax.plot([row.low, row.high], [y, y], color=colour, lw=1.4, zorder=2.1, **style)
    size = 8 if SHAPE[row.key] == "o" else 6.8
    face = {"mfc": C["paper"], "mec": colour, "mew": 1.6} if computed else {"mfc": colour, "mec": C["paper"], "mew": 1}
    ax.plot(row.percent, y, SHAPE[row.key], ms=size, zorder=3, clip_on=False, **face)


@styled
def pairs(table: pd.DataFrame, width: int = WIDE):
    """For each cohort its crude share (hollow) and its incidences at stated times (filled), on the same axes.

    Parameters
    ----------
    table : DataFrame
        ``title, sub`` of the panel, ``kind`` (crude, incidence), ``years`` (missing: follow-up not seen; the crude
        share is then a dashed line only), ``percent``, ``text`` beside the mark, and ``key``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    panels = list(table.groupby("title", sort=False))
    columns, tall = 2, 206 if wide else 190
    down = -(-len(panels) // columns)
    fig = canvas(width, down * tall)
    cell = width / columns
    x_top, y_top = max(4.4, table.years.max() + 0.4), table.percent.max() * 1.2
    for place, (title, part) in enumerate(panels):
        column, line = place % columns, place // columns
        left, top = column * cell + 34, line * tall + 48
        ax = panel(fig, left, top, width - (column + 1) * cell + 10, (down - line - 1) * tall + 34)
        ax.set(xlim=(0, x_top), ylim=(0, y_top), xticks=range(int(x_top) + 1), yticks=range(0, int(y_top) + 1, 5))
        ticks = [str(x) for x in range(int(x_top) + 1)]
        ax.set_xticklabels([*ticks[:-1], f"{ticks[-1]} y"])
        ax.set_yticklabels([f"{y}%" if y + 5 > y_top else str(y) for y in range(0, int(y_top) + 1, 5)])
        _panel_title(ax, title, part["sub"].iloc[0])
        level = part.percent[part.kind == "crude"].iloc[0]
        for row in part.itertuples():
            _pair_mark(ax, row, x_top, below=0 <= level - row.percent < 0.16 * y_top)
    return fig


def _panel_title(ax, title: str, below: str) -> None:
    """Name of the cohort and of the outcome above its panel."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    ax.annotate(title, (0, 1), xytext=(-32, 20), size=13.5, weight="bold", **place)
    ax.annotate(below, (0, 1), xytext=(-32, 5), size=12.5, color=C["muted"], **place)


def _pair_mark(ax, row, x_top: float, below: bool) -> None:
    """One value; a crude share also as a dashed line across, because it belongs to no time; ``below``: label."""
    colour = C[row.key]
    text = {"textcoords": "offset points", "size": 12.5, "color": colour}
    if row.kind == "incidence":
        ax.plot(row.years, row.percent, SHAPE[row.key], ms=8, mfc=colour, mec=C["paper"], mew=1, zorder=3)
        shift, side = (-7, "top") if below else (7, "bottom")
        ax.annotate(row.text, (row.years, row.percent), xytext=(0, shift), ha="center", va=side, weight="bold", **text)
        return
    ax.plot([0, x_top], [row.percent] * 2, color=C["computed"], lw=1.2, ls=(0, (3, 2)), zorder=1)
    text |= {"color": C["computed"]}
    ax.annotate(row.text, (0, row.percent), xytext=(4, 5), ha="left", va="bottom", **text)
    if pd.notna(row.years):
        style = {"mfc": C["paper"], "mec": C["computed"], "mew": 1.6}
        ax.plot(row.years, row.percent, SHAPE[row.key], ms=8, zorder=3, **style)
