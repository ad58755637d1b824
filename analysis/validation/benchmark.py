"""How fast is it, beside what one would use instead?

Reads the last benchmark that was committed; measuring is left to ``make bench``.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import paths

OURS = "this project"
COLUMNS = ["task", "size", "tool", "version", "median_ms", "runs", "floor_ms"]


class Speed(NamedTuple):
    """The benchmark: a row for each task, size and tool; where it ran; and a sentence that says which it is."""

    results: pd.DataFrame
    environment: pd.DataFrame
    said: str

    @property
    def measured(self) -> bool:
        """Whether there is any measurement."""
        return len(self.results) > 0


def speed(folder: Path = paths.BENCHMARKS) -> Speed:
    """The last committed benchmark, or the sentence that there is none.

    Parameters
    ----------
    folder : Path
        With ``results.csv`` (``task, size, tool, version, median_ms, runs, floor_ms``: medians in milliseconds, the
        floor being a sort of the same times) and ``environment.csv`` (``key, value``).

    Returns
    -------
    Speed
        ``results`` with ``times_floor`` (median over floor) added, ``environment``, and ``said``: when and on which
        processor, or that nothing has been measured yet.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> speed(paths.DATA).said
    'Speed has not been measured yet.'
    """
    files = folder / "results.csv", folder / "environment.csv"
    if not all(file.exists() for file in files):
        empty = pd.DataFrame(columns=[*COLUMNS, "times_floor"])
        return Speed(empty, pd.DataFrame(columns=["key", "value"]), "Speed has not been measured yet.")
    results = pd.read_csv(files[0], dtype={"version": str, "tool": str}).fillna({"version": ""})
    if missing := [column for column in COLUMNS if column not in results]:
        raise ValueError(f"{files[0].name}: no column {', '.join(missing)}; there are {', '.join(results)}")
    environment = pd.read_csv(files[1], dtype=str)
    known = dict(zip(environment.key, environment.value, strict=True))
    where = [known[key] for key in ("measured on", "processor") if key in known]
    said = f"Measured on {', '.join(where)}." if where else "Measured; where and when was not noted."
    return Speed(results.assign(times_floor=results.median_ms / results.floor_ms), environment, said)


def standing(results: pd.DataFrame) -> pd.DataFrame:
    """Ours beside the fastest other tool.

    Parameters
    ----------
    results : DataFrame
        See `speed`.

    Returns
    -------
    DataFrame
        One row for each task and size: ``task, size, ours_ms, times_floor, other, other_ms, ratio`` (how many times as
        long the fastest other tool takes; with ``other`` empty and the rest missing where no other was measured).

    Examples
    --------
    >>> row = {"task": "sort", "size": 10, "median_ms": 2.0, "times_floor": 2.0}
    >>> both = pd.DataFrame([row | {"tool": OURS}, row | {"tool": "other", "median_ms": 5.0}])
    >>> standing(both)[["other", "ratio"]].values.tolist()
    [['other', 2.5]]
    """
    rows = []
    for (task, size), group in results.groupby(["task", "size"], sort=False):
        here, others = group[group.tool == OURS], group[group.tool != OURS]
        if here.empty:
            continue
        row = {"task": task, "size": size, "ours_ms": here.median_ms.iloc[0], "times_floor": here.times_floor.iloc[0]}
        if len(others):
            best = others.loc[others.median_ms.idxmin()]
            row |= {"other": best.tool, "other_ms": best.median_ms, "ratio": best.median_ms / row["ours_ms"]}
        rows.append(row)
    columns = ["task", "size", "ours_ms", "times_floor", "other", "other_ms", "ratio"]
    return pd.DataFrame(rows, columns=columns)
