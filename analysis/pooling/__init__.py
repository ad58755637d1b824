"""Meta-analysis of few studies with rare events.

Vocabulary: a *study* contributes one *estimate* with its *std_error*, or a count of *events* among *total* patients, or
*events* in *person_time*; *k* is the number of studies; *tau2* is the variance of the true effects between studies on
the scale of the model (as given; log-odds for proportions; log for rates); *q* is Cochran's statistic for
heterogeneity; *i2* is the share (in percent) of the variance that lies between studies; the *prediction* interval is
where the true effect of a further study is expected; *weights* are in percent.

Why own code: no Python library has REML with a prediction interval, the binomial or Poisson mixed model for aggregate
data, or cumulative, leave-one-out and influence tables. Everything is written from the cited papers.
"""

from analysis.pooling.pooled import Pooled, pool, pool_proportions, pool_rates
from analysis.pooling.regression import MetaRegression, meta_regression
from analysis.pooling.sensitivity import cumulative, influence, leave_one_out

__all__ = [
    "MetaRegression",
    "Pooled",
    "cumulative",
    "influence",
    "leave_one_out",
    "meta_regression",
    "pool",
    "pool_proportions",
    "pool_rates",
]
