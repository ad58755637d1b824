"""Where the neoplasms come from: who was tested, what was found, how large the clone was."""

import pandas as pd

from analysis.plots import rows
from analysis.plots.style import WIDE, C, canvas, panel, styled


def steps(table: pd.DataFrame, width: int = WIDE):
    """From all patients with t-MN to those whose mutation was found again; see `rows.people`."""
    return rows.people(table, width, label=236, columns=29)


def cohorts(table: pd.DataFrame, width: int = WIDE):
    """Shares with a mutation before infusion, by series; see `rows.marks`."""
    return rows.marks(table, width, ticks=(0, 25, 50, 75, 100), unit="%", label=300, value=92)


def risk(table: pd.DataFrame, width: int = WIDE):
    """Incidence of t-MN with and without clonal haematopoiesis; see `rows.marks`."""
    return rows.marks(table, width, ticks=(0, 10, 20, 30, 40), unit="%", label=250, value=112)


@styled
def frequency(table: pd.DataFrame, width: int = WIDE):
    """Two medians of the variant allele frequency, joined by dots because they may not be of the same patients.

    Parameters
    ----------
    table : DataFrame
        Claims in percent with ``when`` (words under the axis); two rows.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    fig = canvas(width, 230)
    ax = panel(fig, 30, 10, 120 if wide else 14, 34)
    ax.plot([0, 1], table.value, color=C["tmn"], lw=1.4, ls=(0, (1, 3)), zorder=1)
    for x, row in enumerate(table.itertuples()):
        ax.plot(x, row.value, "o", color=C["tmn"], ms=9, mec=C["paper"], mew=1.2, zorder=3)
        shift = {"xytext": (0, 10), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        ax.annotate(f"{row.value_printed}%", (x, row.value), color=C["tmn"], weight="bold", size=15, **shift)
    ax.set(xlim=(-0.3, 1.3), ylim=(0, 50), yticks=range(0, 51, 10), xticks=[0, 1])
    ax.set_xticklabels(table.when)
    ax.set_yticklabels([*(str(y) for y in range(0, 50, 10)), "50%"])
    return fig
