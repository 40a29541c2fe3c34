"""Handing out: who reads each item, for all items at once, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ranvier.core.allotment import number_of
from ranvier.core.protocol import Stage
from ranvier.core.shares import Shares

__all__ = ["all_readers", "by_reader", "shuffled"]

#: Items weighed at once: a few MB for a team of fifty.
_AT_ONCE = 20_000


def all_readers(shares: Shares, stage: Stage) -> dict[str, tuple[str, ...]]:
    """Return who is to decide each item of a stage: :meth:`Shares.readers`, many at once."""
    by_home: dict[str, list[str]] = defaultdict(list)
    for item, home in shares.home.get(stage, {}).items():
        by_home[home].append(item)
    found: dict[str, tuple[str, ...]] = {}
    names = shares.known_by.get(stage, {})
    for home, items in by_home.items():
        main = shares.allotments[home]
        if len(main.reviewers) <= main.votes:
            found.update(dict.fromkeys(items, tuple(sorted(main.reviewers))))
        else:
            for at in range(0, len(items), _AT_ONCE):
                some = items[at : at + _AT_ONCE]
                drawn = [names[item] for item in some]
                found.update(zip(some, _picked(drawn, main.reviewers, main.votes), strict=True))
        if home in shares.substitutes:
            for item in items:
                found[item] = shares.after_substitution(stage, item, found[item])
    return found


def shuffled(items: Iterable[str], shares: Shares, stage: Stage) -> list[str]:
    """Put items in an order that has nothing to do with where they came from.

    Imports come sorted by database and year, which would tire and teach a reader in one direction;
    and it is the same order for everybody, so that two who read the same items overlap early and
    soon see how far they agree.
    """
    names = shares.known_by.get(stage, {})
    return sorted(items, key=lambda item: (number_of(f"order/{names.get(item, item)}"), item))


def _picked(names: Sequence[str], reviewers: Sequence[str], votes: int) -> list[tuple[str, ...]]:
    """Do what :func:`ranvier.core.allotment.pick` does, for many items."""
    who = sorted(set(reviewers), reverse=True)  # ties go to the last name, as they do there
    items = np.array([number_of(name) for name in names], dtype=np.uint64)
    people = np.array([number_of(r) for r in who], dtype=np.uint64)
    order = np.argsort(~_weights(items, people), axis=1, kind="stable")[:, :votes]
    teams: dict[tuple[int, ...], tuple[str, ...]] = {}
    picked: list[tuple[str, ...]] = []
    for row in np.sort(order, axis=1).tolist():
        key = tuple(row)
        if key not in teams:
            teams[key] = tuple(sorted(who[i] for i in key))
        picked.append(teams[key])
    return picked


def _weights(items: NDArray[np.uint64], people: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Weigh every item for every reviewer; 64-bit integers wrap as they do in the scalar form."""
    z = items[:, None] ^ people[None, :]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def by_reader(readers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Turn around who reads what."""
    found: dict[str, list[str]] = defaultdict(list)
    for item, team in readers.items():
        for reviewer in team:
            found[reviewer].append(item)
    return dict(found)
