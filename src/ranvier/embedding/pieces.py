"""Texts as word pieces: what a sentence model reads.

A word that is not in BERT's list of 30,522 pieces is taken apart into the longest that are, from
its beginning (Wu et al. 2016). The list comes with Ranvier; its licence stands beside it.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["MOST", "pieces_of"]

#: Pieces of a text that are read, the two that frame it included: some 180 words. The model was
#: trained on shorter texts still; of more than one abstract in two, all is read.
MOST = 256


def pieces_of(texts: Sequence[str]) -> list[list[int]]:
    """Turn texts into the numbers of their pieces, cut off after :data:`MOST`.

    Examples
    --------
    >>> pieces_of(["Immunoglobulin for neuropathy", ""])
    [[101, 10047, 23041, 8649, 4135, 8569, 4115, 2005, 11265, 10976, 20166, 102], [101, 102]]
    """
    # Half of a character is no text; a mark takes its place.
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    return [list(made.ids) for made in _tokenizer().encode_batch(whole)]


@cache
def _tokenizer() -> Any:
    """Build what takes words apart: lower case, no accents, each Chinese character a word."""
    import tokenizers  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]
    from tokenizers import (  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    held = (files("ranvier.embedding") / "pieces.txt.xz").read_bytes()
    number = {piece: n for n, piece in enumerate(lzma.decompress(held).decode().split("\n")[:-1])}
    made: Any = tokenizers.Tokenizer(models.WordPiece(number, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    framing = [(frame, number[frame]) for frame in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=framing
    )
    made.enable_truncation(MOST)
    return made
