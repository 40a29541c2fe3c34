"""Deciding: merge, ask or keep, from the evidence of a pair and the vetoes against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from ranvier.dedup.citation import Citation
from ranvier.dedup.compare import LEVELS, Levels, Pairs, compare
from ranvier.dedup.score import Evidence, Weights, evidence, rarity, total
from ranvier.dedup.vetoes import VETOES, Flags, vetoes

__all__ = ["Judged", "judge"]

#: What a veto takes from the bits when pairs to ask are ranked; the more, the surer it tells two
#: reports apart. Between equal titles a contradiction of place is often a slip of one source.
DOUBT: dict[str, float] = {
    "notice": 12.0, "numbers": 6.0, "title": 5.0, "authors": 4.0, "registry": 4.0, "preprint": 6.0,
    "registration": 6.0, "conference": 2.0, "pages": 2.0, "volume": 2.0, "issue": 2.0,
    "journal": 2.0, "year": 2.0, "doi": 2.0, "thin": 0.0,
}  # fmt: skip
#: Similarity of titles below which only an identifier or the page makes a pair worth it.
LEAST = 55.0
#: How many pairs are compared at once.
PART = 50_000
_PLACE = ("pages", "volume", "issue", "journal", "year", "doi", "conference")


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs with what was found of each.

    Attributes
    ----------
    pairs : ndarray of int, shape (n, 2)
    levels : dict of str to ndarray
    flags : dict of str to ndarray of bool
        Vetoes.
    bits : ndarray of float, shape (n,)
        Evidence for one report, prior included.
    merge : ndarray of bool, shape (n,)
        Enough evidence and no veto.
    doubt : ndarray of float, shape (n,)
        How likely a person finds them the same after all, in bits; ``-inf`` if not worth asking.
    """

    pairs: Pairs
    levels: Levels
    flags: Flags
    bits: NDArray[np.float64]
    merge: NDArray[np.bool_]
    doubt: NDArray[np.float64]
    weights: Weights
    rare: Mapping[str, NDArray[np.float64]]

    def contradicts(self) -> NDArray[np.bool_]:
        """Return which pairs say what one report cannot say, however little is known."""
        flags = [test for name, test in self.flags.items() if name != "thin"]
        return np.any(np.array(flags), axis=0)

    def why(self, k: int) -> tuple[Evidence, ...]:
        """Return what each field says of the pair at `k`."""
        return evidence(self.levels, k, self.weights, self.rare)

    def against(self, k: int) -> tuple[str, ...]:
        """Return the vetoes against the pair at `k`, in words."""
        return tuple(words for name, words in VETOES.items() if self.flags[name][k])


def judge(
    citations: Mapping[int, Citation],
    pairs: Pairs,
    weights: Weights,
    *,
    contexts: Mapping[str, int],
    bearers: Mapping[str, int],
    records: int,
) -> Judged:
    """Compare pairs, add up the evidence, and decide on each by itself.

    Parameters
    ----------
    citations : mapping of int to Citation
        At least those that `pairs` name.
    contexts : mapping of str to int
        In how many years and by how many first authors a title stands among all records.
    bearers : mapping of str to int
        How many records have a first author of this surname.
    records : int
        How many records there are.
    """
    pairs = pairs[_worth_it(citations, pairs)]
    first = [citations[i] for i in pairs[:, 0].tolist()]
    second = [citations[i] for i in pairs[:, 1].tolist()]
    stands = np.array([contexts.get(c.title, 1) for c in first], np.int64)
    recurring = stands > 2
    levels, flags = _compared(citations, pairs, recurring)
    rare = rarity(
        levels,
        contexts=stands,
        bearers=np.array([bearers.get(c.first, 1) for c in first], np.int64),
        records=records,
    )
    bits = total(levels, weights, rare)
    vetoed = np.any(np.array(list(flags.values())), axis=0)
    merge = ~vetoed & (bits >= weights.merge_at)
    both = zip(first, second, strict=True)
    notices = np.array([bool(a.notice and b.notice) for a, b in both], np.bool_)
    doubt = _doubt(levels, flags, bits, recurring | notices)
    return Judged(pairs, levels, flags, bits, merge, doubt, weights, rare)


def _worth_it(citations: Mapping[int, Citation], pairs: Pairs) -> NDArray[np.bool_]:
    """Leave out pairs that can be neither merged nor asked: all but a common word differs."""

    def near(i: int, j: int) -> bool:
        a, b = citations[i], citations[j]
        return (
            not a.title
            or not b.title
            or (a.page > 0 and a.page == b.page)
            or (a.doi != "" and a.doi == b.doi)
            or (a.pmid != "" and a.pmid == b.pmid)
            or a.title[:24] == b.title[:24]
            or fuzz.ratio(a.title, b.title, score_cutoff=LEAST) > 0
        )

    return np.array([near(i, j) for i, j in pairs.tolist()], np.bool_)


def _compared(
    citations: Mapping[int, Citation], pairs: Pairs, recurring: NDArray[np.bool_]
) -> tuple[Levels, Flags]:
    """Compare pairs and look for vetoes, a part at a time, so that memory stays small."""
    parts: list[tuple[Levels, Flags]] = []
    for start in range(0, max(len(pairs), 1), PART):
        some = pairs[start : start + PART]
        levels = compare(citations, some)
        flags = vetoes(citations, some, levels, recurring=recurring[start : start + PART])
        parts.append((levels, flags))
    return (
        {field: np.concatenate([levels[field] for levels, _ in parts]) for field in LEVELS},
        {name: np.concatenate([flags[name] for _, flags in parts]) for name in VETOES},
    )


def _doubt(
    levels: Levels, flags: Flags, bits: NDArray[np.float64], common: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Rank pairs for a person: the evidence, less what each veto takes."""
    exact = np.isin(levels["title"], (1, 2))
    doubt = bits.copy()
    for name, bite in DOUBT.items():
        doubt -= np.where(flags[name], bite * np.where(exact | (bite > 2), 1.0, 2.0), 0.0)
    doubt -= np.where(levels["title"] == LEVELS["title"].index("differs"), 3.0, 0.0)
    elsewhere = np.any(np.array([flags[name] for name in _PLACE]), axis=0)
    doubt[flags["pmid"] | (common & elsewhere)] = -np.inf
    return doubt
