"""Compiled inner loops where numba is installed, plain Python where it is not.

numba is an optional extra: only making new members needs it (``requirements-reconstruct.txt``). Reading the stored
members, building the book and testing the kernels on small cases do not.
"""

try:
    import numba
except ModuleNotFoundError:
    COMPILED = False

    def njit(function):
        """The function itself: the same numbers, some hundred times slower."""
        return function
else:
    COMPILED = True
    njit = numba.njit(cache=True)
