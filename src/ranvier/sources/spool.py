"""Pages on disk until they are imported: a page is there whole, or it is not there.

Each page is a file: one line of JSON that says what it is and where to go on, then the answer as
it came. It is written beside its place, synced, and moved there; so a retrieval that is killed at
any moment finds every page that it has acknowledged, and where to go on is read from the pages
themselves.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uuid_utils
from filelock import FileLock, Timeout

from ranvier.errors import BusyError
from ranvier.workflow.ports import Asked, Page, Place

__all__ = ["FolderSpool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What the first line of a page says."""

    place: Place
    page: Page
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a spool is of."""

    id: str
    began: str
    source: str
    host: str
    asked: Asked


class FolderSpool:
    """A folder of pages of one retrieval; the same search finds it again.

    Parameters
    ----------
    folder : Path
        Where spools lie.
    source, host : str
        Key of the connector, and the host it contacts.
    asked : Asked
        What it is asked: another query has a spool of its own.

    Raises
    ------
    BusyError
        If another process is fetching the same search.
    """

    def __init__(self, folder: Path, *, source: str, host: str, asked: Asked) -> None:
        told = msgspec.json.encode((source, host, asked), order="sorted")
        self._folder = folder / f"{source}-{hashlib.sha256(told).hexdigest()[:16]}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / f"{self._folder.name}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise BusyError(
                "another process is running this search for this review.",
                remedy="Wait until it is done, or end it.",
            ) from None
        about = self._folder / "about.json"
        if not about.is_file():
            fresh = _About(
                id=str(uuid_utils.uuid7()),
                began=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                source=source,
                host=host,
                asked=asked,
            )
            _write(about, msgspec.json.format(msgspec.json.encode(fresh), indent=2) + b"\n")
        held = msgspec.json.decode(about.read_bytes(), type=_About)
        self.id, self.began = held.id, held.began
        self._count = self._drop_broken()

    def keep(self, place: Place, page: Page) -> None:
        """Keep a page; durable when this returns."""
        head = _Head(
            place=place,
            page=replace(page, body=b""),
            sha256=hashlib.sha256(page.body).hexdigest(),
        )
        self._count += 1
        _write(self._page(self._count), msgspec.json.encode(head) + b"\n" + page.body)

    def kept(self) -> Iterator[tuple[Place, Page]]:
        """Yield the pages in the order in which they were kept, without their bodies."""
        for number in range(1, self._count + 1):
            with self._page(number).open("rb") as file:
                head = msgspec.json.decode(file.readline(), type=_Head)
            yield head.place, head.page

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies of the pages in order."""
        for number in range(1, self._count + 1):
            yield self._page(number).read_bytes().partition(b"\n")[2]

    def path(self, name: str) -> Path:
        """Return the path of a file beside the pages."""
        return self._folder / name

    def clear(self) -> None:
        """Remove everything: it is in the review now."""
        shutil.rmtree(self._folder)
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of it, so that it can be gone on with."""
        self._lock.release()

    def _page(self, number: int) -> Path:
        """Return the path of a page."""
        return self._folder / f"{number:06d}.page"

    def _drop_broken(self) -> int:
        """Count the pages that are whole; what comes after a damaged one is fetched again."""
        whole = 0
        while self._page(whole + 1).is_file() and _is_whole(self._page(whole + 1)):
            whole += 1
        number = whole + 1
        while self._page(number).is_file():
            self._page(number).unlink()
            number += 1
        return whole


def _is_whole(page: Path) -> bool:
    """Say whether a page is as it was written."""
    line, _, body = page.read_bytes().partition(b"\n")
    try:
        head = msgspec.json.decode(line, type=_Head)
    except msgspec.MsgspecError:
        return False
    return hashlib.sha256(body).hexdigest() == head.sha256


def _write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves all of it or nothing."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
