"""Rows added to the end of a table; nothing that stands there is touched.

The tables are read again afterwards. If the rows break a rule, the files are cut back to what they were.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis import data


def append(folder: Path, rows: Mapping[str, pd.DataFrame]) -> None:
    """Append rows to tables that are one file each.

    Parameters
    ----------
    folder : Path
        Holds ``dictionary.yml`` and the tables.
    rows : mapping of str to DataFrame
        For each table its new rows, columns as in the dictionary; missing cells are written empty.

    Raises
    ------
    DataError
        If the tables would not be sound afterwards; the files are then as they were.
    ValueError
        If the columns are not those of the dictionary, or a file does not end with a line break.
    """
    words = data.dictionary(folder)
    files = {name: folder / words[name]["file"] for name in rows}
    for name, frame in rows.items():
        if list(frame.columns) != list(words[name]["columns"]):
            raise ValueError(f"columns of {name}: got {list(frame.columns)}; allowed: {list(words[name]['columns'])}")
        if not files[name].read_bytes().endswith(b"\n"):
            raise ValueError(f"{files[name].name} does not end with a line break")
    sizes = {name: file.stat().st_size for name, file in files.items()}
    try:
        for name, frame in rows.items():
            with files[name].open("a", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerows([_cell(cell) for cell in row] for row in frame.itertuples(index=False))
        data.load(folder)
    except BaseException:  # also when somebody stops it halfway
        for name, size in sizes.items():
            with files[name].open("r+b") as handle:
                handle.truncate(size)
        raise


def _cell(cell: object) -> object:
    """Nothing is written as an empty cell."""
    return "" if cell is None or cell is pd.NA or (isinstance(cell, float) and pd.isna(cell)) else cell
