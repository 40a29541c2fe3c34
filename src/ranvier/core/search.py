"""Search runs, the records they gave, and the clusters of records that describe one report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.core.value import Provenance

__all__ = ["Clustering", "Import", "Record", "RecordKind", "SearchRun"]

RecordKind = Literal["database", "register", "other"]


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
class Record:
    """A title and abstract as one source indexed it.

    Attributes
    ----------
    kind : {"database", "register", "other"} or None
        Side of the PRISMA flow; that of its search run if the file does not say.
    recalled : tuple of str
        Fields that were filled in from memory: no source was seen for them.
    raw : str or None
        The row as it came.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    registry_id: str | None = None
    type: str | None = None
    abstract: str | None = None
    kind: RecordKind | None = None
    provenance: Provenance = "found"
    recalled: tuple[str, ...] = ()
    source: str | None = None
    note: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file of records read at once: one event, however many records.

    Attributes
    ----------
    filename, file_sha256 : str
        The file as it came (kept as a blob).
    reader : str
        What read it, with its version: a rebuild never depends on today's reader.
    records_sha256 : str
        Blob with the records read, one canonical JSON object a line.
    count : int
    """

    id: str
    search_run: str
    filename: str
    file_sha256: str
    reader: str
    records_sha256: str
    count: int


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
