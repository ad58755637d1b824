"""The search for event skeletons: its kernels in plain Python against the public estimators, its windows, its rules."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.hazards import fine_gray
from analysis.incidence import cumulative_incidence
from analysis.reconstruction import beginning, case_courses, design, skeleton
from analysis.reconstruction.events import anneal, check, curves, goals, laws, moves, ratio, table, tallies
from analysis.reconstruction.events import courses as after_tmn
from analysis.reconstruction.proofs import set_aside
from analysis.reconstruction.state import NONE, PRODUCTS
from analysis.reconstruction.targets import window
from analysis.survival import kaplan_meier, log_rank, median_survival

KINDS = np.array(["censored", "tmn", "death"])
ROUNDING = 1e-9  # sums in another order


@pytest.fixture(scope="module")
def targets(reachable_claims):
    return design.read(reachable_claims)


def cohort(seed, n=60, most=40):
    """Days with many ties, kinds of end, and two groups."""
    rng = np.random.default_rng(seed)
    return rng.integers(1, most, n), rng.choice(3, n, p=[0.4, 0.25, 0.35]), rng.random(n) < 0.6


def counted(day, kind):
    counts = np.zeros((day.max() + 2, 4), np.int64)
    np.add.at(counts, (day, kind), 1)
    counts[:, curves.ANY] = counts[:, :3].sum(axis=1)
    return counts


def rows(seed, n=120, tmn=12):
    """A table of patients by no law at all, in order."""
    rng = np.random.default_rng(seed)
    last = rng.integers(40, 2000, n)
    relapse = np.where(rng.random(n) < 0.4, rng.integers(1, 37, n), NONE)
    out = np.full((n, 7), NONE)
    out[:, table.PRODUCT], out[:, table.RELAPSE] = rng.choice(5, n), relapse
    out[:, table.LAST], out[:, table.DIED] = last, rng.integers(0, 2, n)
    some = rng.permutation(np.flatnonzero(relapse == NONE))[:tmn]
    out[some, table.TMN] = 1 + rng.integers(0, last[some] - 5)
    out[some, table.KIND] = 1 + np.arange(tmn) % 2
    out[some, table.LABEL] = np.arange(tmn) % 3 - 1
    return out


@pytest.mark.parametrize("seed", range(4))
def test_incidence_is_that_of_the_estimator(seed):
    day, kind, _ = cohort(seed)
    at, out = np.array([9, 17, 30]), np.zeros((3, 3))
    days = np.unique(day)
    curves.incidence(counted(day, kind), days, len(days), len(day), at, out)
    public = cumulative_incidence(day, KINDS[kind], cause="tmn", at=at)
    np.testing.assert_allclose(out[:, 0], public.estimate, atol=ROUNDING)
    np.testing.assert_allclose(np.sqrt(out[:, 1]), public.std_error, atol=ROUNDING)


@pytest.mark.parametrize("seed", range(3))
def test_limits_are_met_where_the_estimator_has_them(seed):
    day, kind, _ = cohort(seed)
    public = 100 * cumulative_incidence(day, KINDS[kind], cause="tmn", at=[25]).iloc[0, 6:].to_numpy(float)
    printed = np.array([[x - 0.01, x + 0.01] for x in public[[0, 2, 3]]])
    days, out = np.unique(day), np.zeros((1, 3))
    counts = counted(day, kind)

    def off(windows):
        return curves.curve_penalty(counts, days, len(days), len(day), np.array([25]), windows[None], out)

    assert off(printed) == 0
    for field in range(3):
        moved = printed.copy()
        moved[field] += 0.02
        assert 0 < off(moved) < 1


@pytest.mark.parametrize("seed", range(3))
def test_a_median_is_met_where_the_estimator_has_it(seed):
    day, kind, _ = cohort(seed, n=200, most=300)
    died = kind > 0
    median = median_survival(day, died).iloc[0, 1:]
    counts, days = counted(day, died.astype(int)), np.unique(day)
    for curve, x in enumerate(median):
        for shift, met in ((0, True), (-1, False), (1, False)):
            first = last = int(x) + shift
            checks = np.array([(first - 1, curve, 0.5, np.inf), (last, curve, -np.inf, 0.5)])
            penalty = curves.survival_penalty(
                counts, days, len(days), len(day), curves.CAUSE, curves.CAUSE, checks, np.zeros(len(checks))
            )
            assert (penalty == 0) == met


@pytest.mark.parametrize("seed", range(4))
def test_hazard_ratio_is_that_of_fine_and_gray(seed):
    day, kind, cd28 = cohort(seed, n=90)
    size = day.max() + 2
    zero, one = (
        np.pad(c, ((0, size - len(c)), (0, 0)))
        for c in (counted(day[~cd28], kind[~cd28]), counted(day[cd28], kind[cd28]))
    )
    work = np.zeros((8, ratio.ROOM))
    b, error = ratio.hazard_ratio(zero, one, np.unique(day), (~cd28).sum(), cd28.sum(), work, 0.0)
    public = fine_gray(day, KINDS[kind], pd.DataFrame({"cd28": cd28.astype(float)}), cause="tmn").table.loc["cd28"]
    assert b == pytest.approx(public.coef, abs=1e-7)
    assert error == pytest.approx(public.std_error, abs=1e-7)
    exact = np.array(
        [[x - 1e-6, x + 1e-6] for x in (b, np.log(public.conf_low), np.log(public.conf_high), public.p_value)]
    )
    assert ratio.ratio_penalty(b, error, exact) == 0
    assert all(ratio.ratio_penalty(b, error, exact + 3e-6 * (np.arange(4) == k)[:, None]) > 0 for k in range(4))


def printed_courses(onset, duration, died, kind, label):
    """Goals that print what these courses have."""
    subsets = {0: kind > 0, 1: kind == 1, 2: kind == 2, 3: label == 1, 4: label == 0}
    quantiles = [
        (s, p, x - 1e-6, x + 1e-6)
        for s, some in subsets.items()
        for p in (0.25, 0.5, 0.75)
        for x in [np.quantile(onset[some] / check.DAYS, p)]
    ]
    curve = kaplan_meier(duration, died == 1, at=[60])[["estimate", "conf_low", "conf_high"]].to_numpy()[0]
    p = log_rank(onset[label >= 0], label[label >= 0] >= 0, label[label >= 0]).p_value
    empty = goals.Goals(*[np.zeros(0)] * len(goals.Goals._fields))
    return empty._replace(
        quantiles=np.array(quantiles),
        after=np.array([(0, 60, k, x - 1e-6, x + 1e-6) for k, x in enumerate(curve)]),
        log_rank=np.array([p - 1e-6, p + 1e-6]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_courses_meet_what_they_print(seed):
    rng = np.random.default_rng(seed)
    onset, duration, died = rng.integers(20, 900, 29), rng.integers(3, 200, 29), rng.integers(0, 2, 29)
    kind, label = np.repeat([1, 2], (18, 11)), rng.permutation(np.repeat([-1, 0, 1], (15, 8, 6)))
    printed = printed_courses(onset, duration, died, kind, label)
    scratch = np.zeros(64, np.int64)
    assert after_tmn.onset_penalty(onset, kind, label, printed, scratch) == 0
    assert after_tmn.after_penalty(duration, died, kind, label, printed, scratch) == 0
    assert after_tmn.onset_penalty(onset + 1, kind, label, printed, scratch) > 0
    assert after_tmn.after_penalty(duration + 30, died, kind, label, printed, scratch) > 0


def test_counts_stay_in_step_with_the_rows():
    t = table.make(rows(1))
    rng = np.random.default_rng(1)
    touched = [False] * table.N_BLOCKS
    for i, new in zip(rng.integers(0, 120, 60), rows(2)[rng.permutation(120)[:60]], strict=True):
        if (new[table.TMN] == NONE) == (t.rows[i, table.TMN] == NONE) == True:  # noqa: E712
            table.replace(t, i, np.where(np.arange(7) == table.PRODUCT, t.rows[i], new), touched)
    again = table.make(t.rows)
    np.testing.assert_array_equal(t.counts, again.counts)
    for group in range(9):
        np.testing.assert_array_equal(t.days[group, : t.n_days[group]], again.days[group, : again.n_days[group]])


def test_moves_keep_the_printed_counts_and_the_order_of_events():
    t = table.make(rows(3))
    rng = np.random.default_rng(3)

    def counts():
        r = t.rows
        tmn = r[:, table.TMN] != NONE
        alone = (r[:, table.RELAPSE] == NONE) & (r[:, table.DIED] == 1)
        sequenced = tmn & (r[:, table.LABEL] != NONE)
        aml = tmn & (r[:, table.KIND] == 2)
        domains = np.bincount(r[tmn, table.PRODUCT] // 2, minlength=3)
        died, mutated = aml & (r[:, table.DIED] == 1), r[:, table.LABEL] == 1
        flags = [alone, alone & tmn, aml, sequenced & aml, sequenced, died, mutated]
        return [*np.bincount(r[:, table.PRODUCT], minlength=5), *domains, *(flag.sum() for flag in flags)]

    before, touched, made = counts(), [False] * table.N_BLOCKS, 0
    a, b = t.rows[0].copy(), t.rows[0].copy()
    for _ in range(4000):
        i, j = moves.propose(t, rng, 0.3, 2000, a, b)
        if j == moves.IMPOSSIBLE:
            continue
        made += 1
        table.replace(t, i, a, touched)
        if j >= 0:
            table.replace(t, j, b, touched)
    assert made > 1000
    assert counts() == before
    assert all(moves.allowed(row, 2000) for row in t.rows)
    assert (t.rows[:, table.LAST] <= 2000).all()


def test_annealing_is_reproducible_and_goes_down(targets):
    def run():
        t = table.make(rows(5))
        rng = np.random.default_rng(5)
        flat = np.zeros((4, 2, 2001))
        spans = np.tile([1, 2000], (120, 1))
        weights = np.zeros(table.N_BLOCKS)
        weights[[table.SURVIVAL, table.IN_ALL]] = 1.0
        start = anneal.evaluate(t, targets.goals, weights)
        end, made = anneal.anneal(t, targets.goals, flat, spans, weights, rng, 250, 0.1, 0.01, 0.1, 2000)
        assert anneal.evaluate(t, targets.goals, weights) == pytest.approx(end)
        assert made == 250
        return start, end, t.rows

    (start, end, first), (_, _, second) = run(), run()
    assert end < start
    np.testing.assert_array_equal(first, second)


def test_windows_hold_what_is_printed_so(reachable_claims):
    assert window(reachable_claims, "G046") == (24.5, 25.5)
    assert window(reachable_claims, "G082", "low") == pytest.approx((0.625, 0.635))
    assert window(reachable_claims, "G076", "high") == (12.5, 13.5)  # printed without a decimal
    for claim, field in set_aside(data.load()):
        assert window(reachable_claims, claim, field) == (-np.inf, np.inf)


def test_a_changed_claim_changes_the_goals(reachable_claims):
    changed = reachable_claims.copy()
    changed.loc["G083", "value"] = 5.5
    before, after = goals.goals(reachable_claims), goals.goals(changed)
    everybody = goals.GROUPS.index("all")
    assert after.incidence[everybody, 1, 0] == pytest.approx(before.incidence[everybody, 1, 0] + 1.0)
    assert np.isclose(before.incidence, after.incidence).mean() > 0.97


def test_later_seeds_have_one_of_the_rare_kinds_of_onset(reachable_claims):
    targets = design.read(reachable_claims)
    drawn = [design.draw(seed, targets) for seed in range(design.USUAL + 1, design.USUAL + 13)]
    after, other = np.array([d.after_relapse for d in drawn]), np.array([d.events[2] for d in drawn])
    assert (after + other.sum(axis=1) == 1).all()
    assert 0 < after.sum() < len(drawn)
    assert (other[:, : design.LATE] == 0).all()
    assert all(len(d.spans) == 29 for d in drawn)  # G068


def test_a_value_that_contradicts_its_limits_leaves_a_design(reachable_claims):
    claims = reachable_claims.copy()
    claims.loc[["G083", "G076"], "value"] = np.nan  # as `reachable` sets it aside
    drawn = design.draw(3, design.read(claims))
    assert len(drawn.spans) == 29
    assert np.isfinite(drawn.laws[:, laws.TAIL, 0]).all()


@pytest.mark.parametrize("competes", [True, False])
def test_goals_and_check_agree_on_what_is_met(reachable_claims, competes):
    t = table.make(rows(7, n=300, tmn=29), competes)
    found = check.recompute(skeleton.as_skeleton(t.rows), reachable_claims, relapse_competes=competes)
    found = found.set_index(["claim", "field"])
    exact = goals.goals(reachable_claims)
    for group, ids in {"all": ("G082", "G083", "G084", "G085"), "NRM": ("G075", "G076", "G077", "G078")}.items():
        g = goals.GROUPS.index(group)
        public = found.loc[list(itertools.product(ids, ("value", "low", "high"))), "value"].to_numpy().reshape(4, 3)
        windows = np.stack([public - 1e-7, public + 1e-7], axis=2)
        one = exact._replace(incidence=np.where(np.arange(8)[:, None, None, None] == g, windows, exact.incidence))
        k = g if group == "NRM" else table.ALL
        off = curves.curve_penalty(
            t.counts[k], t.days[k], t.n_days[k], t.sizes[k], one.horizons[g], one.incidence[g], t.out
        )
        assert off == 0


def test_tables_of_events_fit_by_hand():
    """One per cent of 100 patients is one event with nobody lost, and cannot be two."""
    g = tallies.Group(np.array([0.01, 0.03, 0.03, 0.06]), np.full((4, 2), [-np.inf, np.inf]), 100)
    events = np.array([[1, 1, 0, 1], [1, 2, 0, 1], [2, 1, 0, 1], [1, 1, 1, 1], [1, 0, 0, 1], [1, 2, 0, 3]])
    assert tallies.possible(g, events).tolist() == [True, True, False, False, False, True]


@pytest.mark.parametrize("after", range(4))
def test_tables_of_events_come_from_the_ledger(targets, after):
    found, weights = tallies.tables(targets.exact, targets.sizes, 29 - after)
    assert (found.sum(axis=(1, 2)) == 29 - after).all()
    assert weights.sum() == pytest.approx(1)
    assert (found[:, 1, 0] == 2).all()  # 1.1% of 187 patients
    assert len(found) >= 10


def test_a_design_is_reproducible_and_in_order(targets):
    first, second = (design.draw(4, targets) for _ in range(2))
    np.testing.assert_array_equal(first.laws, second.laws)
    assert dataclasses.replace(first, laws=0, spans=0) == dataclasses.replace(second, laws=0, spans=0)
    assert len(first.spans) == 29
    assert (first.spans[:, 0] <= first.spans[:, 1]).all()
    assert np.diff(first.laws[:, laws.TAIL], axis=1).max() <= 0
    others = [design.draw(s, targets) for s in range(12)]
    assert len({other.events for other in others}) > 2
    assert len({other.power for other in others}) == 12
    assert len({other.longest for other in others}) > 6


def test_nobody_follows_longer_than_the_study(targets):
    rng = np.random.default_rng(8)
    d = design.draw(8, targets)
    r = beginning.everybody(d, targets, rng)
    assert len(r) == 539
    assert np.bincount(r[:, table.PRODUCT]).tolist() == list(targets.counts.products)
    assert len(PRODUCTS) == 5
    assert all(moves.allowed(row, d.longest) for row in r)
    fixed = beginning.fix_deaths(r, 57, rng)
    assert ((fixed[:, table.RELAPSE] == NONE) & (fixed[:, table.DIED] == 1)).sum() == 57


def test_durations_are_dealt_out_within_the_study():
    onset, kind = np.array([100, 900, 500, 950]), np.array([1, 1, 2, 2])
    duration, died = case_courses._within(onset, kind, np.array([50, 300, 20, 30]), np.array([1, 0, 1, 1]), 1000)
    assert duration.tolist() == [300, 50, 20, 30]
    assert died.tolist() == [0, 1, 1, 1]
