"""The sentence of a finding: total, true to its certainty, and nothing but a whole message."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from ranvier.core.judgement import CERTAINTY_LEVELS
from ranvier.core.summary import EffectDirection, EffectSize
from ranvier.reporting.sentences import CERTAINTY_WORDS, GRID, SYMBOLS, Groups, statement

EVERY = list(
    product(
        (*CERTAINTY_LEVELS, None), get_args(EffectSize), get_args(EffectDirection), get_args(Groups)
    )
)


@pytest.mark.parametrize(("certainty", "size", "direction", "groups"), EVERY)
def test_there_is_a_sentence_for_everything_that_can_be_found(certainty, size, direction, groups):
    said = statement(certainty, size, direction, groups=groups)
    assert said.endswith(".")
    assert "{treatment}" in said
    assert ("{comparator}" in said) == (groups != "one_group")
    assert said.format(treatment="A", comparator="B")


@pytest.mark.parametrize(
    ("certainty", "word"),
    [("moderate", "probably"), ("low", "may"), ("very_low", "very uncertain")],
)
def test_the_certainty_is_heard_in_every_sentence(certainty, word):
    for size, direction in product(get_args(EffectSize), get_args(EffectDirection)):
        assert word in statement(certainty, size, direction)


def test_high_certainty_hedges_nothing():
    for size, direction in product(get_args(EffectSize), get_args(EffectDirection)):
        said = statement("high", size, direction)
        assert "probably" not in said
        assert " may " not in said


def test_what_nobody_rated_speaks_of_these_studies_only():
    for size, direction in product(get_args(EffectSize), get_args(EffectDirection)):
        assert "hese studies" in statement(None, size, direction)


def test_better_is_never_said_of_what_is_worse():
    for certainty, size, groups in product(
        (*CERTAINTY_LEVELS, None), get_args(EffectSize), get_args(Groups)
    ):
        worse = statement(certainty, size, "worse", groups=groups)
        assert "better" not in worse
        better = statement(certainty, size, "better", groups=groups)
        assert "worse" not in better


def test_an_open_direction_claims_no_size():
    for certainty in (*CERTAINTY_LEVELS, None):
        said = statement(certainty, "large", "either")
        assert "much" not in said


def test_every_level_has_its_word_and_its_signs():
    assert set(GRID) == set(CERTAINTY_WORDS) == set(SYMBOLS) == {*CERTAINTY_LEVELS, "not_assessed"}
    assert all(len(SYMBOLS[level]) == 4 for level in CERTAINTY_LEVELS)
