"""Mutations before the infusion and at the diagnosis of a t-MN, as the recipes ask for them.

Vocabulary: *when* is ``before CAR T`` or ``at t-MN``; a patient not sequenced then has no answer, which counts as no
mutation; the *allele frequency* is in %. A mutation is *retained* if its gene is mutated at both times.
"""

import numpy as np

from analysis.recipes.view import View

COLUMNS = {
    "before CAR T": ("sequenced_before", "mutations_before"),
    "at t-MN": ("sequenced_at_tmn", "mutations_at_tmn"),
}
NOTHING_FOUND = "none"


def found(view: View, when: str) -> list[dict[str, float]]:
    """Genes with allele frequency of each patient; of a gene written twice the larger.

    Parameters
    ----------
    view : View
        The cohort.
    when : {"before CAR T", "at t-MN"}
        Which of the two samples.

    Returns
    -------
    list of dict
        One for each patient: gene to allele frequency (%); empty if nothing was found or nobody looked.
    """
    sequenced, mutations = COLUMNS[when]

    def compute() -> list[dict[str, float]]:
        looked = view.flags(sequenced, view.cases)
        cells = view.column(mutations, known=looked)
        return [_genes(cell) if seen else {} for cell, seen in zip(cells, looked, strict=True)]

    return view.kept(("mutations", when), compute)


def mutated(view: View, gene: str | None, when: str) -> np.ndarray:
    """Whether the gene is mutated, or any gene if none is named; shape = (patients,)."""
    return np.array([gene in genes if gene else bool(genes) for genes in found(view, when)], dtype=bool)


def allele_frequency(view: View, gene: str, when: str) -> np.ndarray:
    """Allele frequency of a gene in %, missing where it is not mutated; shape = (patients,)."""
    return np.array([genes.get(gene, np.nan) for genes in found(view, when)], dtype=float)


def retained(view: View) -> np.ndarray:
    """Whether some gene is mutated at both times; shape = (patients,)."""
    pairs = zip(found(view, "before CAR T"), found(view, "at t-MN"), strict=True)
    return np.array([bool(before.keys() & after.keys()) for before, after in pairs], dtype=bool)


def _genes(cell: str) -> dict[str, float]:
    """'TP53:4.4;DNMT3A:12' taken apart."""
    if cell == NOTHING_FOUND:
        return {}
    parts = sorted((float(share), gene) for gene, share in (part.split(":") for part in cell.split(";")))
    return {gene: share for share, gene in parts}
