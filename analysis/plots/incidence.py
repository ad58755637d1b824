"""Incidence: points over time, products side by side, and people of a hundred."""

import pandas as pd
from matplotlib.path import Path as Outline
from matplotlib.transforms import Bbox

from analysis.plots.style import MARK, WIDE, C, across, canvas, interval, panel, styled

NAMES = {
    "tmn": ("t-MN", "t-MDS or t-AML"),
    "nrm": ("Non-relapse mortality", "includes deaths from t-MN"),
    "cd28": ("CD28", "axi-cel, brexu-cel"),
    "bb": ("4-1BB", "tisa-cel, liso-cel"),
}
DOMAIN = {"cd28": "CD28", "bb": "4-1BB"}


def printed(row) -> str:
    """Estimate and interval as printed."""
    return f"{row.value_printed} ({row.low_printed}–{row.high_printed})"


@styled
def points(table: pd.DataFrame, width: int = WIDE):
    """Published cumulative incidences over time with their intervals, two series side by side.

    Parameters
    ----------
    table : DataFrame
        Claims in percent with ``time_months``, and ``key``, a name of `NAMES`; the first series stands left. A row
        whose interval does not hold its estimate is drawn without interval and marked.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    fig = canvas(width, 316 if wide else 318)
    ax = panel(fig, 30, 8, 176 if wide else 22, 34)
    top = table.high.max() * 1.02
    for side, (key, rows) in zip((-1, 1), table.groupby("key", sort=False), strict=True):
        x = rows.time_months / 12 + side * (0.055 if wide else 0.085)
        ax.plot([0, *x], [0, *rows.value], color=C[key], lw=1.2, ls=(0, (1, 3)), zorder=1)
        for xi, row in zip(x, rows.itertuples(), strict=True):
            _point(ax, xi, row, key, side, wide)
        _name(ax, key, rows.value.iloc[-1], wide, top)
    ax.set(xlim=(0, 4.2 if wide else 4.45), ylim=(0, top), yticks=range(0, int(top) + 1, 5), xticks=range(5))
    ax.set_xticklabels(["0", "1", "2", "3", "4 years" if wide else "4 y"])
    ax.set_yticklabels([f"{y}%" if y + 5 > top else str(y) for y in range(0, int(top) + 1, 5)])
    return fig


def _point(ax, x: float, row, key: str, side: int, wide: bool) -> None:
    """One estimate with its interval and value."""
    doubtful = row.flag == "interval excludes estimate"
    if not doubtful:
        interval(ax, x, row.low, row.high, C[key])
    size = 8.5 if MARK[key] == "o" else 7.5
    ax.plot(x, row.value, MARK[key], color=C[key], ms=size, mec=C["paper"], mew=1.2, zorder=3)
    ax.annotate(
        row.value_printed + (" ?" if doubtful else ""),
        (x, row.value),
        xytext=(side * 8, 0),
        textcoords="offset points",
        va="center",
        ha="right" if side < 0 else "left",
        color=C[key],
        weight="bold",
        size=13.5 if wide else 13,
    )


def _name(ax, key: str, last: float, wide: bool, top: float) -> None:
    """The series' name beside its last point; on a narrow figure as a key above the curve."""
    head, below = NAMES[key]
    if wide:
        place = {
            "xycoords": ax.get_yaxis_transform(),
            "textcoords": "offset points",
            "va": "center",
            "annotation_clip": False,
        }
        ax.annotate(head, (1, last), xytext=(30, 5), color=C[key], weight="bold", size=14, **place)
        ax.annotate(below, (1, last), xytext=(30, -11), color=C["muted"], size=12.5, **place)
    else:
        sign = {"o": "●", "s": "■", "D": "◆"}[MARK[key]]
        height = {"nrm": 0.93, "tmn": 0.86, "cd28": 0.93, "bb": 0.86}[key]
        ax.text(0.06, height * top, f"{sign} {head}", color=C[key], weight="bold", size=13.5)


@styled
def products(table: pd.DataFrame, width: int = WIDE):
    """Incidence by product, grouped by co-stimulatory domain, with the value of all patients as a dotted line.

    Parameters
    ----------
    table : DataFrame
        Claims in percent with ``name``, ``key`` (colour), ``domain`` (cd28, bb) and ``patients``; the row with key
        ``all`` is the dotted line.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    overall, rows = table[table.key == "all"].iloc[0], table[table.key != "all"]
    step = 50 if wide else 62
    fig = canvas(width, len(rows) * step + (86 if wide else 84))
    ax = panel(fig, 168 if wide else 6, 40, 118 if wide else 14, 44)
    px = across(fig, ax)
    ax.axvline(overall.value, color=C["tmn"], lw=1.2, ls=(0, (1, 2.5)), zorder=1)
    ax.text(
        overall.value,
        -0.63,
        f"all {overall.patients:g} patients: {overall.value_printed}%",
        color=C["tmn"],
        size=12.5,
        ha="center" if wide else "left",
        va="bottom",
    )
    for place, row in enumerate(rows.itertuples()):
        _product(ax, px, place, row, width)
    top = rows.high.max() * 1.05
    ax.set(xlim=(0, top), ylim=(len(rows) - 0.45, -0.55), yticks=[], xticks=range(0, int(top) + 1, 5))
    ax.set_xticklabels([f"{x}%" if x + 5 > top else str(x) for x in range(0, int(top) + 1, 5)])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    if wide:
        ax.text(width, -0.63, "% (95% CI)", transform=px, ha="right", va="bottom", size=12.5, color=C["muted"])
    return fig


def _product(ax, px, place: int, row, width: int) -> None:
    """One product: name, interval, mark whose size grows with the number treated, value."""
    wide = width >= WIDE
    y = place if wide else place + 0.22
    interval(ax, y, row.low, row.high, C[row.key], 7, horizontal=True)
    size = (5.5 + row.patients**0.5 * 0.42) * (1 if row.domain == "cd28" else 0.86)
    ax.plot(row.value, y, MARK[row.domain], color=C[row.key], ms=size, mec=C["paper"], mew=1.2, zorder=3)
    name = {"weight": "bold", "color": C[row.key], "transform": px, "va": "center"}
    small = {"size": 12.5, "color": C["muted"], "transform": px, "va": "center"}
    if wide:
        ax.text(0, y - 0.16, row.name, size=14.5, **name)
        ax.text(0, y + 0.2, f"{DOMAIN[row.domain]} · {row.patients:g} treated", **small)
        ax.text(width, y, printed(row), transform=px, ha="right", va="center", size=13.5)
    else:
        ax.text(4, place - 0.18, row.name, size=14, **name)
        ax.text(84, place - 0.18, f"{DOMAIN[row.domain]} · n {row.patients:g}", **small)
        ax.text(width - 4, place - 0.18, printed(row), transform=px, ha="right", va="center", size=13)


def _person() -> Outline:
    """Head and shoulders as a marker, twice as high as wide."""
    body = Outline(
        [(-0.56, -1), (-0.56, -0.25), (-0.56, 0.2), (0, 0.2), (0.56, 0.2), (0.56, -0.25), (0.56, -1), (-0.56, -1)],
        [Outline.MOVETO, Outline.LINETO, *[Outline.CURVE3] * 4, Outline.LINETO, Outline.CLOSEPOLY],
    )
    return Outline.make_compound_path(Outline.circle((0, 0.64), 0.36), body)


@styled
def of_100(table: pd.DataFrame, width: int = WIDE):
    """Of 100 people treated, how many by each year: filled to the estimate, outlined to the upper limit.

    Parameters
    ----------
    table : DataFrame
        Claims in percent with ``time_months`` in whole years.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    columns = 4 if width > 500 else 2
    cell = width / columns
    pitch = (cell - (22 if columns == 4 else 16)) / 10
    size = pitch * 1.12
    block = 54 + 10 * size * 1.2 + 24
    height = block * -(-len(table) // columns) - 28
    fig = canvas(width, height)
    ax = fig.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    for place, row in enumerate(table.itertuples()):
        x, y, year = (place % columns) * cell, (place // columns) * block, int(row.time_months // 12)
        ax.text(x, y + 12, f"by {year} year{'s' if year > 1 else ''}", size=13.5, color=C["muted"])
        ax.text(x, y + 38, row.value_printed, size=24, weight="bold", color=C["tmn"])
        limits = f"{row.low_printed}–{row.high_printed}"
        ax.text(x + pitch * 10 - 2, y + 37, limits, size=13, color=C["muted"], ha="right")
        spots = [(x + pitch * (0.42 + c), y + 60 + r * size * 1.2) for r in range(10) for c in range(10)]
        _people(ax, spots, row, size)
    return fig


def _people(ax, spots: list[tuple[float, float]], row, size: float) -> None:
    """A hundred people: filled up to the estimate, outlined up to the upper limit, the rest grey."""
    full = _person()
    half = full.clip_to_bbox(Bbox([[-2, -2], [0, 2]]))
    whole, part, upper = int(row.value), row.value % 1, round(row.high)
    for chosen, marker, style in (
        (spots[upper:], full, {"color": C["rest"], "mew": 0}),
        (spots[whole:upper], full, {"mfc": C["paper"], "mec": C["tmn"], "mew": 1.1}),
        (spots[:whole], full, {"color": C["tmn"], "mew": 1.1}),
        (spots[whole : whole + 1] if part >= 0.25 else [], half, {"color": C["tmn"], "mew": 0}),
    ):
        if chosen:
            ax.plot(*zip(*chosen, strict=True), ls="none", marker=marker, ms=size, **style)
