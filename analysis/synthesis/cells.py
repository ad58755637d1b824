"""The synthesis on a page: rows of the figures in words, tables as cells with placeholders of `analysis.doors.fill`."""

import math

import pandas as pd

from analysis.intervals import proportion_interval, rate_interval
from analysis.review import quality
from analysis.synthesis import certainty, pools, randomised, robustness, timed
from analysis.synthesis.answer import PERCENT, Answer, answer
from analysis.synthesis.choice import Choice, candidates, chosen, division
from analysis.synthesis.findings import number, signed, words
from analysis.synthesis.groups import rows
from analysis.synthesis.robustness import MAIN


def single(table: pd.DataFrame) -> pd.DataFrame:
    """Share and rate of each group with exact intervals; NaN where there is no person-time.

    Parameters
    ----------
    table : DataFrame
        Rows of `analysis.synthesis.groups.rows`.

    Returns
    -------
    DataFrame
        The rows with ``share, share_low, share_high`` (percent), ``rate, rate_low, rate_high`` (per 1,000
        person-years).

    Examples
    --------
    >>> from analysis import data
    >>> float(single(chosen(rows(data.load()), Choice())).share.round(1).max())
    10.3
    """
    share = proportion_interval(table.events.astype(int), table.total.astype(int)).set_index(table.index)
    found = table.assign(share=100 * share.estimate, share_low=100 * share.conf_low, share_high=100 * share.conf_high)
    timed_rows = table[table.person_years > 0]
    rate = (
        1000
        * rate_interval(timed_rows.events.astype(int), timed_rows.person_years)[["estimate", "conf_low", "conf_high"]]
    )
    rate = rate.set_axis(["rate", "rate_low", "rate_high"], axis=1).set_index(timed_rows.index)
    return found.join(rate)


def forest_rows(tables, choice: Choice = MAIN) -> pd.DataFrame:
    """The main pool for `analysis.plots.pool.forest`: largest share first, the pooled value last.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    choice : Choice
        What is pooled.

    Returns
    -------
    DataFrame
        Indexed by the claim of the count; see `analysis.plots.pool.forest`.

    Examples
    --------
    >>> from analysis import data
    >>> forest_rows(data.load()).kind.tolist()[-1]
    'pooled'
    """
    found = answer(tables, choice)
    table = single(chosen(rows(tables), choice)).sort_values("share", ascending=False)
    judged = quality.judgements(tables).groupby("arm").judgement.apply(list)
    weights = dict(zip(found.arms, found.weights, strict=False))
    groups = pd.DataFrame(
        {
            "kind": "group",
            "label": table.name,
            "sub": [_sub(row) for row in table.itertuples()],
            "counts": [f"{row.events:,.0f} of {row.total:,.0f}" for row in table.itertuples()],
            "followed": [_followed(months) for months in table.months],
            "value": table.share,
            "low": table.share_low,
            "high": table.share_high,
            "value_text": [_limits(r.share, r.share_low, r.share_high, PERCENT) for r in table.itertuples()],
            "judged": [judged.get(arm, []) for arm in table.arm],
            "weight": [weights.get(arm, math.nan) for arm in table.arm],
        }
    ).set_index(table.claim)
    return (
        pd.concat([groups, _pooled_row(found)])
        if found.pooled
        else groups.assign(next_low=math.nan, next_high=math.nan)
    )


def _pooled_row(found: Answer) -> pd.DataFrame:
    """The last line of the forest plot."""
    line = {
        "kind": "pooled",
        "label": f"Pooled, {found.k} groups",
        "sub": f"next group {number(found.prediction_low, PERCENT)}–{number(found.prediction_high, PERCENT)}%",
        "counts": f"{found.events:,} of {found.total:,}",
        "followed": "",
        "value": found.estimate,
        "low": found.low,
        "high": found.high,
        "value_text": _limits(found.estimate, found.low, found.high, PERCENT),
        "judged": [],
        "weight": 100.0,
        "next_low": found.prediction_low,
        "next_high": found.prediction_high,
    }
    return pd.DataFrame([line], index=["pooled"])


def _sub(row) -> str:
    """Report and how the count was seen."""
    marks = [row.short if row.short not in row.name else "", {"quoted": "❝ quoted"}.get(row.seen, "")]
    return ", ".join(mark for mark in marks if mark)


def _followed(months: float) -> str:
    """Median follow-up in words."""
    return "not seen" if pd.isna(months) else f"{months:g} mo"


def _limits(value: float, low: float, high: float, unit: str) -> str:
    """A value with its limits, without the unit."""
    return f"{number(value, unit)} ({number(low, unit)}–{number(high, unit)})"


def scale_rows(tables) -> pd.DataFrame:
    """Groups with person-time, shortest follow-up first, for `analysis.plots.pool.two_scales`.

    Examples
    --------
    >>> from analysis import data
    >>> scale_rows(data.load()).months.is_monotonic_increasing
    True
    """
    table = single(chosen(rows(tables), Choice(rate=True))).sort_values(["months", "arm"])
    short = [name.split(",")[0] for name in table.name]
    return table.assign(
        label=[name if len(name) < 18 else name.split(" ")[0] + " cohort" for name in short],
        sub=[f"median {_followed(m)}" for m in table.months],
        share_text=[number(v, PERCENT) for v in table.share],
        rate_text=[number(v, "rate") for v in table.rate],
    ).set_index("claim", drop=False)


def robustness_rows(tables) -> pd.DataFrame:
    """Leave one out, one at a time, one more event, other decisions, for `analysis.plots.rows.marks`.

    Examples
    --------
    >>> from analysis import data
    >>> robustness_rows(data.load()).heading.nunique()
    4
    """
    without = robustness.without_each(tables).assign(who=lambda t: t["name"])
    years = robustness.by_year(tables).assign(
        who=lambda t: [f"{y:.0f}: {n}" for y, n in zip(t.year, t["name"], strict=True)]
    )
    more = robustness.one_more(tables).assign(who=lambda t: t["name"])
    others = robustness.decisions(tables)
    others = others[(others.unit == PERCENT)].assign(
        who=lambda t: t.decision.str.replace("share, ", "").str.replace(", share", "")
    )
    parts = {
        "Without this group": without,
        "Up to this group, as the reports appeared": years,
        "With one patient more in this group": more,
        "Other decisions": others,
    }
    frame = pd.concat([part.assign(heading=heading) for heading, part in parts.items()], ignore_index=True)
    text = [
        _limits(r.estimate, r.low, r.high, PERCENT) if pd.notna(r.estimate) else "not pooled"
        for r in frame.itertuples()
    ]
    return frame.assign(name="", key="ink", value=frame.estimate, text=text, computed=True)


def division_cells(tables) -> pd.DataFrame:
    """Every group that is not pooled, with its reason, by reason.

    Examples
    --------
    >>> from analysis import data
    >>> division_cells(data.load()).columns.tolist()
    ['Why it is not pooled', 'Groups', 'Which']
    """
    table = division(tables)
    table = table[~table.pooled]
    found = []
    for why, members in table.groupby("why", sort=False):
        which = [
            f"{row.name_} ({{report:{row.report}}})" for row in members.rename(columns={"name": "name_"}).itertuples()
        ]
        found.append((why[0].upper() + why[1:], len(members), "; ".join(which)))
    found.sort(key=lambda line: -line[1])
    return pd.DataFrame(found, columns=["Why it is not pooled", "Groups", "Which"]).astype({"Groups": str})


def subgroup_cells(tables) -> pd.DataFrame:
    """Every subgroup: how many groups, the single shares and rates, pooled where there are enough.

    Examples
    --------
    >>> from analysis import data
    >>> subgroup_cells(data.load()).columns.tolist()
    ['Subgroup', 'Groups', 'Events of patients', 'Crude share', 'Per 1,000 person-years']
    """
    found = pools.answers(tables)
    lines = []
    for name, (pool, share) in found.items():
        if pool.part not in pools.SUBGROUPS or not name.startswith("tmn-share-"):
            continue
        rate = found[name.replace("tmn-share-", "tmn-rate-")][1]
        events = f"{share.events:,} of {share.total:,}"
        lines.append((pool.label, f"{share.k}", events, words(share), _without_unit(rate)))
    columns = ["Subgroup", "Groups", "Events of patients", "Crude share", "Per 1,000 person-years"]
    return pd.DataFrame(lines, columns=columns)


def _without_unit(found: Answer) -> str:
    """A rate in words, its unit being the heading of the column."""
    return words(found).replace(f" {found.unit}", "")


def timed_cells(tables, *, whole: bool) -> pd.DataFrame:
    """Printed cumulative incidences by time, and why they are not pooled.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    whole : bool
        Whether of whole groups, or of parts of the patients.

    Returns
    -------
    DataFrame
        ``Time, Report, Cumulative incidence, Can it be weighed?``

    Examples
    --------
    >>> from analysis import data
    >>> len(timed_cells(data.load(), whole=True))
    8
    """
    table = timed.rows(tables)
    table = table[table.reason.isin(["", timed.NO_INTERVAL]) == whole]
    lines = []
    for months in timed.TIMES:
        told = timed.answer(tables, months)
        time = f"{months} months: {words(told) if told.pooled else told.reason}"
        for claim, row in table[table.time_months == months].iterrows():
            weighed = f"no: {row.reason}" if row.reason else "yes"
            lines.append((time, f"{{report:{row.report}}}", f"{{claim:{claim}}}", weighed))
    return pd.DataFrame(lines, columns=["Time", "Report", "Cumulative incidence", "Can it be weighed?"])


def comparator_cells(tables) -> pd.DataFrame:
    """Groups without CAR T cells, which of them would be pooled, and which share patients.

    Examples
    --------
    >>> from analysis import data
    >>> comparator_cells(data.load()).columns.tolist()[:3]
    ['Group', 'Report', 'Treatment']
    """
    table = rows(tables)
    lines = []
    for treatment in pools.COMPARATORS:
        choice = Choice(treatment=treatment)
        found = single(candidates(table, choice))
        taken = set(chosen(table, choice).arm)
        for row in found.sort_values("share").rename(columns={"name": "name_"}).itertuples():
            rate = _limits(row.rate, row.rate_low, row.rate_high, "rate") if pd.notna(row.rate) else ""
            share = ("at least " if row.at_least else "") + _limits(row.share, row.share_low, row.share_high, PERCENT)
            use = "yes" if row.arm in taken else "no: may share patients"
            lines.append((row.name_, f"{{report:{row.report}}}", treatment, f"{{count:{row.claim}}}", share, rate, use))
    columns = [
        "Group",
        "Report",
        "Treatment",
        "t-MN",
        "Share, % (95% CI)",
        "Per 1,000 person-years",
        "Taken for its overlap group",
    ]
    return pd.DataFrame(lines, columns=columns)


def randomised_cells(tables) -> pd.DataFrame:
    """Randomised comparisons with their differences and the crossover.

    Examples
    --------
    >>> from analysis import data
    >>> len(randomised_cells(data.load()))
    3
    """
    lines = [
        (
            f"{row.name_} ({{report:{row.report}}})",
            row.outcome,
            f"{row.events} of {row.total}",
            f"{row.events_reference} of {row.total_reference}",
            f"{signed(row.difference)} ({signed(row.low)} to {signed(row.high)})",
            (f"{{value:{row.crossover}}} of controls. " if row.crossover else "") + row.crossover_note,
        )
        for row in randomised.differences(tables).rename(columns={"name": "name_"}).itertuples()
    ]
    columns = ["Trial", "Outcome", "CAR T", "Standard of care", "Difference, points (exact 95% CI)", "Crossover"]
    return pd.DataFrame(lines, columns=columns)


def certainty_cells(tables) -> pd.DataFrame:
    """Domains of the main pool and of the incidence at two years, with rule and reason.

    Examples
    --------
    >>> from analysis import data
    >>> certainty_cells(data.load()).shape
    (5, 4)
    """
    main, at_time = certainty.domains(tables), certainty.domains(tables, "time")
    told = {"Domain": main.domain.str.capitalize(), "Rule": main.rule}
    for heading, part in (("Pooled crude share", main), ("Incidence by two years", at_time)):
        told[heading] = [f"{'−' + str(s) if s else '0'}: {why}" for s, why in zip(part.steps, part.reason, strict=True)]
    return pd.DataFrame(told)
