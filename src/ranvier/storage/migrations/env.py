"""Run migrations on the connection that `ranvier.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from ranvier.storage.schema import METADATA

# Outside a migration, as when documentation is tested, there is nothing to configure.
if hasattr(context, "config"):
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        version_table=context.config.attributes["version_table"],
    )
    context.run_migrations()
