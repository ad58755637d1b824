"""Everything of a member that is neither course nor covariate: printed numbers hold, rows are plausible.

The courses here are made up; only their types, labels and numbers of deaths are those that the stage is promised.
"""

import functools
import re

import numpy as np
import pandas as pd
import pytest

from analysis import cohort, data, recipes
from analysis.reconstruction import details
from analysis.reconstruction.details import dates, laboratory, myeloid, outcomes, risk, score
from analysis.reconstruction.details.printed import count, parts
from analysis.reconstruction.state import NONE, PRODUCTS, Skeleton

pytestmark = pytest.mark.xdist_group("details")  # so that the cohorts are made once
SEEDS = (1, 2)
PLACES = (
    "table1",
    "results/patients",
    "results/t-MN characteristics",
    "results/clonal evolution",
    "methods",
    "discussion",
)
OUTCOMES = ("G071", "G072", "G079", "G080", "G081")  # responses, deaths without relapse and their causes
OF_AGES = ("G047", "G101")
OF_COURSES = ("follow-up", "overall survival", "time to t-MN", "cumulative incidence", "hazard ratio", "p value")
NOT_A_ROUNDING = {  # printed percentages that their own counts do not give, one text beside its table, one cause
    *(("G054", "value"), ("G103", "value"), ("G111", "value"), ("G113", "value"), ("G119", "value")),
    *(("G168", "value"), ("G209", "value"), ("G252", "value"), ("G060", "value"), ("G282", "value")),
}


def made_up(seed):
    """Courses, ages and lines: 539 patients, 29 t-MN, 57 deaths without relapse."""
    rng = np.random.default_rng(seed)
    claims = tables_once().claims
    n = count(claims, "G001")
    product = rng.permutation(np.repeat(np.arange(5), [parts_of_products(claims)[name] for name in PRODUCTS]))
    order = rng.permutation(n)
    cases, relapsed, others = order[:29], order[29:270], order[270 : 270 + 38]
    last = np.clip(rng.weibull(1.1, n) * 900 + 20, 20, 2100).astype(int)
    relapse, tmn, kind, died, label = (
        np.full(n, NONE),
        np.full(n, NONE),
        np.zeros(n, int),
        np.zeros(n, int),
        np.full(n, NONE),
    )
    relapse[relapsed] = np.minimum(last[relapsed] - 1, 5 + rng.exponential(110, len(relapsed))).astype(int)
    died[relapsed] = rng.uniform(size=len(relapsed)) < 0.68
    died[others] = 1
    kind[cases] = rng.permutation(np.repeat([1, 2], [18, 11]))
    tmn[cases] = np.r_[31, 1732, rng.integers(60, 1400, 27)]
    last[cases] = tmn[cases] + rng.integers(80, 400, 29)
    mds, aml = cases[kind[cases] == 1], cases[kind[cases] == 2]
    died[[*aml[:8], *mds[:11]]] = 1
    label[[*mds[:9], *aml[:5]]] = 0
    label[[*mds[: 2 + seed], *aml[: 4 - seed]]] = 1
    at_tmn = np.r_[53, 80, [68] * 3, rng.integers(54, 68, 12), rng.integers(69, 80, 12)]
    ages = np.r_[17, 87, rng.integers(19, 63, 260), [63] * 9, rng.integers(64, 87, n - 271)]
    ages[cases] = at_tmn - (tmn[cases] / 365.25 + rng.uniform(size=29)).astype(int)
    ages[np.setdiff1d(np.arange(n), cases)[:2]] = 17, 87
    lines = rng.permutation(np.repeat([1, 2, 3, 4, 5, 7, 11], [60, 240, 135, 60, 25, 17, 2]))
    return Skeleton(product, relapse, tmn, kind, last, died, label), ages, lines


def covariates(claims, seed):
    """Values with the printed quartiles and counts, in any order."""
    rng = np.random.default_rng(seed)
    n = count(claims, "G001")
    blood = {"ldh": ("G122", 0, (90, 3000)), "mcv": ("G123", 0, (70, 120)), "alc": ("G127", 2, (0.02, 6))}
    values = {
        name: rng.permutation(laboratory.quartile_column(claims, claim, n, *rest, rng))
        for name, (claim, *rest) in blood.items()
    }
    for side, some, severe in (("crs", "G134", "G135"), ("icans", "G136", "G137")):
        sizes = [n - count(claims, some), count(claims, some) - count(claims, severe), count(claims, severe)]
        values[f"{side}_grade"] = rng.permutation(np.repeat([0, 1, 3], sizes))
    histogram = details.score_histogram(tables_once(), seed)
    return values | {"car_hematotox": rng.permutation(np.repeat(np.arange(8), histogram))}


def parts_of_products(claims):
    sizes = parts(claims, "G001/product")
    return sizes | {"other": sizes["other or investigational product"]}


@functools.cache
def tables_once():
    return data.load()


@functools.cache
def filled(seed):
    tables = tables_once()
    return details.fill(*made_up(seed), covariates(tables.claims, seed), tables, seed, f"{seed:02d}")


@functools.cache
def regenerated(seed):
    claims = tables_once().claims
    wanted = (claims.report == "gazeau-2025") & claims.location.isin(PLACES) & ~claims.statistic.isin(OF_COURSES)
    return recipes.recompute(filled(seed), claims[wanted | claims.index.isin(OUTCOMES)])


@pytest.fixture(params=SEEDS, scope="module")
def seed(request):
    return request.param


@pytest.fixture(scope="module")
def made(seed):
    return filled(seed)


def test_every_printed_number_holds(seed):
    table = regenerated(seed)
    quantity = tables_once().claims.quantity.reindex(table.id).astype(str).to_numpy()
    of_others = np.array([words.startswith(OF_COURSES) for words in quantity]) | table.id.isin(OF_AGES)
    mine = table[~of_others]
    assert len(mine) > 200
    outside = mine[~mine.inside.astype(bool)]
    assert set(zip(outside.id, outside.field, strict=True)) == NOT_A_ROUNDING


def test_the_median_allele_frequencies_hold_whoever_is_meant(made):
    claims = tables_once().claims.loc[["G258", "G259"]]
    for who in recipes.ALTERNATIVES["vaf_after_of"]:
        assert recipes.recompute(made, claims, recipes.Reading(vaf_after_of=who)).inside.all(), who


def test_score_by_hand():
    """Rejeski 2021, table 2: a value on a cut of platelets or ferritin is in the middle, others count only beyond."""
    rows = [  # platelets, neutrophils, haemoglobin, CRP, ferritin, points
        (176, 1.21, 9.1, 29.9, 649, 0),
        (175, 1.20, 9.0, 30.0, 650, 5),
        (75, 5.00, 12.0, 3.0, 2000, 2),
        (74, 0.10, 8.0, 120.0, 2001, 7),
    ]
    *values, points = zip(*rows, strict=True)
    assert score.car_hematotox(*values).tolist() == list(points)


def test_score_is_that_of_its_five_values(made):
    patients = made.patients
    values = {lab.name: patients[lab.name] for lab in score.SCORED}
    assert (score.car_hematotox(**values) == patients.car_hematotox).all()


def test_the_printed_score_and_its_values_can_hold_together():
    claims = tables_once().claims
    assert details.possible(claims)
    histogram = details.score_histogram(tables_once(), 5)
    scores = np.repeat(np.arange(8), histogram)
    assert np.quantile(scores, [0, 0.25, 0.5, 0.75, 1]).tolist() == [0, 2, 2, 3, 6]
    assert details.shortfall(claims, histogram) == 0
    assert not details.possible(changed("G130", value=6.0, low=6.0, high=6.0))


def test_shortfall_by_hand():
    """The quartiles of the platelets alone: at least 136 patients have 2 points from them, at least 270 one or two."""
    claims = tables_once().claims
    assert details.shortfall(claims, [539] + [0] * 7) == 270
    assert details.shortfall(claims, [269, 270] + [0] * 6) == 136


def test_rows_are_read_back_as_they_were_made(tmp_path):
    made = filled(1)
    files = tmp_path / "patients.csv", tmp_path / "tmn.csv"
    cohort.write(made, *files)
    back = cohort.read(*files)
    pd.testing.assert_frame_equal(back.patients, made.patients)
    pd.testing.assert_frame_equal(back.tmn, made.tmn)


def test_dates_give_the_ages_and_end_before_the_report(made):
    patients = made.patients
    infusion, birth = (pd.to_datetime(patients[f"{name}_date"]) for name in ("infusion", "birth"))
    assert (dates.completed_years(birth, infusion) == patients.age).all()
    first, last = dates.months(tables_once().claims)
    assert infusion.min().strftime("%Y-%m") == str(first)[:7]
    assert infusion.max().strftime("%Y-%m") == str(last)[:7]
    assert ((infusion >= first) & (infusion <= last)).all()
    assert (infusion + pd.to_timedelta(patients.last_day, "D")).max() <= pd.Timestamp("2024-12-31")
    cases = made.tmn.index
    at_tmn = infusion[cases] + pd.to_timedelta(patients.tmn_day[cases], "D")
    assert (dates.completed_years(birth[cases], at_tmn) == made.tmn.age_at_tmn).all()


def test_patients_are_plausible(made):
    patients = made.patients
    assert (patients.age[patients.histology == "PMBL"] < 60).all()
    assert (patients["product"][patients.histology == "mantle cell lymphoma"] == "brexu-cel").sum() >= 28
    assert (patients.cell_of_origin.notna() == (patients.histology == "DLBCL NOS")).all()
    assert (patients.prior_lines[patients.prior_autologous_hct] >= 2).all()
    assert (patients.age[patients.prior_autologous_hct | patients.prior_allogeneic_hct] <= 72).all()
    blood = patients[["ldh", "mcv", "haemoglobin", "anc", "platelets", "alc", "crp", "ferritin"]]
    assert (blood > 0).all(axis=None)


def test_responses_go_with_the_courses(made):
    patients = made.patients
    early = patients.relapse_day <= outcomes.ASSESSED
    assert ((patients.response_1_month == "PD") == early).all()
    days = patients.groupby("response_1_month").relapse_day.median()
    assert days["PD"] < days["SD"] < days["PR"] < days["CR"]


def test_causes_of_death_go_with_the_courses(made):
    patients = made.patients
    assert (patients.cause_of_death.notna() == patients.died).all()
    without = patients[patients.died & patients.relapse_day.isna()]
    assert "lymphoma" not in set(without.cause_of_death)
    assert (without.cause_of_death[without.tmn_day.notna()] == "t-MN").all()
    after = patients[patients.died & patients.relapse_day.notna()]
    assert (after.cause_of_death == "lymphoma").mean() > 0.8


def test_risks_go_with_karyotypes_and_blood(made):
    tmn = made.tmn
    mds, aml = tmn[tmn.ipss_r.notna()], tmn[tmn.eln_2022.notna()]
    blood = risk.blood_points(mds.haemoglobin_at_tmn, mds.platelets_at_tmn, mds.anc_at_tmn)
    for row, points in zip(mds.itertuples(), blood + risk.blast_points(mds.marrow_blasts), strict=True):
        groups = risk.cytogenetic_points(row.complex_karyotype, row.monosomal_karyotype, row.abnormal_karyotype)
        assert row.ipss_r in {risk.classify(points + group) for group in groups}
    adverse = aml.complex_karyotype | aml.monosomal_karyotype | aml.mutations_at_tmn.fillna("").str.contains("TP53")
    assert (aml.eln_2022[adverse] == "adverse").all()
    assert ((aml.eln_2022 == "favourable") == aml.inv16).all()
    assert (aml.marrow_blasts >= 20).all()
    assert (mds.marrow_blasts < 20).all()
    assert mds.immunophenotype.isna().all()


def test_mutations_stand_only_where_somebody_looked(made):
    tmn = made.tmn
    for side in ("before", "at_tmn"):
        assert (tmn[f"mutations_{side}"].notna() == tmn[f"sequenced_{side}"]).all()
    tp53 = tmn[tmn.mutations_at_tmn.fillna("").str.contains("TP53")]
    assert (tp53.complex_karyotype | tp53.monosomal_karyotype).mean() > 0.7
    found = re.findall(r":([\d.]+)", ";".join(tmn.mutations_before.dropna()))
    assert 1 <= min(map(float, found)) <= max(map(float, found)) < 50


def test_transplantations_fit_into_the_courses(made):
    course = made.patients.loc[made.tmn.index]
    assert (course.last_day - course.tmn_day)[made.tmn.hct_at_tmn].min() >= 75
    assert set(made.tmn.treatment[made.tmn.hct_at_tmn]) <= {
        "other",
        "intensive chemotherapy",
        "azacitidine and venetoclax",
    }


def test_the_same_seed_gives_the_same_rows_and_another_others():
    tables = tables_once()
    again = details.fill(*made_up(1), covariates(tables.claims, 1), tables, 1, "01")
    pd.testing.assert_frame_equal(again.patients, filled(1).patients)
    pd.testing.assert_frame_equal(again.tmn, filled(1).tmn)
    other = details.fill(*made_up(1), covariates(tables.claims, 1), tables, 2, "01")
    assert (other.patients.infusion_date != again.patients.infusion_date).mean() > 0.9
    assert (other.tmn.mutations_at_tmn != again.tmn.mutations_at_tmn).mean() > 0.5


def test_a_changed_claim_is_met_or_shown_to_be_impossible():
    tables, (skeleton, ages, lines) = tables_once(), made_up(1)
    values = covariates(tables.claims, 1)
    fewer = tables._replace(claims=changed("G193", numerator=11.0))
    tmn = details.fill(skeleton, ages, lines, values, fewer, 1, "01").tmn
    assert tmn.mutations_at_tmn[tmn.ipss_r.notna()].str.contains("TP53").sum() == 11
    more = tables._replace(claims=changed("G251", numerator=13.0))  # only 12 had a mutation before
    with pytest.raises(details.Impossible, match="no karyotypes and mutations meet all printed counts"):
        details.fill(skeleton, ages, lines, values, more, 1, "01")


def test_courses_that_break_a_promise_are_refused():
    tables, (skeleton, ages, lines) = tables_once(), made_up(1)
    claims, rng = tables.claims, np.random.default_rng(0)
    alive = Skeleton(**vars(skeleton) | {"died": np.zeros_like(skeleton.died)})
    with pytest.raises(ValueError, match=r"^0 deaths without relapse, 57 are printed$"):
        outcomes.causes_of_death(alive, claims, rng)
    unknown = Skeleton(**vars(skeleton) | {"tp53_before": np.full_like(skeleton.tp53_before, NONE)})
    with pytest.raises(ValueError, match=r"^t-MDS sequenced before: 0 patients; 9 are printed \(claim G210\)$"):
        myeloid.describe(unknown, np.full(29, 68), claims, rng)
    with pytest.raises(ValueError, match="no birthdays give 53 to 80, median 68"):
        details.fill(skeleton, ages - 3, lines, {}, tables, 1, "01")


def changed(claim, **cells):
    """The ledger with other numbers in one claim."""
    claims = tables_once().claims.copy()
    for column, value in cells.items():
        claims.loc[claim, column] = value
    return claims
