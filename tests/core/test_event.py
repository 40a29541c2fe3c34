"""The chain: any change, removal, insertion or move of an event shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.event import GENESIS, Chain, Draft, Event, check_chain, hash_of
from ranvier.errors import IntegrityError


def chained(count: int, review_id: str = "small") -> tuple[list[Event], Chain]:
    chain = Chain(review_id)
    drafts = [
        Draft(
            type="thing.withdrawn",
            payload=json.dumps({"id": f"r{i}", "kind": "row"}),
            actor="person:anna",
            at="2026-01-31T12:00:00Z",
            client_id=f"c{i}",
            reason=None if i % 2 else "a reason",
        )
        for i in range(count)
    ]
    return [chain.add(draft) for draft in drafts], chain


def prove(events: list[Event], chain: Chain) -> None:
    check_chain(events, review_id="small", seq=chain.seq, head=chain.head)


def test_a_chain_begins_at_genesis_and_each_event_follows_the_one_before():
    events, chain = chained(3)
    assert [e.seq for e in events] == [1, 2, 3]
    assert events[0].prev_hash == GENESIS
    assert [e.prev_hash for e in events[1:]] == [e.hash for e in events[:-1]]
    assert chain.head == events[-1].hash
    prove(events, chain)


def test_an_empty_log_holds():
    check_chain([], review_id="small", seq=0, head=GENESIS)


def test_the_hash_can_be_made_without_ranvier():
    """SHA-256 over the JSON array of all fields but the hash, without spaces."""
    event = chained(2)[0][1]
    order = [
        "seq",
        "review_id",
        "actor",
        "on_behalf_of",
        "at",
        "type",
        "schema_version",
        "payload",
        "reason",
        "client_id",
        "prev_hash",
    ]
    said = json.dumps([getattr(event, f) for f in order], separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(said.encode()).hexdigest() == event.hash


CHANGES = {
    "seq": 7,
    "review_id": "other",
    "actor": "person:eve",
    "on_behalf_of": "person:eve",
    "at": "2026-01-31T12:00:01Z",
    "type": "event.undone",
    "schema_version": 2,
    "payload": '{"id":"r9","kind":"row"}',
    "reason": "another reason",
    "client_id": "c99",
    "prev_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("field", [f.name for f in fields(Event)])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_change_of_any_field_is_detected_at_its_event(field, place):
    events, chain = chained(5)
    events[place] = replace(events[place], **{field: CHANGES[field]})
    with pytest.raises(IntegrityError) as caught:
        prove(events, chain)
    assert caught.value.seq == place + 1
    assert caught.value.remedy


@given(st.data())
def test_a_change_of_any_character_of_a_payload_is_detected(data):
    events, chain = chained(4)
    place = data.draw(st.integers(0, 3))
    text = events[place].payload
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    events[place] = replace(events[place], payload=text[:at] + other + text[at + 1 :])
    with pytest.raises(IntegrityError):
        prove(events, chain)


@pytest.mark.parametrize("place", range(5))
def test_a_removed_event_is_detected(place):
    events, chain = chained(5)
    del events[place]
    with pytest.raises(IntegrityError):
        prove(events, chain)


@pytest.mark.parametrize("place", range(6))
def test_an_inserted_event_is_detected(place):
    events, chain = chained(5)
    events.insert(place, events[min(place, 4)])
    with pytest.raises(IntegrityError):
        prove(events, chain)


def test_swapped_events_are_detected_even_when_renumbered():
    events, chain = chained(5)
    events[1], events[2] = replace(events[2], seq=2), replace(events[1], seq=3)
    with pytest.raises(IntegrityError, match="event 2"):
        prove(events, chain)


def test_a_chain_hashed_anew_from_a_change_on_does_not_reach_the_recorded_end():
    events, chain = chained(5)
    anew, again = [], Chain("small")
    for event in events:
        anew.append(again.add(replace(_draft(event), payload=event.payload.replace("r3", "r4"))))
    with pytest.raises(IntegrityError, match="recorded end"):
        prove(anew, chain)


def test_a_log_cut_short_or_grown_is_detected():
    events, chain = chained(5)
    with pytest.raises(IntegrityError, match="ends at event 4, but its recorded end is event 5"):
        prove(events[:4], chain)
    longer, _ = chained(6)
    with pytest.raises(IntegrityError):
        prove(longer, chain)


def test_a_hash_covers_absent_and_empty_apart():
    event = chained(2)[0][1]
    assert event.reason is None
    assert hash_of(replace(event, reason="")) != hash_of(event)


def _draft(event: Event) -> Draft:
    return Draft(**{f.name: getattr(event, f.name) for f in fields(Draft)})
