"""Who is counted twice? Reports of the same patients, and studies that may share some.

A *group* holds studies that may share patients; it is known that reports of one study do. Groups with one report only
share with nobody and are left out here.
"""

import re

import pandas as pd

from analysis.data import remembered

SENTENCE = re.compile(r"\S.*?[.](?= [A-Z]|$)")
NAMES = {
    "cilta-cel-trials": "Cilta-cel trials and labels",
    "descar-t": "DESCAR-T registry, France",
    "ebmt-allo-tmn": "EBMT registry",
    "gisl-modena": "GISL trials, Italy",
    "ide-cel-trials": "Ide-cel trials and labels",
    "japan-transplant-registry": "Japanese transplant registry",
    "north-american-autotransplants": "North American autotransplants",
    "transcend-nhl-001": "TRANSCEND NHL 001",
    "us-labels-cd19": "US labels, CD19",
    "us-real-world": "US centres and registry",
}


def name(tables, group: str) -> str:
    """A group in words: that of its study where there is one, else a short name, else its id.

    Examples
    --------
    >>> from analysis import data
    >>> name(data.load(), "zuma-5"), name(data.load(), "descar-t")
    ('ZUMA-5', 'DESCAR-T registry, France')
    """
    members = tables.studies[tables.studies.overlap_group == group]
    if group in NAMES:
        return NAMES[group]
    return members.name.iloc[0] if len(members) == 1 else group.replace("-", " ")


@remembered
def groups(tables) -> pd.DataFrame:
    """Groups of reports that describe, or may describe, the same patients.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        Indexed by group, the largest first: ``name``; ``reports`` and ``studies`` (ids, separated by blanks);
        ``sizes`` (reports of each study, a tuple); ``count`` (reports); ``certain`` (whether all are of one study);
        ``why`` (the notes of its studies, each sentence once).

    Examples
    --------
    >>> from analysis import data
    >>> groups(data.load()).loc["transform", "sizes"]
    (3,)
    """
    reports = tables.reports.join(tables.studies[["overlap_group", "overlap_note"]], on="study")
    rows = []
    for group, members in reports.groupby("overlap_group", sort=False):
        if len(members) == 1:
            continue
        sizes = members.groupby("study", sort=False).size().sort_values(ascending=False, kind="stable")
        rows.append(
            {
                "group": group,
                "name": name(tables, group),
                "reports": " ".join(members.report),
                "studies": " ".join(sizes.index),
                "sizes": tuple(map(int, sizes)),
                "count": len(members),
                "certain": len(sizes) == 1,
                "why": " ".join(dict.fromkeys(SENTENCE.findall(" ".join(members.overlap_note.dropna())))),
            }
        )
    frame = pd.DataFrame(rows).set_index("group")
    return frame.sort_values("count", ascending=False, kind="stable")


def cells(tables) -> pd.DataFrame:
    """The groups in words, for a table on a page.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    DataFrame
        ``Group, Of, Reports, Why``, with placeholders of `analysis.doors.fill`.

    Examples
    --------
    >>> from analysis import data
    >>> cells(data.load()).columns.tolist()
    ['Group', 'Of', 'Reports', 'Why']
    """
    rows = groups(tables)
    return pd.DataFrame(
        {
            "Group": rows.name,
            "Of": [f"{len(sizes)} studies" if len(sizes) > 1 else "1 study" for sizes in rows.sizes],
            "Reports": [", ".join(f"{{report:{name}}}" for name in names.split()) for names in rows.reports],
            "Why": rows.why.where(rows.why != "", "Successive reports of the study."),
        }
    ).reset_index(drop=True)
