"""What a recipe gives back, and how it is put into the unit in which the claim was printed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.recipes.view import View

SHARE, MONTHS, AS_IS = "share", "months", "as it is"
MONTHS_PER_YEAR = 12
FACTORS = {SHARE: {"%": 100.0}, MONTHS: {"months": 1.0, "years": 1 / MONTHS_PER_YEAR}}


class Answer(NamedTuple):
    """Numbers recomputed for one claim, missing where there are none; ``says`` is the recipe in words.

    ``value, low, high`` are on the scale (a share from 0 to 1, a time in months, or as it is); the counts are counts.
    """

    says: str
    scale: str = AS_IS
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    numerator: float = np.nan
    denominator: float = np.nan


Recipe = Callable[[View], Answer]


class UnboundError(LookupError):
    """A claim for which there is no recipe; says why."""


def factor(scale: str, unit: str | None) -> float:
    """What a number on this scale is multiplied with to be in the unit of the claim.

    Parameters
    ----------
    scale : {"share", "months", "as it is"}
        Of an answer.
    unit : str or None
        Of a claim.

    Returns
    -------
    float

    Raises
    ------
    UnboundError
        If a share or a time was printed in a unit that is not known.

    Examples
    --------
    >>> factor("months", "years") * 24, factor("as it is", "fL")
    (2.0, 1.0)
    """
    if scale not in FACTORS:
        return 1.0
    if unit not in FACTORS[scale]:
        raise UnboundError(f"no recipe for a {scale} in {unit!r}; there are {', '.join(FACTORS[scale])}")
    return FACTORS[scale][unit]
