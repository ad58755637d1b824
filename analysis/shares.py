"""What share of those tested, and how sure?

A printed percentage says little without its count. Here the counts of the ledger become shares with exact intervals,
each over the people in whom the thing was looked for.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.intervals import proportion_interval


def of_tested(claims: pd.DataFrame, names: Sequence[str], tested: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Printed counts as shares of those tested, with exact intervals.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    names : sequence of str
        Claims with a numerator, or with a percentage and its denominator.
    tested : mapping of str to str, optional
        For a claim whose printed percentage has another base than the people tested: the claim that counts them.

    Returns
    -------
    DataFrame
        The claims with ``counted`` (words), ``value``, ``low``, ``high`` (percent; limits Clopper–Pearson, 95%) and
        ``text`` (the same in words, without the sign). The printed value and limits of the claims are replaced.

    Raises
    ------
    LookupError
        If a percentage has no single count behind it.
    ValueError
        If nobody is printed to relate a count to, or fewer than the count.

    Examples
    --------
    >>> from analysis import data
    >>> rows = of_tested(data.load().claims, ["G175", "G176"], {"G176": "G174"})
    >>> rows[["counted", "text"]].to_dict("index")
    {'G175': {'counted': '3 of 9', 'text': '33 (7.5–70)'}, 'G176': {'counted': '4 of 9', 'text': '44 (14–79)'}}
    """
    tested = tested or {}
    rows = claims.loc[list(names)]
    total = [count(claims.loc[tested[n]]) if n in tested else rows.denominator[n] for n in rows.index]
    own = rows.denominator.fillna(pd.Series(total, index=rows.index))
    events = [count(row) for _, row in rows.assign(denominator=own).iterrows()]
    found = proportion_interval(events, total).set_index(rows.index)
    words = [
        f"{percent(r.estimate, '')} ({percent(r.conf_low, '')}–{percent(r.conf_high, '')})" for r in found.itertuples()
    ]
    return rows.assign(
        counted=[f"{r.events:.0f} of {r.total:.0f}" for r in found.itertuples()],
        value=100 * found.estimate,
        low=100 * found.conf_low,
        high=100 * found.conf_high,
        text=words,
    )


def parts(claims: pd.DataFrame, whole: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Printed parts of a whole, and what is left over.

    Parameters
    ----------
    claims : DataFrame
        The ledger.
    whole : str
        Claim that counts everybody.
    names : mapping of str to str
        Claim of each part, and its name.

    Returns
    -------
    DataFrame
        ``name``, ``patients``, ``of``, ``text`` ("4 of 11"), indexed by claim; if the parts do not add up to the whole,
        a last row ``rest``, named "Not described".

    Raises
    ------
    ValueError
        If the parts are more than the whole.

    Examples
    --------
    >>> from analysis import data
    >>> parts(data.load().claims, "G190", {"G198": "Transplant", "G199": "Azacitidine", "G200": "None"}).text.to_dict()
    {'G198': '6 of 18', 'G199': '4 of 18', 'G200': '5 of 18', 'rest': '3 of 18'}
    """
    everybody = count(claims.loc[whole])
    rows = [(claim, name, count(claims.loc[claim])) for claim, name in names.items()]
    left = everybody - sum(patients for _, _, patients in rows)
    if left < 0:
        raise ValueError(f"the parts of {whole} are {-left} more than the whole, {everybody}")
    rows += [("rest", "Not described", left)] if left else []
    table = pd.DataFrame(rows, columns=["claim", "name", "patients"]).set_index("claim")
    return table.assign(of=everybody, text=[f"{patients} of {everybody}" for patients in table.patients])


def count(claim: pd.Series) -> int:
    """The number of people a claim stands for: its numerator, its value, or the count behind its percentage.

    Examples
    --------
    >>> count(pd.Series({"numerator": float("nan"), "value": 29.0, "unit": "patients"}))
    29
    """
    if pd.notna(claim.numerator):
        return int(claim.numerator)
    return implied_count(claim) if claim.unit == "%" else int(claim.value)


def implied_count(claim: pd.Series) -> int:
    """The whole number behind a printed percentage.

    Parameters
    ----------
    claim : Series
        ``value`` in percent, ``denominator``, ``resolution`` of the last printed digit.

    Returns
    -------
    int

    Raises
    ------
    LookupError
        If no whole number fits, or several do.

    References
    ----------
    Brown NJL, Heathers JAJ. The GRIM test. Social Psychological and Personality Science 2017;8:363-369.

    Examples
    --------
    >>> implied_count(pd.Series({"id": "x", "value": 33.0, "denominator": 12.0, "resolution": 1.0}))
    4
    """
    if pd.isna(claim.denominator):
        raise LookupError(f"claim {claim.id} has no number tested")
    total = int(claim.denominator)
    fits = [k for k in range(total + 1) if abs(100 * k / total - claim.value) <= claim.resolution / 2]
    if len(fits) != 1:
        raise LookupError(f"claim {claim.id}: {len(fits)} whole numbers of {total} print as {claim.value:g}%")
    return fits[0]


def bounds(found: int, tested: int, everyone: int) -> tuple[float, float]:
    """Share of everyone if none, and if all, of those not tested had it.

    Parameters
    ----------
    found, tested, everyone : int
        Those with the property, those tested for it, those in whom it could have been looked for.

    Returns
    -------
    tuple of float
        Lowest and highest possible share, 0 to 1. They hold without any assumption about who was tested.

    Raises
    ------
    ValueError
        If the counts do not nest.

    References
    ----------
    Manski CF. Nonparametric bounds on treatment effects. American Economic Review 1990;80:319-323 (worst-case bounds
    for missing outcomes).

    Examples
    --------
    >>> bounds(1, 2, 4)
    (0.25, 0.75)
    """
    if not 0 <= found <= tested <= everyone or everyone == 0:
        raise ValueError(
            f"got found={found}, tested={tested}, everyone={everyone}; allowed: found <= tested <= everyone"
        )
    return found / everyone, (found + everyone - tested) / everyone


def percent(share: float, sign: str = "%") -> str:
    """A share as a percentage with two significant digits, as the paper prints its incidences.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    sign : str
        Written behind the number.

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.0514), percent(0.181), percent(1.0)
    ('5.1%', '18%', '100%')
    """
    value = 100 * share
    digits = 1 if value < 9.95 else 0
    return f"{value:.{digits}f}{sign}" if value not in (0, 100) else f"{value:.0f}{sign}"
