"""Connections to the two engines, with what makes a commit durable on each.

A `Database` hands out read transactions to any thread, and write transactions to the one writer.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.pool import QueuePool, StaticPool

from ranvier.errors import StorageError

__all__ = ["Database", "bulk_insert", "memory_database", "postgresql_database", "sqlite_database"]

#: How long SQLite waits for a lock that a reader in another process holds, in seconds.
PATIENCE = 10.0

#: Rows handed to the driver at once when inserting in bulk.
BATCH = 20_000


class Database:
    """Read and write transactions on one database.

    Attributes
    ----------
    where : str
        What messages call it; holds no password.
    """

    def __init__(
        self,
        *,
        where: str,
        readers: Engine,
        writer: Engine | None,
        review_id: str,
        shared: bool = False,
    ) -> None:
        self.where = where
        self.review_id = review_id
        self._readers = readers
        self._writer = writer
        # One connection serves an in-memory database: its users take turns.
        self._turn = threading.RLock() if shared else nullcontext()

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Give a connection in a transaction that sees one state of the database."""
        with self._turn, self._readers.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Give a connection in a write transaction; commit at the end, roll back on an error."""
        assert self._writer is not None
        with self._turn, self._writer.begin() as conn:
            if conn.dialect.name == "postgresql":
                key = int.from_bytes(
                    hashlib.sha256(self.review_id.encode()).digest()[:8], signed=True
                )
                conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            yield conn

    def close(self) -> None:
        """Close every connection."""
        for engine in {id(e): e for e in (self._readers, self._writer) if e}.values():
            engine.dispose()


def sqlite_connection(path: Path, *, mode: str) -> sqlite3.Connection:
    """Open a SQLite file; transactions begin where we say, not where the driver guesses."""
    uri = f"file:{quote(str(path.resolve()))}?{mode}"
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=PATIENCE
    )


def sqlite_database(path: Path, *, review_id: str, writable: bool) -> Database:
    """Connect to a SQLite file that the guard has let through."""
    readers = _sqlite_engine(lambda: sqlite_connection(path, mode="mode=ro"), begin="BEGIN")
    writer = None
    if writable:
        writer = _sqlite_engine(
            lambda: sqlite_connection(path, mode="mode=rw"), begin="BEGIN IMMEDIATE", pool_size=1
        )
    return Database(where=str(path), readers=readers, writer=writer, review_id=review_id)


def memory_database(*, review_id: str) -> Database:
    """Make an empty database in memory."""
    engine = _sqlite_engine(
        lambda: sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False),
        begin="BEGIN IMMEDIATE",
        pool_size=None,
    )
    return Database(
        where=f"review {review_id} in memory",
        readers=engine,
        writer=engine,
        review_id=review_id,
        shared=True,
    )


def postgresql_database(url: URL, *, review_id: str, writable: bool) -> Database:
    """Connect to PostgreSQL through psycopg."""
    # A plan prepared while the tables were small would be kept when they are large.
    plain: dict[str, Any] = {"connect_args": {"prepare_threshold": None}, "pool_pre_ping": True}
    readers = create_engine(
        url, isolation_level="REPEATABLE READ", pool_size=5, max_overflow=20, **plain
    ).execution_options(postgresql_readonly=True)
    writer = None
    if writable:
        writer = create_engine(url, pool_size=1, max_overflow=0, **plain)

        @event.listens_for(writer, "connect")
        def durable(dbapi: Any, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
            """Acknowledge after the disk has it, whatever the server's default."""
            with dbapi.cursor() as cursor:
                cursor.execute("SET synchronous_commit = on")
            dbapi.commit()

    return Database(
        where=url.render_as_string(hide_password=True),
        readers=readers,
        writer=writer,
        review_id=review_id,
    )


def _sqlite_engine(creator: Any, *, begin: str, pool_size: int | None = 5) -> Engine:
    """Make an engine over connections of `creator` with our settings."""
    pool: dict[str, Any] = {"poolclass": StaticPool}
    if pool_size is not None:
        overflow = 0 if pool_size == 1 else 20
        pool = {"poolclass": QueuePool, "pool_size": pool_size, "max_overflow": overflow}
    engine = create_engine("sqlite://", creator=creator, **pool)

    @event.listens_for(engine, "connect")
    def settle(dbapi: sqlite3.Connection, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        """Durable commits, foreign keys, and erased names that are gone from the file."""
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
            dbapi.execute(f"PRAGMA {pragma}")
        dbapi.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def start(conn: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        """Take the write lock at once: a read that turns into a write could fail half-way."""
        conn.exec_driver_sql(begin)

    return engine


def bulk_insert(conn: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, given in the order of the table's columns, in as few steps as the engine has.

    Rows are taken in batches, so that they may come from a query on the same connection.
    """
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        if conn.dialect.name == "postgresql":
            _copy(conn, f"COPY {table.name} ({names}) FROM STDIN", batch)
        else:
            conn.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", batch)


def _copy(conn: Connection, command: str, rows: list[tuple[Any, ...]]) -> None:
    """Send rows by PostgreSQL's COPY, which SQLAlchemy has no word for."""
    driver: Any = conn.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
    except conn.dialect.loaded_dbapi.Error as error:
        raise StorageError(
            f"the database refused to write: {error}.",
            remedy="Nothing of it was kept; try again.",
        ) from error
