"""Numbers computed from the ledger for the running text, each with how it was computed.

``estimate(tables, "one-in:G083")`` calls the function ``one-in`` with the claim ``G083``. Whatever is printed this way
is marked as computed wherever it stands.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from analysis import competing, evidence, shares, wald_words
from analysis.intervals import proportion_interval
from analysis.reconstruction import matching_rows, proofs, store, unpublished
from analysis.review import summary
from analysis.shares import percent
from analysis.synthesis import words as synthesis_words


class Estimate(NamedTuple):
    """A computed number in words, with its interval, what it is, how it was computed, and from which claims.

    ``kind`` is synthetic where the number is about patients who do not exist.
    """

    text: str
    interval: str
    what: str
    how: str
    inputs: tuple[str, ...]
    kind: str = "computed"


def estimate(tables, name: str) -> Estimate:
    """The estimate with this name.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : str
        Function, colon, arguments separated by blanks.

    Returns
    -------
    Estimate

    Raises
    ------
    LookupError
        If the function or the claim does not exist, with those that do.

    Examples
    --------
    >>> from analysis import data
    >>> estimate(data.load(), "one-in:G083").text
    '1 in 22'
    """
    function, _, argument = name.partition(":")
    if function not in FUNCTIONS:
        raise LookupError(f"no computed number {function!r}; there are {', '.join(FUNCTIONS)}")
    return FUNCTIONS[function](tables, *argument.split())


def _claim(tables, name: str) -> pd.Series:
    """One claim, or an error that names it."""
    if name not in tables.claims.index:
        raise LookupError(f"no claim {name!r} in the ledger")
    return tables.claims.loc[name]


def one_in(tables, name: str) -> Estimate:
    """A percentage as one in so many people."""
    claim = _claim(tables, name)
    return Estimate(
        f"1 in {round(100 / claim.value)}",
        "",
        f"{claim.value_printed}% as one in so many",
        "100 divided by the printed percentage, rounded",
        (name,),
    )


def of_100(tables, name: str) -> Estimate:
    """A percentage as whole people of a hundred, both neighbours where it lies between two."""
    claim = _claim(tables, name)
    low, high = math.floor(claim.value + 0.25), math.ceil(claim.value - 0.25)
    words = f"{low} or {high}" if low < high else f"{low}"
    return Estimate(
        words,
        "",
        f"{claim.value_printed}% as people of a hundred",
        "the printed percentage; both neighbours when it lies between a quarter and three quarters",
        (name,),
    )


def exact(tables, name: str) -> Estimate:
    """A printed count as a share with its exact interval."""
    claim = _claim(tables, name)
    row = proportion_interval(int(claim.numerator), int(claim.denominator)).iloc[0]
    return Estimate(
        percent(row.estimate),
        f"exact 95% CI {percent(row.conf_low, '')}–{percent(row.conf_high)}",
        f"{int(claim.numerator)} of {int(claim.denominator)}, {claim.quantity}",
        "Clopper–Pearson interval of the printed counts",
        (name,),
    )


def of(tables, part: str, whole: str) -> Estimate:
    """One printed count of another, as a share with its exact interval."""
    events, total = shares.count(_claim(tables, part)), shares.count(_claim(tables, whole))
    row = proportion_interval(events, total).iloc[0]
    return Estimate(
        f"{events} of {total}",
        f"{percent(row.estimate)}, exact 95% CI {percent(row.conf_low, '')}–{percent(row.conf_high)}",
        "one printed count of another",
        f"{part} of {whole}, Clopper–Pearson interval",
        (part, whole),
    )


def at_least(tables, part: str, whole: str) -> Estimate:
    """Share of all if none of those not tested had it: the lowest it can be."""
    found, everyone = _claim(tables, part), shares.count(_claim(tables, whole))
    return Estimate(
        percent(shares.bounds(int(found.numerator), int(found.denominator), everyone)[0]),
        "",
        f"{found.quantity}: lowest share of all {everyone}",
        "worst-case bound: none of those not tested had it",
        (part, whole),
    )


def at_most(tables, part: str, whole: str) -> Estimate:
    """Share of all if everybody not tested had it: the highest it can be."""
    found, everyone = _claim(tables, part), shares.count(_claim(tables, whole))
    untested = everyone - int(found.denominator)
    return Estimate(
        percent(shares.bounds(int(found.numerator), int(found.denominator), everyone)[1]),
        "",
        f"{found.quantity}: highest share of all {everyone}",
        f"worst-case bound: all {untested} not tested had it",
        (part, whole),
    )


def behind(tables, name: str) -> Estimate:
    """The count behind a printed percentage."""
    claim = _claim(tables, name)
    total = int(claim.denominator)
    return Estimate(
        f"{shares.implied_count(claim)} of {total}",
        "",
        f"count behind {claim.value_printed}%, {claim.quantity}",
        f"the only whole number of {total} that prints as {claim.value_printed}%",
        (name,),
    )


def crude_share(tables, name: str) -> Estimate:
    """A printed count as a share, without interval, for titles and alternative texts."""
    return exact(tables, name)._replace(interval="")


def rest(tables, whole: str, *parts: str) -> Estimate:
    """What is left of a count after its parts."""
    left = shares.count(_claim(tables, whole)) - sum(shares.count(_claim(tables, part)) for part in parts)
    return Estimate(str(left), "", "difference of printed counts", " − ".join((whole, *parts)), (whole, *parts))


def total(tables, *names: str) -> Estimate:
    """Sum of printed counts."""
    return Estimate(
        str(sum(shares.count(_claim(tables, name)) for name in names)),
        "",
        "sum of printed counts",
        " + ".join(names),
        names,
    )


def ratio(tables, upper: str, lower: str) -> Estimate:
    """How many times one printed value is another."""
    times = _claim(tables, upper).value / _claim(tables, lower).value
    return Estimate(
        f"{times:.1f}", "", "ratio of two printed values", f"{upper} / {lower}, no interval", (upper, lower)
    )


def rows(tables, table: str, column: str = "", value: str = "") -> Estimate:
    """Number of rows of a table, of those with a given cell if one is named (underscores stand for blanks)."""
    frame = getattr(tables, table)
    count = len(frame) if not column else int((frame[column] == value.replace("_", " ")).sum())
    what = f"rows of the table {table}" + (
        f" ({column.replace('_', ' ')}: {value.replace('_', ' ')})" if column else ""
    )
    return Estimate(f"{count:,}", "", what, f"counted in data/{table}", ())


def evidence_count(tables, name: str) -> Estimate:
    """How many groups of patients are of a kind that `analysis.evidence.summary` names."""
    number, words = evidence.summary(tables)[name]
    return Estimate(f"{number:,}", "", words, "counted in the table of arms", ())


def review_count(tables, name: str) -> Estimate:
    """A count of the flow, the overlap, the quality or the checklists that `analysis.review.summary` names."""
    counts = summary.summary(tables)
    if name not in counts:
        raise LookupError(f"no count {name!r} of the review; there are {', '.join(counts)}")
    number, words = counts[name]
    return Estimate(f"{number:,}", "", words, "counted in the tables of the review", ())


def pooled(tables, name: str, field: str = "value") -> Estimate:
    """A pooled number of the synthesis, or something that belongs to it; see `analysis.synthesis.words.pooled`."""
    return Estimate(*synthesis_words.pooled(tables, name, field))


def synthesis_count(tables, name: str) -> Estimate:
    """A number about the synthesis as a whole; see `analysis.synthesis.words.counts`."""
    text, words = synthesis_words.count(tables, name)
    return Estimate(text, "", words, "computed on the page Synthesis", ())


def hazard_ratios(tables, report: str) -> Estimate:
    """Number of hazard ratios that a report prints, each counted once."""
    claims = tables.claims
    found = claims[(claims.report == report) & (claims.statistic == "hazard ratio") & claims.duplicate_of.isna()]
    if found.empty:
        raise LookupError(f"no hazard ratio of {report!r} in the ledger")
    return Estimate(str(len(found)), "", f"hazard ratios of {report}", "counted in the ledger, each once", ())


def invented(tables, which: str) -> Estimate:
    """A number of the worked example on competing risks, which is about invented patients."""
    return Estimate(*competing.words(which), (), kind="synthetic")


def row_orders(tables, what: str, claim: str = "") -> Estimate:
    """A number about random orders of the rows of the synthetic cohorts."""
    return Estimate(*matching_rows.order_words(what, claim), (claim,) if claim else (), kind="synthetic")


def order_free(tables, what: str, method: str, claim: str) -> Estimate:
    """A number about the synthetic cohorts, compared without any order of rows."""
    return Estimate(*matching_rows.method_words(what, method, claim), (claim,), kind="synthetic")


def synthetic(tables, quantity: str) -> Estimate:
    """A range over the synthetic cohorts, of something that was not printed."""
    return Estimate(*unpublished.words(quantity), (), kind="synthetic")


def members(tables) -> Estimate:
    """How many synthetic cohorts are stored."""
    number, how = len(store.index()), "counted in the index of data/reconstruction"
    return Estimate(f"{number}", "", f"cohorts, {store.LABEL}", how, (), kind="synthetic")


def impossible(tables, *kind: str) -> Estimate:
    """How many printed numbers no patients have together with the others; of one kind of proof, if it is named."""
    found, wanted = proofs.impossible(tables), " ".join(kind)
    number = (found.kind == wanted).sum() if wanted else len(found)
    what = "printed numbers that no cohort gives beside the others" + (f": {wanted}" if wanted else "")
    return Estimate(f"{number}", "", what, "counted among the proofs on the page Reproduction", ())


def _of_claims(words: Callable[..., tuple[str, str, str, str]]) -> Callable[..., Estimate]:
    """A function of claims and plain numbers as one of their names."""

    def run(tables, *names: str) -> Estimate:
        found = [float(name) if name.isdigit() else _claim(tables, name) for name in names]
        return Estimate(*words(*found), tuple(name for name in names if not name.isdigit()))

    return run


FUNCTIONS: dict[str, Callable[..., Estimate]] = {
    "one-in": one_in,
    "of-100": of_100,
    "exact": exact,
    "of": of,
    "behind": behind,
    "at-least": at_least,
    "at-most": at_most,
    "share": crude_share,
    "rest": rest,
    "total": total,
    "ratio": ratio,
    "rows": rows,
    "evidence": evidence_count,
    "review": review_count,
    "pooled": pooled,
    "synthesis": synthesis_count,
    "hazard-ratios": hazard_ratios,
    "invented": invented,
    "row-orders": row_orders,
    "order-free": order_free,
    "synthetic": synthetic,
    "members": members,
    "impossible": impossible,
    **{name: _of_claims(words) for name, words in wald_words.WORDS.items()},
}
