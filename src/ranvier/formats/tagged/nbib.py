"""NBIB and MEDLINE text of PubMed, and the same tags as ERIC writes them."""

from __future__ import annotations

import re
from typing import Any

from ranvier.core.record import Notice
from ranvier.formats.identifiers import find_doi, find_pmid, tidy_doi
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import Table, Values, assemble, identify, one_line, put_serials
from ranvier.formats.tagged.genres import genre_of_types
from ranvier.formats.tagged.machine import Grammar, Piece, grammar

__all__ = ["BLANK", "NOTICES", "PMID", "TABLE", "read"]

_TAG = r"([A-Z][A-Z0-9]{1,4}) *-(?: |$)"

#: PubMed: a record begins with its PMID.
PMID: Grammar = grammar(start=r"^[ \t\ufeff]*PMID ?-", tag=_TAG, header=r"\d+\s*[:.]\s*$")

#: Others: a record begins with the first tag after an empty line.
BLANK: Grammar = grammar(
    start=rf"(?<=\n\n)(?={_TAG.replace('(', '(?:', 1)})", tag=_TAG, header=r"\d+\s*[:.]\s*$"
)

#: Tag -> what it says, in PubMed's words.
NOTICES: dict[str, str] = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom", "DDIN": "AssociatedDataset", "DRIN": "AssociatedDataset",
    "EIN": "ErratumIn", "EFR": "ErratumFor", "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor", "ORI": "OriginalReportIn", "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf", "RIN": "RetractionIn", "ROF": "RetractionOf",
    "RPI": "RepublishedIn", "RPF": "RepublishedFrom", "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom", "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}  # fmt: skip

TABLE = Table(
    one={
        "title": ("TI", "BTI"),
        "original_title": ("TT",),
        "journal": ("JT", "BTI", "TA"),
        "journal_abbreviation": ("TA",),
        "volume": ("VI",),
        "issue": ("IP",),
        "pages": ("PG",),
        "publisher": ("PB",),
        "edition": ("EN",),
        "series": ("CTI",),
        "accession": ("OID",),
        "database": ("OWN",),
    },
    many={
        "authors": ("FAU", "AU"),
        "affiliations": ("AD", "IRAD"),
        "abstract": ("AB",),
        "mesh": ("MH",),
        "keywords": ("OT",),
        "substances": ("RN", "NM"),
        "types": ("PT",),
        "languages": ("LA",),
        "issn": ("IS", "ISSN"),
        "isbn": ("ISBN",),
        "funding": ("GR",),
    },
    first_of=frozenset({"authors"}),
    roles={"FED": "editor", "FIR": "collaborator"},
    doi=("DO",),
    pmid=("PMID",),
    pmcid=("PMC", "PMCR"),
    searched=("SO", "AID", "LID", "MID"),
    year=("DP", "DEP"),
    date=("DP", "DEP"),
    ignored=frozenset({"AU", "ED", "IR"}),
)  # fmt: skip

_CUT = re.compile(r"\s*\[(doi|pii|bookaccession|pmc|pubmed)\]\s*$")


def read(piece: Piece, form: Grammar, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read the text of one record into the fields of a :class:`Record`."""
    values: Values = {}
    names: list[tuple[str, str]] = []
    for tag, value in form.pairs(piece.text):
        text = one_line(value)
        if not text:
            continue
        if tag in ("AU", "FAU", "CN"):
            names.append((tag, text))
        values.setdefault(tag, []).append(text)
    notices = _notices(values)
    located = _located(values)
    if "CN" in values:
        _with_groups(values, names)
    groups = tuple(values.pop("CN", ()))
    made = assemble(values, TABLE)
    tags: dict[str, str] = made["tags"]
    if groups:
        made["groups"], tags["groups"] = groups, "CN"
    if notices:
        made["notices"], tags["notices"] = notices, " ".join(t for t in NOTICES if t in values)
        made["extra"] = tuple((t, v) for t, v in made.get("extra", ()) if t not in NOTICES)
    for name, number, tag in located:
        if name in ("doi", "pmid", "pmcid"):
            made.setdefault(name, number)
            tags.setdefault(name, tag)
        else:
            made.setdefault("other_ids", {}).setdefault(name, number)
    made.setdefault("title", "")
    if abstract := made.get("abstract"):
        made["abstract"] = sectioned("\n".join(abstract))
    put_serials(made, tags)
    if types := made.get("types"):
        made["type"], tags["type"] = types[0], "PT"
    eric = values.get("OWN") == ["ERIC"]
    if not eric:
        made["database"] = "PubMed" if "pmid" in made else None
    made["genre"] = _genre(made, values)
    if "PL" in values and made["genre"] in ("book", "chapter"):
        made["place"], tags["place"] = values["PL"][0], "PL"
        made["extra"] = tuple(p for p in made.get("extra", ()) if p[0] != "PL")
    if made.get("journal") == made["title"]:
        made.pop("journal")
    identify(made, piece.text)
    return made


def _with_groups(values: Values, names: list[tuple[str, str]]) -> None:
    """Keep study groups where they stand among the authors."""
    full = "FAU" if "FAU" in values else "AU"
    values[full] = [text for tag, text in names if tag in (full, "CN")]


def _located(values: Values) -> list[tuple[str, str, str]]:
    """Read identifiers with their kind in brackets; addresses are kept as they are."""
    found: list[tuple[str, str, str]] = []
    for tag in ("LID", "AID", "MID"):
        left: list[str] = []
        for value in values.get(tag, ()):
            kind = _CUT.search(value)
            number = _CUT.sub("", value)
            if kind is None:
                doi = tidy_doi(value) if "10." in value and "doi" in value.lower() else None
                if doi:
                    found.append(("doi", doi, tag))
                else:
                    left.append(value)
            elif kind[1] == "doi":
                found.append(("doi", tidy_doi(number) or number, tag))
            else:
                found.append((kind[1], number, tag))
        values.pop(tag, None)
        if left:
            values[tag] = left
    urls = [
        v for tag in ("LID", "AID") for v in values.get(tag, ()) if v.startswith(("http", "www"))
    ]
    if urls and "UR" not in values:
        values["UR"] = urls
    return found


def _notices(values: Values) -> tuple[Notice, ...]:
    """Read what the record says of corrections, retractions, comments and updates."""
    return tuple(
        Notice(relation=relation, text=text, pmid=find_pmid(text), doi=find_doi(text))
        for tag, relation in NOTICES.items()
        for text in values.get(tag, ())
    )


def _genre(made: dict[str, Any], values: Values) -> str:
    """Tell what the record describes: a book has a title of its own."""
    if "BTI" in values:
        return "chapter" if "TI" in values else "book"
    if "JT" in values or "TA" in values:
        types = made.get("types", ())
        if values.get("OWN") == ["ERIC"]:
            return genre_of_types([t for t in types if "ournal" in t] or types) or "report"
        return "article" if "Preprint" in types else "article-journal"
    return genre_of_types(made.get("types", ())) or "article-journal"


_LABEL = re.compile(r"(?<=[.?!)] )(?=(?:[A-Z][A-Z /&,]{3,40}):\s+[A-Z0-9])", re.MULTILINE)
_KNOWN = re.compile(
    r"(?:BACKGROUND|OBJECTIVE|AIM|PURPOSE|INTRODUCTION|METHOD|RESULT|CONCLUSION|FINDING|DESIGN"
    r"|SETTING|PARTICIPANT|PATIENT|INTERVENTION|MAIN OUTCOME|MEASURE|IMPORTANCE|TRIAL REG"
    r"|REGISTRATION|FUNDING|CONTEXT|DISCUSSION|INTERPRETATION|UNLABELLED|STUDY|DATA|MATERIAL"
    r"|SELECTION|SEARCH|AUTHOR|CLINICAL|LIMITATION|SIGNIFICANCE|SUMMARY|RATIONALE|EXPERIMENTAL)"
)


def sectioned(abstract: str) -> str:
    """Give each section of a structured abstract a line of its own.

    Examples
    --------
    >>> sectioned("BACKGROUND: We asked. METHODS: We looked.")
    'BACKGROUND: We asked.\\nMETHODS: We looked.'
    """
    if ": " not in abstract or _KNOWN.match(abstract) is None:
        return abstract
    parts = _LABEL.split(abstract)
    joined = parts[0].rstrip()
    for part in parts[1:]:
        joined += ("\n" if _KNOWN.match(part) else " ") + part.rstrip()
    return joined
