"""Writing CSL-JSON and EndNote XML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ranvier.core.record import Record, person
from ranvier.formats.writing.fields import Holds, line

__all__ = ["CSL", "ENDNOTE", "write_csl", "write_endnote"]

CSL = Holds(
    fields=frozenset({
        "title", "authors", "groups", "contributors", "year", "date", "journal",
        "journal_abbreviation", "volume", "issue", "pages", "pmid", "pmcid", "doi", "abstract",
        "genre", "original_title", "short_title", "issn", "isbn", "publisher", "place", "edition",
        "series", "accession", "database", "note", "registry_ids", "languages", "keywords", "urls",
    }),
    changed={"mesh": "written among the keywords.", "types": "only the first, as genre."},
    checks={
        "genre": (lambda r: r.genre in (None, "registration"), "CSL has no such type."),
        "keywords": (lambda r: any(";" in k or "," in k for k in r.keywords),
                     "CSL has one text for all keywords: one with a comma comes back as two."),
    },
)  # fmt: skip


def write_csl(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as CSL-JSON."""
    out.write(b"[")
    for number, record in enumerate(records):
        out.write(b",\n" if number else b"\n")
        out.write(json.dumps(_csl(record), ensure_ascii=False, indent=1).encode("utf-8"))
    out.write(b"\n]\n")


def _csl(record: Record) -> dict[str, Any]:
    """Write a record as an item."""
    groups = set(record.groups)

    def names(people: Iterable[str]) -> list[dict[str, str]]:
        return [_csl_name(name, name in groups) for name in people]

    genre = record.genre or "article-journal"
    item: dict[str, Any] = {
        "id": record.id,
        "type": "document" if genre == "registration" else genre,
        "title": record.title,
        "author": names(record.authors),
        **{role: names(people) for role, people in record.contributors.items()},
        "container-title": record.journal,
        "container-title-short": record.journal_abbreviation,
        "title-short": record.short_title,
        "original-title": record.original_title,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "ISSN": ", ".join(record.issn),
        "ISBN": list(record.isbn) if len(record.isbn) > 1 else "".join(record.isbn),
        "URL": list(record.urls) if len(record.urls) > 1 else "".join(record.urls),
        "publisher": record.publisher,
        "publisher-place": record.place,
        "edition": record.edition,
        "collection-title": record.series,
        "archive_location": record.accession,
        "source": record.database,
        "language": list(record.languages)
        if len(record.languages) > 1
        else "".join(record.languages),
        "keyword": "; ".join((*record.keywords, *record.mesh)),
        "genre": record.type,
        "abstract": record.abstract,
        "note": record.note,
        "registration": ", ".join(record.registry_ids),
    }
    date = record.date or (str(record.year) if record.year else "")
    if date:
        item["issued"] = {"date-parts": [[int(part) for part in date.split("-")]]}
    return {name: value for name, value in item.items() if value or name == "title"}


def _csl_name(name: str, group: bool) -> dict[str, str]:
    """Write a name in its parts."""
    if group:
        return {"literal": name}
    if name.count(",") < 2:
        family, _, given = name.partition(",")
        return {"family": family, "given": given.strip()} if given else {"family": name}
    who = person(name)
    parts = {"family": who.family, "given": who.given, "suffix": who.suffix}
    return {part: text for part, text in parts.items() if text}


_TYPES: dict[str, tuple[str, str]] = {
    "article-journal": ("Journal Article", "17"), "book": ("Book", "6"),
    "chapter": ("Book Section", "5"), "paper-conference": ("Conference Paper", "47"),
    "thesis": ("Thesis", "32"), "report": ("Report", "27"), "webpage": ("Web Page", "12"),
    "article-newspaper": ("Newspaper Article", "23"), "patent": ("Patent", "25"),
    "article-magazine": ("Magazine Article", "19"), "dataset": ("Dataset", "59"),
    "manuscript": ("Manuscript", "36"), "software": ("Computer Program", "9"),
    "article": ("Preprint", "17"),
}  # fmt: skip

ENDNOTE = Holds(
    fields=frozenset({
        "title", "authors", "year", "date", "journal", "journal_abbreviation", "volume", "issue",
        "pages", "pmcid", "doi", "abstract", "genre", "original_title", "short_title", "issn",
        "isbn", "publisher", "place", "edition", "series", "accession", "database", "languages",
        "types", "keywords", "affiliations", "urls", "note", "registry_ids", "pmid",
    }),
    changed={"mesh": "written among the keywords.", "groups": "EndNote marks them by a comma."},
    checks={
        "genre": (lambda r: r.genre not in _TYPES,
                  "EndNote has no such type: it is written as Generic."),
        "journal": (lambda r: r.genre == "book" and bool(r.journal),
                    "EndNote takes what a book appeared in for its series."),
        "contributors": (lambda r: bool(r.contributors.keys() - _ROLES.keys()),
                         "EndNote has places for editors, series editors and translators only."),
    },
)  # fmt: skip
_ROLES = {"editor": "secondary-authors", "collection-editor": "tertiary-authors",
          "translator": "subsidiary-authors"}  # fmt: skip


def write_endnote(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as EndNote XML."""
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><records>\n')
    for number, record in enumerate(records, start=1):
        out.write(etree.tostring(_endnote(record, number), encoding="utf-8"))
        out.write(b"\n")
    out.write(b"</records></xml>\n")


def _endnote(record: Record, number: int) -> Any:
    """Write a record as an element."""
    root = etree.Element("record")
    name, code = _TYPES.get(record.genre or "article-journal", ("Generic", "13"))
    _add(root, "rec-number", str(number))
    _add(root, "ref-type", code).set("name", name)
    people = etree.SubElement(root, "contributors")
    groups = set(record.groups)
    held = {"authors": tuple(f"{n}," if n in groups else n for n in record.authors)}
    held |= {_ROLES[r]: names for r, names in record.contributors.items() if r in _ROLES}
    for place, names in held.items():
        group = etree.SubElement(people, place)
        for one in names:
            _add(group, "author", one)
    titles = etree.SubElement(root, "titles")
    for tag, text in (("title", record.title), ("secondary-title", record.journal),
                      ("tertiary-title", record.series), ("short-title", record.short_title),
                      ("translated-title", record.original_title)):  # fmt: skip
        if text:
            _add(titles, tag, text)
    if record.journal_abbreviation:
        _add(etree.SubElement(root, "periodical"), "abbr-1", record.journal_abbreviation)
    dates = etree.SubElement(root, "dates")
    if record.year:
        _add(dates, "year", str(record.year))
    if record.date and len(record.date) > 4:
        _add(etree.SubElement(dates, "pub-dates"), "date", record.date)
    keywords = etree.SubElement(root, "keywords")
    for word in (*record.keywords, *record.mesh):
        _add(keywords, "keyword", word)
    urls = etree.SubElement(etree.SubElement(root, "urls"), "related-urls")
    for url in record.urls:
        _add(urls, "url", url)
    for tag, value in (
        ("volume", record.volume), ("number", record.issue), ("pages", record.pages),
        ("publisher", record.publisher), ("pub-location", record.place),
        ("edition", record.edition), ("isbn", "\n".join((*record.issn, *record.isbn))),
        ("accession-num", record.accession), ("electronic-resource-num", record.doi),
        ("custom2", record.pmcid), ("remote-database-name", record.database),
        ("language", "; ".join(record.languages)), ("work-type", "; ".join(record.types)),
        ("auth-address", "\n".join(record.affiliations)), ("abstract", record.abstract),
        ("notes", record.note), ("custom1", ", ".join(record.registry_ids)),
        ("custom3", f"PMID: {record.pmid}" if record.pmid else None),
    ):  # fmt: skip
        if value:
            _add(root, tag, value, lines=tag in ("abstract", "notes", "isbn", "auth-address"))
    return root


_ILLEGAL = {n: None for n in range(32) if n not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


def _add(parent: Any, tag: str, text: str, *, lines: bool = False) -> Any:
    """Add an element with text that XML can hold."""
    child = etree.SubElement(parent, tag)
    child.text = (text if lines else line(text)).translate(_ILLEGAL)
    return child
