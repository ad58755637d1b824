"""Which fields cannot hold together? Drop-one search with any oracle.

Vocabulary: an *oracle* takes fields and says whether they can hold together, all others being free; it must be
monotone: what is possible stays possible with fewer fields. A *repair* is a set of fields whose removal leaves no
conflict.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from analysis.reconstruction.proofs.fields import Field

Oracle = Callable[[tuple[Field, ...]], bool]


def minimal_conflict(fields: Iterable[Field], possible: Oracle) -> tuple[Field, ...]:
    """A smallest conflict among these fields: none of its fields can be left out (deletion filter).

    Fields are tried in order, so what stands first is dropped first where there is a choice.

    Parameters
    ----------
    fields : iterable of Field
        Fields that share a row, a curve or a count.
    possible : callable
        The oracle.

    Returns
    -------
    tuple of Field
        In the order given; empty if all can hold together.

    References
    ----------
    Chinneck JW, Dravnieks EW. Locating minimal infeasible constraint sets in linear programs. ORSA J Comput
    1991;3:157-168 (the deletion filter).

    Examples
    --------
    Of 1, 4, 3 and 2, which cannot stand together in a sum of at most 5?

    >>> fields = [Field(str(figure), "value") for figure in (1, 4, 3, 2)]
    >>> [field.claim for field in minimal_conflict(fields, lambda kept: sum(int(f.claim) for f in kept) <= 5)]
    ['4', '2']
    """
    kept = tuple(fields)
    if possible(kept):
        return ()
    for field in kept:
        fewer = tuple(other for other in kept if other != field)
        if not possible(fewer):
            kept = fewer
    return kept


def all_conflicts(fields: Sequence[Field], possible: Oracle) -> list[tuple[Field, ...]]:
    """Every smallest conflict among a few fields, by trying all subsets.

    Parameters
    ----------
    fields : sequence of Field
        A handful: there are 2^n subsets.
    possible : callable
        The oracle.

    Returns
    -------
    list of tuple of Field
        Small ones first.

    Examples
    --------
    >>> fields = [Field(str(figure), "value") for figure in (1, 4, 3)]
    >>> found = all_conflicts(fields, lambda kept: sum(int(f.claim) for f in kept) <= 5)
    >>> [[field.claim for field in conflict] for conflict in found]
    [['4', '3']]
    """
    found: list[tuple[Field, ...]] = []
    for size in range(1, len(fields) + 1):
        for some in combinations(fields, size):
            if not any(set(conflict) <= set(some) for conflict in found) and not possible(some):
                found.append(some)
    return found


def smallest_repairs(conflicts: Sequence[tuple[Field, ...]]) -> list[tuple[Field, ...]]:
    """The smallest sets of fields that have one in every conflict.

    Parameters
    ----------
    conflicts : sequence of tuple of Field
        All smallest conflicts.

    Returns
    -------
    list of tuple of Field
        All of one size; the empty set if there is no conflict.

    Examples
    --------
    >>> a, b, c = (Field(name, "value") for name in "abc")
    >>> [[field.claim for field in repair] for repair in smallest_repairs([(a, b), (b, c)])]
    [['b']]
    """
    fields = list(dict.fromkeys(field for conflict in conflicts for field in conflict))
    for size in range(len(fields) + 1):
        repairs = [some for some in combinations(fields, size) if all(set(some) & set(c) for c in conflicts)]
        if repairs:
            return repairs
    return []
