"""Terms that a tag or a prefix makes headings of a thesaurus."""

from __future__ import annotations

import re
from dataclasses import replace

from ranvier.query.mesh import qualifier
from ranvier.query.platforms import Platform
from ranvier.query.tokens import Suffix
from ranvier.query.tree import Heading, Logic, Node, Term

__all__ = ["before_names", "behind_group"]


def behind_group(tree: Node, suffix: Suffix) -> Node:
    """Turn the terms of a bracket into headings: ``(a or b)[mh]``."""
    if isinstance(tree, Term):
        return Heading(name=tree.text, explode=suffix.explode, focus=suffix.focus, span=tree.span)
    if isinstance(tree, Logic):
        children = tuple(behind_group(child, suffix) for child in tree.children)
        return replace(tree, children=children)
    return tree


def before_names(node: Node, suffix: Suffix, platform: Platform) -> Node:
    """Turn terms behind a prefix into headings: ``MH "Name+/DT"``; a plus sign explodes."""
    if isinstance(node, Logic):
        return replace(
            node, children=tuple(before_names(child, suffix, platform) for child in node.children)
        )
    if not isinstance(node, Term):
        return node
    name, _, qualifiers = node.text.partition("/")
    found = tuple(qualifier(q) for q in re.split("[,/]", qualifiers) if q.strip())
    if platform.style == "proquest":
        return Heading(name=node.text, explode=suffix.explode, focus=suffix.focus, span=node.span)
    explode = name.endswith("+") or platform.style == "plain"
    return Heading(
        name=name.rstrip("+").strip(), explode=explode, focus=suffix.focus, qualifiers=found,
        span=node.span,
    )  # fmt: skip
