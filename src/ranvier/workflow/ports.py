"""What the stages need from outside; `storage` and `sources` give it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ranvier.core.event import Draft, Event
from ranvier.core.fold import Standing
from ranvier.core.review import Actor
from ranvier.core.search import RecordKind

__all__ = ["Asked", "Page", "Place", "Source", "Spool", "Store"]


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

    def drop_blobs(self, hashes: Collection[str]) -> tuple[str, ...]:
        """Remove those of some blobs that no event names, and return their hashes in order.

        What was noted of long work that counted on one of them is removed with it.
        """
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a source is asked.

    Attributes
    ----------
    query : str
        In the source's own words, on one line.
    since : str or None
        Only what the source added from this day on, ISO 8601.
    most : int or None
        How many records to fetch at most.
    """

    query: str
    since: str | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in an answer that comes in pages one is.

    Attributes
    ----------
    slice : str
        The part of the search; its name is the source's.
    at : int
        Records of that part before this place.
    cursor : str or None
        What the source wants to be told to go on from here.
    tries : int
        How often this part was begun again.
    """

    slice: str
    at: int = 0
    cursor: str | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source.

    Attributes
    ----------
    body : bytes
        As it came.
    ids : tuple of str
        The source's ids of the records in it.
    next : tuple of Place
        Where to go on: none at the end of a slice, two where it must be cut.
    counted : int or None
        Hits of the slice, as the source counts them now.
    listed : tuple of str
        Ids of all records of the slice, where the source lists them.
    understood : str or None
        How the source says it read the query.
    notes : tuple of str
        What the source remarked.
    """

    body: bytes
    ids: tuple[str, ...] = ()
    next: tuple[Place, ...] = ()
    counted: int | None = None
    listed: tuple[str, ...] = ()
    understood: str | None = None
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A database or register that is searched over the network, page by page.

    Nothing is contacted but by `count` and `page`.
    """

    @property
    def key(self) -> str:
        """Short name, such as ``pubmed``."""
        ...

    @property
    def name(self) -> str:
        """Name that a search run bears, such as ``PubMed``."""
        ...

    @property
    def platform(self) -> str:
        """What is asked, such as ``E-utilities of the NCBI``."""
        ...

    @property
    def kind(self) -> RecordKind:
        """Side of the PRISMA flow it counts on."""
        ...

    @property
    def host(self) -> str:
        """The one host that is contacted."""
        ...

    @property
    def ending(self) -> str:
        """Ending of a file of its records."""
        ...

    def sent(self, asked: Asked) -> str:
        """Return the query as it is sent."""
        ...

    def limits(self, asked: Asked) -> tuple[str, ...]:
        """Say what narrows the search beside the query."""
        ...

    def says(self, asked: Asked) -> tuple[str, ...]:
        """Say what is sent beside the query, one thing a line, without secrets."""
        ...

    def count(self, asked: Asked) -> int:
        """Ask how many hits there are."""
        ...

    def start(self, asked: Asked) -> Place:
        """Return where to begin."""
        ...

    def page(self, asked: Asked, place: Place) -> Page:
        """Ask for one page."""
        ...

    def again(self, missing: Sequence[str]) -> tuple[Place, ...]:
        """Return where records that were listed and not given can be asked for, one by one."""
        ...

    def items(self, body: bytes) -> Iterator[tuple[str, bytes]]:
        """Part a page into records: the source's id of each, and its bytes."""
        ...

    def file(self, items: Iterator[bytes]) -> Iterator[bytes]:
        """Put records together into a file that `formats` reads."""
        ...

    def close(self) -> None:
        """Close the connection, if there is one."""
        ...


class Spool(Protocol):
    """Pages of one retrieval, kept until they are imported; they outlive a crash."""

    @property
    def id(self) -> str:
        """UUID of this retrieval."""
        ...

    @property
    def began(self) -> str:
        """When the retrieval was begun: UTC, ISO 8601."""
        ...

    def keep(self, place: Place, page: Page) -> None:
        """Keep a page; durable when this returns."""
        ...

    def kept(self) -> Iterator[tuple[Place, Page]]:
        """Yield the pages in the order in which they were kept, without their bodies."""
        ...

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies of the pages in order."""
        ...

    def path(self, name: str) -> Path:
        """Return the path of a file beside the pages."""
        ...

    def clear(self) -> None:
        """Remove everything: it is in the review now."""
        ...

    def close(self) -> None:
        """Let go of it, so that it can be gone on with."""
        ...
