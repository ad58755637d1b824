"""Differences between readers."""

import pandas as pd
import pytest

from analysis import data, reading


def test_every_difference_is_counted_once():
    readings = data.load().readings
    assert reading.differences(readings).cells.sum() == len(readings)


def test_kinds_without_difference_stay():
    found = reading.differences(pd.DataFrame({"claim": ["G1"], "field": ["doubt"]}))
    assert found.kind.tolist() == list(reading.KINDS)
    assert found.cells.sum() == 1


def test_unknown_column_is_refused():
    with pytest.raises(LookupError, match="colour"):
        reading.differences(pd.DataFrame({"claim": ["G1"], "field": ["colour"]}))
