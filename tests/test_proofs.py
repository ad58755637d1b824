"""Printed numbers that exclude each other: by hand, by law, on the paper, and on ledgers that were changed."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from analysis import data, paths
from analysis.audit.invented import ledger
from analysis.audit.ledger import Ledger
from analysis.audit.scales import LOG, LOG_LOG
from analysis.cohort import domain, first_event
from analysis.incidence import cumulative_incidence
from analysis.reconstruction import proofs, store
from analysis.reconstruction.proofs import conflict, counts, curves, late, onsets, rows, steps, twice, unproven, wald
from analysis.reconstruction.proofs.fields import Field, paper
from analysis.survival import kaplan_meier

TABLES = data.load()
FOUND = proofs.impossible(TABLES).set_index(["claim", "field"])
CD28 = {"quantity": "t-MN", "statistic": "cumulative incidence", "group": "CD28", "interval": "95% CI", "unit": "%"}


def changed(claim, **cells):
    """The ledger with other printed figures for one claim."""
    claims = TABLES.claims.copy()
    for column, printed in cells.items():
        stem = "" if column == "value" else f"{column}_"
        claims.loc[claim, [f"{column}_printed", column]] = printed, float(printed)
        claims.loc[claim, f"{stem}resolution"] = 10.0 ** -len(printed.partition(".")[2])
    return TABLES._replace(claims=claims)


# by hand


def test_a_share_that_is_cut_off():
    # 335/539 = 0.62152...: 62.2 rounded, 62.1 cut off; 335 of 539 is the only count near it
    row = FOUND.loc[("G103", "value")]
    assert (row.printed, row.fits, row.kind) == ("62.1", "62.2", "enumeration")
    assert "62.152%" in row.argument
    assert row.misprint == "cut off after the last printed digit"
    assert row.conflict == "G103.value G103.numerator G103.denominator"


def test_a_share_that_no_count_gives():
    # 143/539 = 26.53 and 144/539 = 26.72: nothing rounds to 26.6
    assert "No count of 539 rounds to 26.6" in FOUND.loc[("G054", "value")].argument
    uncounted = ledger({"id": "A", "quantity": "x", "statistic": "proportion", "value": "26.6", "denominator": 539})
    assert proofs.impossible(uncounted, "paper").fits.tolist() == ["26.5 or 26.7"]


def test_an_interval_holds_its_estimate_on_any_scale():
    # CD28 at 36 months: 9.6 stands for 9.55 to 9.65, above 7.95, the largest number that prints as 7.9
    row = FOUND.loc[("G098", "high")]
    assert row.conflict == "G098.value G098.high"
    assert "9.55–9.65" in row.argument
    assert "7.85–7.95" in row.argument
    assert row.misprint == "the upper limit of 24 months (G097) printed again"
    for scale in (LOG, LOG_LOG):
        assert not wald.together({"value": (0.0955, 0.0965), "high": (0.0785, 0.0795)}, scale, 1.96)


def test_the_centre_of_a_ratio_is_the_root_of_the_product_of_its_limits():
    # 0.755 × 4.345 = 3.2805 < 1.815² = 3.2942: with 0.75 to 4.34 a ratio of 1.82 cannot be in the middle
    assert Fraction("0.755") * Fraction("4.345") < Fraction("1.815") ** 2
    assert FOUND.loc[("G230", "value")].fits == "1.80 to 1.81"
    low, high = wald.allowed("value", {"low": (0.745, 0.755), "high": (4.335, 4.345)}, LOG, 1.96)
    assert low == pytest.approx(np.sqrt(0.745 * 4.335), abs=1e-6)
    assert high == pytest.approx(np.sqrt(0.755 * 4.345), abs=1e-6)


def test_the_lower_limit_in_closed_form():
    # -ln L = (ln F)² / -ln U grows with -ln F and falls with -ln U: corners of the windows are the extremes
    ends = [np.exp(-(np.log(f) ** 2) / -np.log(u)) for f, u in ((0.0515, 0.125), (0.0525, 0.115))]
    windows = {"value": (0.0515, 0.0525), "high": (0.115, 0.125)}
    assert wald.allowed("low", windows, LOG_LOG, 1.96) == pytest.approx(ends, rel=1e-6)
    row = FOUND.loc[("G095", "low")]
    assert (row.fits, row.misprint) == ("1.5 to 1.8", "the lower limit of 24 and 36 months (G093, G094) printed again")


def test_a_p_value_decides_which_figure_goes():
    # interval alone: ln(0.78 × 1.22)/2 = -0.0248, se = ln(1.22/0.78)/3.92 = 0.114, p = 0.83, printed 0.8;
    # with 1.14: p = 0.25
    row = FOUND.loc[("G220", "value")]
    assert row.fits == "0.97 to 0.98"
    assert "p value agrees with the interval" in row.argument
    windows = {"value": (1.135, 1.145), "high": (1.215, 1.225), "p": (0.75, 0.85)}
    assert not wald.together(windows, LOG, 1.96)
    assert wald.together({"low": (0.775, 0.785), "high": (1.215, 1.225), "p": (0.75, 0.85)}, LOG, 1.96)


def test_order_statistics_under_the_quartiles_of_r():
    # 18 times: the median 15.8 keeps the 10th, hence the 13th, at 15.75 months or later (day 480); the upper quartile
    # is a quarter of the 13th and three of the 14th, so the 14th is at most (21.95 × 30.4375 - 120) / 0.75 = 730.8
    months = {"value": ("15.75", "15.85"), "high": ("21.85", "21.95")}
    windows = {side: tuple(map(Fraction, ends)) for side, ends in months.items()}
    found = onsets.bounds(18, windows)
    assert found[9][0] == found[12][0] == 480
    assert (found[12][1], found[13][1]) == (668, 730)
    assert onsets.surely_by(found, Fraction(24)) == 14
    assert onsets.surely_by(onsets.bounds(18, {"high": windows["high"]}), Fraction(24)) == 13


def test_no_times_have_quartiles_that_fall():
    with pytest.raises(ValueError, match="no 5 onsets have these quartiles"):
        onsets.bounds(5, {"low": (Fraction(9), Fraction(10)), "high": (Fraction(7), Fraction(8))})


def test_a_single_late_event_of_few_adds_its_squared_step():
    # variance after one event of rise 0.03 is at least 0.03² = 9e-4, whatever was before
    anything = point(0.10, 0.0)._replace(most=np.ones(1))
    points = [point(0.05, 1e-4), anything, point(0.13, 8e-4)]
    assert steps.excess(points, 0.5)[5, 1] > 9 / 8
    assert steps.excess(points, 0.5)[5, 2] < 1


# laws


def point(incidence, variance):
    """A horizon with an exactly known incidence and variance."""
    return curves.Cells(*(np.array([number]) for number in (incidence, incidence, variance, variance)))


def invented(seed):
    """A cohort with ties, relapses and censoring."""
    rng = np.random.default_rng(seed)
    n, grid = int(rng.integers(40, 400)), rng.choice([1, 2, 30])
    time = np.ceil(rng.weibull(rng.choice([0.7, 1.2]), n) * rng.choice([20, 50]) * grid) / grid
    event = rng.choice(["tmn", "relapse", "censored"], n, p=rng.dirichlet([2, 3, 3]))
    return np.append(time, 70.0), np.append(event, "censored")


def still_free(time, event, until):
    """Share without any event."""
    share = 1.0
    for at in np.unique(time[(event != "censored") & (time <= until)]):
        share *= 1 - ((time == at) & (event != "censored")).sum() / (time >= at).sum()
    return share


@pytest.mark.parametrize("seed", range(40))
def test_no_cohort_breaks_the_bounds(seed):
    time, event = invented(seed)
    read = cumulative_incidence(time, event, cause="tmn", at=late.HORIZONS)
    points = [point(f, error**2) for f, error in zip(read.estimate, read.std_error, strict=True)]
    if not read.std_error.iloc[0]:
        return
    free = still_free(time, event, late.HORIZONS[1])
    early, last = (int(n) for n in read.n_event[1:])
    bound = steps.excess(points, free, most=max(early, 1))[early, min(last, 2)]
    assert bound <= 1 + 1e-9
    assert curves.can_follow(points[1], points[2], free)


def test_the_cells_of_a_row_hold_every_curve_that_prints_it():
    time, event = invented(3)
    read = cumulative_incidence(time, event, cause="tmn", at=[24.0]).iloc[0]
    printed = {
        side: f"{100 * read[name]:.1f}"
        for side, name in (("value", "estimate"), ("low", "conf_low"), ("high", "conf_high"))
    }
    row = Ledger(ledger({"id": "A", "time_months": 24.0, **CD28, **printed})).rows["A"]
    cells = curves.cells(row, ["value", "low", "high"])
    here = (cells.low <= read.estimate + 1e-12) & (read.estimate <= cells.high + 1e-12)
    assert (cells.least[here] <= read.std_error**2).any()
    assert (cells.most[here] >= read.std_error**2).any()


def test_every_field_of_a_smallest_conflict_is_needed():
    facts = late.Facts(paper(TABLES, proofs.REPORT))
    oracle = late.Oracle(facts, curves.EVENT_FREE)
    fields = {str(field): field for field in facts.fields}
    kept = tuple(fields[name] for name in FOUND.loc[("G087", "high")].conflict.split())
    assert not oracle(kept)
    assert all(oracle(tuple(f for f in kept if f != field)) for field in kept)


def test_no_conflict_hangs_on_the_rounding_of_computers(monkeypatch):
    found = {str(proof.field) for proof in rows.intervals(paper(TABLES, proofs.REPORT))}
    monkeypatch.setattr(wald, "GUARD", 1e-4)  # on the scale; doubles err by 1e-15 or so
    assert {str(proof.field) for proof in rows.intervals(paper(TABLES, proofs.REPORT))} == found


def test_repairs_hit_every_conflict():
    a, b, c = (Field(name, "value") for name in "abc")
    assert conflict.smallest_repairs([(a, b), (a, c)]) == [(a,)]
    assert conflict.smallest_repairs([]) == [()]
    assert conflict.minimal_conflict((a, b), lambda kept: True) == ()


def test_an_estimate_in_the_middle_of_its_interval_has_no_proof():
    error, middle = 0.3, np.log(1.7)
    ends = {s: f"{np.exp(middle + k * 1.96 * error):.2f}" for s, k in (("value", 0), ("low", -1), ("high", 1))}
    tables = ledger(
        {"id": "A", "quantity": "x", "statistic": "hazard ratio", "interval": "95% CI", "unit": "HR", **ends}
    )
    assert proofs.impossible(tables, "paper").empty


# the paper


def test_the_fields_that_no_cohort_can_have():
    values = "G054 G060 G103 G111 G113 G119 G151 G168 G209 G220 G230 G252 G282"
    expected = {(claim, "value") for claim in values.split()}
    expected |= {("G087", "high"), ("G095", "low"), ("G098", "low"), ("G098", "high")}
    assert set(FOUND.index) == expected
    assert FOUND.kind.value_counts().to_dict() == {
        "enumeration": 8,
        "interval argument": 5,
        "variance bound": 2,
        "duplicate contradiction": 2,
    }


def test_the_interval_of_24_months_printed_again():
    # CD28 at 36 months: limits that the neighbours' precision would give, 5.0 to 6.5 and 13.4 to 15.9
    assert FOUND.loc[("G098", "low")].fits == "5.0 to 6.5"
    assert FOUND.loc[("G098", "high")].fits == "13.4 to 15.9"
    assert "10% of the group" in FOUND.loc[("G098", "low")].assumes


def test_a_quartile_that_leaves_too_few_onsets():
    row = FOUND.loc[("G087", "high")]
    assert "8 t-AML and 14 t-MDS at or before 24 months" in row.argument
    assert "at most 6 of 29 remain" in row.argument
    assert "at least 7: 4 from 24 to 36 months" in row.argument
    assert row.fits == "22.0 months or later"
    assert row.misprint == "the upper quartile of t-AML (G086) printed again"
    assert {"G087.high", "G086.high", "G161.high", "G095.value", "G098.value"} <= set(row.conflict.split())
    assert late.onsets_left(paper(TABLES, proofs.REPORT)) == {4: 7, 5: 6, 6: 5, 7: 6, 8: 5, 9: 5}


def test_how_few_events_the_curves_need():
    facts = late.Facts(paper(TABLES, proofs.REPORT))
    fields = tuple(field for field in facts.fields if (field.claim, field.side) not in FOUND.index)
    needed = {x: sum(late.Oracle(facts, x).answer(fields)[1:]) for x in (0.08, 0.1, 0.2)}
    assert needed[0.08] >= 7
    assert needed[0.2] >= 8 > needed[0.1]


def test_the_same_statistic_twice():
    assert FOUND.loc[("G060", "value")].fits == "256"
    row = FOUND.loc[("G282", "value")]
    assert (row.fits, row.conflict) == ("39", "G080.numerator G080.denominator G282.value")
    assert "21 of 57" in row.argument


def test_words_are_courteous_and_numbers_computed():
    text = " ".join(FOUND.argument).lower()
    assert not any(word in text for word in ("wrong", "false", "fraud", "error in"))
    assert FOUND.argument.str.contains(r"\d").all()


# changed ledgers


def test_limits_that_fit_have_no_proof():
    found = proofs.settle(TABLES, changed("G098", low="5.7", high="14.5")).set_index(["claim", "field"]).state
    assert found[("G098", "low")] == found[("G098", "high")] == "gone"
    assert found[("G087", "high")] == "holds"


def test_an_incidence_outside_its_own_interval_gets_a_proof():
    found = proofs.settle(TABLES, changed("G083", value="7.3")).set_index(["claim", "field"])
    assert found.state[("G083", "value")] == "new"
    assert "above the upper limit" in found.argument[("G083", "value")]


def test_a_quartile_that_leaves_enough_onsets_has_no_proof():
    aside = {Field(*key) for key in FOUND.index if key[0] != "G087"}
    assert [str(proof.field) for proof in late.quartile(paper(TABLES, proofs.REPORT), aside)] == ["G087.high"]
    for claim, last in (("G087", "29.4"), ("G086", "24.9"), ("G161", "47.9")):
        assert not list(late.quartile(paper(changed(claim, high=last), proofs.REPORT), aside))


@pytest.mark.parametrize(
    ("claim", "cells", "argue"),
    [
        ("G103", {"value": "62.2"}, counts.percentages),
        ("G230", {"value": "1.81"}, rows.intervals),
        ("G095", {"low": "1.8"}, rows.intervals),
        ("G060", {"value": "256"}, lambda ledger: twice.contradictions(ledger, set())),
    ],
)
def test_a_figure_that_fits_has_no_proof(claim, cells, argue):
    found = [proof.field.claim for proof in argue(paper(changed(claim, **cells), proofs.REPORT))]
    assert found
    assert claim not in found


def test_what_was_not_reached_counts_only_while_its_claims_stand(tmp_path):
    claims = "G077 G078"
    mark = unproven.fingerprint(TABLES.claims, claims.split())
    row = {"claim": "G078", "field": "high", "printed": "18.0", "nearest": "18.07", "claims": claims}
    pd.DataFrame([row | {"fingerprint": mark, "tried": "one"}]).to_csv(tmp_path / unproven.STORED, index=False)
    assert unproven.not_reached(TABLES, tmp_path)[["claim", "field"]].values.tolist() == [["G078", "high"]]
    assert unproven.not_reached(changed("G077", value="13"), tmp_path).empty
    assert len(unproven.not_reached(changed("G083", value="4.6"), tmp_path)) == 1


@pytest.mark.skipif(not (paths.RECONSTRUCTION / store.INDEX).exists(), reason="no members are stored yet")
def test_the_assumption_holds_in_every_member():
    for made in store.load_all().values():
        course = first_event(made.patients, ("tmn", "relapse", "death"))
        for some in (course.index, course.index[domain(made.patients) == "CD28"]):
            free = kaplan_meier(course.time_months[some], course.event[some] != "censored", at=[curves.FREE_UNTIL])
            assert free.estimate.iloc[0] >= curves.EVENT_FREE


def test_at_most_two_fields_are_neither_reached_nor_excluded():
    assert len(proofs.not_reached(TABLES)) <= 2
