"""Write a review as a deterministic text tree: for git, an archive, a colleague.

The same review gives the same bytes, wherever it is kept. The tree is made beside its place and
moved there whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from uuid import uuid4

import msgspec

from ranvier.core.event import Event, check_chain
from ranvier.core.review import Actor
from ranvier.errors import InputError, IntegrityError, SnapshotError
from ranvier.storage.manifest import (
    ACTORS,
    CHUNK,
    FORMAT,
    MANIFEST,
    Counts,
    FileEntry,
    Manifest,
    blob_path,
    events_path,
    is_snapshot,
    manifest_text,
    read_manifest,
)
from ranvier.workflow.ports import Store

__all__ = ["actors_text", "event_line", "write_snapshot"]

#: All that a snapshot has at the top of its folder.
_TOP = frozenset({MANIFEST, ACTORS, "events", "blobs"})


def write_snapshot(store: Store, folder: str | Path) -> Manifest:
    """Write a review as a text tree.

    Parameters
    ----------
    store : Store
        What is appended while the snapshot is written is not in it.
    folder : str or Path
        A folder of its own: new, empty, or with an older snapshot of the same review, which is
        replaced.

    Returns
    -------
    Manifest
        What was written.

    Raises
    ------
    InputError
        If the folder holds anything else.
    IntegrityError
        If the log or a blob does not hold; then nothing is written.
    """
    folder = Path(folder).resolve()
    _refuse_foreign(folder, store.review_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f".{folder.name}.{uuid4().hex}.new")
    new.mkdir()
    try:
        manifest = _write_tree(store, new)
        _move_into_place(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return manifest


def event_line(event: Event) -> bytes:
    """Write an event as one line of canonical JSON.

    It has strings, integers and nulls only, for which sorted keys without spaces are RFC 8785.
    """
    return msgspec.json.encode(event, order="sorted") + b"\n"


def actors_text(actors: dict[str, Actor]) -> bytes:
    """Write actors the one way they may be written."""
    held = [asdict(actor) for _, actor in sorted(actors.items())]
    return f"{json.dumps(held, ensure_ascii=False, sort_keys=True, indent=1)}\n".encode()


def _write_tree(store: Store, folder: Path) -> Manifest:
    """Write every file of a snapshot into an empty folder."""
    seq, head = store.head()
    files: list[FileEntry] = []
    written = _write_events(islice(store.events(), seq), folder, files)
    check_chain(written, review_id=store.review_id, seq=seq, head=head)
    for sha256 in store.blobs():
        entry = _write(folder, blob_path(sha256), store.blob(sha256))
        if entry.sha256 != sha256:
            raise IntegrityError(
                f"blob {sha256} was changed after it was kept.",
                remedy="Restore the review from an older snapshot or backup.",
            )
        files.append(entry)
    blobs = sum(entry.path.startswith("blobs/") for entry in files)
    actors = store.actors()
    files.append(_write(folder, ACTORS, actors_text(actors)))
    manifest = Manifest(
        format=FORMAT,
        review=store.review_id,
        seq=seq,
        head=head,
        counts=Counts(events=seq, actors=len(actors), blobs=blobs),
        files=tuple(sorted(files, key=lambda entry: entry.path)),
    )
    _write(folder, MANIFEST, manifest_text(manifest))
    _sync(folder)
    return manifest


def _write_events(events: Iterator[Event], folder: Path, files: list[FileEntry]) -> Iterator[Event]:
    """Write events in files of `CHUNK`, and hand them on to be checked."""
    number = 0
    while chunk := list(islice(events, CHUNK)):
        number += 1
        data = b"".join(map(event_line, chunk))
        files.append(_write(folder, events_path(number), data))
        yield from chunk


def _write(folder: Path, path: str, data: bytes) -> FileEntry:
    """Write one file so that it is on disk."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return FileEntry(path=path, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def _refuse_foreign(folder: Path, review_id: str) -> None:
    """Refuse a place that holds anything but an older snapshot of the same review."""
    remedy = "Name a new folder, or one of its own for the snapshot."
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError("this is a file, not a folder.", file=str(folder), remedy=remedy)
    found = sorted(path.name for path in folder.iterdir())
    if not found:
        return
    if not is_snapshot(folder):
        raise InputError(
            f"the folder is not empty and no snapshot (it holds {found[0]!r}).",
            file=str(folder),
            remedy=remedy,
        )
    foreign = [name for name in found if name not in _TOP]
    if foreign:
        raise InputError(
            f"beside an older snapshot the folder holds {foreign[0]!r}, which would be lost.",
            file=str(folder),
            remedy=remedy,
        )
    try:
        held = read_manifest(folder).review
    except SnapshotError as error:
        raise InputError(
            f"the older snapshot there cannot be read, so whose it is cannot be told: {error}",
            file=str(folder),
            remedy="Remove it, or name a new folder.",
        ) from error
    if held != review_id:
        raise InputError(
            f"the folder holds a snapshot of review {held!r}, not of {review_id!r}.",
            file=str(folder),
            remedy=remedy,
        )


def _move_into_place(new: Path, folder: Path) -> None:
    """Put a finished tree in its place; what was there is kept until it is."""
    if not folder.exists():
        new.rename(folder)
    else:
        old = new.with_suffix(".old")
        folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder, and in those below it, durable."""
    with suppress(PermissionError):  # the parent of the place may not be ours to open
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
