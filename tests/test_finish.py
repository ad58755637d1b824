"""Changes of courses that are chosen together: what they do to all numbers, what they keep, how they are chosen."""

import numpy as np
import pytest

from analysis.reconstruction import design, finish, models, store
from analysis.reconstruction.events import moves, numbers, table
from analysis.reconstruction.state import NONE


@pytest.fixture(scope="module")
def targets(reachable_claims):
    return design.read(reachable_claims)


def drawn(targets, claims, number):
    """The courses of a stored cohort, a design and changes of them."""
    here = models.course(store.load("01"), claims).skeleton
    kind = np.where(here.tmn_day == NONE, NONE, here.tmn_type)
    columns = (here.product, here.relapse_day, here.tmn_day, kind, here.tp53_before, here.last_day, here.died)
    t, d, spans = table.make(np.stack(columns, axis=1)), design.draw(11, targets), np.tile([1, 4000], (539, 1))
    return t, d, finish.draw(t, targets.exact, d, spans, np.random.default_rng(11), number), spans


def test_effects_are_what_a_change_does_to_a_table_made_anew(targets, reachable_claims):
    t, _, changes, _ = drawn(targets, reachable_claims, 25)
    base = np.zeros(len(numbers.windows(targets.exact)[0]))
    numbers.numbers(t, targets.exact, base)
    found = np.zeros((25, len(base)))
    before = t.rows.copy()
    numbers.effects(t, targets.exact, changes.patients, changes.rows, base, found)
    np.testing.assert_array_equal(t.rows, before)
    products = 0
    for m, (i, row) in enumerate(zip(changes.patients, changes.rows, strict=True)):
        again = t.rows.copy()
        again[i] = row
        products += row[table.PRODUCT] != t.rows[i, table.PRODUCT]
        after = np.zeros(len(base))
        numbers.numbers(table.make(again), targets.exact, after)
        np.testing.assert_allclose(found[m], after - base, atol=1e-9)
    assert products > 0


def test_numbers_of_a_stored_cohort_are_in_their_windows(targets, reachable_claims):
    t, *_ = drawn(targets, reachable_claims, 1)
    ends, _ = numbers.windows(targets.exact)
    found = np.zeros(len(ends))
    numbers.numbers(t, targets.exact, found)
    assert ((ends[:, 0] <= found) & (found <= ends[:, 1])).all()


def test_changes_keep_to_the_design(targets, reachable_claims):
    t, d, changes, spans = drawn(targets, reachable_claims, 200)
    for i, row in zip(changes.patients, changes.rows, strict=True):
        assert moves.allowed(row, d.longest)
        assert (row[table.TMN] == NONE) == (t.rows[i, table.TMN] == NONE)
        assert row[table.TMN] == NONE or spans[i, 0] <= row[table.TMN] <= spans[i, 1]
    assert (changes.cost >= 1).all()


def test_chosen_changes_keep_the_counts_and_reach_the_windows():
    # Two numbers; a third row must stay as it is: the first two changes only go together.
    matrix = np.array([[1.0, 1.0, 0.5, 3.0], [0.0, 0.0, -2.0, 0.0], [1.0, -1.0, 0.0, 0.0]])
    programme = finish.Programme(matrix, np.array([1.5, -1.0, 0.0]), np.array([2.5, 1.0, 0.0]), 2)
    chosen, left = finish.choose(programme, np.ones(4))
    assert chosen.tolist() == [0, 1]
    assert left == pytest.approx(0)
