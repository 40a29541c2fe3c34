"""GRADE's arithmetic, absolute effects and sizes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.appraisal import (
    absolute_effect,
    rate,
    rating_problems,
)
from ranvier.appraisal.absolute import direction_of, relative_size, size_against
from ranvier.core.analysis import Estimate
from ranvier.core.judgement import CERTAINTY_LEVELS, Certainty, Rating
from ranvier.core.value import Value
from ranvier.errors import InputError


def estimate(x, low=None, high=None):
    return Estimate(estimate=x, ci_lb=low, ci_ub=high)


def down(steps):
    return Rating(steps=steps, reason="because")


DOWN = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")


@pytest.mark.parametrize("steps", list(itertools.product((0, -1, -2), repeat=4)))
def test_steps_add_up_from_high_and_stop_at_very_low(steps):
    found = rate(dict(zip(DOWN, map(down, steps), strict=False)))
    level = ("very_low", "very_low", "low", "moderate", "high")[max(0, 4 + sum(steps))]
    assert (found.level, found.steps) == (level, sum(steps))


def test_non_randomized_evidence_starts_low_and_can_be_rated_up():
    assert rate({}, start="non_randomized").level == "low"
    assert rate({}, start="non_randomized_robins").level == "high"
    up = rate({"large_effect": down(2)}, start="non_randomized")
    assert (up.level, up.cautions) == ("high", ())


def test_rating_up_what_was_rated_down_is_cautioned():
    found = rate({"large_effect": down(1), "imprecision": down(-1)})
    assert found.level == "high"
    assert len(found.cautions) == 2


@pytest.mark.parametrize(
    ("domains", "start", "said"),
    [
        ({"luck": down(-1)}, "randomized", "no domain 'luck'"),
        ({"inconsistency": down(-3)}, "randomized", "takes -2 to 0"),
        ({"risk_of_bias": down(-3)}, "randomized", "takes -2 to 0"),
        ({"imprecision": down(1)}, "randomized", "takes -3 to 0"),
        ({"imprecision": Rating(steps=-1, reason=" ")}, "randomized", "without a reason"),
    ],
    ids=str,
)
def test_what_grade_does_not_know_is_refused(domains, start, said):
    with pytest.raises(InputError, match=said):
        rate(domains, start=start)


def test_robins_may_take_three_steps_for_risk_of_bias():
    assert rate({"risk_of_bias": down(-3)}, start="non_randomized_robins").level == "very_low"


@pytest.mark.parametrize(
    ("measure", "effect", "risk"),
    [("RR", 0.5, 100), ("OR", 0.5, 1000 / 9), ("PETO", 0.5, 1000 / 9), ("RD", -0.05, 150),
     ("HR", 0.5, 1000 * (1 - 0.8**0.5)), ("IRR", 2.0, 400)],
)  # fmt: skip
def test_risks_follow_from_baseline_and_relative_effect(measure, effect, risk):
    found = absolute_effect(measure, estimate(effect), 0.2)
    assert found.risk_1.estimate == pytest.approx(risk)
    assert found.difference.estimate == pytest.approx(risk - 200)


def test_a_risk_above_everybody_is_cut_and_said():
    found = absolute_effect("RR", estimate(11.0, 2.86, 42.25), 1 / 27)
    assert found.risk_1.ci_ub == 1000
    assert found.risk_1.estimate == pytest.approx(407.4, abs=0.1)
    assert "cut" in found.notes[0]


@given(st.floats(0.01, 0.99), st.floats(0.05, 20))
def test_an_odds_ratio_never_leaves_the_possible_risks(baseline, ratio):
    found = absolute_effect("OR", estimate(ratio), baseline)
    assert 0 < found.risk_1.estimate < 1000
    assert found.notes == ()


def test_impossible_baselines_and_measures_are_refused():
    with pytest.raises(InputError, match="between 0 and 1"):
        absolute_effect("RR", estimate(1), 1.2)
    with pytest.raises(InputError, match="Known are RR"):
        absolute_effect("SMD", estimate(1), 0.5)


def test_direction_needs_an_interval_on_one_side():
    good, bad = "higher_is_better", "lower_is_better"
    assert direction_of(estimate(2, 1.1, 4), null=1, direction=good) == "better"
    assert direction_of(estimate(2, 1.1, 4), null=1, direction=bad) == "worse"
    assert direction_of(estimate(2, 0.9, 4), null=1, direction=good) == "either"
    assert direction_of(estimate(2), null=1, direction=good) == "either"


def test_sizes_follow_the_minimal_important_difference():
    assert [size_against(estimate(x, x - 1, x + 1), 5) for x in (3.9, 5, 12.5, -20)] == [
        "trivial", "small", "important", "large",
    ]  # fmt: skip
    with pytest.raises(InputError):
        size_against(estimate(1, 0, 2), 0)


@pytest.mark.parametrize("bounds", [(None, None), (-6, 16), (-4, 6), (-5, 5)])
def test_an_interval_that_reaches_what_is_important_is_not_trivial(bounds):
    assert size_against(estimate(1, *bounds), 5) == "unclear"


@pytest.mark.parametrize(
    ("effect", "size"),
    [((3, 0.89, 10.12), "large"), ((1.6, 1.1, 2.4), "important"), ((1.1, 0.9, 1.4), "small"),
     ((1.0, 0.9, 1.1), "trivial"), ((1.0, 0.5, 2.0), "unclear"), ((0.4, 0.2, 0.7), "large")],
)  # fmt: skip
def test_sizes_of_relative_effects_follow_grades_bounds(effect, size):
    assert relative_size(estimate(*effect)) == size


def certainty(level, **domains):
    return Certainty(
        id="c",
        comparison="c",
        outcome="o",
        level=Value(value=level, provenance="judged", note="the panel's"),
        domains={name: down(steps) for name, steps in domains.items()},
        based_on={},
    )


@pytest.mark.parametrize("level", CERTAINTY_LEVELS)
def test_a_level_is_what_its_reasons_add_up_to(level):
    problems = rating_problems(certainty(level, imprecision=-2))
    assert (problems == []) == (level == "low")
    assert all("take high to low (-2)" in problem for problem in problems)


def test_a_quoted_level_needs_no_reasons_and_an_unknown_domain_is_named():
    assert rating_problems(certainty("moderate")) == []
    assert "no domain 'luck'" in rating_problems(certainty("low", luck=-2))[0]
