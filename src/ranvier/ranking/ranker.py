"""The next record to read: records and decisions in, an order out.

What is learnt depends on the texts, the query and the decisions that were given, and on nothing
else: an order made from one reviewer's decisions shows nothing of a colleague's. No record is ever
left out of an order.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.ranking.descent import SETTLED
from ranvier.ranking.evidence import Plain
from ranvier.ranking.learner import Learner
from ranvier.ranking.likeness import Likeness
from ranvier.ranking.prior import Background, Prior, shipped_background, shipped_prior
from ranvier.ranking.question import Question
from ranvier.ranking.shelf import Shelf, Text
from ranvier.ranking.wide import Many, WideLearner

__all__ = ["Basis", "Order", "Ranker", "Text"]

#: What an order rests on: nothing but the order given, the words of the protocol, records known
#: to be relevant, or decisions of both kinds.
Basis = Literal["given", "query", "relevant", "decisions"]


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
    >>> ranker.order({"a": True, "d": False}).ids
    ('b', 'c')
    """

    def __init__(
        self,
        shelf: Shelf,
        query: str | None = None,
        *,
        prior: Prior | None = None,
        background: Background | None = None,
        before: Many | None = None,
    ) -> None:
        self.ids = shelf.ids
        self.query = query
        self._shelf = shelf
        self._place = {id: i for i, id in enumerate(self.ids)}
        if len(self._place) < len(self.ids):
            raise InputError("two records have the same id.", remedy="Give each its own.")
        self._prior = prior or shipped_prior()
        self._plain = _plain(shelf)
        self._likeness = self._many = None
        if shelf.exact:
            likeness = Likeness(shelf.matrix, shelf.rarity.singles)
            self._likeness = likeness.meaning(shelf.meanings)
        else:
            self._many = Many.of(shelf.matrix, shelf.rarity.singles, before=before)
        self._background = background or shipped_background()
        self._question = None
        if query:
            self._question = Question(shelf, query, self._background)
        self._learner = self.learner()
        self._told: dict[str, bool] = {}

    @classmethod
    def of(
        cls,
        texts: Iterable[Text],
        *,
        query: str | None = None,
        prior: Prior | None = None,
        background: Background | None = None,
        meanings: NDArray[Any] | None = None,
    ) -> Ranker:
        """Turn texts into numbers, once.

        Parameters
        ----------
        texts : iterable of Text
            Read once, so that it may be a stream.
        query : str, optional
            The question in the protocol's own words. It picks what is read first while nothing
            relevant is known, then fades, and counts nothing after forty decisions.
        prior : Prior, optional
            What earlier reviews tell; the one that comes with Ranvier by default.
        background : Background, optional
            What they tell the question; likewise.
        meanings : array, shape (n, d), optional
            What a model of language makes of each text: see :meth:`meaning`.

        Raises
        ------
        InputError
            If an id stands twice, or the meanings do not fit the texts.
        """
        prior = prior or shipped_prior()
        shelf = Shelf.of(texts, prior)
        shelf = shelf if meanings is None else shelf.meaning(meanings)
        return cls(shelf, query, prior=prior, background=background)

    @classmethod
    def load(cls, path: str | Path, *, query: str | None = None) -> Ranker:
        """Read what :meth:`save` wrote; a large file is mapped, not read.

        Raises
        ------
        InputError
            If it is no such file.
        """
        return cls(Shelf.load(Path(path)), query)

    def save(self, path: str | Path) -> None:
        """Write the records as numbers (``.npz``); decisions and the query are not in it."""
        self._shelf.save(Path(path))

    def extended(self, texts: Iterable[Text]) -> Ranker:
        """Return a ranker that knows these records, too: an update of the search.

        Where the others have meanings, those of the new ones are not known yet.
        """
        shelf = self._shelf.extended(texts, self._prior)
        return Ranker(
            shelf, self.query, prior=self._prior, background=self._background, before=self._many
        )

    @property
    def meanings(self) -> NDArray[np.float16] | None:
        """What a model of language makes of each record, shape (n, d); zeros: not known."""
        return self._shelf.meanings

    def meaning(self, meanings: NDArray[Any] | None) -> Ranker:
        """Return a ranker of the same records that knows what they mean, told nothing.

        Parameters
        ----------
        meanings : array, shape (n, d), or None
            A vector of each record, in their order, such as a sentence embedding of its title and
            abstract; of any length, for only directions count. A row of zeros says that it is not
            known, so that an order can be had before all are computed. Kept as half-precision
            numbers. `None` forgets them.

        Raises
        ------
        InputError
            If it is not one row of finite numbers for each record.

        Notes
        -----
        Beyond 15,000 records they are kept and not used.

        Examples
        --------
        >>> texts = [Text("a", "Kidney failure"), Text("b", "Renal insufficiency"),
        ...          Text("c", "Hip fracture"), Text("d", "Fall")]
        >>> ranker = Ranker.of(texts).meaning(np.array([[1, 0.1], [1, 0], [0, 1], [0.1, 1]]))
        >>> ranker.order({"a": True, "d": False}).ids
        ('b', 'c')
        """
        other = copy(self)
        other._shelf = self._shelf.meaning(meanings)
        if self._likeness is not None:
            other._likeness = self._likeness.meaning(other._shelf.meanings)
        return other.afresh()

    def afresh(self) -> Ranker:
        """Return a ranker on the same numbers that was told nothing: for another reader."""
        other = copy(self)
        other._learner, other._told, other._question = self.learner(), {}, copy(self._question)
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
        places = self._undecided(id for id in decisions if id not in again)
        best = places[np.argsort(-_steady(scores[places]), kind="stable")]
        relevant = sum(decisions.values())
        return Order(
            tuple(map(self.ids.__getitem__, best.tolist())),
            scores[best],
            basis,
            relevant,
            len(decisions) - relevant,
        )

    def places(
        self,
        decisions: Mapping[str, bool],
        *,
        again: Collection[str] = (),
        line: Sequence[int] | None = None,
    ) -> array[int]:
        """Return :meth:`order` as numbers: the place of each record among all, from 0.

        Parameters
        ----------
        line : sequence of int, shape (n,), optional
            What comes first of two records of one score, by the place of each in a line; a record
            whose place is negative is left out. The order they were given by default.

        Examples
        --------
        >>> ranker = Ranker.of([Text("a", ""), Text("b", ""), Text("c", "")])
        >>> list(ranker.places({})), list(ranker.places({}, line=[1, 0, -1]))
        ([0, 1, 2], [1, 0])
        """
        self._learn(decisions)
        scores = self._scores()[1]
        places = self._undecided(id for id in decisions if id not in again)
        if line is not None:
            standing = np.asarray(line)
            places = places[standing[places] >= 0]
            places = places[np.argsort(standing[places], kind="stable")]
        best = places[np.argsort(-_steady(scores[places]), kind="stable")]
        return array("i", best.astype(np.int32).tobytes())

    def first(self, decisions: Mapping[str, bool], count: int = 1) -> tuple[str, ...]:
        """Return the first few of :meth:`order`, without sorting all the others."""
        self._learn(decisions)
        places = self._undecided(decisions)
        scores = -_steady(self._scores()[1][places])
        if count < len(places):
            bound = np.partition(scores, count - 1)[count - 1]
            near = np.flatnonzero(scores <= bound)
            places, scores = places[near], scores[near]
        best = places[np.argsort(scores, kind="stable")][:count]
        return tuple(self.ids[i] for i in best)

    def learner(self, *, settled: float = SETTLED) -> Learner | WideLearner:
        """Return a learner on the same numbers that knows no decision."""
        if self._likeness is None:
            assert self._many is not None
            return WideLearner(self._many, self._plain, settled=settled)
        return Learner(self._likeness, self._plain, settled=settled)

    def _undecided(self, decisions: Iterable[str]) -> NDArray[np.intp]:
        """Find where the records are that are not decided."""
        left = np.ones(len(self.ids), dtype=bool)
        left[[self._place[id] for id in decisions]] = False
        return np.flatnonzero(left)

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
        relevant = [self._place[id] for id, yes in self._told.items() if yes]
        if self._learner.both:
            basis, scores = "decisions", self._learner.scores()
        elif relevant:
            centre = np.asarray(self._shelf.matrix[relevant].sum(axis=0)).ravel()
            basis, scores = "relevant", self._shelf.matrix @ centre
        elif self._question and len(self.ids):
            return "query", self._question.scores([self._place[id] for id in self._told])
        else:
            return "given", np.zeros(len(self.ids))
        if self._question:
            scores = self._question.beside(scores, len(self._told))
        return basis, scores


def _plain(shelf: Shelf) -> Plain:
    """Gather what is known of records without decisions."""
    title, abstract = shelf.letters.T
    return Plain(
        earlier=shelf.earlier,
        bare=(abstract == 0).astype(np.float64),
        length=np.log1p(title + abstract),
    )


def _steady(scores: NDArray[Any]) -> NDArray[Any]:
    """Round, so that where a fit began never decides between equals."""
    return np.round(scores, 4)
