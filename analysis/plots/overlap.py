"""Which reports share patients: a dot for each report, drawn together by study, a row for each group."""

import textwrap

import pandas as pd
from matplotlib.patches import FancyBboxPatch

from analysis.plots.style import WIDE, C, canvas, styled

PITCH, BETWEEN, SIZE = 19, 9, 8.5  # from dot to dot, between studies, of a dot
ROW = {True: 27, False: 45}
LABEL = 250  # width of the names, wide


@styled
def groups(table: pd.DataFrame, width: int = WIDE):
    """Reports of the same study lie in one capsule; capsules of one row may share patients.

    Parameters
    ----------
    table : DataFrame
        As from `analysis.review.overlap.groups`: ``name``, ``sizes`` (reports of each study), ``count``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    step = ROW[wide]
    fig = canvas(width, step * len(table) + 4)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(step * len(table) + 4, 0))
    ax.axis("off")
    for place, row in enumerate(table.rename(columns={"name": "name_", "count": "count_"}).itertuples()):
        y = step * place + 14
        if place:
            ax.plot([0, width], [y - 14] * 2, color=C["grid"], lw=1)
        line = y if wide else y + 19
        ax.text(0, y, textwrap.shorten(row.name_, 34, placeholder=" …"), size=13.5, va="center")
        _dots(ax, row.sizes, LABEL if wide else 0, line)
        studies = f"{len(row.sizes)} studies" if len(row.sizes) > 1 else "1 study"
        words = f"{row.count_} reports, {studies}"
        ax.text(width, line, words, size=12.5, color=C["muted"], ha="right", va="center")
    return fig


def _dots(ax, sizes: tuple[int, ...], x: float, y: float) -> None:
    """Dots of one row: capsules of dots."""
    for size in sizes:
        length = PITCH * size
        style = {"boxstyle": "round,pad=0,rounding_size=8.5", "fc": "none", "ec": C["quiet"], "lw": 1}
        ax.add_patch(FancyBboxPatch((x + 0.5, y - 8.5), length, 17, **style))
        ax.plot([x + PITCH * (i + 0.5) for i in range(size)], [y] * size, "o", ms=SIZE, mfc=C["ink"], mec=C["ink"])
        x += length + BETWEEN
