"""The store: one review in SQLite or PostgreSQL, behind `ranvier.workflow.ports.Store`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from ranvier.core.event import Draft, Event
from ranvier.core.fold import Standing
from ranvier.core.review import Actor
from ranvier.errors import NotFoundError, ReadOnlyError, StorageError
from ranvier.storage import verify as proof
from ranvier.storage.drafts import check, check_text
from ranvier.storage.engines import Database
from ranvier.storage.log import PAGE, page, recorded_end
from ranvier.storage.projections import rebuild, standing_of
from ranvier.storage.schema import ACTOR, BLOB, EVENT, TALLY, THING, UNDER_WAY
from ranvier.storage.writer import Writer

__all__ = ["SqlStore"]

_SHA256 = re.compile(r"[0-9a-f]{64}")


class SqlStore:
    """One review in a SQL database. Made by :func:`open_folder` and its siblings.

    Any number of threads may use it at once. Use it as a context manager, or close it.

    Attributes
    ----------
    where : str
        The file or database it is kept in, without a password.
    """

    def __init__(
        self, database: Database, *, writer: Writer | None, let_go: Callable[[], None]
    ) -> None:
        self._database = database
        self._writer = writer
        self._let_go = let_go
        self._closed = False
        self._frozen: str | None = None

    @property
    def review_id(self) -> str:
        """Id of the review."""
        return self._database.review_id

    @property
    def where(self) -> str:
        """The file or database it is kept in."""
        return self._database.where

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Append drafts, all or none, and return their events once they are durable.

        Parameters
        ----------
        drafts : sequence of Draft
            A draft whose ``client_id`` is in the log already is not appended again: the event
            that is there is returned in its place.

        Raises
        ------
        InputError
            If a draft cannot be kept: an unknown type, a payload that does not fit it, an undo of
            an event that is not there, a file that was not put first, or a ``client_id`` that an
            event with other contents has.
        ReadOnlyError
            If the review was opened for reading.
        StorageError
            If the database refuses, or the store was closed.
        """
        writer = self._writing()
        checked = [check(draft) for draft in drafts]
        return writer.append(checked) if checked else []

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """Yield the log in order, from the event after `after`."""
        while True:
            with self._reading() as conn:
                events = page(conn, self.review_id, after=after)
            if not events:
                return
            yield from events
            if len(events) < PAGE:
                return
            after = events[-1].seq

    def head(self) -> tuple[int, str]:
        """Return the recorded end of the log: the last `seq` and its hash."""
        with self._reading() as conn:
            return recorded_end(conn, self.review_id)

    def standing(self) -> Iterator[Standing]:
        """Yield the projection of what stands, ordered by kind and id.

        It is read page by page: what is appended meanwhile may or may not be among it.
        """
        query = select(THING).where(THING.c.review_id == self.review_id)
        query = query.order_by(THING.c.kind, THING.c.id).limit(PAGE)
        last: tuple[str, str] | None = None
        while True:
            following = query if last is None else query.where(tuple_(*last) < _KEY)
            with self._reading() as conn:
                found = [standing_of(row) for row in conn.execute(following)]
            if not found:
                return
            yield from found
            last = found[-1].thing.kind, found[-1].thing.id

    def tally(self) -> dict[tuple[str, str], int]:
        """Return the number of things by kind and status, without reading them."""
        query = select(TALLY.c.kind, TALLY.c.status, TALLY.c.n)
        query = query.where(TALLY.c.review_id == self.review_id)
        query = query.order_by(TALLY.c.kind, TALLY.c.status)
        with self._reading() as conn:
            return {(kind, status): n for kind, status, n in conn.execute(query)}

    def put_blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256 and return it; the same bytes are kept once."""
        writer = self._writing()
        sha256 = hashlib.sha256(data).hexdigest()

        def work(conn: Connection) -> None:
            new = _insert(conn)(BLOB).values(
                review_id=self.review_id, sha256=sha256, bytes=bytes(data)
            )
            conn.execute(new.on_conflict_do_nothing())

        writer.run(work)
        return sha256

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of a blob.

        Raises
        ------
        NotFoundError
            If there is none of that hash.
        """
        query = select(BLOB.c.bytes)
        query = query.where(BLOB.c.review_id == self.review_id, BLOB.c.sha256 == sha256)
        with self._reading() as conn:
            data = conn.execute(query).scalar_one_or_none()
        if data is None:
            raise NotFoundError(
                f"this review holds no file with SHA-256 {sha256}.",
                remedy="`ranvier verify` says whether one is missing.",
            )
        return data

    def blobs(self) -> Iterator[str]:
        """Yield the hashes of all blobs in order."""
        query = select(BLOB.c.sha256).where(BLOB.c.review_id == self.review_id)
        with self._reading() as conn:
            hashes = list(conn.execute(query.order_by(BLOB.c.sha256)).scalars())
        yield from hashes

    def drop_blobs(self, hashes: Collection[str]) -> tuple[str, ...]:
        """Remove those of some blobs that no event names, and return their hashes in order.

        What was noted of long work that counted on one of them is removed with it: an import that
        was cut off begins anew. The log is read in the transaction that removes, so an event that
        names one is either there before, and keeps it, or is refused.
        """

        def work(conn: Connection) -> tuple[str, ...]:
            mine = {
                table: table.c.review_id == self.review_id for table in (EVENT, BLOB, UNDER_WAY)
            }
            kept = set(conn.execute(select(BLOB.c.sha256).where(mine[BLOB])).scalars())
            unnamed = kept.intersection(hashes)
            for payload in conn.execute(select(EVENT.c.payload).where(mine[EVENT])).scalars():
                unnamed.difference_update(_SHA256.findall(payload))
            for sha256 in unnamed:
                conn.execute(delete(BLOB).where(mine[BLOB], BLOB.c.sha256 == sha256))
            notes = conn.execute(select(UNDER_WAY.c.name, UNDER_WAY.c.text).where(mine[UNDER_WAY]))
            for name, text in notes.all():
                if unnamed.intersection(_SHA256.findall(text)):
                    gone = delete(UNDER_WAY).where(mine[UNDER_WAY], UNDER_WAY.c.name == name)
                    conn.execute(gone)
            return tuple(sorted(unnamed))

        return self._writing().run(work)

    def put_under_way(self, name: str, text: str | None) -> None:
        """Note how far long work has come; ``None`` when it is done."""
        check_text(text, name="text")

        def work(conn: Connection) -> None:
            held = UNDER_WAY.c.review_id == self.review_id, UNDER_WAY.c.name == name
            conn.execute(delete(UNDER_WAY).where(*held))
            if text is not None:
                row = {"review_id": self.review_id, "name": name, "text": text}
                conn.execute(insert(UNDER_WAY).values(row))

        self._writing().run(work)

    def under_way(self, name: str) -> str | None:
        """Return how far a piece of long work had come."""
        query = select(UNDER_WAY.c.text)
        query = query.where(UNDER_WAY.c.review_id == self.review_id, UNDER_WAY.c.name == name)
        with self._reading() as conn:
            return conn.execute(query).scalar_one_or_none()

    def put_actor(self, actor: Actor) -> None:
        """Add an actor, or change or erase the name and address of one.

        The log holds the actor's id only: it stays whole when a name is erased.
        """
        writer = self._writing()
        values = {"kind": actor.kind, "name": actor.name, "email": actor.email}
        for name, text in {"id": actor.id, **values}.items():
            check_text(text, name=f"actor {name}")

        def work(conn: Connection) -> None:
            new = _insert(conn)(ACTOR).values(review_id=self.review_id, id=actor.id, **values)
            conn.execute(
                new.on_conflict_do_update(index_elements=list(ACTOR.primary_key), set_=values)
            )

        writer.run(work)

    def actors(self) -> dict[str, Actor]:
        """Return all actors by id."""
        query = select(ACTOR.c.id, ACTOR.c.kind, ACTOR.c.name, ACTOR.c.email)
        query = query.where(ACTOR.c.review_id == self.review_id).order_by(ACTOR.c.id)
        with self._reading() as conn:
            return {
                id_: Actor(id=id_, kind=kind, name=name, email=email)
                for id_, kind, name, email in conn.execute(query)
            }

    def verify(self) -> None:
        """Prove the chain, the blobs, and that every projection equals a rebuild.

        Raises
        ------
        IntegrityError
            At the first thing that does not hold.
        """
        with self._reading() as conn:
            proof.verify(conn, self.review_id)

    def rebuild(self) -> int:
        """Drop every projection, make it anew from the log, and return the number of events."""
        return self._writing().run(lambda conn: rebuild(conn, self.review_id))

    def restore(self, work: Callable[[Connection], None]) -> None:
        """Fill an empty review in one transaction; for :mod:`ranvier.storage.snapshot`."""
        self._writing().run(work)

    def close(self) -> None:
        """Finish what is under way and let go of the review."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        self._database.close()
        self._let_go()

    def freeze(self, *, where: str) -> None:
        """Write no more: what was put together in memory is a view of `where` from now on."""
        if self._writer is not None:
            self._writer.close()
        self._writer, self._frozen = None, where

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _writing(self) -> Writer:
        """Return the writer, if this store may write."""
        if self._frozen is not None:
            raise ReadOnlyError(
                "a snapshot is for reading.",
                file=self._frozen,
                remedy="Restore it into a review with `ranvier restore`, and write there.",
            )
        if self._writer is None:
            raise ReadOnlyError(
                "the review was opened for reading.",
                file=self.where,
                remedy="Open it for writing.",
            )
        return self._writer

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        """Give a connection to read with; the database's own errors become ours."""
        if self._closed:
            raise StorageError("the review was closed.", file=self.where, remedy="Open it again.")
        try:
            with self._database.read() as conn:
                yield conn
        except DBAPIError as error:
            raise StorageError(
                f"the database could not be read: {error.orig}.",
                file=self.where,
                remedy="Try again; if it stays, restore from a snapshot or backup.",
            ) from error


_KEY = tuple_(THING.c.kind, THING.c.id)


def _insert(conn: Connection) -> Any:
    """Return the engine's own INSERT, which can say ON CONFLICT."""
    return postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
