"""Deduplicating: from records to merges, the pairs to ask about, and the clusters they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from ranvier.core.search import Record
from ranvier.dedup.clusters import Forest, gather
from ranvier.dedup.compare import compare
from ranvier.dedup.decide import Judged, judge
from ranvier.dedup.index import Index
from ranvier.dedup.library import Library
from ranvier.dedup.score import Weights, probability, shipped_weights
from ranvier.dedup.vetoes import vetoes

__all__ = ["Asked", "Deduplicated", "Ids", "Merged", "deduplicate", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Two records merged, and why.

    Attributes
    ----------
    a, b : str
        Their ids, the earlier first.
    probability : float
        That they are one report, by the evidence of the two alone.
    why : tuple of str
        Field by field, the strongest evidence first: ``pages same (+7.4)``.
    """

    a: str
    b: str
    probability: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Two records that a person should look at; `against` says what speaks against merging."""

    a: str
    b: str
    probability: float
    why: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplicated:
    """What was found.

    Attributes
    ----------
    merges : tuple of Merged
        Each joined two clusters; undoing one parts them again.
    questions : tuple of Asked
        The most doubtful first.
    clusters : tuple of tuple of str
        Ids of the records of each cluster of two or more.
    records, compared : int
        How many records were new, and how many pairs were compared.
    method : str
        What decided, with the version of its numbers.
    """

    merges: tuple[Merged, ...]
    questions: tuple[Asked, ...]
    clusters: tuple[tuple[str, ...], ...]
    records: int
    compared: int
    method: str


#: Pairs of ids.
Ids = Iterable[tuple[str, str]]


def deduplicate(
    records: Sequence[Record],
    *,
    same: Ids = (),
    different: Ids = (),
    weights: Weights | None = None,
) -> Deduplicated:
    """Find the records that describe one report.

    Parameters
    ----------
    records : sequence of Record
    same, different : iterable of (str, str)
        What people decided: ids that are, or are not, one report. It is never overruled.
    weights : Weights or None
        The numbers of the scoring; those shipped if not given.

    Examples
    --------
    >>> said = dict(authors=("Léger JM", "Chassande B"), year=2001, volume="124")
    >>> title = "Intravenous immunoglobulin therapy in multifocal motor neuropathy"
    >>> found = deduplicate([
    ...     Record(id="m", title=title, journal="Brain", pages="145-53", **said),
    ...     Record(id="e", title=title + ".", journal="Brain : a journal", pages="145-153", **said),
    ...     Record(id="x", title="Reply: " + title, journal="Brain", pages="1049", **said),
    ... ])
    >>> found.clusters
    (('m', 'e'),)
    >>> [(q.a, q.b) for q in found.questions]
    []
    """
    index = Index()
    index.add(records)
    return update(index, since=0, same=same, different=different, weights=weights)


def update(
    index: Library,
    *,
    since: int,
    before: Iterable[Sequence[str]] = (),
    same: Ids = (),
    different: Ids = (),
    weights: Weights | None = None,
) -> Deduplicated:
    """Compare the records from position `since` with all, and leave everything else as it is.

    Parameters
    ----------
    index : Library
        An `Index`, or the records on another engine.
    before : iterable of sequence of str
        Clusters that stand already, by the ids of their records.
    """
    weights = weights or shipped_weights()
    forest = Forest()
    for cluster in before:
        forest.plant([index.position(id) for id in cluster])
    apart = {_sorted(index.position(a), index.position(b)) for a, b in different}
    for a, b in same:
        forest.join(index.position(a), index.position(b))
    pairs = index.pairs(since=since)
    ends = [index[i] for i in pairs[:, 0].tolist()]
    found = judge(
        index,
        pairs,
        weights,
        contexts=index.contexts(c.title for c in ends),
        bearers=index.bearers(c.first for c in ends),
        records=len(index),
    )
    order = np.argsort(-found.bits, kind="stable")
    torn = _torn(index, found)
    wanted = [tuple(found.pairs[k].tolist()) for k in order[(found.merge & ~torn)[order]]]
    joined, _ = gather(forest, wanted, contradict=_contradiction(index, found, apart))
    at = {pair: k for k, pair in enumerate(map(tuple, found.pairs.tolist())) if found.merge[k]}
    method = f"ranvier.dedup, weights {weights.version}"
    return Deduplicated(
        merges=tuple(_merged(index, found, at[pair]) for pair in joined),
        questions=_questions(index, found, forest, apart, fresh=len(index) - since),
        clusters=tuple(tuple(index.ids[i] for i in members) for members in forest.clusters()),
        records=len(index) - since,
        compared=len(pairs),
        method=method,
    )


def _sorted(a: int, b: int) -> tuple[int, int]:
    """Name a pair one way."""
    return (a, b) if a < b else (b, a)


def _contradiction(
    index: Library, found: Judged, apart: set[tuple[int, int]]
) -> Callable[[Sequence[int], Sequence[int]], bool]:
    """Return what says whether records of two clusters contradict each other."""
    known = found.pairs[:, 0] << 32 | found.pairs[:, 1]
    hard = found.contradicts()

    def contradict(one: Sequence[int], other: Sequence[int]) -> bool:
        crossed = [_sorted(a, b) for a, b in product(one, other)]
        if apart and not apart.isdisjoint(crossed):
            return True
        wanted = np.array([a << 32 | b for a, b in crossed], dtype=np.int64)
        place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        held = known[place] == wanted if len(known) else np.zeros(len(wanted), np.bool_)
        if hard[place[held]].any():
            return True
        rest = np.array([pair for pair, h in zip(crossed, held, strict=True) if not h], np.int64)
        if not len(rest):
            return False
        index.fetch(rest.ravel().tolist())
        flags = vetoes(index, rest, compare(index, rest))
        return any(bool(test.any()) for name, test in flags.items() if name != "thin")

    return contradict


#: Two clusters a bare record fits within so many bits are as good as each other.
AS_GOOD = 3.0


def _torn(index: Library, found: Judged) -> NDArray[np.bool_]:
    """Mark the merges of bare records that fit two records which contradict each other as well.

    A record without pages, ids and abstract fits every issue's "Editor's comments": which of them
    it is, nobody can tell from it.
    """
    torn = np.zeros(len(found.pairs), np.bool_)
    fits: dict[int, list[int]] = {}
    for k in np.flatnonzero(found.merge).tolist():
        for i in found.pairs[k].tolist():
            c = index[i]
            if not (c.page or c.doi or c.pmid or c.abstract):
                fits.setdefault(i, []).append(k)
    contradict = _contradiction(index, found, set())
    for i, ks in fits.items():
        best = max(found.bits[k] for k in ks)
        near = [k for k in ks if found.bits[k] >= best - AS_GOOD]
        others = [int(found.pairs[k].sum()) - i for k in near]
        if any(contradict([a], [b]) for a, b in combinations(others[:8], 2)):
            torn[ks] = True
    return torn


def _merged(index: Library, found: Judged, k: int) -> Merged:
    """Say why two records were merged."""
    a, b = found.pairs[k].tolist()
    return Merged(
        a=index.ids[a],
        b=index.ids[b],
        probability=round(probability(float(found.bits[k])), 6),
        why=tuple(str(e) for e in found.why(k)),
    )


def _questions(
    index: Library, found: Judged, forest: Forest, apart: set[tuple[int, int]], *, fresh: int
) -> tuple[Asked, ...]:
    """Pick the pairs a person should look at: one for two clusters, within the share allowed."""
    told = {_sorted(forest.home(a), forest.home(b)) for a, b in apart}
    open_: list[Asked] = []
    shown: set[int] = set()
    most = max(2, int(found.weights.ask_most * fresh))
    for k in np.argsort(-found.doubt, kind="stable"):
        if found.doubt[k] < found.weights.ask_at:
            break
        a, b = found.pairs[k].tolist()
        homes = _sorted(forest.home(a), forest.home(b))
        if homes[0] == homes[1] or homes in told:
            continue
        if len(shown | {a, b}) > most:
            continue
        told.add(homes)
        shown |= {a, b}
        open_.append(
            Asked(
                a=index.ids[a],
                b=index.ids[b],
                probability=round(probability(float(found.doubt[k])), 6),
                why=tuple(str(e) for e in found.why(k)),
                against=found.against(k)
                or ("other records of their clusters contradict each other",),
            )
        )
    return tuple(sorted(open_, key=lambda q: abs(q.probability - 0.5)))
