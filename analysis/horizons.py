"""How often t-MN or other blood cancers were found by a stated time: the cumulative incidences that reports print.

A cumulative incidence belongs to a time; a crude proportion does not, which `paired` lays side by side.
"""

import pandas as pd

from analysis import evidence

KEYS = {"t-MN": "tmn", "haematological second malignancy": "published"}


def incidences(tables) -> pd.DataFrame:
    """Every printed cumulative incidence of a second malignancy, and whether it is drawn.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Claims with ``about`` (report), ``name, short, section`` of the arm, ``key`` (colour), ``seen`` (quoted where
        another report prints it), ``months`` (median follow-up) and ``reason`` (empty where it is drawn), by time.

    Examples
    --------
    >>> from analysis import data
    >>> incidences(data.load()).loc["G083", ["about", "key", "reason"]].tolist()
    ['gazeau-2025', 'tmn', '']
    """
    claims = tables.claims
    rows = claims[(claims.statistic == "cumulative incidence") & claims.duplicate_of.isna()]
    rows = rows[rows.quantity.map(evidence.is_malignancy).astype(bool) & (rows.kind == "number")]
    arms = evidence.arm_table(tables)
    rows = rows.assign(about=rows.quotes.where(rows.quotes.notna(), rows.report))
    rows = rows.assign(seen=rows.seen.where(rows.quotes.isna(), "quoted"))
    first = arms[arms.at_risk].reset_index().drop_duplicates("report").set_index("report").arm
    rows = rows.assign(arm=rows.arm.where(rows.arm.notna(), rows.about.map(first)))
    rows = rows.join(arms[["name", "short", "section", "at_risk", "patients"]], on="arm")
    rows = rows.assign(key=rows.quantity.map(KEYS), reason=[_reason(row) for row in rows.itertuples()])
    return rows.sort_values(["time_months", "section"], kind="stable")


def _reason(row) -> str:
    """Why an incidence is not drawn; empty where it is."""
    if row.flag == "quantity disputed":
        return "it is disputed what it counts. " + row.doubt
    if row.quantity not in KEYS:
        return "it is for another outcome: " + row.quantity
    if row.at_risk is not True:
        return "its patients were chosen for a laboratory test"
    return "" if row.group in evidence.WHOLE else "it is for a part of the patients: " + str(row.group)


def paired(tables) -> pd.DataFrame:
    """Crude proportion and cumulative incidences of the same outcome in the same patients.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        One row a value: ``arm, name, short, key, kind`` (crude, incidence), ``months`` (median follow-up for the crude
        proportion, NaN if not seen; the stated time for an incidence), ``percent, low, high``; indexed by claim.

    Examples
    --------
    >>> from analysis import data
    >>> sorted(set(paired(data.load()).short))
    ['Britto 2025', 'Gazeau 2025', 'Hamilton 2024', 'Takamatsu 2023']
    """
    shown = incidences(tables)
    shown = shown[(shown.reason == "") & shown.quotes.isna()]
    shown = shown.drop(columns="months", errors="ignore").rename(columns={"time_months": "months", "value": "percent"})
    parts = []
    for outcome, key in KEYS.items():
        crude = evidence.crude_proportions(tables, outcome).assign(quantity=outcome, key=key, kind="crude")
        timed = shown[(shown.quantity == outcome) & shown.arm.isin(crude.arm)].assign(kind="incidence")
        parts += [crude[crude.arm.isin(timed.arm)], timed]
    columns = ["arm", "name", "short", "quantity", "key", "kind", "months", "percent", "low", "high", "seen"]
    return pd.concat([part[columns] for part in parts])


def quotations(tables) -> pd.DataFrame:
    """What Gazeau 2025 prints about the reports of this page, and the same quantity where the report itself was read.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Claims with ``quotes``; ``own`` (ids of the report's own claims of the same quantity, statistic and time,
        blank-separated) and ``verdict``: ``the same``, ``another number`` or ``not in the part read``.

    Examples
    --------
    >>> from analysis import data
    >>> quotations(data.load()).loc["G025", "verdict"]
    'the same'
    """
    claims = tables.claims[tables.claims.duplicate_of.isna() & (tables.claims.kind == "number")]
    rows = claims[claims.quotes.notna() & claims.value.notna() & (claims.statistic != "definition")]
    first_hand = claims[claims.quotes.isna() & (claims.seen != "quoted")]
    own = [_own(first_hand[first_hand.report == row.quotes], row) for row in rows.itertuples()]
    verdicts = []
    for row, found in zip(rows.itertuples(), own, strict=True):
        same = (found.value == row.value).any()
        verdicts.append("the same" if same else "another number" if len(found) else "not in the part read")
    return rows.assign(own=[" ".join(found.index) for found in own], verdict=verdicts)


def _own(claims: pd.DataFrame, row) -> pd.DataFrame:
    """The report's own claims of what was quoted; where one has the same value, only that."""
    found = claims[(claims.quantity == row.quantity) & (claims.statistic == row.statistic)]
    found = found[(found.time_months == row.time_months) | (found.time_months.isna() & pd.isna(row.time_months))]
    same = found[found.value == row.value]
    return same if len(same) else found
