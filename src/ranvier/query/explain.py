"""Why a known study is or is not found: line by line, down to the word that is missing."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.query.index import RecordIndex
from ranvier.query.mesh import MeshTree
from ranvier.query.parsed import Parsed
from ranvier.query.run import Searcher
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
from ranvier.query.write import write

__all__ = ["Explanation", "Step", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line: whether it finds the record, and why.

    Attributes
    ----------
    because : tuple of str
        What matches if it does; what does not, if it does not.
    """

    number: int
    text: str
    found: bool
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a strategy does or does not find a record.

    Attributes
    ----------
    found : bool
        By the last line.
    steps : tuple of Step
        Every line.
    culprits : tuple of int
        Lines that would have to find the record for the last line to find it, and do not; where
        several would do, each of them.
    """

    found: bool
    steps: tuple[Step, ...]
    culprits: tuple[int, ...]

    def __str__(self) -> str:
        lines = [
            f"{'found' if step.found else '  –  '}  {step.number:>3}  {step.text[:70]}"
            + (f"\n             {'; '.join(step.because)}" if step.because else "")
            for step in self.steps
        ]
        end = "The strategy finds this record." if self.found else (
            "The strategy does not find this record: see line "
            f"{', '.join(map(str, self.culprits)) or 'by line above'}."
        )  # fmt: skip
        return "\n".join([*lines, end])


def explain(
    parsed: Parsed, index: RecordIndex, record: int, *, mesh: MeshTree | None = None
) -> Explanation:
    """Explain what each line does with one record.

    Parameters
    ----------
    record : int
        Its place in the index's list.
    """
    searcher = Searcher(index=index, mesh=mesh)
    steps: list[Step] = []
    trees: dict[int, Node] = {}
    for held in parsed.lines:
        if held.tree is None:
            continue
        hit = frozenset(searcher.records(held.tree))
        because = _reasons(held.tree, record, searcher, parsed)
        searcher.done[held.line.number] = hit
        trees[held.line.number] = held.tree
        steps.append(
            Step(number=held.line.number, text=held.line.text, found=record in hit, because=because)
        )
    found = bool(steps) and steps[-1].found
    culprits: list[int] = []
    if steps and not found:
        _blame(steps[-1].number, trees, {s.number: s.found for s in steps}, culprits, set())
    return Explanation(
        found=found, steps=tuple(steps), culprits=tuple(sorted(dict.fromkeys(culprits)))
    )


def _reasons(node: Node, record: int, searcher: Searcher, parsed: Parsed) -> tuple[str, ...]:
    """Say what of a line matches, or what does not."""
    hit = record in searcher.records(node)
    if isinstance(node, LineRef | LineRange):
        numbers = (node.number,) if isinstance(node, LineRef) else node.numbers
        named = [n for n in numbers if (record in searcher.done.get(n, ())) == hit]
        said = ", ".join(map(str, named[:12])) + (" …" if len(named) > 12 else "")
        if len(named) == 1:
            return (f"line {said} {'finds' if hit else 'does not find'} it",)
        return (f"lines {said} {'find' if hit else 'do not find'} it",)
    if isinstance(node, Logic):
        if node.operator == "not":
            first, *rest = node.children
            if not hit and record in searcher.records(first):
                taken = [c for c in rest if record in searcher.records(c)]
                return tuple(f"taken out by NOT {_shown(c, parsed)}" for c in taken)
            return _reasons(first, record, searcher, parsed)
        wanted = [c for c in node.children if (record in searcher.records(c)) == hit]
        said = tuple(r for c in wanted for r in _reasons(c, record, searcher, parsed))
        many = len(said) > 6
        return (*said[:6], f"and {len(said) - 6} more") if many else said
    text = _shown(node, parsed)
    if isinstance(node, Term) and not hit:
        return (_missing(node, record, searcher, text),)
    if isinstance(node, Near) and not hit:
        parts = [c for c in node.children if not _anywhere(c, record, searcher)]
        if not parts:
            return (f"{text}: all its words are there, but not near enough",)
        return tuple(r for c in parts for r in _reasons(c, record, searcher, parsed))
    if isinstance(node, Heading) and not hit:
        count = len(searcher.index.headings(record))
        none = "the record has no headings" if not count else f"not among its {count} headings"
        return (f"{text}: {none}",)
    if isinstance(node, Limit | Frequency):
        return (f"{text} {'holds' if hit else 'does not hold'}",)
    return (f"{text} {'matches' if hit else 'does not match'}",)


def _missing(node: Term, record: int, searcher: Searcher, text: str) -> str:
    """Say where a word stands if not where it was looked for."""
    elsewhere = Term(text=node.text, fields=None, span=node.span)
    fields = searcher.stands_in(elsewhere, record)
    if fields:
        return f"{text}: it stands in {', '.join(fields)} only"
    looked = searcher.fields(node.fields)
    empty = [
        name for name in looked if name == "ab" and not searcher.index.records[record].abstract
    ]
    return f"{text}: not there{' (the record has no abstract)' if empty else ''}"


def _anywhere(node: Node, record: int, searcher: Searcher) -> bool:
    return bool(searcher.stands_in(node, record))


def _shown(node: Node, parsed: Parsed) -> str:
    text, _ = write(node, parsed.platform)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _blame(
    number: int,
    trees: dict[int, Node],
    found: dict[int, bool],
    culprits: list[int],
    seen: set[int],
) -> None:
    """Follow a line that fails to the lines that make it fail."""
    if number in seen or number not in trees:
        return
    seen.add(number)
    failing = _failing(trees[number], found)
    if not failing:
        culprits.append(number)
    for other in failing:
        _blame(other, trees, found, culprits, seen)


def _failing(node: Node, found: dict[int, bool]) -> list[int]:
    """Lines that a tree would need and that do not find the record."""
    if isinstance(node, LineRef):
        return [] if found.get(node.number, True) else [node.number]
    if isinstance(node, LineRange):
        failing = [n for n in node.numbers if not found.get(n, True)]
        # Any of many would do: the fault is the line that joins them.
        return failing if node.operator == "and" or len(failing) <= 3 else []
    if isinstance(node, Logic):
        if node.operator == "not":
            return _failing(node.children[0], found)
        failing = [n for child in node.children for n in _failing(child, found)]
        if node.operator == "or" and any(
            not isinstance(c, LineRef | LineRange) for c in node.children
        ):
            return []
        return failing if node.operator == "and" or len(failing) <= 3 else []
    if isinstance(node, Limit) and node.child is not None:
        return _failing(node.child, found)
    return []
