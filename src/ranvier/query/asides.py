"""What stands in a line beside the search: limits and remarks, as each platform prints them."""

from __future__ import annotations

import re
from typing import Literal

from ranvier.query.fields import fields_of
from ranvier.query.platforms import Platform

__all__ = ["Aside", "aside", "closing"]

#: "limit": what is found is limited, and it is kept as written; "comment": it says nothing.
Aside = tuple[Literal["limit", "comment"], int]

_TO_END = r".*$"
_COCHRANE = re.compile(
    r",?\s*(?:with\s+(?:Cochrane\s+Library\s+)?publication\s+(?:date|year)\b"
    r"|in\s+(?:Clinical\s+)?(?:Trials|Cochrane\s+(?:Reviews|Protocols|Groups)|Reviews|Protocols|Other\s+Reviews"
    r"|Technology\s+Assessments|Economic\s+Evaluations|Methods\s+Studies|Editorials"
    r"|Special\s+Collections|Clinical\s+Answers)\b"
    r"|from\s+\d{4}\s+to\s+\d{4})" + _TO_END,
    re.IGNORECASE,
)
_VARIATIONS = re.compile(r"\(\s*Word variations have been searched\s*\)", re.IGNORECASE)
_HISTORY = re.compile(
    r"(?:Search modes?|Expanders|Interface|Database|Sort by|Narrow by|Source)\s*[-:\u2013]"
    + _TO_END,
    re.IGNORECASE,
)
_LIMITERS = re.compile(
    r"(?:Limiters|Filters(?:\s+activated)?)\s*[-:\u2013]" + _TO_END, re.IGNORECASE
)
_USE = re.compile(r"use\s+(?=[a-z]*[a-z]\d*\s*$)\w{3,9}\s*$", re.IGNORECASE)
_WOS = re.compile(
    r"(?:Indexes|Timespan|Databases|DocType|Language)\s*(?:=|:(?!\s*\())\s*[^()]*$", re.IGNORECASE
)
_CATEGORY = re.compile(r"(?:WC|SU|CU|WE|DOP|EY|FPY)\s*=\s*(?=\()")
_SCOPUS = re.compile(
    r"(?:LIMIT-TO|EXCLUDE|SUBJAREA|AFFILCOUNTRY|SUBJMAIN|SRCTYPE|PUBSTAGE|OPENACCESS)\s*(?=\()"
)
_PUBYEAR = re.compile(
    r"PUBYEAR\s*(?:[<>=]+|\b(?:IS|AFT|BEF|AFTER|BEFORE)\b)\s*\d{4}", re.IGNORECASE
)
_REGISTER = re.compile(
    r"(?:AREA\[\w+\]\s*)?(?:RANGE\s*\[[^\]]*\])|SEARCH\[\w+\]\s*(?=\()|AREA\[\w+\]\s*MISSING\b"
)
_AREA = re.compile(r"AREA\[(\w+)\]\s*")
_VALUE = re.compile(r"(?:(?:EXPAND|COVER)\[\w+\]\s*)?(?:RANGE\s*\[[^\]]*\]|\"[^\"]*\"|[^\s()]+)")
_MATCHING = re.compile(r"(?:EXPAND|COVER|TILT)\[\w+\]")
_FACET = re.compile(
    r"(?:db|instance|year_cluster|type_of_study|collection|limit|clinical_aspect|mj_cluster"
    r"|fulltext|type|da)\s*:\s*(?=[(\[\"\w])",
    re.IGNORECASE,
)
_PROQUEST = re.compile(
    r"(?:PD|PUBDATE|YR|PEER|STYPE|DTYPE|RTYPE|AT|SOURCETYPE|FT|PSTYPE|UD|FDB)\s*(?=\()",
    re.IGNORECASE,
)


def aside(text: str, at: int, platform: Platform) -> Aside | None:
    """Read a limit or a remark that begins here; None if a search does."""
    found = _VARIATIONS.match(text, at)
    if found:
        return "comment", found.end()
    if platform.style in ("ebsco", "pubmed", "proquest"):
        found = _HISTORY.match(text, at)
        if found:
            return "comment", found.end()
        found = _LIMITERS.match(text, at)
        if found:
            return "limit", found.end()
    match platform.style:
        case "cochrane":
            found = _COCHRANE.match(text, at)
            return ("limit", found.end()) if found else None
        case "ovid":
            found = (
                _USE.match(text, at) if text[max(0, at - 9) : at].rstrip()[-1:].isdigit() else None
            )
            return ("limit", found.end()) if found else None
        case "wos":
            category = _called(_CATEGORY.match(text, at), text)
            if category is not None:
                return category
            found = _WOS.match(text, at) if at else None
            return ("limit", found.end()) if found else None
        case "scopus":
            found = _PUBYEAR.match(text, at)
            if found:
                return "limit", found.end()
            return _called(_SCOPUS.match(text, at), text)
        case "proquest":
            return _called(_PROQUEST.match(text, at), text)
        case _:
            return _plain(text, at, platform)


def _plain(text: str, at: int, platform: Platform) -> Aside | None:
    """Read what ClinicalTrials.gov and LILACS have."""
    if platform.name == "ctgov":
        found = _MATCHING.match(text, at)
        if found:
            return "comment", found.end()
        named = _AREA.match(text, at)
        if named and fields_of(named[1]) is None:
            return _register(named, text)
        found = _REGISTER.match(text, at)
        if found and text[found.start() : found.start() + 6] == "SEARCH":
            return _called(found, text)
        return ("limit", found.end()) if found else None
    if platform.name == "lilacs":
        found = _FACET.match(text, at)
        if found is None:
            return None
        if text[found.end()] in "([":
            return _called(found, text)
        word = re.compile(r"\"[^\"]*\"|\w+").match(text, found.end())
        return ("limit", word.end()) if word else None
    return None


def _register(named: re.Match[str], text: str) -> Aside:
    """An area of the register that records have no field for, with what it is to hold."""
    if text[named.end() : named.end() + 1] == "(":
        return "limit", closing(text, named.end())
    value = _VALUE.match(text, named.end())
    return "limit", value.end() if value else named.end()


def _called(found: re.Match[str] | None, text: str) -> Aside | None:
    """A name and the brackets behind it."""
    return None if found is None else ("limit", closing(text, found.end()))


def closing(text: str, opening: int) -> int:
    """The column behind the bracket that closes the one at a column; the end if none does.

    Examples
    --------
    >>> closing("(a (b)) c", 0)
    7
    """
    depth = 0
    quoted = False
    for i in range(opening, len(text)):
        if text[i] == '"':
            quoted = not quoted
        elif not quoted:
            depth += (text[i] in "([") - (text[i] in ")]")
            if depth == 0:
                return i + 1
    return len(text)
