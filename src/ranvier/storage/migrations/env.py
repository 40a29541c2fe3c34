"""Run migrations on the connection that `ranvier.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from ranvier.storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
