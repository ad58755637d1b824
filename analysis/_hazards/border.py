"""What enters a model for hazards: times, named events and covariates, checked once.

Vocabulary: a *status* is the code used inside (0 censored, 1 the cause, 2 a competing event); a *column* is one
coefficient, a *covariate* one column of the user's table: a covariate with levels has a column for each but the first.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.border import CAUSE, kinds, same_length

SHOWN = 5  # rows or names listed in an error


class Design(NamedTuple):
    """Covariates as columns of numbers, with the name of each and the reference level of those that have levels."""

    covariates: list[str]
    names: list[str]
    columns: list[np.ndarray]
    levels: dict[str, list]


def read_status(event: ArrayLike, cause: str, censored: str, times: np.ndarray) -> np.ndarray:
    """Status of each patient; an error without rows or without an event of the cause."""
    status = kinds(event, cause=cause, censored=censored)
    same_length(time=times, event=status)
    if not np.any(status == CAUSE):
        found = _listed(pd.unique(pd.Series(np.asarray(event), dtype=object)))
        raise ValueError(f"cause: no event {cause!r} among {status.size} rows, so no hazard to model; events: {found}")
    return status


def read_covariates(covariates: ArrayLike, n: int) -> Design:
    """Columns of all covariates; an error if a covariate is missing somewhere, infinite or the same in all rows."""
    frame = _frame(covariates)
    if len(frame) != n:
        raise ValueError(f"covariates: {len(frame)} rows, but time has {n}")
    if not frame.shape[1] or not frame.columns.is_unique:
        raise ValueError(f"covariates: found columns {_listed(frame.columns)}; allowed: at least one, each named once")
    given = [(str(name), series) for name, series in frame.items()]
    levels = {name: _levels(series) for name, series in given if not _is_number(series)}
    design = encode(given, levels)
    _check_columns(design, n, "")
    return design


def _check_columns(design: Design, n: int, which: str) -> None:
    """Refuse covariates that do not vary, and more columns than rows."""
    constant = [name for name, column in zip(design.names, design.columns, strict=True) if column.min() == column.max()]
    constant += [name for name, found in design.levels.items() if len(found) < 2]
    if constant:
        raise ValueError(f"covariates: {_listed(constant)} do not vary among {n} rows{which}, so have no coefficient")
    if len(design.names) >= n:
        raise ValueError(f"covariates: {len(design.names)} coefficients for {n} rows{which}; allowed: fewer than rows")


def read_weights(weights: ArrayLike | None, n: int) -> np.ndarray | None:
    """Weight of each row, None where none are given; an error if one is missing, negative or infinite."""
    if weights is None:
        return None
    weight = np.asarray(weights)
    if weight.ndim != 1 or weight.size != n or weight.dtype.kind not in "iufb":
        raise ValueError(
            f"weights: found {weight.dtype} of shape {weight.shape}; allowed: a number for each of {n} rows"
        )
    weight = weight.astype(float)
    wrong = ~((weight >= 0) & (weight < np.inf))
    if wrong.any():
        raise ValueError(f"weights: {_rows(wrong, weight)}; allowed: numbers from 0 on")
    return weight


def with_weight(
    times: np.ndarray, status: np.ndarray, design: Design, weight: np.ndarray, cause: str
) -> tuple[np.ndarray, np.ndarray, Design, np.ndarray]:
    """The rows whose weight is not 0; an error if nothing can be learnt from them."""
    kept = np.flatnonzero(weight)
    times, status, weight = times.take(kept), status.take(kept), weight.take(kept)
    if not np.any(status == CAUSE):
        raise ValueError(f"weights: no event {cause!r} among the {kept.size} rows whose weight is not 0")
    design = design._replace(columns=[column.take(kept) for column in design.columns])
    _check_columns(design, kept.size, " whose weight is not 0")
    return times, status, design, weight


def choose(covariates: ArrayLike, names: list[str]) -> list[tuple[str, pd.Series]]:
    """The covariates of a model, in its order."""
    frame = _frame(covariates).rename(columns=str)
    missing = [name for name in names if name not in frame]
    if missing:
        raise ValueError(f"covariates: {_listed(missing)} missing; found: {_listed(frame.columns)}")
    return list(frame[names].items())


def encode(covariates: list[tuple[str, pd.Series]], levels: dict[str, list]) -> Design:
    """Columns of covariates, those with levels coded against the first of the levels given."""
    names, columns = [], []
    for name, series in covariates:
        if name in levels:
            reference, *others = levels[name]
            codes = pd.Categorical(_present(series), categories=levels[name]).codes
            if codes.min(initial=0) < 0:
                raise ValueError(f"{name}: {_rows(codes < 0, series)}; allowed: {_listed(levels[name])}")
            names += [f"{name}[{level} vs {reference}]" for level in others]
            columns += [codes == code for code in range(1, len(others) + 1)]
        else:
            names.append(name)
            columns.append(_numbers(series))
    return Design([name for name, _ in covariates], names, columns, levels)


def _frame(covariates: ArrayLike) -> pd.DataFrame:
    """Covariates as a table; columns without names become x1, x2 and so on."""
    if isinstance(covariates, pd.DataFrame):
        return covariates.infer_objects(copy=False)  # numbers kept as objects are numbers
    if isinstance(covariates, pd.Series):
        return covariates.to_frame("x1" if covariates.name is None else covariates.name)
    array = np.asarray(covariates) if not isinstance(covariates, pd.Categorical) else covariates
    if array.ndim == 1:
        return pd.DataFrame({"x1": array})
    if array.ndim != 2:
        raise ValueError(f"covariates: found {array.ndim} dimensions; allowed: a table, or one row for each patient")
    return pd.DataFrame(array, columns=[f"x{j + 1}" for j in range(array.shape[1])]).infer_objects(copy=False)


def _is_number(series: pd.Series) -> bool:
    """Whether a covariate is a number (or yes/no); an error if it is neither a number nor has levels."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        return True
    if pd.api.types.is_numeric_dtype(dtype):
        return True
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(dtype) or dtype.kind == "O":
        return False
    raise ValueError(f"{series.name}: found {dtype}; allowed: numbers, yes/no, or levels (Categorical or names)")


def _levels(series: pd.Series) -> list:
    """Levels that occur: in the order of a Categorical's categories, else sorted."""
    return list(pd.Categorical(_present(series)).remove_unused_categories().categories)


def _present(series: pd.Series) -> pd.Series:
    """The same covariate, or an error if a value is missing."""
    missing = series.isna().to_numpy()
    if missing.any():
        raise ValueError(f"{series.name}: {_rows(missing)} missing; allowed: a value in each row")
    return series


def _numbers(series: pd.Series) -> np.ndarray:
    """Values of a numeric covariate, or an error if one is missing or infinite."""
    if not _is_number(series):
        raise ValueError(f"{series.name}: found names; allowed: numbers")
    values = series.to_numpy()
    if not isinstance(series.dtype, np.dtype):
        values = series.to_numpy(float, na_value=np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        finite = values.dtype.kind != "f" or np.isfinite(values.sum()) or np.isfinite(values).all()
    if not finite:
        raise ValueError(f"{series.name}: {_rows(~np.isfinite(values), values)}; allowed: finite numbers, none missing")
    return values


def _rows(bad: np.ndarray, values: ArrayLike | None = None) -> str:
    """How many rows are wrong and the first of them, with what stands there."""
    rows = np.flatnonzero(bad)
    values = None if values is None else np.asarray(values)
    shown = ", ".join(f"row {i}" if values is None else f"row {i}: {values[i]}" for i in rows[:SHOWN])
    return f"{rows.size} row(s) ({shown}{', ...' if rows.size > SHOWN else ''})"


def _listed(names) -> str:
    """Names in quotes, the first of a long list."""
    names = list(names)
    return ", ".join(map(repr, names[: 4 * SHOWN])) + (", ..." if len(names) > 4 * SHOWN else "")
