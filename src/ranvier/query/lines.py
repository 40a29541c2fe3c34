"""The lines of a strategy as printed: numbers, hit counts and notes taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["Line", "Strategy", "joined", "split"]

#: A number before a line. "#1 OR #2" is no line of number 1: an operator follows.
_NUMBERED = re.compile(
    r"^[ \t\ufeff]*(?:(?:#\s*|S(?=\d)|No\.?\s*)(\d{1,3})(?!\d)(?!\s*[/,-]\s*#?S?\d)"
    r"(?:[.)\]:]+(?!\d))?"
    r"|(\d{1,3})(?:[.)\]:]+(?!\d)|(?=\s|$)|(?=[(\"'])))"
    r"(?!\s*(?:and|or|not)\s*[#S(]*\d)[ \t]*",
    re.I,
)
_COUNT = r"\d{1,3}(?:[,. \u00a0\u202f]\d{3})+|\d+"
_HITS = re.compile(
    rf"(?:\s*[(\[]\s*(?:n\s*=\s*)?(?:{_COUNT})\s*(?:hits|results|records)?\s*[)\]]"
    rf"|\t+\s*(?:{_COUNT})"
    # Behind what ends a search no bare number can stand but a count.
    rf"|(?<=[./)\]}}\"'\u201d\u2019])\s+(?:{_COUNT})|(?<=trees)\s+(?:{_COUNT})|(?<=[Tt]rials)\s+(?:{_COUNT})|(?<=only)\s+(?:{_COUNT})"
    rf"|(?<=:[a-z][a-z])\s+(?:{_COUNT})|(?<=,[a-z][a-z])\s+(?:{_COUNT})|\s{{2,}}(?:{_COUNT}))\s*$",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<=\S)\s+({_COUNT})\s*$")
_BARE_DIGITS = re.compile(r"(?<=\S)\s+(\d+)\s*$")
_ENDS_IN_OPERATOR = re.compile(r"\b(?:and|or|not|adj\d*|near(?:/?\d+)?|next|[nw]/?\d+)$", re.I)
_SEARCH = re.compile(r"^Search:?\s+(?=\S)")
#: Rows that platforms print around a search, and that are none.
_RULE = re.compile(
    r"^\s*(?:[-*_=~\u2014]{4,}|(?:Indexes|Timespan|DocType|Databases)\s*[=:].*)\s*$", re.I
)
_ONLY_COUNT = re.compile(rf"^\s*(?:{_COUNT})\s*$")


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
    rows = [(i, row) for i, row in rows if row.strip() and not _RULE.match(row)]
    starts = _numbered(rows) or _downwards(rows)
    if starts is None:
        lines = [_line(n, row, i, 0) for n, (i, row) in enumerate(rows, start=1)]
        return Strategy(lines=tuple(_without_counts(lines)), numbered=False)
    notes: list[str] = []
    found: list[Line] = []
    for (i, row), start in zip(rows, starts, strict=True):
        if start is not None:
            number, offset = start
            found.append(_line(number, row, i, offset))
        elif not found:
            notes.append(row.strip())
        elif _ONLY_COUNT.match(row):
            found[-1] = replace(found[-1], hits=int(re.sub(r"\D", "", row)))
        else:
            found[-1] = _continued(found[-1], _line(found[-1].number, row, i, 0))
    if len(found) > 1 and found[0].number > found[-1].number:
        found.reverse()  # histories are printed with the last search on top
    return Strategy(lines=tuple(_without_counts(found)), numbered=True, notes=tuple(notes))


def _continued(last: Line, more: Line) -> Line:
    """Join a row to the line it continues; a number alone on its row has no text of its own yet."""
    if not last.text:
        return Line(last.number, more.text, more.at, more.column, more.hits or last.hits)
    joined = f"{last.text} {more.text}".strip()
    return replace(last, text=joined, hits=more.hits or last.hits)


def _without_counts(lines: list[Line]) -> list[Line]:
    """Take bare numbers off the ends of lines, if so many lines end in one that they are hits."""
    ends = [_bare_count(line) for line in lines]
    counted = sum(
        end is not None or line.hits is not None for end, line in zip(ends, lines, strict=True)
    )
    if len(lines) < 2 or counted < 0.8 * len(lines):
        return lines
    return [
        line if end is None or line.hits is not None
        else replace(line, text=line.text[: end[0]].rstrip(), hits=end[1])
        for end, line in zip(ends, lines, strict=True)
    ]  # fmt: skip


def _bare_count(line: Line) -> tuple[int, int] | None:
    """Where a bare number ends a line that would be whole without it."""
    # "3 and 4 200": what looks like one number may be a line and a count.
    for match in (_BARE.search(line.text), _BARE_DIGITS.search(line.text)):
        if match is None:
            return None
        before = line.text[: match.start()].rstrip()
        if not _ENDS_IN_OPERATOR.search(before) and not re.search(r"[/,:\u2013-]$", before):
            return match.start(), int(re.sub(r"\D", "", match[1]))
    return None


def _downwards(rows: list[tuple[int, str]]) -> list[tuple[int, int] | None] | None:
    """Find rows numbered from the last search to the first, as histories are."""
    found: list[tuple[int, int] | None] = []
    last: int | None = None
    for _, row in rows:
        match = _NUMBERED.match(row)
        number = int(match[1] or match[2]) if match else -1
        marked = match is not None and match[1] is not None
        if match and ((last is None and marked) or (last is not None and number == last - 1)):
            found.append((number, match.end()))
            last = number
        else:
            found.append(None)
    return found if last == 1 and sum(x is not None for x in found) > 1 else None


def _numbered(rows: list[tuple[int, str]]) -> list[tuple[int, int] | None] | None:
    """Find the rows that begin with the next number; None if the strategy has no numbers."""
    found: list[tuple[int, int] | None] = []
    expected = 1
    for _, row in rows:
        match = _NUMBERED.match(row)
        number = int(match[1] or match[2]) if match else -1
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
        if digits and not _ENDS_IN_OPERATOR.search(inside):
            hits, text = int(digits), inside
    search = _SEARCH.match(text)
    skipped = search.end() if search else 0
    lead = len(text[skipped:]) - len(text[skipped:].lstrip())
    return Line(number, text[skipped:].strip(), at, offset + skipped + lead + 1, hits)


def joined(lines: Sequence[Line]) -> list[Line]:
    """Join lines that an operator on a line of its own holds together."""
    alone = re.compile(r"^(.*\s)?(and|or|not)$", re.IGNORECASE | re.DOTALL)
    found: list[Line] = []
    for line in lines:
        if found and alone.match(found[-1].text):
            last = found[-1]
            found[-1] = replace(last, text=f"{last.text} {line.text}", hits=line.hits)
        elif found and re.match(r"(and|or|not)$", line.text, re.IGNORECASE):
            found[-1] = replace(found[-1], text=f"{found[-1].text} {line.text}")
        else:
            found.append(line)
    return found
