"""The flow of records and reports adds up; reports that may share patients stand in one group."""

import pandas as pd
import pytest

from analysis.problems import DataError
from analysis.review import flow, overlap

# ---- the flow --------------------------------------------------------------------------------------------------------


def test_the_flow_adds_up(tables):
    total = flow.flow(tables).total
    assert total["identified"] == tables.searches.hits.sum() == len(tables.records)
    left = total["identified"] - total["duplicates"] - total["unscreened"] - total["excluded_title"]
    assert left == total["sought"]
    assert total["sought"] - total["unobtained"] - total["excluded_report"] == total["included"] == len(tables.reports)
    assert total["studies"] == len(tables.studies)
    assert total["used"] + total["unused"] == total["arms"] == len(tables.arms)


def test_a_flow_that_does_not_add_up_is_not_returned(tables):
    records = tables.records.assign(decision=tables.records.decision.replace("duplicate", "included"))
    with pytest.raises(DataError, match="0 duplicates removed"):
        flow.flow(tables._replace(records=records))
    with pytest.raises(DataError, match="146 records identified"):
        flow.flow(tables._replace(searches=tables.searches.assign(hits=146.0)))
    unknown = tables.reports.iloc[[0]].assign(report="unknown").set_index("report", drop=False)
    with pytest.raises(DataError, match="a report with an included record"):
        flow.flow(tables._replace(reports=pd.concat([tables.reports, unknown])))


def test_previous_versions_have_their_own_column(tables):
    """A second version with one new study: the first is history, the sums still hold."""
    search = tables.searches.assign(search="S002", version=None, hits=2.0).set_index("search", drop=False)
    new = tables.records.loc[["S001-0001", "S001-0104"]].assign(search="S002", id=["S002-0001", "S002-0002"])
    new = new.set_index("id", drop=False).assign(report=["new-2027", None], doi="10.9999/new")
    report = tables.reports.loc[["gazeau-2025"]].assign(report="new-2027", study="new", doi="10.9999/new")
    study = tables.studies.loc[["gazeau"]].assign(study="new", overlap_group="new").set_index("study", drop=False)
    more = tables._replace(
        searches=pd.concat([tables.searches, search]),
        records=pd.concat([tables.records, new]),
        reports=pd.concat([tables.reports, report.set_index("report", drop=False)]),
        studies=pd.concat([tables.studies, study]),
    )
    steps = flow.flow(more)
    assert steps.loc["identified", ["previous", "this", "total"]].tolist() == [147, 2, 149]
    assert steps.loc["included", ["previous", "this", "total"]].tolist() == [103, 1, 104]
    assert steps.loc["studies", ["previous", "this", "total"]].tolist() == [76, 1, 77]
    assert steps.loc["arms", "previous"] == len(tables.arms)
    boxes = flow.boxes(more).set_index("step")
    assert boxes.loc["new", "count"] == 1
    assert boxes.loc["previous", "lines"] == ("103 reports of 76 studies",)


def test_reasons_of_each_step_sum_to_the_step(tables):
    total = flow.flow(tables).total
    for step in (*flow.PLACES, "unused"):
        assert flow.reasons(tables, step).total.sum() == total[step]


def test_boxes_show_every_reason_or_count_the_others(tables):
    boxes = flow.boxes(tables, shown=2)
    for row in boxes[boxes.place == "side"].itertuples():
        counts = [int(line.rsplit("(", 1)[1].rstrip(")")) for line in row.lines]
        assert not counts or sum(counts) == row[4]


# ---- overlap ---------------------------------------------------------------------------------------------------------


def test_groups_hold_every_report_that_shares_a_group(tables):
    groups = overlap.groups(tables)
    named = [name for names in groups.reports.str.split() for name in names]
    assert len(named) == len(set(named)) == groups["count"].sum()
    group = tables.reports.study.map(tables.studies.overlap_group)
    assert set(named) == set(group.index[group.duplicated(keep=False)])
    assert (groups.sizes.map(sum) == groups["count"]).all()


def test_transform_and_descar_t_by_hand(tables):
    groups = overlap.groups(tables)
    assert groups.loc["transform", "reports"] == "transform-2022 transform-2023 transform-2025"
    assert groups.loc["descar-t", "studies"].split() == ["gazeau", "dulery", "lemoine"]
    assert not groups.loc["descar-t", "certain"]
