"""The numbers of the classifier, and what they add up to for one record.

``weights.json`` is written by ``validation/design/learn.py``; its ``card`` says what it was learnt
from and what was measured. Nothing is learnt on the user's records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import fsum, sqrt
from typing import Any

import msgspec

from ranvier.ranking.design.signs import FEATURES, Field, Group, Reading

__all__ = ["Weights", "contributions", "logit", "shipped_weights", "word_score"]

#: The sum over words is divided by the root of their number, of at least so many.
FEW_WORDS = 4
#: Beyond these the words say no more: no heap of words outvotes what a text states.
WORDS_LOW, WORDS_HIGH = -8.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the classifier knows; logits throughout.

    Attributes
    ----------
    version : str
        Names the numbers.
    card : dict
        What they were learnt from, and what was measured.
    bias : float
    features : dict of str to float
        For each of `ranvier.ranking.design.signs.FEATURES`.
    words, words_where_silent : float
        Weight of the score of the words, and what it gains where nothing of chance or blinding is
        said.
    other_type : float
        Weight of a publication type that names another design.
    other_types : tuple of str
        Those types.
    sensitive, precise : float
        Bounds.
    word_bias, no_abstract : float
    title, abstract : dict of str to float
        Words of each field.
    """

    version: str
    card: dict[str, Any] = field(repr=False)
    bias: float
    features: dict[str, float]
    words: float
    words_where_silent: float
    other_type: float
    other_types: tuple[str, ...]
    sensitive: float
    precise: float
    word_bias: float
    no_abstract: float
    title: dict[str, float] = field(repr=False)
    abstract: dict[str, float] = field(repr=False)


@cache
def shipped_weights() -> Weights:
    """Return the weights that come with Ranvier."""
    text = resources.files("ranvier.ranking.design").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(text, type=Weights)


def contributions(reading: Reading, weights: Weights) -> dict[tuple[Field, str], float]:
    """Return what each known word adds to the score of the words."""
    title = reading.title_words & weights.title.keys()
    abstract = reading.abstract_words & weights.abstract.keys()
    share = 1 / sqrt(max(FEW_WORDS, len(title) + len(abstract)))
    held: dict[tuple[Field, str], float] = {
        ("title", word): share * weights.title[word] for word in sorted(title)
    }
    for word in sorted(abstract):
        held["abstract", word] = share * weights.abstract[word]
    return held


def word_score(reading: Reading, weights: Weights) -> float:
    """Return the score of the words, within its bounds.

    Each known word counts once in the title and once in the abstract.
    """
    title = reading.title_words & weights.title.keys()
    abstract = reading.abstract_words & weights.abstract.keys()
    # Exact, so that the order in which a set is walked through changes nothing.
    total = fsum(
        (*map(weights.title.__getitem__, title), *map(weights.abstract.__getitem__, abstract))
    )
    score = total / sqrt(max(FEW_WORDS, len(title) + len(abstract))) + weights.word_bias
    if not reading.abstract_words:
        score += weights.no_abstract
    return min(max(score, WORDS_LOW), WORDS_HIGH)


def logit(
    reading: Reading,
    words: float,
    weights: Weights,
    *,
    without: frozenset[Group] = frozenset(),
) -> float:
    """Return the logit of the signs and the words together."""
    held = reading.features(without=without)
    slope = weights.words
    total = weights.bias
    for name, holds in zip(FEATURES, held, strict=True):
        if holds:
            total += weights.features[name]
            if name == "silent":
                slope += weights.words_where_silent
    return total + slope * words
