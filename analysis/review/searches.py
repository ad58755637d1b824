"""Which rows of the log are searches, and when was the last one?"""

import pandas as pd


def runs(tables) -> pd.DataFrame:
    """Searches, without the rows of single reports that were found by chance.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Rows of the log.

    Examples
    --------
    >>> from analysis import data
    >>> runs(data.load()).index[0]
    'S001'
    """
    return tables.searches[tables.searches.by_chance.isna()]


def last_search(tables) -> str:
    """Day of the last search, as 2026-11-21; a report found by chance does not move it.

    Examples
    --------
    >>> from analysis import data
    >>> last_search(data.load()) >= "2026-11-21"
    True
    """
    return max(runs(tables).searched_on)
