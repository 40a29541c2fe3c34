"""A review that is open: a thin handle on everything that can be done with it."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

from ranvier.api.seat import Seat
from ranvier.bootstrap import (
    open_source,
    open_spool,
    snapshot_store,
)
from ranvier.core.analysis import Analysis
from ranvier.core.book import Book
from ranvier.core.event import Event
from ranvier.core.facts import decode
from ranvier.core.fold import subject
from ranvier.core.reproduction import Reproduction
from ranvier.core.review import Actor, Review
from ranvier.core.search import SearchRun
from ranvier.core.trace import Node, node_at, trace_lines
from ranvier.dedup.overlap import Overlap
from ranvier.errors import InputError, NotFoundError
from ranvier.formats import Written, write_records
from ranvier.reporting import all_nodes, forest_plot, review_document
from ranvier.reporting.search_report import search_report
from ranvier.workflow.analyse import record_analyses
from ranvier.workflow.build import book_of
from ranvier.workflow.collect import (
    Collected,
    import_records,
    search_runs,
)
from ranvier.workflow.conclude import grounded
from ranvier.workflow.deduplicate import (
    DuplicatesFound,
    Engine,
    LinksFound,
    deduplicate,
    links,
    match,
    source_overlap,
)
from ranvier.workflow.designs import SuggestedDesign, designs
from ranvier.workflow.doubts import Doubts, doubts
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store
from ranvier.workflow.prove import prove_quotes, unnamed_files
from ranvier.workflow.recognise import filters_used
from ranvier.workflow.record import Saying, record
from ranvier.workflow.rehearse import rehearse
from ranvier.workflow.reproduce import reproduce_file
from ranvier.workflow.retrieve import PlannedSearch, Retrieved, plan_search, retrieve
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.meaning import meanings_wanted
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.undo import undo

__all__ = ["OpenReview", "Status", "Verified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a review stands, in counts.

    Attributes
    ----------
    things : dict of str to int
        How many of each kind stand.
    stale : tuple of str
        Ids of what no longer holds, with the reason.
    """

    id: str
    title: str
    events: int
    head: str
    current_to: str | None
    versions: tuple[str, ...]
    things: dict[str, int]
    records: int
    stale: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What `verify` proved.

    Attributes
    ----------
    events : int
        Events whose chain holds.
    quotes, proved : int
        Anchors in the review, and those found in the documents at hand.
    missing : tuple of str
        Documents that were not at hand, by name.
    wrong : tuple of str
        Quotes that are not in their document.
    unnamed : dict of str to int
        SHA-256 and bytes of stored files that no event names: left by an import that was cut off,
        or that is under way.
    """

    events: int
    head: str
    quotes: int
    proved: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    unnamed: dict[str, int] = field(default_factory=dict[str, int])


class OpenReview:
    """A review that is open: everything the command line and the web do goes through here.

    Use it as a context manager, or call :meth:`close`.
    """

    def __init__(
        self, store: Store, *, cache: Path | None = None, place: str | Path | None = None
    ) -> None:
        self._store = store
        self._place = place
        self._cache = cache
        self._door = threading.Lock()
        self._desk: Desk | None = None
        self._ordering: Ordering | None = None
        self._book: tuple[int, Book] | None = None
        self._steps: tuple[Book, Mapping[str, Node]] | None = None

    def seat(self, actor: str) -> Seat:
        """Give somebody their place in the screening: what they see, and what they may do.

        Raises
        ------
        AccessError
            If the review has a team and they are not in it.
        """
        with self._door:
            if self._desk is None:
                desk = Desk(self._store, cache=self._cache)
                self._desk = desk
                self._ordering = Ordering(desk, vectors=self._vectors())
        return Seat(self._desk, actor, ordering=self._ordering)

    def _vectors(self) -> Path | None:
        """Return where embeddings of its texts are kept: beside the review; None without them."""
        if not meanings_wanted():
            return None
        from ranvier.embedding import user_folder

        return self._cache / "embeddings" if self._cache is not None else user_folder()

    def __enter__(self) -> OpenReview:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the review."""
        self.close()

    def close(self) -> None:
        """Finish what is under way and let go of the review."""
        if self._ordering is not None:
            self._ordering.close()
        self._store.close()

    @property
    def state(self) -> Review:
        """The review as it stands, folded from the log."""
        return load(self._store)

    def book(self) -> Book:
        """Compute everything that the review document shows."""
        seq, _ = self._store.head()
        if self._book is None or self._book[0] != seq:
            self._book = (seq, book_of(self._store))
        return self._book[1]

    def analyses(self) -> Mapping[str, Analysis]:
        """Compute the protocol's analyses, by id."""
        return self.book().analyses

    def status(self) -> Status:
        """Count what stands and say what is stale."""
        book = self.book()
        review = book.review
        kinds = Counter(
            thing.kind
            for thing, (standing, _) in review.things.items()
            if standing.status == "standing"
        )
        dates = [s.searched_through for s in review.searches.values() if s.searched_through]
        return Status(
            id=review.opened.id,
            title=review.opened.title,
            events=book.seq,
            head=book.head,
            current_to=max(dates, default=None),
            versions=tuple(review.versions),
            things=dict(sorted(kinds.items())),
            records=len(review.records),
            stale=tuple(
                f"{node.id}: {'; '.join(node.stale)}" for node in book.trace.values() if node.stale
            ),
            warnings=book.flow.warnings,
        )

    def log(self, *, about: str | None = None, after: int = 0) -> Iterator[Event]:
        """Yield who decided what, when and why, oldest first.

        Parameters
        ----------
        about : str or None
            Only events on one thing, such as ``row/hahn2013-switch``, and what undid them.
        after : int
            Only events after this one.
        """
        if about is None:
            yield from self._store.events(after=after)
            return
        said: set[str] = set()
        for event in self._store.events():
            taken_back = event.type == "event.undone" and (
                decode(event.type, event.payload).client_id in said
            )
            if about in (str(subject(event)), event.client_id) or taken_back:
                said.add(event.client_id)
                if event.seq > after:
                    yield event

    def actors(self) -> dict[str, Actor]:
        """Return who acted, by id."""
        return self._store.actors()

    def name_actor(self, actor: Actor) -> None:
        """Add an actor, or change or erase a name; the log itself keeps only ids."""
        self._store.put_actor(actor)

    def trace(self, id: str) -> list[tuple[int, str]]:
        """Follow a number back: indented lines from a finding down to the words in the source.

        Parameters
        ----------
        id : str
            ``finding/ID``, ``analysis/ID``, ``row/ID``, ``value/ROW/FIELD``, ``study/ID`` ...
        """
        nodes = self.steps()
        return trace_lines(nodes, node_at(nodes, id).id)

    def steps(self) -> Mapping[str, Node]:
        """Lay out every step of every trace, by id: what the review document links to."""
        book = self.book()
        if self._steps is None or self._steps[0] is not book:
            self._steps = (book, all_nodes(book))
        return self._steps[1]

    def node(self, id: str) -> Node:
        """Return one step of a trace."""
        return node_at(self.steps(), id)

    def record(self, sayings: Iterable[Saying]) -> list[Event]:
        """Check facts against the rules and append them, all or none."""
        return record(self._store, sayings)

    def conclude(self, sayings: Iterable[Saying]) -> list[Event]:
        """Record findings, certainties and texts, tied to the analyses as they stand now."""
        return record(self._store, grounded(self._store, sayings))

    def record_analyses(
        self, *, actor: str, at: str | None = None, reason: str | None = None
    ) -> list[Event]:
        """Compute every planned analysis and record those that moved."""
        return record_analyses(self._store, actor=actor, at=at, reason=reason)

    def import_records(
        self,
        path: str | Path,
        search: SearchRun | str,
        *,
        actor: str,
        at: str | None = None,
        progress: Callable[[int, float], None] | None = None,
    ) -> Collected:
        """Add the records of a file to the review; one that was cut off goes on where it was.

        Parameters
        ----------
        path : str or Path
            A file in any of the formats of `ranvier.formats.FORMATS`.
        progress : callable or None
            Told now and then how many records are kept, and what share of the file that is.
        """
        file = Path(path)
        if not file.is_file():
            raise InputError(f"there is no file {file}.", remedy="Check the path.")
        return import_records(
            self._store, search, file.name, file, actor=actor, at=at, progress=progress
        )

    def searches(self) -> dict[str, SearchRun]:
        """Return the search runs by id, without reading the records."""
        return search_runs(self._store)

    def export_records(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        each: Literal["record", "report"] = "record",
    ) -> Written:
        """Write the records of the review to a file; say what its format could not hold.

        Parameters
        ----------
        format : str or None
            One of `ranvier.formats.WRITERS`; told by the ending of the file's name if not given.
        each : {"record", "report"}
            Every record, or of the records that deduplication joined the first only.
        """
        records = self.state.records
        if each == "record":
            return write_records(records.values(), path, format=format)
        first = {self.state.item_of(id): id for id in reversed(list(records))}
        held = set(first.values())
        kept = (record for id, record in records.items() if id in held)
        return write_records(kept, path, format=format)

    def plan_search(
        self,
        source: str,
        query: str,
        *,
        since: str | None = None,
        most: int | None = None,
        email: str | None = None,
        server: str | None = None,
        remark: Callable[[str], None] | None = None,
    ) -> PlannedSearch:
        """Prepare a search of a database or register; nothing is contacted before you say so.

        Parameters
        ----------
        source : {"pubmed", "europepmc", "openalex", "crossref", "clinicaltrials"}
        query : str
            In the source's own words.
        since : str or None
            Only what the source added from this day on, ISO 8601.
        most : int or None
            How many records to fetch at most.
        email : str or None
            Whom the source may write to.
        server : str or None
            Another address that speaks the same protocol.
        remark : callable or None
            Told why we wait.
        """
        connector = open_source(source, email=email, server=server, remark=remark)
        return plan_search(connector, query, since=since, most=most)

    def count_search(self, search: PlannedSearch) -> int:
        """Ask the source of a planned search how many hits there are.

        Raises
        ------
        SourceError
            If the source does not serve.
        """
        try:
            return search.count()
        finally:
            search.source.close()

    def search_report(self, form: Literal["markdown", "html"] = "markdown") -> str:
        """Write how the review was searched, by the items of PRISMA-S, as far as the log knows."""
        return search_report(self.state, form=form, filters=filters_used(self.state))

    def run_search(
        self,
        search: PlannedSearch,
        *,
        actor: str,
        at: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Retrieved:
        """Run a planned search at its source, and add what no earlier run of it had brought.

        If it is cut off, the same search goes on where it stopped.

        Raises
        ------
        SourceError
            If the source does not serve.
        """
        if self._place is None:
            raise InputError("this review has no place of its own.", remedy="Open it with `open`.")
        spool = open_spool(self._place, search.source, search.asked)
        try:
            return retrieve(self._store, search, spool, actor=actor, at=at, progress=progress)
        finally:
            spool.close()
            search.source.close()

    def deduplicate(
        self, *, actor: str, at: str | None = None, engine: Engine = "duckdb"
    ) -> DuplicatesFound:
        """Merge the records that describe one report; only what is new is compared.

        Parameters
        ----------
        engine : {"duckdb", "spark"}
            Where pairs are looked for and compared; Spark needs ``ranvier[spark]``.
        """
        return deduplicate(self._store, actor=actor, cache=self._cache, at=at, engine=engine)

    def match(
        self,
        a: str,
        b: str,
        verdict: Literal["same", "different"],
        *,
        actor: str,
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Event:
        """Decide that two records are, or are not, one report; no machine overrules it."""
        return match(self._store, a, b, verdict, actor=actor, reason=reason, client_id=client_id)

    def doubts(self, limit: int | None = None) -> Doubts:
        """Lay pairs that wait for a person side by side, and say what people decided."""
        review = self.state
        return doubts(review, review.records.__getitem__, limit=limit)

    def overlap(self) -> Overlap:
        """Count reports by the sources that found them."""
        return source_overlap(self._store)

    def links(self) -> LinksFound:
        """Suggest which reports are of one study, and flag retracted publications."""
        return links(self._store)

    def designs(self) -> list[SuggestedDesign]:
        """Suggest which reports are of randomized trials, the likeliest first."""
        return designs(self._store)

    def undo(self, seq: int, *, actor: str, reason: str) -> Event:
        """Make an event count no longer, by an event that says so."""
        return undo(self._store, seq, actor=actor, reason=reason)

    def reproduce(self, published: str | Path | None = None) -> list[Reproduction]:
        """Recompute published results: those of the review, or those of a file."""
        if published is None:
            return list(self.book().reproductions)
        return reproduce_file(published)

    def verify(self, documents: str | Path | None = None) -> Verified:
        """Prove the chain and the projections, and the quotes against documents at hand.

        Raises
        ------
        IntegrityError
            If the log was changed, or a projection does not equal a rebuild.
        """
        self._store.verify()
        seq, head = self._store.head()
        quotes = prove_quotes(self.state, _files(documents))
        return Verified(
            events=seq,
            head=head,
            quotes=len(quotes),
            proved=sum(q.proved is True for q in quotes),
            missing=tuple(
                sorted({q.source.document_name or q.source.id for q in quotes if q.proved is None})
            ),
            wrong=tuple(
                f"{q.holder}, {q.path}: {q.anchor.quote!r} is not in {q.source.label!r}"
                for q in quotes
                if q.proved is False
            ),
            unnamed={
                sha256: len(self._store.blob(sha256)) for sha256 in unnamed_files(self._store)
            },
        )

    def prune(self, hashes: Collection[str]) -> tuple[str, ...]:
        """Remove stored files that no event names, for good; return those that were removed.

        Parameters
        ----------
        hashes : collection of str
            SHA-256 of those to remove, as `Verified.unnamed` names them. One that an event names
            by now is kept.
        """
        return self._store.drop_blobs(hashes)

    def build(self, folder: str | Path) -> Path:
        """Write the review document to `folder`/index.html and return its path."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        book = self.book()
        html = review_document(
            book, rehearsal=rehearse(book.review), language=book.review.opened.language
        )
        return _write_whole(target / "index.html", html.encode("utf-8"))

    def forest_plot(self, analysis: str) -> str:
        """Draw the forest plot of one analysis as an SVG file of its own.

        Raises
        ------
        NotFoundError
            If the protocol has no analysis of that id.
        """
        node_at(self.book().trace, f"analysis/{analysis}")
        return forest_plot(self.book(), analysis)

    def snapshot(self, folder: str | Path) -> None:
        """Write the whole review as a deterministic text tree."""
        snapshot_store(self._store, folder)


def _files(folder: str | Path | None) -> dict[str, bytes]:
    """Read all files of a folder."""
    if folder is None:
        return {}
    place = Path(folder)
    if not place.is_dir():
        raise NotFoundError(f"there is no folder {place}.", remedy="Check the path.")
    return {file.name: file.read_bytes() for file in sorted(place.iterdir()) if file.is_file()}


def _write_whole(path: Path, data: bytes) -> Path:
    """Write a file so that a reader meets the old one or the new one, never half of one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
    return path
