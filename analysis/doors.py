"""Doors: a number on a page that leads to where it came from.

A door is a plain link to the number's row on the data page; with script it opens a card. Roles in the prose and tables
made in chapters write the same door, so that a number looks and behaves alike wherever it stands.
"""

import re
from html import escape

import pandas as pd

from analysis import claims as ledger
from analysis.estimates import Estimate, estimate

DATA_PAGE = "data.html"
PLACEHOLDER = re.compile(r"\{(?P<role>claim|value|count|cell|id|computed|report):(?P<name>[^{}]+)\}")


def anchor(name: str) -> str:
    """Anchor of a claim on the data page."""
    return name.lower()


def door(tables, name: str, form: str = "claim") -> str:
    """A number as HTML.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : str
        Id of a claim; for ``form="computed"`` the name of an estimate.
    form : {"claim", "value", "count", "cell", "id", "computed"}
        With its interval, bare, as numerator of denominator, for a table whose heading names unit and interval, as
        its id, or computed.

    Returns
    -------
    str
        A link with class ``door``.

    Raises
    ------
    LookupError
        If there is no such claim or estimate.

    Examples
    --------
    >>> from analysis import data
    >>> door(data.load(), "G212", "count")
    '<a class="door" href="data.html#g212" data-claim="G212" data-kind="published"><span class="v">12 of 14</span></a>'
    """
    if form == "computed":
        found = estimate(tables, name)
        row = anchor(found.inputs[0]) if found.inputs else "tables"
        return _link(row, name, found.kind, found.text, found.interval, doubtful=False)
    value, interval = words(tables, name, form)
    return _link(anchor(name), name, "published", value, interval, tables.claims.loc[name, "certainty"] == "doubtful")


def words(tables, name: str, form: str) -> tuple[str, str]:
    """Value and interval of a claim in the wanted form."""
    if name not in tables.claims.index:
        raise LookupError(f"no claim {name!r} in the ledger")
    claim = tables.claims.loc[name]
    if form == "id":
        return name, ""
    if form == "count":
        return ledger.count_text(claim), ""
    if form == "cell":
        return claim.value_printed or ledger.limits_text(claim), ledger.limits_text(
            claim
        ) if claim.value_printed else ""
    return ledger.value_text(claim), ledger.interval_text(claim) if form == "claim" else ""


def _link(row: str, name: str, kind: str, value: str, interval: str, doubtful: bool) -> str:
    """The link itself."""
    doubt = " data-doubt" if doubtful else ""
    bracket = f' <span class="ci">({escape(interval)})</span>' if interval else ""
    return (
        f'<a class="door" href="{DATA_PAGE}#{row}" data-claim="{escape(name)}" data-kind="{kind}"{doubt}>'
        f'<span class="v">{escape(value)}</span>{bracket}</a>'
    )


def fill(tables, text: str, *, plain: bool = False, synthetic: bool = True) -> str:
    """Text with numbers put in: ``{claim:G083}``, ``{value:G083}``, ``{count:G212}``, ``{computed:one-in:G083}``.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    text : str
        Sentence with placeholders; may hold HTML.
    plain : bool
        Words only, for titles and alternative texts, instead of doors.
    synthetic : bool
        Whether plain words may hold a synthetic number, which a door marks and plain words do not.

    Returns
    -------
    str

    Raises
    ------
    LookupError
        If there is no such claim or estimate.
    ValueError
        If plain words would hold a synthetic number and must not.

    Examples
    --------
    >>> from analysis import data
    >>> fill(data.load(), "t-MN in {claim:G083} by two years", plain=True)
    't-MN in 4.5% (95% CI 2.8–6.9) by two years'
    """

    def put(match: re.Match) -> str:
        role, name = match["role"], match["name"]
        if role == "report":
            return tables.reports.loc[name, "short"] if plain else report_link(tables, name)
        if not plain:
            return door(tables, name, role)
        if role != "computed":
            value, interval = words(tables, name, role)
            return f"{value} ({interval})" if interval else value
        found = estimate(tables, name)
        if found.kind == "synthetic" and not synthetic:
            raise ValueError(f"{name} is synthetic, and these words would not say so: {text}")
        return f"{found.text} ({found.interval})" if found.interval else found.text

    return PLACEHOLDER.sub(put, text)


def report_link(tables, name: str) -> str:
    """The name of a report, linked to its row on the data page.

    Examples
    --------
    >>> from analysis import data
    >>> report_link(data.load(), "zuma-7-2023")
    '<a class="report" href="data.html#report-zuma-7-2023">Westin 2023</a>'
    """
    return f'<a class="report" href="{DATA_PAGE}#report-{name}">{escape(tables.reports.loc[name, "short"])}</a>'


def card(tables, findings: pd.DataFrame, name: str) -> dict:
    """What the card of a door says: value, interval, words, rows and links.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    findings : DataFrame
        Of the audit, see `analysis.audit.findings`.
    name : str
        Claim id or name of an estimate.

    Returns
    -------
    dict
        ``v, ci, w, rows, links``, ready for JSON.
    """
    if name not in tables.claims.index:
        return _estimate_card(tables, estimate(tables, name))
    claim = tables.claims.loc[name]
    report = tables.reports.loc[claim.report]
    also = tables.claims[tables.claims.duplicate_of == name].location.drop_duplicates()
    rows = [("Source", f"{report.short}, {ledger.place_text(claim.location)}")]
    if len(also):
        rows.append(("Also in", ", ".join(map(ledger.place_text, also))))
    rows.append(("Seen", seen_text(claim, report)))
    if isinstance(claim.quoted_by, str):
        hand = tables.reports.short.get(claim.quoted_by, claim.quoted_by)
        rows.append(("Quoted by", hand))
    if isinstance(claim.doubt, str):
        rows.append(("Reading", f"{claim.certainty}: {claim.doubt}"))
    differed = tables.readings[tables.readings.claim == name]
    if len(differed):
        rows.append(("Readers", f"differed on {', '.join(differed.field.str.replace('_', ' '))}; settled"))
    for finding in _about(findings, name).itertuples():
        rows.append(("Audit", f"{finding.severity}: {finding.reading}"))
    links = [(f"Data row {name}", f"{DATA_PAGE}#{anchor(name)}"), ("The report", f"{DATA_PAGE}#report-{claim.report}")]
    if len(_about(findings, name)):
        links.append(("Audit", f"reproduction.html#{_about(findings, name).iloc[0].finding}"))
    value, interval = words(tables, name, "claim")
    return {"v": value, "ci": interval, "w": ledger.describe(claim), "rows": rows, "links": links}


def seen_text(claim: pd.Series, report: pd.Series) -> str:
    """How and when a number was seen, and how often it was read."""
    times = {1: "read once", 2: "read twice", 3: "read three times"}
    return f"{claim.seen}, {claim.read_on}, {times[int(report.readings)]}"


def _estimate_card(tables, found: Estimate) -> dict:
    """Card of a computed number."""
    kinds = {"computed": "computed here, not printed", "synthetic": "synthetic: nobody’s data"}
    rows = [("Kind", kinds[found.kind]), ("How", found.how)]
    links = [(f"Data row {name}", f"{DATA_PAGE}#{anchor(name)}") for name in found.inputs[:3]]
    if found.inputs:
        rows.append(("From", ledger.ids_text(list(found.inputs))))
    return {
        "v": found.text,
        "ci": found.interval,
        "w": found.what,
        "rows": rows,
        "links": links or [("All tables", f"{DATA_PAGE}#tables")],
    }


def _about(findings: pd.DataFrame, name: str) -> pd.DataFrame:
    """Findings that involve this claim."""
    return findings[[name in ids.split() for ids in findings.claims]]
