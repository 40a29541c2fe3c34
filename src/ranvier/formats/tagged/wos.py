"""The tagged text of Web of Science (and of the older ISI export)."""

from __future__ import annotations

import re
from typing import Any

from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import Table, Values, assemble, identify, one_line
from ranvier.formats.tagged.genres import WOS
from ranvier.formats.tagged.machine import Grammar, Piece, grammar

__all__ = ["GRAMMAR", "TABLE", "read"]

#: Lines that continue a value begin with blanks: a tag stands at the start of its line.
GRAMMAR: Grammar = grammar(
    start=r"^\ufeff?PT(?: |$)",
    tag=r"(?!FN |VR |EF$)([A-Z][A-Z0-9])(?: |$)",
    header=r"(?:FN|VR|EF|ER)\b|\d+ records|Date",
)

_LISTS = frozenset({"AU", "AF", "BA", "BF", "BE", "ED", "CA", "GP", "C1", "RI", "OI", "CR"})
_SEMICOLONS = re.compile(r";\s*")

TABLE = Table(
    one={
        "title": ("TI", "CT"),
        "original_title": ("FT",),
        "journal": ("SO", "J9"),
        "journal_abbreviation": ("JI", "J9"),
        "volume": ("VL",),
        "issue": ("IS",),
        "publisher": ("PU",),
        "place": ("PI",),
        "series": ("SE",),
        "accession": ("UT", "AN"),
    },
    many={
        "authors": ("AF", "BF", "AU", "BA"),
        "affiliations": ("C1",),
        "abstract": ("AB",),
        "keywords": ("DE", "ID", "MC", "MQ"),
        "types": ("DT",),
        "languages": ("LA",),
        "issn": ("SN", "EI"),
        "isbn": ("BN",),
        "funding": ("FU",),
        "urls": ("UR",),
        "groups": ("CA",),
    },
    first_of=frozenset({"authors"}),
    roles={"BE": "editor", "ED": "editor", "GP": "container-author"},
    splits=dict.fromkeys(("DE", "ID", "DT", "LA", "C1", "MC", "MQ", "CA", "GP"), _SEMICOLONS)
    | dict.fromkeys(("SN", "BN"), re.compile(r"[;\s]+"))
    | {"FU": re.compile(r";\s+")},
    doi=("DI", "D2"),
    pmid=("PM",),
    searched=("UR", "N1"),
    year=("PY",),
    date=("PD",),
    ignored=frozenset({"AU", "BA", "PT", "BP", "EP", "PS", "AR"}),
)  # fmt: skip


def read(piece: Piece, form: Grammar, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read the text of one record into the fields of a :class:`Record`."""
    values: Values = {}
    ended = False
    for tag, value in form.pairs(piece.text):
        if tag == "ER":
            ended = True
            continue
        if tag in _LISTS:
            lines = [one_line(line) for line in value.split("\n")]
            values.setdefault(tag, []).extend(line for line in lines if line)
        elif text := one_line(value):
            values.setdefault(tag, []).append(text)
    if not ended:
        report.odd(piece.line, "a record without an ER line: its end is where the next begins.")
    made = assemble(values, TABLE)
    tags: dict[str, str] = made["tags"]
    made.setdefault("title", "")
    if abstract := made.get("abstract"):
        made["abstract"] = "\n".join(abstract)
    if groups := made.get("groups"):
        made["authors"] = (*made.get("authors", ()), *groups)
    _pages(made, tags, values)
    _when(made, tags, values)
    if types := made.get("types"):
        made["type"], tags["type"] = types[0], "DT"
    accession = made.get("accession") or ""
    made["database"] = "Web of Science" if accession.startswith("WOS:") else None
    if accession.startswith("MEDLINE:") and "pmid" not in made:
        made["pmid"], tags["pmid"] = accession.removeprefix("MEDLINE:"), "UT"
    made["genre"], tags["genre"] = _genre(values, made), "PT"
    identify(made, piece.text)
    return made


def _genre(values: Values, made: dict[str, Any]) -> str:
    """Tell chapters from books: both come with PT B."""
    kind = values.get("PT", ["J"])[0].upper()
    genre = WOS.get(kind, "article-journal")
    types = " ".join(made.get("types", ())).lower()
    if genre in ("book", "chapter"):
        if "proceedings paper" in types or kind == "C":
            return "paper-conference"
        return "chapter" if "chapter" in types or kind == "S" else "book"
    return genre


def _pages(made: dict[str, Any], tags: dict[str, str], values: Values) -> None:
    """Join the first and the last page; an article number stands where there are none."""
    first, last = values.get("BP", [""])[0], values.get("EP", [""])[0]
    if first or last:
        joined = f"{first}-{last}" if first and last else first or last
        made["pages"], tags["pages"] = joined, "BP EP"
    elif other := values.get("AR") or values.get("PS"):
        made["pages"], tags["pages"] = other[0], "AR" if "AR" in values else "PS"


def _when(made: dict[str, Any], tags: dict[str, str], values: Values) -> None:
    """Read PD (``FEB 12``) with the year of PY."""
    from ranvier.formats.dates import iso_date

    if "year" in made and (printed := values.get("PD")):
        whole = printed[0] if str(made["year"]) in printed[0] else f"{printed[0]} {made['year']}"
        made["date"] = iso_date(whole) or str(made["year"])
        tags["date"] = "PD PY"
        made["extra"] = tuple(p for p in made.get("extra", ()) if p[0] != "PD")
