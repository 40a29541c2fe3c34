"""A support vector machine on similarities that grows with each decision.

The fit works on the similarities of the decided records with each other; what it changed is then
added once to the margins of all records. That is many times quicker than moving the margins of all
with every step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.descent import SWEEPS, adding, descent

__all__ = ["Machine", "Pairs"]


class Pairs:
    """Similarities of the decided records with each other, grown with each decision."""

    def __init__(self) -> None:
        self._room = np.empty((0, 0), dtype=np.float32)
        self.known = 0

    def with_new(self, new: NDArray[Any]) -> NDArray[np.float32]:
        """Add the similarities of new records, shape (new, m), with all m; return all, (m, m)."""
        known, m = self.known, new.shape[1]
        if m > len(self._room):
            # Doubled, so that telling costs no more late than early; unused pages are not touched.
            wider = np.empty((max(256, 2 * m),) * 2, dtype=np.float32)
            wider[:known, :known] = self._room[:known, :known]
            self._room = wider
        self._room[known:m, :m] = new
        self._room[:known, known:m] = new[:, :known].T
        self.known = m
        return self._room[:m, :m]


class Machine:
    """A machine that is fitted again and again to more decisions.

    Each fit begins where the last one ended. The answer is unique, so that only saves time.

    Parameters
    ----------
    records : int
        How many there are, decided or not.
    settled : float
        How near to the answer a fit ends.

    Attributes
    ----------
    margin : array, shape (records,)
        The score of every record, as last fitted.
    """

    def __init__(self, records: int, *, settled: float) -> None:
        self.margin = np.zeros(records)
        self._settled = settled
        self._pairs = Pairs()
        self._alpha = np.zeros(0)

    def fit(
        self,
        rows: NDArray[Any],
        held: NDArray[np.intp],
        signs: NDArray[np.float64],
        ridge: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Fit to the decided records and return the margins of all.

        Parameters
        ----------
        rows : array of float32, shape (records, records)
            Similarities; those of the decided records are read.
        held : array of int, shape (m,)
            The decided records: those of the last fit, then new ones.
        signs, ridge : arrays, shape (m,)
            See :func:`~ranvier.ranking.descent.descend`.
        """
        m, known = len(held), len(self._alpha)
        pairs = self._pairs.with_new(rows[held[known:, None], held])
        alpha = np.zeros(m)
        alpha[:known] = self._alpha
        descent()(pairs, signs, ridge, alpha, self.margin[held], self._settled, SWEEPS)
        by = alpha * signs
        by[:known] -= self._alpha * signs[:known]
        moved = np.flatnonzero(by)
        adding()(rows, held[moved], by[moved].astype(np.float32), self.margin)
        self._alpha = alpha
        return self.margin
