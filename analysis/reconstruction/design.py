"""Stage 1 of the reconstruction: what a member is to be like before any number is fitted.

A *design* fixes how many t-MN fall into each interval of each domain, how many follow a relapse, and the laws from
which all other courses are drawn. Members differ by design and not only by chance: what they have in common after that
is what the printed numbers force.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.reconstruction.events import goals as layout
from analysis.reconstruction.events import laws, tallies
from analysis.reconstruction.events.courses import DAYS

POWER = (0.8, 2.2)  # shape of early relapse, see `events.laws.early_and_late`
RELAPSED_LATER = (0.5, 0.3, 0.2)  # probability of so many relapses after t-MN
# t-MN by year of the CD28 and of the 4-1BB domain in the tables to which starts have led. The others that the
# approximations of `events.tallies` leave missed digits in every one of some forty starts: they are tried rarely.
REACHED = tuple((cd28, (2, 3, 0, 1, 0)) for cd28 in ((5, 8, 6, 2, 2), (5, 8, 7, 2, 1), (5, 8, 6, 2, 1)))
UNREACHED = 0.1  # share of the starts
LATE = 4  # the interval after the last horizon
# Interval of a t-MN with another product, and t-MN after a relapse: nobody, one with another product, one after a
# relapse. Either leaves 28 events to the two domains, and the standard error of their hazard ratio is then at the end
# of what is printed. Seeds up to `USUAL` hardly ever try them, so that the members stored first stay what they are.
KINDS = ((tallies.NOBODY, 0), (LATE, 0), (tallies.NOBODY, 1))
USUAL = 30
SHARES = {True: (0.97, 0.02, 0.01), False: (0.0, 0.5, 0.5)}  # of the starts
EARLY = 60  # days of the first and the second year in which t-MN of the 4-1BB domain fall, see `_spans`
CUT_OFFS = (3, 8)  # months after the last infusion, from and to: see `_follow_up`


@dataclass(frozen=True)
class Design:
    """A member before the search.

    Attributes
    ----------
    events : tuple
        t-MN before any relapse, of CD28, 4-1BB and other products, in each interval between the horizons and after the
        last.
    after_relapse, relapsed_later : int
        t-MN after a relapse, which are no events of the incidence, and patients who relapse after t-MN.
    power : float
        Shape of early relapse, see `events.laws.early_and_late`.
    longest : int
        Days from the first possible infusion to the cut-off.
    spans : ndarray, shape = (t-MN, 2)
        First and last possible day of each onset: CD28, 4-1BB, other products, then those after a relapse.
    laws : ndarray, shape = (4, 2, longest + 1)
        As `events.laws.log_law`: relapse, death without it, end of follow-up, death after relapse.
    """

    events: tuple[tuple[int, ...], ...]
    after_relapse: int
    relapsed_later: int
    power: float
    longest: int
    spans: np.ndarray
    laws: np.ndarray

    def __str__(self) -> str:
        """What differs between members, in a line."""
        cd28, bb, other = ("-".join(map(str, row)) for row in self.events)
        return (
            f"t-MN by year CD28 {cd28}, 4-1BB {bb}, other {other}, after relapse {self.after_relapse}, relapsed "
            f"later {self.relapsed_later}, early relapse with power {self.power:.2f}, followed for {self.longest} days"
        )


@dataclass(frozen=True)
class Targets:
    """What is printed, laid out for the search.

    Attributes
    ----------
    counts : Counts
        Numbers of patients.
    goals, exact : Goals
        Windows, narrowed by `MARGIN` for the search, and as they are.
    infusions : int
        Days from the first possible infusion to the last.
    """

    counts: layout.Counts
    goals: layout.Goals
    exact: layout.Goals
    infusions: int

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Patients with a CD28 and with a 4-1BB product, and all."""
        p = self.counts.products
        return p[0] + p[1], p[2] + p[3], sum(p)


MARGIN = 0.001  # of the width of a window, kept free at its ends during the search


def read(claims: pd.DataFrame) -> Targets:
    """Targets from the ledger."""
    first, last = pd.to_datetime(claims.loc[["G044", "G045"], "value_printed"], format="%B %Y")
    infusions = (last + pd.offsets.MonthEnd() - first).days
    return Targets(layout.counts(claims), layout.goals(claims, MARGIN), layout.goals(claims), infusions)


def draw(seed: int, targets: Targets, start: int = 1) -> Design:
    """Draw a design that the printed numbers allow.

    Parameters
    ----------
    seed : int
        Seed of the member.
    targets : Targets
        What is printed.
    start : int
        Each start of a member has its own design.

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        If no table of events has the printed incidences.

    Examples
    --------
    >>> from analysis import data
    >>> from analysis.reconstruction.targets import reachable
    >>> design = draw(1, read(reachable(data.load())))
    >>> sum(map(sum, design.events)) + design.after_relapse
    29
    """
    rng = np.random.default_rng([seed, start])
    other, after = KINDS[rng.choice(len(KINDS), p=SHARES[seed <= USUAL])]
    later = int(rng.choice(len(RELAPSED_LATER), p=RELAPSED_LATER))
    found, weights = tallies.tables(targets.exact, targets.sizes, sum(targets.counts.types) - after, other)
    reached = np.array([(tuple(table[0]), tuple(table[1])) in REACHED for table in found])
    if reached.any():
        weights = UNREACHED * weights + (1 - UNREACHED) * reached / reached.sum()
    events = tuple(tuple(int(n) for n in row) for row in found[rng.choice(len(found), p=weights)])
    power = float(rng.uniform(*POWER))
    months = rng.uniform(*CUT_OFFS)
    longest = targets.infusions + int(months * DAYS)
    four = [
        _relapse(power, targets, longest, rng),
        _non_relapse_death(targets, longest),
        _follow_up(int(months * DAYS), longest, rng),
        _death_after(longest, rng),
    ]
    return Design(events, after, later, power, longest, _spans(events, after, targets, longest), np.stack(four))


def _spans(events, after: int, targets: Targets, longest: int) -> np.ndarray:
    """Days of each interval for each t-MN.

    The upper limits of the 4-1BB domain at 12 and 24 months are as far from the incidences as few events can bring
    them. No start reached them with t-MN later in these years: so the search does not try.
    """
    goals = targets.exact
    horizons = goals.horizons[layout.GROUPS.index("all")]
    starts = np.concatenate(([1], horizons + 1))
    ends = np.concatenate((horizons, [longest - 30]))
    early = np.concatenate((starts[:2] + EARLY, ends[2:]))
    spans = [
        (starts[k], last[k])
        for domain, last in zip(events, (ends, early, ends), strict=True)
        for k, n in enumerate(domain)
        for _ in range(n)
    ]
    return np.array(spans + [(60, longest - 30)] * after, np.int64)


def _relapse(power: float, targets: Targets, longest: int, rng) -> np.ndarray:
    """Relapse so that progression-free survival has its median and limits, and a drawn share is free at the end.

    The limits of the median are far apart, 7.8 and 18.4 months: the curve is flat there, and who relapses early does so
    before the first of them.
    """
    checks = targets.exact.progression_free
    low, median = (int(np.mean(checks[checks[:, 1] == curve, 0])) for curve in (1, 0))
    end = int(targets.exact.horizons[layout.NRM, 3])
    free = laws.early_and_late((median, 0.5), (end, rng.uniform(0.24, 0.30)), (low, rng.uniform(0.01, 0.05)), power)
    return laws.log_law(np.minimum.accumulate(free(np.arange(longest + 1.0)) / _non_relapse_tail(targets, longest)))


def _non_relapse_tail(targets: Targets, longest: int) -> np.ndarray:
    """Probability to be without death if there were no relapse: rates that lead to the printed incidences."""
    goals = targets.exact
    days = np.concatenate(([0], goals.horizons[layout.NRM], [longest]))
    f = np.append(0.0, layout.expected(goals, "NRM"))
    free = np.array([0.65, 0.46, 0.38, 0.31])  # about, in the middle of each interval
    rate = np.diff(f) / free / np.diff(days[:-1])
    hazard = np.repeat(np.append(rate, rate[-1]), np.maximum(np.diff(days), 0))[:longest]
    return np.concatenate(([1.0], np.exp(-np.cumsum(hazard))))


def _non_relapse_death(targets: Targets, longest: int) -> np.ndarray:
    """Law of death without relapse."""
    return laws.log_law(_non_relapse_tail(targets, longest))


def _follow_up(least: int, longest: int, rng) -> np.ndarray:
    """Staggered entry: infusions from the first to the last possible day, more of them later; and some lost early.

    The printed incidences rise by more than events/patients in the second year: a third of those still free of events
    is no longer followed by 16 months. So the cut-off cannot be long after the last infusion.
    """
    t = np.arange(longest + 1.0)
    place = np.clip((longest - t) / (longest - least), 0.0, 1.0)  # of the infusion between the first and the last day
    tail = 1.0 - (1.0 - place) ** rng.uniform(0.6, 0.8) if rng.random() < 0.5 else place ** rng.uniform(1.2, 1.6)
    lost, soon = rng.uniform(0.02, 0.08), rng.uniform(0.0, 0.06)  # a year, and in the first weeks
    gone = np.exp(-lost * t / 365.25) * (1.0 - soon * (1.0 - np.exp(-t / 20.0)))
    return laws.log_law(np.where(t < least, 1.0, tail) * gone)


def _death_after(longest: int, rng) -> np.ndarray:
    """Death after relapse: a share survives, the others die at a constant rate; nobody within three days."""
    t = np.maximum(np.arange(longest + 1.0) - 2, 0.0)
    share, mean = rng.uniform(0.3, 0.5), rng.uniform(180, 400)
    return laws.log_law(share + (1 - share) * np.exp(-t / mean))
