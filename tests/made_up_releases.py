"""Releases made up for tests of versions, and the plan against which their results are held."""

from analysis.versions import results, store

PLAN = {"conclusion": {"results": ["pool"], "relative_change": 0.25}}


def row(name, kind="pooled", estimate=4.0, low=3.0, high=5.0, reports="a b", **more):
    """One result."""
    line = {"name": name, "kind": kind, "label": name.title(), "estimate": estimate, "low": low, "high": high}
    return line | {"unit": "%", "k": 2, "reports": reports} | more


def state(version="0.1.0", rows=(), reports="ab", searches=("S001",), errata=(), data="x", on="2026-11-21"):
    """One release; each letter is a report, a capital one that was corrected."""
    named = {name: {"short": name.upper(), "rows": "1"} for name in reports.lower()}
    named |= {name.lower(): {"short": name, "rows": "2"} for name in reports if name.isupper()}
    frame = results.frame(list(rows) or [row("pool")])
    return store.Release(version, on, "c" * 40, "2026-11-21", data, tuple(searches), tuple(errata), named, frame)
