"""Pooled numbers in the running text: value, interval, what it is, how it was computed, from which claims."""

import math

from analysis.synthesis import certainty, pools, randomised, robustness, switches, timed
from analysis.synthesis.answer import ESTIMATORS, PER_1000, PERCENT, Answer
from analysis.synthesis.choice import RULE, Choice, division
from analysis.synthesis.findings import HEADLINE, findings, number, signed
from analysis.synthesis.groups import PRIMARY, rows

Words = tuple[str, str, str, str, tuple[str, ...]]


def pooled(tables, name: str, field: str = "value") -> Words:
    """A pooled value, or something that belongs to it.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : str
        A pool of `analysis.synthesis.pools`, ``tmn-incidence-24m``, or ``difference-STUDY-OUTCOME``.
    field : str
        ``value`` (with its interval), ``point`` (without), ``k``, ``events``, ``total``, ``prediction``, ``i2``,
        ``smallest``, ``largest``.

    Returns
    -------
    tuple
        Text, interval, what, how, claims.

    Raises
    ------
    LookupError
        If there is no such pool, field, or pooled value, with what there is.

    Examples
    --------
    >>> from analysis import data
    >>> pooled(data.load(), "tmn-share")[:2]
    ('4.0%', '95% CI 2.2–7.0')
    """
    if name.startswith("difference-"):
        return _difference(tables, name)
    label, found, choice = _found(tables, name)
    inputs = tuple(_claims(tables, choice.outcome, found))
    return (*_field(name, found, field), label, _how(found), inputs)


def _found(tables, name: str) -> tuple[str, Answer, Choice]:
    """Label, answer and choice of a name."""
    known = pools.answers(tables)
    if name in known:
        pool, found = known[name]
        return pool.label, found, pool.choice
    for months in timed.TIMES:
        if name == f"tmn-incidence-{months}m":
            return f"t-MN by {months} months", timed.answer(tables, months), Choice()
    raise LookupError(f"no pooled number {name!r}; there are {', '.join(known)}")


def _claims(tables, outcome: str, found: Answer) -> list[str]:
    """Claims of the counts that entered."""
    table = rows(tables)
    return table[(table.outcome == outcome) & table.arm.isin(found.arms)].claim.dropna().tolist()


def _field(name: str, found: Answer, field: str) -> tuple[str, str]:
    """Text and interval of a field."""
    unit = "%" if found.unit == PERCENT else f" {PER_1000}"
    both = "{}–{}"
    if field in ("value", "point", "prediction", "i2") and not found.pooled:
        raise LookupError(f"{name} has no pooled value: {found.reason}")
    limits = both.format(number(found.low, found.unit), number(found.high, found.unit)) if found.pooled else ""
    texts = (
        {
            "value": (number(found.estimate, found.unit) + unit, f"95% CI {limits}"),
            "point": (number(found.estimate, found.unit) + unit, ""),
            "k": (f"{found.k}", ""),
            "events": (f"{found.events:,}", ""),
            "total": (f"{found.total:,}", ""),
            "prediction": (
                f"{number(found.prediction_low, found.unit)} to {number(found.prediction_high, found.unit)}{unit}",
                "",
            ),
            "i2": (f"{found.i2:.0f}%", f"95% CI {found.i2_low:.0f}–{found.i2_high:.0f}"),
            "smallest": (number(found.smallest, found.unit) + unit, ""),
            "largest": (number(found.largest, found.unit) + unit, ""),
        }
        if found.pooled or not math.isnan(found.smallest)
        else {"k": (f"{found.k}", "")}
    )
    if field not in texts:
        raise LookupError(f"no field {field!r} of {name}; there are {', '.join(texts)}")
    return texts[field]


def _how(found: Answer) -> str:
    """How it was pooled, in words."""
    words = (
        f"{found.k} groups, {ESTIMATORS.get(found.estimator, found.estimator)}; of groups that may share patients one"
    )
    return f"{words}, by {RULE}" if found.pooled else f"not pooled: {found.reason}"


def _difference(tables, name: str) -> Words:
    """A randomised comparison in words."""
    for row in randomised.differences(tables).itertuples():
        if name == f"difference-{row.study}-{pools.slug(row.outcome)}":
            interval = f"exact 95% CI {signed(row.low)} to {signed(row.high)}"
            what = f"{row.name}: {row.outcome}, CAR T less standard of care, percentage points"
            how = "exact unconditional interval (Chan and Zhang) of the printed counts"
            return signed(row.difference), interval, what, how, (row.claim, row.claim_reference)
    raise LookupError(f"no randomised comparison {name!r}")


def count(tables, name: str) -> tuple[str, str]:
    """A number about the synthesis as a whole, and what it is.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    name : str
        A key of `counts`.

    Returns
    -------
    tuple of str
        Text, words.

    Raises
    ------
    LookupError
        If there is no such count, with those that there are.

    Examples
    --------
    >>> from analysis import data
    >>> count(data.load(), "pooled")[0]
    '6'
    """
    found = counts(tables, name.split("-")[0])
    if name not in found:
        raise LookupError(f"no count {name!r} of the synthesis; there are {', '.join(found)}")
    return found[name]


def counts(tables, part: str) -> dict[str, tuple[str, str]]:
    """The numbers of one part: ``range``, ``rates``, ``influence``, ``one``, else the groups and the certainty."""
    if part in ("range", "rates"):
        unit = PERCENT if part == "range" else PER_1000
        span = switches.span(tables, unit)
        told = {
            key: (number(span[key], unit), f"{key} over all switches") for key in ("low", "high", "lowest", "highest")
        }
        told |= {key: (f"{span[key]:,}", "combinations of switches") for key in ("combinations", "pooled", "different")}
        return {f"{part}-{key}": value for key, value in told.items()}
    if part == "influence":
        row = robustness.most_influential(tables)
        return {
            "influence-name": (row["name"], "the group without which the pooled share moves furthest"),
            "influence-share": (f"{number(row.estimate, PERCENT)}%", f"pooled share without {row['name']}"),
        }
    if part == "one":
        row = robustness.one_more(tables)
        row = row.loc[row.moves.idxmax()]
        return {
            "one-name": (row["name"], "the group in which one more patient moves the pooled share furthest"),
            "one-share": (f"{number(row.estimate, PERCENT)}%", f"pooled share with one more event in {row['name']}"),
        }
    divided = division(tables)
    told = {
        "arms": (f"{len(divided):,}", "groups of patients"),
        "pooled": (f"{divided.pooled.sum()}", f"groups in the pooled share of {PRIMARY}"),
        "unpooled": (f"{(~divided.pooled).sum()}", "groups that are not pooled, each for a stated reason"),
        "switches": (f"{len(switches.every(tables)):,}", "combinations of all switches"),
    }
    rated = {f"certainty-{finding.name}": (finding.rating.level, finding.question) for finding in findings(tables)}
    return told | rated


def headline(tables) -> certainty.Rating:
    """Certainty of the answer on the front page.

    Examples
    --------
    >>> from analysis import data
    >>> headline(data.load()).level in certainty.LEVELS
    True
    """
    return certainty.of_time(tables, HEADLINE)
