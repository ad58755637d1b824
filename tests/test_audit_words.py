"""Rules on statements and quotations: a planted error is found, a clean ledger is silent."""

import pytest
from audit_planted import ALL, QUOTED, SOURCE, Planted, assert_found, cif, hr, plain, quartiles, said, share

from analysis.audit import populations, quoting
from analysis.audit.invented import ledger

OWN = {**SOURCE, "arm": None}

CASES = [
    Planted(
        "reachable-p",
        "rank sum",
        lambda p: [
            plain("N", "14", "sequenced"),
            share("A", "33", 2, 6, "lost", group="TP53"),
            quartiles("B", "TP53", "12.7", "6.9", "26.9"),
            quartiles("C", "no TP53", "19.1", "13", "27"),
            plain("P", p, "time to t-MN", statistic="p value"),
            said("S", "compared groups", "sequenced", "P B C"),
        ],
        "0.75",
        "0.72",
        "P B C S",
        "ambiguous",
    ),
    Planted(
        "population",
        "percentages",
        lambda x: [
            plain("N", "9", "sequenced"),
            share("A", "33", 3, 9, "TP53"),
            share("B", x[0], 4, x[1], "TET2"),
            said("S", "population", "sequenced", "A B"),
        ],
        ("44", 9),
        ("36", 11),
        "B A N S",
        "inconsistency",
    ),
    Planted(
        "population",
        "told right elsewhere",
        lambda of: [
            plain("N", "14", "sequenced"),
            plain("M", "29", "t-MN"),
            share("B", "85.7", 12, 14, "mutated"),
            plain("A", "85.7", "mutated", statistic="proportion", duplicate_of="B", location="abstract"),
            said("S", "population", "sequenced", "B"),
            said("T", "population", of, "A", location="abstract"),
        ],
        "sequenced",
        "t-MN",
        "A B M N T",
        "ambiguous",
    ),
    Planted(
        "population",
        "counts",
        lambda of: [
            plain("N", "14", "sequenced"),
            plain("M", "12", "mutated"),
            plain("A", "10", "retained", part_of="N/retention"),
            plain("B", "4", "not retained", part_of="N/retention"),
            said("S", "population", of, "B"),
        ],
        "sequenced",
        "mutated",
        "B N A M S",
        "inconsistency",
    ),
    Planted(
        "population",
        "incidence",
        lambda v: [
            ALL,
            plain("R", v, "response", statistic="proportion", denominator=539),
            cif("A", 12, "1.4", "0.63", "2.8"),
            said("S", "population", "response", "A"),
        ],
        "97",
        "79",
        "A R S",
        "ambiguous",
    ),
    Planted(
        "wording",
        "almost always",
        lambda words: [share("A", "67", 4, 6), said("S", "wording", words, "A")],
        "most",
        "almost always",
        "A S",
        "inconsistency",
    ),
    Planted(
        "wording",
        "mostly, and the largest",
        lambda v: [share("A", v, 22, 57), share("B", "33", 19, 57), said("S", "wording", "mostly", "A B")],
        "59",
        "39",
        "A B S",
        "ambiguous",
    ),
    Planted(
        "wording",
        "mainly, of other work",
        lambda v: [plain("A", v, statistic="proportion", role="external"), said("S", "wording", "mainly", "A")],
        "62",
        "33",
        "A S",
        "quoting",
    ),
    Planted(
        "wording",
        "most common",
        lambda v: [
            plain("A", "50", "TP53", unit="%"),
            plain("B", v, "DNMT3A", unit="%"),
            said("S", "wording", "most common", "A B"),
        ],
        "33",
        "50",
        "A B S",
        "ambiguous",
    ),
    Planted(
        "wording",
        "not the most common",
        lambda v: [
            plain("A", "50", "TP53", unit="%"),
            plain("B", v, "DNMT3A", unit="%"),
            said("S", "wording", "most common", "A B"),
        ],
        "33",
        "67",
        "A B S",
        "inconsistency",
    ),
    Planted(
        "wording",
        "significant",
        lambda words: [plain("A", "0.04", statistic="p value"), said("S", "wording", words, "A")],
        "significant",
        "not significant",
        "A S",
        "inconsistency",
    ),
    Planted(
        "model",
        "two names",
        lambda model: [
            *hr("A", "MCV", "1.10", "1.05", "1.16", "<0.01"),
            said("S", "model", "subdistribution", "A"),
            said("T", "model", model, "A"),
        ],
        "subdistribution",
        "cause_specific",
        "A S T",
        "inconsistency",
    ),
    Planted(
        "covariate",
        "not listed",
        lambda named: [
            *hr("A", "age", "1.04", "1.01", "1.07", "<0.01"),
            plain("D", "3", "lines", statistic="definition", role="design"),
            said("S", "model covariates", named, "A"),
            said("T", "matching covariates", "age; lines", "D"),
        ],
        "MCV; age",
        "MCV; LDH",
        "A D S T",
        "ambiguous",
    ),
    Planted(
        "quotation",
        "another quantity",
        lambda quantity: [
            plain("A", "42", "complex karyotype", statistic="proportion", **QUOTED),
            plain("B", "42", quantity, statistic="proportion", **OWN),
        ],
        "complex karyotype",
        "unfavourable karyotype",
        "A B",
        "quoting",
    ),
    Planted(
        "quotation",
        "another number",
        lambda v: [plain("A", v, "patients", **QUOTED), plain("B", "2739", "patients", **OWN)],
        "2739",
        "1784",
        "A B",
        "quoting",
    ),
    Planted(
        "quotation",
        "too high an incidence",
        lambda v: [
            plain("A", v, "t-MN", statistic="cumulative incidence", time_months=60, **QUOTED),
            share("B", "12", 12, 563, "t-MN", statistic="count", **OWN),
            plain("C", "62", "follow-up", statistic="median", unit="months", **OWN),
        ],
        "3.9",
        "6.6",
        "A B C",
        "quoting",
    ),
    Planted(
        "quotation",
        "another share",
        lambda v: [
            plain("A", v, "t-MN", statistic="proportion", **QUOTED),
            share("B", "10", 10, 270, "t-MN", statistic="count", **OWN),
        ],
        "3.7",
        "4.7",
        "A B",
        "quoting",
    ),
    Planted(
        "quotation",
        "share of reports",
        lambda arm: [
            plain("A", "4.3", "second cancer", statistic="proportion", **QUOTED),
            share("B", "4.3", 536, 12394, "second cancer", **{**SOURCE, "arm": arm}),
        ],
        None,
        "source/all",
        "A B",
        "quoting",
    ),
    Planted(
        "reference",
        "another number",
        lambda numbers: [
            plain("A", "3", role="external", quotes="transform"),
            said("R3", "reference", "Lancet 2020;396:839", group="3", quotes="transcend"),
            said("R9", "reference", "Lancet 2022;399:2294", group="9", quotes="transform"),
            said("S", "citation", numbers, "A"),
        ],
        "3; 9",
        "3",
        "A S R3 R9",
        "quoting",
    ),
    Planted(
        "reference",
        "listed twice",
        lambda where: [
            said("R1", "reference", "Blood 2024;143:2099", group="1", quotes="source"),
            said("R2", "reference", where, group="2", quotes="source"),
        ],
        "Blood 2021;138:2840",
        "Blood 2024;143:2099",
        "R1 R2",
        "quoting",
    ),
]


@pytest.mark.parametrize("planted", CASES, ids=str)
def test_a_planted_error_is_found_and_a_clean_ledger_is_silent(planted):
    assert_found(planted)


def test_a_figure_seen_only_in_the_quoting_paper_confirms_nothing():
    echo = {**OWN, "seen": "quoted", "quoted_by": "paper"}
    rows = [plain("A", "3.9", "t-MN", **QUOTED), plain("B", "3.9", "t-MN", **echo)]
    assert list(quoting.quotations(ledger(*rows))) == []


def test_the_bound_on_an_incidence_by_hand():
    """12 events of 563, half of them observed for 62 months: at most 12 / 281.5 = 4.26% before that."""
    row = share("B", "12", 12, 563, statistic="count")
    assert quoting._most(next(ledger(row).claims.itertuples())) == pytest.approx(4.263, abs=5e-4)


def test_no_bound_is_claimed_beyond_the_median_follow_up():
    rows = next(planted for planted in CASES if planted.case == "too high an incidence").build("9.9")
    rows[0]["time_months"] = 96
    assert list(quoting.quotations(ledger(*rows))) == []


def test_a_population_that_nobody_counts_is_not_judged():
    rows = [share("A", "33", 3, 9), said("S", "population", "sequenced", "A")]
    assert list(populations.populations(ledger(*rows))) == []
