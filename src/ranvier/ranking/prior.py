"""What earlier reviews tell of a record before anything is decided in this one.

Across reviews, records that were included speak of patients who were compared, of groups, tests and
outcomes; those that were not, of what is new, of cells, of a case. These words have weights, learnt
on labelled sets of other reviews by ``validation/ranking/learn.py``. They say little of a topic and
something of how a study is told, and count for less the more is known of the review itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.words import BITS, Counts

__all__ = ["Prior", "shipped_prior"]


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Weights of words, learnt on other reviews.

    Attributes
    ----------
    columns : array of int32
        Hashed words, as :func:`~ranvier.ranking.words.count_words` numbers them.
    weights : array of float32
    """

    columns: NDArray[np.int32]
    weights: NDArray[np.float32]

    def scores(self, counts: Counts) -> NDArray[np.float64]:
        """Score texts: the weights of their words, over the root of how many words there are.

        Examples
        --------
        >>> from ranvier.ranking.words import count_words
        >>> texts = ["Patients were randomized to either group and compared", "A new case report"]
        >>> told = shipped_prior().scores(count_words(texts))
        >>> bool(told[0] > told[1])
        True
        """
        table = np.zeros(1 << BITS, dtype=np.float32)
        table[self.columns] = self.weights
        sizes = np.diff(counts.starts)
        rows = np.repeat(np.arange(len(counts)), sizes)
        sums = np.bincount(rows, table[counts.columns], minlength=len(counts))
        return sums / np.sqrt(np.maximum(sizes, 1))


@cache
def shipped_prior() -> Prior:
    """Return the weights that come with Ranvier."""
    with (files("ranvier.ranking") / "prior.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        return Prior(held["columns"], held["weights"])
