"""The ledger, looked up and put into words.

A *claim* is one printed number; what is shown of it is what was printed, never a rounded or completed form.
"""

import re

import pandas as pd

GLUED_UNITS = {"%": "%"}
SILENT_UNITS = {
    "patients",
    "centres",
    "deaths",
    "products",
    "HR",
    "mutations",
    "citations",
    "studies",
    "reports",
    "year",
    "date",
    "points",
}  # said by the sentence around the number
NOUNS = {
    "count": "number",
    "proportion": "share",
    "cumulative incidence": "cumulative incidence",
    "survival probability": "survival probability",
    "hazard ratio": "hazard ratio",
    "p value": "p value",
    "median": "median",
    "mean": "mean",
    "range": "range",
    "rate": "rate",
    "relative risk": "relative risk",
    "odds ratio": "odds ratio",
}


def select(claims: pd.DataFrame, **wanted: str | list[str] | None) -> pd.DataFrame:
    """Rows that have the wanted cells, each number once, in order of time.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    **wanted
        Column and value; a list allows several values, None asks for an empty cell.

    Returns
    -------
    DataFrame
        The rows that are not duplicates of another, sorted by ``time_months``, then as in the ledger.

    Raises
    ------
    LookupError
        If no row is left, with what was asked for.

    Examples
    --------
    >>> from analysis import data
    >>> select(data.load().claims, arm="gazeau-2025/all", quantity="t-MN", group=None,
    ...        statistic="cumulative incidence").index.tolist()
    ['G082', 'G083', 'G084', 'G085']
    """
    keep = claims.duplicate_of.isna()
    for column, value in wanted.items():
        if value is None:
            keep &= claims[column].isna()
        else:
            keep &= claims[column].isin(value if isinstance(value, list) else [value])
    if not keep.any():
        raise LookupError(f"no claim with {wanted}")
    return claims[keep].sort_values("time_months", kind="stable")


def value_text(claim: pd.Series) -> str:
    r"""Value as printed, with its unit.

    Examples
    --------
    >>> value_text(pd.Series({"value_printed": "4.5", "unit": "months", "low_printed": None}))
    '4.5\xa0months'
    """
    shown = claim.value_printed if isinstance(claim.value_printed, str) else limits_text(claim)
    unit = claim.unit
    if not isinstance(unit, str) or unit in SILENT_UNITS or not re.search(r"\d", shown):
        return shown
    if unit in GLUED_UNITS:
        return shown + unit
    return f"{shown}\N{NO-BREAK SPACE}{unit}"


def limits_text(claim: pd.Series) -> str:
    """Both limits as printed, or nothing.

    Examples
    --------
    >>> limits_text(pd.Series({"low_printed": "2.8", "high_printed": "6.9"}))
    '2.8–6.9'
    """
    return f"{claim.low_printed}–{claim.high_printed}" if isinstance(claim.low_printed, str) else ""


def interval_text(claim: pd.Series) -> str:
    """Kind and limits of the interval as printed, or nothing.

    Examples
    --------
    >>> row = {"value_printed": "4.5", "interval": "95% CI", "low_printed": "2.8", "high_printed": "6.9"}
    >>> interval_text(pd.Series(row))
    '95% CI 2.8–6.9'
    """
    has_both = isinstance(claim.low_printed, str) and isinstance(claim.value_printed, str)
    return f"{claim.interval} {limits_text(claim)}" if has_both else ""


def count_text(claim: pd.Series) -> str:
    """Numerator of denominator.

    Examples
    --------
    >>> count_text(pd.Series({"id": "x", "numerator": 12.0, "denominator": 14.0}))
    '12 of 14'
    """
    if pd.isna(claim.numerator) or pd.isna(claim.denominator):
        raise LookupError(f"claim {claim.id} has no numerator and denominator to print")
    return f"{int(claim.numerator)} of {int(claim.denominator)}"


def describe(claim: pd.Series) -> str:
    """What the number is, in words.

    Examples
    --------
    >>> row = {"quantity": "t-MN", "statistic": "cumulative incidence", "group": "CD28", "time_months": 24.0}
    >>> describe(pd.Series(row))
    't-MN, cumulative incidence at 24 months (CD28)'
    """
    noun = NOUNS.get(claim.statistic)
    text = f"{claim.quantity}, {noun}" if noun else claim.quantity
    if pd.notna(claim.time_months):
        text += f" at {claim.time_months:g} month{'s' if claim.time_months != 1 else ''}"
    return text + (f" ({claim.group})" if isinstance(claim.group, str) else "")


def place_text(location: str) -> str:
    """Where in the report, in words.

    Examples
    --------
    >>> place_text("results/outcome"), place_text("table2")
    ('Results, outcome', 'Table 2')
    """
    words = re.sub(r"^(table|figure)\s*(\d)", r"\1 \2", location.replace("/", ", "))
    return words[:1].upper() + words[1:]


def ids_text(ids: list[str]) -> str:
    """Claim ids with runs drawn together.

    Examples
    --------
    >>> ids_text(["G083", "G082", "G084", "G090"])
    'G082–G084, G090'
    """
    runs: list[list[str]] = []
    for name in sorted(dict.fromkeys(ids)):
        previous = runs[-1][-1] if runs else ""
        if _stem(previous) == _stem(name) and _number(name) == _number(previous) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _stem(name: str) -> str:
    """Claim id without its trailing number."""
    return re.sub(r"\d+$", "", name)


def _number(name: str) -> int:
    """Trailing number of a claim id; far away where there is none."""
    digits = re.search(r"(\d+)$", name)
    return int(digits[1]) if digits else -9


def source_text(claims: pd.DataFrame, reports: pd.DataFrame) -> str:
    """Reports, places and ids of these claims, as one line under a figure.

    Examples
    --------
    >>> from analysis import data
    >>> tables = data.load()
    >>> source_text(tables.claims.loc[["G082", "G083"]], tables.reports)
    'Gazeau 2025: Results, outcome (G082–G083)'
    """
    parts = []
    for report, rows in claims.groupby("report", sort=False):
        places = [
            f"{place_text(location)} ({ids_text(list(group.id))})"
            if report in ("gazeau-2025", "vainstein-2023")
            else place_text(location)
            for location, group in rows.groupby("location", sort=False)
        ]
        parts.append(f"{reports.loc[report, 'short']}: {'; '.join(dict.fromkeys(places))}")
    return "; ".join(parts)
