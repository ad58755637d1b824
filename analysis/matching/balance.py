"""Whether the groups are alike. Vocabulary as in the package."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.matching.score import design, treated_rows

DENOMINATORS = ("treated", "pooled")
CONSTANT = 1.5e-8  # a standard deviation below this is that of a constant (root of the smallest step of a double)


def balance(
    data: pd.DataFrame,
    treated: str | ArrayLike,
    covariates: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    denominator: str = "treated",
) -> pd.DataFrame:
    """Standardised differences, means and variance ratios, before and after matching.

    Parameters
    ----------
    data : DataFrame
        All rows, also those that matching left out.
    treated : str or array_like of bool, shape = (n,)
        Column of ``data`` or values.
    covariates : sequence of str
        Columns of ``data``; text and categories count as one indicator for each level.
    weights : array_like of float, shape = (n,), optional
        After matching, as from `match_weights`. Without them only the state before is given.
    denominator : {"treated", "pooled"}
        Standard deviation that differences are divided by, always of all rows: of the treated ones, as MatchIt and
        cobalt for the effect on the treated; or the root of the mean of both variances.

    Returns
    -------
    DataFrame
        Index covariate; ``mean_treated, mean_control, difference`` (standardised), ``asd`` (its absolute value),
        ``variance_ratio`` (missing for 0/1 covariates), each with ``_before`` and, given weights, ``_after``.

    Raises
    ------
    ValueError
        If values are missing, a group is empty, a weight is negative or missing, or a group has no weight.

    References
    ----------
    Stuart, Stat Sci 2010;25:1-21, section 4.1; Austin, Stat Med 2009;28:3083-3107, section 3.1 (variance of a 0/1
    covariate: p(1 − p)).

    Examples
    --------
    >>> patients = pd.DataFrame({"age": [60, 70, 40, 50, 60, 70], "case": [1, 1, 0, 0, 0, 0]})
    >>> balance(patients, "case", ["age"], [1, 1, 0, 0, 1, 1])[["asd_before", "asd_after"]].round(3).values.tolist()
    [[1.414, 0.0]]
    """
    if denominator not in DENOMINATORS:
        raise ValueError(f"no denominator {denominator!r}; there are {', '.join(map(repr, DENOMINATORS))}")
    cases, x = treated_rows(data, treated), design(data, covariates, drop_first=False)
    before = np.ones(len(data))
    table = _state(x, cases, before, denominator).add_suffix("_before")
    if weights is not None:
        after = _checked_weights(weights, cases)
        table = table.join(_state(x, cases, after, denominator).add_suffix("_after"))
    return table


def _state(x: pd.DataFrame, cases: np.ndarray, weights: np.ndarray, denominator: str) -> pd.DataFrame:
    """Means and differences under weights; the denominator is that of all rows."""
    rows = {name: _compare(x[name].to_numpy(), cases, weights, denominator) for name in x}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")


def _compare(x: np.ndarray, cases: np.ndarray, weights: np.ndarray, denominator: str) -> dict[str, float]:
    """One covariate; Stuart 2010, section 4.1."""
    two_values = bool(np.isin(x, (0, 1)).all())
    treated, control = ((x[group], weights[group]) for group in (cases, ~cases))
    means = [float(np.average(values, weights=w)) for values, w in (treated, control)]
    difference = (means[0] - means[1]) / _standard_deviation(x, cases, two_values, denominator)
    ratio = np.nan if two_values else _ratio(_variance(*treated, False), _variance(*control, False))
    return {
        **{"mean_treated": means[0], "mean_control": means[1]},
        **{"difference": difference, "asd": abs(difference), "variance_ratio": ratio},
    }


def _standard_deviation(x: np.ndarray, cases: np.ndarray, two_values: bool, denominator: str) -> float:
    """Of the treated rows before matching; of both groups where asked for, or where the treated do not vary."""
    of_treated, of_control = (_variance(x[group], np.ones(group.sum()), two_values) for group in (cases, ~cases))
    if denominator == "treated" and of_treated > CONSTANT**2:
        return float(np.sqrt(of_treated))
    pooled = float(np.sqrt((of_treated + of_control) / 2))
    return pooled if pooled > CONSTANT else np.nan


def _variance(x: np.ndarray, w: np.ndarray, two_values: bool) -> float:
    """Weighted, unbiased: Σw(x − mean)² · Σw / ((Σw)² − Σw²); p(1 − p) for 0/1 (Austin 2009, section 3.1)."""
    mean = np.average(x, weights=w)
    if two_values:
        return float(mean * (1 - mean))
    total, spare = w.sum(), w.sum() ** 2 - np.sum(w**2)
    return float(np.sum(w * (x - mean) ** 2) * total / spare) if spare > 0 else np.nan


def _ratio(of_treated: float, of_control: float) -> float:
    """Quotient, missing where a group does not vary."""
    return of_treated / of_control if of_control > 0 else np.nan


def _checked_weights(weights: ArrayLike, cases: np.ndarray) -> np.ndarray:
    """As many as rows, not negative, some in each group."""
    w = np.asarray(weights, dtype=float)
    if w.shape != cases.shape:
        raise ValueError(f"{w.size} weights for {len(cases)} rows")
    wrong = np.flatnonzero(~(np.isfinite(w) & (w >= 0)))
    if wrong.size:
        raise ValueError(f"{wrong.size} weight(s) missing, infinite or negative: rows {wrong[:5].tolist()}")
    if not (w[cases].any() and w[~cases].any()):
        raise ValueError("no row with weight in one of the groups: nothing was matched")
    return w
