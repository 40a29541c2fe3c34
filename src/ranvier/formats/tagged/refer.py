"""refer (EndNote's ``.enw``, BibIX) and the tagged text of RefWorks."""

from __future__ import annotations

import re
from typing import Any

from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import (
    Table,
    Values,
    assemble,
    identify,
    one_line,
    put_serials,
    tidy_names,
)
from ranvier.formats.tagged.genres import REFER
from ranvier.formats.tagged.machine import Grammar, Piece, grammar

__all__ = ["REFER_GRAMMAR", "REFER_TABLE", "REFWORKS", "REFWORKS_TABLE", "read", "read_refworks"]


def _recut(text: str) -> list[str]:
    """Part records by what they cannot have twice, for some writers put no line between them.

    A record has one type and one title: a second ``%0`` (once a type is known) begins another,
    and so does a second ``%T`` that follows an empty line.
    """
    parts: list[str] = []
    held: list[str] = []
    typed = titled = blank = False
    for line in text.split("\n"):
        tag = line.lstrip("\ufeff")[:2]
        names_type = tag == "%0" and bool(line.strip()[2:].strip())
        begins = (names_type and typed) or (tag[:1] == "%" and blank and (typed or titled))
        if begins and any(part.strip() for part in held):
            parts.append("\n".join(held) + "\n")
            held, typed, titled = [], False, False
        typed, titled = typed or names_type, titled or tag == "%T"
        blank = not line.strip()
        held.append(line)
    parts.append("\n".join(held))
    return parts


#: The whole file is one text for the machine: `_recut` knows where records begin.
REFER_GRAMMAR: Grammar = grammar(start=r"(?!)", tag=r"\ufeff?%(\S)(?: |\t|$)", recut=_recut)

REFER_TABLE = Table(
    one={
        "title": ("T",), "journal": ("J", "B"), "volume": ("V",), "issue": ("N",), "pages": ("P",),
        "publisher": ("I",), "place": ("C",), "edition": ("7",), "series": ("S",),
        "accession": ("M", "L"), "database": ("~",), "short_title": ("!",),
    },
    many={
        "authors": ("A",), "affiliations": ("+",), "abstract": ("X",), "keywords": ("K",),
        "languages": ("G",), "types": ("9",), "issn": ("@",), "urls": ("U",), "note": ("Z", "O"),
    },
    roles={"E": "editor", "Y": "collection-editor", "?": "translator"},
    splits={"K": re.compile(r"\n+|;\s+"), "@": re.compile(r"[;,\n]+|\s{1,}(?=[\dX-]{8,})")},
    doi=("R",),
    searched=("U", "M", "Z", "O", "1", "2", "W"),
    year=("D", "8"),
    date=("8", "D"),
    ignored=frozenset({"0"}),
)  # fmt: skip


def read(piece: Piece, form: Grammar, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read the text of one record into the fields of a :class:`Record`."""
    values: Values = {}
    for tag, value in form.pairs(piece.text):
        text = value.strip() if tag in "KXZO" else one_line(value)
        if text:
            values.setdefault(tag, []).append(text)
    kind = values.get("0", [""])[0].lower()
    genre = REFER.get(kind)
    if genre in ("chapter", "paper-conference") and "B" in values:
        values.setdefault("J", values.pop("B"))
    elif genre == "book" and "B" in values:
        values.setdefault("S", values.pop("B"))
    if genre is None:
        genre = "article-journal" if "J" in values else "chapter" if "B" in values else "book"
    if len(values.get("J", ())) > 1:
        values["J"] = [values["J"][-1], *values["J"][:-1]]
    made = _finish(assemble(values, REFER_TABLE), piece.text)
    made["genre"], made["tags"]["genre"] = genre, "0"
    return made


REFWORKS: Grammar = grammar(
    start=r"^\ufeff?RT ", tag=r"([A-Z][A-Z0-9])(?: |$)", header=r"RefWorks|<|Number of"
)

REFWORKS_TABLE = Table(
    one={
        "title": ("T1",), "journal": ("JF", "T2", "JO"), "journal_abbreviation": ("JO",),
        "volume": ("VO",), "issue": ("IS",), "publisher": ("PB",), "place": ("PP",),
        "edition": ("ED",), "series": ("T3",), "accession": ("AN",), "database": ("DB",),
        "original_title": ("OT",), "short_title": ("ST",),
    },
    many={
        "authors": ("A1",), "affiliations": ("AD",), "abstract": ("AB",), "keywords": ("K1",),
        "languages": ("LA",), "issn": ("SN",), "urls": ("UL", "LK", "WV"), "note": ("NO",),
    },
    roles={"A2": "editor", "A3": "collection-editor", "A4": "translator"},
    splits={"SN": re.compile(r"\s*[;,]\s*"), "K1": re.compile(r"\s*;\s*")},
    doi=("DO",),
    searched=("LK", "UL", "NO", "AN", "U1", "U2"),
    year=("YR", "FD"),
    date=("FD", "YR"),
    ignored=frozenset({"RT", "SP", "OP", "SR"}),
)  # fmt: skip


def read_refworks(
    piece: Piece, form: Grammar, dialect: str | None, report: Report
) -> dict[str, Any]:
    """Read a record of RefWorks' tagged text."""
    values: Values = {}
    for tag, value in form.pairs(piece.text):
        if text := one_line(value):
            values.setdefault(tag, []).append(text)
    if (day := values.get("FD")) and (year := values.get("YR")) and year[0] not in day[0]:
        values["FD"] = [f"{day[0]} {year[0]}"]
    made = _finish(assemble(values, REFWORKS_TABLE), piece.text)
    first, last = values.get("SP", [""])[0], values.get("OP", [""])[0]
    if first or last:
        made["pages"] = f"{first}-{last}" if first and last else first or last
        made["tags"]["pages"] = "SP OP"
    kind = values.get("RT", [""])[0].lower()
    made["genre"], made["tags"]["genre"] = REFER.get(kind, "document"), "RT"
    return made


def _finish(made: dict[str, Any], text: str) -> dict[str, Any]:
    """Bring gathered fields into the shapes they have on a record."""
    made.setdefault("title", "")
    for name in ("abstract", "note"):
        if held := made.get(name):
            made[name] = "\n".join(held)
    put_serials(made, made["tags"])
    tidy_names(made)
    if types := made.get("types"):
        made["type"] = types[0]
    identify(made, text)
    return made
