"""What if it were pooled otherwise? Every combination of the reader's choices, computed when the page is built.

The page holds one small table of results; a few lines of script only look them up. Groups of patients that come out
alike under different choices are pooled once.
"""

import functools
import itertools
from dataclasses import dataclass

import pandas as pd

from analysis.data import remembered
from analysis.intervals import proportion_interval, rate_interval
from analysis.shares import percent
from analysis.synthesis.answer import DEFAULT, ESTIMATORS, PER_1000, PERCENT, Answer, pool_rows
from analysis.synthesis.choice import Choice, chosen
from analysis.synthesis.groups import PRIMARY, rows, with_borrowed

TRANSPLANT = "autologous transplant"
SWITCHES = {  # field of Choice: words, options (value: words); the first option is the default
    "target": ("Patients", {"": "all CAR T cells", "CD19": "CD19", "BCMA": "BCMA", TRANSPLANT: "no CAR T: autologous"}),
    "setting": ("Setting", {"": "all", "trial": "trials", "real world": "routine care"}),
    "months": ("Median follow-up", {0: "any, or not seen", 6: "6 months or more", 12: "12 or more", 24: "24 or more"}),
    "borrowed": ("Follow-up from", {False: "the report itself", True: "or another of the same patients"}),
    "full_only": ("Publications", {False: "all", True: "full papers only"}),
    "overlap": ("May share patients", {False: "one of each group", True: "all"}),
}
SIGNIFICANT = 4  # digits kept for the drawing; the words carry the rounding


@dataclass(frozen=True)
class Combinations:
    """All combinations of the switches.

    ``table``: the rows that any choice uses; ``sets``: tuples of arms; ``places``: for shares and for rates, the number
    of the set of each combination in the order of `SWITCHES`; ``answers``: for each estimator, the answer of each set.
    """

    table: pd.DataFrame
    sets: list[tuple[str, ...]]
    places: dict[bool, list[int]]
    answers: dict[str, list[Answer | None]]

    def all(self):
        """Every combination with its answer: values of the switches, estimator, answer."""
        options = itertools.product(*(values for _, values in SWITCHES.values()))
        for place, values in enumerate(options):
            for estimator in ESTIMATORS:
                found = self.answers[estimator][self.places[estimator == "rate"][place]]
                yield dict(zip(SWITCHES, values, strict=True)), estimator, found


def choice(values: dict, *, rate: bool) -> Choice:
    """The choice behind some values of the switches.

    Examples
    --------
    >>> choice({"target": "CD19", "setting": "", "months": 12, "borrowed": False, "full_only": True, "overlap": False},
    ...        rate=False).antigen
    'CD19'
    """
    told = {name: values[name] for name in ("months", "borrowed", "full_only", "overlap")}
    told["setting"] = values["setting"] or None
    target = values["target"]
    told |= {"treatment": TRANSPLANT} if target == TRANSPLANT else {"antigen": target or None}
    return Choice(outcome=PRIMARY, rate=rate, **told)


@functools.lru_cache(maxsize=4)
def combinations(tables) -> Combinations:
    """Compute every combination; sets of rows that come out alike are pooled once.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    Combinations

    Examples
    --------
    >>> from analysis import data
    >>> found = combinations(data.load())
    >>> len(found.places[False]) == len(found.places[True])
    True
    """
    table = rows(tables)
    table = table[(table.outcome == PRIMARY) & (table.reason == "")]
    followed = {False: table, True: with_borrowed(table)}
    numbers: dict[tuple, int] = {}
    frames: list[pd.DataFrame] = []
    places: dict[bool, list[int]] = {False: [], True: []}
    for values in itertools.product(*(values for _, values in SWITCHES.values())):
        told = dict(zip(SWITCHES, values, strict=True))
        for rate in (False, True):
            found = chosen(followed[told["borrowed"]], choice(told | {"borrowed": False}, rate=rate))
            key = (rate, tuple(sorted(found.arm)), values[3] if rate else False)
            if key not in numbers:
                numbers[key] = len(frames)
                frames.append(found)
            places[rate].append(numbers[key])
    answers = {
        name: [
            pool_rows(frame, name, overlap=True, spread=False) if key[0] == (name == "rate") else None
            for key, frame in zip(numbers, frames, strict=True)
        ]
        for name in ESTIMATORS
    }
    used = sorted({arm for key in numbers for arm in key[1]})
    kept = followed[True].set_index("arm", drop=False).loc[used]
    return Combinations(kept, [key[1] for key in numbers], places, answers)


@remembered
def every(tables) -> pd.DataFrame:
    """Every combination as a row.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        The switches, ``estimator``, ``unit, k, estimate, low, high`` (NaN where nothing is pooled), ``reason``,
        ``arms``.

    Examples
    --------
    >>> from analysis import data
    >>> every(data.load()).estimator.nunique()
    6
    """
    lines = [
        told
        | {"estimator": estimator, "unit": a.unit, "k": a.k, "estimate": a.estimate, "low": a.low, "high": a.high}
        | {"reason": a.reason, "arms": a.arms}
        for told, estimator, a in combinations(tables).all()
    ]
    return pd.DataFrame(lines)


def span(tables, unit: str = PERCENT) -> dict[str, float]:
    """The whole range of pooled values after CAR T cells over all combinations.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    unit : str
        Of the answers: percent, or per 1,000 person-years.

    Returns
    -------
    dict
        ``combinations`` (with CAR T cells, of this unit), ``pooled`` (of these), ``different`` (different sets of
        groups and estimators among the pooled ones), ``low``, ``high`` (of the estimates), ``lowest``, ``highest``
        (limits).

    Examples
    --------
    >>> from analysis import data
    >>> found = span(data.load())
    >>> found["lowest"] < found["low"] < found["high"] < found["highest"]
    True
    """
    found = every(tables)
    found = found[(found.unit == unit) & (found.target != TRANSPLANT)]
    pooled = found[found.reason == ""]
    return {
        "combinations": len(found),
        "pooled": len(pooled),
        "different": len(pooled[["estimator", "arms"]].drop_duplicates()),
        "low": float(pooled.estimate.min()),
        "high": float(pooled.estimate.max()),
        "lowest": float(pooled.low.min()),
        "highest": float(pooled.high.max()),
    }


def payload(tables) -> dict:
    """What the page's script looks up: rows, sets, answers in numbers and words.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    dict
        JSON: ``switches`` (name, words, options), ``estimators``, ``rows``, ``sets`` (numbers of rows), ``share`` and
        ``rate`` (the set of each combination), ``answers`` (for each estimator and set), ``default``.

    Examples
    --------
    >>> from analysis import data
    >>> found = payload(data.load())
    >>> found["answers"]["glmm"][found["share"][0]]["words"]
    '4.0% (95% CI 2.2–7.0)'
    """
    found = combinations(tables)
    place = {arm: number for number, arm in enumerate(found.table.index)}
    return {
        "switches": [
            {"name": name, "words": words, "options": [str(option) for option in options.values()]}
            for name, (words, options) in SWITCHES.items()
        ],
        "estimators": ESTIMATORS,
        "default": DEFAULT,
        "rows": [_row(row) for row in found.table.itertuples()],
        "sets": [[place[arm] for arm in arms] for arms in found.sets],
        "share": found.places[False],
        "rate": found.places[True],
        "answers": {name: [_words(a) for a in answers] for name, answers in found.answers.items()},
    }


def _row(row) -> dict:
    """One group: numbers for the drawing, words for the reader."""
    share = proportion_interval([int(row.events)], [int(row.total)]).iloc[0]
    told = {
        "name": row.name,
        "report": row.report,
        "short": row.short,
        "counts": f"{row.events:,.0f} of {row.total:,.0f}",
        "followed": "not seen" if pd.isna(row.months) else f"{row.months:g} mo",
        "borrowed": bool(pd.notna(row.borrowed)),
        "share": [_digits(100 * x) for x in (share.estimate, share.conf_low, share.conf_high)],
        "share_words": f"{percent(share.estimate, '')} ({percent(share.conf_low, '')}–{percent(share.conf_high, '')})",
    }
    if row.person_years > 0:
        rate = (
            1000 * rate_interval([int(row.events)], [row.person_years]).iloc[0][["estimate", "conf_low", "conf_high"]]
        )
        told |= {
            "rate": [_digits(x) for x in rate],
            "rate_words": f"{rate.iloc[0]:.1f} ({_range(*rate.iloc[1:], PER_1000)})",
        }
    return told


def _words(found: Answer | None) -> dict | None:
    """One answer for the page; None where the estimator has another unit."""
    if found is None:
        return None
    if not found.pooled:
        return {"why": found.reason}
    numbers = (found.estimate, found.low, found.high, found.prediction_low, found.prediction_high)
    told = {"at": [_digits(x) for x in numbers], "words": value_words(found), "i2": f"{found.i2:.0f}%"}
    if found.prediction_low == found.prediction_low:
        sign = "%" if found.unit == PERCENT else ""
        told["next"] = _range(found.prediction_low, found.prediction_high, found.unit) + sign
    return told


def value_words(found: Answer) -> str:
    """A pooled value with its interval.

    Examples
    --------
    >>> from analysis import data
    >>> from analysis.synthesis.answer import answer
    >>> value_words(answer(data.load(), Choice()))
    '4.0% (95% CI 2.2–7.0)'
    """
    if found.unit == PERCENT:
        return f"{percent(found.estimate / 100)} (95% CI {_range(found.low, found.high, found.unit)})"
    return f"{found.estimate:.1f} {found.unit} (95% CI {_range(found.low, found.high, found.unit)})"


def _range(low: float, high: float, unit: str) -> str:
    """Two limits in words."""
    return f"{percent(low / 100, '')}–{percent(high / 100, '')}" if unit == PERCENT else f"{low:.1f}–{high:.1f}"


def _digits(x: float) -> float:
    """A number with few digits, to keep the page small."""
    return float(f"{x:.{SIGNIFICANT}g}")
