"""May this version be published under this number? Each refusal says what was found and what is allowed."""

from typing import Any

from analysis.versions import conclusion, numbers
from analysis.versions.compare import Difference, difference
from analysis.versions.results import words
from analysis.versions.store import Release

NAMED = 12  # results that a refusal lists


def refusals(last: Release | None, new: Release, plan: dict[str, Any], tables, notes: str) -> list[str]:
    """Why a version may not be published; empty if it may.

    Parameters
    ----------
    last : Release or None
        The newest published version; None: there is none.
    new : Release
        The tables as they are, under the number that is wanted.
    plan : dict
        The protocol.
    tables : Tables
        All tables of the review.
    notes : str
        Words on this version in the changelog.

    Returns
    -------
    list of str
        One sentence each.
    """
    found = []
    if not notes.strip():
        found.append(f"CHANGELOG.md: found no words under '## {new.version}'; allowed: what is new, in a few lines")
    if names := conclusion.unknown(plan, new.results):
        found.append(f"data/review/protocol.yml, conclusion: found {', '.join(names)}; allowed: names of results")
    if last is None:
        return found
    wanted, before = numbers.parse(new.version), numbers.parse(last.version)
    allowed = numbers.steps(before)
    if wanted not in allowed.values():
        grown = "is no step" if wanted > before else "does not grow"
        steps = ", ".join(f"{number} ({numbers.MEANING[kind]})" for kind, number in allowed.items())
        return [*found, f"{new.version} {grown} after {last.version}; allowed: {steps}"]
    change = difference(last, new, tables)
    by_kind = {"MAJOR": _major, "MINOR": _minor, "PATCH": _patch}
    return found + by_kind[numbers.kind(before, wanted)](last, new, change, allowed) + _silent(change, new, tables)


def _major(last: Release, new: Release, change: Difference, allowed: dict) -> list[str]:
    """A new search is in the log."""
    if change.searches:
        return []
    return [
        f"{new.version} says that there was a new search; found no row in data/review/searches.csv that {last.version} "
        f"did not have; allowed: {allowed['MINOR']} ({numbers.MEANING['MINOR']})"
    ]


def _minor(last: Release, new: Release, change: Difference, allowed: dict) -> list[str]:
    """No new search, and something else than words."""
    if change.searches:
        return _new_search(new, change, allowed)
    if change.changes.empty and last.data == new.data:
        return [
            f"{new.version} says that data or methods changed; found the same data and the same {change.same} "
            f"results; allowed: {allowed['PATCH']} ({numbers.MEANING['PATCH']})"
        ]
    return []


def _patch(last: Release, new: Release, change: Difference, allowed: dict) -> list[str]:
    """Nothing but words."""
    found = _new_search(new, change, allowed) if change.searches else []
    if len(change.changes):
        rows = [
            f"  {row.name}: {row.old or 'not there'} -> {row.new or 'gone'} ({row.why})"
            for row in change.changes.head(NAMED).itertuples(index=False)
        ]
        more = [f"  and {len(change.changes) - NAMED} more"] if len(change.changes) > NAMED else []
        head = f"{new.version} says that only words changed; found {len(change.changes)} changed results; allowed: "
        found.append("\n".join([f"{head}{allowed['MINOR']}, or none:", *rows, *more]))
    return found


def _new_search(new: Release, change: Difference, allowed: dict) -> list[str]:
    """A search that the number hides."""
    return [f"{new.version} hides a new search ({', '.join(change.searches)}); allowed: {allowed['MAJOR']}"]


def _silent(change: Difference, new: Release, tables) -> list[str]:
    """Printed numbers that were corrected without an erratum."""
    told = {name for names in tables.errata.loc[change.errata].claims.dropna() for name in names.split()}
    rows = change.changes
    rows = rows[(rows.kind == "printed") & (rows.old != "") & (rows.new != "") & ~rows.name.isin(told)]
    return [
        f"{row.name} was {row.old} and is {words(new.results.loc[row.name])}; found no new row in data/errata.csv that "
        "names it; allowed: one that says what was wrong"
        for row in rows.itertuples(index=False)
    ]
