"""Orders: nothing is hidden, nothing but the decisions given decides, and they are learnt from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.ranking.descent import SETTLED, SWEEPS, add_rows, adding, class_costs, descend, descent
from ranvier.ranking.machine import Machine
from ranvier.ranking.ranker import Ranker, Text
from ranvier.ranking.simulate import simulate
from ranvier.ranking.words import Rarity, count_words, weigh

from .old_review import made_up

OLD = made_up()
RANKER = Ranker.of(OLD.texts)
TRUTH = dict(zip(RANKER.ids, map(bool, OLD.relevant), strict=True))


@settings(deadline=None)
@given(st.sets(st.sampled_from(RANKER.ids)))
def test_every_record_that_is_not_decided_is_in_the_order_once(decided):
    order = RANKER.order({id: TRUTH[id] for id in decided})
    assert sorted(order.ids) == sorted(set(RANKER.ids) - decided)
    assert (np.diff(order.scores) <= 1e-4).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(RANKER.ids), unique=True, min_size=2), st.randoms())
def test_the_order_depends_on_the_decisions_and_not_on_how_they_came(decided, random):
    """A ranker that saw other decisions before gives the order that a new one gives."""
    used, new = Ranker.of(OLD.texts), Ranker.of(OLD.texts)
    used.order({id: not TRUTH[id] for id in random.sample(RANKER.ids, 20)})
    for n in range(0, len(decided), 7):
        used.order({id: TRUTH[id] for id in decided[:n]})
    one = used.order({id: TRUTH[id] for id in decided})
    other = new.order({id: TRUTH[id] for id in sorted(decided)})
    same = dict(zip(one.ids, one.scores, strict=True))
    apart = [abs(same[id] - score) for id, score in zip(other.ids, other.scores, strict=True)]
    assert not apart or max(apart) < 0.02
    assert (one.basis, one.included, one.excluded) == (other.basis, other.included, other.excluded)


def test_a_changed_decision_changes_the_order_back():
    ranker = Ranker.of(OLD.texts)
    some = {id: TRUTH[id] for id in RANKER.ids[:30]}
    before = ranker.order(some)
    ranker.order({id: not yes for id, yes in some.items()})
    assert ranker.order(some).ids == before.ids


def test_what_is_relevant_is_shown_early():
    yes = next(i for i in range(120) if OLD.relevant[i])
    no = next(i for i in range(120) if not OLD.relevant[i])
    run = simulate(RANKER, OLD.relevant, (yes, no))
    assert run.ranks.mean() < 20
    assert len(run.shown) == run.ranks[-1]


def test_the_query_leads_until_something_relevant_is_known():
    ranker = Ranker.of(OLD.texts, query="immunoglobulin for motor neuropathy")
    first = ranker.order({})
    assert first.basis == "query"
    assert np.mean([TRUTH[id] for id in first.ids[:10]]) > 0.6
    known = next(id for id in first.ids if TRUTH[id])
    assert ranker.order({known: True}).basis == "relevant"
    plain = Ranker.of(OLD.texts)
    some = {id: TRUTH[id] for id in RANKER.ids[:40]}
    assert ranker.order(some).ids == plain.order(some).ids


def test_new_records_take_part():
    ranker = Ranker.of(OLD.texts[:80])
    ranker.order({id: TRUTH[id] for id in ranker.ids[:40]})
    longer = ranker.extended(OLD.texts[80:])
    whole = Ranker.of(OLD.texts)
    some = {id: TRUTH[id] for id in ranker.ids[:40]}
    assert longer.order(some).ids == whole.order(some).ids


def test_records_without_words_are_ranked_too():
    texts = [Text("a", "", ""), Text("b", "x"), Text("c", "a trial"), Text("d", "a trial of it")]
    assert len(Ranker.of(texts, query="trial").order({"c": True, "b": False})) == 2
    assert Ranker.of([]).order({}).ids == ()


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(InputError, match="same id"):
        Ranker.of([Text("a", "x"), Text("a", "y")])
    with pytest.raises(InputError, match="not ranked"):
        RANKER.order({"nobody": True})


def test_the_dual_is_solved():
    """The conditions of Karush, Kuhn and Tucker hold at the answer."""
    x = weigh(count_words(f"{t.title} {t.abstract}" for t in OLD.texts), _rarity()).toarray()
    rows = x @ x.T + 1
    signs = np.where(OLD.relevant, 1.0, -1.0)
    yes, no = class_costs(15, 105)
    ridge = np.where(signs > 0, 0.5 / yes, 0.5 / no)
    alpha, margin = np.zeros(120), np.zeros(120)
    descend(rows, signs, ridge, alpha, margin, SETTLED, SWEEPS)
    np.testing.assert_allclose(margin, rows @ (alpha * signs), atol=1e-8)
    slope = signs * margin - 1 + alpha * ridge
    assert (slope[alpha == 0] > -SETTLED).all()
    assert (abs(slope[alpha > 0]) < SETTLED).all()
    assert (alpha > 0).any()


def test_the_compiled_descent_takes_the_same_steps():
    pytest.importorskip("numba")
    draw = np.random.default_rng(1)
    x = draw.normal(size=(60, 8))
    rows = (x @ x.T + 1).astype(np.float32)
    signs = np.where(draw.random(60) < 0.3, 1.0, -1.0)
    ridge = np.full(60, 2.0)
    ends = []
    for solve in (descend, descent()):
        alpha, margin = np.zeros(60), np.zeros(60)
        steps = solve(rows, signs, ridge, alpha, margin, SETTLED, SWEEPS)
        ends.append((steps, alpha, margin))
    assert ends[0][0] == ends[1][0]
    np.testing.assert_allclose(ends[0][1], ends[1][1], atol=1e-9)
    np.testing.assert_allclose(ends[0][2], ends[1][2], atol=1e-9)


def test_rows_are_added_to_a_margin_the_same_way_compiled():
    draw = np.random.default_rng(2)
    rows = draw.normal(size=(9, 30)).astype(np.float32)
    for many in (0, 1, 4, 7):
        places, by = draw.permutation(9)[:many], draw.normal(size=many).astype(np.float32)
        for add in (add_rows, adding()):
            margin = np.ones(30)
            add(rows, places, by, margin)
            np.testing.assert_allclose(margin, 1 + by @ rows[places], atol=1e-6)


def test_a_machine_fitted_step_by_step_ends_where_one_fitted_at_once_does():
    draw = np.random.default_rng(3)
    x = draw.normal(size=(600, 20)).astype(np.float32)
    rows, held = x @ x.T / 20 + 1, draw.permutation(600)[:400]
    signs = np.where(x[held, 0] > 0.5, 1.0, -1.0)
    ridge = np.full(400, 60.0)
    steps, once = (Machine(600, settled=1e-6) for _ in range(2))
    for m in (1, 3, 150, 151, 399, 400):
        steps.fit(rows, held[:m], signs[:m], ridge[:m])
    np.testing.assert_allclose(steps.margin, once.fit(rows, held, signs, ridge), atol=1e-4)


def test_words_weigh_as_scikit_learn_weighs_them():
    """By hand: sublinear counts, smoothed idf, length one; words of one letter are none."""
    texts = ["pain pain knee a", "pain hip", "hip knee"]
    counts = count_words(texts)
    rarity = Rarity.of(counts)
    x = weigh(counts, rarity)
    common, once = np.log(4 / 3) + 1, np.log(4 / 2) + 1
    # pain twice, "pain pain", knee, "pain knee"
    expected = np.array([common * (1 + np.log(2)), once, common, once])
    assert np.allclose(sorted(x[0].data), sorted(expected / np.linalg.norm(expected)))
    assert np.allclose(x.multiply(x).sum(axis=1), 1)


def test_only_the_heaviest_words_are_kept_where_told():
    counts = count_words(["one two three", "one two", ""])
    rarity = Rarity.of(counts)
    x = weigh(counts, rarity, most=2)
    assert np.diff(x.indptr).tolist() == [2, 2, 0]
    full = weigh(counts, rarity)
    assert set(x[0].indices) <= set(full[0].indices)
    single = [i for i in full[0].indices if i < rarity.singles]
    assert min(full[0, i] for i in x[0].indices) >= max(
        full[0, i] for i in single if i not in x[0].indices
    )


def _rarity() -> Rarity:
    return Rarity.of(count_words(f"{t.title} {t.abstract}" for t in OLD.texts))
