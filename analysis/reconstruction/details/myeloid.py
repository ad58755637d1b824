"""The table of patients with t-MN: blood, marrow, karyotype, risk, mutations, treatment."""

import numpy as np
import pandas as pd

from analysis.reconstruction.details import clones, frequencies, risk, treatment
from analysis.reconstruction.details.choose import pick
from analysis.reconstruction.details.laboratory import quartile_column
from analysis.reconstruction.details.printed import count
from analysis.reconstruction.details.programme import Impossible
from analysis.reconstruction.state import NONE, TYPES, Skeleton

BLOOD = {  # claim, decimals, plausible extremes
    "haemoglobin_at_tmn": ("G162", 1, (5.6, 13.2)),
    "mcv_at_tmn": ("G163", 0, (76, 124)),
    "anc_at_tmn": ("G164", 2, (0.06, 6.4)),
    "platelets_at_tmn": ("G165", 0, (7, 186)),
}
HIGH_BLASTS, HIGH_BLASTS_FROM = "G168", "G189"
AML_BLASTS = (20, 95)  # %
PHENOTYPED, MYELOMONOCYTIC = "G169", "G170"
HIGH_RISK = "G191"
ABNORMAL = 0.5  # share of the other t-MDS that have some abnormality; not printed
TRIES = 200  # orders of the blood values, until the printed number of high risks fits
ELN = ("favourable", "intermediate", "adverse")


def describe(skeleton: Skeleton, ages_at_tmn: np.ndarray, claims: pd.DataFrame, rng) -> pd.DataFrame:
    """The columns of the table ``tmn``, without the patient's name.

    Parameters
    ----------
    skeleton : Skeleton
        Courses.
    ages_at_tmn : ndarray of int
        Completed years, of the patients with t-MN in the order of the skeleton.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    DataFrame
        A row for each patient with t-MN, indexed by position in the skeleton.

    Raises
    ------
    Impossible
        If the printed counts contradict the courses.
    """
    rows = np.flatnonzero(skeleton.tmn_day != NONE)
    types = np.array(TYPES)[skeleton.tmn_type[rows]]
    found = clones.draw(skeleton.tmn_type[rows], skeleton.tp53_before[rows], claims, rng)
    aml = types == "t-AML"
    either, inv16, kmt2 = (found.karyotype[name] for name in ("either", "inv16", "kmt2"))
    abnormal = either | aml | (rng.uniform(size=len(rows)) < ABNORMAL)
    blood, ipss_r, blasts = _blood_and_risk(found, abnormal, aml, claims, rng)
    survival = skeleton.last_day[rows] - skeleton.tmn_day[rows]
    given, hct = treatment.treat(types, ages_at_tmn, survival, aml & inv16, claims, rng)
    level = np.where(inv16, 0, np.where(found.karyotype["adverse"], 2, 1))
    return pd.DataFrame(
        {
            "age_at_tmn": ages_at_tmn,
            **blood,
            "marrow_blasts": blasts,
            "immunophenotype": _immunophenotype(aml, inv16 | kmt2, claims, rng),
            "abnormal_karyotype": abnormal,
            "complex_karyotype": found.karyotype["complex"],
            "monosomal_karyotype": found.karyotype["monosomal"],
            "chromosome_5": found.karyotype["chromosome_5"],
            "chromosome_7": found.karyotype["chromosome_7"],
            "inv16": inv16,
            "kmt2_rearrangement": kmt2,
            "eln_2022": [ELN[k] if is_aml else None for k, is_aml in zip(level, aml, strict=True)],
            "ipss_r": ipss_r,
            **_mutations(found, skeleton.tp53_before[rows] != NONE, claims, rng),
            "treatment": given,
            "hct_at_tmn": hct,
        },
        index=rows,
    )


def _blood_and_risk(found, abnormal, aml, claims, rng) -> tuple[dict, list, np.ndarray]:
    """Blood values with the printed quartiles, in an order in which the printed number of high risks fits."""
    n = len(aml)
    columns = {name: quartile_column(claims, claim, n, *rest, rng) for name, (claim, *rest) in BLOOD.items()}
    mds = np.flatnonzero(~aml)
    flags = zip(found.karyotype["complex"][mds], found.karyotype["monosomal"][mds], abnormal[mds], strict=True)
    cytogenetic = [risk.cytogenetic_points(*flag) for flag in flags]
    for _ in range(TRIES):
        blood = {name: rng.permutation(column) for name, column in columns.items()}
        points = risk.blood_points(*(blood[f"{name}_at_tmn"][mds] for name in ("haemoglobin", "platelets", "anc")))
        chosen = risk.choose(points, cytogenetic, count(claims, HIGH_RISK), rng)
        if chosen:
            break
    else:
        raise Impossible("no order of the blood values gives the printed number of high or very high IPSS-R")
    blasts = _leukaemic_blasts(aml, claims, rng)
    blasts[mds] = chosen[1]
    classes = dict(zip(mds, chosen[0], strict=True))
    return blood, [classes.get(i) for i in range(n)], blasts


def _leukaemic_blasts(aml, claims, rng) -> np.ndarray:
    """Blasts of the t-AML: the printed number of patients at or above the threshold."""
    threshold = int(claims.loc[HIGH_BLASTS_FROM, "value"])
    blasts = rng.integers(AML_BLASTS[0], threshold, len(aml)).astype(float)
    high = pick(rng, np.where(aml, 1, np.nan), count(claims, HIGH_BLASTS))
    blasts[high] = rng.integers(threshold, AML_BLASTS[1] + 1, len(high))
    return blasts


def _immunophenotype(aml, monocytic, claims, rng) -> np.ndarray:
    """Immunophenotype of the t-AML that have one; inv(16) and KMT2 rearrangements are mostly myelomonocytic."""
    phenotype = np.full(len(aml), None, dtype=object)
    known = pick(rng, np.where(aml, np.where(monocytic, 20, 1), np.nan), count(claims, PHENOTYPED))
    phenotype[known] = "other"
    mono = pick(rng, np.where(monocytic[known], 20, 1), count(claims, MYELOMONOCYTIC))
    phenotype[known[mono]] = "myelomonocytic"
    return phenotype


def _mutations(found, known_before, claims, rng) -> dict[str, np.ndarray | list]:
    """What was sequenced, and what was found."""
    before, at_tmn = frequencies.draw(found, known_before, claims, rng)
    columns = {"sequenced_before": known_before, "sequenced_at_tmn": found.sequenced}
    sides = {"before": (known_before, found.before, before), "at_tmn": (found.sequenced, found.at_tmn, at_tmn)}
    for side, (sequenced, genes, vaf) in sides.items():
        columns[f"mutations_{side}"] = [
            frequencies.words(genes[i], vaf[i]) if sequenced[i] else None for i in range(len(sequenced))
        ]
    return columns
