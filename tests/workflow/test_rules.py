"""Each rule of a review: a fact that breaks it is refused, with file, row and remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ranvier.core.facts import ReviewOpened, Undone, Withdrawn
from ranvier.core.finding import Finding
from ranvier.core.judgement import Certainty, RiskOfBias
from ranvier.core.protocol import Comparison, Criterion, ScreeningRule
from ranvier.core.rules import Ledger
from ranvier.core.screening import Decision
from ranvier.core.search import Clustering, Import
from ranvier.core.study import Conflict, Report
from ranvier.core.value import Anchor, Derivation, Source, Value
from ranvier.errors import RuleError
from ranvier.workflow.collect import import_records
from ranvier.workflow.record import Saying, record

RECORDS = b"id,title\na1,One\na2,Two\na3,Three\n"

Bad = Callable[[Any], Any]


def decision(**more: Any) -> Decision:
    said = {"item": "a1", "stage": "title_abstract", "reviewer": "person:anna"}
    return Decision(**(said | {"verdict": "include"} | more))


def clustering(*records: str, id: str = "k2", name: str = "c2") -> Clustering:
    return Clustering(id=id, method="by hand", clusters={name: records}, why={})


def conflict(small: Any, **more: Any) -> Conflict:
    sides = {"paper": small.found(1), "page": small.found(2)}
    return Conflict(**({"id": "x", "about": "n", "study": "s1", "sides": sides} | more))


def bias(small: Any, **more: Any) -> RiskOfBias:
    said = {"id": "b", "study": "s1", "tool": "RoB 2", "domain": "overall"}
    return RiskOfBias(**(said | {"level": small.found("low")} | more))


def certainty(small: Any, **more: Any) -> Certainty:
    said = {"id": "c", "comparison": "drug", "outcome": "strength", "domains": {}, "based_on": {}}
    return Certainty(**(said | {"level": small.found("low")} | more))


def finding(**more: Any) -> Finding:
    said = {"id": "f", "comparison": "drug", "outcome": "strength", "analysis": "strength-rr"}
    return Finding(**(said | {"certainty": None, "order": 1, "based_on": {}} | more))


def continuous(small: Any, **numbers: float) -> Any:
    base = {"mean_1": 1.0, "n_1": 10, "mean_2": 2.0, "n_2": 10, "sd_1": 1.0, "sd_2": 1.0}
    return small.row(id="r2", design="two_arm_continuous", numbers=base | numbers)


def with_value(small: Any, value: Value) -> Any:
    row = small.row(id="r2")
    return replace(row, values=row.values | {"events_1": value})


#: What is wrong -> (the bad fact, words of the message).
BAD: dict[str, tuple[Bad, str]] = {
    "a second opening": (lambda s: ReviewOpened(id="b", title="B"), "open already"),
    "question, unknown outcome": (
        lambda s: s.protocol(
            questions=(replace(s.protocol().questions[0], outcomes=("pain",)),), analyses=()
        ),
        "names outcome 'pain'",
    ),
    "comparison, unknown question": (
        lambda s: s.protocol(
            comparisons=(Comparison(id="drug", label="", question="q9", group_1="x"),)
        ),
        "names question 'q9'",
    ),
    "analysis, unknown outcome": (
        lambda s: s.protocol(analyses=(s.spec(outcome="pain"),)),
        "analysis 'strength-rr' names outcome 'pain'",
    ),
    "analysis, unknown comparison": (
        lambda s: s.protocol(analyses=(s.spec(comparison="none"),)),
        "names comparison 'none'",
    ),
    "analysis, unknown measure": (
        lambda s: s.protocol(analyses=(s.spec(measure="RRR"),)),
        "unknown measure 'RRR' for two_arm_binary; known are AS, OR, PETO, RD, RR",
    ),
    "analysis, impossible level": (
        lambda s: s.protocol(analyses=(s.spec(level=95),)),
        "level is 95; it must lie between 0 and 1",
    ),
    "two outcomes of one id": (
        lambda s: s.protocol(outcomes=s.protocol().outcomes * 2),
        "two of outcome 'strength'",
    ),
    "two criteria of one id": (
        lambda s: s.protocol(criteria=(Criterion(id="c", stage="full_text", text=""),) * 2),
        "two of criterion 'c'",
    ),
    "protocol value, unknown source": (
        lambda s: s.protocol(
            outcomes=(replace(s.protocol().outcomes[0], mid=s.found(1, source="nowhere")),)
        ),
        "source 'nowhere', which is not in the review",
    ),
    "document without a hash": (
        lambda s: Source(id="d", label="D", kind="document"),
        "its SHA-256 is not given",
    ),
    "import, unknown search run": (
        lambda s: Import(
            id="i9",
            search_run="none",
            filename="f.csv",
            file_sha256="",
            reader="csv 1",
            records_sha256="",
            count=0,
        ),
        "names search 'none'",
    ),
    "cluster of one": (lambda s: clustering("a3"), "has 1 record; it needs two or more"),
    "cluster, unknown record": (
        lambda s: clustering("a3", "a9"),
        "names record 'a9': never imported",
    ),
    "record in two clusters": (
        lambda s: clustering("a1", "a3"),
        "record 'a1' would be in two clusters, 'c1' and 'c2'",
    ),
    "decision, unknown record": (lambda s: decision(item="a9"), "no such record or cluster"),
    "decision, unknown reason": (
        lambda s: decision(verdict="exclude", reasons=("boring",)),
        "reason 'boring' is not a criterion",
    ),
    "decision, unknown source": (lambda s: decision(source="no"), "names source 'no'"),
    "report, unknown record": (
        lambda s: Report(id="p9", record="a9", kind="article"),
        "names record 'a9': never imported",
    ),
    "record of two reports": (
        lambda s: Report(id="p9", record="a3", kind="article"),
        "record 'a3' would describe two reports, 'p1' and 'p9'",
    ),
    "study, unknown question": (
        lambda s: s.study("s2", questions=("q9",)),
        "names question 'q9', which the protocol does not have",
    ),
    "study, unknown report": (lambda s: s.study("s2", reports=("p9",)), "names report 'p9'"),
    "report in two studies": (
        lambda s: s.study("s2", reports=("p1",)),
        "report 'p1' would be in two studies, 's1' and 's2'",
    ),
    "study, value without origin": (
        lambda s: s.study("s2", facts={"n": Value(value=3, provenance="found")}),
        "study 's2', facts.n is said to be found, but names no source",
    ),
    "study, unknown source": (
        lambda s: s.study("s2", facts={"n": s.found(3, source="no")}),
        "names source 'no'",
    ),
    "row, unknown study": (lambda s: s.row("r2", study="s9"), "names study 's9'"),
    "row, unknown comparison": (lambda s: s.row("r2", comparison="x"), "names comparison 'x'"),
    "row, unknown outcome": (lambda s: s.row("r2", outcome="pain"), "names outcome 'pain'"),
    "row, alternative to nothing": (
        lambda s: s.row("r2", alternative_to="r9"),
        "names row 'r9'",
    ),
    "row, unknown source": (
        lambda s: with_value(s, s.found(5, source="no")),
        "names source 'no'",
    ),
    "row, field missing": (
        lambda s: replace(s.row("r2"), values={"events_1": s.found(1), "n_1": s.found(2)}),
        "lacks events_2",
    ),
    "row, spread missing": (
        lambda s: s.row(
            "r2",
            design="two_arm_continuous",
            numbers={"mean_1": 1, "n_1": 2, "mean_2": 1, "n_2": 2},
        ),
        "needs sd_1, sd_2; or se_1, se_2",
    ),
    "row, unknown field": (
        lambda s: s.row("r2", numbers={"evnets_1": 4}),
        "does not know the field 'evnets_1'",
    ),
    "row, events > n": (
        lambda s: s.row("r2", numbers={"events_1": 11}),
        "events_1 is 11, more than n_1 = 10",
    ),
    "row, negative count": (
        lambda s: s.row("r2", numbers={"events_2": -1}),
        "events_2 is -1; it must be a whole number",
    ),
    "row, half a person": (lambda s: s.row("r2", numbers={"n_2": 9.5}), "n_2 is 9.5"),
    "row, negative spread": (
        lambda s: continuous(s, sd_1=-2),
        "sd_1 is -2; a spread cannot be negative",
    ),
    "row, spread of nothing": (
        lambda s: replace(
            s.row("r2"),
            design="contrast",
            measure="MD",
            values={"estimate": s.found(1), "se": s.found(0)},
        ),
        "se is 0",
    ),
    "row, ratio below zero": (
        lambda s: s.row(
            "r2", design="contrast", measure="RR", numbers={"estimate": -1.5, "se": 0.2}
        ),
        "estimate is -1.5",
    ),
    "row, bounds in the wrong order": (
        lambda s: s.row(
            "r2", design="contrast", measure="MD", numbers={"estimate": 1, "ci_lb": 3, "ci_ub": 0}
        ),
        "ci_lb 3 is above ci_ub 0",
    ),
    "row, estimate outside its interval": (
        lambda s: s.row(
            "r2", design="contrast", measure="MD", numbers={"estimate": 9, "ci_lb": 0, "ci_ub": 3}
        ),
        "estimate 9 is not between",
    ),
    "row, unknown measure": (
        lambda s: s.row(
            "r2", design="contrast", measure="XX", numbers={"estimate": 1, "ci_lb": 0, "ci_ub": 3}
        ),
        "unknown measure 'XX'",
    ),
    "row, p above one": (
        lambda s: s.row("r2", design="narrative", numbers={"finding": 1, "p": 1.2}),
        "p is 1.2",
    ),
    "row, more pairs than people": (
        lambda s: s.row("r2", design="paired_binary", numbers={"only_1": 5, "only_2": 3, "n": 7}),
        "8 pairs, but n = 7",
    ),
    "row, words for a number": (
        lambda s: with_value(s, s.found("five")),
        "events_1 is 'five'",
    ),
    "value, found without a figure": (
        lambda s: with_value(s, Value(value=5, provenance="found", source="paper")),
        "does not quote the printed figure",
    ),
    "value, derived from nothing": (
        lambda s: with_value(s, Value(value=5, provenance="derived")),
        "said to be derived, but does not say how",
    ),
    "value, recalled with an anchor": (
        lambda s: with_value(
            s, Value(value=5, provenance="recalled", anchor=Anchor(source="paper", quote="5"))
        ),
        "is it found?",
    ),
    "value, judged without a reason": (
        lambda s: with_value(s, Value(value=5, provenance="judged")),
        "a judgement without a reason",
    ),
    "value, two sources": (
        lambda s: with_value(s, s.found(5, anchor=Anchor(source="other", quote="5"))),
        "names source 'paper', its anchor 'other'",
    ),
    "conflict with one side": (
        lambda s: conflict(s, sides={"paper": s.found(1)}),
        "fewer than two sides",
    ),
    "conflict, unknown study": (lambda s: conflict(s, study="s9"), "names study 's9'"),
    "conflict, unknown row": (lambda s: conflict(s, rows=("r9",)), "names row 'r9'"),
    "bias, unknown study": (lambda s: bias(s, study="s9"), "names study 's9'"),
    "bias, unknown level": (lambda s: bias(s, level=s.found("fine")), "no known level: 'fine'"),
    "bias, recalled": (
        lambda s: bias(s, level=Value(value="low", provenance="recalled")),
        "it stays not assessed",
    ),
    "certainty, unknown level": (
        lambda s: certainty(s, level=s.found("fair")),
        "no known level: 'fair'",
    ),
    "certainty, recalled": (
        lambda s: certainty(s, level=Value(value="low", provenance="recalled")),
        "it stays not assessed",
    ),
    "certainty, unknown outcome": (lambda s: certainty(s, outcome="pain"), "names outcome 'pain'"),
    "finding, unknown analysis": (
        lambda s: finding(analysis="none"),
        "names analysis 'none', which the protocol does not have",
    ),
    "finding, unknown certainty": (lambda s: finding(certainty="no"), "names certainty 'no'"),
    "withdrawal of nothing": (
        lambda s: Withdrawn(kind="row", id="r9"),
        "names row 'r9', which is not in the review",
    ),
    "undo of nothing": (lambda s: Undone(client_id="nobody"), "no event with client id 'nobody'"),
}


@pytest.fixture
def full(small, store):
    """A small review with records, a cluster and a report as well."""
    from ranvier.core.search import SearchRun

    run = SearchRun(id="run", source="MEDLINE", kind="database", date="2026-01-31")
    import_records(store, run, "records.csv", RECORDS, actor="person:anna")
    more = [
        clustering("a1", "a2", id="k1", name="c1"),
        Report(id="p1", record="a3", kind="article"),
        small.study(reports=("p1",)),
    ]
    record(store, [Saying(payload=payload, actor="person:anna") for payload in more])
    return store


@pytest.mark.parametrize("what", BAD)
def test_a_bad_fact_is_refused_with_file_row_and_remedy(what, small, full):
    make, words = BAD[what]
    before = full.head()
    with pytest.raises(RuleError) as caught:
        record(full, [Saying(payload=make(small), actor="person:anna", file="rows.csv", row=3)])
    error = caught.value
    assert words in error.message
    assert (error.file, error.row) == ("rows.csv", 3)
    assert error.remedy
    assert str(error).startswith("rows.csv, row 3: ")
    assert full.head() == before


def test_good_facts_next_to_the_bad_ones_are_taken(small, full):
    """The cases above are refused for the one thing that is wrong with each."""
    derived = Value(
        value=5,
        provenance="derived",
        derivation=Derivation(formula="sum", inputs=("2", "3"), explanation="Two and three."),
    )
    good = [
        decision(),
        small.study("s2"),
        small.row("r2", study="s2"),
        with_value(small, derived),
        continuous(small),
        small.row("r3", design="narrative", numbers={"finding": "stronger", "p": "<0.001"}),
        conflict(small),
        bias(small),
        certainty(small),
        finding(certainty="c"),
        Withdrawn(kind="finding", id="f"),
    ]
    events = record(full, [Saying(payload=payload, actor="person:anna") for payload in good])
    assert len(events) == len(good)


def test_a_decision_at_a_stage_without_a_rule_is_refused(small, full):
    protocol = small.protocol(screening=(ScreeningRule(stage="full_text", rule="single"),))
    record(full, [Saying(payload=protocol, actor="person:anna")])
    with pytest.raises(RuleError, match="no screening rule for stage 'title_abstract'"):
        record(full, [Saying(payload=decision(), actor="person:anna")])


def test_nothing_can_be_said_before_the_review_is_opened(small, empty):
    with pytest.raises(RuleError, match="was not opened yet"):
        record(empty, [Saying(payload=small.paper, actor="person:anna")])


@pytest.mark.parametrize("make", [lambda s: s.study(), lambda s: s.row(), lambda s: finding()])
def test_what_needs_a_protocol_is_refused_without_one(make, small, empty):
    record(empty, [Saying(payload=small.opened, actor="person:anna")])
    record(empty, [Saying(payload=small.paper, actor="person:anna")])
    with pytest.raises(RuleError, match="protocol first"):
        record(empty, [Saying(payload=make(small), actor="person:anna")])


def test_a_finding_shows_an_analysis_of_its_own_outcome(small, full):
    pain = replace(small.protocol().outcomes[0], id="pain", name="Pain")
    protocol = small.protocol(outcomes=(*small.protocol().outcomes, pain))
    record(full, [Saying(payload=protocol, actor="person:anna")])
    with pytest.raises(RuleError, match="but analysis 'strength-rr' is on 'strength'"):
        record(full, [Saying(payload=finding(outcome="pain"), actor="person:anna")])


def test_a_field_of_the_wrong_type_is_named(small, full):
    row = replace(small.row("r2"), note=7)  # type: ignore[arg-type]
    with pytest.raises(RuleError, match=r"row.extracted: .*note") as caught:
        record(full, [Saying(payload=row, actor="person:anna", file="rows.csv", row=9)])
    assert (caught.value.file, caught.value.row) == ("rows.csv", 9)


def test_a_review_that_is_simulated_says_what_is():
    said = Ledger().problems(ReviewOpened(id="b", title="B", simulated=" "))
    assert "what in it is simulated" in said[0]
