"""Results of Europe PMC, as its web service gives them with ``resultType=core``."""

from __future__ import annotations

from typing import Any, cast

from ranvier.formats.dates import iso_date
from ranvier.formats.identifiers import find_pmcid, tidy_doi
from ranvier.formats.json.items import Item
from ranvier.formats.json.works import plain

__all__ = ["read_europepmc"]


def read_europepmc(item: Item) -> dict[str, Any]:
    """Read one result into the fields of a record."""
    journal = _object(item, "journalInfo")
    about = _object(journal, "journal")
    book = _object(item, "bookOrReportDetails")
    listed = _list(item, "authorList", "author")
    people = [plain(a.get("fullName") or a.get("collectiveName")) for a in listed]
    types = tuple(map(plain, _list(item, "pubTypeList", "pubType")))
    where = plain(item.get("source"))
    day = next(
        (
            found
            for text in (
                item.get("firstPublicationDate"),
                journal.get("printPublicationDate"),
                journal.get("electronicPublicationDate"),
                item.get("pubYear"),
            )
            if text and (found := iso_date(plain(text)))
        ),
        None,
    )
    year = plain(item.get("pubYear") or journal.get("yearOfPublication"))
    number = plain(item.get("id"))
    return {
        "title": plain(item.get("title")).removesuffix("."),
        "authors": tuple(filter(None, people)) or _split(plain(item.get("authorString"))),
        "groups": tuple(plain(a["collectiveName"]) for a in listed if a.get("collectiveName")),
        "journal": plain(about.get("title") or item.get("journalTitle")) or None,
        "journal_abbreviation": plain(about.get("medlineAbbreviation")) or None,
        "issn": tuple(n for key in ("issn", "essn") if (n := plain(about.get(key)))),
        "volume": plain(journal.get("volume") or item.get("journalVolume")) or None,
        "issue": plain(journal.get("issue") or item.get("issue")) or None,
        "pages": plain(item.get("pageInfo")) or None,
        "publisher": plain(book.get("publisher")) or None,
        "year": int(year) if year.isdigit() else int(day[:4]) if day else None,
        "date": day,
        "abstract": plain(item.get("abstractText")) or None,
        "doi": tidy_doi(plain(item.get("doi"))),
        "pmid": pmid if (pmid := plain(item.get("pmid"))).isdigit() else None,
        "pmcid": find_pmcid(plain(item.get("pmcid"))),
        "languages": tuple(filter(None, [plain(item.get("language"))])),
        "keywords": tuple(map(plain, _list(item, "keywordList", "keyword"))),
        "mesh": tuple(map(_heading, _list(item, "meshHeadingList", "meshHeading"))),
        "types": types,
        "type": types[0] if types else None,
        "genre": "article" if where == "PPR" else "article-journal" if journal else "document",
        "database": "Europe PMC",
        "accession": f"{where}:{number}" if where and number else number or None,
        "tags": {"title": "title", "abstract": "abstractText", "date": "firstPublicationDate"},
    }  # fmt: skip


def _object(item: Item, name: str) -> Item:
    """Return an object inside another; an empty one if there is none."""
    held = item.get(name)
    return cast("Item", held) if isinstance(held, dict) else {}


def _list(item: Item, outer: str, inner: str) -> list[Any]:
    """Return a list that stands in an object of its own."""
    held = _object(item, outer).get(inner)
    return cast("list[Any]", held) if isinstance(held, list) else []


def _split(names: str) -> tuple[str, ...]:
    """Part ``Made AU, Up BC.`` into names."""
    return tuple(name for part in names.rstrip(".").split(",") if (name := part.strip()))


def _heading(item: Item) -> str:
    """Write a MeSH heading as MEDLINE prints it."""
    star = "*" if item.get("majorTopic_YN") == "Y" else ""
    text = star + plain(item.get("descriptorName"))
    for qualifier in _list(item, "meshQualifierList", "meshQualifier"):
        mark = "*" if qualifier.get("majorTopic_YN") == "Y" else ""
        text += f"/{mark}{plain(qualifier.get('qualifierName'))}"
    return text
