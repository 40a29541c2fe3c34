"""Two processes that serve one review on PostgreSQL see what the other wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import Small
from tests.storage.conftest import postgres_server, postgres_url

import ranvier
from ranvier.api import OpenReview
from ranvier.bootstrap import create_store, open_store
from ranvier.core.facts import ReviewOpened
from ranvier.core.protocol import ScreeningRule
from ranvier.workflow.record import Saying

__all__ = ["postgres_server", "postgres_url"]

TA = "title_abstract"
CHAIR, ANNA, BEN = "person:chair", "person:anna", "person:ben"
RECORDS = 30


def begun(review: OpenReview) -> None:
    rule = ScreeningRule(stage=TA, rule="two_independent")
    opened = ReviewOpened(id="small", title="Small")
    said = [opened, Small().protocol(screening=(rule,))]
    review.record(Saying(payload=payload, actor=CHAIR) for payload in said)
    chair = review.seat(CHAIR)
    chair.team.put_member(CHAIR, ["owner", "adjudicator"])
    for person in (ANNA, BEN):
        chair.team.put_member(person, ["reviewer"])
    lines = ["id,title", *(f"r{n},Title {n}" for n in range(RECORDS))]
    chair.records.import_("\n".join(lines).encode(), "f.csv", source="S", kind="database")
    chair.screening.begin(TA)


def screen_all(review: OpenReview, who: str) -> int:
    seat, n = review.seat(who), 0
    while cards := seat.screening.queue(TA, n=3):
        seat.screening.decide(
            TA, cards[0].item, "include" if n % 5 else "exclude", client_id=f"{who}/{n}"
        )
        if n % 7 == 6:
            seat.screening.undo(f"{who}/{n}")
        n += 1
    return n


@pytest.mark.xdist_group("postgresql")
def test_each_sees_what_the_other_wrote(postgres_url, tmp_path: Path):
    one = OpenReview(create_store(f"{postgres_url}#small", review_id="small"))
    with one:
        begun(one)
        with OpenReview(open_store(f"{postgres_url}#small")) as other:
            with ThreadPoolExecutor(2) as pool:
                work = [pool.submit(screen_all, one, ANNA), pool.submit(screen_all, other, BEN)]
                assert all(done.result() >= RECORDS for done in work)
            flows = [review.seat(CHAIR).flow() for review in (one, other)]
            assert flows[0] == flows[1]
            assert (
                flows[0].records_screened + len(one.seat(CHAIR).screening.conflicts(TA)) == RECORDS
            )
            settled = other.seat(CHAIR).screening.conflicts(TA)
            for conflict in settled:
                other.seat(CHAIR).screening.resolve(TA, conflict.item, "include")
            assert one.seat(CHAIR).screening.conflicts(TA) == ()
            one.verify()


def test_a_review_in_a_folder_is_taken_up_where_it_was_left(tmp_path: Path):
    place = tmp_path / "review"
    with ranvier.new(place, id="small", title="Small", actor=CHAIR) as review:
        rule = ScreeningRule(stage=TA, rule="two_independent")
        review.record([Saying(payload=Small().protocol(screening=(rule,)), actor=CHAIR)])
        anna = review.seat(CHAIR)
        anna.records.import_(b"id,title\nr1,One\nr2,Two", "f.csv", source="S", kind="database")
        anna.team.put_member(ANNA, ["reviewer"])
        anna.screening.begin(TA)
        seat = review.seat(ANNA)
        seat.screening.decide(TA, "r1", "include", client_id="one")
    cards = next((place / "cache").glob("cards-*"))
    for kept in cards.iterdir():
        kept.unlink()  # it may be removed at any time
    with ranvier.open(place) as review:
        seat = review.seat(ANNA)
        assert [card.title for card in seat.screening.queue(TA)] == ["Two"]
        seat.screening.undo("one")
        assert {card.item for card in seat.screening.queue(TA)} == {"r1", "r2"}
    for kept in cards.iterdir():
        kept.write_bytes(kept.read_bytes()[:-5])  # or be cut short
    with ranvier.open(place, mode="read") as review:
        assert {card.title for card in review.seat(ANNA).screening.queue(TA)} == {"One", "Two"}
