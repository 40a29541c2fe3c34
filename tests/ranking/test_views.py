"""The views beside the words: topics, earlier reviews, and how they are put together."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.ranking.evidence import WEIGHTS, put_together
from ranvier.ranking.prior import shipped_prior
from ranvier.ranking.ranker import Ranker
from ranvier.ranking.shelf import Shelf, Text
from ranvier.ranking.topics import topics
from ranvier.ranking.words import count_words

from .old_review import made_up

OLD = made_up(records=240, relevant=40)


def test_records_of_one_topic_are_alike_by_topic_though_they_share_few_words():
    shelf = Shelf.of(OLD.texts)
    found = topics(shelf.matrix[:, : shelf.rarity.singles])
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    alike = found @ found.T
    yes = OLD.relevant
    assert alike[np.ix_(yes, yes)].mean() > alike[np.ix_(yes, ~yes)].mean() + 0.1
    assert np.array_equal(found, topics(shelf.matrix[:, : shelf.rarity.singles]))


def test_few_records_have_no_topics():
    shelf = Shelf.of([Text("a", "a trial of grip"), Text("b", "")])
    assert topics(shelf.matrix[:, : shelf.rarity.singles]).shape == (2, 0)


def test_earlier_reviews_prefer_trials_to_letters_about_cells():
    told = shipped_prior().scores(
        count_words(
            [
                "Patients were randomized to two groups and compared with placebo; results were "
                "significantly higher in the treatment group",
                "A new case report; cells have been described such as growth factors in vitro",
                "",
            ]
        )
    )
    assert told[0] > told[1]
    assert told[2] == 0


def test_the_scale_of_a_view_does_not_matter_and_decided_records_set_no_scale():
    draw = np.random.default_rng(0)
    views = {name: draw.normal(size=50) for name in WEIGHTS}
    undecided = draw.random(50) < 0.7
    scaled = {name: 3 + 40 * view for name, view in views.items()}
    for view in scaled.values():
        view[~undecided] *= 1000
    one = put_together(views, undecided, 7)[undecided]
    other = put_together(scaled, undecided, 7)[undecided]
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_earlier_reviews_count_for_less_the_more_is_known():
    views = {"words": np.array([0.0, 1.0, 2.0]), "earlier": np.array([2.0, 1.0, 0.0])}
    undecided = np.ones(3, dtype=bool)
    early = np.ptp(put_together(views, undecided, 1))
    late = np.ptp(put_together(views, undecided, 50))
    assert early < late
    assert late == pytest.approx(np.ptp(put_together(views, undecided, 5000)))


def test_another_prior_can_be_given():
    columns = count_words(["tooth"]).columns
    told = Ranker.of(OLD.texts, prior=type(shipped_prior())(columns, np.array([5.0], np.float32)))
    some = {t.id: bool(y) for t, y in zip(OLD.texts[:60], OLD.relevant[:60], strict=True)}
    assert told.order(some).ids != Ranker.of(OLD.texts).order(some).ids


def test_records_like_one_that_was_excluded_are_asked_about_later():
    texts = [
        Text("a", "motor neuropathy of the hand", "conduction block of nerves in six patients"),
        Text("b", "motor neuropathy of the hand", "conduction block of nerves in ten patients"),
        Text("c", "neuropathy treated at home", "weakness of grip after a year of therapy"),
        *(Text(f"x{i}", f"school sleep study {i}", "children were asked") for i in range(6)),
    ]
    ranker = Ranker.of(texts, query="motor neuropathy")
    assert set(ranker.order({}).ids[:2]) == {"a", "b"}
    scores = {}
    for decisions in ({}, {"a": False}):
        order = ranker.order(decisions)
        held = dict(zip(order.ids, order.scores, strict=True))
        scores[len(decisions)] = held["b"] - held["c"]
    assert scores[1] < scores[0]
