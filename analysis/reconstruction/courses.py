"""The synthetic courses of those who had a t-MN, and what became of their mutations.

Vocabulary: a *course* runs from the infusion over the t-MN to death or last contact. A mutation is named by its gene;
it is *retained* if found before the infusion and at the t-MN, *lost* if only before, *gained* if only at the t-MN.
Courses and frequencies are those of one synthetic cohort: other cohorts that meet the same printed numbers have
others.
"""

import pandas as pd

from analysis.cohort import DAYS_PER_MONTH, Cohort, domain

TYPES = {"t-AML": "taml", "t-MDS": "tmds"}
MONTHS = {"tmn_day": "onset_months", "relapse_day": "relapse_months", "last_day": "last_months"}
GENES = ("TP53", "DNMT3A", "PPM1D")  # each with a panel of its own; the others stand together
OTHERS = "other genes"


def courses(cohort: Cohort) -> pd.DataFrame:
    """One row a patient with t-MN, t-AML first, then by time of the t-MN.

    Parameters
    ----------
    cohort : Cohort
        One member.

    Returns
    -------
    DataFrame
        ``lane`` (from 1), ``tmn_type``, ``key`` (its colour), ``product``, ``domain``, ``onset_months``,
        ``relapse_months`` (missing: none), ``last_months`` (all since infusion), ``survival_months`` (since the t-MN),
        ``hct`` (allogeneic transplantation after the t-MN; its time is not part of a cohort), ``died``,
        ``cause_of_death``, ``relapsed`` (before the t-MN, after it, or no), ``data_kind``. No names of patients.

    Examples
    --------
    >>> patients = pd.DataFrame({"tmn_day": [487.0], "tmn_type": ["t-MDS"], "relapse_day": [30.4375], "died": [True],
    ...     "last_day": [608.75], "product": ["axi-cel"], "cause_of_death": ["lymphoma"], "data_kind": ["synthetic"]})
    >>> found = courses(Cohort(patients, pd.DataFrame({"hct_at_tmn": [False]})))
    >>> found[["onset_months", "last_months", "survival_months", "relapsed"]].to_numpy().tolist()
    [[16.0, 20.0, 4.0, 'before']]
    """
    found = cohort.patients[cohort.patients.tmn_day.notna()]
    months = (found[list(MONTHS)] / DAYS_PER_MONTH).rename(columns=MONTHS)
    relapsed = pd.Series("no", index=found.index).mask(months.relapse_months.notna(), "after")
    table = found[["tmn_type", "product", "cause_of_death", "data_kind"]].assign(
        key=found.tmn_type.map(TYPES),
        domain=domain(found),
        **months,
        survival_months=months.last_months - months.onset_months,
        hct=cohort.tmn.hct_at_tmn.reindex(found.index).astype(bool),
        died=found.died.astype(bool),
        relapsed=relapsed.mask(months.relapse_months < months.onset_months, "before"),
    )
    ordered = table.sort_values(["tmn_type", "onset_months"], kind="stable", ignore_index=True)
    return ordered.assign(lane=ordered.index + 1)


def allele_frequencies(cohort: Cohort) -> pd.DataFrame:
    """Each mutation of those sequenced before the infusion and at the t-MN, with its frequency at both times.

    Parameters
    ----------
    cohort : Cohort
        One member.

    Returns
    -------
    DataFrame
        One row a patient and gene: ``lane`` (as in `courses`), ``tmn_type``, ``key``, ``gene``, ``panel`` (the gene, or
        "other genes"), ``before``, ``at_tmn`` (variant allele frequency in %; 0: not found), ``change`` (retained,
        lost, gained), ``count`` (of the whole panel, in words), ``data_kind``; panels in the order of `GENES`. Two
        mutations of one gene count as one, with the larger frequency.

    Examples
    --------
    >>> tmn = pd.DataFrame({"patient": ["s"], "sequenced_before": [True], "sequenced_at_tmn": [True],
    ...     "mutations_before": ["TP53:4.4;DNMT3A:12"], "mutations_at_tmn": ["TP53:38.5"], "hct_at_tmn": [False]})
    >>> patients = pd.DataFrame({"tmn_day": [487.0], "tmn_type": ["t-MDS"], "relapse_day": [None], "died": [True],
    ...     "last_day": [500.0], "product": ["axi-cel"], "cause_of_death": ["t-MN"], "data_kind": ["synthetic"]})
    >>> found = allele_frequencies(Cohort(patients, tmn))
    >>> found[["gene", "before", "at_tmn", "change"]].to_numpy().tolist()
    [['TP53', 4.4, 38.5, 'retained'], ['DNMT3A', 12.0, 0.0, 'lost']]
    """
    lanes = _lanes(cohort)
    rows = []
    for patient, row in cohort.tmn[cohort.tmn.sequenced_before & cohort.tmn.sequenced_at_tmn].iterrows():
        before, after = mutations(row.mutations_before), mutations(row.mutations_at_tmn)
        rows += [(lanes[patient], gene, before.get(gene, 0.0), after.get(gene, 0.0)) for gene in before | after]
    table = pd.DataFrame(rows, columns=["lane", "gene", "before", "at_tmn"])
    change = pd.Series("retained", index=table.index).mask(table.before == 0, "gained").mask(table.at_tmn == 0, "lost")
    types = courses(cohort).set_index("lane")[["tmn_type", "key", "data_kind"]]
    table = table.assign(change=change, panel=table.gene.where(table.gene.isin(GENES), OTHERS)).join(types, on="lane")
    order = pd.Categorical(table.panel, [*GENES, OTHERS])
    table = table.assign(order=order).sort_values(["order", "lane", "gene"], ignore_index=True).drop(columns="order")
    return table.assign(count=table.panel.map(table.groupby("panel").change.apply(_count)))


def _count(changes: pd.Series) -> str:
    """How many were retained, lost and gained, in words."""
    words = {"retained": "kept", "lost": "lost", "gained": "new"}
    return " · ".join(f"{(changes == kind).sum()} {word}" for kind, word in words.items())


def mutations(cell: str | None) -> dict[str, float]:
    """Genes and variant allele frequencies (%) of one cell of the table of t-MN; the larger of two of one gene.

    Examples
    --------
    >>> mutations("TP53:4.4;DNMT3A:12;TP53:2"), mutations("none")
    ({'TP53': 4.4, 'DNMT3A': 12.0}, {})
    """
    found: dict[str, float] = {}
    for part in cell.split(";") if isinstance(cell, str) and cell != "none" else ():
        gene, _, frequency = part.partition(":")
        found[gene] = max(float(frequency), found.get(gene, 0.0))
    return found


def _lanes(cohort: Cohort) -> dict:
    """The lane of each patient in `courses`."""
    found = cohort.patients[cohort.patients.tmn_day.notna()]
    order = found.sort_values(["tmn_type", "tmn_day"], kind="stable").index
    return {patient: place for place, patient in enumerate(order, start=1)}
