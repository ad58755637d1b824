"""Versions of the software."""

from importlib import metadata

import numpy as np
import pytest

from analysis import software


def test_the_version_is_the_one_that_runs():
    assert software.versions(["numpy", "pandas"]).version.iloc[0] == np.__version__


def test_a_missing_package_is_an_error():
    with pytest.raises(metadata.PackageNotFoundError):
        software.versions(["no-such-package"])
