"""Titles and abstracts as rows of numbers: words and pairs of words, weighted by how rare they are.

A word has at least two letters or digits, in lower case. Words and pairs of neighbours are hashed
to columns, so that no vocabulary is kept and a text of a million is turned as one of ten.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["BITS", "HALF", "Counts", "Matrix", "Rarity", "count_words", "weigh"]

#: SciPy's sparse matrices are generic without stubs.
Matrix = Any

#: Bits of a column's number: four million columns, so that few words share one. Words are in the
#: lower half, pairs of words in the upper.
BITS = 22
HALF = 1 << (BITS - 1)
_WORD = re.compile(r"\w\w+")
#: Words in more than this share of the records say nothing.
TOO_COMMON = 0.95
#: Texts whose words are hashed at a time, which bounds the memory.
AT_ONCE = 4_000


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each word and pair of words is in each text, row after row.

    Attributes
    ----------
    starts : array of int64, shape (n + 1,)
        Where each text begins in the other two.
    columns : array of int32
        Sorted within a text.
    times : array of uint16
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    times: NDArray[np.uint16]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.starts) - 1

    def __add__(self, other: Counts) -> Counts:
        """Put the texts of another below these."""
        return _stacked([self, other])


@dataclass(frozen=True, slots=True)
class Rarity:
    """What a word is worth: the smoothed inverse document frequency of each that was seen.

    Attributes
    ----------
    number : array of int32, shape (2 ** 22,)
        Place of each hashed word in `idf`, from 1; 0 for words that are not used.
    idf : array of float32
    """

    number: NDArray[np.int32]
    idf: NDArray[np.float32]

    @property
    def singles(self) -> int:
        """How many places, the first, are those of single words."""
        return int(self.number[:HALF].max())

    @classmethod
    def of(cls, counts: Counts) -> Rarity:
        """Count in how many texts each word is.

        Notes
        -----
        ``ln((1 + n) / (1 + df)) + 1``, scikit-learn's smoothed form, which ASReview uses.
        """
        seen = np.zeros(1 << BITS, dtype=bool)
        seen[counts.columns] = True
        used = np.flatnonzero(seen)
        number = np.zeros(1 << BITS, dtype=np.int32)
        number[used] = np.arange(1, len(used) + 1)
        held = np.bincount(number[counts.columns] - 1, minlength=len(used))
        n = len(counts)
        idf = np.where(held > TOO_COMMON * n, 0, np.log((1 + n) / (1 + held)) + 1)
        return cls(number, idf.astype(np.float32))


def count_words(texts: Iterable[str]) -> Counts:
    """Count the words and pairs of words of texts.

    Examples
    --------
    >>> counts = count_words(["Immunoglobulin for neuropathy", "A trial"])
    >>> len(counts), len(counts.columns)
    (2, 6)
    """
    known: dict[str, int] = {}
    parts: list[Counts] = []
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == AT_ONCE:
            parts.append(_counted(batch, known))
            batch = []
    return _stacked([*parts, _counted(batch, known)])


def weigh(counts: Counts, rarity: Rarity, *, most: int | None = None) -> Matrix:
    """Weigh words by ``(1 + ln times) idf`` and scale each text to length one.

    Parameters
    ----------
    most : int, optional
        Keep only so many of each text: single words before pairs, then those that weigh most.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n, len(rarity.idf))
        Words that `rarity` does not know are left out.
    """
    columns = rarity.number[counts.columns] - 1
    rows = np.repeat(np.arange(len(counts)), np.diff(counts.starts))
    weights = rarity.idf[columns] * (1 + np.log(counts.times.astype(np.float32)))
    weights[columns < 0] = 0
    if most is not None:
        # Pairs are the rarest, so by weight alone they would leave nothing that two texts share.
        first = weights + np.float32(1000) * (columns < rarity.singles)
        weights[_light(first, counts.starts, rows, most)] = 0
    kept = weights > 0
    weights, columns, rows = weights[kept], columns[kept], rows[kept]
    length = np.sqrt(np.bincount(rows, weights.astype(np.float64) ** 2, minlength=len(counts)))
    weights /= length[rows]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(counts)))])
    return sparse.csr_matrix((weights, columns, starts), shape=(len(counts), len(rarity.idf)))


def _light(
    weights: NDArray[np.float32], starts: NDArray[np.int64], rows: NDArray[np.int64], most: int
) -> NDArray[np.intp]:
    """Find the entries of each row that are not among its heaviest."""
    order = np.lexsort((-weights, rows))
    return order[np.arange(len(order)) - starts[rows[order]] >= most]


def _counted(texts: Sequence[str], known: dict[str, int]) -> Counts:
    """Count one batch; ``known`` remembers the hash of each word."""
    hashes: list[int] = []
    sizes: list[int] = []
    for text in texts:
        words = _WORD.findall(text.lower())
        sizes.append(len(words))
        for word in words:
            code = known.get(word)
            if code is None:
                code = known[word] = zlib.crc32(word.encode())
            hashes.append(code)
    single = np.array(hashes, dtype=np.uint64)
    row = np.repeat(np.arange(len(texts), dtype=np.uint64), sizes)
    same = row[1:] == row[:-1]
    pairs = _mixed(single[:-1] * np.uint64(0x9E3779B97F4A7C15) + single[1:])[same]
    columns = np.concatenate([_mixed(single), pairs]) >> np.uint64(65 - BITS)
    columns[len(single) :] += np.uint64(HALF)
    keys = np.concatenate([row, row[1:][same]]) << np.uint64(BITS) | columns
    keys, times = np.unique(keys, return_counts=True)
    rows = (keys >> np.uint64(BITS)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))])
    return Counts(
        starts.astype(np.int64),
        (keys & np.uint64((1 << BITS) - 1)).astype(np.int32),
        np.minimum(times, 65_535).astype(np.uint16),
    )


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread hashes over all 64 bits (the finaliser of SplitMix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _stacked(parts: Sequence[Counts]) -> Counts:
    """Put the texts of several below one another."""
    ends = np.cumsum([0, *(part.starts[-1] for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
    return Counts(
        np.concatenate([*starts, ends[-1:]]).astype(np.int64),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.times for part in parts]),
    )
