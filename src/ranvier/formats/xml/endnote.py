"""EndNote XML, as EndNote, Zotero, Bookends and others write it."""

from __future__ import annotations

import re
from typing import Any

from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import Table, Values, assemble, identify, put_serials
from ranvier.formats.tagged.genres import REFER
from ranvier.formats.tagged.machine import Piece
from ranvier.formats.xml.fragments import Element, parse, text_in

__all__ = ["ELEMENTS", "TABLE", "read"]

ELEMENTS = ("record", "RECORD")

#: Paths in a record -> the same, as tags of one table.
_PATHS = (
    "titles/title",
    "titles/secondary-title",
    "titles/tertiary-title",
    "titles/alt-title",
    "titles/short-title",
    "titles/translated-title",
    "periodical/full-title",
    "periodical/abbr-1",
    "alt-periodical/full-title",
    "contributors/authors/author",
    "contributors/secondary-authors/author",
    "contributors/tertiary-authors/author",
    "contributors/subsidiary-authors/author",
    "contributors/translated-authors/author",
    "keywords/keyword",
    "dates/year",
    "dates/pub-dates/date",
    "urls/related-urls/url",
    "urls/web-urls/url",
    "urls/pdf-urls/url",
    "urls/text-urls/url",
)

TABLE = Table(
    one={
        "title": ("titles/title",),
        "journal": ("titles/secondary-title", "periodical/full-title", "titles/alt-title",
                    "alt-periodical/full-title"),
        "journal_abbreviation": ("periodical/abbr-1", "titles/alt-title"),
        "short_title": ("titles/short-title",),
        "original_title": ("titles/translated-title", "orig-pub"),
        "volume": ("volume",),
        "issue": ("number", "issue"),
        "pages": ("pages",),
        "publisher": ("publisher",),
        "place": ("pub-location",),
        "edition": ("edition",),
        "series": ("titles/tertiary-title",),
        "accession": ("accession-num",),
        "database": ("remote-database-name",),
    },
    many={
        "authors": ("contributors/authors/author",),
        "affiliations": ("auth-address",),
        "abstract": ("abstract",),
        "keywords": ("keywords/keyword",),
        "languages": ("language",),
        "types": ("work-type",),
        "issn": ("isbn",),
        "urls": ("urls/related-urls/url", "urls/web-urls/url", "urls/pdf-urls/url",
                 "urls/text-urls/url", "url"),
        "note": ("notes", "research-notes"),
    },
    roles={
        "contributors/secondary-authors/author": "editor",
        "contributors/tertiary-authors/author": "collection-editor",
        "contributors/subsidiary-authors/author": "translator",
        "contributors/translated-authors/author": "original-author",
    },
    splits={"isbn": re.compile(r"\s*[;,\n\r]\s*|\s+(?=[\dX-]{8,})"),
            "keywords/keyword": re.compile(r"\s*[\n\r]+\s*"),
            "auth-address": re.compile(r"\n+"), "language": re.compile(r"\s*;\s*"),
            "work-type": re.compile(r"\s*;\s*")},
    doi=("electronic-resource-num",),
    pmcid=("custom2",),
    searched=("urls/related-urls/url", "urls/web-urls/url", "notes", "accession-num", "custom1",
              "custom2", "custom3", "research-notes", "label"),
    year=("dates/year",),
    date=("dates/pub-dates/date", "dates/year"),
    ignored=frozenset({"rec-number", "source-app", "database", "ref-type"}),
)  # fmt: skip

_NESTED = frozenset(path.split("/")[0] for path in _PATHS if "/" in path)


def read(piece: Piece, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read one record into the fields of a :class:`Record`."""
    root = parse(piece, report)
    if root is None:
        return {"title": "", "tags": {}}
    values: Values = {}
    for path in _PATHS:
        for element in root.iterfind(path):
            _take(values, path, element)
    for child in root:
        if child.tag not in _NESTED:
            _take(values, str(child.tag), child)
    kind = root.find("ref-type")
    number = text_in(kind)
    name = (kind.get("name") if kind is not None else "") or _NUMBERS.get(number, "")
    genre = REFER.get(name.lower())
    table = TABLE
    made = assemble(values, table)
    tags: dict[str, str] = made["tags"]
    made["genre"], tags["genre"] = genre or "document", "ref-type"
    if genre == "book" and made.get("journal") and "series" not in made:
        made["series"], tags["series"] = made.pop("journal"), tags.pop("journal")
    made.setdefault("title", "")
    for field in ("abstract", "note"):
        if held := made.get(field):
            made[field] = "\n".join(held)
    put_serials(made, tags)
    if types := made.get("types"):
        made["type"] = types[0]
    provider = text_in(root.find("remote-database-provider")).lower()
    accession = str(made.get("accession") or "")
    if "pmid" not in made and accession.isdigit() and len(accession) <= 8:
        medline = (made.get("database") or "").lower()
        if provider in ("nlm", "pubmed") or "medline" in medline or "pubmed" in medline:
            made["pmid"], tags["pmid"] = accession, "accession-num"
    if tags.get("journal_abbreviation") == tags.get("journal"):
        made.pop("journal_abbreviation", None)
    made["authors"] = tuple(n.rstrip(",").strip() for n in made.get("authors", ()))
    identify(made, piece.text)
    return made


_PROSE = frozenset(
    ("abstract", "notes", "research-notes", "keywords/keyword", "isbn", "auth-address")
)


def _take(values: Values, tag: str, element: Element) -> None:
    """Take the text of an element: lines of prose are kept apart."""
    if tag in _PROSE:
        text = "".join(element.itertext()).replace("\r", "\n").strip()  # pyright: ignore[reportArgumentType]
        text = re.sub(r"[ \t]*\n\s*", "\n", text)
    else:
        text = text_in(element)
    if text:
        values.setdefault(tag, []).append(text)


#: Numbers of EndNote's reference types, for files that give no name.
_NUMBERS: dict[str, str] = {
    "17": "Journal Article", "0": "Journal Article", "6": "Book", "1": "Book", "5": "Book Section",
    "7": "Book Section", "10": "Conference Proceedings", "3": "Conference Proceedings",
    "47": "Conference Paper", "32": "Thesis", "2": "Thesis", "27": "Report", "12": "Web Page",
    "16": "Web Page", "13": "Generic", "28": "Edited Book", "9": "Computer Program",
    "23": "Newspaper Article", "19": "Magazine Article", "25": "Patent", "15": "Patent",
    "43": "Electronic Article", "44": "Electronic Book", "46": "Government Document",
    "36": "Manuscript", "34": "Unpublished Work", "26": "Personal Communication", "21": "Film",
    "3.0": "Conference Proceedings", "31": "Statute", "20": "Map", "59": "Dataset",
    "45": "Online Database",
}  # fmt: skip
