"""What the protocol says of when reading may end, since when, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.api.test_ordering import ANNA, CHAIR, TA, ask, decide, desk_of
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.facts import decode, encode
from ranvier.core.protocol import ScreeningRule, StoppingPlan, StoppingRule
from ranvier.errors import RuleError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.screen.stating import stated

LAX = StoppingPlan(target=0.8, confidence=0.9)


def amend(desk: Desk, plan: StoppingPlan, reason: str | None = None) -> None:
    chair = Seat(desk, CHAIR)
    assert chair.protocol is not None
    rules = [replace(rule, stopping=plan) for rule in chair.protocol.screening]
    chair.screening.put_protocol(criteria=chair.protocol.criteria, rules=rules, reason=reason)


def read_ranked(desk: Desk, n: int = 20) -> None:
    decide(desk, ANNA, relevant=1, n=9)
    for item in ask(desk, Ordering(desk, "asked"), ANNA)[:n]:
        Seat(desk, ANNA).screening.decide(TA, item, "exclude")


def test_a_protocol_that_names_no_rule_has_the_default_and_it_is_called_so():
    desk = desk_of()
    read_ranked(desk)
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.stated.when == "default"
    assert said.stated.plan == StoppingPlan()
    assert "this is the default of Ranvier" in " ".join(said.sentences)


def test_a_protocol_without_a_plan_is_written_as_it_always_was():
    protocol = Small().protocol(screening=(ScreeningRule(stage=TA, rule="single"),))
    assert "stopping" not in encode(protocol)
    named = replace(protocol, screening=(ScreeningRule(stage=TA, rule="single", stopping=LAX),))
    assert decode("protocol.agreed", encode(named)) == named


def test_a_plan_named_before_records_are_given_out_is_said_to_be():
    store = MemoryStore()
    rule = ScreeningRule(stage=TA, rule="single", stopping=LAX)
    said = (Small.opened, Small().protocol(screening=(rule,)))
    record(store, [Saying(payload=one, actor=CHAIR) for one in said])
    desk = Desk(store)
    with desk.lock:
        desk.catch_up()
    assert stated(desk.layout.review, TA).when == "before"
    chair = Seat(desk, CHAIR)
    chair.records.import_(b"id,title\nr1,One\nr2,Two", "f.csv", source="S", kind="database")
    chair.screening.begin(TA, reviewers=(CHAIR,))
    told = stated(desk.layout.review, TA)
    assert (told.plan, told.when) == (LAX, "before")
    assert str(told).endswith("before records were given out.")


def test_a_plan_named_later_says_so_with_its_reason_and_is_the_one_that_is_asked():
    desk = desk_of()
    read_ranked(desk)
    amend(desk, LAX, "too much to read")
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is not None
    assert (said.judged.target, said.judged.confidence) == (0.8, 0.9)
    assert said.stated.when == "late"
    told = " ".join(said.sentences)
    assert "after records had been given out. Reason given: too much to read." in told
    assert "80% recall at 90% confidence" in told
    assert "80% recall, 90% confidence" in str(said)


def test_every_change_of_the_plan_is_kept():
    desk = desk_of()
    amend(desk, LAX, "first")
    amend(desk, StoppingPlan(rule="read_all"), "second")
    amend(desk, StoppingPlan(rule="read_all"), "nothing new")
    changes = Seat(desk, ANNA).screening.stopping(TA).stated.changes
    assert [(c.plan and c.plan.rule, c.reason, c.late) for c in changes] == [
        ("biased_urn", "first", True),
        ("read_all", "second", True),
    ]


def test_where_all_is_to_be_read_no_rule_is_asked_before_it_is():
    desk = desk_of()
    amend(desk, StoppingPlan(rule="read_all"), "we can")
    read_ranked(desk)
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is None
    assert "every record is read" in (said.why or "")
    for card in Seat(desk, ANNA).screening.queue(TA, n=100):
        Seat(desk, ANNA).screening.decide(TA, card.item, "exclude")
    done = Seat(desk, ANNA).screening.stopping(TA)
    assert done.judged is not None
    assert done.judged.state == "all_read"


@pytest.mark.parametrize("rule", ["biased_urn", "hypergeometric"])
def test_the_rule_that_is_named_is_the_rule_that_is_asked(rule: StoppingRule):
    desk = desk_of()
    amend(desk, StoppingPlan(rule=rule), "so")
    read_ranked(desk)
    said = Seat(desk, ANNA).screening.stopping(TA)
    assert said.judged is not None
    assert said.judged.rule == rule


@pytest.mark.parametrize(
    "plan", [StoppingPlan(target=1.0), StoppingPlan(confidence=0.0), StoppingPlan(target=95)]
)
def test_a_level_that_is_none_is_refused(plan):
    with pytest.raises(RuleError, match="between 0 and 1"):
        amend(desk_of(), plan, "so")


def test_full_texts_take_no_rule_but_to_read_all():
    store = MemoryStore()
    rule = ScreeningRule(stage="full_text", rule="single", stopping=StoppingPlan())
    said = (Small.opened, Small().protocol(screening=(rule,)))
    with pytest.raises(RuleError, match="full texts are all read"):
        record(store, [Saying(payload=one, actor=CHAIR) for one in said])
