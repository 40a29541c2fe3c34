"""The state of an item follows from the decisions on it under the protocol's rule."""

from __future__ import annotations

import itertools

import pytest

from ranvier.core.protocol import ScreeningRule
from ranvier.core.screening import NEEDED, SETTLED, VERDICTS, Decision, screening_state


def state(rule: str, *verdicts: str, resolution: str | None = None) -> str:
    given = [
        Decision(item="r1", stage="full_text", reviewer=f"person:{i}", verdict=verdict)
        for i, verdict in enumerate(verdicts)
    ]
    if resolution:
        given.append(
            Decision(
                item="r1",
                stage="full_text",
                reviewer="person:chair",
                verdict=resolution,
                resolves=True,
            )
        )
    return screening_state(given, ScreeningRule(stage="full_text", rule=rule))


@pytest.mark.parametrize(
    ("rule", "verdicts", "expected"),
    [
        ("single", (), "unscreened"),
        ("single", ("include",), "included"),
        ("single", ("exclude",), "excluded"),
        ("single", ("maybe",), "undecided"),
        ("two_independent", ("include",), "waiting"),
        ("two_independent", ("include", "include"), "included"),
        ("two_independent", ("exclude", "exclude"), "excluded"),
        ("two_independent", ("include", "exclude"), "conflict"),
        ("two_independent", ("exclude", "include"), "conflict"),
        ("two_independent", ("include", "maybe"), "conflict"),
        ("two_independent", ("maybe", "maybe"), "undecided"),
        ("two_and_adjudicator", ("exclude",), "waiting"),
        ("two_and_adjudicator", ("include", "exclude", "maybe"), "conflict"),
    ],
)
def test_the_table_of_states(rule, verdicts, expected):
    assert state(rule, *verdicts) == expected


@pytest.mark.parametrize("rule", NEEDED)
@pytest.mark.parametrize(
    ("verdict", "expected"), [("include", "included"), ("exclude", "excluded")]
)
def test_a_resolution_settles_whatever_was_said(rule, verdict, expected):
    for verdicts in itertools.product(VERDICTS, repeat=2):
        assert state(rule, *verdicts, resolution=verdict) == expected


def test_every_verdict_has_a_state_and_any_two_that_differ_are_a_conflict():
    assert set(SETTLED) == set(VERDICTS)
    for pair in itertools.permutations(VERDICTS, 2):
        assert state("two_independent", *pair) == "conflict"


@pytest.mark.parametrize("rule", NEEDED)
def test_the_order_of_decisions_does_not_matter(rule):
    for verdicts in itertools.product(VERDICTS, repeat=3):
        expected = {state(rule, *order) for order in itertools.permutations(verdicts)}
        assert len(expected) == 1
