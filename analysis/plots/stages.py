"""The way of a reconstruction: stages down a rail, the ledger beside it as what all of them are held to."""

import textwrap
from typing import NamedTuple

import pandas as pd
from matplotlib.patches import Rectangle

from analysis.plots.style import LINE, WIDE, C, canvas, styled, words_above

HEAD, TEXT, GAP = 19, 17, 15  # CSS pixels: a heading, a line of text, between two stages
BAR = 7  # half the width of the bar that stands for the ledger


class _Places(NamedTuple):
    """Where things stand across, in CSS pixels, and how many letters a line of text holds."""

    bar: int
    rail: int
    words: int
    letters: int
    loop: int | None


@styled
def way(table: pd.DataFrame, width: int = WIDE):
    """Stages under each other; arrows say how many printed numbers each is held to.

    Parameters
    ----------
    table : DataFrame
        Of `analysis.reconstruction.stages.stages`: ``step, heading, text, numbers, kind, restart``. The first row is
        the ledger, the last is compared with it.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    at = _Places(10, 150, 176, 66, width - 14) if wide else _Places(8, 74, 96, 36, None)
    keys = ["solid: what is printed", "hatched: synthetic", "hollow: computed"]
    keys = [" · ".join(keys)] if wide else [" · ".join(keys[:2]), keys[2]]
    lines = [textwrap.wrap(row.text, at.letters) + _again(row, at) for row in table.itertuples()]
    tops, y = [], LINE * len(keys) + 16
    for text in lines:
        tops.append(y)
        y += HEAD + TEXT * len(text) + GAP
    fig = canvas(width, y)
    words_above(fig, keys)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(y, 0))
    ax.axis("off")
    middles = [top + 7 for top in tops]
    ax.plot([at.rail] * 2, [middles[0], middles[-1]], color=C["quiet"], lw=1.4, zorder=1)
    first, last = middles[0] - BAR, middles[-1] + BAR
    ax.add_patch(Rectangle((at.bar - BAR, first), 2 * BAR, last - first, color=C["published"], lw=0))
    for row, text, y in zip(table.itertuples(), lines, middles, strict=True):
        _stage(ax, row, text, y, at)
        if pd.notna(row.numbers):
            _arrow(ax, row, y, at, back=row.step == len(table))
        if pd.notna(row.restart) and wide:
            _loop(ax, y, middles[int(row.restart) - 1], at)
    return fig


def _again(row, at: _Places) -> list[str]:
    """Where there is no room for the loop, words for it."""
    return [f"↺ a miss: again from step {row.restart}"] if pd.notna(row.restart) and at.loop is None else []


def _stage(ax, row, lines: list[str], y: float, at: _Places) -> None:
    """Mark, heading and text of one stage."""
    if row.kind == "synthetic":
        style = {"facecolor": C["paper"], "edgecolor": C["synthetic"], "hatch": "//////", "lw": 1.2, "zorder": 3}
        ax.add_patch(Rectangle((at.rail - 7, y - 7), 14, 14, **style))
    else:
        filled = row.kind == "published"
        face, edge = (C["published"], C["paper"]) if filled else (C["paper"], C["computed"])
        ax.plot(at.rail, y, "o", ms=12, mfc=face, mec=edge, mew=1.8, zorder=3)
    ax.text(at.words, y, f"{row.step}  {row.heading}", size=14, weight="bold", color=C["ink"], va="center")
    for place, line in enumerate(lines):
        down = y + HEAD - 1 + TEXT * place
        ax.text(at.words, down, line, size=12.5, color=C["muted"], va="center")


def _arrow(ax, row, y: float, at: _Places, back: bool) -> None:
    """What a stage is held to; the last one goes back to the ledger."""
    ends = (at.bar + BAR + 2, at.rail - 12)
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": C["published"], "lw": 1.2}
    start, end = ends[::-1] if back else ends
    ax.annotate("", (end, y), xytext=(start, y), arrowprops=style | {"shrinkA": 0, "shrinkB": 0})
    words = f"{row.numbers} numbers" if at.loop else f"{row.numbers}"
    ax.text(sum(ends) / 2, y - 10, words, size=12.5, color=C["published"], ha="center", va="center")


def _loop(ax, y: float, up: float, at: _Places) -> None:
    """From a stage that fails back to where the search starts again."""
    ax.plot([at.loop - 16, at.loop, at.loop], [y, y, up], color=C["quiet"], lw=1.4)
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": C["quiet"], "lw": 1.4}
    ax.annotate("", (at.loop - 16, up), xytext=(at.loop, up), arrowprops=style | {"shrinkA": 0, "shrinkB": 0})
    ax.text(at.loop - 8, (y + up) / 2, "a miss:\nanother\ndesign", size=12.5, color=C["muted"], ha="right", va="center")
