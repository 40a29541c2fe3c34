"""Analysing, concluding and building: what is concluded knows what it rests on."""

from __future__ import annotations

import pytest

from ranvier.core.finding import Finding, Published, Text
from ranvier.core.judgement import Certainty
from ranvier.workflow.analyse import record_analyses
from ranvier.workflow.build import book_of
from ranvier.workflow.conclude import grounded
from ranvier.workflow.load import load
from ranvier.workflow.record import Saying, record


def by_anna(payload: object) -> Saying:
    return Saying(payload=payload, actor="person:anna")


@pytest.fixture
def concluded(small, store):
    """A small review with a second trial, a finding, its certainty and a text."""
    record(store, [by_anna(small.study("s2", label="Jones 2003"))])
    record(store, [by_anna(small.row("r2", study="s2"))])
    record_analyses(store, actor="machine:ranvier 0.1.0")
    about = {"comparison": "drug", "outcome": "strength", "based_on": {}}
    payloads = [
        Certainty(id="c", level=small.found("low"), domains={}, **about),
        Finding(id="f", analysis="strength-rr", certainty="c", order=1, **about),
        Text(
            id="t", section="plain", language="en", body="{finding:f.relative} better", based_on={}
        ),
        Text(id="u", section="background", language="en", body="Colds are common.", based_on={}),
    ]
    record(store, grounded(store, [by_anna(payload) for payload in payloads]))
    return store


def test_an_analysis_is_recorded_once_and_again_only_when_it_moves(small, store):
    [first] = record_analyses(store, actor="machine:ranvier 0.1.0", reason="Planned")
    assert (first.type, first.reason) == ("analysis.recorded", "Planned")
    assert record_analyses(store, actor="machine:ranvier 0.1.0") == []
    record(store, [by_anna(small.row(numbers={"events_1": 6}))])
    assert len(record_analyses(store, actor="machine:ranvier 0.1.0")) == 1


def test_what_is_concluded_keeps_the_hash_of_what_it_rests_on(concluded):
    review = load(concluded)
    inputs = book_of(concluded).analyses["strength-rr"].inputs
    rests = {"strength-rr": inputs}
    assert review.findings["f"].based_on == review.certainty["c"].based_on == rests
    assert review.texts["t"].based_on == rests
    assert review.texts["u"].based_on == {}


def test_conclusions_go_stale_when_a_value_is_corrected_and_hold_again_when_it_is_undone(
    small, concluded
):
    from ranvier.workflow.undo import undo

    stale = ("the data or the method of analysis 'strength-rr' changed since",)
    assert not any(node.stale for node in book_of(concluded).trace.values())
    [correction] = record(concluded, [by_anna(small.row(numbers={"events_1": 6}))])
    book = book_of(concluded)
    assert book.trace["finding/f"].stale == book.trace["text/t"].stale == stale
    assert book.summary["drug"][0].stale == stale
    undo(concluded, correction.seq, actor="person:anna", reason="It was 5")
    assert not any(node.stale for node in book_of(concluded).trace.values())


def test_the_book_is_a_function_of_the_log_alone(concluded):
    once, again = book_of(concluded), book_of(concluded)
    assert once.analyses == again.analyses
    assert once.trace == again.trace
    assert once.multiverses == again.multiverses
    assert (once.seq, once.head) == concluded.head()


def test_the_summary_shows_the_finding_with_its_certainty(concluded):
    [row] = book_of(concluded).summary["drug"]
    assert (row.finding, row.studies, row.participants) == ("f", 2, 40)
    assert row.certainty == "low"
    assert row.relative is not None
    assert row.relative.estimate == pytest.approx(5.0)


def test_published_results_are_recomputed_with_the_book(store):
    entry = {
        "id": "p",
        "design": "proportion",
        "rows": [{"study": "x", "events": 3, "n": 61}],
        "analysis": {"measure": "PR"},
        "printed": {"estimate": "4.92%"},
    }
    record(store, [by_anna(Published(id="p", entry=entry))])
    [result] = book_of(store).reproductions
    assert (result.id, result.as_expected) == ("p", True)


def test_a_review_without_a_protocol_can_be_built(small, empty):
    record(empty, [by_anna(small.opened)])
    book = book_of(empty)
    assert book.analyses == {}
    assert book.flow.new_studies == 0
