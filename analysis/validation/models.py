"""Models for hazards against R's ``cmprsk::crr`` and ``survival::coxph``."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.hazards import cause_specific_cox, fine_gray
from analysis.validation import reference
from analysis.validation.reference import Number, Rule

SCRIPT = "hazards/hazards.R"
COEFFICIENT = Rule(
    "standard errors",
    1e-8,
    "an iterated fit, R’s run to its own floor: its line search stops that far from the maximum",
)
ERROR = Rule("relative", 1e-8, "the matrix is taken at a point up to one small step before the maximum")
CORRELATION = Rule(
    "absolute", 1e-8, "covariances over both standard errors; taken, too, up to one small step before the maximum"
)
LIKELIHOOD = Rule("relative", 1e-12, "flat at the maximum, so that the last step no longer moves it")
INCIDENCE = Rule("absolute", 1e-9, "follows the coefficients")
KEYS = ["set", "cause", "covariates"]


def numbers(folder: Path) -> Iterator[Number]:
    """Coefficients, errors, covariances, likelihoods and predicted incidences.

    Parameters
    ----------
    folder : Path
        ``tests/reference``.

    Yields
    ------
    Number
    """
    stored = {name: reference.table(folder, f"hazards/r_{name}.csv") for name in ("coefficients", "covariances")}
    pairs = dict(list(stored["covariances"].groupby([*KEYS, "model"], sort=False)))
    incidences = reference.table(folder, "hazards/r_incidences.csv")
    curves = dict(list(incidences.groupby(KEYS, sort=False)))
    for key, r in stored["coefficients"].groupby([*KEYS, "model"], sort=False):
        *which, model = key
        name, cause, covariates = which
        patients = reference.table(folder, f"hazards/{name}.csv")
        x = patients[covariates.split("+")]
        function, options = (fine_gray, {}) if model == "fine_gray" else (cause_specific_cox, {"ties": model})
        fit = function(patients.time, pd.Categorical(patients.event), x, cause=cause, **options)
        label = function.__name__, name, f"{cause} on {covariates}" + f", {model}" * bool(options)
        package = "survival" if options else "cmprsk"
        yield from _coefficients(label, fit, r, package)
        if key in pairs:
            yield from _covariances(label, fit, pairs[key], package)
        if not options:
            yield from _incidences(label, fit, x, curves[tuple(which)])
    yield from _weighted(folder)


def _weighted(folder: Path) -> Iterator[Number]:
    """Coefficients with case weights. The stored errors take the curve of censoring as known, ours do not."""
    script = "hazards/weights.R"
    for (name, cause, covariates), r in reference.table(folder, "hazards/r_weights.csv").groupby(KEYS, sort=False):
        patients = reference.table(folder, f"hazards/{name}.csv")
        weights = 7 * np.arange(1, len(patients) + 1) % 11 / 4  # time and weights as in the script
        time = patients.time + (patients.event == "censored") / 1024
        x = patients[covariates.split("+")]
        fit = fine_gray(time, pd.Categorical(patients.event), x, cause=cause, weights=weights)
        for ours, theirs in zip(fit.table.itertuples(), r.itertuples(), strict=True):
            where = f"{cause} on {covariates}, weighted: {ours.Index}"
            pair = ours.coef, theirs.coef
            yield Number("fine_gray", name, "coef", where, *pair, COEFFICIENT, "survival", script, theirs.std_error)


def _coefficients(label, fit, r, package) -> Iterator[Number]:
    """Coefficients in standard errors, standard errors, and the likelihood of the model."""
    estimator, data, place = label
    end = package, SCRIPT
    for ours, theirs in zip(fit.table.itertuples(), r.itertuples(), strict=True):
        where = f"{place}: {ours.Index}"
        yield Number(estimator, data, "coef", where, ours.coef, theirs.coef, COEFFICIENT, *end, theirs.std_error)
        yield Number(estimator, data, "std_error", where, ours.std_error, theirs.std_error, ERROR, *end)
    here, there = fit.log_likelihood, r.log_likelihood.iloc[0]
    yield Number(estimator, data, "log_likelihood", place, here, there, LIKELIHOOD, *end)


def _covariances(label, fit, r, package) -> Iterator[Number]:
    """Covariances of two coefficients, measured against their standard errors."""
    estimator, data, place = label
    matrix, errors = fit.covariance.to_numpy(), fit.table.std_error.to_numpy()
    for i, j, there in zip(r.term - 1, r.other - 1, r.covariance, strict=True):
        where = f"{place}: {fit.table.index[i]}, {fit.table.index[j]}"
        unit = errors[i] * errors[j]
        yield Number(estimator, data, "covariance", where, matrix[i, j], there, CORRELATION, package, SCRIPT, unit)


def _incidences(label, fit, x, r) -> Iterator[Number]:
    """Predicted incidence of the first and the last patient."""
    estimator, data, place = label
    ours = fit.cumulative_incidence(x.loc[r.row.unique()], r.time.unique())
    if not np.array_equal(ours[["row", "time"]], r[["row", "time"]]):
        raise ValueError("r_incidences.csv: rows and times are in another order than here")
    for here, there in zip(ours.estimate, r.itertuples(), strict=True):
        where = f"{place}: patient {there.row}, time {there.time:g}"
        yield Number(
            f"{estimator}.cumulative_incidence",
            data,
            "estimate",
            where,
            here,
            there.estimate,
            INCIDENCE,
            "cmprsk",
            SCRIPT,
        )
