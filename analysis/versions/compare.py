"""What is different between two versions, and which report, correction or method moved each result?

A result moves because a report entered or left, because rows of one of its reports were corrected, or, if none of
these, because the method changed. For pooled results the new reports are also taken out again and the pool computed
once more: what then remains of the change is not theirs, and if nothing remains, no correction is named.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.data import remembered
from analysis.versions import results as registry
from analysis.versions.results import COMPARED, NUMBERS
from analysis.versions.store import Release, short_names
from analysis.versions.tables import without

ON_PAGES = ("page", "synthetic")  # kinds of results that are numbers of a text
CHANGE = ["name", "kind", "label", "old", "new", "why"]


class Difference(NamedTuple):
    """Two versions beside each other.

    ``changes`` has the columns of `CHANGE`, a row for each result that is not the same; ``same`` counts those that are.
    ``added``, ``removed``, ``corrected`` are ids of reports; ``searches`` and ``errata`` those that were not there.
    """

    old: str
    new: str
    changes: pd.DataFrame
    same: int
    added: list[str]
    removed: list[str]
    corrected: list[str]
    searches: list[str]
    errata: list[str]


def difference(old: Release, new: Release, tables=None) -> Difference:
    """What changed from one version to a later one.

    Parameters
    ----------
    old, new : Release
        The versions.
    tables : Tables, optional
        Those of ``new``; then pooled results are also computed without the new reports.

    Returns
    -------
    Difference
        Numbers of a page that are named there for the first time, or no longer, are words: they are no change.

    Examples
    --------
    >>> rows = [{"name": "share", "kind": "pooled", "label": "t-MN", "estimate": 4.0, "unit": "%", "reports": "a"}]
    >>> old = Release("0.1.0", "", "", "", "", (), (), {}, registry.frame(rows))
    >>> new = old._replace(version="0.2.0", results=registry.frame([rows[0] | {"estimate": 4.2}]))
    >>> difference(old, new).changes[["old", "new", "why"]].values.tolist()
    [['4.0%', '4.2%', 'method']]
    """
    added, removed = sorted(new.reports.keys() - old.reports), sorted(old.reports.keys() - new.reports)
    both = old.reports.keys() & new.reports
    corrected = sorted(name for name in both if old.reports[name]["rows"] != new.reports[name]["rows"])
    changed = differing(old.results, new.results)
    rest = _without_new(tables, added, changed, new.results)
    names = short_names([old, new])
    rows = []
    for name in changed:
        before, after = _row(old.results, name), _row(new.results, name)
        some = before if after is None else after
        shown = ["" if row is None else registry.words(row) for row in (before, after)]
        alone = name in rest.index and name in old.results.index
        alone = alone and not differing(old.results.loc[[name]], rest.loc[[name]])
        why = _why(before, after, (added, removed, [] if alone else corrected), names)
        if name in rest.index:
            why += f"; {'as before' if alone else registry.words(rest.loc[name])} without the new reports"
        rows.append((name, some.kind, some.label, *shown, why))
    return Difference(
        old=old.version,
        new=new.version,
        changes=pd.DataFrame(rows, columns=CHANGE),
        same=len(old.results.index.intersection(new.results.index).difference(changed)),
        added=added,
        removed=removed,
        corrected=corrected,
        searches=sorted(set(new.searches) - set(old.searches)),
        errata=sorted(set(new.errata) - set(old.errata)),
    )


def differing(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Names of the results that are not the same, in the order of the newer table, those that are gone last.

    Parameters
    ----------
    old, new : DataFrame
        Of `analysis.versions.results.results`.

    Returns
    -------
    list of str
        A number of a page counts only where both have it: naming one more in a text changes words.
    """
    both = new.index.intersection(old.index)
    left, right = old.loc[both], new.loc[both]
    unlike = np.zeros(len(both), dtype=bool)
    for column in COMPARED:
        one, other = left[column].to_numpy(), right[column].to_numpy()
        empty = left[column].isna().to_numpy() & right[column].isna().to_numpy()
        unlike |= ~empty & (~np.isclose(one, other, rtol=1e-5, atol=0) if column in NUMBERS else one != other)
    moved = set(both[unlike])
    entered = set(new.index[~new.kind.isin(ON_PAGES)]) - set(old.index)
    gone = [name for name in old.index[~old.kind.isin(ON_PAGES)] if name not in new.index]
    return [name for name in new.index if name in moved | entered] + gone


def _row(frame: pd.DataFrame, name: str):
    """The row, or None."""
    return frame.loc[name] if name in frame.index else None


def _why(before, after, reports: tuple[list[str], list[str], list[str]], names: dict[str, str]) -> str:
    """Which reports moved a result, in words."""
    old, new = (set((row.reports or "").split()) if row is not None else set() for row in (before, after))
    added, removed, corrected = reports
    parts = {
        "new": [r for r in added if r in new - old],
        "left": [r for r in removed if r in old - new],
        "corrected": [r for r in corrected if r in old | new],
        "now counted": [r for r in sorted(new - old) if r not in added and r not in corrected],
        "no longer counted": [r for r in sorted(old - new) if r not in removed and r not in corrected],
    }
    told = [f"{word}: {', '.join(names[r] for r in found)}" for word, found in parts.items() if found and old | new]
    if told:
        return "; ".join(told)
    if not old | new and any(reports):
        return "counts what the tables hold"
    return "method"


def _without_new(tables, added: list[str], changed: list[str], results: pd.DataFrame) -> pd.DataFrame:
    """The changed pooled results as they would be without the new reports; empty if there are none."""
    pools = [name for name in changed if name in results.index and results.kind[name] == "pooled"]
    if tables is None or not added or not pools:
        return results.iloc[:0]
    rest = _pooled_without(tables, tuple(added))
    return rest[rest.index.isin(pools)]


@remembered  # versions of one page often lack the same reports
def _pooled_without(tables, reports: tuple[str, ...]) -> pd.DataFrame:
    """Pooled results as if some reports had never been found."""
    return registry.frame(registry.pooled(without(tables, reports)))
