"""Duplicates: what a machine merged, what people decided, and the clusters that follow.

An automatic deduplication is one event, with its settings, every merge and every question. What a
person decides about two records is an event of its own and outranks it for ever. Clusters are
never stored: they follow from both, so that undoing any of them takes exactly its effect back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ranvier.core.search import Clustering

__all__ = ["Deduplication", "Match", "Merge", "Question", "clusters_of", "open_questions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two records that a machine judged to describe one report.

    Attributes
    ----------
    probability : float
        That they do, by the evidence of the two alone.
    why : str
        Field by field.
    """

    a: str
    b: str
    probability: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Two records that a machine leaves to a person; `against` says what spoke against merging."""

    a: str
    b: str
    probability: float
    why: str
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplication:
    """One automatic deduplication: of which imports, how, and what came of it.

    Attributes
    ----------
    method : str
        What decided, with its version.
    settings : dict of str to float
        Bounds it decided by.
    imports : tuple of str
        The imports whose records were new to it.
    """

    id: str
    method: str
    settings: dict[str, float]
    imports: tuple[str, ...]
    merges: tuple[Merge, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A person's decision on two records: one report, or two."""

    a: str
    b: str
    verdict: Literal["same", "different"]
    note: str | None = None


def clusters_of(
    clusterings: Iterable[Clustering],
    deduplications: Iterable[Deduplication],
    matches: Iterable[Match],
) -> dict[str, tuple[str, ...]]:
    """Return the clusters that follow from what people and machines judged.

    People first: what they called the same is joined, what they called different stays apart.
    Then clusters made by hand, then a machine's merges, the surest first.

    Examples
    --------
    >>> merges = (Merge(a="a", b="b", probability=0.99, why=""),
    ...           Merge(a="b", b="c", probability=0.95, why=""))
    >>> done = Deduplication(id="d", method="m", settings={}, imports=(), merges=merges)
    >>> clusters_of([], [done], [])
    {'dup:a': ('a', 'b', 'c')}
    >>> clusters_of([], [done], [Match(a="c", b="a", verdict="different")])
    {'dup:a': ('a', 'b')}
    """
    decided = list(matches)
    apart = {frozenset((m.a, m.b)) for m in decided if m.verdict == "different"}
    home: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    names: dict[str, str] = {}

    def join(a: str, b: str) -> None:
        one, other = home.get(a, a), home.get(b, b)
        if one == other:
            return
        left, right = members.get(one, [a]), members.get(other, [b])
        if apart and any(frozenset((x, y)) in apart for x in left for y in right):
            return
        members[one] = left + right
        members.pop(other, None)
        for record in members[one]:
            home[record] = one

    for match in decided:
        if match.verdict == "same":
            join(match.a, match.b)
    for clustering in clusterings:
        for name, held in clustering.clusters.items():
            names.setdefault(held[0], name)
            for record in held[1:]:
                join(held[0], record)
    merges = [merge for done in deduplications for merge in done.merges]
    for merge in sorted(merges, key=lambda m: -m.probability):
        join(merge.a, merge.b)
    found: dict[str, tuple[str, ...]] = {}
    for held in members.values():
        named = next((names[record] for record in held if record in names), None)
        found[named or f"dup:{min(held)}"] = tuple(sorted(held))
    return dict(sorted(found.items()))


def open_questions(
    deduplications: Iterable[Deduplication],
    matches: Iterable[Match],
    clusters: dict[str, tuple[str, ...]],
) -> tuple[Question, ...]:
    """Return the questions nobody has answered, the most doubtful first."""
    home = {record: name for name, held in clusters.items() for record in held}
    told = {_between(m.a, m.b, home) for m in matches if m.verdict == "different"}
    open_: dict[frozenset[str], Question] = {}
    for done in deduplications:
        for question in done.questions:
            pair = _between(question.a, question.b, home)
            if len(pair) == 2 and pair not in told:
                open_.setdefault(pair, question)
    return tuple(sorted(open_.values(), key=lambda q: abs(q.probability - 0.5)))


def _between(a: str, b: str, home: dict[str, str]) -> frozenset[str]:
    """Name the two clusters that two records are in."""
    return frozenset((home.get(a, a), home.get(b, b)))
