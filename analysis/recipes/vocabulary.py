"""The words of the ledger for patients, one table: `TERMS` word by word, `FORMS` by their form.

A word is read in full: what is neither in `TERMS` nor of a form in `FORMS` has no recipe, and is not guessed.
"""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from analysis.cohort import DOMAINS
from analysis.recipes.mutations import allele_frequency, mutated, retained
from analysis.recipes.reading import Reading
from analysis.recipes.terms import Term, at_least, both, day, either, flag, level, negated
from analysis.recipes.view import View

GENE = r"([A-Z][A-Z0-9]*\d[A-Z0-9]*)"  # TP53, DNMT3A, SF3B1; not MCV
CASE, TYPES = ("t-MN",), ("t-MDS", "t-AML")
BEFORE, AFTER = ("sequencing before CAR T",), ("sequencing at t-MN",)
TWICE = ("sequencing before CAR T and at t-MN",)
HISTOLOGIES = (
    "DLBCL NOS",
    "transformed indolent B-cell lymphoma",
    "mantle cell lymphoma",
    "follicular/marginal zone lymphoma",
    "PMBL",
    "Richter transformation",
    "other histology",
)
TREATMENTS = ("intensive chemotherapy", "azacitidine and venetoclax", "azacitidine alone", "supportive care only")
AZACITIDINE = ("azacitidine and venetoclax", "azacitidine alone", "azacitidine-based")


@functools.cache
def term(words: str) -> Term | None:
    """What a word of the ledger for patients means.

    Parameters
    ----------
    words : str
        A quantity or a group.

    Returns
    -------
    Term or None
        None if it is no word for patients.

    Examples
    --------
    >>> term("ICANS, any grade").says, term("TP53 at t-MN").given, term("MCV")
    ('ICANS grade 1 or more', ('sequencing at t-MN',), None)
    """
    if words in TERMS:
        return TERMS[words]
    matches = ((re.fullmatch(form, words), make) for form, make in FORMS.items())
    return next((make(*found.groups()) for found, make in matches if found), None)


def group(view: View, *words: str) -> np.ndarray:
    """Patients of whom all these words are true, and who are asked.

    Parameters
    ----------
    view : View
        The cohort.
    *words : str
        Terms; without any, everybody.

    Returns
    -------
    ndarray of bool, shape = (patients,)
    """
    rows = view.everybody
    for name in words:
        rows = rows & view.kept(("group", name), functools.partial(_one_group, view, term(name)))
    return rows


def among(reading: Reading, *words: str) -> str:
    """Groups in words, and whatever they are given; a t-MN only where nothing else says it."""
    names = list(dict.fromkeys(name for asked in words for name in (*_implied(reading, asked), asked)))
    said = any(name in TYPES or CASE[0] in _implied(reading, name) for name in names)
    shown = [name for name in names if not (said and name in CASE)]
    return ", ".join(dict.fromkeys(term(name).says for name in shown)) or "all patients"


def _implied(reading: Reading, words: str) -> Iterator[str]:
    """What a term is given, and what that is given, the widest first."""
    asked = term(words)
    for name in (*asked.given, *asked.also(reading)):
        yield from _implied(reading, name)
        yield name


def _one_group(view: View, asked: Term) -> np.ndarray:
    """Patients of one term."""
    base = group(view, *asked.given, *asked.also(view.reading))
    return base & asked.rows(view, base)


def _domain(name: str) -> Term:
    """Products with this co-stimulatory domain; products without a known one have none."""
    products = [product for product in DOMAINS if DOMAINS[product] == name]
    return level("product", *products, says=f"{name} domain ({', '.join(products)})")


def _no_gene(gene: str) -> Term:
    """Those compared with patients who had a mutation of the gene before."""
    return Term(
        f"no {gene} mutation known before CAR T",
        lambda view, known: ~mutated(view, gene, "before CAR T"),
        CASE,
        also=lambda reading: BEFORE if reading.tp53_against == "sequenced" else (),
    )


def _gene(gene: str, when: str) -> Term:
    """A mutation of a gene, asked of those sequenced then."""
    given = BEFORE if when == "before CAR T" else AFTER
    says = f"{gene} mutated {when}"
    return Term(says, lambda view, known: mutated(view, gene, when), given, gene=when == "at t-MN")


def _fate(gene: str, fate: str) -> Term:
    """What became of a mutation of the gene that was there before."""
    there = Term(f"{gene} mutated at t-MN, too", lambda view, known: ~np.isnan(allele_frequency(view, gene, "at t-MN")))
    asked = there if fate == "retained" else negated(there, f"{gene} no longer mutated at t-MN")
    return replace(asked, given=(f"{gene} before CAR T", *AFTER))


def _asked_of(words: str, *given: str) -> Term:
    """A term, asked of other patients than by itself."""
    return replace(term(words), given=given, gene=False)


_alive = negated(flag("died", ""), "alive at last contact")
_before = flag("sequenced_before", "sequenced before CAR T", CASE)
_after = flag("sequenced_at_tmn", "sequenced at t-MN", CASE)
_mutation = Term("a mutation before CAR T", lambda view, known: mutated(view, None, "before CAR T"), BEFORE)
_retained = Term("a gene mutated at both times", lambda view, known: retained(view), TWICE)
_no_mutation = negated(_mutation, "no mutation before CAR T")
_other_mutation = "no mutation retained: {}-mutated t-MN"

TERMS: dict[str, Term] = {
    "patients": Term("an infusion", lambda view, known: view.everybody),
    "male": level("sex", "male"),
    "female": level("sex", "female"),
    **{name: level("histology", name) for name in HISTOLOGIES},
    **{name: level("product", name) for name in DOMAINS},
    "other or investigational product": level("product", "other"),
    **{name: _domain(name) for name in sorted(set(DOMAINS.values()))},
    "prior autologous HCT": flag("prior_autologous_hct", "autologous HCT before CAR T"),
    "prior allogeneic HCT": flag("prior_allogeneic_hct", "allogeneic HCT before CAR T"),
    "overall response": level("response_1_month", "CR", "PR"),
    "complete response": replace(
        level("response_1_month", "CR"),
        also=lambda reading: ("overall response",) if reading.complete_response_of == "responders" else (),
    ),
    "relapse": day("relapse_day", "relapse"),
    "deaths": flag("died", "died"),
    "alive": _alive,
    "non-relapse deaths": both(
        "died without relapse",
        flag("died", ""),
        negated(day("relapse_day", ""), ""),
    ),
    "t-MN": day("tmn_day", "t-MN"),
    **{name: level("tmn_type", name, says=name, empty=True) for name in TYPES},
    "immunophenotype available": level(
        "immunophenotype", "myelomonocytic", "other", says="immunophenotype known", given=CASE, empty=True
    ),
    "myelomonocytic differentiation": level("immunophenotype", "myelomonocytic", given=("immunophenotype available",)),
    "abnormal karyotype": flag("abnormal_karyotype", "abnormal karyotype", CASE),
    "complex karyotype": flag("complex_karyotype", "complex karyotype", CASE),
    "monosomies": flag("monosomal_karyotype", "monosomal karyotype", CASE),
    "monosomal or complex karyotype": either(
        "monosomal or complex karyotype", flag("monosomal_karyotype", ""), flag("complex_karyotype", ""), given=CASE
    ),
    "inv(16)": flag("inv16", "inversion of chromosome 16", CASE),
    "KMT2 rearrangement": flag("kmt2_rearrangement", "KMT2 rearranged", CASE),
    **{name: level("treatment", name, given=CASE) for name in TREATMENTS},
    "azacitidine-based": level("treatment", *AZACITIDINE, given=CASE),
    "allogeneic HCT": flag("hct_at_tmn", "allogeneic HCT after t-MN", CASE),
    "sequencing before CAR T": _before,
    "sequenced before CAR T": _before,
    "sequencing at t-MN": _after,
    "sequencing before CAR T and at t-MN": both("sequenced before CAR T and at t-MN", _before, _after, given=CASE),
    "pre-existing mutation": _mutation,
    "mutation before CAR T": _mutation,
    "t-AML without pre-existing mutation": both(
        "t-AML and no mutation before CAR T",
        level("tmn_type", "t-AML", empty=True),
        _no_mutation,
        given=BEFORE,
    ),
    "at least one mutation retained": _retained,
    "no mutation retained": negated(_retained, "no gene mutated at both times", TWICE),
}

FORMS: dict[str, Callable[..., Term]] = {
    r"centre (.+)": lambda name: level("centre", name),
    r"DLBCL (GC|ABC|not specified)": lambda origin: level("cell_of_origin", origin, empty=True),
    r"(CRS|ICANS), any grade": lambda side: at_least(f"{side.lower()}_grade", "1", f"{side} grade 1 or more"),
    r"(CRS|ICANS) grade (\d) or more": lambda side, grade: at_least(
        f"{side.lower()}_grade", grade, f"{side} grade {grade} or more"
    ),
    r"non-relapse deaths from (.+)": lambda cause: level(
        "cause_of_death", cause, given=("non-relapse deaths",), empty=True
    ),
    r"ELN 2022 (.+)": lambda risks: level("eln_2022", *risks.split(" or "), says=f"ELN 2022 {risks}", given=("t-AML",)),
    r"IPSS-R (.+)": lambda risks: level("ipss_r", *risks.split(" or "), says=f"IPSS-R {risks}", given=("t-MDS",)),
    r"marrow blasts (\d+)% or more": lambda least: at_least(
        "marrow_blasts", least, f"marrow blasts {least}% or more", CASE
    ),
    r"chromosome (5|7) anomaly": lambda number: flag(f"chromosome_{number}", f"chromosome {number} abnormal", CASE),
    rf"{GENE} (before CAR T|at t-MN)": _gene,
    rf"no {GENE} before CAR T": _no_gene,
    rf"{GENE} (retained|lost)": _fate,
    rf"no mutation retained: {GENE}-mutated t-MN": lambda gene: _asked_of(f"{gene} at t-MN", "no mutation retained"),
    r"no mutation retained: (\w+)-risk AML": lambda risk: level(
        "eln_2022", risk, says=f"ELN 2022 {risk}", given=("no mutation retained",), empty=True
    ),
    rf"without pre-treatment mutation \({GENE} t-MN\)": lambda gene: negated(
        _mutation, _no_mutation.says, (_other_mutation.format(gene),)
    ),
    rf"different post-treatment mutations \({GENE} t-MN\)": lambda gene: Term(
        "other genes mutated before CAR T", _mutation.rows, (_other_mutation.format(gene),)
    ),
}
