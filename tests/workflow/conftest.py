"""A store in memory behind the port that the stages need."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence

import pytest

from ranvier.core.event import Chain, Draft, Event, check_chain
from ranvier.core.fold import Standing, fold_all
from ranvier.core.review import Actor
from ranvier.errors import NotFoundError
from ranvier.workflow.record import Saying, record


class MemoryStore:
    """The port `Store`, kept in a list and two dictionaries."""

    def __init__(self) -> None:
        self.chain = Chain("small")
        self.log: list[Event] = []
        self.kept: dict[str, bytes] = {}
        self.people: dict[str, Actor] = {}
        self.notes: dict[str, str] = {}

    @property
    def review_id(self) -> str:
        return self.chain.review_id

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        known = {event.client_id: event for event in self.log}
        out: list[Event] = []
        for draft in drafts:
            if draft.client_id not in known:
                known[draft.client_id] = self.chain.add(draft)
                self.log.append(known[draft.client_id])
            out.append(known[draft.client_id])
        return out

    def events(self, *, after: int = 0) -> Iterator[Event]:
        return iter(self.log[after:])

    def head(self) -> tuple[int, str]:
        return self.chain.seq, self.chain.head

    def standing(self) -> Iterator[Standing]:
        return iter(sorted(fold_all(self.log).values(), key=lambda s: s.thing))

    def put_blob(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256

    def blob(self, sha256: str) -> bytes:
        if sha256 not in self.kept:
            raise NotFoundError(f"no blob {sha256}.")
        return self.kept[sha256]

    def blobs(self) -> Iterator[str]:
        return iter(sorted(self.kept))

    def drop_blobs(self, hashes: Collection[str]) -> tuple[str, ...]:
        said = "".join(event.payload for event in self.log)
        gone = tuple(sorted(h for h in hashes if h in self.kept and h not in said))
        for sha256 in gone:
            del self.kept[sha256]
            self.notes = {name: text for name, text in self.notes.items() if sha256 not in text}
        return gone

    def put_under_way(self, name: str, text: str | None) -> None:
        self.notes.pop(name, None)
        if text is not None:
            self.notes[name] = text

    def under_way(self, name: str) -> str | None:
        return self.notes.get(name)

    def put_actor(self, actor: Actor) -> None:
        self.people[actor.id] = actor

    def actors(self) -> dict[str, Actor]:
        return dict(self.people)

    def verify(self) -> None:
        check_chain(self.log, review_id=self.review_id, seq=self.chain.seq, head=self.chain.head)

    def rebuild(self) -> int:
        return self.chain.seq

    def close(self) -> None:
        pass


def say(store: MemoryStore, *payloads: object) -> list[Event]:
    return record(store, [Saying(payload=payload, actor="person:anna") for payload in payloads])


@pytest.fixture(scope="session")
def new_store() -> type[MemoryStore]:
    """What makes an empty store, for tests that need many."""
    return MemoryStore


@pytest.fixture
def empty() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(small, empty) -> MemoryStore:
    """A small review that holds a study and a row."""
    say(empty, *small.start())
    return empty
