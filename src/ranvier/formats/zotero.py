"""Records held against the items that Zotero's importers make of the same text.

Two readings of one text are *equal* when they have the same number of items and, item by item,
the same core fields: title, creators (family names), year, container (full, abbreviated or as a
series), volume, issue, pages, DOI, ISSN, ISBN and abstract. Both sides are put into one form
first: markup, case and space, signs of quotation and dashes are evened out; a closing full stop is
left out.
What Zotero files under other names for a type (``bookTitle``, ``dateDecided`` ...) is the same
field; what it puts into ``extra`` or a note is not compared.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ranvier.core.record import Record, person
from ranvier.formats.dates import year_of
from ranvier.formats.identifiers import tidy_doi

__all__ = ["CORE", "FORMAT_OF", "differences"]

#: Name of Zotero's importer -> our format.
FORMAT_OF: dict[str, str] = {
    "RIS.js": "ris", "MEDLINEnbib.js": "nbib", "OVID Tagged.js": "ovid",
    "Web of Science Tagged.js": "wos-tagged", "Endnote XML.js": "endnote-xml",
    "PubMed XML.js": "pubmed-xml", "ReferBibIX.js": "endnote-refer",
    "RefWorks Tagged.js": "refworks", "BibTeX.js": "bibtex", "CSL JSON.js": "csl-json",
    "OpenAlex JSON.js": "openalex-json", "Crossref Unixref XML.js": "crossref-xml",
}  # fmt: skip

CORE = ("title", "creators", "year", "container", "volume", "issue", "pages", "doi", "issn", "isbn",
        "abstract")  # fmt: skip

_MARKUP = re.compile(r"</?(?:i|b|sub|sup|span|p|sc|em|strong|jats:\w+)\b[^>]*>", re.IGNORECASE)
_SIGNS = str.maketrans({"–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "’": "'", "‘": "'",
                        "“": '"', "”": '"', "\xa0": " ", "\u2009": " ", "\u200b": ""})  # fmt: skip


def _even(text: Any) -> str:
    """Put text into the form in which it is compared."""
    plain = html.unescape(_MARKUP.sub("", str(text or "")))
    plain = unicodedata.normalize("NFKC", plain.translate(_SIGNS)).translate(_SIGNS)
    plain = re.sub(r"-{2,}", "-", plain)
    return re.sub(r"\s+", " ", plain).casefold().strip(".;, ")


def _first(item: Mapping[str, Any], *names: str) -> str:
    """Return the first of several fields that is filled."""
    return next((str(item[name]) for name in names if item.get(name)), "")


def _numbers(text: str) -> tuple[str, ...]:
    """Return the serial numbers in a text, in one form and order."""
    found = re.findall(
        r"[\dXx]{4}-?[\dXx]{4}(?![\d-])|97[89][\d -]{10,14}|\d[\d -]{8,12}[\dXx]", text
    )
    return tuple(sorted({re.sub(r"[\s-]", "", n).upper() for n in found}))


def _of_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the core fields of an item of Zotero."""
    creators = sorted(
        _even(creator.get("lastName") or creator.get("name"))
        for creator in item.get("creators", ())
    )
    return {
        "title": _even(_first(item, "title", "caseName", "nameOfAct", "subject")),
        "creators": creators,
        "year": year_of(_first(item, "date", "issueDate", "dateDecided", "dateEnacted")),
        "container": _even(_first(
            item, "publicationTitle", "bookTitle", "proceedingsTitle", "encyclopediaTitle",
            "dictionaryTitle", "blogTitle", "websiteTitle")),
        "volume": _even(_first(item, "volume", "reporterVolume", "codeVolume")),
        "issue": _even(_first(item, "issue")),
        "pages": _pages(_first(item, "pages", "firstPage", "codePages")),
        "doi": (tidy_doi(_first(item, "DOI")) or "").casefold(),
        "issn": _numbers(_first(item, "ISSN")),
        "isbn": _numbers(_first(item, "ISBN")),
        "abstract": _even(_first(item, "abstractNote")),
    }  # fmt: skip


def _pages(text: str) -> str:
    """Put pages into one form: ``82-82`` is page 82, and ``132-42`` is 132 to 142."""
    pages = _even(text).replace(" ", "")
    first, _, last = pages.partition("-")
    if first.isdigit() and last.isdigit() and len(last) < len(first):
        last = first[: -len(last)] + last
    return first if first == last or not last else f"{first}-{last}"


def _of_record(record: Record) -> dict[str, Any]:
    """Return the core fields of a record."""
    names = [*record.authors]
    for held in record.contributors.values():
        names += held
    return {
        "title": _even(record.title),
        "creators": sorted(_family(record, n) for n in names),
        "year": record.year,
        "container": _even(record.journal),
        "volume": _even(record.volume),
        "issue": _even(record.issue),
        "pages": _pages(record.pages or ""),
        "doi": (record.doi or "").casefold(),
        "issn": _numbers(" ".join(record.issn)),
        "isbn": _numbers(" ".join(record.isbn)),
        "abstract": _even(record.abstract),
    }


def differences(record: Record, item: Mapping[str, Any]) -> list[str]:
    """List the core fields in which a record and Zotero's item of the same text differ.

    Only what Zotero's type has a field for is compared: where its item has none (a film has no
    editor, a report no ISSN), more on our side is no difference. All that is on its side must be
    on ours.

    Examples
    --------
    >>> record = Record(id="r", title="A trial.", year=2013)
    >>> differences(record, {"title": "A Trial", "date": "Oct 2013", "creators": []})
    []
    """
    ours, theirs = _of_record(record), _of_item(item)
    return [
        f"{name}: {_short(ours[name])} against Zotero's {_short(theirs[name])}"
        for name in CORE
        if not _equal(name, ours, theirs, record)
    ]


def _equal(name: str, ours: dict[str, Any], theirs: dict[str, Any], record: Record) -> bool:
    """Whether a field is the same on both sides."""
    mine, its = ours[name], theirs[name]
    if mine == its or (_absent(its) and name != "title"):
        return True
    if name in ("issn", "isbn"):
        return set(its) <= set(mine)
    if name == "creators":
        authors = Counter(_family(record, n) for n in record.authors)
        return not (Counter(its) - Counter(mine)) and not (authors - Counter(its))
    if name == "container":
        return its in map(_even, (record.journal_abbreviation, record.series))
    if name == "title":
        return its == _even(record.short_title) != ""
    return False


def _family(record: Record, name: str) -> str:
    """Return the family name of a person, or the whole name of a group."""
    return _even(name if name in record.groups else person(name).family)


def _absent(value: Any) -> bool:
    """Whether there is nothing to compare with."""
    return value in ("", None, (), [])


def _short(value: Any) -> str:
    """Show a value in a few words."""
    text = repr(value)
    return text if len(text) <= 70 else f"{text[:67]}..."
