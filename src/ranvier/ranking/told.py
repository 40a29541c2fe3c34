"""What every learner keeps: which records were decided, how many of each kind, the last scores."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Told"]


class Told(ABC):
    """A learner that is told one decision at a time, on records given by their place.

    Parameters
    ----------
    records : int
        How many there are, decided or not.
    """

    def __init__(self, records: int) -> None:
        self._undecided = np.ones(records, dtype=bool)
        self._counts = [0, 0]
        self._scores: NDArray[np.float64] | None = None

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
        self._note(place, relevant)
        self._undecided[place] = False
        self._counts[relevant] += 1
        self._scores = None

    def scores(self) -> NDArray[np.float64]:
        """Fit, and score every record; the array is the learner's own."""
        if self._scores is None:
            self._scores = self._fitted()
        return self._scores

    @abstractmethod
    def _note(self, place: int, relevant: bool) -> None:
        """Keep what a fit needs of a decision."""

    @abstractmethod
    def _fitted(self) -> NDArray[np.float64]:
        """Fit, and put all views together."""
