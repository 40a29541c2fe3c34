"""The event table: rows to events and back."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ranvier.core.event import Event
from ranvier.errors import IntegrityError
from ranvier.storage.engines import bulk_insert
from ranvier.storage.schema import EVENT, REVIEW

__all__ = [
    "COLUMNS",
    "bulk_add",
    "event_of",
    "insert_events",
    "move_end",
    "page",
    "recorded_end",
    "whole_log",
    "with_client_ids",
]

#: The columns of an event in the order that :func:`event_of` expects.
COLUMNS = tuple(EVENT.columns)

#: Events read at once; a page is one short transaction, so that readers never hold up the log.
PAGE = 5_000

#: Values in one IN list; SQLite allows 32,766 and PostgreSQL 65,535.
IN_LIST = 5_000


def event_of(row: Any) -> Event:
    """Make an event of a row that begins with `COLUMNS`."""
    return Event(
        seq=row[0],
        review_id=row[1],
        actor=row[2],
        on_behalf_of=row[3],
        at=row[4],
        type=row[5],
        schema_version=row[6],
        payload=row[7],
        reason=row[8],
        client_id=row[9],
        prev_hash=row[10],
        hash=row[11],
    )


def row_of(event: Event) -> tuple[Any, ...]:
    """Give the values of an event in the order of the table's columns."""
    return (
        event.seq,
        event.review_id,
        event.actor,
        event.on_behalf_of,
        event.at,
        event.type,
        event.schema_version,
        event.payload,
        event.reason,
        event.client_id,
        event.prev_hash,
        event.hash,
    )


def page(conn: Connection, review_id: str, *, after: int, size: int = PAGE) -> list[Event]:
    """Read the events that follow `after`, at most `size`."""
    query = (
        select(*COLUMNS)
        .where(EVENT.c.review_id == review_id, EVENT.c.seq > after)
        .order_by(EVENT.c.seq)
        .limit(size)
    )
    return [event_of(row) for row in conn.execute(query)]


def whole_log(conn: Connection, review_id: str) -> Generator[Event]:
    """Yield every event in order, within the transaction of `conn`.

    Close it if it is not read to its end: PostgreSQL keeps a cursor for it.
    """
    query = select(*COLUMNS).where(EVENT.c.review_id == review_id).order_by(EVENT.c.seq)
    with conn.execute(query, execution_options={"yield_per": PAGE}) as rows:
        for row in rows:
            yield event_of(row)


def with_client_ids(conn: Connection, review_id: str, client_ids: Iterable[str]) -> list[Event]:
    """Find the events of these client ids."""
    wanted = sorted(set(client_ids))
    found: list[Event] = []
    for at in range(0, len(wanted), IN_LIST):
        query = select(*COLUMNS).where(
            EVENT.c.review_id == review_id, EVENT.c.client_id.in_(wanted[at : at + IN_LIST])
        )
        found += [event_of(row) for row in conn.execute(query)]
    return found


def insert_events(conn: Connection, events: list[Event]) -> None:
    """Insert a group of events."""
    names = [column.name for column in COLUMNS]
    conn.execute(insert(EVENT), [dict(zip(names, row_of(event), strict=True)) for event in events])


def bulk_add(conn: Connection, events: Iterable[Event]) -> None:
    """Insert a whole log as it is read."""
    bulk_insert(conn, EVENT, map(row_of, events))


def recorded_end(conn: Connection, review_id: str) -> tuple[int, str]:
    """Return the last `seq` and its hash, as written with the last event."""
    query = select(REVIEW.c.seq, REVIEW.c.hash).where(REVIEW.c.id == review_id)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise IntegrityError(
            f"the recorded end of review {review_id!r} is gone.",
            remedy="Restore the review from a snapshot or backup made before the change.",
        )
    return row[0], row[1]


def move_end(conn: Connection, review_id: str, *, seq: int, head: str) -> None:
    """Record where the log ends now."""
    conn.execute(update(REVIEW).where(REVIEW.c.id == review_id).values(seq=seq, hash=head))
