"""What the rows of the tables owe each other and themselves.

One function a rule; each takes the tables and yields problems. These are rules about *our* copy of the literature
and stop the build; whether a paper agrees with itself is asked by `analysis.audit`, which stops nothing.
"""

import pandas as pd

from analysis.integrity import ledger, review
from analysis.problems import Problem

RULES = (*ledger.RULES, *review.RULES)


def problems(frames: dict[str, pd.DataFrame]) -> list[Problem]:
    """Every problem that any rule finds.

    Parameters
    ----------
    frames : dict of DataFrame
        The tables by name, with ``file`` and ``row``.

    Returns
    -------
    list of Problem
        Empty when all rules hold.
    """
    return [problem for rule in RULES for problem in rule(frames)]
