"""The published matching beside random orders of the rows and comparisons without an order."""

import numpy as np
import pandas as pd

from analysis.plots.style import LINE, WIDE, C, across, canvas, interval, panel, styled, words_above

LABEL, VALUE = 232, 150  # CSS pixels for the words on the left and on the right of the wide drawing
HEAD, ROW, MEMBER, AXIS = 26, 21, 7, 40  # heights: a factor's name, a row, one cohort among many, axis and space below
WORDS = 17  # height of the words over a row in the narrow drawing
KEYS = (
    "■ published, 95% CI",
    "a line a cohort: all orders, thick 90% of them",
    "○ stored order",
    "hatched: all cohorts",
)
TICKS = (  # span of an axis up to which they serve (largest over smallest), and the ticks
    (1.4, (0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.3)),
    (4.5, (0.4, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5)),
    (np.inf, (0.125, 0.25, 0.5, 1, 2, 4, 8)),
)


@styled
def row_orders(table: pd.DataFrame, width: int = WIDE):
    """Hazard ratios of each factor: as published, over row orders in each cohort, and by methods without an order.

    Parameters
    ----------
    table : DataFrame
        Of `matching_rows.drawn`: ``factor, kind`` (published, orders, unique, method), ``name``, ``value, low, high``,
        ``low_90, high_90`` (5 and 95% of the orders), ``each``, ``text`` and ``said`` (of all orders together). Each
        factor has an axis of its own.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    keys = [" · ".join(KEYS)] if wide else list(KEYS)
    factors = [(part, *_places(part, wide)) for _, part in table.groupby("factor", sort=False)]
    y = 8 + LINE * len(keys)
    total = y + sum(height + AXIS for _, _, height in factors)
    fig = canvas(width, total)
    words_above(fig, keys)
    for place, (part, places, height) in enumerate(factors):
        ax = panel(fig, LABEL if wide else 8, y, VALUE if wide else 12, total - y - height)
        px = across(fig, ax)
        _axis(ax, part, height)
        ax.text(0, HEAD / 2, part.factor.iloc[0], transform=px, va="center", size=14, weight="bold")
        if place:
            ax.plot([0, width], [-6, -6], color=C["grid"], lw=1, transform=px, clip_on=False)
        for kind, rows, line in places:
            _words(ax, px, rows, line, width)
            _marks(ax, kind, rows, line if wide else line + WORDS)
        y += height + AXIS
    return fig


def _places(part: pd.DataFrame, wide: bool) -> tuple[list, float]:
    """What stands at which height, in CSS pixels from the top of a factor's panel, and the height of all."""
    places, y = [], float(HEAD)
    over = 0 if wide else WORDS
    for (kind, _), rows in part.groupby(["kind", "name"], sort=False):
        places.append((kind, rows, y + ROW / 2))
        y += over + (max(ROW, MEMBER * len(rows) + 12) if kind == "orders" else ROW)
    return places, y + 4


def _axis(ax, part: pd.DataFrame, height: float) -> None:
    """Log axis with a line at 1; the lines stand behind the rows only."""
    low, high = min(part.low.min(), 1), max(part.high.max(), 1)
    margin = (high / low) ** 0.06
    low, high = low / margin, high * margin
    candidates = next(ticks for span, ticks in TICKS if high / low < span)
    ticks = [t for t in candidates if low <= t <= high]
    ax.set_xscale("log")
    ax.set(xlim=(low, high), ylim=(height, 0), yticks=[], xticks=ticks)
    ax.set_xticklabels([f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.grid(False)
    ax.vlines(ticks, HEAD, height, color=C["grid"], lw=1, zorder=0)
    ax.vlines(1, HEAD, height, color=C["quiet"], lw=1.2, zorder=1)


def _words(ax, px, rows: pd.DataFrame, y: float, width: int) -> None:
    """What the row is, and its value in words; of many cohorts what is said of all of them."""
    row, wide = rows.iloc[0], width >= WIDE
    words = {"transform": px, "va": "center", "size": 13 if wide else 12.5, "zorder": 4}
    if not wide:  # the words stand between the lines of the axis
        words["bbox"] = {"facecolor": C["paper"], "edgecolor": "none", "pad": 1}
    name = f"{row['name']}, {len(rows)} cohorts" if row.kind == "orders" else row["name"]
    ax.text(0, y, name, color=C["ink"] if row.kind == "published" else C["muted"], **words)
    ax.text(width, y, row.said if row.kind == "orders" else row.text, ha="right", **words)


def _marks(ax, kind: str, rows: pd.DataFrame, y: float) -> None:
    """The marks of one row, or of one cohort a line."""
    row, colour = rows.iloc[0], C["synthetic"]
    if kind == "published":
        interval(ax, y, row.low, row.high, C["published"], 6, horizontal=True)
        ax.plot(row.value, y, "s", color=C["published"], ms=7.2, mec=C["paper"], mew=0.8, zorder=3)
    elif kind == "orders":
        for place, one in enumerate(rows.itertuples()):
            line = [y + MEMBER * place] * 2
            ax.plot([one.low, one.high], line, color=colour, lw=0.9, zorder=2)
            ax.plot([one.low_90, one.high_90], line, color=colour, lw=3.2, zorder=2.1, solid_capstyle="butt")
            ax.plot(one.value, line[0], "o", ms=5.2, mfc=C["paper"], mec=C["ink"], mew=1.1, zorder=3)
    else:
        style = {"facecolor": "none", "edgecolor": colour, "hatch": "//////", "lw": 0.8, "alpha": 0.55}
        ax.fill_between([row.low, row.high], y - 5, y + 5, zorder=1.5, **style)
        ax.plot(row.each, [y] * len(row.each), "|", color=colour, ms=9, mew=1, zorder=2)
        shape = "o" if kind == "unique" else "D"
        ax.plot(row.value, y, shape, ms=5.6, mfc=C["paper"], mec=C["ink"], mew=1.1, zorder=3)
