"""The tables: one schema for SQLite and PostgreSQL.

``review``, ``event``, ``actor`` and ``blob`` are what a review is; ``thing``, ``thing_event`` and
``tally`` are projections, written with the events and made anew from them at any time. A change
here is a new migration in ``migrations/versions``; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "ACTOR",
    "BLOB",
    "EVENT",
    "METADATA",
    "PROJECTIONS",
    "REVIEW",
    "TALLY",
    "THING",
    "THING_EVENT",
    "UNDER_WAY",
]

METADATA = MetaData()

#: Ordered by code point on both engines, as Python orders strings.
NAME = Text().with_variant(Text(collation="C"), "postgresql")
#: SQLite gives its own row id to INTEGER only; both hold 64 bits there.
PLACE = BigInteger().with_variant(Integer(), "sqlite")


def _review_id() -> Column[str]:
    """Each row belongs to one review."""
    return Column("review_id", NAME, ForeignKey("review.id"), nullable=False)


#: `seq` and `hash` are the recorded end of the log: without them a cut-off tail would not show.
REVIEW = Table(
    "review",
    METADATA,
    Column("id", NAME, primary_key=True),
    Column("seq", PLACE, nullable=False),
    Column("hash", Text, nullable=False),
)

EVENT = Table(
    "event",
    METADATA,
    Column("seq", PLACE, nullable=False),
    _review_id(),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("at", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("reason", Text),
    Column("client_id", NAME, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("review_id", "seq", name="event_pk"),
    UniqueConstraint("review_id", "client_id", name="event_client_id"),
)

#: What stands of each thing, or was withdrawn: `ranvier.core.fold.Standing`.
THING = Table(
    "thing",
    METADATA,
    _review_id(),
    Column("kind", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("seq", PLACE, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    PrimaryKeyConstraint("review_id", "kind", "id", name="thing_pk"),
)

#: Which thing each event concerns; an undo concerns the thing of the event it undoes.
THING_EVENT = Table(
    "thing_event",
    METADATA,
    _review_id(),
    Column("seq", PLACE, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    PrimaryKeyConstraint("review_id", "seq", name="thing_event_pk"),
    Index("thing_event_history", "review_id", "kind", "id", "seq"),
)

TALLY = Table(
    "tally",
    METADATA,
    _review_id(),
    Column("kind", NAME, nullable=False),
    Column("status", NAME, nullable=False),
    Column("n", PLACE, nullable=False),
    PrimaryKeyConstraint("review_id", "kind", "status", name="tally_pk"),
)

ACTOR = Table(
    "actor",
    METADATA,
    _review_id(),
    Column("id", NAME, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("email", Text),
    PrimaryKeyConstraint("review_id", "id", name="actor_pk"),
)

BLOB = Table(
    "blob",
    METADATA,
    _review_id(),
    Column("sha256", NAME, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("review_id", "sha256", name="blob_pk"),
)

#: How far long work has come, so that it goes on after a crash; no part of the review.
UNDER_WAY = Table(
    "under_way",
    METADATA,
    _review_id(),
    Column("name", NAME, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("review_id", "name", name="under_way_pk"),
)

PROJECTIONS = (THING, THING_EVENT, TALLY)
