"""Which groups of patients enter a pooled number together, and why the others do not.

Vocabulary: a *choice* says what is asked (outcome, treatment, antigen, setting …) and how strict the reader is; the
rows that meet it and can be counted are its *candidates*; of candidates that may share patients one is taken, unless
asked otherwise. A pool has at least `FEWEST` groups; fewer stand side by side.
"""

from dataclasses import dataclass, fields

import pandas as pd

from analysis.data import remembered
from analysis.synthesis.groups import PRIMARY, rows, with_borrowed

FEWEST = 5  # groups of patients in a pool
FEWEST_FOR_REGRESSION = 10
RULE = "the longest median follow-up, then the most patients, then the latest report"


@dataclass(frozen=True)
class Choice:
    """What is pooled; None asks for nothing in particular."""

    outcome: str = PRIMARY
    treatment: str = "CAR T"
    antigen: str | None = None
    product: str | None = None
    domain: str | None = None
    disease: str | None = None
    setting: str | None = None
    seen: str | None = None
    full_only: bool = False
    months: float = 0
    rate: bool = False
    overlap: bool = False
    borrowed: bool = False

    def cells(self) -> dict[str, str]:
        """Columns of the rows that must hold a value."""
        words = ("outcome", "treatment", "antigen", "product", "domain", "disease", "setting", "seen")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in words and getattr(self, f.name)}


def candidates(table: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Rows that meet a choice and can be counted; members of one overlap group stand together still.

    Parameters
    ----------
    table : DataFrame
        As made by `analysis.synthesis.groups.rows`.
    choice : Choice
        What is asked.

    Returns
    -------
    DataFrame
        Rows of ``table``, in its order.

    Examples
    --------
    >>> from analysis import data
    >>> candidates(rows(data.load()), Choice()).arm.tolist()[0]
    'gazeau-2025/all'
    """
    table = with_borrowed(table) if choice.borrowed else table
    keep = table.reason.to_numpy() == ""  # arrays: this is asked hundreds of times for the switches
    for column, value in choice.cells().items():
        keep &= table[column].to_numpy() == value
    if choice.full_only:
        keep &= table.publication.to_numpy() == "full"
    if choice.months:
        keep &= table.months.to_numpy() >= choice.months
    if choice.rate:
        keep &= table.person_years.to_numpy() > 0
    return table[keep]


def one_of_each(table: pd.DataFrame, by: str = "overlap_group") -> pd.DataFrame:
    """One row for each overlap group, by the stated rule (`RULE`).

    Parameters
    ----------
    table : DataFrame
        Candidates.
    by : {"overlap_group", "study"}
        Of what one is kept: of groups that may share patients, or only of reports that certainly do.

    Returns
    -------
    DataFrame
        The rows that are kept, in the order of ``table``.

    Examples
    --------
    >>> table = pd.DataFrame({"overlap_group": ["a", "a"], "months": [24.0, 12.0], "total": [50, 90],
    ...                       "year": [2023, 2024], "arm": ["x/all", "y/all"]})
    >>> one_of_each(table).arm.tolist()
    ['x/all']
    """
    if not table[by].duplicated().any():
        return table
    best = table.sort_values(
        ["months", "total", "year", "arm"], ascending=[False, False, False, True], na_position="last"
    ).drop_duplicates(by)
    return table[table.index.isin(best.index)]


def chosen(table: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The rows that are pooled under a choice; reports of one study never enter together.

    Examples
    --------
    >>> from analysis import data
    >>> chosen(rows(data.load()), Choice(treatment="autologous transplant")).overlap_group.is_unique
    True
    """
    found = candidates(table, choice)
    return one_of_each(found, "study" if choice.overlap else "overlap_group")


def check(table: pd.DataFrame, *, overlap: bool = False, rate: bool = False) -> None:
    """Refuse rows that must not be pooled together.

    Parameters
    ----------
    table : DataFrame
        Rows about to be pooled.
    overlap : bool
        Whether groups that may share patients were asked for.
    rate : bool
        Whether person-time is needed.

    Raises
    ------
    ValueError
        If a row has no denominator or cannot be counted, outcomes are mixed, or two rows may share patients; says
        which.

    Examples
    --------
    >>> table = pd.DataFrame({"arm": ["x/all", "y/all"], "overlap_group": "a", "study": ["x", "y"],
    ...                       "outcome": "t-MN", "reason": "", "events": 1.0, "total": 20.0})
    >>> check(table)
    Traceback (most recent call last):
    ValueError: x/all and y/all may share patients (overlap group a): pool one of them, or ask for both
    """
    size = "person_years" if rate else "total"
    empty = table.events.isna() | table[size].isna()
    if empty.any():
        row, what = table[empty].iloc[0], "person-time" if rate else "denominator"
        raise ValueError(f"{row.arm}: {row.outcome} has no {what} and cannot be pooled{_why(row.reason)}")
    if (table.reason != "").any():
        row = table[table.reason != ""].iloc[0]
        raise ValueError(f"{row.arm}: {row.outcome} cannot be pooled{_why(row.reason)}")
    if table.outcome.nunique() > 1:
        raise ValueError(f"different outcomes cannot be pooled: {', '.join(table.outcome.unique())}")
    if table.study.duplicated().any():
        same = table[table.study.duplicated(keep=False)]
        arms = " and ".join(same.arm[same.study == same.study.iloc[0]])
        raise ValueError(f"{arms} are the same patients (study {same.study.iloc[0]}): pool one of them")
    if table.overlap_group.duplicated().any() and not overlap:
        twice = table[table.overlap_group.duplicated(keep=False)]
        group = twice.overlap_group.iloc[0]
        arms = " and ".join(twice.arm[twice.overlap_group == group])
        raise ValueError(f"{arms} may share patients (overlap group {group}): pool one of them, or ask for both")


def _why(reason: str) -> str:
    """A reason in a message, if there is one."""
    return f": {reason}" if reason else ""


@remembered
def division(tables, choice: Choice = Choice()) -> pd.DataFrame:
    """Every group of patients: pooled, side by side, or not pooled, with the reason.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    choice : Choice
        By default the main one: t-MN after CAR T cells, crude share, one report of each overlap group.

    Returns
    -------
    DataFrame
        Rows of the outcome, indexed by arm, with ``pooled`` (bool) and ``why`` (empty where pooled). Their number is
        that of all arms.

    Examples
    --------
    >>> from analysis import data
    >>> division(data.load()).why["hamilton-2024/all"]
    ''
    """
    table = rows(tables)
    table = table[table.outcome == choice.outcome]
    candidate, taken = candidates(table, choice), chosen(table, choice)
    enough = len(taken) >= FEWEST
    names = taken.set_index("overlap_group").name
    why = []
    for key, row in zip(table.index, table.itertuples(), strict=True):
        if row.reason:
            why.append(row.reason)
        elif key not in candidate.index:
            why.append(_asked_for(row, choice))
        elif key not in taken.index:
            why.append(f"may share patients with {names[row.overlap_group]}, taken for {RULE}")
        else:
            why.append("" if enough else f"fewer than {FEWEST} groups: they stand side by side")
    return table.assign(why=why, pooled=[not words for words in why]).set_index("arm", drop=False)


def _asked_for(row, choice: Choice) -> str:
    """Which part of the choice a row does not meet."""
    if row.treatment != choice.treatment:
        return {
            "standard of care": "control arm of a randomised trial: set beside its CAR T arm, not pooled",
            "mixed": "no CAR T cells, and different treatments counted together",
        }.get(row.treatment, f"no CAR T cells ({row.treatment}): a group of its own, set beside")
    for column, value in choice.cells().items():
        if getattr(row, column) != value:
            return f"{column} is {getattr(row, column)}, not {value}"
    if choice.full_only and row.publication != "full":
        return f"not a full publication: {row.publication}"
    if choice.rate and not row.person_years > 0:
        return "follow-up not seen, so no person-time"
    return f"follow-up shorter than {choice.months:g} months, or not seen"
