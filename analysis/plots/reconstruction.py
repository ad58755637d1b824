"""Synthetic curves as bands, with the published points on top.

Hatched and dashed is synthetic, filled is published. The strip of words over each drawing is put there by
`analysis.display`.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.plots.style import LINE, MARK, NARROW, WIDE, C, canvas, interval, panel, styled, words_above

HATCH = ("////", "\\\\\\\\", "....")
MARKS = MARK | {"taml": "o", "tmds": "D", "axi": "o", "brexu": "o", "tisa": "D", "liso": "D", "os": "o", "pfs": "s"}
SIGN = {"o": "●", "s": "■", "D": "◆"}
TITLE, AXIS, ROW, LEFT = 24, 30, 17, 38  # heights, and the margin for labels of the axis, in CSS pixels
APART = 34  # least distance of two names at the right end
FEW = 36  # months up to which an axis counts months
DASH = (0, (5, 2))
OFF = {"textcoords": "offset points"}
HEAD = {"weight": "bold", "size": 13.5}


@styled
def bands(table: pd.DataFrame, width: int = WIDE):
    """Curves over time: hatched from the smallest to the largest member, dashed the median, marks as published.

    Parameters
    ----------
    table : DataFrame
        Of `ensemble.with_published`, with ``key`` (colour) and, for several panels, ``panel`` (their headings, in
        order). Curves that begin at 100 fall, others rise. Numbers at risk stand under each panel.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    parts = list(table.groupby("panel", sort=False)) if "panel" in table else [("", table)]
    columns = 1 if len(parts) == 1 else 2 if wide or len(parts) > 2 else 1
    plot = (236 if wide else 216) if len(parts) == 1 else 150
    axes = _axes(table)
    rows = max(len(_risk_rows(part, axes)) for _, part in parts)
    cell = (TITLE if parts[0][0] else 0) + plot + AXIS + ROW * (rows + 1) + 8
    keys = _keys(table, wide)
    top = 6 + LINE * len(keys)
    fig = canvas(width, top + cell * -(-len(parts) // columns))
    words_above(fig, keys)
    for place, (name, part) in enumerate(parts):
        across_, down = place % columns, place // columns
        left, right = width / columns * across_ + LEFT + 2, width - width / columns * (across_ + 1)
        margin = 178 if wide and columns == 1 else 20
        above = top + cell * down + (TITLE if name else 8)
        ax = panel(fig, left, above, right + margin, fig.get_figheight() * 72 - above - plot)
        _panel(ax, name, part, axes, margin > 100, width / columns)
    return fig


def _keys(table: pd.DataFrame, wide: bool) -> list[str]:
    """What the marks are, in one line or two."""
    members = int(table.members.max())
    lines = [f"hatched: range of {members} synthetic cohorts", "dashed: their median"]
    if (table.data_kind == "published").any():
        lines.insert(0, "filled marks: published, 95% CI")
    return [" · ".join(lines)] if wide else lines


class _Axes(NamedTuple):
    """Axes of all panels: months in a unit of time, its names, last time and step; top in percent and its step."""

    unit: int
    word: str
    short: str
    end: int
    every: int
    top: float
    step: int


def _axes(table: pd.DataFrame) -> _Axes:
    """Years, or months where there are few; from 0 to 100, or as high as the values reach."""
    last = table[["time_months", "late"]].max(axis=None) if "late" in table else table.time_months.max()
    highest = table[["value", "high"]].max(axis=None)
    top = 100 if highest > 60 else highest * 1.04
    step = 25 if top > 60 else 10 if top > 25 else 5 if top > 6 else 2
    if last > FEW:
        return _Axes(12, "years", "y", int(np.ceil(last / 12)), 1, top, step)
    return _Axes(1, "months", "mo", int(np.ceil(last / 6) * 6), 6, top, step)


def _panel(ax, name: str, table: pd.DataFrame, axes: _Axes, beside: bool, room: float) -> None:
    """One panel: its curves, axes, names and numbers at risk."""
    synthetic = table[table.data_kind == "synthetic"]
    groups = synthetic.group.drop_duplicates().tolist()
    for place, group in enumerate(groups):
        rows = synthetic[synthetic.group == group]
        _band(ax, rows, axes.unit, HATCH[place], 0.6 if len(groups) == 1 else 0.45)
        side = 0 if len(groups) == 1 else 0.011 * axes.end * (2 * place - 1)
        points = table[(table.data_kind == "published") & (table.group == group)]
        _points(ax, points, rows.key.iloc[0], axes.unit, side)
    times, ticks = range(0, axes.end + 1, axes.every), range(0, int(axes.top) + 1, axes.step)
    ax.set(xlim=(0, axes.end * 1.02), ylim=(0, axes.top), xticks=times, yticks=ticks)
    ax.set_xticklabels([*map(str, times[:-1]), f"{axes.end} {axes.word if room > NARROW else axes.short}"])
    ax.set_yticklabels([f"{y}%" if y == ticks[-1] else str(y) for y in ticks])
    if name:
        colour = C[synthetic.key.iloc[0]] if len(groups) == 1 else C["ink"]
        ax.annotate(name, (0, 1), xytext=(-LEFT, 9), xycoords="axes fraction", **OFF, **HEAD, color=colour)
    if len(groups) > 1 or not name:
        (_names_beside if beside else _names_inside)(ax, synthetic, groups, axes)
    _at_risk(ax, table, axes, room)


def _band(ax, rows: pd.DataFrame, unit: int, hatch: str, alpha: float) -> None:
    """Smallest to largest as a hatched band, the median dashed."""
    colour = C[rows.key.iloc[0]]
    band, middle = _corners(rows, ["low", "high"]), _corners(rows, ["value"])
    style = {"facecolor": "none", "edgecolor": colour, "hatch": hatch, "lw": 0.8, "alpha": alpha}
    ax.fill_between(band.time_months / unit, band.low, band.high, step="post", zorder=1, **style)
    ax.step(middle.time_months / unit, middle.value, where="post", color=colour, lw=1.7, ls=DASH, zorder=2)


def _corners(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The rows at which a step curve changes, and the last: the same drawing from fewer points."""
    changed = rows[columns].ne(rows[columns].shift()).any(axis=1)
    changed.iloc[-1] = True
    return rows[changed]


def _points(ax, rows: pd.DataFrame, key: str, unit: int, side: float) -> None:
    """Published estimates: with limits of the value, or of the time for a median; with ? where the limits are wrong."""
    for row in rows.itertuples():
        x = row.time_months / unit + side
        doubtful = getattr(row, "flag", None) == "interval excludes estimate"
        if pd.notna(row.low) and not doubtful:
            interval(ax, x, row.low, row.high, C[key])
        if pd.notna(getattr(row, "early", np.nan)):
            interval(ax, row.value, row.early / unit, row.late / unit, C[key], horizontal=True)
        mark = MARKS[key]
        ax.plot(x, row.value, mark, color=C[key], ms=8.5 if mark == "o" else 7.3, mec=C["paper"], mew=1.2, zorder=4)
        if doubtful:
            ax.annotate("?", (x, row.value), xytext=(8, 6), color=C[key], weight="bold", **OFF)


def _names_beside(ax, rows: pd.DataFrame, groups: list[str], axes: _Axes) -> None:
    """Names of the curves at their right ends, moved apart where they would touch."""
    least = APART / _height(ax) * axes.top
    last = rows.groupby("group", sort=False).tail(1).set_index("group").sort_values("value")
    y = last.value.to_numpy(dtype=float).copy()
    for place in range(1, len(y)):
        y[place] = max(y[place], y[place - 1] + least)
    y -= max(0, y[-1] - axes.top)
    for (name, row), at in zip(last.iterrows(), y, strict=True):
        spot = {"xycoords": ax.get_yaxis_transform(), "annotation_clip": False} | OFF
        ends = dict.fromkeys(f"{end:.0f}" for end in (row.low, row.high))
        words = f"{'–'.join(ends)}% at {row.time_months / axes.unit:.2g} {axes.word}"
        ax.annotate(name, (1, at), xytext=(10, 3), color=C[row.key], **spot, **HEAD)
        ax.annotate(words, (1, at), xytext=(10, -12), color=C["muted"], size=12.5, **spot)


def _names_inside(ax, rows: pd.DataFrame, groups: list[str], axes: _Axes) -> None:
    """Names of the curves in the corner that they leave free."""
    x, side = (0.985, "right") if axes.top == 100 else (0.02, "left")
    keys = rows.drop_duplicates("group").set_index("group").key
    for place, name in enumerate(groups):
        words = f"{SIGN[MARKS[keys[name]]]} {name}"
        at = {"ha": side, "va": "top", "transform": ax.transAxes, "zorder": 5}
        ax.text(x, 0.97 - place * 17 / _height(ax), words, color=C[keys[name]], **at, **HEAD)


def _height(ax) -> float:
    """Height of a panel in CSS pixels."""
    return ax.get_position().height * ax.figure.get_figheight() * 72


def _risk_rows(table: pd.DataFrame, axes: _Axes) -> list[pd.DataFrame]:
    """Numbers at risk at the times that are labelled, a row each group; one row where all groups have the same."""
    times = table[(table.data_kind == "synthetic") & (table.time_months % (axes.unit * axes.every) == 0)]
    parts = [rows for _, rows in times.groupby("group", sort=False)]
    counts = [rows[["at_risk_low", "at_risk_high"]].to_numpy().tolist() for rows in parts]
    return parts[:1] if all(c == counts[0] for c in counts) else parts


def _at_risk(ax, table: pd.DataFrame, axes: _Axes, room: float) -> None:
    """Numbers at risk under the axis, smallest to largest member."""
    spot = {"xycoords": ax.get_xaxis_transform(), "annotation_clip": False, "size": 12, "va": "center"} | OFF
    small = room < NARROW
    words = "number at risk, synthetic" if small else "number at risk (synthetic, smallest–largest)"
    ax.annotate(words, (0, 0), xytext=(-LEFT, -AXIS - 8), color=C["muted"], **spot)
    parts = _risk_rows(table, axes)
    for place, rows in enumerate(parts, start=1):
        y, colour = -AXIS - 8 - ROW * place, C["ink"] if len(parts) == 1 else C[rows.key.iloc[0]]
        for row in rows[:: 2 if small else 1].itertuples():
            low, high = int(row.at_risk_low), int(row.at_risk_high)
            text = f"{low}" if low == high else f"{low}–{high}"
            ax.annotate(text, (row.time_months / axes.unit, 0), xytext=(0, y), ha="center", color=colour, **spot)
        if len(parts) > 1:
            ax.annotate(SIGN[MARKS[rows.key.iloc[0]]], (0, 0), xytext=(-LEFT, y), color=colour, **spot)
