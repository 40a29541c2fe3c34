"""What would lose a SQLite review, and is refused before the file is touched.

SQLite's locks do not hold on network file systems; two processes must not write; and a database
copied while it is open, without its ``-wal`` file, has lost its latest events without a sign. So
an open database says so in its own header (``user_version``): marker open and no ``-wal`` beside
it means that it was copied apart from it. A process that was killed leaves both.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout

from ranvier.errors import BusyError, StorageError
from ranvier.storage.engines import PATIENCE, sqlite_connection

__all__ = [
    "Keeper",
    "Mount",
    "mounts",
    "refuse_foreign_wal",
    "refuse_network",
    "refuse_unsound",
    "wal_of",
]

#: ``application_id`` of our databases: "Rnvr".
APPLICATION_ID = 0x526E7672

#: ``user_version``: whether a process has the database open for writing.
CLOSED, OPEN = 0, 1

_NAMES = (
    "9p acfs afpfs afs beegfs ceph cephfs cifs coda curlftpfs davfs davfs2 drvfs gcsfuse gfs gfs2 "
    "glusterfs gpfs juicefs lustre mfs moosefs ncpfs nfs nfs3 nfs4 ocfs2 orangefs panfs pvfs2 "
    "rclone s3fs smb smb2 smb3 smbfs sshfs vboxsf vmhgfs vmhgfs-fuse webdav"
)

#: File systems that another machine serves; ``fuse.`` variants are matched by what follows.
NETWORK = frozenset(_NAMES.split())


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: where, and of which type."""

    point: str
    fstype: str


def mounts() -> list[Mount]:
    """Return what is mounted on this machine."""
    return [Mount(part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True)]


def refuse_network(folder: Path, table: Sequence[Mount]) -> None:
    """Refuse a folder on a network file system.

    Raises
    ------
    StorageError
        Naming the folder, the type of file system and what to do.
    """
    place = folder.resolve()
    held = [m for m in table if place.is_relative_to(m.point)]
    # Of two mounts on one point the later one is seen.
    nearest = max(reversed(held), key=lambda m: len(Path(m.point).parts), default=None)
    if nearest is None:
        return
    fstype = nearest.fstype.lower()
    if fstype in NETWORK or fstype.removeprefix("fuse.") in NETWORK:
        raise StorageError(
            f"the folder is on a network file system ({nearest.fstype}, mounted at "
            f"{nearest.point}), where SQLite can lose what it acknowledged.",
            file=str(folder),
            remedy="Keep the review on a local disk and share snapshots of it, or keep it in "
            "PostgreSQL.",
        )


def refuse_unsound(path: Path) -> None:
    """Refuse a file that is no Ranvier database, or was copied without its ``-wal`` file.

    Raises
    ------
    StorageError
        Naming the file and what to do.
    """
    wal = wal_of(path)
    before = wal.exists()
    try:
        # Immutable: looks at the main file alone, and leaves nothing beside it. Not a plain read
        # of the header: to close a file drops every lock that this process has on it.
        with closing(sqlite_connection(path, mode="mode=ro&immutable=1")) as conn:
            # A kill in the middle of a checkpoint leaves a file shorter than its header says.
            conn.execute("PRAGMA writable_schema=ON")
            (application,) = conn.execute("PRAGMA application_id").fetchone()
            (marker,) = conn.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"this is not a Ranvier database: {error}.",
            file=str(path),
            remedy="Name the folder of a review, or restore it from a snapshot or backup.",
        ) from error
    if application != APPLICATION_ID:
        raise StorageError(
            "this is a SQLite database, but not one of Ranvier's.",
            file=str(path),
            remedy="Name the folder of a review.",
        )
    # Looked for before and after, as another process may be opening or closing it right now.
    if marker == OPEN and not before and not wal.exists():
        raise StorageError(
            f"this database was copied while it was open, without its {wal.name} file: "
            "its latest events are missing.",
            file=str(path),
            remedy="Copy the whole folder again while Ranvier is closed, or use "
            "`ranvier snapshot`.",
        )


def refuse_foreign_wal(path: Path) -> None:
    """Refuse a closed database beside a ``-wal`` file, which then is of another state or database.

    SQLite removes the ``-wal`` before it says in the header that there is none. For the process
    that holds the lock only: see above why others must not read the file by themselves.

    Raises
    ------
    StorageError
        Naming the file and what to do.
    """
    wal = wal_of(path)
    with path.open("rb") as file:
        versions = file.read(20)[18:]  # of the file format: 1 without a WAL, 2 with one
    if wal.exists() and versions == b"\1\1":
        raise StorageError(
            f"the {wal.name} file beside this database belongs to another one: reading it would "
            "mix the two.",
            file=str(path),
            remedy=f"Move {wal.name} (and -shm) away, together with the database it came from.",
        )


def wal_of(path: Path) -> Path:
    """Return SQLite's write-ahead log beside a database."""
    return path.with_name(path.name + "-wal")


class Keeper:
    """Keeps a SQLite file for this process: the lock beside it, the marker in it, its WAL mode."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pid = path.with_name(path.name + ".pid")
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._conn: sqlite3.Connection | None = None

    def take(self) -> None:
        """Take the lock.

        Raises
        ------
        BusyError
            If another process has the review open for writing.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise BusyError(
                f"{_who(self._pid)} has this review open for writing.",
                file=str(self._path),
                remedy="Close it there first; or open the review for reading; or, for several "
                "writers, keep it in PostgreSQL.",
            ) from error
        self._pid.write_text(f"{os.getpid()}\n")

    def open(self) -> None:
        """Switch to WAL and mark the file open, in an order that any crash leaves sound.

        The mark is written to the WAL first and reaches the main file by a checkpoint: whoever
        finds it there without a ``-wal`` beside has a copy. This connection stays open, because
        SQLite deletes the ``-wal`` with the last one.
        """
        conn = sqlite_connection(self._path, mode="mode=rw")
        self._conn = conn
        try:
            conn.execute("PRAGMA synchronous=FULL")
            if conn.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                _without_journal(conn)
            (journal,) = conn.execute("PRAGMA journal_mode=WAL").fetchone()
            if journal != "wal":
                raise StorageError(
                    f"SQLite cannot keep a write-ahead log here (it says {journal!r}).",
                    file=str(self._path),
                    remedy="Keep the review on a local disk.",
                )
            self._mark(OPEN)
        except sqlite3.OperationalError as error:
            raise BusyError(
                f"the database could not be opened for writing within {PATIENCE:.0f} s: {error}.",
                file=str(self._path),
                remedy="Close whatever reads it, such as a SQLite browser, and try again.",
            ) from error

    def close(self, state: Literal["marked", "as it is"] = "marked") -> None:
        """Mark the file closed, fold the WAL into it, and let go of the lock."""
        if self._conn is not None:
            with closing(self._conn):
                if state == "marked":
                    self._mark(CLOSED)
                    # A closed review is one plain file, which reading needs not write beside. A
                    # reader in another process may be in the way: then it stays in WAL mode.
                    with suppress(sqlite3.OperationalError):
                        self._conn.execute("PRAGMA busy_timeout=0")
                        _without_journal(self._conn)
            self._conn = None
        self._pid.unlink(missing_ok=True)
        self._lock.release()

    def _mark(self, marker: Literal[0, 1]) -> None:
        """Write the marker and bring it into the main file."""
        assert self._conn is not None
        self._conn.execute(f"PRAGMA user_version={marker}")
        self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _without_journal(conn: sqlite3.Connection) -> None:
    """Make the change into or out of WAL mode without a journal file.

    It rewrites a few bytes in the first sector of the header, which cannot be torn. A journal that
    a killed process left would be no harm to a writer, but a reader could not roll it back.
    """
    conn.execute("PRAGMA journal_mode=MEMORY").fetchone()


def _who(pid: Path) -> str:
    """Name the process that holds the lock, as far as it can be known."""
    try:
        number = int(pid.read_text())
    except (OSError, ValueError):
        return "another process"
    if number == os.getpid():
        return "this process"
    try:
        return f"process {number} ({psutil.Process(number).name()})"
    except psutil.Error:
        return f"process {number}"
