"""Do estimate, interval and p value of a printed ratio belong together, and what else does the interval say?

Vocabulary: a *Wald* interval is exp(b ± z·se); ``low`` and ``high`` are its limits as printed, ``resolution`` the last
printed digit. A printed 1.06 stands for everything from 1.055 to 1.065, so whatever follows from it is a range.
"""

import itertools
import math

import pandas as pd
from scipy import stats


def rounded_from(value: float, resolution: float) -> tuple[float, float]:
    """Smallest and largest number that print as this one.

    Examples
    --------
    >>> rounded_from(0.04, 0.01)
    (0.035, 0.045)
    """
    half = resolution / 2
    return round(value - half, 12), round(value + half, 12)


def implied_p_value(
    low: float,
    high: float,
    low_resolution: float,
    high_resolution: float,
    *,
    estimate: float | None = None,
    resolution: float = 0.0,
    confidence_level: float = 0.95,
) -> tuple[float, float]:
    r"""Two-sided Wald p value of a ratio, from its printed interval.

    On the log scale the limits give the estimate, :math:`b = (\ln H + \ln L)/2`, and its standard error,
    :math:`s = (\ln H - \ln L)/(2z)`; then :math:`p = 2\Phi(-|b|/s)`. The range is taken over all limits that round to
    the printed ones; :math:`b/s` is monotone in each limit, so its extremes lie at the corners.

    Parameters
    ----------
    low, high : float
        Limits as printed, ``0 < low < high``.
    low_resolution, high_resolution : float
        Last printed digit of each.
    estimate : float, optional
        The printed ratio, to be used instead of the middle of the interval.
    resolution : float
        Last printed digit of the estimate.
    confidence_level : float
        Of the interval.

    Returns
    -------
    p_low, p_high : float
        Smallest and largest p value that agree with what is printed.

    Raises
    ------
    ValueError
        If the limits are not positive and in order, even at their roundest.

    References
    ----------
    Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.

    Examples
    --------
    >>> [round(p, 3) for p in implied_p_value(0.89, 5.22, 0.01, 0.01)]
    [0.087, 0.091]
    >>> [round(p, 2) for p in implied_p_value(0.78, 1.22, 0.01, 0.01, estimate=1.14, resolution=0.01)]
    [0.22, 0.28]
    """
    lows, highs = rounded_from(low, low_resolution), rounded_from(high, high_resolution)
    if not 0 < lows[0] <= lows[1] < highs[0]:
        raise ValueError(f"limits must be positive and in order, also before rounding; found {low} to {high}")
    centres = [None] if estimate is None else rounded_from(estimate, resolution)
    quantile = stats.norm.ppf((1 + confidence_level) / 2)
    scores = []
    for lower, upper, centre in itertools.product(lows, highs, centres):
        middle = (math.log(upper) + math.log(lower)) / 2 if centre is None else math.log(centre)
        scores.append(middle / (math.log(upper) - math.log(lower)) * 2 * quantile)
    nearest = 0.0 if min(scores) <= 0 <= max(scores) else min(map(abs, scores))
    farthest = max(map(abs, scores))
    return float(2 * stats.norm.sf(farthest)), float(2 * stats.norm.sf(nearest))


def centre(low: float, high: float, low_resolution: float, high_resolution: float) -> tuple[float, float]:
    """Where a ratio lies if its interval is symmetric on the log scale.

    Parameters
    ----------
    low, high, low_resolution, high_resolution : float
        Limits as printed and their last printed digits.

    Returns
    -------
    smallest, largest : float
        Square root of the product of the limits, over all limits that round to the printed ones.

    Examples
    --------
    >>> [round(c, 3) for c in centre(0.78, 1.22, 0.01, 0.01)]
    [0.97, 0.981]
    """
    lows, highs = rounded_from(low, low_resolution), rounded_from(high, high_resolution)
    return math.sqrt(lows[0] * highs[0]), math.sqrt(lows[1] * highs[1])


def standard_error(
    low: float, high: float, low_resolution: float, high_resolution: float, confidence_level: float = 0.95
) -> tuple[float, float]:
    """Standard error of the logarithm of a ratio, from its printed interval.

    Parameters
    ----------
    low, high, low_resolution, high_resolution : float
        Limits as printed and their last printed digits.
    confidence_level : float
        Of the interval.

    Returns
    -------
    smallest, largest : float
        Over all limits that round to the printed ones.

    Examples
    --------
    >>> [round(s, 3) for s in standard_error(1.23, 5.09, 0.01, 0.01)]
    [0.361, 0.364]
    """
    lows, highs = rounded_from(low, low_resolution), rounded_from(high, high_resolution)
    width = 2 * stats.norm.ppf((1 + confidence_level) / 2)
    return float(math.log(highs[0] / lows[1]) / width), float(math.log(highs[1] / lows[0]) / width)


def least_standard_error(span: float, events: int) -> float:
    r"""Smallest model-based standard error of a log hazard ratio that a number of events allows.

    The information of a Cox model, or of a Fine–Gray model, is a sum over events of the weighted variance of the
    covariate among those at risk, and no variance on an interval of length :math:`w` exceeds :math:`w^2/4`. Hence
    :math:`s \ge 2 / (w\sqrt{d})`. A robust (sandwich) standard error is not bound by this.

    Parameters
    ----------
    span : float
        Distance between the covariate's smallest and largest possible value, in the unit of the hazard ratio.
    events : int
        Number of events.

    Returns
    -------
    float

    References
    ----------
    Cox DR. Partial likelihood. Biometrika 1975;62:269-276 (the information); Popoviciu's inequality (the variance).

    Examples
    --------
    >>> least_standard_error(1, 25)
    0.4
    """
    return 2 / (span * math.sqrt(events))


def implied_spread(se: float, events: int) -> float:
    r"""Standard deviation of a covariate that would give this standard error of its log hazard ratio.

    From :math:`s \approx 1/(\sigma\sqrt{d})`, which holds for weak effects: an order of magnitude, not an estimate.

    Parameters
    ----------
    se : float
        Standard error of the log hazard ratio for one unit.
    events : int
        Number of events.

    Returns
    -------
    float
        In units of the covariate.

    References
    ----------
    Hsieh FY, Lavori PW. Controlled Clinical Trials 2000;21:552-560.

    Examples
    --------
    >>> implied_spread(0.05, 25)
    4.0
    """
    return 1 / (se * math.sqrt(events))


def meet(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two ranges have a point in common.

    Examples
    --------
    >>> meet((0.75, 0.85), (0.79, 0.86)), meet((0.0, 0.01), (0.02, 0.03))
    (True, False)
    """
    return max(first[0], second[0]) <= min(first[1], second[1])


def printed_range(value: float, resolution: float, comparator: str | None) -> tuple[float, float]:
    """Numbers that a printed p value may stand for.

    Examples
    --------
    >>> printed_range(0.01, 0.01, "<"), printed_range(0.8, 0.1, None)
    ((0.0, 0.01), (0.75, 0.85))
    """
    if comparator in ("<", "<="):
        return 0.0, value
    return rounded_from(value, resolution)


def range_text(low: float, high: float) -> str:
    """A range of p values in as few digits as tell its ends apart, at least two decimals.

    Examples
    --------
    >>> range_text(0.0882, 0.0914), range_text(0.00012, 0.0008), range_text(0.672, 0.681), range_text(0.9, 0.9)
    ('0.088–0.091', '<0.001', '0.67–0.68', '0.90')
    """
    if high < 0.001:
        return "<0.001"
    if low < 0.001:
        return f"<0.001–{high:.3f}"
    for digits in (2, 3) if high >= 0.1 else (3,):
        ends = f"{low:.{digits}f}", f"{high:.{digits}f}"
        if ends[0] != ends[1]:
            return "–".join(ends)
    return ends[0] if high < 0.1 else f"{low:.2f}"


def with_implied(claims: pd.DataFrame) -> pd.DataFrame:
    """Hazard ratios, each beside its printed p value and the one its interval implies.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger; a hazard ratio and its p value share report, location, quantity and group.

    Returns
    -------
    DataFrame
        The hazard ratios with two limits, in the order of the ledger, with ``p_claim`` (id), ``p_printed``,
        ``p_low``, ``p_high``, ``p_implied`` (words), ``p_agrees``, ``centre_low``, ``centre_high`` and ``centred``
        (whether some estimate that prints as shown lies in the middle of its interval).

    Examples
    --------
    >>> from analysis import data
    >>> ledger = data.load().claims
    >>> with_implied(ledger.loc[["G153", "G154"]])[["p_printed", "p_implied"]].iloc[0].tolist()
    ['0.09', '0.087–0.091']
    """
    key = ["report", "location", "quantity", "group"]
    names = {"id": "p_claim", "value_printed": "p_printed", "value": "p", "resolution": "p_res", "comparator": "sign"}
    p_values = claims[claims.statistic == "p value"].rename(columns=names)[[*key, *names.values()]]
    ratios = claims[(claims.statistic == "hazard ratio") & claims.low.notna()]
    rows = ratios.merge(p_values.reset_index(drop=True), on=key, how="left", validate="many_to_one")
    return rows.join(pd.DataFrame([_check(row) for row in rows.itertuples()])).set_index("id", drop=False)


def _check(row) -> dict[str, object]:
    """What the interval of one hazard ratio implies, and whether p value and estimate agree with it."""
    limits = (row.low, row.high, row.low_resolution, row.high_resolution)
    implied, middle = implied_p_value(*limits), centre(*limits)
    known = pd.notna(row.p)
    return {
        "p_low": implied[0],
        "p_high": implied[1],
        "p_implied": range_text(*implied),
        "p_agrees": meet(implied, printed_range(row.p, row.p_res, row.sign)) if known else None,
        "centre_low": middle[0],
        "centre_high": middle[1],
        "centred": meet(middle, rounded_from(row.value, row.resolution)),
    }
