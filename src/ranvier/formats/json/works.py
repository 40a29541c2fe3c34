"""Works as CSL-JSON, OpenAlex and Crossref describe them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from ranvier.core.record import Notice
from ranvier.formats.identifiers import find_pmcid, find_pmid, tidy_doi
from ranvier.formats.json.items import Item

__all__ = ["read_csl", "read_openalex"]

_TAG = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|p|em|sc|u|tt|sub|sup|span|div|br|bold|italic|strong|title|sec|math|mi|mn|mo"
    r"|mrow|msub|msup|list|list-item|xref|ext-link|inline-formula|underline)\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


def plain(value: Any) -> str:
    """Return text on one line, without markup."""
    if isinstance(value, list):
        value = cast("list[Any]", value)[0] if value else ""
    return _SPACE.sub(" ", _TAG.sub("", str(value))).strip() if value is not None else ""


def _texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts; one text is a list of one."""
    listed = (
        cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]
    )
    return tuple(dict.fromkeys(t for item in listed if (t := plain(item))))


_CSL: dict[str, tuple[str, ...]] = {
    "title": ("title",), "journal": ("container-title",),
    "short_title": ("title-short", "shortTitle"),
    "journal_abbreviation": ("container-title-short", "journalAbbreviation",
                             "short-container-title"),
    "volume": ("volume",), "issue": ("issue",), "pages": ("page", "article-number", "number"),
    "publisher": ("publisher",), "place": ("publisher-place", "publisher-location"),
    "edition": ("edition",), "series": ("collection-title",), "accession": ("archive_location",),
    "database": ("source", "archive"), "note": ("note",), "original_title": ("original-title",),
    "pmid": ("PMID",),
}  # fmt: skip


def read_csl(item: Item) -> dict[str, Any]:
    """Read an item of CSL-JSON, or a work of Crossref, into the fields of a record."""
    made: dict[str, Any] = {"title": ""}
    tags: dict[str, str] = {}
    for name, keys in _CSL.items():
        for key in keys:
            if value := plain(item.get(key)):
                made[name], tags[name] = value, key
                break
    for role, listed in item.items():
        if not isinstance(listed, list) or not _are_people(cast("list[Any]", listed)):
            continue
        people = [_person(p) for p in cast("list[Any]", listed)]
        names = tuple(n for n, _ in people if n)
        if role == "author":
            made["authors"], tags["authors"] = names, role
            made["groups"] = tuple(n for n, group in people if group)
        else:
            made["contributors"] = {**made.get("contributors", {}), role: names}
    for key in ("issued", "published", "published-print", "published-online", "created"):
        if day := _day(item.get(key)):
            made["date"], made["year"], tags["date"] = day, int(day[:4]), key
            break
    made["doi"] = tidy_doi(str(item.get("DOI") or item.get("doi") or ""))
    made["pmcid"] = find_pmcid(str(item.get("PMCID") or ""))
    made["issn"], made["isbn"] = _texts(item.get("ISSN")), _texts(item.get("ISBN"))
    made["issn"] = tuple(p for n in made["issn"] for p in re.split(r"[,;\s]+", n))
    made["urls"] = _texts(item.get("URL"))
    made["languages"] = _texts(item.get("language"))
    if abstract := item.get("abstract"):
        made["abstract"] = plain(re.sub(r"</(?:jats:)?(?:p|title)>", " ", str(abstract)))
    keywords = item.get("keyword") or item.get("subject")
    made["keywords"] = tuple(
        k
        for k in (
            re.split(r"\s*[,;]\s*", keywords) if isinstance(keywords, str) else _texts(keywords)
        )
        if k
    )
    genre = plain(item.get("type"))
    made["genre"] = _CROSSREF.get(genre, genre) or "document"
    if "genre" in item:
        made["type"] = plain(item["genre"])
    made["notices"] = (*_notices(item, "update-to", 0), *_notices(item, "updated-by", 1))
    note = made.get("note") or ""
    if "pmid" not in made and (pmid := find_pmid(note)):
        made["pmid"] = pmid
    known = {k for keys in _CSL.values() for k in keys} | {
        "id", "type", "author", "issued", "DOI", "PMCID", "ISSN", "ISBN", "URL", "language",
        "abstract", "keyword", "subject",
    }  # fmt: skip
    made["extra"] = tuple(
        (key, str(value))
        for key, value in item.items()
        if key not in known and isinstance(value, str | int | float) and str(value).strip()
    )
    if identity := plain(item.get("id")):
        made["other_ids"] = {"citation-key": identity}
    made["tags"] = tags
    return made


#: Kinds of updates in Crossref -> what PubMed says in the notice, and in what it is about.
_UPDATES = {
    "retraction": ("RetractionOf", "RetractionIn"),
    "withdrawal": ("RetractionOf", "RetractionIn"),
    "removal": ("RetractionOf", "RetractionIn"),
    "partial_retraction": ("PartialRetractionOf", "PartialRetractionIn"),
    "expression_of_concern": ("ExpressionOfConcernFor", "ExpressionOfConcernIn"),
    "correction": ("ErratumFor", "ErratumIn"),
    "corrigendum": ("ErratumFor", "ErratumIn"),
    "erratum": ("ErratumFor", "ErratumIn"),
}


def _notices(item: Item, key: str, side: int) -> Iterator[Notice]:
    """Read what a work says of another, or what another says of it."""
    listed = item.get(key)
    for update in cast("list[Any]", listed) if isinstance(listed, list) else []:
        if not isinstance(update, dict):
            continue
        held = cast("Item", update)
        kind = plain(held.get("type")).casefold().replace(" ", "_").replace("-", "_")
        relation = _UPDATES.get(kind, ("UpdateOf", "UpdateIn"))[side]
        doi = tidy_doi(plain(held.get("DOI")))
        said = plain(held.get("label")) or kind
        yield Notice(relation=relation, text=f"{said}: {doi}" if doi else said, doi=doi)


_CROSSREF = {
    "journal-article": "article-journal", "book-chapter": "chapter", "posted-content": "article",
    "proceedings-article": "paper-conference", "dissertation": "thesis", "monograph": "book",
    "edited-book": "book", "reference-book": "book", "peer-review": "review", "report": "report",
}  # fmt: skip


def _are_people(listed: list[Any]) -> bool:
    """Whether a list holds names."""
    return bool(listed) and all(
        isinstance(p, dict)
        and ({"family", "literal", "name"} & cast("Item", p).keys())
        and "DOI" not in p
        for p in listed
    )


def _person(value: Any) -> tuple[str, bool]:
    """Write a name; a literal is a group's, or one that nobody parted."""
    if not isinstance(value, dict):
        return plain(value), False
    held = cast("Item", value)
    if literal := plain(held.get("literal") or held.get("name")):
        return literal, True
    particle = plain(held.get("non-dropping-particle"))
    dropping = plain(held.get("dropping-particle"))
    family = f"{particle} {plain(held.get('family'))}".strip()
    given = f"{plain(held.get('given'))} {dropping}".strip()
    parts = (family, given, plain(held.get("suffix")))
    return ", ".join(p for p in parts if p), False


def _day(value: Any) -> str | None:
    """Read ``date-parts``, or a date as text."""
    from ranvier.formats.dates import iso_date

    if not isinstance(value, dict):
        return iso_date(str(value)) if value else None
    held = cast("Item", value)
    parts = held.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        numbers = [str(p) for p in cast("list[Any]", parts[0]) if p]
        if numbers and numbers[0].isdigit():
            return iso_date("-".join(n.zfill(2) for n in numbers)) or iso_date(numbers[0])
    for key in ("raw", "literal", "date-time"):
        if held.get(key):
            return iso_date(str(held[key]))
    return None


_OPENALEX = {
    "article": "article-journal", "book-chapter": "chapter", "dissertation": "thesis",
    "preprint": "article", "posted-content": "article", "editorial": "article-journal",
    "letter": "article-journal", "erratum": "article-journal", "retraction": "article-journal",
    "peer-review": "review", "review": "article-journal", "book": "book", "dataset": "dataset",
    "report": "report", "standard": "standard", "paratext": "document", "other": "document",
    "reference-entry": "entry-encyclopedia", "supplementary-materials": "dataset",
    "journal-article": "article-journal", "proceedings-article": "paper-conference",
}  # fmt: skip


def read_openalex(item: Item) -> dict[str, Any]:
    """Read a work of OpenAlex into the fields of a record."""
    made: dict[str, Any] = {"title": plain(item.get("title") or item.get("display_name"))}
    tags = {"title": "title"}
    place = cast("Item", item.get("primary_location") or {})
    source = cast("Item", place.get("source") or item.get("host_venue") or {})
    biblio = cast("Item", item.get("biblio") or {})
    ids = cast("Item", item.get("ids") or {})
    made["authors"] = tuple(
        name
        for a in cast("list[Item]", item.get("authorships") or [])
        if (name := _inverted(plain(
            cast("Item", a.get("author") or {}).get("display_name") or a.get("raw_author_name"))))
    )  # fmt: skip
    made["journal"] = plain(source.get("display_name")) or None
    made["issn"] = _texts(source.get("issn"))
    made["publisher"] = (
        plain(source.get("host_organization_name") or source.get("publisher")) or None
    )
    made["volume"], made["issue"] = (
        plain(biblio.get("volume")) or None,
        plain(biblio.get("issue")) or None,
    )
    first, last = plain(biblio.get("first_page")), plain(biblio.get("last_page"))
    made["pages"] = (f"{first}-{last}" if first and last and first != last else first) or None
    made["year"] = item.get("publication_year")
    made["date"] = plain(item.get("publication_date")) or None
    made["doi"] = tidy_doi(str(item.get("doi") or ids.get("doi") or ""))
    made["pmid"] = find_pmid(str(ids.get("pmid") or ""))
    made["pmcid"] = find_pmcid(str(ids.get("pmcid") or "")) or _bare_pmcid(
        str(ids.get("pmcid") or "")
    )
    made["languages"] = _texts(item.get("language"))
    index = item.get("abstract_inverted_index")
    if isinstance(index, dict):
        words = [(at, word) for word, places in cast("Item", index).items() for at in places]
        made["abstract"] = " ".join(word for _, word in sorted(words))
        tags["abstract"] = "abstract_inverted_index"
    listed = cast("list[Any]", item.get("keywords") or [])
    made["keywords"] = _texts([
        cast("Item", k).get("display_name") or cast("Item", k).get("keyword")
        if isinstance(k, dict) else k for k in listed
    ])  # fmt: skip
    made["mesh"] = tuple(
        f"{'*' if m.get('is_major_topic') else ''}{m.get('descriptor_name')}"
        + (f"/{m['qualifier_name']}" if m.get("qualifier_name") else "")
        for m in cast("list[Item]", item.get("mesh") or [])
    )
    kind = plain(item.get("type_crossref")) or plain(item.get("type"))
    made["genre"] = _OPENALEX.get(kind) or _CROSSREF.get(kind) or "document"
    if plain(source.get("type")) == "repository" and made["genre"] == "article-journal":
        made["genre"] = "article"
    made["type"] = plain(item.get("type")) or None
    if item.get("is_retracted"):
        made["types"] = ("Retracted Publication",)
    made["urls"] = _texts([u for u in (place.get("landing_page_url"), place.get("pdf_url")) if u])
    made["database"], made["accession"] = "OpenAlex", plain(item.get("id")).rpartition("/")[2]
    made["other_ids"] = {"openalex": made["accession"]} if made["accession"] else {}
    made["tags"] = tags
    return made


def _bare_pmcid(text: str) -> str | None:
    """Read the number at the end of an address of PubMed Central."""
    number = text.rstrip("/").rpartition("/")[2]
    return f"PMC{number}" if number.isdigit() else None


def _inverted(name: str) -> str:
    """Write ``Given Family`` as ``Family, Given``."""
    if "," in name or " " not in name:
        return name
    words = name.split(" ")
    at = next((i for i, w in enumerate(words[:-1]) if i and w[:1].islower()), len(words) - 1)
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"
