"""Compiled inner loops where numba is installed, plain Python where it is not.

numba is an optional extra: only making new members needs it (``requirements-reconstruct.txt``). Reading the stored
members, building the book and testing the kernels on small cases do not.
"""

import hashlib
from pathlib import Path

try:
    import numba
except ModuleNotFoundError:
    COMPILED = False

    def njit(function):
        """The function itself: the same numbers, some hundred times slower."""
        return function
else:
    COMPILED = True
    # numba renews a stored function when its own file changed, not when a function that it calls did: a store for each
    # state of the sources
    _here = Path(__file__).parent
    _sources = b"".join(path.read_bytes() for path in sorted((_here / "events").rglob("*.py")))
    numba.config.CACHE_DIR = str(_here / "__pycache__" / hashlib.sha256(_sources).hexdigest()[:12])
    njit = numba.njit(cache=True)
