"""Courses and a covariate made up for tests of the reconstruction; they meet no printed number."""

import numpy as np

from analysis.reconstruction import fits
from analysis.reconstruction.state import NONE, Skeleton

CLOSE = 1e-6  # the kernels stop a step of 1e-7 standard deviations before the maximum


def invented(n=40, seed=1, days=25):
    """A covariate, times with ties, and all three kinds of end."""
    random = np.random.default_rng(seed)
    status = random.choice(3, size=n, p=[0.3, 0.4, 0.3])
    return random.normal(size=n), random.integers(1, days, size=n), status


def sampled(day, status, stay=True, chosen=None):
    """Sample of the chosen patients, all without a choice."""
    chosen = np.ones(day.size, bool) if chosen is None else chosen
    return fits.sample(np.argsort(day, kind="stable"), chosen, day, status, stay)


def skeleton(n=60, cases=6, seed=3):
    """A small made-up skeleton."""
    random = np.random.default_rng(seed)
    last = random.integers(200, 1500, size=n)
    relapse = np.where(random.random(n) < 0.4, last // 2, NONE)
    tmn = np.full(n, NONE)
    tmn[:cases], relapse[:cases] = last[:cases] - 90 + np.arange(cases), NONE
    types, died = np.where(tmn == NONE, 0, 1), (random.random(n) < 0.4).astype(int)
    return Skeleton(random.choice(5, n, p=[0.5, 0.1, 0.2, 0.1, 0.1]), relapse, tmn, types, last, died, np.full(n, NONE))
