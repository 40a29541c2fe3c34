"""What a snapshot says of itself: ``snapshot.json``, the list of its files with their hashes.

::

    snapshot.json           format, review, recorded end, counts, files with SHA-256
    actors.json             who acts: ids, kinds, names, addresses
    events/000001.jsonl     events 1 to 1,000, one canonical JSON object a line
    blobs/ab/abcdef...      the bytes of each file, under their SHA-256
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from ranvier.errors import NotFoundError, SnapshotError

__all__ = [
    "ACTORS",
    "CHUNK",
    "FORMAT",
    "MANIFEST",
    "Counts",
    "FileEntry",
    "Manifest",
    "blob_path",
    "events_path",
    "is_snapshot",
    "manifest_text",
    "read_manifest",
]

#: Version of the format; a reader refuses what it does not know.
FORMAT = 1

#: Events in one file: a longer log changes the last file only.
CHUNK = 1_000

MANIFEST = "snapshot.json"
ACTORS = "actors.json"

REMEDY = "Take the snapshot again from its origin, or from version control."

#: The only paths a snapshot may name: nothing outside its folder.
_PATH = re.compile(r"actors\.json|events/\d{6}\.jsonl|blobs/([0-9a-f]{2})/\1[0-9a-f]{62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of a snapshot: path in its folder, size and SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many events, actors and blobs a snapshot holds."""

    events: int
    actors: int
    blobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot says of itself.

    Attributes
    ----------
    format : int
        Version of the format.
    review : str
        Id of the review.
    seq, head : int, str
        The recorded end of its log.
    counts : Counts
    files : tuple of FileEntry
        Every file but this one, ordered by path.
    """

    format: int
    review: str
    seq: int
    head: str
    counts: Counts
    files: tuple[FileEntry, ...]


def is_snapshot(folder: str | Path) -> bool:
    """Whether a folder holds a snapshot.

    Examples
    --------
    >>> is_snapshot("/nowhere")
    False
    """
    return (Path(folder) / MANIFEST).is_file()


def events_path(number: int) -> str:
    """Return the path of a file of events, counted from 1."""
    return f"events/{number:06d}.jsonl"


def blob_path(sha256: str) -> str:
    """Return the path of a blob."""
    return f"blobs/{sha256[:2]}/{sha256}"


def manifest_text(manifest: Manifest) -> bytes:
    """Write a manifest the one way it may be written."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def read_manifest(folder: str | Path) -> Manifest:
    """Read what a snapshot says of itself, and check that it makes sense.

    Raises
    ------
    NotFoundError
        If the folder holds no snapshot.
    SnapshotError
        If it is of another format, or was changed.
    """
    file = Path(folder) / MANIFEST
    if not file.is_file():
        raise NotFoundError(
            f"{folder} holds no snapshot (no {MANIFEST}).", remedy="Name the folder of a snapshot."
        )
    data = file.read_bytes()
    _require_format(data, file)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise SnapshotError(f"it does not fit: {error}.", file=str(file), remedy=REMEDY) from error
    if manifest_text(manifest) != data:
        raise SnapshotError(
            "it is not written as Ranvier writes it: it was changed.",
            file=str(file),
            row=_first_difference(manifest_text(manifest), data),
            remedy=REMEDY,
        )
    for problem in _problems(manifest):
        raise SnapshotError(problem, file=str(file), remedy=REMEDY)
    return manifest


def _require_format(data: bytes, file: Path) -> None:
    """Refuse what is not JSON, or of a format that we do not know."""
    try:
        found: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise SnapshotError(f"it is not JSON: {error}.", file=str(file), remedy=REMEDY) from error
    version = cast("dict[str, Any]", found).get("format") if isinstance(found, dict) else None
    if version != FORMAT:
        newer = isinstance(version, int) and version > FORMAT
        raise SnapshotError(
            f"the snapshot has format {version!r}; this Ranvier reads format {FORMAT}.",
            file=str(file),
            remedy="Update Ranvier: `pipx upgrade ranvier`." if newer else REMEDY,
        )


def _problems(manifest: Manifest) -> list[str]:
    """List what in a manifest contradicts itself."""
    paths = [entry.path for entry in manifest.files]
    events = [path for path in paths if path.startswith("events/")]
    wanted = [events_path(n + 1) for n in range(-(-manifest.seq // CHUNK))]
    blobs = [path for path in paths if path.startswith("blobs/")]
    problems = [
        f"it names {path!r}, which is no file of a snapshot."
        for path in paths
        if not _PATH.fullmatch(path)
    ]
    if paths != sorted(set(paths)) or ACTORS not in paths:
        problems.append("its list of files is not whole, or not in order.")
    if manifest.seq != manifest.counts.events or events != wanted:
        problems.append(f"its files of events do not add up to {manifest.seq} events.")
    if len(blobs) != manifest.counts.blobs:
        problems.append(f"it counts {manifest.counts.blobs} blobs and lists {len(blobs)}.")
    problems += [
        f"it lists {entry.path} with another hash than its name."
        for entry in manifest.files
        if entry.path.startswith("blobs/") and not entry.path.endswith(entry.sha256)
    ]
    return problems


def _first_difference(expected: bytes, found: bytes) -> int:
    """Return the first line, from 1, at which two texts differ."""
    pairs = enumerate(zip(expected.split(b"\n"), found.split(b"\n"), strict=False), start=1)
    return next((row for row, (a, b) in pairs if a != b), 1)
