"""Rows and cells of the tables changed on the disk, as an editor would."""

import csv


def rewrite(path, change):
    """Apply ``change`` to the rows of a CSV (lists of cells, header first)."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def set_cells(folder, file, key, **values):
    """Put values into the row whose first cell is ``key``."""

    def change(rows):
        row = next(row for row in rows if row[0] == key)
        for column, value in values.items():
            row[rows[0].index(column)] = value

    rewrite(folder / file, change)
