"""What follows from printed ratios and their intervals, worded for the running text.

Each function takes claims (and plain numbers) and returns value, interval, what it is and how it was computed, in
words; `analysis.estimates` gives them their names.
"""

from collections.abc import Callable

import pandas as pd
from scipy import stats

from analysis import wald

IQR_TO_SD = 2 * stats.norm.ppf(0.75)


def _limits(claim: pd.Series) -> tuple[float, float, float, float]:
    """Limits of a claim with their resolutions."""
    return claim.low, claim.high, claim.low_resolution, claim.high_resolution


def _about(claim: pd.Series) -> str:
    """The ratio in words."""
    return f"{claim.quantity}, hazard ratio {claim.value_printed} ({claim.low_printed}–{claim.high_printed})"


def implied_p(claim: pd.Series) -> tuple[str, str, str, str]:
    """P value that belongs to a printed interval.

    Examples
    --------
    >>> from analysis import data
    >>> implied_p(data.load().claims.loc["G153"])[0]
    '0.087–0.091'
    """
    text = wald.range_text(*wald.implied_p_value(*_limits(claim)))
    return text, "", f"p value of {_about(claim)}", "Wald test from the printed limits, over all that round to them"


def implied_p_at_estimate(claim: pd.Series) -> tuple[str, str, str, str]:
    """P value if the printed estimate is right and only the width of the interval is used."""
    found = wald.implied_p_value(*_limits(claim), estimate=claim.value, resolution=claim.resolution)
    return (
        wald.range_text(*found),
        "",
        f"p value of {_about(claim)}",
        "printed estimate, standard error from the limits",
    )


def p_with_error_of(claim: pd.Series, other: pd.Series) -> tuple[str, str, str, str]:
    """P value that one estimate would have with the standard error of another."""
    found = wald.implied_p_value(*_limits(other), estimate=claim.value, resolution=claim.resolution)
    how = f"printed estimate of {claim.id}, standard error from the limits of {other.id}"
    return wald.range_text(*found), "", f"p value of {claim.quantity}, hazard ratio {claim.value_printed}", how


def middle(claim: pd.Series) -> tuple[str, str, str, str]:
    """Estimate that lies in the middle of a printed interval, on the log scale."""
    low, high = (f"{limit:.2f}" for limit in wald.centre(*_limits(claim)))
    text = low if low == high else f"{low}–{high}"
    return text, "", f"middle of the interval of {_about(claim)}", "square root of the product of the limits"


def steps(claim: pd.Series, number: float) -> tuple[str, str, str, str]:
    """Ratio for several steps, if the printed one is for one.

    Examples
    --------
    >>> from analysis import data
    >>> steps(data.load().claims.loc["G147"], 5)[:2]
    ('1.6', '95% CI 1.2–2.1')
    """
    value, low, high = (f"{limit**number:.1f}" for limit in (claim.value, claim.low, claim.high))
    how = f"estimate and limits to the power {number:g}; holds only if one step is one unit and each step counts alike"
    return value, f"95% CI {low}–{high}", f"{claim.quantity}, hazard ratio for {number:g} steps", how


def error(claim: pd.Series) -> tuple[str, str, str, str]:
    """Standard error on the log scale, at most."""
    largest = wald.standard_error(*_limits(claim))[1]
    how = "width of the printed interval on the log scale, at its roundest, divided by 3.92"
    return f"{largest:.3f}", "", f"largest standard error of {_about(claim)}", how


def least_error(events: pd.Series, span: float) -> tuple[str, str, str, str]:
    """Smallest model-based standard error that the number of events allows."""
    least = wald.least_standard_error(span, int(events.value))
    how = f"2 / ({span:g} × √{int(events.value)}): covariate from 0 to {span:g}, half of those at risk at either end"
    return f"{least:.3f}", "", "smallest model-based standard error of a log hazard ratio", how


def spread(claim: pd.Series, events: pd.Series) -> tuple[str, str, str, str]:
    """Standard deviation of the covariate that the interval implies.

    Examples
    --------
    >>> from analysis import data
    >>> claims = data.load().claims
    >>> spread(claims.loc["G140"], claims.loc["G068"])[0]
    '7.3'
    """
    low, high = wald.standard_error(*_limits(claim))
    text = f"{wald.implied_spread((low + high) / 2, int(events.value)):.2g}"
    how = "1 / (standard error × √events); an approximation for weak effects"
    return text, "", f"standard deviation of the covariate implied by {_about(claim)}", how


def spread_of_quartiles(claim: pd.Series) -> tuple[str, str, str, str]:
    """Standard deviation that goes with printed quartiles.

    Examples
    --------
    >>> from analysis import data
    >>> spread_of_quartiles(data.load().claims.loc["G061"])[0]
    '6.7'
    """
    text = f"{(claim.high - claim.low) / IQR_TO_SD:.2g}"
    return text, "", f"standard deviation of {claim.quantity}", "printed interquartile range divided by 1.35 (normal)"


def matched(cases: pd.Series, controls: pd.Series) -> tuple[str, str, str, str]:
    """Most patients that matching so many controls to each case can leave."""
    total = int(cases.value * (1 + controls.value))
    how = f"{int(cases.value)} cases and {int(controls.value)} controls for each, if all found a match"
    return str(total), "", "patients in the matched set, at most", how


WORDS: dict[str, Callable[..., tuple[str, str, str, str]]] = {
    "p": implied_p,
    "p-at-estimate": implied_p_at_estimate,
    "p-with-error": p_with_error_of,
    "middle": middle,
    "steps": steps,
    "error": error,
    "least-error": least_error,
    "spread": spread,
    "quartile-spread": spread_of_quartiles,
    "matched": matched,
}
