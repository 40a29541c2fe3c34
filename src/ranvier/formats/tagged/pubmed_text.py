"""What PubMed saves as text to be read by people: "Abstract (text)" and "Summary (text)".

Neither names its fields, but each part has its place: number and source, title, authors, where
they work, the abstract, and last the identifiers.
"""

from __future__ import annotations

import re
from typing import Any

from ranvier.core.record import Notice
from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.identifiers import find_doi, find_pmcid, find_pmid
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import identify, one_line
from ranvier.formats.tagged.machine import Grammar, Piece, grammar

__all__ = ["ABSTRACT", "SUMMARY", "read_abstract", "read_summary"]

#: ``1. J Peripher Nerv Syst. 2013 Dec;18(4):321-30. ...`` and, last, ``PMID: 24725024``. Two empty
#: lines part records; where an editor left one, a source with its year has to follow.
ABSTRACT: Grammar = grammar(
    start=r"(?:(?<=\n\n\n)|\A\ufeff?|(?<=\n\n)(?=\d{1,6}\. [^.?!]{2,200}\.\s(?:1[89]|20)\d\d))"
    r"\d{1,6}\. (?=\S)",
    tag=r"(PMID|DOI|PMCID):(?: |$)",
)

#: ``1: Hahn AF, Beydoun SR. A trial. J Peripher Nerv Syst. 2013 ... PMID: 24725024.``
SUMMARY: Grammar = grammar(
    start=r"(?:(?<=\n\n)|\A\ufeff?)\d{1,6}: (?=\S)", tag=r"\ufeff?(\d{1,6}):(?: |$)"
)

_NUMBER = re.compile(r"\ufeff?\d+[.:]\s+")
#: Journal abbreviations of MEDLINE have no full stops.
_SOURCE = re.compile(
    r"(?P<journal>[^.?!]+)\.\s+(?P<date>(?:1[89]|20)\d\d[^;:.]*)"
    r"(?:;(?P<volume>[^():;]*)(?:\((?P<issue>[^)]*)\))?)?(?::(?P<pages>[^.;]+))?"
)
#: Marks of the addresses behind names: ``Hahn AF(1)(2)``.
_MARKS = re.compile(r"\(\d+\)")
#: How notices begin -> the relation, in the words of NBIB.
_NOTICES = {
    "Comment in": "CommentIn", "Comment on": "CommentOn", "Erratum in": "ErratumIn",
    "Erratum for": "ErratumFor", "Retraction in": "RetractionIn", "Retraction of": "RetractionOf",
    "Update in": "UpdateIn", "Update of": "UpdateOf", "Republished in": "RepublishedIn",
    "Republished from": "RepublishedFrom",
    "Expression of concern in": "ExpressionOfConcernIn",
    "Expression of concern for": "ExpressionOfConcernFor",
}  # fmt: skip
_ASIDE = re.compile(
    r"\u00a9|Copyright|\(c\) |Published by|Conflict of interest|Collaborators?:|DOI: |PMID: "
    r"|PMCID: |Plain Language Summary|\[Indexed for"
)


def read_abstract(
    piece: Piece, form: Grammar, dialect: str | None, report: Report
) -> dict[str, Any]:
    """Read a record of "Abstract (text)", whose parts are apart by empty lines."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", piece.text) if part.strip()]
    made: dict[str, Any] = {"tags": {}}
    _source(made, _NUMBER.sub("", one_line(parts[0]), count=1), "source")
    last = next((part for part in reversed(parts) if re.search(r"^PMID: \d", part, re.M)), "")
    _identify(made, last)
    rest = [part for part in parts[1:] if part is not last]
    if rest:
        made["title"], made["tags"]["title"] = one_line(rest.pop(0)).rstrip(), "title"
    if rest and rest[0].startswith("[Article in"):
        made["languages"] = tuple(re.findall(r"[A-Z][a-z]+", rest.pop(0)[11:]))
    if rest and _are_names(rest[0]):
        made["authors"], made["tags"]["authors"] = _names(one_line(rest.pop(0))), "authors"
    abstract: list[str] = []
    notices: list[Notice] = []
    for part in rest:
        head = part.split("\n", 1)[0].strip()
        if head == "Author information:":
            found = re.split(r"\n?\(\d+\)", part[len(head) :])
            made["affiliations"] = tuple(t for text in found if (t := one_line(text)))
            made["tags"]["affiliations"] = "Author information"
        elif head in _NOTICES:
            notices += [
                Notice(relation=_NOTICES[head], text=text, doi=find_doi(text), pmid=find_pmid(text))
                for text in map(one_line, re.split(r"\n {4}(?! )", part[len(head) :]))
                if text
            ]
        elif _ASIDE.match(part):
            made["note"] = "\n".join((*filter(None, [made.get("note")]), one_line(part)))
        else:
            abstract.append(one_line(part))
    if abstract:
        made["abstract"], made["tags"]["abstract"] = "\n".join(abstract), "abstract"
    if notices:
        made["notices"] = tuple(notices)
    return _done(made, piece)


def read_summary(
    piece: Piece, form: Grammar, dialect: str | None, report: Report
) -> dict[str, Any]:
    """Read a record of "Summary (text)": one citation."""
    made: dict[str, Any] = {"tags": {}}
    text = _NUMBER.sub("", one_line(piece.text), count=1)
    _identify(made, text)
    names, _, rest = text.partition(". ")
    if _are_names(names):
        made["authors"], made["tags"]["authors"] = _names(names), "authors"
    else:
        rest = text
    found = next(
        (m for m in re.finditer(r"(?<=[.?!\]])\s+(?=[A-Z0-9])", rest)
         if _SOURCE.match(rest, m.end())), None,
    )  # fmt: skip
    if found is None:
        report.odd(piece.line, "the source of this citation could not be told from its title.")
        made["title"] = rest
        return _done(made, piece)
    made["title"], made["tags"]["title"] = rest[: found.start()], "citation"
    _source(made, rest[found.end() :], "citation")
    return _done(made, piece)


def _source(made: dict[str, Any], text: str, tag: str) -> None:
    """Read journal, date, volume, issue and pages."""
    match = _SOURCE.match(text)
    if match is None:
        made["journal"], made["tags"]["journal"] = text.split(". ")[0], tag
        return
    made["journal"] = match["journal"].strip()
    made["year"], made["date"] = year_of(match["date"]), iso_date(match["date"])
    for name in ("volume", "issue", "pages"):
        if value := (match[name] or "").strip():
            made[name] = value
    made["tags"].update((name, tag) for name in ("journal", "year", "date"))
    if doi := find_doi(text):
        made["doi"], made["tags"]["doi"] = doi, tag


def _identify(made: dict[str, Any], text: str) -> None:
    """Read the identifiers that stand last."""
    for name, find in (("pmid", find_pmid), ("pmcid", find_pmcid), ("doi", find_doi)):
        if found := find(text):
            made[name], made["tags"][name] = found, name.upper()


def _are_names(text: str) -> bool:
    """Whether a part is a list of authors: family names with initials."""
    first = _MARKS.sub("", one_line(text)).rstrip(".").split(",")[0].split(";")[0]
    return re.fullmatch(r"[^.?!:]+ [A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd|II|III))?", first) is not None


def _names(text: str) -> tuple[str, ...]:
    """Part a list of authors."""
    bare = _MARKS.sub("", text).rstrip(".")
    return tuple(name for part in re.split(r"[,;]\s*", bare) if (name := part.strip()))


def _done(made: dict[str, Any], piece: Piece) -> dict[str, Any]:
    """Fill in what all records of PubMed have."""
    made["database"], made["genre"] = "PubMed", "article-journal"
    made.setdefault("title", "")
    identify(made, piece.text)
    return {name: value for name, value in made.items() if value not in (None, "", ())} | {
        "title": made["title"]
    }
