"""What librarians look for when they check a strategy (PRESS), with places and remedies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ranvier.query.meaning import meaning
from ranvier.query.mesh import MeshTree
from ranvier.query.parsed import Diagnosis, Parsed
from ranvier.query.platforms import PLATFORMS
from ranvier.query.tree import Heading, LineRange, LineRef, Logic, Near, Node, Span, Term, walk

__all__ = ["check"]

#: A truncated stem shorter than this finds almost everything.
SHORTEST = 3


def check(parsed: Parsed, *, mesh: MeshTree | None = None) -> tuple[Diagnosis, ...]:
    """Return what reading found, and what looks wrong in what was read.

    Parameters
    ----------
    mesh : MeshTree or None
        If given, headings that MeSH does not know are said.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> print(check(parse("1. a*.ti.\\n2. pain.ti.\\n3. 1 and 1"))[0])
    line 1, column 4: warning: 'a*' is cut so short that it finds almost everything. Write more of \
the word.
    """
    found = [*parsed.diagnoses]
    for held in parsed.lines:
        if held.tree is None:
            continue
        for node in walk(held.tree):
            found.extend(_about(node, held.line.number, parsed, mesh))
    found.extend(_across(parsed))
    return tuple(sorted(set(found), key=lambda d: (d.span.line, d.span.start, d.code)))


def _say(weight: str, code: str, line: int, span: Span, said: str, remedy: str) -> Diagnosis:
    return Diagnosis(
        weight=weight,  # pyright: ignore[reportArgumentType]
        code=code,
        line=line,
        span=span,
        said=said,
        remedy=remedy,
    )


def _about(node: Node, line: int, parsed: Parsed, mesh: MeshTree | None) -> Iterator[Diagnosis]:
    """Check one node."""
    if isinstance(node, Term):
        yield from _term(node, line, parsed)
    elif isinstance(node, Logic):
        yield from _logic(node, line, parsed)
    elif isinstance(node, Near) and node.distance > 25:
        yield _say(
            "hint", "far", line, node.span, f"{node.distance} words apart is hardly near.",
            "AND may be meant.",
        )  # fmt: skip
    elif isinstance(node, Heading) and mesh is not None and mesh.heading(node.name) is None:
        yield _say(
            "warning", "no-such-heading", line, node.span,
            f"MeSH of the given file has no heading {node.name!r}.",
            "Check its spelling, or the year of the file.",
        )  # fmt: skip


def _term(node: Term, line: int, parsed: Parsed) -> Iterator[Diagnosis]:
    """Check the words of a term."""
    for word in node.text.split():
        stem = re.split(r"[*?#]", word, maxsplit=1)[0]
        if "*" in word and len(stem.strip("-'")) < SHORTEST and word.endswith("*"):
            yield _say(
                "warning", "short-stem", line, node.span,
                f"{word!r} is cut so short that it finds almost everything.",
                "Write more of the word.",
            )  # fmt: skip
        glued = re.fullmatch(r"(.+[*$])(and|or|not)", word, re.IGNORECASE)
        if glued:
            yield _say(
                "error", "glued-operator", line, node.span,
                f"{word!r} runs into {glued[2].upper()}.", f"Write a space before {glued[2]!r}.",
            )  # fmt: skip
    if re.search(r"\.(?:ti|ab|tw|mp|sh|pt)\b", node.text):
        yield _say(
            "error", "field-in-word", line, node.span,
            f"a field stands inside {node.text!r}.", "Write it behind the term: 'pain.ti,ab.'.",
        )  # fmt: skip
    if parsed.platform == "ovid" and node.fields is None and not node.text.isdigit():
        yield _say(
            "hint", "no-field", line, node.span,
            f"{node.text!r} has no field: Ovid looks in its default fields.",
            "Write one, such as .ti,ab. or .mp.",
        )  # fmt: skip


def _logic(node: Logic, line: int, parsed: Parsed) -> Iterator[Diagnosis]:
    """Check operators."""
    operators = {child.operator for child in node.children if isinstance(child, Logic)}
    mixed = operators - {node.operator}
    loose = [
        child
        for child in node.children
        if isinstance(child, Logic) and child.operator in mixed and not _in_brackets(child, parsed)
    ]
    if loose:
        words = " and ".join(sorted({node.operator.upper(), loose[0].operator.upper()}))
        order = PLATFORMS[parsed.platform].binds
        how = "from left to right" if len(order) == 1 else f"{order[0][0].upper()} first"
        yield _say(
            "warning", "mixed-operators", line, node.span,
            f"{words} stand side by side without brackets; {PLATFORMS[parsed.platform].said} reads "
            f"them {how}.",
            "Put brackets around what belongs together.",
        )  # fmt: skip
    seen: dict[object, Span] = {}
    for child in node.children:
        form = meaning(child)
        if form in seen and not isinstance(child, LineRange):
            what = f"line {child.number}" if isinstance(child, LineRef) else "this"
            yield _say(
                "warning", "twice", line, child.span, f"{what} stands here twice.",
                "Remove one of the two.",
            )  # fmt: skip
        seen[form] = child.span


def _in_brackets(node: Logic, parsed: Parsed) -> bool:
    """Whether a group has brackets of its own in the text."""
    for held in parsed.lines:
        if held.line.at == node.span.line:
            offset = held.line.column
            before = held.line.text[: node.span.start - offset].rstrip()
            after = held.line.text[node.span.end - offset :].lstrip()
            return before.endswith("(") and (after.startswith((")", ".")) or not after)
    return True


def _across(parsed: Parsed) -> Iterator[Diagnosis]:
    """Check lines against each other: lines never used, and lines that stand there twice."""
    used: set[int] = set()
    forms: dict[object, int] = {}
    trees = [held for held in parsed.lines if held.tree is not None]
    numbers_used: dict[int, list[int]] = defaultdict(list)
    for held in trees:
        assert held.tree is not None
        for node in walk(held.tree):
            if isinstance(node, LineRef):
                used.add(node.number)
                numbers_used[node.number].append(held.line.number)
            elif isinstance(node, LineRange):
                used.update(node.numbers)
    for i, held in enumerate(trees):
        assert held.tree is not None
        form = meaning(held.tree)
        span = Span(held.line.at, held.line.column, held.line.column + len(held.line.text))
        if form in forms:
            yield _say(
                "hint", "same-line", held.line.number, span,
                f"this line says the same as line {forms[form]}.", "Remove one of the two.",
            )  # fmt: skip
        forms.setdefault(form, held.line.number)
        if used and held.line.number not in used and i < len(trees) - 1:
            yield _say(
                "warning", "orphan", held.line.number, span,
                "no later line uses this one.", "Add it to a later line, or remove it.",
            )  # fmt: skip
