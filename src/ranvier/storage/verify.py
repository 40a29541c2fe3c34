"""Prove a review: the log is whole, the blobs are what they say, the projections follow."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import closing
from itertools import zip_longest
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import DBAPIError

from ranvier.core.event import check_chain
from ranvier.core.facts import decode
from ranvier.core.fold import Standing
from ranvier.errors import InputError, IntegrityError
from ranvier.storage.drafts import blobs_of
from ranvier.storage.log import recorded_end, whole_log
from ranvier.storage.projections import FETCH, concerned, folded, standing_of, tally_of
from ranvier.storage.schema import BLOB, EVENT, REVIEW, TALLY, THING, THING_EVENT

__all__ = ["verify"]

RESTORE = "Restore the review from a snapshot or backup made before the change."
REBUILD = "The log is whole: rebuild the projections from it."


def verify(conn: Connection, review_id: str) -> None:
    """Prove everything about a review, in one transaction that sees one state of it.

    Raises
    ------
    IntegrityError
        At the first thing that does not hold: an event that was changed, removed, inserted or
        moved; a blob that was changed or is missing; a projection that differs from a rebuild.
    """
    try:
        _verify_log(conn, review_id)
        _verify_blobs(conn, review_id)
        _verify_concerns(conn, review_id)
        _verify_things(conn, review_id)
    except (DBAPIError, InputError, msgspec.DecodeError, TypeError, UnicodeError) as error:
        # What cannot be read back as what we wrote was changed by somebody else.
        raise IntegrityError(f"the review cannot be read: {error}", remedy=RESTORE) from error


def _verify_log(conn: Connection, review_id: str) -> None:
    """Check the chain against its recorded end, and that nothing stands beside it."""
    seq, head = recorded_end(conn, review_id)
    with closing(whole_log(conn, review_id)) as log:
        check_chain(log, review_id=review_id, seq=seq, head=head)
    mine = select(func.count()).select_from(EVENT).where(EVENT.c.review_id == review_id)
    found = conn.execute(mine).scalar_one()
    if found != seq:
        raise IntegrityError(
            f"the log holds {found} events, but its recorded end is event {seq}.",
            seq=1,
            remedy=RESTORE,
        )
    if conn.dialect.name == "sqlite":
        _require_none(conn, select(EVENT.c.seq).where(EVENT.c.review_id != review_id), "events")
        _require_none(conn, select(REVIEW.c.seq).where(REVIEW.c.id != review_id), "a recorded end")


def needed_blobs(conn: Connection, review_id: str) -> dict[str, int]:
    """Return the blobs the log refers to, and the first event that refers to each."""
    imports = select(EVENT.c.seq, EVENT.c.type, EVENT.c.payload).where(
        EVENT.c.review_id == review_id, EVENT.c.type == "records.imported"
    )
    needed: dict[str, int] = {}
    for seq, type_, payload in conn.execute(imports.order_by(EVENT.c.seq)):
        for sha256 in blobs_of(decode(type_, payload)):
            needed.setdefault(sha256, seq)
    return needed


def _verify_blobs(conn: Connection, review_id: str) -> None:
    """Hash every blob, and check that those the log refers to are there."""
    needed = needed_blobs(conn, review_id)
    hashes = select(BLOB.c.sha256).where(BLOB.c.review_id == review_id).order_by(BLOB.c.sha256)
    held = [row[0] for row in conn.execute(hashes)]
    for sha256 in held:
        query = select(BLOB.c.bytes).where(BLOB.c.review_id == review_id, BLOB.c.sha256 == sha256)
        if hashlib.sha256(conn.execute(query).scalar_one()).hexdigest() != sha256:
            raise IntegrityError(
                f"blob {sha256} was changed after it was kept.",
                seq=needed.get(sha256),
                remedy=RESTORE,
            )
    for sha256 in sorted(needed.keys() - set(held), key=needed.__getitem__):
        raise IntegrityError(
            f"event {needed[sha256]} refers to blob {sha256}, which is missing.",
            seq=needed[sha256],
            remedy=RESTORE,
        )


def _verify_concerns(conn: Connection, review_id: str) -> None:
    """Check which thing each event is said to concern."""
    query = select(THING_EVENT.c.seq, THING_EVENT.c.kind, THING_EVENT.c.id)
    query = query.where(THING_EVENT.c.review_id == review_id).order_by(THING_EVENT.c.seq)
    with (
        closing(concerned(conn, review_id)) as log,
        conn.execute(query, execution_options={"yield_per": FETCH}) as rows,
    ):
        for made, row in zip_longest(log, rows):
            expected = None if made is None else (made[0].seq, made[1].kind, made[1].id)
            found = None if row is None else tuple(row)
            if expected != found:
                raise IntegrityError(
                    "which thing an event concerns differs from what the log says.",
                    seq=(expected or found or (None,))[0],
                    remedy=REBUILD,
                )


def _verify_things(conn: Connection, review_id: str) -> None:
    """Compare what stands, and its counts, with the log folded anew."""
    counted = tally_of(())
    with closing(folded(conn, review_id)) as made, closing(_kept(conn, review_id)) as kept:
        for expected, found in zip_longest(made, kept):
            if expected != found:
                named = expected or found
                raise IntegrityError(
                    f"what stands of {named.thing} differs from what the log says.",
                    seq=named.seq,
                    remedy=REBUILD,
                )
            counted[expected.thing.kind, expected.status] += 1
    query = select(TALLY.c.kind, TALLY.c.status, TALLY.c.n).where(TALLY.c.review_id == review_id)
    if {(kind, status): n for kind, status, n in conn.execute(query)} != dict(counted):
        raise IntegrityError("the counts differ from what the log says.", remedy=REBUILD)


def _kept(conn: Connection, review_id: str) -> Generator[Standing]:
    """Yield the projection of what stands, ordered by kind and id."""
    query = select(THING).where(THING.c.review_id == review_id).order_by(THING.c.kind, THING.c.id)
    with conn.execute(query, execution_options={"yield_per": FETCH}) as rows:
        for row in rows:
            yield standing_of(row)


def _require_none(conn: Connection, query: Select[Any], what: str) -> None:
    """Refuse rows that have no business in a file of one review."""
    if conn.execute(query.limit(1)).first() is not None:
        raise IntegrityError(f"the file holds {what} of another review.", remedy=RESTORE)
