"""Ages of the cases and their matched controls."""

import numpy as np
import pytest
from made_up_courses import CLOSE, sampled, skeleton

from analysis.reconstruction import case_ages, controls, lines, matched, matched_on, place
from analysis.reconstruction.follow_up import domain
from analysis.reconstruction.state import NONE

# --- ages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crowded", [False, True])
def test_ages_of_cases(reachable_claims, crowded):
    random = np.random.default_rng(4)
    days = random.integers(30, 1731, size=29)
    if crowded:
        usual = np.outer([0.85, 0.15], matched_on.usual_ages(matched_on.age_values(539, reachable_claims)))
        found = case_ages.crowded(days, random.random(29) < 0.15, usual, 63, reachable_claims, random, 300)
        assert 63 not in found.infusion
    else:
        found = case_ages.draw(days, reachable_claims, random)
    assert np.median(found.tmn) == reachable_claims.value["G158"]
    assert [found.tmn.min(), found.tmn.max()] == reachable_claims.loc["G159", ["low", "high"]].tolist()
    years = days / 365.25
    assert np.all((found.tmn - found.infusion >= np.floor(years)) & (found.tmn - found.infusion <= np.ceil(years)))


def test_usual_ages_are_all_patients(reachable_claims):
    assert matched_on.usual_ages(matched_on.age_values(539, reachable_claims)).sum() == pytest.approx(539)


# --- controls --------------------------------------------------------------------------------------------------------


def test_controls_by_hand():
    # Cases of 60 and 70 years; controls of the same age are taken, of the three that are 60 the first two rows.
    age = np.array([60, 70, 60, 60, 60, 70, 70, 40, 80, 65])
    case, many = np.arange(10) < 2, np.arange(10) % 2 == 0
    many[:7] = False
    order = np.array([4, 0, 3, 2, 1, 5, 6, 7, 8, 9])
    many[[0, 2, 3, 4]] = True
    assert matched.select(age, many, case, order, 2).tolist() == [3, 4, 5, 6]
    assert matched.select(age, many, case, np.arange(10), 2).tolist() == [2, 3, 5, 6]


def test_slots_are_only_exchanged(reachable_claims):
    made = skeleton()
    who = place.cohort(made, np.arange(10, 22))
    printed = lines.line(reachable_claims, matched.DOMAIN_LINE, "matched").windows
    windows = np.array([np.where(np.isinf(printed), printed, printed + 0.2), printed, printed])
    seating = controls.Seating(
        who.order, who.day, who.status, domain(made), np.flatnonzero(made.tmn_day == NONE), who.matched,
        np.zeros((2, 60)), np.ones(2), sampled(who.day, who.status), windows, np.array([True, False, False]),
    )  # fmt: skip
    slot = np.arange(60)
    distance, moves = controls.exchange(seating, np.random.default_rng(1), slot, 60)
    assert sorted(slot) == list(range(60))
    assert np.array_equal(slot[:6], np.arange(6))  # cases keep theirs
    b, _, se = controls.domain_fit(who.order, who.matched[slot], who.day, who.status, domain(made), 0.0)
    assert distance == pytest.approx(lines.distance(windows[0], b, se), abs=CLOSE)
    assert moves <= 60


def test_unknown_kind(reachable_claims):
    with pytest.raises(ValueError, match="kind is 'rare'; allowed: 'natural', 'unique'"):
        matched.search(skeleton(), reachable_claims, 1, "rare")
