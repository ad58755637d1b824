"""Members made one beside the other, each stored as soon as it is there.

Stored members are kept: a run that was stopped goes on where it was. The ledger that the members were made for is told
by a checksum of its windows, so that a changed claim makes them anew.
"""

import hashlib
import sys
import time
from pathlib import Path

from analysis import data, recipes
from analysis.reconstruction import compiled, proofs, store


def run(seed: int, members: int, jobs: int, folder: Path, out: Path) -> int:
    """Make the members with these seeds that are not stored yet.

    Parameters
    ----------
    seed : int
        Of the first member; the others count on. The member's name is its seed.
    members : int
        How many.
    jobs : int
        Members at a time; -1 for one a processor.
    folder : Path
        With ``dictionary.yml`` and the ledger.
    out : Path
        Folder of the members.

    Returns
    -------
    int
        Exit code: 0 if all are there, 1 if a seed led to none, which is said with what was nearest.
    """
    if not compiled.COMPILED:
        print("The search needs numba: pip install --requirement requirements-reconstruct.txt", file=sys.stderr)
        return 1
    from joblib import Parallel, delayed  # in the same extra lock
    from tqdm import tqdm

    tables = data.load(folder)
    mark = ledger_mark(tables)
    impossible = proofs.impossible(tables)
    print(f"{len(impossible)} printed fields cannot hold together with the others and are set aside.")
    stored = store.index(out) if (out / store.INDEX).exists() else None
    wanted = [number for number in range(seed, seed + members) if not _is_stored(stored, number, mark)]
    print(f"{members - len(wanted)} of {members} members are stored already.")
    tasks = (delayed(_make)(folder, number, mark) for number in wanted)
    made = Parallel(n_jobs=jobs, return_as="generator_unordered")(tasks)
    failed = 0
    for number, member, said in tqdm(made, total=len(wanted), unit="member"):
        if member is None:
            failed += 1
            tqdm.write(said, file=sys.stderr)
            continue
        store.save(name(number), member.cohort, member.how, out)
        tqdm.write(f"member {name(number)}: {said}")
    return 1 if failed else 0


def name(seed: int) -> str:
    """Name of the member with this seed.

    Examples
    --------
    >>> name(7)
    '07'
    """
    return f"{seed:02d}"


def ledger_mark(tables) -> str:
    """Checksum of all windows that a cohort has to meet.

    Parameters
    ----------
    tables : Tables
        With the ledger.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    windows = recipes.windows(tables.claims[tables.claims.report == "gazeau-2025"])
    return hashlib.sha256(windows.to_csv(index=False).encode()).hexdigest()[:12]


def _is_stored(stored, seed: int, mark: str) -> bool:
    """Whether this member is there and was made for this ledger."""
    return stored is not None and name(seed) in stored.index and stored.loc[name(seed), "ledger"] == mark


def _make(folder: Path, seed: int, mark: str):
    """Seed, member or None, and what to say of it; in a process of its own."""
    from analysis.reconstruction import members

    began = time.process_time()
    try:
        member = members.make(data.load(folder), seed, name(seed))
    except (members.NotFoundError, ValueError) as error:
        return seed, None, f"seed {seed}: no member. {error}"
    seconds = time.process_time() - began
    how = member.how | {"ledger": mark}
    said = f"{how['fields_inside']} of {how['fields']} fields, {how['kind']}, {seconds:.0f} s of one core"
    return seed, member._replace(how=how), said
