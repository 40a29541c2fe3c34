"""How alike records are: inner products of their rows, with one for the intercept."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ranvier.ranking.topics import of_length_one, topics, unit
from ranvier.ranking.words import Matrix

__all__ = ["Likeness", "all_alike", "centred", "only_shared"]

#: Words in more than this share of the records are multiplied as a dense matrix.
COMMON = 0.02
#: What likeness of topics, and of meanings, counts beside the intercept.
TOPIC_SCALE = np.float32(0.5)
MEANING_SCALE = np.float32(1.0)
#: Up to so many records all similarities are computed at once: a second, and 100 MB.
AT_ONCE = 5_000


def only_shared(matrix: Matrix) -> Matrix:
    """Drop words that only one record has: they make no two records alike."""
    held = np.bincount(matrix.indices, minlength=matrix.shape[1])
    number = np.cumsum(held > 1, dtype=np.int32) - 1
    kept = held[matrix.indices] > 1
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[kept]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=matrix.shape[0]))])
    shape = (matrix.shape[0], int(number[-1]) + 1 if len(number) else 0)
    return sparse.csr_matrix((matrix.data[kept], number[matrix.indices[kept]], starts), shape=shape)


def all_alike(matrix: Matrix) -> NDArray[np.float32]:
    """Multiply all records with all others; shape (n, n)."""
    held = np.bincount(matrix.indices, minlength=matrix.shape[1])
    common = held > COMMON * matrix.shape[0]
    by_word = matrix.tocsc()
    dense = by_word[:, np.flatnonzero(common)].toarray()
    rare = by_word[:, np.flatnonzero(~common)].tocsr()
    found = dense @ dense.T
    sums = rare @ rare.T
    found[np.repeat(np.arange(len(found)), np.diff(sums.indptr)), sums.indices] += sums.data
    return found


class Likeness:
    """Similarities of records, by words and by topics, computed once they are asked for.

    Parameters
    ----------
    matrix : scipy.sparse.csr_matrix, shape (n, words)
        Rows of length one, or of zeros where a record has no text.
    singles : int
        How many of the columns, the first, are single words and no pairs.

    Attributes
    ----------
    by_words, by_topic : array of float32, shape (n, n)
        With one added for the intercept; only rows that were filled hold anything.
    by_meaning : array of float32, shape (n, n), or None
        The same of what a model of language makes of the records, where one was asked.
    typical : array, shape (n,)
        How alike each record is to all, on average.
    """

    def __init__(self, matrix: Matrix, singles: int) -> None:
        n = matrix.shape[0]
        self._long = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        self._matrix = only_shared(matrix)
        self._singles = matrix[:, :singles]
        self._turned: Matrix | None = None
        self._topics: NDArray[np.float32] | None = None
        self.typical = matrix @ (np.asarray(matrix.sum(axis=0)).ravel() / max(n, 1))
        # Pages that nobody asks for are never touched.
        self.by_words: NDArray[Any] = np.empty((n, n), dtype=np.float32)
        self.by_topic: NDArray[Any] = np.empty((n, n), dtype=np.float32)
        self.by_meaning: NDArray[Any] | None = None
        self._meanings: NDArray[np.float32] | None = None
        self._filled = np.zeros(n, dtype=bool)
        self._meant = np.zeros(n, dtype=bool)
        self._all = False

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._filled)

    def meaning(self, meanings: NDArray[Any] | None) -> Likeness:
        """Return the same with these meanings of the records; words are not compared anew."""
        other = copy(self)
        n = len(self)
        other._meanings = None if meanings is None else centred(meanings)
        other.by_meaning = None if meanings is None else np.empty((n, n), dtype=np.float32)
        # What is filled goes with the arrays that both share.
        other._meant = np.zeros(n, dtype=bool)
        return other

    def fill(self, wanted: NDArray[np.intp]) -> None:
        """Compute the rows that are wanted and not there yet."""
        if self._meanings is not None and self.by_meaning is not None:
            new = wanted[~self._meant[wanted]]
            self.by_meaning[new] = MEANING_SCALE * (self._meanings[new] @ self._meanings.T) + 1
            self._meant[new] = True
        if self._all:
            return
        new = wanted[~self._filled[wanted]]
        if not len(new):
            return
        n = len(self._filled)
        if self._topics is None:
            self._topics = topics(of_length_one(only_shared(self._singles)))
        if n <= AT_ONCE:
            self.by_words[:] = all_alike(self._matrix)
            new = np.arange(n)
        else:
            if self._turned is None:
                self._turned = self._matrix.T.tocsr()
            self.by_words[new] = (self._matrix[new] @ self._turned).toarray()
        self.by_words[new, new] = self._long[new]
        self.by_words[new] += 1
        self.by_topic[new] = TOPIC_SCALE * (self._topics[new] @ self._topics.T) + 1
        self._filled[new] = True
        self._all = bool(self._filled.all())


def centred(meanings: NDArray[Any]) -> NDArray[np.float32]:
    """Scale each to length one, take away what all have in common, and scale again.

    Rows of zeros stay zeros.

    Examples
    --------
    >>> centred(np.array([[0.0, 3.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])).round(1)[2]
    array([ 0.7, -0.7], dtype=float32)
    """
    rows = unit(np.asarray(meanings, dtype=np.float32))
    known = rows.any(axis=1)
    if known.any():
        rows[known] -= rows[known].mean(axis=0)
    return unit(rows)
