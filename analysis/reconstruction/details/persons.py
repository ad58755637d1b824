"""What a patient brings: sex, centre, lymphoma, and the transplantations before.

The paper prints only how many; who it is, is drawn by plausibility from age, product, lines and date.
"""

import numpy as np
import pandas as pd

from analysis.reconstruction.details.choose import pick, share_out
from analysis.reconstruction.details.printed import count, parts
from analysis.reconstruction.state import PRODUCTS, Skeleton

MALE, AUTOLOGOUS, ALLOGENEIC = "G103", "G132", "G133"
DLBCL = "DLBCL NOS"
MALES_TO_FEMALES = {"mantle cell lymphoma": 3.0, "PMBL": 0.8}  # about, as in reports of these lymphomas; else 1.6
YOUNGEST = {  # ages below which a lymphoma is a rarity
    "mantle cell lymphoma": 42,
    "Richter transformation": 45,
    "follicular/marginal zone lymphoma": 34,
    "transformed indolent B-cell lymphoma": 36,
}
INDOLENT_FROM = np.datetime64("2020-06-01")  # CAR T for indolent lymphoma: in trials first
OLDEST_AUTOLOGOUS, OLDEST_ALLOGENEIC = 72, 66
CAEN_FROM = np.datetime64("2020-01-01")  # the smallest centre is taken to have begun later


def describe(
    skeleton: Skeleton, ages: np.ndarray, lines: np.ndarray, infusion: np.ndarray, claims: pd.DataFrame, rng
) -> dict[str, np.ndarray]:
    """Columns of what a patient brings.

    Parameters
    ----------
    skeleton : Skeleton
        For the products.
    ages, lines : ndarray of int
        Completed years at infusion; prior lines.
    infusion : ndarray of datetime64[D]
        Days of infusion.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    dict of str to ndarray
        ``sex, centre, histology, cell_of_origin, prior_autologous_hct, prior_allogeneic_hct``.
    """
    histology = _histology(skeleton.product, ages, infusion, claims, rng)
    return {
        "sex": _sex(histology, claims, rng),
        "centre": _centre(infusion, claims, rng),
        "histology": histology,
        "cell_of_origin": _cell_of_origin(histology, claims, rng),
    } | _transplantations(histology, ages, lines, claims, rng)


def _histology(product, ages, infusion, claims, rng) -> np.ndarray:
    """Lymphoma of each patient: PMBL in the young, mantle cell lymphoma with brexu-cel, indolent ones late."""
    given = {name: product == code for code, name in enumerate(PRODUCTS)}
    old_enough = {name: ages >= youngest for name, youngest in YOUNGEST.items()}
    free = ~given["brexu-cel"] + 1e-6  # the others of brexu-cel's patients come only when nobody else is left
    weights = {
        "mantle cell lymphoma": (given["brexu-cel"] + 1e-7) * np.where(old_enough["mantle cell lymphoma"], 1, 1e-3),
        "PMBL": free * (given["axi-cel"] + 0.3 * given["liso-cel"] + 1e-4) * np.exp(-(((ages - 17) / 13) ** 2)),
        "Richter transformation": free * np.where(old_enough["Richter transformation"], 1, 1e-6),
        "follicular/marginal zone lymphoma": free
        * np.where(old_enough["follicular/marginal zone lymphoma"], 1, 1e-5)
        * np.where(infusion >= INDOLENT_FROM, 1, 0.05)
        * np.where(given["liso-cel"], 0.3, 1),
        "transformed indolent B-cell lymphoma": free
        * np.where(old_enough["transformed indolent B-cell lymphoma"], 1, 1e-5),
        "other histology": free,
        DLBCL: np.ones(len(ages)),
    }
    return share_out(rng, weights, parts(claims, "G001/histology"))


def _sex(histology, claims, rng) -> np.ndarray:
    """Male or female."""
    odds = [MALES_TO_FEMALES.get(name, 1.6) for name in histology]
    sex = np.full(len(histology), "female", dtype=object)
    sex[pick(rng, odds, count(claims, MALE))] = "male"
    return sex


def _centre(infusion, claims, rng) -> np.ndarray:
    """Treating centre, by the words of the ledger."""
    sizes = {name.removeprefix("centre "): size for name, size in parts(claims, "G001/centre").items()}
    smallest = min(sizes, key=sizes.get)
    order = sorted(sizes, key=sizes.get)
    late = np.where(infusion >= CAEN_FROM, 1, 0.02)
    return share_out(rng, {name: late if name == smallest else np.ones(len(infusion)) for name in order}, sizes)


def _cell_of_origin(histology, claims, rng) -> np.ndarray:
    """Cell of origin of the DLBCL NOS, nothing in the others."""
    inside = np.flatnonzero(histology == DLBCL)
    sizes = {name.removeprefix("DLBCL "): size for name, size in parts(claims, "G107/cell of origin").items()}
    cells = np.full(len(histology), None, dtype=object)
    cells[inside] = share_out(rng, {name: np.ones(len(inside)) for name in sizes}, sizes)
    return cells


def _transplantations(histology, ages, lines, claims, rng) -> dict[str, np.ndarray]:
    """Who had an autologous, who an allogeneic transplantation: after at least two lines, not in the old."""
    later = np.where(histology == "mantle cell lymphoma", 3, 1) * np.clip(lines - 1, 0, 3)
    autologous, allogeneic = np.zeros((2, len(ages)), bool)
    autologous[pick(rng, later * (ages <= OLDEST_AUTOLOGOUS), count(claims, AUTOLOGOUS))] = True
    fit = (lines >= 3) * (ages <= OLDEST_ALLOGENEIC) * np.where(autologous, 3, 1)
    allogeneic[pick(rng, fit, count(claims, ALLOGENEIC))] = True
    return {"prior_autologous_hct": autologous, "prior_allogeneic_hct": allogeneic}
