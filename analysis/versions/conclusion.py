"""Does the answer still stand? Computed against the threshold in the protocol."""

from typing import Any, NamedTuple

import pandas as pd

from analysis.versions.results import words
from analysis.versions.store import Release


class Verdict(NamedTuple):
    """Whether a result that carries the answer still says what it said.

    ``changed`` is None where the older version did not have it.
    """

    name: str
    label: str
    old: str
    new: str
    changed: bool | None
    reason: str


def verdicts(old: Release, new: Release, plan: dict[str, Any]) -> list[Verdict]:
    """Each result that carries the answer, in two versions.

    Parameters
    ----------
    old, new : Release
        The versions.
    plan : dict
        The protocol; its ``conclusion`` names the results and the threshold.

    Returns
    -------
    list of Verdict
        One for each name, also for results that neither version has.

    Examples
    --------
    >>> from analysis.versions.results import frame
    >>> rows = [{"name": "share", "label": "t-MN", "estimate": 4.0, "low": 3.0, "high": 5.0, "unit": "%"}]
    >>> old = Release("0.1.0", "", "", "", "", (), (), {}, frame(rows))
    >>> plan = {"conclusion": {"results": ["share"], "relative_change": 0.25}}
    >>> verdicts(old, old._replace(results=frame([rows[0] | {"estimate": 5.2}])), plan)[0].reason
    'outside the interval that it had'
    """
    rule = plan["conclusion"]
    return [_verdict(name, old.results, new.results, rule["relative_change"]) for name in rule["results"]]


def changed(found: list[Verdict]) -> bool:
    """Whether the answer changed.

    Examples
    --------
    >>> changed([Verdict("G083", "t-MN", "4.5%", "9.1%", True, "")])
    True
    """
    return any(verdict.changed for verdict in found)


def _verdict(name: str, old: pd.DataFrame, new: pd.DataFrame, threshold: float) -> Verdict:
    """One result against the threshold."""
    before, after = (frame.loc[name] if name in frame.index else None for frame in (old, new))
    some = after if before is None else before
    shown = ["" if row is None else words(row) for row in (before, after)]
    label = name if some is None else some.label
    if before is None:
        return Verdict(name, label, *shown, None, "not given before")
    if after is None:
        return Verdict(name, label, *shown, True, "no longer given")
    if pd.isna(before.estimate):
        return Verdict(name, label, *shown, None, "not pooled before")
    if pd.isna(after.estimate):
        return Verdict(name, label, *shown, True, "no longer pooled")
    if pd.notna(before.low) and not before.low <= after.estimate <= before.high:
        return Verdict(name, label, *shown, True, "outside the interval that it had")
    if abs(after.estimate - before.estimate) > threshold * abs(before.estimate):
        return Verdict(name, label, *shown, True, f"moved by more than {threshold:.0%} of its value")
    same = after.estimate == before.estimate
    return Verdict(name, label, *shown, False, "the same" if same else "within the interval that it had")


def unknown(plan: dict[str, Any], results: pd.DataFrame) -> list[str]:
    """Results that the protocol names and that do not exist.

    Parameters
    ----------
    plan : dict
        The protocol.
    results : DataFrame
        Of `analysis.versions.results.results`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> unknown({"conclusion": {"results": ["G083", "G999"]}}, pd.DataFrame(index=["G083"]))
    ['G999']
    """
    return [name for name in plan["conclusion"]["results"] if name not in results.index]
