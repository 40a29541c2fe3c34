"""Search runs, the records they gave, and the clusters of records that describe one report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.core.record import Record, RecordKind

__all__ = [
    "Clustering",
    "Import",
    "ImportPart",
    "Record",
    "RecordKind",
    "Retrieval",
    "SearchRun",
    "Slice",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRun:
    """One search of one source.

    Attributes
    ----------
    source : str
        Name of what was searched, such as ``MEDLINE``.
    kind : {"database", "register", "other"}
        The side of the PRISMA flow it counts on.
    date : str
        Day it was run or the records were put together, ISO 8601.
    searched_through : str or None
        What the evidence is current to.
    strategy : str or None
        As run; ``None`` if it was not kept.
    """

    id: str
    source: str
    kind: RecordKind
    date: str
    searched_through: str | None = None
    strategy: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPart:
    """A piece of an imported file, and the records that were read from it.

    Attributes
    ----------
    file_sha256 : str or None
        Blob of the bytes of the piece.
    records_sha256 : str or None
        Blob of its records: JSON Lines, compressed with zlib.
    count : int
    """

    file_sha256: str | None
    records_sha256: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file of records read at once: one event, however many records.

    Attributes
    ----------
    filename, file_sha256 : str
        The file as it came (kept as a blob).
        SHA-256 of the whole file.
    reader : str
        What read it, with its version: a rebuild never depends on today's reader.
    records_sha256 : str
        Blob with the records read, one JSON object a line; or, of a file that was kept in
        `parts`, of the list of its parts.
    count : int
    parts : tuple of ImportPart
        The file and its records piece by piece; none where one blob holds each.
    numbering : {"own", "given"}
        Whether the records have ids of their own, or numbers in the order of the file.
    problems : int
        How many places of the file could not be read as they should.
    """

    id: str
    search_run: str
    filename: str
    file_sha256: str
    reader: str
    records_sha256: str
    count: int
    parts: tuple[ImportPart, ...] = ()
    numbering: Literal["own", "given"] = "own"
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Records judged to describe one report; records in no cluster stand for themselves.

    Attributes
    ----------
    clusters : dict of str to tuple of str
        Cluster id to the ids of its records, at least two each.
    method : str
        Who or what judged, with version and settings.
    """

    id: str
    method: str
    clusters: dict[str, tuple[str, ...]]
    why: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a search that was fetched by itself, because a source gives only so many at once.

    Attributes
    ----------
    name : str
        Such as the days it covers.
    counted, received : int
        What the source said that it has, and what it gave.
    """

    name: str
    counted: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """How a search run was fetched from its source by a connector.

    Attributes
    ----------
    search_run : str
        The search run it belongs to.
    source : str
        Key of the connector, such as ``pubmed``.
    platform, host : str
        What was asked, and the only host that was contacted.
    query, sent, understood : str
        The strategy as it was given, as it was sent, and as the source says it read it.
    counted, received : int
        Hits the source said that it has, and different records that it gave.
    known, imported : int
        Of those, records that an earlier run had brought, and records that are new.
    import_id : str or None
        The import that brought the new ones; ``None`` if there were none.
    since : str or None
        Only what the source added from this day on.
    limits : tuple of str
        What else narrowed the search, in words.
    missing : tuple of str
        Ids the source lists and does not give.
    notes : tuple of str
        What the source remarked, and what was odd.
    ids_sha256 : str
        Blob of the source's ids of all records received, one a line: after a plus sign if it is
        new, after an equals sign if it was known.
    """

    search_run: str
    source: str
    platform: str
    host: str
    query: str
    sent: str
    counted: int
    received: int
    known: int
    imported: int
    import_id: str | None
    ids_sha256: str
    tool: str
    understood: str | None = None
    since: str | None = None
    limits: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
