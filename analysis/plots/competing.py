"""The worked example on competing risks: two step curves over invented patients."""

import pandas as pd

from analysis.plots.style import WIDE, C, canvas, panel, styled


@styled
def two_curves(table: pd.DataFrame, width: int = WIDE):
    """Cumulative incidence (synthetic: dashed, in the colour of t-MN) below one minus Kaplan–Meier (grey).

    Parameters
    ----------
    table : DataFrame
        ``time_months``, ``cumulative_incidence`` and ``complement`` in percent; each row a step, the last the end.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    fig = canvas(width, 268 if wide else 276)
    ax = panel(fig, 36, 10, 186 if wide else 12, 40)
    end = table.time_months.max()
    names = (
        ("complement", "muted", "-", "1 − Kaplan–Meier", "others censored"),
        ("cumulative_incidence", "tmn", (0, (5, 2)), "Aalen–Johansen", "others compete"),
    )
    for column, colour, dash, name, below in names:
        ax.step(table.time_months, table[column], where="post", color=C[colour], lw=2.2, ls=dash)
        last = table[column].iloc[-1]
        place = {"xycoords": "data", "textcoords": "offset points", "annotation_clip": False, "va": "center"}
        if wide:
            head = {"weight": "bold", "size": 14, "color": C[colour]}
            ax.annotate(f"{last:.0f}%  {name}", (end, last), xytext=(8, 4), **head, **place)
            ax.annotate(below, (end, last), xytext=(8, -12), size=12.5, color=C["muted"], **place)
        else:
            sign, height = ("- -", 0.85) if dash != "-" else ("—", 0.94)
            head = {"weight": "bold", "size": 13, "color": C[colour]}
            ax.text(0.03, height, f"{sign} {name} {last:.0f}%", transform=ax.transAxes, **head)
    top = table.complement.max() * (1.15 if wide else 1.4)
    ax.set(xlim=(0, end), ylim=(0, top), xticks=range(0, int(end) + 1, 12 if not wide else 6))
    ax.set_yticks(range(0, int(top) + 1, 10))
    ax.set_yticklabels([f"{y}%" if y + 10 > top else str(y) for y in range(0, int(top) + 1, 10)])
    ax.set_xlabel("months since infusion (invented)", size=12.5)
    return fig
