"""Choosing patients at random so that an exact number is chosen and plausible ones come first."""

import numpy as np

FLOOR = 1e-12  # the implausible are chosen only when nobody else is left


def pick(rng: np.random.Generator, weights, k: int) -> np.ndarray:
    """Exactly k patients, without replacement, with probabilities in proportion to weights.

    Parameters
    ----------
    rng : Generator
        Draws.
    weights : array_like, shape (n,)
        Zero and more; zero only if there are not enough others; NaN never.
    k : int
        How many.

    Returns
    -------
    ndarray of int, shape (k,)
        Their positions, ascending.

    Raises
    ------
    ValueError
        If there are fewer than k.

    References
    ----------
    Efraimidis PS, Spirakis PG. Weighted random sampling with a reservoir. Inf Process Lett 2006;97:181-185.

    Examples
    --------
    >>> pick(np.random.default_rng(0), [1, 0, float("nan"), 1, 0], 2).tolist()
    [0, 3]
    """
    weights = np.asarray(weights, float)
    keys = np.log(rng.uniform(size=len(weights))) / np.maximum(weights, FLOOR)
    keys = np.where(np.isnan(weights), -np.inf, keys)
    if k > np.isfinite(keys).sum():
        raise ValueError(f"{k} patients are wanted, {np.isfinite(keys).sum()} can be chosen")
    return np.sort(np.argsort(-keys, kind="stable")[:k])


def share_out(rng: np.random.Generator, weights: dict[str, np.ndarray], sizes: dict[str, int]) -> np.ndarray:
    """A label for every patient, each label exactly as often as it should be.

    Parameters
    ----------
    rng : Generator
        Draws.
    weights : dict of str to ndarray, shape (n,)
        How plausible a label is in each patient; the labels choose in this order, the last takes the rest.
    sizes : dict of str to int
        Patients of each label, n together.

    Returns
    -------
    ndarray of object, shape (n,)

    Raises
    ------
    ValueError
        If the sizes do not add up to the number of patients.

    Examples
    --------
    >>> share_out(np.random.default_rng(0), {"a": np.array([0, 1, 0]), "b": np.ones(3)}, {"a": 1, "b": 2}).tolist()
    ['b', 'a', 'b']
    """
    n = len(next(iter(weights.values())))
    if sum(sizes.values()) != n:
        raise ValueError(f"{sizes} do not add up to {n} patients")
    labels = np.full(n, None, dtype=object)
    for label, weight in weights.items():
        free = np.equal(labels, None)
        labels[pick(rng, np.where(free, weight, np.nan), sizes[label])] = label
    return labels
