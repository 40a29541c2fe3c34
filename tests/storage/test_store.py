"""What every store promises, on every engine."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ranvier.core.event import GENESIS, Event, check_chain
from ranvier.core.fold import Thing, fold_all
from ranvier.core.review import Actor
from ranvier.errors import InputError, NotFoundError, ReadOnlyError, StorageError
from ranvier.storage import open_url


def things(store):
    return {standing.thing: standing for standing in store.standing()}


def test_a_new_review_is_empty_and_whole(store):
    assert store.review_id == "r"
    assert store.head() == (0, GENESIS)
    assert list(store.events()) == []
    assert list(store.standing()) == []
    assert list(store.blobs()) == []
    assert store.actors() == {}
    store.verify()


def test_events_come_back_as_they_were_acknowledged(store, drafts):
    first = store.append([drafts.opened(), drafts.source("s", "Léger & Notermans")])
    second = store.append([drafts.decision("r1", reason="‘quoted’ \x07\n", on_behalf_of="bob")])
    assert list(store.events()) == first + second
    assert [event.seq for event in first + second] == [1, 2, 3]
    assert store.head() == (3, second[0].hash)
    assert list(store.events(after=2)) == second
    assert list(store.events(after=3)) == []
    check_chain(store.events(), review_id="r", seq=3, head=second[0].hash)


def test_appending_nothing_changes_nothing(store):
    assert store.append([]) == []
    assert store.head() == (0, GENESIS)


def test_more_events_than_a_page_come_in_order(store, drafts):
    store.append([drafts.decision(f"r{n}") for n in range(5_001)])
    assert [event.seq for event in store.events()] == list(range(1, 5_002))
    assert len(things(store)) == 5_001
    assert store.tally() == {("decision", "standing"): 5_001}
    store.verify()


def test_the_same_client_id_is_kept_once(store, drafts):
    draft = drafts.decision("r1", client_id="c")
    once = store.append([draft])
    assert store.append([draft]) == once
    assert store.append([replace(draft, at="2027-01-01T00:00:00Z")]) == once
    assert store.head()[0] == 1


def test_the_same_client_id_within_one_call_is_kept_once(store, drafts):
    draft = drafts.decision("r1", client_id="c")
    first, other, again = store.append([draft, drafts.decision("r2"), draft])
    assert first == again
    assert (first.seq, other.seq) == (1, 2)
    assert store.head()[0] == 2


def test_a_client_id_cannot_mean_two_things(store, drafts):
    store.append([drafts.decision("r1", client_id="c")])
    with pytest.raises(InputError, match=r"belongs to event 1 \(decision\.made\)"):
        store.append([drafts.decision("r2"), drafts.decision("r1", "exclude", client_id="c")])
    with pytest.raises(InputError, match="says something else"):
        store.append([drafts.decision("r1", client_id="c", actor="bob")])
    assert store.head()[0] == 1
    store.verify()


def test_a_call_is_kept_whole_or_not_at_all(store, drafts):
    store.append([drafts.opened()])
    before = list(store.events()), things(store), store.tally()
    with pytest.raises(InputError, match="no event with client_id 'nobody'"):
        store.append([drafts.decision("r1"), drafts.undo("nobody")])
    assert (list(store.events()), things(store), store.tally()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "decision.dreamt"}, "unknown event type"),
        ({"payload": "{"}, "not JSON"),
        ({"payload": '{"item":1}'}, "item"),
        ({"reason": "a\0b"}, "NUL"),
        ({"reason": "\ud800"}, "surrogate"),
        ({"client_id": ""}, "client_id is empty"),
        ({"client_id": "c" * 1_001}, "longer than 1000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_cannot_be_kept_is_refused_at_the_door(store, drafts, change, message):
    with pytest.raises(InputError, match=message):
        store.append([drafts.opened(), replace(drafts.decision("r1"), **change)])
    assert store.head() == (0, GENESIS)


def test_only_a_file_that_no_event_names_is_removed(store, drafts):
    file, records, orphan = (store.put_blob(data) for data in (b"file", b"records", b"orphan"))
    other = store.put_blob(b"other")
    store.append([drafts.imported("i", file, records)])
    store.put_under_way("import/a", f'{{"pieces":["{orphan}"]}}')
    store.put_under_way("import/b", f'{{"pieces":["{other}"]}}')
    assert store.drop_blobs([file, records, orphan, "0" * 64]) == (orphan,)
    assert sorted(store.blobs()) == sorted([file, records, other])
    assert (store.under_way("import/a"), store.under_way("import/b") is None) == (None, False)
    with pytest.raises(NotFoundError):
        store.blob(orphan)
    store.verify()
    assert store.drop_blobs([orphan]) == ()
    assert store.put_blob(b"orphan") == orphan  # it can come again


def test_a_file_must_be_there_before_an_event_refers_to_it(store, drafts):
    file, records = store.put_blob(b"TY  - JOUR"), hashlib.sha256(b"[]").hexdigest()
    with pytest.raises(InputError, match=f"refers to blob {records}"):
        store.append([drafts.imported("i", file, records)])
    store.put_blob(b"[]")
    store.append([drafts.imported("i", file, records)])
    store.verify()


def test_twenty_threads_lose_and_duplicate_nothing(store, drafts):
    """Each thread sends each draft twice, as a browser that did not hear the answer does."""
    mine = [[drafts.decision(f"{t}-{n}") for n in range(25)] for t in range(20)]
    start = threading.Barrier(20)

    def work(own) -> list[Event]:
        start.wait()
        answered = []
        for draft in own:
            (event,) = store.append([draft])
            assert store.append([draft]) == [event]
            answered.append(event)
        return answered

    with ThreadPoolExecutor(20) as pool:
        answered = [event for events in pool.map(work, mine) for event in events]
    log = list(store.events())
    assert sorted(answered, key=lambda event: event.seq) == log
    assert len(log) == 500
    for own in mine:
        order = [event.client_id for event in log]
        places = [order.index(draft.client_id) for draft in own]
        assert places == sorted(places)
    store.verify()


def test_a_failing_call_does_not_poison_the_others_of_its_group(store, drafts):
    """Calls that wait while the writer is busy become one group; some of them must fail."""
    store.append([drafts.decision("r0", client_id="taken")])
    good = [drafts.decision(f"good-{n}") for n in range(30)]
    bad = [drafts.decision(f"bad-{n}", client_id="taken") for n in range(30)]
    first = [drafts.decision(f"half-{n}") for n in range(30)]
    gate = threading.Event()
    blocker = threading.Thread(target=lambda: store.restore(lambda conn: gate.wait(10)))
    blocker.start()
    with ThreadPoolExecutor(60) as pool:
        calls = []
        for one, other, before in zip(good, bad, first, strict=True):
            calls.append(pool.submit(store.append, [one]))
            calls.append(pool.submit(store.append, [before, other]))
        gate.set()
        outcomes = [call.exception() for call in calls]
    blocker.join()
    assert outcomes[::2] == [None] * 30
    assert all(isinstance(error, InputError) for error in outcomes[1::2])
    kept = {event.client_id for event in store.events()}
    assert kept == {"taken", *(draft.client_id for draft in good)}
    store.verify()


def test_the_same_client_id_in_one_group_is_kept_once(store, drafts):
    draft = drafts.decision("r1", client_id="c")
    gate = threading.Event()
    blocker = threading.Thread(target=lambda: store.restore(lambda conn: gate.wait(10)))
    blocker.start()
    with ThreadPoolExecutor(10) as pool:
        calls = [pool.submit(store.append, [draft]) for _ in range(10)]
        gate.set()
        answers = [call.result() for call in calls]
    blocker.join()
    assert all(answer == answers[0] for answer in answers)
    assert store.head()[0] == 1


def test_a_thing_can_be_put_changed_and_withdrawn(store, drafts):
    source = Thing("source", "s")
    store.append([drafts.source("s", "First"), drafts.source("s", "Second")])
    assert (things(store)[source].revision, things(store)[source].seq) == (2, 2)
    store.append([drafts.withdraw("source", "s")])
    assert things(store)[source].status == "withdrawn"
    assert store.tally() == {("source", "withdrawn"): 1}
    store.append([drafts.source("s", "Third")])
    assert things(store)[source].status == "standing"
    assert store.tally() == {("source", "standing"): 1}
    store.verify()


def test_an_undo_makes_as_if_the_event_had_never_been(store, drafts):
    item = Thing("decision", "title_abstract/r1/ann")
    store.append([drafts.decision("r1"), drafts.decision("r1", "exclude", client_id="slip")])
    store.append([drafts.undo("slip", client_id="u1")])
    assert '"include"' in things(store)[item].payload
    assert things(store)[item].revision == 1
    store.verify()
    store.append([drafts.undo("u1", client_id="u2")])
    assert '"exclude"' in things(store)[item].payload
    store.append([drafts.undo("u2", client_id="u3")])
    assert '"include"' in things(store)[item].payload
    store.append([drafts.decision("r1", "maybe")])
    assert (things(store)[item].revision, things(store)[item].seq) == (2, 6)
    store.verify()


def test_an_undone_first_event_leaves_nothing_standing(store, drafts):
    store.append([drafts.source("s", client_id="c"), drafts.undo("c", client_id="u")])
    assert things(store) == {}
    assert store.tally() == {}
    store.verify()
    store.append([drafts.undo("u")])
    assert store.tally() == {("source", "standing"): 1}
    store.verify()


def test_a_withdrawal_can_be_undone(store, drafts):
    store.append([drafts.source("s"), drafts.withdraw("source", "s", client_id="w")])
    store.append([drafts.undo("w")])
    assert things(store)[Thing("source", "s")].status == "standing"
    store.append([drafts.undo("client-1")])
    store.append([drafts.withdraw("source", "s")])
    assert store.tally() == {("source", "withdrawn"): 1}
    store.verify()


def test_what_stands_is_the_fold_of_the_log(store, drafts):
    store.append([drafts.source(f"s{n}", f"Label {n}", client_id=f"p{n}") for n in range(6)])
    store.append([drafts.source("s1", "Changed"), drafts.withdraw("source", "s2")])
    store.append([drafts.undo("p3"), drafts.decision("Ä"), drafts.decision("Z")])
    assert things(store) == fold_all(store.events())
    names = [(thing.kind, thing.id) for thing in things(store)]
    assert names == sorted(names)


def test_a_rebuild_changes_nothing(store, drafts):
    store.append([drafts.source("s", client_id="c"), drafts.decision("r1"), drafts.undo("c")])
    before = things(store), store.tally(), store.head()
    assert store.rebuild() == 3
    assert (things(store), store.tally(), store.head()) == before
    store.verify()


def test_the_same_bytes_are_kept_once(store):
    sha256 = store.put_blob(b"%PDF-1.7\0\xff")
    assert sha256 == hashlib.sha256(b"%PDF-1.7\0\xff").hexdigest()
    assert store.put_blob(b"%PDF-1.7\0\xff") == sha256
    empty = store.put_blob(b"")
    assert list(store.blobs()) == sorted([sha256, empty])
    assert store.blob(sha256) == b"%PDF-1.7\0\xff"
    assert store.blob(empty) == b""
    with pytest.raises(NotFoundError, match="no file with SHA-256 0000"):
        store.blob("0" * 64)


def test_erasing_a_person_leaves_the_chain_whole(store, drafts):
    store.put_actor(Actor(id="ann", kind="person", name="Ann Ångström", email="ann@example.org"))
    store.append([drafts.decision("r1")])
    before = store.head()
    assert store.actors()["ann"].name == "Ann Ångström"
    store.put_actor(Actor(id="ann", kind="person"))
    assert store.actors() == {"ann": Actor(id="ann", kind="person", name=None, email=None)}
    assert store.head() == before
    store.verify()


def test_a_review_that_was_closed_is_there_when_opened_again(disk, drafts):
    with disk.make() as store:
        written = store.append([drafts.opened(), drafts.decision("r1", client_id="c")])
        sha256 = store.put_blob(b"bytes")
    with disk.again() as store:
        assert list(store.events()) == written
        assert store.blob(sha256) == b"bytes"
        assert store.append([drafts.decision("r1", client_id="c")]) == written[1:]
        assert store.append([drafts.decision("r2")])[0].prev_hash == written[1].hash
        store.verify()


def test_reading_does_not_write(disk, drafts):
    with disk.make() as store:
        written = store.append([drafts.opened()])
    with disk.again("read") as store:
        assert list(store.events()) == written
        assert store.head() == (1, written[0].hash)
        store.verify()
        for write in (
            lambda: store.append([drafts.decision("r1")]),
            lambda: store.put_blob(b""),
            lambda: store.put_actor(Actor(id="a", kind="person")),
            store.rebuild,
        ):
            with pytest.raises(ReadOnlyError, match="opened for reading"):
                write()


def test_readers_see_what_is_written_beside_them(disk, drafts):
    with disk.make() as store, disk.again("read") as reader:
        for n in range(1, 4):
            store.append([drafts.decision(f"r{n}")])
            assert reader.head() == store.head()
            assert len(list(reader.standing())) == n


def test_a_closed_store_says_so(store, drafts):
    store.close()
    store.close()
    with pytest.raises(StorageError, match="was closed"):
        store.append([drafts.opened()])
    with pytest.raises(StorageError, match="was closed"):
        store.head()


@pytest.mark.xdist_group("postgresql")
def test_two_reviews_in_one_database_do_not_meet(postgres_url, drafts):
    with (
        open_url(postgres_url, "one", create=True) as one,
        open_url(postgres_url, "two", create=True) as two,
    ):
        draft = drafts.decision("r1", client_id="c")
        assert one.append([draft])[0].seq == two.append([draft])[0].seq == 1
        two.append([drafts.source("s")])
        two.put_blob(b"two")
        two.put_actor(Actor(id="ann", kind="person"))
        assert one.head()[0] == 1
        assert len(list(one.standing())) == 1
        assert (list(one.blobs()), one.actors()) == ([], {})
        one.rebuild()
        for store in (one, two):
            store.verify()


@pytest.mark.xdist_group("postgresql")
def test_several_stores_may_write_to_one_review_in_postgresql(postgres_url, drafts):
    with (
        open_url(postgres_url, "r", create=True) as one,
        open_url(postgres_url, "r") as two,
        ThreadPoolExecutor(8) as pool,
    ):
        shared = [drafts.decision(f"r{n}") for n in range(100)]
        calls = [pool.submit(store.append, [d]) for d in shared for store in (one, two)]
        events = [call.result()[0] for call in calls]
        assert events[::2] == events[1::2]
        assert one.head() == two.head()
        assert one.head()[0] == 100
        one.verify()
