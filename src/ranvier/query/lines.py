"""The lines of a strategy as printed: numbers, hit counts and notes taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Line", "Strategy", "split"]

_NUMBERED = re.compile(
    r"^[ \t\ufeff]*(?:#\s*|S(?=\d)|No\.?\s*)?(\d{1,3})(?:[.)\]:]+(?!\d)|(?=\s)|(?=[(\"']))[ \t]*",
    re.I,
)
_HITS = re.compile(
    r"(?:\s*[(\[]\s*\d[\d,. ]*\s*(?:hits|results|records)?\s*[)\]]"
    r"|\t+\s*\d[\d,]*|(?<=[./)])\s+\d[\d,]*)\s*$",
    re.IGNORECASE,
)
_SEARCH = re.compile(r"^Search\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes
    ----------
    number : int
        Its number in the strategy, given or counted.
    text : str
        Without its number and the hits printed behind it; continued lines are joined by spaces.
    at : int
        The line of the file it begins on, from 1.
    column : int
        The column its text begins in, from 1.
    hits : int or None
        As printed.
    """

    number: int
    text: str
    at: int
    column: int
    hits: int | None = None


@dataclass(frozen=True, slots=True)
class Strategy:
    """Lines, and what stands above them.

    Attributes
    ----------
    numbered : bool
        The lines had numbers; if not they are counted, as Ovid does.
    notes : tuple of str
        Lines that are no search: titles above the first numbered line.
    """

    lines: tuple[Line, ...]
    numbered: bool
    notes: tuple[str, ...] = ()


def split(text: str) -> Strategy:
    r"""Split a strategy into its lines.

    Examples
    --------
    >>> [(line.number, line.text, line.hits) for line in split("1. a.ti. (12)\n2. or/1-1").lines]
    [(1, 'a.ti.', 12), (2, 'or/1-1', None)]
    """
    rows = [(i, row.rstrip("\r\n")) for i, row in enumerate(text.splitlines(), start=1)]
    rows = [(i, row) for i, row in rows if row.strip()]
    starts = _numbered(rows)
    if starts is None:
        lines = [_line(n, row, i, 0) for n, (i, row) in enumerate(rows, start=1)]
        return Strategy(lines=tuple(lines), numbered=False)
    notes: list[str] = []
    found: list[Line] = []
    for (i, row), start in zip(rows, starts, strict=True):
        if start is not None:
            number, offset = start
            found.append(_line(number, row, i, offset))
        elif not found:
            notes.append(row.strip())
        else:
            last = found[-1]
            more = _line(last.number, row, i, 0)
            joined = f"{last.text} {more.text}".strip()
            found[-1] = Line(last.number, joined, last.at, last.column, more.hits or last.hits)
    return Strategy(lines=tuple(found), numbered=True, notes=tuple(notes))


def _numbered(rows: list[tuple[int, str]]) -> list[tuple[int, int] | None] | None:
    """Find the rows that begin with the next number; None if the strategy has no numbers."""
    found: list[tuple[int, int] | None] = []
    expected = 1
    for _, row in rows:
        match = _NUMBERED.match(row)
        number = int(match[1]) if match else -1
        # Print skips a number now and then, or gives one twice.
        if match and (
            number == expected or (expected > 1 and expected - 1 <= number <= expected + 2)
        ):
            found.append((number, match.end()))
            expected = number + 1
        else:
            found.append(None)
    numbered = sum(x is not None for x in found)
    if numbered == 0 or (numbered == 1 and len(rows) > 1) or numbered < len(rows) / 4:
        return None
    if numbered == 1 and not re.match(r"\s*(?:#|S)?\d+[.)#:]|\s*#\d", rows[0][1]):
        return None
    return found


def _line(number: int, row: str, at: int, offset: int) -> Line:
    """Take hits and PubMed's "Search" off a row."""
    text = row[offset:]
    hits = None
    match = _HITS.search(text)
    if match is not None and match.start() > 0:
        digits = re.sub(r"\D", "", match[0])
        inside = text[: match.start()].rstrip()
        # "(2)" behind an operator is a line, not a count.
        if digits and not re.search(r"\b(and|or|not|adj\d*|near\d*)$", inside, re.I):
            hits, text = int(digits), inside
    search = _SEARCH.match(text)
    skipped = search.end() if search else 0
    lead = len(text[skipped:]) - len(text[skipped:].lstrip())
    return Line(number, text[skipped:].strip(), at, offset + skipped + lead + 1, hits)
