"""The switches on the page: the default as plain HTML, and what a few lines of script need to show another choice.

Without script the default table stands there and the switches stay hidden; `_static/synthesis.js` only looks up what
was computed here. Nothing is fetched: the results stand in the page.
"""

import json
from html import escape

from IPython.display import HTML

from analysis.synthesis.switches import payload

UNITS = {"share": "% of patients", "rate": "events per 1,000 person-years"}


def panel(tables, name: str = "switches") -> HTML:
    """Switches, live answer, table of the groups, and the results they choose from.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : str
        Anchor of the block.

    Returns
    -------
    HTML

    Examples
    --------
    >>> from analysis import data
    >>> "aria-live" in panel(data.load()).data
    True
    """
    found = payload(tables)
    place = found["share"][0]
    shown = found["answers"][found["default"]][place]
    rows = [found["rows"][number] for number in found["sets"][place]]
    end = top(found, "share")
    body = "".join(_row(row, end) for row in sorted(rows, key=lambda row: -row["share"][0]))
    packed = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("</", "<\\/")
    value = shown["words"].replace("95% CI ", "")
    pooled = (
        f'<tr class="choices-pooled"><th scope="row">Pooled, {len(rows)} groups</th><td class="n"></td>'
        f'<td class="n"></td><td class="choices-cell">{_bar(shown["at"], end, pooled=True)}</td>'
        f'<td class="n">{value}</td></tr>'
    )
    unit = f"{UNITS['share']}, 0 to {end:.0f}"
    return HTML(
        f'<div class="choices" id="{name}">{_fieldset(found)}'
        f'<p class="choices-answer" role="status" aria-live="polite"><strong>{shown["words"]}</strong> '
        f"pooled from {len(rows)} groups. Next group: {shown['next']}; I² {shown['i2']}.</p>"
        '<table class="tbl choices-rows"><thead><tr><th scope="col">Group</th><th scope="col" class="n">n of N</th>'
        f'<th scope="col" class="n">Follow-up</th><th scope="col" class="choices-unit">{unit}</th>'
        f'<th scope="col" class="n">Value (95% CI)</th></tr></thead><tbody>{body}{pooled}</tbody></table>'
        f'<script type="application/json" id="{name}-data">{packed}</script></div>'
    )


def top(found: dict, kind: str) -> float:
    """End of the axis: the same under every choice, so that bars can be compared.

    Examples
    --------
    >>> top({"rows": [{"share": [1.0, 0.5, 18.1]}, {"share": [2.0, 1.0, 7.0]}]}, "share")
    18.1
    """
    return max(row[kind][2] for row in found["rows"] if kind in row)


def _fieldset(found: dict) -> str:
    """Native controls, hidden until the script shows that it runs."""
    kinds = "".join(f'<option value="{key}">{escape(words)}</option>' for key, words in found["estimators"].items())
    parts = [f'<label>Estimator <select data-switch="estimator">{kinds}</select></label>']
    for switch in found["switches"]:
        options = "".join(f'<option value="{i}">{escape(words)}</option>' for i, words in enumerate(switch["options"]))
        control = f'<select data-switch="{switch["name"]}">{options}</select>'
        parts.append(f"<label>{escape(switch['words'])} {control}</label>")
    reset = '<button type="button">Back to the default</button>'
    legend = "<legend>Pool it otherwise</legend>"
    return f'<fieldset class="choices-switches" hidden>{legend}{"".join(parts)}{reset}</fieldset>'


def _bar(numbers: list[float], end: float, pooled: bool = False) -> str:
    """An interval with its mark, and behind it the interval of a further group; drawn by the style sheet."""
    value, low, high, *further = (min(100.0, 100 * number / end) for number in numbers)
    behind = f'<u style="left:{further[0]:.1f}%;width:{further[1] - further[0]:.1f}%"></u>' if further else ""
    return (
        f'<span class="choices-bar{" pooled" if pooled else ""}" aria-hidden="true">{behind}'
        f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i><b style="left:{value:.1f}%"></b></span>'
    )


def _row(row: dict, end: float) -> str:
    """One group of the default, as the script writes it too."""
    link = f'<a class="report" href="data.html#report-{row["report"]}">{escape(row["name"])}</a>'
    followed = "not seen" if row["borrowed"] else row["followed"]
    return (
        f'<tr><th scope="row">{link}</th><td class="n">{row["counts"]}</td><td class="n">{followed}</td>'
        f'<td class="choices-cell">{_bar(row["share"], end)}</td><td class="n">{row["share_words"]}</td></tr>'
    )
