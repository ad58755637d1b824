"""What the synthetic cohorts say together: bands, courses, ranges, distances."""

import numpy as np
import pandas as pd
import pytest
from drawn_cohorts import drawn

from analysis import doors, paths
from analysis.claims import select
from analysis.cohort import DAYS_PER_MONTH, Cohort, first_event
from analysis.hazards import fine_gray
from analysis.incidence import cumulative_incidence
from analysis.reconstruction import courses, diversity, ensemble, figures, store, unpublished

STORED = (paths.RECONSTRUCTION / store.INDEX).exists()
stored = pytest.mark.skipif(not STORED, reason="no member is stored yet")


@pytest.fixture(scope="module")
def members():
    return {f"{seed:02d}": drawn(seed) for seed in (1, 2, 3)}


def shuffled(cohort, seed=0):
    """The same cohort in another order, with other names."""
    patients = cohort.patients.sample(frac=1, random_state=seed)
    names = {old: f"synthetic-new-{place}" for place, old in enumerate(patients.index)}
    tables = (patients, cohort.tmn.sample(frac=1, random_state=seed))
    return Cohort(*(table.rename(index=names).assign(patient=lambda t: t.index) for table in tables))


def single(**days):
    """A cohort from a few columns."""
    return Cohort(pd.DataFrame({"relapse_day": np.nan, "tmn_day": np.nan, "died": False} | days), None)


def test_band_by_hand():
    """One of four with a t-MN at a year, in the other cohort after one relapse: 1/4, and 3/4 times 1/3."""
    one = single(tmn_day=[365, np.nan, np.nan, np.nan], last_day=[800, 900, 1000, 1100])
    other = single(
        tmn_day=[365, np.nan, np.nan, np.nan], relapse_day=[np.nan, 100, np.nan, np.nan], last_day=[800, 900, 900, 1100]
    )
    none = single(last_day=[800, 900, 1000, 1100])
    band = ensemble.incidence_band({"1": one, "2": other, "3": none}, at=[3, 12, 24]).set_index("time_months")
    assert band.low.tolist() == [0, 0, 0]
    assert band.high.tolist() == [0, 25, 25]
    assert band.at_risk_low.tolist() == [4, 2, 2]
    assert band.at_risk_high.tolist() == [4, 4, 4]
    assert set(band.members) == {3}
    assert set(band.data_kind) == {"synthetic"}


def test_a_relapse_before_the_tmn_takes_it_out_of_the_curve():
    one = single(tmn_day=[400, np.nan], relapse_day=[100, np.nan], last_day=[800, 900])
    assert ensemble.incidence_band({"1": one}, at=[24]).high.tolist() == [0]


def test_band_ends_where_a_member_has_nobody_left():
    short, long = single(last_day=[400, 500]), single(last_day=[400, 1200])
    assert ensemble.incidence_band({"1": short, "2": long}, at=[12, 24]).time_months.tolist() == [12]


def test_survival_after_tmn_by_hand():
    """Two die half a year and a year after the t-MN, the last at the end: all are known to have died afterwards."""
    tmn, gap = 100, np.round(DAYS_PER_MONTH * np.array([6, 12]))
    one = single(tmn_day=[tmn] * 2, died=True, last_day=tmn + gap)
    band = ensemble.survival_band({"1": one}, "after t-MN", at=[0, 7, 13, 24])
    assert band.value.tolist() == [100, 50, 0, 0]
    assert band.at_risk.tolist() == [2, 1, 0, 0]


def test_unknown_survival_is_refused(members):
    with pytest.raises(ValueError, match="allowed: overall, progression-free, after t-MN"):
        ensemble.survival_band(members, "event-free")


def test_one_member_is_the_estimate_itself(members):
    alone = ensemble.incidence_band({"01": members["01"]}, at=[6, 12, 30])
    first = first_event(members["01"].patients, ("tmn", "relapse", "death"))
    direct = cumulative_incidence(first.time_months, first.event, cause="tmn", at=[6, 12, 30])
    np.testing.assert_allclose(alone.value, 100 * direct.estimate)
    np.testing.assert_array_equal(alone.low, alone.high)


@pytest.mark.parametrize(("cause", "by"), [("tmn", "tmn_type"), ("nrm", "cause_of_death")])
def test_kinds_of_an_event_add_up(members, cause, by):
    alone = {"01": members["01"]}
    whole = ensemble.incidence_band(alone, cause).set_index("time_months").value
    parts = ensemble.incidence_band(alone, cause, by=by).groupby("time_months").value.sum()
    np.testing.assert_allclose(parts, whole.loc[parts.index], atol=1e-9)


@pytest.mark.parametrize("by", [None, "product", "domain", "tmn_type"])
def test_bands_rise_and_hold_their_median(members, by):
    band = ensemble.incidence_band(members, by=by)
    assert (band.low <= band.value).all()
    assert (band.value <= band.high).all()
    for _, rows in band.groupby("group"):
        assert rows[["low", "value", "high"]].diff().min().min() >= -1e-9


def test_order_and_names_change_nothing(members):
    other = {name: shuffled(cohort) for name, cohort in reversed(members.items())}
    for by in (None, "product"):
        pd.testing.assert_frame_equal(ensemble.incidence_band(members, by=by), ensemble.incidence_band(other, by=by))
    one, two = unpublished.unpublished(members), unpublished.unpublished(other)
    columns = ["value", "low", "high", "members", "significant"]
    pd.testing.assert_frame_equal(one[columns], two[columns])
    pd.testing.assert_frame_equal(courses.courses(members["01"]), courses.courses(other["01"]))


def test_relabelling_is_no_difference(members):
    """The trap: row by row two orders of one cohort look as different as two cohorts."""
    same = diversity.diversity({"a": members["01"], "b": shuffled(members["01"])})
    pairs = same[same.of == "pairs of members"]
    assert pairs.high.abs().max() < 1e-9
    different = diversity.diversity(members)
    pairs = different[different.of == "pairs of members"]
    assert (pairs.low > 0).all()


def test_events_per_year_are_those_of_the_curve(members):
    for name, row in diversity.events_per_year(members).iterrows():
        patients = members[name].patients
        first = first_event(patients, ("tmn", "relapse", "death"))
        rows = first.event == "tmn"
        assert row.drop("after relapse").sum() == rows.sum()
        assert row["other product"] == (rows & (patients["product"] == "other")).sum()
        assert row["after relapse"] == patients.tmn_day.notna().sum() - rows.sum()


def test_same_members_have_no_range(members):
    found = unpublished.unpublished({"a": members["01"], "b": members["01"]})
    sound = found[found.members > 0]
    np.testing.assert_array_equal(sound.low, sound.high)
    assert set(sound.significant.dropna()) <= {0, 2}


def test_a_range_is_that_of_the_ordinary_estimator(members):
    found = unpublished.unpublished(members).loc["haemoglobin"]
    ratios = []
    for cohort in members.values():
        first = first_event(cohort.patients, ("tmn", "relapse", "death"))
        model = fine_gray(first.time_months, first.event, cohort.patients[["haemoglobin"]], cause="tmn")
        ratios.append(model.table.hazard_ratio.iloc[0])
    assert found.low == pytest.approx(min(ratios), rel=1e-9)
    assert found.high == pytest.approx(max(ratios), rel=1e-9)
    assert found.text == f"{min(ratios):.2f}–{max(ratios):.2f}"


def test_a_ratio_without_finite_value_counts_as_none():
    found = unpublished._range(np.array([np.nan, 2.0, 3.0]), np.array([np.nan, 0.04, 0.5]))
    assert (found["members"], found["low"], found["high"], found["significant"]) == (2, 2, 3, 1)


def test_courses_hold_no_names_and_keep_their_order(members):
    found = courses.courses(members["02"])
    assert len(found) == len(members["02"].tmn)
    assert not {"patient"} & set(found)
    assert found.lane.tolist() == list(range(1, len(found) + 1))
    for _, rows in found.groupby("tmn_type"):
        assert rows.onset_months.is_monotonic_increasing
    assert (found.onset_months <= found.last_months).all()


def test_mutations_of_those_sequenced_twice(members):
    cohort = members["03"]
    found = courses.allele_frequencies(cohort)
    twice = cohort.tmn[cohort.tmn.sequenced_before & cohort.tmn.sequenced_at_tmn]
    cells = [courses.mutations(cell) for cell in (*twice.mutations_before, *twice.mutations_at_tmn)]
    assert (found.before > 0).sum() + (found.at_tmn > 0).sum() == sum(map(len, cells))
    assert (found.change == "lost").tolist() == (found.at_tmn == 0).tolist()
    assert (found.change == "gained").tolist() == (found.before == 0).tolist()
    tp53 = found[found.gene == "TP53"]
    assert tp53["count"].iloc[0].startswith(f"{(tp53.change == 'retained').sum()} kept · ")


@pytest.mark.parametrize(("by", "printed"), [("domain", 8), ("product", 4), ("tmn_type", 0)])
def test_the_papers_points_stand_on_their_curves(tables, members, by, printed):
    table = figures.by_group(tables, members, by)
    points = table[table.data_kind == "published"]
    assert len(points) == printed
    assert set(points.group) <= set(table.group[table.data_kind == "synthetic"])
    assert table.key.notna().all()
    overall = figures.overall(tables, members)
    assert overall.groupby("group").data_kind.value_counts().xs("published", level=1).tolist() == [4, 4]


def test_survival_after_tmn_has_its_printed_numbers(tables, members):
    table = figures.after_tmn(tables, members)
    points = table[table.data_kind == "published"]
    assert points[points.value == 50].time_months.tolist() == [4.5, 4.5, 6.7]
    assert points[["early", "late"]].dropna().to_numpy().tolist() == [[3.7, 14.2]]
    assert points.loc["G205", ["time_months", "value", "low", "high"]].tolist() == [12, 29.2, 15.0, 56.6]
    assert set(table.panel) == {"All t-MN", "By type"}


def test_frequencies_end_with_the_printed_medians(tables, members):
    last = figures.frequencies(tables, members["01"]).iloc[-1]
    assert (last.data_kind, last.before, last.at_tmn) == ("published", 4.4, 38.5)


def test_words_of_the_courses(members):
    table = figures.swimmer(members["01"])
    assert set(table.transplant) <= {"yes", "no"}
    assert (table.relapse == "none").tolist() == table.relapse_months.isna().tolist()
    assert (table.end == "alive").tolist() == (~table.died).tolist()


def test_a_range_in_the_text_is_a_door_that_says_synthetic(tables, members, monkeypatch):
    found = unpublished.unpublished(members)
    monkeypatch.setattr(unpublished, "stored", lambda: found)
    door = doors.door(tables, "synthetic:five-years", "computed")
    assert 'data-kind="synthetic"' in door
    assert found.text["five-years"] in door
    card = doors.card(tables, pd.DataFrame({"claims": []}), "synthetic:five-years")
    assert store.LABEL in dict(card["rows"])["How"]
    with pytest.raises(LookupError, match="there are joint-age, joint-mcv"):
        doors.door(tables, "synthetic:six-years", "computed")


@stored
def test_published_incidences_lie_in_the_band(tables):
    """The paper's points: every member prints them, so the whole band does."""
    claims = select(tables.claims, arm="gazeau-2025/all", quantity="t-MN", group=None, statistic="cumulative incidence")
    band = ensemble.incidence_band(store.load_all(), at=claims.time_months)
    half = claims.resolution.to_numpy() / 2 + 1e-9
    assert (band.low.to_numpy() >= claims.value - half).all()
    assert (band.high.to_numpy() <= claims.value + half).all()
