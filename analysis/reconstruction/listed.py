"""The ensemble as pages list it: its members, their files, how different they are, what they leave open."""

from html import escape

import pandas as pd
from IPython.display import HTML

from analysis.reconstruction import store

PREFIX = "synthetic-reconstructed-"  # of all their names; not repeated in the table
FOLDER = "../data/reconstruction/"  # of the built site, seen from a page
HEADINGS = {
    "member": "Cohort",
    "seed": "Seed",
    "kind": "Matching",
    "tmn_cd28": "t-MN a year, CD28",
    "tmn_4_1bb": "t-MN a year, 4-1BB",
    "tmn_other": "t-MN a year, other",
    "tmn_after_relapse": "t-MN after relapse",
    "relapsed_later": "Relapse after t-MN",
    "relapse_power": "Shape of early relapse",
    "longest_follow_up": "Longest follow-up, days",
    "starts": "Starts",
    "moves": "Moves",
    "fields_inside": "Printed numbers given",
    "fields": "of",
}
WHOLE = ("patients",)  # units without decimals
DIGEST = 12  # characters of a checksum that are shown; the file has all


def member_rows(index: pd.DataFrame) -> pd.DataFrame:
    """How each member was made, without checksums.

    Parameters
    ----------
    index : DataFrame
        Of `analysis.reconstruction.store.index`.

    Returns
    -------
    DataFrame
        One row a member; columns of the index under their headings, others under their own names; ``data_kind``.

    Examples
    --------
    >>> index = pd.DataFrame({"member": ["01"], "kind": ["natural"], "moves": [12000000], "sha256_tmn": ["ab"]})
    >>> member_rows(index).iloc[0].to_dict()
    {'Cohort': '01', 'Matching': 'natural', 'Moves': '12,000,000', 'data_kind': 'synthetic'}
    """
    sums = [column for column in index if column.startswith("sha256") or column == "ledger"]
    rows = index.drop(columns=sums).reset_index(drop=True)
    rows = rows.map(lambda cell: f"{cell:,}" if isinstance(cell, int) else f"{cell:g}" if _number(cell) else cell)
    rows = rows.rename(columns=lambda name: HEADINGS.get(name, name.replace("_", " ").capitalize()))
    return rows.assign(data_kind="synthetic")


def file_rows(index: pd.DataFrame) -> pd.DataFrame:
    """The files of each member to download, with the start of their checksums.

    Parameters
    ----------
    index : DataFrame
        Of `analysis.reconstruction.store.index`.

    Returns
    -------
    DataFrame
        ``Cohort, Patients, SHA-256, Patients with t-MN, SHA-256 of these`` (links as HTML), ``data_kind``.
    """
    rows = []
    for row in index.itertuples():
        patients, tmn = (_link(path.name) for path in store.files(row.member))
        rows.append((row.member, patients, row.sha256_patients[:DIGEST], tmn, row.sha256_tmn[:DIGEST]))
    columns = ["Cohort", "Patients", "SHA-256", "Patients with t-MN", "SHA-256 of these"]
    return pd.DataFrame(rows, columns=columns).assign(data_kind="synthetic")


def range_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Measures over members, or over pairs of them, in words.

    Parameters
    ----------
    table : DataFrame
        Of `analysis.reconstruction.diversity.diversity`, or of `analysis.reconstruction.unpublished.unpublished`:
        ``heading, name, unit, value, low, high``.

    Returns
    -------
    DataFrame
        ``What, Unit, Smallest, Median, Largest`` and ``data_kind``.

    Examples
    --------
    >>> row = {"heading": "Values", "name": "Age", "unit": "years", "value": 0.5, "low": 0.25, "high": 12.0}
    >>> range_rows(pd.DataFrame([row | {"data_kind": "synthetic"}])).iloc[0].tolist()[:5]
    ['Values: age', 'years', '0.25', '0.50', '12']
    """
    rows = []
    for heading, name, unit, *values in table[["heading", "name", "unit", "low", "value", "high"]].itertuples(
        index=False, name=None
    ):
        texts = [f"{value:.0f}" if unit in WHOLE or abs(value) >= 10 else f"{value:.2f}" for value in values]
        rows.append((f"{heading}: {_lower(name)}", unit, *texts))
    shown = pd.DataFrame(rows, columns=["What", "Unit", "Smallest", "Median", "Largest"])
    return shown.assign(data_kind=table.data_kind.to_numpy())


def _lower(words: str) -> str:
    """Words in the middle of a sentence: abbreviations and names keep their capitals."""
    return words if words[:2].isupper() or "CD" in words[:3] else words[:1].lower() + words[1:]


def _link(name: str) -> str:
    """Link to a file of the built site."""
    words = name.removeprefix(PREFIX)
    return HTML(f'<a href="{FOLDER}{escape(name)}" download>{escape(words)}</a>')


def _number(cell) -> bool:
    """Whether a cell is a number with decimals."""
    return isinstance(cell, float)
