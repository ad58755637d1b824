"""Forest plot of a pool, and shares beside rates."""

import pandas as pd

from analysis.plots.style import WIDE, C, across, canvas, interval, panel, styled

SHADES = {"low": "rest", "unclear": "paper", "high": "ink"}
SQUARE = 6.6  # CSS pixels of one judgement
PLOT = {True: (214, 286), False: (4, 12)}  # left and right margin of the plot
COUNTS, FOLLOWED, JUDGED, HALF = 464, 527, 534, 330  # right edges (of the squares: left), and the second plot


@styled
def forest(table: pd.DataFrame, width: int = WIDE):
    """Groups with their intervals and judgements, then the pooled value with its interval and that of a further group.

    Parameters
    ----------
    table : DataFrame
        ``kind`` (group, pooled); ``label``, ``sub``, ``counts``, ``followed``, ``value_text`` (words); ``value, low,
        high`` (percent); ``next_low, next_high`` (prediction interval of the pooled value); ``judged`` (list of low,
        unclear, high; empty for the pooled value).
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    steps = [_step(row, wide) for row in table.itertuples()]
    fig = canvas(width, sum(steps) + 76)
    left, right = PLOT[wide]
    ax = panel(fig, left, 40 if wide else 6, right, 36)
    top = max(table.high.max(), table.next_high.max()) * 1.03
    ticks = range(0, int(top) + 1, 5)
    ax.set(xlim=(0, top), ylim=(sum(steps), 0), yticks=[], xticks=ticks)
    ax.set_xticklabels([f"{x}%" if x == ticks[-1] else str(x) for x in ticks])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    px = across(fig, ax)
    if wide:
        _heads(ax, px)
    y = 0.0
    for row, step in zip(table.itertuples(), steps, strict=True):
        if row.kind == "pooled":
            ax.plot([0, width], [y + 1] * 2, color=C["quiet"], lw=1, transform=px, clip_on=False)
        (_wide_row if wide else _narrow_row)(ax, px, y, step, row, width)
        y += step
    return fig


def _step(row, wide: bool) -> float:
    """Height of a row."""
    return (42 if row.kind == "group" else 52) if wide else (66 if row.kind == "group" else 74)


def _heads(ax, px) -> None:
    """Headings of the columns."""
    style = {"transform": px, "va": "bottom", "size": 12, "color": C["muted"], "linespacing": 1.1}
    heads = ((COUNTS, "n of N"), (FOLLOWED, "median\nfollow-up"), (680, "% (95% CI)"))
    for edge, words in heads:
        ax.text(edge, -4, words, ha="right", **style)
    ax.text(JUDGED, -4, "risk of\nbias", ha="left", **style)


def _wide_row(ax, px, y: float, step: float, row, width: int) -> None:
    """Words on both sides of the interval."""
    middle = y + step / 2
    bold = "bold" if row.kind == "pooled" else "normal"
    style = {"transform": px, "va": "center"}
    ax.text(0, middle - 8, row.label, size=13.5, weight=bold, **style)
    ax.text(0, middle + 9, row.sub, size=12, color=C["muted"], **style)
    ax.text(COUNTS, middle, row.counts, ha="right", size=12.5, **style)
    nil = row.followed == "not seen"
    ax.text(
        FOLLOWED,
        middle,
        row.followed,
        ha="right",
        size=11.5 if nil else 12.5,
        color=C["muted" if nil else "ink"],
        **style,
    )
    ax.text(width, middle, row.value_text, ha="right", size=12.5, weight=bold, **style)
    _squares(ax, px, JUDGED, middle, row.judged)
    _mark(ax, middle, row)


def _narrow_row(ax, px, y: float, step: float, row, width: int) -> None:
    """Words above the interval."""
    bold = "bold" if row.kind == "pooled" else "normal"
    style = {"transform": px, "va": "center"}
    ax.text(0, y + 14, row.label, size=13.5, weight=bold, **style)
    ax.text(width, y + 14, row.value_text, ha="right", size=13, weight=bold, **style)
    followed = f" · follow-up {row.followed}" if row.kind == "group" else f" · {row.sub}"
    ax.text(0, y + 31, row.counts + followed, size=12, color=C["muted"], **style)
    _squares(ax, px, width - SQUARE * len(row.judged), y + 31, row.judged)
    _mark(ax, y + 51, row)


def _squares(ax, px, left: float, y: float, judged) -> None:
    """Judgements as small squares: low grey, unclear empty, high full."""
    for place, word in enumerate(judged):
        face = {"mfc": C[SHADES[word]], "mec": C["ink"], "mew": 0.8}
        ax.plot(left + SQUARE * (place + 0.5), y, "s", ms=SQUARE - 1.6, transform=px, clip_on=False, **face)


def _mark(ax, y: float, row) -> None:
    """A hollow disc with its interval, or the diamond of the pool over the interval of a further group."""
    if row.kind == "group":
        interval(ax, y, row.low, row.high, C["tmn"], 6, horizontal=True)
        ax.plot(row.value, y, "o", ms=7.4, mfc=C["paper"], mec=C["tmn"], mew=1.6, zorder=3)
        return
    if pd.notna(row.next_low):
        ax.plot([row.next_low, row.next_high], [y, y], color=C["quiet"], lw=1.4, ls=(0, (3, 2)), zorder=2)
    edges = [row.low, row.value, row.high, row.value]
    ax.fill(edges, [y, y - 7, y, y + 7], color=C["computed"], lw=0, zorder=3)


@styled
def two_scales(table: pd.DataFrame, width: int = WIDE):
    """Share and rate of the same groups side by side; on a phone one below the other.

    Parameters
    ----------
    table : DataFrame
        ``label``, ``sub``; ``share, share_low, share_high, share_text``; ``rate, rate_low, rate_high, rate_text``.
    width : int
        CSS pixels.

    Returns
    -------
    Figure
    """
    wide = width >= WIDE
    step = 44 if wide else 58
    tall = step * len(table)
    fig = canvas(width, tall + 74 if wide else 2 * tall + 160)
    first = panel(fig, 152 if wide else 4, 28, 680 - HALF if wide else 12, 46 if wide else tall + 132)
    second = panel(fig, HALF + 80 if wide else 4, 28 if wide else tall + 108, 12, 46)
    for ax, kind, words in ((first, "share", "% of patients"), (second, "rate", "per 1,000 person-years")):
        _scale(fig, ax, table, kind, words, wide, step, width)
    return fig


def _scale(fig, ax, table: pd.DataFrame, kind: str, words: str, wide: bool, step: float, width: int) -> None:
    """One of the two plots."""
    top = table[f"{kind}_high"].max() * 1.05
    ax.set(xlim=(0, top), ylim=(step * len(table), 0), yticks=[])
    ax.locator_params(axis="x", nbins=5)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    ax.set_title(words, loc="left", size=13, color=C["muted"], pad=10)
    px = across(fig, ax)
    for place, row in enumerate(table.itertuples()):
        y = step * place + (step / 2 if wide else 40)
        if wide and kind == "share":
            ax.text(0, y - 8, row.label, transform=px, va="center", size=13.5)
            ax.text(0, y + 9, row.sub, transform=px, va="center", size=12, color=C["muted"])
        elif not wide:
            ax.text(0, y - 22, f"{row.label}, {row.sub}", transform=px, va="center", size=12.8)
        value, low, high = (getattr(row, kind + end) for end in ("", "_low", "_high"))
        interval(ax, y, low, high, C["tmn"], 6, horizontal=True)
        ax.plot(value, y, "o", ms=7.4, mfc=C["paper"], mec=C["tmn"], mew=1.6, zorder=3)
        text = {"size": 12.5, "va": "center", "clip_on": False}
        if wide:
            ax.text(value, y - 13, getattr(row, f"{kind}_text"), ha="left" if value < top / 2 else "center", **text)
        else:
            ax.text(width, y - 22, getattr(row, f"{kind}_text"), ha="right", transform=px, **text)
