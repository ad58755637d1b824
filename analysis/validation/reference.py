"""R's stored answers: where they lie, which R gave them, and how close one has to come.

The one reader of ``tests/reference``. Each script there names in its head the versions that gave the stored values.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

NAMES = {"group": str, "group2": str, "stratum": str}
STORED = re.compile(r"stored values: ([^);]*)")


class Rule(NamedTuple):
    """How a difference is measured, what is allowed and why; below ``floor`` a relative difference is absolute."""

    kind: str
    tolerance: float
    reason: str
    floor: float = 0.0


class Number(NamedTuple):
    """One number here and in R, with the unit in which their difference is measured where it is a standard error."""

    estimator: str
    data: str
    quantity: str
    place: str
    here: float
    r: float
    rule: Rule
    package: str
    script: str
    unit: float = 1.0


def table(folder: Path, name: str) -> pd.DataFrame:
    """One stored file."""
    return pd.read_csv(folder / name, dtype=NAMES)


def versions(folder: Path, script: str) -> dict[str, str]:
    """Versions of R and its packages that gave the stored values; R's own packages have R's version.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.
    script : str
        Name of the R script.

    Returns
    -------
    dict of str
        Package to version.

    Examples
    --------
    >>> from analysis import paths
    >>> versions(paths.REFERENCE, "curves.R")["cmprsk"]
    '2.2-11'
    """
    said = STORED.search((folder / script).read_text(encoding="utf-8"))
    if said is None:
        raise ValueError(f"{script} does not say 'stored values: R <version>, <package> <version>'")
    pairs = [part.split() for part in said[1].split(",")]
    found = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    return found | {"stats": found["R"]}
