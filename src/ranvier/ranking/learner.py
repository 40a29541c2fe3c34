"""What is learnt from decisions, one after the other, on records given by their place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.descent import SETTLED, class_costs
from ranvier.ranking.evidence import Plain, put_together
from ranvier.ranking.likeness import Likeness
from ranvier.ranking.machine import Machine
from ranvier.ranking.told import Told

__all__ = ["Learner"]

#: How many of the nearest relevant records count.
NEAREST = 3


class Learner(Told):
    """Support vector machines, of words, topics and meanings, that are told one decision at a time.

    Each fit begins where the last one ended. The answers are unique, so that only saves time.

    Parameters
    ----------
    likeness : Likeness
        Similarities of all records.
    plain : Plain
        What is known of them without decisions.
    settled : float
        How near to the answer a fit ends.
    """

    def __init__(self, likeness: Likeness, plain: Plain, *, settled: float = SETTLED) -> None:
        n = len(likeness)
        super().__init__(n)
        self._likeness = likeness
        self._plain = plain
        self._held = np.empty(n, dtype=np.intp)
        self._signs = np.empty(n)
        self._words, self._topics, self._meant = (Machine(n, settled=settled) for _ in range(3))
        self._near = np.zeros((NEAREST, n), dtype=np.float32)
        self._centre = np.zeros(n)
        self._looked = 0

    def _note(self, place: int, relevant: bool) -> None:
        m = self.told
        self._held[m] = place
        self._signs[m] = 1.0 if relevant else -1.0

    def _fitted(self) -> NDArray[np.float64]:
        """Fit both, and put all views together."""
        m = self.told
        held, signs = self._held[:m], self._signs[:m]
        self._likeness.fill(held)
        irrelevant, relevant = self._counts
        yes, no = class_costs(relevant, irrelevant)
        ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
        self._look_at(held, signs)
        views = {
            "words": self._words.fit(self._likeness.by_words, held, signs, ridge),
            "topics": self._topics.fit(self._likeness.by_topic, held, signs, ridge),
            "nearest": self._near.sum(axis=0, dtype=np.float64) / min(NEAREST, relevant),
            "centre": self._centre / relevant,
            "typical": self._likeness.typical,
            "earlier": self._plain.earlier,
            "bare": self._plain.bare,
            "length": self._plain.length,
        }
        if self._likeness.by_meaning is not None:
            meant = self._likeness.by_meaning
            views["meaning"] = self._meant.fit(meant, held, signs, ridge)
        return put_together(views, self._undecided, relevant)

    def _look_at(self, held: NDArray[np.intp], signs: NDArray[np.float64]) -> None:
        """Note how alike all records are to those found relevant since the last fit."""
        for place in held[self._looked :][signs[self._looked :] > 0]:
            alike = self._likeness.by_words[place] - np.float32(1)
            self._centre += alike
            self._near = np.sort(np.vstack([self._near, alike]), axis=0)[1:]
        self._looked = len(held)
