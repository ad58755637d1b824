"""Time against the number of patients: one panel for each task."""

import math

import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.plots.style import WIDE, C, canvas, panel, styled

OURS = "this project"
UNITS = ((1e-3, "1 µs"), (1e-2, "10 µs"), (1e-1, "0.1 ms"), (1, "1 ms"), (10, "10 ms"), (100, "0.1 s"), (1e3, "1 s"))
UNITS += ((1e4, "10 s"), (1e5, "100 s"), (1e6, "1,000 s"))
APART = 14  # CSS pixels between two labels


@styled
def panels(table: pd.DataFrame, width: int = WIDE):
    """Each tool a line, ours bold; the sort of the same times dotted: nothing that needs a sort can be faster.

    Parameters
    ----------
    table : DataFrame
        ``task, size, tool, median_ms, floor_ms``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    tasks = list(dict.fromkeys(table.task))
    across = 2 if wide else 1
    down = -(-len(tasks) // across)
    high, each = (252, width / across) if wide else (240, width)
    fig = canvas(width, down * high)
    x = table["size"].min() / 1.6, table["size"].max() * 1.6
    y = min(table.median_ms.min(), table.floor_ms.min()) / 2, table.median_ms.max() * 2
    for place, task in enumerate(tasks):
        row, column = divmod(place, across)
        left, right = column * each + 52, width - (column + 1) * each + 126
        ax = panel(fig, left, row * high + 32, right, (down - 1 - row) * high + 44)
        _axes(ax, x, y, task)
        _lines(ax, table[table.task == task], y, high - 76)
    return fig


def _axes(ax, x, y, task: str) -> None:
    """Logarithmic axes with few, round ticks and the name of the task."""
    sizes = [s for s in (100, 1e3, 1e4, 1e5, 1e6, 1e7) if x[0] <= s <= x[1]]
    marks = [(value, name) for value, name in UNITS if y[0] <= value <= y[1]]
    step = 1 if len(marks) < 7 else 2
    ax.set(xscale="log", yscale="log", xlim=x, ylim=y)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(FixedLocator(sizes))
    ax.set_xticklabels(["10" + "⁰¹²³⁴⁵⁶⁷⁸⁹"[round(math.log10(s))] for s in sizes])
    ax.yaxis.set_major_locator(FixedLocator([value for value, _ in marks[::step]]))
    ax.set_yticklabels([name for _, name in marks[::step]])
    ax.set_xlabel("patients", size=12)
    ax.set_title(task[:1].upper() + task[1:], loc="left", size=13, weight="bold", color=C["ink"], pad=8)


def _lines(ax, rows: pd.DataFrame, y, height: float) -> None:
    """One line for each tool, named at its right end."""
    floor = rows.drop_duplicates("size").sort_values("size")
    ends = [(floor["size"].iloc[-1], floor.floor_ms.iloc[-1], "sorting alone", "quiet")]
    ax.plot(floor["size"], floor.floor_ms, color=C["quiet"], lw=1.6, ls=(0, (1, 2.2)), zorder=2)
    for tool, line in rows.sort_values("size").groupby("tool", sort=False):
        mine = tool == OURS
        style = {"color": C["ink" if mine else "muted"], "lw": 2.8 if mine else 1.2, "zorder": 4 if mine else 3}
        ax.plot(line["size"], line.median_ms, marker="o", ms=5 if mine else 3.5, **style)
        ends.append((line["size"].iloc[-1], line.median_ms.iloc[-1], tool, "ink" if mine else "muted"))
    _labels(ax, ends, y, height)


def _labels(ax, ends: list, y, height: float) -> None:
    """Names beside the panel, moved apart where they would overlap, each tied to the end of its line."""
    ends = sorted(ends, key=lambda end: end[1])
    low, high = (ax.transScale.transform((1, limit))[1] for limit in y)
    wanted = [(ax.transScale.transform((1, end[1]))[1] - low) / (high - low) * height for end in ends]
    inside = max(end[0] for end in ends)
    for at, (size, value, name, colour), here in zip(_apart(wanted, height), ends, wanted, strict=True):
        tie = {"arrowstyle": "-", "color": C["quiet"], "lw": 0.7, "shrinkA": 2, "shrinkB": 3, "relpos": (0, 0.5)}
        ax.annotate(
            name,
            (size, value),
            xytext=(1.04, at / height),
            textcoords="axes fraction",
            va="center",
            size=11.5,
            weight="bold" if name == OURS else "normal",
            color=C[colour],
            annotation_clip=False,
            arrowprops=tie if abs(at - here) > 3 or size < inside else None,
        )


def _apart(wanted: list[float], height: float) -> list[float]:
    """Heights, in rising order, as near to the wanted ones as labels of one line allow.

    Examples
    --------
    >>> _apart([50, 50, 100], 200)
    [43.0, 57.0, 100.0]
    """
    blocks: list[list[float]] = []  # neighbours that touch share the mean of where their first would be
    for place, at in enumerate(wanted):
        blocks.append([at - place * APART])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    start = [_mean(block) for block in blocks for _ in block]
    last = height - (len(wanted) - 1) * APART
    return [max(0.0, min(at, last)) + place * APART for place, at in enumerate(start)]


def _mean(values: list[float]) -> float:
    """Mean of a few numbers."""
    return sum(values) / len(values)
