"""The stored members: synthetic cohorts in ``data/reconstruction/``, each with its checksum.

Vocabulary: a *member* is one synthetic cohort that meets the targets; all of them are the *ensemble*. The stored file
with its checksum is the member: the same seed gives the same file on the same machine, but another processor may round
differently and end in another cohort.
"""

import functools
import hashlib
from pathlib import Path

import pandas as pd

from analysis import cohort, paths
from analysis.cohort import Cohort
from analysis.problems import DataError, Problem

INDEX = "members.csv"
PARTS = ("patients", "tmn")
LABEL = "synthetic, reconstructed from published statistics"


def files(member: str, folder: Path = paths.RECONSTRUCTION) -> tuple[Path, Path]:
    """Where the two tables of a member stand.

    Parameters
    ----------
    member : str
        Its number with two digits, such as ``"07"``.
    folder : Path
        Of the ensemble.

    Returns
    -------
    tuple of Path
        Patients, and patients with t-MN.

    Examples
    --------
    >>> files("07")[0].name
    'synthetic-reconstructed-07-patients.csv'
    """
    return tuple(folder / f"synthetic-reconstructed-{member}-{part}.csv" for part in PARTS)


def index(folder: Path = paths.RECONSTRUCTION) -> pd.DataFrame:
    """The members, how each was made, and the checksums of its files.

    Parameters
    ----------
    folder : Path
        Of the ensemble.

    Returns
    -------
    DataFrame
        One row a member, indexed by ``member``; the columns are explained in the folder's README.
    """
    return pd.read_csv(folder / INDEX, dtype={"member": str}).set_index("member", drop=False)


def load(member: str, folder: Path = paths.RECONSTRUCTION) -> Cohort:
    """One member, its files compared with their checksums.

    Parameters
    ----------
    member : str
        Its number with two digits.
    folder : Path
        Of the ensemble.

    Returns
    -------
    Cohort

    Raises
    ------
    LookupError
        If there is no such member, with those there are.
    DataError
        If a file is not the one that was stored, or a cell breaks a rule.
    """
    known = index(folder)
    if member not in known.index:
        raise LookupError(f"no member {member!r}; there are {', '.join(known.index)}")
    changed = [
        Problem(path.name, 0, "(file)", checksum(path), f"{known.loc[member, f'sha256_{part}']}, as in {INDEX}")
        for part, path in zip(PARTS, files(member, folder), strict=True)
        if checksum(path) != known.loc[member, f"sha256_{part}"]
    ]
    if changed:
        raise DataError(changed)
    return cohort.read(*files(member, folder))


@functools.lru_cache(maxsize=2)
def load_all(folder: Path = paths.RECONSTRUCTION) -> dict[str, Cohort]:
    """All members by name; read once, not to be changed.

    Parameters
    ----------
    folder : Path
        Of the ensemble.

    Returns
    -------
    dict of str to Cohort
    """
    return {member: load(member, folder) for member in index(folder).index}


def save(member: str, made: Cohort, how: dict, folder: Path = paths.RECONSTRUCTION) -> None:
    """Write a member and its row of the index; a member of the same name is replaced.

    Parameters
    ----------
    member : str
        Its number with two digits.
    made : Cohort
        Its tables.
    how : dict
        Further columns of the index: seed, kind, design and what the search took.
    folder : Path
        Of the ensemble; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cohort.write(made, *files(member, folder))
    sums = {f"sha256_{part}": checksum(path) for part, path in zip(PARTS, files(member, folder), strict=True)}
    row = pd.DataFrame([{"member": member} | how | sums])
    if (folder / INDEX).exists():
        others = index(folder)
        row = pd.concat([others[others.member != member], row])
    row.sort_values("member").to_csv(folder / INDEX, index=False, lineterminator="\n")


def checksum(path: Path) -> str:
    """SHA-256 of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()
