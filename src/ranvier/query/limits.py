"""Limits, in the words of each platform: which years, which languages, or something else."""

from __future__ import annotations

import re

from ranvier.query.tree import Fields, Limit, Span

__all__ = ["dated", "language", "read_limit", "split_limit"]

_YEAR = r"(?:1[89]|20)\d\d"
_YEARS = re.compile(
    rf"(?<![\d/-])({_YEAR})(?!\d)(?:\s*(?:-|\u2013|:|\bto\b)\s*({_YEAR}|3000|current)?)?",
    re.IGNORECASE,
)
_PUBYEAR = re.compile(r"PUBYEAR\s*([<>=]+|[a-z]+)\s*(\d{4})", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"\b(english|german|french|spanish|italian|dutch|portuguese|chinese|japanese|russian)\b"
    r"|\blg\s*=\s*([a-z]{2})\b|\blanguage\b",
    re.IGNORECASE,
)
#: A term of nothing but years: ``2000:2021[dp]``, ``PY=2000-2020``.
_RANGE = re.compile(rf"({_YEAR})\s*[:\-\u2013]\s*({_YEAR}|3000)?")
#: What stands before the limits of a line.
_HEAD = re.compile(r"(?:limit|\.\.(?:l|sl|limit)/)\s*(\d+)\s*(?:to\b)?\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", re.IGNORECASE)


def language(text: str) -> str | None:
    """The language that a limit names, in English and lower case.

    Examples
    --------
    >>> language("[english]/lim"), language("lg=en")
    ('english', 'english')
    """
    found = _LANGUAGE.search(text)
    if found is None:
        return None
    codes = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
    return found[1].casefold() if found[1] else codes.get((found[2] or "").casefold())


def read_limit(text: str, platform: str, span: Span) -> Limit:
    """Read one limit; what it limits is not in it.

    Examples
    --------
    >>> found = read_limit('yr="2000 -Current"', "ovid", Span(1, 1, 2))
    >>> found.kind, found.low, found.high
    ('year', 2000, None)
    """
    compared = _PUBYEAR.search(text)
    if compared:
        low, high = _compared(compared[1].casefold(), int(compared[2]))
        return Limit(child=None, text=text, kind="year", low=low, high=high, platform=platform,
                     span=span)  # fmt: skip
    years = _YEARS.search(text)
    if years and re.search(r"yr|year|py\b|\[\d{4}|from \d{4} to", text, re.IGNORECASE):
        low = int(years[1])
        open_end = re.search(r"[-\u2013:]", years[0]) is not None or ":" in text
        given = years[2] if years[2] and years[2].isdigit() and int(years[2]) < 3000 else None
        high = int(given) if given else (None if open_end else low)
        kind = "year" if re.search(r"publication date|jan|dec", text, re.I) is None else "date"
        return Limit(child=None, text=text, kind=kind, low=low, high=high, platform=platform,
                     span=span)  # fmt: skip
    kind = "language" if _LANGUAGE.search(text) and ";" not in text else "other"
    if re.fullmatch(r"\[?humans?\]?(?:/lim)?", text.strip(), re.IGNORECASE):
        kind = "humans"
    return Limit(child=None, text=text, kind=kind, platform=platform, span=span)


def _compared(sign: str, year: int) -> tuple[int | None, int | None]:
    """Years of Scopus' ``PUBYEAR > 2009``."""
    if sign in (">", "aft", "after"):
        return year + 1, None
    if sign in ("<", "bef", "before"):
        return None, year - 1
    if sign == ">=":
        return year, None
    return (None, year) if sign == "<=" else (year, year)


def split_limit(text: str) -> tuple[int | None, tuple[str, ...]]:
    """Split Ovid's ``limit 6 to (english language and yr="2000 -Current")`` into its parts.

    Returns
    -------
    (int or None, tuple of str)
        The line that is limited, and each limit.

    Examples
    --------
    >>> split_limit('limit 6 to (english language and yr="2000 -Current")')
    (6, ('english language', 'yr="2000 -Current"'))
    """
    head = _HEAD.match(text)
    if head is None:
        return None, (text,)
    inside = text[head.end() :].strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1].strip()
    return int(head[1]), tuple(part.strip() for part in _AND.split(inside)) or (inside,)


def dated(text: str, fields: Fields | None, platform: str, span: Span) -> Limit | None:
    """Read a term that is nothing but a range of years in the field of years.

    Examples
    --------
    >>> found = dated("2000:2021", frozenset({"py"}), "pubmed", Span(1, 1, 2))
    >>> found.low, found.high
    (2000, 2021)
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None or fields != frozenset({"py"}):
        return None
    high = int(match[2]) if match[2] and match[2] != "3000" else None
    return Limit(child=None, text=text, kind="year", low=int(match[1]), high=high,
                 platform=platform, span=span)  # fmt: skip
