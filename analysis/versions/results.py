"""Every result that the site shows, in one table: what a release stores, and two versions are compared by.

Five kinds: *pooled*, an estimate of the synthesis; *share*, the crude proportion of one group of patients; *printed*, a
number of the ledger; *page*, any other number that a chapter computes in its text; *synthetic*, such a number about
patients who do not exist (version 0.1.0 has these among those of pages). The registry is made from what computes the
pages themselves, so that nothing is listed a second time.
"""

import re
from pathlib import Path

import pandas as pd

from analysis import claims as ledger
from analysis import evidence, paths, synthesis
from analysis.estimates import estimate

COLUMNS = ["name", "kind", "label", "estimate", "low", "high", "unit", "k", "events", "n", "text", "note", "reports"]
NUMBERS = ["estimate", "low", "high", "k", "events", "n"]
COMPARED = [*NUMBERS, "unit", "text", "note", "reports"]  # a label is words
SUBGROUPS = {
    "tmn-share-": "t-MN after CAR T cells, crude share",
    "tmn-rate-": "t-MN after CAR T cells, per person-time",
}
DIGITS = 6  # significant ones; far more than is shown, fewer than differ between processors
NAMED = re.compile(r"\{computed\}`([^`]*)`|\{computed:([^{}]*)\}")


def results(tables, chapters: Path = paths.CHAPTERS) -> pd.DataFrame:
    """All results.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    chapters : Path
        The pages, which name the numbers that they compute.

    Returns
    -------
    DataFrame
        Indexed by name: ``kind`` (pooled, share, printed, page, synthetic), ``label``, ``estimate, low, high`` in
        ``unit``, ``k`` (groups of patients pooled), ``events``, ``n`` (patients), ``text`` (as shown, where it is
        words), ``note`` (model and prediction interval, or why nothing is pooled), ``reports`` (ids separated by
        blanks).

    Examples
    --------
    >>> from analysis import data
    >>> row = results(data.load()).loc["G083"]
    >>> row.text, row.reports, float(row.estimate)
    ('4.5% (95% CI 2.8–6.9)', 'gazeau-2025', 4.5)
    """
    return frame([*pooled(tables), *_shares(tables), *_printed(tables), *_on_pages(tables, chapters)])


def frame(rows: list[dict]) -> pd.DataFrame:
    """Rows as the table that `results` returns, numbers rounded to the stored digits.

    Parameters
    ----------
    rows : list of dict
        With keys of `COLUMNS`; what is missing stays empty.

    Returns
    -------
    DataFrame
    """
    made = pd.DataFrame(rows, columns=COLUMNS)
    for column in NUMBERS:
        made[column] = pd.to_numeric(made[column]).astype(float).map(_rounded)
    made = made.astype({c: object for c in COLUMNS if c not in NUMBERS})
    return made.where(made.notna(), None).astype(dict.fromkeys(NUMBERS, float)).set_index("name", drop=False)


def pooled(tables) -> list[dict]:
    """Estimates of the synthesis, one row each, also where the groups of patients stand side by side.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    list of dict
        With keys of `COLUMNS`.

    Examples
    --------
    >>> from analysis import data
    >>> pooled(data.load())[0]["name"]
    'tmn-share'
    """
    rows = synthesis.results(tables).to_dict("records")
    return [row | {"kind": "pooled", "label": _whole_label(row["name"], row["label"])} for row in rows]


def _whole_label(name: str, label: str) -> str:
    """A subgroup says of what it is one, since it stands here without its heading."""
    of = next((words for start, words in SUBGROUPS.items() if name.startswith(start)), "")
    return f"{of}, {label[0].lower()}{label[1:]}" if of else label


def _shares(tables) -> list[dict]:
    """Crude proportions of each outcome in each group of patients."""
    rows = []
    for outcome in evidence.OUTCOMES.values():
        for row in evidence.crude_proportions(tables, outcome).itertuples():
            words = {
                "name": f"share:{outcome}:{row.arm}",
                "kind": "share",
                "label": f"{row.name}: {outcome}, crude share",
            }
            numbers = {"estimate": row.percent, "low": row.low, "high": row.high, "unit": "%", "k": 1}
            rows.append(words | numbers | {"events": row.events, "n": row.total, "reports": row.report})
    return rows


def _printed(tables) -> list[dict]:
    """The numbers of the ledger, each as printed; what a report prints again is not repeated."""
    rows, once = [], tables.claims.duplicate_of.isna()
    for _, claim in tables.claims[once & (tables.claims.kind == "number")].iterrows():
        interval = ledger.interval_text(claim)
        text = ledger.value_text(claim) + (f" ({interval})" if interval else "")
        words = {
            "name": claim.id,
            "kind": "printed",
            "label": f"{tables.reports.short[claim.report]}: {ledger.describe(claim)}",
        }
        numbers = {"estimate": claim.value, "low": claim.low, "high": claim.high, "unit": claim.unit}
        counts = {"events": claim.numerator, "n": claim.denominator}
        rows.append(words | numbers | counts | {"text": text, "reports": claim.report})
    return rows


def _on_pages(tables, chapters: Path) -> list[dict]:
    """Numbers that the chapters compute, as they stand there; names that are put together in code are left out."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(chapters.glob("*.md"))]
    names = {one or other for text in texts for one, other in NAMED.findall(text)}
    rows = []
    for name in sorted(names - {f"{name}:" for name in names}):  # a colon with nothing behind it changes nothing
        try:
            found = estimate(tables, name)
        except LookupError:
            continue
        text = f"{found.text} ({found.interval})" if found.interval else found.text
        reports = " ".join(dict.fromkeys(tables.claims.loc[list(found.inputs), "report"]))
        kind = "synthetic" if found.kind == "synthetic" else "page"
        rows.append({"name": name, "kind": kind, "label": found.what, "text": text, "reports": reports or None})
    return rows


def _rounded(number: float) -> float:
    """To the stored digits."""
    return float(f"{number:.{DIGITS}g}")


def words(row) -> str:
    """A result as a reader sees it.

    Parameters
    ----------
    row : Series or named tuple
        A row of `results`.

    Returns
    -------
    str
        Value, unit and interval.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> words(SimpleNamespace(text=None, note=None, estimate=4.512, low=2.8, high=6.94, unit="%"))
    '4.5% (2.8–6.9)'
    """
    if isinstance(row.text, str):
        return row.text
    if pd.isna(row.estimate):
        return row.note or "not given"
    unit = row.unit if row.unit == "%" else f"\N{NO-BREAK SPACE}{row.unit}" if row.unit else ""
    dash = " to " if row.low < 0 else "–"
    limits = f" ({_short(row.low)}{dash}{_short(row.high)})" if pd.notna(row.low) else ""
    return f"{_short(row.estimate)}{unit}{limits}"


def _short(number: float) -> str:
    """Two significant digits, or whole numbers."""
    text = f"{number:,.0f}" if abs(number) >= 100 or number == 0 else f"{number:#.2g}".rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")
