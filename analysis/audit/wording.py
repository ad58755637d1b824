"""Do the words carry what the numbers say, and is one method named everywhere?

Vocabulary: `WORDS` gives the smallest share that a word can stand for; *subject* is the claim a wording is about.
"""

from collections.abc import Iterator

from analysis.audit.ledger import Check, Ledger, count, listed, name, place, value
from analysis.data import Tables
from analysis.intervals import proportion_interval

# Smallest share, in percent, that a word stands for. "Almost always" is put at 90 or more by most readers: Mosteller F,
# Youtz C. Statistical Science 1990;5:2-12. The others mean a majority.
WORDS = {"almost always": 90.0, "most": 50.0, "mostly": 50.0, "mainly": 50.0, "predominantly": 50.0}
SIGNIFICANT = {"significant": True, "not significant": False}
FIRST = "most common"
MODELS = {"cause_specific": "a cause-specific Cox model", "subdistribution": "a Fine and Gray (subdistribution) model"}


def wording(tables: Tables) -> Iterator[Check]:
    """Words such as most, almost always, most common or significant agree with the numbers.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each statement ``wording``.

    References
    ----------
    Mosteller F, Youtz C. Quantifying probabilistic expressions. Statistical Science 1990;5:2-12.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "TP53 retained", "value": "67", "numerator": 4, "denominator": 6},
    ...     {"id": "S", "kind": "statement", "quantity": "wording", "group": "TP53 retained", "value": "almost always",
    ...      "about": "A", "location": "discussion"},
    ... )
    >>> [(check.expected, check.found) for check in wording(paper)]
    [('90% or more', '67% (4 of 6; exact 95% interval 22 to 96%)')]
    """
    ledger = Ledger(tables)
    told: set[tuple] = set()
    for statement in ledger.statements("wording"):
        rows = [row for row in ledger.about(statement) if row.value is not None]
        key = (statement.value_printed, statement.about)
        if not rows or key in told:
            continue
        told.add(key)
        alike = [s for s in ledger.statements("wording") if (s.value_printed, s.about) == key]
        if statement.value_printed in WORDS:
            yield _share(ledger, alike, rows)
        elif statement.value_printed == FIRST:
            yield _first(ledger, alike, rows)
        elif statement.value_printed in SIGNIFICANT:
            yield from (_significance(ledger, alike, row) for row in rows)


def _share(ledger: Ledger, statements: list, rows: list) -> Check:
    """A word that stands for a share."""
    word, subject = statements[0].value_printed, rows[0]
    least = WORDS[word]
    claims = (*(row.id for row in rows), *(s.id for s in statements))
    if subject.value > least or (least > 50 and subject.value >= least):
        return Check(claims)
    rest = [row.value for row in rows[1:] if row.unit == subject.unit and row.denominator == subject.denominator]
    largest = least == 50 and all(subject.value > other for other in rest)
    severity = "ambiguous" if largest else "inconsistency"
    return Check(
        claims,
        expected=f"{least:g}% or more" if least > 50 else "a share above one half",
        found=f"{value(subject)}{_exact(subject)}",
        severity="quoting" if subject.role == "external" else severity,
        reading=_softer(ledger, statements, subject, largest),
        how=f"The share set against the word “{word}” in {listed(dict.fromkeys(place(s) for s in statements))}.",
    )


def _exact(row) -> str:
    """Counts behind a percentage, with the exact interval."""
    if row.numerator is None or row.denominator is None:
        return ""
    limits = proportion_interval([int(row.numerator)], [int(row.denominator)]).iloc[0]
    counts = f"{int(row.numerator)} of {int(row.denominator)}"
    return f" ({counts}; exact 95% interval {100 * limits.conf_low:.0f} to {100 * limits.conf_high:.0f}%)"


def _softer(ledger: Ledger, statements: list, subject, largest: bool) -> str:
    """Another wording of the paper that fits, or a milder reading of this one."""
    for other in ledger.statements("wording"):
        fits = other.value_printed in WORDS and subject.value > WORDS[other.value_printed]
        same = other.about and subject.id in other.about.split()[:1] and other.report == statements[0].report
        if same and fits:
            return f"The wording of {place(other)}, “{other.value_printed}”, is the one the number carries."
    if largest:
        return f"“{statements[0].value_printed.capitalize()}” can be read as most often, not as a majority."
    return f"A milder word than “{statements[0].value_printed}” would fit."


def _first(ledger: Ledger, statements: list, rows: list) -> Check:
    """A subject said to be the most common of several."""
    subject, others = rows[0], rows[1:]
    ahead = [row for row in others if row.value > subject.value]
    tied = [row for row in others if row.value == subject.value]
    ids = tuple(s.id for s in statements)
    if not ahead and not tied:
        return Check((*ledger.ids(rows), *ids))
    counts = [f"{row.quantity} {value(row)}" + (f" ({count(row)})" if count(row) else "") for row in rows]
    return Check(
        (*ledger.ids([subject, *(ahead or tied)]), *ids),
        expected=f"{subject.quantity} more common than {listed(row.quantity for row in ahead or tied)}",
        found=", ".join(counts),
        severity="inconsistency" if ahead else "ambiguous",
        reading=f"{listed(row.quantity for row in ahead)} is more common."
        if ahead
        else f"{listed(row.quantity for row in [subject, *tied])} are equally common.",
        how=f"Printed shares compared with the wording in {listed(dict.fromkeys(place(s) for s in statements))}.",
    )


def _significance(ledger: Ledger, statements: list, row) -> Check:
    """A p value called significant or not."""
    levels = ledger.originals(report=row.report, quantity="significance level")
    level = levels[0].value if levels else 0.05
    claims = (*ledger.family(row), *(s.id for s in statements), *(r.id for r in levels))
    said = SIGNIFICANT[statements[0].value_printed]
    below = row.value < level or (row.value == level and row.comparator == "<")
    if below == said:
        return Check(claims)
    return Check(
        claims,
        expected=f"p {'below' if said else 'of at least'} {level:g}",
        found=f"{name(row)}: p {value(row)}, called {statements[0].value_printed}",
        severity="inconsistency",
        reading="The wording or the p value is not right, or another level was meant.",
        how="The p value compared with the stated level of significance.",
    )


def models(tables: Tables) -> Iterator[Check]:
    """The model named in the Methods is the one named in tables and text.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each report whose hazard ratios have more than one model named, one for the others.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "MCV", "statistic": "hazard ratio", "value": "1.10", "unit": "HR"},
    ...     {"id": "S", "kind": "statement", "quantity": "model", "value": "subdistribution", "about": "A",
    ...      "group": "the Methods"},
    ...     {"id": "T", "kind": "statement", "quantity": "model", "value": "cause_specific", "about": "A",
    ...      "group": "the title of Table 2"},
    ... )
    >>> [check.expected for check in models(paper)]
    ['one model']
    """
    ledger = Ledger(tables)
    by_report: dict[str, list] = {}
    for statement in ledger.statements("model"):
        by_report.setdefault(statement.report, []).append(statement)
    for statements in by_report.values():
        named: dict[str, set[str]] = {}
        for statement in statements:
            for row in ledger.about(statement):
                named.setdefault(row.id, set()).add(statement.value_printed)
        torn = [claim for claim in ledger.rows if len(named.get(claim, ())) > 1]
        calm = tuple(claim for claim in named if claim not in torn)
        if calm:
            yield Check((*calm, *(s.id for s in statements)))
        if torn:
            yield _torn(torn, statements)


def _torn(claims: list[str], statements: list) -> Check:
    """Hazard ratios with more than one model."""
    said: dict[str, list[str]] = {}
    for statement in statements:
        said.setdefault(statement.value_printed, []).append(statement.group or place(statement))
    found = [f"{listed(dict.fromkeys(where))}: {MODELS.get(model, model)}" for model, where in said.items()]
    text = "; ".join(found)
    return Check(
        (*claims, *(s.id for s in statements)),
        expected="one model",
        found=text[0].upper() + text[1:],
        severity="inconsistency",
        reading="One name is probably left over from an earlier version. A table does not tell a cause-specific "
        "from a subdistribution hazard ratio, so both stay possible.",
        how=f"Models named for the same {len(claims)} hazard ratios compared.",
    )


def covariates(tables: Tables) -> Iterator[Check]:
    """The rows of a table of hazard ratios are the covariates that the Methods name.

    Parameters
    ----------
    tables : Tables
        The tables of the review.

    Yields
    ------
    Check
        One for each statement ``model covariates``.

    Examples
    --------
    >>> from analysis.audit.invented import ledger
    >>> paper = ledger(
    ...     {"id": "A", "quantity": "age", "statistic": "hazard ratio", "value": "1.04", "unit": "HR"},
    ...     {"id": "S", "kind": "statement", "quantity": "model covariates", "value": "MCV; LDH", "about": "A"},
    ... )
    >>> [(check.expected, check.found) for check in covariates(paper)]
    [('MCV and LDH', 'also age')]
    """
    ledger = Ledger(tables)
    for statement in ledger.statements("model covariates"):
        listed_there = [quantity.strip() for quantity in statement.value_printed.split(";")]
        rows = ledger.about(statement)
        odd = [row for row in rows if row.quantity not in listed_there]
        claims = tuple(row.id for row in rows if row not in odd)
        if claims:
            yield Check((*claims, statement.id))
        if odd:
            yield _unlisted(ledger, statement, listed_there, odd)


def _unlisted(ledger: Ledger, statement, there: list[str], odd: list) -> Check:
    """Covariates that the Methods do not list."""
    extra = list(dict.fromkeys(row.quantity for row in odd))
    matching = [s for s in ledger.statements("matching covariates") if s.report == statement.report]
    only = [q for q in extra for s in matching if q in [word.strip() for word in s.value_printed.split(";")]]
    used = [s for s in matching if only]
    coded = [row for s in used for row in ledger.about(s)]
    reading = "The list is probably incomplete."
    if only:
        reading += f" {listed(only).capitalize()} {'are' if len(only) > 1 else 'is'} named for the matching only"
        reading += f", there with {listed(row.quantity for row in coded)}" if coded else ""
        reading += "; how they enter the model is not stated."
    return Check(
        (*(row.id for row in odd), *ledger.ids(coded), statement.id, *(s.id for s in used)),
        expected=listed(there),
        found=f"also {listed(extra)}",
        severity="ambiguous",
        reading=reading,
        how="Rows with a hazard ratio compared with the covariates listed in the Methods.",
    )
