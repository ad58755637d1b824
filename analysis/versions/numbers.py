"""What a version's number means: MAJOR a new search, MINOR other data or methods, PATCH nothing but words."""

import re
from pathlib import Path
from typing import NamedTuple

import yaml

from analysis import paths

MEANING = {
    "MAJOR": "a new search",
    "MINOR": "corrected or added data, or methods, without a new search",
    "PATCH": "words only; every result is the same",
}
FORM = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Number(NamedTuple):
    """A version as three whole numbers, which sort as versions do."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.major}.{self.minor}.{self.patch}"


def parse(text: str) -> Number:
    """A version from its text.

    Parameters
    ----------
    text : str
        Such as ``0.1.0``.

    Returns
    -------
    Number

    Raises
    ------
    ValueError
        If it has another form.

    Examples
    --------
    >>> parse("0.10.0") > parse("0.9.3")
    True
    """
    if not (match := FORM.fullmatch(text)):
        raise ValueError(f"version {text!r}; allowed: MAJOR.MINOR.PATCH, such as 0.1.0")
    return Number(*map(int, match.groups()))


def steps(last: Number) -> dict[str, Number]:
    """The three versions that can follow.

    Parameters
    ----------
    last : Number
        The newest published version.

    Returns
    -------
    dict of str to Number
        By kind, as in `MEANING`.

    Examples
    --------
    >>> {kind: str(number) for kind, number in steps(parse("0.1.2")).items()}
    {'MAJOR': '1.0.0', 'MINOR': '0.2.0', 'PATCH': '0.1.3'}
    """
    return {
        "MAJOR": Number(last.major + 1, 0, 0),
        "MINOR": Number(last.major, last.minor + 1, 0),
        "PATCH": Number(last.major, last.minor, last.patch + 1),
    }


def kind(last: Number | None, new: Number) -> str:
    """What sort of step leads from one published version to the next.

    Parameters
    ----------
    last : Number or None
        The version before; None: there is none.
    new : Number
        The version after it.

    Returns
    -------
    str
        A key of `MEANING`, or ``first``.

    Examples
    --------
    >>> kind(parse("0.1.0"), parse("0.1.1")), kind(None, parse("0.1.0"))
    ('PATCH', 'first')
    """
    if last is None:
        return "first"
    if new.major > last.major:
        return "MAJOR"
    return "MINOR" if new.minor > last.minor else "PATCH"


def current(root: Path = paths.ROOT) -> str:
    """The version that CITATION.cff names, the one place for it.

    Examples
    --------
    >>> parse(current()) >= parse("0.1.0")
    True
    """
    return str(yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["version"])
