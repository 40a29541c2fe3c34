"""Ending the reading: people decide it, the review document tells it, and nothing leaks by it."""

from __future__ import annotations

import pytest
from tests.api.test_ordering import ANNA, BEN, CHAIR, TA, decide, desk_of
from tests.api.test_stating import LAX, amend, read_ranked

from ranvier.api.seat import Seat
from ranvier.errors import AccessError, InputError, NotFoundError


def opened():
    """Make a review of which both reviewers read some, with nobody blinded any more."""
    desk = desk_of()
    read_ranked(desk)
    decide(desk, BEN, relevant=1, n=12)
    chair = Seat(desk, CHAIR)
    for allotment in chair.screening.stages()[0].allotments:
        chair.screening.open(allotment.id)
    return desk


def test_while_reviewers_are_blinded_reading_is_not_ended_in_the_document():
    desk = desk_of()
    read_ranked(desk)
    with pytest.raises(InputError, match="still blinded"):
        Seat(desk, CHAIR).screening.end(TA)


def test_only_an_owner_ends_the_reading():
    with pytest.raises(AccessError):
        Seat(opened(), ANNA).screening.end(TA)


def test_the_document_tells_how_reading_ended_and_that_the_rule_was_not_met():
    desk = opened()
    chair = Seat(desk, CHAIR)
    text = chair.screening.end(TA)
    assert text.body == " ".join(chair.screening.stopping(TA).sentences)
    assert "although the rule was not met" in text.body
    assert "this is the default of Ranvier" in text.body
    assert "although the rule was not met" in chair.document()


def test_ending_again_replaces_what_was_said():
    desk = opened()
    chair = Seat(desk, CHAIR)
    first = chair.screening.end(TA)
    amend(desk, LAX, "we {cannot} read more")
    second = chair.screening.end(TA)
    assert first.id == second.id
    assert "we (cannot) read more" in second.body
    document = chair.document()
    assert "80% recall" in document
    assert first.body not in document


def test_a_stage_that_the_protocol_does_not_have_cannot_be_ended():
    desk = opened()
    with pytest.raises(NotFoundError):
        Seat(desk, CHAIR).screening.end("full_text")
