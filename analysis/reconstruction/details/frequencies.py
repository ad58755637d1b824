"""Variant allele frequencies: medians as printed under every reading of whom they describe.

The paper does not say whether a median is that of the patients who kept the TP53 mutation, of all who were sequenced
before infusion, or of all with TP53 at that time. Each group is balanced around the printed median, so that the larger
groups, made of balanced ones, have it, too.
"""

import numpy as np
import pandas as pd

from analysis.reconstruction.details.clones import GENES, TP53, Clones

VAF_BEFORE, VAF_AFTER = "G258", "G259"
EXTREMES_BEFORE, EXTREMES_AFTER = (1.0, 24.0), (6.0, 92.0)  # %, of TP53 mutations; reported from 1 % on
OTHER_BEFORE, OTHER_NEW = (1.2, 28.0), (3.0, 46.0)  # of other genes: before, and new at t-MN
GROWTH = (0.7, 6.0)  # of a retained clone of another gene
LARGEST = 47.0  # of a heterozygous clone


def draw(
    clones: Clones, known_before: np.ndarray, claims: pd.DataFrame, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies of all mutations.

    Parameters
    ----------
    clones : Clones
        Which genes are mutated.
    known_before : ndarray of bool
        Patients who were sequenced before infusion.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    before, at_tmn : ndarray of float, shape (patients, genes)
        % with one decimal; NaN without a mutation.
    """
    before = np.where(clones.before, _between(*OTHER_BEFORE, clones.before.shape, rng), np.nan)
    kept = clones.before & clones.at_tmn
    grown = np.minimum(before * _between(*GROWTH, before.shape, rng), LARGEST)
    at_tmn = np.where(clones.at_tmn, np.where(kept, grown, _between(*OTHER_NEW, before.shape, rng)), np.nan)
    had, has = clones.before[:, TP53], clones.at_tmn[:, TP53]
    before[:, TP53] = _balanced([had & has, had & ~has], claims.loc[VAF_BEFORE, "value"], EXTREMES_BEFORE, rng)
    groups = [had & has, has & ~had & known_before, has & ~known_before]
    at_tmn[:, TP53] = _balanced(groups, claims.loc[VAF_AFTER, "value"], EXTREMES_AFTER, rng)
    return np.round(before, 1), np.round(at_tmn, 1)


def words(genes: np.ndarray, frequencies: np.ndarray) -> str:
    """Mutations of one patient as a cell of the table, the most frequent first.

    Parameters
    ----------
    genes : ndarray of bool
        Which of `GENES` are mutated.
    frequencies : ndarray of float
        %.

    Returns
    -------
    str
        ``none`` if no gene is mutated.

    Examples
    --------
    >>> words(np.array([True, True] + [False] * 7), np.array([4.4, 12.0] + [np.nan] * 7))
    'DNMT3A:12;TP53:4.4'
    """
    found = sorted(np.flatnonzero(genes), key=lambda gene: -frequencies[gene])
    return ";".join(f"{GENES[gene]}:{frequencies[gene]:g}" for gene in found) or "none"


def _between(low: float, high: float, shape, rng: np.random.Generator) -> np.ndarray:
    """Random numbers, their logarithm uniform."""
    return low * (high / low) ** rng.uniform(size=shape)


def _balanced(groups: list[np.ndarray], median: float, extremes: tuple[float, float], rng) -> np.ndarray:
    """A column with the median in every group and in all together: as many below as above, an odd one on it."""
    column = np.full(len(groups[0]), np.nan)
    inner = round(rng.uniform(0.02, 0.15) * median, 1)
    for k, group in enumerate(groups):
        size = int(group.sum())
        half = size // 2
        lower = np.round(_between(extremes[0], median - inner, half, rng), 1)
        upper = np.round(_between(median + inner, extremes[1], half, rng), 1)
        if half and not (k and size % 2):  # the two next to the median are equally far from it
            lower[lower.argmax()], upper[upper.argmin()] = median - inner, median + inner
        column[group] = rng.permutation(np.concatenate([lower, upper, np.full(size % 2, median)]))
    return column
