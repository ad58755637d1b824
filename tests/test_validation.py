"""The comparison with R: complete, exact, and red when it should be."""

import importlib
import shutil

import numpy as np
import pandas as pd
import pytest

from analysis import paths, validation
from analysis.validation import benchmark, curves, limits, models, patients, pooled, reference, synthesis, words

# rows of R's answers: none of them can quietly drop out
COMPARED = {
    "cumulative_incidence": 4 * 391,
    "gray_test": 3 * 22,
    "kaplan_meier": 4 * 704,
    "median_survival": 3 * 96,
    "median_follow_up": 3 * 24,
    "restricted_mean": 2 * 144,
    "log_rank": 3 * 33,
    "fine_gray": 2 * 56 + 22 + 74 + 34,
    "fine_gray.cumulative_incidence": 176,
    "cause_specific_cox": 2 * 112 + 44 + 148,
    "propensity_score": 21,
    "match_nearest": 336,
    "match_weights": 15,
    "stratum_weights": 3 * 65,
    "odds_weights": 65,
    "balance": 462,
    "pool": 500,
    "pool_proportions": 12,
    "pool_rates": 24,
    "leave_one_out": 140,
    "cumulative": 140,
    "influence": 224 + 6,
    "meta_regression": 832,
    "pool_rows": 5 * 4 * 9 + 6 * (7 + 9) + 6,
    "pool_timed": 9,
    "proportion_interval": 180,
    "rate_interval": 30,
    "risk_difference": 144 + 8,
    "risk_ratio": 66,
    "reconstruct_individual_data": 6,
}


@pytest.fixture(scope="module")
def read():
    """Names of the files that a comparison of everything reads."""
    return set()


@pytest.fixture(scope="module")
def found(read):
    """All numbers."""
    with pytest.MonkeyPatch.context() as patch:
        table = reference.table
        patch.setattr(reference, "table", lambda folder, name: read.add(name) or table(folder, name))
        return validation.numbers()


def test_every_comparison_agrees(found):
    table = validation.comparisons(found)
    assert table[~table.agrees].to_dict("records") == []
    assert table.compared.sum() == len(found)


def test_every_estimator_appears_with_all_its_numbers(found):
    assert found.estimator.value_counts().to_dict() == COMPARED
    named = {name for names in validation.ESTIMATORS.values() for name in names}
    assert named == set(COMPARED)
    assert not named & set(validation.WITHOUT_R)


def test_every_public_function_of_an_estimator_is_compared_or_excused():
    for module, names in validation.ESTIMATORS.items():
        public = importlib.import_module(f"analysis.{module}")
        here = {n for n in vars(public) if n.islower() and not n.startswith("_")}
        ours = {n for n in here if getattr(getattr(public, n), "__module__", "").startswith(f"analysis.{module}")}
        assert ours <= {n.split(".")[0] for n in names} | set(validation.WITHOUT_R), module


def test_every_stored_file_is_read(found, read):
    stored = {path.relative_to(paths.REFERENCE).as_posix() for path in paths.REFERENCE.rglob("*.csv")}
    assert read == stored


def test_every_script_names_its_versions(found):
    for script in paths.REFERENCE.rglob("*.R"):
        assert "R" in reference.versions(paths.REFERENCE, script.relative_to(paths.REFERENCE).as_posix())
    assert found[["r_package", "r_version"]].ne("").all(axis=None)


def test_every_tolerance_is_small_and_has_a_reason(found):
    equal = found[found.estimator != "reconstruct_individual_data"]
    assert equal.tolerance.max() <= 1e-4
    assert equal[~equal.quantity.str.contains("lme4")].tolerance.max() <= 1e-6
    assert found.reason.str.len().min() > 10


PLANTED = {
    "curves.csv": (curves.numbers, "error", "cumulative_incidence"),
    "curves_tests.csv": (curves.numbers, "p", "gray_test"),
    "hazards/r_coefficients.csv": (models.numbers, "coef", "fine_gray"),
    "hazards/r_covariances.csv": (models.numbers, "covariance", "fine_gray"),
    "hazards/r_weights.csv": (models.numbers, "coef", "fine_gray"),
    "hazards/r_incidences.csv": (models.numbers, "estimate", "fine_gray.cumulative_incidence"),
    "matching.csv": (patients.matched, "value", "propensity_score"),
    "weighting.csv": (patients.weighted, "value", "stratum_weights"),
    "pooling.csv": (pooled.numbers, "value", "pool"),
    "synthesis.csv": (synthesis.numbers, "value", "pool_rows"),
    "proportions.csv": (limits.numbers, "high", "proportion_interval"),
    "intervals.csv": (limits.numbers, "high", "proportion_interval"),
    "digitised.csv": (patients.reconstructed, "restricted_mean", "reconstruct_individual_data"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_value_of_r_is_found(tmp_path, name):
    source, column, estimator = PLANTED[name]
    folder = shutil.copytree(paths.REFERENCE, tmp_path / "reference")
    r = pd.read_csv(folder / name)
    place = r[column].where(r[column].abs() < 100).abs().gt(0).idxmax()
    by = 0.5 if name == "digitised.csv" else 2e-6 * abs(r.loc[place, column])
    r.loc[place, column] += by
    r.to_csv(folder / name, index=False)
    table = validation.comparisons(validation.numbers(folder, (source,)))
    assert table[~table.agrees].estimator.tolist() == [estimator]


def test_a_value_missing_on_one_side_differs_without_limit():
    here, r = np.array([1, np.nan, np.nan, np.inf, np.inf, 0, 1.5]), np.array([np.nan, 1, np.nan, np.inf, 1, 0, 1])
    difference = validation._difference(here, r, np.array([1, 1, 1, 1, 1, 0, 2.0]))
    np.testing.assert_array_equal(difference, [np.inf, np.inf, 0, 0, np.inf, 0, 0.25])


def test_a_file_that_no_longer_fits_is_an_error(tmp_path):
    (tmp_path / "some.R").write_text("# no versions")
    with pytest.raises(ValueError, match="does not say 'stored values"):
        reference.versions(tmp_path, "some.R")


def test_one_example_for_each_estimator(found):
    shown = validation.examples(found)
    assert shown.estimator.tolist() == list(COMPARED)
    assert (shown.difference <= shown.tolerance).all()
    assert shown.r.ne(0).all()
    rows = words.example_rows(shown)
    assert rows[["Here", "R", "Difference"]].ne("").all(axis=None)
    assert len(words.estimator_rows(validation.estimators(validation.comparisons(found)))) >= len(COMPARED)


def measured(folder):
    """A benchmark as it is stored."""
    rows = [("sort", n, tool, n / 1000 * k) for n in (500, 10_000) for tool, k in ((benchmark.OURS, 2), ("other", 9))]
    table = pd.DataFrame(rows, columns=["task", "size", "tool", "median_ms"])
    table.assign(version="", runs=3, floor_ms=table["size"] / 1000).to_csv(folder / "results.csv", index=False)
    pd.DataFrame([("measured on", "2026-11-21"), ("processor", "one")], columns=["key", "value"]).to_csv(
        folder / "environment.csv", index=False
    )
    return benchmark.speed(folder)


def test_speed_is_read_and_its_absence_is_said(tmp_path):
    assert not benchmark.speed(tmp_path).measured
    assert words.speed_rows(benchmark.speed(tmp_path).results).empty
    speed = measured(tmp_path)
    assert speed.said == "Measured on 2026-11-21, one."
    table = validation.standing(speed.results)
    assert table.ratio.tolist() == [4.5, 4.5]
    assert table.times_floor.tolist() == [2, 2]
    alone = validation.standing(speed.results[speed.results.tool == benchmark.OURS])
    assert alone.ratio.isna().all()


def test_a_benchmark_without_a_column_is_refused(tmp_path):
    measured(tmp_path)
    pd.read_csv(tmp_path / "results.csv").drop(columns="runs").to_csv(tmp_path / "results.csv", index=False)
    with pytest.raises(ValueError, match=r"results.csv: no column runs"):
        benchmark.speed(tmp_path)


@pytest.mark.parametrize("width", [680, 340])
def test_names_of_the_lines_do_not_meet_or_leave_the_figure(tmp_path, width):
    from matplotlib.text import Text

    from analysis.plots import speed as drawing

    rows = measured(tmp_path).results
    more = [
        rows.assign(tool=f"R finegray+coxph {k}", median_ms=rows.median_ms * (1 + k / 50)) for k in range(5)
    ]  # as long as the longest name
    fig = drawing.panels(pd.concat([rows, *more]), width)
    fig.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in fig.axes[0].texts]  # without the line that ties it
    assert all(not a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert max(box.x1 for box in boxes) <= fig.bbox.x1
