"""What stands: projections moved on by each group of events, or made anew from the log.

Moving on (`project`) and making anew (`rebuild`) reach the same tables by different ways:
`verify` compares the first with the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ranvier.core.event import Event
from ranvier.core.facts import Undone, decode
from ranvier.core.fold import Standing, Thing, advance, fold, subject, undone_ids
from ranvier.errors import IntegrityError
from ranvier.storage.engines import bulk_insert
from ranvier.storage.log import COLUMNS, IN_LIST, event_of, whole_log
from ranvier.storage.schema import EVENT, PROJECTIONS, TALLY, THING, THING_EVENT

__all__ = [
    "Placed",
    "concerned",
    "drop",
    "folded",
    "project",
    "rebuild",
    "standing_of",
    "tally_of",
]

#: Rows a streamed query fetches at once.
FETCH = 5_000


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and what it concerns: its own thing, or the thing of the event it undoes."""

    event: Event
    thing: Thing | None
    undoes: str | None


def project(conn: Connection, review_id: str, placed: Sequence[Placed]) -> None:
    """Move the projections on by events that were just inserted."""
    things = _things(conn, review_id, placed)
    conn.execute(
        insert(THING_EVENT),
        [
            {"review_id": review_id, "seq": p.event.seq, "kind": thing.kind, "id": thing.id}
            for p, thing in zip(placed, things, strict=True)
        ],
    )
    before = _standings(conn, review_id, things)
    after: dict[Thing, Standing | None] = dict(before)
    undone = {thing for p, thing in zip(placed, things, strict=True) if p.undoes is not None}
    for p, thing in zip(placed, things, strict=True):
        if thing not in undone:
            after[thing] = advance(thing, after.get(thing), p.event)
    for thing in undone:
        after[thing] = _refold(conn, review_id, thing)
    _store(conn, review_id, before, after)


def rebuild(conn: Connection, review_id: str) -> int:
    """Drop the projections and make them anew from the log; return the number of events."""
    drop(conn, review_id)
    with closing(concerned(conn, review_id)) as log:
        rows = ((review_id, event.seq, thing.kind, thing.id) for event, thing in log)
        bulk_insert(conn, THING_EVENT, rows)
    tally: Counter[tuple[str, str]] = Counter()
    with closing(folded(conn, review_id)) as standings:
        bulk_insert(conn, THING, _rows(review_id, standings, tally))
    bulk_insert(conn, TALLY, [(review_id, kind, status, n) for (kind, status), n in tally.items()])
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("ANALYZE event, thing, thing_event")
    query = select(EVENT.c.seq).where(EVENT.c.review_id == review_id)
    return conn.execute(query.order_by(EVENT.c.seq.desc()).limit(1)).scalar() or 0


def drop(conn: Connection, review_id: str) -> None:
    """Empty the projections of a review."""
    if conn.dialect.name == "sqlite":
        # The file holds one review: without a condition SQLite frees whole pages at once, and
        # projections hold no names that would have to be overwritten.
        conn.exec_driver_sql("PRAGMA secure_delete=OFF")
        for table in PROJECTIONS:
            conn.execute(delete(table))
        conn.exec_driver_sql("PRAGMA secure_delete=ON")
        return
    for table in PROJECTIONS:
        conn.execute(delete(table).where(table.c.review_id == review_id))


def concerned(conn: Connection, review_id: str) -> Generator[tuple[Event, Thing]]:
    """Yield each event of the log with the thing it concerns.

    Raises
    ------
    IntegrityError
        If an undo names an event that is not in the log before it.
    """
    known: dict[str, Thing] = {}
    targets = _undo_targets(conn, review_id)
    with closing(whole_log(conn, review_id)) as log:
        for event in log:
            thing = subject(event)
            if thing is None:
                undone: Undone = decode(event.type, event.payload)
                thing = known.get(undone.client_id)
                if thing is None:
                    raise IntegrityError(
                        f"event {event.seq} undoes {undone.client_id!r}, "
                        "which is not in the log before it.",
                        seq=event.seq,
                        remedy="Restore the review from a snapshot or backup.",
                    )
            if event.client_id in targets:
                known[event.client_id] = thing
            yield event, thing


def folded(conn: Connection, review_id: str) -> Generator[Standing]:
    """Fold every thing from its own history, ordered by kind and id.

    Needs ``thing_event`` to be right, and nothing else of the projections. Close it if it is not
    read to its end: PostgreSQL keeps a cursor for it.
    """
    query = (
        select(*COLUMNS, THING_EVENT.c.kind, THING_EVENT.c.id)
        .select_from(THING_EVENT)
        .join(
            EVENT,
            (EVENT.c.review_id == THING_EVENT.c.review_id) & (EVENT.c.seq == THING_EVENT.c.seq),
        )
        .where(THING_EVENT.c.review_id == review_id)
        .order_by(THING_EVENT.c.kind, THING_EVENT.c.id, THING_EVENT.c.seq)
    )
    width = len(COLUMNS)
    if conn.dialect.name == "postgresql":
        # Just filled, the tables have no statistics yet, and PostgreSQL takes them for small:
        # its nested loops then take minutes where a merge or a hash takes seconds.
        conn.exec_driver_sql("SET LOCAL enable_nestloop = off")
    with conn.execute(query, execution_options={"yield_per": FETCH}) as rows:
        for (kind, id_), history in groupby(rows, key=lambda row: (row[width], row[width + 1])):
            standing = _fold(Thing(kind, id_), [event_of(row) for row in history])
            if standing is not None:
                yield standing


def tally_of(standings: Iterable[Standing]) -> Counter[tuple[str, str]]:
    """Count things by kind and status."""
    return Counter((s.thing.kind, s.status) for s in standings)


def standing_of(row: Any) -> Standing:
    """Make a standing of a row of ``thing``."""
    return Standing(
        thing=Thing(row[1], row[2]),
        seq=row[3],
        revision=row[4],
        payload=row[5],
        type=row[6],
        status=row[7],
    )


def _undo_targets(conn: Connection, review_id: str) -> set[str]:
    """Find the client ids that any undo names: few, so that the rest need not be remembered."""
    query = select(EVENT.c.payload).where(
        EVENT.c.review_id == review_id, EVENT.c.type == "event.undone"
    )
    return {decode("event.undone", row[0]).client_id for row in conn.execute(query)}


def _things(conn: Connection, review_id: str, placed: Sequence[Placed]) -> list[Thing]:
    """Find the thing that each event of a group concerns."""
    wanted = {p.undoes for p in placed if p.undoes is not None}
    known: dict[str, Thing] = {}
    if wanted:
        query = (
            select(EVENT.c.client_id, THING_EVENT.c.kind, THING_EVENT.c.id)
            .join(
                THING_EVENT,
                (EVENT.c.review_id == THING_EVENT.c.review_id) & (EVENT.c.seq == THING_EVENT.c.seq),
            )
            .where(EVENT.c.review_id == review_id)
        )
        for ids in _chunks(sorted(wanted)):
            for row in conn.execute(query.where(EVENT.c.client_id.in_(ids))):
                known[row[0]] = Thing(row[1], row[2])
    things: list[Thing] = []
    for p in placed:
        thing = p.thing if p.undoes is None else known[p.undoes]
        assert thing is not None
        known[p.event.client_id] = thing
        things.append(thing)
    return things


def _standings(conn: Connection, review_id: str, things: Iterable[Thing]) -> dict[Thing, Standing]:
    """Read what stands of some things."""
    by_kind: dict[str, set[str]] = {}
    for thing in things:
        by_kind.setdefault(thing.kind, set()).add(thing.id)
    found: dict[Thing, Standing] = {}
    for kind, wanted in by_kind.items():
        for ids in _chunks(sorted(wanted)):
            query = select(THING).where(
                THING.c.review_id == review_id, THING.c.kind == kind, THING.c.id.in_(ids)
            )
            for row in conn.execute(query):
                standing = standing_of(row)
                found[standing.thing] = standing
    return found


def _refold(conn: Connection, review_id: str, thing: Thing) -> Standing | None:
    """Fold one thing anew from its history in the log."""
    query = (
        select(*COLUMNS)
        .join(
            THING_EVENT,
            (EVENT.c.review_id == THING_EVENT.c.review_id) & (EVENT.c.seq == THING_EVENT.c.seq),
        )
        .where(
            THING_EVENT.c.review_id == review_id,
            THING_EVENT.c.kind == thing.kind,
            THING_EVENT.c.id == thing.id,
        )
        .order_by(THING_EVENT.c.seq)
    )
    return _fold(thing, [event_of(row) for row in conn.execute(query)])


def _fold(thing: Thing, history: list[Event]) -> Standing | None:
    """Fold a history that holds the undos of its own events, too."""
    if len(history) == 1:
        return advance(thing, None, history[0])
    undos = [event for event in history if event.type == "event.undone"]
    said = [event for event in history if event.type != "event.undone"] if undos else history
    return fold(thing, said, undone_ids(undos))


def _store(
    conn: Connection,
    review_id: str,
    before: dict[Thing, Standing],
    after: dict[Thing, Standing | None],
) -> None:
    """Write the things that moved, and the counts they change."""
    gone = [thing for thing, standing in after.items() if standing is None and thing in before]
    moved = [s for thing, s in after.items() if s is not None and s != before.get(thing)]
    for thing in gone:
        conn.execute(
            delete(THING).where(
                THING.c.review_id == review_id,
                THING.c.kind == thing.kind,
                THING.c.id == thing.id,
            )
        )
    if moved:
        names = [column.name for column in THING.columns]
        rows = [dict(zip(names, _row(review_id, s), strict=True)) for s in moved]
        conn.execute(_put_thing(conn.dialect.name), rows)
    change = tally_of(s for s in after.values() if s is not None)
    change.subtract(tally_of(before.values()))
    rows = [
        {"review_id": review_id, "kind": kind, "status": status, "n": n}
        for (kind, status), n in change.items()
        if n
    ]
    if rows:
        conn.execute(_add_to_tally(conn.dialect.name), rows)
    if any(n < 0 for n in change.values()):
        conn.execute(delete(TALLY).where(TALLY.c.review_id == review_id, TALLY.c.n == 0))


def _rows(
    review_id: str, standings: Iterable[Standing], tally: Counter[tuple[str, str]]
) -> Iterator[tuple[Any, ...]]:
    """Give the rows of ``thing`` and count them on the way."""
    for standing in standings:
        tally[standing.thing.kind, standing.status] += 1
        yield _row(review_id, standing)


def _row(review_id: str, standing: Standing) -> tuple[Any, ...]:
    """Give the values of a standing in the order of the columns of ``thing``."""
    return (
        review_id,
        standing.thing.kind,
        standing.thing.id,
        standing.seq,
        standing.revision,
        standing.payload,
        standing.type,
        standing.status,
    )


@cache  # made once: it takes as long as a small group of events
def _put_thing(dialect: str) -> Any:
    """Insert what stands of a thing, or replace what stood."""
    new: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(THING)
    key = list(THING.primary_key)
    changed = {c.name: new.excluded[c.name] for c in THING.columns if c not in key}
    return new.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def _add_to_tally(dialect: str) -> Any:
    """Insert a count, or add to it."""
    new: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(TALLY)
    added = {"n": TALLY.c.n + new.excluded.n}
    return new.on_conflict_do_update(index_elements=list(TALLY.primary_key), set_=added)


def _chunks(values: list[str]) -> Iterator[list[str]]:
    """Cut a list into pieces that fit into an IN list."""
    for at in range(0, len(values), IN_LIST):
        yield values[at : at + IN_LIST]
