"""What the evidence looks like on a page: the same rows as in `analysis.evidence`, in words and with doors.

Cells hold placeholders of `analysis.doors.fill`; an empty cell means "not seen".
"""

import re

import pandas as pd

from analysis import claims as ledger
from analysis import evidence, horizons
from analysis.shares import percent

GLYPHS = {
    "full text": "≡\N{NO-BREAK SPACE}full text",
    "abstract": "=\N{NO-BREAK SPACE}abstract",
    "label": "℞\N{NO-BREAK SPACE}label",
    "quoted": "❝\N{NO-BREAK SPACE}quoted",
}
SHORT = {"haematological second malignancy": "all blood cancers", "t-MN": "t-MN"}
KEY = {"t-MN": "tmn", "t-MDS": "tmds", "t-AML": "taml"}


def share(estimate: float, low: float, high: float) -> str:
    """A computed percentage with its limits.

    Examples
    --------
    >>> share(5.38, 3.63, 7.64), share(1.0, float("nan"), float("nan"))
    ('5.4 (3.6–7.6)', '1.0')
    """
    text = percent(estimate / 100, "")
    return text if pd.isna(low) else f"{text} ({percent(low / 100, '')}–{percent(high / 100, '')})"


def crude_rows(tables) -> pd.DataFrame:
    """The figure of crude proportions as words and numbers, for `analysis.plots.trials.rows`.

    Examples
    --------
    >>> from analysis import data
    >>> crude_rows(data.load()).loc["G068", ["counts", "value_text", "followed"]].tolist()
    ['29 of 539', '5.4 (3.6–7.6)', '25 mo']
    """
    rows = evidence.drawn(tables)
    claims = tables.claims
    subs, counts, values = [], [], []
    for name, row in zip(rows.index, rows.itertuples(), strict=True):
        only = "" if row.outcome == "t-MN" else f"{row.outcome} only"
        bare = "count not printed" if row.provenance == "published" else ""
        subs.append(_sub(row, only, bare))
        n = "not seen" if pd.isna(row.total) else f"{row.total:,.0f}"
        counts.append(f"? of {n}" if bare else f"{row.events:,.0f} of {n}")
        text = claims.loc[name, "value_printed"] if bare else share(row.percent, row.low, row.high)
        values.append(_value(row, text))
    rows = rows.assign(heading=rows.section, label=rows.name, sub=subs, counts=counts, value_text=values)
    followed = ["not seen" if pd.isna(m) else f"{m:g} mo" for m in rows.months]
    beside = [f"{c} · follow-up {f}" for c, f in zip(counts, followed, strict=True)]
    return rows.assign(followed=followed, beside=beside, key=rows.outcome.map(KEY))


def _sub(row, *parts: str) -> str:
    """Small print under a label: the report where the label does not name it, how it was seen, what else."""
    named = set(re.findall(r"\w+", row.short.lower())) & set(re.findall(r"\w+", row.name.lower()))
    report = "" if row.short in row.name or len(named) > 1 else row.short
    quoted = "❝ quoted" if row.seen == "quoted" else ""
    return ", ".join(part for part in (report, quoted, *parts) if part)


def timed_rows(tables) -> pd.DataFrame:
    """The figure of cumulative incidences as words and numbers, for `analysis.plots.trials.rows`.

    Examples
    --------
    >>> from analysis import data
    >>> timed_rows(data.load()).loc["G083", ["heading", "value_text"]].tolist()
    ['After CAR T cells: by 2 years', '4.5 (2.8–6.9) ?']
    """
    rows = horizons.incidences(tables)
    rows = rows[rows.reason == ""].assign(percent=lambda r: r.value, provenance="published")
    without = rows.section == "Without CAR T cells"
    rows = pd.concat([rows[~without], rows[without]])
    follow_up = evidence.arm_table(tables).follow_up
    words = [_timed_words(row, tables.claims, follow_up[row.arm]) for row in rows.itertuples()]
    return rows.assign(**pd.DataFrame(words, index=rows.index))


def _timed_words(row, claims: pd.DataFrame, follow_up: str | None) -> dict[str, str]:
    """Words of one cumulative incidence; what another paper quotes is named after the report only."""
    years = f"{row.time_months / 12:g} year{'s' if row.time_months != 12 else ''}"
    group = row.section if row.section == "Without CAR T cells" else "After CAR T cells"
    months = evidence.months(claims, follow_up)
    followed = "not seen" if pd.isna(months) else f"{months:g} mo"
    limits = ledger.limits_text(row)
    named = row._replace(name=row.short) if row.quotes else row
    patients = claims.value.get(row.patients)
    return {
        "heading": f"{group}: by {years}",
        "label": named.name,
        "sub": _sub(named, SHORT[row.quantity], "projected" if row.group == "projected" else ""),
        "counts": "not seen" if row.quotes or patients is None else f"{patients:,.0f}",
        "followed": followed,
        "value_text": _value(row, row.value_printed + (f" ({limits})" if limits else "")),
        "beside": f"follow-up {followed}",
    }


def _value(row, text: str) -> str:
    """A value with its marks: quoted second hand, doubtful."""
    doubtful = row.certainty == "doubtful" or isinstance(getattr(row, "quotes", None), str)
    return ("❝ " if row.seen == "quoted" else "") + text + (" ?" if doubtful else "")


def pair_rows(tables) -> pd.DataFrame:
    """Crude shares beside incidences, for `analysis.plots.trials.pairs`.

    Examples
    --------
    >>> from analysis import data
    >>> pair_rows(data.load()).loc["G068", ["title", "text"]].tolist()
    ['Gazeau 2025', 'crude 5.4%']
    """
    rows = horizons.paired(tables)
    shown = [f"crude {percent(p / 100)}" for p in rows.percent]
    text = tables.claims.loc[rows.index, "value_printed"].where(rows.kind == "incidence", shown)
    order = {arm: i for i, arm in enumerate(rows.arm.drop_duplicates())}
    rows = rows.assign(title=rows.short, sub=rows.quantity.map(SHORT), text=text, years=rows.months / 12)
    return rows.sort_values("arm", key=lambda s: s.map(order), kind="stable")


def arm_cells(arms: pd.DataFrame, tables) -> pd.DataFrame:
    """Rows of `analysis.evidence.arm_table` as cells.

    Examples
    --------
    >>> from analysis import data
    >>> tables = data.load()
    >>> arms = evidence.arm_table(tables).loc[["gazeau-2025/all"]]
    >>> arm_cells(arms, tables)[["Report", "t-MN"]].iloc[0].tolist()
    ['{report:gazeau-2025}', '{count:G068}']
    """
    shown = set(evidence.drawn(tables).arm)
    cells = []
    for row in arms.itertuples():
        counts = {w: number(tables, getattr(row, k)) for k, w in evidence.OUTCOMES.items()}
        counts["t-MN"] = counts["t-MN"] or number(tables, row.t_mn_share)
        cells.append(
            {
                "Group": row.name + (f" ({row.data_cut})" if row.data_cut else ""),
                "Report": f"{{report:{row.report}}}",
                "n counts": row.denominator,
                "n": number(tables, row.patients),
                "Median follow-up": number(tables, row.follow_up),
                "t-MN": counts["t-MN"],
                "t-MDS": counts["t-MDS"],
                "t-AML": counts["t-AML"],
                "Any blood cancer": counts["haematological second malignancy"],
                "Any second cancer": counts["second primary malignancy"],
                "Seen": GLYPHS.get(row.seen, row.seen),
                "In the figure of crude shares": "yes" if row.Index in shown else "no: " + row.reason,
                "What n counts": row.denominator_note,
                "Same patients in": ", ".join(f"{{report:{r}}}" for r in row.same_patients.split())
                or "no other report",
            }
        )
    return pd.DataFrame(cells)


def number(tables, name: str | None) -> str:
    """Placeholder of a claim: n of N where both are printed, else the value with its unit."""
    if not name:
        return ""
    claim = tables.claims.loc[name]
    both = pd.notna(claim.numerator) and pd.notna(claim.denominator)
    return f"{{count:{name}}}" if both else f"{{value:{name}}}"


def randomised_cells(tables) -> pd.DataFrame:
    """Arms and cuts of the randomised trials, with the remarks on crossover.

    Examples
    --------
    >>> from analysis import data
    >>> randomised_cells(data.load()).columns[-1]
    'Crossover and other remarks'
    """
    rows = evidence.randomised(tables)
    cells = arm_cells(rows, tables).assign(**{"Crossover and other remarks": rows.note.to_numpy()})
    keep = ["Group", "Report", "n counts", "n", "Median follow-up", "t-MN", "Any blood cancer", "Any second cancer"]
    return cells[[*keep, "Seen", "Crossover and other remarks"]]


def left_out_cells(tables) -> pd.DataFrame:
    """Reasons why groups are not in the figure of crude proportions, the commonest first.

    Examples
    --------
    >>> from analysis import data
    >>> left_out_cells(data.load()).columns.tolist()
    ['Why it is not in the figure', 'Groups', 'Which']
    """
    rows = evidence.left_out(tables)
    twice = rows.name.duplicated(keep=False)
    rows = rows.assign(name=rows.name.where(~twice, rows.name + " (" + rows.short + ")"))
    rows = rows.groupby("reason", sort=False).name.agg(["size", "; ".join]).reset_index()
    rows = rows.sort_values("size", ascending=False, kind="stable").astype({"size": str})
    rows = rows.assign(reason=rows.reason.str[0].str.upper() + rows.reason.str[1:])
    return rows.set_axis(["Why it is not in the figure", "Groups", "Which"], axis=1)


def timed_left_out_cells(tables) -> pd.DataFrame:
    """Printed incidences that are not drawn, with the reason.

    Examples
    --------
    >>> from analysis import data
    >>> timed_left_out_cells(data.load())["Incidence"].iloc[0]
    '{claim:G092}'
    """
    rows = horizons.incidences(tables)
    rows = rows[rows.reason != ""]
    years = (rows.time_months / 12).map("{:g}".format)
    return pd.DataFrame(
        {
            "Report": [f"{{report:{name}}}" for name in rows.about],
            "Group": rows.name,
            "Outcome": rows.quantity + " by " + years + " y",
            "Incidence": [f"{{claim:{name}}}" for name in rows.index],
            "Why it is not drawn": rows.reason,
        }
    )


def quotation_cells(tables) -> pd.DataFrame:
    """What Gazeau 2025 quotes, beside what was read of the quoted report.

    Examples
    --------
    >>> from analysis import data
    >>> quotation_cells(data.load()).iloc[-1][["As quoted", "Found"]].tolist()
    ['{value:G312}', 'the same number']
    """
    rows = horizons.quotations(tables)
    found = {"the same": "the same number", "not in the part read": "not in the part that was read"}
    levels = tables.reports.read_level.loc[rows.quotes]
    return pd.DataFrame(
        {
            "Quantity": [_what(row) for row in rows.itertuples()],
            "Report": [f"{{report:{name}}}" for name in rows.quotes],
            "As quoted": [f"{{value:{name}}}" for name in rows.index],
            "In the report": [", ".join(f"{{value:{name}}}" for name in names.split()) for names in rows.own],
            "Found": rows.verdict.replace(found),
            "Report read as": levels.replace(GLYPHS).to_numpy(),
        }
    )


def told_cells(arms: pd.DataFrame, tables) -> pd.DataFrame:
    """For each arm everything printed about second malignancies, in words.

    Examples
    --------
    >>> from analysis import data
    >>> tables = data.load()
    >>> told_cells(evidence.arm_table(tables).loc[["elsallab-2024/all"]], tables)["n counts"].tolist()
    ['adverse-event reports']
    """
    cells = []
    for row in arms.itertuples():
        numbers = _once([tables.claims.loc[name] for name in row.numbers.split()])
        told = "; ".join(f"{_what(c)} {number(tables, c.id)}" for c in numbers)
        seen = ", ".join(dict.fromkeys(GLYPHS[c.seen] for c in numbers)) or GLYPHS.get(row.seen, row.seen)
        cells.append(
            {
                "Group": row.name,
                "Report": f"{{report:{row.report}}}",
                "n counts": row.denominator,
                "n": number(tables, row.patients),
                "Follow-up": number(tables, row.follow_up),
                "What was printed of second malignancies": told,
                "Seen": seen,
            }
        )
    return pd.DataFrame(cells)


def _what(claim) -> str:
    """Quantity with its group and time."""
    time = f" by {claim.time_months:g} months" if pd.notna(claim.time_months) else ""
    among = " among second malignancies" if claim.group == "second primary malignancies" else ""
    of = among or ("" if claim.group in (None, "t-MN") else f" ({claim.group})")
    return f"{claim.quantity}{of}{time}"


def _once(claims: list[pd.Series]) -> list[pd.Series]:
    """Claims without the shares whose count stands there too."""
    counts = {(c.quantity, c.group, c.numerator) for c in claims if c.statistic == "count"}
    return [c for c in claims if c.statistic == "count" or (c.quantity, c.group, c.numerator) not in counts]
