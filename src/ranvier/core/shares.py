"""Shares: which allotment each item belongs to, and who reads it.

All of it follows from imports, clusters, allotments and openings, and from nobody's decisions: so
what somebody is given to read tells them nothing about what others decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ranvier.core.allotment import Allotment, Opening, pick
from ranvier.core.protocol import Stage

__all__ = ["Items", "Shares", "shares_of"]


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a review: its clusters, and the records that are in none.

    Attributes
    ----------
    imports : mapping of str to sequence of str
        Import id to the ids of the records it brought, in the order of the imports.
    clusters : mapping of str to tuple of str
    homes : mapping of str to str
        Record id to its cluster.
    place : mapping of str to int
        Record id to its place in the order of imports.
    """

    imports: Mapping[str, Sequence[str]]
    clusters: Mapping[str, tuple[str, ...]]
    homes: Mapping[str, str]
    place: Mapping[str, int]

    @classmethod
    def of(
        cls, imports: Mapping[str, Sequence[str]], clusters: Mapping[str, tuple[str, ...]]
    ) -> Items:
        """Put items together."""
        homes = {record: name for name, held in clusters.items() for record in held}
        place: dict[str, int] = {}
        for records in imports.values():
            for record in records:
                place.setdefault(record, len(place))
        return cls(imports, clusters, homes, place)

    def item_of(self, id: str) -> str | None:
        """Return the item that a record or cluster, of now or of an earlier time, is today."""
        if id in self.clusters:
            return id
        record = id.removeprefix("dup:")
        if record in self.homes:
            return self.homes[record]
        return record if record in self.place else None

    def records_of(self, item: str) -> tuple[str, ...]:
        """Return the records of an item, in the order of the imports."""
        held = self.clusters.get(item)
        return (item,) if held is None else tuple(sorted(held, key=lambda r: self.place.get(r, 0)))

    def __iter__(self) -> Iterator[str]:
        """Yield every item once, in the order of the imports."""
        seen: set[str] = set()
        for record in self.place:
            item = self.homes.get(record, record)
            if item == record:
                yield item
            elif item not in seen:
                seen.add(item)
                yield item

    def __len__(self) -> int:
        return len(self.place) - sum(len(held) - 1 for held in self.clusters.values())


@dataclass(frozen=True, slots=True)
class Shares:
    """Who reads what.

    Attributes
    ----------
    allotments : mapping of str to Allotment
    opened : frozenset of str
        Ids of allotments whose blinding was lifted, with their substitutes.
    home : mapping of Stage to mapping of str to str
        By stage, item to the main or pilot allotment it belongs to.
    known_by : mapping of Stage to mapping of str to str
        By stage, item to the record or cluster by which it was given out: the first of it that was
        allotted, so that it stays with its readers when later waves add records to it.
    substitutes : mapping of str to tuple of (Allotment, frozenset of str)
        By allotment, its substitutes in order, each with the items it leaves alone.
    """

    items: Items
    allotments: Mapping[str, Allotment]
    opened: frozenset[str]
    home: Mapping[Stage, Mapping[str, str]]
    known_by: Mapping[Stage, Mapping[str, str]]
    substitutes: Mapping[str, tuple[tuple[Allotment, frozenset[str]], ...]]

    def opened_by(self, openings: Iterable[Opening]) -> Shares:
        """Return the same shares with these openings."""
        return replace(self, opened=_opened(self.allotments, openings))

    def home_of(self, stage: Stage, item: str) -> str | None:
        """Return the allotment that an item of a stage belongs to."""
        return self.home.get(stage, {}).get(item)

    def is_open(self, stage: Stage, item: str) -> bool:
        """Say whether those who read an item see each other's decisions on it."""
        return self.home_of(stage, item) in self.opened

    def readers(self, stage: Stage, item: str) -> tuple[str, ...]:
        """Return who is to decide an item, with those who took over from others."""
        home = self.home_of(stage, item)
        if home is None:
            return ()
        main = self.allotments[home]
        return self.after_substitution(
            stage, item, pick(self.known_by[stage][item], main.reviewers, main.votes)
        )

    def after_substitution(
        self, stage: Stage, item: str, picked: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Put substitutes in the place of those of the readers of an item who are gone."""
        home = self.home[stage][item]
        taking_over = self.substitutes.get(home, ())
        held, gone = set(picked), {taking.instead_of for taking, _ in taking_over}
        passed: set[str] = set(picked)
        for taking, besides in taking_over:
            if taking.instead_of not in held or item in besides:
                continue
            known_by = self.known_by[stage][item]
            # Where all of them read it already, another reader of the allotment has to.
            others = [r for r in self.allotments[home].reviewers if r not in gone]
            found = pick(known_by, taking.reviewers, 1, besides=passed) or pick(
                known_by, others, 1, besides=passed
            )
            held.discard(taking.instead_of)
            held.update(found)
            passed.update(found)
        return tuple(sorted(held))


def shares_of(items: Items, allotments: Iterable[Allotment], openings: Iterable[Opening]) -> Shares:
    """Find out which allotment each item belongs to.

    Parameters
    ----------
    allotments : iterable of Allotment
        In the order they were made.
    """
    known = {a.id: a for a in allotments}
    home: dict[Stage, dict[str, str]] = {}
    known_by: dict[Stage, dict[str, str]] = {}
    substitutes: dict[str, tuple[tuple[Allotment, frozenset[str]], ...]] = {}
    for allotment in known.values():
        if allotment.within is not None:
            besides = frozenset(items.item_of(id) or id for id in allotment.besides)
            before = substitutes.get(allotment.within, ())
            substitutes[allotment.within] = (*before, (allotment, besides))
            continue
        held = home.setdefault(allotment.stage, {})
        names = known_by.setdefault(allotment.stage, {})
        for name, item in _items_in(allotment, items):
            if item not in held:
                held[item], names[item] = allotment.id, name
    return Shares(items, known, _opened(known, openings), home, known_by, substitutes)


def _opened(allotments: Mapping[str, Allotment], openings: Iterable[Opening]) -> frozenset[str]:
    """Return the allotments that are open: a substitute with the one it belongs to."""
    lifted = {o.allotment for o in openings}
    return frozenset(id for id, a in allotments.items() if id in lifted or a.within in lifted)


def _items_in(allotment: Allotment, items: Items) -> Iterator[tuple[str, str]]:
    """Yield what an allotment names, with the item that it is today."""
    for id in allotment.items:
        item = items.item_of(id)
        if item is not None:
            yield id.removeprefix("dup:"), item
    for imported in allotment.imports:
        for record in items.imports.get(imported, ()):
            yield record, items.homes.get(record, record)
