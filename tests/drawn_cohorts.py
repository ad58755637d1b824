"""Cohorts drawn at random for tests: they meet no printed number and are never stored."""

import numpy as np
import pandas as pd

from analysis import data
from analysis.cohort import Cohort

WORDS = data.dictionary()
PRODUCTS = ["axi-cel", "brexu-cel", "tisa-cel", "liso-cel", "other"]
GENES = ["TP53", "DNMT3A", "PPM1D", "TET2", "ASXL1"]


def drawn(seed: int, patients: int = 150, cases: int = 14) -> Cohort:
    """One cohort with all columns of the dictionary."""
    draw = np.random.default_rng(seed)
    n = patients
    relapse = np.where(draw.random(n) < 0.5, np.nan, np.ceil(draw.exponential(250, n)))
    last = np.ceil(draw.uniform(1000, 2300, n))
    died = draw.random(n) < 0.3
    last[died] = np.ceil(draw.uniform(300, 1000, died.sum()))
    relapse[relapse >= last] = np.nan
    tmn = np.full(n, np.nan)
    chosen = draw.choice(n, cases, replace=False)
    tmn[chosen] = np.ceil(draw.uniform(20, 0.95 * last[chosen]))
    relapse[chosen[: cases // 2]] = np.nan
    sick, relapsed = ~np.isnan(tmn), ~np.isnan(relapse)
    cause = np.where(sick, "t-MN", np.where(relapsed, "lymphoma", draw.choice(["infection", "other"], n)))
    columns = {
        "sex": draw.choice(["male", "female"], n),
        "age": draw.integers(20, 85, n),
        "centre": draw.choice(["Lille", "Caen"], n),
        "product": draw.choice(PRODUCTS, n, p=[0.5, 0.1, 0.25, 0.1, 0.05]),
        "prior_lines": draw.integers(1, 6, n),
        "prior_autologous_hct": draw.random(n) < 0.3,
        "prior_allogeneic_hct": False,
        "mcv": np.round(draw.normal(94, 6, n)),
        "car_hematotox": draw.integers(0, 8, n),
        "crs_grade": draw.integers(0, 5, n),
        "icans_grade": draw.integers(0, 5, n),
        "response_1_month": draw.choice(["CR", "PR", "SD", "PD"], n),
        "relapse_day": relapse,
        "tmn_day": tmn,
        "tmn_type": np.where(sick, draw.choice(["t-AML", "t-MDS"], n), None),
        "last_day": last.astype(int),
        "died": died,
        "cause_of_death": np.where(died, cause, None),
    }
    amounts = ("ldh", "haemoglobin", "anc", "platelets", "alc", "crp", "ferritin")
    columns |= {name: np.round(draw.gamma(4, 3, n) + 1, 1) for name in amounts}
    rows = _filled("patients", columns, [f"synthetic-{seed}-{i + 1}" for i in range(n)])
    return Cohort(rows, _cases(draw, rows[sick]))


def _cases(draw, sick: pd.DataFrame) -> pd.DataFrame:
    """Their rows in the table of t-MN."""
    n = len(sick)
    before, after = draw.random(n) < 0.6, draw.random(n) < 0.9
    columns = {
        "sequenced_before": before,
        "sequenced_at_tmn": after,
        "mutations_before": [_mutations(draw) if seen else None for seen in before],
        "mutations_at_tmn": [_mutations(draw) if seen else None for seen in after],
        "hct_at_tmn": draw.random(n) < 0.3,
    }
    return _filled("tmn", columns, sick.index)


def _mutations(draw) -> str:
    """One cell of mutations."""
    found = [gene for gene in GENES if draw.random() < 0.4]
    return ";".join(f"{gene}:{draw.integers(1, 90)}" for gene in found) or "none"


def _filled(table: str, columns: dict, names) -> pd.DataFrame:
    """All columns of the dictionary, indexed by patient."""
    frame = pd.DataFrame(columns, index=pd.Index(names, name="patient"))
    frame = frame.assign(patient=frame.index, data_kind="synthetic")
    return frame.reindex(columns=list(WORDS[table]["columns"]))


def complete(cohort: Cohort, seed: int) -> Cohort:
    """The cohort with something allowed in every column that is empty, so that every recipe finds what it asks for."""
    draw = np.random.default_rng(seed)
    tables = []
    for name, frame in zip(("patients", "tmn"), cohort, strict=True):
        empty = [column for column in frame if frame[column].isna().all()]
        words = WORDS[name]["columns"]
        tables.append(frame.assign(**{column: _any(draw, words[column], len(frame)) for column in empty}))
    return Cohort(*tables)


def _any(draw, rule: dict, n: int):
    """So many cells that the dictionary allows."""
    if rule.get("allowed") == ["yes", "no"]:
        return draw.random(n) < 0.5
    if "allowed" in rule:
        return draw.choice(rule["allowed"], n)
    if rule["type"] in ("number", "integer"):
        return draw.integers(rule.get("minimum", 1), rule.get("maximum", 90), n)
    return [rule["example"]] * n
