"""Learning where there are too many records to compare each with each: by the weights of words.

The model is that of :class:`~ranvier.ranking.learner.Learner`. Records keep their heaviest words
only, the fit touches the decided records, and one sparse product scores all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.descent import SETTLED, SWEEPS, class_costs, descent_words
from ranvier.ranking.words import Matrix

__all__ = ["WideLearner"]


class WideLearner:
    """A support vector machine that is told one decision at a time, on sparse rows of words.

    Parameters
    ----------
    matrix : scipy.sparse.csr_matrix of float32, shape (n, words)
    """

    def __init__(self, matrix: Matrix) -> None:
        n, words = matrix.shape
        self._matrix = matrix
        self._weights = np.zeros(words + 1)
        self._margin = np.zeros(n)
        # Grown by doubling, so that telling costs no more late than early.
        self._signs = np.empty(1024)
        self._alpha = np.zeros(1024)
        self._starts = np.zeros(1025, dtype=np.int64)
        self._columns = np.empty(0, dtype=np.int32)
        self._values = np.empty(0, dtype=np.float32)
        self._counts = [0, 0]
        self._fresh = True

    @property
    def told(self) -> int:
        """How many decisions it knows."""
        return sum(self._counts)

    @property
    def both(self) -> bool:
        """Whether it knows a relevant and an irrelevant record."""
        return min(self._counts) > 0

    def tell(self, place: int, relevant: bool) -> None:
        """Say what was decided on a record, which must not have been told before."""
        m = self.told
        begin, end = self._matrix.indptr[place : place + 2]
        start = int(self._starts[m])
        stop = start + int(end - begin)
        if m == len(self._signs):
            self._signs = np.concatenate([self._signs, np.empty(m)])
            self._alpha = np.concatenate([self._alpha, np.zeros(m)])
            self._starts = np.concatenate([self._starts, np.zeros(m, dtype=np.int64)])
        if stop > len(self._columns):
            room = max(4096, stop)
            self._columns = np.concatenate([self._columns, np.empty(room, dtype=np.int32)])
            self._values = np.concatenate([self._values, np.empty(room, dtype=np.float32)])
        self._columns[start:stop] = self._matrix.indices[begin:end]
        self._values[start:stop] = self._matrix.data[begin:end]
        self._signs[m] = 1.0 if relevant else -1.0
        self._starts[m + 1] = stop
        self._counts[relevant] += 1
        self._fresh = False

    def scores(self) -> NDArray[np.float64]:
        """Fit, and score every record."""
        if not self._fresh:
            m = self.told
            signs = self._signs[:m]
            irrelevant, relevant = self._counts
            yes, no = class_costs(relevant, irrelevant)
            ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
            descent_words()(
                self._starts[: m + 1], self._columns, self._values, signs, ridge,
                self._alpha[:m], self._weights, SETTLED, SWEEPS,
            )  # fmt: skip
            self._margin = self._matrix @ self._weights[:-1].astype(np.float32)
            self._margin += self._weights[-1]
            self._fresh = True
        return self._margin
