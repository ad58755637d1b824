"""What can be wrong with the data, and how it is told."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with one cell.

    Examples
    --------
    >>> print(Problem("data/arms.csv", 3, "antigen", "'CD20'", "CD19 | BCMA"))
    data/arms.csv, row 3, column antigen: found 'CD20'; allowed: CD19 | BCMA
    """

    file: str
    row: int
    column: str
    found: str
    allowed: str

    def __str__(self) -> str:
        """File, row, column, found, allowed."""
        return f"{self.file}, row {self.row}, column {self.column}: found {self.found}; allowed: {self.allowed}"


def at(row, column: str, found: object, allowed: str) -> Problem:
    """A problem in this row of a table.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> print(at(SimpleNamespace(file="data/arms.csv", row=3), "antigen", "'CD20'", "CD19 | BCMA"))
    data/arms.csv, row 3, column antigen: found 'CD20'; allowed: CD19 | BCMA
    """
    return Problem(row.file, row.row, column, str(found), allowed)


class DataError(ValueError):
    """The data break their own rules; carries every problem found."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join([f"{len(problems)} problem(s) in the data:", *map(str, problems)]))
