"""Deduplicating: an update compares what is new; what people decided is never touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from ranvier.core.duplicates import (
    Deduplication,
    Match,
    Merge,
    Question,
    clusters_of,
    open_questions,
)
from ranvier.core.event import Event
from ranvier.core.record import Record
from ranvier.core.review import Review, review_from
from ranvier.core.search import Clustering
from ranvier.dedup import Asked, Deduplicated, Index, Merged, update
from ranvier.dedup.library import Library
from ranvier.dedup.link import Link, link, retracted
from ranvier.dedup.overlap import Overlap, overlap
from ranvier.dedup.score import shipped_weights
from ranvier.errors import InputError
from ranvier.workflow.known import read_records
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

__all__ = [
    "MACHINE",
    "DuplicatesFound",
    "Engine",
    "LinksFound",
    "deduplicate",
    "links",
    "match",
    "source_overlap",
]

#: Where pairs are looked for and compared.
Engine: TypeAlias = Literal["duckdb", "spark"]

#: Records of each cluster.
Clusters: TypeAlias = Mapping[str, tuple[str, ...]]

#: Who merges: a machine, marked as such.
MACHINE = "machine:ranvier.dedup"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesFound:
    """What a deduplication changed.

    Attributes
    ----------
    event : int or None
        The event that holds it; ``None`` if no record was new and nothing was recorded.
    fresh, merged : int
        New records, and records that are now in a cluster with an earlier one.
    asked : int
        New pairs that are left to a person.
    records, reports, questions : int
        Records and reports in the review, and all pairs that wait for a person.
    """

    event: int | None
    fresh: int
    merged: int
    asked: int
    records: int
    reports: int
    questions: int


def deduplicate(
    store: Store,
    *,
    actor: str,
    cache: Path | None = None,
    at: str | None = None,
    engine: Engine = "duckdb",
) -> DuplicatesFound:
    """Merge the records that describe one report, as one event.

    Only records of imports that no standing deduplication covers are compared, with all others.

    Parameters
    ----------
    actor : str
        Who asked for it; the event itself is the machine's.
    cache : Path or None
        Folder for the index of comparable records, which makes an update quick. It may be removed
        at any time.
    engine : {"duckdb", "spark"}
        Where pairs are looked for and compared; both find the same. Spark keeps no index and needs
        ``ranvier[spark]``.

    Raises
    ------
    InputError
        If `engine` is none of these, or what it needs is not installed.
    """
    if engine not in get_args(Engine):
        raise InputError(f"there is no engine {engine!r}.", remedy="Choose one of: duckdb, spark.")
    review = review_from(store.events())  # without its records: an update reads only the new
    covered = {i for done in review.deduplications.values() for i in done.imports}
    fresh = [i for i in review.imports if i not in covered]
    if not fresh:
        standing, questions = review.clusters, review.duplicate_questions
        return _found(review, standing, questions, event=None, fresh=0, merged=0, asked=0)
    if engine == "spark":
        done, new = _compare_on_spark(store, review, fresh)
    else:
        done, new = _compare(store, review, fresh, cache)
    weights = shipped_weights()
    said = Deduplication(
        id=f"dedup-{len(review.deduplications) + 1}",
        method=done.method,
        settings={
            "merge_at": weights.merge_at,
            "ask_at": weights.ask_at,
            "ask_most": weights.ask_most,
        },
        imports=tuple(fresh),
        merges=tuple(_merge(m) for m in done.merges),
        questions=tuple(_question(q) for q in done.questions),
    )
    event = record(store, [Saying(payload=said, actor=MACHINE, on_behalf_of=actor, at=at)])[0]
    made, decided = [*review.deduplications.values(), said], review.matches.values()
    after = clusters_of(review.all("clustering", Clustering).values(), made, decided)
    return _found(
        review,
        after,
        open_questions(made, decided, after),
        event=event.seq,
        fresh=new,
        merged=_extra(after) - _extra(review.clusters),
        asked=len(done.questions),
    )


def match(
    store: Store,
    a: str,
    b: str,
    verdict: str,
    *,
    actor: str,
    reason: str | None = None,
    at: str | None = None,
    client_id: str | None = None,
) -> Event:
    """Record a person's decision on two records, which outranks every automatic one.

    Parameters
    ----------
    verdict : {"same", "different"}
    client_id : str or None
        The same decision sent twice under one id counts once.

    Raises
    ------
    RuleError
        If a record is not known, or other decisions of people say otherwise.
    """
    said = Match(a=a, b=b, verdict=verdict)  # pyright: ignore[reportArgumentType] (checked there)
    saying = Saying(payload=said, actor=actor, reason=reason, at=at, client_id=client_id)
    return record(store, [saying])[0]


def source_overlap(store: Store) -> Overlap:
    """Count reports by the sources that found them."""
    review = load(store)
    sources = {
        found.id: review.searches[imported.search_run].source
        for imported in review.imports.values()
        for found in read_records(store, imported)
    }
    return overlap(sources, review.clusters.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksFound:
    """Reports that seem to be of one study, and publications that were retracted.

    Attributes
    ----------
    links : tuple of Link
        Suggestions, the firmest first, between items: records or clusters.
    retracted : dict of str to str
        Item and what says so.
    """

    links: tuple[Link, ...]
    retracted: dict[str, str]


def links(store: Store) -> LinksFound:
    """Suggest which reports are of one study; nothing is recorded."""
    review = load(store)
    reports: list[Record] = []
    for id, held in review.clusters.items():
        members = [review.records[record] for record in held]
        fullest = max(members, key=lambda r: (len(r.abstract or ""), len(r.authors)))
        ids = {x for r in members for x in (*r.registry_ids, r.registry_id or "") if x}
        notices = tuple(dict.fromkeys(n for r in members for n in r.notices))
        reports.append(replace(fullest, id=id, registry_ids=tuple(sorted(ids)), notices=notices))
    reports += [r for id, r in review.records.items() if id not in review.homes]
    return LinksFound(links=link(reports), retracted=retracted(reports))


def _compare(
    store: Store, review: Review, fresh: list[str], cache: Path | None
) -> tuple[Deduplicated, int]:
    """Compare the records of fresh imports with all; return what was found and how many are new."""
    path = None
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        path = cache / "duplicates.duckdb"
    earlier = [i for i in review.imports if i not in fresh]
    index = Index(path)
    if index.parts != frozenset(earlier):
        index.close()  # of another state of the review, such as before an undo
        if path is not None:
            path.unlink()
        index = Index(path)
        for id in earlier:
            index.add(read_records(store, review.imports[id]), part=id)
    try:
        since = len(index)
        for id in fresh:
            index.add(read_records(store, review.imports[id]), part=id)
        return _updated(index, review, since), len(index) - since
    finally:
        index.close()


def _compare_on_spark(store: Store, review: Review, fresh: list[str]) -> tuple[Deduplicated, int]:
    """Compare as `_compare` does, on Spark."""
    from ranvier.dedup.on_spark import SparkLibrary

    earlier = [i for i in review.imports if i not in fresh]
    ordered = (r for id in (*earlier, *fresh) for r in read_records(store, review.imports[id]))
    since = len({r.id for id in earlier for r in read_records(store, review.imports[id])})
    with SparkLibrary(ordered) as library:
        return _updated(library, review, since), len(library) - since


def _updated(library: Library, review: Review, since: int) -> Deduplicated:
    """Compare what is new, with what the review holds and people decided."""
    decided = review.matches.values()
    return update(
        library,
        since=since,
        before=review.clusters.values(),
        same=[(m.a, m.b) for m in decided if m.verdict == "same"],
        different=[(m.a, m.b) for m in decided if m.verdict == "different"],
    )


def _extra(clusters: Clusters) -> int:
    """Count the records that are in a cluster with an earlier one."""
    return sum(len(held) - 1 for held in clusters.values())


def _found(
    review: Review,
    clusters: Clusters,
    questions: Sequence[Question],
    *,
    event: int | None,
    fresh: int,
    merged: int,
    asked: int,
) -> DuplicatesFound:
    """Say what a deduplication changed, and what the review holds."""
    records = sum(imported.count for imported in review.imports.values())
    return DuplicatesFound(
        event=event,
        fresh=fresh,
        merged=merged,
        asked=asked,
        records=records,
        reports=records - _extra(clusters),
        questions=len(questions),
    )


_joined: Callable[[tuple[str, ...]], str] = "; ".join


def _merge(m: Merged) -> Merge:
    """Write a merge as the log holds it."""
    return Merge(a=m.a, b=m.b, probability=m.probability, why=_joined(m.why))


def _question(q: Asked) -> Question:
    """Write a question as the log holds it."""
    return Question(
        a=q.a, b=q.b, probability=q.probability, why=_joined(q.why), against=_joined(q.against)
    )
