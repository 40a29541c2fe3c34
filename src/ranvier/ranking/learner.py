"""What is learnt from decisions, one after the other, on records given by their place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.descent import SETTLED, SWEEPS, class_costs, descent
from ranvier.ranking.likeness import Likeness

__all__ = ["Learner"]


class Learner:
    """A support vector machine that is told one decision at a time.

    It begins each fit where the last one ended. The answer is unique, so that only saves time.

    Parameters
    ----------
    likeness : Likeness
        Similarities of all records.
    """

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        n = len(likeness)
        self._held = np.empty(n, dtype=np.intp)
        self._signs = np.empty(n)
        self._alpha = np.zeros(n)
        self._margin = np.zeros(n)
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
        self._held[m] = place
        self._signs[m] = 1.0 if relevant else -1.0
        self._counts[relevant] += 1
        self._fresh = False

    def scores(self) -> NDArray[np.float64]:
        """Fit, and score every record; the array is the learner's own."""
        if self._fresh:
            return self._margin
        m = self.told
        held, signs, alpha = self._held[:m], self._signs[:m], self._alpha[:m]
        rows = self._likeness.fill(held)
        irrelevant, relevant = self._counts
        yes, no = class_costs(relevant, irrelevant)
        ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
        descent()(rows, held, signs, ridge, alpha, self._margin, SETTLED, SWEEPS)
        self._fresh = True
        return self._margin
