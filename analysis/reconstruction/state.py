"""What the stages of the search hand to each other."""

from dataclasses import dataclass

import numpy as np

PRODUCTS = ("axi-cel", "brexu-cel", "tisa-cel", "liso-cel", "other")
NONE = -1  # no such event
TYPES = ("", "t-MDS", "t-AML")


@dataclass
class Skeleton:
    """Courses of all patients in whole days since infusion; arrays of integers, one element a patient.

    ``product`` and ``tmn_type`` index `PRODUCTS` and `TYPES`; days are `NONE` without the event; ``died`` is 0 or 1;
    ``tp53_before`` is `NONE` for patients not sequenced before infusion, else whether a TP53 mutation was found.
    """

    product: np.ndarray
    relapse_day: np.ndarray
    tmn_day: np.ndarray
    tmn_type: np.ndarray
    last_day: np.ndarray
    died: np.ndarray
    tp53_before: np.ndarray
