"""States are folds of events: what stands of each thing after everything that was said of it.

A *thing* is what a fact is about (a study, a result row, a decision ...), named by kind and id.
Its history is its events in order; what stands is the last one that was neither undone nor
withdrawn. The moves a thing can make are the table `MOVES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.core.event import Event
from ranvier.core.facts import FACTS, Undone, Withdrawn, decode

__all__ = [
    "MOVES",
    "Standing",
    "Thing",
    "advance",
    "fold",
    "fold_all",
    "subject",
    "subject_of",
    "undone_ids",
]

Status = Literal["standing", "withdrawn"]
Act = Literal["put", "withdraw"]

#: (status before, act) -> status after; what is not here cannot happen.
MOVES: dict[tuple[Status | None, Act], Status] = {
    (None, "put"): "standing",
    ("standing", "put"): "standing",
    ("standing", "withdraw"): "withdrawn",
    ("withdrawn", "put"): "standing",
}


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """The name of a thing: its kind and its id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands of a thing.

    Attributes
    ----------
    seq : int
        The event that last changed it.
    revision : int
        How often it has been put, undone puts not counted.
    payload : str
        Canonical JSON of the last put.
    type : str
        The event type that `payload` belongs to.
    status : {"standing", "withdrawn"}
    """

    thing: Thing
    seq: int
    revision: int
    payload: str
    type: str
    status: Status


def subject(event: Event) -> Thing | None:
    """Return the thing an event is about; ``None`` for an undo, which is about another event."""
    if event.type == "event.undone":
        return None
    return subject_of(event.type, decode(event.type, event.payload))


def subject_of(type_: str, payload: object) -> Thing | None:
    """Return the thing a decoded payload of an event type is about; see :func:`subject`."""
    if isinstance(payload, Undone):
        return None
    if isinstance(payload, Withdrawn):
        return Thing(payload.kind, payload.id)
    fact = FACTS[type_]
    return Thing(fact.kind, fact.key(payload))


def undone_ids(undos: Sequence[Event]) -> frozenset[str]:
    """Return the client ids of events that no longer count.

    Parameters
    ----------
    undos : sequence of Event
        All ``event.undone`` events in order. An undo can itself be undone: the last word counts.
    """
    gone: set[str] = set()
    for event in reversed(undos):
        if event.client_id not in gone:
            undone: Undone = decode(event.type, event.payload)
            gone.add(undone.client_id)
    return frozenset(gone)


def fold(thing: Thing, history: Iterable[Event], undone: frozenset[str]) -> Standing | None:
    """Fold the history of one thing into what stands; ``None`` if nothing does or did."""
    standing: Standing | None = None
    for event in history:
        if event.client_id not in undone:
            standing = advance(thing, standing, event)
    return standing


def advance(thing: Thing, before: Standing | None, event: Event) -> Standing:
    """Move a thing by one event that counts.

    A withdrawal of what does not stand (its puts were undone since) leaves things as they are.
    """
    act: Act = "withdraw" if event.type == "thing.withdrawn" else "put"
    after = MOVES.get((None if before is None else before.status, act))
    if after is None:
        return before or Standing(
            thing=thing, seq=event.seq, revision=0, payload="null", type="", status="withdrawn"
        )
    if act == "withdraw" and before is not None:
        return Standing(
            thing=thing,
            seq=event.seq,
            revision=before.revision,
            payload=before.payload,
            type=before.type,
            status=after,
        )
    return Standing(
        thing=thing,
        seq=event.seq,
        revision=1 if before is None else before.revision + 1,
        payload=event.payload,
        type=event.type,
        status=after,
    )


def fold_all(events: Iterable[Event]) -> dict[Thing, Standing]:
    """Fold a whole log into everything that stands or was withdrawn."""
    histories: dict[Thing, list[Event]] = {}
    undos: list[Event] = []
    for event in events:
        thing = subject(event)
        if thing is None:
            undos.append(event)
        else:
            histories.setdefault(thing, []).append(event)
    undone = undone_ids(undos)
    folded = {thing: fold(thing, history, undone) for thing, history in histories.items()}
    return {thing: standing for thing, standing in folded.items() if standing is not None}
