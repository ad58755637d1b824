"""Does every synthetic cohort give back what was printed?

The answer is computed by the recipes, which share nothing with the search but the public estimators, from the files
that are published.

Vocabulary: a printed number is *regenerated* if every member gives one that would be printed like it; *impossible* if a
proof excludes it beside the others, and *not reached* if neither a member nor a proof was found for it; otherwise it is
*missed*, and the members are not sound.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.cohort import Cohort
from analysis.data import Tables
from analysis.problems import Problem
from analysis.recipes import DEFAULT, Reading, recompute
from analysis.recipes.table import SCORED
from analysis.reconstruction import store
from analysis.reconstruction.proofs import REPORT, impossible, not_reached

STATES = ("regenerated", "impossible", "not reached", "missed")
KEPT = 256  # scores of members that are remembered; each takes 0.2 s to compute and 0.2 MB to keep

_kept: dict[tuple, pd.DataFrame] = {}


def scored(cohort: Cohort, claims: pd.DataFrame, reading: Reading = DEFAULT) -> pd.DataFrame:
    """`analysis.recipes.recompute`, done once for the same cells.

    Parameters
    ----------
    cohort : Cohort
        A member. What counts is what stands in its cells, not which object it is.
    claims : DataFrame
        Rows of the ledger.
    reading : Reading
        What is assumed where the report leaves it open.

    Returns
    -------
    DataFrame
        A copy of its own for every caller.
    """
    key = (*(_mark(table) for table in (*cohort, claims)), reading)
    if key not in _kept:
        while len(_kept) >= KEPT:
            del _kept[next(iter(_kept))]  # the oldest
        _kept[key] = recompute(cohort, claims, reading)
    return _kept[key].copy()


def regenerated(tables: Tables, members: Mapping[str, Cohort], report: str = REPORT) -> pd.DataFrame:
    """Every printed number beside what all members give.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    members : mapping of str to Cohort
        One or more, as `analysis.reconstruction.store.load_all` gives them.
    report : str
        The report that is reconstructed.

    Returns
    -------
    DataFrame
        One row for each printed number, in the order of the ledger: ``claim``, ``field`` (value, low, high, numerator,
        denominator), ``location``, ``printed``, ``low, high`` (its window, the upper end left out), ``smallest``,
        ``largest`` (over the members, in the printed unit), ``inside`` (in how many members it would be printed so),
        ``members`` (of how many), ``state`` (one of `STATES`), ``proof`` (kind of proof, if it is impossible),
        ``fits`` (what would fit), ``recipe`` (how it was computed, in words).

    Raises
    ------
    ValueError
        If there is no member.
    """
    if not members:
        raise ValueError("no members: at least one synthetic cohort is needed")
    claims = tables.claims[tables.claims.report == report]
    found = [scored(cohort, claims) for cohort in members.values()]
    table = found[0].rename(columns={"id": "claim"})
    numbers = pd.concat([one.regenerated for one in found], axis=1)
    table = table.assign(
        smallest=numbers.min(axis=1),
        largest=numbers.max(axis=1),
        inside=sum(one.inside.astype(int) for one in found),
        members=len(found),
    )
    return _with_states(table, impossible(tables, report), not_reached(tables))


def score_by_table(found: pd.DataFrame, fields: tuple[str, ...] = SCORED) -> pd.DataFrame:
    """How many printed numbers every member regenerates, by the place where they were printed.

    Parameters
    ----------
    found : DataFrame
        From `regenerated`.
    fields : tuple of str
        Fields that count; denominators are left out by default: most are not printed beside their share.

    Returns
    -------
    DataFrame
        Index ``location`` in the order of the table, and ``all``; ``fields``, and one column for each of `STATES`.

    Examples
    --------
    >>> found = pd.DataFrame({"field": ["value", "low", "denominator"], "location": ["table1", "table2", "table1"],
    ...                       "state": ["regenerated", "impossible", "regenerated"]})
    >>> score_by_table(found)
              fields  regenerated  impossible  not reached  missed
    location
    table1         1            1           0            0       0
    table2         1            0           1            0       0
    all            2            1           1            0       0
    """
    counted = found[found.field.isin(fields)]
    parts = [*counted.groupby("location", sort=False), ("all", counted)]
    rows = [(place, len(part), *(int((part.state == state).sum()) for state in STATES)) for place, part in parts]
    return pd.DataFrame(rows, columns=["location", "fields", *STATES]).set_index("location")


def problems(tables: Tables, folder: Path = paths.RECONSTRUCTION) -> list[Problem]:
    """What is wrong with the stored members: numbers they should give and do not, and a false score in the index.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    folder : Path
        Of the ensemble.

    Returns
    -------
    list of Problem
        Empty if every member regenerates every number that is not set aside.

    Raises
    ------
    DataError
        If a file is not the one that was stored, or a cell breaks a rule.
    """
    found = []
    for member, cohort in store.load_all(folder).items():
        table = regenerated(tables, {member: cohort})
        name = store.files(member, folder)[0].name
        for row in table[table.state == "missed"].itertuples():
            allowed = f"{row.low:g} to below {row.high:g}, printed {row.printed}"
            found.append(Problem(name, 0, f"{row.claim} {row.field}", f"{row.smallest:.6g}", allowed))
        found += _index_problems(store.index(folder).loc[member], table)
    return found


def _index_problems(row: pd.Series, table: pd.DataFrame) -> list[Problem]:
    """Scores of the index that are not those of the member."""
    counted = table[table.field.isin(SCORED)]
    right = {"fields": len(counted), "fields_inside": int(counted.inside.sum())}
    return [
        Problem(store.INDEX, 0, column, f"{row[column]} of member {row.member}", f"{number}, as recomputed")
        for column, number in right.items()
        if column in row and row[column] != number
    ]


def _with_states(table: pd.DataFrame, proofs: pd.DataFrame, unproven: pd.DataFrame) -> pd.DataFrame:
    """What became of each number, and the proof where one was needed."""
    key = ["claim", "field"]
    table = table.merge(proofs[[*key, "kind", "fits"]], on=key, how="left")
    table = table.merge(unproven[key].assign(unproven=True), on=key, how="left")
    everywhere, proven = table.inside == table.members, table.kind.notna()
    state = pd.Series("missed", index=table.index)
    state = state.mask(table.unproven.notna(), "not reached").mask(proven, "impossible").mask(everywhere, "regenerated")
    columns = [*key, "location", "printed", "low", "high", "smallest", "largest", "inside", "members"]
    needed = {
        "proof": table.kind.where(state == "impossible", ""),
        "fits": table.fits.where(state == "impossible", ""),
    }
    return table[columns].assign(state=state, **needed, recipe=table.recipe)


def _mark(table: pd.DataFrame) -> str:
    """SHA-256 over the cells of a table and the names of its columns."""
    digest = hashlib.sha256("\n".join(map(str, table.columns)).encode())
    digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return digest.hexdigest()
