"""Open a review: in a folder, in PostgreSQL, or in memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Connection, create_engine, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from ranvier.core.event import GENESIS
from ranvier.errors import InputError, NotFoundError, StorageError
from ranvier.storage.engines import (
    memory_database,
    postgresql_database,
    sqlite_connection,
    sqlite_database,
)
from ranvier.storage.guard import (
    APPLICATION_ID,
    Keeper,
    Mount,
    mounts,
    refuse_foreign_wal,
    refuse_network,
    refuse_unsound,
    wal_of,
)
from ranvier.storage.migrate import migrate, require_current
from ranvier.storage.schema import REVIEW
from ranvier.storage.store import SqlStore
from ranvier.storage.writer import Writer

__all__ = [
    "DATABASE",
    "Mode",
    "is_review",
    "open_folder",
    "open_memory",
    "open_url",
    "review_ids",
]

Mode = Literal["write", "read"]

#: The database in the folder of a review.
DATABASE = "review.sqlite"


def is_review(folder: str | Path) -> bool:
    """Whether a folder holds a review.

    Examples
    --------
    >>> is_review("/nowhere")
    False
    """
    return (Path(folder) / DATABASE).is_file()


def open_folder(
    folder: str | Path,
    mode: Mode = "write",
    *,
    create: bool = False,
    review_id: str | None = None,
    mount_table: Sequence[Mount] | None = None,
) -> SqlStore:
    """Open the review in a folder (SQLite).

    Parameters
    ----------
    folder : str or Path
        The database in it is ``review.sqlite``.
    mode : {"write", "read"}
        One process may write; reading takes no lock and leaves the database as it is.
    create : bool
        Make a new review; the folder must not hold one.
    review_id : str or None
        Id of the review; required with `create`, otherwise it must be the one found.
    mount_table : sequence of Mount or None
        What is mounted where; this machine's mounts if not given.

    Raises
    ------
    NotFoundError
        If the folder holds no review and `create` is not set.
    InputError
        If it holds one and `create` is set, or if it is another review.
    BusyError
        If another process has it open for writing.
    StorageError
        If the folder is on a network file system, or the database is not Ranvier's, was written
        by a newer Ranvier, or was copied without its ``-wal`` file.
    """
    folder = Path(folder)
    path = folder / DATABASE
    if not create and not path.is_file():
        raise NotFoundError(
            f"{folder} holds no review (no {DATABASE}).",
            remedy="Name the folder of a review, or create one.",
        )
    refuse_network(folder, mounts() if mount_table is None else mount_table)
    if mode == "read":
        if create:
            raise InputError("a review cannot be created for reading.", remedy="Create it first.")
        refuse_unsound(path)
        return _store(path, review_id, keeper=None)
    if create:
        folder.mkdir(parents=True, exist_ok=True)
    keeper = Keeper(path)
    keeper.take()
    try:
        if create:
            _create_file(path, _required(review_id))
        refuse_unsound(path)
        refuse_foreign_wal(path)
        keeper.open()
    except BaseException:
        keeper.close("as it is")
        raise
    return _store(path, review_id, keeper=keeper)


def open_url(url: str, review_id: str, *, create: bool = False, mode: Mode = "write") -> SqlStore:
    """Open a review in PostgreSQL.

    Parameters
    ----------
    url : str
        ``postgresql+psycopg://user:password@host/database``; the tables are made when needed.
    review_id : str
        One database holds any number of reviews.
    create : bool
        Make a new review of that id.
    mode : {"write", "read"}

    Raises
    ------
    NotFoundError
        If the database holds no such review and `create` is not set.
    InputError
        If it holds one and `create` is set, or if the address is not PostgreSQL's.
    StorageError
        If the database cannot be reached, or was written by a newer Ranvier.
    """
    address = _postgresql(url)
    if mode == "read" and create:
        raise InputError("a review cannot be created for reading.", remedy="Create it first.")
    try:
        database = postgresql_database(address, review_id=review_id, writable=mode == "write")
    except ModuleNotFoundError as error:
        raise StorageError(
            "PostgreSQL needs the psycopg driver, which is not installed.",
            remedy="Install it: pip install 'ranvier[postgres]'.",
        ) from error
    try:
        if mode == "write":
            with database.write() as conn:
                _require_utf8(conn, database.where)
                migrate(conn, where=database.where)
                found = _ids(conn)
                if create:
                    if review_id in found:
                        raise _exists(review_id, database.where)
                    _insert_review(conn, _required(review_id))
                    found = {review_id}
        else:
            with database.read() as conn:
                require_current(conn, where=database.where)
                found = _ids(conn)
        if review_id not in found:
            raise NotFoundError(
                f"{database.where} holds no review {review_id!r}.",
                remedy="Create it, or name one of: " + (", ".join(sorted(found)) or "none yet"),
            )
    except DBAPIError as error:
        database.close()
        raise StorageError(
            f"the database cannot be used: {str(error.orig).strip()}.",
            file=database.where,
            remedy="Check the address, that the server runs, and that the user may create tables.",
        ) from error
    except BaseException:
        database.close()
        raise
    writer = Writer(database) if mode == "write" else None
    return SqlStore(database, writer=writer, let_go=_nothing)


def review_ids(url: str) -> list[str]:
    """List the reviews in a PostgreSQL database; none where there are no tables yet.

    Raises
    ------
    StorageError
        If the database cannot be reached, or was written by a newer Ranvier.
    """
    database = postgresql_database(_postgresql(url), review_id="", writable=False)
    try:
        with database.read() as conn:
            if not inspect(conn).has_table(REVIEW.name):
                return []
            require_current(conn, where=database.where)
            return sorted(_ids(conn))
    except DBAPIError as error:
        raise StorageError(
            f"the database cannot be used: {str(error.orig).strip()}.",
            file=database.where,
            remedy="Check the address and that the server runs.",
        ) from error
    finally:
        database.close()


def open_memory(review_id: str) -> SqlStore:
    """Make an empty review in memory: for reading a snapshot without restoring it to disk."""
    database = memory_database(review_id=_required(review_id))
    with database.write() as conn:
        migrate(conn, where=database.where)
        _insert_review(conn, review_id)
    return SqlStore(database, writer=Writer(database), let_go=_nothing)


def _store(path: Path, review_id: str | None, *, keeper: Keeper | None) -> SqlStore:
    """Open a SQLite file that the guard let through; let go of it if that fails."""
    database = sqlite_database(path, review_id=review_id or "", writable=keeper is not None)
    try:
        try:
            if keeper is not None:
                with database.write() as conn:
                    migrate(conn, where=str(path))
            with database.read() as conn:
                require_current(conn, where=str(path))
                database.review_id = _only(_ids(conn), review_id, where=str(path))
        except DBAPIError as error:
            raise StorageError(
                f"the database cannot be used: {error.orig}.",
                file=str(path),
                remedy="Open it once for writing; if that fails, restore a snapshot or backup.",
            ) from error
    except BaseException:
        database.close()
        if keeper is not None:
            keeper.close()
        raise
    writer = None if keeper is None else Writer(database)
    return SqlStore(database, writer=writer, let_go=_nothing if keeper is None else keeper.close)


def _create_file(path: Path, review_id: str) -> None:
    """Make the database beside its place and move it there whole."""
    if path.exists():
        raise _exists(review_id, str(path))
    if wal_of(path).exists():
        raise StorageError(
            f"there is no database here, but the {wal_of(path).name} file of one, which may hold "
            "its latest events.",
            file=str(path.parent),
            remedy="Put its database back, or move the file away.",
        )
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)  # of a process that was killed; we hold the lock
    with closing(sqlite_connection(new, mode="mode=rwc")) as raw:
        raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        with engine.begin() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(conn, where=str(path))
            _insert_review(conn, review_id)
        engine.dispose()
    new.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make a rename in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _insert_review(conn: Connection, review_id: str) -> None:
    """Begin an empty log."""
    conn.execute(insert(REVIEW).values(id=review_id, seq=0, hash=GENESIS))


def _ids(conn: Connection) -> set[str]:
    """Return the ids of the reviews in a database."""
    return set(conn.execute(select(REVIEW.c.id)).scalars())


def _only(found: set[str], wanted: str | None, *, where: str) -> str:
    """Return the id of the one review in a file."""
    if len(found) != 1 or wanted not in (None, *found):
        raise InputError(
            f"the database holds review {', '.join(sorted(found)) or 'nothing'}, not {wanted!r}.",
            file=where,
            remedy="Name the review that is there, or leave its id out.",
        )
    return next(iter(found))


def _required(review_id: str | None) -> str:
    """Refuse a review without an id."""
    if not review_id:
        raise InputError("a new review needs a review_id.", remedy="Give it a short name.")
    return review_id


def _exists(review_id: str, where: str) -> InputError:
    """Say that there is a review already."""
    return InputError(
        f"there is a review here already ({review_id!r} cannot be created).",
        file=where,
        remedy="Open it without `create`, or name another place.",
    )


def _postgresql(url: str) -> URL:
    """Read the address of a PostgreSQL database."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise InputError(
            "this is not the address of a database.",
            remedy="It looks like postgresql+psycopg://user:password@host/database.",
        ) from error
    if address.get_backend_name() != "postgresql":
        raise InputError(
            f"{address.get_backend_name()} is not supported by address.",
            remedy="Use postgresql+psycopg://..., or a folder for SQLite.",
        )
    return address.set(drivername="postgresql+psycopg")


def _require_utf8(conn: Connection, where: str) -> None:
    """Refuse a PostgreSQL database that cannot hold every character."""
    encoding = conn.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StorageError(
            f"the database has encoding {encoding}.",
            file=where,
            remedy="Create it with ENCODING 'UTF8'.",
        )


def _nothing() -> None:
    """Nothing to let go of."""
