"""Recipes for medians, shares, mutations and onset: twelve patients worked by hand."""

import pytest
from scipy import stats
from twelve_patients import TWELVE, ask, share

from analysis.cohort import DAYS_PER_MONTH, Cohort
from analysis.recipes import Reading


@pytest.mark.parametrize(("kind", "days"), [(7, (425, 600, 715)), (6, (275, 600, 745)), (2, (350, 600, 730))])
def test_quantiles_by_type(kind, days):
    # Onsets on day 200, 500, 700, 760. Type 7: places 1.75 and 3.25; type 6: 1.25 and 3.75; type 2: between two.
    cells = {"unit": "months", "group": "t-MN", "interval": "IQR", "low": "1", "high": "2"}
    found = ask(TWELVE, "time to t-MN", "median", Reading(quantile_type=kind), **cells)
    assert [found[name] * DAYS_PER_MONTH for name in ("low", "value", "high")] == pytest.approx(days)


def test_medians_and_ranges():
    cells = {"interval": "range", "low": "1", "high": "2"}
    assert ask(TWELVE, "age", "median", unit="years", **cells) == {"value": 61, "low": 20, "high": 71}
    assert ask(TWELVE, "age", "range", value=None, unit="years", **cells) == {"low": 20, "high": 71}
    assert ask(TWELVE, "age", "median", unit="years", group="CD28")["value"] == 65
    assert ask(TWELVE, "MCV", "median", unit="fL")["value"] == 86.5
    assert ask(TWELVE, "age at t-MN", "median", unit="years", group="t-MN")["value"] == 65.5


@pytest.mark.parametrize(
    ("quantity", "group", "counts"),
    [
        ("male", None, (8, 12)),
        ("centre Lille", None, (12, 12)),
        ("axi-cel", None, (6, 12)),
        ("other or investigational product", None, (1, 12)),
        ("DLBCL ABC", None, (0, 12)),
        ("overall response", None, (10, 12)),
        ("complete response", None, (7, 12)),
        ("ICANS, any grade", None, (5, 12)),
        ("ICANS grade 3 or more", None, (2, 12)),
        ("ICANS grade 3 or more", "CD28", (2, 7)),
        ("prior autologous HCT", None, (3, 12)),
        ("t-MN", None, (4, 12)),
        ("t-AML", "t-MN", (1, 4)),
        ("non-relapse deaths", None, (4, 12)),
        ("non-relapse deaths from infection", None, (2, 4)),
        ("non-relapse deaths from t-MN", None, (2, 4)),
        ("alive", "t-MDS", (1, 3)),
        ("IPSS-R high or very high", "t-MDS", (2, 3)),
        ("ELN 2022 intermediate or adverse", "t-AML", (0, 1)),
        ("marrow blasts 60% or more", "t-AML", (1, 1)),
        ("myelomonocytic differentiation", "t-MN", (1, 1)),
        ("monosomal or complex karyotype", "t-MDS", (2, 3)),
        ("chromosome 7 anomaly", "t-MDS", (2, 3)),
        ("azacitidine-based", "t-MDS", (1, 3)),
        ("allogeneic HCT", "t-MDS", (1, 3)),
        # Patients 1, 5 and 6 were sequenced before; 1 kept TP53, 5 had nothing, 6 changed TP53 for ASXL1.
        ("sequencing before CAR T", "t-MN", (3, 4)),
        ("pre-existing mutation", "sequenced before CAR T", (2, 3)),
        ("pre-existing mutation", "t-MDS", (2, 2)),
        ("DNMT3A before CAR T", "mutation before CAR T", (1, 2)),
        ("TP53 at t-MN", "t-MDS", (2, 3)),
        ("at least one mutation retained", "sequenced before CAR T", (1, 3)),
        ("no mutation retained", "sequenced before CAR T", (2, 3)),
        ("no mutation retained: TP53-mutated t-MN", "sequenced before CAR T", (1, 2)),
        ("no mutation retained: favourable-risk AML", "sequenced before CAR T", (1, 2)),
        ("without pre-treatment mutation (TP53 t-MN)", "sequenced before CAR T", (1, 1)),
        ("different post-treatment mutations (TP53 t-MN)", "sequenced before CAR T", (0, 1)),
        ("TP53 retained", "TP53 before CAR T", (1, 2)),
        ("TP53 lost", "TP53 before CAR T", (1, 2)),
        ("t-AML without pre-existing mutation", "t-AML", (1, 1)),
    ],
)
def test_shares(quantity, group, counts):
    assert share(TWELVE, quantity, group) == counts


def test_shares_that_depend_on_the_reading():
    assert share(TWELVE, "complete response", reading=Reading(complete_response_of="responders")) == (7, 10)
    tmn = TWELVE.tmn.assign(
        sequenced_at_tmn=[True, True, True, False], mutations_at_tmn=["TP53:4", "none", "A1:3", None]
    )
    other = Cohort(TWELVE.patients, tmn)
    assert share(other, "TP53 at t-MN", "t-MN") == (1, 3)  # the invented claim prints a denominator of 2
    assert share(other, "TP53 at t-MN", "t-MN", Reading(genes_of="all")) == (1, 4)
    cells = {"group": "t-MN", "numerator": 1, "denominator": 4}
    assert ask(other, "TP53 at t-MN", "proportion", **cells)["denominator"] == 4
    assert ask(other, "TP53 at t-MN", "proportion", Reading(genes_of="sequenced"), **cells)["denominator"] == 3


def test_allele_frequencies():
    before, after = (f"TP53 variant allele frequency {when} CAR T" for when in ("before", "after"))
    assert ask(TWELVE, before, "median", unit="%")["value"] == 5
    found = {
        of: ask(TWELVE, after, "median", Reading(vaf_after_of=of), unit="%")["value"]
        for of in ("sequenced twice", "all", "retained")
    }
    assert found == {"sequenced twice": 35, "all": 40, "retained": 40}


def test_onset_by_tp53():
    # TP53 before: days 200 and 700; sequenced without: 500. Expected with TP53: 2/3 + 1/2 + 1; variance 2/9 + 1/4.
    quantity = "time to t-MN, TP53 before CAR T against none"
    p = ask(TWELVE, quantity, "p value")["value"]
    assert p == pytest.approx(stats.chi2.sf((1 / 6) ** 2 / (2 / 9 + 1 / 4), 1))
    # All others without: days 500 and 760. Expected 2/4 + 1/3 + 1/2, variance 1/4 + 2/9 + 1/4.
    p = ask(TWELVE, quantity, "p value", Reading(tp53_against="all"))["value"]
    assert p == pytest.approx(stats.chi2.sf((2 / 3) ** 2 / (1 / 2 + 2 / 9), 1))
    cells = {"unit": "months", "group": "no TP53 before CAR T"}
    assert ask(TWELVE, "time to t-MN", "median", **cells)["value"] == pytest.approx(500 / DAYS_PER_MONTH)
    found = ask(TWELVE, "time to t-MN", "median", Reading(tp53_against="all"), **cells)["value"]
    assert found == pytest.approx(630 / DAYS_PER_MONTH)
