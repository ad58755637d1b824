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
        ``package, version``, in the order asked for.

    Raises
    ------
    PackageNotFoundError
        If one is not installed.

    Examples
    --------
    >>> versions(["numpy"]).columns.tolist()
    ['package', 'version']
    """
    return pd.DataFrame([(name, metadata.version(name)) for name in packages], columns=["package", "version"])
