"""Hazard ratios when events compete: the models of Fine and Gray and of Cox.

Vocabulary: the *cause* is the event of interest, by name; a name that is neither the cause nor *censored* is a
competing event. The *cause-specific* hazard is that of patients free of all events; the *subdistribution* hazard that
of patients free of the cause, those with a competing event included, and goes with the cumulative incidence. A hazard
ratio is always told with its model. A *reference level* is the one that the other levels of a covariate are compared
with.

The code is our own: no Python package under a free licence has the robust variance of R's ``cmprsk::crr``, and the
model of Cox needs the same risk sets with nobody carried on.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from analysis import border as shared
from analysis._hazards import border
from analysis._hazards.newton import Maximum, NoMaximumError, NotIdentifiedError, maximise, start_from_few
from analysis._hazards.risk_sets import RiskSets, censoring_times, risk_sets, uncensored_before
from analysis._hazards.robust import robust_covariance

COLUMNS = pd.Index(["coef", "hazard_ratio", "std_error", "conf_low", "conf_high", "z", "p_value"])
TIES = ("efron", "breslow")
DEPENDENT = 1e-9  # share of a covariate's variance that other covariates leave, by rounding alone


@dataclass(frozen=True)
class HazardModel:
    """A fitted model for hazards.

    Attributes
    ----------
    table : DataFrame
        Index ``covariate``; ``coef, hazard_ratio, std_error, conf_low, conf_high, z, p_value`` (limits of the hazard
        ratio). A coefficient without finite maximum is ``inf`` or ``-inf``, its hazard ratio ``inf`` or 0, the rest
        missing.
    log_likelihood : float
        Logarithm of the maximal partial likelihood.
    covariance : DataFrame
        Of the coefficients; missing for those without finite maximum.
    n, n_event : int
        Patients, and events of the cause.
    levels : dict
        For each covariate with levels all its levels, the reference level first.
    infinite : tuple of str
        Coefficients that are not finite because the covariate separates patients with an event from those without.
    """

    table: pd.DataFrame
    log_likelihood: float
    covariance: pd.DataFrame
    n: int
    n_event: int
    levels: dict[str, list]
    infinite: tuple[str, ...]


@dataclass(frozen=True)
class FineGrayModel(HazardModel):
    """A fitted model of Fine and Gray; also gives cumulative incidences."""

    _covariates: list[str] = field(repr=False)
    _means: np.ndarray = field(repr=False)
    _event_times: np.ndarray = field(repr=False)
    _hazard: np.ndarray = field(repr=False)

    def cumulative_incidence(self, covariates: ArrayLike, times: ArrayLike) -> pd.DataFrame:
        """Cumulative incidence of the cause for patients with these covariates.

        Parameters
        ----------
        covariates : DataFrame or array_like, shape = (rows, covariates)
            As given to `fine_gray`, one row for each patient; columns of a table are found by their names.
        times : array_like of float, shape = (times,)
            In the unit of the follow-up times. The curve is a step function: 0 before the first event, level after the
            last.

        Returns
        -------
        DataFrame
            ``row, time, estimate``: for each row (named by the index of the covariates) each time; a share, 0 to 1.

        Raises
        ------
        ValueError
            If covariates do not fit the model, times are missing, or a coefficient is infinite.

        References
        ----------
        Fine and Gray 1999, section 4, with the estimator of the baseline after Breslow.

        Examples
        --------
        >>> model = fine_gray([1, 2, 3, 4, 5], ["tmn", "death", "tmn", "tmn", "censored"], [1, 0, 0, 1, 0], cause="tmn")
        >>> model.cumulative_incidence([0, 1], [2, 4]).round(3)
           row  time  estimate
        0    0     2     0.084
        1    0     4     0.321
        2    1     2     0.308
        3    1     4     0.804
        """
        if self.infinite:
            raise ValueError(f"no cumulative incidence with infinite coefficients: {', '.join(self.infinite)}")
        design = border.encode(border.choose(covariates, self._covariates), self.levels)
        times = np.atleast_1d(np.asarray(times))
        if times.dtype.kind not in "iuf" or np.isnan(times).any():
            raise ValueError("times: some are missing or no numbers; allowed: numbers")
        x = np.stack([np.asarray(column, float) for column in design.columns], axis=1)
        index = covariates.index if isinstance(covariates, pd.DataFrame | pd.Series) else np.arange(len(x))
        steps = np.append(0.0, np.cumsum(self._hazard))[np.searchsorted(self._event_times, times, side="right")]
        relative = np.exp((x - self._means) @ self.table["coef"].to_numpy())
        estimate = -np.expm1(-np.outer(relative, steps))
        rows = {"row": np.repeat(index, times.size), "time": np.tile(times, len(x)), "estimate": estimate.ravel()}
        return pd.DataFrame(rows)


def fine_gray(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    cause: str,
    censored: str = "censored",
    weights: ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> FineGrayModel:
    """Proportional hazards of the subdistribution, with the robust variance of R's ``cmprsk::crr``.

    Patients with a competing event stay at risk with the weight G(s−)/G(T−), where G is the Kaplan–Meier curve of
    censoring; those who fail at a time count as at risk of being censored at that time. The variance has the term for
    G being estimated. Events at the same time are treated after Breslow.

    Parameters
    ----------
    time : array_like of float, shape = (n,)
        Follow-up from the start, in any unit.
    event : array_like of str or Categorical, shape = (n,)
        What ended the follow-up; a Categorical is read faster.
    covariates : DataFrame, Series or array_like, shape = (n, p)
        Numbers, yes/no, or levels (Categorical or names). Levels are compared with the first that occurs: the first
        category, or the first in alphabetical order. Rows belong together by their order, not by an index.
    cause, censored : str
        Names of the event of interest and of censoring; all other names are competing events.
    weights : array_like of float, shape = (n,), optional
        What each row stands for, as after matching; only their proportions count. They weigh in the likelihood, in the
        curve of censoring and in the robust variance, which takes them as given, not as estimated; a row that weighs
        twice is still one patient. Rows of weight 0 are left out.
    confidence_level : float
        Coverage of the intervals.

    Returns
    -------
    FineGrayModel
        ``.table`` (index ``covariate``, shape = (coefficients, 7)), ``.log_likelihood``, ``.covariance`` and
        ``.cumulative_incidence(covariates, times)``. If a covariate separates the patients with an event from the
        others, its coefficient is infinite, its standard error missing, and its name in ``.infinite``.

    Raises
    ------
    ValueError
        If times, events, covariates or weights are missing or impossible, no event of the cause occurred, or a
        covariate does not vary, is a combination of others or orders all patients as their times do; says which, how
        many, and the first rows.

    References
    ----------
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509, section 3. In linear time: Kawaguchi ES et al. R Journal
    2021;12(2):43-60. Weighted score residuals: Binder DA. Biometrika 1992;79:139-147.

    Examples
    --------
    >>> event = ["tmn", "death", "tmn", "tmn", "censored"]
    >>> model = fine_gray([1, 2, 3, 4, 5], event, pd.DataFrame({"cd28": [1, 0, 0, 1, 0]}), cause="tmn")
    >>> print(model.table.round(3).to_string(index_names=False))
           coef  hazard_ratio  std_error  conf_low  conf_high     z  p_value
    cd28  1.439         4.215      0.972     0.627     28.352  1.48    0.139
    """
    times, status, design = _read(time, event, covariates, cause, censored, confidence_level)
    weight = border.read_weights(weights, times.size)
    if weight is not None:
        times, status, design, weight = border.with_weight(times, status, design, weight, cause)
    order, z, scale = _sorted(times, design)
    times, status, weight = times.take(order), status.take(order), None if weight is None else weight.take(order)
    censoring = censoring_times(times, status, weight)
    left = uncensored_before(times, censoring, weight)
    sets = risk_sets(times, status, z, efron=False, left=left, weight=weight)
    start = start_from_few(times, status, z, False, left, weight)
    event_times, censored_rows = times.take(sets.times.first), np.flatnonzero(status == shared.CENSORED)
    del times, status, left  # makes room
    best = _best(sets, design.names, start)
    covariance = robust_covariance(sets, best.at, censoring, censored_rows)
    return FineGrayModel(
        **_result(sets, best, covariance, scale, design, confidence_level),
        _covariates=design.covariates,
        _means=scale.mean,
        _event_times=event_times,
        _hazard=best.at.rate * np.exp(-best.at.shift),
    )


def cause_specific_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    cause: str,
    censored: str = "censored",
    confidence_level: float = 0.95,
    ties: str = "efron",
) -> HazardModel:
    """Proportional cause-specific hazards (Cox): patients with a competing event leave the risk set when they have it.

    Parameters
    ----------
    time, event, covariates, cause, censored, confidence_level
        As in `fine_gray`.
    ties : {"efron", "breslow"}
        How events at the same time are treated; times are the same only if they are equal to the last digit.

    Returns
    -------
    HazardModel
        ``.table`` (index ``covariate``, shape = (coefficients, 7)), ``.log_likelihood`` and ``.covariance``, which is
        the inverse of the information. If a covariate separates the patients with an event from the others, its
        coefficient is infinite, its standard error missing, and its name in ``.infinite``.

    Raises
    ------
    ValueError
        As `fine_gray`, and if ``ties`` is no known name.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187-220, section 5. Ties: Efron B. J Am Stat Assoc 1977;72:557-565; Breslow N.
    Biometrics 1974;30:89-99.

    Examples
    --------
    >>> event = ["tmn", "death", "tmn", "tmn", "censored"]
    >>> model = cause_specific_cox([1, 2, 3, 4, 5], event, pd.DataFrame({"cd28": [1, 0, 0, 1, 0]}), cause="tmn")
    >>> print(model.table.round(3).to_string(index_names=False))
           coef  hazard_ratio  std_error  conf_low  conf_high      z  p_value
    cd28  1.073         2.924      1.235      0.26     32.934  0.869    0.385
    """
    if ties not in TIES:
        raise ValueError(f"ties: found {ties!r}; allowed: {', '.join(TIES)}")
    times, status, design = _read(time, event, covariates, cause, censored, confidence_level)
    order, z, scale = _sorted(times, design)
    times, status, efron = times.take(order), status.take(order), ties == "efron"
    sets = risk_sets(times, status, z, efron=efron, left=None)
    best = _best(sets, design.names, start_from_few(times, status, z, efron, None))
    return HazardModel(**_result(sets, best, np.linalg.inv(best.at.information), scale, design, confidence_level))


class _Scale(NamedTuple):
    """Mean and standard deviation of each column."""

    mean: np.ndarray
    spread: np.ndarray


def _read(time, event, covariates, cause, censored, confidence_level) -> tuple[np.ndarray, np.ndarray, border.Design]:
    """Everything that comes in, checked."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level: found {confidence_level}; allowed: between 0 and 1")
    times = shared.times(time)
    status = border.read_status(event, cause, censored, times)
    return times, status, border.read_covariates(covariates, times.size)


def _sorted(times, design) -> tuple[np.ndarray, np.ndarray, _Scale]:
    """Order of the times, and covariates in this order, standardised, so that rounding treats all alike."""
    order = np.argsort(times)
    z = np.array([column.take(order) for column in design.columns], float)
    mean = z.mean(axis=1)
    z -= mean[:, None]
    spread = np.sqrt(np.vecdot(z, z) / times.size)
    z /= spread[:, None]
    return order, z, _Scale(mean, spread)


def _best(sets: RiskSets, names: list[str], start: np.ndarray) -> Maximum:
    """The maximum, or an error that names the covariate without information of its own and says why it has none."""
    try:
        return maximise(sets, start)
    except NoMaximumError:
        raise ValueError(
            f"covariates: the likelihood rises until relative hazards exceed the range of numbers, so no coefficients; "
            f"does one of {', '.join(map(repr, names))} tell who has the event, or when?"
        ) from None
    except NotIdentifiedError as error:
        j = error.column
        others = np.delete(sets.z, np.s_[j:], axis=0).T
        rest = sets.z[j] - others @ np.linalg.lstsq(others, sets.z[j])[0]
        if rest @ rest < DEPENDENT * rest.size:
            reason = f"is a combination of {', '.join(map(repr, names[:j]))}"
        else:
            reason = "does not vary, or only with the covariates before it, among patients at risk when an event occurs"
        raise ValueError(f"covariates: {names[j]!r} {reason}, so has no coefficient; leave it out") from None


def _result(sets, best, covariance, scale, design, confidence_level) -> dict:
    """What both models have in common, on the scale of the covariates as they came."""
    infinite = best.direction != 0
    coef = np.where(infinite, np.copysign(np.inf, best.direction), best.coefficients / scale.spread)
    covariance = covariance / np.outer(scale.spread, scale.spread)
    covariance[infinite] = covariance[:, infinite] = np.nan
    error = np.sqrt(np.diag(covariance))
    margin = special.ndtri((1 + confidence_level) / 2) * error
    with np.errstate(over="ignore", invalid="ignore"):
        z = coef / error
        low, high = np.exp(coef - margin), np.exp(coef + margin)
        table = np.array([coef, np.exp(coef), error, low, high, z, 2 * special.ndtr(-np.abs(z))])
    index = pd.Index(design.names, name="covariate", dtype=object)
    return {
        "table": pd.DataFrame(table.T, index, COLUMNS),
        "log_likelihood": float(best.at.value),
        "covariance": pd.DataFrame(covariance, index=index, columns=index),
        "n": sets.z.shape[1],
        "n_event": sets.n_event,
        "levels": design.levels,
        "infinite": tuple(name for name, moves in zip(design.names, infinite, strict=True) if moves),
    }
