"""Records by topic: the main directions in which words go together (latent semantic analysis).

Two records that share no word can be alike by their topics. The directions are those of the words
of one review (Deerwester et al. 1990), found by a randomised decomposition (Halko et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ranvier.ranking.words import Matrix

__all__ = ["Directions", "of_length_one", "topics", "unit"]

TOPICS = 100
#: Directions drawn beyond those that are kept, and how often they are turned towards the main ones.
SPARE, TURNS = 10, 1
#: Records placed at a time, which bounds the memory.
AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """The main directions of some records, along which others are placed, too.

    Attributes
    ----------
    number : array of int32, shape (words,)
        Place of each word in `along`, from 1; 0 for words that only one record has.
    along : array of float32, shape (words used + 1, topics)
        The first row, of words that are not used, is zero.
    """

    number: NDArray[np.int32]
    along: NDArray[np.float32]

    @classmethod
    def of(cls, words: Matrix) -> Directions:
        """Find them; `words` are rows of single words."""
        held = np.bincount(words.indices, minlength=words.shape[1]) > 1
        used = np.flatnonzero(held)
        number = np.zeros(words.shape[1], dtype=np.int32)
        number[used] = np.arange(1, len(used) + 1)
        rows = of_length_one(words[:, used])
        found, strength = _decomposed(rows)
        along = np.zeros((len(used) + 1, len(strength)), dtype=np.float32)
        along[1:] = (rows.T @ found) / np.maximum(strength, np.float32(1e-6)) ** 2
        return cls(number, along)

    def place(self, words: Matrix) -> NDArray[np.float32]:
        """Place records among the topics; rows have length one, or zero.

        Parameters
        ----------
        words : scipy.sparse.csr_matrix of float32, shape (n, words or more)
            Columns beyond those the directions know are left out.
        """
        known = np.zeros(words.shape[1], dtype=np.int32)
        known[: len(self.number)] = self.number
        found = np.empty((words.shape[0], self.along.shape[1]), dtype=np.float32)
        for begin in range(0, len(found), AT_ONCE):
            some = words[begin : begin + AT_ONCE]
            parts = (some.data, known[some.indices], some.indptr)
            placed = sparse.csr_matrix(parts, shape=(some.shape[0], len(self.along))) @ self.along
            found[begin : begin + AT_ONCE] = unit(placed)
        return found


def topics(words: Matrix) -> NDArray[np.float32]:
    """Place records among topics; rows have length one, or zero where a record has no words.

    Parameters
    ----------
    words : scipy.sparse.csr_matrix of float32, shape (n, words)
        Rows of single words.

    Returns
    -------
    array of float32, shape (n, min(100, n // 3))

    Notes
    -----
    The directions are drawn by a fixed seed: the same records give the same topics.
    """
    return unit(_decomposed(words)[0])


def _decomposed(words: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where records are along each direction, and how strong the directions are."""
    n, wide = words.shape
    many = min(TOPICS, n // 3, wide)
    if many < 2:
        return np.zeros((n, 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
    draw = np.random.default_rng(0)
    drawn = draw.standard_normal((wide, min(many + SPARE, n, wide)), dtype=np.float32)
    turned: Any = words.T.tocsr()
    basis = np.linalg.qr(words @ drawn)[0]
    for _ in range(TURNS):
        basis = np.linalg.qr(words @ (turned @ basis))[0]
    inner = (turned @ basis).T
    strength, main = np.linalg.eigh(inner @ inner.T)
    best = np.argsort(-strength)[:many]
    long = np.sqrt(np.maximum(strength[best], 0))
    return (basis @ main[:, best]) * long, long


def unit(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length one, but those of next to nothing to zero."""
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, length, out=np.zeros_like(found), where=length > 1e-6)


def of_length_one(matrix: Matrix) -> Matrix:
    """Scale each row to length one."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    squares = np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0])
    matrix.data /= np.sqrt(squares[rows]).astype(np.float32)
    return matrix
