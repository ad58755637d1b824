"""Hazard ratios on a log axis."""

import pandas as pd

from analysis.plots.incidence import printed
from analysis.plots.style import MARK, WIDE, C, across, canvas, interval, panel, styled

STYLE = {  # mark colour, text colour, mark size, softness of the bar
    "univariate": (C["muted"], C["muted"], 6.4, 0.22),
    "matched": (C["published"], C["ink"], 7.4, 0.3),
}
RATIO, P_PRINTED, P_IMPLIED = 178, 106, 0  # right edges of the columns, in CSS pixels from the right


@styled
def hazard_ratios(table: pd.DataFrame, width: int = WIDE):
    """Hazard ratios before (grey disc) and after matching (ink square), one line a factor.

    Parameters
    ----------
    table : DataFrame
        Claims (hazard ratios) with ``factor``, ``analysis`` (univariate, matched), ``p_printed``, ``p_implied``,
        ``mark`` (sign of a footnote, may be empty) and ``absent`` (words instead of a value; then the claim cells are
        empty). Factors stand in the order of the table.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    factors = table.factor.drop_duplicates().tolist()
    step = 44 if wide else 68
    fig = canvas(width, len(factors) * step + (84 if wide else 80))
    ax = panel(fig, 134 if wide else 8, 40, 288 if wide else 8, 44)
    px = across(fig, ax)
    ax.axvline(1, color=C["quiet"], lw=1.2, zorder=1)
    for place, factor in enumerate(factors):
        if place:
            ax.plot([0, width], [place - 0.5] * 2, color=C["grid"], lw=1, transform=px, clip_on=False)
        _factor(ax, px, place, table[table.factor == factor], width)
    _axis(ax, px, len(factors), width)
    return fig


def _factor(ax, px, place: int, rows: pd.DataFrame, width: int) -> None:
    """Both analyses of one factor."""
    wide = width >= WIDE
    best = rows[rows.value.notna()].iloc[-1]
    after = best.analysis == "matched"
    weight = "bold" if after and not best.low <= 1 <= best.high else "normal"
    name = f"{best.factor}{best.mark}" + ("" if wide or after else " (univariate)")
    text = {"transform": px, "va": "center", "weight": weight}
    ax.text(0, place if wide else place - 0.28, name, size=14 if wide else 13.5, **text)
    for row in rows.itertuples():
        shift = -0.2 if row.analysis == "univariate" else 0.2
        y = place + (shift if wide else 0.02 if row.analysis == "univariate" else 0.3)
        _analysis(ax, px, y, row, width, weight if row.analysis == "matched" else "normal")
    if not wide:
        colour = C["ink"] if after else C["muted"]
        ax.text(width, place - 0.28, printed(best), ha="right", size=13, color=colour, **text)


def _analysis(ax, px, y: float, row, width: int, weight: str) -> None:
    """One hazard ratio, or the words that stand in its place."""
    wide = width >= WIDE
    text = {"transform": px, "ha": "right", "va": "center"}
    if pd.isna(row.value):
        if wide:
            ax.text(width - RATIO, y, row.absent, size=12, color=C["muted"], style="italic", **text)
        return
    mark, ink, size, soft = STYLE[row.analysis]
    interval(ax, y, row.low, row.high, mark, 5, horizontal=True, soft=soft)
    ax.plot(row.value, y, MARK[row.analysis], color=mark, ms=size, mec=C["paper"], mew=0.8, zorder=3)
    if wide:
        ax.text(width - RATIO, y, printed(row), size=13, color=ink, weight=weight, **text)
        ax.text(width - P_PRINTED, y, row.p_printed, size=13, color=ink, weight=weight, **text)
        ax.text(width - P_IMPLIED, y, row.p_implied, size=13, color=C["computed"], **text)


def _axis(ax, px, count: int, width: int) -> None:
    """Log axis with its words."""
    ax.set_xscale("log")
    ax.set(xlim=(0.36, 5.6), ylim=(count - 0.45, -0.62), yticks=[], xticks=[0.5, 1, 2, 4])
    ax.set_xticklabels(["0.5", "1", "2", "4"])
    ax.minorticks_off()
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    head = {"va": "bottom", "size": 12.5, "color": C["muted"]}
    ax.text(0.93, 1.004, "← lower hazard", ha="right", transform=ax.get_xaxis_transform(), **head)
    ax.text(1.075, 1.004, "higher hazard →", ha="left", transform=ax.get_xaxis_transform(), **head)
    if width >= WIDE:
        columns = ((RATIO, "HR (95% CI)", C["muted"]), (P_PRINTED, "p printed", C["muted"]))
        for right, words, colour in (*columns, (P_IMPLIED, "p implied", C["computed"])):
            ax.text(width - right, -0.66, words, transform=px, ha="right", **head | {"color": colour})
