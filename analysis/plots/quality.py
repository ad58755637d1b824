"""Risk of bias by item: how many groups of patients were judged how, in words and shades, never in colour alone."""

import pandas as pd

from analysis.plots.style import WIDE, C, canvas, styled

SHADES = {"low": "rest", "unclear": "paper", "high": "ink"}
LABEL, WORDS, BAR = 150, 180, 14  # widths of the words on both sides, height of a bar


@styled
def bars(table: pd.DataFrame, width: int = WIDE):
    """One bar an item, in three parts, with their counts in words.

    Parameters
    ----------
    table : DataFrame
        As from `analysis.review.quality.by_item`: ``name``, ``low``, ``unclear``, ``high``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    step = 28 if wide else 46
    fig = canvas(width, step * len(table) + 4)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(step * len(table) + 4, 0))
    ax.axis("off")
    for place, row in enumerate(table.rename(columns={"name": "name_"}).itertuples()):
        y = step * place + 12
        counts = [f"{getattr(row, word)} {word}" for word in SHADES if getattr(row, word)]
        ax.text(0, y, row.name_, size=13.5, va="center")
        ax.text(width, y, " · ".join(counts), size=12.5, va="center", ha="right", color=C["muted"])
        _bar(ax, row, LABEL if wide else 0.5, width - (WORDS if wide else 0.5), y - BAR / 2 if wide else y + 11)
    return fig


def _bar(ax, row, left: float, right: float, top: float) -> None:
    """The three parts of one bar, each as long as its count."""
    unit = (right - left) / sum(getattr(row, word) for word in SHADES)
    for word, shade in SHADES.items():
        length = unit * getattr(row, word)
        if length:
            ax.barh(top + BAR / 2, length, BAR, left, color=C[shade], ec=C["ink"], lw=1)
        left += length
