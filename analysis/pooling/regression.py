"""Effects that depend on covariates of the studies.

Vocabulary as in the package; *design* holds one row for each study and one column for each covariate.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from analysis.pooling import inverse_variance
from analysis.pooling.pooled import checked_estimates


@dataclass(frozen=True)
class MetaRegression:
    """A fitted meta-regression.

    ``table``: index term; ``coef, std_error, z, p_value, conf_low, conf_high``. ``q`` tests the heterogeneity that
    the covariates leave, ``q_model`` the covariates together (an F statistic after Knapp and Hartung); ``r2`` is the
    percentage of tau² that they account for.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame
    tau2: float
    i2: float
    h2: float
    r2: float
    q: float
    q_p_value: float
    q_model: float
    q_model_p_value: float
    k: int
    quantile: float

    def predict(self, design: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        """Mean effect and the effect of a further study at given covariates.

        Parameters
        ----------
        design : DataFrame or array_like, shape = (m, number of covariates)
            Columns as in the fit, the intercept left out if the fit added it.

        Returns
        -------
        DataFrame
            ``estimate, std_error, conf_low, conf_high, prediction_low, prediction_high``, one row each.
        """
        x, _ = _design(design, None, add="intercept" in self.table.index)
        if x.shape[1] != len(self.table):
            raise ValueError(
                f"{x.shape[1]} terms in the new design, {len(self.table)} in the fit: {list(self.table.index)}"
            )
        mean = x @ self.table.coef.to_numpy()
        se = np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance.to_numpy(), x))
        spread = np.sqrt(se**2 + self.tau2)
        return pd.DataFrame(
            {
                "estimate": mean,
                "std_error": se,
                "conf_low": mean - self.quantile * se,
                "conf_high": mean + self.quantile * se,
                "prediction_low": mean - self.quantile * spread,
                "prediction_high": mean + self.quantile * spread,
            }
        )


def meta_regression(
    estimate: ArrayLike,
    std_error: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    *,
    method: str = "reml",
    knapp_hartung: bool = False,
    confidence_level: float = 0.95,
) -> MetaRegression:
    """Regress estimates on covariates of their studies.

    Parameters
    ----------
    estimate, std_error : array_like of float, shape = (k,)
        As in `analysis.pooling.pool`.
    design : DataFrame or array_like, shape = (k, number of covariates)
        Numbers. An intercept is added unless a column is constant, which then is the intercept.
    method : {"reml", "dl", "pm", "equal"}
        Estimator of the residual tau².
    knapp_hartung : bool
        Covariance from the weighted residuals and a t distribution with k minus the number of terms degrees of freedom.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    MetaRegression

    Raises
    ------
    ValueError
        If a value is impossible, the terms are collinear (they are named), or there are more terms than studies.

    References
    ----------
    Berkey et al., Stat Med 1995;14:395-411; Raudenbush, chapter 16 of The Handbook of Research Synthesis, 2nd edition,
    2009; Knapp and Hartung, Stat Med 2003;22:2693-2710; R² as Raudenbush 2009.

    Examples
    --------
    >>> years = pd.DataFrame({"year": [0, 1, 2, 3, 4]})
    >>> fit = meta_regression([0.1, 0.3, 0.2, 0.6, 0.5], [0.2, 0.1, 0.2, 0.2, 0.1], years, method="equal")
    >>> fit.table.coef.round(3).to_dict()
    {'intercept': 0.177, 'year': 0.086}
    """
    y, se = checked_estimates(estimate, std_error)
    x, terms = _design(design, len(y), add=True)
    if method not in inverse_variance.METHODS:
        raise ValueError(f"no method {method!r}; there are {', '.join(map(repr, inverse_variance.METHODS))}")
    _check_rank(x, terms)
    fitted = inverse_variance.fit(y, se**2, x, method, knapp_hartung)
    intercept = [i for i in range(len(terms)) if np.ptp(x[:, i]) == 0]
    null = inverse_variance.fit(y, se**2, np.ones((len(y), 1)), method, knapp_hartung)
    q_model, q_model_p_value = _wald(fitted, [i for i in range(len(terms)) if i not in intercept])
    return MetaRegression(
        table=_table(fitted, terms, confidence_level),
        covariance=pd.DataFrame(fitted.covariance, index=terms, columns=terms),
        tau2=fitted.tau2,
        i2=fitted.i2,
        h2=fitted.h2,
        r2=100 * max(0.0, 1 - fitted.tau2 / null.tau2) if null.tau2 > 0 else 0.0,
        q=fitted.q,
        q_p_value=fitted.q_p_value,
        q_model=q_model,
        q_model_p_value=q_model_p_value,
        k=len(y),
        quantile=fitted.quantile(confidence_level),
    )


def _design(design: ArrayLike | pd.DataFrame, k: int | None, *, add: bool) -> tuple[np.ndarray, list[str]]:
    """Numbers with an intercept, and the names of the terms."""
    frame = design if isinstance(design, pd.DataFrame) else pd.DataFrame(np.asarray(design))
    x, terms = frame.to_numpy(dtype=float), [str(column) for column in frame.columns]
    if k is not None and len(x) != k:
        raise ValueError(f"{len(x)} rows in the design for {k} studies")
    rows = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if rows.size:
        raise ValueError(f"{rows.size} row(s) of the design hold missing or infinite values: {rows[:5].tolist()}")
    constant = k is not None and any(np.ptp(column) == 0 for column in x.T)
    if add and not constant:
        return np.column_stack([np.ones(len(x)), x]), ["intercept", *terms]
    return x, terms


def _check_rank(x: np.ndarray, terms: list[str]) -> None:
    """Error that names the terms that the earlier ones determine."""
    if len(x) < len(terms):
        raise ValueError(f"{len(terms)} terms ({', '.join(terms)}) cannot be estimated from {len(x)} studies")
    scaled = x / np.abs(x).max(axis=0, initial=1e-300)
    redundant = [
        terms[i]
        for i in range(len(terms))
        if np.linalg.matrix_rank(scaled[:, : i + 1]) == np.linalg.matrix_rank(scaled[:, :i])
    ]
    if redundant:
        raise ValueError(f"collinear term(s), determined by the others: {', '.join(redundant)}; leave them out")


def _wald(fitted: inverse_variance.Fit, which: list[int]) -> tuple[float, float]:
    """Wald test of several coefficients together; an F test after Knapp and Hartung 2003."""
    if not which:
        return np.nan, np.nan
    beta, m = fitted.beta[which], len(which)
    statistic = float(beta @ np.linalg.solve(fitted.covariance[np.ix_(which, which)], beta))
    if fitted.degrees_of_freedom is None:
        return statistic, float(stats.chi2.sf(statistic, m))
    return statistic / m, float(stats.f.sf(statistic / m, m, fitted.degrees_of_freedom))


def _table(fitted: inverse_variance.Fit, terms: list[str], confidence_level: float) -> pd.DataFrame:
    """Coefficients with their intervals."""
    se = np.sqrt(np.diag(fitted.covariance))
    z, width = fitted.beta / se, fitted.quantile(confidence_level)
    columns = {"coef": fitted.beta, "std_error": se, "z": z, "p_value": fitted.p_value(z)}
    limits = {"conf_low": fitted.beta - width * se, "conf_high": fitted.beta + width * se}
    return pd.DataFrame(columns | limits, index=pd.Index(terms, name="term"))
