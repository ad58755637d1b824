"""Findings and coverage: what they promise to the page that prints them."""

from audit_planted import hr, plain, said, share
from test_audit_numbers import CASES as NUMBERS
from test_audit_words import CASES as WORDS

from analysis import audit
from analysis.audit.invented import ledger


def test_every_rule_has_a_planted_error():
    assert {planted.rule for planted in [*NUMBERS, *WORDS]} == {rule.name for rule in audit.RULES}


def test_rules_are_named_and_described():
    names = [rule.name for rule in audit.RULES]
    assert len(set(names)) == len(names)
    assert all(rule.description.endswith(".") and rule.title for rule in audit.RULES)


def test_an_empty_ledger_has_no_findings_and_keeps_its_columns():
    assert list(audit.findings(ledger()).columns) == audit.FINDINGS
    assert list(audit.coverage(ledger()).columns) == audit.COVERAGE


def test_a_repetition_is_named_with_its_original_in_any_order():
    first = share("A", "26.6", 144, 539)
    rows = [first, {**first, "id": "B", "duplicate_of": "A", "location": "table1"}]
    for order in (rows, rows[::-1]):
        found = audit.findings(ledger(*order))
        assert found[["finding", "claims"]].to_numpy().tolist() == [["percentage-a", "A B"]]


def test_findings_are_sorted_by_severity_and_then_by_the_ledger():
    rows = [
        share("A", "62.1", 335, 539),
        share("B", "62.1", 335, 539, "y"),
        *hr("C", "z", "1.14", "0.78", "1.22", "0.8"),
    ]
    found = audit.findings(ledger(*rows))
    assert found.finding.tolist() == ["symmetry-c", "p-value-c", "percentage-a", "percentage-b"]


def test_a_second_finding_of_one_rule_on_one_claim_gets_a_number():
    rows = [row for i in "ABC" for row in hr(i, i, "1.10", "0.70", "1.72", "0.7")]
    found = audit.findings(ledger(*rows))
    assert found.finding.tolist() == ["identical-a", "identical-a-2", "identical-b"]


def test_coverage_says_who_looked_and_why_nobody_did():
    rows = [
        share("A", "62.1", 335, 539),
        plain("B", "63", "age"),
        plain("C", "39", "volume", statistic="identifier", role="bibliographic"),
        plain("D", "5", "level", statistic="definition", role="design"),
        plain("E", "10", "t-MN", role="external"),
        said("S", "anything", "words"),
    ]
    table = audit.coverage(ledger(*rows)).set_index("claim")
    assert table.loc["A", ["checked_by", "findings", "why_not"]].tolist() == ["percentage", "percentage-a", ""]
    assert table.why_not.tolist()[1:] == [
        "printed once and stands alone",
        "bibliographic",
        "design fact",
        "said of other work; nothing to compare it with was read",
        "statement outside the topics of the rules",
    ]
