"""Intervals for proportions, rates and the comparison of two arms, fit for rare events.

Vocabulary: *events* are counted among *total* patients or in *person_time*; estimates and limits of proportions are
shares between 0 and 1, of rates events per unit of person-time. Two arms: *events, total* belong to the arm of
interest, *events_reference, total_reference* to the one it is compared with. All intervals exist when no event was
seen.

Why own code: scipy has the exact and the score interval of a single proportion, one at a time, and none that compares
two arms.
"""

from analysis.intervals.one_arm import proportion_interval, rate_interval
from analysis.intervals.two_arms import risk_difference, risk_ratio

__all__ = ["proportion_interval", "rate_interval", "risk_difference", "risk_ratio"]
