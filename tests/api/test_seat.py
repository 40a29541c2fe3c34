"""A seat does what the screening asks, for each person by their own sight."""

from __future__ import annotations

import pytest

import ranvier
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.errors import AccessError, InputError, NotFoundError, RuleError
from ranvier.workflow.record import Saying

TA, FT = "title_abstract", "full_text"
ANNA, BEN, CAT = "person:anna", "person:ben", "person:cat"


def table(n: int, prefix: str = "x") -> bytes:
    lines = [f"{prefix}{i},Title {prefix}{i},Abstract {i}" for i in range(n)]
    return "\n".join(["id,title,abstract", *lines]).encode()


@pytest.fixture
def review(small, tmp_path):
    rules = (
        ScreeningRule(stage=TA, rule="two_independent"),
        ScreeningRule(stage=FT, rule="two_and_adjudicator"),
    )
    with ranvier.new(tmp_path / "r", id="small", title="Small", actor=ANNA) as r:
        criteria = (Criterion(id="design", stage=FT, text="not randomised"),)
        protocol = small.protocol(screening=rules, criteria=criteria)
        r.record([Saying(payload=protocol, actor=ANNA)])
        anna = r.seat(ANNA)
        anna.records.import_(table(10), "f.csv", source="MEDLINE", kind="database")
        anna.team.put_member(BEN, ["reviewer"], name="Ben")
        anna.team.put_member(CAT, ["adjudicator"])
        yield r


def test_two_people_screen_disagree_and_a_third_settles_it(review):
    anna, ben, cat = (review.seat(who) for who in (ANNA, BEN, CAT))
    allotment = anna.screening.begin(TA)
    assert anna.blinded(TA)
    assert ben.blinded(TA)
    assert not cat.blinded(TA)
    for card in anna.screening.queue(TA, n=20):
        anna.screening.decide(TA, card.item, "include", client_id=f"a-{card.item}")
    for card in ben.screening.queue(TA, n=20):
        ben.screening.decide(TA, card.item, "exclude" if card.item == "x1" else "include")
    assert not anna.screening.conflicts(TA)
    (conflict,) = cat.screening.conflicts(TA)
    assert conflict.item == "x1"
    assert [(v.reviewer, v.verdict) for v in conflict.votes] == [
        (ANNA, "include"),
        (BEN, "exclude"),
    ]
    with pytest.raises(AccessError):
        anna.screening.resolve(TA, "x1", "include")
    cat.screening.resolve(TA, "x1", "exclude")
    assert not cat.screening.conflicts(TA)
    anna.screening.open(allotment.id)
    given = anna.screening.begin(FT)
    assert sorted(given.items) == sorted({f"x{i}" for i in range(10)} - {"x1"})


def test_a_decision_sent_twice_counts_once_and_can_be_taken_back(review):
    anna = review.seat(ANNA)
    anna.screening.begin(TA)
    item = anna.screening.queue(TA, n=1)[0].item
    first = anna.screening.decide(TA, item, "include", client_id="one")
    assert anna.screening.decide(TA, item, "include", client_id="one") == first
    anna.screening.decide(TA, item, "exclude", client_id="two")
    assert anna.screening.card(TA, item).own.verdict == "exclude"
    anna.screening.undo("two")
    anna.screening.undo("two")
    assert anna.screening.card(TA, item).own.verdict == "include"
    anna.screening.undo("one")
    assert anna.screening.queue(TA, n=1)[0].item == item


def test_what_is_sent_again_counts_as_it_was_though_the_item_is_gone(review):
    """As when two records were joined, or shared out anew, before the answer came."""
    anna = review.seat(ANNA)
    anna.screening.begin(TA)
    first = anna.screening.decide(TA, "x1", "include", client_id="one")
    anna.records.match("x0", "x1", same=True)
    assert (
        anna.screening.decide(TA, "not-there-any-more", "include", client_id="one").client_id
        == "one"
    )
    assert anna.screening.decide(TA, "x1", "include", client_id="one").verdict == first.verdict


def test_an_exclusion_at_full_text_names_its_reason(review):
    anna, ben = review.seat(ANNA), review.seat(BEN)
    allotment = anna.screening.begin(TA)
    for seat in (anna, ben):
        for card in seat.screening.queue(TA, n=20):
            seat.screening.decide(TA, card.item, "include")
    anna.screening.open(allotment.id)
    anna.screening.begin(FT)
    item = anna.screening.queue(FT, n=1)[0].item
    with pytest.raises(RuleError, match="names its reason, one of design"):
        anna.screening.decide(FT, item, "exclude")
    anna.screening.decide(FT, item, "exclude", reasons=["design"])


def test_who_goes_leaves_no_item_behind(review):
    anna, ben = review.seat(ANNA), review.seat(BEN)
    anna.screening.begin(TA)
    for card in ben.screening.queue(TA, n=4):
        ben.screening.decide(TA, card.item, "exclude")
    with pytest.raises(InputError, match="nobody else can read"):
        anna.team.let_go(BEN)
    anna.team.put_member("person:dan", ["reviewer"])
    anna.team.let_go(BEN)
    dan = review.seat("person:dan")
    assert dan.screening.stages()[0].left == 6
    with pytest.raises(AccessError):
        review.seat(BEN)


def test_a_preview_is_for_who_may_import(review):
    assert review.seat(ANNA).records.preview_import(b"id,title\nq1,Q", "q.csv").count == 1
    review.seat(ANNA).team.put_member("person:ron", ["reader"])
    with pytest.raises(AccessError, match="may not import records"):
        review.seat("person:ron").records.preview_import(b"id,title\nq1,Q", "q.csv")


def test_nobody_decides_on_what_they_were_not_given(review):
    anna = review.seat(ANNA)
    with pytest.raises(AccessError, match="was not given"):
        anna.screening.decide(TA, "x1", "include")
    with pytest.raises(AccessError, match="may not give out"):
        review.seat(BEN).screening.begin(TA)
    with pytest.raises(AccessError, match="not in the team"):
        review.seat("person:eve")


def test_a_pair_in_doubt_is_decided_once_and_taken_back(review):
    anna, cat = review.seat(ANNA), review.seat(CAT)
    title = "Immunoglobulin in multifocal motor neuropathy: a double-blind trial of ten patients"
    lines = ["id,title,authors,year,journal,volume,pages"]
    lines += [f'd{n},{title},"Leger, JM; Hahn, AF",2001,Brain,124,{n}-{n + 9}' for n in (1, 80)]
    anna.records.import_("\n".join(lines).encode(), "d.csv", source="Embase", kind="database")
    review.deduplicate(actor=ANNA)
    (doubt,) = anna.records.doubts().open
    assert {line.field for line in doubt.fields if line.says == "differs"} == {"pages"}
    assert doubt.found_in == ("Embase", "Embase")
    passed = anna.records.doubts(limit=1, skip=1)
    assert (passed.open, passed.waiting) == ((), 1)
    pair = (doubt.question.a, doubt.question.b)
    for _ in range(2):
        cat.records.match(*pair, False, client_id="one")
    found = anna.records.doubts()
    assert (found.waiting, found.different, found.answers[0].actor) == (0, 1, CAT)
    assert found.answers[0].seq is None  # it would count events that some may not see
    cat.records.undo_match("one")
    cat.records.undo_match("one")
    assert (anna.records.doubts().waiting, anna.records.doubts().answers) == (1, ())
    with pytest.raises(NotFoundError, match="decided on no pair 'two'"):
        cat.records.undo_match("two")


def test_the_decisions_of_the_example_are_those_of_its_data_set():
    with ranvier.open(ranvier.shipped("mmn"), mode="read") as r:
        decided = [e for e in r.log() if e.type == "decision.made"]
        kinds = {id: actor.kind for id, actor in r.actors().items()}
        assert decided
        assert {kinds[e.actor] for e in decided} == {"dataset"}
        assert {d.reviewer for d in r.state.decisions.values()} == {e.actor for e in decided}
        assert r.seat("person:reader").flow() == r.book().flow
