"""Karyotypes and mutations of the patients with t-MN, by an integer programme in which every printed count is a rule.

Vocabulary: *before* is before infusion, *at t-MN* at its diagnosis; a gene is *retained* if it is mutated at both.
Where the paper leaves something open, random costs choose, and a few fixed ones keep the rows plausible: TP53 mutations
go with complex or monosomal karyotypes, SF3B1 without, and clones are rather kept than lost.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.reconstruction.details.printed import count
from analysis.reconstruction.details.programme import Impossible, Programme
from analysis.reconstruction.state import NONE, TYPES

GENES = ("TP53", "DNMT3A", "PPM1D", "TET2", "ASXL1", "SF3B1", "RUNX1", "SRSF2", "NRAS")
TP53, DNMT3A, PPM1D, TET2, ASXL1, SF3B1, RUNX1, SRSF2, NRAS = range(len(GENES))
ADVERSE_GENES = (TP53, ASXL1, SF3B1, RUNX1, SRSF2)  # ELN 2022: TP53, or related to myelodysplasia
KARYOTYPE = ("complex", "monosomal", "chromosome_5", "chromosome_7", "inv16", "kmt2", "either", "adverse")
COUNTS = {  # printed at t-MN: claim of each feature, by type
    ("t-AML", "complex"): "G172",
    ("t-AML", "monosomal"): "G173",
    ("t-AML", "inv16"): "G180",
    ("t-AML", "kmt2"): "G182",
    ("t-AML", "adverse"): "G179",
    ("t-AML", "sequenced"): "G174",
    ("t-AML", TP53): "G175",
    ("t-AML", TET2): "G176",
    ("t-AML", DNMT3A): "G177",
    ("t-MDS", "either"): "G192",
    ("t-MDS", "chromosome_5"): "G201",
    ("t-MDS", "chromosome_7"): "G202",
    ("t-MDS", "sequenced"): "G203",
    ("t-MDS", TP53): "G193",
    ("t-MDS", DNMT3A): "G194",
    ("t-MDS", PPM1D): "G195",
    ("t-MDS", ASXL1): "G196",
    ("t-MDS", SF3B1): "G197",
}
SEQUENCED_BEFORE = {"t-MDS": "G210", "t-AML": "G211"}
MUTATED_BEFORE = {"t-MDS": "G213", "t-AML": "G214"}
GENES_BEFORE = {TP53: "G215", DNMT3A: "G216", PPM1D: "G217"}
RETAINED, TP53_RETAINED = "G251", "G252"
NOT_RETAINED = {"unmutated favourable": "G254", "unmutated TP53": "G256", "switched": "G257"}
INTERMEDIATE = "G178"
MOST_BEFORE, MOST_AT_TMN, UNPRINTED = 3, 4, 1  # mutated genes of a patient; patients of a gene that is not printed
COST_ODD = 3.0  # at most, of an implausible pair; the random costs are within ±1
COST_MORE, COST_LOST = (
    0.5,
    0.6,
)  # of each mutated gene, so that few are carried beyond the printed ones; of a lost clone


class Clones(NamedTuple):
    """Booleans of each patient with t-MN, and of each patient and gene."""

    karyotype: dict[str, np.ndarray]
    sequenced: np.ndarray
    before: np.ndarray
    at_tmn: np.ndarray


def draw(tmn_type: np.ndarray, tp53_before: np.ndarray, claims: pd.DataFrame, rng: np.random.Generator) -> Clones:
    """Karyotypes and mutated genes of the patients with t-MN.

    Parameters
    ----------
    tmn_type, tp53_before : ndarray of int
        As in the skeleton, the patients with t-MN only.
    claims : DataFrame
        The ledger.
    rng : Generator
        Chooses what the paper leaves open.

    Returns
    -------
    Clones

    Raises
    ------
    ValueError
        If the labels of the skeleton are not as many as printed.
    Impossible
        If the printed counts contradict each other, or this distribution of types and labels.
    """
    _check_labels(tmn_type, tp53_before, claims)
    n, genes = len(tmn_type), len(GENES)
    types = {name: np.flatnonzero(tmn_type == code) for code, name in enumerate(TYPES) if name}
    programme = Programme()
    karyotype = {
        name: programme.variables(n, cost=rng.uniform(-1, 1, n) - COST_MORE * (name == "complex")) for name in KARYOTYPE
    }
    sequenced = programme.variables(n, cost=rng.uniform(-1, 1, n))
    before = programme.variables(n, genes, cost=rng.uniform(-1, 1, (n, genes)) + COST_MORE)
    at_tmn = programme.variables(n, genes, cost=rng.uniform(-1, 1, (n, genes)) + COST_MORE)
    _count_rules(programme, types, karyotype | {"sequenced": sequenced}, at_tmn, claims)
    _karyotype_rules(programme, types, karyotype, at_tmn, claims)
    _sequencing_rules(programme, types, sequenced, before, at_tmn, tp53_before, claims)
    _retention_rules(programme, types, karyotype, before, at_tmn, tp53_before, claims)
    _plausibility(programme, karyotype, at_tmn, rng)
    try:
        found = programme.solve().astype(bool)
    except Impossible as error:
        raise Impossible("no karyotypes and mutations meet all printed counts with these types and labels") from error
    features = {name: found[numbers] for name, numbers in karyotype.items()}
    return Clones(features, found[sequenced], found[before], found[at_tmn])


def _check_labels(tmn_type, tp53_before, claims) -> None:
    """As many were sequenced before, of each type, and had a TP53 mutation, as printed."""
    known = tp53_before != NONE
    found = {name: (known & (tmn_type == TYPES.index(name))).sum() for name in SEQUENCED_BEFORE}
    pairs = [(f"{name} sequenced before", found[name], claim) for name, claim in SEQUENCED_BEFORE.items()]
    for words, number, claim in [*pairs, ("TP53 before", (tp53_before == 1).sum(), GENES_BEFORE[TP53])]:
        if number != count(claims, claim):
            raise ValueError(f"{words}: {number} patients; {count(claims, claim)} are printed (claim {claim})")


def _count_rules(programme, types, features, at_tmn, claims) -> None:
    """Every printed count at t-MN; genes that are not printed stay rare."""
    for (name, feature), claim in COUNTS.items():
        rows = types[name]
        numbers = features[feature][rows] if isinstance(feature, str) else at_tmn[rows, feature]
        programme.rule(numbers, low=count(claims, claim), high=count(claims, claim))
    for name, rows in types.items():
        for gene in range(len(GENES)):
            if (name, gene) not in COUNTS:
                programme.rule(at_tmn[rows, gene], high=UNPRINTED)


def _karyotype_rules(programme, types, karyotype, at_tmn, claims) -> None:
    """What the words for karyotypes and for the ELN 2022 risk mean for each other."""
    cx, mono, c5, c7, inv16, kmt2, either, adverse = (karyotype[name] for name in KARYOTYPE)
    for i in range(len(cx)):
        programme.rule([either[i]], [cx[i]], low=0)
        programme.rule([either[i]], [mono[i]], low=0)
        programme.rule([cx[i], mono[i]], [either[i]], low=0)
        programme.rule([either[i]], [c5[i]], low=0)
        programme.rule([either[i]], [c7[i]], low=0)
        programme.rule([inv16[i], kmt2[i], either[i]], high=1)
    aml, mds = types["t-AML"], types["t-MDS"]
    for i in aml:
        causes = [either[i], *at_tmn[i, list(ADVERSE_GENES)]]
        for cause in causes:
            programme.rule([adverse[i]], [cause], low=0)
        programme.rule(causes, [adverse[i]], low=0)
        programme.rule([adverse[i], inv16[i]], high=1)
        programme.rule([c5[i], c7[i]], [mono[i]], low=0)  # "most commonly involving chromosomes 5 and 7"
    rest = len(aml) - count(claims, INTERMEDIATE)
    programme.rule([*adverse[aml], *inv16[aml]], low=rest, high=rest)
    programme.rule([*adverse[mds], *inv16[mds], *kmt2[mds]], high=0)


def _sequencing_rules(programme, types, sequenced, before, at_tmn, tp53_before, claims) -> None:
    """Who was sequenced when; mutations only there; how many genes a patient has, and how often each before."""
    for i, known in enumerate(tp53_before != NONE):
        programme.rule([sequenced[i]], low=float(known), high=1)
        for number in at_tmn[i]:
            programme.rule([sequenced[i]], [number], low=0)
        programme.rule(at_tmn[i], high=MOST_AT_TMN)
        programme.rule(before[i], high=MOST_BEFORE if known else 0)
        has_tp53 = float(tp53_before[i] == 1)
        programme.rule([before[i, TP53]], low=has_tp53, high=has_tp53)
    printed = {gene: count(claims, claim) for gene, claim in GENES_BEFORE.items()}
    for gene in range(len(GENES)):
        if gene in printed:
            programme.rule(before[:, gene], low=printed[gene], high=printed[gene])
        else:  # the printed ones are the most frequent
            programme.rule(before[:, gene], high=min(printed.values()) - 1)


def _retention_rules(programme, types, karyotype, before, at_tmn, tp53_before, claims) -> None:
    """Who kept a mutation, and what became of those who did not."""
    known = np.flatnonzero(tp53_before != NONE)
    mutated = dict(zip(known, programme.variables(len(known)), strict=True))
    keeps = dict(zip(known, programme.variables(len(known)), strict=True))
    kept_tp53 = []
    for i in known:
        both = programme.variables(len(GENES))
        lost = programme.variables(len(GENES), cost=COST_LOST)
        for gene, number in enumerate(both):
            programme.rule([number], [before[i, gene]], high=0)
            programme.rule([number], [at_tmn[i, gene]], high=0)
            programme.rule([before[i, gene], at_tmn[i, gene]], [number], high=1)
            programme.rule([before[i, gene]], [number, lost[gene]], high=0)
            programme.rule([mutated[i]], [before[i, gene]], low=0)
            programme.rule([keeps[i]], [number], low=0)
        programme.rule(before[i], [mutated[i]], low=0)
        programme.rule(both, [keeps[i]], low=0)
        inv16 = karyotype["inv16"][i]
        programme.rule([at_tmn[i, TP53], keeps[i], inv16], low=1)  # who keeps nothing has TP53 or favourable risk
        programme.rule([inv16, mutated[i]], high=1)
        if i in types["t-AML"]:  # "the only patient who developed AML without pre-existing mutations"
            programme.rule([inv16, mutated[i]], low=1)
        kept_tp53.append(both[TP53])
    for name, claim in MUTATED_BEFORE.items():
        programme.rule(
            [mutated[i] for i in known if i in types[name]], low=count(claims, claim), high=count(claims, claim)
        )
    switched = count(claims, NOT_RETAINED["switched"])
    programme.rule(list(mutated.values()), list(keeps.values()), low=switched, high=switched)
    programme.rule(list(keeps.values()), low=count(claims, RETAINED), high=count(claims, RETAINED))
    programme.rule(kept_tp53, low=count(claims, TP53_RETAINED), high=count(claims, TP53_RETAINED))
    favourable = [karyotype["inv16"][i] for i in known]
    unmutated = count(claims, NOT_RETAINED["unmutated favourable"])
    programme.rule(favourable, low=unmutated, high=unmutated)
    bare = len(known) - unmutated - count(claims, NOT_RETAINED["unmutated TP53"])
    programme.rule(list(mutated.values()), low=bare, high=bare)


def _plausibility(programme, karyotype, at_tmn, rng) -> None:
    """Costs of pairs that are seldom: TP53 without a complex or monosomal karyotype, SF3B1 with one or with TP53."""
    for either, inv16, genes in zip(karyotype["either"], karyotype["inv16"], at_tmn, strict=True):
        (odd,) = programme.variables(1, upper=3, cost=rng.uniform(0, COST_ODD))
        programme.rule([genes[PPM1D], inv16], high=1)
        programme.rule([genes[TP53]], [either, odd], high=0)
        programme.rule([genes[SF3B1], either], [odd], high=1)
        programme.rule([genes[SF3B1], genes[TP53]], [odd], high=1)
