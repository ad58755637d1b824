"""Does a paper agree with itself?

Small named rules over the ledger of claims. Each asks one question of every claim it fits, in any report, and reports
what it examined, not only what it found. An inconsistency is not an accusation: readings are offered, not verdicts.

Vocabulary: a *rule* yields checks; a *finding* is a check that did not come out even; *severity* is ``probable
misprint``, ``inconsistency``, ``quoting`` (what a paper says of another), ``ambiguous`` or ``rounding``.

Rules on words read statements, claims whose ``quantity`` is a topic. The topics, and what the cells then hold:

- ``model``: value the model of a hazard ratio, group where it is named, about the hazard ratios;
- ``model covariates``, ``matching covariates``: value the quantities, separated by semicolons;
- ``population``: value the quantity (group: the group) whose count is the stated population, about the claims;
- ``group members``: value the quantities that make up the group, about the claims that count them;
- ``wording``: value a word of `analysis.audit.wording`, group what it is said of, about the claims, subject first;
- ``compared groups``: value the populations that the groups may divide, about the p value and the two medians;
- ``set beside``: about two claims which a sentence compares;
- ``same count``: about claims of different names that a reader takes for one count;
- ``citation``: value the reference numbers of a sentence, about the figures it carries;
- ``reference``: group the number in the reference list, value journal, volume and page, quotes the report.
"""

import pandas as pd

from analysis.audit.ledger import SEVERITIES, Check, Ledger, Rule, table_of
from analysis.audit.rules import RULES
from analysis.data import Tables

__all__ = ["RULES", "coverage", "findings"]

FINDINGS = ["finding", "rule", "claims", "report", "expected", "found", "severity", "reading", "how"]
COVERAGE = ["claim", "report", "checked_by", "findings", "why_not"]


def findings(tables: Tables) -> pd.DataFrame:
    """Everything in print that does not agree, with the most plausible reading.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Returns
    -------
    DataFrame
        One row a finding, by severity and then in the order of the ledger: ``finding`` (a stable id), ``rule``,
        ``claims`` (ids separated by blanks), ``report``, ``expected``, ``found``, ``severity``, ``reading``, ``how``.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger({"id": "A", "quantity": "male", "value": "62.1", "numerator": 335, "denominator": 539})
    >>> findings(paper)[["finding", "severity"]].to_dict("records")
    [{'finding': 'percentage-a', 'severity': 'rounding'}]
    """
    return _findings(tables, _checks(tables))


def coverage(tables: Tables) -> pd.DataFrame:
    """Which claims were checked, by which rules, and why the others were not.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Returns
    -------
    DataFrame
        One row a claim: ``claim, report, checked_by`` (rules, separated by semicolons), ``findings`` (ids, separated by
        blanks), ``why_not`` (empty for what was checked).

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> coverage(ledger({"id": "A", "quantity": "age", "value": "63"}))[["claim", "why_not"]].to_dict("records")
    [{'claim': 'A', 'why_not': 'printed once and stands alone'}]
    """
    checks = _checks(tables)
    found = _findings(tables, checks)
    rules: dict[str, list[str]] = {}
    for rule, check in checks:
        for claim in check.claims:
            rules.setdefault(claim, []).append(rule.name)
    ids: dict[str, list[str]] = {}
    for row in found.itertuples():
        for claim in row.claims.split():
            ids.setdefault(claim, []).append(row.finding)
    rows = [
        {
            "claim": claim,
            "report": row.report,
            "checked_by": "; ".join(dict.fromkeys(rules.get(claim, []))),
            "findings": " ".join(ids.get(claim, [])),
            "why_not": "" if claim in rules else _why_not(row),
        }
        for claim, row in Ledger(tables).rows.items()
    ]
    return table_of(rows, COVERAGE)


def _checks(tables: Tables) -> list[tuple[Rule, Check]]:
    """Every check of every rule."""
    return [(rule, check) for rule in RULES for check in rule.ask(tables)]


def _findings(tables: Tables, checks: list[tuple[Rule, Check]]) -> pd.DataFrame:
    """The checks that did not come out even, named and sorted."""
    order = {claim: place for place, claim in enumerate(tables.claims.index)}
    rows: list[dict] = []
    names: dict[str, int] = {}
    for rule, check in checks:
        if not check.severity:
            continue
        name = f"{rule.name}-{check.claims[0].lower()}"
        names[name] = names.get(name, 0) + 1
        said = {"expected": check.expected, "found": check.found, "severity": check.severity}
        rows.append(
            {
                "finding": name if names[name] == 1 else f"{name}-{names[name]}",
                "rule": rule.name,
                "claims": " ".join(check.claims),
                "report": tables.claims.loc[check.claims[0], "report"],
                **said,
                "reading": check.reading,
                "how": check.how,
            }
        )
    rows.sort(key=lambda row: (SEVERITIES.index(row["severity"]), order[row["claims"].split()[0]]))
    return table_of(rows, FINDINGS)


def _why_not(row) -> str:
    """Why no rule could ask anything of a claim."""
    if row.kind == "statement":
        return "statement outside the topics of the rules"
    if row.role == "bibliographic":
        return "bibliographic"
    if row.role == "external":
        return "said of other work; nothing to compare it with was read"
    if row.role == "design":
        return "design fact"
    return "printed once and stands alone"
