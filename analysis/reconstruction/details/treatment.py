"""Treatment of the t-MN: the fitter a patient and the longer the course, the more intensive."""

import numpy as np
import pandas as pd

from analysis.reconstruction.details.choose import pick
from analysis.reconstruction.details.printed import count

TREATMENTS_AML = {  # from the fittest on
    "intensive chemotherapy": "G183",
    "azacitidine and venetoclax": "G184",
    "azacitidine alone": "G185",
    "supportive care only": "G186",
}
HCT = {"t-AML": "G187", "t-MDS": "G198"}
AZACITIDINE, SUPPORTIVE = "G199", "G200"
YEARS_PER_STEP = 6.0  # of age that weigh as much as a survival longer by a factor e
NOISE = 0.8  # of the fitness
OLDEST_HCT, SHORTEST_HCT = 74, 75  # years; days from the t-MN that a transplantation takes


class TooShort(ValueError):
    """Too few patients live long enough after the t-MN for the printed number of transplantations."""


def treat(tmn_type, ages, survival, favourable, claims: pd.DataFrame, rng) -> tuple[np.ndarray, np.ndarray]:
    """Treatment and transplantation of each patient with t-MN.

    Parameters
    ----------
    tmn_type : ndarray of str
        t-MDS or t-AML.
    ages, survival : ndarray of int
        Completed years at the t-MN; days from it to the last contact.
    favourable : ndarray of bool
        t-AML of favourable risk, which is treated intensively.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    treatment : ndarray of object
    hct : ndarray of bool

    Raises
    ------
    TooShort
        If transplantations do not fit into the courses.
    """
    fitness = np.log(survival + 10) - ages / YEARS_PER_STEP + rng.normal(0, NOISE, len(ages))
    fitness = np.where(favourable, fitness.max() + 1, fitness)
    can = (survival >= SHORTEST_HCT).astype(float) * np.where(ages <= OLDEST_HCT, 1, 1e-6)
    treatment = np.full(len(ages), None, dtype=object)
    hct = np.zeros(len(ages), bool)
    aml, mds = np.flatnonzero(tmn_type == "t-AML"), np.flatnonzero(tmn_type == "t-MDS")
    _leukaemias(treatment, hct, aml, fitness, can, claims, rng)
    _dysplasias(treatment, hct, mds, fitness, can, claims, rng)
    if (survival[hct] < SHORTEST_HCT).any():
        raise TooShort(f"{int((can > 0).sum())} patients live {SHORTEST_HCT} days after the t-MN")
    return treatment, hct


def _leukaemias(treatment, hct, aml, fitness, can, claims, rng) -> None:
    """t-AML: four kinds of treatment, transplantation in patients with one of the first two."""
    order = aml[np.argsort(-fitness[aml], kind="stable")]
    sizes = [count(claims, claim) for claim in TREATMENTS_AML.values()]
    if sum(sizes) != len(aml):
        raise ValueError(f"treatments of {sum(sizes)} t-AML are printed, there are {len(aml)}")
    treatment[order] = np.repeat(list(TREATMENTS_AML), sizes)
    fit = np.where(np.arange(len(order)) < sum(sizes[:2]), 1, 1e-9) * can[order]
    hct[order[pick(rng, fit, count(claims, HCT["t-AML"]))]] = True


def _dysplasias(treatment, hct, mds, fitness, can, claims, rng) -> None:
    """t-MDS: transplantation in the fittest, supportive care in the frailest, azacitidine between; the rest other."""
    score = np.exp(fitness[mds] - fitness[mds].max())
    chosen = mds[pick(rng, score * can[mds], count(claims, HCT["t-MDS"]))]
    hct[chosen] = True
    treatment[mds] = "other"
    treatment[chosen] = rng.choice(["other", "intensive chemotherapy"], len(chosen), p=[0.7, 0.3])
    order = mds[np.argsort(fitness[mds], kind="stable")]
    order = order[~hct[order]]
    frail = count(claims, SUPPORTIVE)
    treatment[order[:frail]] = "supportive care only"
    others = order[frail:]
    treatment[rng.permutation(others)[: count(claims, AZACITIDINE)]] = "azacitidine-based"
