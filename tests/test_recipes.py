"""Recipes: twelve patients worked by hand, laws, R's values, windows of printed numbers, and what is refused."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import data, recipes
from analysis.audit import invented
from analysis.cohort import DAYS_PER_MONTH, Cohort
from analysis.hazards import cause_specific_cox, fine_gray
from analysis.problems import DataError
from analysis.recipes import Reading, models, printed, vocabulary
from analysis.recipes.view import View

REFERENCE = Path(__file__).parent / "reference" / "hazards"
WORDS = data.dictionary()
NO = float("nan")

PATIENTS = [  # product, relapse, t-MN, type, last day, died of (- alive), response, age, lines, ICANS, LDH
    ("axi-cel", NO, 200, "t-MDS", 300, "t-MN", "CR", 70, 4, 2, 400),
    ("axi-cel", 100, NO, None, 250, "lymphoma", "PD", 71, 5, 0, 300),
    ("tisa-cel", 150, NO, None, 900, None, "PR", 40, 1, 0, 200),
    ("axi-cel", NO, NO, None, 180, "infection", "CR", 66, 4, 1, 250),
    ("brexu-cel", NO, 500, "t-AML", 560, "t-MN", "CR", 65, 2, 3, 100),
    ("tisa-cel", NO, 700, "t-MDS", 1000, None, "CR", 60, 2, 0, 800),
    ("liso-cel", NO, NO, None, 400, None, "PR", 30, 2, 1, 200),
    ("tisa-cel", NO, NO, None, 600, None, "CR", 64, 3, 0, 300),
    ("axi-cel", NO, NO, None, 1200, None, "CR", 50, 1, 0, 200),
    ("axi-cel", 310, NO, None, 450, "lymphoma", "SD", 62, 3, 4, 500),
    ("other", NO, NO, None, 1300, None, "CR", 20, 1, 0, 200),
    ("axi-cel", NO, 760, "t-MDS", 800, "infection", "PR", 55, 1, 0, 100),
]
TMN = [  # patient, blasts, immunophenotype, complex, ELN, IPSS-R, treatment, HCT, mutations before, at t-MN
    (1, 8, None, True, None, "very high", "azacitidine-based", False, "TP53:4;DNMT3A:10", "TP53:40"),
    (5, 60, "myelomonocytic", False, "favourable", None, "intensive chemotherapy", True, "none", "TP53:30"),
    (6, 12, None, False, None, "low", "supportive care only", False, "TP53:6", "ASXL1:20"),
    (12, 5, None, True, None, "high", "other", True, None, "TP53:50"),
]


def filled(table, rows):
    """A table with all columns of the dictionary, indexed by patient."""
    frame = pd.DataFrame(rows, columns=list(WORDS[table]["columns"]))
    return frame.set_index("patient", drop=False)


def cohort_of(patients, cases):
    rows = []
    for number, (product, relapse, tmn, kind, last, cause, response, age, lines, icans, ldh) in enumerate(patients, 1):
        row = {"patient": f"synthetic-{number}", "data_kind": "synthetic", "sex": "male" if number % 3 else "female"}
        row |= {"age": age, "centre": "Lille", "histology": "DLBCL NOS", "cell_of_origin": "GC", "product": product}
        row |= {"prior_lines": lines, "prior_autologous_hct": number < 4, "prior_allogeneic_hct": False, "ldh": ldh}
        row |= {"mcv": 80 + number, "haemoglobin": 10, "anc": 2, "platelets": 100, "alc": number / 10, "crp": 6}
        row |= {"ferritin": 300, "car_hematotox": number % 4, "crs_grade": number % 5, "icans_grade": icans}
        row |= {"response_1_month": response, "relapse_day": relapse, "tmn_day": tmn, "tmn_type": kind}
        rows.append(row | {"last_day": last, "died": cause is not None, "cause_of_death": cause})
    tmn = []
    for number, blasts, phenotype, complicated, eln, ipss, treatment, hct, before, after in cases:
        row = {"patient": f"synthetic-{number}", "data_kind": "synthetic", "age_at_tmn": 60 + number}
        row |= {"haemoglobin_at_tmn": 9, "mcv_at_tmn": 96, "anc_at_tmn": 0.9, "platelets_at_tmn": 47}
        row |= {"marrow_blasts": blasts, "immunophenotype": phenotype, "abnormal_karyotype": True}
        row |= {"complex_karyotype": complicated, "monosomal_karyotype": False, "chromosome_5": False}
        row |= {"chromosome_7": complicated, "inv16": eln is not None, "kmt2_rearrangement": False, "eln_2022": eln}
        row |= {"ipss_r": ipss, "sequenced_before": before is not None, "sequenced_at_tmn": after is not None}
        row |= {"mutations_before": before, "mutations_at_tmn": after, "treatment": treatment, "hct_at_tmn": hct}
        tmn.append(row)
    return Cohort(filled("patients", rows), filled("tmn", tmn))


@pytest.fixture(scope="module")
def twelve():
    return cohort_of(PATIENTS, TMN)


@pytest.fixture(scope="module")
def many():
    """The twelve patients ten times, with other times and values, so that the models have something to fit."""
    random = np.random.default_rng(7)
    patients, cases = [], []
    for copy in range(10):
        stretch = random.uniform(0.7, 1.4)
        for product, relapse, tmn, kind, last, cause, response, *_ in PATIENTS:
            days = [np.round(day * stretch) for day in (relapse, tmn)]
            values = [int(random.integers(*ends)) for ends in ((20, 85), (1, 8), (0, 5), (100, 900))]
            patients.append((product, *days, kind, int(last * stretch) + 1, cause, response, *values))
        cases += [(number + 12 * copy, *rest) for number, *rest in TMN]
    return cohort_of(patients, cases)


@pytest.fixture(scope="module")
def claims(tables):
    return tables.claims[tables.claims.report == "gazeau-2025"]


def ask(cohort, quantity, statistic, reading=recipes.DEFAULT, **cells):
    """The regenerated numbers of one invented claim, by field."""
    row = {"id": "A", "quantity": quantity, "statistic": statistic, "value": "1", **cells}
    table = recipes.recompute(cohort, invented.rows(row), reading)
    return dict(zip(table.field, table.regenerated, strict=True))


def share(cohort, quantity, group=None, reading=recipes.DEFAULT):
    """Numerator and denominator of one share, and whether the percentage is theirs."""
    found = ask(cohort, quantity, "proportion", reading, group=group, numerator=1, denominator=2)
    assert found["value"] == pytest.approx(100 * found["numerator"] / found["denominator"])
    return found["numerator"], found["denominator"]


def incidence(cohort, at, group=None, quantity="t-MN", reading=recipes.DEFAULT, **cells):
    found = ask(cohort, quantity, "cumulative incidence", reading, time_months=float(at), group=group, **cells)
    return found["value"] if set(found) == {"value"} else found


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "at", "percent"),
    [
        # At risk: relapse on day 100 of 12, 150 of 11, death 180 of 10, so S = 9/12; t-MN on day 200 of 9: 1/12;
        # relapse 310 of 8, S = 7/12; t-MN 500 of 6: 7/72, S = 35/72; t-MN 700 and 760 of 4 and 3: 35/288 each.
        (None, 12, Fraction(1, 12)),
        (None, 24, Fraction(24 + 28 + 35, 288)),
        (None, 36, Fraction(24 + 28 + 35 + 35, 288)),
        # Of 7 with CD28: relapse, death, then t-MN of 5: 5/7 * 1/5; relapse; t-MN of 3: 3/7 * 1/3; t-MN of 2: 1/7.
        ("CD28", 12, Fraction(1, 7)),
        ("CD28", 24, Fraction(2, 7)),
        ("CD28", 36, Fraction(3, 7)),
        ("axi-cel", 24, Fraction(1, 6)),
        ("4-1BB", 22, Fraction(0)),
        # The last of 4 with 4-1BB has a t-MN on day 700: a curve says nothing after its last time.
        ("4-1BB", 24, NO),
    ],
)
def test_incidence_of_tmn(twelve, group, at, percent):
    assert incidence(twelve, at, group) == pytest.approx(float(100 * percent), nan_ok=True)


def test_incidence_of_other_outcomes(twelve):
    # Deaths without relapse on day 180 (of 10), 300 (of 9), 560 (of 6), 800 (of 4): the two with t-MN among them.
    found = [incidence(twelve, at, quantity="non-relapse mortality") for at in (12, 24, 36)]
    assert found == pytest.approx([100 * 2 / 12, 100 * 19 / 72, 100 * 111 / 288])
    assert incidence(twelve, 24, quantity="t-AML") == pytest.approx(100 * 7 / 72)
    assert incidence(twelve, 24, quantity="t-MDS") == pytest.approx(100 * (24 + 35) / 288)
    assert incidence(twelve, 12, quantity="relapse") == pytest.approx(100 * (2 / 12 + 1 / 12))


def test_limits_of_an_incidence_by_reading(twelve):
    # First t-MN, F = 1/12 from 12, after two relapses and a death of which the last t-MN would have lost its share:
    # the error is that of the curve; what is tested is the scale on which 1.96 of it is taken.
    cells = {"interval": "95% CI", "low": "1", "high": "1"}
    found = {
        scale: incidence(twelve, 12, reading=Reading(incidence_interval=scale), **cells)
        for scale in ("log-log", "log", "linear")
    }
    f = 1 / 12
    margin = f * np.log(100 * f / found["log"]["low"])
    assert found["log"]["high"] == pytest.approx(min(100 * f * np.exp(margin / f), 100))
    assert found["linear"] == {"value": pytest.approx(100 * f), "low": 0, "high": pytest.approx(100 * (f + margin))}
    assert found["log-log"]["low"] == pytest.approx(100 * f ** np.exp(-margin / (f * np.log(f))))
    assert found["log-log"]["high"] == pytest.approx(100 * f ** np.exp(margin / (f * np.log(f))))


def test_whose_incidence_it_is_is_a_matter_of_reading(twelve):
    # Responders: 2 and 10 are left out. Relapse 150 of 10, death of 9, t-MN of 8: 8/10 * 1/8.
    assert incidence(twelve, 12, reading=Reading(incidence_population="responders")) == pytest.approx(10)
    # Relapse does not compete: death 180 of 12, t-MN 200 of 11, deaths 250 of 10, 450 of 8 (400 censored), ...
    alone = Reading(relapse_competes=False)
    assert incidence(twelve, 12, reading=alone) == pytest.approx(100 / 12)
    # ... S = 11/12 * 10/11 * 9/10 = 9/12, then 7/8: 63/96; t-MN 500 of 7: 63/96/7; 600 censored; t-MN 700 of 5.
    assert incidence(twelve, 24, reading=alone) == pytest.approx(100 * (1 / 12 + 9 / 96 + 54 / 96 / 5))


def test_survival_and_follow_up(twelve):
    # Deaths: S = 11/12, 10/12, 9/12 (days 180, 250, 300), * 7/8 (450), * 6/7 (560) = 54/96, * 4/5 (800) < 1/2.
    overall = ask(twelve, "overall survival", "median", unit="months", interval="95% CI", low="1", high="2")
    assert overall["value"] == pytest.approx(800 / DAYS_PER_MONTH)
    assert 450 / DAYS_PER_MONTH <= overall["low"] < overall["value"]
    # Relapse or death: five of 12 by day 310, then 7/12 * 5/6 (day 560) < 1/2.
    found = ask(twelve, "progression-free survival", "median", unit="months")
    assert found["value"] == pytest.approx(560 / DAYS_PER_MONTH)
    # Censored on day 400 of 9, 600 of 6, 900 of 4, 1000 of 3: 8/9 * 5/6 * 3/4 * 2/3 = 10/27.
    assert ask(twelve, "follow-up", "median", unit="months")["value"] == pytest.approx(1000 / DAYS_PER_MONTH)
    assert ask(twelve, "follow-up", "median", unit="years")["value"] == pytest.approx(1000 / 365.25)


def test_survival_after_tmn(twelve):
    # Dead after 40, 60 and 100 days, one alive after 300: S = 3/4, 1/2, 1/4; it rests at 1/2 from day 60 to 100.
    after = "overall survival after t-MN"
    found = ask(twelve, after, "median", unit="months", group="t-MN")
    assert found["value"] == pytest.approx(80 / DAYS_PER_MONTH)
    assert ask(twelve, after, "median", unit="months", group="t-AML")["value"] == pytest.approx(60 / DAYS_PER_MONTH)
    cells = {"unit": "%", "group": "t-MN", "interval": "95% CI", "low": "1", "high": "99"}
    found = ask(twelve, after, "survival probability", time_months=2.0, **cells)
    error = 1.959963984540054 * np.sqrt(1 / (4 * 3) + 1 / (3 * 2))  # Greenwood, of log S
    assert found == {"value": pytest.approx(50), "low": pytest.approx(50 * np.exp(-error)), "high": 100}
    assert np.isnan(ask(twelve, after, "survival probability", time_months=12.0, **cells)["value"])


@pytest.mark.parametrize(("kind", "days"), [(7, (425, 600, 715)), (6, (275, 600, 745)), (2, (350, 600, 730))])
def test_quantiles_by_type(twelve, kind, days):
    # Onsets on day 200, 500, 700, 760. Type 7: places 1.75 and 3.25; type 6: 1.25 and 3.75; type 2: between two.
    cells = {"unit": "months", "group": "t-MN", "interval": "IQR", "low": "1", "high": "2"}
    found = ask(twelve, "time to t-MN", "median", Reading(quantile_type=kind), **cells)
    assert [found[name] * DAYS_PER_MONTH for name in ("low", "value", "high")] == pytest.approx(days)


def test_medians_and_ranges(twelve):
    cells = {"interval": "range", "low": "1", "high": "2"}
    assert ask(twelve, "age", "median", unit="years", **cells) == {"value": 61, "low": 20, "high": 71}
    assert ask(twelve, "age", "range", value=None, unit="years", **cells) == {"low": 20, "high": 71}
    assert ask(twelve, "age", "median", unit="years", group="CD28")["value"] == 65
    assert ask(twelve, "MCV", "median", unit="fL")["value"] == 86.5
    assert ask(twelve, "age at t-MN", "median", unit="years", group="t-MN")["value"] == 65.5


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
def test_shares(twelve, quantity, group, counts):
    assert share(twelve, quantity, group) == counts


def test_shares_that_depend_on_the_reading(twelve):
    assert share(twelve, "complete response", reading=Reading(complete_response_of="responders")) == (7, 10)
    tmn = twelve.tmn.assign(
        sequenced_at_tmn=[True, True, True, False], mutations_at_tmn=["TP53:4", "none", "A1:3", None]
    )
    other = Cohort(twelve.patients, tmn)
    assert share(other, "TP53 at t-MN", "t-MN") == (1, 3)  # the invented claim prints a denominator of 2
    assert share(other, "TP53 at t-MN", "t-MN", Reading(genes_of="all")) == (1, 4)
    cells = {"group": "t-MN", "numerator": 1, "denominator": 4}
    assert ask(other, "TP53 at t-MN", "proportion", **cells)["denominator"] == 4
    assert ask(other, "TP53 at t-MN", "proportion", Reading(genes_of="sequenced"), **cells)["denominator"] == 3


def test_allele_frequencies(twelve):
    before, after = (f"TP53 variant allele frequency {when} CAR T" for when in ("before", "after"))
    assert ask(twelve, before, "median", unit="%")["value"] == 5
    found = {
        of: ask(twelve, after, "median", Reading(vaf_after_of=of), unit="%")["value"]
        for of in ("sequenced twice", "all", "retained")
    }
    assert found == {"sequenced twice": 35, "all": 40, "retained": 40}


def test_onset_by_tp53(twelve):
    # TP53 before: days 200 and 700; sequenced without: 500. Expected with TP53: 2/3 + 1/2 + 1; variance 2/9 + 1/4.
    quantity = "time to t-MN, TP53 before CAR T against none"
    p = ask(twelve, quantity, "p value")["value"]
    assert p == pytest.approx(stats.chi2.sf((1 / 6) ** 2 / (2 / 9 + 1 / 4), 1))
    # All others without: days 500 and 760. Expected 2/4 + 1/3 + 1/2, variance 1/4 + 2/9 + 1/4.
    p = ask(twelve, quantity, "p value", Reading(tp53_against="all"))["value"]
    assert p == pytest.approx(stats.chi2.sf((2 / 3) ** 2 / (1 / 2 + 2 / 9), 1))
    cells = {"unit": "months", "group": "no TP53 before CAR T"}
    assert ask(twelve, "time to t-MN", "median", **cells)["value"] == pytest.approx(500 / DAYS_PER_MONTH)
    found = ask(twelve, "time to t-MN", "median", Reading(tp53_against="all"), **cells)["value"]
    assert found == pytest.approx(630 / DAYS_PER_MONTH)


def test_matched_rows_are_the_nearest_of_the_same_class():
    # Age and lines: two cases, each with two controls of the same age and class (4 or more), and others further off.
    ages = [60, 60, 60, 60, 50, 50, 50, 50, 70, 40, 30, 75, 20, 80]
    lines = [4, 3, 7, 4, 1, 4, 3, 2, 1, 5, 1, 4, 2, 1]
    patients = [
        (
            "axi-cel",
            NO,
            300 if row in (0, 4) else NO,
            "t-MDS" if row in (0, 4) else None,
            400,
            None,
            "CR",
            age,
            n,
            row % 3,
            200,
        )
        for row, (age, n) in enumerate(zip(ages, lines, strict=True))
    ]
    cohort = cohort_of(patients, [(1, *TMN[0][1:]), (5, *TMN[0][1:])])
    assert np.flatnonzero(models.matched_rows(View(cohort, recipes.DEFAULT))).tolist() == [0, 2, 3, 4, 6, 7]


# --- printed numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "ends"),
    [("13", (12.5, 13.5)), ("13.0", (12.95, 13.05)), ("62.1", (62.05, 62.15)), ("0.63", (0.625, 0.635)),
     ("<0.01", (0, 0.01)), ("0.72", (0.715, 0.725)), ("0", (-0.5, 0.5))],
)  # fmt: skip
def test_windows(value, ends):
    found = recipes.windows(invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": value}))
    assert found.to_numpy().tolist() == [["A", "value", *ends]]


def test_windows_of_limits_and_counts():
    claim = {"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539}
    other = {"id": "B", "quantity": "age", "statistic": "range", "interval": "range", "low": "17", "high": "87.0"}
    found = recipes.windows(invented.rows(claim, other))
    assert found.to_numpy().tolist() == [
        ["A", "value", 62.05, 62.15],
        ["A", "numerator", 334.5, 335.5],
        ["A", "denominator", 538.5, 539.5],
        ["B", "low", 16.5, 17.5],
        ["B", "high", 86.95, 87.05],
    ]


def test_a_count_is_one_number_not_two():
    claim = {"id": "A", "quantity": "t-MN", "statistic": "count", "value": "29", "numerator": 29, "denominator": 539}
    assert recipes.windows(invented.rows(claim)).field.tolist() == ["value", "denominator"]


def test_the_upper_end_is_left_out_and_rounding_dust_decides_nothing():
    assert printed.inside([12.5, 13.5, 13.49999], 12.5, 13.5).tolist() == [True, False, True]
    assert printed.inside((0.6 + 0.7) / 2, 0.65, 0.75)  # 0.6499999999999999
    assert not printed.inside(0.1 + 0.2 - 1e-17, 0.2, 0.3)
    assert printed.inside([0.009999, 0.01], 0.0, 0.01).tolist() == [True, False]


def test_signs_and_digits_that_no_window_expresses_are_refused():
    claims = invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": ">3"})
    with pytest.raises(DataError, match=r"column comparator: found '>'; allowed: <, >= or nothing"):
        recipes.windows(claims)
    claims = invented.rows({"id": "A", "quantity": "age", "statistic": "median", "value": "3"})
    with pytest.raises(DataError, match=r"column resolution: found nothing; allowed: the last printed digit of value"):
        recipes.windows(claims.assign(resolution=NO))


def test_shares_of_the_paper_that_rounding_does_not_give(claims):
    # Table 1 prints 62.1 for 335/539 (62.152), 26.6 for 144/539 (26.716) and 34.0 for 183/539 (33.952)
    windows = recipes.windows(claims).set_index(["id", "field"])
    found = {
        claim: bool(printed.inside(100 * count / 539, *windows.loc[(claim, "value")]))
        for claim, count in (("G103", 335), ("G119", 144), ("G105", 183))
    }
    assert found == {"G103": False, "G119": False, "G105": True}


# --- the ledger ------------------------------------------------------------------------------------------------------


def test_every_number_about_the_cohort_is_bound_or_says_why_not(claims):
    numbers = claims[(claims.role == "cohort") & (claims.kind == "number")]
    assert recipes.unbound(numbers).empty
    rest = recipes.unbound(claims)
    assert set(rest.reason.str.partition(":")[0]) == {"statement", "design", "external", "bibliographic"}
    assert len(rest) + len(numbers) == len(claims)


def test_no_printed_number_is_lost(claims):
    # 456 numbers were recomputed when the reconstruction was first tried; three counts have been read since
    fields = recipes.windows(claims)
    counted = fields[fields.field != "denominator"]
    assert len(counted) == 459
    assert len(counted[~counted.id.isin(["G308", "G309", "G310"])]) == 456
    assert counted.field.value_counts().to_dict() == {"value": 241, "low": 75, "high": 75, "numerator": 68}


def test_words_and_definitions_are_those_of_the_dictionary_and_the_methods(claims):
    columns = WORDS["patients"]["columns"]
    assert set(vocabulary.HISTOLOGIES) == set(columns["histology"]["allowed"])
    treatments = set(WORDS["tmn"]["columns"]["treatment"]["allowed"])
    assert {*vocabulary.TREATMENTS, *vocabulary.AZACITIDINE, "other"} == treatments
    assert claims.value[["G037", "G038"]].tolist() == [models.MANY_LINES, models.CONTROLS]
    assert set(recipes.ALTERNATIVES) == set(Reading.__dataclass_fields__)
    assert Reading(**{name: choices[0] for name, choices in recipes.ALTERNATIVES.items()}) == recipes.DEFAULT


def test_changed_and_added_claims_are_bound_without_a_change_here(claims, twelve):
    changed = claims.loc[["G083"]].assign(value=30.2, value_printed="30.2")
    table = recipes.recompute(twelve, changed)
    assert table.inside[0]  # 87/288
    new = claims.loc[["G091"]].assign(id="G999", time_months=36.0)
    assert "36 months" in recipes.recompute(twelve, new).recipe[0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"quantity": "happiness"}, "no recipe for 'happiness': no word for patients"),
        ({"quantity": "t-MN", "group": "Tuesday"}, "no recipe for the group 'Tuesday': no word for patients"),
        ({"quantity": "overall response", "time_months": 3.0}, "no recipe for 'overall response' at 3 months"),
        ({"quantity": "MCV", "statistic": "mean"}, "no recipe for a mean"),
        ({"quantity": "sex", "statistic": "median"}, "no recipe for the median of 'sex'"),
        ({"quantity": "follow-up", "statistic": "median", "unit": "weeks"}, "no recipe for a months in 'weeks'"),
        ({"quantity": "t-MN", "statistic": "cumulative incidence"}, "without a time"),
        ({"quantity": "age", "statistic": "median", "interval": "90% CI"}, "no recipe for a 90% CI around"),
        ({"quantity": "age", "statistic": "hazard ratio", "group": "other"}, "no recipe for the group 'other'"),
        ({"quantity": "a vs b", "statistic": "p value", "group": "matched"}, "'a vs b': no covariate"),
        (
            {"quantity": "age", "statistic": "hazard ratio", "group": "matched", "model": "other"},
            "no recipe for the model 'other'; there are subdistribution, cause_specific",
        ),
    ],
)
def test_what_has_no_recipe_says_why(cells, reason):
    found = recipes.unbound(invented.rows({"id": "A", "value": "1", **cells}))
    assert reason in found.reason[0]


# --- laws ------------------------------------------------------------------------------------------------------------


def test_a_repeated_claim_regenerates_the_same_number(many, claims):
    table = recipes.recompute(many, claims)
    numbers = table.set_index(["id", "field"]).regenerated
    repeated = claims[claims.duplicate_of.notna() & (claims.role == "cohort") & (claims.unit != "years")]
    checked = 0
    for claim in repeated.itertuples():
        for field in printed.FIELDS:
            if (claim.id, field) in numbers.index and (claim.duplicate_of, field) in numbers.index:
                np.testing.assert_equal(numbers[claim.id, field], numbers[claim.duplicate_of, field], claim.id)
                checked += 1
    assert checked > 90
    assert table.regenerated.notna().mean() > 0.97


def test_the_order_of_the_rows_changes_nothing_but_the_matching(many, claims):
    order = np.random.default_rng(3).permutation(len(many.patients))
    shuffled = Cohort(many.patients.iloc[order], many.tmn.iloc[::-1])
    asked = claims[claims.group.ne("matched")]
    one, other = (recipes.recompute(cohort, asked).regenerated for cohort in (many, shuffled))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_readings_move_what_they_are_about_and_nothing_else(many, claims):
    claims = claims[claims.duplicate_of.isna() & claims.location.isin(["results/outcome", "results/univariate"])]
    base = recipes.recompute(many, claims)

    def moved(**choice):
        other = recipes.recompute(many, claims, Reading(**choice))
        differs = ~np.isclose(base.regenerated, other.regenerated, equal_nan=True)
        return set(claims.loc[base.id[differs], "statistic"])

    assert moved(hazard_model="cause_specific") == {"hazard ratio", "p value"}
    assert moved(incidence_population="responders") == {"cumulative incidence"}
    assert moved(quantile_type=6) == {"median"}
    assert moved(survival_interval="log-log") <= {"median", "survival probability"}


def test_a_hazard_ratio_is_that_of_the_model_with_its_wald_test(many):
    rows = many.patients["product"].ne("other").to_numpy()
    x = many.patients["product"].isin(["axi-cel", "brexu-cel"])[rows].astype(float).to_numpy()
    day = many.patients[["relapse_day", "tmn_day", "last_day"]].min(axis=1)
    event = np.select(
        [day == many.patients.tmn_day, day == many.patients.relapse_day, many.patients.died],
        ["tmn", "relapse", "death"],
        "censored",
    )
    cells = {"group": "univariate", "interval": "95% CI", "low": "1", "high": "2"}
    for name, fit in (("subdistribution", fine_gray), ("cause_specific", cause_specific_cox)):
        model = fit(day[rows] / DAYS_PER_MONTH, event[rows], x, cause="tmn").table.iloc[0]
        found = ask(many, "CD28 vs 4-1BB", "hazard ratio", model=name, **cells)
        assert list(found.values()) == pytest.approx([model.hazard_ratio, model.conf_low, model.conf_high])
        p = ask(many, "CD28 vs 4-1BB", "p value", Reading(hazard_model=name), group="univariate")
        assert p["value"] == pytest.approx(model.p_value)


def test_ldh_enters_by_doublings(many):
    doubled = Cohort(many.patients.assign(ldh=2 ** (many.patients.ldh / 100)), many.tmn)
    linear = ask(many, "LDH", "hazard ratio", Reading(ldh_scale="linear"), group="univariate")["value"]
    assert ask(doubled, "LDH", "hazard ratio", group="univariate")["value"] == pytest.approx(linear**100)


def test_score_by_location(twelve, claims):
    table = recipes.recompute(twelve, claims.loc[["G083", "G085", "G103"]])
    found = recipes.score(table)
    assert found.index.tolist() == ["results/outcome", "table1", "all"]
    assert found.fields.tolist() == [6, 2, 8]
    assert found.outside["table1"] == "G103 value; G103 numerator"
    assert recipes.score(table, printed.FIELDS).fields["all"] == 9


# --- R's values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["age", "MCV"])
@pytest.mark.parametrize(("model", "r"), [("subdistribution", "fine_gray"), ("cause_specific", "efron")])
def test_hazard_ratios_equal_r(quantity, model, r):
    rows = pd.read_csv(REFERENCE / "cart539.csv")
    answers = pd.read_csv(REFERENCE / "r_coefficients.csv")
    (answer,) = answers[
        (answers.set == "cart539") & (answers.cause == "tmn") & (answers.covariates == quantity.lower())
        & (answers.model == r)
    ].itertuples()  # fmt: skip
    ids = [f"synthetic-{number}" for number in range(len(rows))]
    day, event = rows.time * DAYS_PER_MONTH, rows.event
    patients = pd.DataFrame(
        {"patient": ids, "age": rows.age, "mcv": rows.mcv, "last_day": day, "died": event == "other"}
    )
    patients = patients.assign(relapse_day=NO, tmn_day=day.where(event == "tmn"))
    cohort = Cohort(patients, patients[["patient"]][event == "tmn"])
    found = ask(cohort, quantity, "hazard ratio", group="univariate", model=model)["value"]
    assert abs(np.log(found) - answer.coef) < 1e-8 * answer.std_error


# --- what is refused -------------------------------------------------------------------------------------------------


def test_missing_columns_and_cells_are_told_with_their_place(twelve):
    no_ldh = Cohort(twelve.patients.drop(columns="ldh"), twelve.tmn)
    with pytest.raises(DataError, match="patients, row 1, column ldh: found missing column; allowed: every column"):
        ask(no_ldh, "LDH", "median", unit="U/L")
    assert ask(no_ldh, "age", "median", unit="years")["value"] == 61  # asked for nothing that is not there
    gap = Cohort(twelve.patients.assign(sex=["male", None, *["female"] * 10]), twelve.tmn)
    with pytest.raises(DataError, match=r"patients, row 3, column sex: found nothing; allowed: female \| male"):
        share(gap, "male")
    gap = Cohort(twelve.patients, twelve.tmn.assign(complex_karyotype=["yes", "no", None, "yes"]))
    with pytest.raises(DataError, match=r"tmn, row 4, column complex_karyotype: found nothing; allowed: yes \| no"):
        share(gap, "complex karyotype", "t-MDS")
    assert share(gap, "complex karyotype", "t-AML") == (0, 1)
    gap = Cohort(twelve.patients, twelve.tmn.assign(mutations_before=None))
    with pytest.raises(DataError, match="tmn, row 2, column mutations_before: found nothing"):
        share(gap, "pre-existing mutation")
    text = Cohort(twelve.patients.assign(mcv="high"), twelve.tmn)
    with pytest.raises(DataError, match=r"column mcv: found object; allowed: number such as 94"):
        ask(text, "MCV", "median", unit="fL")


def test_patients_who_stand_twice_or_nowhere_are_refused(twelve):
    twice = Cohort(pd.concat([twelve.patients, twelve.patients.iloc[:1]]), twelve.tmn)
    with pytest.raises(
        DataError, match="patients, row 14, column patient: found 'synthetic-1'; allowed: a name that no"
    ):
        share(twice, "male")
    alone = Cohort(twelve.patients.iloc[:5], twelve.tmn)
    with pytest.raises(DataError, match="tmn, row 4, column patient: found 'synthetic-6'"):
        share(alone, "male")


def test_claims_of_several_reports_and_unknown_readings_are_refused(twelve, tables):
    with pytest.raises(ValueError, match=r"claims of \d+ reports: .*; allowed: those of one report"):
        recipes.recompute(twelve, tables.claims)
    with pytest.raises(ValueError, match="reading quantile_type: found 5; allowed: 7, 2, 6"):
        Reading(quantile_type=5)


def test_a_model_without_a_fit_says_so_and_counts_as_outside(twelve):
    nobody = Cohort(twelve.patients.assign(tmn_day=NO, tmn_type=None), twelve.tmn.iloc[:0])
    row = {"id": "A", "quantity": "age", "statistic": "hazard ratio", "value": "1.04", "group": "univariate"}
    table = recipes.recompute(nobody, invented.rows(row))
    assert np.isnan(table.regenerated[0])
    assert not table.inside[0]
    assert "not computable: " in table.recipe[0]
    assert np.isnan(ask(nobody, "time to t-MN", "median", unit="months")["value"])
    assert np.isnan(incidence(nobody, 24, "t-AML"))
