"""The one syntax tree of search strategies, whatever platform they were written for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ALL",
    "TIAB",
    "Fields",
    "Frequency",
    "Heading",
    "Limit",
    "LineRange",
    "LineRef",
    "Logic",
    "Near",
    "Node",
    "Operator",
    "Span",
    "Term",
    "children_of",
    "leaves",
    "walk",
]

#: Where a word is looked for: atoms of `fields.ATOMS`.
Fields = frozenset[str]

TIAB: Fields = frozenset({"ti", "ab"})
#: Every field, or the platform's own choice where none is given.
ALL: Fields = frozenset({"all"})

Operator = Literal["and", "or", "not"]


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: line (from 1), first column (from 1), and the column after it."""

    line: int
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Span from here to the end of another."""
        end = other.end if other.line == self.line else self.end
        return Span(self.line, self.start, max(self.end, end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or words that stand side by side.

    Attributes
    ----------
    text : str
        With wildcards in one notation: ``*`` any ending, ``*3`` at most three characters, ``?`` one
        or none, ``#`` exactly one.
    phrase : bool
        Written in quotation marks.
    fields : Fields or None
        None where none is given.
    """

    text: str
    phrase: bool = False
    fields: Fields | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a thesaurus, such as MeSH or Emtree.

    Attributes
    ----------
    explode : bool
        With all narrower headings.
    focus : bool
        Only where it is a main topic.
    qualifiers : tuple of str
        Subheadings, as two letters, lower case; the heading is looked for with any of them.
    """

    name: str
    explode: bool = False
    focus: bool = False
    qualifiers: tuple[str, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """AND, OR, or NOT (the first without the others)."""

    operator: Operator
    children: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Things near each other.

    Attributes
    ----------
    distance : int
        The greatest difference of their positions: 1 is side by side. (Ovid's adj3 and EBSCO's N2
        both allow two words between: 3.)
    ordered : bool
        In the order given.
    written : int or None
        The number as it stood there, whatever it means on its platform.
    """

    distance: int
    ordered: bool
    children: tuple[Node, ...]
    written: int | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """A term that stands at least so many times in its field (Ovid's ``/freq=3``)."""

    child: Node
    times: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRef:
    """Another line, by its number."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRange:
    """Several lines under one operator: ``or/1-8``."""

    operator: Operator
    numbers: tuple[int, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is left of a search under a limit, kept as it was written.

    Attributes
    ----------
    child : Node or None
        What is limited; None where the limit stands for itself (``[english]/lim``).
    text : str
        As written.
    kind : str
        ``year``, ``language``, ``humans``, ``date`` or ``other``.
    low, high : int or None
        Years of a ``year`` limit.
    platform : str or None
        Whose words `text` is: there it can be written as it stands.
    """

    child: Node | None
    text: str
    kind: str = "other"
    low: int | None = None
    high: int | None = None
    platform: str | None = None
    span: Span


Node = Term | Heading | Logic | Near | Frequency | LineRef | LineRange | Limit


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below."""
    if isinstance(node, Logic | Near):
        return node.children
    if isinstance(node, Frequency):
        return (node.child,)
    if isinstance(node, Limit) and node.child is not None:
        return (node.child,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, from the left."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children_of(here)))


def leaves(node: Node) -> Iterator[Term | Heading]:
    """Yield terms and headings from the left."""
    return (n for n in walk(node) if isinstance(n, Term | Heading))


def within(node: Node, fields: Fields) -> Node:
    """Put everything that has no field yet into fields: ``(a or b).ti,ab.``."""
    if isinstance(node, Term):
        return node if node.fields is not None else replace(node, fields=fields)
    if isinstance(node, Logic | Near):
        return replace(node, children=tuple(within(child, fields) for child in node.children))
    if isinstance(node, Frequency):
        return replace(node, child=within(node.child, fields))
    return node
