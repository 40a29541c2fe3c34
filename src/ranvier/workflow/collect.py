"""Collecting: a search run and the records it gave, from a file as it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from ranvier.core.record import record_line
from ranvier.core.search import Import, Record, SearchRun
from ranvier.errors import RuleError
from ranvier.formats import read_records
from ranvier.workflow.known import known
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

__all__ = ["Collected", "import_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What an import changed."""

    import_id: str
    new: int
    already: bool


def import_records(
    store: Store,
    search: SearchRun | str,
    filename: str,
    data: bytes,
    *,
    actor: str,
    at: str | None = None,
    client_id: str | None = None,
    import_id: str | None = None,
) -> Collected:
    """Read a file of records and add it to the review as one event.

    Parameters
    ----------
    search : SearchRun or str
        The search run it belongs to, or the id of one that is recorded already.
    filename, data : str, bytes
        The file as it came; it is kept.

    Returns
    -------
    Collected
        With `already` true, and nothing changed, if the same file was imported before.

    Raises
    ------
    InputError
        If the file cannot be read whole.
    RuleError
        If a record id is taken already.
    """
    reader, records = read_records(filename, data)
    sha256 = hashlib.sha256(data).hexdigest()
    with known(store) as ledger:
        before: list[Import] = list(ledger.of("import").values())
        taken_ids = frozenset(ledger.records)
    for imported in before:
        if imported.file_sha256 == sha256:
            return Collected(import_id=imported.id, new=0, already=True)
    id = import_id or f"import-{len(before) + 1}"
    records = _own_ids(records, id) if _numbered(records) else records
    taken = sorted({r.id for r in records} & taken_ids)
    if taken:
        raise RuleError(
            [f"{len(taken)} record ids are taken already, such as {taken[0]!r}."],
            file=filename,
            remedy="Give the new records other ids, or leave the id column out.",
        )
    lines = b"".join(map(record_line, records))
    search_id = search if isinstance(search, str) else search.id
    sayings = [] if isinstance(search, str) else [Saying(payload=search, actor=actor, at=at)]
    imported = Import(
        id=id,
        search_run=search_id,
        filename=filename,
        file_sha256=store.put_blob(data),
        reader=reader,
        records_sha256=store.put_blob(lines),
        count=len(records),
    )
    sayings.append(Saying(payload=imported, actor=actor, at=at, client_id=client_id, file=filename))
    record(store, sayings)
    return Collected(import_id=id, new=len(records), already=False)


def _numbered(records: list[Record]) -> bool:
    """Say whether the reader had to number the records itself."""
    return bool(records) and records[0].id == "r000001"


def _own_ids(records: list[Record], import_id: str) -> list[Record]:
    """Make numbers given by the reader unique across imports."""
    return [replace(r, id=f"{import_id}/{r.id}") for r in records]
