"""The synthesis: what enters a pool, by hand and by law; what must stop the build does."""

import csv
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import data, estimates, paths, synthesis
from analysis.data import DataError
from analysis.intervals import risk_difference
from analysis.review import flow
from analysis.synthesis import cells, certainty, choice, findings, panel, pools, randomised, robustness, switches, timed
from analysis.synthesis.answer import ESTIMATORS, answer, pool_rows
from analysis.synthesis.choice import Choice, candidates, chosen, division, one_of_each
from analysis.synthesis.groups import OUTCOMES, PRIMARY, publication, rows, with_borrowed

SAME = 1e-9  # two ways to the same number


def made_up(counts, **columns):
    """Rows of groups that share nothing."""
    frame = pd.DataFrame(counts, columns=["events", "total"]).astype(float)
    names = [f"made-up-{i}/all" for i in range(len(frame))]
    given = {"arm": names, "report": names, "study": names, "overlap_group": names, "outcome": PRIMARY, "reason": ""}
    frame = frame.assign(**given, months=24.0, year=2024.0, person_years=2 * frame.total)
    return frame.assign(**columns)


# ---- what enters -----------------------------------------------------------------------------------------------------


def test_one_row_for_each_group_and_outcome(tables):
    table = rows(tables)
    assert table.index.is_unique
    assert len(table) == len(tables.arms) * len(OUTCOMES)
    assert ((table.reason == "") == (table.events.notna() & table.total.notna() & (table.reason == ""))).all()
    assert table.events[table.reason == ""].notna().all()
    assert table.claim.dropna().isin(tables.claims.index).all()  # claims only, nothing synthetic


def test_every_group_is_pooled_or_has_one_reason(tables):
    divided = division(tables)
    assert sorted(divided.index) == sorted(tables.arms.index)
    assert (divided.pooled == (divided.why == "")).all()
    steps = flow.flow(tables).total
    assert steps["pooled"] + steps["unpooled"] == steps["arms"] == len(tables.arms)
    assert steps["pooled"] == divided.pooled.sum() == answer(tables, Choice()).k


def test_what_is_no_incidence_never_enters(tables):
    table = rows(tables)
    for outcome in OUTCOMES:
        entered = candidates(table, Choice(outcome=outcome))
        assert set(entered.denominator) <= {"treated", "randomised", "enrolled", "transplanted"}
        assert set(entered.setting) <= {"trial", "real world"}
        assert (entered.outcome == outcome).all()
    assert "hammond-2025-eha/cases" not in set(candidates(table, Choice()).arm)
    assert table.reason["elsallab-2024/all|t-MN"] == "it counts adverse-event reports, not patients treated"


def test_by_hand(tables):
    row = rows(tables).loc["gazeau-2025/all|t-MN"]
    assert (row.events, row.total, row.person_years) == (29, 539, pytest.approx(539 * 25 / 12))
    implied = rows(tables).loc["sidana-2025/cilta-cel|t-MN"]
    assert (implied.events, implied.total, implied.counted) == (4, 236, "implied")  # 4 of 236 alone prints as 1.7%
    single = cells.single(made_up([(1, 40)]))
    assert single.share.item() == pytest.approx(2.5)
    assert single.rate.item() == pytest.approx(12.5)  # 1 in 80 years
    # log(-log(1 - p)): 50% is log(log 2)
    assert timed.log_log(50) == pytest.approx(np.log(np.log(2)))
    assert timed.percent(timed.log_log([1.4, 9.6])) == pytest.approx([1.4, 9.6])


def test_follow_up_is_borrowed_only_when_asked(tables):
    table = rows(tables)
    key = "transcend-2021/liso-cel|t-MN"
    assert np.isnan(table.months[key])
    assert with_borrowed(table).months[key] == tables.claims.value["transcend-2024-ash.liso-cel.follow-up"]
    assert key not in chosen(table, Choice(rate=True)).index
    assert key in chosen(table, Choice(rate=True, borrowed=True)).index


@pytest.mark.parametrize(
    ("kind", "citation", "found"),
    [
        ("trial", "Blood 2022;140(Suppl 1):1459.", "abstract"),
        ("cohort", "Leukemia 2025;39:1714-1722.", "full"),
        ("meta-analysis", "Research Square, rs-1", "preprint"),
        ("label", "Form 6-K", "label"),
    ],
)
def test_publication_level(kind, citation, found):
    assert publication(pd.Series({"kind": kind, "citation": citation})) == found


def test_of_a_group_that_shares_patients_one_is_taken_by_the_rule():
    table = made_up([(1, 50), (2, 90), (3, 70)], overlap_group="one")
    assert one_of_each(table).total.tolist() == [90]  # as long, more patients
    assert one_of_each(table.assign(months=[np.nan, 12.0, 36.0])).total.tolist() == [70]  # longest
    assert one_of_each(table.assign(months=[np.nan] * 3, total=50.0, year=[2020, 2022, 2021])).events.tolist() == [2]
    turned = one_of_each(table.iloc[::-1])
    assert turned.index.tolist() == one_of_each(table).index.tolist()


# ---- what must stop --------------------------------------------------------------------------------------------------


def test_a_report_pooled_twice_stops(tables):
    both = candidates(rows(tables), Choice(treatment="autologous transplant"))
    with pytest.raises(ValueError, match=r"may share patients \(overlap group north-american-autotransplants\)"):
        pool_rows(both)
    assert pool_rows(both, overlap=True).pooled  # unless asked
    twice = made_up([(1, 50)] * 6, study=["a", "a", "b", "c", "d", "e"])
    with pytest.raises(ValueError, match=r"made-up-0/all and made-up-1/all are the same patients \(study a\)"):
        pool_rows(twice, overlap=True)


def test_an_outcome_without_denominator_stops(tables):
    table = rows(tables)
    mayo = table[table.index == "gurney-2024/all|t-MN"]
    with pytest.raises(ValueError, match="gurney-2024/all: t-MN has no denominator and cannot be pooled"):
        pool_rows(mayo)
    with pytest.raises(ValueError, match="britto-2025/all: t-MN has no person-time"):
        pool_rows(table[table.index == "britto-2025/all|t-MN"], "rate")
    cases = made_up([(3, 3)], reason="cases, no population at risk")
    with pytest.raises(ValueError, match="cannot be pooled: cases, no population at risk"):
        pool_rows(cases)
    with pytest.raises(ValueError, match="different outcomes cannot be pooled"):
        pool_rows(made_up([(1, 50), (1, 50)], outcome=["t-MN", "t-AML"]))
    with pytest.raises(ValueError, match="printed without an interval"):
        timed.pool_timed(timed.rows(tables).query("time_months == 12"))


def test_a_flow_in_which_a_group_is_lost_stops(tables, monkeypatch):
    lost = flow.division(tables)
    lost.loc["britto-2025/all", "pooled"] = False  # neither pooled nor with a reason
    monkeypatch.setattr(flow, "division", lambda _: lost.copy())
    with pytest.raises(DataError) as error:
        flow.flow(tables._replace())
    assert "140 groups of patients at one data cut (total); allowed: 139" in str(error.value)
    assert "found 'britto-2025/all'; allowed: either in the pool, or a reason" in str(error.value)


# ---- laws ------------------------------------------------------------------------------------------------------------


# Knapp and Hartung's interval has no width where nothing differs, so that its z is not defined
@pytest.mark.parametrize("estimator", [name for name in ESTIMATORS if name != "reml-kh"])
def test_a_pool_of_identical_groups_is_that_group(estimator):
    found = pool_rows(made_up([(5, 100)] * 6), estimator)
    alone = pool_rows(made_up([(5, 100)]), estimator, fewest=1)
    assert found.estimate == pytest.approx(25 if estimator == "rate" else 5, rel=0.02 if estimator == "ft" else SAME)
    assert found.estimate == pytest.approx(alone.estimate, rel=SAME)
    assert found.tau2 == pytest.approx(0, abs=SAME)
    assert found.i2_low == pytest.approx(0, abs=SAME)
    assert found.high - found.low <= alone.high - alone.low


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_order_of_rows_does_not_matter(tables, estimator):
    table = chosen(with_borrowed(rows(tables)), Choice(rate=estimator == "rate"))
    assert repr(pool_rows(table, estimator)) == repr(pool_rows(table.iloc[::-1], estimator))  # every digit, NaN too


def test_an_exact_difference_turns_with_its_arms():
    one = risk_difference(3, 92, 7, 91, method="chan-zhang").iloc[0]
    other = risk_difference(7, 91, 3, 92, method="chan-zhang").iloc[0]
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low), abs=1e-12)
    score = risk_difference(3, 92, 7, 91).iloc[0]  # close to the score interval, which it makes exact
    assert (one.conf_low, one.conf_high) == pytest.approx((score.conf_low, score.conf_high), abs=0.01)


def test_few_groups_stand_side_by_side():
    found = pool_rows(made_up([(1, 50), (4, 80), (2, 90), (3, 60)]))
    assert not found.pooled
    assert found.reason == "4 groups, fewer than 5: not pooled"
    assert (found.smallest, found.largest, found.events) == pytest.approx((2.0, 5.0, 10))
    assert np.isnan(found.estimate)
    assert pool_rows(made_up([(0, 50)] * 5)).reason == "no event in any group: not pooled"


def test_r_saw_the_rows_of_today(tables):
    stored = pd.read_csv(paths.REFERENCE / "synthesis_rows.csv").query("set == 'tmn'")
    now = chosen(rows(tables), Choice()).sort_values("arm")
    if stored.arm.tolist() != now.arm.tolist() or stored.events.tolist() != now.events.tolist():
        pytest.skip("the pool has changed since R was asked: store its rows and run tests/reference/synthesis.R")
    assert stored.total.tolist() == now.total.tolist()


# ---- a study comes and goes ------------------------------------------------------------------------------------------

MADE_UP = {
    "studies.csv": {"study": "made-up", "name": "Made-up", "patients": "Nobody.", "overlap_group": "made-up"},
    "reports.csv": {
        "report": "made-up-2026", "study": "made-up", "kind": "cohort", "short": "Made-up 2026", "year": "2026",
        "citation": "Nobody. Nowhere 2026;1:1.", "read_level": "full text", "readings": "1",
    },
    "arms.csv": {
        "arm": "made-up-2026/all", "report": "made-up-2026", "name": "Made-up", "treatment": "CAR T", "antigen": "CD19",
        "disease": "B-cell lymphoma", "setting": "real world", "denominator": "treated", "denominator_note": "All.",
    },
    "review/records.csv": {
        "id": "S001-9999", "search": "S001", "title": "Made up", "found_in": "nowhere",
        "year": "2026", "decision": "included", "stage": "report",
        "report": "made-up-2026", "decided_on": "2026-11-21", "decided_by": "screening-first",
    },
}  # fmt: skip
CLAIM = {
    "report": "made-up-2026", "arm": "made-up-2026/all", "kind": "number", "location": "abstract", "statistic": "count",
    "role": "cohort", "certainty": "certain", "seen": "full text", "read_on": "2026-11-21", "resolution": "1",
}  # fmt: skip
CLAIMS = [
    {"id": "made-up-2026.all.follow-up", "quantity": "follow-up", "statistic": "median", "value_printed": "30", "value":
    "30", "unit": "months"}, {"id": "made-up-2026.all.patients", "quantity": "patients", "value_printed": "200",
    "value": "200", "unit": "patients"}, {"id": "made-up-2026.all.t-mn", "quantity": "t-MN", "value_printed": "9",
    "value": "9", "unit": "patients", "numerator": "9", "denominator": "200"},
]  # fmt: skip


def append(path, *lines):
    """Add rows to a table, cells by the name of their column."""
    with path.open(encoding="utf-8", newline="") as handle:
        header = next(csv.reader(handle))
    with path.open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([line.get(column, "") for column in header] for line in lines)


def add_study(folder):
    """A made-up study in all tables that it needs."""
    for file, line in MADE_UP.items():
        append(folder / file, line)
    header = (folder / "claims" / "britto-2025.csv").read_text(encoding="utf-8").splitlines()[0]
    claims = folder / "claims" / "made-up-2026.csv"
    claims.write_text(header + "\n", encoding="utf-8")
    append(claims, *(CLAIM | line for line in CLAIMS))
    searches = folder / "review" / "searches.csv"
    lines = list(csv.DictReader(searches.read_text(encoding="utf-8").splitlines()))
    searches.write_text(searches.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    append(searches, *(line | {"hits": str(int(line["hits"]) + 1)} for line in lines))


def test_a_made_up_study_comes_and_goes(tables, copied_data):
    before = {path: path.read_bytes() for path in copied_data.rglob("*.csv")}
    add_study(copied_data)
    more = data.load(copied_data)
    old, new = synthesis.results(tables).set_index("name"), synthesis.results(more).set_index("name")
    assert new.loc["tmn-share", ["k", "events", "n"]].tolist() == [7, 80, 2087]
    assert "made-up-2026" in new.reports["tmn-share"]
    assert new.estimate["tmn-rate"] > 0  # the fifth group with person-time: now there is a pool
    same = [name for name in old.index if "made-up-2026" not in new.reports[name]]
    pd.testing.assert_frame_equal(old.loc[same], new.loc[same])
    assert {"tmn-share", "tmn-rate", "tmn-share-antigen-cd19", "tmn-share-seen-full-text"} <= set(old.index) - set(same)
    steps, were = flow.flow(more).total, flow.flow(tables).total
    grown = {"identified", "sought", "included", "studies", "arms", "used", "pooled"}
    assert {step for step in steps.index if steps[step] != were[step]} == grown
    assert "Made-up" in cells.forest_rows(more).label.tolist()
    assert robustness.without_each(more).index.tolist().count("made-up-2026/all") == 1

    for path in set(copied_data.rglob("*.csv")) - set(before):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)
    again = data.load(copied_data)
    pd.testing.assert_frame_equal(synthesis.results(again).set_index("name"), old, check_exact=True)


# ---- tables for other parts ------------------------------------------------------------------------------------------


def test_results_are_one_flat_table(tables):
    found = synthesis.results(tables)
    assert found.columns.tolist() == [
        *("name", "label", "estimate", "low", "high", "k", "events", "n", "unit", "reports", "note"),
    ]
    assert found.name.is_unique
    assert found.name.str.fullmatch(r"[a-z0-9-]+").all()
    assert found.name.iloc[0] == "tmn-share"
    pooled = found[found.estimate.notna()]
    assert ((pooled.low <= pooled.estimate) & (pooled.estimate <= pooled.high)).all()
    assert found.note[found.estimate.isna()].str.contains("fewer than 5").all()
    for names in found.reports:
        assert set(names.split()) <= set(tables.reports.index)


def test_every_subgroup_is_a_part(tables):
    known = pools.answers(tables)
    for column in pools.SUBGROUPS:
        values = candidates(rows(tables), Choice())[column].unique()
        assert {f"tmn-share-{column}-{pools.slug(value)}" for value in values} <= set(known)


# ---- robustness and switches -----------------------------------------------------------------------------------------


def test_leaving_out_and_adding_up(tables):
    whole = answer(tables, Choice())
    out, years, more = robustness.without_each(tables), robustness.by_year(tables), robustness.one_more(tables)
    assert (out.k == whole.k - 1).all()
    assert (out.events + [rows(tables).events[f"{arm}|t-MN"] for arm in out.index] == whole.events).all()
    assert years.estimate.iloc[-1] == pytest.approx(whole.estimate, rel=SAME)
    assert years.year.is_monotonic_increasing
    assert (more.estimate > whole.estimate).all()
    assert robustness.regression(tables, "months")[1].endswith("fewer than 10: not fitted")


def test_a_regression_is_fitted_with_ten_groups(tables, monkeypatch):
    table = made_up([(n, 100) for n in range(1, 13)], months=np.arange(6.0, 42.0, 3), lines=np.nan)
    monkeypatch.setattr(robustness, "rows", lambda _: table)
    monkeypatch.setattr(robustness, "chosen", lambda table, _: table)
    row, why = robustness.regression(tables, "months")
    assert why == ""
    assert row.coef > 0
    assert robustness.regression(tables, "lines")[0] is None


def test_switches_give_what_their_choice_gives(tables):
    found = switches.combinations(tables)
    sizes = [len(options) for _, options in switches.SWITCHES.values()]
    assert len(found.places[False]) == np.prod(sizes)
    every = list(found.all())
    assert len(every) == np.prod(sizes) * len(ESTIMATORS)
    default = answer(tables, Choice())  # all at their first option
    assert repr(every[0][2]) == repr(replace(default, i2_low=np.nan, i2_high=np.nan))  # that interval is not switched
    for told, estimator, shown in every[:: len(every) // 40]:
        asked = replace(switches.choice(told, rate=estimator == "rate"), overlap=told["overlap"])
        expected = answer(tables, asked, estimator)
        assert (shown.arms, shown.reason) == (expected.arms, expected.reason)
        assert shown.estimate == pytest.approx(expected.estimate, nan_ok=True)


def test_the_page_can_look_up_every_combination(tables):
    found = switches.payload(tables)
    sizes = [len(switch["options"]) for switch in found["switches"]]
    combined = switches.combinations(tables)
    for place, values in enumerate(itertools.product(*(range(size) for size in sizes))):
        number = 0
        for value, size in zip(values, sizes, strict=True):  # as the script does
            number = number * size + value
        assert number == place
    for kind, rate in (("share", False), ("rate", True)):
        for number in set(found[kind]):
            names = [found["rows"][place]["report"] for place in found["sets"][number]]
            assert [arm.split("/")[0] for arm in combined.sets[number]] == names
            assert all(kind in found["rows"][place] for place in found["sets"][number])
            estimators = ["rate"] if rate else [name for name in ESTIMATORS if name != "rate"]
            assert all(found["answers"][name][number] for name in estimators)
    html = panel.panel(tables).data
    assert found["answers"]["glmm"][found["share"][0]]["words"] in html  # the default stands there without script
    assert "<fieldset" in html
    assert "hidden" in html
    assert len(html) < 60_000


# ---- certainty -------------------------------------------------------------------------------------------------------


def test_certainty_by_its_rules(tables):
    one = ("gazeau-2025/all",)
    best = certainty.Evidence(arms=one, i2=20, prediction=3, watched=1, width=1.5, events=90, silent=0.1)
    assert certainty.rate(tables, best).level == "high"
    assert certainty.rate(tables, replace(best, width=2.5)).steps["imprecision"] == 1
    assert certainty.rate(tables, replace(best, width=5)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, events=3)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, both_signs=True)).steps["imprecision"] == 2
    assert certainty.rate(tables, replace(best, i2=60)).steps["inconsistency"] == 1
    assert certainty.rate(tables, replace(best, i2=60, prediction=20)).steps["inconsistency"] == 2
    assert certainty.rate(tables, replace(best, watched=0.2)).steps["indirectness"] == 1
    assert certainty.rate(tables, replace(best, watched=0.2, other_patients="others")).steps["indirectness"] == 2
    assert certainty.rate(tables, replace(best, silent=0.6)).steps["publication bias"] == 1
    worst = replace(best, i2=90, prediction=30, width=9, silent=0.9)
    assert certainty.rate(tables, worst).level == "very low"
    assert set(certainty.RULES) == set(certainty.rate(tables, best).steps)


def test_findings_and_words(tables):
    for line in findings.findings(tables):
        assert line.rating.level in certainty.LEVELS
        assert estimates.estimate(tables, f"synthesis:certainty-{line.name}").text == line.rating.level
    assert estimates.estimate(tables, "pooled:tmn-share").text.endswith("%")
    with pytest.raises(LookupError, match="tmn-rate has no pooled value: 4 groups"):
        estimates.estimate(tables, "pooled:tmn-rate")
    with pytest.raises(LookupError, match="no pooled number 'nothing'"):
        estimates.estimate(tables, "pooled:nothing")


def test_randomised_pairs(tables):
    found = randomised.differences(tables)
    apart = found.events / found.total - found.events_reference / found.total_reference
    assert found.difference.to_list() == pytest.approx((100 * apart).to_list())
    names = set(found.study) | set(randomised.without_counts(tables).study)
    arms = tables.arms[tables.arms.treatment == "standard of care"]
    assert names == set(tables.reports.study[arms.report])
    assert choice.RULE
