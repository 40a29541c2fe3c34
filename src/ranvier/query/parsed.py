"""A strategy that was read: its lines, their trees, and what is to be said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.query.lines import Line
from ranvier.query.platforms import PlatformName
from ranvier.query.tree import Node, Span

__all__ = ["Diagnosis", "Parsed", "ParsedLine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is wrong or doubtful, with its place and a remedy.

    Attributes
    ----------
    weight : {"error", "warning", "hint"}
        An error: the platform would refuse it, or it cannot mean what it says.
    code : str
        A short name of the rule, for those who switch it off.
    line : int
        The number of the line in the strategy.
    span : Span
        Its line in the file and its columns.
    """

    weight: Literal["error", "warning", "hint"]
    code: str
    line: int
    span: Span
    said: str
    remedy: str

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.span.start}"
        return f"{place}: {self.weight}: {self.said} {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedLine:
    """One line: its tree, or None where it is no search."""

    line: Line
    tree: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A strategy, read.

    Attributes
    ----------
    platform : PlatformName
        As told, or as detected.
    detected : bool
        Nobody said the platform: it was guessed from the signs.
    lines : tuple of ParsedLine
        In order.
    diagnoses : tuple of Diagnosis
        In order of their places.
    notes : tuple of str
        Lines above the first numbered one.
    """

    platform: PlatformName
    detected: bool
    numbered: bool
    lines: tuple[ParsedLine, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tree(self) -> Node | None:
        """The last line that is a search."""
        return next((line.tree for line in reversed(self.lines) if line.tree is not None), None)
