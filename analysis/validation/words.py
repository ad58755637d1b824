"""The comparisons as the validation page shows them."""

from html import escape

import numpy as np
import pandas as pd
from IPython.display import HTML

from analysis.validation.benchmark import standing

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DIGITS = 12
PLAIN = {
    "std error": "standard error",
    "conf low": "limits",
    "conf high": "limits",
    "prediction low": "prediction limits",
    "prediction high": "prediction limits",
    "coef": "coefficient",
    "tau2": "τ²",
    "i2": "I²",
    "h2": "H²",
}


def power(value: float) -> str:
    """A small number with one decimal and a power of ten.

    Examples
    --------
    >>> power(3.08e-9), power(1e-8), power(0), power(0.18)
    ('3.1 × 10⁻⁹', '10⁻⁸', '0', '0.18')
    """
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if value >= 0.01:
        return f"{value:.2g}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    ten = "10" + str(int(exponent)).translate(RAISED)
    return ten if digits == "1.0" else f"{digits} × {ten}"


def measured(value: float, kind: str) -> str:
    """A difference with its unit where it is not relative to R's value."""
    return power(value) + {"relative": "", "absolute": " abs.", "standard errors": " SE"}[kind]


def name(estimator: str, below: str = "") -> HTML:
    """An estimator as code, with a remark below."""
    remark = f'<span class="ids">{escape(below)}</span>' if below else ""
    code = estimator.replace(".", "(…).").replace("_", "_<wbr>")
    return HTML(f"<code>{code}</code>{remark}")


def in_words(quantities: str) -> str:
    """Quantities, separated by commas, as a reader calls them.

    Examples
    --------
    >>> in_words("estimate, std error, conf low, conf high")
    'estimate, standard error, limits'
    """
    for found, said in PLAIN.items():
        quantities = quantities.replace(found, said)
    return ", ".join(dict.fromkeys(quantities.split(", ")))


def estimator_rows(summed: pd.DataFrame) -> pd.DataFrame:
    """What is compared for each estimator.

    Parameters
    ----------
    summed : DataFrame
        See `analysis.validation.estimators`.

    Returns
    -------
    DataFrame
        ``Estimator`` with what is compared, ``Numbers, Largest difference, Allowed, R``.
    """
    return pd.DataFrame(
        {
            "Estimator": [name(row.estimator, in_words(row.quantities)) for row in summed.itertuples()],
            "Numbers": [f"{n:,}" for n in summed.compared],
            "Largest difference": [measured(r.largest_difference, r.kind) for r in summed.itertuples()],
            "Allowed": [measured(r.tolerance, r.kind) for r in summed.itertuples()],
            "R": summed.r_package + " " + summed.r_version,
        }
    )


def reason_rows(summed: pd.DataFrame) -> pd.DataFrame:
    """Each tolerance with its reason and the estimators it is for.

    Parameters
    ----------
    summed : DataFrame
        See `analysis.validation.estimators`.

    Returns
    -------
    DataFrame
        ``Allowed, Why, For``; the strictest first.
    """
    groups = summed.groupby(["kind", "reason"], sort=False)
    rows = [
        (rows.tolerance.max(), kind, reason[:1].upper() + reason[1:], ", ".join(dict.fromkeys(rows.estimator)))
        for (kind, reason), rows in groups
    ]
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame(
        {
            "Allowed": [measured(tolerance, kind) for tolerance, kind, _, _ in rows],
            "Why": [reason for _, _, reason, _ in rows],
            "For": [HTML(", ".join(f"<code>{n}</code>" for n in names.split(", "))) for _, _, _, names in rows],
        }
    )


def example_rows(shown: pd.DataFrame) -> pd.DataFrame:
    """One number for each estimator, here and in R.

    Parameters
    ----------
    shown : DataFrame
        See `analysis.validation.examples`.

    Returns
    -------
    DataFrame
        ``Estimator`` with the number in words, ``Here, R, Difference``.
    """
    return pd.DataFrame(
        {
            "Estimator": [name(r.estimator, _which(r)) for r in shown.itertuples()],
            "Here": [f"{value:.{DIGITS}g}" for value in shown.here],
            "R": [f"{value:.{DIGITS}g}" for value in shown.r],
            "Difference": [measured(r.difference, r.kind) for r in shown.itertuples()],
        }
    )


def _which(row) -> str:
    """A number in words."""
    return f"{in_words(row.quantity.replace('_', ' '))}; {row.data}, {row.place.replace('+', ' + ')}"


def comparison_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Every comparison, plainly.

    Parameters
    ----------
    table : DataFrame
        See `analysis.validation.comparisons`.

    Returns
    -------
    DataFrame
        ``Estimator, Data, Quantity, Numbers, Largest difference, Allowed, R, Agrees``.
    """
    return pd.DataFrame(
        {
            "Estimator": table.estimator,
            "Data": table.data,
            "Quantity": table.quantity.str.replace("_", " "),
            "Numbers": [f"{n:,}" for n in table.compared],
            "Largest difference": [measured(r.largest_difference, r.kind) for r in table.itertuples()],
            "Allowed": [measured(r.tolerance, r.kind) for r in table.itertuples()],
            "R": table.r_package + " " + table.r_version,
            "Agrees": table.agrees.map({True: "yes", False: "no"}),
        }
    )


def milliseconds(value: float) -> str:
    """A time in milliseconds or seconds, three digits.

    Examples
    --------
    >>> milliseconds(0.2345), milliseconds(1234.5), milliseconds(123456)
    ('0.234 ms', '1.23 s', '123 s')
    """
    unit, number = (" s", value / 1000) if value >= 1000 else (" ms", value)
    return (f"{number:,.0f}" if number >= 100 else f"{number:.3g}") + unit


def speed_rows(results: pd.DataFrame) -> pd.DataFrame:
    """Ours, the fastest other tool, and how much longer it takes.

    Parameters
    ----------
    results : DataFrame
        See `analysis.validation.speed`.

    Returns
    -------
    DataFrame
        ``Task, Patients, Here, Times a sort, Fastest other, Its time, Times ours``.
    """
    table = standing(results)
    empty = [None] * len(table)
    return pd.DataFrame(
        {
            "Task": table.task.str.capitalize().str.replace("fine-gray", "Fine–Gray", case=False),
            "Patients": [f"{n:,}" for n in table["size"]],
            "Here": [milliseconds(ms) for ms in table.ours_ms],
            "Times a sort": [f"{x:,.1f}" for x in table.times_floor],
            "Fastest other": table.other.where(table.other.notna(), None) if len(table) else empty,
            "Its time": [milliseconds(ms) if pd.notna(ms) else None for ms in table.other_ms],
            "Times ours": [f"{x:,.1f}" if pd.notna(x) else None for x in table.ratio],
        }
    )
