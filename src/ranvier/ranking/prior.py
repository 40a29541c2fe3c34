"""What earlier reviews tell of a record, and of a word, before anything is decided in this one.

Across reviews, records that were included speak of patients who were compared, of groups, tests and
outcomes; those that were not, of what is new, of cells, of a case. These words have weights, learnt
on labelled sets of other reviews by ``validation/ranking/learn.py``. They say little of a topic and
something of how a study is told, and count for less the more is known of the review itself.
Reviews of diagnostic accuracy include studies that are told otherwise: for these there are weights
learnt on such reviews alone. And how usual a word is in earlier reviews tells the words that a
question shares with most reviews ("systematic", "people") from those it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.words import BITS, Counts

__all__ = ["Background", "Prior", "shipped_background", "shipped_prior"]

#: A share of records so small that it does not count; also that of a word never seen.
RARE = 3e-4


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


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What earlier reviews tell a question that is put to a new one.

    Attributes
    ----------
    diagnostic : Prior
        Weights of words, learnt on reviews of diagnostic accuracy.
    columns : array of int32
        Hashed single words, ascending.
    shares : array of float32
        Share of the records of an earlier review that have each, on average.
    """

    diagnostic: Prior
    columns: NDArray[np.int32]
    shares: NDArray[np.float32]

    def share(self, words: NDArray[np.int32]) -> float:
        """Return the share of records that have one of these forms of a word, at most 1."""
        places = np.searchsorted(self.columns, words)
        places = np.minimum(places, len(self.columns) - 1)
        known = self.columns[places] == words
        return min(1.0, float(self.shares[places[known]].sum()) + RARE)


@cache
def shipped_prior() -> Prior:
    """Return the weights that come with Ranvier."""
    return _read("prior.npz")


@cache
def shipped_background() -> Background:
    """Return the background that comes with Ranvier."""
    usual = _read("usual.npz")
    return Background(_read("diagnostic.npz"), usual.columns, usual.weights)


def _read(name: str) -> Prior:
    """Read weights of words."""
    with (files("ranvier.ranking") / name).open("rb") as file:
        held = np.load(file, allow_pickle=False)
        return Prior(held["columns"], held["weights"])
