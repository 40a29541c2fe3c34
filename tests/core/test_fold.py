"""Folds: what stands after everything that was said, with undo and undo of undo."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.event import Event
from ranvier.core.facts import Undone, Withdrawn, decode
from ranvier.core.fold import MOVES, Thing, fold_all, subject, undone_ids
from ranvier.core.value import Source


def source(id: str, label: str) -> Source:
    return Source(id=id, label=label, kind="citation")


def labels(events: Sequence[Event]) -> dict[str, str]:
    """What stands of each source, by id."""
    return {
        thing.id: decode(s.type, s.payload).label
        for thing, s in fold_all(events).items()
        if s.status == "standing"
    }


def test_what_was_said_last_stands(small):
    log = small.log()
    log.say(source("a", "first"))
    log.say(source("a", "second"))
    standing = fold_all(log.events)[Thing("source", "a")]
    assert labels(log.events) == {"a": "second"}
    assert (standing.revision, standing.seq) == (2, 2)


def test_a_withdrawn_thing_does_not_stand_and_may_be_put_again(small):
    log = small.log()
    log.say(source("a", "first"))
    log.say(Withdrawn(kind="source", id="a"))
    assert labels(log.events) == {}
    log.say(source("a", "again"))
    assert labels(log.events) == {"a": "again"}


def test_undoing_a_correction_brings_back_what_stood_before(small):
    log = small.log()
    log.say(source("a", "first"))
    log.say(source("a", "second"), client_id="correction")
    log.say(Undone(client_id="correction"), client_id="undo")
    assert labels(log.events) == {"a": "first"}
    log.say(Undone(client_id="undo"), client_id="undo of undo")
    assert labels(log.events) == {"a": "second"}
    log.say(Undone(client_id="undo of undo"))
    assert labels(log.events) == {"a": "first"}


def test_undoing_the_only_put_leaves_nothing(small):
    log = small.log()
    log.say(source("a", "first"), client_id="put")
    log.say(Undone(client_id="put"))
    assert fold_all(log.events) == {}


def test_undoing_a_withdrawal_lets_the_thing_stand_again(small):
    log = small.log()
    log.say(source("a", "first"))
    log.say(Withdrawn(kind="source", id="a"), client_id="away")
    log.say(Undone(client_id="away"))
    assert labels(log.events) == {"a": "first"}


def test_an_undo_is_about_no_thing(small):
    log = small.log()
    assert subject(log.say(source("a", "first"))) == Thing("source", "a")
    assert subject(log.say(Withdrawn(kind="row", id="r1"))) == Thing("row", "r1")
    assert subject(log.say(Undone(client_id="c1"))) is None


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_every_move_of_the_table_leads_to_the_state_it_names(move, small):
    before, act = move
    log = small.log()
    if before is not None:
        log.say(source("a", "first"))
    if before == "withdrawn":
        log.say(Withdrawn(kind="source", id="a"))
    log.say(source("a", "second") if act == "put" else Withdrawn(kind="source", id="a"))
    assert fold_all(log.events)[Thing("source", "a")].status == MOVES[move]


#: A step: put one of three sources, withdraw one, or undo one of the steps before.
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "withdraw", "undo"]), st.integers(0, 30)), max_size=30
)


def play(small, steps) -> list[Event]:
    """Turn steps into a log."""
    log = small.log()
    for i, (act, n) in enumerate(steps, start=1):
        if act == "put":
            log.say(source(f"s{n % 3}", f"label {i}"))
        elif act == "withdraw":
            log.say(Withdrawn(kind="source", id=f"s{n % 3}"))
        elif i > 1:
            log.say(Undone(client_id=log.events[n % (len(log.events))].client_id))
        else:
            log.say(source("s0", "label 1"))
    return log.events


def by_definition(events: list[Event]) -> dict[str, str]:
    """The same by the plainest reading: an event counts unless an undo names it."""

    def counts(event: Event) -> bool:
        later = [e for e in events if e.seq > event.seq and e.type == "event.undone"]
        return not any(
            counts(undo) and decode(undo.type, undo.payload).client_id == event.client_id
            for undo in later
        )

    stands: dict[str, str] = {}
    for event in events:
        if event.type == "event.undone" or not counts(event):
            continue
        payload = decode(event.type, event.payload)
        if isinstance(payload, Withdrawn):
            stands.pop(payload.id, None)
        else:
            stands[payload.id] = payload.label
    return stands


@given(steps=STEPS)
def test_a_fold_agrees_with_the_definition_whatever_is_undone(small, steps):
    events = play(small, steps)
    assert labels(events) == by_definition(events)


@given(steps=STEPS)
def test_undoing_the_last_event_gives_the_state_before_it(small, steps):
    events = play(small, steps)
    if not events or events[-1].type == "event.undone":
        return
    log = small.log()
    log.events, log.chain.seq = list(events), len(events)
    log.say(Undone(client_id=events[-1].client_id))
    assert labels(log.events) == labels(events[:-1])


@given(steps=STEPS)
def test_undoing_an_undo_changes_nothing_else(small, steps):
    events = play(small, steps)
    if not events:
        return
    log = small.log()
    log.events, log.chain.seq = list(events), len(events)
    log.say(Undone(client_id=events[0].client_id), client_id="undo")
    log.say(Undone(client_id="undo"))
    assert labels(log.events) == labels(events)


@given(st.integers(0, 12))
def test_a_chain_of_undos_alternates(small, length):
    log = small.log()
    log.say(source("a", "first"), client_id="0")
    for i in range(length):
        log.say(Undone(client_id=str(i)), client_id=str(i + 1))
    assert ("0" in undone_ids(log.events[1:])) == (length % 2 == 1)
    assert labels(log.events) == ({} if length % 2 else {"a": "first"})
