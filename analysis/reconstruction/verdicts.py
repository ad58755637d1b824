"""Which reading of the methods can give the results, as pages list it.

Three kinds of evidence stand side by side and are not mixed: arithmetic on the printed numbers, a search for patients
who give a printed line under a model, and the stored members read in another way.
"""

from collections.abc import Collection
from html import escape
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from analysis import doors, paths
from analysis.data import Tables
from analysis.factors import NAMES
from analysis.reconstruction.reread import WORDS

MODEL_READINGS = "synthetic-model-readings.csv"
MODELS = {  # heading, model and standard error in the file
    "Fine–Gray, robust": ("Fine-Gray", "robust"),
    "Fine–Gray, model": ("Fine-Gray", "model-based"),
    "Cox, robust": ("Cox", "robust"),
    "Cox, model": ("Cox", "model-based"),
}
SCOPES = ("alone", "together")  # told by the lines themselves
ARITHMETIC = {"cannot": "No", "implausible": "Hardly", "possible": "Yes", "undecided": "Not decided"}
OTHER = {
    "censoring": "Patients who leave early: censored"
}  # points of the arithmetic that the recipes do not leave open
SHOWN = 4  # claims named beside an argument


def model_readings(folder: Path = paths.RECONSTRUCTION) -> pd.DataFrame:
    """What the search for patients behind each line of Tables 2 and 3 found, as it is stored.

    Parameters
    ----------
    folder : Path
        Of the ensemble.

    Returns
    -------
    DataFrame
        One row for each line (or all lines of a covariate) and model; the columns are explained in the folder's README.
    """
    return pd.read_csv(folder / MODEL_READINGS, dtype={"lines": str})


def by_model(found: pd.DataFrame) -> pd.DataFrame:
    """What can be said of each model: whether every single line can come from it, and which lines cannot.

    Parameters
    ----------
    found : DataFrame
        Of `model_readings`.

    Returns
    -------
    DataFrame
        A row for each of the values of `MODELS`; ``every`` (bool) and ``impossible`` (claims, with a space between).

    Examples
    --------
    >>> found = pd.DataFrame({"scope": ["alone", "alone", "together"], "model": "Cox", "standard_error": "robust",
    ...     "lines": ["G1", "G2", "G1 G2"], "verdict": ["reached", "impossible", "not reached"]})
    >>> by_model(found).loc[("Cox", "robust")].tolist()
    [np.False_, 'G2']
    """
    alone = found[found.scope == "alone"]
    model = ["model", "standard_error"]
    every = (alone.verdict == "reached").groupby([alone[name] for name in model]).all()
    impossible = alone[alone.verdict == "impossible"].groupby(model).lines.agg(" ".join)
    return pd.DataFrame({"every": every, "impossible": impossible.reindex(every.index, fill_value="")})


def model_rows(tables: Tables, found: pd.DataFrame) -> pd.DataFrame:
    """Each line of Tables 2 and 3, and whether patients were found who give it, under each model.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    found : DataFrame
        Of `model_readings`, or some of its rows.

    Returns
    -------
    DataFrame
        ``Factor``, ``Printed`` (placeholders), and one column for each of `MODELS`.
    """
    rows = []
    for (lines, scope), part in found.groupby(["lines", "scope"], sort=False):
        by = part.set_index(["model", "standard_error"])
        printed = "; ".join(f"{{claim:{claim}}} {tables.claims.loc[claim, 'group']}" for claim in lines.split())
        factor = NAMES.get(part.quantity.iloc[0], part.quantity.iloc[0])
        factor += "" if scope in SCOPES else f", {scope}"
        cells = {heading: _reached(by.loc[key]) for heading, key in MODELS.items()}
        rows.append({"Factor": factor, "Printed": printed} | cells)
    return pd.DataFrame(rows)


def legend(found: pd.DataFrame) -> str:
    """What the words in `model_rows` mean, as far as these rows use them.

    Parameters
    ----------
    found : DataFrame
        Of `model_readings`, or some of its rows.

    Returns
    -------
    str

    Examples
    --------
    >>> legend(pd.DataFrame({"verdict": ["reached", "not reached"], "starts": [1, 20]}))
    'Yes: values of the factor were found that give the printed digits; not in 20: not in so many starts of the search'
    """
    starts = found.starts[found.verdict == "not reached"].max()
    words = {
        "reached": "yes: values of the factor were found that give the printed digits",
        "not reached": f"not in {starts}: not in so many starts of the search",
        "impossible": "no: the largest standard error that the printed limits allow is below the smallest possible",
        "impossible with these events": "no†: the same, with as many t-MN after each domain as these courses have",
    }
    text = "; ".join(meaning for verdict, meaning in words.items() if (found.verdict == verdict).any())
    return text[:1].upper() + text[1:]


def choice_rows(
    tables: Tables, arithmetic: pd.DataFrame, reread: pd.DataFrame, members: int, made_for: Collection[str] = ()
) -> pd.DataFrame:
    """What the paper leaves open, and what speaks for or against each choice.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    arithmetic : DataFrame
        Of `analysis.reconstruction.readings.readings`.
    reread : DataFrame
        Of `analysis.reconstruction.reread.reread`.
    members : int
        How many members were read again.
    made_for : collection of str
        Points for which other courses were made, which lose no digit under the choice.

    Returns
    -------
    DataFrame
        One row for each choice that is not the default: ``Read as`` (the point and its default), ``Or else`` (the
        choice), ``Possible by arithmetic?`` (with the argument), ``Digits lost`` (printed digits that the members lose
        when they are read so); points that only the arithmetic knows stand at the end.
    """
    said = {(row.reading, row.choice): row for row in arithmetic.itertuples()}
    used = reread[reread.default].set_index("name").choice
    rows = []
    for row in reread[~reread.default].itertuples():
        about = said.get((row.name, str(row.value)))
        rows.append(
            (f"{row.point}: {used[row.name]}", row.choice, _argued(tables, about), _given(row, members, made_for))
        )
    for row in arithmetic[~arithmetic.reading.isin(list(WORDS))].itertuples():
        point, choice = OTHER.get(row.reading, row.reading), f"{row.choice}"
        rows.append((point, choice, _argued(tables, row), "not tried"))
    return pd.DataFrame(rows, columns=["Read as", "Or else", "Possible by arithmetic?", "Digits lost"])


def _reached(row: pd.Series) -> str:
    """What a search found, in a few words."""
    if row.verdict == "reached":
        return "yes"
    if row.verdict.startswith("impossible"):
        mark = "no" if row.verdict == "impossible" else "no†"
        return f"{mark}: {row.printed_error:.3f} < {row.least_error:.3f}"
    return f"not in {row.starts}"


def _argued(tables: Tables, row) -> HTML | str:
    """Verdict and argument of the arithmetic, with doors to the claims that decide."""
    if row is None:
        return ""
    names = [doors.door(tables, name, "id") for name in row.claims.split()]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    ids = f'<span class="ids">{" ".join(names[:SHOWN])}{more}</span>' if names else ""
    assumes = f" Assumed: {escape(row.assumes)}." if row.assumes else ""
    words = escape(row.argument).replace("log(-log)", "log(−log)")
    return HTML(f"{ARITHMETIC[row.verdict]}. {words}{assumes}{ids}")


def _given(row, members: int, made_for: Collection[str]) -> str:
    """What the members give under a choice, and courses that were made for it."""
    lost = f"{row.fewest}" if row.fewest == row.most else f"{row.fewest}–{row.most}"
    if row.name in made_for:
        lost += "; none by courses made for it"
    return "none; the same numbers" if row.differ == 0 else f"none in all {members}" if row.most == 0 else lost
