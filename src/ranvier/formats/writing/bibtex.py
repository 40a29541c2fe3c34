"""Writing BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO

from ranvier.core.record import Record, person
from ranvier.formats.writing.fields import Holds, line

__all__ = ["BIBTEX", "write_bibtex"]

_TYPES = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "book": "book", "chapter": "incollection", "paper-conference": "inproceedings",
    "thesis": "phdthesis", "report": "techreport", "manuscript": "unpublished", "patent": "patent",
    "dataset": "dataset", "software": "software", "webpage": "online", "pamphlet": "booklet",
    "article": "preprint", "standard": "standard", "review": "review",
}  # fmt: skip

#: What BibTeX calls an article, too.
_PRESS = ("article-magazine", "article-newspaper")

BIBTEX = Holds(
    fields=frozenset({
        "title", "authors", "groups", "year", "date", "journal", "journal_abbreviation", "volume",
        "issue", "pages", "pmid", "pmcid", "doi", "abstract", "genre", "short_title", "issn",
        "isbn", "publisher", "place", "edition", "series", "accession", "database", "languages",
        "types", "keywords", "urls", "note", "registry_ids",
    }),
    changed={"mesh": "written among the keywords."},
    checks={
        "genre": (lambda r: r.genre not in _TYPES or r.genre in _PRESS,
                  "BibTeX has no such type: it is written as misc."),
        "contributors": (lambda r: bool(r.contributors.keys() - {"editor", "translator"}),
                         "BibTeX has fields for editors and translators only."),
        "urls": (lambda r: len(r.urls) > 1, "BibTeX has one address: the first is written."),
        "title": (lambda r: "{" in r.title or "}" in r.title, "braces mean something else there."),
    },
)  # fmt: skip

_TEX = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}  # fmt: skip
_SPECIAL = re.compile(r"[\\&%$#_~^{}]|--+|``|''")


def _tex(text: str) -> str:
    """Write text so that TeX prints it."""

    def sign(match: re.Match[str]) -> str:
        found = match[0]
        if found in "{}":
            return ""
        return _TEX.get(found) or "{}".join(found)

    return _SPECIAL.sub(sign, text)


def write_bibtex(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as BibTeX."""
    keys: dict[str, int] = {}
    for record in records:
        fields = [(name, value) for name, value in _fields(record) if value]
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
        kind = _TYPES.get(record.genre or "article-journal", "misc")
        out.write(f"@{kind}{{{_key(record, keys)},\n{body}}}\n\n".encode())


def _key(record: Record, keys: dict[str, int]) -> str:
    """Name an entry after its first author and year, once."""
    family = person(record.authors[0]).family if record.authors else "anon"
    plain = re.sub(r"[^A-Za-z0-9]", "", family) or "ref"
    key = f"{plain}{record.year or ''}"
    keys[key] = keys.get(key, 0) + 1
    return key if keys[key] == 1 else f"{key}-{keys[key]}"


def _fields(record: Record) -> Iterable[tuple[str, str | None]]:
    """Give the fields of an entry."""
    groups = set(record.groups)

    def names(people: Iterable[str]) -> str:
        return " and ".join(_name(name, name in groups) for name in people)

    year, _, rest = (record.date or str(record.year or "")).partition("-")
    part = record.genre in ("chapter", "paper-conference")
    yield "author", names(record.authors)
    yield "editor", names(record.contributors.get("editor", ()))
    yield "translator", names(record.contributors.get("translator", ()))
    yield "title", _tex(line(record.title))
    yield "shorttitle", _tex(record.short_title or "")
    yield "booktitle" if part else "journal", _tex(record.journal or "")
    yield "shortjournal", _tex(record.journal_abbreviation or "")
    yield "date" if rest else "year", f"{year}-{rest}" if rest else year
    yield "volume", _tex(record.volume or "")
    yield "number", _tex(record.issue or "")
    yield "pages", _tex(record.pages or "")
    yield "publisher", _tex(record.publisher or "")
    yield "address", _tex(record.place or "")
    yield "edition", _tex(record.edition or "")
    yield "series", _tex(record.series or "")
    yield "doi", record.doi
    yield "pmid", record.pmid
    yield "pmcid", record.pmcid
    yield "issn", ", ".join(record.issn)
    yield "isbn", ", ".join(record.isbn)
    yield "url", record.urls[0] if record.urls else None
    yield "language", _tex("; ".join(record.languages))
    yield "type", _tex("; ".join(record.types))
    yield "keywords", _tex("; ".join((*record.keywords, *record.mesh)))
    yield "unique-id", _tex(record.accession or "")
    yield "source", _tex(record.database or "")
    yield "abstract", _tex(record.abstract or "")
    yield "note", _tex(record.note or "")
    yield "registration", "; ".join(record.registry_ids)


def _name(name: str, group: bool) -> str:
    """Write a name; that of a group in braces of its own."""
    if group:
        return f"{{{_tex(name)}}}"
    who = person(name) if name.count(",") > 1 else None
    if who is not None and who.suffix:
        return _tex(f"{who.family}, {who.suffix}, {who.given}")
    return _tex(name) if "," in name else f"{_tex(name)},"
