"""Counts of the review for the running text: name, number, what is counted."""

from analysis.review import checklist, overlap, quality
from analysis.review.flow import STEPS, division, flow


def summary(tables) -> dict[str, tuple[int, str]]:
    """Every count that the pages name, so that none is typed.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    dict
        For each name the number and the words: the steps of the flow; ``overlap-groups``, ``overlap-reports``,
        ``overlap-certain``; ``quality-low``, ``-unclear``, ``-high``, ``-all`` (judgements of the groups in the
        figures); ``prisma-2020``, ``prisma-lsr``, also with ``-done``, ``-in-part``, ``-not-done``; ``vacant``;
        ``looked-up``.

    Examples
    --------
    >>> from analysis import data
    >>> summary(data.load())["included"][1]
    'reports included'
    """
    steps, groups = flow(tables), overlap.groups(tables)
    used = division(tables).used
    judged = quality.by_item(tables, used.index[used])
    found = {step: (int(steps.total[step]), steps.words[step].lower()) for step in STEPS}
    found |= {
        "overlap-groups": (len(groups), "groups of reports that share or may share patients"),
        "overlap-reports": (int(groups["count"].sum()), "reports in these groups"),
        "overlap-certain": (int(groups.certain.sum()), "of these groups, reports of one study only"),
        "quality-groups": (int(used.sum()), "groups of patients judged here"),
        "quality-all": (int(judged[list(quality.JUDGEMENTS)].sum().sum()), "judgements of their risk of bias"),
        "vacant": (int((tables.roles.state == "vacant").sum()), "roles that nobody fills"),
        "looked-up": (int(tables.reports.notice_looked_up_on.notna().sum()), "reports looked up for notices"),
    }
    for word in quality.JUDGEMENTS:
        found[f"quality-{word}"] = (int(judged[word].sum()), f"judgements of {word} risk of bias")
    for name, answers in checklist.counts(tables).iterrows():
        words = f"items of {checklist.GUIDELINES[name]}"
        found[name] = (int(answers.sum()), words)
        for answer, count in answers.items():
            found[f"{name}-{answer.replace(' ', '-')}"] = (int(count), f"{words} {answer}")
    return found
