"""What a figure, a table or a file says about where its numbers come from.

Vocabulary: *published* numbers stand in a report; *computed* ones follow from them; *synthetic* ones are read from
patients who do not exist, reconstructed from the published statistics or *invented* for an example. Whatever shows
synthetic numbers says so in its name, in the drawing, in the caption and in every file, and tables that hold them
cannot be shown as anything else.
"""

import pandas as pd

from analysis.reconstruction.store import LABEL

WORDS = {
    "published": "published",
    "computed": "computed",
    "synthetic": LABEL,
    "invented": "synthetic, invented patients",
}
SYNTHETIC = ("synthetic", "invented")
PREFIX = "synthetic-"
KIND = "data_kind"  # column of tables that say of each row where it comes from
HEADING = "Kind of data"


def check(name: str, provenance: str, table: pd.DataFrame) -> None:
    """Refuse to show synthetic numbers as anything else, or under a name that does not say so.

    Parameters
    ----------
    name : str
        Anchor of the figure or table, and name of its files.
    provenance : {"published", "computed", "synthetic", "invented"}
        What it is said to be.
    table : DataFrame
        What is shown; a column ``data_kind`` says of each row what it is.

    Raises
    ------
    ValueError
        If the provenance is no known word, synthetic rows are shown as something else, or the name is not that of a
        synthetic figure.

    Examples
    --------
    >>> check("fig-course", "computed", pd.DataFrame({"data_kind": ["published", "synthetic"]}))
    Traceback (most recent call last):
    ValueError: fig-course is shown as computed, but 1 of its 2 rows are synthetic
    """
    if provenance not in WORDS:
        raise ValueError(f"provenance of {name} is {provenance!r}; allowed: {', '.join(WORDS)}")
    marked = table[KIND].isin(SYNTHETIC) if KIND in table else pd.Series(dtype=bool)
    if marked.any() and provenance not in SYNTHETIC:
        raise ValueError(f"{name} is shown as {provenance}, but {marked.sum()} of its {len(table)} rows are synthetic")
    if (provenance in SYNTHETIC) != name.startswith(PREFIX):
        raise ValueError(f"{name} is {provenance}; names that begin with {PREFIX!r} are those of synthetic numbers")


def column(provenance: str, table: pd.DataFrame) -> pd.Series:
    """Words for each row of a table: those of its own ``data_kind``, or of the whole.

    Parameters
    ----------
    provenance : str
        Of the figure or table.
    table : DataFrame
        With or without ``data_kind``.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> column("synthetic", pd.DataFrame({"data_kind": ["synthetic", "published"]})).tolist()
    ['synthetic, reconstructed from published statistics', 'published']
    """
    kinds = table[KIND] if KIND in table else pd.Series(provenance, index=table.index)
    return kinds.map(WORDS)


def labelled(provenance: str, shown: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a file, with a first column that says what they are where any of them is synthetic.

    Parameters
    ----------
    provenance : str
        Of the figure or table.
    shown : DataFrame
        Columns of the file.
    table : DataFrame
        The rows they were taken from.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> labelled("invented", pd.DataFrame({"Month": [3]}), pd.DataFrame({"month": [3]}))
                       Kind of data  Month
    0  synthetic, invented patients      3
    """
    if provenance not in SYNTHETIC:
        return shown
    file = shown.copy()
    file.insert(0, HEADING, column(provenance, table).to_numpy())
    return file


def badge(provenance: str) -> str:
    """The mark beside a figure's source or over a synthetic table, as HTML.

    Examples
    --------
    >>> badge("invented")
    '<span class="tag synthetic">synthetic</span>'
    """
    kind = "synthetic" if provenance in SYNTHETIC else provenance
    return f'<span class="tag {kind}">{kind}</span>'


def sentence(provenance: str) -> str:
    """What stands first in a caption and in an alternative text; nothing for real numbers.

    Examples
    --------
    >>> sentence("synthetic")
    'Synthetic, reconstructed from published statistics; nobody’s data. '
    """
    if provenance not in SYNTHETIC:
        return ""
    words = WORDS[provenance]
    return f"{words[0].upper()}{words[1:]}; nobody’s data. "
