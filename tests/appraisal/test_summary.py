"""The row of a summary of findings, from an analysis and a judgement."""

import dataclasses

import pytest

from ranvier.appraisal import summary_row
from ranvier.core.analysis import ENGINE, Analysis, Estimate
from ranvier.core.finding import Finding
from ranvier.core.judgement import Certainty
from ranvier.core.protocol import AnalysisSpec, Outcome
from ranvier.core.value import Value

OUTCOME = Outcome(
    id="o", name="strength", kind="binary", direction="higher_is_better", phrase="", plain=""
)
FINDING = Finding(
    id="f", comparison="c", outcome="o", analysis="a", certainty="g", order=1,
    based_on={"a": "hash"},
)  # fmt: skip


def analysis(measure="RR", design="two_arm_binary", effect=(11.0, 2.86, 42.25), totals=None):
    spec = AnalysisSpec(
        id="a", label="", comparison="c", outcome="o", design=design, measure=measure, method="MH"
    )
    return Analysis(
        spec=spec, inputs="hash", engine=ENGINE, rows=("r",), k=3, participants=27,
        effect=None if effect is None else Estimate(
            estimate=effect[0], ci_lb=effect[1], ci_ub=effect[2]
        ),
        se=None, p=None, studies=(), provenance="derived", notes=(),
        totals={"events_1": 21, "n_1": 27, "events_2": 1, "n_2": 27} if totals is None else totals,
    )  # fmt: skip


def certainty(provenance="found", based_on=None):
    level = Value(value="low", provenance=provenance, source="s", printed="Low")
    return Certainty(
        id="g", comparison="c", outcome="o", level=level, domains={}, based_on=based_on or {}
    )


def row(of, judged=None, outcome=OUTCOME, **more):
    return summary_row(
        FINDING, outcome=outcome, analysis=of, certainty=judged, analyses={"a": of}, **more
    )


def test_absolute_risks_come_from_the_comparator_groups():
    found = row(analysis(), certainty())
    assert found.risk_2.estimate == pytest.approx(1000 / 27)
    assert found.risk_1.estimate == pytest.approx(11 * 1000 / 27)
    assert found.relative.estimate == 11.0
    assert (found.certainty, found.certainty_source) == ("low", "s")
    assert (found.size, found.direction, found.provenance) == ("large", "better", "derived")
    assert found.stale == ()


def test_a_baseline_may_be_given():
    assert row(analysis(effect=(0.5, 0.4, 0.6)), baseline=0.3).risk_1.estimate == 150


def test_a_certainty_nobody_was_seen_to_judge_is_not_assessed():
    for judged in (None, certainty("recalled")):
        found = row(analysis(), judged)
        assert (found.certainty, found.certainty_source) == (None, None)


def test_what_a_row_rested_on_and_changed_makes_it_stale():
    moved = dataclasses.replace(analysis(), inputs="other")
    assert row(moved, certainty(based_on={"a": "hash"})).stale == (
        "the data or the method of analysis 'a' changed since",
    )


def test_a_difference_stays_in_its_units_and_a_risk_difference_is_per_1000():
    points = analysis("MD", "two_arm_continuous", (2.0, 0.5, 3.5), totals={})
    mean = row(points)
    assert (mean.difference.estimate, mean.relative, mean.size) == (2.0, None, "unclear")
    mid = dataclasses.replace(OUTCOME, mid=Value(value=1.0, provenance="found"))
    assert row(points, outcome=mid).size == "small"
    risk = row(analysis("RD", effect=(0.25, 0.1, 0.4)))
    assert risk.difference.estimate == pytest.approx(250)
    unknown = row(analysis("RD", "paired_binary", (0.25, 0.1, 0.4), totals={}))
    assert unknown.difference.estimate == pytest.approx(250)


def test_without_an_effect_nothing_is_claimed():
    for found in (
        row(analysis(effect=None)),
        row(analysis("PR", "proportion", (0.7, 0.4, 0.9), totals={"events": 7, "n": 10})),
    ):
        assert (found.size, found.direction, found.difference) == ("unclear", "either", None)


def test_a_share_without_a_comparator_is_a_risk_and_no_effect():
    found = row(analysis("PR", "proportion", (0.7, 0.4, 0.9), totals={"events": 7, "n": 10}))
    assert (found.risk_1.estimate, found.risk_2, found.relative) == (700, None, None)
