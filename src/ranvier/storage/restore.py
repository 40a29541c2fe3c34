"""Read a snapshot back: prove it whole first, then fill an empty review in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from ranvier.core.event import Event, check_chain
from ranvier.core.review import Actor
from ranvier.errors import InputError, IntegrityError, SnapshotError
from ranvier.storage.drafts import check_text, read
from ranvier.storage.engines import bulk_insert
from ranvier.storage.log import bulk_add, move_end, recorded_end
from ranvier.storage.manifest import (
    ACTORS,
    CHUNK,
    MANIFEST,
    REMEDY,
    FileEntry,
    Manifest,
    events_path,
    read_manifest,
)
from ranvier.storage.projections import rebuild
from ranvier.storage.schema import ACTOR, BLOB
from ranvier.storage.snapshot import actors_text, event_line
from ranvier.storage.store import SqlStore
from ranvier.storage.verify import needed_blobs

__all__ = ["check_snapshot", "restore_snapshot"]

_EVENT = msgspec.json.Decoder(Event)
_ACTORS = msgspec.json.Decoder(list[Actor])


@dataclass(slots=True)
class _Place:
    """Where reading has got to."""

    file: str = MANIFEST
    row: int | None = None


def check_snapshot(folder: str | Path) -> Manifest:
    """Prove that a snapshot is whole and unchanged, without restoring it.

    Raises
    ------
    NotFoundError
        If the folder holds no snapshot.
    SnapshotError
        Naming the file, the row where there is one, and the remedy.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    _refuse_unlisted(folder, manifest)
    place = _Place()
    events = _read_events(folder, manifest, place)
    try:
        check_chain(events, review_id=manifest.review, seq=manifest.seq, head=manifest.head)
    except IntegrityError as error:
        raise SnapshotError(
            error.message, file=str(folder / place.file), row=place.row, remedy=REMEDY
        ) from error
    _read_actors(folder, manifest)
    for entry in _blobs(manifest):
        _read(folder, entry)
    return manifest


def restore_snapshot(folder: str | Path, store: SqlStore) -> Manifest:
    """Fill an empty review from a snapshot: the same events with the same hashes.

    Parameters
    ----------
    folder : str or Path
        The snapshot.
    store : SqlStore
        A new review of the id that :func:`read_manifest` gives; after an error it is as empty
        as before.

    Returns
    -------
    Manifest

    Raises
    ------
    InputError
        If the store is not empty, or for another review.
    SnapshotError
        Naming the file, the row where there is one, and the remedy.
    """
    folder = Path(folder)
    manifest = check_snapshot(folder)
    if store.review_id != manifest.review:
        raise InputError(
            f"the snapshot is of review {manifest.review!r}, the target of {store.review_id!r}.",
            remedy=f"Create the target with the id {manifest.review!r}.",
        )
    store.restore(lambda conn: _fill(conn, folder, manifest))
    return manifest


def _fill(conn: Connection, folder: Path, manifest: Manifest) -> None:
    """Insert everything; an error undoes all of it."""
    review_id = manifest.review
    if recorded_end(conn, review_id)[0] != 0:
        raise InputError(
            f"review {review_id!r} is not empty: a snapshot is restored into a new one.",
            remedy="Name another place.",
        )
    for table in (ACTOR, BLOB):
        conn.execute(table.delete().where(table.c.review_id == review_id))
    bulk_add(conn, _read_events(folder, manifest, _Place()))
    for entry in _blobs(manifest):
        bulk_insert(conn, BLOB, [(review_id, entry.sha256, _read(folder, entry))])
    actors = _read_actors(folder, manifest)
    bulk_insert(conn, ACTOR, [(review_id, a.id, a.kind, a.name, a.email) for a in actors])
    move_end(conn, review_id, seq=manifest.seq, head=manifest.head)
    try:
        rebuild(conn, review_id)
    except IntegrityError as error:
        raise _at_event(folder, error.seq or 1, error.message) from error
    held = {entry.sha256 for entry in _blobs(manifest)}
    for sha256, seq in needed_blobs(conn, review_id).items():
        if sha256 not in held:
            raise _at_event(folder, seq, f"blob {sha256} is not in the snapshot.")


def _read_events(folder: Path, manifest: Manifest, place: _Place) -> Iterator[Event]:
    """Yield the events of a snapshot, each checked by itself."""
    left = manifest.seq
    entries = {entry.path: entry for entry in manifest.files}
    for number in range(1, -(-manifest.seq // CHUNK) + 1):
        place.file, place.row = events_path(number), None
        file = folder / place.file
        data = _bytes(file)
        lines = data.split(b"\n")
        for row, line in enumerate(lines[:-1], start=1):
            place.row = row
            if row > min(left, CHUNK):
                raise SnapshotError("a line too many.", file=str(file), row=row, remedy=REMEDY)
            yield _event(line, file, row)
        if len(lines) - 1 < min(left, CHUNK) or lines[-1]:
            raise SnapshotError(
                "the file ends too early, or not with a line end.",
                file=str(file),
                row=len(lines),
                remedy=REMEDY,
            )
        _require_hash(data, entries[place.file], file)
        left -= CHUNK


def _event(line: bytes, file: Path, row: int) -> Event:
    """Read one line."""
    try:
        event = _EVENT.decode(line)
        checked = event_line(event) == line + b"\n"
    except (msgspec.DecodeError, UnicodeError) as error:
        raise SnapshotError(
            f"this is not an event: {error}.", file=str(file), row=row, remedy=REMEDY
        ) from error
    if not checked:
        raise SnapshotError(
            "the event is not written as Ranvier writes it: it was changed.",
            file=str(file),
            row=row,
            remedy=REMEDY,
        )
    try:
        read(event)
    except InputError as error:
        raise SnapshotError(
            error.message, file=str(file), row=row, remedy=error.remedy or REMEDY
        ) from error
    return event


def _read_actors(folder: Path, manifest: Manifest) -> list[Actor]:
    """Read who acts."""
    entry = next(entry for entry in manifest.files if entry.path == ACTORS)
    data = _read(folder, entry)
    file = str(folder / ACTORS)
    try:
        actors = _ACTORS.decode(data)
        for actor in actors:
            for text in (actor.id, actor.kind, actor.name, actor.email):
                check_text(text, name=f"actor {actor.id!r}")
    except (msgspec.DecodeError, UnicodeError, InputError) as error:
        raise SnapshotError(f"it does not fit: {error}.", file=file, remedy=REMEDY) from error
    whole = len(actors) == manifest.counts.actors
    if not whole or actors_text({actor.id: actor for actor in actors}) != data:
        raise SnapshotError(
            "it is not written as Ranvier writes it: it was changed.", file=file, remedy=REMEDY
        )
    return actors


def _blobs(manifest: Manifest) -> list[FileEntry]:
    """Return the blobs among the files."""
    return [entry for entry in manifest.files if entry.path.startswith("blobs/")]


def _read(folder: Path, entry: FileEntry) -> bytes:
    """Read a file and check its hash."""
    file = folder / entry.path
    data = _bytes(file)
    _require_hash(data, entry, file)
    return data


def _bytes(file: Path) -> bytes:
    """Read a file that the snapshot says it has."""
    if not file.is_file():
        raise SnapshotError("the file is missing from the snapshot.", file=str(file), remedy=REMEDY)
    return file.read_bytes()


def _require_hash(data: bytes, entry: FileEntry, file: Path) -> None:
    """Refuse a file that is not what the manifest says."""
    if hashlib.sha256(data).hexdigest() != entry.sha256 or len(data) != entry.bytes:
        raise SnapshotError(
            f"the file was changed: it does not have the hash that {MANIFEST} gives.",
            file=str(file),
            remedy=REMEDY,
        )


def _refuse_unlisted(folder: Path, manifest: Manifest) -> None:
    """Refuse files among the events and blobs that nobody listed."""
    listed = {entry.path for entry in manifest.files}
    for part in ("events", "blobs"):
        for file in sorted((folder / part).rglob("*")):
            path = file.relative_to(folder).as_posix()
            if not file.is_dir() and path not in listed:
                raise SnapshotError(
                    f"{MANIFEST} does not list this file.", file=str(file), remedy=REMEDY
                )


def _at_event(folder: Path, seq: int, message: str) -> SnapshotError:
    """Name the file and row of an event that does not hold."""
    chunk, row = divmod(seq - 1, CHUNK)
    file = str(folder / events_path(chunk + 1))
    return SnapshotError(message, file=file, row=row + 1, remedy=REMEDY)
