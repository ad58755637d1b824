"""Which versions are there, and which one is the reader looking at?"""

from pathlib import Path
from typing import NamedTuple

from analysis import paths
from analysis.versions import numbers, store
from analysis.versions.compare import Difference, difference, differing
from analysis.versions.store import Release


class History(NamedTuple):
    """All published versions, oldest first, and the state that these pages show.

    ``shown`` is the newest published version if the tables still give its results, else the tables as they are;
    ``before`` is the version that it follows, None if it is the first.
    """

    published: list[Release]
    shown: Release
    before: Release | None

    @property
    def is_published(self) -> bool:
        """Whether what is shown is a published version."""
        return self.shown.released_on != ""


def history(tables, folder: Path = paths.RELEASES) -> History:
    """The versions so far.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    folder : Path
        With a folder for each published version.

    Returns
    -------
    History
    """
    published, state = store.published(folder), store.now(tables)
    if not published:
        return History([], state, None)
    last = published[-1]
    same = not differing(last.results, state.results) and last.searches == state.searches
    if same and last.version == state.version:
        return History(published, last, published[-2] if len(published) > 1 else None)
    return History(published, state, last)


def named(past: History) -> str:
    """What the state that is shown is called.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> release = SimpleNamespace(version="0.1.0", released_on="")
    >>> named(History([], release, None)), named(History([], release, release))
    ('version 0.1.0, not published yet', 'the state after version 0.1.0, not published yet')
    """
    if past.is_published:
        return f"version {past.shown.version}"
    if past.before is None:
        return f"version {past.shown.version}, not published yet"
    return f"the state after version {past.before.version}, not published yet"


def newest(past: History, tables) -> Difference | None:
    """What is new in the state that is shown; None for the first version."""
    return difference(past.before, past.shown, tables) if past.before else None


def steps(past: History) -> list[tuple[Release, Release | None, str]]:
    """Each published version with the one before it and the kind of step, newest first."""
    pairs = zip(past.published, [None, *past.published], strict=False)
    found = [
        (new, old, numbers.kind(old and numbers.parse(old.version), numbers.parse(new.version))) for new, old in pairs
    ]
    return found[::-1]
