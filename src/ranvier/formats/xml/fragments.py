"""XML cut into records: one broken record costs no other, memory is bounded, no entity is expanded.

The text of a record is found by the name of its element and parsed alone, by a parser that
resolves no entity, loads no DTD, opens no address and refuses huge trees. A file that declares
entities of its own is refused: no database writes such a file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, TextIO, TypeAlias

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ranvier.errors import InputError
from ranvier.formats.report import Report
from ranvier.formats.tagged.machine import Piece, cut

__all__ = ["Element", "fragments", "parse", "refuse_entities", "text_in"]

#: An element of lxml, which ships no types.
Element: TypeAlias = Any

_ENTITY = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30});")
#: Numbers that stand for signs of Windows-1252 and mean none in XML.
_WINDOWS = re.compile(r"&#(1[2-5]\d|x[89][0-9a-f]);", re.IGNORECASE)
_PREFIX = re.compile(r"(</?)[A-Za-z][\w.-]*:(?=[A-Za-z])")


def refuse_entities(head: str, name: str) -> None:
    """Refuse a file that declares entities.

    Raises
    ------
    InputError
        If the document type has a part of its own.
    """
    match = _ENTITY.search(head)
    if match is not None:
        raise InputError(
            "this XML declares entities of its own, which can make a file grow without end or "
            "read other files.",
            file=name,
            row=head.count("\n", 0, match.start()) + 1,
            remedy="Export the records anew; a database writes no such declaration.",
        )


def fragments(stream: TextIO, elements: tuple[str, ...], report: Report) -> Iterator[Piece]:
    """Yield the text of each record."""
    names = "|".join(map(re.escape, elements))
    start = re.compile(rf"<(?:{names})(?=[\s>/])")
    end = re.compile(rf"</(?:{names})\s*>")
    root: str | None = None
    line, rest, whole = 1, "", True
    for piece in cut(stream, start, report):
        line, rest = piece.line + piece.text.count("\n"), piece.text
        if start.match(piece.text) is None:
            if root is None and (found := _ROOT.search(piece.text)):
                root = found[1]
            if _ENTITY.search(piece.text):
                refuse_entities(piece.text, "the file")
            continue
        ends = [match.end() for match in end.finditer(piece.text)]
        if not ends:
            closed = re.match(r"<[^>]*/>", piece.text)
            whole = closed is not None
            if not whole:
                report.odd(piece.line, "a record whose element is never closed.")
            yield Piece(piece.text if closed is None else closed[0], piece.line)
        else:
            whole = True
            yield Piece(piece.text[: ends[-1]], piece.line)
            _after(piece, ends[-1], report)
    if root is not None and whole and re.search(rf"</{re.escape(root)}\s*>", rest) is None:
        report.odd(
            line,
            f"the file ends before <{root}> is closed: records behind this place may have been cut "
            "off. Compare the number of records with that of the search.",
        )


#: The element that holds all others; what is declared before it is none.
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_MARKUP = re.compile(r"<(?:[^<>]*)>")


def _after(piece: Piece, end: int, report: Report) -> None:
    """Report text after a record: numbers of deleted citations, or records of another format."""
    rest = piece.text[end:]
    text = " ".join(_MARKUP.sub(" ", rest).split()) if rest.strip() else ""
    if text:
        what = "deleted citations" if "<DeleteCitation" in rest else "text outside any record"
        report.odd(piece.line + piece.text.count("\n", 0, end), f"{what}: {text[:80]!r}.")


def parse(piece: Piece, report: Report) -> Element | None:
    """Parse the text of one record, mending what is broken and saying so."""
    text = piece.text
    if "&" in text:
        text = _WINDOWS.sub(_character, _NAMED.sub(_character, text))
    if ":" in text:
        text = _PREFIX.sub(r"\1", text)
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        report.odd(piece.line, f"this record is no XML: {error}.")
        return None
    for entry in parser.error_log:
        if entry.type_name not in ("NS_ERR_UNDEFINED_NAMESPACE", "ERR_WARNING"):
            report.odd(piece.line + entry.line - 1, f"{entry.message.strip().rstrip('.')}.")
            break
    return root


def _character(match: re.Match[str]) -> str:
    """Turn an entity of HTML into its character; leave any other as text."""
    found = html.unescape(match[0])
    return found if found != match[0] else f"&amp;{match[1]};"


#: Control characters that stand for signs of Windows-1252, as some publishers deposit them.
_CONTROLS = {n: bytes([n]).decode("cp1252", "replace") for n in range(0x80, 0xA0)}
_SPACE = re.compile(r"\s+")


def text_in(element: Element | None) -> str:
    """Return all text of an element on one line, its markup left out."""
    if element is None:
        return ""
    text = element.text if len(element) == 0 else "".join(element.itertext())  # pyright: ignore[reportArgumentType]
    if not text:
        return ""
    if not text.isascii():
        text = text.translate(_CONTROLS)
    return _SPACE.sub(" ", text).strip()
