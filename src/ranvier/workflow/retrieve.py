"""Retrieving: a search is run at its source, page by page, and becomes a search run and an import.

Where to go on is a stack of places that the pages themselves push; it is rebuilt from the pages
that were kept, so a retrieval that was cut off goes on where it stopped. Only the last step
touches the review, and it is all or nothing: the search run, how it was fetched, and the records
that no earlier run of the same source had brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from ranvier.core.search import Retrieval, SearchRun, Slice
from ranvier.errors import InputError
from ranvier.query import Diagnosis, PlatformName, check, inline, parse
from ranvier.workflow.collect import import_records
from ranvier.workflow.known import known
from ranvier.workflow.ports import Asked, Page, Place, Source, Spool, Store
from ranvier.workflow.record import Saying, record

__all__ = ["Fetched", "PlannedSearch", "Retrieved", "fetch", "plan_search", "retrieve"]

Progress = Callable[[int, int], None]


#: Sources whose words the room of search strategies can read.
_PLATFORMS: dict[str, PlatformName] = {"pubmed": "pubmed", "clinicaltrials": "ctgov"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSearch:
    """A search that was not sent yet.

    Attributes
    ----------
    source : Source
        Whom it is for; nothing was asked of it.
    query : str
        The strategy as it was written.
    asked : Asked
        What is asked.
    doubts : tuple of Diagnosis
        Errors and warnings of a check of the strategy, where its platform is one we can read.
    """

    source: Source
    query: str
    asked: Asked
    doubts: tuple[Diagnosis, ...]

    @property
    def sent(self) -> str:
        """The query as it is sent."""
        return self.source.sent(self.asked)

    @property
    def says(self) -> tuple[str, ...]:
        """What is sent beside the query, without secrets."""
        return self.source.says(self.asked)

    def count(self) -> int:
        """Ask the source how many hits there are."""
        return self.source.count(self.asked)


def plan_search(
    source: Source, query: str, *, since: str | None = None, most: int | None = None
) -> PlannedSearch:
    """Write a strategy as it will be sent, and check it; nothing is contacted.

    Parameters
    ----------
    query : str
        In the source's own words; lines with numbers are put together into one.
    since : str or None
        Only what the source added from this day on, ISO 8601.
    most : int or None
        How many records to fetch at most.

    Raises
    ------
    InputError
        If there is nothing to ask, or a line refers to one that is not there.
    """
    line = inline(query)
    if not line:
        raise InputError("the search is empty.", remedy="Write what to search for.")
    platform = _PLATFORMS.get(source.key)
    found = check(parse(line, platform)) if platform else ()
    return PlannedSearch(
        source=source,
        query=query.strip(),
        asked=Asked(query=line, since=since, most=most),
        doubts=tuple(d for d in found if d.weight != "hint"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What running a search at its source changed.

    Attributes
    ----------
    run : str or None
        The search run that was recorded; ``None`` if nothing was.
    counted, received : int
        Hits the source says that it has, and different records that it gave.
    known, new : int
        Of those, records that an earlier run had brought, and records that were added.
    resumed : int
        Records that had been fetched before the retrieval was cut off.
    total : int
        Records in the review afterwards.
    missing : tuple of str
        Ids that the source lists and does not give.
    notes : tuple of str
        What the source remarked, and what was odd.
    """

    run: str | None
    counted: int
    received: int
    known: int
    new: int
    resumed: int
    total: int
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Fetched:
    """How far a retrieval has come: a function of the pages that were kept.

    Attributes
    ----------
    waiting : list of Place
        Where to go on, the last first.
    ids, listed : dict
        Ids of records that came, and of those that the source listed, in order.
    slices : dict of str to Slice
    counts : list of int
        Hits of the whole search, as the source counted them with each page.
    notes : dict
    understood : str or None
        How the source says it read the query.
    mended : bool
        Whether what did not come was asked for again.
    """

    source: Source
    asked: Asked
    waiting: list[Place]
    ids: dict[str, None] = field(default_factory=dict[str, None])
    listed: dict[str, None] = field(default_factory=dict[str, None])
    slices: dict[str, Slice] = field(default_factory=dict[str, Slice])
    counts: list[int] = field(default_factory=list[int])
    notes: dict[str, None] = field(default_factory=dict[str, None])
    understood: str | None = None
    mended: bool = False

    def next(self) -> Place | None:
        """Return where to go on; ``None`` if all is there, or as much as was wanted."""
        if self.full():
            return None
        if not self.waiting:
            self.mend()
        return self.waiting[-1] if self.waiting else None

    def full(self) -> bool:
        """Whether as much is there as was wanted."""
        return self.asked.most is not None and len(self.ids) >= self.asked.most

    def mend(self) -> None:
        """Ask once for what was counted or listed and did not come."""
        if self.mended:
            return
        self.mended = True
        if self.listed:
            self.waiting += reversed(self.source.again(self.missing()))
        elif self.counts and len(self.ids) < self.counts[-1]:
            self.waiting.append(replace(self.source.start(self.asked), tries=1))

    def missing(self) -> list[str]:
        """Return ids that were listed and did not come."""
        return [id for id in self.listed if id not in self.ids]

    def take(self, place: Place, page: Page) -> None:
        """Count a page that is kept."""
        if place not in self.waiting:
            self.mend()  # as when it was fetched
        if place in self.waiting:
            self.waiting.remove(place)
        self.waiting += reversed(page.next)
        new = [id for id in dict.fromkeys(page.ids) if id not in self.ids]
        self.ids |= dict.fromkeys(new)
        self.listed |= dict.fromkeys(page.listed)
        self.notes |= dict.fromkeys(page.notes)
        self.understood = self.understood or page.understood
        if page.counted is not None and place.slice == self.source.start(self.asked).slice:
            self.counts.append(page.counted)
        before = self.slices.pop(place.slice, Slice(name=place.slice, counted=0, received=0))
        if len(page.next) < 2:  # one that was cut counts in its parts
            counted = before.counted if page.counted is None else page.counted
            received = before.received + len(new)
            self.slices[place.slice] = Slice(name=place.slice, counted=counted, received=received)

    def wanted(self) -> list[str]:
        """Return the ids of the records to keep, in the order in which they came."""
        return list(self.ids)[: self.asked.most]

    def said(self) -> tuple[str, ...]:
        """Say what is odd about the counts."""
        told = list(self.notes)
        first, last = (self.counts[0], self.counts[-1]) if self.counts else (0, 0)
        if first != last:
            told.append(f"{self.source.name} counted {first} hits at first and {last} in the end.")
        if not self.full() and len(self.ids) < last:
            told.append(
                f"{self.source.name} counts {last} hits and gave {len(self.ids)} of them, though "
                "it was asked twice."
            )
        return tuple(told)


def retrieve(
    store: Store,
    search: PlannedSearch,
    spool: Spool,
    *,
    actor: str,
    at: str | None = None,
    progress: Progress | None = None,
) -> Retrieved:
    """Run a search at its source and add what it finds to the review.

    Parameters
    ----------
    spool : Spool
        Where pages are kept until they are in the review; removed at the end.
    progress : callable or None
        Told after each page how many records have come, and of how many.

    Returns
    -------
    Retrieved
        With no `run` if it is the search of the same day again and found the same, or if it was
        recorded before.

    Raises
    ------
    SourceError
        If the source does not serve; what was fetched is kept, and the same call goes on from it.
    InputError
        If the source does not take the query.
    """
    source, asked = search.source, search.asked
    with known(store) as ledger:
        recorded = spool.id in ledger.client_ids
        total = sum(i.count for i in ledger.of("import").values())
    if recorded:
        spool.clear()
        return Retrieved(run=None, counted=0, received=0, known=0, new=0, resumed=0, total=total)
    state, resumed = fetch(source, spool, asked, progress=progress)
    brought = _brought(store, source.key)
    wanted = state.wanted()
    new = [id for id in wanted if id not in brought]
    found = Retrieved(
        run=None,
        counted=state.counts[-1] if state.counts else 0,
        received=len(wanted),
        known=len(wanted) - len(new),
        new=len(new),
        resumed=resumed,
        total=total,
        missing=() if state.full() else tuple(state.missing()),
        notes=state.said(),
    )
    run = _run(source, search.query, spool.began[:10])
    if not new and _same(store, run, source, asked, wanted):
        spool.clear()
        return found
    run = replace(run, id=_free(store, run.id))
    retrieval = Retrieval(
        search_run=run.id,
        source=source.key,
        platform=source.platform,
        host=source.host,
        query=run.strategy or "",
        sent=source.sent(asked),
        understood=state.understood,
        counted=found.counted,
        received=found.received,
        known=found.known,
        imported=found.new,
        import_id=run.id if new else None,
        since=asked.since,
        limits=(*source.limits(asked), *_most(asked, found)),
        slices=tuple(state.slices.values()),
        missing=found.missing,
        notes=found.notes,
        ids_sha256=store.put_blob(_id_lines(wanted, brought)),
        tool=f"ranvier {version('ranvier')}",
    )
    fetched = Saying(payload=retrieval, actor=actor, at=at, client_id=spool.id)
    if new:
        path = _file(source, spool, run.id, new)
        import_records(
            store, run, path.name, path, actor=actor, at=at, import_id=run.id, beside=[fetched]
        )
    else:
        record(store, [Saying(payload=run, actor=actor, at=at), fetched])
    spool.clear()
    return replace(found, run=run.id, total=total + len(new))


def fetch(
    source: Source, spool: Spool, asked: Asked, *, progress: Progress | None = None
) -> tuple[Fetched, int]:
    """Fetch what the spool does not hold yet.

    Returns
    -------
    (Fetched, int)
        What the spool holds now, and how many records it held before.

    Raises
    ------
    SourceError
        If the source does not serve; what came is kept.
    """
    state = Fetched(source, asked, [source.start(asked)])
    for place, page in spool.kept():
        state.take(place, page)
    resumed = len(state.ids)
    while (place := state.next()) is not None:
        page = source.page(asked, place)
        spool.keep(place, page)
        state.take(place, page)
        if progress is not None:
            hits = state.counts[-1] if state.counts else 0
            progress(len(state.ids), min(hits, asked.most or hits))
    return state, resumed


def _brought(store: Store, source: str) -> set[str]:
    """Return the source's ids of all records that earlier runs have brought into the review."""
    with known(store) as ledger:
        held = [
            r
            for r in ledger.of("retrieval").values()
            if r.source == source and r.import_id in ledger.of("import")
        ]
    return {
        line[1:]
        for retrieval in held
        for line in store.blob(retrieval.ids_sha256).decode().splitlines()
        if line.startswith("+")
    }


def _id_lines(ids: list[str], brought: set[str]) -> bytes:
    """Write which records a run found: new ones after a plus sign."""
    return "".join(f"{'=' if id in brought else '+'}{id}\n" for id in ids).encode()


def _run(source: Source, strategy: str, day: str) -> SearchRun:
    """Describe the search run."""
    return SearchRun(
        id=f"{source.key}-{day}",
        source=source.name,
        kind=source.kind,
        date=day,
        searched_through=day,
        strategy=strategy,
    )


def _same(store: Store, run: SearchRun, source: Source, asked: Asked, ids: list[str]) -> bool:
    """Whether this very search was run on this day and found the same."""
    with known(store) as ledger:
        runs = ledger.of("search")
        held = [
            r
            for r in ledger.of("retrieval").values()
            if (r.source, r.sent, r.since) == (source.key, source.sent(asked), asked.since)
            and runs[r.search_run].date == run.date
        ]
    found = set(ids)
    return any(
        {line[1:] for line in store.blob(r.ids_sha256).decode().splitlines()} == found for r in held
    )


def _free(store: Store, id: str) -> str:
    """Return an id that no search run and no import has, with a number behind it if need be."""
    with known(store) as ledger:
        taken = {*ledger.of("search"), *ledger.of("import")}
    number = 1
    name = id
    while name in taken:
        number += 1
        name = f"{id}-{number}"
    return name


def _most(asked: Asked, found: Retrieved) -> tuple[str, ...]:
    """Say that not all hits were wanted."""
    if asked.most is None or found.counted <= asked.most:
        return ()
    return (f"the first {asked.most} of {found.counted} hits, in the order the source gives them",)


def _file(source: Source, spool: Spool, name: str, new: list[str]) -> Path:
    """Put the new records together into one file, each once."""
    path = spool.path(f"{name}{source.ending}")
    with path.open("wb") as file:
        for chunk in source.file(_each_once(source, spool, new)):
            file.write(chunk)
    return path


def _each_once(source: Source, spool: Spool, new: list[str]) -> Iterator[bytes]:
    """Yield the records to import, each where it came first."""
    left = set(new)
    for body in spool.bodies():
        for id, item in source.items(body):
            if id in left:
                left.remove(id)
                yield item
