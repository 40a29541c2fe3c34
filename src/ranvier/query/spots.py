"""Places in the fields of records, as sorted arrays: phrases and nearness are joins of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOWHERE", "ROOM", "Spots", "apart", "joined", "shared"]

#: A place is its record's number times this, plus its position; no field has so many words.
ROOM = 1 << 24


@dataclass(frozen=True, slots=True)
class Spots:
    """Stretches of words in one field of all records, in order and each once.

    Attributes
    ----------
    starts, ends : ndarray of int64, shape (n,)
        First and last word of each, as record times `ROOM` plus position.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def at(cls, records: NDArray[np.int32], positions: NDArray[np.int32]) -> Spots:
        """Single words, in any order."""
        keys = np.unique(records.astype(np.int64) * ROOM + positions)
        return cls(keys, keys)

    @classmethod
    def of(cls, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Spots:
        """Stretches in any order, perhaps twice."""
        if not len(starts):
            return NOWHERE
        order = np.lexsort((ends, starts))
        starts, ends = starts[order], ends[order]
        first = np.ones(len(starts), dtype=bool)
        first[1:] = (np.diff(starts) != 0) | (np.diff(ends) != 0)
        return cls(starts[first], ends[first])

    def records(self) -> NDArray[np.int64]:
        """The records they stand in, each once."""
        return np.unique(self.starts // ROOM)

    def then(self, following: Spots, offset: int) -> Spots:
        """Those that another word follows, `offset` words after the first."""
        kept = self.starts[np.isin(self.starts + offset, following.starts, assume_unique=True)]
        return Spots(kept, kept + offset)

    def inside(self, records: NDArray[np.int64]) -> Spots:
        """Those in some records."""
        kept = np.isin(self.starts // ROOM, records)
        return Spots(self.starts[kept], self.ends[kept])


NOWHERE = Spots(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def joined(parts: Sequence[Spots]) -> Spots:
    """All stretches of several."""
    if len(parts) == 1:
        return parts[0]
    return Spots.of(
        np.concatenate([NOWHERE.starts, *(p.starts for p in parts)]),
        np.concatenate([NOWHERE.ends, *(p.ends for p in parts)]),
    )


def shared(parts: Sequence[Spots], *, without: bool) -> Spots:
    """Stretches in the records that all have, or that the first has without the others."""
    records = parts[0].records()
    for part in parts[1:]:
        both = np.isin(records, part.records())
        records = records[~both if without else both]
    return joined([part.inside(records) for part in parts])


def apart(left: Spots, right: Spots, distance: int, *, ordered: bool) -> Spots:
    """Join stretches that are near enough and do not overlap; what is joined spans both.

    Parameters
    ----------
    distance : int
        The greatest difference between the end of one and the beginning of the other.

    Examples
    --------
    >>> one = Spots.at(np.array([0, 1], dtype=np.int32), np.array([3, 8], dtype=np.int32))
    >>> two = Spots.at(np.array([0, 1], dtype=np.int32), np.array([5, 2], dtype=np.int32))
    >>> apart(one, two, 2, ordered=False).records().tolist()
    [0]
    """
    starts, ends = _following(left, right, distance)
    if not ordered:
        before = _following(right, left, distance)
        starts = np.concatenate([starts, before[0]])
        ends = np.concatenate([ends, before[1]])
    return Spots.of(starts, ends)


def _following(
    first: Spots, second: Spots, distance: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair each stretch with all that begin within a distance after its end, in its record."""
    last = np.minimum(first.ends + distance, (first.ends // ROOM + 1) * ROOM - 1)
    low = np.searchsorted(second.starts, first.ends, side="right")
    high = np.searchsorted(second.starts, last, side="right")
    count = np.maximum(high - low, 0)
    which = np.repeat(np.arange(len(low)), count)
    before = np.cumsum(count) - count
    at = np.arange(int(count.sum())) - np.repeat(before, count) + np.repeat(low, count)
    return first.starts[which], second.ends[at]
