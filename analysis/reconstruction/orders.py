"""Which test of two small groups can give a printed p value, whatever the times?"""

import math
from itertools import chain, combinations

import numpy as np
import pandas as pd
from scipy import special

from analysis import wald
from analysis.audit import ranks
from analysis.audit.ledger import Ledger, count
from analysis.data import Tables, remembered
from analysis.reconstruction.proofs import REPORT
from analysis.reconstruction.proofs.fields import paper, printed_numbers


@remembered
def rank_tests(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """Which test of two small groups can give the printed p value, whatever the times?

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report.

    Returns
    -------
    DataFrame
        One row for each statement on compared groups, size of the groups and test: ``claim, printed, first, second,
        test, orders`` (of all times without ties), ``fitting`` (orders that print the p value; for a rank sum, p
        values that do, of all it can give).

    References
    ----------
    Rank sum: `analysis.audit.ranks.rank_sum_p_values`. Log-rank: Mantel N. Cancer Chemother Rep 1966;50:163-170.

    Examples
    --------
    >>> from analysis import data
    >>> table = rank_tests(data.load())
    >>> table[table.test == "log-rank"][["first", "second", "orders"]].values.tolist()
    [[6, 8, 3003], [6, 23, 475020]]
    """
    ledger, rows = paper(tables, report), []
    for statement in ledger.statements("compared groups"):
        test, first, _second = ledger.about(statement)
        low, high = wald.printed_range(test.value, test.resolution, test.comparator)
        for one, other in _group_sizes(ledger, statement, first):
            told = (test.id, test.value_printed, one, other)
            sums = [p for values in ranks.rank_sum_p_values(one, other).values() for p in values]
            rows.append((*told, "rank sum", len(sums), sum(low <= p <= high for p in sums)))
            p = log_rank_p_values(one, other)
            rows.append((*told, "log-rank", len(p), int(((low <= p) & (p <= high)).sum())))
    return pd.DataFrame(rows, columns=["claim", "printed", "first", "second", "test", "orders", "fitting"])


def _group_sizes(ledger: Ledger, statement, first) -> list[tuple[int, int]]:
    """Sizes of the two groups for every population that they may divide."""
    known = ledger.size(statement.report, first.group)
    populations = [quantity.strip() for quantity in statement.value_printed.split(";")]
    rows = [row for row in printed_numbers(ledger) if not row.duplicate_of]
    totals = [next((count(r) for r in rows if r.quantity == q and count(r)), 0) for q in populations]
    return [(known[0], total - known[0]) for total in totals if known and total > known[0]]


def log_rank_p_values(one: int, other: int) -> np.ndarray:
    """P values of the log-rank test for every order of the times of two groups, all with the event, no ties.

    Parameters
    ----------
    one, other : int
        Patients in the groups.

    Returns
    -------
    ndarray of float
        One for each choice of places of the first group, in lexicographic order.

    Examples
    --------
    Two against one: the single patient first, second or last.

    >>> [round(float(p), 3) for p in log_rank_p_values(1, 2)]
    [0.157, 0.808, 0.225]
    """
    size = one + other
    orders = chain.from_iterable(combinations(range(size), one))
    places = np.fromiter(orders, dtype=np.int8, count=math.comb(size, one) * one).reshape(-1, one).T
    at_risk = np.arange(size, 0, -1)
    sums, squares = (1 / at_risk).cumsum(), (1 / at_risk**2).cumsum()
    expected = sum(sums[column] for column in places)  # each patient expects 1/n at every time up to his own
    # ordered pairs of patients of the group of whom the first, second, ... is the earlier one
    both = sum((2 * (one - k) - 1) * squares[column] for k, column in enumerate(places))
    return special.chdtrc(1, (one - expected) ** 2 / (expected - both))
