"""The tables as the data page shows them: one line a claim, a report, a column."""

from html import escape

import pandas as pd
from IPython.display import HTML

from analysis import claims as ledger
from analysis import doors
from analysis.audit import RULES


def claim_rows(tables, findings: pd.DataFrame, report: str) -> pd.DataFrame:
    """What the ledger holds of one report.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    findings : DataFrame
        Of the audit.
    report : str
        Id of the report.

    Returns
    -------
    DataFrame
        One row a claim: ``Id, What, As printed, Where, Reading`` (HTML where links are needed).

    Examples
    --------
    >>> from analysis import audit, data
    >>> tables = data.load()
    >>> claim_rows(tables, audit.findings(tables), "vainstein-2023").Id.iloc[0]
    'V001'
    """
    rows = tables.claims[tables.claims.report == report]
    involved = _findings_by_claim(findings)
    return pd.DataFrame(
        {
            "Id": rows.id,
            "What": [what(row) for row in rows.itertuples()],
            "As printed": [_printed(row) for _, row in rows.iterrows()],
            "Where": [_where(tables, row) for row in rows.itertuples()],
            "Reading": [_reading(tables, row, involved.get(row.id, [])) for row in rows.itertuples()],
        }
    )


def _findings_by_claim(findings: pd.DataFrame) -> dict[str, list]:
    """Findings that involve each claim."""
    involved: dict[str, list] = {}
    for finding in findings.itertuples():
        for name in finding.claims.split():
            involved.setdefault(name, []).append(finding)
    return involved


def what(row) -> str:
    """Description of a number; for a statement its topic.

    Parameters
    ----------
    row : named tuple
        One claim.

    Returns
    -------
    str
    """
    if row.kind == "number":
        return ledger.describe(row)
    return f"statement, {row.quantity}" + (f" ({row.group})" if isinstance(row.group, str) else "")


def _printed(row: pd.Series) -> str:
    """Value with interval and, where printed, counts."""
    interval = ledger.interval_text(row)
    counts = f"; {ledger.count_text(row)}" if pd.notna(row.numerator) and pd.notna(row.denominator) else ""
    return ledger.value_text(row) + (f" ({interval})" if interval else "") + counts


def _where(tables, row) -> str:
    """Place, and how it was seen."""
    seen = "" if row.seen == "full text" else f"; {row.seen}"
    if isinstance(row.quoted_by, str):
        seen += f" by {tables.reports.short.get(row.quoted_by, row.quoted_by)}"
    return ledger.place_text(row.location) + seen


def _reading(tables, row, involved: list) -> HTML:
    """Certainty with its reason, links to the same number elsewhere and to the audit."""
    parts = [escape(row.certainty if row.certainty == "certain" else f"{row.certainty}: {row.doubt}")]
    if isinstance(row.duplicate_of, str):
        parts.append(f'same number as <a href="#{doors.anchor(row.duplicate_of)}">{row.duplicate_of}</a>')
    if isinstance(row.quotes, str):
        parts.append(f'about <a href="#report-{row.quotes}">{escape(tables.reports.short[row.quotes])}</a>')
    parts += [f'<a href="reproduction.html#{f.finding}">audit: {escape(f.severity)}</a>' for f in involved]
    return HTML("; ".join(parts))


def report_rows(tables) -> pd.DataFrame:
    """Every report with its identifiers and how far it was read.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        One row a report: ``Report, Citation, Kind, Read, Numbers, Remarks``.

    Examples
    --------
    >>> from analysis import data
    >>> report_rows(data.load()).Report.iloc[0]
    'Gazeau 2025'
    """
    counts = tables.claims.report.value_counts()
    rows = tables.reports
    return pd.DataFrame(
        {
            "Report": rows.short,
            "Citation": [_citation(row) for row in rows.itertuples()],
            "Kind": rows.kind,
            "Read": rows.read_level,
            "Numbers": [_numbers(name, int(counts.get(name, 0))) for name in rows.report],
            "Remarks": [_remarks(row) for row in rows.itertuples()],
        }
    )


def _citation(row) -> HTML:
    """Citation with links to DOI and PubMed."""
    links = []
    if isinstance(row.doi, str):
        links.append(f'<a href="https://doi.org/{escape(row.doi)}">doi:{escape(row.doi)}</a>')
    if isinstance(row.pmid, str):
        links.append(f'<a href="https://pubmed.ncbi.nlm.nih.gov/{row.pmid}/">PMID {row.pmid}</a>')
    return HTML(" ".join([escape(row.citation), *links]))


def _numbers(report: str, count: int) -> HTML | str:
    """How many claims, with a link to them."""
    return HTML(f'<a href="#claims-{report}">{count}</a>') if count else "0"


def _remarks(row) -> str | None:
    """Remarks, funding, conflicts and notices as far as seen."""
    parts = [row.note] if isinstance(row.note, str) else []
    parts += [
        f"{word}: {cell}"
        for word, cell in (("Funding", row.funding), ("Conflicts", row.conflicts), ("Notice", row.notice))
        if isinstance(cell, str)
    ]
    return " ".join(parts) or None


def finding_rows(tables, findings: pd.DataFrame) -> pd.DataFrame:
    """Findings of the audit, each with doors to its claims.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    findings : DataFrame
        Of the audit; one severity or all.

    Returns
    -------
    DataFrame
        One row a finding: ``Where, Printed, Expected, Most plausible reading`` (HTML).
    """
    return pd.DataFrame(
        {
            "Where": [_finding_place(tables, finding) for finding in findings.itertuples()],
            "Printed": findings.found.to_list(),
            "Expected": findings.expected.to_list(),
            "Most plausible reading": [_finding_reading(finding) for finding in findings.itertuples()],
        }
    )


def _finding_reading(finding) -> HTML:
    """The most plausible reading, and how it was computed behind a fold."""
    how = f"<details><summary>How it was computed</summary><p>{escape(finding.how)}</p></details>"
    return HTML(escape(finding.reading) + how)


def _finding_place(tables, finding) -> HTML:
    """Rule, report and claims of a finding; the same number printed again is not listed twice."""
    title = next(rule.title for rule in RULES if rule.name == finding.rule)
    names = finding.claims.split()
    first = [name for name in names if not isinstance(tables.claims.loc[name, "duplicate_of"], str)] or names
    shown = " ".join(doors.door(tables, name, "id") for name in first[:6])
    more = f" and {len(first) - 6} more" if len(first) > 6 else ""
    report = "" if finding.report == "gazeau-2025" else f"{escape(tables.reports.short[finding.report])}. "
    about = escape(what(tables.claims.loc[first[0]]))
    return HTML(f'{escape(title)}<span class="ids">{report}{about}</span><span class="ids">{shown}{more}</span>')


def rule_rows(findings: pd.DataFrame, coverage: pd.DataFrame, rules) -> pd.DataFrame:
    """What the audit asks, of how many claims, and how often the answer was no.

    Parameters
    ----------
    findings, coverage : DataFrame
        Of the audit.
    rules : sequence
        Rules with ``name, title, description, reference``.

    Returns
    -------
    DataFrame
        One row a rule: ``Rule, What it asks, Claims examined, Findings``.
    """
    examined = coverage.checked_by.str.split("; ").explode().value_counts()
    found = findings.rule.value_counts()
    return pd.DataFrame(
        [
            {
                "Rule": rule.title,
                "What it asks": rule.description + (f" ({rule.reference.rstrip('.')})" if rule.reference else ""),
                "Claims examined": f"{examined.get(rule.name, 0):,}",
                "Findings": str(found.get(rule.name, 0)),
            }
            for rule in rules
        ]
    )


def table_rows(tables, words: dict) -> pd.DataFrame:
    """The tables of the review, what one row is, and where to get them.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    words : dict
        The dictionary, see `analysis.data.dictionary`.

    Returns
    -------
    DataFrame
        One row a table: ``Table, Rows, Columns, What it holds, File``.
    """
    return pd.DataFrame(
        [
            {
                "Table": name,
                "Rows": f"{len(getattr(tables, name)):,}",
                "Columns": str(len(spec["columns"])),
                "What it holds": spec["meaning"],
                "File": HTML(_file_link(name, spec["file"])),
            }
            for name, spec in words.items()
            if spec.get("of") != "cohort"
        ]
    )


def _file_link(name: str, file: str) -> str:
    """Link to the table's CSV in the built site; of several files one is made when the site is built."""
    target = f"{name}.csv" if "*" in file else file
    return f'<a href="../data/{target}" download>{target}</a>'


def plain_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as it is, numbers without needless decimals, for browsing.

    Parameters
    ----------
    frame : DataFrame
        One table of the review.

    Returns
    -------
    DataFrame
        The same columns as text; where the row stands in its file is left out.
    """
    return frame.drop(columns=["file", "row"]).astype(object).map(_plain_cell)


def _plain_cell(cell):
    """One cell for browsing: numbers without needless decimals, nothing for a missing one."""
    if isinstance(cell, float):
        return None if pd.isna(cell) else f"{cell:g}"
    return cell


def column_rows(spec: dict) -> pd.DataFrame:
    """The dictionary of one table.

    Parameters
    ----------
    spec : dict
        One table of the dictionary.

    Returns
    -------
    DataFrame
        One row a column: ``Column, Meaning, Type`` (with its unit), ``Needed, Allowed, Example``.

    Examples
    --------
    >>> from analysis import data
    >>> column_rows(data.dictionary()["claims"]).Column.iloc[0]
    'id'
    """
    return pd.DataFrame(
        [
            {
                "Column": name,
                "Meaning": rule["meaning"],
                "Type": rule["type"] + (f", {rule['unit']}" if "unit" in rule else ""),
                "Needed": "yes" if rule.get("required") else "no",
                "Allowed": _allowed(rule),
                "Example": str(rule.get("example", "")),
            }
            for name, rule in spec["columns"].items()
        ]
    )


def _allowed(rule: dict) -> str | None:
    """What a cell may hold, in words."""
    if "allowed" in rule:
        return ", ".join(map(str, rule["allowed"]))
    if "refers" in rule:
        return f"a name in {rule['refers']}"
    if "minimum" in rule:
        return f"at least {rule['minimum']}"
    return rule.get("pattern")
