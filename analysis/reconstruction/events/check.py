"""Every printed number of the events, computed from a skeleton with the public estimators only."""

import numpy as np
import pandas as pd

from analysis.claims import select
from analysis.hazards import fine_gray
from analysis.incidence import cumulative_incidence
from analysis.reconstruction.state import NONE, PRODUCTS, TYPES, Skeleton
from analysis.reconstruction.targets import FIELDS, window
from analysis.survival import kaplan_meier, log_rank, median_follow_up, median_survival

DAYS = 30.4375  # of a month
ARM = "gazeau-2025/all"
DOMAINS = {"CD28": ("axi-cel", "brexu-cel"), "4-1BB": ("tisa-cel", "liso-cel")}


def recompute(skeleton: Skeleton, claims: pd.DataFrame, *, relapse_competes: bool = True) -> pd.DataFrame:
    """Numbers of a skeleton beside the windows of the printed ones.

    Parameters
    ----------
    skeleton : Skeleton
        Courses of all patients.
    claims : DataFrame
        The ledger, indexed by id.
    relapse_competes : bool
        Whether a relapse ends the time to t-MN, or patients stay at risk.

    Returns
    -------
    DataFrame
        One row a field: ``claim, field, value`` (unit of the claim), ``low, high`` (its window), ``met``.

    Examples
    --------
    See `tests/test_reconstruction_events.py`.
    """
    patients = _patients(skeleton, relapse_competes)
    rows = [*_incidences(patients, claims), *_medians(patients), *_counts(patients), *_courses(patients, claims)]
    rows += _ratio(patients)
    frame = pd.DataFrame(rows, columns=["claim", "field", "value"])
    frame[["low", "high"]] = [
        window(claims, claim, field) for claim, field in zip(frame.claim, frame.field, strict=True)
    ]
    return frame.assign(met=(frame.low <= frame.value) & (frame.value < frame.high))


def _patients(skeleton: Skeleton, relapse_competes: bool) -> pd.DataFrame:
    """Times in months and named events."""
    days = {name: getattr(skeleton, name) for name in ("relapse_day", "tmn_day", "last_day")}
    relapse, tmn, last = (np.where(d == NONE, np.nan, d) / DAYS for d in days.values())
    died = np.asarray(skeleton.died, bool)
    first = np.fmin(np.fmin(relapse, tmn), last) if relapse_competes else np.fmin(tmn, last)
    ended = np.where(died, "death", "censored")
    frame = pd.DataFrame({"relapse": relapse, "tmn": tmn, "last": last, "died": died, "first": first})
    frame["event"] = np.where(first == tmn, "tmn", np.where(relapse_competes & (first == relapse), "relapse", ended))
    frame["free"] = np.fmin(relapse, last)
    frame["free_event"] = np.where(np.isnan(relapse), ended, "relapse")
    frame["product"] = np.array(PRODUCTS)[skeleton.product]
    frame["type"] = np.array(TYPES)[skeleton.tmn_type]
    frame["tp53"] = skeleton.tp53_before
    return frame


def _three(claim: str, row) -> list[tuple]:
    """Value and limits of one claim."""
    return list(zip([claim] * 3, FIELDS, row, strict=True))


def _incidences(patients: pd.DataFrame, claims: pd.DataFrame) -> list[tuple]:
    """Cumulative incidences of t-MN by group, and of non-relapse death."""
    rows = []
    wanted = select(claims, arm=ARM, statistic="cumulative incidence", quantity=["t-MN", "non-relapse mortality"])
    for claim in wanted.itertuples():
        if claim.quantity == "t-MN":
            members = DOMAINS.get(claim.group, (claim.group,)) if isinstance(claim.group, str) else PRODUCTS
            some = patients[patients["product"].isin(members)]
            curve = cumulative_incidence(some["first"], some["event"], cause="tmn", at=[claim.time_months])
        else:
            curve = cumulative_incidence(patients.free, patients.free_event, cause="death", at=[claim.time_months])
        rows += _three(claim.Index, 100 * curve[["estimate", "conf_low", "conf_high"]].to_numpy()[0])
    return rows


def _median(claim: str, table: pd.DataFrame) -> list[tuple]:
    """A median survival time with its limits."""
    return _three(claim, table[["median", "conf_low", "conf_high"]].to_numpy()[0])


def _medians(p: pd.DataFrame) -> list[tuple]:
    """Medians of overall and progression-free survival and of follow-up (in years in the discussion)."""
    follow_up = median_follow_up(p["last"], p.died)
    rows = _median("G073", median_survival(p["last"], p.died))
    rows += _median("G074", median_survival(p.free, p.free_event != "censored"))
    return [*rows, *_median("G046", follow_up), ("G263", "value", follow_up["median"][0] / 12)]


def _counts(p: pd.DataFrame) -> list[tuple]:
    """Numbers of patients."""
    tmn = p.tmn.notna()
    without_relapse = p.died & p.relapse.isna()
    numbers = {
        "G001": len(p),
        "G068": tmn.sum(),
        "G053": 100 * (p["product"] == "axi-cel").mean(),
        "G055": 100 * (p["product"] == "liso-cel").mean(),
        "G056": 100 * (p["product"] == "brexu-cel").mean(),
        "G079": without_relapse.sum(),
        "G081": 100 * (without_relapse & tmn).sum() / without_relapse.sum(),
        "G166": (p.type == "t-AML").sum(),
        "G190": (p.type == "t-MDS").sum(),
        "G188": (~p.died & (p.type == "t-AML")).sum(),
        "G210": (p.tp53.ge(0) & (p.type == "t-MDS")).sum(),
        "G211": (p.tp53.ge(0) & (p.type == "t-AML")).sum(),
    }
    return [(claim, "value", float(n)) for claim, n in numbers.items()]


def _courses(p: pd.DataFrame, claims: pd.DataFrame) -> list[tuple]:
    """Time to t-MN and survival after it."""
    tmn = p[p.tmn.notna()]
    groups = {"G086": tmn.type == "t-AML", "G087": tmn.type == "t-MDS", "G260": tmn.tp53 == 1, "G261": tmn.tp53 == 0}
    rows = [("G160", "value", np.median(tmn.tmn)), ("G161", "low", tmn.tmn.min()), ("G161", "high", tmn.tmn.max())]
    for claim, some in groups.items():
        rows += _three(claim, np.quantile(tmn.tmn[some], [0.5, 0.25, 0.75]))
    tested = tmn[tmn.tp53 != NONE]
    rows.append(("G262", "value", log_rank(tested.tmn, np.ones(len(tested), bool), tested.tp53).p_value))
    after = tmn["last"] - tmn.tmn
    rows += _median("G204", median_survival(after, tmn.died))
    curve = kaplan_meier(after, tmn.died, at=[claims.time_months["G205"]])
    rows += _three("G205", 100 * curve[["estimate", "conf_low", "conf_high"]].to_numpy()[0])
    for claim, kind in (("G206", "t-AML"), ("G207", "t-MDS")):
        some = tmn.type == kind
        rows.append((claim, "value", median_survival(after[some], tmn.died[some])["median"][0]))
    return rows


def _ratio(p: pd.DataFrame) -> list[tuple]:
    """Hazard ratio of CD28 against 4-1BB."""
    some = p[p["product"].isin([product for group in DOMAINS.values() for product in group])]
    cd28 = some["product"].isin(DOMAINS["CD28"]).astype(float).rename("cd28")
    table = fine_gray(some["first"], some["event"], cd28.to_frame(), cause="tmn").table.loc["cd28"]
    return [*_three("G230", table[["hazard_ratio", "conf_low", "conf_high"]]), ("G231", "value", table.p_value)]
