"""The reconstruction as pages list it: rows of text for tables, one line a printed number, a proof, a choice.

Everything is computed elsewhere; here it is put into words.
"""

import math
import re
from html import escape

import pandas as pd
from IPython.display import HTML

from analysis import catalogue, doors
from analysis import claims as ledger
from analysis.data import Tables
from analysis.recipes.printed import inside
from analysis.recipes.table import SCALED

SIDES = {"value": "estimate", "low": "lower limit", "high": "upper limit", "numerator": "count", "denominator": "of"}
ENDS = {"IQR": {"low": "lower quartile", "high": "upper quartile"}, "range": {"low": "smallest", "high": "largest"}}
RESOLUTIONS = {"value": "resolution", "low": "low_resolution", "high": "high_resolution"}
MOST_DIGITS = 6
PROOFS = {  # kinds of proof in the order in which they matter to a reader
    "variance bound": "Precision and number of events",
    "interval argument": "An estimate and its own interval",
    "duplicate contradiction": "Two places, two numbers",
    "enumeration": "A percentage of a count",
}
CLAIM = re.compile(r"\bG\d{3}\b")


def claim_rows(tables: Tables, found: pd.DataFrame) -> pd.DataFrame:
    """Published beside regenerated, one row a claim.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    found : DataFrame
        Of `analysis.reconstruction.regenerated.regenerated`, or some of its rows.

    Returns
    -------
    DataFrame
        ``What`` (with how it was computed), ``Published`` (a placeholder), ``Regenerated`` (smallest to largest, limits
        in brackets), ``Comes out in`` (in how many members; for the others what is known), ``data_kind``.
    """
    rows = []
    for name, fields in found.groupby("claim", sort=False):
        claim = tables.claims.loc[name]
        how = f"<details><summary>How</summary><p>{escape(fields.recipe.iloc[0])}</p></details>"
        counts = f"; {ledger.count_text(claim)}" if {"numerator", "denominator"} <= set(fields.field) else ""
        rows.append(
            {
                "What": HTML(escape(catalogue.what(claim)) + how),
                "Published": f"{{claim:{name}}}{counts}",
                "Regenerated": _regenerated(claim, fields.set_index("field")),
                "Comes out in": HTML(_met(claim, fields)),
                "data_kind": "synthetic",
            }
        )
    return pd.DataFrame(rows)


def score_rows(score: pd.DataFrame, members: int) -> pd.DataFrame:
    """The score by place, as text.

    Parameters
    ----------
    score : DataFrame
        Of `analysis.reconstruction.regenerated.score_by_table`.
    members : int
        How many members there are.

    Returns
    -------
    DataFrame
        ``Where``, ``Printed`` (numbers), ``In all …`` (members), ``Excluded`` (proven), ``Open`` (not reached
        and without proof), ``Missed`` only if there are any, ``data_kind``.
    """
    places = ["All" if place == "all" else ledger.place_text(place) for place in score.index]
    table = pd.DataFrame({"Where": places, "Printed": score.fields.to_numpy()})
    table[f"In all {members}"] = score.regenerated.to_numpy()
    table["Excluded"] = score.impossible.to_numpy()
    table["Open"] = score["not reached"].to_numpy()
    if score.missed.any():
        table["Missed"] = score.missed.to_numpy()
    return table.astype(str).assign(data_kind="synthetic")


def proof_rows(tables: Tables, proofs: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Printed numbers that no patients have together, each with its argument.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    proofs : DataFrame
        Of `analysis.reconstruction.proofs.impossible`.
    findings : DataFrame
        Of the audit; those about the same claim are linked.

    Returns
    -------
    DataFrame
        ``Printed``, ``Why not`` (with the smallest set of numbers that exclude each other), ``What would fit``,
        ``What may have happened``; HTML. The order is that of `PROOFS`.
    """
    return pd.DataFrame(
        [
            {
                "Printed": _printed(tables, row),
                "Why not": HTML(_argument(tables, row)),
                "What would fit": row.fits,
                "What may have happened": HTML(_misprint(row, findings)),
            }
            for row in ordered(proofs).itertuples()
        ]
    )


def ordered(proofs: pd.DataFrame) -> pd.DataFrame:
    """Proofs in the order in which they matter to a reader.

    Parameters
    ----------
    proofs : DataFrame
        Of `analysis.reconstruction.proofs.impossible`.

    Returns
    -------
    DataFrame
        The same rows, kinds in the order of `PROOFS`.
    """
    return proofs.sort_values("kind", key=lambda kinds: kinds.map(list(PROOFS).index), kind="stable")


def anchors(proofs: pd.DataFrame) -> list[str]:
    """Anchors of the rows of `proof_rows`, to which `claim_rows` links.

    Parameters
    ----------
    proofs : DataFrame
        As given to `proof_rows`.

    Returns
    -------
    list of str
    """
    return [_anchor(row.claim, row.field) for row in ordered(proofs).itertuples()]


def unproven_rows(tables: Tables, unproven: pd.DataFrame) -> pd.DataFrame:
    """Numbers that no member gives and no proof excludes.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    unproven : DataFrame
        Of `analysis.reconstruction.proofs.not_reached`.

    Returns
    -------
    DataFrame
        ``Printed`` (a placeholder), ``Nearest``, ``What was tried``.
    """
    return pd.DataFrame(
        [
            {
                "Printed": f"{_side(tables.claims.loc[row.claim], row.field)} of {{claim:{row.claim}}}",
                "Nearest": row.nearest,
                "What was tried": row.tried,
            }
            for row in unproven.itertuples()
        ]
    )


def slug(place: str) -> str:
    """A place in the report as part of an anchor.

    Examples
    --------
    >>> slug("results/t-MN characteristics")
    'results-t-mn-characteristics'
    """
    return re.sub(r"[^a-z0-9]+", "-", place.lower())


def _regenerated(claim: pd.Series, fields: pd.DataFrame) -> str:
    """Ranges of all fields of a claim in one line."""
    parts = {field: _range(claim, row) for field, row in fields.iterrows()}
    limits = " to ".join(parts[side] for side in ("low", "high") if side in parts)
    value = parts.get("value", "")
    text = f"{value} ({limits})" if value and limits else value or limits
    if "numerator" in parts:
        text += f"; {parts['numerator']}" + (f" of {parts['denominator']}" if "denominator" in parts else "")
    return text


def _range(claim: pd.Series, row: pd.Series) -> str:
    """Smallest to largest of one field, with enough digits to see on which side of its window it lies."""
    if math.isnan(row.smallest):
        return "none"
    step = claim[RESOLUTIONS[row.name]] if row.name in SCALED else 1.0
    ends = (row.smallest, row.largest)
    places = max(_places(number, row.low, row.high, step) for number in ends)
    low, high = (_number(number, places) for number in ends)
    return low if low == high else f"{low}–{high}"


def _places(number: float, low: float, high: float, step: float) -> int:
    """Decimals: one more than was printed, or as many as it takes to stay on the same side of the window's ends."""
    if number == round(number) and step >= 1:
        return 0
    places = max(0, 1 - math.floor(math.log10(step)))
    right = bool(inside(number, low, high))
    while bool(inside(float(f"{number:.{places}f}"), low, high)) != right and places < MOST_DIGITS:
        places += 1
    return places


def _number(number: float, places: int) -> str:
    """A number with so many decimals; below the last of them where it would read as nothing."""
    text = f"{number:.{places}f}"
    return text if float(text) or not number else f"<{10**-places:.{places}f}"


def _met(claim: pd.Series, fields: pd.DataFrame) -> str:
    """In how many members a claim is printed as it was; what is known of the fields that are not."""
    words = []
    for row in fields.itertuples():
        if row.state == "impossible":
            link = f'<a href="#{_anchor(row.claim, row.field)}">impossible</a>'
            words.append(f"{_side(claim, row.field)}: {link}, {escape(row.fits)} would fit")
        elif row.state != "regenerated":
            words.append(f"{_side(claim, row.field)}: {row.inside} of {row.members}, {row.state}")
    rest = (fields.state == "regenerated").any()
    if not words:
        return f"all {fields.members.iloc[0]}"
    return "; ".join([*words, *(["the rest: all"] if rest else [])])


def _side(claim: pd.Series, field: str) -> str:
    """Which figure of a claim it is."""
    return ENDS.get(claim.interval, {}).get(field, SIDES[field])


def _anchor(claim: str, field: str) -> str:
    """Anchor of a proof."""
    return f"proof-{claim.lower()}-{field}"


def _printed(tables: Tables, row) -> HTML:
    """Which number it is: as it stands, what it is, and the door to its claim."""
    claim = tables.claims.loc[row.claim]
    side = "" if row.field == "value" else f"{_side(claim, row.field)} "
    what = escape(catalogue.what(claim))
    door = doors.door(tables, row.claim, "claim")
    return HTML(f'{side}{escape(row.printed)}<span class="ids">{what}</span><span class="ids">{door}</span>')


def _argument(tables: Tables, row) -> str:
    """The argument with its claims as doors, what it assumes, and the smallest conflicting set behind a fold."""
    text = CLAIM.sub(lambda match: doors.door(tables, match[0], "id"), escape(_minus(row.argument)))
    if row.assumes:
        text += f" Assumed: {escape(row.assumes)}."
    names = CLAIM.sub(lambda match: doors.door(tables, match[0], "id"), escape(_conflict(row.conflict)))
    return f"{text}<details><summary>Numbers that exclude each other</summary><p>{names}</p></details>"


def _minus(words: str) -> str:
    """The name of the scale with a minus sign, which does not break."""
    return words.replace("log(-log)", "log(−log)")


def _conflict(names: str) -> str:
    """The conflicting fields in words, those of one claim together."""
    fields: dict[str, list[str]] = {}
    for name in names.split():
        claim, side = name.split(".")
        fields.setdefault(claim, []).append("denominator" if side == "denominator" else SIDES[side])
    return "; ".join(f"{claim}: {', '.join(sides)}" for claim, sides in fields.items())


def _misprint(row, findings: pd.DataFrame) -> str:
    """A plausible misprint, and the audit's finding about the same number."""
    about = findings[[row.claim in ids.split() for ids in findings.claims]].drop_duplicates("severity")
    words = [escape(row.misprint[:1].upper() + row.misprint[1:])] if row.misprint else []
    links = [f'<a href="#{finding.finding}">audit: {escape(finding.severity)}</a>' for finding in about.itertuples()]
    return "; ".join([*words, *links]) or "Nothing suggests itself"
