"""What a tree means, whatever it was written as: references followed, fields at the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ranvier.query.parsed import Parsed
from ranvier.query.tree import (
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

__all__ = ["Meaning", "meaning", "resolved"]

#: A form of a tree that is equal for trees that find the same: nested tuples.
Meaning = tuple[object, ...]

#: Nothing that is referred to may grow beyond this: a line that doubles itself forty times.
LARGEST = 200_000


def resolved(parsed: Parsed, number: int | None = None) -> Node | None:
    """Return a line with all references followed; the last search if no number is given.

    References to lines that are not there, or not above, stay as they are.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> tree = resolved(parse("1. a.ti.\\n2. b.ti.\\n3. 1 or 2"))
    >>> [child.text for child in tree.children]
    ['a', 'b']
    """
    trees = {held.line.number: held.tree for held in parsed.lines if held.tree is not None}
    if number is None:
        number = max(trees, default=0)
    done: dict[int, Node] = {}
    for n in sorted(trees):
        if n > number:
            break
        done[n] = _followed(trees[n], done)
    return done.get(number)


def _followed(node: Node, done: Mapping[int, Node]) -> Node:
    """Put lines in the place of their numbers; lines share what they hold."""
    if isinstance(node, LineRef):
        return done.get(node.number, node)
    if isinstance(node, LineRange):
        found = tuple(done[n] for n in node.numbers if n in done)
        if len(found) < len(node.numbers):
            return node
        if len(found) == 1:
            return found[0]
        return Logic(operator=node.operator, children=found, span=node.span)
    if isinstance(node, Logic | Near):
        return replace(node, children=tuple(_followed(child, done) for child in node.children))
    if isinstance(node, Frequency):
        return replace(node, child=_followed(node.child, done))
    if isinstance(node, Limit) and node.child is not None:
        return replace(node, child=_followed(node.child, done))
    return node


def meaning(node: Node | None) -> Meaning:
    """Return a form that is equal for trees that find the same.

    Order under AND and OR, quotation marks, case, and whether fields stand at a group or at each of
    its words make no difference; one word in two fields is the OR of both.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> one, two = parse("(b or a).ti,ab."), parse("(TI a OR AB a) OR (TI b OR AB b)", "ebsco")
    >>> meaning(one.tree) == meaning(two.tree)
    True
    """
    if node is None:
        return ("nothing",)
    if isinstance(node, Term):
        fields = tuple(sorted(node.fields)) if node.fields is not None else ()
        return ("term", " ".join(node.text.casefold().split()), fields)
    if isinstance(node, Heading):
        name = " ".join(node.name.casefold().split())
        return ("heading", name, node.explode, node.focus, tuple(sorted(node.qualifiers)))
    if isinstance(node, Near):
        phrase = _phrase(node)
        if phrase is not None:
            return meaning(phrase)
        children = tuple(meaning(child) for child in node.children)
        ordered = children if node.ordered else tuple(sorted(children, key=repr))
        return ("near", node.distance, node.ordered, ordered)
    if isinstance(node, Logic):
        return _logic(node)
    if isinstance(node, Frequency):
        return ("frequency", node.times, meaning(node.child))
    if isinstance(node, LineRef):
        return ("line", node.number)
    if isinstance(node, LineRange):
        return (node.operator, tuple(("line", n) for n in sorted(node.numbers)))
    return _limit(node)


def _phrase(node: Near) -> Term | None:
    """Words side by side in their order are a phrase, whatever joins them."""
    words: list[Term] = []
    for child in node.children:
        word = _phrase(child) if isinstance(child, Near) else child
        if not isinstance(word, Term):
            return None
        words.append(word)
    if not node.ordered or node.distance != 1 or len({word.fields for word in words}) != 1:
        return None
    return replace(words[0], text=" ".join(word.text for word in words))


def _limit(node: Limit) -> Meaning:
    """What is limited, AND the limit; years by their numbers, whatever they are written as."""
    text = " ".join(node.text.casefold().split())
    own = ("limit", node.low, node.high) if node.kind == "year" else ("limit", text)
    if node.child is None:
        return own
    child = meaning(node.child)
    parts: list[Meaning] = [own]
    if child[0] == "and" and len(child) == 2:
        parts.extend(child[1])  # pyright: ignore[reportArgumentType]
    else:
        parts.append(child)
    return ("and", tuple(sorted(set(parts), key=repr)))


def _logic(node: Logic) -> Meaning:
    """Flatten chains, forget order, and join one word in several fields."""
    if node.operator == "not":
        return ("not", *(meaning(child) for child in node.children))
    parts: list[Meaning] = []
    for child in node.children:
        form = meaning(child)
        if form[0] == node.operator and len(form) == 2:
            parts.extend(form[1])  # pyright: ignore[reportArgumentType]
        else:
            parts.append(form)
    parts = _merged(parts) if node.operator == "or" else _narrowed(parts)
    unique = tuple(sorted(set(parts), key=repr))
    return unique[0] if len(unique) == 1 else (node.operator, unique)


def _narrowed(parts: list[Meaning]) -> list[Meaning]:
    """Join limits of years under AND: after 2009 and before 2021 is one range."""
    years = [part for part in parts if part[0] == "limit" and len(part) == 3]
    if len(years) < 2:
        return parts
    low = max((part[1] for part in years if isinstance(part[1], int)), default=None)
    high = min((part[2] for part in years if isinstance(part[2], int)), default=None)
    return [*(part for part in parts if part not in years), ("limit", low, high)]


def _merged(parts: list[Meaning]) -> list[Meaning]:
    """Join forms that differ in nothing but their fields."""
    found: dict[Meaning, set[str]] = {}
    others: list[Meaning] = []
    for part in parts:
        fields = _fields(part)
        if fields is None:
            others.append(part)
        else:
            found.setdefault(_bare(part), set()).update(fields)
    return [*others, *(_fielded(form, tuple(sorted(names))) for form, names in found.items())]


def _fields(form: object) -> tuple[str, ...] | None:
    """The fields that all words of a form share; None if they differ, or have none."""
    found: set[tuple[str, ...]] = set()
    stack = [form]
    while stack:
        here = stack.pop()
        if not isinstance(here, tuple) or not here:
            continue
        if here[0] == "term":
            found.add(here[2])
        elif here[0] in ("heading", "line", "limit"):
            return None
        else:
            stack.extend(here[1:])
    one = found.pop() if len(found) == 1 else ()
    return one or None


def _bare(form: Meaning) -> Meaning:
    return _fielded(form, ())


def _fielded(form: Meaning, fields: tuple[str, ...]) -> Meaning:
    """Give all words of a form the same fields."""
    if form and form[0] == "term":
        return ("term", form[1], fields)
    return tuple(_fielded(part, fields) if isinstance(part, tuple) else part for part in form)
