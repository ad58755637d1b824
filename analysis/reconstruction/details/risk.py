"""IPSS-R of a t-MDS: its points, and blasts that lead to the printed number of high risks.

The tables hold the class, the blood values and the blasts. Of the cytogenetic group they hold only what the paper
prints (complex, monosomal, abnormal), so that each karyotype has a few possible points.

References
----------
Greenberg PL, Tuechler H, Schanz J, et al. Revised International Prognostic Scoring System for myelodysplastic
syndromes. Blood 2012;120:2454-2465, tables 2 to 4.
"""

import numpy as np

CLASSES = ("very low", "low", "intermediate", "high", "very high")
LIMITS = (1.5, 3.0, 4.5, 6.0)  # points up to which a class goes
HIGH_RISK = LIMITS[2]
BLASTS = ((0, 2), (3, 4), (5, 10), (11, 19))  # %, whole numbers, for 0 to 3 points
COMPLEX, MONOSOMAL, ABNORMAL, NORMAL = ((3, 4), (2, 3), (1, 2), (1,))  # possible cytogenetic points


def blood_points(haemoglobin, platelets, anc) -> np.ndarray:
    """IPSS-R points of the blood values.

    Parameters
    ----------
    haemoglobin : array_like
        g/dL.
    platelets, anc : array_like
        G/L.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> blood_points([10, 9, 7.9], [100, 99, 49], [0.8, 0.9, 0.7]).tolist()
    [0.0, 1.5, 3.0]
    """
    haemoglobin, platelets, anc = (np.asarray(values, float) for values in (haemoglobin, platelets, anc))
    first = np.select([haemoglobin >= 10, haemoglobin >= 8], [0, 1], 1.5)
    second = np.select([platelets >= 100, platelets >= 50], [0, 0.5], 1)
    return first + second + np.where(anc >= 0.8, 0, 0.5)


def blast_points(blasts) -> np.ndarray:
    """IPSS-R points of the blasts in the marrow.

    Parameters
    ----------
    blasts : array_like
        %.

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> blast_points([0, 2, 3, 5, 10, 11]).tolist()
    [0, 0, 1, 2, 2, 3]
    """
    blasts = np.asarray(blasts, float)
    return np.select([blasts <= 2, blasts < 5, blasts <= 10], [0, 1, 2], 3)


def cytogenetic_points(complex_karyotype: bool, monosomal: bool, abnormal: bool) -> tuple[int, ...]:
    """Points that the cytogenetics can have, as far as the columns tell.

    Parameters
    ----------
    complex_karyotype, monosomal, abnormal : bool
        Of one patient.

    Returns
    -------
    tuple of int
        Complex: poor (three abnormalities) or very poor; monosomal: intermediate or poor; others: good, intermediate.

    Examples
    --------
    >>> cytogenetic_points(True, True, True), cytogenetic_points(False, False, False)
    ((3, 4), (1,))
    """
    if complex_karyotype:
        return COMPLEX
    if monosomal:
        return MONOSOMAL
    return ABNORMAL if abnormal else NORMAL


def classify(points: float) -> str:
    """Class of a sum of points.

    Parameters
    ----------
    points : float
        Of blood, blasts and cytogenetics.

    Returns
    -------
    str

    Examples
    --------
    >>> [classify(points) for points in (1.5, 3, 4.5, 6, 6.5)]
    ['very low', 'low', 'intermediate', 'high', 'very high']
    """
    return CLASSES[int(np.searchsorted(LIMITS, points))]


def choose(
    blood: np.ndarray, cytogenetic: list[tuple[int, ...]], high: int, rng
) -> tuple[list[str], np.ndarray] | None:
    """Classes and blasts, so many of them high or very high.

    Parameters
    ----------
    blood : ndarray of float
        Points of the blood values.
    cytogenetic : list of tuple of int
        Possible points of each patient.
    high : int
        Patients with more than 4.5 points.
    rng : Generator
        Draws.

    Returns
    -------
    classes : list of str
    blasts : ndarray of int
        %.
    None
        If the blood values allow no such choice.
    """
    ways = [[(c, b) for c in groups for b in range(len(BLASTS))] for groups in cytogenetic]
    above = [[way for way in found if value + sum(way) > HIGH_RISK] for value, found in zip(blood, ways, strict=True)]
    below = [[way for way in found if value + sum(way) <= HIGH_RISK] for value, found in zip(blood, ways, strict=True)]
    forced = np.array([not found for found in below])
    barred = np.array([not found for found in above])
    if forced.sum() > high or (~barred).sum() < high:
        return None
    severity = blood + [np.mean(groups) for groups in cytogenetic] + rng.normal(0, 1, len(blood))
    order = np.argsort(-(severity + 100 * forced - 100 * barred), kind="stable")
    is_high = np.zeros(len(blood), bool)
    is_high[order[:high]] = True
    chosen = [rng.choice(above[i] if is_high[i] else below[i]) for i in range(len(blood))]
    classes = [classify(value + way.sum()) for value, way in zip(blood, chosen, strict=True)]
    return classes, np.array([rng.integers(BLASTS[b][0], BLASTS[b][1] + 1) for _, b in chosen])
