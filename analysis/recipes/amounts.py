"""Words for numbers of patients: what the ledger calls a measurement, and where a cohort holds it.

Vocabulary: an *amount* is a number that each patient has, or each of those it is *given*.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.cohort import DAYS_PER_MONTH
from analysis.recipes.answer import AS_IS, MONTHS
from analysis.recipes.mutations import allele_frequency
from analysis.recipes.reading import Reading
from analysis.recipes.terms import nothing_more
from analysis.recipes.view import View
from analysis.recipes.vocabulary import CASE, GENE, TWICE

BEFORE_LYMPHODEPLETION = {
    "age": "age",
    "prior lines": "prior_lines",
    "LDH": "ldh",
    "MCV": "mcv",
    "haemoglobin": "haemoglobin",
    "ANC": "anc",
    "platelets": "platelets",
    "ALC": "alc",
    "CRP": "crp",
    "ferritin": "ferritin",
    "CAR-HEMATOTOX": "car_hematotox",
    "CRS grade": "crs_grade",
    "ICANS grade": "icans_grade",
}
AT_TMN = ("age", "haemoglobin", "MCV", "ANC", "platelets")


@dataclass(frozen=True)
class Amount:
    """A word of the ledger for a number.

    Attributes
    ----------
    says : str
        What it means, in words.
    values : callable
        From the view, and the rows in which it must be known, to floats, shape = (patients,).
    given : tuple of str
        Terms for the patients who have it.
    also : callable
        From the reading to further such terms.
    scale : {"as it is", "months"}
        Whether it is a time in months.
    """

    says: str
    values: Callable[[View, np.ndarray], np.ndarray]
    given: tuple[str, ...] = ()
    also: Callable[[Reading], tuple[str, ...]] = nothing_more
    scale: str = AS_IS


@functools.cache
def amount(words: str) -> Amount | None:
    """What a word of the ledger for a number means.

    Parameters
    ----------
    words : str
        A quantity.

    Returns
    -------
    Amount or None
        None if it is no word for a number.

    Examples
    --------
    >>> amount("time to t-MN").given, amount("TP53 variant allele frequency before CAR T").given, amount("male")
    (('t-MN',), ('TP53 before CAR T',), None)
    """
    if words in AMOUNTS:
        return AMOUNTS[words]
    found = re.fullmatch(rf"{GENE} variant allele frequency (before|after) CAR T", words)
    return _allele_frequency(*found.groups()) if found else None


def _column(name: str, says: str, given: tuple[str, ...] = ()) -> Amount:
    """A column as it stands."""
    return Amount(says, lambda view, known: view.numbers(name, known), given)


def _allele_frequency(gene: str, when: str) -> Amount:
    """Allele frequency in %; after the infusion of whom is a matter of reading."""
    sample = "before CAR T" if when == "before" else "at t-MN"
    of = {"sequenced twice": TWICE, "all": (), "retained": (f"{gene} retained",)}
    return Amount(
        f"allele frequency of {gene} {sample}",
        lambda view, known: allele_frequency(view, gene, sample),
        (f"{gene} {sample}",),
        nothing_more if when == "before" else lambda reading: of[reading.vaf_after_of],
    )


AMOUNTS: dict[str, Amount] = {
    **{words: _column(name, words) for words, name in BEFORE_LYMPHODEPLETION.items()},
    **{f"{words} at t-MN": _column(f"{words.lower()}_at_tmn", f"{words} at t-MN", CASE) for words in AT_TMN},
    "time to t-MN": Amount(
        "months to t-MN", lambda view, known: view.numbers("tmn_day", known) / DAYS_PER_MONTH, CASE, scale=MONTHS
    ),
}
