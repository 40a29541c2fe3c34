"""From one platform to another, line by line, with a list of what was lost."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.query.meaning import resolved
from ranvier.query.parsed import Parsed
from ranvier.query.platforms import PLATFORMS, PlatformName
from ranvier.query.write import Loss, Proximity, write_lines

__all__ = ["Translation", "translate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A strategy in another platform's words.

    Attributes
    ----------
    lines : tuple of (int, str)
        Number and text of each line.
    losses : tuple of Loss
        What could not be kept, with its place in the original.
    """

    platform: PlatformName
    lines: tuple[tuple[int, str], ...]
    losses: tuple[Loss, ...]

    def __str__(self) -> str:
        if len(self.lines) == 1:
            return self.lines[0][1]
        sign = PLATFORMS[self.platform].reference
        dot = "." if not sign else ""
        return "\n".join(f"{sign}{number}{dot} {text}" for number, text in self.lines)


def translate(
    parsed: Parsed, platform: PlatformName, *, proximity: Proximity = "meaning"
) -> Translation:
    """Translate a strategy, line by line; a platform that keeps no lines gets the last one, with
    the others in their places.

    Parameters
    ----------
    proximity : {"meaning", "number"}
        See :func:`ranvier.query.write`.

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> print(translate(parse("1. exp Pain/\\n2. (back adj3 ache*).ti,ab.\\n3. 1 or 2"), "ebsco"))
    S1 (MH Pain+)
    S2 (TI back OR AB back) N2 (TI ache* OR AB ache*)
    S3 S1 OR S2
    """
    lines: list[tuple[int, str]] = []
    losses: list[Loss] = []
    trees = [(held.line.number, held.tree) for held in parsed.lines if held.tree is not None]
    if trees[1:] and not PLATFORMS[platform].history:
        whole = resolved(parsed)
        trees = [(trees[-1][0], whole)] if whole is not None else trees
    for number, text, lost in write_lines(trees, platform, proximity=proximity):
        lines.append((number, text))
        losses.extend(lost)
    return Translation(platform=platform, lines=tuple(lines), losses=tuple(losses))
