"""R's curves and tests, as the tests of incidence and survival read them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "reference"
TEXT = {"group": str, "group2": str, "stratum": str}
DATA = {name: rows for name, rows in pd.read_csv(FOLDER / "curves_data.csv", dtype=TEXT).groupby("set")}
CURVES = pd.read_csv(FOLDER / "curves.csv", dtype={"group": str})
TESTS = pd.read_csv(FOLDER / "curves_tests.csv")
BY = {"all": "everybody", "group": "group", "group2": "group2"}


def cases(table, *columns):
    """Distinct combinations, each once, in the order of the file."""
    return [tuple(row) for row in table[list(columns)].drop_duplicates().itertuples(index=False)]


def counts(table):
    """Rows of each kind of answer."""
    return dict(Counter(table["what"]))


def patients(name, by="all", group="all"):
    """Rows of one set, or of one of its groups."""
    data = DATA[name]
    return data if by == "all" else data[data[by] == group]


def agree(ours, r, rtol):
    """Missing where R is missing, else equal; a 0 of R's is a 0 here."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(r, float), rtol=rtol, atol=0)
