"""Ranges over all synthetic cohorts of what was not published."""

import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from analysis.plots.style import LINE, WIDE, C, across, canvas, panel, styled, words_above

TESTED = 92  # CSS pixels of the column that counts p values


@styled
def ranges(table: pd.DataFrame, width: int = WIDE):
    """Estimates of all members on one axis, a row a quantity: hatched their range, a stroke each, hollow the median.

    Parameters
    ----------
    table : DataFrame
        Of `unpublished.unpublished`, all of one unit: ``heading``, ``name``, ``value``, ``low``, ``high``, ``each``,
        ``text`` (the range in words), ``tested`` (in how many p is below 0.05, in words, wide only) and ``unit``.
        Hazard ratios stand on a log axis.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    step, head = (30, 34) if wide else (48, 32)
    headings = table.heading.drop_duplicates().tolist()
    height = step * len(table) + head * len(headings) + 6
    keys = [f"each stroke one of {table.members.max()} synthetic cohorts", "○ their median"]
    keys = [" · ".join(keys)] if wide else keys
    top, tested = 8 + LINE * len(keys), wide and table.tested.any()
    fig = canvas(width, top + height + 40)
    words_above(fig, keys)
    ax = panel(fig, 262 if wide else 8, top, (182 if tested else 92) if wide else 12, 38)
    px = across(fig, ax)
    ax.set(ylim=(height, 0), yticks=[])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    _range_axis(ax, table)
    if tested:
        fig.text(
            1, 1 - 4 / (72 * fig.get_figheight()), "p below 0.05", size=12.5, color=C["muted"], ha="right", va="top"
        )
    y = 0
    for heading in headings:
        ax.text(0, y + 18, heading, transform=px, size=13, color=C["muted"], va="center")
        y += head
        for row in table[table.heading == heading].rename(columns={"name": "name_"}).itertuples():
            _range(ax, px, row, y, width, TESTED if tested else 0)
            y += step
    return fig


def _range_axis(ax, table: pd.DataFrame) -> None:
    """Log axis with a line at 1 for ratios, percent or p from 0 otherwise."""
    unit, low, high = table.unit.iloc[0], table.low.min(), table.high.max()
    if unit == "hazard ratio":
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low / 2.5 < t < high * 2.5]
        ax.set_xscale("log")
        ax.set(xlim=(min(low, 0.5) / 1.15, max(high, 2) * 1.15), xticks=[t for t in ticks if t >= min(low, 0.5) / 1.15])
        ax.set_xticklabels([f"{t:g}" for t in ax.get_xticks()])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.axvline(1, color=C["quiet"], lw=1.2, zorder=1)
        ax.set_xlabel("hazard ratio", size=12.5)
        return
    top = 1 if unit == "p value" else high * 1.05
    ticks = (
        np.arange(0, 1.01, 0.25) if unit == "p value" else np.arange(0, top, 10 if top > 30 else 5 if top > 8 else 2)
    )
    ax.set(xlim=(0, top), xticks=ticks)
    ax.set_xticklabels([f"{t:g}" for t in ticks])
    ax.set_xlabel("p value" if unit == "p value" else "% of patients", size=12.5)
    if unit == "p value":
        ax.axvline(0.05, color=C["quiet"], lw=1.2, zorder=1)


def _range(ax, px, row, y: float, width: int, tested: int) -> None:
    """One quantity: name, range, members, median, words."""
    wide = width >= WIDE
    line, text = (y + 14, y + 14) if wide else (y + 30, y + 10)
    words = {"transform": px, "va": "center", "size": 13}
    ax.text(0, text, row.name_, **words)
    ax.text(width - tested, text, row.text, ha="right", **words)
    if tested:
        ax.text(width, text, row.tested, ha="right", color=C["muted"], **words)
    style = {"facecolor": "none", "edgecolor": C["synthetic"], "hatch": "//////", "lw": 0.8, "alpha": 0.55}
    ax.fill_between([row.low, row.high], line - 6, line + 6, zorder=1.5, **style)
    ax.plot(row.each, [line] * len(row.each), "|", color=C["synthetic"], ms=11, mew=1, zorder=2)
    ax.plot(row.value, line, "o", ms=7.5, mfc=C["paper"], mec=C["synthetic"], mew=1.6, zorder=3)
