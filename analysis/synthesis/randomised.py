"""What randomisation says: the difference of the arms, with its exact interval and the crossover that blurs it."""

import pandas as pd

from analysis.data import remembered
from analysis.intervals import risk_difference
from analysis.synthesis.groups import rows

ARMS = ("CAR T", "standard of care")
CROSSED = "crossover to CAR T"
UNKNOWN = "not seen"


@remembered
def differences(tables) -> pd.DataFrame:
    """Every outcome that was counted in both arms of a randomised trial, from one report.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        One row a trial and outcome, indexed by ``report|outcome``: ``report, study, short, outcome``; ``arm,
        arm_reference``, ``claim, claim_reference``, ``events, total, events_reference, total_reference``;
        ``difference, low, high`` (CAR T less standard of care, percentage points, exact 95% interval); ``crossover``
        (claim of the share of controls who received CAR T cells, or None) and ``crossover_note``.

    References
    ----------
    Chan and Zhang, Biometrics 1999;55:1202-1209.

    Examples
    --------
    >>> from analysis import data
    >>> differences(data.load()).loc["zuma-7-2023|t-MN", ["events", "events_reference"]].astype(int).tolist()
    [2, 0]
    """
    table = rows(tables)
    table = table[(table.reason == "") & table.treatment.isin(ARMS)]
    pairs = []
    for (report, outcome), both in table.groupby(["report", "outcome"], sort=False):
        by_arm = both.drop_duplicates("treatment").set_index("treatment")
        if len(both) == 2 and set(by_arm.index) == set(ARMS):
            pairs.append(_pair(tables, report, outcome, *(by_arm.loc[arm] for arm in ARMS)))
    frame = pd.DataFrame(pairs)
    if frame.empty:
        return frame
    counts = frame[["events", "total", "events_reference", "total_reference"]]
    found = risk_difference(*(counts[name] for name in counts), method="chan-zhang")
    frame = frame.assign(difference=100 * found.estimate, low=100 * found.conf_low, high=100 * found.conf_high)
    return frame.set_index(frame.report + "|" + frame.outcome)


def _pair(tables, report: str, outcome: str, treated: pd.Series, control: pd.Series) -> dict:
    """One comparison, without its interval."""
    study = treated.study
    reports = tables.reports.index[tables.reports.study == study]
    crossed = tables.claims[(tables.claims.quantity == CROSSED) & tables.claims.report.isin(reports)]
    return {
        "report": report,
        "study": study,
        "short": treated.short,
        "name": tables.studies.name[study],
        "outcome": outcome,
        "arm": treated.arm,
        "arm_reference": control.arm,
        "claim": treated.claim,
        "claim_reference": control.claim,
        "events": int(treated.events),
        "total": int(treated.total),
        "events_reference": int(control.events),
        "total_reference": int(control.total),
        "seen": treated.seen,
        "crossover": crossed.index[0] if len(crossed) else None,
        "crossover_note": tables.arms.note[control.arm] or UNKNOWN,
    }


def without_counts(tables) -> pd.DataFrame:
    """Randomised trials in which no outcome was counted in both arms.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        ``study, name``.

    Examples
    --------
    >>> from analysis import data
    >>> "karmma-3" in set(without_counts(data.load()).study)
    True
    """
    studies = tables.arms.assign(study=tables.reports.study.loc[tables.arms.report].to_numpy())
    compared = studies.study[studies.treatment == "standard of care"].drop_duplicates()
    found = differences(tables)
    left = compared[~compared.isin(found.study)] if len(found) else compared
    return pd.DataFrame({"study": left, "name": tables.studies.name.loc[left].to_numpy()}).reset_index(drop=True)
