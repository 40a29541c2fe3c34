"""Run a strategy on records at hand: exactly what the tree says, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ranvier.query.fields import ATOMS
from ranvier.query.index import RecordIndex, words
from ranvier.query.limits import language
from ranvier.query.mesh import MeshTree
from ranvier.query.parsed import Parsed
from ranvier.query.spots import NOWHERE, ROOM, Spots, apart, joined, shared
from ranvier.query.tree import (
    ALL,
    Fields,
    Frequency,
    Heading,
    Limit,
    LineRange,
    LineRef,
    Logic,
    Near,
    Node,
    Term,
)

__all__ = ["Found", "LineFound", "Searcher", "run"]

#: What a term without a field is looked for in, as most platforms do.
EVERYWHERE: Fields = frozenset(ATOMS) - {"all", "date", "sb"}

#: Where something stands, field by field.
Places = dict[str, Spots]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFound:
    """What one line finds: its number, and places in the list of records."""

    number: int
    found: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a strategy finds.

    Attributes
    ----------
    lines : tuple of LineFound
        Each line that is a search.
    found : frozenset of int
        Of the last line: places in the list of records.
    notes : tuple of str
        What could not be looked up here, such as a limit, and was passed over.
    """

    lines: tuple[LineFound, ...]
    found: frozenset[int]
    notes: tuple[str, ...]


def run(parsed: Parsed, index: RecordIndex, *, mesh: MeshTree | None = None) -> Found:
    """Run every line.

    Parameters
    ----------
    mesh : MeshTree or None
        For explosions; without it a heading stands for itself alone, and a note says so.

    Examples
    --------
    >>> from ranvier.core.record import Record
    >>> from ranvier.query.parse import parse
    >>> index = RecordIndex.of([Record(id="a", title="Intravenous immunoglobulin in MMN"),
    ...                         Record(id="b", title="Plasma exchange in MMN")])
    >>> sorted(run(parse("(intravenous adj2 immunoglobulin*).ti."), index).found)
    [0]
    """
    searcher = Searcher(index=index, mesh=mesh)
    lines: list[LineFound] = []
    for held in parsed.lines:
        if held.tree is None:
            continue
        found = frozenset(searcher.records(held.tree))
        searcher.done[held.line.number] = found
        lines.append(LineFound(number=held.line.number, found=found))
    last = lines[-1].found if lines else frozenset[int]()
    return Found(lines=tuple(lines), found=last, notes=tuple(dict.fromkeys(searcher.notes)))


@dataclass(slots=True)
class Searcher:
    """Answers trees from an index; knows the lines before."""

    index: RecordIndex
    mesh: MeshTree | None = None
    done: dict[int, frozenset[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def records(self, node: Node) -> set[int]:
        """Records that a node finds."""
        if isinstance(node, Term):
            pattern = _pattern(node.text)
            if len(pattern) == 1:
                names = self.fields(node.fields)
                return set[int]().union(*(self.index.having(name, pattern[0]) for name in names))
            return self.standing(node)
        if isinstance(node, Heading):
            return self.headed(node)
        if isinstance(node, Near):
            return self.standing(node)
        if isinstance(node, Logic):
            found = self.records(node.children[0])
            for child in node.children[1:]:
                if node.operator == "and":
                    found &= self.records(child)
                elif node.operator == "or":
                    found |= self.records(child)
                else:
                    found -= self.records(child)
            return found
        if isinstance(node, Frequency):
            return self.often(node)
        if isinstance(node, LineRef):
            return set(self.done.get(node.number, ()))
        if isinstance(node, LineRange):
            return self.ranged(node)
        return self.limited(node)

    def ranged(self, node: LineRange) -> set[int]:
        """Several lines under one operator."""
        sets = [set(self.done.get(number, ())) for number in node.numbers]
        if node.operator == "and":
            return set.intersection(*sets)
        return set().union(*sets)

    def fields(self, given: Fields | None) -> list[str]:
        """The atoms to look in that any record has."""
        wanted = EVERYWHERE if given is None or given & ALL else given
        return [name for name in self.index.fields if name in wanted]

    def standing(self, node: Node) -> set[int]:
        """Records in which a term, or things near each other, stand."""
        return {r for spots in self.places(node).values() for r in spots.records().tolist()}

    def stands_in(self, node: Node, record: int) -> list[str]:
        """The fields of one record in which it stands."""
        found = self.places(node).items()
        return sorted(name for name, spots in found if record in spots.records())

    def places(self, node: Node) -> Places:
        """Where a term or things near each other stand."""
        if isinstance(node, Term):
            pattern = _pattern(node.text)
            found = {name: self.phrase(name, pattern) for name in self.fields(node.fields)}
        elif isinstance(node, Near):
            found = self.places(node.children[0])
            for child in node.children[1:]:
                right = self.places(child)
                found = {
                    name: apart(found[name], right[name], node.distance, ordered=node.ordered)
                    for name in found.keys() & right.keys()
                }
        elif isinstance(node, Logic):
            parts = [self.places(child) for child in node.children]
            if node.operator == "or":
                names = sorted({name for part in parts for name in part})
                found = {name: joined([p[name] for p in parts if name in p]) for name in names}
            else:
                # AND inside nearness: each of them near, in one field.
                found = {
                    name: shared(
                        [p.get(name, NOWHERE) for p in parts], without=node.operator == "not"
                    )
                    for name in parts[0]
                }
        elif isinstance(node, Heading):
            records = np.array(sorted(self.headed(node)), dtype=np.int32)
            found = {"mh": Spots.at(records, np.zeros_like(records))}
        else:
            found = {}
        return {name: spots for name, spots in found.items() if len(spots.starts)}

    def phrase(self, name: str, pattern: list[str]) -> Spots:
        """Where words stand side by side."""
        if not pattern:
            return NOWHERE
        found = self.index.places(name, pattern[0])
        for offset, word in enumerate(pattern[1:], start=1):
            if not len(found.starts):
                return NOWHERE
            found = found.then(self.index.places(name, word), offset)
        return found

    def headed(self, node: Heading) -> set[int]:
        """Records with a heading, or a narrower one."""
        name = node.name.casefold()
        names: Iterable[str] = (name,)
        if node.explode and self.mesh is not None:
            names = self.mesh.exploded(name)
        elif node.explode:
            self.notes.append(
                f"{node.name!r} is not exploded: no file of MeSH was given, so it stands for "
                "itself alone"
            )
        wanted = frozenset(names)
        found = self.index.headed(wanted)
        if not node.focus and not node.qualifiers:
            return found
        qualifiers = set(node.qualifiers)
        return {
            record
            for record in found
            if any(
                heading.name in wanted
                and (not node.focus or heading.focus)
                and (not qualifiers or qualifiers & heading.qualifiers)
                for heading in self.index.headings(record)
            )
        }

    def often(self, node: Frequency) -> set[int]:
        """Records in which something stands often enough, in one field."""
        often: set[int] = set()
        for spots in self.places(node.child).values():
            records, counts = np.unique(spots.starts // ROOM, return_counts=True)
            often.update(records[counts >= node.times].tolist())
        return often

    def limited(self, node: Limit) -> set[int]:
        """Apply a limit of years; others are noted and passed over."""
        every = set(range(len(self.index.records)))
        found = self.records(node.child) if node.child is not None else every
        if node.kind == "year":
            low, high = node.low or 0, node.high or 9999
            return {
                r
                for r in found
                if (year := self.index.records[r].year) is not None and low <= year <= high
            }
        spoken = language(node.text) if node.kind == "language" else None
        if spoken is not None:
            return self.spoken(found, spoken)
        self.notes.append(f"the limit {node.text!r} cannot be looked up here; it was passed over")
        return found

    def spoken(self, found: set[int], wanted: str) -> set[int]:
        """Records in a language; those that do not say theirs are kept, and that is noted."""
        silent = {r for r in found if not self.index.records[r].languages}
        if silent:
            self.notes.append(f"{len(silent)} records do not say their language; they were kept")
        start = wanted[:3]
        return silent | {
            r
            for r in found
            if any(said.casefold().startswith(start) for said in self.index.records[r].languages)
        }


def _pattern(text: str) -> list[str]:
    """Split a term into word patterns, as records are split."""
    found: list[str] = []
    for part in re.split(r"[^\w*?#']+|_", text):
        if not part:
            continue
        if any(sign in part for sign in "*?#"):
            found.extend(p for p in re.split(r"[^\w*?#]+", _bare(part)) if p.strip("*?#") or p)
        else:
            found.extend(words(part))
    return found


def _bare(part: str) -> str:
    """Take case and accents off a pattern."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", part))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()
