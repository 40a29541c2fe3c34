"""Labelled sets: records whose true clusters are known, and how far a deduplication agrees.

The format and the measure are those of ``reference/dedup/README.md``: CSV, gzipped perhaps, with
``cluster_id``; of each predicted cluster the first record is kept.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ranvier.core.search import Record
from ranvier.dedup.run import Deduplicated, deduplicate
from ranvier.dedup.score import Weights
from ranvier.errors import InputError

__all__ = ["Agreement", "Labelled", "measure", "pooled", "read_labelled"]

_NEEDED = ("record_id", "title", "cluster_id")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Records with the cluster each belongs to."""

    name: str
    records: tuple[Record, ...]
    truth: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far a deduplication agrees with the labels of one set.

    Attributes
    ----------
    removed, missed : int
        Duplicates rightly removed (TP), and extra records of a publication that stay (FN).
    works_lost : int
        Publications of which no record stays (FP): the error that costs a review a study.
    asked : int
        Pairs put to a person.
    asked_records : int
        Records in them.
    asked_found : int
        Of the missed duplicates, how many go when each pair is answered rightly.
    seconds, cpu_seconds : float
    """

    name: str
    records: int
    publications: int
    removed: int
    missed: int
    works_lost: int
    f1: float
    precision: float
    recall: float
    asked: int
    asked_records: int
    asked_found: int
    seconds: float
    cpu_seconds: float


def read_labelled(name: str, data: bytes) -> Labelled:
    """Read a labelled set.

    Raises
    ------
    InputError
        If it is no CSV with the columns ``record_id``, ``title`` and ``cluster_id``.

    Examples
    --------
    >>> read_labelled("s.csv", b"record_id,title,cluster_id\\n1,A trial,1\\n").truth
    ('1',)
    """
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(
            f"this is no CSV in UTF-8: {error}.", file=name, remedy="Name a labelled set as CSV."
        ) from error
    csv.field_size_limit(10**9)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in _NEEDED if c not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"the header line lacks {', '.join(missing)}.",
            file=name,
            row=1,
            remedy="The columns are those of reference/dedup/README.md.",
        )
    rows = list(reader)
    return Labelled(
        re.sub(r"\.csv(\.gz)?$", "", name.replace("\\", "/").rsplit("/", 1)[-1]),
        tuple(_record(row, name, line) for line, row in enumerate(rows, start=2)),
        tuple(row["cluster_id"] for row in rows),
    )


def _record(row: dict[str, str | None], name: str, line: int) -> Record:
    """Turn a row into a record."""

    def cell(column: str) -> str | None:
        return (row.get(column) or "").strip() or None

    id = cell("record_id")
    if id is None:
        raise InputError("this record has no record_id.", file=name, row=line, remedy="Fill it in.")
    year = re.match(r"\d{4}", cell("year") or "")
    authors = tuple(a.strip() for a in (cell("authors") or "").split(";") if a.strip())
    return Record(
        id=id,
        title=cell("title") or "",
        authors=authors,
        year=int(year[0]) if year else None,
        journal=cell("journal"),
        volume=cell("volume"),
        issue=cell("issue"),
        pages=cell("pages"),
        doi=cell("doi"),
        pmid=cell("pmid"),
        registry_id=cell("registry_id"),
        abstract=cell("abstract"),
        type=cell("entry_type"),
        source=cell("source"),
    )


def measure(labelled: Labelled, *, weights: Weights | None = None) -> Agreement:
    """Deduplicate a labelled set as any other and compare with the labels."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = deduplicate(labelled.records, weights=weights)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    ids = [record.id for record in labelled.records]
    if len(set(ids)) < len(ids):
        raise InputError(
            f"{labelled.name}: a record_id stands twice.", remedy="Give each record its own."
        )
    kept = _kept(ids, found.clusters)
    stay = Counter(t for t, id in zip(labelled.truth, ids, strict=True) if id in kept)
    works = set(labelled.truth)
    lost = sum(1 for work in works if stay[work] == 0)
    missed = sum(stay[work] - 1 for work in works if stay[work] > 1)
    removed = len(ids) - len(kept) - lost
    return Agreement(
        name=labelled.name,
        records=len(ids),
        publications=len(works),
        removed=removed,
        missed=missed,
        works_lost=lost,
        **_shares(removed, missed, lost),
        asked=len(found.questions),
        asked_records=len({id for q in found.questions for id in (q.a, q.b)}),
        asked_found=_found(labelled, found),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
    )


def pooled(found: Sequence[Agreement]) -> Agreement:
    """Add up the counts of several sets."""
    removed = sum(a.removed for a in found)
    missed = sum(a.missed for a in found)
    lost = sum(a.works_lost for a in found)
    return Agreement(
        name="pooled",
        records=sum(a.records for a in found),
        publications=sum(a.publications for a in found),
        removed=removed,
        missed=missed,
        works_lost=lost,
        **_shares(removed, missed, lost),
        asked=sum(a.asked for a in found),
        asked_records=sum(a.asked_records for a in found),
        asked_found=sum(a.asked_found for a in found),
        seconds=sum(a.seconds for a in found),
        cpu_seconds=sum(a.cpu_seconds for a in found),
    )


def _shares(removed: int, missed: int, lost: int) -> dict[str, float]:
    """Return precision, recall and F1; 1 where there is nothing to find and nothing found."""
    precision = removed / (removed + lost) if removed + lost else 1.0
    recall = removed / (removed + missed) if removed + missed else 1.0
    f1 = 2 * removed / (2 * removed + missed + lost) if removed + missed + lost else 1.0
    return {"precision": precision, "recall": recall, "f1": f1}


def _kept(ids: Sequence[str], clusters: Iterable[Sequence[str]]) -> set[str]:
    """Return the records that stay: the first of each cluster, and those in none."""
    place = {id: i for i, id in enumerate(ids)}
    gone = {id for c in clusters for id in sorted(c, key=place.__getitem__)[1:]}
    return set(ids) - gone


def _found(labelled: Labelled, found: Deduplicated) -> int:
    """Count the missed duplicates that right answers to the questions would remove."""
    truth = dict(zip((r.id for r in labelled.records), labelled.truth, strict=True))
    home = {id: cluster[0] for cluster in found.clusters for id in cluster}
    joined = 0
    for question in found.questions:
        a, b = home.get(question.a, question.a), home.get(question.b, question.b)
        if truth[question.a] == truth[question.b] and a != b:
            joined += 1
            home = {id: a if to == b else to for id, to in home.items()} | {b: a}
    return joined
