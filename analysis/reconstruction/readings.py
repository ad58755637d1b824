"""Verdicts on what the paper leaves open: which readings can give the printed numbers, by arithmetic alone.

Vocabulary: a *reading* and its *choices* are named as in `analysis.recipes.reading`; the *verdict* on a choice is
``cannot`` (some printed number is out of reach), ``implausible`` (it would need something absurd), ``possible``
(nothing speaks against it) or ``undecided`` (arithmetic does not tell it from the other choices).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from analysis.audit import rounding
from analysis.audit.ledger import Ledger
from analysis.data import Tables, remembered
from analysis.reconstruction import interpretations, orders
from analysis.reconstruction.proofs import REPORT
from analysis.reconstruction.proofs.fields import paper, printed_numbers

CANNOT, IMPLAUSIBLE, POSSIBLE, UNDECIDED = "cannot", "implausible", "possible", "undecided"
INTERVALS = {"log-log": "log(-log)", "log": "log", "linear": "plain"}


class Verdict(NamedTuple):
    """One choice of one reading; ``claims`` are the ids that decide."""

    reading: str
    choice: str
    verdict: str
    claims: tuple[str, ...]
    argument: str
    assumes: str = ""


@remembered
def readings(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """What the printed numbers say of each open reading.

    Parameters
    ----------
    tables : Tables
        The tables of the review.
    report : str
        The report.

    Returns
    -------
    DataFrame
        One row for each choice: ``reading, choice, verdict, claims`` (ids separated by blanks), ``argument``,
        ``assumes`` (what it needs beyond arithmetic; empty: nothing).

    Examples
    --------
    >>> from analysis import data
    >>> table = readings(data.load())
    >>> table[table.reading == "incidence_population"][["choice", "verdict"]].values.tolist()
    [['all', 'possible'], ['responders', 'cannot']]
    """
    found = [verdict for ask in QUESTIONS for verdict in ask(tables, report)]
    rows = [(*v[:3], " ".join(v.claims), *v[4:]) for v in found]
    return pd.DataFrame(rows, columns=["reading", "choice", "verdict", "claims", "argument", "assumes"])


def _population(tables: Tables, report: str) -> Iterator[Verdict]:
    """Whose incidence it is."""
    table = interpretations.patients_needed(tables, report)
    for choice in ("all", "responders"):
        odd = table[~table[f"from_{choice}"]]
        row = (odd if len(odd) else table).sort_values("at_least").iloc[-1]
        yield Verdict(
            "incidence_population",
            choice,
            CANNOT if len(odd) else POSSIBLE,
            tuple(odd.index if len(odd) else table.index),
            f"The interval at {row.time_months:g} months needs at least {row.at_least} patients; there are "
            f"{'at most ' if choice == 'responders' else ''}{row[choice]}.",
            "fewer than ten relapses or deaths on the very day of a t-MN",
        )


def _intervals(tables: Tables, report: str) -> Iterator[Verdict]:
    """Scale of the intervals."""
    table, counts = interpretations.interval_scales(tables, report), interpretations.scale_counts(tables, report)
    kinds = (
        ("incidence_interval", "cumulative incidence", INTERVALS),
        ("survival_interval", "survival probability", {"log": "log", "log-log": "log(-log)"}),
    )
    for reading, statistic, names in kinds:
        if statistic not in counts.index:
            continue
        rows, total = table[table.statistic == statistic], counts.loc[statistic, "intervals"]
        best = counts.loc[statistic, list(interpretations.SCALES)].max()
        for choice, scale in names.items():
            fits = counts.loc[statistic, scale]
            odd = [claim for claim in rows.index[~rows[scale]] if rows.loc[claim, list(interpretations.SCALES)].any()]
            text = f"{fits} of {total} intervals are symmetric on the {scale} scale, within rounding"
            never = total - int(rows[list(interpretations.SCALES)].any(axis=1).sum())
            text += f"; {never} are so on none of the scales." if never else "."
            verdict = POSSIBLE if fits == best else CANNOT
            yield Verdict(reading, choice, verdict, tuple(odd or rows.index[rows[scale]]), text)


def _censoring(tables: Tables, report: str) -> Iterator[Verdict]:
    """Whether censoring was taken into account."""
    table = interpretations.plain_shares(tables, report)
    odd = table[table.counts == 0]
    if len(odd):
        words = [f"{row.value}% of {row.patients}" for row in odd.head(3).itertuples()]
        yield Verdict(
            "censoring",
            "ignored (plain shares)",
            CANNOT,
            tuple(odd.index),
            f"{len(odd)} of {len(table)} incidences and survival probabilities are no share of their patients: no "
            f"whole number is {' or '.join(words)}.",
        )


def _model(tables: Tables, report: str) -> Iterator[Verdict]:
    """Model and variance of the hazard ratios."""
    table = interpretations.standard_errors(tables, report)
    odd = table[~table.model_based]
    if len(odd):
        words = [f"{r.quantity}, {r.group}, has at most {r.se_high:.3f}, not {r.least:.3f}" for r in odd.itertuples()]
        text = (
            f"With {table.events.iloc[0]} events a model-based standard error cannot be so small: {'; '.join(words)}."
        )
        assumes = "the variance is that of the model, not a robust one"
        yield Verdict("hazard_model", "cause_specific", CANNOT, tuple(odd.index), text, assumes)
    text = "A robust variance, which cmprsk prints for Fine and Gray's model, has no such bound."
    yield Verdict("hazard_model", "subdistribution", POSSIBLE, tuple(table.index), text)


def _quantiles(tables: Tables, report: str) -> Iterator[Verdict]:
    """Definition of quantiles."""
    table = interpretations.quantile_types(tables, report)
    for kind, rows in table.groupby("type"):
        row, never = rows.iloc[0], rows.gap.isna().any()
        text = (
            f"The quartile {row.printed} of {row.quantity} lies at place {row.place:g} of {row.patients} ordered values"
        )
        apart = f" and needs two neighbours {rows.gap.max() * row.grid:g} apart"
        text += ", which makes it a recorded value" if never else apart
        assumes = f"{row.quantity} recorded to {row.grid:g} and known of every patient"
        yield Verdict("quantile_type", str(kind), CANNOT if never else POSSIBLE, tuple(rows.claim), f"{text}.", assumes)


def _genes(tables: Tables, report: str) -> Iterator[Verdict]:
    """Of whom mutations at t-MN are a share."""
    ledger = paper(tables, report)
    stated = [s for s in ledger.statements("population") if s.value_printed == "sequencing at t-MN"]
    if not stated:
        return
    for choice in ("sequenced", "all"):
        odd = []
        for statement in stated:
            quantity = statement.value_printed if choice == "sequenced" else statement.group
            base = _base(ledger, quantity, statement.group)
            rows = ledger.about(statement)
            odd += [(r, base) for r in rows if not rounding.counts_that_print(r.value, base, r.resolution)]
        words = " or ".join(f"{row.value_printed}% of {base}" for row, base in odd)
        verdict, ids = (CANNOT if odd else POSSIBLE), tuple(row.id for row, _ in odd)
        yield Verdict("genes_of", choice, verdict, ids, f"No whole number is {words}." if odd else "Every share fits.")
    ids = tuple(row.id for s in stated for row in ledger.about(s))
    yield Verdict("genes_of", "printed", POSSIBLE, ids, "Each share fits the denominator that goes with its count.")


def _base(ledger: Ledger, quantity: str, group: str) -> int:
    """How many patients of a group a quantity counts, or the group has."""
    if quantity == group:
        return ledger.size(next(iter(ledger.rows.values())).report, group)[0]
    rows = [row for row in printed_numbers(ledger) if (row.quantity, row.group) == (quantity, group)]
    return int(rows[0].numerator)


def _ldh(tables: Tables, report: str) -> Iterator[Verdict]:
    """Unit of the hazard ratio of LDH."""
    rows = [row for row in printed_numbers(paper(tables, report)) if not row.duplicate_of and row.quantity == "LDH"]
    ratio = next((row for row in rows if row.statistic == "hazard ratio"), None)
    quartiles = next((row for row in rows if row.interval == "IQR" and row.location.startswith("table")), None)
    if ratio is None or quartiles is None:
        return
    apart = quartiles.high - quartiles.low
    text = f"{ratio.value_printed} for 1 U/L would be {ratio.value**apart:,.0f} from quartile to quartile"
    text += f" ({quartiles.low_printed} to {quartiles.high_printed})."
    yield Verdict("ldh_scale", "linear", IMPLAUSIBLE, (ratio.id, quartiles.id), text)
    yield Verdict("ldh_scale", "doubling", POSSIBLE, (ratio.id,), "Nothing speaks against it; it is not printed.")


def _tp53(tables: Tables, report: str) -> Iterator[Verdict]:
    """With whom carriers of a TP53 mutation are compared."""
    table = orders.rank_tests(tables, report)
    for (claim, second), rows in table.groupby(["claim", "second"]):
        by = rows.set_index("test")
        sizes = f"{by['first'].iloc[0]} against {second}"
        text = (
            f"{by.printed.iloc[0]} is {'one' if by.fitting['rank sum'] else 'none'} of the p values that a rank sum of "
        )
        text += (
            f"{sizes} can give; of {by.orders['log-rank']:,} orders of the times, {by.fitting['log-rank']:,} give it "
        )
        text += "by log-rank."
        yield Verdict("tp53_against", f"{second} others", UNDECIDED, (claim,), text, "no ties, all times observed")


def _silent(_tables: Tables, _report: str) -> Iterable[Verdict]:
    """What arithmetic does not decide."""
    text = "No printed number was found to exclude either choice; a variance bound would need the censoring of both."
    return [Verdict("relapse_competes", choice, UNDECIDED, (), text) for choice in ("True", "False")]


QUESTIONS: tuple[Callable[[Tables, str], Iterable[Verdict]], ...] = (
    _population,
    _silent,
    _intervals,
    _censoring,
    _model,
    _quantiles,
    _genes,
    _ldh,
    _tp53,
)
