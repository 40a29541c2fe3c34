"""Screening over HTTP: decided once, by whom it says, and blind."""

from __future__ import annotations

import pytest

import ranvier
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.workflow.record import Saying

ANNA, BEN = "person:anna", "person:ben"
TA = "title_abstract"
API = "/api/v1/reviews/screened/decisions"


@pytest.fixture
def screened(small, reviews):
    """A review in which Anna and Ben screen; Ben has decided."""
    criteria = (Criterion(id="design", stage=TA, text="Randomised <b>"),)
    rules = (ScreeningRule(stage=TA, rule="two_independent"),)
    place = reviews / "screened"
    with ranvier.new(place, id="screened", title="Screened", actor=ANNA) as made:
        protocol = small.protocol(screening=rules, criteria=criteria)
        made.record([Saying(payload=protocol, actor=ANNA)])
        seat = made.seat(ANNA)
        rows = [f"x{n},Title {n},Abstract" for n in range(4)]
        table = "\n".join(["id,title,abstract", *rows]).encode()
        seat.records.import_(table, "f.csv", source="MEDLINE", kind="database")
        seat.team.put_member(BEN, ["reviewer"], name="Ben")
        seat.screening.begin(TA)
        ben = made.seat(BEN)
        for card in ben.screening.queue(TA, n=9):
            ben.screening.decide(TA, card.item, "exclude", reasons=["design"], note="secret of Ben")
    return place


@pytest.fixture
def anna(screened, serve):
    return serve().client()


def decision(item: str, **more: object) -> dict[str, object]:
    said = {"client_id": "0190-anna-1", "stage": TA, "item": item, "verdict": "include"}
    return said | {"actor": ANNA} | more


def item(anna) -> str:
    ahead = anna.post(f"/r/screened/screen/{TA}/cards?n=1", json={"after": []}).json()
    return ahead["cards"][0]["item"]


def test_a_decision_sent_twice_is_one_and_taken_back_twice_is_none(anna):
    said = decision(item(anna))
    for _ in range(2):
        answer = anna.post(API, json=said)
        assert answer.json()["progress"] == {"decided": 1, "left": 3}
    undo = {"client_id": "0190-anna-2", "of": said["client_id"], "stage": TA, "actor": ANNA}
    for _ in range(2):
        assert anna.post(f"{API}/undo", json=undo).json()["progress"] == {"decided": 0, "left": 4}


def test_what_somebody_else_decided_is_not_recorded_as_ones_own(anna):
    answer = anna.post(API, json=decision(item(anna), actor=BEN))
    assert answer.status_code == 409
    assert anna.get(f"/r/screened/screen/{TA}/last").json() == {}


def test_nobody_decides_without_signing_in(serve, screened):
    answer = serve().client(token=None).post(API, json=decision("x1"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "NotSignedIn"


def test_a_decision_that_makes_no_sense_says_why_in_words(anna):
    answer = anna.post(API, json=decision("no-such-item"))
    assert answer.status_code == 404
    assert {"message", "remedy"} <= answer.json().keys()
    answer = anna.post(API, json=decision(item(anna), verdict="exclude", reasons=["no-such"]))
    assert answer.status_code == 422
    assert "no-such" in answer.json()["message"]


def test_records_at_hand_are_not_sent_again(anna):
    address = f"/r/screened/screen/{TA}/cards?n=9"
    held = [card["item"] for card in anna.post(address, json={"after": []}).json()["cards"]]
    assert len(held) == 4
    rest = anna.post(address, json={"after": held[:3]}).json()["cards"]
    assert [card["item"] for card in rest] == held[3:]


def test_a_form_sent_twice_decides_once(anna, screened):
    form = {"item": item(anna), "verdict": "exclude", "reasons": "design", "note": " mine "}
    for _ in range(2):
        assert anna.post(f"/r/screened/screen/{TA}", data=form).status_code == 200
    log = anna.get(f"/r/screened/screen/{TA}/mine").text
    assert log.count("<time") == 1
    assert "Randomised &lt;b&gt;" in log


def test_no_page_of_somebody_blinded_tells_what_the_other_decided(anna):
    first = item(anna)
    pages = [
        f"/r/screened/screen/{TA}",
        f"/r/screened/screen/{TA}?item={first}",
        f"/r/screened/screen/{TA}/mine",
        f"/r/screened/screen/{TA}/last",
        "/r/screened/conflicts",
        f"/r/screened/conflicts/{TA}?item={first}",
    ]
    anna.post(API, json=decision(first))
    for page in pages:
        said = anna.get(page)
        assert said.status_code == 200
        assert "secret of Ben" not in said.text
        assert "Nothing to settle" not in said.text
    refused = anna.post(
        f"/r/screened/conflicts/{TA}",
        data={"item": first, "verdict": "include", "how": "discussion"},
    )
    assert refused.status_code == 409
    assert "is hidden from" in refused.text


def test_the_same_page_is_the_same_bytes(anna):
    first, again = (anna.get(f"/r/screened/screen/{TA}").content for _ in range(2))
    assert first == again
