"""The machine that reads tagged lines: a stream of text to records' texts to tags with values.

A `Grammar` says where a record begins and what a tag looks like. Lines without a tag continue the
value before them, so nothing that stands in a file is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO

from ranvier.formats.report import Report
from ranvier.formats.source import BLOCK

__all__ = ["Grammar", "Piece", "split", "stranger"]

#: A text this long without the start of a record is no file of records: it is cut there.
LONGEST = 1024 * BLOCK


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one record, and the line at which it begins.

    Attributes
    ----------
    strange : bool
        Whether records of another format begin in it.
    """

    text: str
    line: int
    strange: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """How a format of tagged lines is built.

    Attributes
    ----------
    start : pattern
        Where a record begins (a match at the start of a line).
    tag : pattern
        A tag at the start of a line; one group: the tag itself.
    marks : pattern
        The same behind the end of the line before: what parts the text of a record.
    recut : function or None
        Parts a piece that turns out to hold several records.
    header : pattern or None
        Lines before the first record that are known and mean nothing.
    """

    start: re.Pattern[str]
    tag: re.Pattern[str]
    marks: re.Pattern[str]
    recut: Callable[[str], list[str]] | None = None
    header: re.Pattern[str] | None = None

    def pairs(self, text: str) -> Iterator[tuple[str, str]]:
        """Part the text of a record into tags and values; a value has the lines that continue it.

        Text is parted at the tags, once: a pattern that looks from each line for the next tag
        takes three times as long.
        """
        parts = iter(self.marks.split("\n" + text))
        next(parts)
        return zip(parts, parts, strict=True)


def grammar(
    *,
    start: str,
    tag: str,
    recut: Callable[[str], list[str]] | None = None,
    header: str | None = None,
) -> Grammar:
    """Build a grammar from the pattern of a tag."""
    return Grammar(
        start=re.compile(start, re.MULTILINE),
        tag=re.compile(f"^{tag}", re.MULTILINE),
        marks=re.compile(f"\n{tag}", re.MULTILINE),
        recut=recut,
        header=re.compile(header) if header else None,
    )


def split(stream: TextIO, form: Grammar, report: Report) -> Iterator[Piece]:
    """Part a stream into the texts of its records, with bounded memory.

    Text without any tag is no record: it is reported, unless it is blank or a known header.
    """
    for piece in cut(stream, form.start, report):
        at = stranger(piece.text, form)
        if at < 0:
            yield from _parts(piece, form, report)
            continue
        yield from _parts(Piece(piece.text[:at], piece.line), form, report)
        line = piece.line + piece.text.count("\n", 0, at)
        yield Piece(piece.text[at:], line, strange=True)


def _parts(piece: Piece, form: Grammar, report: Report) -> list[Piece]:
    """Part a piece that may hold several records; report one that holds none."""
    if form.tag.search(piece.text) is None:
        _between(piece, form, report)
        return []
    parts = form.recut(piece.text) if form.recut is not None else []
    if len(parts) < 2:
        return [piece]
    line = piece.line
    found: list[Piece] = []
    for part in parts:
        if form.tag.search(part):
            found.append(Piece(part, line))
        else:
            _between(Piece(part, line), form, report)
        line += part.count("\n")
    return found


#: How a record of another format begins: told only after an empty line or at the very start, for
#: an abstract may have lines like these.
_STRANGE = re.compile(
    r"\ufeff?(?:PMID ?- ?\d|TY  - [A-Z]{3,8}[ \t]*\n|@[A-Za-z]{3,20}\s*\{[^\s{}]*,"
    r"|%0 [A-Z]|PT [A-Z]\n|<\?xml )"
)


def stranger(text: str, form: Grammar) -> int:
    """Return where in a piece the records of another format begin: files are glued together.

    Returns
    -------
    int
        -1 where none does.

    Examples
    --------
    >>> from ranvier.formats.tagged.ris import STRICT
    >>> stranger("TY  - JOUR\\nTI  - A\\nER  - \\n\\nPMID- 7\\nTI  - B\\n", STRICT)
    27
    """
    at = 0
    while True:
        if form.start.match(text, at) is None and (found := _STRANGE.match(text, at)):
            own = "%" in found[0] and form.tag.match(text, at)  # refer has no start of its own
            if not own:
                return at
        at = text.find("\n\n", at) + 2
        if at < 2:
            return -1


def cut(stream: TextIO, start: re.Pattern[str], report: Report) -> Iterator[Piece]:
    """Cut a stream before each match of `start`."""
    held, line = "", 1
    while block := stream.read(BLOCK):
        held += block
        at = 0
        for match in start.finditer(held):
            begin = match.start()
            if begin > at:
                text = held[at:begin]
                yield Piece(text, line)
                line += text.count("\n")
            at = begin
        held = held[at:]
        if len(held) > LONGEST:
            report.odd(line, f"no record begins in {len(held)} characters; the text was cut there.")
            yield Piece(held, line)
            line += held.count("\n")
            held = ""
    if held:
        yield Piece(held, line)


def _between(piece: Piece, form: Grammar, report: Report) -> None:
    """Report text that belongs to no record."""
    for offset, text in enumerate(piece.text.split("\n")):
        shown = text.strip(" \t\ufeff\xa0\x1a\0")
        if shown and not (form.header and form.header.match(shown)):
            report.odd(piece.line + offset, f"text outside any record: {shown[:80]!r}.")
