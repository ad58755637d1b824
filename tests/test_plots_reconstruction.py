"""Drawings of the synthetic cohorts: in the palette, inside their frame, wide and narrow."""

import numpy as np
import pandas as pd
import pytest
from drawn_cohorts import drawn
from matplotlib import pyplot as plt
from matplotlib.text import Text

from analysis.plots import courses as lanes
from analysis.plots import ranges, reconstruction, svg
from analysis.plots.style import NARROW, WIDE
from analysis.reconstruction import courses, ensemble, unpublished
from analysis.reconstruction.store import LABEL

KEYS = {"CD28": "cd28", "4-1BB": "bb", "t-AML": "taml", "t-MDS": "tmds"}
WIDER = 1.2  # the font of the tests is wider than those of the page


@pytest.fixture(scope="module")
def members():
    return {name: drawn(seed, patients=300, cases=20) for seed, name in enumerate(("01", "02"))}


@pytest.fixture(scope="module")
def figures(members):
    """Name: function and table."""
    one = members["01"]
    band = ensemble.incidence_band(members).assign(key="tmn")
    point = {"group": "t-MN", "key": "tmn", "time_months": 24, "value": 4.5, "low": 2.8, "high": 6.9, "flag": None}
    wrong = point | {"time_months": 36, "value": 9.6, "flag": "interval excludes estimate"}
    products = ensemble.incidence_band(members, by="product")
    products = products.assign(key=products.group.str.removesuffix("-cel"), panel=products.group)
    survival = ensemble.survival_band(members, "after t-MN", at=np.arange(0, 25, 0.5))
    by_type = ensemble.survival_band(members, "after t-MN", by="tmn_type", at=np.arange(0, 25, 0.5))
    both = pd.concat(
        [survival.assign(key="tmn", panel="All"), by_type.assign(key=by_type.group.map(KEYS), panel="Type")]
    )
    median = pd.DataFrame([{"group": "after t-MN", "panel": "All", "value": 4.5, "low": 3.7, "high": 14.2}])
    open_ = unpublished.unpublished(members)
    vaf = courses.allele_frequencies(one)
    printed = pd.DataFrame([{"panel": "TP53", "before": 4.4, "at_tmn": 38.5, "data_kind": "published"}])
    return {
        "one": (reconstruction.bands, ensemble.with_published(band, pd.DataFrame([point, wrong]))),
        "four": (reconstruction.bands, products),
        "survival": (reconstruction.bands, ensemble.with_published(both, ensemble.medians_as_points(median))),
        "swimmer": (lanes.swimmer, courses.courses(one)),
        "frequencies": (lanes.frequencies, pd.concat([vaf, printed])),
        "ratios": (ranges.ranges, open_[open_.unit == unpublished.RATIO].head(3)),
    }


NAMES = ("one", "four", "survival", "swimmer", "frequencies", "ratios")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_drawn_in_the_palette_with_words_inside_the_frame(figures, name, width):
    draw, table = figures[name]
    figure = svg.stamped(draw(table, width), LABEL)
    figure.set_dpi(72)
    figure.draw_without_rendering()
    outside = []
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent()
            right = box.x0 + box.width / WIDER if text.get_ha() == "left" else box.x1
            if right > width + 9 or box.x1 - box.width / WIDER < -9:
                outside.append((text.get_text(), round(box.x0), round(box.x1)))
    assert outside == []
    text = svg.inline(figure, name, "label")
    assert LABEL.split()[0] in text
    assert "<pattern" in text  # hatched


def test_corners_draw_the_same_steps():
    rows = pd.DataFrame({"time_months": range(6), "low": [0, 0, 1, 1, 1, 1.0], "high": [0, 2, 2, 2, 3, 3.0]})
    kept = reconstruction._corners(rows, ["low", "high"])
    assert kept.time_months.tolist() == [0, 1, 2, 4, 5]


def test_no_figure_is_left_open(figures):
    open_ = len(plt.get_fignums())
    for draw, table in (figures[name] for name in ("one", "swimmer")):
        svg.inline(draw(table, NARROW), "test", "label")
    assert len(plt.get_fignums()) == open_
