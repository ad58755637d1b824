"""Where is each item of the reporting guidelines answered?"""

from html import escape

import pandas as pd
from IPython.display import HTML

GUIDELINES = {"prisma-2020": "PRISMA 2020", "prisma-lsr": "PRISMA-LSR"}
ANSWERS = ("done", "in part", "not done")


def rows(tables, guideline: str) -> pd.DataFrame:
    """Items of one guideline.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    guideline : str
        A key of `GUIDELINES`.

    Returns
    -------
    DataFrame
        Rows of the table of checklists, with ``number``.

    Raises
    ------
    LookupError
        If there is no such guideline.

    Examples
    --------
    >>> from analysis import data
    >>> rows(data.load(), "prisma-2020").number.iloc[0]
    '1'
    """
    if guideline not in GUIDELINES:
        raise LookupError(f"no guideline {guideline!r}; there are {', '.join(GUIDELINES)}")
    found = tables.checklists[tables.checklists.index.str.startswith(f"{guideline}-")]
    return found.assign(number=found.index.str.removeprefix(f"{guideline}-"))


def cells(tables, guideline: str) -> pd.DataFrame:
    """The same for a page: number, topic, answer, and a link to the place or the reason.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    guideline : str
        A key of `GUIDELINES`.

    Returns
    -------
    DataFrame
        ``Item, What it asks for, Answer, Where, What is missing`` (``Where`` is HTML).
    """
    found = rows(tables, guideline)
    return pd.DataFrame(
        {
            "Item": found.number,
            "What it asks for": found.topic,
            "Answered": found.answer,
            "Where": [_link(page) for page in found.page],
            "What is missing": found.reason,
        }
    ).reset_index(drop=True)


def _link(page: str | None) -> HTML | None:
    """A link to a place on a page, named after the page."""
    if page is None:
        return None
    name, anchor = page.split("#")
    words = {"index": "summary", "comparator-trials": "other trials"}.get(name, name.replace("-", " "))
    return HTML(f'<a href="{name}.html#{escape(anchor)}">{escape(words)}</a>')


def counts(tables) -> pd.DataFrame:
    """How many items of each guideline are answered how.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by guideline; ``done, in part, not done``.

    Examples
    --------
    >>> from analysis import data
    >>> counts(data.load()).sum(axis=1)["prisma-2020"]
    np.int64(42)
    """
    each = {name: rows(tables, name).answer.value_counts() for name in GUIDELINES}
    return pd.DataFrame(each).T.reindex(columns=list(ANSWERS)).fillna(0).astype(int)
