"""References from line to line that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from ranvier.query.parsed import Diagnosis, ParsedLine
from ranvier.query.tree import LineRange, LineRef, walk

__all__ = ["broken_references"]


def broken_references(lines: Sequence[ParsedLine]) -> list[Diagnosis]:
    """Find references to lines that are not there, or come later."""
    known = {held.line.number for held in lines}
    said: list[Diagnosis] = []
    for held in lines:
        if held.tree is None:
            continue
        for node in walk(held.tree):
            numbers = (
                (node.number,) if isinstance(node, LineRef)
                else node.numbers if isinstance(node, LineRange) else ()
            )  # fmt: skip
            missing = [n for n in numbers if n not in known]
            later = [n for n in numbers if n in known and n >= held.line.number]
            if missing and len(lines) > 1:
                said.append(
                    Diagnosis(
                        weight="error",
                        code="no-such-line",
                        line=held.line.number,
                        span=node.span,
                        said=f"there is no line {missing[0]}.",
                        remedy=f"The lines are {min(known)} to {max(known)}.",
                    )
                )
            if later:
                what = "itself" if later[0] == held.line.number else f"line {later[0]}, below it"
                said.append(
                    Diagnosis(
                        weight="error",
                        code="later-line",
                        line=held.line.number,
                        span=node.span,
                        said=f"this line refers to {what}.",
                        remedy="Check the numbers: a line can only use those above it.",
                    )
                )
    return said
