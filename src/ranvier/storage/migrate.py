"""Bring a database to today's schema; refuse one that a newer Ranvier wrote."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ranvier.errors import StorageError

__all__ = ["HEAD", "migrate", "require_current"]

#: The newest migration in ``migrations/versions``; revisions are numbered, so they have an order.
HEAD = "0002"

#: Not Alembic's own name: on a team's PostgreSQL it might be somebody else's.
VERSION_TABLE = "ranvier_schema"


def migrate(conn: Connection, *, where: str) -> None:
    """Run the migrations that a database has not seen, in the transaction of `conn`.

    Raises
    ------
    StorageError
        If the database was written by a newer Ranvier.
    """
    found = _revision(conn, where=where)
    if found == HEAD:
        return
    # Imported here because opening a review that is up to date, the usual case, does without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = conn
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, "head")


def require_current(conn: Connection, *, where: str) -> None:
    """Refuse to read a database whose schema is not today's.

    Raises
    ------
    StorageError
        If it was written by a newer Ranvier, or needs a migration, which reading must not do.
    """
    found = _revision(conn, where=where)
    if found is None:
        raise StorageError(
            "this database holds no Ranvier review.",
            file=where,
            remedy="Name the folder or database of a review, or create one.",
        )
    if found != HEAD:
        raise StorageError(
            f"the database has schema {found}, this Ranvier reads schema {HEAD}.",
            file=where,
            remedy="Open the review once for writing: that brings it up to date.",
        )


def _revision(conn: Connection, *, where: str) -> str | None:
    """Return the schema revision of a database; ``None`` if it has none yet."""
    if not inspect(conn).has_table(VERSION_TABLE):
        return None
    found = conn.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    if found is not None and found > HEAD:
        raise StorageError(
            f"the database has schema {found}, which this Ranvier (schema {HEAD}) does not know: "
            "a newer Ranvier wrote it.",
            file=where,
            remedy="Update Ranvier: `pipx upgrade ranvier`.",
        )
    return found
