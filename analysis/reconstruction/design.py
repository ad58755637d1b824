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

SHAPES = ("weibull", "cured", "two rates")
FIRST_INFUSION = pd.Timestamp("2017-09-01")
LAST_INFUSION = pd.Timestamp("2023-08-31")
CUT_OFFS = (1, 8)  # months after the last infusion, from and to: see `_follow_up`


@dataclass(frozen=True)
class Design:
    """A member before the search.

    Attributes
    ----------
    events : tuple
        t-MN before any relapse, of CD28 and of 4-1BB, in each interval between the horizons and after the last.
    after_relapse, relapsed_later : int
        t-MN after a relapse, which are no events of the incidence, and patients who relapse after t-MN.
    shape : str
        Law of relapse, see `events.laws.two_points`.
    longest : int
        Days from the first possible infusion to the cut-off.
    spans : ndarray, shape = (t-MN, 2)
        First and last possible day of each onset: CD28, 4-1BB, then those after a relapse.
    laws : ndarray, shape = (4, 2, longest + 1)
        As `events.laws.log_law`: relapse, death without it, end of follow-up, death after relapse.
    """

    events: tuple[tuple[int, ...], tuple[int, ...]]
    after_relapse: int
    relapsed_later: int
    shape: str
    longest: int
    spans: np.ndarray
    laws: np.ndarray


@dataclass(frozen=True)
class Targets:
    """What is printed, laid out for the search; see `read`."""

    counts: layout.Counts
    goals: layout.Goals
    exact: layout.Goals

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Patients with a CD28 and with a 4-1BB product, and all."""
        p = self.counts.products
        return p[0] + p[1], p[2] + p[3], sum(p)


MARGIN = 0.001  # of the width of a window, kept free at its ends during the search


def read(claims: pd.DataFrame) -> Targets:
    """Targets from the ledger."""
    return Targets(layout.counts(claims), layout.goals(claims, MARGIN), layout.goals(claims))


def draw(rng: np.random.Generator, targets: Targets, events=None, after_relapse=None) -> Design:
    """A design that the printed numbers allow."""
    after = int(rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])) if after_relapse is None else after_relapse
    later = int(rng.choice(3, p=[0.5, 0.3, 0.2]))
    tmn = sum(targets.counts.types)
    if events is None:
        found, weights = tallies.tables(targets.exact, targets.sizes, tmn - after)
        events = tuple(tuple(int(n) for n in domain) for domain in found[rng.choice(len(found), p=weights)])
    shape = SHAPES[rng.integers(len(SHAPES))]
    months = rng.uniform(*CUT_OFFS)
    longest = (LAST_INFUSION - FIRST_INFUSION).days + int(months * DAYS)
    four = [
        _relapse(shape, targets, longest, rng),
        _non_relapse_death(targets, longest),
        _follow_up(int(months * DAYS), longest, rng),
        _death_after(longest, rng),
    ]
    return Design(events, after, later, shape, longest, _spans(events, after, targets, longest), np.stack(four))


def _spans(events, after: int, targets: Targets, longest: int) -> np.ndarray:
    """Days of each interval for each t-MN."""
    goals = targets.exact
    horizons = goals.horizons[layout.GROUPS.index("all")]
    starts = np.concatenate(([1], horizons + 1))
    ends = np.concatenate((horizons, [longest - 30]))
    spans = [(starts[k], ends[k]) for domain in events for k, n in enumerate(domain) for _ in range(n)]
    return np.array(spans + [(60, longest - 30)] * after, np.int64)


def _middle(windows: np.ndarray) -> float:
    """Middle of a window."""
    return float(np.mean(windows))


def _relapse(shape: str, targets: Targets, longest: int, rng) -> np.ndarray:
    """Relapse through the printed median of progression-free survival and a drawn share still free at 48 months."""
    nrm = _non_relapse_tail(targets, longest)
    checks = targets.exact.progression_free
    day = int(np.mean(checks[checks[:, 1] == 0, 0]))
    late = int(targets.exact.horizons[layout.NRM, 3])
    free = rng.uniform(0.24, 0.30)
    tail = laws.two_points(shape, (day, 0.5 / nrm[day]), (late, free / nrm[late]), longest)
    return laws.log_law(tail)


def _non_relapse_tail(targets: Targets, longest: int) -> np.ndarray:
    """Probability to be without death if there were no relapse: rates that lead to the printed incidences."""
    goals = targets.exact
    days = np.concatenate(([0], goals.horizons[layout.NRM], [longest]))
    f = np.array([0.0] + [_middle(goals.incidence[layout.NRM, h, 0]) / 100 for h in range(4)])
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
    lost = rng.uniform(0.02, 0.08)  # a year
    return laws.log_law(np.where(t < least, 1.0, tail) * np.exp(-lost * t / 365.25))


def _death_after(longest: int, rng) -> np.ndarray:
    """Death after relapse: a share survives, the others die at a constant rate; nobody within three days."""
    t = np.maximum(np.arange(longest + 1.0) - 2, 0.0)
    share, mean = rng.uniform(0.3, 0.5), rng.uniform(180, 400)
    return laws.log_law(share + (1 - share) * np.exp(-t / mean))
