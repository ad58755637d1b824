"""Rules on numbers: a planted error is found and a clean ledger is silent."""

import pytest
from audit_planted import ALL, TYPES, Planted, assert_found, cif, hr, plain, quartiles, share

AGE = {"quantity": "age", "statistic": "median", "unit": "years"}
FOLLOW_UP = {"quantity": "follow-up", "statistic": "median"}


def two_ages(v):
    return [plain("A", "63", **AGE), plain("B", v, **AGE)]


def ratio(v):
    return hr("A", "x", v, "0.78", "1.22", "0.8")


def wide_ratio(v):
    return hr("A", "x", v, "0.75", "4.34", "0.2")


def ratio_with_p(p):
    return hr("A", "x", "1.10", "1.05", "1.16", p)


CASES = [
    Planted("percentage", "cut off", lambda v: [share("A", v, 335, 539)], "62.2", "62.1", "A", "rounding"),
    Planted("percentage", "rounded twice", lambda v: [share("A", v, 5, 11)], "45", "46", "A", "rounding"),
    Planted("percentage", "other count", lambda v: [share("A", v, 4, 9)], "44", "36", "A", "inconsistency"),
    Planted(
        "percentage",
        "no count prints so",
        lambda v: [plain("A", v, statistic="proportion", denominator=12)],
        "50",
        "55",
        "A",
        "inconsistency",
    ),
    Planted(
        "sum",
        "missing",
        lambda k: [*TYPES[:2], {**TYPES[2], "numerator": k}],
        18,
        16,
        "T T1 T2",
        "ambiguous",
    ),
    Planted(
        "sum",
        "too many",
        lambda k: [*TYPES[:2], {**TYPES[2], "numerator": k}],
        18,
        20,
        "T T1 T2",
        "inconsistency",
    ),
    Planted(
        "sum",
        "percentages",
        lambda v: [
            plain("N", "5390", "patients"),
            plain("A", "59.2", "a", statistic="proportion", denominator=5390, part_of="N/product"),
            plain("B", v, "b", statistic="proportion", denominator=5390, part_of="N/product"),
        ],
        "40.9",
        "41.9",
        "N A B",
        "inconsistency",
    ),
    Planted(
        "agreement",
        "medians",
        lambda v: [plain("A", "63", **AGE), plain("B", v, **AGE)],
        "63.2",
        "65",
        "A B",
        "inconsistency",
    ),
    Planted(
        "agreement",
        "years and months",
        lambda v: [plain("A", "25", unit="months", **FOLLOW_UP), plain("B", v, unit="years", **FOLLOW_UP)],
        "2",
        "3",
        "A B",
        "inconsistency",
    ),
    Planted(
        "agreement",
        "count and share",
        lambda v: [plain("A", v, unit="patients"), share("B", "5.4", 29, 539)],
        "29",
        "28",
        "A B",
        "inconsistency",
    ),
    Planted(
        "agreement",
        "same count",
        lambda v: [share("A", "12.2", 66, 539), share("B", v, 66, 539, location="table1")],
        "12.2",
        "12.3",
        "A B",
        "rounding",
    ),
    Planted(
        "unit",
        "products or patients",
        lambda u: [plain("A", "3", unit=u), plain("B", "3", unit="patients")],
        "patients",
        "products",
        "A B",
        "ambiguous",
    ),
    Planted(
        "identical",
        "ratios",
        lambda v: [*hr("A", "LDH", "1.10", "0.70", "1.72", "0.7"), *hr("B", "ALC", v, "0.7", "1.72", "0.7")],
        "1.11",
        "1.10",
        "A B A-p B-p",
        "probable misprint",
    ),
    Planted(
        "identical",
        "two analyses",
        lambda v: [
            *hr("A", "LDH", "1.10", "0.70", "1.72", "0.7"),
            *hr("B", "LDH", v, "0.7", "1.72", "0.7", group="matched"),
        ],
        "1.11",
        "1.10",
        "A B A-p B-p",
        "probable misprint",
    ),
    Planted(
        "identical",
        "small numbers",
        lambda v: [quartiles("A", None, "2", "2", "3", "score"), quartiles("B", None, "2", v, "3", "lines")],
        "1",
        "2",
        "A B",
        "ambiguous",
    ),
    Planted(
        "inside",
        "interval",
        lambda x: [cif("A", 24, "4.8", "2.7", "7.9"), cif("B", 36, "9.6", *x), cif("C", 48, "13", "7.4", "19")],
        ("5.8", "14"),
        ("2.7", "7.9"),
        "B A",
        "probable misprint",
    ),
    Planted(
        "inside",
        "range",
        lambda v: [
            plain("A", "63", **AGE),
            {**AGE, "id": "B", "statistic": "range", "low": "17", "high": v, "interval": "range"},
        ],
        "87",
        "57",
        "A B",
        "inconsistency",
    ),
    Planted(
        "symmetry",
        "incidence",
        lambda v: [cif("A", 24, "3.2", "1.2", "7.1"), cif("B", 36, "4.5", "2.8", "6.9"), cif("C", 48, "5.2", v, "12")],
        "1.6",
        "1.2",
        "C A",
        "probable misprint",
    ),
    Planted("symmetry", "ratio", ratio, "0.98", "1.14", "A", "probable misprint"),
    Planted("symmetry", "nearly", wide_ratio, "1.80", "1.82", "A", "ambiguous"),
    Planted(
        "p-value",
        "estimate",
        lambda v: hr("A", "x", v, "0.78", "1.22", "0.8"),
        "0.98",
        "1.14",
        "A A-p",
        "probable misprint",
    ),
    Planted("p-value", "p", ratio_with_p, "<0.01", "0.2", "A A-p", "inconsistency"),
    Planted(
        "monotone",
        "incidence",
        lambda v: [cif("A", 12, "1.4", "0.63", "2.8"), cif("B", 24, v, "0.4", "2.8")],
        "1.4",
        "1.1",
        "A B",
        "inconsistency",
    ),
    Planted(
        "patients",
        "too few",
        lambda v: [{**ALL, "value": v}, cif("A", 12, "1.4", "0.63", "2.8")],
        "539",
        "400",
        "A N",
        "inconsistency",
    ),
    Planted(
        "patients",
        "more with time",
        lambda x: [cif("A", 12, "1.4", "0.63", "2.8"), cif("B", 24, "4.5", *x)],
        ("2.8", "6.9"),
        ("3.4", "5.8"),
        "B A",
        "inconsistency",
    ),
    Planted(
        "quartile",
        "shared",
        lambda v: [quartiles("A", "x", "14.2", "10.0", "21.9"), quartiles("B", "y", "15.8", "12.6", v)],
        "28.4",
        "21.9",
        "A B",
        "ambiguous",
    ),
    Planted(
        "quartile",
        "too many events",
        lambda v: [
            *TYPES,
            cif("C", 24, "4.5", "2.8", "6.9"),
            quartiles("A", "t-AML", "14.2", "10.0", "21.9"),
            quartiles("B", "t-MDS", "15.8", "12.6", v),
        ],
        "28.4",
        "21.9",
        "A B C T1 T2",
        "probable misprint",
    ),
    Planted(
        "median",
        "curve",
        lambda v: [
            plain("A", "4.5", statistic="median", unit="months"),
            plain("B", v, statistic="survival probability", unit="%", time_months=12),
        ],
        "29.2",
        "61.0",
        "B A",
        "inconsistency",
    ),
]


@pytest.mark.parametrize("planted", CASES, ids=str)
def test_a_planted_error_is_found_and_a_clean_ledger_is_silent(planted):
    assert_found(planted)
