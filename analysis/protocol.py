"""The protocol of the review: what it asks, what it lets in, how often it searches.

``data/review/protocol.yml`` is written by hand; its structure is checked here like that of a table. A criterion of
eligibility with ``holds`` names a column and the values that it may have, and is checked against the rows.
"""

from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import yaml

from analysis import paths
from analysis.problems import DataError, Problem

FILE = "review/protocol.yml"
NAME = f"data/{FILE}"
TEXT = {"type": "string", "minLength": 1}
DAY = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}

CONTACT = r"^(|[^@\s?&]+@[^@\s?&]+\.[^@\s?&]+|https://\S+)$"  # nothing, a mail address, or the page of a form


def _record(required: dict[str, dict], **optional: dict) -> dict:
    """JSON Schema of a mapping with these fields and no others."""
    fields = {"properties": required | optional, "required": list(required)}
    return {"type": "object", "additionalProperties": False} | fields


def _several(item: dict, least: int = 1) -> dict:
    """JSON Schema of a list."""
    return {"type": "array", "items": item, "minItems": least}


HOLDS = _record({"column": {"type": "string", "pattern": r"^[a-z]+\.[a-z_]+$"}, "values": _several(TEXT)})
SCHEMA = _record(
    {
        "written_on": DAY,
        "status": TEXT,
        "registration": _record({"registry": TEXT, "number": {"type": "string"}, "note": TEXT}),
        "question": _record(
            dict.fromkeys(
                ("text", "population", "exposure", "comparison", "outcomes", "time", "setting"),
                TEXT,
            )
        ),
        "eligibility": _several(_record(dict.fromkeys(("name", "include", "exclude"), TEXT), holds=HOLDS)),
        "outcomes": _several(
            _record(
                {"name": TEXT, "primary": {"type": "boolean"}, "definition": TEXT, "measure": TEXT},
                months=_several({"type": "integer", "minimum": 1}),
            )
        ),
        "methods": _record(
            dict.fromkeys(("screening", "extraction", "quality", "overlap", "synthesis", "certainty"), TEXT)
        ),
        "search_interval_days": {"type": "integer", "minimum": 1, "maximum": 3660},
        "living": _record(
            {
                "triggers": _several(TEXT),
                **dict.fromkeys(("version_rule", "justification", "retirement"), TEXT),
            }
        ),
        "conclusion": _record(
            {
                "text": TEXT,
                "results": _several(TEXT),
                "relative_change": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            }
        ),
        "contact": _record({"address": {"type": "string", "pattern": CONTACT}, "note": TEXT}),
        "amendments": _several(_record({"date": DAY, "what": TEXT, "why": TEXT}), least=0),
    }
)


def load(folder: Path = paths.DATA) -> dict[str, Any]:
    """The protocol.

    Parameters
    ----------
    folder : Path
        Holds ``review/protocol.yml``.

    Returns
    -------
    dict
        As written; days are text. ``search_interval_days`` is in days.

    Raises
    ------
    DataError
        With every place at which the structure is broken.

    Examples
    --------
    >>> load()["search_interval_days"]
    90
    """
    plan, problems = read(folder)
    if problems:
        raise DataError(problems)
    return plan


def read(folder: Path = paths.DATA) -> tuple[dict[str, Any], list[Problem]]:
    """The protocol, and every problem of its structure.

    Parameters
    ----------
    folder : Path
        Holds ``review/protocol.yml``.

    Returns
    -------
    protocol : dict
        As written.
    problems : list of Problem
        The row is the line in the file; the column is the path of the field, such as ``living.triggers.0``.
    """
    file = folder / FILE
    if not file.exists():
        return {}, [Problem(NAME, 1, "(file)", "no file", "the protocol of the review")]
    text = file.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
        plan = yaml.load(text, Loader=_Days)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return {}, [Problem(NAME, line, "(file)", str(error.problem), "YAML")]
    found = sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(plan), key=lambda e: list(map(str, e.path)))
    return plan, [_problem(tree, error) for error in found]


class _Days(yaml.SafeLoader):
    """Reads days as text, as the tables do."""


_Days.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _problem(tree: yaml.Node, error: jsonschema.ValidationError) -> Problem:
    """One broken rule with its line."""
    place = ".".join(map(str, error.path)) or "(file)"
    allowed = {
        "additionalProperties": lambda: "the fields " + ", ".join(error.schema["properties"]),
        "required": lambda: "all of the fields " + ", ".join(error.validator_value),
        "pattern": lambda: f"of the form {error.validator_value}",
        "type": lambda: f"a value of type {error.validator_value}",
        "minLength": lambda: "a value",
        "minItems": lambda: f"at least {error.validator_value} entries",
    }.get(error.validator, lambda: f"{error.validator} {error.validator_value}")()
    found = ", ".join(map(str, error.instance)) if isinstance(error.instance, dict) else repr(error.instance)
    return Problem(NAME, _line(tree, list(error.path)), place, found, allowed)


def _line(tree: yaml.Node, steps: list) -> int:
    """Line of a field, or of the innermost field above it."""
    line, node = tree.start_mark.line + 1 if tree else 1, tree
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            inner = next(((key, value) for key, value in node.value if key.value == step), None)
        else:
            inner = (node.value[step], node.value[step]) if isinstance(node, yaml.SequenceNode) else None
        if inner is None:
            break
        line, node = inner[0].start_mark.line + 1, inner[1]
    return line


def eligibility_problems(plan: dict[str, Any], frames: dict[str, pd.DataFrame]) -> list[Problem]:
    """Rows that break a criterion of eligibility which the tables can show.

    Parameters
    ----------
    plan : dict
        The protocol.
    frames : dict of DataFrame
        The tables by name, with ``file`` and ``row``.

    Returns
    -------
    list of Problem
        Also for a criterion that names a column which does not exist.

    Examples
    --------
    >>> plan = {"eligibility": [{"name": "kind", "holds": {"column": "reports.kind", "values": ["trial"]}}]}
    >>> reports = pd.DataFrame({"kind": ["trial", "poem"], "file": "data/reports.csv", "row": [2, 3]})
    >>> [str(problem) for problem in eligibility_problems(plan, {"reports": reports})]
    ["data/reports.csv, row 3, column kind: found 'poem'; allowed: what the protocol lets in (kind): trial"]
    """
    problems = []
    for criterion in plan["eligibility"]:
        if "holds" not in criterion:
            continue
        name, values = criterion["holds"]["column"], criterion["holds"]["values"]
        table, column = name.split(".")
        if table not in frames or column not in frames[table]:
            problems.append(Problem(NAME, 1, "eligibility", name, "a column of a table"))
            continue
        allowed = f"what the protocol lets in ({criterion['name']}): {' | '.join(values)}"
        wrong = frames[table][~frames[table][column].isin(values)]
        problems += [Problem(r.file, r.row, column, repr(getattr(r, column)), allowed) for r in wrong.itertuples()]
    return problems
