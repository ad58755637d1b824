"""The number of a version: its form, its one place, and the refusal of one that says something else."""

import pandas as pd
import pytest
from made_up_releases import PLAN, row, state

from analysis import paths
from analysis.versions import notes, numbers, rules

# ---- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "", "1.0.0.0"])
def test_a_version_has_one_form(text):
    with pytest.raises(ValueError, match=r"allowed: MAJOR\.MINOR\.PATCH"):
        numbers.parse(text)


def test_the_version_stands_in_one_place():
    assert numbers.current() == str(numbers.parse(numbers.current()))
    project = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool")[0]
    assert numbers.current() not in project
    assert numbers.current() in notes.changelog()


# ---- refusals --------------------------------------------------------------------------------------------------------

MOVED = [row("pool", estimate=4.2)]


def refusals(tables, last, new, words="New."):
    return rules.refusals(last, new, PLAN, tables, words)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (state("0.1.1"), []),
        (state("0.2.0", MOVED), []),
        (state("0.2.0", data="y"), []),
        (state("1.0.0", MOVED, searches=("S001", "S002")), []),
        (state("0.1.1", MOVED), ["0.1.1 says that only words changed", "pool: 4.0% (3.0–5.0) -> 4.2%", "0.2.0"]),
        (state("0.1.1", searches=("S001", "S002")), ["0.1.1 hides a new search (S002); allowed: 1.0.0"]),
        (state("0.2.0", searches=("S001", "S002")), ["0.2.0 hides a new search"]),
        (state("0.2.0"), ["found the same data and the same 1 results; allowed: 0.1.1"]),
        (state("1.0.0", MOVED), ["found no row in data/review/searches.csv", "allowed: 0.2.0"]),
        (state("0.1.0"), ["0.1.0 does not grow after 0.1.0; allowed: 1.0.0", "0.2.0", "0.1.1"]),
        (state("0.0.9"), ["does not grow"]),
        (state("0.3.0", MOVED), ["0.3.0 is no step after 0.1.0"]),
    ],
)
def test_a_number_that_says_something_else_is_refused(tables, new, words):
    found = refusals(tables, state(), new)
    assert bool(found) == bool(words)
    assert all(word in "\n".join(found) for word in words)


def test_many_changed_results_are_named_and_counted(tables):
    names = [f"r{i:02d}" for i in range(20)]
    last, new = (state(v, [row(n, estimate=e) for n in ["pool", *names]]) for v, e in (("0.1.0", 4), ("0.1.1", 4.5)))
    found = refusals(tables, last, new)[0]
    assert "found 21 changed results" in found
    assert "and 9 more" in found


def test_a_version_needs_words(tables):
    assert refusals(tables, None, state(), " ")[0].startswith("CHANGELOG.md: found no words under '## 0.1.0'")


def test_a_corrected_printed_number_needs_an_erratum(tables):
    old, new = (
        state(v, [row("pool"), row("G083", "printed", text=t)]) for v, t in (("0.1.0", "4.5%"), ("0.2.0", "4.6%"))
    )
    found = refusals(tables, old, new)
    assert found == [
        "G083 was 4.5% and is 4.6%; found no new row in data/errata.csv that names it; allowed: one that says "
        "what was wrong"
    ]
    errata = pd.DataFrame({"claims": ["G082 G083"], "what": "x"}, index=["E001"])
    assert refusals(tables._replace(errata=errata), old, new._replace(errata=("E001",))) == []
