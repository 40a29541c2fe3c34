"""What a model of language makes of the records is one more view, which may come later."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.errors import InputError
from ranvier.ranking import shelf
from ranvier.ranking.ranker import Ranker
from ranvier.ranking.simulate import simulate

from .old_review import made_up

OLD = made_up()
TRUTH = dict(zip((t.id for t in OLD.texts), map(bool, OLD.relevant), strict=True))
SOME = {t.id: TRUTH[t.id] for t in OLD.texts[:40]}
#: Vectors that know better than the words: relevant records point one way, with noise.
TELLING = np.random.default_rng(0).normal(size=(len(OLD.texts), 12))
TELLING[:, 0] += 4 * OLD.relevant
KNOWN = int(np.flatnonzero(OLD.relevant)[0]), int(np.flatnonzero(~OLD.relevant)[0])


def test_records_come_earlier_where_their_meanings_tell():
    plain = Ranker.of(OLD.texts)
    without, with_them = (
        simulate(ranker, OLD.relevant, KNOWN) for ranker in (plain, plain.meaning(TELLING))
    )
    assert with_them.ranks.mean() < without.ranks.mean()


def test_meanings_can_come_later_be_kept_and_be_forgotten(tmp_path):
    plain = Ranker.of(OLD.texts)
    before = plain.order(SOME)
    later = plain.meaning(TELLING)
    whole = Ranker.of(OLD.texts, meanings=TELLING)
    assert later.order(SOME).ids == whole.order(SOME).ids != before.ids
    assert plain.order(SOME).ids == later.meaning(None).order(SOME).ids == before.ids
    whole.save(tmp_path / "records.npz")
    again = Ranker.load(tmp_path / "records.npz")
    assert again.meanings is not None
    assert again.meanings.dtype == np.float16
    assert again.order(SOME).ids == whole.order(SOME).ids


def test_only_directions_count():
    longer = TELLING * np.linspace(1, 9, len(TELLING))[:, None]
    unit = TELLING / np.linalg.norm(TELLING, axis=1, keepdims=True)
    one, other = (Ranker.of(OLD.texts, meanings=m).order(SOME) for m in (unit, longer))
    scores = dict(zip(one.ids, one.scores, strict=True))
    assert max(abs(scores[i] - s) for i, s in zip(other.ids, other.scores, strict=True)) < 0.1


def test_zeros_say_that_a_meaning_is_not_known():
    nothing = Ranker.of(OLD.texts, meanings=np.zeros((len(OLD.texts), 12)))
    assert sorted(nothing.order(SOME).ids) == sorted(TRUTH.keys() - SOME.keys())
    half = Ranker.of(OLD.texts[:80], meanings=TELLING[:80]).extended(OLD.texts[80:])
    assert half.meanings is not None
    assert not half.meanings[80:].any()
    filled = half.meaning(TELLING)
    assert filled.order(SOME).ids == Ranker.of(OLD.texts, meanings=TELLING).order(SOME).ids


def test_beyond_what_is_exact_meanings_are_kept(monkeypatch):
    for name, many in (("EXACT", 100), ("SAMPLE", 200), ("AT_ONCE", 50)):
        monkeypatch.setattr(shelf, name, many)
    wide = Ranker.of(OLD.texts, meanings=TELLING)
    assert wide.meanings is not None
    assert wide.order(SOME).ids == Ranker.of(OLD.texts).order(SOME).ids


def test_meanings_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="do not fit"):
        Ranker.of(OLD.texts, meanings=TELLING[:5])
    with pytest.raises(InputError, match="not all finite"):
        Ranker.of(OLD.texts, meanings=np.where(TELLING > 1, np.nan, TELLING))
