"""Which reports say how much about second malignancies, and what may be computed from them.

One row is one *arm*: patients reported together at one data cut. Numbers stay claims: the columns of `arm_table` hold
claim ids, and only `crude_proportions` turns printed counts into shares. Nothing is added up across arms.

Vocabulary: an arm is *at risk* when its number of patients counts people treated, randomised, enrolled or transplanted;
a *crude* proportion is events over those people, whatever their follow-up; *drawn* arms stand in the figure of crude
proportions, every other arm has a reason in words.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.data import remembered
from analysis.intervals import proportion_interval

OUTCOMES = {
    "t_mn": "t-MN",
    "t_mds": "t-MDS",
    "t_aml": "t-AML",
    "haematological": "haematological second malignancy",
    "any_second": "second primary malignancy",
}
SECTIONS = [
    "CD19, trials",
    "CD19, routine care",
    "Several or unnamed targets, routine care",
    "BCMA",
    "Control arms of randomised trials",
    "Without CAR T cells",
    "Cases after CAR T cells",
    "Safety reports and pooled analyses",
]
AT_RISK = ("treated", "randomised", "enrolled", "transplanted")
WHY_NOT = {
    "cases": "its patients were chosen because they had the disease: cases, no population at risk",
    "adverse-event reports": "it counts adverse-event reports, not patients treated",
    "deaths": "it counts deaths, not patients treated",
    "pooled studies": "it pools studies, some of which stand here themselves",
    "tested": "its patients were chosen for a laboratory test",
    "not seen": "what its number of patients counts was not seen",
}
COUNTED = {  # what n is a count of, patients elsewhere
    "deaths": {"non-relapse deaths"},
    "adverse-event reports": {"adverse-event reports", "haematological toxicity reports"},
}
NO_COUNT = "no count of t-MN was seen: unknown, not zero"
FROM_WEAK = ["quoted", "label", "abstract", "full text"]
WHOLE = {None, "excluding non-melanoma skin cancer", "projected"}  # groups that still mean the whole arm
FREQUENCY = ["count", "proportion", "cumulative incidence", "rate"]


def is_malignancy(quantity: str) -> bool:
    """Whether a quantity counts second malignancies of some kind.

    Examples
    --------
    >>> [is_malignancy(q) for q in ("t-MN", "solid second malignancy", "follow-up", "time to t-MN")]
    [True, True, False, False]
    """
    named = quantity in {"t-MN", "t-MDS", "t-AML", "therapy-related acute leukaemia", "fatal t-MN"}
    return named or ("malignanc" in quantity and not quantity.startswith(("time", "overall survival", "myeloid")))


@remembered
def arm_table(tables) -> pd.DataFrame:
    """All arms, with what was seen of each.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by arm: ``report, study, kind, short, name, section, treatment, data_cut, note, denominator,
        denominator_note``; claim ids or None in ``patients, follow_up, t_mn, t_mds, t_aml, haematological, any_second``
        (counts) and ``t_mn_share`` (a percentage printed without its count); ``numbers`` (all malignancy claims, ids
        separated by blanks); ``seen`` (the weakest way in which those were seen; the report's where there are none);
        ``at_risk`` and ``reason`` (why no crude proportion of t-MN may be computed; empty where it may);
        ``same_patients`` (other reports of the study) and ``may_share`` (other studies of the overlap group).

    Examples
    --------
    >>> from analysis import data
    >>> arm_table(data.load()).loc["gazeau-2025/all", ["patients", "t_mn", "seen", "reason"]].tolist()
    ['G001', 'G068', 'full text', '']
    """
    by_arm: dict[str, list] = {}
    for claim in tables.claims[tables.claims.kind == "number"].itertuples():
        by_arm.setdefault(claim.arm, []).append(claim)
    overlap = _overlaps(tables)
    reports = tables.reports.to_dict("index")
    rows = []
    for arm in tables.arms.itertuples():
        report = reports[arm.report]
        row = {"arm": arm.arm, "report": arm.report, **{k: report[k] for k in ("study", "kind", "short")}}
        row |= {"name": arm.name, "section": section(arm), "treatment": arm.treatment, "data_cut": arm.data_cut}
        row |= {"note": arm.note, "denominator": arm.denominator, "denominator_note": arm.denominator_note}
        row |= _numbers(by_arm.get(arm.arm, []), report["read_level"], COUNTED.get(arm.denominator, {"patients"}))
        row |= {"at_risk": arm.denominator in AT_RISK}
        rows.append(row | {"reason": _reason(row, tables.claims)} | overlap[arm.report])
    return pd.DataFrame(rows).set_index("arm")


def section(arm) -> str:
    """Part of the page in which an arm stands."""
    if arm.denominator in ("adverse-event reports", "pooled studies", "deaths"):
        return SECTIONS[7]
    if arm.treatment != "CAR T":
        return SECTIONS[4] if arm.treatment == "standard of care" else SECTIONS[5]
    if arm.antigen == "BCMA":
        return SECTIONS[3]
    if arm.denominator == "cases":
        return SECTIONS[6]
    if arm.antigen == "CD19":
        return SECTIONS[0] if arm.setting == "trial" else SECTIONS[1]
    return SECTIONS[2]


def _numbers(found: list, read_level: str, units: set[str]) -> dict:
    """Claims of one arm: patients, follow-up, a count for each outcome, how they were seen."""
    told = [c for c in found if c.duplicate_of is None and c.statistic in FREQUENCY and is_malignancy(c.quantity)]
    counted = [c for c in told if pd.notna(c.numerator)]
    counts = {key: _first(c for c in counted if c.quantity == words) for key, words in OUTCOMES.items()}
    bare = [c for c in told if c.quantity == "t-MN" and c.statistic == "proportion" and pd.isna(c.numerator)]
    shown = [c for c in told if c.Index in counts.values()] or told
    return {
        "patients": _first(c for c in found if c.quantity in units and c.statistic == "count"),
        "follow_up": _first(c for c in found if c.quantity == "follow-up" and c.statistic == "median"),
        **counts,
        "t_mn_share": None if counts["t_mn"] else _first(bare),
        "numbers": " ".join(c.Index for c in told),
        "seen": min((c.seen for c in shown), key=FROM_WEAK.index, default=read_level),
    }


def _first(claims: Iterable) -> str | None:
    """The claim about the whole arm (or about all its t-MN): with its denominator first, a count before a share."""
    if not (whole := [c for c in claims if c.group in WHOLE or c.group == "t-MN"]):
        return None
    return min(whole, key=lambda c: (bool(c.duplicate_of), pd.isna(c.denominator), c.statistic != "count")).Index


def _reason(row: dict, claims: pd.DataFrame) -> str:
    """Why no crude proportion of t-MN may be computed; empty where it may."""
    if not row["at_risk"]:
        return WHY_NOT[row["denominator"]]
    if row["t_mn"]:
        return "" if total(claims, row["t_mn"], row["patients"]) else "the number of patients was not seen"
    if row["t_mn_share"]:
        return "a percentage is printed, its count is not"
    part = next((OUTCOMES[k] for k in ("t_mds", "t_aml") if row[k]), None)
    return f"only {part} was counted" if part else NO_COUNT


def _overlaps(tables) -> dict[str, dict[str, str]]:
    """For each report: other reports of the same patients, other studies that may share them."""
    reports = tables.reports.groupby("study", sort=False).report.apply(list)
    studies = tables.studies.groupby("overlap_group", sort=False).study.apply(list)
    found = {}
    for report, study in zip(tables.reports.report, tables.reports.study, strict=True):
        shared = studies[tables.studies.overlap_group[study]]
        found[report] = {
            "same_patients": " ".join(r for r in reports[study] if r != report),
            "may_share": " ".join(s for s in shared if s != study),
        }
    return found


def total(claims: pd.DataFrame, name: str, patients: str | None) -> float | None:
    """Number of patients over which a count of the whole arm stands; None where it was not seen.

    A share of the t-MN (11 of 29 were t-AML) is set over all patients of the arm.
    """
    claim = claims.loc[name]
    if claim.group in WHOLE and pd.notna(claim.denominator):
        return claim.denominator
    return claims.loc[patients].value if patients else None


@remembered
def crude_proportions(tables, outcome: str = "t-MN") -> pd.DataFrame:
    """Share of an outcome in every arm that may carry it, with its exact interval.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    outcome : str
        A value of `OUTCOMES`.

    Returns
    -------
    DataFrame
        Indexed by the claim of the count, in the order of `SECTIONS`, then of the arms; the columns of `arm_table` and
        ``arm, outcome, events, total``, ``percent, low, high`` (Clopper–Pearson), ``certainty`` and ``months`` (of
        follow-up).

    Examples
    --------
    >>> from analysis import data
    >>> crude_proportions(data.load()).loc["G068", ["events", "total"]].astype(int).tolist()
    [29, 539]
    """
    key = next(k for k, words in OUTCOMES.items() if words == outcome)
    arms = arm_table(tables)
    arms = arms[arms.at_risk & arms[key].notna()]
    arms = arms.assign(total=[total(tables.claims, c, p) for c, p in zip(arms[key], arms.patients, strict=True)])
    arms = arms[arms.total.notna()].reset_index().set_index(key, drop=False)
    claims = tables.claims.loc[arms.index]
    counts = proportion_interval(claims.numerator.astype(int), arms.total.astype(int)).set_index(arms.index)
    arms = arms.assign(outcome=outcome, events=counts.events, total=counts.total, provenance="computed")
    arms = arms.assign(seen=claims.seen, certainty=claims.certainty)
    arms = arms.assign(percent=100 * counts.estimate, low=100 * counts.conf_low, high=100 * counts.conf_high)
    return _in_order(arms.assign(months=[months(tables.claims, f) for f in arms.follow_up]))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by section, within it as in the table of arms."""
    return rows.sort_values("section", key=lambda s: s.map(SECTIONS.index), kind="stable")


def months(claims: pd.DataFrame, name: str | None) -> float:
    """Follow-up in months."""
    if not name:
        return float("nan")
    return claims.loc[name, "value"] * (12 if claims.loc[name, "unit"] == "years" else 1)


@remembered
def drawn(tables) -> pd.DataFrame:
    """Arms for the figure of crude proportions: t-MN; where only a part was counted, that part; else a bare percentage.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        As `crude_proportions`, one row an arm; ``provenance`` is ``published`` for percentages printed without count,
        which have no interval.

    Examples
    --------
    >>> from analysis import data
    >>> drawn(data.load()).provenance.value_counts().to_dict()["published"]
    2
    """
    rows = crude_proportions(tables)
    for outcome in ("t-MDS", "t-AML"):
        more = crude_proportions(tables, outcome)
        rows = pd.concat([rows, more[~more.arm.isin(rows.arm)]])
    arms = arm_table(tables).reset_index()
    bare = arms[arms.at_risk & arms.t_mn_share.notna() & ~arms.arm.isin(rows.arm)].set_index("t_mn_share", drop=False)
    claims = tables.claims.loc[bare.index]
    bare = bare.assign(outcome="t-MN", provenance="published", percent=claims.value)
    bare = bare.assign(seen=claims.seen, certainty=claims.certainty)
    bare = bare.assign(total=[tables.claims.loc[p].value if p else None for p in bare.patients])
    bare = bare.assign(months=[months(tables.claims, f) for f in bare.follow_up])
    place = {arm: i for i, arm in enumerate(arms.arm)}
    rows = pd.concat([rows, bare]).sort_values("arm", key=lambda s: s.map(place), kind="stable")
    return _in_order(rows)


def left_out(tables) -> pd.DataFrame:
    """Arms that are not drawn, each with its reason.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Rows of `arm_table`; with `drawn` they make up all arms.

    Examples
    --------
    >>> from analysis import data
    >>> left_out(data.load()).loc["hammond-2025-eha/cases", "reason"]
    'its patients were chosen because they had the disease: cases, no population at risk'
    """
    arms = arm_table(tables)
    return arms[~arms.index.isin(drawn(tables).arm)]


def randomised(tables) -> pd.DataFrame:
    """Arms of studies in which CAR T cells were compared with a standard of care, all cuts.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Rows of `arm_table`.

    Examples
    --------
    >>> from analysis import data
    >>> "zuma-7" in set(randomised(data.load()).study)
    True
    """
    arms = arm_table(tables)
    control = arms[arms.treatment == "standard of care"].study
    return arms[arms.study.isin(control) & arms.treatment.isin(["CAR T", "standard of care"])]


def summary(tables) -> dict[str, tuple[int, str]]:
    """Counts for the running text: name, number, what is counted.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    dict
        For each name the number and the words.
    """
    arms, rows = arm_table(tables), drawn(tables)
    counted = rows[(rows.outcome == "t-MN") & (rows.provenance == "computed")]
    cart = counted[counted.treatment == "CAR T"]
    silent, bcma = arms[arms.numbers == ""], arms[arms.section == "BCMA"]
    parts = {
        "arms": (arms, "groups of patients in the table of arms"),
        "told": (arms[arms.numbers != ""], "groups with a printed number of second malignancies of any kind"),
        "silent": (silent, "groups without a seen number of second malignancies"),
        "cart": (cart, "groups treated with CAR T cells that have a count of t-MN"),
        "cart-quoted": (cart[cart.seen == "quoted"], "of these, counts seen only as quoted by others"),
        "drawn": (rows, "groups in the figure of crude proportions"),
        "partial": (rows[rows.outcome != "t-MN"], "groups in the figure with a part of t-MN only"),
        "bare": (rows[rows.provenance == "published"], "groups in the figure with a percentage without count"),
        "left-out": (left_out(tables), "groups not in the figure of crude proportions"),
        "bcma": (bcma, "groups given BCMA-directed CAR T cells"),
        "bcma-silent": (bcma[bcma.numbers == ""], "of these, without a seen number of second malignancies"),
        "randomised": (randomised(tables).drop_duplicates("study"), "randomised trials against a standard of care"),
    }
    return {name: (len(frame), words) for name, (frame, words) in parts.items()}
