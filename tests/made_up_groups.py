"""Groups of patients made up for tests of the synthesis."""

import pandas as pd

from analysis.synthesis.groups import PRIMARY

SAME = 1e-9  # two ways to the same number


def made_up(counts, **columns):
    """Rows of groups that share nothing."""
    frame = pd.DataFrame(counts, columns=["events", "total"]).astype(float)
    names = [f"made-up-{i}/all" for i in range(len(frame))]
    given = {"arm": names, "report": names, "study": names, "overlap_group": names, "outcome": PRIMARY, "reason": ""}
    frame = frame.assign(**given, months=24.0, year=2024.0, person_years=2 * frame.total)
    return frame.assign(**columns)
