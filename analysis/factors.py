"""What was associated with t-MN, before and after matching?"""

import pandas as pd

from analysis import wald

NAMES = {  # factors in the order in which they matter here, the ledger's word and the reader's
    "MCV": "MCV",
    "ICANS, any grade": "ICANS, any grade",
    "ICANS grade": "ICANS grade",
    "CD28 vs 4-1BB": "CD28 v 4-1BB",
    "CAR-HEMATOTOX": "CAR-HEMATOTOX",
    "CRS grade": "CRS grade",
    "LDH": "LDH",
    "ALC": "ALC",
    "age": "Age",
    "prior lines": "Prior lines",
}
MATCHED_ON = ("age", "prior lines")
ANALYSES = ("univariate", "matched")


def before_and_after(claims: pd.DataFrame) -> pd.DataFrame:
    """Two rows a factor, univariate and matched, each hazard ratio with its printed and its implied p value.

    Parameters
    ----------
    claims : DataFrame
        Hazard ratios and p values of one report; ``group`` is univariate or matched.

    Returns
    -------
    DataFrame
        Rows of `analysis.wald.with_implied` with ``factor``, ``analysis``, ``absent`` (why there is no value) and
        ``shown`` (the value or those words), indexed by claim; rows without a value have empty cells.

    Raises
    ------
    LookupError
        If a factor has no name in `NAMES`.

    Examples
    --------
    >>> from analysis import data
    >>> ledger = data.load().claims
    >>> rows = before_and_after(ledger[ledger.report == "gazeau-2025"])
    >>> rows[rows.factor == "Age"][["analysis", "shown", "p_printed"]].to_numpy().tolist()
    [['univariate', '1.04', '<0.01'], ['matched', 'used for matching', nan]]
    """
    found = wald.with_implied(claims[claims.duplicate_of.isna()])
    unknown = set(found.quantity) - set(NAMES)
    if unknown:
        raise LookupError(f"no name for the factors {sorted(unknown)}; there are {', '.join(NAMES)}")
    wanted = pd.MultiIndex.from_product([NAMES, ANALYSES], names=["quantity", "group"])
    rows = found.set_index(["quantity", "group"]).reindex(wanted).reset_index()
    absent = ["used for matching" if q in MATCHED_ON and g == "matched" else "not printed" for q, g in wanted]
    rows = rows.assign(
        factor=rows.quantity.map(NAMES),
        analysis=rows.group,
        absent=absent,
        shown=rows.value_printed.where(rows.value.notna(), absent),
    )
    return rows.set_index(rows.id.fillna("none"))


def elsewhere(tables, ids: list[str]) -> pd.DataFrame:
    """Comparisons that other reports print, side by side.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    ids : list of str
        Claims, in the order of the rows.

    Returns
    -------
    DataFrame
        ``Compared`` (the subgroup, or the arm where the claim is about all of it), ``t-MN`` (a placeholder for the
        printed value), ``Measure``, ``Patients`` (the arm, or its disease) and ``Report``, with how it was seen.

    Examples
    --------
    >>> from analysis import data
    >>> row = elsewhere(data.load(), ["radivoyevitch-2018.nhl.hr-lines"]).iloc[0]
    >>> row["Compared"], row["Measure"], row["Report"]
    ('three or more v one line of chemotherapy', 'hazard ratio', 'Radivoyevitch 2018, abstract')
    """
    found = tables.claims.loc[ids]
    arms = found.arm.map(tables.arms.name)
    return pd.DataFrame(
        {
            "Compared": found.group.fillna(arms.str.lower()),
            "t-MN": "{claim:" + found.id + "}",
            "Measure": found.statistic,
            "Patients": arms.where(found.group.notna(), found.arm.map(tables.arms.disease)),
            "Report": found.report.map(tables.reports.short) + ", " + found.seen,
        }
    )
