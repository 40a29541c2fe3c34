"""Smaller XML: Crossref's unixref, ICTRP's export of trials, and lists of ids from E-utilities."""

from __future__ import annotations

import re
from typing import Any

from ranvier.core.record import Notice
from ranvier.core.registers import find_registry_ids
from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.identifiers import tidy_doi
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import identify
from ranvier.formats.tagged.machine import Piece
from ranvier.formats.xml.fragments import Element, parse, text_in

__all__ = ["CROSSREF", "EUTILS", "ICTRP", "read_crossref", "read_ictrp", "read_id"]

CROSSREF = ("doi_record",)
ICTRP = ("Trial", "trial")
EUTILS = ("eSearchResult", "ePostResult")

#: Kind of work -> (element with its own data, genre).
_WORKS = (
    ("journal_article", "article-journal"), ("conference_paper", "paper-conference"),
    ("content_item", "chapter"), ("posted_content", "article"), ("dissertation", "thesis"),
    ("report-paper_metadata", "report"), ("report-paper_series_metadata", "report"),
    ("standard_metadata", "standard"), ("dataset", "dataset"), ("peer_review", "review"),
    ("book_metadata", "book"), ("book_series_metadata", "book"), ("book_set_metadata", "book"),
    ("database_metadata", "dataset"), ("proceedings_metadata", "book"),
    ("journal_metadata", "article-journal"),
)  # fmt: skip


def read_crossref(piece: Piece, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read one Crossref record into the fields of a :class:`Record`."""
    root = parse(piece, report)
    made: dict[str, Any] = {"title": "", "tags": {}, "database": "Crossref"}
    if root is None:
        return made
    work, genre = next(
        (
            (found, genre)
            for name, genre in _WORKS
            if (found := root.find(f".//{name}")) is not None
        ),
        (root, "document"),
    )
    tags: dict[str, str] = made["tags"]
    made["genre"] = genre

    def put(name: str, value: Any, tag: str) -> None:
        if (value and name not in made) or (name == "title" and value and not made["title"]):
            made[name], tags[name] = value, tag

    main = text_in(work.find("titles/title"))
    sub = text_in(work.find("titles/subtitle"))
    joiner = " " if main.endswith((":", "?", "!")) else ": "
    put("title", f"{main}{joiner}{sub}" if main and sub else main, "titles/title")
    put("original_title", text_in(work.find("titles/original_language_title")), "original")
    _people(made, tags, work)
    put(
        "abstract",
        "\n".join(filter(None, (_abstract(a) for a in work.iterfind("abstract")))),
        "abstract",
    )
    holder = root.find(".//journal_metadata")
    if holder is not None and work is not holder:
        put("journal", text_in(holder.find("full_title")), "full_title")
        put("journal_abbreviation", text_in(holder.find("abbrev_title")), "abbrev_title")
        put("issn", tuple(text_in(i) for i in holder.iterfind("issn")), "issn")
    for name in (
        "book_metadata",
        "book_series_metadata",
        "proceedings_metadata",
        "proceedings_series_metadata",
        "event_metadata",
    ):
        whole = root.find(f".//{name}")
        if whole is None or (whole is work and genre != "book"):
            continue
        title = text_in(whole.find("proceedings_title")) or text_in(whole.find("titles/title"))
        if whole is not work:
            put("journal", title, f"{name}/title")
        elif genre == "book":
            put("title", title, "titles/title")
        put("isbn", tuple(text_in(i) for i in whole.iterfind("isbn")), "isbn")
        put("series", text_in(whole.find("series_metadata/titles/title")), "series_metadata")
        put("issn", tuple(text_in(i) for i in whole.iterfind("series_metadata/issn")), "issn")
        put("edition", text_in(whole.find("edition_number")), "edition_number")
        put("volume", text_in(whole.find("volume")), "volume")
        if whole is not work and "editor" not in made.get("contributors", {}):
            _people(made, tags, whole, only="editor")
        _publisher(made, tags, whole)
        _date(made, tags, whole)
    _publisher(made, tags, work)
    if genre == "article":  # a preprint: the server it is on
        put("journal", text_in(work.find("institution/institution_name")), "institution_name")
        put("journal", text_in(work.find("group_title")), "group_title")
    put("publisher", text_in(work.find("institution/institution_name")), "institution_name")
    put("place", text_in(work.find("institution/institution_place")), "institution_place")
    put("volume", text_in(root.find(".//journal_issue/journal_volume/volume")), "volume")
    put("issue", text_in(root.find(".//journal_issue/issue")), "issue")
    first, last = text_in(work.find("pages/first_page")), text_in(work.find("pages/last_page"))
    put("pages", f"{first}-{last}" if first and last else first, "pages")
    put("pages", text_in(work.find("publisher_item/item_number")), "item_number")
    _date(made, tags, work)
    _date(made, tags, root.find(".//journal_issue"))
    put("doi", tidy_doi(text_in(work.find("doi_data/doi"))), "doi_data/doi")
    put("doi", tidy_doi(text_in(root.find(".//doi_data/doi"))), "doi_data/doi")
    put("doi", tidy_doi(text_in(root.find(".//doi"))), "doi")
    put("urls", tuple(filter(None, (text_in(work.find("doi_data/resource")),))), "resource")
    language = work.get("language") or (holder.get("language") if holder is not None else None)
    put("languages", (language,) if language else (), "language")
    notices = tuple(
        Notice(
            relation=f"{(u.get('type') or 'update').title()}For",
            text=text_in(u),
            doi=tidy_doi(text_in(u)),
        )
        for u in root.iterfind(".//updates/update")
    )
    put("notices", notices, "updates")
    identify(made, piece.text)
    return made


def _people(
    made: dict[str, Any], tags: dict[str, str], work: Element, *, only: str | None = None
) -> None:
    """Read who contributed, by role."""
    found: dict[str, list[str]] = {}
    groups: list[str] = []
    for one in work.iterfind("contributors/*"):
        role = one.get("contributor_role") or "author"
        if only and role != only:
            continue
        if one.tag == "organization":
            name = text_in(one)
            groups.append(name)
        else:
            parts = (
                text_in(one.find("surname")),
                text_in(one.find("given_name")),
                text_in(one.find("suffix")),
            )
            name = ", ".join(part for part in parts if part)
        if name:
            found.setdefault(role, []).append(name)
    if authors := found.pop("author", None):
        made["authors"], tags["authors"] = tuple(authors), "contributors"
    if groups:
        made["groups"] = tuple(groups)
    if found:
        held = {role: tuple(names) for role, names in found.items()}
        made["contributors"] = {**made.get("contributors", {}), **held}


def _abstract(abstract: Element) -> str:
    """Join the paragraphs of an abstract."""
    lines: list[str] = []
    for part in abstract.iter("p", "title"):
        text = text_in(part)
        if text and not (part.tag == "title" and text.lower() == "abstract"):
            lines.append(text)
    return "\n".join(lines) or text_in(abstract)


def _publisher(made: dict[str, Any], tags: dict[str, str], work: Element) -> None:
    """Read who published it, and where."""
    name = text_in(work.find("publisher/publisher_name"))
    place = text_in(work.find("publisher/publisher_place"))
    if name and "publisher" not in made:
        made["publisher"], tags["publisher"] = name, "publisher_name"
    if place and "place" not in made:
        made["place"], tags["place"] = place, "publisher_place"


def _date(made: dict[str, Any], tags: dict[str, str], work: Element | None) -> None:
    """Read when it appeared: in print before online."""
    if work is None or "year" in made:
        return
    dates = [
        *work.iterfind("publication_date"),
        *work.iterfind("posted_date"),
        *work.iterfind("approval_date"),
    ]
    dates.sort(key=lambda d: d.get("media_type") not in ("print", None))
    for date in dates:
        parts = [text_in(date.find(n)) for n in ("year", "month", "day")]
        whole = "-".join(p.zfill(2) for p in parts if p)
        if year := year_of(parts[0]):
            made["year"], tags["year"] = year, "publication_date"
            made["date"], tags["date"] = iso_date(whole) or str(year), "publication_date"
            return


def read_ictrp(piece: Piece, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read one trial of an ICTRP export into the fields of a :class:`Record`."""
    root = parse(piece, report)
    made: dict[str, Any] = {"title": "", "tags": {}, "database": "ICTRP", "kind": "register"}
    if root is None:
        return made
    held = {str(e.tag).lower(): text_in(e) for e in root.iter() if len(e) == 0 and text_in(e)}
    tags: dict[str, str] = made["tags"]

    def put(name: str, *elements: str) -> None:
        for element in elements:
            if value := held.get(element):
                made[name], tags[name] = value, element
                return

    put("title", "scientific_title", "public_title", "scientific_acronym")
    put("short_title", "public_title")
    put("accession", "trialid", "trial_id")
    put("publisher", "primary_sponsor")
    put("journal", "source_register", "reg_name")
    names = [f"{held.get('contact_lastname', '')}, {held.get('contact_firstname', '')}".strip(", ")]
    made["authors"] = tuple(n for n in names if n)
    registered = held.get("date_registration3") or held.get("date_registration") or ""
    day = iso_date(registered)
    if day:
        made["date"], made["year"], tags["date"] = day, int(day[:4]), "Date_registration"
    parts = [
        (label, held[element])
        for label, element in (
            ("CONDITION", "condition"), ("INTERVENTION", "intervention"),
            ("PRIMARY OUTCOME", "primary_outcome"), ("SECONDARY OUTCOME", "secondary_outcome"),
            ("INCLUSION CRITERIA", "inclusion_criteria"),
            ("EXCLUSION CRITERIA", "exclusion_criteria"), ("STUDY DESIGN", "study_design"),
        )
        if element in held
    ]  # fmt: skip
    if parts:
        made["abstract"] = "\n".join(f"{label}: {text}" for label, text in parts)
        tags["abstract"] = "Condition Intervention Primary_outcome"
    made["urls"] = tuple(u for u in (held.get("web_address"), held.get("results_url_link")) if u)
    made["types"] = tuple(t for t in (held.get("study_type"), held.get("phase")) if t)
    made["genre"] = "registration"
    known = set(tags.values()) | {"condition", "intervention", "primary_outcome"}
    made["extra"] = tuple((k, v) for k, v in held.items() if k not in known)
    identify(made, piece.text)
    own = find_registry_ids(made.get("accession") or "") or (
        (made["accession"],) if made.get("accession") else ()
    )
    if own:
        made["registry_ids"] = tuple(dict.fromkeys((*own, *made.get("registry_ids", ()))))
        made["registry_id"] = made["registry_ids"][0]
    return made


_ID = re.compile(r"<Id[^>]*>\s*([^<\s]+)\s*</Id>")
_COUNT = re.compile(r"<Count>\s*(\d+)\s*</Count>")


def read_id(piece: Piece, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read what E-utilities answered: a list of ids is one record that names them.

    esearch and epost give no records, only numbers to fetch them by; nothing is made up of them.
    """
    ids = _ID.findall(piece.text)
    count = _COUNT.search(piece.text)
    made: dict[str, Any] = {"title": "", "tags": {}, "genre": "document", "database": "PubMed"}
    made["extra"] = tuple(("Id", number) for number in ids)
    for name in ("WebEnv", "QueryKey", "QueryTranslation"):
        if found := re.search(rf"<{name}>([^<]+)</{name}>", piece.text):
            made["extra"] += ((name, found[1].strip()),)
    total = int(count[1]) if count else len(ids)
    made["note"] = f"{len(ids)} ids of {total} found; fetch the records by these numbers."
    report.odd(piece.line, f"a list of {len(ids)} of {total} ids: it holds no titles or abstracts.")
    return made
