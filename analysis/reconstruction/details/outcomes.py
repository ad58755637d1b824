"""Response at one month and causes of death, in agreement with the courses."""

import numpy as np
import pandas as pd

from analysis.reconstruction.details.choose import pick
from analysis.reconstruction.details.printed import count, counts
from analysis.reconstruction.state import NONE, TYPES, Skeleton

RESPONSE, COMPLETE = "G071", "G072"
DEATHS, FROM_INFECTION, FROM_TMN = "G079", "G080", "G081"
ASSESSED = 30  # days; a progression until then is a PD at one month
TOO_EARLY = 21  # who dies before without a relapse was never assessed
NOISE = 0.55  # sd of what a response says of the time to relapse, on the log scale
AFTER_RELAPSE = {"lymphoma": 0.9, "infection": 0.06, "other": 0.04}
EARLY = 180  # days, in which infections prevail among the deaths without relapse


def responses(skeleton: Skeleton, claims: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Response at one month: the sooner the relapse, the worse.

    Parameters
    ----------
    skeleton : Skeleton
        Courses.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    ndarray of object
        CR, PR, SD or PD; PD exactly in patients with a relapse within a month, as far as the printed number of
        non-responders goes. Who died before an assessment did not respond and has SD.
    """
    n = len(skeleton.last_day)
    relapsed = skeleton.relapse_day != NONE
    early = relapsed & (skeleton.relapse_day <= ASSESSED)
    unseen = ~relapsed & (skeleton.died == 1) & (skeleton.last_day < TOO_EARLY)
    lasting = np.where(relapsed, skeleton.relapse_day, 6 * skeleton.last_day + 400)
    rank = np.log(lasting + 1) + rng.normal(0, NOISE, n)
    rank[early] = skeleton.relapse_day[early] - float(n)
    rank[unseen] = -float(n)
    order = np.argsort(rank, kind="stable")
    response = np.full(n, "SD", dtype=object)
    response[order[n - rng.choice(counts(claims, RESPONSE)) :]] = "PR"
    response[order[n - rng.choice(counts(claims, COMPLETE)) :]] = "CR"
    response[(response == "SD") & early] = "PD"
    return response


def causes_of_death(skeleton: Skeleton, claims: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Cause of every death: the printed ones without relapse, mostly the lymphoma after it.

    Parameters
    ----------
    skeleton : Skeleton
        Courses.
    claims : DataFrame
        The ledger.
    rng : Generator
        Draws.

    Returns
    -------
    ndarray of object
        lymphoma, infection, t-MN or other; None in the living.

    Raises
    ------
    ValueError
        If the deaths without relapse are not as many as printed, or too few of them followed a t-MN.
    """
    died, relapsed = skeleton.died == 1, skeleton.relapse_day != NONE
    with_tmn = skeleton.tmn_day != NONE
    nrm = died & ~relapsed
    if nrm.sum() != count(claims, DEATHS):
        raise ValueError(f"{nrm.sum()} deaths without relapse, {count(claims, DEATHS)} are printed")
    causes = np.full(len(died), None, dtype=object)
    causes[nrm] = "other"
    causes[pick(rng, np.where(nrm & with_tmn, 1, np.nan), count(claims, FROM_TMN))] = "t-MN"
    infected = np.where(nrm & ~with_tmn, np.where(skeleton.last_day < EARLY, 2.0, 1.0), np.nan)
    causes[pick(rng, infected, count(claims, FROM_INFECTION))] = "infection"
    after = died & relapsed
    causes[after] = rng.choice(list(AFTER_RELAPSE), after.sum(), p=list(AFTER_RELAPSE.values()))
    # who relapsed after a t-MN may die of either; of the t-MN when it is an acute leukaemia
    causes[after & (skeleton.tmn_type == TYPES.index("t-AML"))] = "t-MN"
    return causes
