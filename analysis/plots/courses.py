"""Synthetic courses of patients with t-MN: lanes from the infusion on, and allele frequencies before and after."""

import pandas as pd

from analysis.plots.style import LINE, WIDE, C, across, canvas, panel, styled, words_above

NAMES = {"taml": "● t-AML", "tmds": "◆ t-MDS"}
SHAPE = {"taml": ("o", 6.6), "tmds": ("D", 5.4)}
LANE = 16
CHANGES = {"retained": (0, (5, 2)), "lost": (0, (2, 2)), "gained": (0, (1, 2))}


@styled
def swimmer(table: pd.DataFrame, width: int = WIDE):
    """One lane a patient: pale until the t-MN, hatched after it, with relapse, death and last contact.

    Parameters
    ----------
    table : DataFrame
        Of `courses.courses`.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    gap = 34
    kinds = table.key.drop_duplicates().tolist()
    lanes = table.assign(y=[LANE * i + gap * (kinds.index(k) + 1) for i, k in enumerate(table.key)])
    height = LANE * len(table) + gap * len(kinds)
    keys = ["pale: before t-MN", "hatched: after", "▲ relapse", "× died", "▸ alive", "┃ transplant, without its day"]
    keys = [" · ".join(keys)] if wide else [" · ".join(keys[:2]), " · ".join(keys[2:5]), keys[5]]
    top = 10 + LINE * len(keys)
    fig = canvas(width, top + height + 44)
    ax = panel(fig, 64, top, 22, 44)
    px = across(fig, ax)
    words_above(fig, keys)
    last = table.last_months.max()
    for key, rows in lanes.groupby("key", sort=False):
        y = rows.y.iloc[0] - 18
        ax.text(0, y, f"{NAMES[key]}, n {len(rows)}", transform=px, color=C[key], weight="bold", size=13.5, va="center")
        for row in rows.itertuples():
            ax.text(0, row.y, row.product, transform=px, size=12, color=C["muted"], va="center")
            _lane(ax, px, row, width, 3.2 * last / (width - 90))
    ticks = range(0, int(last) + 1, 12)
    ax.set(xlim=(0, last * 1.03), ylim=(height + 4, 0), yticks=[], xticks=ticks)
    ax.set_xlabel("months since infusion", size=12.5)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    return fig


def _lane(ax, px, row, width: int, shift: float) -> None:
    """One course; the mark of its end stands so many months after it."""
    colour, (shape, size) = C[row.key], SHAPE[row.key]
    ax.plot([0, row.onset_months], [row.y] * 2, color=C["rest"], lw=4, solid_capstyle="butt", zorder=1.5)
    style = {"facecolor": "none", "edgecolor": colour, "hatch": "///////", "lw": 0.8}
    ax.fill_between([row.onset_months, row.last_months], row.y - 3.5, row.y + 3.5, zorder=2, **style)
    ax.plot(row.onset_months, row.y, shape, color=colour, ms=size, mec=C["paper"], mew=0.8, zorder=4)
    if pd.notna(row.relapse_months):
        ax.plot(row.relapse_months, row.y, "^", color=C["relapse"], ms=6.5, mec=C["paper"], mew=0.8, zorder=4)
    end = {"marker": "x" if row.died else ">", "color": C["ink"], "clip_on": False, "zorder": 5}
    ax.plot(row.last_months + shift, row.y, ms=5 if row.died else 4.6, mew=1.5, ls="none", **end)
    if row.hct:
        ax.plot(width - 8, row.y, "|", transform=px, color=C["ink"], ms=11, mew=2, clip_on=False, zorder=4)


@styled
def frequencies(table: pd.DataFrame, width: int = WIDE):
    """Allele frequencies before infusion and at t-MN, a panel a gene, a line a patient; published medians on top.

    Parameters
    ----------
    table : DataFrame
        Of `courses.allele_frequencies`, with ``count`` (words under the heading of a panel); and, with ``data_kind``
        published, the printed medians of a gene as ``before`` and ``at_tmn``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    panels = table.panel.drop_duplicates().tolist()
    columns = len(panels) if wide else 2
    keys = ["filled: published medians · ○ t-AML · ◇ t-MDS", "long dashes: kept · short dashes: lost · dotted: new"]
    keys = [" · ".join(keys)] if wide else keys
    top, cell = 10 + LINE * len(keys), 262 if wide else 236
    fig = canvas(width, top + cell * -(-len(panels) // columns))
    words_above(fig, keys)
    highest = max(50, table[["before", "at_tmn"]].max(axis=None)) * 1.04
    for place, name in enumerate(panels):
        across_, down = place % columns, place // columns
        left, right = width / columns * across_ + 34, width - width / columns * (across_ + 1) + 26
        above = top + cell * down + 44
        ax = panel(fig, left, above, right, fig.get_figheight() * 72 - above - cell + 76)
        _gene(ax, name, table[table.panel == name], highest)
    return fig


def _gene(ax, name: str, rows: pd.DataFrame, highest: float) -> None:
    """One panel: slopes of the patients, and the printed medians where there are any."""
    for row in rows[rows.data_kind == "synthetic"].itertuples():
        colour = C[row.key]
        ax.plot([0, 1], [row.before, row.at_tmn], color=colour, lw=1.3, ls=CHANGES[row.change], zorder=2)
        for x, y in ((0, row.before), (1, row.at_tmn)):
            shape, size = SHAPE[row.key]
            ax.plot(x, y, shape, ms=size * 0.7, mfc=C["paper"], mec=colour, mew=1.2, zorder=3, clip_on=False)
    for row in rows[rows.data_kind == "published"].itertuples():
        for x, y, side in ((0, row.before, "left"), (1, row.at_tmn, "right")):
            ax.plot(x, y, "o", ms=9, color=C["published"], mec=C["paper"], mew=1.2, zorder=5, clip_on=False)
            ax.annotate(f"{y:g}%", (x, y), xytext=(9 if side == "left" else -9, 9), textcoords="offset points",
                        ha=side, size=13, weight="bold", color=C["published"], zorder=6)  # fmt: skip
    ax.set(xlim=(-0.08, 1.08), ylim=(-highest * 0.02, highest), xticks=[0, 1], yticks=range(0, int(highest) + 1, 25))
    ax.set_xticklabels(["before", "at t-MN"])
    ax.set_yticklabels([f"{y}%" if y else "0" for y in ax.get_yticks()])
    head = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    ax.annotate(name, (0, 1), xytext=(-32, 26), size=13.5, weight="bold", color=C["ink"], **head)
    ax.annotate(rows["count"].dropna().iloc[0], (0, 1), xytext=(-32, 10), size=12, color=C["muted"], **head)
