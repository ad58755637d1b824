"""How firm the published matching is, as figure, table and words show it.

Vocabulary as in `analysis.reconstruction.fragility` and `order_free`; the *members* of a statement are those of the
kind natural where it is about orders of rows, all where it is not.
"""

import functools

import numpy as np
import pandas as pd

from analysis import data
from analysis.factors import NAMES
from analysis.reconstruction import fragility, order_free, store
from analysis.shares import percent

PUBLISHED, ORDERS, UNIQUE, METHOD = "published", "orders", "unique", "method"
DRAWN = {  # columns of the figure's file, and their headings
    "factor": "Factor",
    "name": "What",
    "member": "Cohort",
    "value": "Published estimate, stored order, or median of the cohorts",
    "low": "Lower 95% limit, or smallest",
    "low_90": "5% of the orders are below",
    "high_90": "95% of the orders are below",
    "high": "Upper 95% limit, or largest",
    "text": "In words",
}


@functools.cache
def stored() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Row orders and order-free comparisons of the stored members, found once; not to be changed."""
    return fragility.read(), order_free.order_free(store.load_all(), data.load().claims)


def drawn(claims: pd.DataFrame, orders: pd.DataFrame, free: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    """What the figure shows of some lines.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    orders, free : DataFrame
        From `fragility.read` and `order_free.order_free`.
    wanted : list of str
        Claims of the lines, in the order of the figure.

    Returns
    -------
    DataFrame
        Rows of `DRAWN`: for each line the published one, a row for each member of the kind natural, one for all of the
        kind unique together, one for each method; with ``kind`` (published, orders, unique, method), ``data_kind``,
        ``p_claim`` and ``each`` (estimates of the single members, a tuple).
    """
    lines, level = {line.claim: line for line in fragility.lines(claims)}, fragility.level(claims)
    rows = []
    for name in wanted:
        claim, mine = claims.loc[name], orders[orders.claim == name]
        parts = [_published(claim), *_natural(mine, level), *_unique(mine), *_methods(free[free.claim == name])]
        front = {"claim": name, "p_claim": lines[name].p_claim, "factor": NAMES[claim.quantity]}
        rows += [{"data_kind": "synthetic", "each": ()} | front | part for part in parts]
    return pd.DataFrame(rows)


def _published(claim: pd.Series) -> dict:
    """The printed line."""
    text = f"{claim.value_printed} ({claim.low_printed}–{claim.high_printed})"
    numbers = {"value": claim.value, "low": claim.low, "high": claim.high, "text": text}
    return {"kind": PUBLISHED, "name": "published, matched 1:2", "data_kind": "published"} | numbers


def _natural(rows: pd.DataFrame, level: float) -> list[dict]:
    """A distribution for each member with ages as they come."""
    rows = rows[rows.kind == "natural"]
    said = _shares(rows.share_significant) if len(rows) else ""
    return [
        {
            **{"kind": ORDERS, "name": f"{row.orders} random orders", "member": row.member, "value": row.hr_stored},
            **{"low": row.hr_0, "low_90": row.hr_5, "high_90": row.hr_95, "high": row.hr_100},
            "text": f"p below {level:g} in {percent(row.share_significant)}",
            "said": f"p below {level:g}: {said}",
        }
        for row in rows.itertuples()
    ]


def _unique(rows: pd.DataFrame) -> list[dict]:
    """All members in which the order decides nothing."""
    rows = rows[rows.kind == "unique"]
    if rows.empty:
        return []
    low, middle, high = np.quantile(rows.hr_stored, [0, 0.5, 1])
    values = {"value": middle, "low": low, "high": high, "each": tuple(rows.hr_stored)}
    name = f"matching unique, {len(rows)} cohort" + "s" * (len(rows) > 1)
    return [{"kind": UNIQUE, "name": name, "text": _range(rows.hr_stored)} | values]


def _methods(rows: pd.DataFrame) -> list[dict]:
    """The range of all members by each method."""
    return [
        {"kind": METHOD, "name": _lower(order_free.METHODS[method].name), "text": _range(part.hazard_ratio)}
        | dict(zip(("low", "value", "high"), np.quantile(part.hazard_ratio, [0, 0.5, 1]), strict=True))
        | {"each": tuple(part.hazard_ratio)}
        for method, part in rows.groupby("method", sort=False)
    ]


def rows(claims: pd.DataFrame, orders: pd.DataFrame, free: pd.DataFrame) -> pd.DataFrame:
    """All lines side by side, for a table.

    Parameters
    ----------
    claims, orders, free : DataFrame
        As in `drawn`.

    Returns
    -------
    DataFrame
        One row a line: ``Factor``, ``Published`` (placeholders), ``Over row orders`` (smallest to largest hazard ratio
        of all natural members), ``p below 0.05`` (share of the orders, smallest to largest member), ``As printed``
        (share of the orders that print the whole line so, likewise), and for each method the range of the hazard ratio
        with the number of members in which p is below 0.05; ``data_kind``.
    """
    lines = {line.quantity: line for line in fragility.lines(claims)}
    natural, level = orders[orders.kind == "natural"], fragility.level(claims)
    found = []
    for quantity in (q for q in NAMES if q in lines):
        line = lines[quantity]
        mine = natural[natural.claim == line.claim]
        row = {
            "Factor": NAMES[quantity],
            "Published": f"{{claim:{line.claim}}}, p {{value:{line.p_claim}}}",
            "Over row orders": f"{mine.hr_0.min():.2f}–{mine.hr_100.max():.2f}",
            "p below 0.05": _shares(mine.share_significant),
            "As printed": _shares(mine.share_line),
        }
        for method, part in free[free.claim == line.claim].groupby("method", sort=False):
            count = f"{(part.p_value < level).sum()} of {len(part)}"
            row[order_free.METHODS[method].short] = f"{_range(part.hazard_ratio)}; {count}"
        found.append(row | {"data_kind": "synthetic"})
    return pd.DataFrame(found)


def _lower(words: str) -> str:
    """Words that do not begin a sentence."""
    return words[0].lower() + words[1:]


def _range(values: pd.Series) -> str:
    """Smallest to largest, with two decimals."""
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    return low if low == high else f"{low}–{high}"


def _shares(values: pd.Series) -> str:
    """Smallest to largest share, in percent."""
    low, high = percent(values.min(), ""), percent(values.max())
    return high if f"{low}%" == high else f"{low}–{high}"


def order_words(what: str, claim: str = "") -> tuple[str, str, str, str]:
    """A number about row orders for the running text: number, nothing, what it is, how it was found.

    Parameters
    ----------
    what : {"orders", "members", "sets", "significant", "ratio", "p", "middle", "line", "table"}
        Orders of each member; members of the kind natural; different matched sets among the orders; and, over the
        orders of these members, for a line: share with p below the level, smallest and largest hazard ratio or p,
        smallest and largest median of p, share that prints the line as it was; ``table``: share that prints all of
        Table 3 as it was.
    claim : str
        Of the line.

    Returns
    -------
    tuple of str

    Raises
    ------
    LookupError
        If there is no such number, or no such line.
    """
    table = stored()[0]
    rows = table[table.kind == "natural"]
    if claim and claim not in set(rows.claim):
        raise LookupError(f"no line {claim!r} among row orders; there are {', '.join(rows.claim.unique())}")
    rows = rows[rows.claim == claim] if claim else rows
    found = {
        "orders": lambda: f"{rows.orders.iloc[0]:,}",
        "members": lambda: f"{rows.member.nunique()}",
        "sets": lambda: _counts(rows.matched_sets),
        "significant": lambda: _shares(rows.share_significant),
        "ratio": lambda: f"{rows.hr_0.min():.2f}–{rows.hr_100.max():.2f}",
        "p": lambda: f"{rows.p_0.min():.2g}–{rows.p_100.max():.2g}",
        "middle": lambda: f"{rows.p_50.min():.2g}–{rows.p_50.max():.2g}",
        "line": lambda: _shares(rows.share_line),
        "table": lambda: _shares(rows.share_table),
    }
    if what not in found:
        raise LookupError(f"no number {what!r} about row orders; there are {', '.join(found)}")
    how = f"{rows.member.nunique()} cohorts, {store.LABEL}, in random orders of their rows; about no real patient"
    return found[what](), "", f"row orders: {what}", how


def method_words(what: str, method: str, claim: str) -> tuple[str, str, str, str]:
    """A number about order-free comparisons for the running text, as `order_words`.

    Parameters
    ----------
    what : {"ratio", "significant"}
        Range of the hazard ratio over members, or in how many p is below the level.
    method : str
        Of `order_free.METHODS`.
    claim : str
        Of the line.

    Returns
    -------
    tuple of str

    Raises
    ------
    LookupError
        If there is no such number.
    """
    free = stored()[1]
    rows = free[(free.method == method) & (free.claim == claim)]
    if rows.empty or what not in ("ratio", "significant"):
        raise LookupError(f"no number {what!r} of {method!r} for {claim!r}; methods: {', '.join(order_free.METHODS)}")
    level = fragility.level(data.load().claims)
    text = _range(rows.hazard_ratio) if what == "ratio" else f"{(rows.p_value < level).sum()} of {len(rows)}"
    return text, "", f"{order_free.METHODS[method].name}: {what}", f"{len(rows)} cohorts, {store.LABEL}"


def _counts(values: pd.Series) -> str:
    """Smallest to largest count."""
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low}–{high}"
