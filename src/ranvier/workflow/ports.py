"""What the stages need from outside; `storage` gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ranvier.core.event import Draft, Event
from ranvier.core.fold import Standing
from ranvier.core.review import Actor

__all__ = ["Store"]


class Store(Protocol):
    """One review: its log, its blobs, its actors, and projections kept beside the log."""

    @property
    def review_id(self) -> str:
        """Id of the review."""
        ...

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Append drafts, all or none, and return their events once they are durable.

        A draft whose ``client_id`` is in the log already is not appended again: the event that is
        there is returned in its place. Many threads may call at once.
        """
        ...

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """Yield the log in order, from the event after `after`."""
        ...

    def head(self) -> tuple[int, str]:
        """Return the recorded end of the log: the last `seq` and its hash."""
        ...

    def standing(self) -> Iterator[Standing]:
        """Yield the projection of what stands, ordered by kind and id."""
        ...

    def put_blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256 and return it; the same bytes are kept once."""
        ...

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of a blob.

        Raises
        ------
        NotFoundError
            If there is none of that hash.
        """
        ...

    def blobs(self) -> Iterator[str]:
        """Yield the hashes of all blobs in order."""
        ...

    def put_under_way(self, name: str, text: str | None) -> None:
        """Note how far a piece of long work has come, so that it goes on after a crash.

        ``None`` when it is done. Such notes are no part of the review.
        """
        ...

    def under_way(self, name: str) -> str | None:
        """Return how far a piece of long work had come; ``None`` if none is under way."""
        ...

    def put_actor(self, actor: Actor) -> None:
        """Add an actor, or change or erase the name and address of one."""
        ...

    def actors(self) -> dict[str, Actor]:
        """Return all actors by id."""
        ...

    def verify(self) -> None:
        """Prove the chain, the blobs, and that every projection equals a rebuild.

        Raises
        ------
        IntegrityError
            At the first thing that does not hold.
        """
        ...

    def rebuild(self) -> int:
        """Drop every projection, make it anew from the log, and return the number of events."""
        ...

    def close(self) -> None:
        """Finish what is under way and let go of the review."""
        ...
