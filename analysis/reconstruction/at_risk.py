"""Do the printed numbers tell whether a relapse competes with t-MN, or whether patients stay at risk of it?

The Methods let it compete, and so are all stored cohorts made. Read in the other way these lose digits, which says
little: they were not made for it. So courses were searched for the other reading, too, with the same windows. One set
of courses that meets them all is proof that these numbers do not tell the readings apart.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import data, paths
from analysis.reconstruction import compiled, skeleton, targets
from analysis.reconstruction.events import check
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES, Skeleton

FILE = "synthetic-relapse-at-risk-courses.csv"
DAYS = ("relapse_day", "tmn_day", "last_day")


def numbers(tables, folder: Path = paths.RECONSTRUCTION) -> pd.DataFrame:
    """Printed numbers of the courses, computed from the stored ones while relapsed patients stay at risk of t-MN.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    folder : Path
        With the courses.

    Returns
    -------
    DataFrame
        As `analysis.reconstruction.events.check.recompute`: one row a field, without those that no patients have.
    """
    claims = targets.reachable(tables)
    found = check.recompute(load(folder), claims, relapse_competes=False)
    return found[np.isfinite(found.low) | np.isfinite(found.high)]


def load(folder: Path = paths.RECONSTRUCTION) -> Skeleton:
    """The stored courses.

    Parameters
    ----------
    folder : Path
        With the courses.

    Returns
    -------
    Skeleton

    Examples
    --------
    >>> load().product.size
    539
    """
    table = pd.read_csv(folder / FILE)
    whole = [table[name].fillna(NONE).to_numpy(int) for name in (*DAYS, "died", "tp53_before")]
    product, kind = table["product"].map(PRODUCTS.index), table.tmn_type.fillna("").map(TYPES.index)
    relapse, tmn, last, died, tp53 = whole
    return Skeleton(product.to_numpy(), relapse, tmn, kind.to_numpy(), last, died, tp53)


def as_table(courses: Skeleton) -> pd.DataFrame:
    """Courses as they are stored: one row a patient, with the label that nobody lived them.

    Parameters
    ----------
    courses : Skeleton
        Courses of all patients.

    Returns
    -------
    DataFrame
        ``data_kind, product, relapse_day, tmn_day, last_day`` (since infusion; empty without the event), ``died,
        tmn_type, tp53_before`` (1: mutated, 0: not, empty: not sequenced).

    Examples
    --------
    >>> one = np.array([0])
    >>> as_table(Skeleton(one, one - 1, one + 90, one + 1, one + 400, one, one)).iloc[0, 1:].astype(str).tolist()
    ['axi-cel', '<NA>', '90', '400', '0', 't-MDS', '0']
    """
    table = pd.DataFrame({"data_kind": "synthetic", "product": np.array(PRODUCTS)[courses.product]})
    for name in (*DAYS, "died"):
        table[name] = pd.array(getattr(courses, name), dtype="Int64")
    table["tmn_type"] = np.array(TYPES)[courses.tmn_type]
    table["tp53_before"] = pd.array(courses.tp53_before, dtype="Int64")
    return table.mask(table == NONE)


def run(seed: int, folder: Path, out: Path) -> int:
    """Search for courses and store them.

    Parameters
    ----------
    seed : int
        Of all random choices.
    folder : Path
        With ``dictionary.yml`` and the ledger.
    out : Path
        Where the courses go.

    Returns
    -------
    int
        Exit code: 1 if no start met all windows, which is said with what was nearest.
    """
    if not compiled.COMPILED:
        print("The search needs numba: pip install --requirement requirements-reconstruct.txt", file=sys.stderr)
        return 1
    found = skeleton.search(seed, targets.reachable(data.load(folder)), print, relapse_competes=False)
    if found.skeleton is None:
        print(f"{found.starts} starts met not all windows; the nearest misses them by {found.cost:.3g}")
        return 1
    as_table(found.skeleton).to_csv(out / FILE, index=False)
    print(f"Start {found.starts}, {found.moves:,} moves; written: {out / FILE}")
    return 0
