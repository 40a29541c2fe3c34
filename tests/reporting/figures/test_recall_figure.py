"""The recall curve says where screening stands, whatever happened so far."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reporting.figures.conftest import course
from tests.reporting.figures.geometry import assert_sound, words

from ranvier.core.progress import ScreeningProgress
from ranvier.errors import InputError
from ranvier.ranking.stopping import RULES, Shown, follow
from ranvier.reporting.figures import recall_plot


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.booleans(), min_size=1, max_size=120),
    st.sampled_from([0, 1, 40, 100_000]),
    st.sampled_from(sorted(RULES)),
    st.sampled_from(["plain", "revman", "bmj", "jama"]),
)
def test_a_curve_is_sound_whatever_was_decided(relevant, left, rule, theme):
    history = [Shown(r, "random" if i % 3 == 0 else "ranked") for i, r in enumerate(relevant)]
    figure = recall_plot(follow(history, left, rule=rule, looks=12), theme=theme)
    assert_sound(figure)
    assert len(figure.table.rows) <= 20
    assert figure.table.rows[-1][:2] == (str(len(relevant)), str(sum(relevant)))


def test_it_says_that_the_rule_is_met_without_colour():
    met, early = recall_plot(course(1250)), recall_plot(course(600))
    assert "Now the rule says: may stop." in met.description
    assert "The rule has not been met." in early.description
    assert {"Now: may stop", "Rule met"} <= {said for _, said in words(met)}
    assert "Rule met" not in {said for _, said in words(early)}
    assert "99 found, at most 104 in all" in {said for _, said in words(met)}


def test_nothing_read_is_no_curve():
    nothing = ScreeningProgress(
        records=10, screened=0, finds=(), points=(), rule="a rule", target=0.95, confidence=0.95
    )
    with pytest.raises(InputError, match="after the first decision"):
        recall_plot(nothing)
