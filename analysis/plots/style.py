"""Figure style: one palette, one set of marks, SVG that follows light and dark mode.

Every figure is drawn twice, `WIDE` and `NARROW` CSS pixels across, never scaled down to a phone. Draw only with the
colours of `PALETTE`: `svg` turns each into ``var(--c-name, #hex)`` and refuses any other.
"""

import functools

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.transforms import Affine2D
from matplotlib.transforms import blended_transform_factory as blend

WIDE, NARROW = 680, 340
LINE = 19  # CSS pixels from one line of small words to the next

# name: (light, dark). The light value is what matplotlib draws and what a download keeps.
PALETTE = {
    "ink": ("#1b222c", "#e3e7ec"),
    "muted": ("#566070", "#a3adb9"),
    "quiet": ("#8a8f98", "#77818e"),
    "grid": ("#e4e2dc", "#2b333d"),
    "rest": ("#d3d5d8", "#3d4854"),
    "paper": ("#fefefe", "#12161c"),
    "tmn": ("#ad0f3f", "#ff7d98"),
    "nrm": ("#4b7089", "#a9c1d3"),
    "relapse": ("#9a5b00", "#f7bf62"),
    "taml": ("#560820", "#ff5f78"),
    "tmds": ("#bc4662", "#ffc4d1"),
    "cd28": ("#7b35bd", "#c792fb"),
    "bb": ("#127060", "#63ddb6"),
    "axi": ("#3a0e73", "#a97fe6"),
    "brexu": ("#9054b9", "#ebc4f0"),
    "tisa": ("#0f5247", "#45ae8d"),
    "liso": ("#0b7d60", "#a8f5d2"),
    "published": ("#14181f", "#f1f3f6"),
    "computed": ("#2560d0", "#8fb6f7"),
    "synthetic": ("#6f6b0a", "#dccb45"),
}
C = {k: v[0] for k, v in PALETTE.items()}
MARK = {"tmn": "o", "nrm": "s", "relapse": "^", "cd28": "o", "bb": "D", "univariate": "o", "matched": "s"}

RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "figure",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 13,
    "text.color": C["ink"],
    "axes.labelcolor": C["muted"],
    "axes.edgecolor": C["quiet"],
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": C["grid"],
    "grid.linewidth": 1,
    "axes.axisbelow": True,
    "xtick.color": C["quiet"],
    "ytick.color": C["quiet"],
    "xtick.labelcolor": C["muted"],
    "ytick.labelcolor": C["muted"],
    "xtick.labelsize": 12.5,
    "ytick.labelsize": 12.5,
    "xtick.major.size": 4,
    "ytick.major.size": 0,
    "xtick.major.pad": 5,
    "ytick.major.pad": 6,
    "lines.solid_capstyle": "round",
}


def styled(draw):
    """Draw under RC without touching the caller's settings."""

    @functools.wraps(draw)
    def wrapper(*args, **kwargs):
        with mpl.rc_context(RC):
            return draw(*args, **kwargs)

    return wrapper


def canvas(width: float, height: float):
    """A figure of ``width`` x ``height`` CSS pixels."""
    return plt.figure(figsize=(width / 72, height / 72))


def panel(fig, left, top, right, bottom):
    """Axes with margins in CSS pixels from each edge of the figure."""
    w, h = fig.get_size_inches() * 72
    return fig.add_axes([left / w, bottom / h, (w - left - right) / w, (h - top - bottom) / h])


def across(fig, ax):
    """Transform: x in CSS pixels from the figure's left edge, y in data units."""
    width = fig.get_figwidth() * 72
    return blend(Affine2D().scale(1 / width, 1) + fig.transFigure, ax.transData)  # follows the figure in downloads


def words_above(fig, lines):
    """Small words that explain the marks, from the top of the figure down, LINE for each line."""
    height = fig.get_figheight() * 72
    for place, line in enumerate(lines):
        fig.text(0, 1 - (4 + LINE * place) / height, line, size=12.5, color=C["muted"], va="top")


def interval(ax, x, low, high, colour, width=6.0, horizontal=False, soft=0.3):
    """A 95% interval: a soft bar without caps around a thin full-colour line (the line has the 3:1 contrast)."""
    xs, ys = ([low, high], [x, x]) if horizontal else ([x, x], [low, high])
    ax.plot(xs, ys, color=colour, lw=width, alpha=soft, zorder=2, solid_capstyle="butt")
    ax.plot(xs, ys, color=colour, lw=1.4, zorder=2.1, solid_capstyle="butt")
