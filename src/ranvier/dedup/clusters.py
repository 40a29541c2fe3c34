"""Clustering: merges gathered from the surest down, never across what contradicts itself.

Two clusters join only if no record of one contradicts any record of the other; so a poor record
(a bare "Front matter") cannot chain together what its neighbours tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = ["Forest", "gather"]

#: Two clusters that would be larger than this together are for a person to look at.
LARGEST = 500


class Forest:
    """Records in clusters: which record is in which, and who is in each.

    Examples
    --------
    >>> forest = Forest()
    >>> forest.join(1, 2)
    >>> forest.home(2), sorted(forest.members(1)), forest.members(3)
    (1, [1, 2], [3])
    """

    def __init__(self) -> None:
        self._home: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}

    def home(self, record: int) -> int:
        """Return the name of a record's cluster: one of its members."""
        return self._home.get(record, record)

    def members(self, record: int) -> list[int]:
        """Return the records of a record's cluster."""
        return self._members.get(self.home(record), [record])

    def join(self, a: int, b: int) -> None:
        """Make one cluster of two."""
        keep, lose = self.home(a), self.home(b)
        if keep == lose:
            return
        moving = self.members(b)
        self._members[keep] = [*self.members(a), *moving]
        self._members.pop(lose, None)
        for record in moving:
            self._home[record] = keep
        self._home[keep] = keep

    def plant(self, members: list[int]) -> None:
        """Take a cluster as it stands; none of its records may be in another."""
        if len(members) > 1:
            self._members[members[0]] = members
            self._home.update(dict.fromkeys(members, members[0]))

    def clusters(self) -> list[list[int]]:
        """Return the clusters of two records or more, each sorted."""
        return sorted(sorted(members) for members in self._members.values())


def gather(
    forest: Forest,
    merges: Iterable[tuple[int, int]],
    *,
    contradict: Callable[[Sequence[int], Sequence[int]], bool],
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Join clusters along merges, the surest first, unless their records contradict each other.

    Parameters
    ----------
    forest : Forest
        What is joined already; it grows.
    merges : iterable of (int, int)
        Pairs of records, the surest first.
    contradict : callable
        Whether any record of one list contradicts any of the other.

    Returns
    -------
    (list, list)
        The pairs that joined two clusters, and those that could not.
    """
    joined: list[tuple[int, int]] = []
    refused: list[tuple[int, int]] = []
    apart: set[tuple[int, int]] = set()
    for a, b in merges:
        x, y = forest.home(a), forest.home(b)
        if x == y:
            continue
        one, other = forest.members(a), forest.members(b)
        if (min(x, y), max(x, y)) in apart:
            refused.append((a, b))
        elif len(one) + len(other) > LARGEST or contradict(one, other):
            apart.add((min(x, y), max(x, y)))
            refused.append((a, b))
        else:
            forest.join(a, b)
            joined.append((a, b))
    return joined, refused
