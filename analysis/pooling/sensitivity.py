"""How much one study matters: leave one out, add one at a time, influence.

Vocabulary as in the package. ``estimate, std_error`` of `leave_one_out` and `cumulative` are whatever the function
given as ``pooled_by`` takes: estimates with standard errors for `pool`, events with totals or person-time for the
other two.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.pooling import inverse_variance
from analysis.pooling.mixed_model import NoFiniteEstimate
from analysis.pooling.pooled import Pooled, checked_estimates, pool

COLUMNS = (
    *("k", "estimate", "conf_low", "conf_high", "prediction_low", "prediction_high", "std_error", "z", "p_value"),
    *("tau2", "i2", "h2", "q", "q_p_value"),
)


def leave_one_out(
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    pooled_by: Callable[..., Pooled] = pool,
    labels: Sequence | None = None,
    **options,
) -> pd.DataFrame:
    """Pool again without each study in turn.

    Parameters
    ----------
    estimate, std_error : array_like, shape = (k,)
        What ``pooled_by`` takes: estimates and standard errors, or events and totals, or events and person-time.
    pooled_by : {pool, pool_proportions, pool_rates}
        The function that pools.
    labels : sequence, optional
        Names of the studies; row numbers by default.
    **options
        Passed on: ``method``, ``knapp_hartung``, ``confidence_level``.

    Returns
    -------
    DataFrame
        One row for each study left out, in the order given: ``k, estimate, conf_low, conf_high, prediction_low,
        prediction_high, std_error, z, p_value, tau2, i2, h2, q, q_p_value``, as in `Pooled`; NaN where the studies that
        are left have no event.

    Raises
    ------
    ValueError
        If there are fewer than two studies, or ``pooled_by`` refuses a value.

    References
    ----------
    Viechtbauer and Cheung, Res Synth Methods 2010;1:112-125.

    Examples
    --------
    >>> leave_one_out([0.2, 0.5, 0.9], [0.3, 0.2, 0.4], method="dl", labels=["A", "B", "C"]).estimate.round(3).to_dict()
    {'A': 0.58, 'B': 0.5, 'C': 0.408}
    """
    first, second = _columns(estimate, std_error)
    if len(first) < 2:
        raise ValueError(f"leaving one out needs at least 2 studies; got {len(first)}")
    pooled_by(first, second, **options)  # what it refuses as a whole is reported with its own rows
    every = np.arange(len(first))
    return _table([every[every != i] for i in every], first, second, pooled_by, options, _labels(labels, len(first)))


def cumulative(
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    order: ArrayLike | None = None,
    pooled_by: Callable[..., Pooled] = pool,
    labels: Sequence | None = None,
    **options,
) -> pd.DataFrame:
    """Pool after each further study.

    Parameters
    ----------
    estimate, std_error : array_like, shape = (k,)
        As in `leave_one_out`.
    order : array_like, shape = (k,), optional
        Sorts the studies, such as their years; equal ones stay in the order of the rows. By default that of the rows.
    pooled_by, labels, **options
        As in `leave_one_out`.

    Returns
    -------
    DataFrame
        Columns of `leave_one_out`; one row after each study, in the order of adding, labelled with the study added. NaN
        as long as no event has been seen (GLMM).

    Raises
    ------
    ValueError
        If ``order`` has another length or a missing value, or ``pooled_by`` refuses a value.

    References
    ----------
    Lau et al., N Engl J Med 1992;327:248-254.

    Examples
    --------
    >>> table = cumulative([0.2, 0.5, 0.9], [0.3, 0.2, 0.4], order=[2021, 2019, 2020], method="equal")
    >>> table.estimate.round(3).to_dict()
    {1: 0.5, 2: 0.58, 0: 0.48}
    """
    first, second = _columns(estimate, std_error)
    sequence = np.arange(len(first)) if order is None else _sequence(order, len(first))
    names = np.asarray(_labels(labels, len(first)), dtype=object)
    return _table(
        [np.sort(sequence[: i + 1]) for i in range(len(first))],
        first,
        second,
        pooled_by,
        options,
        list(names[sequence]),
    )


def influence(
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    method: str = "reml",
    knapp_hartung: bool = False,
    labels: Sequence | None = None,
) -> pd.DataFrame:
    """Measures of how much each study moves the pooled estimate.

    Parameters
    ----------
    estimate, std_error : array_like of float, shape = (k,)
        As in `pool`.
    method, knapp_hartung
        As in `pool`.
    labels : sequence, optional
        Names of the studies; row numbers by default.

    Returns
    -------
    DataFrame
        One row for each study: ``rstudent`` externally standardised residual, ``dffits``, ``cook_distance``,
        ``covariance_ratio``, ``tau2_deleted``, ``q_deleted`` (without the study), ``hat``, ``weight`` (percent).

    Raises
    ------
    ValueError
        If there are fewer than two studies, or a value is impossible; says which rows.

    References
    ----------
    Viechtbauer and Cheung, Res Synth Methods 2010;1:112-125.

    Examples
    --------
    >>> influence([0.1, 0.2, 0.3, 0.9], [0.1, 0.14, 0.1, 0.17]).rstudent.round(2).tolist()
    [-0.86, -0.46, -0.18, 3.7]
    """
    y, se = checked_estimates(estimate, std_error)
    if len(y) < 2:
        raise ValueError(f"influence needs at least 2 studies; got {len(y)}")
    names = _labels(labels, len(y))
    x, v = np.ones((len(y), 1)), se**2
    whole = inverse_variance.fit(y, v, x, method, knapp_hartung)
    every = np.arange(len(y))
    rows = [
        _influence_of(i, y, v, whole, inverse_variance.fit(y[kept], v[kept], x[kept], method, knapp_hartung))
        for i, kept in ((i, every != i) for i in every)
    ]
    return pd.DataFrame(rows, index=pd.Index(names, name="study"))


def _influence_of(i: int, y, v, whole, without) -> dict[str, float]:
    """The measures of one study; Viechtbauer and Cheung 2010."""
    shift = float(whole.beta[0] - without.beta[0])
    variance, deleted_variance = float(whole.covariance[0, 0]), float(without.covariance[0, 0])
    return {
        "rstudent": float(y[i] - without.beta[0]) / np.sqrt(v[i] + without.tau2 + deleted_variance),
        "dffits": shift / np.sqrt(whole.hat[i] * (v[i] + without.tau2)),
        "cook_distance": shift**2 / variance,
        "covariance_ratio": deleted_variance / variance,
        "tau2_deleted": without.tau2,
        "q_deleted": without.q,
        "hat": float(whole.hat[i]),
        "weight": float(whole.weights[i]),
    }


def _table(subsets, first, second, pooled_by, options, names) -> pd.DataFrame:
    """One pooled estimate for each subset of the studies."""
    rows = []
    for kept in subsets:
        try:
            pooled = pooled_by(first[kept], second[kept], **options)
        except NoFiniteEstimate:
            rows.append(dict.fromkeys(COLUMNS, np.nan) | {"k": len(kept)})
        else:
            rows.append({column: getattr(pooled, column) for column in COLUMNS})
    return pd.DataFrame(rows, columns=list(COLUMNS), index=pd.Index(names, name="study"))


def _columns(first: ArrayLike, second: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of the same length."""
    a, b = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (first, second))
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError(f"one value for each study is needed in both columns; got shapes {a.shape} and {b.shape}")
    return a, b


def _sequence(order: ArrayLike, k: int) -> np.ndarray:
    """Row numbers in the order of adding; ties by row."""
    keys = pd.Series(np.asarray(order))
    if len(keys) != k or keys.isna().any():
        raise ValueError(f"order needs {k} values, none missing; got {len(keys)}, {int(keys.isna().sum())} missing")
    return np.argsort(keys.to_numpy(), kind="stable")


def _labels(labels: Sequence | None, k: int) -> list:
    """Names of the studies, row numbers by default."""
    names = list(range(k)) if labels is None else list(labels)
    if len(names) != k:
        raise ValueError(f"{len(names)} labels for {k} studies")
    return names
