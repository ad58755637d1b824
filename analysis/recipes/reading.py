"""Readings: what the paper leaves open, each way of filling it in with a name.

Vocabulary: a *reading* is one choice for every open point; the default is the one that the printed numbers fit.
"""

from dataclasses import dataclass, fields

ALTERNATIVES = {
    "incidence_population": ("all", "responders"),
    "relapse_competes": (True, False),
    "incidence_interval": ("log-log", "log", "linear"),
    "survival_interval": ("log", "log-log"),
    "hazard_model": ("subdistribution", "cause_specific"),
    "quantile_type": (7, 2, 6),
    "ldh_scale": ("doubling", "linear"),
    "matching_order": ("largest", "smallest", "data"),
    "complete_response_of": ("all", "responders"),
    "genes_of": ("printed", "sequenced", "all"),
    "tp53_against": ("sequenced", "all"),
    "vaf_after_of": ("sequenced twice", "all", "retained"),
}


@dataclass(frozen=True)
class Reading:
    """One way of filling in what the report leaves open; `ALTERNATIVES` lists the others, the default first.

    Attributes
    ----------
    incidence_population : {"all", "responders"}
        Whose incidence of t-MN it is: all patients, or those with a complete or partial response at one month.
    relapse_competes : bool
        Whether relapse is a competing event for t-MN; otherwise patients stay at risk after it.
    incidence_interval : {"log-log", "log", "linear"}
        Scale on which the interval of an incidence is symmetric.
    survival_interval : {"log", "log-log"}
        Scale on which the interval of a survival curve is symmetric.
    hazard_model : {"subdistribution", "cause_specific"}
        Fine and Gray with robust variance, or Cox; for hazard ratios of which the ledger does not say it.
    quantile_type : {7, 2, 6}
        Definition of quantiles, numbered as by Hyndman and Fan (R's default is 7, SAS's 2, SPSS's 6).
    ldh_scale : {"doubling", "linear"}
        Whether the hazard ratio of LDH is one for a doubling or for 1 U/L.
    matching_order : {"largest", "smallest", "data"}
        Which case chooses its controls first.
    complete_response_of : {"all", "responders"}
        Of whom complete responses are a share.
    genes_of : {"printed", "sequenced", "all"}
        Of whom mutations at t-MN are a share: of those sequenced, or of all cases; printed: of all cases where the
        printed denominator counts them.
    tp53_against : {"sequenced", "all"}
        With whom patients with a mutation before infusion are compared: the others sequenced before, or all others.
    vaf_after_of : {"sequenced twice", "all", "retained"}
        Whose allele frequency at t-MN it is: of those sequenced at both times, of all who have the mutation then, or
        of those who had it at both times.

    Raises
    ------
    ValueError
        For a choice that is not in `ALTERNATIVES`.

    References
    ----------
    Hyndman RJ, Fan Y. Am Stat 1996;50:361-365, definitions 2, 6 and 7.

    Examples
    --------
    >>> Reading(hazard_model="cause_specific").relapse_competes
    True
    """

    incidence_population: str = "all"
    relapse_competes: bool = True
    incidence_interval: str = "log-log"
    survival_interval: str = "log"
    hazard_model: str = "subdistribution"
    quantile_type: int = 7
    ldh_scale: str = "doubling"
    matching_order: str = "largest"
    complete_response_of: str = "all"
    genes_of: str = "printed"
    tp53_against: str = "sequenced"
    vaf_after_of: str = "sequenced twice"

    def __post_init__(self):
        for field in fields(self):
            value, allowed = getattr(self, field.name), ALTERNATIVES[field.name]
            if value not in allowed:
                raise ValueError(f"reading {field.name}: found {value!r}; allowed: {', '.join(map(repr, allowed))}")


DEFAULT = Reading()
