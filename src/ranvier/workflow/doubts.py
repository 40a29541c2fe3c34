"""Doubts: pairs of records that wait for a person, laid side by side, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ranvier.core.duplicates import Match, Question
from ranvier.core.event import Event
from ranvier.core.record import Record
from ranvier.core.review import Review
from ranvier.dedup.beside import Beside, beside

__all__ = ["Answer", "Doubt", "Doubts", "doubts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two records that a machine leaves to a person.

    Attributes
    ----------
    question : Question
        The ids of the two, how likely they are one report, what speaks for it and against it.
    fields : tuple of Beside
        The two, field by field, with what differs marked.
    others : tuple of str
        Records that are one report with either already: the answer holds for them, too.
    found_in : tuple of (str, str) or None
        What was searched when each came; None where that is not at hand.
    """

    question: Question
    a: Record
    b: Record
    fields: tuple[Beside, ...]
    others: tuple[str, ...]
    found_in: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person decided about two records.

    Attributes
    ----------
    seq : int or None
        Of the event, which `undo` takes; ``None`` for who may not see all events.
    client_id : str
        Of the event.
    actor, at : str
        Who, and when (UTC, ISO 8601).
    reason : str or None
    """

    a: str
    b: str
    verdict: Literal["same", "different"]
    seq: int | None
    client_id: str
    actor: str
    at: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What waits for a person, and how far they are.

    Attributes
    ----------
    open : tuple of Doubt
        The most doubtful first; as many as were asked for.
    waiting : int
        All that are open.
    answers : tuple of Answer
        What people decided, the last first.
    """

    open: tuple[Doubt, ...]
    waiting: int
    answers: tuple[Answer, ...]

    @property
    def same(self) -> int:
        """How many pairs were found to be one report."""
        return sum(answer.verdict == "same" for answer in self.answers)

    @property
    def different(self) -> int:
        """How many pairs were found to be two."""
        return len(self.answers) - self.same


def doubts(
    review: Review,
    record: Callable[[str], Record],
    *,
    limit: int | None = None,
    skip: int = 0,
    source: Callable[[str], str] | None = None,
) -> Doubts:
    """Lay out the pairs that wait for a person.

    Parameters
    ----------
    record : callable
        Gives a record by its id.
    limit : int or None
        How many to lay out; all if None.
    skip : int
        How many to pass over first.
    source : callable or None
        Gives what was searched when a record came, by its id.
    """
    questions = review.duplicate_questions
    asked = questions[skip : None if limit is None else skip + limit]
    held = [(match, review.event_of("match", id)) for id, match in review.matches.items()]
    held.sort(key=lambda said: -said[1].seq)
    return Doubts(
        open=tuple(_doubt(review, record, source, question) for question in asked),
        waiting=len(questions),
        answers=tuple(_answer(match, event) for match, event in held),
    )


def _doubt(
    review: Review,
    record: Callable[[str], Record],
    source: Callable[[str], str] | None,
    question: Question,
) -> Doubt:
    """Lay out one pair."""
    a, b = record(question.a), record(question.b)
    homes = {review.homes[id] for id in (a.id, b.id) if id in review.homes}
    others = {id for home in homes for id in review.clusters[home]} - {a.id, b.id}
    return Doubt(
        question=question,
        a=a,
        b=b,
        fields=beside(a, b),
        others=tuple(sorted(others)),
        found_in=(source(a.id), source(b.id)) if source else None,
    )


def _answer(match: Match, event: Event) -> Answer:
    """Say who decided what about two records."""
    return Answer(
        a=match.a,
        b=match.b,
        verdict=match.verdict,
        seq=event.seq,
        client_id=event.client_id,
        actor=event.actor,
        at=event.at,
        reason=event.reason,
    )
