"""What to read first, while nothing relevant is known: records that answer the question.

Four things are added up, each on the scale of all records and each counting the same: the words of
the question in the text, those in the title, what earlier reviews tell, and likeness to the twenty
that are best by these three. What is like a record that was excluded comes later, so that the
first few are not all of one kind. With the first relevant record the question fades: it counts
less with each decision, and soon nothing. Of more records than are held exactly, the words of the
text and earlier reviews count.

Words are weighed as BM25 does (Robertson and Zaragoza 2009), with one addition: a word counts by
how much more usual it is here than in earlier reviews. A search draws in the words of its topic,
so that they are common here and rare elsewhere; "systematic" or "people" are as common elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.prior import Background
from ranvier.ranking.shelf import Shelf
from ranvier.ranking.words import HALF, Counts, count_words

__all__ = ["Question", "asks_for_accuracy", "forms", "still_asked"]

#: Weight of likeness to what was excluded.
EXCLUDED = 0.7
#: Once something relevant is known, the question counts half as much every so many decisions, and
#: nothing after eight times as many.
HALVED = 5
#: How many of the best stand for what is sought, at most; of few records, a quarter.
LEADING = 20
#: BM25: how soon a word that is repeated counts no more, and what the length of a text and of a
#: title takes from it.
SOON, LONG_TEXT, LONG_TITLE = 1.2, 0.5, 0.3
#: A word counts in full if it is e² times as common here as in earlier reviews, and never less than
#: a fifth.
DRAWN, LEAST = 2.0, 0.2
#: A question is one of diagnostic accuracy if its words and so many of the records say so.
SPEAK = 0.25

_WORD = re.compile(r"\w\w+")
_ASKS = re.compile(
    r"\b(?:diagnos|accura|detect|sensitivit|specificit|tests?\b|testing\b|imaging\b|staging\b|"
    r"screening\b|assessing\b)",
    re.IGNORECASE,
)
_ACCURACY = (
    "diagnose diagnosed diagnoses diagnosing diagnosis diagnostic diagnostics diagnostically "
    "sensitivity sensitivities specificity specificities accuracy accuracies accurate accurately "
    "detect detected detecting detection detects"
)


def forms(word: str) -> tuple[str, ...]:
    """Return a word's singular, then its plurals.

    Examples
    --------
    >>> forms("varices"), forms("study"), forms("relaxants")
    (('varice', 'varices'), ('study', 'studies'), ('relaxant', 'relaxants'))
    """
    one = word
    if len(word) > 3 and word.endswith("ies"):
        one = f"{word[:-3]}y"
    elif len(word) > 3 and word.endswith("s") and word[-2] not in "su":
        one = word[:-1]
    if one.endswith("y") and one[-2:-1] not in tuple("aeiou"):
        return one, f"{one[:-1]}ies"
    return one, f"{one}s"


def asks_for_accuracy(question: str) -> bool:
    """Say whether the words of a question are those of one about a test.

    Examples
    --------
    >>> asks_for_accuracy("Rapid tests for the diagnosis of visceral leishmaniasis")
    True
    >>> asks_for_accuracy("Immunoglobulin for multifocal motor neuropathy")
    False
    """
    return _ASKS.search(question) is not None


def still_asked(decisions: int) -> float:
    """Return what the question counts beside what is learnt, after so many decisions.

    Examples
    --------
    >>> still_asked(5), still_asked(40)
    (0.5, 0.0)
    """
    return 0.5 ** (decisions / HALVED) if decisions < 8 * HALVED else 0.0


class Question:
    """A question in words, put to all records.

    Parameters
    ----------
    background : Background
        How usual words are in earlier reviews, and what reviews of diagnostic accuracy tell.
    """

    def __init__(
        self,
        shelf: Shelf,
        words: str,
        background: Background,
    ) -> None:
        self._shelf = shelf
        self._words = words
        self._background = background
        self._away: tuple[tuple[int, ...], NDArray[np.float64]] = (), np.empty(0)

    @cached_property
    def found(self) -> NDArray[np.float64]:
        """How well each record answers, whatever was excluded; shape (n,)."""
        shelf, best = self._shelf, -(-len(self._shelf.ids) // 4)
        if not best:
            return np.zeros(0)
        found = self._by_words() + _scaled(self._told())
        if not shelf.exact:
            return found
        leading = np.argsort(-found, kind="stable")[: min(LEADING, best)]
        return found + _scaled(_alike(shelf, leading))

    def scores(self, excluded: Sequence[int]) -> NDArray[np.float64]:
        """Score all records, those like what was excluded less."""
        if not excluded:
            return self.found
        before, nearest = self._away
        if not before or tuple(excluded[: len(before)]) != before:
            before, nearest = (), np.zeros(len(self._shelf.ids))
        for place in excluded[len(before) :]:
            nearest = np.maximum(nearest, _alike(self._shelf, [place]))
        self._away = tuple(excluded), nearest
        return self.found - EXCLUDED * _scaled(nearest)

    def beside(self, learnt: NDArray[Any], decisions: int) -> NDArray[np.float64]:
        """Add to what was learnt what the question still counts after so many decisions."""
        weight = still_asked(decisions)
        return _scaled(learnt) + weight * _scaled(self.found) if weight else learnt

    def _by_words(self) -> NDArray[np.float64]:
        """Score records by the words of the question, in their text and in their title."""
        groups: dict[str, NDArray[np.int32]] = {}
        for word in _WORD.findall(self._words.lower()):
            one, *more = forms(word)
            groups.setdefault(one, _columns([word, one, *more]))
        shelf, asked = self._shelf, list(groups.values())
        if not asked:
            return np.zeros(len(shelf.ids))
        if shelf.counts is None or shelf.titles is None:
            # It stands for the title, too.
            return 2 * _scaled(shelf.matrix @ self._of_many(asked))
        times = _times(shelf.counts, asked)
        here = np.maximum((times > 0).sum(axis=0), 0.5) / max(len(times), 1)
        worth = self._drawn(asked, here) * np.log1p(1 / here)
        text = _saturated(times, _sizes(shelf.counts), LONG_TEXT) @ worth
        title = _saturated(_times(shelf.titles, asked), _sizes(shelf.titles), LONG_TITLE) @ worth
        return _scaled(text) + _scaled(title)

    def _drawn(
        self, asked: Sequence[NDArray[np.int32]], here: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Weigh words by how much more usual they are here than in earlier reviews."""
        usual = np.array([self._background.share(columns) for columns in asked])
        return np.clip(np.log(here / usual) / DRAWN, LEAST, 1)

    def _of_many(self, asked: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
        """Weigh the shared columns of many records; the forms as they stand in the question."""
        said = set(_columns(_WORD.findall(self._words.lower())).tolist())
        idf = self._shelf.rarity.idf
        weights = np.zeros(len(idf))
        for columns in asked:
            own = [column for column in columns.tolist() if column in said]
            places = self._shelf.rarity.number[own] - 1
            places = places[places >= 0]
            here = np.exp(1 - idf[places].astype(np.float64))
            weights[places] = idf[places] * self._drawn([columns] * len(places), here)
        return weights

    def _told(self) -> NDArray[np.float64]:
        """Return what earlier reviews tell; of a question about a test, such reviews as well."""
        counts = self._shelf.counts
        if counts is None or not asks_for_accuracy(self._words):
            return self._shelf.earlier
        speaks = _times(counts, [_columns(_ACCURACY.split())]) > 0
        if speaks.mean() < SPEAK:
            return self._shelf.earlier
        return _scaled(self._shelf.earlier) + _scaled(self._background.diagnostic.scores(counts))


def _columns(words: Iterable[str]) -> NDArray[np.int32]:
    """Return the hashed columns of words, each once."""
    columns = count_words([" ".join(words)]).columns
    return columns[columns < HALF]


def _times(counts: Counts, asked: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    """Count how often each text has each word, in any of its forms; shape (n, words)."""
    number = np.zeros(2 * HALF, dtype=np.int16)
    for i, columns in enumerate(asked, start=1):
        number[columns] = i
    which = number[counts.columns]
    at = np.flatnonzero(which)
    rows = np.searchsorted(counts.starts, at, side="right") - 1
    cells = rows * len(asked) + which[at] - 1
    sums = np.zeros(len(counts) * len(asked))
    np.add.at(sums, cells, counts.times[at])
    return sums.reshape(len(counts), len(asked))


def _sizes(counts: Counts) -> NDArray[np.float64]:
    """Count the words of each text."""
    times = np.where(counts.columns < HALF, counts.times, 0)
    sums = np.concatenate([[0], np.cumsum(times, dtype=np.int64)])
    return np.diff(sums[counts.starts]).astype(np.float64)


def _saturated(
    times: NDArray[np.float64], sizes: NDArray[np.float64], long: float
) -> NDArray[np.float64]:
    """Count a repeated word less each time, and a word of a long text less."""
    relative = sizes / max(float(sizes.mean()), 1.0)
    return times * (SOON + 1) / (times + SOON * (1 - long + long * relative)[:, None])


def _alike(shelf: Shelf, places: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how alike all records are to some, added up."""
    return shelf.matrix @ np.asarray(shelf.matrix[places].sum(axis=0)).ravel()


def _scaled(view: NDArray[Any]) -> NDArray[np.float64]:
    """Bring a view to mean 0 and standard deviation 1."""
    return (view - view.mean()) / max(float(view.std()), 1e-9)
