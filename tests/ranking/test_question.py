"""What is read first answers the question, by its own words and not by those of any review."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.ranking import shelf as shelves
from ranvier.ranking.prior import RARE, shipped_background
from ranvier.ranking.question import Question, asks_for_accuracy, forms
from ranvier.ranking.ranker import Ranker
from ranvier.ranking.shelf import Shelf, Text
from ranvier.ranking.words import count_words

from .old_review import made_up

OLD = made_up()
ASKED = "immunoglobulin for motor neuropathy: a systematic review"


def put(texts: list[Text], words: str, earlier: np.ndarray | None = None) -> Question:
    told = np.zeros(len(texts)) if earlier is None else earlier
    return Question(replace(Shelf.of(texts), earlier=told), words, shipped_background())


@given(st.text("abcdeiosuyz", min_size=2, max_size=9))
def test_a_word_and_its_plural_are_one(word):
    one, *more = forms(word)
    assert forms(one)[0] == one or len(word) <= 4 or one.endswith("s")
    assert word in (one, *more) or word.endswith(("ies", "s"))


def test_forms():
    assert forms("tears") == ("tear", "tears")
    assert forms("biopsies") == ("biopsy", "biopsies")
    assert forms("essays") == ("essay", "essays")
    for whole in ("diagnosis", "mass", "virus", "gas"[:2]):
        assert whole in forms(whole)


def test_how_usual_a_word_is():
    known = shipped_background()

    def share(*words: str) -> float:
        return known.share(count_words(words).columns)

    assert share("patients") > share("systematic") > share("arthroscopy") >= RARE
    assert share("retransitioning") == pytest.approx(RARE)
    assert share("patients", "the", "of", "and", "in") == 1


def test_words_that_any_review_has_count_for_little():
    """Yet where there is nothing else, they count."""
    texts = [Text(str(i), f"Migraine in cohort {i}", "Headache.") for i in range(300)]
    texts += [Text(f"t{i}", "Triptans for migraine", "Sumatriptan was given.") for i in range(6)]
    speak = "Epilepsy: a systematic review and meta-analysis"
    texts += [Text(f"r{i}", speak, "People.") for i in range(4)]
    asked = put(texts, "Triptans for migraine: a systematic review")
    assert {texts[i].id[0] for i in np.argsort(-asked.found)[:6]} == {"t"}
    asked = put(texts, "systematic review, meta-analysis")
    assert {texts[i].id[0] for i in np.argsort(-asked.found)[:4]} == {"r"}


def test_a_word_counts_in_the_plural_and_more_in_the_title():
    texts = [Text(str(i), f"Number {i}", "Nothing of it.") for i in range(20)]
    texts += [
        Text("text", "Another", "A tear was seen."),
        Text("title", "Tears", "Another was seen."),
    ]
    found = dict(zip((t.id for t in texts), put(texts, "tear").found, strict=True))
    assert found["title"] > found["text"] > found["3"]


def test_a_question_about_a_test_prefers_what_such_reviews_include():
    told = "Sensitivity and specificity were compared with surgery in consecutive patients."
    other = "Diagnosis was changed. The incidence was higher than in the years before."
    texts = [
        Text(str(i), "Ultrasound of the shoulder", told if i < 20 else other) for i in range(40)
    ]
    by_question = put(texts, "Ultrasound for detecting shoulder disease").found
    assert by_question[:20].mean() > by_question[20:].mean() + 1
    plain = put(texts, "Ultrasound and the shoulder").found
    assert by_question[:20].mean() > plain[:20].mean()
    assert asks_for_accuracy("Blood CEA levels for detecting recurrence")
    assert not asks_for_accuracy("Nudging towards evidence-based medicine")


def test_what_is_like_an_excluded_record_comes_later():
    asked = put(list(OLD.texts), ASKED)
    first = [int(i) for i in np.argsort(-asked.found)[:4]]
    step_by_step = [asked.scores(first[:n]) for n in range(1, 5)][-1]
    at_once = put(list(OLD.texts), ASKED).scores(first)
    np.testing.assert_allclose(step_by_step, at_once)
    np.testing.assert_allclose(
        asked.scores(first[2:]), put(list(OLD.texts), ASKED).scores(first[2:])
    )
    other = next(i for i in range(len(OLD.texts)) if not OLD.relevant[i])
    moved = asked.scores([other]) - asked.found
    alike = Shelf.of(OLD.texts).matrix @ Shelf.of(OLD.texts).matrix[other].toarray().ravel()
    assert np.corrcoef(moved, alike)[0, 1] == pytest.approx(-1)


def test_of_many_records_too(monkeypatch):
    monkeypatch.setattr(shelves, "EXACT", 50)
    monkeypatch.setattr(shelves, "AT_ONCE", 25)
    many = Ranker.of(OLD.texts, query=ASKED)
    truth = dict(zip(many.ids, map(bool, OLD.relevant), strict=True))
    first = many.order({})
    assert first.basis == "query"
    assert np.mean([truth[id] for id in first.ids[:10]]) > 0.4 > 2 * OLD.relevant.mean()
    assert many.order({first.ids[0]: False}).ids != first.ids[1:]


def test_an_order_is_the_same_when_it_is_read_again(tmp_path):
    ranker = Ranker.of(OLD.texts, query=ASKED)
    ranker.save(tmp_path / "records.npz")
    again = Ranker.load(tmp_path / "records.npz", query=ASKED)
    assert again.order({}).ids == ranker.order({}).ids
    longer = Ranker.of(OLD.texts[:70], query=ASKED).extended(OLD.texts[70:])
    assert longer.order({}).ids == ranker.order({}).ids
    assert ranker.afresh().order({}).ids == ranker.order({}).ids


def test_a_question_without_known_words_gives_what_earlier_reviews_tell():
    texts = [Text("a", "One"), Text("b", "Another"), Text("c", "More")]
    for words in ("!", "unheard of"):
        found = put(texts, words, np.array([0.0, 2.0, 1.0])).found
        assert int(np.argmax(found)) == 1
    assert put([], "anything").found.shape == (0,)


def test_the_question_fades():
    asked, plain = Ranker.of(OLD.texts, query=ASKED), Ranker.of(OLD.texts)
    truth = dict(zip(plain.ids, map(bool, OLD.relevant), strict=True))
    found = dict(zip(asked.ids, put(list(OLD.texts), ASKED).found, strict=True))
    seed = next(id for id in plain.ids if truth[id])
    closer = []
    for many in (1, 8, 20, 40):
        known = {id: truth[id] for id in [seed, *(i for i in plain.ids if i != seed)][:many]}
        orders = [ranker.order(known) for ranker in (asked, plain)]
        at = [np.corrcoef(o.scores, [found[id] for id in o.ids])[0, 1] for o in orders]
        closer.append(at[0] - at[1])
    assert closer[0] > closer[2] > closer[3] == pytest.approx(0)
    assert orders[0].ids == orders[1].ids
