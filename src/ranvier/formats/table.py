"""Records from tables: CSV in the dialects of databases and screening tools, XLSX, plain JSON.

Columns are known by the names in :data:`ranvier.formats.columns.COLUMNS`. Other columns are not
lost: each record keeps its row as it came in `raw`, and their cells in `extra`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from ranvier.core.record import RecordKind
from ranvier.core.registers import find_registry_ids
from ranvier.core.value import PROVENANCE_ORDER
from ranvier.errors import InputError
from ranvier.formats.columns import DIALECTS, known_columns, named
from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.identifiers import find_doi, find_pmcid, find_pmid, tidy_doi
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import serials
from ranvier.formats.tagged.genres import REFER, genre_of_types
from ranvier.formats.votes import asreview_votes, covidence_votes, rayyan_votes

__all__ = ["Columns", "dialect_of", "read_item", "read_row"]


def dialect_of(columns: list[str]) -> str | None:
    """Tell whose table it is by its columns.

    Examples
    --------
    >>> dialect_of(["PMID", "Title", "Citation", "Journal/Book"])
    'PubMed'
    """
    have = {named(column) for column in columns}
    return next(
        (who for who, only in DIALECTS if all(named(column) in have for column in only)), None
    )


class Columns:
    """The columns of one table: which field takes which, and which no field takes."""

    def __init__(self, names: list[str], *, file: str) -> None:
        self.names = [name.strip("\ufeff \t") for name in names]
        self.dialect = dialect_of(self.names)
        self.fields = known_columns(self.names)
        if self.dialect is not None:  # their numbers are theirs: records are numbered in order
            self.fields.pop("id", None)
            if self.dialect in ("Scopus", "Zotero", "Web of Science") and "source" in self.fields:
                self.fields["database"] = self.fields.pop("source")
        if "title" not in self.fields:
            raise InputError(
                "the first line names no title column.",
                file=file,
                row=1,
                remedy="Give the column one of the names: title, article title, document title.",
            )
        taken = {at for held in self.fields.values() for at in held}
        self.others = [(at, name) for at, name in enumerate(self.names) if at not in taken]


def read_row(cells: list[str], columns: Columns, line: int, report: Report) -> dict[str, Any]:
    """Turn one row of a table into the fields of a record."""
    width = len(columns.names)
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        report.odd(line, "this row has more cells than the header line; they are kept as text.")
    texts: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for field, places in columns.fields.items():
        held = [text for at in places if at < len(cells) and (text := _shown(cells[at]))]
        if held:
            texts[field] = "; ".join(held)
            tags[field] = columns.names[places[0]]
    row = dict(zip(columns.names, cells, strict=False))
    made = _record(texts, tags, columns.dialect, line, report)
    extra = [
        (name or f"column {at + 1}", cells[at].strip())
        for at, name in columns.others
        if at < len(cells) and cells[at].strip()
    ]
    extra += [(f"column {at + 1}", cells[at].strip()) for at in range(width, len(cells))]
    made["extra"] = (*made.get("extra", ()), *extra)
    everything = "\n".join(cells)
    _identify(made, everything, [value for _, value in extra])
    if columns.dialect == "Rayyan" and (votes := rayyan_votes(made.get("note") or "")):
        made["votes"], tags["votes"] = votes, "notes"
    elif columns.dialect == "Covidence" and (votes := covidence_votes(row)):
        made["votes"], tags["votes"] = votes, "Notes"
    elif columns.dialect == "ASReview" and (votes := asreview_votes(row)):
        made["votes"], tags["votes"] = votes, "included"
    made["raw"] = json.dumps(row, ensure_ascii=False, sort_keys=True)
    return made


_NEUTRAL = re.compile(r"'(?='?[=+\-@\t\r])")


def _shown(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from taking text for a formula."""
    return _NEUTRAL.sub("", cell, count=1).strip() if cell[:1] == "'" else cell.strip()


def read_item(item: Mapping[str, Any], line: int, report: Report) -> dict[str, Any]:
    """Turn one object of a plain JSON list into the fields of a record."""
    names = list(item)
    places = known_columns(names)
    texts: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for field, held in places.items():
        value = item[names[held[0]]]
        texts[field] = value if isinstance(value, list) else _cell(value)
        tags[field] = names[held[0]]
    made = _record({k: v for k, v in texts.items() if v}, tags, None, line, report)
    known = {at for held in places.values() for at in held}
    made["extra"] = tuple(
        (name, _cell(item[name]) or "")
        for at, name in enumerate(names)
        if at not in known and _cell(item[name])
    )
    made["raw"] = _sound(json.dumps(item, ensure_ascii=False, sort_keys=True), line, report)
    _identify(made, made["raw"], [value for _, value in made["extra"]])
    return made


def _sound(text: str, line: int, report: Report) -> str:
    """Replace halves of surrogate pairs, which are no characters."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        half = repr(text[error.start])
        report.odd(line, f"{half} is half of a surrogate pair: no character; it was replaced.")
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


_WORDS = ("kind", "provenance", "recalled")
_SPLIT = re.compile(r"\s*;\s*")


def _record(
    cells: dict[str, Any], tags: dict[str, str], dialect: str | None, line: int, report: Report
) -> dict[str, Any]:
    """Turn cells by field into the arguments of a record."""
    made: dict[str, Any] = {"tags": tags, "title": ""}
    extra: list[tuple[str, str]] = []
    for field in ("id", "title", "journal", "journal_abbreviation", "volume", "issue", "pages",
                  "abstract", "type", "note", "source", "publisher", "place", "edition", "series",
                  "accession", "database", "short_title"):  # fmt: skip
        if text := _cell(cells.get(field)):
            made[field] = _sound(text, line, report)
    made["authors"] = _authors(cells.get("authors"))
    if not made["title"]:
        report.odd(line, "this record has no title.")
    for field in ("languages", "keywords", "mesh", "substances", "affiliations", "funding", "issn",
                  "isbn", "urls"):  # fmt: skip
        if field in cells:
            made[field] = _listed(cells[field])
    if "editor" in cells:
        made["contributors"] = {"editor": _authors(cells["editor"])}
    _year(made, cells, tags, extra, line, report)
    first, last = _cell(cells.get("first_page")), _cell(cells.get("last_page"))
    if "pages" not in made and (first or last):
        made["pages"] = f"{first}-{last}" if first and last else first or last
    if "pages" not in made and (number := _cell(cells.get("article_number"))):
        made["pages"] = number
    if doi := _cell(cells.get("doi")):
        made["doi"] = tidy_doi(doi) or (doi if "/" in doi else None)
        if made["doi"] is None:
            extra.append((tags["doi"], doi))
    if pmid := _cell(cells.get("pmid")):
        digits = pmid.removesuffix(".0")
        made["pmid"] = digits if digits.isdigit() else find_pmid(f"PMID {pmid}")
    if pmcid := _cell(cells.get("pmcid")):
        made["pmcid"] = find_pmcid(pmcid) or (f"PMC{pmcid}" if pmcid.isdigit() else pmcid)
    if registered := _cell(cells.get("registry_id")):
        made["registry_ids"] = find_registry_ids(registered)
        made["registry_id"] = registered if dialect is None else None
    made["kind"] = _word(cells, "kind", get_args(RecordKind), None, line, report)
    provenance = _word(cells, "provenance", PROVENANCE_ORDER, "found", line, report)
    made["provenance"] = provenance
    made["recalled"] = _listed(cells.get("recalled"))
    made["genre"] = _genre(made.get("type"), dialect)
    if dialect == "PubMed" or (dialect == "Rayyan" and made.get("pmid")):
        made.setdefault("database", "PubMed")
    elif dialect in ("ClinicalTrials.gov", "ICTRP"):
        made["kind"], made["database"] = made["kind"] or "register", dialect
        made["genre"] = "registration"
    elif dialect in ("Scopus", "Web of Science", "Lens", "Dimensions", "Embase.com", "CENTRAL"):
        made.setdefault("database", dialect)
    numbers = (*made.pop("issn", ()), *made.pop("isbn", ()))
    made["issn"], made["isbn"] = serials(p for n in numbers for p in re.split(r"[,\s]+", n))
    made["extra"] = tuple(extra)
    return {name: value for name, value in made.items() if value not in (None, ())}


def _genre(type_: str | None, dialect: str | None) -> str | None:
    """Tell what a row describes by its type."""
    if not type_:
        return "article-journal" if dialect in ("PubMed", "Rayyan") else None
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_).casefold()  # Zotero: journalArticle
    return REFER.get(spaced) or genre_of_types([spaced])


def _identify(made: dict[str, Any], text: str, others: Iterable[str]) -> None:
    """Find identifiers that stand in columns not made for them."""
    searched = "\n".join((*others, made.get("note") or "", *made.get("urls", ())))
    if "doi" not in made and (doi := find_doi(searched)):
        made["doi"] = doi
    if "pmid" not in made and (pmid := find_pmid(searched)):
        made["pmid"] = pmid
    if "pmcid" not in made and (pmcid := find_pmcid(searched)):
        made["pmcid"] = pmcid
    found = tuple(dict.fromkeys((*made.get("registry_ids", ()), *find_registry_ids(text))))
    if found:
        made["registry_ids"] = found
        made.setdefault("registry_id", found[0])


_FULL = re.compile(r"\s*\(\d{6,}\)\s*$")
_NAME_AND = re.compile(r"\s+and\s+")
_INITIALS = re.compile(r"[^\W\d_]+(?:[\s'-][^\W\d_]+)*\s+[A-Z](?:\.?-?[A-Z]){0,3}\.?")


def _authors(value: Any) -> tuple[str, ...]:
    """Part names: at semicolons, else at ``and``, else at commas between ``Hahn AF`` and its like.

    Examples
    --------
    >>> _authors("Smith A, Walter B"), _authors("Smith, John; Doe, Jane (5720)")
    (('Smith A', 'Walter B'), ('Smith, John', 'Doe, Jane (5720)'))
    >>> _authors("Smith, John and Doe, Jane"), _authors("Smith, John")
    (('Smith, John', 'Doe, Jane'), ('Smith, John',))
    """
    if isinstance(value, list):
        parts = [str(item) for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    else:
        text = str(value or "").strip()
        if ";" in text:
            parts = _SPLIT.split(text)
        elif _NAME_AND.search(text):
            parts = _NAME_AND.split(text)
        else:
            pieces = [p.strip() for p in text.split(",")]
            whole = all(_INITIALS.fullmatch(p) for p in pieces if p)
            parts = pieces if len(pieces) > 1 and whole else [text]
    return tuple(name for part in parts if (name := _FULL.sub("", part).strip()))


def _cell(value: Any) -> str | None:
    """Return a cell as text, ``None`` if empty."""
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value).strip() or None if value is not None else None


def _listed(value: Any) -> tuple[str, ...]:
    """Split at semicolons, or take a list as it is."""
    parts = value if isinstance(value, list) else _SPLIT.split(str(value or ""))  # pyright: ignore[reportUnknownVariableType]
    return tuple(dict.fromkeys(str(p).strip() for p in parts if str(p).strip()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _year(
    made: dict[str, Any],
    cells: dict[str, Any],
    tags: dict[str, str],
    extra: list[tuple[str, str]],
    line: int,
    report: Report,
) -> None:
    """Read year and date; what is neither is kept as text and said."""
    printed = _cell(cells.get("year"))
    if printed is not None:
        made["year"] = year_of(printed)
        if made["year"] is None:
            report.odd(line, f"{printed!r} is not a year.")
            extra.append((tags["year"], printed))
        elif len(printed) > 6 and (day := iso_date(printed)):
            made["date"] = day
    when = _cell(cells.get("date"))
    if when is not None:
        day = iso_date(when)
        if day and made.get("year") in (None, int(day[:4])):
            made["date"], made["year"] = day, int(day[:4])
        else:
            extra.append((tags["date"], when))
    if "date" not in made and made.get("year"):
        made["date"] = str(made["year"])


def _word(
    cells: dict[str, Any], field: str, known: Iterable[Any], default: Any, line: int, report: Report
) -> Any:
    """Read one of a few known words."""
    cell = _cell(cells.get(field))
    if cell is None:
        return default
    words = tuple(known)
    if cell not in words:
        report.odd(line, f"{field} {cell!r} is none of {', '.join(words)}; it was left out.")
        return default
    return cell
