"""What earlier readers found in Gazeau et al. 2025 by hand, the rules find by computation; nothing gets lost silently.

Each entry is a fact of the paper: the rule that must find it, the claims it must name, its severity.
"""

import re
import time

import pytest

from analysis import audit

EXPECTED = {
    "tisa-cel 144 of 539 is 26.7%, printed 26.6": ("percentage", "G054 G119", "rounding"),
    "male 335 of 539 is 62.2%, printed 62.1": ("percentage", "G103", "rounding"),
    "transformed lymphoma 98 of 539 is 18.2%, printed 18.1": ("percentage", "G111", "rounding"),
    "follicular lymphoma 66 of 539 is 12.2%, printed 12.3": ("percentage", "G113", "rounding"),
    "blasts 5 of 11 is 45%, printed 46": ("percentage", "G168", "rounding"),
    "sequenced before 14 of 29 is 48.3%, printed 48.2": ("percentage", "G209", "rounding"),
    "TP53 retained 4 of 6 is 67%, printed 66": ("percentage", "G252", "rounding"),
    "LDH 254 in the text, 256 in Table 1": ("agreement", "G060 G122", "inconsistency"),
    "follicular lymphoma 12.2% in the text, 12.3% in Table 1": ("agreement", "G051 G113", "rounding"),
    "t-AML and t-MDS share an upper quartile": ("quartile", "G083 G086 G087", "probable misprint"),
    "CD28 at 3 years outside its interval": ("inside", "G097 G098", "probable misprint"),
    "4-1BB at 4 years with the lower limit of 2 and 3 years": ("symmetry", "G093 G094 G095", "probable misprint"),
    "CAR-HEMATOTOX not at the centre of its interval": ("symmetry", "G220", "probable misprint"),
    "CAR-HEMATOTOX p agrees with the interval only": ("p-value", "G220 G221", "probable misprint"),
    "deaths from infection 39% and 37%": ("agreement", "G080 G282", "inconsistency"),
    "LDH and ALC rows identical": ("identical", "G224 G225 G226 G227", "probable misprint"),
    "two denominators for mutations in t-AML": ("population", "G174 G175 G176 G177", "inconsistency"),
    "Fine and Gray in the Methods, Cox in the tables": (
        "model",
        " ".join(f"G{i}" for i in range(218, 250, 2)),
        "inconsistency",
    ),
    "treatment of 15 of 18 t-MDS": ("sum", "G190 G198 G199 G200", "ambiguous"),
    "4 of 14, not of 12, did not keep their mutations": (
        "population",
        "G212 G250 G251 G254 G255 G256 G257 G276 G277 G278",
        "inconsistency",
    ),
    "any ICANS just off the centre of its interval": ("symmetry", "G151", "ambiguous"),
    "CD28 just off the centre of its interval": ("symmetry", "G230", "ambiguous"),
    "more MDS/AML quoted than Sacchi's 12 cases allow": ("quotation", "G267 G268", "quoting"),
    "42% unfavourable, not complex, karyotype in Belhabri": ("quotation", "G270 G271", "quoting"),
    "1784 patients quoted, 2739 in Metayer's abstract": ("quotation", "G266 G269", "quoting"),
    "p 0.72 is no rank-sum p of 6 against 8": ("reachable-p", "G260 G261 G262", "ambiguous"),
    "almost always retained: 4 of 6": ("wording", "G252 G253", "inconsistency"),
    "TP53 most common, tied with DNMT3A": ("wording", "G215 G216", "ambiguous"),
    "85.7% of t-MN: 12 of the 14 sequenced": ("population", "G012 G034 G209 G212 G275", "ambiguous"),
    "incidence in responders carries more than the responders": ("population", "G071 G082 G092 G096", "ambiguous"),
    "mainly myeloid neoplasms: one third": ("wording", "G280 G281", "quoting"),
    "three products or three patients": ("unit", "G031 G042 G057 G121", "ambiguous"),
    "CAR-HEMATOTOX and prior lines both 2 (2 to 3)": ("identical", "G130 G131", "ambiguous"),
    "age and prior lines are no model covariates in the Methods": (
        "covariate",
        "G036 G037 G138 G144 G218 G228",
        "ambiguous",
    ),
    "4.3% of adverse-event reports": ("quotation", "G025", "quoting"),
    "references 17 and 30 are one paper": ("reference", "", "quoting"),
    "TRANSFORM carries the references of TRANSCEND": ("reference", "G021 G022 G023", "quoting"),
    # not on the earlier readers' list
    "LDH identical before and after matching": ("identical", "G224 G225 G240 G241", "probable misprint"),
    "mostly due to infection: 39%": ("wording", "G080", "ambiguous"),
    "predominantly myelomonocytic: 4 of 8": ("wording", "G170", "ambiguous"),
}
# what the expected texts must say, computed from the numbers
SAYS = {
    "percentage-g168": "rounded twice",
    "percentage-g054": "26.716%",
    "inside-g098": "113 to 274 patients",
    "symmetry-g095": "1.5 to 1.8%",
    "symmetry-g220": "0.97 to 0.98",
    "symmetry-g151": "2.50 to 2.51",
    "quartile-g086": "17.2 to 19.0 events",
    "agreement-g080": "21 of 57",
    "identical-g224": "ALC is the likelier casualty",
    "population-g082": "466 to 506",
    "population-g176": "44% (4/9)",
    "population-g276": "2 of the 12",
    "reachable-p-g262": "6 against 23",
    "quotation-g267": "at most 4.3%",
    "wording-g252": "exact 95% interval 22 to 96%",
}


@pytest.fixture(scope="module")
def found(tables):
    """Findings on the paper."""
    table = audit.findings(tables)
    return table[table.report == "gazeau-2025"].set_index("finding")


def matching(found, rule, claims, severity):
    """Findings of a rule that name all the claims."""
    names = set(claims.split())
    fits = (found.rule == rule) & (found.severity == severity)
    return [row.Index for row in found[fits].itertuples() if names <= set(row.claims.split())]


@pytest.mark.parametrize("fact", EXPECTED)
def test_the_rules_find_what_readers_found(found, fact):
    assert matching(found, *EXPECTED[fact])


def test_every_finding_is_expected(found):
    known = {name for entry in EXPECTED.values() for name in matching(found, *entry)}
    assert sorted(set(found.index) - known) == [], "a new finding: look at it, and add it to the list"


@pytest.mark.parametrize("name", SAYS)
def test_findings_say_what_was_computed(found, name):
    row = found.loc[name]
    assert SAYS[name] in " ".join([row.expected, row.found, row.reading, row.how])


def test_findings_are_courteous_and_point_to_claims(found, tables):
    said = " ".join(" ".join([row.expected, row.found, row.reading, row.how]) for row in found.itertuples()).lower()
    assert not re.findall(r"\b(?:errors?|wrong|fraud|false|nan)\b", said)
    assert {claim for claims in found.claims for claim in claims.split()} <= set(tables.claims.index)


def test_every_claim_is_checked_or_says_why_not(tables):
    table = audit.coverage(tables)
    assert table.claim.tolist() == tables.claims.index.tolist()
    assert ((table.checked_by != "") == (table.why_not == "")).all()
    ours = table[table.report == "gazeau-2025"]
    numbers = ours[tables.claims.loc[ours.claim, "kind"].to_numpy() == "number"]
    assert (numbers.checked_by != "").mean() > 0.85


def test_rules_run_on_every_report_without_flooding_it(tables):
    others = audit.findings(tables).query("report != 'gazeau-2025'")
    assert others.groupby("report").size().max() <= 3


def test_the_audit_is_quick(tables):
    start = time.perf_counter()
    audit.findings(tables)
    assert time.perf_counter() - start < 3
