"""Records by topic: the main directions in which words go together (latent semantic analysis).

Two records that share no word can be alike by their topics. The directions are those of the words
of one review (Deerwester et al. 1990), found by a randomised decomposition (Halko et al. 2011).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.words import Matrix

__all__ = ["topics"]

TOPICS = 100
#: Directions drawn beyond those that are kept, and how often they are turned towards the main ones.
SPARE, TURNS = 10, 1


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
    n, wide = words.shape
    many = min(TOPICS, n // 3, wide)
    if many < 2:
        return np.zeros((n, 0), dtype=np.float32)
    draw = np.random.default_rng(0)
    drawn = draw.standard_normal((wide, min(many + SPARE, n, wide)), dtype=np.float32)
    turned: Any = words.T.tocsr()
    basis = np.linalg.qr(words @ drawn)[0]
    for _ in range(TURNS):
        basis = np.linalg.qr(words @ (turned @ basis))[0]
    inner = (turned @ basis).T
    strength, main = np.linalg.eigh(inner @ inner.T)
    best = np.argsort(-strength)[:many]
    found = (basis @ main[:, best]) * np.sqrt(np.maximum(strength[best], 0))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, length, out=np.zeros_like(found), where=length > 1e-6)
