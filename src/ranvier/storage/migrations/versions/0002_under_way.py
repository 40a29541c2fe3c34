"""How far long work has come: an import that was cut off goes on from there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "under_way",
        sa.Column("review_id", NAME, sa.ForeignKey("review.id"), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "name", name="under_way_pk"),
    )


def downgrade() -> None:
    op.drop_table("under_way")
