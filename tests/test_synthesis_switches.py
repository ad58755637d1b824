"""Other choices than ours: robustness, and the switches of the page."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from made_up_groups import SAME, made_up

from analysis.synthesis import panel, robustness, switches
from analysis.synthesis.answer import ESTIMATORS, answer
from analysis.synthesis.choice import Choice
from analysis.synthesis.groups import rows

# ---- robustness ------------------------------------------------------------------------------------------------------


def test_leaving_out_and_adding_up(tables):
    whole = answer(tables, Choice())
    out, years, more = robustness.without_each(tables), robustness.by_year(tables), robustness.one_more(tables)
    assert (out.k == whole.k - 1).all()
    assert (out.events + [rows(tables).events[f"{arm}|t-MN"] for arm in out.index] == whole.events).all()
    assert years.estimate.iloc[-1] == pytest.approx(whole.estimate, rel=SAME)
    assert years.year.is_monotonic_increasing
    assert (more.estimate > whole.estimate).all()
    assert robustness.regression(tables, "months")[1].endswith("fewer than 10: not fitted")


def test_a_regression_is_fitted_with_ten_groups(tables, monkeypatch):
    table = made_up([(n, 100) for n in range(1, 13)], months=np.arange(6.0, 42.0, 3), lines=np.nan)
    monkeypatch.setattr(robustness, "rows", lambda _: table)
    monkeypatch.setattr(robustness, "chosen", lambda table, _: table)
    row, why = robustness.regression(tables, "months")
    assert why == ""
    assert row.coef > 0
    assert robustness.regression(tables, "lines")[0] is None


# ---- switches --------------------------------------------------------------------------------------------------------


def test_switches_give_what_their_choice_gives(tables):
    found = switches.combinations(tables)
    sizes = [len(options) for _, options in switches.SWITCHES.values()]
    assert len(found.places[False]) == np.prod(sizes)
    every = list(found.all())
    assert len(every) == np.prod(sizes) * len(ESTIMATORS)
    default = answer(tables, Choice())  # all at their first option
    assert repr(every[0][2]) == repr(replace(default, i2_low=np.nan, i2_high=np.nan))  # that interval is not switched
    for told, estimator, shown in every[:: len(every) // 40]:
        asked = replace(switches.choice(told, rate=estimator == "rate"), overlap=told["overlap"])
        expected = answer(tables, asked, estimator)
        assert (shown.arms, shown.reason) == (expected.arms, expected.reason)
        assert shown.estimate == pytest.approx(expected.estimate, nan_ok=True)


def test_the_page_can_look_up_every_combination(tables):
    found = switches.payload(tables)
    sizes = [len(switch["options"]) for switch in found["switches"]]
    combined = switches.combinations(tables)
    for place, values in enumerate(itertools.product(*(range(size) for size in sizes))):
        number = 0
        for value, size in zip(values, sizes, strict=True):  # as the script does
            number = number * size + value
        assert number == place
    for kind, rate in (("share", False), ("rate", True)):
        for number in set(found[kind]):
            names = [found["rows"][place]["report"] for place in found["sets"][number]]
            assert [arm.split("/")[0] for arm in combined.sets[number]] == names
            assert all(kind in found["rows"][place] for place in found["sets"][number])
            estimators = ["rate"] if rate else [name for name in ESTIMATORS if name != "rate"]
            assert all(found["answers"][name][number] for name in estimators)
    html = panel.panel(tables).data
    assert found["answers"]["glmm"][found["share"][0]]["words"] in html  # the default stands there without script
    assert "<fieldset" in html
    assert "hidden" in html
    assert len(html) < 60_000
