"""When follow-up for t-MN ended in each patient of a skeleton, and how."""

import numpy as np

from analysis.reconstruction.fits import CENSORED, COMPETING, EVENT
from analysis.reconstruction.state import NONE, PRODUCTS, Skeleton

NEVER = np.iinfo(np.int64).max
CD28, BB, NO_DOMAIN = 1, 0, -1
DOMAIN = {"axi-cel": CD28, "brexu-cel": CD28, "tisa-cel": BB, "liso-cel": BB, "other": NO_DOMAIN}


def first_event(skeleton: Skeleton) -> tuple[np.ndarray, np.ndarray]:
    """Day of the first of t-MN, relapse, death and end of follow-up, and the status that it stands for.

    Parameters
    ----------
    skeleton : Skeleton
        Courses of all patients.

    Returns
    -------
    day, status : ndarray of int, shape = (n,)
        A t-MN on the day of a relapse counts as t-MN; a t-MN after a relapse is none.

    Examples
    --------
    >>> none = np.zeros(3, int)
    >>> patients = Skeleton(none, np.array([90, -1, -1]), np.array([90, -1, 80]), none, np.array([99, 50, 90]),
    ...                     np.array([1, 1, 0]), none)
    >>> [array.tolist() for array in first_event(patients)]
    [[90, 50, 80], [1, 2, 1]]
    """
    relapse = np.where(skeleton.relapse_day == NONE, NEVER, skeleton.relapse_day)
    tmn = np.where(skeleton.tmn_day == NONE, NEVER, skeleton.tmn_day)
    day = np.minimum(np.minimum(relapse, tmn), skeleton.last_day)
    other = np.where((relapse == day) | (skeleton.died == 1), COMPETING, CENSORED)
    return day.astype(np.int64), np.where(tmn == day, EVENT, other).astype(np.int64)


def domain(skeleton: Skeleton) -> np.ndarray:
    """`CD28`, `BB` (4-1BB) or `NO_DOMAIN` of each patient's product."""
    return np.array([DOMAIN[name] for name in PRODUCTS])[skeleton.product]
