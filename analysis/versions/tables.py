"""The tables as if some reports had never been found."""

from collections.abc import Collection


def without(tables, reports: Collection[str]):
    """All tables without some reports.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    reports : collection of str
        Ids of reports.

    Returns
    -------
    Tables
        Their claims, groups of patients, judgements, records and readings are gone too, and studies of which no report
        is left; hits of the searches are counted anew, so that the flow still adds up.

    Examples
    --------
    >>> from analysis import data
    >>> rest = without(data.load(), ["zuma-7-2023"])
    >>> "zuma-7-2023" in rest.reports.index, rest.claims.report.eq("zuma-7-2023").any()
    (False, np.False_)
    """
    gone = set(reports)
    left = tables.reports[~tables.reports.report.isin(gone)]
    arms = tables.arms[~tables.arms.report.isin(gone)]
    claims = tables.claims[~tables.claims.report.isin(gone)]
    records = tables.records[~tables.records.report.isin(gone)]
    records = records[records.duplicate_of.isna() | records.duplicate_of.isin(records.id)]
    hits = records.search.value_counts().reindex(tables.searches.index, fill_value=0).astype(float)
    return tables._replace(
        reports=left,
        studies=tables.studies[tables.studies.study.isin(left.study)],
        arms=arms,
        claims=claims,
        quality=tables.quality[tables.quality.arm.isin(arms.arm)],
        records=records,
        searches=tables.searches.assign(hits=hits)[hits > 0],
        readings=tables.readings[tables.readings.claim.isin(claims.id)],
    )
