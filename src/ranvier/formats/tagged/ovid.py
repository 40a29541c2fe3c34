"""The tagged text of Ovid (``<12. >`` before each record), and that of the Cochrane Library."""

from __future__ import annotations

import re
from typing import Any

from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import Table, Values, assemble, identify, one_line
from ranvier.formats.tagged.genres import genre_of_types
from ranvier.formats.tagged.machine import Grammar, Piece, grammar

__all__ = ["COCHRANE", "COCHRANE_TABLE", "LABELLED", "OVID", "TABLE", "read", "read_cochrane"]

OVID: Grammar = grammar(
    start=r"^[ \t\ufeff]*<\s*\d+\s*\.?\s*>",
    tag=r"([A-Z][A-Z0-9]) {1,3}-(?: |$)",
    header=r"<\s*\d+\s*\.?\s*>",
)

#: Names of fields in full -> their two letters.
LABELS = {
    "Unique Identifier": "UI", "Accession Number": "AN", "Title": "TI", "Original Title": "OT",
    "Source": "SO", "Journal Name": "JN", "Author": "AU", "Authors": "AU", "Author(s)": "AU",
    "Authors Full Name": "FA", "Author Full Name": "FA", "Full Author Name": "FA",
    "Abstract": "AB", "Publication Type": "PT", "MeSH Subject Headings": "SH",
    "Subject Headings": "SH", "Heading Words": "HW", "Keyword Heading": "KW", "Keywords": "KW",
    "Author Keywords": "KW", "Institution": "IN", "Author Affiliation": "IN", "Language": "LG",
    "Year of Publication": "YR", "Date of Publication": "DP", "Publication Date": "DP",
    "Publisher": "PB", "Country of Publication": "PL", "ISSN": "IS", "ISSN Print": "IS",
    "ISSN Electronic": "IS", "ISSN Linking": "IS", "Digital Object Identifier": "DO", "DOI": "DO",
    "PMID": "PM", "PMC Identifier": "PC", "CAS Registry/EC Number/Name of Substance": "RN",
    "Name of Substance": "NM", "Grant Information": "GI", "Database": "DB", "Status": "ST",
    "Volume": "VO", "Issue": "IP", "Pages": "PG", "Page": "PG", "Collaborative Name": "CN",
    "Emtree Heading": "EM", "Candidate Terms": "KW", "URL": "UR", "Link to the Ovid Full Text":
    "XL", "Correspondence Address": "CA_", "Version ID": "VN",
}  # fmt: skip

#: The same with names in full, each value on the lines below, set in: the layout "Labels".
LABELLED: Grammar = grammar(
    start=r"^[ \t\ufeff]*<\s*\d+\s*\.?\s*>",
    tag=r"([A-Z][A-Za-z/() ]{2,50}?)[ \t]*(?=\n[ \t]+\S)",
    header=r"<\s*\d+\s*\.?\s*>",
)

#: ``Record #1 of 30``, then ``TI: A title``.
COCHRANE: Grammar = grammar(
    start=r"^[ \t\ufeff]*Record #\d+ of \d+",
    tag=r"([A-Z][A-Z0-9]{1,2}):(?: |$)",
    header=r"Record #\d+|Cochrane|Search|Last saved|Date Run",
)

TABLE = Table(
    one={
        "title": ("TI", "TT"),
        "original_title": ("OT", "TO"),
        "journal": ("JN", "JT", "JA"),
        "journal_abbreviation": ("JA",),
        "volume": ("VO", "VI"),
        "issue": ("IP",),
        "pages": ("PG",),
        "publisher": ("PB",),
        "place": ("PL",),
        "accession": ("AN", "UI"),
        "database": ("DB",),
    },
    many={
        "authors": ("FA", "AU"),
        "affiliations": ("IN", "AD"),
        "abstract": ("AB",),
        "keywords": ("KW", "ID", "DE"),
        "mesh": ("SH", "MH", "EM"),
        "substances": ("RN", "NM", "CS"),
        "types": ("PT", "DT"),
        "languages": ("LG",),
        "issn": ("IS", "SN"),
        "isbn": ("IB", "BN"),
        "funding": ("GI", "GR"),
        "urls": ("XL", "UR", "JL"),
        "groups": ("CN", "CA"),
    },
    first_of=frozenset({"authors"}),
    roles={"ED": "editor", "BE": "editor"},
    doi=("DI", "DO"),
    pmid=("PM",),
    pmcid=("PC",),
    searched=("XL", "SO", "UI", "AN"),
    year=("YR", "PY", "DP"),
    date=("DP", "DA"),
    ignored=frozenset({"AU", "VN"}),
)  # fmt: skip

_MARK = re.compile(r"\s*\[[^\]]*\]$|\s+(?:\(\d+\)|[\d,+*]+)$")
_BRACKETS = re.compile(r"\s*\[[^\]]*\]")
_DEGREES = re.compile(
    r"\s+(?:(?:Ph\.?D|M\.?D|F[A-Z]{2,4}|R\.?N|M\.?P\.?H|M\.?Sc?|B\.?Sc?|D\.?Sc|Dr|Prof)\.?,?\s*)+$"
)
_SOURCE = re.compile(
    r"^(?P<journal>.+?)[.,]?\s+(?:(?P<volume>[\w.]+)\s?\((?P<issue>[^)]*)\)|(?P<alone>\d+\w*))"
    r"\s*[:,]\s*(?:pp?\.?\s*)?(?P<pages>[A-Za-z]?\d[\w.\-+, ]*?)?\s*[,;.]\s*(?P<date>.*)$"
)
_DATED = re.compile(
    r"^(?P<journal>.+?)[.,]?\s+(?P<date>(?:[A-Z][a-z]+(?:[/-][A-Z][a-z]+)?\s+)?(?:\d{1,2},?\s+)?"
    r"(?:19|20)\d\d(?:\s+[A-Z][a-z]+(?:\s+\d{1,2})?)?);\s*(?P<volume>[\w.]+)"
    r"(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>[^.;]+))?"
)
_ARTICLE = re.compile(
    r"\s*\.?\s*\[(?:Article|Miscellaneous|Reviews?|Reports?|Editorial|Letters?|Erratum|References|Abstract"
    r"|Miscellaneous Article)[^\]]*\]\.?$"
)
_ISSN = re.compile(r"\b(\d{4}-?\d{3}[\dXx])\b")


def read(piece: Piece, form: Grammar, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read the text of one record into the fields of a :class:`Record`."""
    values: Values = {}
    for tag, value in form.pairs(piece.text):
        text = one_line(value)
        if text:
            values.setdefault(LABELS.get(tag, tag), []).append(text)
    _authors(values)
    if (source := values.get("SO")) and not _EDITED.match(source[0]):
        _source(values, source[0])
    made = assemble(values, TABLE)
    tags: dict[str, str] = made["tags"]
    made["title"] = _ARTICLE.sub("", made.get("title", "")).removesuffix(".")
    if abstract := made.get("abstract"):
        made["abstract"] = "\n".join(abstract)
    made["languages"] = tuple(x.rstrip(".") for x in made.get("languages", ()))
    if numbers := made.get("issn"):
        made["issn"] = tuple(dict.fromkeys(m for n in numbers for m in _ISSN.findall(n))) or numbers
    if types := made.get("types"):
        made["type"], tags["type"] = types[0], "PT"
    database = (made.get("database") or "").lower()
    for tag in ("UI", "AN"):
        number = values.get(tag, [""])[0].rstrip(".")
        if "pmid" not in made and "medline" in database and number.isdigit():
            made["pmid"], tags["pmid"] = number, tag
    source = values.get("SO", [""])[0]
    if "BT" in values:
        _book(made, tags, values, "BT")
    elif _EDITED.match(source):
        _book(made, tags, values, "SO")
    made["genre"] = _genre(made, values)
    if groups := made.get("groups"):
        made["authors"] = (*made.get("authors", ()), *groups)
    identify(made, piece.text)
    return made


def _authors(values: Values) -> None:
    """Take roles, marks and degrees from names: they are no part of them."""
    for tag in ("AU", "FA", "ED"):
        names: list[str] = []
        for value in values.get(tag, ()):
            bare = _BRACKETS.sub("", value)
            parts = bare.split(";") if ";" in bare else [bare]
            for part in parts:
                name = _MARK.sub("", part.strip())
                family, comma, given = name.partition(",")
                given = _DEGREES.sub("", f" {given.strip()}").strip().rstrip(",")
                given = re.split(r",\s*", given)[0]
                names.append(f"{family.strip()}, {given}" if comma and given else family.strip())
        if names:
            values[tag] = [name for name in names if name]


def _source(values: Values, source: str) -> None:
    """Read journal, volume, issue, pages and date from SO, where they have no tags."""
    for pattern in (_DATED, _SOURCE):
        match = pattern.match(source)
        if match is None:
            continue
        parts = {k: v.strip() for k, v in match.groupdict().items() if v and v.strip()}
        values.setdefault("JN", [parts["journal"].rstrip(".,")])
        for tag, name in (("VO", "volume"), ("IP", "issue"), ("PG", "pages")):
            if value := parts.get(name) or (parts.get("alone") if name == "volume" else None):
                values.setdefault(tag, [value.rstrip(".,")])
        if "date" in parts and year_of(parts["date"]):
            values.setdefault("DP", [parts["date"]])
        return
    if "JN" not in values and "BT" not in values:
        journal = re.split(r"\.\s|\s\d", source)[0]
        values["JN"] = [journal.rstrip(".,")]
    if year := year_of(source):
        values.setdefault("DP", [iso_date(source) or str(year)])


_EDITED = re.compile(r"^(?P<people>.*\[(?:Eds?|Editors?)[^\]]*\])\s*\.\s*(?P<rest>.*)$", re.DOTALL)
_PEOPLE = re.compile(r"\s*\[[^\]]*\]\s*[,;&]?\s*|\s*[;&]\s*")
_PAGES = re.compile(r"(?:(?:19|20)\d\d|[.)])?\s*[:(]\s*(?:pp?\.?\s*)?(\d+-\d+)")


def _book(made: dict[str, Any], tags: dict[str, str], values: Values, tag: str) -> None:
    """Read the book of a chapter: ``Guliaev, V.D. [Ed.]. Title. Publisher, Place. 2002: 1-234``."""
    rest = values[tag][0]
    edited = _EDITED.match(rest)
    if edited:
        names = tuple(n for part in _PEOPLE.split(edited["people"]) if (n := part.strip(" .,;")))
        held = made.get("contributors", {})
        made["contributors"] = {
            **held,
            "editor": tuple(dict.fromkeys((*held.get("editor", ()), *names))),
        }
        tags["contributors.editor"] = tag
        rest = re.sub(r"^\((?:19|20)\d\d\)\.\s*", "", edited["rest"])
    title = re.split(r"\.\s*[:(]|\.\s+(?=[\[A-Z])|\s+\(\d{4}\)", rest)[0]
    made["journal"], tags["journal"] = title.strip(" ."), tag
    year = year_of(rest)
    if "year" not in made and year:
        made["year"], made["date"], tags["year"] = year, str(year), tag
    pages = _PAGES.search(rest)
    if pages and "pages" not in made:
        made["pages"], tags["pages"] = pages[1], tag


def _genre(made: dict[str, Any], values: Values) -> str:
    """Tell what the record describes."""
    genre = genre_of_types(made.get("types", ()))
    if genre is None:
        return "chapter" if "BT" in values else "article-journal"
    return genre


COCHRANE_TABLE = Table(
    one={
        "title": ("TI",), "journal": ("SO",), "volume": ("VL",), "issue": ("NO",),
        "pages": ("PG",), "accession": ("ID", "AN"), "database": ("DB",),
    },
    many={
        "authors": ("AU",), "abstract": ("AB",), "types": ("PT",), "keywords": ("KY",),
        "urls": ("US", "UR"), "languages": ("LA",), "note": ("CC",), "issn": ("SN",),
    },
    splits={"KY": re.compile(r"\s*;\s*"), "AU": re.compile(r"\s*;\s*|,\s+(?=[A-Z])"),
            "PT": re.compile(r"\s*;\s*")},
    doi=("DOI", "DO"),
    pmid=("PM",),
    searched=("US", "UR", "DO", "XR"),
    year=("YR",),
    date=("YR",),
)  # fmt: skip


def read_cochrane(
    piece: Piece, form: Grammar, dialect: str | None, report: Report
) -> dict[str, Any]:
    """Read a record of the Cochrane Library's citation text."""
    values: Values = {}
    for tag, value in form.pairs(piece.text):
        if text := one_line(value):
            values.setdefault(tag, []).append(text)
    for value in values.get("PM", ()):
        if value.upper().startswith("PUBMED"):
            values["PM"] = [value[6:].strip(" :")]
    made = assemble(values, COCHRANE_TABLE)
    made.setdefault("title", "")
    if abstract := made.get("abstract"):
        made["abstract"] = "\n".join(abstract)
    if note := made.get("note"):
        made["note"] = "\n".join(note)
    if types := made.get("types"):
        made["type"] = types[0]
    made["database"] = made.get("database") or "CENTRAL"
    registered = any("registry" in t.lower() for t in made.get("types", ()))
    made["genre"] = "registration" if registered else "article-journal"
    identify(made, piece.text)
    return made
