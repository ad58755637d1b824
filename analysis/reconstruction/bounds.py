"""How small a model-based standard error can be, whatever the data."""

import math

import pandas as pd

from analysis import wald

RANGES = {"prior lines": "G059", "CAR-HEMATOTOX": "G063", "age": "G048"}  # claims of printed ranges
GRADES = (0.0, 4.0)  # of CRS and ICANS; grade 5 is death, which the tables do not count
YES_NO = (0.0, 1.0)


def least_standard_error(low: float, high: float, events: int, mean: float | None = None) -> float:
    r"""Smallest model-based standard error of a coefficient, of Cox's model or of that of Fine and Gray.

    The information is the sum over events of the weighted variance of the covariate in the risk set. A variance of
    values from :math:`l` to :math:`h` with mean :math:`m` is at most :math:`(m - l)(h - m)`; at the maximum of the
    likelihood the means of the risk sets average to the mean :math:`\bar x` of the covariate among those with an event,
    and :math:`(m - l)(h - m)` is concave. Hence

    .. math:: s \ge \frac{1}{\sqrt{d\,(\bar x - l)(h - \bar x)}} \ge \frac{2}{(h - l)\sqrt{d}}

    For a covariate that is 0 or 1 in :math:`d_0` and :math:`d_1` of the events this is
    :math:`\sqrt{1/d_0 + 1/d_1}`. A robust standard error is not bound by it.

    Parameters
    ----------
    low, high : float
        Smallest and largest possible value of the covariate.
    events : int
        Number of events.
    mean : float, optional
        Mean of the covariate among those with an event, if it is known.

    Returns
    -------
    float

    References
    ----------
    Bhatia R, Davis C. A better bound on the variance. Am Math Mon 2000;107:353-357.

    Examples
    --------
    >>> least_standard_error(0, 1, 25), round(least_standard_error(0, 1, 25, mean=0.8), 3)
    (0.4, 0.5)
    """
    if mean is None:
        return wald.least_standard_error(high - low, events)
    return 1 / math.sqrt(events * (mean - low) * (high - mean))


def ends(quantity: str, claims: pd.DataFrame) -> tuple[float, float] | None:
    """Smallest and largest possible value of a covariate; nothing if none is known.

    Examples
    --------
    >>> from analysis import data
    >>> ends("CAR-HEMATOTOX", data.load().claims), ends("CRS grade", data.load().claims)
    ((0.0, 6.0), (0.0, 4.0))
    """
    if quantity in RANGES:
        return float(claims.low[RANGES[quantity]]), float(claims.high[RANGES[quantity]])
    if quantity.endswith(" grade") and "any" not in quantity:
        return GRADES
    return YES_NO if "any grade" in quantity or " vs " in quantity else None
