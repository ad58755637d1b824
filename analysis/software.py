"""Which software computed this book?"""

from collections.abc import Sequence
from importlib import metadata

import pandas as pd


def versions(packages: Sequence[str]) -> pd.DataFrame:
    """Installed packages with their versions.

    Parameters
    ----------
    packages : sequence of str
        Names as in ``requirements.in``.

    Returns
    -------
    DataFrame
        ``package, version, summary`` (the package's own words), in the order asked for.

    Raises
    ------
    PackageNotFoundError
        If one is not installed.

    Examples
    --------
    >>> versions(["numpy"]).columns.tolist()
    ['package', 'version', 'summary']
    """
    rows = [(name, metadata.version(name), metadata.metadata(name)["Summary"]) for name in packages]
    return pd.DataFrame(rows, columns=["package", "version", "summary"])
