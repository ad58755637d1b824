"""What changed between two versions of the review, and what moved it.

Questions a reader asks: which version is this and what does its number mean (`numbers`), which results does it give
(`results`), what gave the versions before it (`store`), what is different and why (`compare`), does the answer still
stand (`conclusion`). `rules` refuses a version whose number says something else than what changed; `release` makes it.
"""
