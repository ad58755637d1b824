"""A cohort as the recipes read it: both tables side by side, each column checked where it is used.

Vocabulary: *rows* are the patients of a cohort, a boolean each; *cases* are those with a row in the table of t-MN.
"""

import functools
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from analysis import cohort, data
from analysis.problems import DataError, Problem
from analysis.recipes.reading import Reading

TABLES = ("patients", "tmn")
KEY = "patient"


class View:
    """One cohort under one reading; what several claims need is computed once (`kept`).

    Parameters
    ----------
    tables : Cohort
        Patients, and those with t-MN.
    reading : Reading
        What is assumed where the report leaves it open.

    Raises
    ------
    DataError
        If a patient stands twice, or has a t-MN without being in the table of patients.
    """

    def __init__(self, tables: cohort.Cohort, reading: Reading):
        self.tables, self.reading = cohort.Cohort(*tables), reading
        self.n = len(self.tables.patients)
        self.everybody = np.ones(self.n, dtype=bool)
        self._place = self._places()
        self.cases = np.zeros(self.n, dtype=bool)
        self.cases[self._place] = True
        self._kept: dict[Hashable, Any] = {}

    def kept(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """What `compute` returns, computed the first time only."""
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def column(self, name: str, known: np.ndarray | None = None) -> np.ndarray:
        """Cells of all patients; missing for those without a row in the table of t-MN.

        Parameters
        ----------
        name : str
            A column of either table.
        known : ndarray of bool, optional
            Rows in which the cell must not be empty; of the table of t-MN only the cases among them.

        Returns
        -------
        ndarray, shape = (patients,)

        Raises
        ------
        DataError
            If there is no such column, or a cell is empty: with table, row, column and what is allowed.
        """
        table = self._table(name)
        cells = self.kept(("column", name), lambda: self._cells(table, name))
        if known is not None:
            empty = known & pd.isna(cells) & (self.cases if table == "tmn" else True)
            if empty.any():
                raise self._empty(table, name, np.flatnonzero(empty))
        return cells

    def numbers(self, name: str, known: np.ndarray | None = None) -> np.ndarray:
        """A column as floats."""
        cells = self.column(name, known)
        try:
            return cells.astype(float)
        except (TypeError, ValueError):
            table = self._table(name)
            raise DataError([Problem(table, 1, name, cells.dtype.name, _allowed(table, name))]) from None

    def flags(self, name: str, known: np.ndarray | None = None) -> np.ndarray:
        """A column of yes and no, or of true and false; false where it is empty."""
        cells = self.column(name, known)
        return cells if cells.dtype == bool else (cells == "yes") | (cells == True)  # noqa: E712 - in each cell

    def first_event(self, *events: str) -> tuple[np.ndarray, np.ndarray]:
        """Months to the first of these events and its name, as `analysis.cohort.first_event`."""

        def compute() -> tuple[np.ndarray, np.ndarray]:
            for name in ("relapse_day", "tmn_day"):
                self.column(name)
            for name in ("last_day", "died"):
                self.column(name, self.everybody)
            found = cohort.first_event(self.tables.patients, events)
            return found.time_months.to_numpy(), found.event.to_numpy()

        return self.kept(("first event", events), compute)

    def _places(self) -> np.ndarray:
        """Row of each case in the table of patients."""
        ids, cases = pd.Index(self.tables.patients[KEY]), self.tables.tmn[KEY]
        if not ids.is_unique:
            row = int(np.flatnonzero(ids.duplicated())[0])
            raise DataError([Problem("patients", row + 2, KEY, repr(ids[row]), "a name that no other row has")])
        place = ids.get_indexer(cases)
        unknown = np.flatnonzero(place < 0)
        allowed = "a patient of the table of patients"
        if unknown.size:
            raise DataError([Problem("tmn", row + 2, KEY, repr(cases.iloc[row]), allowed) for row in unknown])
        return place

    def _table(self, name: str) -> str:
        """Which table has the column."""
        for table, frame in zip(TABLES, self.tables, strict=True):
            if name in frame:
                return table
        words = _words()
        table = next((table for table in TABLES if name in words[table]["columns"]), TABLES[0])
        raise DataError([Problem(table, 1, name, "missing column", "every column of the dictionary")])

    def _cells(self, table: str, name: str) -> np.ndarray:
        """Cells in the order of the patients."""
        cells = getattr(self.tables, table)[name].to_numpy()
        if table == "patients":
            return cells
        spread = np.full(self.n, None, dtype=object)
        spread[self._place] = cells
        return spread

    def _empty(self, table: str, name: str, rows: np.ndarray) -> DataError:
        """Empty cells, with their rows as in the file."""
        if table == "tmn":
            rows = np.flatnonzero(np.isin(self._place, rows))
        allowed = _allowed(table, name)
        return DataError([Problem(table, int(row) + 2, name, "nothing", allowed) for row in rows])


@functools.cache
def _words() -> dict[str, Any]:
    """The dictionary, read when something is wrong, and once."""
    return data.dictionary()


def _allowed(table: str, name: str) -> str:
    """What the dictionary allows in a column, in words."""
    rule = _words()[table]["columns"].get(name, {})
    if "allowed" in rule:
        return " | ".join(rule["allowed"])
    return f"{rule.get('type', 'value')} such as {rule.get('example', '1')}"
