"""Scoring: the evidence for and against, field by field, added up (Fellegi and Sunter 1969).

The weight of a level of agreement is log2(m / u): how much more often two records of one report
show it than two records of different reports that share a key. The numbers in ``weights.json`` are
counted on labelled sets by ``validation/dedup/learn.py``; nothing is learnt on the user's records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from ranvier.dedup.compare import LEVELS, Levels

__all__ = ["Evidence", "Weights", "evidence", "probability", "rarity", "shipped_weights", "total"]

#: How far a title or surname that is frequent among the records themselves moves a weight, in bits.
RAREST, COMMONEST = 2.0, -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the scoring knows.

    Attributes
    ----------
    version : str
        Names the numbers in the log of a review.
    weights : dict of str to dict of str to float
        Bits of evidence of each level of each field.
    prior : float
        log2 of the odds that two records that share a key are of one report.
    merge_at, ask_at : float
        Bits (prior included) from which a pair without a veto is merged, and any pair is asked.
    ask_most : float
        Share of the records that the pairs to ask may involve.
    """

    version: str
    weights: dict[str, dict[str, float]]
    prior: float
    merge_at: float
    ask_at: float
    ask_most: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field says: the level of agreement and its bits."""

    field: str
    level: str
    bits: float

    def __str__(self) -> str:
        """Such as ``pages same (+7.5)``."""
        return f"{self.field} {self.level} ({self.bits:+.1f})"


@cache
def shipped_weights() -> Weights:
    """Return the weights that come with Ranvier."""
    text = resources.files("ranvier.dedup").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(text, type=Weights)


def total(
    levels: Levels, weights: Weights, rare: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Add up the bits of pairs: the prior, the levels, and how rare what agrees is."""
    bits = np.full(len(levels["title"]), weights.prior)
    for field, names in LEVELS.items():
        table = np.array([weights.weights[field].get(name, 0.0) for name in names])
        bits += table[levels[field]]
    for adjust in rare.values():
        bits += adjust
    return bits


def rarity(
    levels: Levels, *, contexts: NDArray[np.int64], bearers: NDArray[np.int64], records: int
) -> dict[str, NDArray[np.float64]]:
    """Return the adjustments for the frequency of what agrees.

    Parameters
    ----------
    contexts : ndarray of int, shape (n,)
        In how many years and by how many first authors the first record's title stands.
    bearers : ndarray of int, shape (n,)
        How many records have the first record's first author.
    records : int
        How many records there are.
    """
    equal = np.isin(levels["title"], (1, 2, 3))
    title = np.where(equal, -np.log2(np.maximum(contexts / 2, 1.0)), 0.0)
    shared = np.isin(levels["authors"], (1, 3))
    # A surname borne by one record in two hundred tells as much as the weights suppose.
    usual = max(records / 200, 3.0)
    author = np.where(shared, np.log2(usual / np.maximum(bearers, 1)), 0.0)
    return {
        "title": np.clip(2 * title, 2 * COMMONEST, 0.0),
        "authors": np.clip(author, -RAREST, RAREST / 2),
    }


def evidence(
    levels: Levels, k: int, weights: Weights, rare: Mapping[str, NDArray[np.float64]]
) -> tuple[Evidence, ...]:
    """Return what each field says of one pair, the strongest first."""
    found: list[Evidence] = []
    for field, names in LEVELS.items():
        level = names[levels[field][k]]
        if level != "none":
            bits = weights.weights[field].get(level, 0.0)
            bits += float(rare[field][k]) if field in rare else 0.0
            found.append(Evidence(field, level, round(bits, 2)))
    return tuple(sorted(found, key=lambda e: -abs(e.bits)))


def probability(bits: float) -> float:
    """Turn bits into the probability of one report.

    Examples
    --------
    >>> probability(0.0), round(probability(10.0), 4)
    (0.5, 0.999)
    """
    return float(1 / (1 + 2.0 ** -min(max(bits, -50.0), 50.0)))
