"""What the estimators accept: each argument is checked once, here, and comes out as a plain array.

Vocabulary: *time* numbers from 0 on; *event* by name, or true and false where there is one kind only; *group* any
label; *row* counts from 0, whatever the index of the table it came from.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

CENSORED, CAUSE, COMPETING = 0, 1, 2  # what became of a patient, as the estimators count it; never shown
FIRST_ROWS = 5  # rows that an error lists


class Groups(NamedTuple):
    """Groups of rows: ``code`` (n,) points into ``labels`` (k,), which has no label without rows."""

    code: np.ndarray
    labels: np.ndarray

    def rows(self) -> list[np.ndarray | slice]:
        """Rows of each group, in the order of the labels."""
        if len(self.labels) == 1:
            return [slice(None)]
        code = self.code.astype(np.min_scalar_type(len(self.labels)))  # the sort of small integers is a linear one
        return np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])


def complain(what: str, bad: np.ndarray, values: ArrayLike, allowed: str) -> None:
    """Raise a ValueError with the count of bad rows, the first of them and what is allowed."""
    values = np.asarray(values, dtype=object)
    rows = ", ".join(f"row {i}: {values[i]}" for i in np.flatnonzero(bad)[:FIRST_ROWS])
    raise ValueError(f"{np.count_nonzero(bad)} {what}: {rows}; allowed: {allowed}")


def same_length(**arrays: np.ndarray) -> None:
    """Raise a ValueError unless all arrays have as many rows as the first, and at least one."""
    sizes = {name: len(array) for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"different numbers of rows: {', '.join(f'{k} {v}' for k, v in sizes.items())}")
    if 0 in sizes.values():
        raise ValueError("no rows; at least one is needed")


def quantile(confidence_level: float) -> float:
    """Normal quantile of a two-sided level (1.96 for 0.95), which must be between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level is {confidence_level!r}; allowed: between 0 and 1, such as 0.95")
    return float(special.ndtri((1 + confidence_level) / 2))


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """A choice, refused with the list unless it is in the list."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(map(repr, allowed))}")
    return value


def times(time: ArrayLike, name: str = "time") -> np.ndarray:
    """Times as floats, shape = (n,); refuses missing, negative and infinite ones and whatever is no number."""
    values = _numbers(time, name)
    # the minimum of an array with a missing value is missing, so that two passes tell that nothing is wrong
    if values.size and not (values.min() >= 0 and values.max() < np.inf):
        bad = ~((values >= 0) & (values < np.inf))
        complain(f"missing, negative or infinite value(s) of {name}", bad, values, "numbers from 0 on")
    return values


def moments(at: ArrayLike | None) -> np.ndarray | None:
    """Times at which a curve is read, increasing and each once, as R's ``timepoints`` gives them."""
    return None if at is None else np.unique(times(np.atleast_1d(at), "at"))


def kinds(event: ArrayLike, *, cause: str, censored: str) -> np.ndarray:
    """CENSORED, CAUSE or COMPETING for each row, shape = (n,), from events by name."""
    if cause == censored:
        raise ValueError(f"cause and censored are both {cause!r}; they must differ")
    code, labels = _coded(event)
    names = labels.tolist()
    unnamed = [name for name in names if not isinstance(name, str)]
    if unnamed:
        raise ValueError(f"events go by name; found {', '.join(map(repr, unnamed[:FIRST_ROWS]))}; allowed: text")
    if isinstance(getattr(event, "dtype", None), pd.CategoricalDtype) and cause not in names:
        raise ValueError(f"cause {cause!r} is no category of event; allowed: {', '.join(map(repr, names))}")
    if code.size and code.min() < 0:
        complain("missing event(s)", code < 0, event, f"{censored!r}, {cause!r} or the name of another event")
    kind = {censored: CENSORED, cause: CAUSE}
    return np.array([kind.get(name, COMPETING) for name in names], dtype=np.int8)[code]


def flags(event: ArrayLike) -> np.ndarray:
    """Whether the event happened, shape = (n,); true and false, or the numbers 1 and 0."""
    values = np.asarray(event)
    if values.dtype == bool:
        return values
    with_gaps = pd.Series(values, dtype=object)
    bad = ~with_gaps.isin([True, False]).to_numpy()
    if bad.any():
        complain("event(s) that are neither true nor false", bad, values, "True, False")
    return with_gaps.to_numpy(dtype=bool)


def groups(group: ArrayLike | None, n: int) -> Groups:
    """Groups in the order of their labels, or of the categories; without any, one group called all."""
    if group is None:
        return Groups(np.zeros(n, dtype=np.int8), np.array(["all"], dtype=object))
    code, labels = _coded(group)
    if code.size and code.min() < 0:
        complain("missing group(s)", code < 0, group, "any label")
    used = np.flatnonzero(np.bincount(code, minlength=len(labels)))
    place = np.zeros(len(labels), dtype=np.intp)
    place[used] = np.arange(len(used))
    return Groups(place[code], np.asarray(labels)[used])


def two_or_more(groups: Groups) -> None:
    """Raise a ValueError unless there is something to compare."""
    if len(groups.labels) < 2:
        raise ValueError(f"one group only, {groups.labels[0]!r}; a test needs two or more")


def _numbers(values: ArrayLike, name: str) -> np.ndarray:
    """Values as an array of floats with missing ones as nan; refuses text, dates and tables."""
    masked = isinstance(getattr(values, "dtype", None), pd.api.extensions.ExtensionDtype)
    array = values.to_numpy(dtype=object, na_value=np.nan) if masked else np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions; allowed: one")
    if array.dtype.kind not in "iufO" or any(isinstance(value, str) for value in _objects(array)):
        raise ValueError(f"{name} holds {array.dtype.name}; allowed: numbers")
    return array.astype(float, copy=False)


def _objects(array: np.ndarray) -> np.ndarray:
    """The values one by one where numpy does not know their type."""
    return array if array.dtype == object else array[:0]


def _coded(values: ArrayLike) -> tuple[np.ndarray, pd.Index]:
    """Codes, -1 where missing, and the labels they point to: a Categorical's own, or the sorted distinct values."""
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        categorical = values.array if isinstance(values, pd.Series | pd.Index) else values
        return categorical.codes, categorical.categories
    array = values if isinstance(values, pd.Series | pd.Index | np.ndarray) else pd.Series(values, dtype=object)
    code, labels = pd.factorize(array, sort=True)
    return code, pd.Index(labels)
