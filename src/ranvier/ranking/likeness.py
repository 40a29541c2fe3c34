"""How alike records are: inner products of their rows, with one for the intercept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ranvier.ranking.words import Matrix

__all__ = ["Likeness", "all_alike", "only_shared"]

#: Words in more than this share of the records are multiplied as a dense matrix.
COMMON = 0.02
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
    """Similarities of records, computed once they are asked for.

    Parameters
    ----------
    matrix : scipy.sparse.csr_matrix, shape (n, words)
        Rows of length one, or of zeros where a record has no text.
    """

    def __init__(self, matrix: Matrix) -> None:
        n = matrix.shape[0]
        self._long = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        self._matrix = only_shared(matrix)
        # Pages that nobody asks for are never touched.
        self.rows: NDArray[Any] = np.empty((n, n), dtype=np.float32)
        self._filled = np.zeros(n, dtype=bool)
        self._all = False

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._filled)

    def fill(self, wanted: NDArray[np.intp]) -> NDArray[Any]:
        """Compute the rows that are wanted and not there yet; return all rows."""
        if self._all:
            return self.rows
        new = wanted[~self._filled[wanted]]
        if not len(new):
            return self.rows
        n = len(self._filled)
        if n <= AT_ONCE:
            self.rows[:] = all_alike(self._matrix)
            new = np.arange(n)
        else:
            self.rows[new] = (self._matrix[new] @ self._matrix.T).toarray()
        self.rows[new, new] = self._long[new]
        self.rows[new] += 1
        self._filled[new] = True
        self._all = bool(self._filled.all())
        return self.rows
