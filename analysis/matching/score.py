"""The propensity score: a logistic regression. Vocabulary as in the package."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

NEWTON_STEPS = 100
STEP_OF_LOG_ODDS = 1e-11  # a smaller step changes no probability beyond rounding
LARGEST_LOG_ODDS = 36.0  # a probability of 1 − 2e-16: the fit is on its way to infinity


def propensity_score(data: pd.DataFrame, treated: str | ArrayLike, covariates: Sequence[str]) -> pd.Series:
    """Probability of being treated by logistic regression on the covariates.

    Parameters
    ----------
    data : DataFrame
        One row for each patient.
    treated : str or array_like of bool, shape = (n,)
        Column of ``data`` or values; true or 1 for the treated.
    covariates : sequence of str
        Columns of ``data``. Text and categories count as one indicator for each level but the first. A column that the
        others determine changes nothing.

    Returns
    -------
    Series
        Probabilities with the index of ``data``.

    Raises
    ------
    ValueError
        If values are missing (with their columns), all rows are treated or none, or the covariates separate the groups.
    KeyError
        If a column does not exist; names those there are.

    References
    ----------
    Rosenbaum and Rubin, Biometrika 1983;70:41-55. Maximum likelihood by Newton's method: McCullagh and Nelder,
    Generalized Linear Models, 2nd edition, section 4.4.

    Examples
    --------
    >>> patients = pd.DataFrame({"age": [40, 50, 60, 70, 80, 90], "case": [0, 0, 1, 0, 1, 1]})
    >>> propensity_score(patients, "case", ["age"]).round(3).tolist()
    [0.046, 0.139, 0.353, 0.647, 0.861, 0.954]
    """
    cases = treated_rows(data, treated)
    x = design(data, covariates, drop_first=True).to_numpy(dtype=float)
    spread = x.std(axis=0)
    x = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)])
    return pd.Series(special.expit(_log_odds(x, cases.astype(float))), index=data.index, name="score")


def treated_rows(data: pd.DataFrame | None, treated: str | ArrayLike) -> np.ndarray:
    """Who is treated, as booleans; both groups must have a row."""
    if isinstance(treated, str):
        columns(data, [treated])
        treated = data[treated]
    values = pd.Series(np.asarray(treated))
    if data is not None and len(values) != len(data):
        raise ValueError(f"{len(values)} values of treated for {len(data)} rows")
    wrong = np.flatnonzero(~values.isin([0, 1]).to_numpy())
    if wrong.size:
        rows = ", ".join(f"row {i}: {values[i]}" for i in wrong[:5])
        raise ValueError(f"{wrong.size} value(s) of treated are neither true nor false: {rows}")
    cases = values.to_numpy().astype(bool)
    if cases.all() or not cases.any():
        raise ValueError(f"{cases.sum()} of {len(cases)} rows are treated; both groups need a row")
    return cases


def columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Error if a column does not exist, or holds missing values."""
    absent = [name for name in names if name not in data]
    if absent:
        raise KeyError(f"no column {', '.join(map(repr, absent))}; there are {', '.join(map(repr, data.columns))}")
    missing = data[list(names)].isna().sum()
    if missing.any():
        found = ", ".join(f"{count} in {name!r}" for name, count in missing[missing > 0].items())
        raise ValueError(f"missing values: {found}; matching needs complete rows")


def design(data: pd.DataFrame, covariates: Sequence[str], *, drop_first: bool) -> pd.DataFrame:
    """Covariates as numbers; indicators for the levels of text and categories."""
    if isinstance(covariates, str):
        covariates = [covariates]
    columns(data, covariates)
    parts = []
    for name in covariates:
        column = data[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            parts.append(column.astype(float).rename(name))
            continue
        levels = pd.Categorical(column).remove_unused_categories().categories[1 if drop_first else 0 :]
        parts.extend((column == level).astype(float).rename(f"{name}: {level}") for level in levels)
    return pd.concat(parts, axis=1) if parts else pd.DataFrame(index=data.index)


def _log_odds(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Linear predictor at the maximum of the likelihood by Newton's method; McCullagh and Nelder, section 4.4."""
    eta = np.full(len(y), special.logit(y.mean()))
    value = _log_likelihood(y, eta)
    for _ in range(NEWTON_STEPS):
        p = special.expit(eta)
        root = np.sqrt(p * (1 - p))
        step = x @ np.linalg.lstsq(root[:, None] * x, (y - p) / root, rcond=1e-11)[0]
        largest = np.abs(step).max()
        while _log_likelihood(y, eta + step) < value and np.abs(step).max() > STEP_OF_LOG_ODDS:
            step = step / 2
        eta = eta + step
        if largest < STEP_OF_LOG_ODDS:
            return eta
        value = _log_likelihood(y, eta)
        if np.abs(eta).max() > LARGEST_LOG_ODDS:
            break
    raise ValueError("the covariates separate treated rows from controls: no finite coefficients; leave one out")


def _log_likelihood(y: np.ndarray, eta: np.ndarray) -> float:
    """Bernoulli log-likelihood of log-odds."""
    return float(np.sum(y * eta - np.logaddexp(0, eta)))
