"""Matching on the propensity score, and whether it balanced anything.

Vocabulary: *treated* rows are those to be matched (in the paper's design the patients with t-MN), all others are
*controls*; the *score* is the probability of being treated given the covariates; rows are counted from 0 in the order
given; a *round* gives each treated row at most one control, all first ones before any second one; *weights* are 0 for
rows left out; a *set* holds treated rows and controls that are compared with each other.

Why own code: the Python packages for matching agree with R's MatchIt only where no two scores are equal, and take
time that grows with the square of the patients. Ours is written from the description of the algorithm, with ties
defined.
"""

from analysis.matching.balance import balance
from analysis.matching.nearest import match_nearest, match_weights, row_order_sensitivity
from analysis.matching.score import propensity_score
from analysis.matching.weighting import full_matching, odds_weights, stratum_weights

__all__ = [
    "balance",
    "full_matching",
    "match_nearest",
    "match_weights",
    "odds_weights",
    "propensity_score",
    "row_order_sensitivity",
    "stratum_weights",
]
