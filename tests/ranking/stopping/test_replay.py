"""Replaying a review finds the very record at which a rule would first have been met."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.ranking.stopping.calibrate import calibrate
from ranvier.ranking.stopping.calibrated import calibrated_run
from ranvier.ranking.stopping.history import Tally
from ranvier.ranking.stopping.judge import allowed_missed
from ranvier.ranking.stopping.replay import PLANS, RankedReview, replay
from ranvier.ranking.stopping.rules import RULES


@st.composite
def reviews(draw) -> RankedReview:
    records = draw(st.integers(2, 150))
    count = draw(st.integers(1, min(25, records)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    keys = rng.exponential(size=records) / np.where(np.arange(records) < count, 8.0, 1.0)
    return RankedReview("made", np.flatnonzero(np.argsort(keys) < count) + 1, records)


def looked_at_after_every_record(review: RankedReview, rule: str) -> int:
    relevant = np.isin(np.arange(1, review.records + 1), review.ranks)
    for n in range(1, review.records):
        made = Tally(relevant[:n], np.zeros(n, dtype=bool), review.records - n)
        if RULES[rule].p(made, allowed_missed(made.found, 0.95) + 1) < 1 - 0.95:
            return n
    return review.records


@settings(max_examples=40, deadline=None)
@given(reviews(), st.sampled_from(["biased_urn", "hypergeometric"]))
def test_it_stops_where_one_who_looks_after_every_record_would(review, rule):
    assert replay(review, rule).screened == looked_at_after_every_record(review, rule)


@settings(max_examples=40, deadline=None)
@given(reviews(), st.sampled_from(PLANS), st.integers(0, 3))
def test_nothing_is_read_twice_and_recall_is_what_was_read(review, plan, seed):
    stop = replay(review, plan, seed=seed)
    assert 0 <= stop.found <= stop.relevant == len(review.ranks)
    assert stop.found <= stop.screened <= review.records
    assert stop.reached == (stop.found >= 0.95 * stop.relevant - 1e-9)
    assert stop.reached or plan not in ("hindsight",)
    assert replay(review, plan, seed=seed) == stop


@settings(deadline=None)
@given(reviews())
def test_hindsight_reads_least_of_those_that_keep_to_the_order_and_reach_the_target(review):
    least = replay(review, "hindsight").screened
    for plan in ("biased_urn", "hypergeometric", "gap_50", "counting_process"):
        stop = replay(review, plan)
        assert stop.screened >= least or not stop.reached


@pytest.mark.parametrize("plan", ["biased_urn", "hypergeometric", "audit"])
@pytest.mark.parametrize(("relevant", "records"), [(0, 300), (1, 300), (1, 2), (60, 60), (9, 10)])
def test_at_the_edges_the_target_is_reached_however_bad_the_ranking(plan, relevant, records):
    """None, one or all of them relevant; shown first, or last."""
    for first in (1, records - relevant + 1):
        review = RankedReview("made", np.arange(first, first + relevant), records)
        stop = replay(review, plan)
        # What has not come by the time that 19 in 20 are read is no longer to be expected.
        late = relevant == 1 and records == 300 and first > 1
        assert stop.reached or (late and stop.screened >= 285)


def test_a_habit_ends_after_its_run_of_irrelevant_records():
    review = RankedReview("made", np.array([1, 2, 60, 300]), 1000)
    assert replay(review, "gap_50").screened == 52
    assert replay(review, "gap_200").screened == 260
    assert replay(review, "gap_5_percent").screened == 52


def test_a_sample_drawn_first_needs_fifty_nine_relevant_records():
    few = RankedReview("made", np.arange(1, 50), 2000)
    assert replay(few, "qbcb").screened == 2000
    many = RankedReview("made", np.arange(1, 1201), 4000)
    stop = replay(many, "qbcb")
    assert stop.reached
    assert stop.screened < 2000


def test_reviews_with_few_relevant_records_are_shown_and_not_averaged():
    few = RankedReview("few", np.arange(1, 6), 300)
    many = RankedReview("many", np.arange(1, 41), 300)
    made = calibrate([few, many, many], plans=["hypergeometric", "biased_urn"])
    assert [(row.name, row.counted) for row in made.on_sets] == [
        ("few", False),
        ("few", False),
        ("many", True),
        ("many", True),
    ]
    assert {row.sets for row in made.overall} == {1}
    assert made.quoted().runs == 2
    assert made.quoted().saved == made.overall[1].saved


def test_nothing_to_replay_says_what_to_do():
    with pytest.raises(InputError, match="Simulate a labelled review"):
        calibrate([])


def test_the_sentences_quote_a_calibration_that_kept_its_promise():
    run = calibrated_run(0.95, 0.95)
    assert run is not None
    assert run.sets >= 20
    assert run.runs >= 20 * run.sets
    assert run.coverage >= 0.95
    assert calibrated_run(0.5, 0.5) is None
