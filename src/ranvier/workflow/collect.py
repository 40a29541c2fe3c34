"""Collecting: a search run and the records it gave, from a file as it came.

A file is one event, however long. A short one is kept whole; a long one, and its records, in
parts, each kept as soon as it is read. How far it has come is noted after each part, so that an
import that was cut off goes on from there; the parts are known by their contents, so nothing is
kept twice; and the event that makes the records part of the review comes last.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path

import msgspec

from ranvier.core.record import record_line
from ranvier.core.search import Import, ImportPart, Record, SearchRun
from ranvier.errors import InputError, RuleError
from ranvier.formats import LISTS_OF_IDS, Detected, Problem, RecordFile, open_records
from ranvier.workflow.known import known
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

__all__ = ["Collected", "Preview", "import_records", "preview_records", "search_runs"]

#: Records in a part: some 10 MB of text.
PART = 2_000

#: Bytes in a piece of a file; a file that is no longer is kept whole.
PIECE = 8 << 20

Progress = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What an import changed.

    Attributes
    ----------
    new : int
        Records added.
    already : bool
        Whether the same file was imported before, so that nothing was changed.
    resumed : int
        Records that had been kept before the import was cut off.
    total : int
        Records in the review afterwards.
    problems : tuple of Problem
        The first places of the file that could not be read as they should; `odd` counts all.
    """

    import_id: str
    new: int
    already: bool
    detected: Detected | None = None
    resumed: int = 0
    total: int = 0
    odd: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would give.

    Attributes
    ----------
    filled : dict of str to int
        Field -> records that have it.
    titles : tuple of str
        The first three.
    """

    filename: str
    detected: Detected
    count: int
    filled: dict[str, int]
    titles: tuple[str, ...]
    odd: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Journal:
    """How far an import has come."""

    reader: str
    pieces: list[str] = field(default_factory=list[str])
    parts: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    odd: int = 0


def preview_records(path: str | Path | bytes, *, name: str | None = None) -> Preview:
    """Read a file and say what it would give, changing nothing."""
    file = _opened(path, name)
    filled: Counter[str] = Counter()
    titles: list[str] = []
    count = 0
    for one in file:
        count += 1
        if len(titles) < 3:
            titles.append(one.title)
        filled.update(name for name in _SHOWN if getattr(one, name))
    return Preview(
        filename=file.source.name,
        detected=file.detected,
        count=count,
        filled={name: filled[name] for name in _SHOWN if filled[name]},
        titles=tuple(titles),
        odd=file.report.counted,
        problems=tuple(file.report.problems),
    )


_SHOWN = tuple(
    f.name for f in fields(Record)
    if f.name not in ("id", "provenance", "recalled", "raw", "line", "tags", "registry_id", "kind")
)  # fmt: skip


def import_records(
    store: Store,
    search: SearchRun | str,
    filename: str,
    data: bytes | Path,
    *,
    actor: str,
    at: str | None = None,
    client_id: str | None = None,
    import_id: str | None = None,
    progress: Progress | None = None,
    beside: Sequence[Saying] = (),
) -> Collected:
    """Read a file of records and add it to the review as one event.

    Parameters
    ----------
    search : SearchRun or str
        The search run it belongs to, or the id of one that is recorded already.
    filename : str
        What the file is called.
    data : bytes or Path
        The file as it came; it is kept.
    progress : callable or None
        Told now and then how many records have been kept, and what share of the file that is.
    beside : sequence of Saying
        What is recorded with the import, all or none.

    Returns
    -------
    Collected
        With `already` true, and nothing changed, if the same file was imported before.

    Raises
    ------
    InputError
        If it is no file of records that we know, or a list of ids only.
    RuleError
        If a record id is taken already.
    """
    file = _opened(data, filename)
    sha256 = file.source.sha256()
    with known(store) as ledger:
        before: list[Import] = list(ledger.of("import").values())
    total = sum(i.count for i in before)
    for imported in before:
        if imported.file_sha256 == sha256:
            store.put_under_way(_note(sha256), None)
            return Collected(import_id=imported.id, new=0, already=True, total=total)
    if file.source.size <= PIECE:
        imported, resumed = _kept_whole(store, file, sha256, import_id, before)
    else:
        imported, resumed = _kept_in_parts(store, file, sha256, import_id, progress)
    imported = replace(imported, search_run=search if isinstance(search, str) else search.id)
    sayings = [] if isinstance(search, str) else [Saying(payload=search, actor=actor, at=at)]
    sayings.append(Saying(payload=imported, actor=actor, at=at, client_id=client_id, file=filename))
    record(store, [*sayings, *beside])
    store.put_under_way(_note(sha256), None)
    return Collected(
        import_id=imported.id,
        new=imported.count,
        already=False,
        detected=file.detected,
        resumed=resumed,
        total=total + imported.count,
        odd=imported.problems,
        problems=tuple(file.report.problems),
    )


def search_runs(store: Store) -> dict[str, SearchRun]:
    """Return the search runs of a review by id, without reading its records."""
    with known(store) as ledger:
        return dict(ledger.of("search"))


def _opened(data: bytes | str | Path, name: str | None) -> RecordFile:
    """Open a file of records; a list of ids is none."""
    file = open_records(data, name)
    if file.detected.format in LISTS_OF_IDS:
        raise InputError(
            "this is a list of ids from PubMed's E-utilities: it holds no records.",
            file=file.source.name,
            remedy="Fetch the records by these ids, and import what efetch gives.",
        )
    return file


def _note(sha256: str) -> str:
    """Name the note on how far the import of a file has come."""
    return f"import/{sha256}"


def _kept_whole(
    store: Store, file: RecordFile, sha256: str, import_id: str | None, before: list[Import]
) -> tuple[Import, int]:
    """Keep a short file and its records, one blob each."""
    records = list(file)
    taken = {i.id for i in before}
    number = len(before) + 1
    while f"import-{number}" in taken:
        number += 1
    id = import_id or f"import-{number}"
    records, own = _named_apart(records, id, first=1)
    _refuse_taken(store, own, file.source.name)
    with file.source.opened() as opened:
        whole = opened.read()
    return (
        Import(
            id=id,
            search_run="",
            filename=file.source.name,
            file_sha256=store.put_blob(whole),
            reader=file.reader,
            records_sha256=store.put_blob(b"".join(map(record_line, records))),
            count=len(records),
            numbering="given" if records and not own else "own",
            problems=file.report.counted,
        ),
        0,
    )


def _kept_in_parts(
    store: Store, file: RecordFile, sha256: str, import_id: str | None, progress: Progress | None
) -> tuple[Import, int]:
    """Keep a long file and its records in parts, going on where an import was cut off."""
    id = import_id or f"import-{sha256[:12]}"
    journal = _journal(store, sha256, file.reader)
    resumed = sum(count for _, count in journal.parts)
    _keep_pieces(store, file, journal, sha256)
    done, size, seen = resumed, max(file.source.size, 1), 0
    own: set[str] = set()
    reading = file.read(skip=resumed)
    first = journal.odd
    while batch := list(islice(reading, PART)):
        batch, named = _named_apart(batch, id, first=done + 1)
        own |= named
        lines = b"".join(map(record_line, batch))
        seen += sum(len(r.raw or "") for r in batch)
        journal.parts.append((store.put_blob(zlib.compress(lines, 1)), len(batch)))
        journal.odd = first + file.report.counted
        done += len(batch)
        if not own:
            store.put_under_way(_note(sha256), msgspec.json.encode(journal).decode())
        if progress is not None:
            share = done / max(done, resumed + round((done - resumed) * size / max(seen, 1)))
            progress(done, min(share, 1.0))
    _refuse_taken(store, own, file.source.name)
    parts = [
        ImportPart(file_sha256=piece, records_sha256=None, count=0) for piece in journal.pieces
    ]
    parts += [ImportPart(file_sha256=None, records_sha256=s, count=n) for s, n in journal.parts]
    fingerprint = hashlib.sha256("".join(s for s, _ in journal.parts).encode()).hexdigest()
    imported = Import(
        id=id,
        search_run="",
        filename=file.source.name,
        file_sha256=sha256,
        reader=file.reader,
        records_sha256=fingerprint,
        count=done,
        parts=tuple(parts),
        numbering="given" if done and not own else "own",
        problems=journal.odd,
    )
    return imported, resumed


def _journal(store: Store, sha256: str, reader: str) -> _Journal:
    """Find out how far an import by the same reader had come."""
    text = store.under_way(_note(sha256))
    if text is not None:
        journal = msgspec.json.decode(text, type=_Journal)
        if journal.reader == reader:
            return journal
    return _Journal(reader=reader)


def _keep_pieces(store: Store, file: RecordFile, journal: _Journal, sha256: str) -> None:
    """Keep the file as it came, piece by piece."""
    with file.source.opened() as opened:
        opened.seek(len(journal.pieces) * PIECE)
        for piece in _pieces(opened.read):
            journal.pieces.append(store.put_blob(piece))
            store.put_under_way(_note(sha256), msgspec.json.encode(journal).decode())


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Read the rest of a file in pieces."""
    while piece := read(PIECE):
        yield piece


def _named_apart(
    records: list[Record], import_id: str, *, first: int
) -> tuple[list[Record], set[str]]:
    """Put the import's id before the numbers that the reader gave; also return all other ids.

    Parameters
    ----------
    first : int
        Place of the first record in the file, counted from 1.
    """
    named: list[Record] = []
    own: set[str] = set()
    for n, one in enumerate(records, first):
        if one.id == f"r{n:06d}":
            named.append(replace(one, id=f"{import_id}/{one.id}"))
        else:
            named.append(one)
            own.add(one.id)
    return named, own


def _refuse_taken(store: Store, ids: set[str], filename: str) -> None:
    """Refuse records whose ids other records have."""
    with known(store) as ledger:
        taken = sorted(ids & ledger.records)
    if taken:
        raise RuleError(
            [f"{len(taken)} record ids are taken already, such as {taken[0]!r}."],
            file=filename,
            remedy="Give the new records other ids, or leave the id column out.",
        )
