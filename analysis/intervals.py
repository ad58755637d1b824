"""Exact intervals for proportions.

Vocabulary: *events* are counted among *total*; both are whole numbers; estimates and limits are shares between 0 and 1.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats


def proportion_interval(events: ArrayLike, total: ArrayLike, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Share of events with its exact (Clopper–Pearson) interval.

    Parameters
    ----------
    events, total : array_like of int, shape = (n,)
        Counts; ``0 <= events <= total`` and ``total >= 1``.
    confidence_level : float
        Coverage that the interval never falls short of.

    Returns
    -------
    DataFrame
        One row for each pair; ``events, total, estimate, conf_low, conf_high`` (shares, 0 to 1).

    Raises
    ------
    ValueError
        If a count is negative, larger than its total, or a total is zero; says which rows.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. Limits by the beta distribution, e.g. Brown, Cai and DasGupta,
    Statistical Science 2001;16:101-133, section 4.2.1.

    Examples
    --------
    >>> proportion_interval([10], [97]).round(3).to_dict("records")
    [{'events': 10, 'total': 97, 'estimate': 0.103, 'conf_low': 0.051, 'conf_high': 0.181}]
    """
    k, n = np.broadcast_arrays(np.atleast_1d(np.asarray(events)), np.atleast_1d(np.asarray(total)))
    bad = np.flatnonzero(~((k >= 0) & (k <= n) & (n >= 1)))
    if bad.size:
        rows = ", ".join(f"row {i}: {k[i]} of {n[i]}" for i in bad[:5])
        raise ValueError(f"{bad.size} impossible count(s): {rows}; allowed: 0 <= events <= total, total >= 1")
    tail = (1 - confidence_level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k == 0, 0.0, stats.beta.ppf(tail, k, n - k + 1))
        high = np.where(k == n, 1.0, stats.beta.ppf(1 - tail, k + 1, n - k))
    return pd.DataFrame({"events": k, "total": n, "estimate": k / n, "conf_low": low, "conf_high": high})


def percent(share: float, sign: str = "%") -> str:
    """A share as a percentage with two significant digits, as the paper prints its incidences.

    Examples
    --------
    >>> percent(0.0514), percent(0.181), percent(1.0)
    ('5.1%', '18%', '100%')
    """
    value = 100 * share
    digits = 1 if value < 9.95 else 0
    return f"{value:.{digits}f}{sign}" if value not in (0, 100) else f"{value:.0f}{sign}"
