"""How firm the published matching is: by hand, by law, against the recipes, and whether the stored table is current."""

import numpy as np
import pandas as pd
import pytest
from drawn_cohorts import drawn

from analysis import __main__, data, paths, recipes
from analysis.cohort import Cohort
from analysis.hazards import fine_gray
from analysis.problems import DataError
from analysis.recipes import models
from analysis.recipes.curves import tmn_events
from analysis.recipes.view import View
from analysis.reconstruction import fragility, order_free, store

CLAIMS = data.load().claims
LINES = fragility.lines(CLAIMS)
STORED = (paths.RECONSTRUCTION / fragility.FILE).exists()
stored = pytest.mark.skipif(not STORED, reason="no row orders are stored yet")


def shuffled(cohort, seed=0):
    """The same patients in another order."""
    return Cohort(cohort.patients.sample(frac=1, random_state=seed), cohort.tmn)


def storable(seed):
    """A cohort that the dictionary allows."""
    found = drawn(seed, 110, 14)
    return Cohort(found.patients.assign(haemoglobin=10.0), found.tmn)


@pytest.fixture(scope="module")
def natural():
    return drawn(1)


@pytest.fixture(scope="module")
def unique(natural):
    """The same with ages of which no two are equal."""
    ages = natural.patients.age + np.arange(len(natural.patients)) / 200
    return Cohort(natural.patients.assign(age=ages), natural.tmn)


@pytest.fixture(scope="module")
def orders(natural):
    return fragility.row_orders(natural, CLAIMS, orders=12, seed=3)


@pytest.fixture
def folder(tmp_path):
    store.save("01", storable(1), {"seed": 1, "kind": "natural"}, tmp_path)
    store.save("02", storable(2), {"seed": 2, "kind": "natural"}, tmp_path)
    return tmp_path


def test_lines_are_those_printed_after_matching():
    assert [line.quantity for line in LINES if line.in_table] == [
        *("MCV", "ICANS grade", "CD28 vs 4-1BB", "CAR-HEMATOTOX", "LDH", "ALC", "CRS grade")
    ]
    mcv = LINES[0]
    assert (mcv.claim, mcv.p_claim) == ("G147", "G148")
    assert mcv.windows.loc[["value", "low", "high", "p"]].round(3).values.tolist() == [
        *([1.095, 1.105], [1.025, 1.035], [1.155, 1.165], [0, 0.01])
    ]
    assert fragility.level(CLAIMS) == CLAIMS.value["G040"]


def test_the_stored_order_gives_what_the_recipes_give(natural, orders):
    ids = [name for line in LINES for name in (line.claim, line.p_claim)]
    table = recipes.recompute(natural, CLAIMS.loc[ids])
    for line in LINES:
        ratio, p = (table[table.id == name].set_index("field").regenerated for name in (line.claim, line.p_claim))
        expected = [*ratio[["value", "low", "high"]], p["value"]]
        np.testing.assert_allclose(orders.loc[0, line.claim][list(fragility.FIELDS)], expected, rtol=1e-7)


def test_orders_are_those_of_the_seed_and_change_the_result(natural, orders):
    assert orders.equals(fragility.row_orders(natural, CLAIMS, orders=12, seed=3))
    assert orders[("set", "number")].nunique() > 8
    assert orders[("G147", "value")].std() > 0.001


def test_without_equal_scores_no_order_changes_anything(unique):
    table = fragility.row_orders(unique, CLAIMS, orders=5, seed=1)
    assert table[("set", "number")].eq(0).all()
    assert (table == table.iloc[0]).all(axis=None)


def test_summary_by_hand():
    # MCV is printed 1.10 (1.03-1.16), p < 0.01; LDH 1.1 (0.70-1.72), p 0.7
    mcv, ldh = (line for line in LINES if line.quantity in ("MCV", "LDH"))
    rows = [  # stored; as printed; the p value is not; the upper limit of LDH is not
        [1.10, 1.03, 1.16, 0.004, 1.10, 0.70, 1.72, 0.69, 0],
        [1.098, 1.026, 1.164, 0.009, 1.14, 0.696, 1.716, 0.72, 0],
        [1.10, 1.03, 1.16, 0.06, 1.10, 0.70, 1.72, 0.69, 1],
        [1.10, 1.03, 1.16, 0.004, 1.10, 0.70, 1.73, 0.69, 2],
    ]
    columns = [(line.claim, field) for line in (mcv, ldh) for field in fragility.FIELDS] + [("set", "number")]
    orders = pd.DataFrame(rows, columns=pd.MultiIndex.from_tuples(columns))
    table = fragility.summarise(orders, [mcv, ldh], 0.05).set_index("quantity")
    assert table.loc["MCV", ["orders", "matched_sets"]].tolist() == [3, 3]
    assert table.loc["MCV", ["hr_stored", "hr_0", "hr_50", "hr_100"]].tolist() == [1.10, 1.098, 1.10, 1.10]
    assert table.loc["MCV", ["p_stored", "p_0", "p_50", "p_100"]].tolist() == [0.004, 0.004, 0.009, 0.06]
    assert table.share_significant.to_dict() == {"MCV": 2 / 3, "LDH": 0}
    assert table.share_line.to_dict() == {"MCV": 2 / 3, "LDH": 2 / 3}
    assert table.share_table.tolist() == [1 / 3, 1 / 3]
    # what the stored order itself misses is not asked of the others
    orders.loc[0, ("G147", "p")] = 0.02
    table = fragility.summarise(orders, [mcv, ldh], 0.05).set_index("quantity")
    assert table.share_line["MCV"] == 1


def test_the_table_is_stored_with_its_label_and_refused_when_a_member_changes(folder):
    said = []
    table = fragility.make(CLAIMS, folder, orders=3, seed=7, tell=said.append)
    assert said[0] == "member 01 (natural): 3 matched sets in 3 orders"
    assert len(table) == 2 * len(LINES)
    assert set(table.label) == {store.LABEL}
    assert set(table.data_kind) == {"synthetic"}
    assert table.seed.tolist() == [8] * len(LINES) + [9] * len(LINES)
    expected = fragility.summarise(fragility.row_orders(storable(1), CLAIMS, orders=3, seed=8), LINES, 0.05)
    pd.testing.assert_frame_equal(table.loc[: len(LINES) - 1, expected.columns], expected, rtol=1e-5, check_dtype=False)
    store.save("02", shuffled(storable(2)), {"seed": 2, "kind": "natural"}, folder)
    with pytest.raises(DataError, match=f"no member 02; allowed: .* run: {fragility.COMMAND}"):
        fragility.read(folder)
    store.save("03", storable(1), {"seed": 3, "kind": "natural"}, folder)
    with pytest.raises(DataError, match="no member 03"):
        fragility.read(folder)


def test_only_what_changed_is_computed_again(folder, monkeypatch):
    first = fragility.make(CLAIMS, folder, orders=2, seed=7, tell=str)
    store.save("03", shuffled(storable(1)), {"seed": 3, "kind": "natural"}, folder)
    computed, row_orders = [], fragility.row_orders
    monkeypatch.setattr(fragility, "row_orders", lambda *a, **o: computed.append(o["seed"]) or row_orders(*a, **o))
    more = fragility.make(CLAIMS, folder, orders=2, seed=7, tell=str)
    assert computed == [10]
    pd.testing.assert_frame_equal(more.loc[: len(first) - 1], first)
    assert fragility.make(CLAIMS, folder, orders=2, seed=7, anew=True, tell=str).equals(more)
    assert computed == [10, 8, 9, 10]


def test_the_command_makes_it(monkeypatch):
    asked = []
    monkeypatch.setattr(fragility, "make", lambda claims, **options: asked.append(options))
    assert __main__.main(["row-orders", "--orders", "20", "--seed", "4"]) == 0
    assert asked == [{"orders": 20, "seed": 4, "anew": False}]


# --- without an order ------------------------------------------------------------------------------------------------


def test_order_free_methods_do_not_depend_on_the_order(natural):
    found = order_free.order_free({"01": natural, "02": shuffled(natural)}, CLAIMS)
    assert len(found) == 2 * len(LINES) * len(order_free.METHODS)
    one, other = (rows.set_index(["claim", "method"]).drop(columns="member") for _, rows in found.groupby("member"))
    numbers = ["hazard_ratio", "conf_low", "conf_high", "p_value", "cases", "controls"]
    np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-7)
    assert set(found.data_kind) == {"synthetic"}


def test_order_free_methods_by_their_definition(natural):
    found = order_free.order_free({"01": natural}, CLAIMS).set_index(["quantity", "method"])
    patients, (time, event) = natural.patients, tmn_events(View(natural, recipes.DEFAULT))
    x = pd.DataFrame({"mcv": patients.mcv, "age": patients.age, "many": patients.prior_lines >= models.MANY_LINES})
    adjusted = fine_gray(time, event, x, cause="tmn").table.loc["mcv"]
    assert found.loc[("MCV", "adjusted"), "hazard_ratio"] == pytest.approx(adjusted.hazard_ratio, rel=1e-9)
    assert found.loc[("MCV", "adjusted"), "p_value"] == pytest.approx(adjusted.p_value, rel=1e-7)
    case = patients.tmn_day.notna()
    stratum = patients.age // order_free.BAND * 10 + (patients.prior_lines >= models.MANY_LINES)
    cases, controls = (stratum.map(stratum[rows].value_counts()).fillna(0) for rows in (case, ~case))
    used = case & (controls > 0)
    weights = used.astype(float).where(case, cases / controls)
    weights[~case] *= 2 * used.sum() / weights[~case].sum()
    exact = fine_gray(time, event, patients.mcv, cause="tmn", weights=weights).table.iloc[0]
    assert found.loc[("MCV", "exact"), "hazard_ratio"] == pytest.approx(exact.hazard_ratio, rel=1e-9)
    assert found.loc[("MCV", "exact"), ["cases", "controls"]].tolist() == [used.sum(), (weights[~case] > 0).sum()]
    other = (patients["product"] == "other").sum()
    assert found.loc[("CD28 vs 4-1BB", "odds"), ["cases", "controls"]].sum() == len(patients) - other


# --- the stored members ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not (paths.RECONSTRUCTION / store.INDEX).exists(), reason="no member is stored yet")
def test_row_orders_are_stored_with_the_members():
    assert STORED, f"run: {fragility.COMMAND}"


@stored
def test_the_stored_table_is_about_the_stored_members():
    table = fragility.read()
    assert table.claim.tolist() == [line.claim for line in LINES] * len(store.index())
    assert (table.orders == fragility.ORDERS).all()
    assert (table[table.kind == "unique"].matched_sets == 1).all()
    assert (table.filter(regex="^(p_|share_)") <= 1).all(axis=None)


@stored
def test_orders_of_the_seed_lie_within_the_stored_distribution():
    """A few orders of one member of the natural kind, made again: the stored order, and none outside all 500."""
    table = fragility.read()
    member = table[table.kind == "natural"].member.iloc[0]
    rows = table[table.member == member].set_index("claim")
    again = fragility.row_orders(store.load(member), CLAIMS, orders=4, seed=int(rows.seed.iloc[0]))
    for line in LINES:
        row, over = rows.loc[line.claim], again[line.claim]
        assert row.hr_stored == pytest.approx(over.value[0], rel=1e-5)
        assert row.p_stored == pytest.approx(over.p[0], rel=1e-5)
        assert over.value.loc[1:].between(row.hr_0 * (1 - 1e-5), row.hr_100 * (1 + 1e-5)).all()
