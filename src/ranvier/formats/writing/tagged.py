"""Writing RIS and NBIB."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import BinaryIO

from ranvier.core.record import Record, person
from ranvier.formats.tagged.genres import CSL_TO_RIS
from ranvier.formats.tagged.nbib import NOTICES
from ranvier.formats.writing.fields import Holds, first_and_last, line

__all__ = ["NBIB", "RIS", "write_nbib", "write_ris"]

_RIS_TAG = re.compile(r"[A-Z][A-Z0-9]")
_RIS_ROLES = {"editor": "A2", "collection-editor": "A3", "translator": "A4"}
#: Types whose container is T2, as readers of RIS expect.
_IN_T2 = frozenset({"CHAP", "CPAPER", "DICT", "ENCYC"})
_OWN = frozenset(
    [
        "TY",
        "TI",
        "T1",
        "TT",
        "ST",
        "AU",
        "A1",
        "A2",
        "A3",
        "A4",
        "PY",
        "Y1",
        "DA",
        "JF",
        "T2",
        "J2",
        "VL",
        "IS",
        "SP",
        "EP",
        "DO",
        "PM",
        "C2",
        "SN",
        "PB",
        "CY",
        "ET",
        "T3",
        "AB",
        "N2",
        "KW",
        "LA",
        "M3",
        "AD",
        "DB",
        "AN",
        "UR",
        "N1",
        "FU",
        "U1",
        "U2",
        "ER",
    ]
)

RIS = Holds(
    fields=frozenset({
        "title", "authors", "groups", "year", "date", "journal", "journal_abbreviation", "volume",
        "issue", "pages", "pmid", "pmcid", "doi", "abstract", "genre", "original_title",
        "short_title", "issn", "isbn", "publisher", "place", "edition", "series", "registry_ids",
        "accession", "database", "languages", "types", "keywords", "affiliations", "funding",
        "urls", "note", "notices",
    }),
    changed={"mesh": "written among the keywords.", "extra": "only tags of RIS are written back."},
    checks={
        "genre": (lambda r: r.genre not in CSL_TO_RIS,
                  "RIS has no such type: it is written as GEN."),
        "contributors": (lambda r: bool(r.contributors.keys() - _RIS_ROLES.keys()),
                         "RIS has tags for editors, series editors and translators only."),
    },
)  # fmt: skip


def write_ris(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as RIS."""
    for record in records:
        out.write("".join(f"{tag}  - {value}\n" for tag, value in _ris(record)).encode("utf-8"))
        out.write(b"ER  - \n\n")


def _ris(record: Record) -> list[tuple[str, str]]:
    """List the tags of a record with their values."""
    ty = CSL_TO_RIS.get(record.genre or "article-journal", "GEN")
    first, last = first_and_last(record.pages) if record.pages else ("", "")
    groups = set(record.groups)
    pairs: list[tuple[str, str | None]] = [("TY", ty), ("TI", record.title)]
    pairs += [("TT", record.original_title), ("ST", record.short_title)]
    pairs += [("AU", f"{name}," if name in groups else name) for name in record.authors]
    for role, tag in _RIS_ROLES.items():
        pairs += [(tag, name) for name in record.contributors.get(role, ())]
    pairs += [("PY", str(record.year) if record.year else None)]
    pairs += [("DA", record.date.replace("-", "/") if record.date else None)]
    pairs += [("T2" if ty in _IN_T2 else "JF", record.journal), ("J2", record.journal_abbreviation)]
    pairs += [("VL", record.volume), ("IS", record.issue), ("SP", first), ("EP", last)]
    pairs += [("DO", record.doi), ("PM", record.pmid), ("C2", record.pmcid)]
    pairs += [("SN", number) for number in (*record.issn, *record.isbn)]
    pairs += [("PB", record.publisher), ("CY", record.place), ("ET", record.edition)]
    pairs += [("T3", record.series)]
    pairs += [("KW", word) for word in (*record.keywords, *record.mesh)]
    pairs += [("LA", word) for word in record.languages]
    pairs += [("M3", word) for word in record.types]
    pairs += [("AD", place) for place in record.affiliations]
    pairs += [("FU", grant) for grant in record.funding]
    pairs += [("DB", record.database), ("AN", record.accession)]
    pairs += [("UR", url) for url in record.urls]
    pairs += [("U1", f"registration: {number}") for number in record.registry_ids]
    pairs += [("U2", _notice(n.relation, n.text, n.pmid, n.doi)) for n in record.notices]
    pairs += [(tag, v) for tag, v in record.extra if _RIS_TAG.fullmatch(tag) and tag not in _OWN]
    written = [(tag, line(value)) for tag, value in pairs if value and value.strip()]
    for tag, text in (("AB", record.abstract), ("N1", record.note)):
        if text:
            kept = "\n".join(line(part) for part in text.split("\n") if part.strip())
            written.append((tag, kept))
    return written


def _notice(relation: str, text: str, pmid: str | None, doi: str | None) -> str:
    """Write a notice so that it can be read back."""
    more = f" PMID: {pmid}" if pmid and f"PMID: {pmid}" not in text else ""
    more += f" doi: {doi}" if doi and doi not in text else ""
    return f"{relation}: {text}{more}"


NBIB = Holds(
    fields=frozenset({
        "title", "authors", "groups", "year", "date", "journal", "journal_abbreviation", "volume",
        "issue", "pages", "pmid", "pmcid", "doi", "abstract", "original_title", "issn", "isbn",
        "registry_ids", "languages", "types", "mesh", "keywords", "substances", "affiliations",
        "funding", "notices",
    }),
    changed={"genre": "told by the publication types.", "place": "NBIB has it for books only.",
             "database": "NBIB is PubMed's own."},
    checks={
        "contributors": (lambda r: bool(r.contributors.keys() - {"editor", "collaborator"}),
                         "NBIB has tags for editors and investigators only."),
    },
)  # fmt: skip

_RELATIONS = {relation: tag for tag, relation in NOTICES.items()}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def write_nbib(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as NBIB."""
    for record in records:
        lines: list[str] = []
        for tag, value in _nbib(record):
            wrapped = textwrap.wrap(
                line(value), 82, break_long_words=False, break_on_hyphens=False
            ) or [""]
            lines.append(f"{tag:<4}- " + "\n      ".join(wrapped))
        out.write(("\n".join(lines) + "\n\n").encode("utf-8"))


def _nbib(record: Record) -> list[tuple[str, str]]:
    """List the tags of a record with their values."""
    groups = set(record.groups)
    pairs: list[tuple[str, str | None]] = [("TI", record.title), ("TT", record.original_title)]
    for name in record.authors:
        if name in groups:
            pairs.append(("CN", name))
        else:
            who = person(name)
            pairs += [("FAU", name), ("AU", f"{who.family} {who.initials}".strip())]
    pairs += [("FED", name) for name in record.contributors.get("editor", ())]
    pairs += [("FIR", name) for name in record.contributors.get("collaborator", ())]
    pairs += [("JT", record.journal), ("TA", record.journal_abbreviation)]
    pairs += [("VI", record.volume), ("IP", record.issue), ("PG", record.pages)]
    pairs += [("DP", _printed(record.date or (str(record.year) if record.year else "")))]
    pairs += [("IS", number) for number in record.issn]
    pairs += [("ISBN", number) for number in record.isbn]
    pairs += [("LID", f"{record.doi} [doi]" if record.doi else None), ("PMC", record.pmcid)]
    abstract = record.abstract.replace("\n", " ") if record.abstract else None
    pairs += [("AB", abstract)]
    pairs += [("AD", place) for place in record.affiliations]
    pairs += [("LA", word) for word in record.languages]
    pairs += [("PT", word) for word in record.types]
    pairs += [("GR", grant) for grant in record.funding]
    pairs += [("RN", substance) for substance in record.substances]
    pairs += [("MH", heading) for heading in record.mesh]
    pairs += [("OT", word) for word in record.keywords]
    pairs += [("SI", f"registration/{number}") for number in record.registry_ids]
    for n in record.notices:
        if n.relation in _RELATIONS:
            text = _notice("", n.text, n.pmid, n.doi).removeprefix(": ")
            pairs.append((_RELATIONS[n.relation], text))
    # An empty PMID begins a record that has none: without the line it would run into the one before
    return [("PMID", record.pmid or ""), *((tag, v) for tag, v in pairs if v and v.strip())]


def _printed(date: str) -> str:
    """Write a date as PubMed prints it: ``2016 May 12``."""
    parts = date.split("-")
    if len(parts) > 1 and parts[1].isdigit():
        parts[1] = _MONTHS[int(parts[1]) - 1]
    return " ".join(part.lstrip("0") for part in parts)
