"""Which stage of the search settles which printed numbers?

Vocabulary: a *stage* fixes some columns of the cohort; a printed number is *settled* by the first stage after which it
can be computed. Later stages leave it as it is.
"""

import pandas as pd

from analysis.data import Tables
from analysis.recipes import windows
from analysis.recipes.table import SCORED
from analysis.reconstruction.proofs import REPORT

COURSES, SKELETON, MATCHING, COVARIATES, DETAILS = "courses", "skeleton", "matching", "covariates", "details"
OF_ALL = r"( univariate| matched)?$"
RULES = (  # statistic, quantity and group: the first expression that matches says which stage settles the number
    (COURSES, r"(median|range|p value) time to t-MN|.* overall survival after t-MN|\w+ t-(AML|MDS) t-MN$"),
    (MATCHING, r"(hazard ratio|p value) CD28 vs 4-1BB matched|[\w ]+ (age|prior lines|age at t-MN t-MN)" + OF_ALL),
    (COVARIATES, r"[\w ]+ (MCV|LDH|ALC|CAR-HEMATOTOX|(CRS|ICANS)\b.*)" + OF_ALL),
    (DETAILS, r".* (at t-MN|before CAR T|after CAR T)|.*non-relapse deaths from"),
    (SKELETON, r"cumulative incidence|median (.* survival|follow-up)|hazard ratio|p value"),
    (SKELETON, r"\w+ (patients|relapse|deaths|alive|non-relapse deaths|t-MN|CD28|4-1BB|\w+-cel|other or .*)$"),
    (DETAILS, r""),
)
WORDS = (  # name, heading, what is done; the stages between the first two and the last two settle printed numbers
    ("ledger", "The ledger", "Every printed number that a cohort can give, bound to the estimator that gives it"),
    (
        "windows",
        "What each digit allows",
        "Half a unit of the last printed digit to either side: the target of the search",
    ),
    (
        "design",
        "Design",
        "t-MN by year and domain, when lymphomas relapse, how long patients are followed; another for each cohort",
    ),
    (COURSES, "Courses", "The patients with t-MN: onset, type, TP53 before, survival"),
    (SKELETON, "Skeleton", "All patients, day by day: product, relapse, t-MN, death, last contact"),
    (MATCHING, "Matching", "Ages and prior lines, so that the paper’s matching finds its controls"),
    (COVARIATES, "Covariates", "Blood values and grades of toxicity, one at a time"),
    (DETAILS, "Details", "Everything else, by enumeration: histology, causes of death, karyotypes, mutations"),
    ("file", "The file", "One cohort, with checksum"),
    ("check", "The check", "The recipes recompute every number from the file; they share nothing with the search"),
)
KINDS = {"ledger": "published", "windows": "computed", "check": "computed"}
RESTARTS = {SKELETON: "design"}  # a stage that misses, and where the search then starts again


def stage_of(claims: pd.DataFrame) -> pd.Series:
    """The stage that settles each claim.

    Parameters
    ----------
    claims : DataFrame
        Rows of the ledger with a recipe.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> from analysis import data
    >>> stage_of(data.load().claims.loc[["G083", "G123", "G153", "G204", "G103"]]).tolist()
    ['skeleton', 'covariates', 'matching', 'courses', 'details']
    """
    words = claims.statistic.fillna("") + " " + claims.quantity.fillna("") + " " + claims.group.fillna("")
    words = words.str.strip()
    stage = pd.Series(DETAILS, index=claims.index)
    for name, rule in reversed(RULES):
        stage = stage.mask(words.str.match(rule), name)
    return stage


def stages(tables: Tables, report: str = REPORT) -> pd.DataFrame:
    """From the ledger to the check: what each stage does, and how many printed numbers it settles.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    report : str
        The report that is reconstructed.

    Returns
    -------
    DataFrame
        One row a stage, indexed by its name: ``step`` (1, 2, ...), ``heading, text`` (in words), ``numbers`` (printed
        numbers; all of them for the ledger and the check), ``kind`` (published, computed, synthetic), ``restart`` (the
        step from which the search starts again if this one fails; missing otherwise).
    """
    claims = tables.claims[tables.claims.report == report]
    targets = windows(claims)
    targets = targets[targets.field.isin(SCORED)]
    counts = stage_of(claims.loc[targets.id.unique()])[targets.id].value_counts().to_dict()
    counts |= {"ledger": len(targets), "check": len(targets)}
    table = pd.DataFrame(WORDS, columns=["name", "heading", "text"]).set_index("name", drop=False)
    steps = pd.Series(range(1, len(table) + 1), index=table.index)
    return table.assign(
        step=steps,
        numbers=table.name.map(counts).astype("Int64"),
        kind=table.name.map(KINDS).fillna("synthetic"),
        restart=table.name.map(RESTARTS).map(steps).astype("Int64"),
    )
