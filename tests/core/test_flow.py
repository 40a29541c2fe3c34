"""The flow is counted from the log, and says where its arithmetic does not hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ranvier.core.facts import Undone
from ranvier.core.flow import Flow, flow_of
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.core.review import review_from
from ranvier.core.screening import Decision
from ranvier.core.search import Clustering, Record
from ranvier.core.study import Report
from ranvier.errors import NotFoundError

RECORDS = {
    id: Record(id=id, title=id.upper(), kind=kind)
    for id, kind in [
        ("a", "database"),
        ("a2", "register"),
        ("b", "database"),
        ("c", "database"),
        ("d", "other"),
    ]
}


@pytest.fixture
def screened(small):
    """Five records, two of one report; one included, one out on each stage, one waiting."""
    log = small.log()
    log.say(small.opened)
    rule = ScreeningRule(stage="full_text", rule="single")
    off_topic = Criterion(id="off_topic", stage="title_abstract", text="not on topic")
    protocol = small.protocol()
    log.say(
        replace(
            protocol,
            screening=(protocol.screening[0], rule),
            criteria=(*protocol.criteria, off_topic),
        )
    )
    log.say(Clustering(id="k", method="by hand", clusters={"ka": ("a", "a2")}, why={}))
    first: dict[str, Any] = {"stage": "title_abstract", "reviewer": "person:anna"}
    second = first | {"stage": "full_text"}
    log.say(Decision(item="ka", verdict="include", **first))
    log.say(Decision(item="b", verdict="include", **first))
    log.say(Decision(item="c", verdict="exclude", reasons=("off_topic",), **first))
    log.say(Decision(item="ka", verdict="include", **second))
    log.say(Decision(item="b", verdict="exclude", reasons=("no_rct",), **second), client_id="b out")
    log.say(Report(id="p", record="ka", kind="article"))
    log.say(small.paper)
    log.say(small.study(reports=("p",)))
    return log


def counted(log) -> Flow:
    return flow_of(review_from(log.events, records=RECORDS))


def test_every_box_is_counted_from_the_log(screened):
    flow = counted(screened)
    assert (flow.database_results, flow.register_results, flow.other_results) == (3, 1, 1)
    assert flow.duplicates == 1
    assert (flow.records_screened, flow.records_excluded, flow.records_waiting) == (3, 1, 1)
    assert flow.records_excluded_reasons == {"off_topic": 1}
    assert (flow.reports_sought, flow.reports_assessed, flow.reports_excluded) == (2, 2, 1)
    assert flow.reports_excluded_reasons == {"no_rct": 1}
    assert (flow.new_studies, flow.new_reports) == (1, 1)
    assert flow.warnings == ()


def test_the_boxes_add_up(screened):
    flow = counted(screened)
    found = flow.database_results + flow.register_results + flow.other_results
    assert found - flow.duplicates == flow.records_screened + flow.records_waiting
    assert flow.records_screened - flow.records_excluded == flow.reports_sought
    assert flow.reports_sought == flow.reports_assessed + flow.reports_waiting


def test_an_undone_exclusion_is_counted_no_longer(screened):
    screened.say(Undone(client_id="b out"))
    flow = counted(screened)
    assert (flow.reports_excluded, flow.reports_waiting) == (0, 1)


def test_a_full_text_that_cannot_be_had_is_neither_assessed_nor_waiting(screened):
    lost: dict[str, Any] = {"stage": "full_text", "reviewer": "person:anna"}
    screened.say(Decision(item="b", verdict="not_retrieved", **lost))
    flow = counted(screened)
    assert (flow.reports_not_retrieved, flow.reports_assessed, flow.reports_waiting) == (1, 1, 0)
    assert flow.reports_sought == flow.reports_assessed + flow.reports_not_retrieved


def test_reports_of_ongoing_studies_are_counted_apart(small, screened):
    screened.say(Decision(item="b", stage="full_text", reviewer="person:anna", verdict="include"))
    screened.say(Report(id="q", record="b", kind="registration"))
    screened.say(replace(small.study(reports=("q",)), id="later", role="ongoing"))
    flow = counted(screened)
    assert (flow.new_reports, flow.ongoing_studies, flow.ongoing_reports) == (1, 1, 1)
    assert flow.warnings == ()


def test_a_full_text_decision_on_what_was_not_included_is_reported(screened):
    screened.say(Decision(item="c", stage="full_text", reviewer="person:anna", verdict="include"))
    assert any("1 items have a full-text decision" in w for w in counted(screened).warnings)
    assert any("c" in w for w in counted(screened).warnings)


def test_an_included_report_of_no_study_is_reported(small, screened):
    screened.say(Decision(item="b", stage="full_text", reviewer="person:anna", verdict="include"))
    assert any("belongs to no study: b" in w for w in counted(screened).warnings)


def test_an_empty_review_has_an_empty_flow(small):
    log = small.log()
    log.say(small.opened)
    flow = flow_of(review_from(log.events))
    assert (flow.records_screened, flow.new_studies, flow.warnings) == (0, 0, ())


def test_a_review_that_was_never_opened_says_so():
    with pytest.raises(NotFoundError, match="never opened"):
        assert review_from([]).opened
