"""Agreement is measured on what people decided before they saw each other's decisions."""

from __future__ import annotations

import pytest
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.stats.agreement import agreement
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk

TA = "title_abstract"
CHAIR, ANNA, BEN, CLEO = "person:chair", "person:anna", "person:ben", "person:cleo"


def desk_of(records: int, *, reviewers: tuple[str, ...] = (ANNA, BEN), votes: int = 2) -> Desk:
    store = MemoryStore()
    protocol = Small().protocol(
        screening=(ScreeningRule(stage=TA, rule="two_independent"),),
        criteria=(Criterion(id="people", stage=TA, text="other people"),),
    )
    record(store, [Saying(payload=said, actor=CHAIR) for said in (Small.opened, protocol)])
    desk = Desk(store)
    chair = Seat(desk, CHAIR)
    for person in reviewers:
        chair.team.put_member(person, ["reviewer"])
    lines = ["id,title", *(f"r{n:03d},Title {n}" for n in range(records))]
    chair.records.import_("\n".join(lines).encode(), "f.csv", source="S", kind="database")
    chair.screening.begin(TA, reviewers=reviewers, votes=votes)
    return desk


def screen(desk: Desk, who: str, excludes: set[str], *, leaves: set[str] = frozenset()) -> None:
    seat = Seat(desk, who)
    for card in seat.screening.queue(TA, n=1_000):
        if card.item in excludes:
            seat.screening.decide(TA, card.item, "exclude", reasons=["people"])
        elif card.item not in leaves:
            seat.screening.decide(TA, card.item, "include")


def test_two_reviewers_get_what_the_statistics_give_for_their_votes():
    desk = desk_of(60)
    ids = [f"r{n:03d}" for n in range(60)]
    one, other = set(ids[:20]), set(ids[5:22])
    screen(desk, ANNA, one)
    screen(desk, BEN, other, leaves={ids[50], ids[51]})
    verdict, criterion = Seat(desk, CHAIR).screening.agreement(TA)
    a = ["exclude" if i in one else "include" for i in ids]
    b = ["exclude" if i in other else "include" for i in ids]
    b[50] = b[51] = None
    expected = agreement({ANNA: a, BEN: b})
    assert verdict.criterion is None
    assert verdict.found == expected
    assert verdict.found.rated_twice == 58
    assert criterion.criterion == "people"
    assert criterion.found.coefficients["kappa"] == expected.coefficients["kappa"]


def test_a_mind_changed_after_opening_is_no_independent_judgement():
    desk = desk_of(30)
    screen(desk, ANNA, {"r001", "r002", "r003"})
    screen(desk, BEN, {"r001"})
    chair = Seat(desk, CHAIR)
    before = chair.screening.agreement(TA)[0].found
    chair.screening.open("title_abstract-1")
    for item in ("r002", "r003"):
        Seat(desk, BEN).screening.decide(TA, item, "exclude")
    assert chair.screening.agreement(TA)[0].found == before
    assert Seat(desk, ANNA).screening.agreement(TA)[0].found == before


def test_nothing_is_measured_for_who_is_blinded():
    desk = desk_of(5)
    screen(desk, ANNA, set())
    screen(desk, BEN, {"r001"})
    assert Seat(desk, ANNA).screening.agreement(TA) == ()


def test_of_three_reviewers_each_pair_has_its_kappa():
    desk = desk_of(90, reviewers=(ANNA, BEN, CLEO))
    ids = [f"r{n:03d}" for n in range(90)]
    excludes = {ANNA: set(ids[:30]), BEN: set(ids[3:30]), CLEO: set(ids[:27])}
    for who, said in excludes.items():
        screen(desk, who, said)
    verdict = Seat(desk, CHAIR).screening.agreement(TA)[0]
    readers = desk.layout.readers[TA]
    columns = {
        who: [("exclude" if i in said else "include") if who in readers[i] else None for i in ids]
        for who, said in excludes.items()
    }
    whole = agreement(columns)
    assert verdict.found.raters == 3
    for name in ("percent", "ac", "alpha", "fleiss"):
        assert verdict.found.coefficients[name].estimate == pytest.approx(
            whole.coefficients[name].estimate, rel=1e-12
        )
        assert verdict.found.coefficients[name].se == pytest.approx(
            whole.coefficients[name].se, rel=1e-9
        )
    assert {pair.reviewers for pair in verdict.pairs} == {(ANNA, BEN), (ANNA, CLEO), (BEN, CLEO)}
    for pair in verdict.pairs:
        both = agreement({who: columns[who] for who in pair.reviewers})
        assert pair.kappa == both.coefficients["kappa"]
        assert pair.items == both.rated_twice


def test_two_who_share_no_item_have_no_agreement_and_are_told_why():
    desk = desk_of(4)
    for card in Seat(desk, ANNA).screening.queue(TA, n=2):
        Seat(desk, ANNA).screening.decide(TA, card.item, "include")
    (verdict,) = Seat(desk, CHAIR).screening.agreement(TA)
    assert verdict.found is None
    assert verdict.why
