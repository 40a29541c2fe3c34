"""Queues come in an order learnt from what their reviewer may see, and from nothing else."""

from __future__ import annotations

import threading
from array import array

import pytest
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.allotment import Opening
from ranvier.core.protocol import ScreeningRule
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen import desk as desk_module
from ranvier.workflow.screen import ordering as ordering_module
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ordering import Ordering

TA = "title_abstract"
CHAIR, ANNA, BEN = "person:chair", "person:anna", "person:ben"
ABOUT = ("immunoglobulin for neuropathy", "statins after a stroke", "surgery of the knee")


def desk_of(order: str = "own", n: int = 60) -> Desk:
    store = MemoryStore()
    rule = ScreeningRule(stage=TA, rule="two_independent", order=order)
    protocol = Small().protocol(screening=(rule,))
    record(store, [Saying(payload=said, actor=CHAIR) for said in (Small.opened, protocol)])
    desk = Desk(store)
    chair = Seat(desk, CHAIR)
    for person in (ANNA, BEN):
        chair.team.put_member(person, ["reviewer"])
    lines = ["id,title", *(f"r{i:03d},A trial of {ABOUT[i % 3]} {i}" for i in range(n))]
    chair.records.import_("\n".join(lines).encode(), "f.csv", source="S", kind="database")
    chair.screening.begin(TA, reviewers=(ANNA, BEN))
    return desk


def topic(item: str) -> int:
    return int(item[1:]) % 3


def ask(desk: Desk, ordering: Ordering, who: str, n: int = 1_000) -> list[str]:
    """What a queue is after the order has been learnt."""
    seat = Seat(desk, who, ordering=ordering)
    seat.screening.queue(TA, n=1)
    ordering.settle()
    return [card.item for card in seat.screening.queue(TA, n=n)]


def decide(desk: Desk, who: str, relevant: int, n: int = 6) -> None:
    for item in [card.item for card in Seat(desk, who).screening.queue(TA, n=n)]:
        verdict = "include" if topic(item) == relevant else "exclude"
        Seat(desk, who).screening.decide(TA, item, verdict)


def test_what_is_like_what_was_included_comes_next():
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    decide(desk, ANNA, relevant=1, n=9)
    queue = ask(desk, ordering, ANNA)
    left = sum(topic(item) == 1 for item in queue)
    assert {topic(item) for item in queue[:left]} == {1}


def test_no_item_is_lost_by_ordering():
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    before = set(ask(desk, Ordering(desk, "never"), ANNA))
    decide(desk, ANNA, relevant=0)
    after = ask(desk, ordering, ANNA)
    assert len(after) == len(before) - 6
    assert set(after) < before


@pytest.mark.parametrize("n", [0, 3, 12])
def test_an_order_of_ones_own_tells_nothing_of_the_other(n):
    quiet, busy = desk_of(), desk_of()
    decide(busy, BEN, relevant=2, n=n)
    for desk in (quiet, busy):
        decide(desk, ANNA, relevant=1)
    orders = [Ordering(desk, "asked") for desk in (quiet, busy)]
    ask(busy, orders[1], BEN)
    assert ask(quiet, orders[0], ANNA) == ask(busy, orders[1], ANNA)


def test_a_shared_order_learns_from_everybody():
    desk = desk_of("shared")
    decide(desk, BEN, relevant=2, n=9)
    queue = ask(desk, Ordering(desk, "asked"), ANNA)
    assert {topic(item) for item in queue[:15]} == {2}


def test_an_order_learns_from_what_is_opened():
    desk = desk_of()
    decide(desk, BEN, relevant=2, n=9)
    record(desk.store, [Saying(payload=Opening(allotment="title_abstract-1"), actor=CHAIR)])
    queue = ask(desk, Ordering(desk, "asked"), ANNA)
    assert {topic(item) for item in queue[:15]} == {2}


def test_the_order_does_not_depend_on_when_it_was_learnt():
    step_by_step, at_once = desk_of(), desk_of()
    early, late = Ordering(step_by_step, "asked"), Ordering(at_once, "asked")
    hashed = [card.item for card in Seat(at_once, ANNA).screening.queue(TA, n=12)]
    for desk, ordering in ((step_by_step, early), (at_once, late)):
        for item in hashed:
            verdict = "include" if topic(item) == 1 else "exclude"
            Seat(desk, ANNA).screening.decide(TA, item, verdict)
            if ordering is early:
                ask(desk, ordering, ANNA)
    assert ask(step_by_step, early, ANNA) == ask(at_once, late, ANNA)


def test_an_item_taken_back_comes_first_again():
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    decide(desk, ANNA, relevant=1)
    ask(desk, ordering, ANNA)
    item = ask(desk, ordering, ANNA)[0]
    done = Seat(desk, ANNA).screening.decide(TA, item, "exclude")
    ask(desk, ordering, ANNA)
    Seat(desk, ANNA).screening.undo(done.client_id)
    assert (
        Seat(desk, ANNA, ordering=Ordering(desk, "never")).screening.queue(TA, n=1)[0].item == item
    )


def test_a_new_wave_is_ordered_with_the_rest():
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    decide(desk, ANNA, relevant=1, n=9)
    ask(desk, ordering, ANNA)
    chair = Seat(desk, CHAIR)
    chair.records.import_(b"id,title\nn1,A trial of statins after a stroke", "n.csv", source="N",
                  kind="database")  # fmt: skip
    chair.screening.begin(TA, reviewers=(ANNA, BEN))
    assert "n1" in ask(desk, ordering, ANNA)[:20]


def test_the_background_thread_orders_and_ends():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=9)
    ordering = Ordering(desk)
    seat = Seat(desk, ANNA, ordering=ordering)
    again = Desk(desk.store)
    expected = ask(again, Ordering(again, "asked"), ANNA)
    seat.screening.queue(TA, n=1)
    for _ in range(4_000):  # a process is begun, and the machine may be busy
        if desk.line(TA, ANNA).ordered:
            break
        threading.Event().wait(0.05)
    assert [card.item for card in seat.screening.queue(TA, n=1_000)] == expected
    ordering.close()
    assert not [t for t in threading.enumerate() if t.name == "ranvier-ordering"]


def test_a_very_long_stage_keeps_the_order_of_the_hash(monkeypatch):
    desk = desk_of()
    hashed = ask(desk, Ordering(desk, "never"), ANNA)
    monkeypatch.setattr(ordering_module, "MOST", 59)
    assert ask(desk, Ordering(desk, "asked"), ANNA) == hashed


def test_a_queue_that_cannot_be_ordered_does_not_end_the_ordering_of_the_others(monkeypatch):
    desk = desk_of()
    ordering = Ordering(desk)
    done = threading.Event()
    asked: list[str] = []

    def order(stage: str, reviewer: str) -> None:
        asked.append(reviewer)
        if reviewer == ANNA:
            raise ValueError(stage)
        done.set()

    monkeypatch.setattr(ordering, "_order", order)
    try:
        ordering.want(TA, ANNA)
        ordering.want(TA, BEN)
        assert done.wait(5)
        assert asked == [ANNA, BEN]
    finally:
        ordering.close()


def test_before_the_protocol_there_is_nothing_to_order():
    store = MemoryStore()
    record(store, [Saying(payload=Small.opened, actor=CHAIR)])
    ordering = Ordering(Desk(store), "asked")
    ordering.want(TA, CHAIR)
    ordering.settle()


def more(desk: Desk, first: int, last: int) -> None:
    """Bring an update of the search, and give it out."""
    chair = Seat(desk, CHAIR)
    lines = ["id,title", *(f"r{i:03d},A trial of {ABOUT[i % 3]} {i}" for i in range(first, last))]
    chair.records.import_("\n".join(lines).encode(), "more.csv", source="T", kind="database")
    chair.screening.begin(TA, reviewers=(ANNA, BEN))


def test_an_update_is_put_in_order_without_sending_the_others_again(monkeypatch):
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    decide(desk, ANNA, relevant=1, n=9)
    ask(desk, ordering, ANNA)
    sent: list[str] = []
    texts = ordering_module._texts

    def noted(desk, layout, items):
        sent.extend(items)
        return texts(desk, layout, items)

    monkeypatch.setattr(ordering_module, "_texts", noted)
    more(desk, 60, 75)
    queue = ask(desk, ordering, ANNA)
    assert sorted(sent) == [f"r{i:03d}" for i in range(60, 75)]
    assert len(queue) == 75 - 9
    left = sum(topic(item) == 1 for item in queue)
    assert {topic(item) for item in queue[:left]} == {1}
    assert {"r061", "r064"} <= set(queue[:left])


def test_after_an_update_equals_are_still_in_the_order_of_the_hash():
    """Items keep the numbers in which they were sent; their line says who comes before whom."""
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    ask(desk, ordering, ANNA)
    more(desk, 60, 75)
    ask(desk, ordering, ANNA)
    sent = ordering._sent[TA]
    line = array("i", sent.line())
    in_line = [item for _, item in sorted(zip(line, sent.items, strict=True))]
    assert in_line == list(desk.layout.readers[TA]) == desk.layout.given[TA, ANNA]
    assert in_line != list(sent.items)


def test_what_is_seen_less_meanwhile_is_not_learnt_from(monkeypatch):
    """A fact that comes while votes are gathered begins the gathering anew."""
    desk = desk_of()
    ordering = Ordering(desk, "asked")
    decide(desk, ANNA, relevant=1, n=9)
    gathered: list[int] = []
    told = ordering_module._told

    def interrupted(*args):
        found = told(*args)
        if not gathered:
            Seat(desk, CHAIR).team.put_member("person:eva", ["reviewer"])
        gathered.append(len(found))
        return found

    monkeypatch.setattr(desk_module, "AT_ONCE", 4)
    monkeypatch.setattr(ordering_module, "_told", interrupted)
    ask(desk, ordering, ANNA)
    assert gathered == [4, 4, 4, 1]
    assert desk.line(TA, ANNA).ordered
