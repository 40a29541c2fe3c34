"""Beyond a few thousand records words share columns and rows are cut: the order hardly changes."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.errors import InputError
from ranvier.ranking import shelf, wide
from ranvier.ranking.descent import (
    SETTLED,
    SWEEPS,
    class_costs,
    descend_words,
    descent_words,
)
from ranvier.ranking.likeness import only_shared
from ranvier.ranking.ranker import Ranker
from ranvier.ranking.shelf import Shelf
from ranvier.ranking.topics import Directions, of_length_one, topics
from ranvier.ranking.wide import Many, WideLearner
from ranvier.ranking.words import count_words, weigh

from .old_review import made_up

OLD = made_up(records=400, relevant=40)
SOME = {t.id: bool(yes) for t, yes in zip(OLD.texts[:150], OLD.relevant[:150], strict=True)}


@pytest.fixture
def few(monkeypatch):
    """Make many out of few."""
    monkeypatch.setattr(shelf, "EXACT", 100)
    monkeypatch.setattr(shelf, "SAMPLE", 200)
    monkeypatch.setattr(shelf, "AT_ONCE", 50)


@pytest.mark.parametrize("close", [0, 100, 1000])
def test_both_learners_give_the_same_scores_on_the_same_rows(monkeypatch, close):
    monkeypatch.setattr(wide, "CLOSE", close)
    ranker = Ranker.of(OLD.texts)
    shelf = ranker._shelf
    many = Many.of(shelf.matrix, shelf.rarity.singles)
    one, other = ranker.learner(), WideLearner(many, ranker._plain)
    for i in range(150):
        for learner in (one, other):
            learner.tell(i, bool(OLD.relevant[i]))
        if i % 40 == 39:
            one.scores()
            other.scores()
            weights = other._words._weights
            margin = shelf.matrix @ weights[:-1] + weights[-1]
            np.testing.assert_allclose(one._words.margin, margin, atol=20 * SETTLED)


def test_a_large_set_is_ranked_much_like_an_exact_one(few):
    ranker = Ranker.of(OLD.texts)
    assert isinstance(ranker.learner(), WideLearner)
    order = ranker.order(SOME)
    assert sorted(order.ids) == sorted({t.id for t in OLD.texts} - SOME.keys())
    truth = {t.id: yes for t, yes in zip(OLD.texts, OLD.relevant, strict=True)}
    left = sum(truth[id] for id in order.ids)
    assert sum(truth[id] for id in order.ids[:left]) > 0.7 * left
    assert ranker.first(SOME, 7) == order.ids[:7]


def test_records_are_placed_among_topics_as_those_that_the_topics_are_of():
    shelf = Shelf.of(OLD.texts)
    words = shelf.matrix[:, : shelf.rarity.singles]
    placed = Directions.of(words).place(shelf.matrix)
    found = topics(of_length_one(only_shared(words)))
    np.testing.assert_allclose(abs((placed * found).sum(axis=1)), 1, atol=0.02)


def test_a_record_keeps_single_words_before_pairs():
    rarity = Shelf.of(OLD.texts).rarity
    counts = count_words([f"{t.title} {t.abstract}" for t in OLD.texts[:50]])
    few, whole = weigh(counts, rarity, most=20), weigh(counts, rarity)
    assert np.diff(few.indptr).max() == 20
    singles, kept = (
        np.add.reduceat(x.indices < rarity.singles, x.indptr[:-1]) for x in (whole, few)
    )
    assert (kept == np.minimum(singles, 20)).all()


def test_records_that_come_later_are_placed_along_the_same_directions(few):
    before = Ranker.of(OLD.texts[:300])
    grown = before.extended(OLD.texts[300:])
    assert before._many is not None
    assert grown._many is not None
    assert grown._many.directions is before._many.directions
    assert np.array_equal(grown._many.topics[:300], before._many.topics)
    assert np.linalg.norm(grown._many.topics[300:], axis=1).min() > 0


def test_the_first_few_are_those_of_the_order():
    ranker = Ranker.of(OLD.texts, query="motor neuropathy")
    for decisions in ({}, SOME):
        for count in (1, 5, 10_000):
            assert ranker.first(decisions, count) == ranker.order(decisions).ids[:count]


@pytest.mark.parametrize("many", [80, 400])
def test_what_is_saved_ranks_as_before(tmp_path, few, many):
    ranker = Ranker.of(OLD.texts[:many])
    some = {id: yes for id, yes in SOME.items() if id in set(ranker.ids)}
    ranker.save(tmp_path / "r.npz")
    again = Ranker.load(tmp_path / "r.npz")
    assert again.order(some).ids == ranker.order(some).ids
    with np.load(tmp_path / "r.npz", allow_pickle=False) as held:
        assert all(held[name].dtype != object for name in held)


def test_a_large_set_grows(few):
    grown = Ranker.of(OLD.texts[:80]).extended(OLD.texts[80:300]).extended(OLD.texts[300:])
    assert grown.ids == tuple(t.id for t in OLD.texts)
    assert len(grown.order(SOME)) == 250
    assert Shelf.of(OLD.texts[:300]).extended([]).ids == grown.ids[:300]


def test_a_stream_is_read_once(few):
    assert Ranker.of(iter(OLD.texts)).ids == Ranker.of(list(OLD.texts)).ids


@pytest.mark.parametrize("held", [b"", b"no zip", "pickled"])
def test_a_file_that_is_not_ours_is_refused(tmp_path, held):
    file = tmp_path / "r.npz"
    if held == "pickled":
        np.savez(file, ids=np.array([{"a": 1}], dtype=object))
    else:
        file.write_bytes(held)
    with pytest.raises(InputError, match="Remove the file"):
        Ranker.load(file)


def test_the_compiled_descent_on_words_takes_the_same_steps():
    pytest.importorskip("numba")
    matrix = Shelf.of(OLD.texts).matrix[:200]
    signs = np.where(OLD.relevant[:200], 1.0, -1.0)
    yes, no = class_costs(int((signs > 0).sum()), int((signs < 0).sum()))
    ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
    ends = []
    for solve in (descend_words, descent_words()):
        alpha, weights = np.zeros(200), np.zeros(matrix.shape[1] + 1)
        steps = solve(
            matrix.indptr.astype(np.int64), matrix.indices, matrix.data, signs, ridge, alpha,
            weights, SETTLED, SWEEPS,
        )  # fmt: skip
        ends.append((steps, alpha, weights))
    np.testing.assert_allclose(ends[0][1], ends[1][1], atol=2 * SETTLED)
    np.testing.assert_allclose(ends[0][2], ends[1][2], atol=2 * SETTLED)
