"""Recipes: which printed number is recomputed from a cohort, and how.

Vocabulary: a *recipe* leads from a cohort to the numbers of one claim; a claim is *bound* to it by what the ledger says
of it (quantity, statistic, group, time, model, unit), never by its id; a *field* is one printed number of a claim, its
*window* all numbers that would be printed like it; a *reading* fills in what the report leaves open.

One registry serves the reconstruction's targets and its score, the table of published against regenerated, and a
hospital's own cohort. It knows nothing of how a cohort came about, and computes with the public estimators only.
"""

from analysis.recipes.reading import ALTERNATIVES, DEFAULT, Reading
from analysis.recipes.registry import bind, unbound
from analysis.recipes.table import recompute, score, windows

__all__ = ["ALTERNATIVES", "DEFAULT", "Reading", "bind", "recompute", "score", "unbound", "windows"]
