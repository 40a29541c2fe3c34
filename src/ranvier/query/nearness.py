"""Nearness spelled out, for platforms that know phrases or words near each other, but no groups."""

from __future__ import annotations

from itertools import product

from ranvier.query.tree import Fields, Logic, Near, Node, Span, Term, leaves

__all__ = ["joined", "one_field", "phrases", "sides"]

#: More combinations than this are not spelled out.
LARGEST = 40


def one_field(node: Node) -> Fields | None:
    """The fields that all words share; None if they differ, have none, or are headings."""
    found = {leaf.fields if isinstance(leaf, Term) else None for leaf in leaves(node)}
    return found.pop() if len(found) == 1 else None


def phrases(node: Node) -> tuple[Term, ...] | None:
    """Words side by side in their order, each combination a phrase; None if it is not that.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> found = phrases(parse("((heart or cardiac) adj failure*).ti.", "ovid").tree)
    >>> [term.text for term in found]
    ['heart failure*', 'cardiac failure*']
    """
    fields = {leaf.fields for leaf in leaves(node) if isinstance(leaf, Term)}
    texts = _texts(node) if isinstance(node, Near) and len(fields) == 1 else None
    if texts is None or len(texts) > LARGEST:
        return None
    (one,) = fields
    return tuple(Term(text=text, phrase=True, fields=one, span=node.span) for text in texts)


def sides(node: Near) -> tuple[tuple[str, str], ...] | None:
    """The pairs of words near each other, if both sides are words or ORs of words.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> sides(parse("((heart or cardiac) adj3 failure).ti.", "ovid").tree)
    (('heart', 'failure'), ('cardiac', 'failure'))
    """
    if len(node.children) != 2:
        return None
    left, right = (_texts(child) for child in node.children)
    if left is None or right is None or len(left) * len(right) > LARGEST:
        return None
    return tuple(product(left, right))


def _texts(node: Node) -> tuple[str, ...] | None:
    """The phrases that a node stands for."""
    if isinstance(node, Term):
        return (node.text,)
    if isinstance(node, Logic) and node.operator == "or":
        found = [_texts(child) for child in node.children]
        return None if None in found else tuple(t for texts in found for t in texts or ())
    if isinstance(node, Near) and node.ordered and node.distance == 1:
        parts = [_texts(child) for child in node.children]
        if any(part is None for part in parts):
            return None
        known = [part for part in parts if part is not None]
        if _count(known) > LARGEST:
            return None
        return tuple(" ".join(words) for words in product(*known))
    return None


def _count(parts: list[tuple[str, ...]]) -> int:
    total = 1
    for part in parts:
        total *= len(part)
    return total


def joined(terms: tuple[Term, ...], span: Span) -> Node:
    """One term, or the OR of several."""
    return terms[0] if len(terms) == 1 else Logic(operator="or", children=terms, span=span)
