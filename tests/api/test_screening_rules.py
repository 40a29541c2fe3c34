"""Every rule of a protocol, every wave and every way to leave does what the protocol says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.allotment import Allotment, Opening, pick
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.core.screening import Decision
from ranvier.core.shares import Items, shares_of
from ranvier.errors import AccessError, InputError, RuleError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.handing_out import all_readers

TA, FT = "title_abstract", "full_text"
CHAIR, ANNA, BEN, CLEO = "person:chair", "person:anna", "person:ben", "person:cleo"


def table(*ids: str) -> bytes:
    return "\n".join(["id,title", *(f"{id},Title {id}" for id in ids)]).encode()


def desk_of(*records: str, team: tuple[str, ...] = (ANNA, BEN), **rule: Any) -> Desk:
    store = MemoryStore()
    first = ScreeningRule(**({"stage": TA, "rule": "two_independent"} | rule))
    second = ScreeningRule(stage=FT, rule="two_independent")
    criteria = (
        Criterion(id="people", stage=TA, text="other people"),
        Criterion(id="design", stage=FT, text="not randomised"),
    )
    protocol = Small().protocol(screening=(first, second), criteria=criteria)
    record(store, [Saying(payload=said, actor=CHAIR) for said in (Small.opened, protocol)])
    desk = Desk(store)
    chair = Seat(desk, CHAIR)
    chair.team.put_member(CHAIR, ["owner", "adjudicator"])
    for person in team:
        chair.team.put_member(person, ["reviewer"])
    chair.records.import_(table(*records), "first.csv", source="First", kind="database")
    return desk


def say_all(desk: Desk, who: str, verdict: str, stage: str = TA) -> list[str]:
    seat = Seat(desk, who)
    items = [card.item for card in seat.screening.queue(stage, n=1_000)]
    for item in items:
        reasons = ["people"] if verdict == "exclude" else []
        seat.screening.decide(stage, item, verdict, reasons=reasons)
    return items


def test_one_person_alone_screens_everything_and_is_blinded_from_nobody():
    store = MemoryStore()
    rules = (ScreeningRule(stage=TA, rule="single"), ScreeningRule(stage=FT, rule="single"))
    for said in (Small.opened, Small().protocol(screening=rules)):
        record(store, [Saying(payload=said, actor=ANNA)])
    anna = Seat(Desk(store), ANNA)
    anna.records.import_(table("r1", "r2"), "f.csv", source="S", kind="register")
    anna.screening.begin(TA)
    assert not anna.blinded(TA)
    for card in anna.screening.queue(TA):
        anna.screening.decide(TA, card.item, "include")
    assert anna.flow().reports_sought == 2
    assert sorted(anna.screening.begin(FT).items) == ["r1", "r2"]


def test_a_single_reviewer_each_shares_the_items_out():
    desk = desk_of(*(f"r{n}" for n in range(40)), rule="single")
    Seat(desk, CHAIR).screening.begin(TA)
    shares = [say_all(desk, who, "include") for who in (ANNA, BEN)]
    assert sorted(shares[0] + shares[1]) == sorted(f"r{n}" for n in range(40))
    assert min(map(len, shares)) > 10


def test_a_machine_checks_what_one_person_decided_and_neither_sees_the_other():
    desk = desk_of("r1", "r2", rule="one_and_machine")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA, reviewers=[ANNA])
    for item, verdict in (("r1", "include"), ("r2", "exclude")):
        vote = Decision(item=item, stage=TA, reviewer="machine:m", verdict=verdict)
        record(desk.store, [Saying(payload=vote, actor="machine:m", on_behalf_of=CHAIR)])
    anna = Seat(desk, ANNA)
    assert anna.blinded(TA)
    assert anna.flow().records_screened == 0
    say_all(desk, ANNA, "include")
    assert [c.item for c in chair.screening.conflicts(TA)] == ["r2"]
    assert chair.flow().reports_sought == 1
    assert anna.screening.conflicts(TA) == ()


def test_two_people_do_not_settle_what_a_machine_is_to_check():
    desk = desk_of("r1", rule="one_and_machine")
    Seat(desk, CHAIR).screening.begin(TA, votes=2)
    say_all(desk, ANNA, "include")
    say_all(desk, BEN, "include")
    assert Seat(desk, CHAIR).flow().records_waiting == 1


def test_the_pilot_round_comes_first_and_is_read_by_all():
    desk = desk_of(*(f"r{n}" for n in range(9)), team=(ANNA, BEN, CLEO), pilot=3)
    chair = Seat(desk, CHAIR)
    with pytest.raises(InputError, match="pilot round of 3 items first"):
        chair.screening.begin(TA)
    pilot = chair.screening.begin(TA, kind="pilot")
    assert len(pilot.items) == pilot.votes == 3
    for who in (ANNA, BEN, CLEO):
        assert len(say_all(desk, who, "include")) == 3
    with pytest.raises(InputError, match="is not opened"):
        chair.screening.begin(TA)
    chair.screening.open(pilot.id)
    chair.screening.begin(TA)
    rest = [len(Seat(desk, who).screening.queue(TA, n=20)) for who in (ANNA, BEN, CLEO)]
    assert sum(rest) == 12


def test_batches_give_out_everything_once():
    desk = desk_of(*(f"r{n}" for n in range(10)))
    chair = Seat(desk, CHAIR)
    given = [chair.screening.begin(TA, size=4).items for _ in range(2)]
    chair.screening.begin(TA)
    assert len({*given[0], *given[1]}) == 8
    assert len(Seat(desk, ANNA).screening.queue(TA, n=20)) == 10
    with pytest.raises(InputError, match="nothing is left to give out"):
        chair.screening.begin(TA)


def test_a_begin_sent_twice_gives_out_once():
    desk = desk_of("r1", "r2", "r3")
    chair = Seat(desk, CHAIR)
    first = chair.screening.begin(TA, size=1, client_id="batch")
    assert chair.screening.begin(TA, size=1, client_id="batch") == first
    assert len(desk.layout.shares.allotments) == 1


def test_a_later_wave_screens_what_is_new_and_inherits_the_rest_with_evidence():
    desk = desk_of("r1", "r2")
    chair, anna = Seat(desk, CHAIR), Seat(desk, ANNA)
    chair.screening.begin(TA)
    say_all(desk, ANNA, "exclude")
    say_all(desk, BEN, "exclude")
    chair.records.import_(table("s1", "s2"), "second.csv", source="Second", kind="database")
    chair.records.match("r1", "s1", same=True)
    stage = anna.screening.stages()[0]
    assert (stage.items, stage.unallotted, stage.left) == (3, 1, 0)
    chair.screening.begin(TA)
    assert [card.item for card in anna.screening.queue(TA)] == ["s2"]
    assert [a.inherited for a in anna.screening.stages()[0].allotments] == [0, 1]
    card = anna.screening.card(TA, "dup:r1")
    assert (card.own.verdict, card.own.item) == ("exclude", "r1")
    assert [(seen.item, seen.verdict) for seen in card.inherited] == [("r1", "exclude")]
    assert card.sources == ("First", "Second")
    assert chair.flow().records_excluded == 2
    assert chair.flow().duplicates == 1


def test_parted_records_go_back_to_the_queues():
    desk = desk_of("r1", "r2")
    chair, anna = Seat(desk, CHAIR), Seat(desk, ANNA)
    chair.records.match("r1", "r2", same=True)
    chair.screening.begin(TA)
    assert say_all(desk, ANNA, "include") == ["dup:r1"]
    chair.records.match("r1", "r2", same=False)
    assert [card.item for card in anna.screening.queue(TA)] == ["r2"]


def test_of_two_votes_on_one_report_the_one_that_keeps_it_counts():
    desk = desk_of("r1", "r2")
    chair, anna = Seat(desk, CHAIR), Seat(desk, ANNA)
    chair.screening.begin(TA)
    anna.screening.decide(TA, "r1", "include")
    anna.screening.decide(TA, "r2", "exclude")
    chair.records.match("r1", "r2", same=True)
    assert anna.screening.card(TA, "dup:r1").own.verdict == "include"


def test_a_third_is_somebody_who_did_not_vote():
    desk = desk_of("r1", conflicts="third")
    chair = Seat(desk, CHAIR)
    chair.team.put_member(ANNA, ["reviewer", "adjudicator"])
    allotment = chair.screening.begin(TA)
    say_all(desk, ANNA, "include")
    say_all(desk, BEN, "exclude")
    chair.screening.open(allotment.id)
    with pytest.raises(AccessError, match="a third person is to settle it"):
        Seat(desk, ANNA).screening.resolve(TA, "r1", "include")
    assert chair.screening.resolve(TA, "r1", "exclude").verdict == "exclude"
    assert chair.flow().records_excluded == 1


def test_who_read_an_item_settles_it_in_discussion_and_keeps_their_vote():
    desk = desk_of("r1", conflicts="discussion")
    chair, ben = Seat(desk, CHAIR), Seat(desk, BEN)
    allotment = chair.screening.begin(TA)
    say_all(desk, ANNA, "include")
    say_all(desk, BEN, "exclude")
    with pytest.raises(AccessError, match="is hidden"):
        ben.screening.resolve(TA, "r1", "include")
    chair.screening.open(allotment.id)
    ben.screening.resolve(TA, "r1", "include")
    card = ben.screening.card(TA, "r1")
    assert (card.own.verdict, card.resolution.verdict, card.resolution.how) == (
        "exclude",
        "include",
        "discussion",
    )
    assert chair.flow().reports_sought == 1
    with pytest.raises(AccessError):
        Seat(desk, "person:eve")


def test_there_must_be_something_to_settle():
    desk = desk_of("r1")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    say_all(desk, ANNA, "include")
    with pytest.raises(InputError, match="nothing to settle on 'r1': it is waiting"):
        chair.screening.resolve(TA, "r1", "include")


def test_two_maybes_are_settled_like_a_conflict():
    desk = desk_of("r1")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    say_all(desk, ANNA, "maybe")
    say_all(desk, BEN, "maybe")
    assert [c.state for c in chair.screening.conflicts(TA)] == ["undecided"]
    chair.screening.resolve(TA, "r1", "include")
    assert chair.screening.conflicts(TA) == ()


@pytest.mark.parametrize(("votes", "taken_over", "settled"), [("keep", 4, 2), ("withdraw", 6, 0)])
def test_votes_of_who_goes_are_kept_or_count_no_more(votes, taken_over, settled):
    desk = desk_of(*(f"r{n}" for n in range(6)))
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    for card in Seat(desk, BEN).screening.queue(TA, n=2):
        Seat(desk, BEN).screening.decide(TA, card.item, "include")
    say_all(desk, ANNA, "include")
    assert chair.flow().reports_sought == 2
    chair.team.put_member(CLEO, ["reviewer"])
    chair.team.let_go(BEN, votes=votes)
    assert chair.flow().reports_sought == settled
    assert Seat(desk, CLEO).screening.stages()[0].left == taken_over
    say_all(desk, CLEO, "include")
    assert chair.flow().reports_sought == 6
    said = [line for line in chair.log(limit=1_000) if line.actor == BEN]
    assert len(said) == 2


def test_a_conflict_with_one_who_was_removed_becomes_an_open_item_again():
    desk = desk_of("r1")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    say_all(desk, ANNA, "include")
    say_all(desk, BEN, "exclude")
    assert len(chair.screening.conflicts(TA)) == 1
    chair.team.put_member(CLEO, ["reviewer"])
    chair.team.let_go(BEN, votes="withdraw")
    assert chair.screening.conflicts(TA) == ()
    assert [card.item for card in Seat(desk, CLEO).screening.queue(TA)] == ["r1"]


def test_the_substitute_may_go_too():
    desk = desk_of("r1", "r2")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    for who, following in ((BEN, CLEO), (CLEO, "person:dan")):
        chair.team.put_member(following, ["reviewer"])
        chair.team.let_go(who)
    assert len(Seat(desk, "person:dan").screening.queue(TA)) == 2
    assert desk.layout.readers[TA]["r1"] == (ANNA, "person:dan")


def test_a_reviewer_with_items_does_not_lose_the_role_unnoticed():
    desk = desk_of("r1")
    chair = Seat(desk, CHAIR)
    chair.screening.begin(TA)
    with pytest.raises(InputError, match="items are given to"):
        chair.team.put_member(BEN, ["reader"])


def test_the_last_owner_stays():
    chair = Seat(desk_of("r1"), CHAIR)
    with pytest.raises(RuleError, match="would have no owner"):
        chair.team.put_member(CHAIR, ["reviewer"])
    with pytest.raises(RuleError, match="would have no owner"):
        chair.team.let_go(CHAIR)


def test_names_of_colleagues_are_seen_and_their_addresses_are_not():
    desk = desk_of("r1")
    Seat(desk, CHAIR).team.put_member(BEN, ["reviewer"], name="Ben", email="ben@example.org")
    seen = {m.member.actor: m for m in Seat(desk, ANNA).team.members()}
    assert (seen[BEN].name, seen[BEN].email) == ("Ben", None)
    assert {m.member.actor: m.email for m in Seat(desk, CHAIR).team.members()}[
        BEN
    ] == "ben@example.org"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stage": "other"}, "Invalid enum value 'other'"),
        ({"imports": ()}, "items, or imports, and not both"),
        ({"imports": ("nothing",)}, "which is not in the review"),
        ({"imports": (), "items": ("nothing",)}, "no such record"),
        ({"reviewers": (ANNA, ANNA)}, "names a reviewer twice"),
        ({"reviewers": (ANNA, "person:eve")}, "not in the team"),
        ({"votes": 1}, "asks for 2"),
        ({"votes": 3}, "3 of 2 reviewers"),
        ({"kind": "substitute"}, "no substitute within"),
    ],
)
def test_an_allotment_that_cannot_be_is_refused(change, said):
    desk = desk_of("r1")
    usual = {"id": "a", "stage": TA, "reviewers": (ANNA, BEN), "votes": 2, "imports": ("import-1",)}
    with pytest.raises((RuleError, InputError), match=said):
        record(desk.store, [Saying(payload=Allotment(**(usual | change)), actor=CHAIR)])


def test_an_allotment_is_never_changed_and_only_a_main_one_is_opened():
    desk = desk_of("r1", team=(ANNA, BEN, CLEO))
    chair = Seat(desk, CHAIR)
    first = chair.screening.begin(TA, reviewers=[ANNA, BEN])
    changed = Allotment(id=first.id, stage=TA, reviewers=(ANNA, CLEO), votes=2, items=("r1",))
    with pytest.raises(RuleError, match="never changed"):
        record(desk.store, [Saying(payload=changed, actor=CHAIR)])
    chair.team.let_go(BEN)
    substitute = next(a.id for a in desk.layout.shares.allotments.values() if a.within)
    with pytest.raises(RuleError, match="opened with the one it belongs to"):
        record(desk.store, [Saying(payload=Opening(allotment=substitute), actor=CHAIR)])


@pytest.mark.parametrize(("people", "votes"), [(2, 1), (3, 2), (7, 2), (50, 3), (2, 2)])
def test_who_reads_what_is_the_same_for_one_item_and_for_all_at_once(people, votes):
    records = [f"r{n}" for n in range(300)]
    items = Items.of({"i": records}, {"dup:r1": ("r1", "r2", "r9")})
    reviewers = tuple(f"person:{n}" for n in range(people))
    allotment = Allotment(id="a", stage=TA, reviewers=reviewers, votes=votes, imports=("i",))
    shares = shares_of(items, [allotment], [])
    every = all_readers(shares, TA)
    assert every == {item: shares.readers(TA, item) for item in items}
    read = [sum(who in team for team in every.values()) for who in reviewers]
    expected = len(items) * votes / people
    assert max(abs(n - expected) for n in read) < 6 * max(expected, 1) ** 0.5


def test_who_reads_an_item_stays_when_a_later_record_joins_it():
    before = pick("r1", [ANNA, BEN, CLEO], 2)
    allotment = Allotment(id="a", stage=TA, reviewers=(ANNA, BEN, CLEO), votes=2, imports=("i",))
    items = Items.of({"i": ["r1"], "j": ["a0"]}, {"dup:a0": ("a0", "r1")})
    assert shares_of(items, [allotment], []).readers(TA, "dup:a0") == before
