"""Freeman–Tukey's double arcsine, kept for comparison: nothing is added to a count, but the way back needs one size.

The back-transformation takes the harmonic mean of the totals and can mislead when they differ much (Schwarzer et al.,
Res Synth Methods 2019;10:476-483): never the only estimate.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.pooling import inverse_variance
from analysis.pooling.pooled import Pooled, _summary, checked_counts


def pool_double_arcsine(
    events: ArrayLike, total: ArrayLike, *, method: str = "reml", confidence_level: float = 0.95
) -> Pooled:
    """Pool proportions on the scale of the double arcsine.

    Parameters
    ----------
    events, total : array_like of int, shape = (k,)
        Counts of each study.
    method : {"reml", "dl", "pm", "equal"}
        Estimator of tau².
    confidence_level : float
        Of both intervals.

    Returns
    -------
    Pooled
        Proportions (0 to 1).

    Raises
    ------
    ValueError
        If a count is impossible; says which rows.

    References
    ----------
    Freeman and Tukey, Ann Math Stat 1950;21:607-611. Back-transformation: Miller, The American Statistician
    1978;32:138, with the harmonic mean of the totals.

    Examples
    --------
    >>> pooled = pool_double_arcsine([0, 6, 1, 29, 0], [60, 127, 26, 520, 31])
    >>> round(pooled.estimate, 4)
    0.0257
    """
    x, n = checked_counts(events, total, whole=True)
    y = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    fitted = inverse_variance.fit(y, 1 / (4 * n + 2), np.ones((len(y), 1)), method, False)
    size = len(n) / np.sum(1 / n)
    return _summary(fitted, len(y), method, "double arcsine", confidence_level, lambda t: _back(t, size))


def _back(t: float, n: float) -> float:
    """Proportion of a double arcsine at one size; Miller 1978."""
    if np.isnan(t):
        return t
    lowest = np.arcsin(np.sqrt(1 / (n + 1))) / 2
    highest = (np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2) / 2
    if t <= lowest:
        return 0.0
    if t >= highest:
        return 1.0
    sine = np.sin(2 * t)
    return 0.5 * (1 - np.sign(np.cos(2 * t)) * np.sqrt(1 - (sine + (sine - 1 / sine) / n) ** 2))
