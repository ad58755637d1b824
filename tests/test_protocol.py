"""The protocol is sound; a broken one is told with its line, and without one nothing is built."""

import pytest

from analysis import protocol, review
from analysis.problems import DataError


def test_the_protocol_is_sound_and_says_that_it_is_not_registered():
    plan = review.protocol()
    assert plan["registration"]["registry"] == "none"
    assert plan["search_interval_days"] > 0
    assert plan["written_on"] == "2026-11-21"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("search_interval_days: 90", "search_interval_days: soon", "column search_interval_days: found 'soon'"),
        ("search_interval_days: 90", "search_interval_days: 0", "found 0; allowed: minimum 1"),
        ("registry: none", "register: none", "column registration: found register, number, note"),
        ("amendments: []", "amendments: [{date: 2026-12-01, what: wider}]", "the fields date, what, why"),
        (
            "written_on: 2026-11-21",
            "written_on: 21 November",
            "column written_on: found '21 November'; allowed: of the",
        ),
        ("question:", "question: [", "(file)"),
        ("reports.kind", "reports.colour", "column eligibility: found reports.colour; allowed: a column of a table"),
    ],
)
def test_a_broken_protocol_is_told_with_its_line(copied_data, tables, old, new, message):
    file = copied_data / protocol.FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    plan, found = protocol.read(copied_data)
    told = "\n".join(map(str, found or protocol.eligibility_problems(plan, tables._asdict())))
    assert message in told
    assert told.startswith("data/review/protocol.yml, row ")


def test_the_line_of_a_broken_field_is_told(copied_data):
    file = copied_data / protocol.FILE
    text = file.read_text(encoding="utf-8").replace("search_interval_days: 90", "search_interval_days: soon")
    file.write_text(text, encoding="utf-8")
    line = 1 + text.splitlines().index("search_interval_days: soon")
    assert protocol.read(copied_data)[1][0].row == line


def test_without_a_protocol_nothing_is_built(copied_data):
    (copied_data / protocol.FILE).unlink()
    with pytest.raises(DataError, match="no file"):
        protocol.load(copied_data)
