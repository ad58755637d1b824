"""What the paper leaves open, tried on the printed numbers: which reading can give them at all?

One table a question, each computed from the ledger alone, without any cohort (and one more in
`analysis.reconstruction.orders`); `analysis.reconstruction.readings` draws the verdicts. Vocabulary: a *reading* is a
choice that the methods leave open, named as in `analysis.recipes.reading`.
"""

import math
from fractions import Fraction

import pandas as pd

from analysis import wald
from analysis.audit import rounding, scales
from analysis.audit.curves import QUANTILES
from analysis.audit.ledger import count
from analysis.data import Tables
from analysis.reconstruction.proofs import REPORT, onsets
from analysis.reconstruction.proofs.fields import paper, printed_numbers, sides
from analysis.reconstruction.proofs.rows import fitting_scales, with_interval

SCALES = ("log(-log)", "log", "plain", "logit")
# Span of a covariate from its smallest to its largest possible value: grades 0 to 4, score 0 to 7, yes or no.
SPANS = {"ICANS grade": 4, "CRS grade": 4, "CAR-HEMATOTOX": 7, "ICANS, any grade": 1, "CD28 vs 4-1BB": 1}
ALL_TYPES = {1: "inverse", 2: "averaged inverse", 3: "nearest even"} | dict.fromkeys(QUANTILES, "interpolated")
FARTHEST = 20  # units of the recorded grid between two neighbouring patients


def interval_scales(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """On which scale is each printed interval symmetric around its estimate, within rounding?

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report.

    Returns
    -------
    DataFrame
        One row for each incidence and survival probability with an interval, indexed by claim: ``statistic, quantity,
        group, time_months, value, low, high`` (as printed), and a column for each scale of `SCALES`: whether some
        unrounded limits are symmetric around some unrounded estimate.

    References
    ----------
    log(-log): Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. Wiley 2002, equation
    1.12 (R's tidycmprsk); log: R's survfit; plain: estimate ∓ 1.96 standard errors.

    Examples
    --------
    >>> from analysis import data
    >>> interval_scales(data.load()).loc[["G075", "G078"], list(SCALES)].values.tolist()
    [[True, False, False, False], [True, False, True, False]]
    """
    rows = {}
    for row in with_interval(paper(tables, report)):
        if row.statistic in ("cumulative incidence", "survival probability"):
            fits = {scale.name for scale in fitting_scales(row)}
            told = (row.statistic, row.quantity, row.group, row.time_months)
            rows[row.id] = (*told, row.value_printed, row.low_printed, row.high_printed, *(s in fits for s in SCALES))
    columns = ["statistic", "quantity", "group", "time_months", "value", "low", "high", *SCALES]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("claim")


def scale_counts(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """How many intervals of each statistic are symmetric on each scale.

    Parameters
    ----------
    tables, report
        As in `interval_scales`.

    Returns
    -------
    DataFrame
        Indexed by statistic: a column for each scale, and ``intervals``, how many there are.

    Examples
    --------
    >>> from analysis import data
    >>> scale_counts(data.load()).loc["survival probability"].to_dict()
    {'log(-log)': 0, 'log': 1, 'plain': 0, 'logit': 0, 'intervals': 1}
    """
    table = interval_scales(tables, report)
    by = table.groupby("statistic", sort=False)
    return by[list(SCALES)].sum().astype(int).assign(intervals=by.size())


def patients_needed(tables: Tables, report: str = REPORT, quantity: str = "t-MN") -> pd.DataFrame:
    """How many patients must an incidence be computed from to be as precise as printed?

    The variance of an Aalen-Johansen estimate from n patients is at least F(1 - F)/n, which it has without censoring:
    steps grow with censoring, never shrink. (Ties of the event with many competing ones on one day could lower it by a
    little.) So the interval bounds n from below.

    Parameters
    ----------
    tables, report
        As in `interval_scales`.
    quantity : str
        Whose incidence in all patients.

    Returns
    -------
    DataFrame
        One row for each time, indexed by claim: ``time_months, at_least`` (patients), ``all, responders`` (how many
        there are; of responders the most that the printed response rate allows), ``from_all, from_responders``
        (whether so many are enough).

    References
    ----------
    Kish L. Survey Sampling. New York: Wiley; 1965: effective sample size.

    Examples
    --------
    >>> from analysis import data
    >>> table = patients_needed(data.load())
    >>> table.loc[["G082"], ["at_least", "all", "responders", "from_responders"]].values.tolist()
    [[466, 539, 428, False]]
    """
    ledger = paper(tables, report)
    rows = [row for row in printed_numbers(ledger) if not row.duplicate_of]
    everyone = next(count(row) for row in rows if row.quantity == "patients" and row.statistic == "count")
    rate = next(row for row in rows if row.quantity == "overall response")
    responders = max(rounding.counts_that_print(rate.value, everyone, rate.resolution))
    found = {}
    for row in rows:
        if row.quantity == quantity and row.group is None and (size := scales.effective_number(row)):
            least = math.ceil(size[0])
            found[row.id] = (row.time_months, least, everyone, responders, least <= everyone, least <= responders)
    columns = ["time_months", "at_least", "all", "responders", "from_all", "from_responders"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).rename_axis("claim")


def plain_shares(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """Could an incidence or a survival probability be a plain share of its patients, without regard to censoring?

    Parameters
    ----------
    tables, report
        As in `interval_scales`.

    Returns
    -------
    DataFrame
        One row for each claim whose group has a known size, indexed by claim: ``quantity, group, time_months, value``
        (as printed), ``patients``, ``counts`` (how many counts of them print so; 0: it is no plain share).

    Examples
    --------
    >>> from analysis import data
    >>> plain_shares(data.load()).loc[["G082", "G205"], ["patients", "counts"]].values.tolist()
    [[539, 0], [29, 0]]
    """
    ledger, found, sizes = paper(tables, report), {}, {}
    for row in printed_numbers(ledger):
        if row.statistic not in ("cumulative incidence", "survival probability") or row.duplicate_of:
            continue
        if (row.group, row.arm) not in sizes:
            sizes[row.group, row.arm] = ledger.size(report, row.group, row.arm)
        if known := sizes[row.group, row.arm]:
            fits = rounding.counts_that_print(row.value, known[0], row.resolution)
            found[row.id] = (row.quantity, row.group, row.time_months, row.value_printed, known[0], len(fits))
    columns = ["quantity", "group", "time_months", "value", "patients", "counts"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).rename_axis("claim")


def standard_errors(tables: Tables, report: str = REPORT, events: str = "t-MN") -> pd.DataFrame:
    """Is the standard error of a hazard ratio one that a model-based variance can have with so many events?

    Parameters
    ----------
    tables, report
        As in `interval_scales`.
    events : str
        Quantity whose count is the number of events.

    Returns
    -------
    DataFrame
        One row for each hazard ratio of a covariate with a known span (`SPANS`), indexed by claim: ``quantity, group,
        se_low, se_high`` (of the logarithm, from the printed limits), ``span, events, least`` (smallest model-based
        one), ``model_based`` (whether it can be).

    References
    ----------
    See `analysis.wald.least_standard_error`.

    Examples
    --------
    >>> from analysis import data
    >>> standard_errors(data.load()).loc[["G149", "G151", "G153"], "model_based"].tolist()
    [False, False, True]
    """
    ledger, found = paper(tables, report), {}
    rows = [row for row in printed_numbers(ledger) if not row.duplicate_of]
    total = next(count(row) for row in rows if row.quantity == events and row.statistic == "count")
    for row in rows:
        if row.statistic == "hazard ratio" and row.quantity in SPANS and row.low is not None:
            low, high = wald.standard_error(row.low, row.high, row.low_resolution, row.high_resolution)
            least = wald.least_standard_error(SPANS[row.quantity], total)
            found[row.id] = (row.quantity, row.group, low, high, SPANS[row.quantity], total, least, high >= least)
    columns = ["quantity", "group", "se_low", "se_high", "span", "events", "least", "model_based"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).rename_axis("claim")


def quantile_types(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """Which definition of a quantile can print a quartile that lies between two values as recorded?

    A laboratory value is taken to be recorded to the coarsest digit among its printed median and quartiles, and to be
    known of every patient. A quartile off that grid must lie between two patients, at a place that depends on the
    definition; where the place is a patient, or one of the two is taken, the definition cannot print it.

    Parameters
    ----------
    tables, report
        As in `interval_scales`.

    Returns
    -------
    DataFrame
        One row for each such quartile and each definition of Hyndman and Fan: ``claim, quantity, field, printed, grid,
        patients, type, place`` (among the ordered values), ``gap`` (smallest distance between the two neighbours, in
        units of the grid; missing: none up to `FARTHEST` will do).

    References
    ----------
    Hyndman RJ, Fan Y. Sample quantiles in statistical packages. American Statistician 1996;50:361-365.

    Examples
    --------
    >>> from analysis import data
    >>> table = quantile_types(data.load()).set_index("type")
    >>> table.loc[[2, 6, 7], ["printed", "gap"]].values.tolist()
    [['9.25', nan], ['9.25', nan], ['9.25', 1.0]]
    """
    ledger, rows = paper(tables, report), []
    everyone = next(count(row) for row in printed_numbers(ledger) if row.quantity == "patients")
    for row in printed_numbers(ledger):
        if row.statistic != "median" or row.interval != "IQR" or row.group or row.duplicate_of:
            continue
        digits = {side: _digit(row, side) for side in sides(row)}
        grid = max(digits.values())
        for side, digit in digits.items():
            figure = rounding.exact(getattr(row, side))
            if digit < grid and figure % grid:
                told = (row.id, row.quantity, side, getattr(row, f"{side}_printed"), float(grid), everyone)
                rows += [(*told, kind, *_place(kind, everyone, side, figure, grid, digit)) for kind in ALL_TYPES]
    columns = ["claim", "quantity", "field", "printed", "grid", "patients", "type", "place", "gap"]
    return pd.DataFrame(rows, columns=columns).astype({"gap": float})


def _digit(row, side: str) -> Fraction:
    """Last printed digit of a field."""
    return rounding.exact(row.resolution if side == "value" else getattr(row, f"{side}_resolution"))


def _place(kind: int, size: int, side: str, figure: Fraction, grid: Fraction, digit: Fraction) -> tuple:
    """Place of a quartile and the smallest gap between neighbours that prints the figure."""
    share = onsets.SHARES[side]
    if ALL_TYPES[kind] != "interpolated":
        place = size * share
        halfway = kind == 2 and place.denominator == 1  # type 2 takes the middle of two patients there
        weight = Fraction(1, 2) if halfway else Fraction(0)
    else:
        place = QUANTILES[kind](size, share)
        weight = place - math.floor(place)
    for gap in range(1, FARTHEST + 1):
        above = (figure - weight * gap * grid) % grid  # distance of the figure from where the lower neighbour puts it
        if weight and min(above, grid - above) <= digit / 2:
            return float(place), gap
    return float(place), None
