"""Allotments: which items are given out to whom; and openings, which lift the blinding of one.

Who reads which item is never stored: it follows from the allotment by a hash, so that it is the
same for everybody who computes it and depends on nobody's decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.core.protocol import Stage

__all__ = ["Allotment", "Opening", "number_of", "pick", "weight"]

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """Items of one stage given out to reviewers; it is never changed, another one adds to it.

    An item belongs to the first allotment of its stage that one of its records is in, so that a
    later wave of the search gives out only what is new, and a duplicate of what was screened
    inherits the decisions.

    Attributes
    ----------
    id : str
    stage : {"title_abstract", "full_text"}
    reviewers : tuple of str
        Actor ids.
    votes : int
        How many of them decide each item; a pilot is read by all of them.
    imports : tuple of str
        Everything these imports brought, and no earlier allotment has.
    items : tuple of str
        Or these: ids of records or clusters.
    kind : {"main", "pilot", "substitute"}
        A substitute takes over what somebody leaves behind: it names neither imports nor items.
    within : str or None
        The allotment that a substitute belongs to.
    instead_of : str or None
        Whose items in it are taken over.
    besides : tuple of str
        The items that stay theirs, because they decided them. What is taken over is all else, so
        that an item that is parted from another later has its readers, too.
    """

    id: str
    stage: Stage
    reviewers: tuple[str, ...]
    votes: int
    imports: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    kind: Literal["main", "pilot", "substitute"] = "main"
    within: str | None = None
    instead_of: str | None = None
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """From here on, those who read an allotment see each other's decisions on it."""

    allotment: str


def number_of(text: str) -> int:
    """Return 64 bits that depend on every character of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def weight(item: int, reviewer: int) -> int:
    """Return how much an item draws a reviewer: 64 bits, as good as random.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014): on 64-bit integers only, so that
    arrays of items can be weighed at once.
    """
    z = (item ^ reviewer) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def pick(
    item: str, reviewers: Sequence[str], votes: int, *, besides: Iterable[str] = ()
) -> tuple[str, ...]:
    """Choose who decides an item: those it draws most (rendezvous hashing).

    Parameters
    ----------
    item : str
        Id of the record that the item is known by.
    besides : iterable of str
        Who decides it already.

    Examples
    --------
    >>> pick("r1", ["a", "b", "c"], 2)
    ('a', 'c')
    >>> pick("r1", ["a", "b", "c"], 1, besides=["b", "c"])
    ('a',)
    """
    already = set(besides)
    free = [r for r in dict.fromkeys(reviewers) if r not in already]
    if len(free) <= votes:
        return tuple(sorted(free))
    drawn = number_of(item)
    free.sort(key=lambda r: (weight(drawn, number_of(r)), r), reverse=True)
    return tuple(sorted(free[:votes]))
