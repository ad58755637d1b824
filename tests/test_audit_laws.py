"""The arithmetic behind the audit keeps its laws: what was rounded or computed correctly is never found."""

import numpy as np
import pytest
from audit_planted import ARMS, cif, hr, plain, share
from scipy import stats
from test_audit_numbers import CASES as NUMBERS
from test_audit_words import CASES as WORDS

from analysis.audit import arithmetic, curves, intervals, ranks, rounding, scales
from analysis.audit.invented import ledger
from analysis.audit.rules import RULES


@pytest.mark.parametrize("total", [7, 29, 57, 539])
def test_every_correctly_rounded_percentage_is_silent_and_found_among_its_counts(total):
    for count in range(total + 1):
        for resolution in (1.0, 0.1):
            printed = float(rounding.rounded(rounding.share(count, total), resolution))
            assert count in rounding.counts_that_print(printed, total, resolution)
            assert "half up" in rounding.ways(rounding.share(count, total), printed, resolution)


def test_rounding_a_tie_by_hand():
    tie = rounding.exact(12.25)
    ways = {way: float(rounding.rounded(tie, 0.1, way)) for way in (*rounding.RIGHT, *rounding.OTHER)}
    assert ways == {
        "half up": 12.3,
        "half to even": 12.2,
        "cut off": 12.2,
        "rounded up": 12.3,
        "rounded twice": 12.3,
    }


def test_a_closed_column_says_so():
    """1/6 + 1/6 + 4/6 round to 17 + 17 + 67 = 101; the largest remainders close it as 17 + 17 + 66."""
    counts = {"A": (1, "17"), "B": (1, "17"), "C": (4, "66")}
    parts = [share(i, v, k, 6, i, part_of="N/x") for i, (k, v) in counts.items()]
    (found,) = [check for check in arithmetic.percentages(ledger(plain("N", "6"), *parts)) if check.severity]
    assert found.claims == ("C",)
    assert "adds up to 100 as printed, to 101 correctly rounded" in found.reading
    assert "as the largest-remainder method would" in found.reading


@pytest.mark.parametrize(("events", "total"), [(6, 539), (18, 401), (3, 60)])
def test_the_effective_number_of_an_uncensored_incidence_is_its_number_of_patients(events, total):
    """Without censoring the variance is that of a proportion; unrounded limits must give the number back."""
    estimate = events / total
    ((low, _), (high, _)) = scales.limits_for((estimate, estimate), (total, total))
    tables = ledger(cif("A", 12, f"{100 * estimate:.9f}", f"{100 * low:.9f}", f"{100 * high:.9f}"))
    row = next(tables.claims.itertuples())
    assert scales.effective_number(row) == pytest.approx((total, total), rel=1e-5)
    assert scales.effective_events(row) == pytest.approx((events, events), rel=1e-5)


@pytest.mark.parametrize("digits", [1, 2])
def test_rounded_wald_intervals_are_symmetric_and_imply_their_p_value(digits):
    for effect in np.linspace(-0.9, 0.9, 13):
        for error in (0.1, 0.3, 0.45):
            p = 2 * stats.norm.sf(abs(effect) / error)
            ends = [np.exp(effect + z * error) for z in (0, -1.959964, 1.959964)]
            rows = hr("A", "x", *(f"{end:.{digits}f}" for end in ends), f"{p:.2f}")
            if min(float(row) for row in (rows[0]["low"], rows[0]["value"])) == 0:
                continue
            tables = ledger(*rows)
            checks = [*intervals.symmetry(tables), *intervals.p_values(tables)]
            assert [check for check in checks if check.severity] == []


def test_survival_on_the_log_scale_is_accepted_where_the_report_keeps_to_it():
    row = {"statistic": "survival probability", "unit": "%", "interval": "95% CI", "time_months": 12}
    tables = ledger(plain("A", "29.2", low="15.0", high="56.6", **row))
    assert [check.severity for check in intervals.symmetry(tables)] == [""]


@pytest.mark.parametrize(("one", "other"), [(3, 4), (6, 8)])
def test_rank_sum_p_values_are_those_of_scipy(one, other):
    ours = ranks.rank_sum_p_values(one, other)
    first = np.arange(one, dtype=float)
    for shift in range(one * other // 2 + 1):  # move the first group up until its statistic is the shift
        moved, left = first.copy(), shift
        for i in reversed(range(one)):
            step = min(left, other)
            moved[i] += step
            left -= step
        rest = np.setdiff1d(np.arange(one + other, dtype=float), moved)
        for method, name in (("exact", "exact"), ("asymptotic", "continuity correction")):
            p = stats.mannwhitneyu(moved, rest, method=method).pvalue
            assert ours[name][shift] == pytest.approx(p, abs=1e-12)


def test_no_quantile_definition_needs_fewer_values_than_we_say():
    methods = [
        "inverted_cdf",
        "averaged_inverted_cdf",
        "closest_observation",
        "interpolated_inverted_cdf",
        "hazen",
        "weibull",
        "linear",
        "median_unbiased",
        "normal_unbiased",
    ]
    for size in range(4, 40):
        values = np.arange(1.0, size + 1)
        fewest = min((values <= np.quantile(values, 0.75, method=method)).sum() for method in methods)
        assert curves._forced(size, curves.Fraction(3, 4)) == fewest


def test_every_rule_runs_on_every_ledger():
    for planted in [*NUMBERS, *WORDS]:
        for cell in (planted.clean, planted.error):
            tables = ledger(*planted.build(cell), arms=ARMS)
            assert all(isinstance(list(rule.ask(tables)), list) for rule in RULES)
