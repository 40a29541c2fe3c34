"""RIS, in the dialects of its vendors.

The tags are the same everywhere, their use is not: `OVERRIDES` says, by the type of publication,
where a tag means something else, and `read` puts right what a dialect does (numbers of the Ovid
list, text after ER, addresses in place of a DOI).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ranvier.core.record import Notice
from ranvier.formats.identifiers import find_doi, find_pmid
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import (
    Table,
    Values,
    assemble,
    identify,
    one_line,
    put_serials,
    tidy_names,
)
from ranvier.formats.tagged.genres import RIS, genre_of_types
from ranvier.formats.tagged.machine import Grammar, Piece, grammar
from ranvier.formats.tagged.nbib import NOTICES

__all__ = ["LOOSE", "SMALL", "STRICT", "TABLE", "read"]

_HEADER = r"\d+\s*\.?\s*$|Provider:|Content:|Database:|Search [Ss]trategy|-{3,}|={3,}"


def _after_er(text: str) -> list[str]:
    """Part a text in which further records follow an ER without a TY of their own."""
    end = text.find("\nER")
    if end < 0 or "  -" not in text[end + 6 :]:
        return [text]
    parts: list[str] = []
    at = 0
    for end in _ER.finditer(text):
        following = _FIRST_TAG.search(text, end.end())
        if following is None:
            break
        parts.append(text[at : following.start()])
        at = following.start()
    parts.append(text[at:])
    return parts


_ER = re.compile(r"^[ \t]*ER {1,2}-.*", re.MULTILINE)
_FIRST_TAG = re.compile(r"^[ \t]*[A-Z][A-Z0-9]  - ?\S", re.MULTILINE)

#: Two spaces before the hyphen, as the format asks.
STRICT: Grammar = grammar(
    start=r"TY(?= {1,3}-)(?:(?<=\nTY)|(?<=\ATY)|(?<=\ufeffTY)|(?<=\n TY)|(?<=\n  TY)|(?<=\n\tTY))",
    tag=r"[ \t\ufeff]{0,4}([A-Z][A-Z0-9])  ?-(?<=  -|R -|Y -)(?: |$|(?=\S))",
    recut=_after_er,
    header=_HEADER,
)

#: One space, any number or a tab: for files in which no tag has two.
LOOSE: Grammar = grammar(
    start=r"^[ \t\ufeff\xa0]*TY[ \t]*-",
    tag=r"[ \t\ufeff]{0,4}([A-Z][A-Z0-9])[ \t]*-(?: |\t|$|(?=\S))",
    recut=_after_er,
    header=_HEADER,
)

#: Tags in small letters, as some programs write them all.
SMALL: Grammar = grammar(
    start=r"^[ \t\ufeff\xa0]*[Tt][Yy] {1,3}-",
    tag=r"[ \t\ufeff]{0,4}([A-Za-z][A-Za-z0-9])  ?-(?<=  -|[Rr] -|[Yy] -)(?: |$|(?=\S))",
    header=_HEADER,
)

RELATIONS = frozenset(NOTICES.values())
_AND_LINES = re.compile(r"\n+|;\s+")
_ISSN = re.compile(r"[;,\n]|\s{1,}(?=[\dX-]{8,9}(?:\s|$))")

TABLE = Table(
    one={
        "title": ("TI", "T1"),
        "journal": ("JF", "T2", "BT", "JO", "J1", "JA"),
        "journal_abbreviation": ("J2", "JA", "JO", "J1"),
        "volume": ("VL", "VO"),
        "issue": ("IS", "CP"),
        "publisher": ("PB",),
        "place": ("CY", "PP"),
        "edition": ("ET",),
        "series": ("T3",),
        "short_title": ("ST",),
        "original_title": ("TT", "OT"),
        "database": ("DB",),
        "accession": ("AN", "ID"),
    },
    many={
        "authors": ("AU", "A1"),
        "affiliations": ("AD", "AF"),
        "abstract": ("AB", "N2"),
        "keywords": ("KW", "DE", "K1"),
        "languages": ("LA",),
        "types": ("M3", "PT"),
        "issn": ("SN",),
        "urls": ("UR", "LK"),
        "note": ("N1",),
        "funding": ("FU",),
    },
    first_of=frozenset({"authors", "abstract"}),
    roles={"A2": "editor", "ED": "editor", "A3": "collection-editor", "A4": "translator"},
    splits={"KW": _AND_LINES, "LA": re.compile(r"\s*[;,]\s*"), "SN": _ISSN, "M3": re.compile("\n")},
    doi=("DO", "DI"),
    pmid=("PM",),
    pmcid=("C2", "PMC"),
    searched=("UR", "L3", "LK", "M3", "N1", "L1", "L2", "L4", "AN", "ID", "C1", "ER", "U1",
              "U2", "U5", "C2", "C5", "BP", "DB", "M1"),
    year=("PY", "Y1"),
    date=("DA", "Y1", "PY"),
    ignored=frozenset({"TY", "SP", "EP", "ER"}),
)  # fmt: skip

_BOOK = {"journal": ("BT", "JF", "JO"), "series": ("T2", "T3"), "title": ("TI", "T1", "BT", "CT")}
_PART = {"journal": ("T2", "BT", "JF", "JO"), "series": ("T3",)}
#: C3 is the title of the proceedings (EndNote) or its abbreviation (Scopus); T2 the conference.
_MEETING = {**_PART, "journal": ("T2", "BT", "JF", "JO", "C3"),
            "journal_abbreviation": ("C3", "J2", "JA")}  # fmt: skip


def _with(**one: tuple[str, ...]) -> Table:
    """Vary the table for a type of publication."""
    return replace(TABLE, one={**one, **{k: v for k, v in TABLE.one.items() if k not in one}})


#: Type of publication -> what its tags mean.
OVERRIDES: dict[str, Table] = {
    **{ty: _with(**_BOOK) for ty in ("BOOK", "EDBOOK", "SER", "EBOOK", "CTLG", "CLSWK")},
    **{ty: _with(**_PART) for ty in ("CHAP", "ECHAP", "DICT", "ENCYC")},
    **{ty: _with(**_MEETING) for ty in ("CONF", "CPAPER")},
    "PAT": replace(TABLE, roles={"A2": "issuing-authority", "C4": "attorney"}),
}

_LINES_KEPT = frozenset({"AB", "N1", "M3", "ER"})


def _joined(tag: str, text: str) -> str:
    """Join the lines of a value, unless they say where one of several ends."""
    if tag == "KW":
        return text
    if tag in _LINES_KEPT:
        return "\n".join(line.strip() for line in text.split("\n"))
    return one_line(text)


def read(piece: Piece, form: Grammar, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read the text of one record into the fields of a :class:`Record`."""
    values: Values = {}
    ended = False
    pairs = form.pairs(piece.text)
    if form is SMALL:
        pairs = ((tag.upper(), value) for tag, value in pairs)
    for tag, value in pairs:
        text = value.strip()
        if tag == "ER":
            ended = True
        if not text:
            continue
        if "\n" in text:
            text = _joined(tag, text)
        if tag in values:
            values[tag].append(text)
        else:
            values[tag] = [text]
    if "A1" in values and "AU" in values:
        _two_lists(values, form.pairs(piece.text))
    types = values.get("TY", [""])
    ty = types[0].upper()
    made = assemble(values, OVERRIDES.get(ty, TABLE))
    tags: dict[str, str] = made["tags"]
    if "TY" not in values:
        report.odd(piece.line, "a record without a TY line.")
    if not ended:
        report.odd(piece.line, "a record without an ER line: its end is where the next begins.")
    _pages(made, tags, values)
    if "N1" in values:
        _procite(made, tags, values)
    number = values.get("M1", [""])[0]
    if number and "issue" not in made and (ty in _ISSUE_IN_M1 or _SHORT.fullmatch(number)):
        made["issue"], tags["issue"] = number, "M1"
    _texts(made, tags)
    tidy_names(made)
    _numbers(made, tags, values, dialect)
    _own_tags(made, tags, values)
    made["genre"] = RIS.get(ty) or genre_of_types(made.get("types", ())) or "document"
    tags["genre"] = "TY"
    identify(made, piece.text)
    return made


def _pages(made: dict[str, Any], tags: dict[str, str], values: Values) -> None:
    """Join the first and the last page; an article number stands where there are none."""
    first, last = values.get("SP", [""])[0], values.get("EP", [""])[0]
    first, last = one_line(first), one_line(last)
    if last and first and last != first and not first.endswith(f"-{last}"):
        first = f"{first}-{last}"
    pages = first or last
    if pages:
        made["pages"], tags["pages"] = pages, "SP EP" if last else "SP"
    elif number := values.get("C7"):
        made["pages"], tags["pages"] = number[0], "C7"


def _texts(made: dict[str, Any], tags: dict[str, str]) -> None:
    """Bring fields that were gathered into the shapes they have on a record."""
    if abstract := made.get("abstract"):
        made["abstract"] = "\n".join(abstract)
    if note := made.get("note"):
        made["note"] = "\n".join(note)
    if types := made.get("types"):
        held = tuple(t for t in types if not t.lower().startswith("doi") and "10." not in t)
        made["types"] = held
        if held:
            made["type"], tags["type"] = held[0], tags["types"]
    put_serials(made, tags)
    made.setdefault("title", "")
    if not made["title"]:
        made["title"] = made.get("short_title") or ""
    if tags.get("journal_abbreviation") == tags.get("journal"):  # one tag cannot be both
        made.pop("journal_abbreviation", None)


_SHORT = re.compile(r"\d{1,4}")

#: Types for which EndNote writes the issue as M1.
_ISSUE_IN_M1 = frozenset({"EJOUR", "GEN", "GRANT", "INPR", "UNPB", "MGZN", "CONF", "UNPD"})


def _two_lists(values: Values, pairs: Iterable[tuple[str, str]]) -> None:
    """Merge A1 and AU: one list in the order of the file, or the same people twice."""
    first, second = values["A1"], values["AU"]
    same = [a.split(",")[0].casefold() for a in first] == [
        b.split(",")[0].casefold() for b in second
    ]
    if same:
        values["AU"] = max(first, second, key=lambda names: sum(map(len, names)))
    else:
        ordered = [one_line(value) for tag, value in pairs if tag in ("A1", "AU")]
        values["AU"] = [name for name in ordered if name]
    del values["A1"]


#: What ProCite and Reference Manager write as ``N1  - Label: value`` -> our field or role.
_PROCITE = {
    "Volume ID": "volume", "Issue ID": "issue", "Proceedings Title": "journal",
    "Title, Monographic": "journal", "Journal Title": "journal", "Page(s)": "pages",
    "Series Title": "series", "ISBN": "isbn", "ISSN": "issn", "Author, Monographic": "editor",
    "Editor/Compiler": "editor", "Author, Subsidiary": "contributor",
    "Series Editor": "collection-editor",
}  # fmt: skip


def _procite(made: dict[str, Any], tags: dict[str, str], values: Values) -> None:
    """Read labelled notes into the fields they name."""
    procite = any(note.startswith("Record ID: ") for note in values["N1"])
    whole = values.get("TY", [""])[0] in ("BOOK", "ADVS")
    if procite and whole and "issue" in made and "edition" not in made:
        made["edition"], made["volume"] = made.get("volume"), made.pop("issue")
        tags["edition"], tags["volume"] = "VL", "IS"
    for note in values["N1"]:
        label, colon, text = note.partition(": ")
        field = _PROCITE.get(label) if colon else None
        if field is None:
            continue
        if field == "volume" and "volume" in made:  # then VL holds the edition
            made["edition"], tags["edition"] = made["volume"], "VL"
            made["volume"], tags["volume"] = text, "N1"
        elif field in ("editor", "contributor", "collection-editor"):
            people: dict[str, tuple[str, ...]] = made.setdefault("contributors", {})
            people[field] = (*people.get(field, ()), _family_first(text))
        elif field in ("isbn", "issn"):
            made[field] = (*made.get(field, ()), text)
        elif field not in made:
            made[field], tags[field] = text, "N1"


def _family_first(name: str) -> str:
    """Write a name of two words, as it stands in a note, with the family name first."""
    words = name.split()
    return name if "," in name or len(words) != 2 else f"{words[1]}, {words[0]}"


def _own_tags(made: dict[str, Any], tags: dict[str, str], values: Values) -> None:
    """Read back what we write into tags for the user's own purposes."""
    if "U1" not in values and "U2" not in values:
        return
    notices = [value.partition(": ") for value in values.get("U2", ())]
    held = tuple(
        Notice(relation=relation, text=text, pmid=find_pmid(text), doi=find_doi(text))
        for relation, _, text in notices
        if relation in RELATIONS
    )
    if held:
        made["notices"], tags["notices"] = held, "U2"
    if held or "U1" in values:
        kept = tuple(
            (tag, value)
            for tag, value in made.get("extra", ())
            if not (tag == "U1" and value.startswith("registration: "))
            and not (tag == "U2" and value.partition(": ")[0] in RELATIONS)
        )
        made["extra"] = kept


def _numbers(
    made: dict[str, Any], tags: dict[str, str], values: Values, dialect: str | None
) -> None:
    """Find the PMID where a vendor puts it."""
    database = (made.get("database") or "").lower()
    if "pmid" not in made:
        for tag in _PMID_TAGS.get(dialect or "", ()):
            for value in values.get(tag, ()):
                if value.isdigit() and len(value) <= 8:
                    made["pmid"], tags["pmid"] = value.lstrip("0"), tag
                    break
    medline = "medline" in database or "pubmed" in database
    if "pmid" not in made and medline:
        accession = (made.get("accession") or "").removeprefix("MEDLINE:").rstrip(".")
        if accession.isdigit() and len(accession) <= 8:
            made["pmid"], tags["pmid"] = accession, tags["accession"]
        elif found := find_pmid(accession):
            made["pmid"], tags["pmid"] = found, tags["accession"]
    if "pmid" not in made and (accession := made.get("accession")) and "MEDLINE:" in accession:
        number = accession.partition("MEDLINE:")[2].strip()
        if number.isdigit():
            made["pmid"], tags["pmid"] = number, tags["accession"]


#: Dialect -> tags in which it puts the PMID as a bare number.
_PMID_TAGS: dict[str, tuple[str, ...]] = {
    "Scopus": ("C2", "PM"),
    "Embase.com": ("C5", "PM"),
    "CENTRAL": ("PM",),
}
