"""Learning where there are too many records to compare each with each: by the weights of words.

The views are those of :class:`~ranvier.ranking.learner.Learner`, but for likeness to the relevant
records, which was measured to add nothing here. A fit touches the decided records, and one product
scores all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ranvier.ranking.descent import SETTLED, SWEEPS, class_costs, descent, descent_words
from ranvier.ranking.evidence import Plain, put_together
from ranvier.ranking.machine import Pairs
from ranvier.ranking.told import Told
from ranvier.ranking.topics import Directions
from ranvier.ranking.words import Matrix

__all__ = ["Many", "WideLearner"]

#: Topics are those of so many records, the first.
SAMPLE = 20_000
#: What likeness of topics counts beside the intercept is its square.
TOPIC_SCALE = np.float32(0.5**0.5)
#: Up to so many decisions, steps on similarities are cheaper than on weights.
CLOSE = 1_500


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """Many records, as they are before anything is decided.

    Attributes
    ----------
    words : scipy.sparse.csr_matrix of float32, shape (n, words)
        Rows of length one.
    directions : Directions
        Of the first records.
    topics : array of float32, shape (n, topics)
    """

    words: Matrix
    directions: Directions
    topics: NDArray[np.float32]

    @classmethod
    def of(cls, words: Matrix, singles: int, *, before: Many | None = None) -> Many:
        """Find topics; those found `before` of the first rows are kept."""
        if before is None:
            directions = Directions.of(words[:SAMPLE, :singles])
            topics = TOPIC_SCALE * directions.place(words)
        else:
            directions = before.directions
            new = TOPIC_SCALE * directions.place(words[len(before.topics) :])
            topics = np.concatenate([before.topics, new])
        return cls(words, directions, topics)


class WideLearner(Told):
    """What the learner on similarities learns, on rows of words and of topics.

    Parameters
    ----------
    many : Many
    plain : Plain
        What is known of records without decisions.
    settled : float
        How near to the answer a fit ends.
    """

    def __init__(self, many: Many, plain: Plain, *, settled: float = SETTLED) -> None:
        records, words = many.words.shape
        super().__init__(records)
        self._many = many
        self._plain = plain
        self._words = _Machine(words, settled)
        self._topics = _Machine(many.topics.shape[1], settled)

    def _note(self, place: int, relevant: bool) -> None:
        words, topics = self._many.words, self._many.topics
        begin, end = words.indptr[place : place + 2]
        self._words.tell(words.indices[begin:end], words.data[begin:end], relevant=relevant)
        self._topics.tell(np.arange(topics.shape[1]), topics[place], relevant=relevant)

    def _fitted(self) -> NDArray[np.float64]:
        """Fit both, and put all views together."""
        irrelevant, relevant = self._counts
        costs = class_costs(relevant, irrelevant)
        views = {
            "words": self._many.words @ self._words.fit(costs),
            "topics": self._many.topics @ self._topics.fit(costs),
            "earlier": self._plain.earlier,
            "bare": self._plain.bare,
            "length": self._plain.length,
        }
        return put_together(views, self._undecided, relevant)


class _Machine:
    """A support vector machine on rows of columns and values.

    While decisions are few, a fit works on the similarities of the decided records with each other,
    where a step moves one number for each decision; from :data:`CLOSE` decisions on, on the weights
    of the columns, where a step costs the same however many are decided.
    """

    def __init__(self, columns: int, settled: float) -> None:
        self._settled = settled
        self._weights = np.zeros(columns + 1)
        # Grown by doubling, so that telling costs no more late than early.
        self._signs = np.empty(1024)
        self._alpha = np.zeros(1024)
        self._starts = np.zeros(1025, dtype=np.int64)
        self._columns = np.empty(0, dtype=np.int32)
        self._values = np.empty(0, dtype=np.float32)
        self._told = 0
        self._pairs = Pairs()

    def tell(self, columns: NDArray[Any], values: NDArray[np.float32], *, relevant: bool) -> None:
        """Add a decided record."""
        m = self._told
        start = int(self._starts[m])
        stop = start + len(columns)
        if m == len(self._signs):
            self._signs = np.concatenate([self._signs, np.empty(m)])
            self._alpha = np.concatenate([self._alpha, np.zeros(m)])
            self._starts = np.concatenate([self._starts, np.zeros(m, dtype=np.int64)])
        if stop > len(self._columns):
            room = max(4096, stop)
            self._columns = np.concatenate([self._columns, np.empty(room, dtype=np.int32)])
            self._values = np.concatenate([self._values, np.empty(room, dtype=np.float32)])
        self._columns[start:stop], self._values[start:stop] = columns, values
        self._signs[m] = 1.0 if relevant else -1.0
        self._starts[m + 1] = stop
        self._told = m + 1

    def fit(self, costs: tuple[float, float]) -> NDArray[np.float32]:
        """Fit and return the weights of the columns; the intercept is the same for all records."""
        m = self._told
        signs, alpha = self._signs[:m], self._alpha[:m]
        yes, no = costs
        ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
        if m < CLOSE:
            rows = self._rows()
            pairs = self._pairs.with_new((rows[self._pairs.known :] @ rows.T).toarray() + 1)
            margin = pairs @ (alpha * signs)
            descent()(pairs, signs, ridge, alpha, margin, self._settled, SWEEPS)
            by = alpha * signs
            self._weights[:-1], self._weights[-1] = rows.T @ by, by.sum()
        else:
            self._pairs = Pairs()
            descent_words()(
                self._starts[: m + 1], self._columns, self._values, signs, ridge,
                alpha, self._weights, self._settled, SWEEPS,
            )  # fmt: skip
        return self._weights[:-1].astype(np.float32)

    def _rows(self) -> Matrix:
        """Return the decided records as rows."""
        m, stop = self._told, int(self._starts[self._told])
        return sparse.csr_matrix(
            (self._values[:stop], self._columns[:stop], self._starts[: m + 1]),
            shape=(m, len(self._weights) - 1),
        )
