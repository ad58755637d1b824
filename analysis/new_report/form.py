"""The form for a new report: every column of its tables that cannot be filled in by itself, from the dictionary."""

from typing import Any

PARTS = {  # tables of the form: what stands there, and whether there are several
    "search": "How it was found. Either the record that waits for it, with the decision; or all fields but that.",
    "studies": "The patients. If their study is here already: its name, and nothing else.",
    "reports": "The publication.",
    "arms": "Groups of patients, one entry each at one data cut; copy the entry for more.",
    "claims": "Printed numbers, one entry each; copy the entry for more. Value, limits and last digits follow from "
    "what is printed, where that is a number; how it was seen and when, from the report.",
}
SEVERAL = ("arms", "claims")
DERIVED = {  # columns that follow from others
    "searches": {"search", "database", "strategy", "hits", "systematic", "by_chance", "version"},
    "reports": {"study"},
    "arms": {"report"},
    "claims": {"report"},
}
SEARCH = {  # fields of the first part that are columns of the records
    "record": "A record that waits to be screened, such as S002-0003.",
    "title": "Title as seen.",
    "found_in": "Where it was found: a look-up, a reference list, a mail.",
    "decided_by": "Who decided: a role of data/review/roles.csv that is filled.",
    "decided_on": "Day of the decision.",
}
DEFAULTS = {
    "search": {"decided_by": "screening-first"},
    "reports": {"readings": "1"},
    "claims": {"kind": "number", "role": "cohort", "certainty": "certain"},
}
FREQUENT = {"group", "time_months", "value_printed", "unit", "interval", "low_printed", "high_printed", "numerator"}
FREQUENT |= {"denominator", "product", "antigen", "domain", "data_cut", "name", "doi", "arm", "record"}
FOLLOWS = {"seen"}  # from the report, unless it is given


def fields(words: dict[str, Any], part: str) -> dict[str, dict]:
    """Columns that a part of the form asks for.

    Parameters
    ----------
    words : dict
        The dictionary.
    part : str
        A key of `PARTS`.

    Returns
    -------
    dict of dict
        Each with its rule.

    Examples
    --------
    >>> from analysis import data
    >>> list(fields(data.dictionary(), "search"))[:3]
    ['record', 'title', 'found_in']
    """
    if part == "search":
        own = {name: {"meaning": meaning, "required": name != "record"} for name, meaning in SEARCH.items()}
        part = "searches"
    else:
        own = {}
    rest = {k: rule for k, rule in words[part]["columns"].items() if k not in DERIVED.get(part, set())}
    return own | rest


def text(words: dict[str, Any], report: str) -> str:
    """An empty form.

    Parameters
    ----------
    words : dict
        The dictionary.
    report : str
        Name of the report.

    Returns
    -------
    str
        YAML; needed and frequent columns stand ready, the others behind ``#``, each with its meaning.
    """
    lines = [
        f"# A new report: {report}. An empty value means not printed or not seen, never zero; all values are text.",
        f"# Then: python -m analysis new-report {report}.yml          checks, and shows what would change",
        f"#       python -m analysis new-report {report}.yml --keep   adds the rows",
    ]
    given = {"studies": {"study": report.rsplit("-", 1)[0]}, "reports": {"report": report}}
    given |= {"arms": {"arm": f"{report}/all"}, "claims": {"arm": f"{report}/all", "id": f"{report}.all.patients"}}
    for part, about in PARTS.items():
        lines += ["", f"# {about}", f"{part}:"]
        filled = DEFAULTS.get(part, {}) | given.get(part, {})
        shown = [_line(name, rule, filled.get(name, "")) for name, rule in fields(words, part).items()]
        lines += _entry(shown) if part in SEVERAL else [f"  {line}" for line in shown]
    return "\n".join(lines) + "\n"


def _entry(lines: list[str]) -> list[str]:
    """An entry of a list; its first line carries the dash."""
    first = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    ordered = [lines[first], *lines[:first], *lines[first + 1 :]]
    return [f"  - {ordered[0]}", *(f"    {line}" for line in ordered[1:])]


def _line(name: str, rule: dict, value: str) -> str:
    """One column, with what may stand there."""
    ready = name not in FOLLOWS and (rule.get("required") or name in FREQUENT or value)
    allowed = f" One of: {' | '.join(map(str, rule['allowed']))}." if "allowed" in rule else ""
    needed = "Needed. " if rule.get("required") and name not in FOLLOWS else ""
    return f"{'' if ready else '# '}{name}: {value}".ljust(28) + f"  # {needed}{rule['meaning']}{allowed}"
