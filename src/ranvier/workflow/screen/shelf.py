"""The shelf: every record of a review, read by its id without reading the others.

The records of an import are kept compressed in the log's blobs, some thousands together. To show
one in a millisecond they are laid out once in a file beside the review, which is read through a
memory map: many reviewers share its pages, and none has to be in memory. The file is named after
the contents of the import, holds nothing that is not in the log, and may be removed at any time.
"""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
import weakref
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ranvier.core.record import Record, RecordKind, record_line
from ranvier.core.search import Import
from ranvier.errors import NotFoundError
from ranvier.workflow.known import read_records
from ranvier.workflow.ports import Store

__all__ = ["Shelf"]

#: Changes when what is laid out does, so that an older file is not read.
_LAYOUT = "cards-1"


@dataclass(frozen=True, slots=True)
class _Row:
    """The records of one import, one after the other.

    Attributes
    ----------
    starts : array of int
        Where each record begins, and where the last one ends.
    kinds : dict of str to int
        Records by the side of the flow that they name themselves; ``""`` if they name none.
    """

    ids: Sequence[str]
    starts: array[int]
    lines: mmap.mmap | bytes
    kinds: dict[str, int]

    def record(self, n: int) -> Record:
        """Read the record at a place."""
        return msgspec.json.decode(self.lines[self.starts[n] : self.starts[n + 1]], type=Record)


class Shelf:
    """Records by id, laid out in a folder.

    Parameters
    ----------
    store : Store
    folder : Path or None
        Where to lay them out; a temporary folder of its own if None.
    """

    def __init__(self, store: Store, folder: Path | None) -> None:
        self._store = store
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="ranvier-cards-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder / _LAYOUT
        self._rows: dict[str, _Row] = {}
        self._place: dict[str, tuple[str, int]] = {}

    def put(self, imported: Import) -> Sequence[str]:
        """Lay out an import, if it is not yet, and return the ids of its records in order."""
        row = self._rows.get(imported.id)
        if row is None:
            row = self._read(imported) or self._lay_out(imported)
            self._rows[imported.id] = row
            for n, id in enumerate(row.ids):
                self._place.setdefault(id, (imported.id, n))
        return row.ids

    def record(self, id: str) -> Record:
        """Return a record, without the text it was read from.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        return self._rows[self.import_of(id)].record(self._place[id][1])

    def import_of(self, id: str) -> str:
        """Return the import that brought a record."""
        if id not in self._place:
            raise NotFoundError(
                f"this review has no record {id!r}.", remedy="Take one of the queue's."
            )
        return self._place[id][0]

    def kinds(self, imported: str, kind: RecordKind) -> Counter[RecordKind | None]:
        """Count the records of an import by side of the flow; `kind` is that of its search run."""
        found: Counter[RecordKind | None] = Counter()
        for said, n in self._rows[imported].kinds.items():
            found[said or kind] += n  # pyright: ignore[reportArgumentType] (a kind or "")
        return found

    def _read(self, imported: Import) -> _Row | None:
        """Open what was laid out before, if it is whole."""
        path = self._folder / imported.records_sha256
        try:
            index = msgspec.msgpack.decode((path.with_suffix(".index")).read_bytes(), type=_Index)
            starts = array("q")
            starts.frombytes(index.starts)
            if path.stat().st_size != starts[-1] or len(starts) != len(index.ids) + 1:
                return None
        except (OSError, msgspec.DecodeError, ValueError, IndexError):
            return None
        return _Row(index.ids, starts, _mapped(path), index.kinds)

    def _lay_out(self, imported: Import) -> _Row:
        """Write the records of an import to a file that can be read anywhere."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ids: list[str] = []
        starts = array("q", [0])
        kinds: Counter[str] = Counter()
        path = self._folder / imported.records_sha256
        handle, temporary = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            for record in read_records(self._store, imported):
                line = record_line(replace(record, raw=None, tags={}, extra=()))
                file.write(line)
                ids.append(record.id)
                starts.append(starts[-1] + len(line))
                kinds[record.kind or ""] += 1
        Path(temporary).replace(path)
        index = _Index(ids=tuple(ids), starts=starts.tobytes(), kinds=dict(kinds))
        handle, temporary = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(index))
        Path(temporary).replace(path.with_suffix(".index"))
        return _Row(ids, starts, _mapped(path), dict(kinds))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """Where the records of a file are."""

    ids: tuple[str, ...]
    starts: bytes
    kinds: dict[str, int]


def _mapped(path: Path) -> mmap.mmap | bytes:
    """Map a file into memory; an empty one cannot be."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
