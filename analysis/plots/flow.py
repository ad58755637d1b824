"""What became of everything that was found, as boxes: the flow of PRISMA 2020 with previous versions at the side."""

import textwrap
from itertools import pairwise

import pandas as pd
from matplotlib.patches import FancyArrowPatch, Rectangle

from analysis.plots.style import WIDE, C, canvas, styled

LEFT, MAIN, SIDE = (0.5, 136), (168, 398), (432, 679.5)  # edges of the columns, wide
GAP, PAD, LINE = 22, 9, 17  # between boxes, inside them, from line to line
SIZE, CHARACTER = 13, 6.3  # of the words


@styled
def flow(table: pd.DataFrame, width: int = WIDE):
    """Boxes from top to bottom, what fell out beside them; on a phone below them.

    Parameters
    ----------
    table : DataFrame
        As from `analysis.review.flow.boxes`: ``place``, ``words``, ``count``, ``lines``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    placed, height = _wide(table) if wide else _narrow(table, width)
    fig = canvas(width, height)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    for row, text, (x0, y0, x1, y1) in placed:
        _box(ax, row, text, x0, y0, x1, y1)
    _arrows(ax, placed, wide)
    return fig


def _text(row, width: float) -> list[tuple[str, bool]]:
    """Lines of a box; True for the words in bold."""
    room = int((width - 2 * PAD) / CHARACTER)
    count = "" if row.place == "previous" else f":\N{NO-BREAK SPACE}{row.count_:,}"
    head = textwrap.wrap(row.words + count, room)
    small = [line for words in row.lines for line in textwrap.wrap(words, room + 1, subsequent_indent="  ")]
    return [(line, True) for line in head] + [(line, False) for line in small]


def _size(text: list) -> float:
    """Height of a box."""
    return 2 * PAD + LINE * len(text) - 3


def _blocks(table: pd.DataFrame) -> list[list]:
    """Each main box with what stands beside it."""
    blocks: list[list] = []
    waiting: list = []
    for row in table.rename(columns={"count": "count_"}).itertuples():
        if row.place == "main":
            blocks.append([row, *waiting])
            waiting = []
        elif row.place == "previous":
            waiting.append(row)
        else:
            blocks[-1].append(row)
    return blocks


def _wide(table: pd.DataFrame) -> tuple[list, float]:
    """Places of the boxes in three columns."""
    placed, y = [], 2.0
    for main, *others in _blocks(table):
        text = _text(main, MAIN[1] - MAIN[0])
        bottom, beside = y + _size(text), y
        placed.append((main, text, (MAIN[0], y, MAIN[1], bottom)))
        for row in others:
            edges = LEFT if row.place == "previous" else SIDE
            text = _text(row, edges[1] - edges[0])
            top = y if row.place == "previous" else beside
            placed.append((row, text, (edges[0], top, edges[1], top + _size(text))))
            if row.place == "side":
                beside = top + _size(text) + 8
        y = max(bottom + GAP, beside + 4, *(place[2][3] + 12 for place in placed[-len(others) - 1 :]))
    return placed, y - 8


def _narrow(table: pd.DataFrame, width: int) -> tuple[list, float]:
    """Places of the boxes in one column, what fell out indented."""
    placed, y = [], 2.0
    for main, *others in _blocks(table):
        first = [row for row in others if row.place == "previous"]
        for row in [*first, main, *(row for row in others if row.place == "side")]:
            left = 0 if row.place == "main" else 34
            text = _text(row, width - 1 - left)
            placed.append((row, text, (left + 0.5, y, width - 0.5, y + _size(text))))
            y += _size(text) + 8
        y += 10
    return placed, y - 14


def _box(ax, row, text: list, x0: float, y0: float, x1: float, y1: float) -> None:
    """One box with its words."""
    main = row.place == "main"
    style = {"ec": C["ink"] if main else C["quiet"], "lw": 1.3 if main else 1, "ls": "-" if main else (0, (3, 2))}
    ax.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fc="none", **style))
    for place, (line, bold) in enumerate(text):
        weight = "bold" if bold and main else "normal"
        colour = C["ink"] if bold else C["muted"]
        y = y0 + PAD + LINE * place + LINE / 2 - 2
        ax.text(x0 + PAD, y, line, size=SIZE if bold else 12.5, weight=weight, color=colour, va="center")


def _arrows(ax, placed: list, wide: bool) -> None:
    """From each main box to the next, and to what fell out."""
    mains = [(row, place) for row, _, place in placed if row.place == "main"]
    x = (MAIN[0] + MAIN[1]) / 2 if wide else 16
    for (_, upper), (_, lower) in pairwise(mains):
        _arrow(ax, (x, upper[3]), (x, lower[1]))
    current = None
    for row, _, place in placed:
        if row.place == "main":
            current = place
        elif row.place == "side" and wide:
            y = place[1] + PAD + LINE / 2 - 2
            start = current[2] if y <= current[3] else x
            _arrow(ax, (start, y), (place[0], y))
        elif row.place == "side":
            y = place[1] + PAD + LINE / 2 - 2
            _arrow(ax, (x, y), (place[0], y))
        elif wide:
            y = place[1] + PAD + LINE / 2 - 2
            _arrow(ax, (place[2], y), (MAIN[0], y))


def _arrow(ax, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A thin arrow."""
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, lw=1, color=C["quiet"], shrinkA=0, shrinkB=0)
    )
