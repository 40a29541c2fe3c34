"""The one door: facts are taken all or none, a retry once, a quote only if it is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.event import check_chain
from ranvier.core.facts import Undone, Withdrawn
from ranvier.core.fold import Thing, fold_all
from ranvier.core.value import Anchor, Source
from ranvier.errors import AnchorError, NotFoundError, RuleError, StorageError
from ranvier.workflow.load import load
from ranvier.workflow.record import Saying, record
from ranvier.workflow.undo import undo

TEXT = "Grip strength rose from 85.6 (8.7) to 100.8 N."


def by_anna(payload: object, **more) -> Saying:
    return Saying(payload=payload, actor="person:anna", **more)


def test_facts_are_taken_all_or_none(small, store):
    before = store.head()
    bad = small.row("r3", numbers={"events_1": 11})
    with pytest.raises(RuleError):
        record(store, [by_anna(small.row("r2")), by_anna(bad)])
    assert store.head() == before
    assert set(load(store).rows) == {"r1"}


def test_a_later_fact_may_build_on_an_earlier_one(small, store):
    row = small.row("r2", study="s2")
    events = record(store, [by_anna(small.study("s2")), by_anna(row)])
    assert [e.type for e in events] == ["study.described", "row.extracted"]
    with pytest.raises(RuleError, match="s3"):
        record(store, [by_anna(small.row("r3", study="s3")), by_anna(small.study("s3"))])


def test_what_the_store_did_not_take_is_not_built_upon(small, store):
    class Full(type(store)):
        def append(self, drafts):
            raise StorageError("the disk is full.")

    kind = type(store)
    store.__class__ = Full
    with pytest.raises(StorageError):
        record(store, [by_anna(small.study("s2"))])
    store.__class__ = kind
    with pytest.raises(RuleError, match="s2"):
        record(store, [by_anna(small.row("r2", study="s2"))])


def test_a_retry_stores_a_fact_once(small, store):
    once = by_anna(small.row("r2"), client_id=str(uuid_utils.uuid7()))
    first = record(store, [once])
    seq, _ = store.head()
    assert record(store, [once]) == first
    assert store.head()[0] == seq


def test_every_event_says_who_when_and_why(small, store):
    said = Saying(
        payload=small.row("r2"),
        actor="machine:reader 2",
        on_behalf_of="person:anna",
        at="2026-02-01T08:00:00Z",
        reason="Read from table 2",
    )
    [event] = record(store, [said])
    assert (event.actor, event.on_behalf_of) == ("machine:reader 2", "person:anna")
    assert (event.at, event.reason) == ("2026-02-01T08:00:00Z", "Read from table 2")
    [now] = record(store, [by_anna(small.row("r3"))])
    assert now.at.endswith("Z")
    assert now.client_id != event.client_id


@pytest.fixture
def with_document(small, store):
    """A review that holds the text of a document."""
    sha256 = store.put_blob(TEXT.encode())
    source = Source(id="doc", label="Paper", kind="document", document_sha256=sha256)
    record(store, [by_anna(source)])
    return store


def quoting(small, quote: str, **more):
    row = small.row("r2")
    anchor = Anchor(source="doc", quote=quote, **more)
    value = small.found(5, source="doc", anchor=anchor)
    return replace(row, values=row.values | {"events_1": value})


def test_a_quote_that_stands_in_the_document_is_taken(small, with_document):
    place = TEXT.index("85.6")
    record(with_document, [by_anna(quoting(small, "85.6 (8.7)"))])
    record(with_document, [by_anna(quoting(small, "85.6 (8.7)", start=place))])


@pytest.mark.parametrize(
    ("quote", "more"), [("85.7 (8.7)", {}), ("5.6", {}), ("85.6", {"start": 3}), ("", {})]
)
def test_a_quote_that_is_not_in_the_document_is_refused(quote, more, small, with_document):
    before = with_document.head()
    saying = by_anna(quoting(small, quote, **more), file="rows.toml", row=12)
    with pytest.raises(AnchorError) as caught:
        record(with_document, [saying])
    assert repr(quote) in caught.value.message
    assert "'Paper'" in caught.value.message
    assert (caught.value.file, caught.value.row) == ("rows.toml", 12)
    assert caught.value.remedy
    assert with_document.head() == before


def test_a_quote_from_a_document_that_is_not_at_hand_is_taken(small, store):
    sha256 = hashlib.sha256(b"elsewhere").hexdigest()
    source = Source(id="doc", label="Paper", kind="document", document_sha256=sha256)
    record(store, [by_anna(source), by_anna(quoting(small, "anything"))])


def test_an_undo_says_who_undid_what_and_why(small, store):
    [put] = record(store, [by_anna(small.row("r2"))])
    event = undo(store, put.seq, actor="person:ben", reason="Wrong table")
    assert (event.type, event.actor, event.reason) == ("event.undone", "person:ben", "Wrong table")
    assert set(load(store).rows) == {"r1"}
    undo(store, event.seq, actor="person:ben", reason="It was right")
    assert set(load(store).rows) == {"r1", "r2"}


def test_an_undo_that_would_leave_others_hanging_is_refused(store):
    before = store.head()
    study = next(e for e in store.events() if e.type == "study.described")
    with pytest.raises(RuleError, match="'r1' names study 's1'"):
        undo(store, study.seq, actor="person:anna", reason="x")
    assert store.head() == before


def test_a_withdrawal_that_would_leave_others_hanging_is_refused(store):
    with pytest.raises(RuleError, match="names study 's1'"):
        record(store, [by_anna(Withdrawn(kind="study", id="s1"))])
    record(store, [by_anna(Withdrawn(kind="row", id="r1"))])
    record(store, [by_anna(Withdrawn(kind="study", id="s1"))])
    assert load(store).studies == {}


def test_undoing_twice_is_refused(small, store):
    [put] = record(store, [by_anna(small.row("r2"))])
    undo(store, put.seq, actor="person:anna", reason="x")
    with pytest.raises(RuleError, match="undone already"):
        undo(store, put.seq, actor="person:anna", reason="x")


def test_an_undone_undo_lets_an_event_be_undone_again(small, store):
    [put] = record(store, [by_anna(small.row("r2"))])
    first = undo(store, put.seq, actor="person:anna", reason="x")
    undo(store, first.seq, actor="person:anna", reason="x")
    undo(store, put.seq, actor="person:anna", reason="x")
    assert set(load(store).rows) == {"r1"}


def test_the_opening_of_a_review_cannot_be_undone(store):
    with pytest.raises(RuleError, match="cannot be undone"):
        undo(store, 1, actor="person:anna", reason="x")


@pytest.mark.parametrize("seq", [0, -3, 99])
def test_undoing_an_event_that_is_not_there_is_refused(seq, store):
    with pytest.raises(NotFoundError, match=f"no event {seq}"):
        undo(store, seq, actor="person:anna", reason="x")


def test_undoing_a_correction_that_others_need_is_refused(small, store):
    """A row on an outcome of the amendment would stand on nothing."""
    more = replace(small.protocol().outcomes[0], id="pain")
    protocol = small.protocol(outcomes=(*small.protocol().outcomes, more))
    [amended] = record(store, [by_anna(protocol, reason="Amendment 1")])
    record(store, [by_anna(small.row("r2", outcome="pain"))])
    with pytest.raises(RuleError, match="pain"):
        undo(store, amended.seq, actor="person:anna", reason="x")


def test_an_amendment_that_would_leave_others_hanging_is_refused(small, store):
    before = store.head()
    pain = replace(small.protocol().outcomes[0], id="pain")
    question = replace(small.protocol().questions[0], outcomes=("pain",))
    protocol = small.protocol(outcomes=(pain,), questions=(question,), analyses=())
    with pytest.raises(RuleError, match="'r1' names outcome 'strength'"):
        record(store, [by_anna(protocol, reason="Amendment 1")])
    assert store.head() == before


ACTS = st.lists(
    st.tuples(st.sampled_from(["study", "row", "withdraw", "undo"]), st.integers(0, 20)),
    max_size=15,
)


@given(acts=ACTS)
def test_whatever_is_said_nothing_stands_on_nothing(small, new_store, acts):
    """After any sequence of acts, refused ones included, each row has its study."""
    store = new_store()
    record(store, [by_anna(payload) for payload in small.start()])
    for act, n in acts:
        payload = {
            "study": lambda n=n: small.study(f"s{n % 3}"),
            "row": lambda n=n: small.row(f"r{n % 4}", study=f"s{n % 3}"),
            "withdraw": lambda n=n: Withdrawn(kind="study" if n % 2 else "row", id=f"s{n % 3}"),
            "undo": lambda n=n: Undone(
                client_id=list(store.events())[n % store.head()[0]].client_id
            ),
        }[act]()
        before = store.head()
        try:
            record(store, [by_anna(payload)])
        except RuleError:
            assert store.head() == before
    standing = {t for t, s in fold_all(store.events()).items() if s.status == "standing"}
    for row in load(store).rows.values():
        assert Thing("study", row.study) in standing
    seq, head = store.head()
    check_chain(store.events(), review_id="small", seq=seq, head=head)
