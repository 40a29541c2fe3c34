"""Whatever is changed behind the store's back, `verify` finds it."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from ranvier.core.fold import fold_all
from ranvier.errors import IntegrityError
from ranvier.storage import open_folder
from ranvier.storage.schema import BLOB, EVENT, REVIEW, TALLY, THING, THING_EVENT

#: One review is made for each engine and put back after each example.
SETTINGS = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TABLES = (EVENT, REVIEW, THING, THING_EVENT, TALLY, BLOB)


class Tampered:
    """A review with a back door, and what it held before."""

    def __init__(self, place, drafts) -> None:
        self.place = place
        said = {"reason": "because", "on_behalf_of": "bob"}
        with place.make() as store:
            file, records = store.put_blob(b"TY  - JOUR"), store.put_blob(b"{}")
            store.append([drafts.opened(**said), drafts.source("s", "A", client_id="c", **said)])
            store.append([drafts.source("s", "B", client_id="d", **said)])
            store.append([drafts.undo("d", **said), drafts.imported("i", file, records, **said)])
            store.append([drafts.decision(f"r{n}", **said) for n in range(4)])
            store.append([drafts.withdraw("source", "s", **said)])
        if place.engine == "postgresql":  # somewhere for a row to be moved to
            place.make("q").close()
        with place.back_door() as conn:
            self.rows = {
                table.name: [
                    dict(row._mapping)
                    for row in conn.execute(
                        select(table).where(_own(table) == "r").order_by(*table.primary_key)
                    )
                ]
                for table in TABLES
            }
        self.store = place.again("read")
        self.store.verify()

    def caught(self, table, rows: list[dict[str, Any]]) -> None:
        """Put other rows into a table; they must be found; put the right ones back."""
        before = self.rows[table.name]
        assert rows != before
        try:
            self._replace(table, rows)
            with pytest.raises(IntegrityError):
                self.store.verify()
        finally:
            self._replace(table, before)
        self.store.verify()

    def _replace(self, table, rows: list[dict[str, Any]]) -> None:
        with self.place.back_door() as conn:
            if table is REVIEW:
                for row in rows:
                    conn.execute(REVIEW.update().where(REVIEW.c.id == "r").values(row))
                return
            conn.execute(delete(table).where(_own(table).in_(["r", "q"])))
            if rows:
                conn.execute(insert(table), rows)


def _own(table):
    return table.c.id if table is REVIEW else table.c.review_id


@pytest.fixture
def tampered(disk, drafts) -> Tampered:
    return Tampered(disk, drafts)


#: What PostgreSQL takes, too: no NUL, no lone surrogates.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=("Cs",))


def changed(value: Any, draw) -> Any:
    """The same value with one byte, character or digit changed."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return value + draw(st.sampled_from([-1, 1, 2, 256]))
    if isinstance(value, bytes):
        at = draw(st.integers(0, len(value) - 1))
        return value[:at] + bytes([value[at] ^ draw(st.integers(1, 255))]) + value[at + 1 :]
    at = draw(st.integers(0, len(value) - 1))
    other = draw(CHARACTERS.filter(lambda character: character != value[at]))
    return value[:at] + draw(st.sampled_from([other, ""])) + value[at + 1 :]


@SETTINGS
@given(data=st.data())
def test_a_changed_byte_shows_in_every_column(tampered, data):
    table = data.draw(st.sampled_from(TABLES), label="table")
    rows = [dict(row) for row in tampered.rows[table.name]]
    row = data.draw(st.sampled_from(rows), label="row")
    names = [name for name in row if not (table is REVIEW and name == "id")]
    name = data.draw(st.sampled_from(names), label="column")
    if name == "review_id":
        row[name] = "q"
    elif name == "seq" and table in (EVENT, THING_EVENT):
        row[name] = data.draw(st.sampled_from([-1, 0, len(rows) + 1, len(rows) + 7]))
    else:
        row[name] = changed(row[name], data.draw)
    tampered.caught(table, rows)


@SETTINGS
@given(data=st.data())
def test_a_removed_row_shows_in_every_table(tampered, data):
    table = data.draw(st.sampled_from([EVENT, THING, THING_EVENT, TALLY, BLOB]), label="table")
    rows = tampered.rows[table.name]
    start = data.draw(st.integers(0, len(rows) - 1), label="from")
    end = data.draw(st.integers(start + 1, len(rows)), label="to")
    tampered.caught(table, rows[:start] + rows[end:])


@SETTINGS
@given(data=st.data())
def test_events_that_change_places_show(tampered, data):
    rows = [dict(row) for row in tampered.rows["event"]]
    places = data.draw(
        st.permutations([row["seq"] for row in rows]).filter(lambda order: order != sorted(order))
    )
    for row, seq in zip(rows, places, strict=True):
        row["seq"] = seq
    tampered.caught(EVENT, rows)


@SETTINGS
@given(data=st.data())
def test_an_inserted_event_shows(tampered, data):
    rows = [dict(row) for row in tampered.rows["event"]]
    forged = dict(data.draw(st.sampled_from(rows))) | {"client_id": "forged"}
    place = data.draw(st.sampled_from([-5, 0, *range(1, len(rows) + 2)]), label="place")
    for row in rows:
        row["seq"] += row["seq"] >= place > 0
    tampered.caught(EVENT, [*rows, forged | {"seq": place}])


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_deleted_event_is_named(tampered, which):
    rows = tampered.rows["event"]
    at = {"first": 0, "middle": len(rows) // 2, "last": len(rows) - 1}[which]
    tampered._replace(EVENT, rows[:at] + rows[at + 1 :])
    with pytest.raises(IntegrityError) as found:
        tampered.store.verify()
    assert found.value.seq == at + 1
    assert "Restore the review" in str(found.value)


def test_a_changed_projection_is_named_and_a_rebuild_repairs_it(disk, drafts):
    with disk.make() as store:
        store.append([drafts.source("s"), drafts.decision("r1")])
        disk.sql("UPDATE thing SET status = 'withdrawn' WHERE kind = 'source'")
        with pytest.raises(IntegrityError, match=r"source/s differs.*rebuild the projections"):
            store.verify()
        store.rebuild()
        store.verify()
        disk.sql("UPDATE tally SET n = 7 WHERE kind = 'source'")
        with pytest.raises(IntegrityError, match=r"counts differ"):
            store.verify()
        store.rebuild()
        disk.sql("UPDATE thing_event SET id = 't' WHERE kind = 'source'")
        with pytest.raises(IntegrityError, match=r"which thing an event concerns"):
            store.verify()
        store.rebuild()
        store.verify()


def test_a_missing_blob_is_named_with_the_event_that_needs_it(tampered):
    sha256 = tampered.rows["blob"][0]["sha256"]
    tampered._replace(BLOB, tampered.rows["blob"][1:])
    with pytest.raises(IntegrityError, match=f"event 5 refers to blob {sha256}") as found:
        tampered.store.verify()
    assert found.value.seq == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = CAST(payload AS BLOB) WHERE seq = 3",
        "UPDATE event SET payload = CAST(X'22ff22' AS TEXT) WHERE seq = 3",
        "UPDATE event SET reason = CAST(X'c328' AS TEXT) WHERE seq = 3",
        "UPDATE event SET schema_version = 'one' WHERE seq = 3",
        "UPDATE event SET schema_version = 1.5 WHERE seq = 3",
        "UPDATE event SET hash = upper(hash) WHERE seq = 3",
        "UPDATE blob SET bytes = 'text'",
        "UPDATE thing SET payload = CAST(payload AS BLOB)",
        "INSERT INTO review VALUES ('other', 0, '')",
        "INSERT INTO event SELECT 1, 'x', actor, NULL, at, type, 1, payload, NULL, 'z', '', '' "
        "FROM event WHERE seq = 1",
        "DELETE FROM review",
        "DROP TABLE thing",
    ],
)
def test_what_only_sqlite_lets_in_is_found_there(tmp_path, drafts, statement):
    """SQLite keeps any type in any column."""
    with open_folder(tmp_path, create=True, review_id="r") as store:
        store.append([drafts.decision(f"r{n}", reason="Why") for n in range(5)])
        store.put_blob(b"bytes")
    with open_folder(tmp_path, "read") as store:
        with closing(sqlite3.connect(tmp_path / "review.sqlite")) as conn, conn:
            conn.execute(statement)
        with pytest.raises(IntegrityError):
            store.verify()


#: A review of its own for each example.
NUMBERS = itertools.count()

#: What people may do: put, change, withdraw, undo anything said before.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "withdraw", "undo", "undo"]),
        st.integers(0, 3),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, cuts=st.sets(st.integers(1, 24)))
def test_moving_on_and_making_anew_reach_the_same(place, drafts, steps, cuts):
    """However the log is cut into calls, and whatever is undone: what stands is its fold."""
    made = []
    for number, (act, thing, pick) in enumerate(steps):
        name = f"e{number}"
        if act == "undo" and made:
            made.append(drafts.undo(made[pick % len(made)].client_id, client_id=name))
        elif act == "withdraw":
            made.append(drafts.withdraw("source", f"s{thing}", client_id=name))
        else:
            made.append(drafts.source(f"s{thing}", f"Label {pick}", client_id=name))
    bounds = [0, *sorted(cut for cut in cuts if cut < len(made)), len(made)]
    store = place.make(f"r{next(NUMBERS)}")
    for start, end in itertools.pairwise(bounds):
        store.append(made[start:end])
    stands = {standing.thing: standing for standing in store.standing()}
    assert stands == fold_all(store.events())
    store.verify()
    store.rebuild()
    assert {standing.thing: standing for standing in store.standing()} == stands
    store.close()
