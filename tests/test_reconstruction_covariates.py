"""Covariates of the reconstruction: bins that keep the printed quartiles, and moves within them."""

import math

import numpy as np
import pytest
from made_up_courses import invented

from analysis.reconstruction import covariates, fits, grids, lines, matched_on, place
from analysis.reconstruction.anneal import anneal

# --- bins ------------------------------------------------------------------------------------------------------------


def test_bins_by_hand():
    # 539 values: type-7 quartiles lie between ranks 134 and 135, on 269, between 403 and 404 (from 0).
    bins = grids.quantile_bins(539, {0.25: 89, 0.5: 94, 0.75: 98}, np.arange(70.0, 126))
    held = [(70 + bins.low[b], 70 + bins.high[b]) for b in bins.of_rank]
    assert held[0] == held[133] == (70, 89)
    assert held[134] == held[135] == (89, 89)
    assert held[136] == held[268] == (89, 94)
    assert held[269] == (94, 94)
    assert held[402] == (94, 98)
    assert held[403] == held[404] == (98, 98)
    assert held[405] == held[538] == (98, 125)


@pytest.mark.parametrize("name", covariates.SHAPES)
def test_any_choice_in_the_bins_is_printed_alike(reachable_claims, name):
    n, shape = int(reachable_claims.value["G043"]), covariates.SHAPES[name]
    values = covariates.spread_out(name, n, reachable_claims)
    drawn = values.grid[place.sorted_codes(values.bins, values.draws, np.random.default_rng(7))]
    if name.endswith("_grade"):
        counts = [np.count_nonzero(drawn >= least) for least in (1, 3)]
        assert counts == reachable_claims.loc[list(shape.table), "numerator"].tolist()
        assert set(drawn) <= {0, 1, 2, 3, 4}
    else:
        for share, value in grids.quartiles(reachable_claims, *shape.table).items():
            assert np.quantile(drawn, share) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("make", [matched_on.age_values, matched_on.line_values])
def test_ages_and_lines_keep_their_quantiles(reachable_claims, make):
    median, extremes = ("G047", "G048") if make is matched_on.age_values else ("G131", "G059")
    values = make(539, reachable_claims)
    drawn = values.grid[place.sorted_codes(values.bins, values.draws, np.random.default_rng(7))]
    for share, value in grids.quartiles(reachable_claims, median, extremes).items():
        assert np.quantile(drawn, share) == value


def test_a_pinned_value_must_be_on_the_grid():
    with pytest.raises(ValueError, match=r"94\.5 cannot be the quantile 0\.5"):
        grids.quantile_bins(5, {0.5: 94.5}, np.arange(90.0, 100))


# --- moves -----------------------------------------------------------------------------------------------------------


def small_problem(windows):
    """Thirty patients with a number from 0 to 6, ten of them matched, and one line for all."""
    _, day, status = invented(n=30, seed=5)
    who = place.Cohort(day, status, np.argsort(day), np.arange(30) < 10, np.ones(30, bool))
    bins = grids.quantile_bins(30, {0.25: 2, 0.5: 3, 0.75: 4}, np.arange(7.0))
    values = place.Values(np.arange(7.0), np.arange(7.0), bins, grids.draws(bins, np.repeat(np.arange(7), 3)))
    printed = place.Printed(univariate=lines.Line("A", "B", windows))
    return values, place.problem(who, values, printed, place.free(30, 7), place.FINE_GRAY)


def test_moves_keep_the_quartiles_and_reach_the_line():
    windows = np.array([[0.2, 0.3], [-math.inf, math.inf], [-math.inf, math.inf], [0.5, math.inf]])
    values, todo = small_problem(windows)

    def make(random):
        return place.by_expectation(values, random.standard_normal(30), random)

    state, distance, _, moves = place.place(todo, make, [1], 3, 400)
    assert distance == 0
    assert moves > 0
    assert np.quantile(state.code, [0.25, 0.5, 0.75]).tolist() == [2, 3, 4]
    b, _, se = fits.fit(todo.everyone, todo.model[state.code], 0.0, 1.0)
    assert 0.2 < b < 0.3
    assert b / se > 0.5
    again = place.place(todo, make, [1], 3, 400)
    assert np.array_equal(state.code, again[0].code)
    assert again[1:] == (distance, 1, moves)


def test_values_stay_where_they_are_allowed():
    _, todo = small_problem(np.array([[5.0, 5.1]] * 3 + [[0.0, math.inf]]))
    group = (np.arange(30) >= 20).astype(np.int64)
    allowed = np.array([[True] * 4 + [False] * 3, [False] * 4 + [True] * 3])
    todo = todo._replace(group=group, allowed=allowed, movable=np.arange(5, 30))
    bins = grids.quantile_bins(30, {0.25: 2, 0.5: 3, 0.75: 4}, np.arange(7.0)).of_rank
    code = np.repeat([2, 5], [20, 10])
    before = code.copy()
    anneal(todo, np.random.default_rng(2), code, bins.copy(), 200)
    assert allowed[group, code].all()
    assert np.array_equal(code[:5], before[:5])
    assert not np.array_equal(code, before)
