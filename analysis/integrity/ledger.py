"""What the rows of the ledger owe each other and themselves."""

from collections.abc import Iterator

import pandas as pd

from analysis.problems import Problem, at

INCIDENCE_DENOMINATORS = {"treated", "randomised", "enrolled", "transplanted"}
INCIDENCE_STATISTICS = {"cumulative incidence", "rate"}


def percentages_up_to_100(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Shares, incidences and survival probabilities cannot exceed 100%."""
    claims = frames["claims"]
    for column in ("value", "low", "high"):
        for row in claims[(claims.unit == "%") & (claims[column] > 100)].itertuples():
            yield at(row, column, getattr(row, column), "at most 100, since the unit is %")


def counts_fit(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A numerator needs a denominator at least as large."""
    claims = frames["claims"]
    for row in claims[claims.numerator > claims.denominator].itertuples():
        yield at(row, "numerator", int(row.numerator), f"at most the denominator, {int(row.denominator)}")


def intervals_ordered(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Limits come in pairs, in order, with their kind."""
    claims = frames["claims"]
    for row in claims[claims.low > claims.high].itertuples():
        yield at(row, "low", row.low, f"at most the upper limit, {row.high}")
    for row in claims[claims.low.notna() != claims.high.notna()].itertuples():
        yield at(row, "low" if pd.isna(row.low) else "high", "one limit only", "both limits or none")
    for row in claims[claims.low.notna() & claims.interval.isna()].itertuples():
        yield at(row, "interval", "nothing", "the kind of interval")


def intervals_hold_their_estimate(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """An interval without its estimate is a slip of the pen, unless flagged as standing so in print."""
    claims = frames["claims"]
    outside = (claims.value < claims.low) | (claims.value > claims.high)
    flagged = claims.flag == "interval excludes estimate"
    for row in claims[outside & ~flagged].itertuples():
        yield at(
            row,
            "value",
            f"{row.value} outside {row.low} to {row.high}",
            "a value inside, or the flag 'interval excludes estimate'",
        )
    for row in claims[flagged & ~outside].itertuples():
        yield at(row, "flag", repr(row.flag), "no flag, since the interval holds the estimate")


def numbers_have_values(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A number claim has a printed value or two printed limits; a statement has words."""
    claims = frames["claims"]
    for row in claims[claims.value_printed.isna() & claims.low_printed.isna()].itertuples():
        yield at(row, "value_printed", "nothing", "what was printed, or the limits of a range")
    for row in claims[(claims.kind == "statement") != (claims.statistic == "statement")].itertuples():
        yield at(row, "statistic", row.statistic, "statement if and only if the kind is statement")


def hazard_ratios_name_their_model(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A hazard ratio without a model cannot be compared with anything."""
    claims = frames["claims"]
    for row in claims[(claims.statistic == "hazard ratio") & claims.model.isna()].itertuples():
        yield at(row, "model", "nothing", "the model, or unsettled")


def duplicates_agree(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A duplicate points to the fullest statement, in one step, of the same value in the same report."""
    claims = frames["claims"].drop_duplicates("id").set_index("id", drop=False)
    for row in claims[claims.duplicate_of.notna()].itertuples():
        target = claims.loc[row.duplicate_of]
        if isinstance(target.duplicate_of, str):
            yield at(row, "duplicate_of", row.duplicate_of, f"the last of the chain, {target.duplicate_of}")
        if target.report != row.report:
            yield at(row, "duplicate_of", row.duplicate_of, "a claim of the same report")
        if pd.notna(row.value) and pd.notna(target.value) and row.value != target.value:
            yield at(row, "duplicate_of", row.duplicate_of, f"a claim with the same value, {row.value:g}")


def quoted_numbers_say_by_whom(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Second-hand numbers name the hand."""
    claims = frames["claims"]
    for row in claims[(claims.seen == "quoted") & claims.quoted_by.isna()].itertuples():
        yield at(row, "quoted_by", "nothing", "the document in which the number was seen")


def doubts_are_explained(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """What is inferred or doubtful says why."""
    claims = frames["claims"]
    for row in claims[(claims.certainty != "certain") & claims.doubt.isna()].itertuples():
        yield at(row, "doubt", "nothing", f"why the reading is {row.certainty}")


def claims_stand_in_their_file(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """One file for each report; an arm belongs to its claim's report."""
    claims = frames["claims"]
    for row in claims.itertuples():
        if row.file != f"data/claims/{row.report}.csv":
            yield at(row, "report", repr(row.report), f"the report of this file, {row.file.split('/')[-1][:-4]}")
        if isinstance(row.arm, str) and row.arm.split("/")[0] != row.report:
            yield at(row, "arm", repr(row.arm), f"an arm of {row.report}")


def incidences_have_people_at_risk(frames: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """A case series, adverse-event reports or deaths carry no incidence."""
    arms = frames["arms"].drop_duplicates("arm").set_index("arm")
    claims = frames["claims"]
    for row in claims[claims.statistic.isin(INCIDENCE_STATISTICS) & claims.arm.notna()].itertuples():
        counts = arms.loc[row.arm, "denominator"]
        if counts not in INCIDENCE_DENOMINATORS | {"tested", "pooled studies"}:
            yield at(row, "statistic", repr(row.statistic), f"no incidence, since the arm counts {counts}")


RULES = (
    percentages_up_to_100,
    counts_fit,
    intervals_ordered,
    intervals_hold_their_estimate,
    numbers_have_values,
    hazard_ratios_name_their_model,
    duplicates_agree,
    quoted_numbers_say_by_whom,
    doubts_are_explained,
    claims_stand_in_their_file,
    incidences_have_people_at_risk,
)
