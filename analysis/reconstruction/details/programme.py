"""A small integer programme: whole numbers that meet linear rules, found or shown not to exist.

The rules are written as sums of variables between two limits; HiGHS (through SciPy) solves them exactly. Random costs
make one of the many solutions come out, another for another seed.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

GAP = 0.02  # of the cost; the rules hold exactly, which of two nearly equal solutions is returned does not matter


class Impossible(ValueError):
    """No whole numbers meet all rules: what was asked for contradicts itself."""


class Programme:
    """Variables and rules, collected one after the other."""

    def __init__(self):
        self._upper: list[np.ndarray] = []
        self._cost: list[np.ndarray] = []
        self._whole: list[np.ndarray] = []
        self._size = 0
        self._rules: list[tuple[np.ndarray, np.ndarray, float, float]] = []

    def variables(self, *shape: int, upper: float = 1, cost=0.0, whole: bool = True) -> np.ndarray:
        """New variables from 0 to `upper`; their numbers, in this shape."""
        size = int(np.prod(shape))
        numbers = np.arange(self._size, self._size + size).reshape(shape)
        self._size += size
        self._upper.append(np.full(size, float(upper)))
        self._cost.append(np.broadcast_to(np.asarray(cost, float), shape).ravel())
        self._whole.append(np.full(size, int(whole)))
        return numbers

    def rule(self, plus, minus=(), low: float = -np.inf, high: float = np.inf) -> None:
        """The sum of the variables `plus` less that of `minus` lies from `low` to `high`."""
        plus, minus = np.ravel(plus).astype(int), np.ravel(minus).astype(int)
        signs = np.r_[np.ones(len(plus)), -np.ones(len(minus))]
        self._rules.append((np.r_[plus, minus], signs, low, high))

    def weighted(self, variables, weights, low: float, high: float) -> None:
        """The weighted sum of variables lies from `low` to `high`."""
        self._rules.append((np.ravel(variables), np.ravel(weights).astype(float), low, high))

    def solve(self) -> np.ndarray:
        """Value of every variable in a cheapest solution.

        Raises
        ------
        Impossible
            If there is none.
        """
        rows = np.repeat(np.arange(len(self._rules)), [len(rule[0]) for rule in self._rules])
        columns = np.concatenate([rule[0] for rule in self._rules])
        weights = np.concatenate([rule[1] for rule in self._rules])
        matrix = csr_array((weights, (rows, columns)), shape=(len(self._rules), self._size))
        found = milp(
            np.concatenate(self._cost),
            constraints=LinearConstraint(matrix, [rule[2] for rule in self._rules], [rule[3] for rule in self._rules]),
            bounds=Bounds(0, np.concatenate(self._upper)),
            integrality=np.concatenate(self._whole),
            options={"mip_rel_gap": GAP},
        )
        if found.x is None:
            raise Impossible(found.message)
        return np.rint(found.x).astype(int)
