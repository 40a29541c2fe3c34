"""What a judgement says: the state, the bound, the cost, and true sentences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.ranking.stopping import (
    RULES,
    Shown,
    allowed_missed,
    follow,
    judge,
    safe_checklist,
)

histories = st.lists(
    st.builds(Shown, st.booleans(), st.sampled_from(["ranked", "random"])), max_size=60
)


@settings(deadline=None)
@given(st.integers(0, 400), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_number_allowed_keeps_the_target_and_one_more_does_not(found, target):
    allowed = allowed_missed(found, target)
    if found:
        assert found / (found + allowed) >= target - 1e-9
        assert found / (found + allowed + 1) < target


@settings(deadline=None)
@given(histories, st.integers(0, 80), st.sampled_from(sorted(RULES)))
def test_the_state_the_bound_and_the_cost_agree(history, left, rule):
    made = judge(history, left, rule=rule)
    if left == 0:
        assert made.state == "all_read"
        assert made.estimate.missed_ub == 0
        assert made.cost.until_may_stop == 0
        return
    assert (made.state == "may_stop") == (made.p < 1 - 0.95)
    # The rule is met exactly if its own bound on what is missed is allowed.
    assert (made.state == "may_stop") == (made.estimate.missed_ub <= made.allowed)
    if made.estimate.missed is not None:
        assert 0 <= made.estimate.missed <= made.estimate.missed_ub <= left


@settings(deadline=None)
@given(histories, st.integers(2, 80), st.sampled_from(sorted(set(RULES) - {"qbcb"})))
def test_after_so_many_irrelevant_records_the_rule_is_met_and_not_before(history, left, rule):
    made = judge(history, left, rule=rule)
    needed = made.cost.until_may_stop
    if made.state != "go_on" or needed is None:
        return
    more = Shown(False, RULES[rule].reads)
    met = judge([*history, *[more] * needed], left - needed, rule=rule)
    assert met.state == "may_stop"
    before = judge([*history, *[more] * (needed - 1)], left - needed + 1, rule=rule)
    assert before.state == "go_on"


def test_the_recommended_rule_asks_for_less_than_buscar_and_more_than_faith():
    history = [Shown(True)] * 40 + [Shown(False)] * 500
    needed = {rule: judge(history, 1500, rule=rule).cost.until_may_stop for rule in RULES}
    assert needed["counting_process"] == 0
    assert 0 < needed["biased_urn"] < needed["hypergeometric"] < needed["audit"]


def test_sentences_say_what_was_done_and_do_not_praise_stopping_early():
    history = [Shown(True)] * 40 + [Shown(False)] * 500
    met = " ".join(judge(history, 460).sentences)
    assert "540 of 1,000 records (54%), of which 40 were relevant; the rule allowed it" in met
    assert "at most 2 with 95% confidence (recall at least 95.2%)" in met
    early = " ".join(judge(history, 4600).sentences)
    assert "although the rule was not met" in early
    done = judge(history, 0)
    assert "All 540 records were read" in " ".join(done.sentences)
    assert done.guarantee.startswith("All records were read")


def test_an_estimate_promises_nothing():
    history = [Shown(True)] * 40 + [Shown(False)] * 500
    made = judge(history, 460, rule="counting_process")
    assert "without a promise" in made.guarantee
    assert "without a guarantee" in " ".join(made.sentences)


def test_levels_that_were_not_calibrated_are_said_to_be_so():
    made = judge([Shown(True)] * 40 + [Shown(False)] * 500, 460, target=0.913)
    assert "not been calibrated at 91.3% recall" in made.guarantee


def test_a_sample_the_ranking_reaches_again_costs_no_reading():
    sample = [Shown(i < 60, "random") for i in range(600)]
    again = [Shown(i < 60, again=True) for i in range(60)]
    made = judge([*sample, *[Shown(True)] * 400, *again], 3000, rule="qbcb")
    assert (made.screened, made.found, made.state) == (1000, 460, "may_stop")
    assert judge([*sample, *[Shown(True)] * 400], 3000, rule="qbcb").state == "go_on"


@pytest.mark.parametrize(
    ("left", "options", "says"),
    [
        (-1, {}, "left is -1"),
        (5, {"target": 1.0}, "target is 1.0"),
        (5, {"confidence": 95}, "confidence is 95"),
        (5, {"rule": "gap"}, "no stopping rule 'gap'.*hypergeometric"),
    ],
)
def test_bad_input_is_told_with_a_remedy(left, options, says):
    with pytest.raises(InputError, match=says):
        judge([Shown(True)], left, **options)


def test_a_record_cannot_come_again_that_no_sample_held():
    with pytest.raises(InputError, match="first shown as random"):
        judge([Shown(True), Shown(True, again=True)], 5)


def test_the_course_ends_now_and_its_bounds_close_in():
    relevant = np.random.default_rng(7).random(900) < 0.4 * np.exp(-np.arange(900) / 60)
    course = follow([Shown(bool(r)) for r in relevant], 100, looks=30)
    assert course.points[-1].screened == course.screened == 900
    assert len(course.points) == 30
    assert course.finds == tuple((np.flatnonzero(relevant) + 1).tolist())
    assert course.points[0].estimate.missed_ub > course.points[-1].estimate.missed_ub
    last = judge([Shown(bool(r)) for r in relevant], 100)
    assert course.points[-1].state == last.state
    assert course.points[-1].estimate == last.estimate


def test_nothing_read_is_no_course():
    assert follow([], 100).points == ()


def test_safe_does_not_tick_what_nobody_has_done():
    history = [Shown(i == 3, "random") for i in range(20)] + [Shown(i < 9) for i in range(100)]
    items = safe_checklist(history, 700)
    assert [item.met for item in items] == [True, True, None, True, True, True, None, None]
    ranked_only = safe_checklist([Shown(True)] * 5, 700)
    assert [item.met for item in ranked_only][:2] == [False, False]
    assert ranked_only[4].found == "No random set."
