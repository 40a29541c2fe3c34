"""The next record to read: records and decisions in, an order out.

What is learnt depends on the texts, the query and the decisions that were given, and on nothing
else: an order made from one reviewer's decisions shows nothing of a colleague's. No record is ever
left out of an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.ranking.learner import Learner
from ranvier.ranking.likeness import Likeness
from ranvier.ranking.words import Counts, Matrix, Rarity, count_words, weigh

__all__ = ["Basis", "Order", "Ranker", "Text"]

#: What an order rests on: nothing but the order given, the words of the protocol, records known
#: to be relevant, or decisions of both kinds.
Basis = Literal["given", "query", "relevant", "decisions"]


@dataclass(frozen=True, slots=True)
class Text:
    """What a record is ranked by."""

    id: str
    title: str
    abstract: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """All records that are not decided, best first.

    Attributes
    ----------
    ids : tuple of str
    scores : array of float, shape (len(ids),)
        On the scale of the model: comparable within one order only.
    basis : {"given", "query", "relevant", "decisions"}
    included, excluded : int
        Decisions it was learnt from.
    """

    ids: tuple[str, ...]
    scores: NDArray[np.float64]
    basis: Basis
    included: int
    excluded: int

    def __len__(self) -> int:
        """Return the number of records that are not decided."""
        return len(self.ids)


class Ranker:
    """Orders records by what was decided so far.

    Make one with :meth:`of`, ask :meth:`order` after each decision. It remembers its last fit, so
    that the next is quick; that changes no order.

    Examples
    --------
    >>> texts = [Text("a", "Immunoglobulin for neuropathy: a trial"),
    ...          Text("b", "Immunoglobulin for motor neuropathy"),
    ...          Text("c", "Statins after a stroke"), Text("d", "Statins for the heart")]
    >>> ranker = Ranker.of(texts, query="immunoglobulin for neuropathy")
    >>> ranker.order({}).ids[0]
    'a'
    >>> ranker.order({"d": True, "a": False}).ids
    ('c', 'b')
    """

    def __init__(self, ids: Sequence[str], counts: Counts, query: str | None) -> None:
        self.ids = tuple(ids)
        self.query = query
        self._counts = counts
        self._place = {id: i for i, id in enumerate(self.ids)}
        if len(self._place) < len(self.ids):
            raise InputError("two records have the same id.", remedy="Give each its own.")
        self._rarity = Rarity.of(counts)
        self._matrix: Matrix = weigh(counts, self._rarity)
        self._likeness = Likeness(self._matrix)
        self._learner = self.learner()
        self._told: dict[str, bool] = {}

    @classmethod
    def of(cls, texts: Iterable[Text], *, query: str | None = None) -> Ranker:
        """Turn texts into numbers, once.

        Parameters
        ----------
        texts : iterable of Text
        query : str, optional
            The question in the protocol's own words. It picks what is read first while nothing
            relevant is known, and is then dropped.

        Raises
        ------
        InputError
            If an id stands twice.
        """
        ids: list[str] = []

        def words() -> Iterable[str]:
            for text in texts:
                ids.append(text.id)
                yield f"{text.title} {text.abstract}"

        counts = count_words(words())
        return cls(ids, counts, query)

    def extended(self, texts: Iterable[Text]) -> Ranker:
        """Return a ranker that knows these records, too: an update of the search."""
        new = list(texts)
        counts = self._counts + count_words(f"{t.title} {t.abstract}" for t in new)
        return Ranker([*self.ids, *(t.id for t in new)], counts, self.query)

    def afresh(self) -> Ranker:
        """Return a ranker on the same numbers that was told nothing: for another reader."""
        other = copy(self)
        other._learner, other._told = self.learner(), {}
        return other

    def order(self, decisions: Mapping[str, bool], *, again: Collection[str] = ()) -> Order:
        """Order the records that are not decided.

        Parameters
        ----------
        decisions : mapping of str to bool
            Of records, by id: whether it is relevant. Records that are not here are undecided:
            leave out a ``maybe``, and whatever the reader of the order must not know.
        again : collection of str
            Decided records that are in the order nevertheless: somebody else is to read them, too.

        Raises
        ------
        InputError
            If a decision is about a record that is not one of these.
        """
        self._learn(decisions)
        basis, scores = self._scores()
        left = np.ones(len(self.ids), dtype=bool)
        left[[self._place[id] for id in decisions if id not in again]] = False
        places = np.flatnonzero(left)
        # Rounded, so that where a fit began never decides between equals.
        best = places[np.argsort(-np.round(scores[places], 4), kind="stable")]
        relevant = sum(decisions.values())
        return Order(
            tuple(self.ids[i] for i in best),
            scores[best],
            basis,
            relevant,
            len(decisions) - relevant,
        )

    def learner(self) -> Learner:
        """Return a learner on the same numbers that knows no decision."""
        return Learner(self._likeness)

    def _learn(self, decisions: Mapping[str, bool]) -> None:
        """Tell the learner what is new, or begin anew where a decision was changed."""
        unknown = [id for id in decisions if id not in self._place]
        if unknown:
            raise InputError(
                f"{len(unknown)} decisions are about records that are not ranked, such as "
                f"{unknown[0]}.",
                remedy="Extend the ranker by these records first.",
            )
        if any(decisions.get(id) is not relevant for id, relevant in self._told.items()):
            self._learner, self._told = self.learner(), {}
        for id, relevant in decisions.items():
            if id not in self._told:
                self._learner.tell(self._place[id], relevant)
                self._told[id] = relevant

    def _scores(self) -> tuple[Basis, NDArray[np.float64]]:
        """Score all records by the best that is known."""
        if self._learner.both:
            return "decisions", self._learner.scores()
        relevant = [self._place[id] for id, yes in self._told.items() if yes]
        if relevant:
            centre = np.asarray(self._matrix[relevant].sum(axis=0)).ravel()
            return "relevant", np.asarray(self._matrix @ centre, dtype=np.float64)
        if self.query:
            asked = weigh(count_words([self.query]), self._rarity)
            return "query", np.asarray((self._matrix @ asked.T).toarray(), dtype=np.float64).ravel()
        return "given", np.zeros(len(self.ids))
