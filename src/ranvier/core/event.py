"""The event: who decided what, when and why; chained by hash, so that a changed past shows.

An event is never edited and never deleted. `Draft` is what a caller hands in; the writer gives it
a place (`seq`) and the two hashes, which makes it an `Event`. The payload is kept as the text it
was written as (canonical JSON, RFC 8785): what was hashed is what is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from ranvier.errors import IntegrityError

__all__ = ["GENESIS", "Chain", "Draft", "Event", "check_chain", "hash_of"]

#: The `prev_hash` of the first event of every review.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event before it has a place in the log.

    Attributes
    ----------
    type : str
        One of the names in :data:`ranvier.core.facts.FACTS`.
    payload : str
        Canonical JSON.
    actor, on_behalf_of : str
        Ids from the actor table: who did it, and for whom (a machine acts for a person).
    at : str
        UTC, ISO 8601 with a ``Z``: when it was decided.
    reason : str or None
        Why, in the actor's words.
    client_id : str
        UUIDv7 given by the caller: sending the same draft twice stores it once.
    """

    type: str
    payload: str
    actor: str
    at: str
    client_id: str
    on_behalf_of: str | None = None
    reason: str | None = None
    schema_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A draft with its place in the log: `seq` counts from 1 without gaps."""

    seq: int
    review_id: str
    actor: str
    on_behalf_of: str | None
    at: str
    type: str
    schema_version: int
    payload: str
    reason: str | None
    client_id: str
    prev_hash: str
    hash: str


def hash_of(event: Event) -> str:
    """Hash everything an event says, its place and its predecessor (SHA-256, hexadecimal).

    The hashed bytes are the JSON array of the fields below: strings, integers and nulls only, for
    which JSON without spaces and needless escapes is the canonical form of RFC 8785.
    """
    return _hash(event.seq, event.review_id, event, event.prev_hash)


def _hash(seq: int, review_id: str, said: Draft | Event, prev_hash: str) -> str:
    """Hash what is said at a place in the log."""
    fields = (
        seq,
        review_id,
        said.actor,
        said.on_behalf_of,
        said.at,
        said.type,
        said.schema_version,
        said.payload,
        said.reason,
        said.client_id,
        prev_hash,
    )
    return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()


@dataclass(slots=True)
class Chain:
    """The growing end of a log: gives drafts their place, one after the other."""

    review_id: str
    seq: int = 0
    head: str = GENESIS

    def add(self, draft: Draft) -> Event:
        """Give `draft` the next place and move the end of the chain."""
        seq = self.seq + 1
        event = Event(
            seq=seq,
            review_id=self.review_id,
            actor=draft.actor,
            on_behalf_of=draft.on_behalf_of,
            at=draft.at,
            type=draft.type,
            schema_version=draft.schema_version,
            payload=draft.payload,
            reason=draft.reason,
            client_id=draft.client_id,
            prev_hash=self.head,
            hash=_hash(seq, self.review_id, draft, self.head),
        )
        self.seq, self.head = event.seq, event.hash
        return event


def check_chain(events: Iterable[Event], *, review_id: str, seq: int, head: str) -> None:
    """Prove that `events` are the whole log that ends at (`seq`, `head`).

    Raises
    ------
    IntegrityError
        At the first event that was changed, removed, inserted or moved, or if the log is shorter
        or longer than its recorded end.
    """
    remedy = "Restore the review from a snapshot or backup made before the change."
    expected, prev = 1, GENESIS
    for event in events:
        if event.seq != expected:
            raise IntegrityError(
                f"event {expected} is missing or out of order: found event {event.seq} there.",
                seq=expected,
                remedy=remedy,
            )
        if event.review_id != review_id:
            raise IntegrityError(
                f"event {event.seq} belongs to review {event.review_id!r}, not {review_id!r}.",
                seq=event.seq,
                remedy=remedy,
            )
        if event.prev_hash != prev:
            raise IntegrityError(
                f"event {event.seq} does not follow the event before it.",
                seq=event.seq,
                remedy=remedy,
            )
        if hash_of(event) != event.hash:
            raise IntegrityError(
                f"event {event.seq} ({event.type}) was changed after it was written.",
                seq=event.seq,
                remedy=remedy,
            )
        expected, prev = expected + 1, event.hash
    if (expected - 1, prev) != (seq, head):
        raise IntegrityError(
            f"the log ends at event {expected - 1}, but its recorded end is event {seq}.",
            seq=min(expected, seq + 1),
            remedy=remedy,
        )
