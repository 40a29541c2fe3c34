"""The recall curve says where screening stands, whatever happened so far."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reporting.figures.conftest import course
from tests.reporting.figures.geometry import assert_sound, words

from ranvier.core.progress import Hindsight, Reading, ScreeningProgress
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
    with pytest.raises(InputError, match="after the first decision"):
        recall_plot(Reading(records=10, screened=0, finds=()))
    with pytest.raises(InputError, match="nothing to be found"):
        recall_plot(Hindsight(records=10, relevant=1, runs=()))


found = st.lists(st.integers(1, 90), unique=True, max_size=80).map(lambda r: tuple(sorted(r)))


@settings(max_examples=15, deadline=None)
@given(found, st.integers(0, 20))
def test_without_a_rule_the_curve_says_what_was_found_and_no_more(finds, more):
    read = (finds[-1] if finds else 1) + more
    figure = recall_plot(Reading(records=110, screened=read, finds=finds))
    assert_sound(figure)
    assert figure.table.rows[-1][:2] == (str(read), str(len(finds)))
    assert len(figure.table.rows) <= 21
    said = {text for _, text in words(figure)}
    assert {"Found", "Now"} <= said
    assert not {"Rule met", "Estimated total"} & said


@settings(max_examples=15, deadline=None)
@given(st.lists(found.filter(len), min_size=1, max_size=4), st.booleans())
def test_runs_are_told_by_how_much_was_read_for_each_share(runs, asked):
    relevant = max(map(len, runs))
    met = tuple(run[-1] for run in runs) if asked else ()
    past = Hindsight(records=100, relevant=relevant, runs=tuple(runs), met=met)
    figure = recall_plot(past)
    assert_sound(figure)
    last = [run[-1] if len(run) == relevant else 100 for run in runs]
    assert figure.table.rows[-1][2:] == (str(min(last)), str(max(last)))
    assert ("Rule met" in {text for _, text in words(figure)}) is asked
