"""Exact unconditional interval of a difference of two risks.

Vocabulary: a *table* is a pair of counts that two arms of these sizes could have shown; its *score* at a difference is
the statistic of Miettinen and Nurminen. A difference is rejected if tables at least as extreme as the observed one are
rare whatever the risk of the reference (the nuisance), which is searched on a grid that is dense near 0 and 1.
"""

import numpy as np
from scipy import special

GRID = np.sin(np.linspace(0, np.pi / 2, 161)) ** 2
REFINEMENTS = 2  # of the grid around its highest point
STEPS = 22  # halvings of the range of a limit: to about 4e-7
TIE = 1e-7  # scores closer than this are the same but for rounding


def chan_zhang(x1, n1, x2, n2, level):
    """Both limits of each row; the upper one is minus the lower one with the arms exchanged.

    References
    ----------
    Chan and Zhang, Biometrics 1999;55:1202-1209.

    Examples
    --------
    >>> low, high = chan_zhang([2], [10], [0], [9], 0.95)
    >>> [round(float(limit[0]), 3) for limit in (low, high)]
    [-0.157, 0.556]
    """
    tail = (1 - level) / 2
    rows = [tuple(map(int, row)) for row in zip(x1, n1, x2, n2, strict=True)]
    low = [_lowest(*row, tail) for row in rows]
    high = [-_lowest(x2, n2, x1, n1, tail) for x1, n1, x2, n2 in rows]
    return np.array(low), np.array(high)


def _lowest(x1: int, n1: int, x2: int, n2: int, tail: float) -> float:
    """Lowest difference that is not rejected."""
    low, high = -1.0, x1 / n1 - x2 / n2
    if high <= -1.0:
        return -1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _p_value(x1, n1, x2, n2, middle) <= tail else (low, middle)
    return (low + high) / 2


def _p_value(x1: int, n1: int, x2: int, n2: int, difference: float) -> float:
    """Largest probability, over the reference's risk, of a table at least as extreme as this one."""
    score = _scores(n1, n2, difference)
    extreme = (score >= score[x1, x2] - TIE).astype(float)
    first, last = max(0.0, -difference), min(1.0, 1.0 - difference)
    grid, best = first + (last - first) * GRID, 0.0
    for _ in range(REFINEMENTS + 1):
        chance = _chances(extreme, n1, n2, grid, difference)
        top = int(np.argmax(chance))
        best = max(best, float(chance[top]))
        grid = np.linspace(grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)], 21)
    return best


def _chances(extreme: np.ndarray, n1: int, n2: int, risks: np.ndarray, difference: float) -> np.ndarray:
    """Probability of the extreme tables at each risk of the reference."""
    with_reference, other = _binomial(n2, risks), _binomial(n1, np.clip(risks + difference, 0, 1))
    return np.sum((other @ extreme) * with_reference, axis=1)


def _binomial(n: int, risks: np.ndarray) -> np.ndarray:
    """Probability of each count at each risk; shape = (risks, n + 1)."""
    x, p = np.arange(n + 1.0), risks[:, None]
    choose = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.exp(choose + special.xlogy(x, p) + special.xlog1py(n - x, -p))


def _scores(n1: int, n2: int, difference: float) -> np.ndarray:
    """Score of every table; shape = (n1 + 1, n2 + 1)."""
    x1, x2 = np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)[None, :]
    reference = _restricted(x1, n1, x2, n2, difference)
    other = np.clip(reference + difference, 0, 1)
    variance = (other * (1 - other) / n1 + reference * (1 - reference) / n2) * (n1 + n2) / (n1 + n2 - 1)
    gap = x1 / n1 - x2 / n2 - difference
    none = variance < 1e-14
    score = gap / np.sqrt(np.where(none, 1, variance))
    certain = np.select([gap > 1e-12, gap < -1e-12], [np.inf, -np.inf], 0.0)  # no variance: 0, or beyond all others
    return np.where(none, certain, score)


def _restricted(x1, n1: int, x2, n2: int, difference: float) -> np.ndarray:
    """Most likely risk of the reference at a difference; Miettinen and Nurminen 1985, appendix I."""
    n, x = n1 + n2, x1 + x2
    a = (n1 + 2 * n2) * difference - n - x
    b = (n2 * difference - n - 2 * x2) * difference + x
    c = x2 * difference * (1 - difference)
    v = a**3 / (27 * n**3) - a * b / (6 * n**2) + c / (2 * n)
    u = np.where(v >= 0, 1, -1) * np.sqrt(np.maximum(a**2 / (9 * n**2) - b / (3 * n), 0))
    ratio = np.divide(v, u**3, out=np.zeros_like(v), where=np.abs(u) > 1e-12)
    w = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    return np.clip(2 * u * np.cos(w) - a / (3 * n), max(0.0, -difference), min(1.0, 1.0 - difference))
