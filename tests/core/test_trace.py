"""The trace leads from a finding to the words in the source, and says what is stale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ranvier.core.analysis import ENGINE, Analysis, AnalysisRecorded, Estimate, input_hash
from ranvier.core.finding import Finding
from ranvier.core.judgement import Certainty
from ranvier.core.result import row_provenance
from ranvier.core.review import review_from
from ranvier.core.trace import node_at, trace, trace_lines
from ranvier.core.value import Value
from ranvier.errors import NotFoundError


def analysed(review) -> dict[str, Analysis]:
    """An analysis of all rows, its numbers invented: a trace computes none."""
    spec = review.specs["strength-rr"]
    rows = tuple(review.rows.values())
    return {
        spec.id: Analysis(
            spec=spec,
            inputs=input_hash(spec, rows),
            engine=ENGINE,
            rows=tuple(row.id for row in rows),
            k=len(rows),
            participants=20,
            effect=Estimate(estimate=5.0, ci_lb=0.7, ci_ub=35.5),
            se=1.0,
            p=0.1,
            studies=(),
            totals={},
            provenance=max((row_provenance(r) for r in rows), key=("found", "recalled").index),
            notes=("0.5 was added to nothing",),
        )
    }


@pytest.fixture
def log(small):
    log = small.log()
    for payload in small.start():
        log.say(payload)
    inputs = analysed(review_from(log.events))["strength-rr"].inputs
    log.say(
        Certainty(
            id="c",
            comparison="drug",
            outcome="strength",
            level=small.found("low"),
            domains={},
            based_on={"strength-rr": inputs},
        )
    )
    log.say(
        Finding(
            id="f",
            comparison="drug",
            outcome="strength",
            analysis="strength-rr",
            certainty="c",
            order=1,
            based_on={"strength-rr": inputs},
        ),
        reason="The primary outcome",
    )
    return log


def traced(log):
    review = review_from(log.events)
    return trace(review, analysed(review))


def test_a_finding_leads_down_to_the_source_of_each_value(log):
    text = "\n".join("  " * depth + line for depth, line in trace_lines(traced(log), "finding/f"))
    steps = [
        "finding/f",
        "analysis/strength-rr",
        "row/r1",
        "value/r1/events_1",
        "printed: 5",
        "source/paper",
        "certainty/c",
    ]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "event 7, 2026-01-31T12:00:00Z, person:anna: The primary outcome" in text


def test_every_step_named_below_another_exists(log):
    nodes = traced(log)
    assert {below for node in nodes.values() for below in node.below} <= set(nodes)


def test_a_step_is_written_once(log):
    lines = [line for _, line in trace_lines(traced(log), "finding/f")]
    assert sum(line.startswith("source/paper:") for line in lines) == 1
    assert any(line == "source/paper (see above)" for line in lines)


def test_a_recalled_value_marks_every_number_made_from_it(small, log):
    row = small.row()
    recalled = row.values | {"n_2": Value(value=10, provenance="recalled")}
    log.say(replace(row, values=recalled))
    lines = [line for _, line in trace_lines(traced(log), "finding/f")]
    marked = [line.split(":")[0] for line in lines if line.endswith("[recalled]")]
    assert marked[:3] == ["finding/f", "analysis/strength-rr", "row/r1"]
    assert "value/r1/n_2" in marked
    assert "origin: recalled: no source was seen for this figure" in lines


def test_conclusions_are_stale_once_their_data_change(small, log):
    assert not any(node.stale for node in traced(log).values())
    log.say(small.row(numbers={"events_1": 6}))
    nodes = traced(log)
    why = ("the data or the method of analysis 'strength-rr' changed since",)
    assert nodes["finding/f"].stale == nodes["certainty/c"].stale == why


def test_a_recorded_analysis_is_stale_once_its_data_or_engine_change(small, log):
    analysis = analysed(review_from(log.events))["strength-rr"]
    said = AnalysisRecorded(
        id="strength-rr",
        inputs=analysis.inputs,
        engine=ENGINE,
        estimate=5.0,
        ci_lb=0.7,
        ci_ub=35.5,
    )
    log.say(said)
    assert traced(log)["analysis/strength-rr"].stale == ()
    log.say(replace(said, engine="ranvier.stats 0"))
    assert "recorded with ranvier.stats 0" in traced(log)["analysis/strength-rr"].stale[0]
    log.say(said)
    log.say(small.row(numbers={"events_1": 6}))
    assert traced(log)["analysis/strength-rr"].stale


def test_an_unknown_id_names_ids_that_look_alike(log):
    nodes = traced(log)
    assert node_at(nodes, "row/r1").id == "row/r1"
    with pytest.raises(
        NotFoundError, match=r"no.*'strength-rr'.*Did you mean analysis/strength-rr"
    ):
        node_at(nodes, "strength-rr")
    with pytest.raises(NotFoundError, match="ranvier status"):
        node_at(nodes, "finding/nowhere")
