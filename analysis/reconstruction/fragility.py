"""How firm is the published matching? Table 3 of every member, over random orders of its rows.

Vocabulary: a *line* is a hazard ratio after matching with its interval and p value; the *stored order* is that in which
a member's rows stand, and in which it regenerates the published lines; an *order* is one of many random ones. Patients
with equal propensity scores are interchangeable for the matching, yet not for the result: the first row is taken.
Members of the kind *unique* have no equal scores where it matters, those of the kind *natural* have ages as they come.

The table is made by a command, not by a build (``python -m analysis row-orders``), and stands beside the members. What
does not hinge on any order is in `analysis.reconstruction.order_free`.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import data, paths, recipes
from analysis.border import kinds
from analysis.cohort import Cohort
from analysis.hazards import fine_gray
from analysis.matching import propensity_score, row_order_sensitivity
from analysis.problems import DataError, Problem
from analysis.recipes import models, printed
from analysis.recipes.curves import tmn_events
from analysis.recipes.view import View
from analysis.recipes.vocabulary import CASE, group
from analysis.reconstruction import many_sets, store

FILE = "synthetic-matching-row-orders.csv"
COMMAND = "python -m analysis row-orders"
REPORT = "gazeau-2025"
ORDERS, SEED = 500, 1
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
FIELDS = ("value", "low", "high", "p")
COLUMNS = {"value": "hazard_ratio", "low": "conf_low", "high": "conf_high", "p": "p_value"}  # of a fitted model
CLOSE = 1e-6  # relative; the fits of many sets at once and the public estimator differ by rounding, up to 1e-8


class Line(NamedTuple):
    """A hazard ratio after matching: claim, its p value's claim, covariate, whether Table 3 has it, and its windows."""

    claim: str
    p_claim: str
    quantity: str
    in_table: bool
    windows: pd.DataFrame  # index FIELDS; low, high

    def inside(self, found: pd.DataFrame) -> pd.DataFrame:
        """Whether numbers (columns FIELDS) would be printed as they were."""
        ends = self.windows.loc[list(FIELDS)]
        return pd.DataFrame(printed.inside(found[list(FIELDS)], ends.low, ends.high), found.index, FIELDS)


class Prepared(NamedTuple):
    """What the models of one member need: first events, who is compared in each line, and the covariate."""

    time: np.ndarray
    event: pd.Categorical
    rows: dict[str, np.ndarray]
    values: dict[str, np.ndarray]


def lines(claims: pd.DataFrame) -> list[Line]:
    """The hazard ratios that were printed after matching, each once, with their p values.

    Parameters
    ----------
    claims : DataFrame
        The ledger.

    Returns
    -------
    list of Line

    Examples
    --------
    >>> found = lines(data.load().claims)
    >>> [line.quantity for line in found if not line.in_table]
    ['ICANS, any grade']
    """
    matched = claims[(claims.report == REPORT) & (claims.group == "matched")]
    in_table = matched[matched.location.str.startswith("table")]
    printed_there = {*in_table.index, *in_table.duplicate_of.dropna()}
    tests = matched[matched.statistic == "p value"].set_index(["location", "quantity"]).id
    ratios = matched[(matched.statistic == "hazard ratio") & matched.duplicate_of.isna()]
    found = []
    for ratio in ratios.itertuples():
        p = tests[ratio.location, ratio.quantity]
        ends = recipes.windows(claims.loc[[ratio.id, p]])
        ends = ends.assign(field=ends.field.mask(ends.id == p, "p")).set_index("field")[["low", "high"]]
        found.append(Line(ratio.id, p, ratio.quantity, ratio.id in printed_there, ends))
    return found


def level(claims: pd.DataFrame) -> float:
    """The significance level that the report names."""
    named = claims[(claims.report == REPORT) & (claims.quantity == "significance level")]
    return float(named.value.iloc[0])


def prepare(view: View, found: list[Line]) -> Prepared:
    """Read a cohort once for all models."""
    time, event = tmn_events(view)
    pairs = {line.claim: models.covariate(view, line.quantity, view.everybody) for line in found}
    rows, values = ({claim: pair[part] for claim, pair in pairs.items()} for part in (0, 1))
    return Prepared(time, pd.Categorical(event), rows, values)


def row_orders(
    cohort: Cohort, claims: pd.DataFrame, *, orders: int = ORDERS, seed: int = SEED, reading=recipes.DEFAULT
) -> pd.DataFrame:
    """Every line of Table 3 in random orders of the rows.

    Parameters
    ----------
    cohort : Cohort
        Patients, and those with t-MN.
    claims : DataFrame
        The ledger.
    orders, seed : int
        Number of random orders, and their seed.
    reading : Reading
        What is assumed where the report leaves it open.

    Returns
    -------
    DataFrame
        Index ``order`` (0: the stored one); columns ``(claim, field)`` with the fields value, low, high (hazard ratio
        and 95% limits) and p; and ``("set", "number")``, which counts the different matched sets as they appear.
    """
    view, found = View(cohort, reading), lines(claims)
    prepared, chosen = prepare(view, found), []

    def remember(pairs: pd.DataFrame) -> dict:
        rows = np.zeros(view.n, dtype=bool)
        rows[pairs.treated] = rows[pairs.control] = True
        chosen.append(rows)
        return {}

    table, cases = models.confounders(view), group(view, CASE[0])
    score = propensity_score(table, cases, list(table))
    options = {"ratio": models.CONTROLS, "order": reading.matching_order}
    number = row_order_sensitivity(score, cases, remember, orders=orders, seed=seed, **options).matched_set
    first = np.unique(number, return_index=True)[1]  # each matched set once
    fits = _fits(prepared, found, np.array(chosen)[first])
    _check(prepared, found[0], chosen[0], fits)
    result = fits.loc[number].set_axis(number.index)
    result[("set", "number")] = number
    return result


def _fits(prepared: Prepared, found: list[Line], chosen: np.ndarray) -> pd.DataFrame:
    """All lines in all matched sets; columns (claim, field)."""
    status = kinds(prepared.event, cause="tmn", censored="censored")
    columns = {(line.claim, field): np.full(len(chosen), np.nan) for line in found for field in FIELDS}
    risk_sets = {}
    for line in found:
        used = chosen & prepared.rows[line.claim]
        sizes = used.sum(axis=1)  # where some patients are not compared, sets differ in size
        for size in np.unique(sizes):
            some = np.flatnonzero(sizes == size)
            key = used[some].tobytes()
            if key not in risk_sets:
                risk_sets[key] = many_sets.sets(prepared.time, status, used[some])
            for field, numbers in many_sets.hazard_ratios(risk_sets[key], prepared.values[line.claim]).items():
                columns[line.claim, field][some] = numbers
    return pd.DataFrame(columns)


def _check(prepared: Prepared, line: Line, rows: np.ndarray, fits: pd.DataFrame) -> None:
    """Raise unless one line of the stored order is what the public estimator gives."""
    used = rows & prepared.rows[line.claim]
    model = fine_gray(prepared.time[used], prepared.event[used], prepared.values[line.claim][used], cause="tmn")
    expected, ours = model.table[list(COLUMNS.values())].to_numpy()[0], fits.loc[0, line.claim][list(COLUMNS)]
    if not np.allclose(ours, expected, rtol=CLOSE):
        raise ArithmeticError(f"{line.quantity}: {ours.to_dict()} in the stored order; fine_gray gives {expected}")


def summarise(orders: pd.DataFrame, found: list[Line], significance: float) -> pd.DataFrame:
    """Distribution of every line over random orders, and how often it comes out as printed.

    Parameters
    ----------
    orders : DataFrame
        From `row_orders`.
    found : list of Line
        From `lines`.
    significance : float
        p values below it are significant.

    Returns
    -------
    DataFrame
        One row a line: ``claim, quantity``, ``orders`` (random ones), ``matched_sets`` (different ones among these),
        ``hr_stored, p_stored``; quantiles ``hr_0, hr_5, ..., hr_100, p_0, ...`` (in percent); shares of the orders:
        ``share_significant``, ``share_line`` (the line is printed as it was, in each number that the stored order
        regenerates), ``share_table`` (all lines of Table 3 are, at once; the same in every row).
    """
    random = orders.drop(index=0)
    as_printed = pd.DataFrame({line.claim: _as_printed(orders[line.claim], line) for line in found})
    whole = as_printed[[line.claim for line in found if line.in_table]].all(axis=1).mean()
    rows = []
    for line in found:
        over = random[line.claim]
        rows.append(
            {
                **{"claim": line.claim, "quantity": line.quantity, "orders": len(random)},
                "matched_sets": random[("set", "number")].nunique(),
                "hr_stored": orders.loc[0, (line.claim, "value")],
                "p_stored": orders.loc[0, (line.claim, "p")],
                **_quantiles("hr", over.value),
                **_quantiles("p", over.p),
                "share_significant": (over.p < significance).mean(),
                "share_line": as_printed[line.claim].mean(),
                "share_table": whole,
            }
        )
    return pd.DataFrame(rows)


def _as_printed(fields: pd.DataFrame, line: Line) -> pd.Series:
    """In which random orders the line is printed as it was; what the stored order misses is not asked for."""
    inside = line.inside(fields)
    return inside.loc[1:, inside.loc[0]].all(axis=1)


def _quantiles(name: str, values: pd.Series) -> dict[str, float]:
    """Quantiles of type 7."""
    return {f"{name}_{100 * q:g}": float(values.quantile(q)) for q in QUANTILES}


def make(
    claims: pd.DataFrame,
    folder: Path = paths.RECONSTRUCTION,
    *,
    orders: int = ORDERS,
    seed: int = SEED,
    anew: bool = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Compute the table for the stored members and store it beside them, after each member.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    folder : Path
        Of the ensemble.
    orders, seed : int
        Random orders of each member; the seed of a member is this plus its number.
    anew : bool
        Whether to compute again what is there for the same file, orders and seed, as after a change of the code.
    tell : callable
        Called with a line of text for each member.

    Returns
    -------
    DataFrame
        Rows of `summarise` for each member, with further columns: see ``row_orders`` in ``data/dictionary.yml``.
    """
    found, significance, parts = lines(claims), level(claims), []
    there = _cells(folder) if (folder / FILE).exists() and not anew else None
    for row in store.index(folder).itertuples():
        own = seed + int(row.member)
        kept = None if there is None else _kept(there, row.sha256_patients, orders, own)
        if kept is None:
            result = row_orders(store.load(row.member, folder), claims, orders=orders, seed=own)
            kept = summarise(result, found, significance)
            front = {"id": row.member + "-" + kept.claim, "data_kind": "synthetic", "label": store.LABEL}
            front |= {"member": row.member, "kind": row.kind, "seed": own}
            kept = kept.assign(**front, sha256_patients=row.sha256_patients)
        parts.append(kept[list(_words()["columns"])])
        stored = pd.concat(parts, ignore_index=True)
        stored.to_csv(folder / FILE, index=False, lineterminator="\n", float_format="%.6g")
        tell(f"member {row.member} ({row.kind}): {kept.matched_sets.iloc[0]} matched sets in {orders} orders")
    return read(folder)


def _kept(there: pd.DataFrame, checksum: str, orders: int, seed: int) -> pd.DataFrame | None:
    """The rows of a member that need not be computed again."""
    rows = there[(there.sha256_patients == checksum) & (there.orders == orders) & (there.seed == seed)]
    return None if rows.empty else rows


def read(folder: Path = paths.RECONSTRUCTION) -> pd.DataFrame:
    """The stored table, if it is about the members that are stored.

    Parameters
    ----------
    folder : Path
        Of the ensemble.

    Returns
    -------
    DataFrame
        See `make`.

    Raises
    ------
    DataError
        If a cell breaks a rule of the dictionary, or a member was changed, added or taken away since; says which, and
        the command to run.
    """
    table = _cells(folder)
    entered = table.drop_duplicates("member").set_index("member").sha256_patients.to_dict()
    now = store.index(folder).sha256_patients.to_dict()
    stale = sorted(m for m in {*entered, *now} if entered.get(m) != now.get(m))
    if stale:
        allowed = f"the members in {store.INDEX}, as they are now; run: {COMMAND}"
        raise DataError([Problem(FILE, 0, "sha256_patients", f"another or no member {m}", allowed) for m in stale])
    return table


def _cells(folder: Path) -> pd.DataFrame:
    """The stored table with every cell checked."""
    table, problems = data.read_files({FILE: folder / FILE}, _words())
    if problems:
        raise DataError(problems)
    whole = [name for name, rule in _words()["columns"].items() if rule["type"] == "integer"]
    return table.drop(columns=["file", "row"]).astype(dict.fromkeys(whole, int))


@functools.cache
def _words() -> dict:
    """The table's entry in the dictionary, read once."""
    return data.dictionary()["row_orders"]
