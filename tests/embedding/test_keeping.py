"""A text is read once: vectors are kept, and what is kept badly is made again."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ranvier.embedding import keeping as module
from ranvier.embedding.keeping import embed, kept, sentence, user_folder
from ranvier.embedding.model import WIDTH

WORDS = [
    "trial",
    "of",
    "immunoglobulin",
    "statins",
    "stroke",
    "knee",
    "surgery",
    "cohort",
    "pain",
    "neuropathy",
]


def texts_of(n: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=draw.randrange(3, 12))) + f" {i}" for i in range(n)]


def test_vectors_are_of_length_one_in_half_precision_and_in_the_order_of_the_texts(model, tmp_path):
    texts = texts_of(30)
    made = embed(texts, model, folder=tmp_path, threads=1)
    assert (made.rows.shape, made.rows.dtype) == ((30, WIDTH), np.float16)
    assert np.allclose(np.linalg.norm(made.rows.astype(float), axis=1), 1, atol=2e-3)
    assert (made.computed, made.cpu_seconds > 0) == (30, True)
    turned = embed(texts[::-1], model, folder=tmp_path / "other", threads=1)
    assert np.abs(turned.rows[::-1].astype(float) - made.rows).max() < 1e-3


def test_what_was_read_once_is_not_read_again(model, tmp_path, monkeypatch):
    texts = texts_of(20)
    first = embed(texts, model, folder=tmp_path, threads=1)
    more = embed([*texts[5:], *texts_of(4, seed=1)], model, folder=tmp_path, threads=1)
    assert more.computed == 4
    assert np.array_equal(more.rows[:15], first.rows[5:])
    monkeypatch.setattr(module, "_running", None)  # nothing is left to run it on
    again = embed(texts, model, folder=tmp_path)
    assert again.computed == 0
    assert np.array_equal(again.rows, first.rows)
    assert again.cpu_seconds == pytest.approx(first.cpu_seconds, rel=1e-3)


def test_equal_texts_are_read_once(model, tmp_path):
    made = embed(["a trial"] * 5 + ["another"], model, folder=tmp_path, threads=1)
    assert made.computed == 2
    assert (made.rows[:5] == made.rows[0]).all()
    assert not (made.rows[5] == made.rows[0]).all()


def test_where_there_is_no_text_there_is_no_meaning(model, tmp_path):
    texts = [sentence("", ""), sentence("A trial", ""), sentence(" ", "\n")]
    made = embed(texts, model, folder=tmp_path, threads=1)
    assert made.computed == 1
    assert [bool(row.any()) for row in made.rows] == [False, True, False]
    assert kept(texts, model, folder=tmp_path) is not None


def test_no_texts_and_only_empty_ones_need_no_model(model, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_running", None)
    assert embed([], model, folder=tmp_path).rows.shape == (0, WIDTH)
    assert embed(["", ""], model, folder=tmp_path).rows.shape == (2, WIDTH)


def test_an_abstract_of_ten_thousand_words_and_one_in_chinese(model, tmp_path):
    texts = [
        sentence("A trial", "immunoglobulin helped " * 5_000),
        "免疫球蛋白治疗神经病" * 50,
        "\ud800",
    ]
    rows = embed(texts, model, folder=tmp_path, threads=1).rows
    assert np.allclose(np.linalg.norm(rows.astype(float), axis=1), 1, atol=2e-3)


def test_all_or_none_are_kept(model, tmp_path):
    texts = texts_of(5)
    assert kept(texts, model, folder=tmp_path) is None
    made = embed(texts[:4], model, folder=tmp_path, threads=1)
    assert kept(texts, model, folder=tmp_path) is None
    found = kept(texts[:4], model, folder=tmp_path)
    assert found is not None
    assert np.array_equal(found.rows, made.rows)


def test_a_run_that_is_stopped_goes_on_where_it_was(model, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PART", 8)
    texts = texts_of(20)

    def stop(done: int, total: int) -> None:
        assert total == 20
        if done > 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(texts, model, folder=tmp_path, threads=1, tell=stop)
    assert embed(texts, model, folder=tmp_path, threads=1).computed == 4


def test_progress_goes_up_to_the_end(model, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PART", 8)
    said: list[tuple[int, int]] = []
    embed(texts_of(20), model, folder=tmp_path, threads=1, tell=lambda *at: said.append(at))
    assert said == sorted(said)
    assert (said[0], said[-1]) == ((0, 20), (20, 20))
    assert len(said) > 5


@pytest.mark.parametrize("left", [0, 10, 0.5, -30])
def test_a_part_that_was_cut_off_is_made_again(model, tmp_path, left):
    texts = texts_of(6)
    first = embed(texts, model, folder=tmp_path, threads=1)
    [part] = tmp_path.rglob("*.npz")
    held = part.read_bytes()
    part.write_bytes(held[: int(left * len(held)) if isinstance(left, float) else left])
    assert kept(texts, model, folder=tmp_path) is None
    again = embed(texts, model, folder=tmp_path, threads=1)
    assert again.computed == 6
    assert np.array_equal(again.rows, first.rows)


def test_a_bit_that_fell_over_is_noticed(model, tmp_path):
    texts = texts_of(6)
    embed(texts, model, folder=tmp_path, threads=1)
    [part] = tmp_path.rglob("*.npz")
    held = bytearray(part.read_bytes())
    held[len(held) // 2] ^= 4
    part.write_bytes(held)
    assert kept(texts, model, folder=tmp_path) is None


@pytest.mark.parametrize(
    "arrays",
    [
        {"rows": np.zeros((6, 384), np.float16)},
        {"names": np.zeros((6, 16), np.uint8), "rows": np.zeros((5, 384), np.float16),
         "cpu_seconds": np.zeros(6, np.float32)},
        {"names": np.zeros((6, 16), np.uint8), "rows": np.zeros((6, 384), np.float64),
         "cpu_seconds": np.zeros(6, np.float32)},
        {"names": np.array([{}] * 6, dtype=object), "rows": np.zeros((6, 384), np.float16),
         "cpu_seconds": np.zeros(6, np.float32)},
    ],
    ids=["lacking", "uneven", "doubles", "pickled"],
)  # fmt: skip
def test_a_part_of_something_else_is_thrown_away(model, tmp_path, arrays):
    texts = texts_of(6)
    embed(texts, model, folder=tmp_path, threads=1)
    [part] = tmp_path.rglob("*.npz")
    np.savez(part, **arrays)
    assert kept(texts, model, folder=tmp_path) is None
    assert not part.exists()


def test_vectors_of_another_model_are_not_taken(model, tmp_path):
    texts = texts_of(3)
    embed(texts, model, folder=tmp_path, threads=1)
    other = type(model)(model.path, "0" * 64)
    assert kept(texts, other, folder=tmp_path) is None


def test_no_half_of_a_part_is_left_behind(model, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        embed(texts_of(3), model, folder=tmp_path, threads=1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_where_vectors_of_no_review_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "ranvier" / "embeddings"
