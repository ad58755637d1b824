"""Twelve patients whose numbers are worked by hand, and what the recipes regenerate from them."""

import pandas as pd
import pytest

from analysis import data, recipes
from analysis.audit import invented
from analysis.cohort import Cohort

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
    """The cohort of rows like those above, with something plausible in every other column."""
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


TWELVE = cohort_of(PATIENTS, TMN)


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
    """Percent at some months after infusion; with its limits where the claim has any."""
    found = ask(cohort, quantity, "cumulative incidence", reading, time_months=float(at), group=group, **cells)
    return found["value"] if set(found) == {"value"} else found
