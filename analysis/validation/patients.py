"""Matched and reconstructed patients against R's ``MatchIt`` and ``survival``."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from analysis.digitised import reconstruct_individual_data
from analysis.matching import balance, match_nearest, match_weights, odds_weights, propensity_score, stratum_weights
from analysis.survival import median_survival, restricted_mean
from analysis.validation import reference
from analysis.validation.reference import Number, Rule

FLOOR = 1e-4  # with the tolerance 1e-12: distances of equal scores are zero up to rounding, in R as here
SAME = Rule("relative", 1e-8, "closed forms, and a logistic regression that R was asked to run to its end", FLOOR)
DESIGNS = {
    "ratio2": {"ratio": 2},
    "ratio1": {"ratio": 1},
    "ratio3": {"ratio": 3},
    "smallest": {"ratio": 2, "order": "smallest"},
    "data": {"ratio": 2, "order": "data"},
    "caliper": {"ratio": 2, "caliper": 0.2},
    "logit": {"ratio": 2},
    "replace": {"ratio": 2, "replace": True},
}
# Months between the points at which a curve was read (noisy: with a shaky hand), and what that leaves of its mean.
CLOSE = {"fine": (0.25, 0.16), "noisy": (0.5, 0.19), "small29": (0.1, 0.02)}
ROW = "score of a row"
READ = (
    "no equality, months: many sets of patients draw the same curve; the allowance is what reading it off a grid leaves"
)


def matched(folder: Path) -> Iterator[Number]:
    """Scores, distances, weights and balance of every design.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    stored = reference.table(folder, "matching.csv")
    for name, answers in stored.groupby("set", sort=False):
        data = reference.table(folder, f"matching_{name}.csv")
        covariates = [column for column in data if column != "treated"]
        score = propensity_score(data, "treated", covariates).to_numpy()
        for design, r in answers.groupby("design", sort=False):
            ours = _scores(score) if design == "score" else _design(data, covariates, score, design)
            for quantity, there in zip(r.quantity, r.value, strict=True):
                estimator, word = _named(design, quantity)
                place = f"row {quantity[3:]}" if word == ROW else design
                yield Number(estimator, name, word, place, ours[quantity], there, SAME, "MatchIt", "matching.R")


def _named(design: str, quantity: str) -> tuple[str, str]:
    """Which function gives a quantity, and the quantity in words."""
    if design == "score":
        return "propensity_score", ROW if quantity.startswith("row") else quantity
    if "|" in quantity:
        return "balance", " ".join(quantity.split("|")[1:])
    if quantity.startswith("weights"):
        return "match_weights", quantity
    return "match_nearest", "deciles of distance" if quantity.startswith("decile") else quantity


def _scores(p: np.ndarray) -> dict[str, float]:
    """What R's answers say of the scores."""
    return {"sum": p.sum(), "sum_of_squares": np.sum(p**2)} | {f"row{i + 1}": p[i] for i in range(5)}


def _design(data: pd.DataFrame, covariates: list[str], score: np.ndarray, design: str) -> dict[str, float]:
    """What R's answers say of one matched set: its distances, weights and balance."""
    near = special.logit(score) if design == "logit" else score
    pairs = match_nearest(near, data.treated, **DESIGNS[design])
    d = np.sort(pairs.distance)
    deciles = d[np.maximum(np.ceil(np.arange(11) / 10 * len(d) - 1e-9).astype(int) - 1, 0)]  # R's type 1
    weights = match_weights(pairs, len(data))
    sums = {
        "pairs": len(d),
        "sum": d.sum(),
        "sum_of_squares": np.sum(d**2),
        "weights_sum_of_squares": np.sum(weights**2),
    }
    before_after = balance(data, "treated", covariates, weights)
    table = {
        "|".join((covariate, *column.rsplit("_", 1))): value
        for column, values in before_after.items()
        for covariate, value in values.items()
    }
    return sums | {f"decile{i}": value for i, value in enumerate(deciles)} | table


def weighted(folder: Path) -> Iterator[Number]:
    """Weights of exact matching in strata of several widths, and by the odds of the score.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    data = reference.table(folder, "matching_cart539.csv")
    cases, covariates = data.treated == 1, ["age", "lines_ge4"]
    for design, r in reference.table(folder, "weighting.csv").groupby("design", sort=False):
        if design == "odds":
            name, weights = "odds_weights", odds_weights(propensity_score(data, cases, covariates), cases)
        else:
            band = data.age // int(design.removeprefix("exact"))
            name, weights = "stratum_weights", stratum_weights(data.assign(age=band)[covariates], cases)
        means = balance(data, cases, covariates, weights).mean_control_after.add_prefix("mean_control_")
        sums = {"sum": weights.sum(), "sum_of_squares": np.sum(weights**2), "used": np.count_nonzero(weights)}
        for quantity, there in zip(r.quantity, r.value, strict=True):
            row = quantity.startswith("row")
            here = weights[int(quantity[3:]) - 1] if row else (sums | means.to_dict())[quantity]
            word, place = ("weight of a row", f"{design}, row {quantity[3:]}") if row else (quantity, design)
            package = "stats" if name == "odds_weights" else "MatchIt"
            yield Number(name, "cart539", word, place, here, there, SAME, package, "weighting.R")


def reconstructed(folder: Path) -> Iterator[Number]:
    """Median and mean of reconstructed patients beside those of the patients who drew the curve.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    for truth in reference.table(folder, "digitised.csv").itertuples():
        rows = reference.table(folder, f"digitised_{truth.set}.csv")
        points, risk = (rows.loc[rows.kind == kind, ["time", "value"]] for kind in ("point", "risk"))
        ours = reconstruct_individual_data(points, risk, truth.events)
        estimates = {
            "median": (median_survival(ours.time, ours.event)["median"][0], truth.median),
            "restricted_mean": (
                restricted_mean(ours.time, ours.event, tau=truth.tau).estimate[0],
                truth.restricted_mean,
            ),
        }
        for (quantity, pair), allowed in zip(estimates.items(), CLOSE[truth.set], strict=True):
            rule = Rule("absolute", allowed, READ)
            yield Number(
                "reconstruct_individual_data", truth.set, quantity, "everybody", *pair, rule, "survival", "digitised.R"
            )
