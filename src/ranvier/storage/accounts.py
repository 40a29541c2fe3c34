"""Accounts of a server in a database of their own: SQLite or PostgreSQL, one schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from ranvier.errors import InputError, StorageError
from ranvier.workflow.accounts import Account, Invitation, Session

__all__ = ["SqlAccountBook", "open_accounts"]

#: Raised with every change of the tables.
SCHEMA = 1

METADATA = MetaData()

VERSION = Table(
    "ranvier_server", METADATA, Column("schema", Integer, primary_key=True, autoincrement=False)
)

ACCOUNT = Table(
    "ranvier_account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("actor", Text, nullable=False, unique=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("keeper", Boolean, nullable=False),
    Column("made", Float(53), nullable=False),
    Column("closed", Boolean, nullable=False),
)

SESSION = Table(
    "ranvier_session",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("made", Float(53), nullable=False),
    Column("seen", Float(53), nullable=False),
)

INVITATION = Table(
    "ranvier_invitation",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("review", Text),
    Column("roles", Text, nullable=False),
    Column("by", Text),
    Column("account", Text),
    Column("note", Text, nullable=False),
    Column("made", Float(53), nullable=False),
    Column("used", Float(53)),
)

FAILURE = Table(
    "ranvier_failure",
    METADATA,
    Column("key", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Index("ranvier_failure_key", "key", "at"),
)

#: Failed attempts that are older are of no use, in seconds.
FORGET = 24 * 3600.0


def open_accounts(place: str) -> SqlAccountBook:
    """Open the accounts of a server; the tables are made when needed.

    Parameters
    ----------
    place : str
        Path of a SQLite file, ``:memory:``, or ``postgresql://user@host/database``.

    Raises
    ------
    StorageError
        If the database cannot be used, or was written by a newer Ranvier.
    """
    if place.startswith("postgresql"):
        url = make_url(place.partition("#")[0]).set(drivername="postgresql+psycopg")
        engine = create_engine(url, pool_size=3, pool_pre_ping=True)
        where = url.render_as_string(hide_password=True)
    elif place == ":memory:":
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        where = "memory"
    else:
        path = Path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
        where = place
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def settle(dbapi: Any, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
            """Durable commits, readers beside a writer, and no trace of what was removed."""
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                dbapi.execute(f"PRAGMA {pragma}")

    try:
        with engine.begin() as conn:
            _prepare(conn, where)
    except DBAPIError as error:
        engine.dispose()
        raise StorageError(
            f"the accounts cannot be used: {str(error.orig).strip()}.",
            file=where,
            remedy="Check the path or address, and that it may be written.",
        ) from error
    return SqlAccountBook(engine)


def _prepare(conn: Connection, where: str) -> None:
    """Make the tables, or refuse those of a newer Ranvier."""
    if not inspect(conn).has_table(VERSION.name):
        METADATA.create_all(conn)
        conn.execute(insert(VERSION).values(schema=SCHEMA))
        return
    found = conn.execute(select(VERSION.c.schema)).scalar_one()
    if found != SCHEMA:
        raise StorageError(
            f"the accounts have schema {found}, this Ranvier knows schema {SCHEMA}.",
            file=where,
            remedy="Use the Ranvier that wrote them, or a newer one.",
        )


class SqlAccountBook:
    """Accounts, sessions, invitations and failed attempts in tables.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accounts(self) -> list[Account]:
        """Return all accounts, the oldest first."""
        with self._engine.connect() as conn:
            rows = conn.execute(select(ACCOUNT).order_by(ACCOUNT.c.made, ACCOUNT.c.id))
            return [Account(**row) for row in rows.mappings()]

    def account(self, *, id: str | None = None, login: str | None = None) -> Account | None:
        """Return one account."""
        which = ACCOUNT.c.id == id if id is not None else ACCOUNT.c.login == login
        with self._engine.connect() as conn:
            row = conn.execute(select(ACCOUNT).where(which)).mappings().first()
            return Account(**row) if row else None

    def put_account(self, account: Account) -> None:
        """Add or change an account."""
        values = asdict(account)
        try:
            with self._engine.begin() as conn:
                done = conn.execute(
                    update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**values)
                )
                if not done.rowcount:
                    conn.execute(insert(ACCOUNT).values(**values))
        except IntegrityError as error:
            raise InputError(
                "there is an account with this login already.",
                remedy="Sign in with it, or choose another login.",
            ) from error

    def put_session(self, session: Session) -> None:
        """Add a session, or note when it was seen."""
        values = asdict(session)
        with self._engine.begin() as conn:
            done = conn.execute(
                update(SESSION).where(SESSION.c.digest == session.digest).values(seen=session.seen)
            )
            if not done.rowcount and session.seen == session.made:
                conn.execute(insert(SESSION).values(**values))

    def session(self, digest: str) -> Session | None:
        """Return a session."""
        with self._engine.connect() as conn:
            wanted = select(SESSION).where(SESSION.c.digest == digest)
            row = conn.execute(wanted).mappings().first()
            return Session(**row) if row else None

    def end_sessions(self, *, digest: str | None = None, account: str | None = None) -> None:
        """End one session, or all of an account."""
        which = SESSION.c.digest == digest if digest is not None else SESSION.c.account == account
        with self._engine.begin() as conn:
            conn.execute(delete(SESSION).where(which))

    def put_invitation(self, invitation: Invitation) -> None:
        """Add an invitation."""
        values = asdict(invitation)
        values["roles"] = " ".join(invitation.roles)
        with self._engine.begin() as conn:
            conn.execute(insert(INVITATION).values(**values))

    def invitations(self, *, review: str | None = None) -> list[Invitation]:
        """Return the invitations, of one review or all, the newest first."""
        wanted = select(INVITATION).order_by(INVITATION.c.made.desc(), INVITATION.c.digest)
        if review is not None:
            wanted = wanted.where(INVITATION.c.review == review)
        with self._engine.connect() as conn:
            return [_invitation(dict(row)) for row in conn.execute(wanted).mappings()]

    def invitation(self, digest: str) -> Invitation | None:
        """Return an invitation."""
        with self._engine.connect() as conn:
            wanted = select(INVITATION).where(INVITATION.c.digest == digest)
            row = conn.execute(wanted).mappings().first()
            return _invitation(dict(row)) if row else None

    def use_invitation(self, digest: str, now: float) -> bool:
        """Mark an invitation as used; false if somebody else was first."""
        free = (INVITATION.c.digest == digest) & INVITATION.c.used.is_(None)
        with self._engine.begin() as conn:
            return bool(conn.execute(update(INVITATION).where(free).values(used=now)).rowcount)

    def withdraw_invitation(self, digest: str) -> None:
        """Remove an invitation."""
        with self._engine.begin() as conn:
            conn.execute(delete(INVITATION).where(INVITATION.c.digest == digest))

    def note_failure(self, keys: tuple[str, ...], now: float) -> None:
        """Count a failed attempt under each of these keys, and forget old ones."""
        with self._engine.begin() as conn:
            conn.execute(delete(FAILURE).where(FAILURE.c.at < now - FORGET))
            conn.execute(insert(FAILURE), [{"key": key, "at": now} for key in keys])

    def failures(self, key: str, since: float) -> list[float]:
        """Return when attempts under a key failed, the oldest first."""
        wanted = select(FAILURE.c.at).where(FAILURE.c.key == key, FAILURE.c.at > since)
        with self._engine.connect() as conn:
            return list(conn.execute(wanted.order_by(FAILURE.c.at)).scalars())

    def forget_failures(self, key: str) -> None:
        """Forget the failed attempts under a key."""
        with self._engine.begin() as conn:
            conn.execute(delete(FAILURE).where(FAILURE.c.key == key))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _invitation(row: Mapping[str, Any]) -> Invitation:
    """Read an invitation."""
    held = dict(row)
    held["roles"] = tuple(str(held["roles"]).split())
    return Invitation(**held)
