"""Why not one minus Kaplan–Meier? A worked example in fractions.

The patients are invented, so few that every step can be followed by hand. ``event`` is ``tmn``, ``other`` (relapse or
death without t-MN) or ``censored``; times are months since infusion and no two are equal.
"""

from fractions import Fraction

import pandas as pd

INVENTED = (
    (3, "other"),
    (6, "tmn"),
    (8, "other"),
    (10, "other"),
    (14, "tmn"),
    (18, "other"),
    (20, "censored"),
    (24, "censored"),
    (27, "censored"),
    (30, "tmn"),
    (36, "other"),
    (42, "censored"),
)


def invented_patients() -> pd.DataFrame:
    """Twelve invented patients.

    Returns
    -------
    DataFrame
        ``time_months, event``, in order of time.

    Examples
    --------
    >>> invented_patients().event.value_counts().to_dict()
    {'other': 5, 'censored': 4, 'tmn': 3}
    """
    return pd.DataFrame(INVENTED, columns=["time_months", "event"])


def by_hand(patients: pd.DataFrame, cause: str = "tmn") -> pd.DataFrame:
    r"""Every step of the Aalen–Johansen and of the Kaplan–Meier calculation, in exact fractions.

    At each event time, with :math:`n` at risk, the hazard of an event is :math:`1/n`. Aalen–Johansen adds
    :math:`S(t-)/n` for each event of the cause, where :math:`S` falls with events of every kind; Kaplan–Meier
    censors the other events and multiplies :math:`1 - 1/n` over the events of the cause alone.

    Parameters
    ----------
    patients : DataFrame
        ``time_months`` (no two equal) and ``event``.
    cause : str
        The event of interest.

    Returns
    -------
    DataFrame
        One row an event of any kind: ``time_months, event, at_risk, free_before`` (:math:`S(t-)`), ``step``,
        ``cumulative_incidence``, ``complement`` (one minus Kaplan–Meier); the last four are fractions.

    Raises
    ------
    ValueError
        If two times are equal.

    References
    ----------
    Putter H, Fiocco M, Geskus RB. Statistics in Medicine 2007;26:2389-2430, section 3.

    Examples
    --------
    >>> last = by_hand(invented_patients()).iloc[-1]
    >>> print(last.cumulative_incidence, last.complement)
    1/3 31/66
    """
    if patients.time_months.duplicated().any():
        raise ValueError("two patients have the same time; this worked example has no rule for ties")
    ordered = patients.sort_values("time_months")
    free, incidence, without = Fraction(1), Fraction(0), Fraction(1)
    rows = []
    for place, row in enumerate(ordered.itertuples()):
        hazard = Fraction(1, len(ordered) - place)
        if row.event == "censored":
            continue
        step = free * hazard if row.event == cause else Fraction(0)
        incidence += step
        without *= 1 - hazard if row.event == cause else 1
        rows.append((row.time_months, row.event, hazard.denominator, free, step, incidence, 1 - without))
        free *= 1 - hazard
    columns = ["time_months", "event", "at_risk", "free_before", "step", "cumulative_incidence", "complement"]
    return pd.DataFrame(rows, columns=columns)


def curves(patients: pd.DataFrame) -> pd.DataFrame:
    """Both estimates as percentages over time, from 0 to the last time observed.

    Parameters
    ----------
    patients : DataFrame
        ``time_months`` and ``event``.

    Returns
    -------
    DataFrame
        ``time_months, cumulative_incidence, complement``; a step at each t-MN.

    Examples
    --------
    >>> curves(invented_patients()).tail(1).round(1).to_dict("records")
    [{'time_months': 42, 'cumulative_incidence': 33.3, 'complement': 47.0}]
    """
    steps = by_hand(patients)
    steps = steps[steps.event == "tmn"][["time_months", "cumulative_incidence", "complement"]]
    start = pd.DataFrame([[0, 0, 0]], columns=steps.columns)
    end = steps.tail(1).assign(time_months=patients.time_months.max())
    both = pd.concat([start, steps, end], ignore_index=True)
    percentages = both[["cumulative_incidence", "complement"]].map(lambda share: 100 * float(share))
    return both[["time_months"]].join(percentages)


def words(which: str) -> tuple[str, str, str, str]:
    """A number of the worked example, for the running text.

    Examples
    --------
    >>> words("incidence")[0], words("complement")[0], words("patients")[0]
    ('1/3 (33%)', '31/66 (47%)', '12')
    """
    patients = invented_patients()
    tmn, other = (by_hand(patients, cause).iloc[-1] for cause in ("tmn", "other"))
    free = 1 - tmn.cumulative_incidence - other.cumulative_incidence
    last = by_hand(patients).query("event == 'tmn'").iloc[-1]
    values = {
        "patients": str(len(patients)),
        "incidence": _share(tmn.cumulative_incidence),
        "complement": _share(tmn.complement),
        "other": _share(other.cumulative_incidence),
        "free": _share(free),
        "complement-other": _share(other.complement),
        "complements-together": _share(tmn.complement + other.complement),
        "free-before-last": _share(last.free_before),
        "at-risk-last": str(last.at_risk),
        "step-last": _share(last.step),
    }
    if which not in values:
        raise LookupError(f"no number {which!r} in the worked example; there are {', '.join(values)}")
    return values[which], "", "worked example with invented patients", "exact fractions, analysis/competing.py"


def _share(share: Fraction) -> str:
    """A fraction with its percentage."""
    return f"{share} ({100 * float(share):.0f}%)"
