"""What the neoplasms look like: shares by type, treatments, survival."""

import pandas as pd

from analysis.plots import rows
from analysis.plots.style import WIDE


def shares(table: pd.DataFrame, width: int = WIDE):
    """Shares of those tested, t-AML (disc) and t-MDS (diamond) under each other; see `rows.marks`."""
    return rows.marks(table, width, ticks=(0, 25, 50, 75, 100), unit="%", label=312, value=92)


def survival(table: pd.DataFrame, width: int = WIDE):
    """Median survival in months with its interval where printed; see `rows.marks`."""
    return rows.marks(table, width, ticks=(0, 6, 12, 18, 24), unit=" months", label=300, value=112)


def treatments(table: pd.DataFrame, width: int = WIDE):
    """Treatments as people; see `rows.people`."""
    return rows.people(table, width, label=280, columns=12)
