"""The first schema: the log, its blobs and actors, and the projections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _review_id() -> sa.Column[str]:
    return sa.Column("review_id", NAME, sa.ForeignKey("review.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", NAME, primary_key=True),
        sa.Column("seq", PLACE, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("seq", PLACE, nullable=False),
        _review_id(),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("client_id", NAME, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "seq", name="event_pk"),
        sa.UniqueConstraint("review_id", "client_id", name="event_client_id"),
    )
    op.create_table(
        "thing",
        _review_id(),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("seq", PLACE, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "kind", "id", name="thing_pk"),
    )
    op.create_table(
        "thing_event",
        _review_id(),
        sa.Column("seq", PLACE, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "seq", name="thing_event_pk"),
    )
    op.create_index("thing_event_history", "thing_event", ["review_id", "kind", "id", "seq"])
    op.create_table(
        "tally",
        _review_id(),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("n", PLACE, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "kind", "status", name="tally_pk"),
    )
    op.create_table(
        "actor",
        _review_id(),
        sa.Column("id", NAME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.PrimaryKeyConstraint("review_id", "id", name="actor_pk"),
    )
    op.create_table(
        "blob",
        _review_id(),
        sa.Column("sha256", NAME, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "sha256", name="blob_pk"),
    )
