"""How often does t-MN follow CAR T cells, all reports together, and how sure is that?

Questions a reader asks: what can be pooled (`rows`), what enters together and why the rest does not (`choice`), the
pooled number (`answer`, by subgroup in `pools`, at stated times in `timed`), what randomised trials say (`randomised`),
how much hangs on one study or one choice (`robustness`, `switches`), how sure it is (`certainty`), and everything as
one table (`results`). Pooled numbers are computed here, never published; synthetic cohorts never enter.
"""

from analysis.synthesis.groups import rows
from analysis.synthesis.headline import results

__all__ = ["results", "rows"]
