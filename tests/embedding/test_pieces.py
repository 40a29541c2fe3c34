"""Texts are taken apart as BERT's own list and rules say."""

from __future__ import annotations

import hashlib
import lzma
import random
from importlib.resources import files

import pytest

from ranvier.embedding.pieces import MOST, pieces_of

tokenizers = pytest.importorskip("tokenizers", reason="pip install 'ranvier[embed]'")

#: Of vocab.txt of bert-base-uncased, as it is published.
PUBLISHED = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


def vocabulary() -> list[str]:
    held = lzma.decompress((files("ranvier.embedding") / "pieces.txt.xz").read_bytes())
    return held.decode().split("\n")[:-1]


def test_the_list_of_pieces_is_the_published_one():
    held = lzma.decompress((files("ranvier.embedding") / "pieces.txt.xz").read_bytes())
    assert hashlib.sha256(held).hexdigest() == PUBLISHED
    assert len(vocabulary()) == len(set(vocabulary())) == 30_522


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", "[CLS] [SEP]"),
        ("Ménière's disease", "[CLS] men ##iere ' s disease [SEP]"),
        ("RANDOMISED (n=12)", "[CLS] random ##ised ( n = 12 ) [SEP]"),
        ("神経 trial", "[CLS] 神 [UNK] trial [SEP]"),
        ("\x00a\u200bb\tc", "[CLS] ab c [SEP]"),
        ("[CLS] [SEP]", "[CLS] [CLS] [SEP] [SEP]"),
        ("x" * 101, "[CLS] [UNK] [SEP]"),
        ("half \ud800 a character", "[CLS] half ? a character [SEP]"),
    ],
)
def test_how_a_text_is_taken_apart(text, pieces):
    name = vocabulary()
    assert " ".join(name[n] for n in pieces_of([text])[0]) == pieces


def test_the_rules_are_those_of_the_librarys_own_bert():
    name = vocabulary()
    theirs = tokenizers.BertWordPieceTokenizer({piece: n for n, piece in enumerate(name)})
    theirs.enable_truncation(MOST)
    draw = random.Random(0)
    ranges = ((32, 127), (160, 1328), (0x3040, 0x9FFF), (0x1F300, 0x1F9FF), (0, 32))
    made = ["".join(chr(draw.randrange(*draw.choice(ranges))) for _ in range(draw.randrange(200)))
            for _ in range(300)]  # fmt: skip
    made += [" ".join(draw.choices(name, k=draw.randrange(300))) for _ in range(300)]
    assert pieces_of(made) == [theirs.encode(text).ids for text in made]


def test_a_long_text_is_cut_off_and_ends_as_every_text_does():
    [made] = pieces_of(["immunoglobulin " * 10_000])
    assert len(made) == MOST
    assert (made[0], made[-1]) == (101, 102)
