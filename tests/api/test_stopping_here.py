"""Whether enough was read: counted from what one may see, in the order in which it was read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.api.test_ordering import ANNA, BEN, CHAIR, TA, ask, decide, desk_of

from ranvier.api.seat import Seat
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.screen.stopping_here import History, in_hash_order, stop

READ = History(
    whose="own",
    relevant=(True,) * 30 + (False,) * 300,
    random=(False,) * 330,
    left=400,
    elsewhere=0,
    apart=False,
    learnt=True,
)


def read_all(desk: Desk, who: str, items: list[str]) -> None:
    seat = Seat(desk, who)
    for item in items:
        seat.screening.decide(
            TA, item, "include" if item in ("r001", "r004", "r007") else "exclude"
        )


def test_nothing_is_said_before_anything_was_read():
    said = Seat(desk_of(), ANNA).screening.stopping(TA)
    assert said.judged is None
    assert said.why is not None
    assert str(said) == ""


def test_what_came_by_the_hash_is_a_random_sample():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=12)
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is not None
    assert (said.by_hash, said.judged.rule) == (12, "hypergeometric_random")
    assert said.records == 60
    assert any("random sample" in note for note in said.notes)


def test_what_came_by_a_learnt_order_is_ranked():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=9)
    best = ask(desk, Ordering(desk, "asked"), ANNA)
    read_all(desk, ANNA, best[:20])
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is not None
    assert said.judged.rule == "biased_urn"
    assert 9 <= said.by_hash < 20
    assert said.course is not None
    assert (said.course.records, said.course.screened) == (60, 29)


def test_a_blinded_reviewer_counts_their_own_and_who_sees_all_the_teams():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=6)
    before = Seat(desk, ANNA).screening.stopping(TA)
    decide(desk, BEN, relevant=2, n=15)
    assert Seat(desk, ANNA).screening.stopping(TA) == before
    assert before.whose == "own"
    team = Seat(desk, CHAIR).screening.stopping(TA)
    assert team.whose == "team"
    assert team.judged is not None
    assert team.judged.screened == 15


def test_a_change_of_mind_keeps_its_place():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=10)
    before = Seat(desk, ANNA).screening.stopping(TA)
    first = Seat(desk, ANNA).screening.mine(TA)[-1]
    Seat(desk, ANNA).screening.decide(TA, first.item, "include")
    after = Seat(desk, ANNA).screening.stopping(TA)
    assert before.course is not None
    assert after.course is not None
    assert after.course.finds == tuple(sorted({1, *before.course.finds}))


def test_a_new_wave_begins_the_count_anew():
    desk = desk_of()
    decide(desk, ANNA, relevant=1, n=10)
    chair = Seat(desk, CHAIR)
    lines = ["id,title", *(f"n{i},A new trial of {i}" for i in range(7))]
    chair.records.import_("\n".join(lines).encode(), "g.csv", source="S", kind="database")
    chair.screening.begin(TA, reviewers=(ANNA, BEN))
    assert Seat(desk, ANNA).screening.stopping(TA).judged is None
    decide(desk, ANNA, relevant=1, n=3)
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is not None
    assert (said.judged.screened, said.judged.left) == (3, 54)
    assert any(note.startswith("10 records") for note in said.notes)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"apart": True}, "different records"),
        ({"learnt": False}, "order that is not known"),
        ({"relevant": (), "random": ()}, "Nothing was read"),
    ],
)
def test_no_rule_is_asked_where_none_holds(told, why):
    said = stop(replace(READ, **told), TA)
    assert said.judged is None
    assert why in (said.why or "")


def test_full_texts_are_all_read():
    assert stop(READ, "full_text").judged is None


def test_no_order_is_learnt_for_the_largest_stages_so_all_is_random():
    by_hash = replace(READ, learnt=False, random=(True,) * 325 + (False,) * 5)
    said = stop(by_hash, TA)
    assert said.judged is not None
    assert said.judged.rule == "hypergeometric_random"


def test_what_was_put_off_leaves_the_order_of_the_hash_as_it_was():
    order = [f"{n:03d}" for n in range(200)]
    read = [*order[:5], *order[7:50], order[5], order[6]]
    assert in_hash_order(order, read) == [True] * 48 + [False, False]
    assert in_hash_order(order, [order[150], order[80]]) == [False, False]
