"""Identifiers in running text: DOI, PMID and PMCID; registrations are in `core.registers`."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["find_doi", "find_pmcid", "find_pmid", "tidy_doi"]


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.IGNORECASE)
#: Matched where "doi" stands: a search for it in any case is much slower.
_DOI_AFTER = re.compile(r"doi(?:\.org)?\b[\s:/=\]]{0,4}(10\.\d{4,9}(?:/|%2f)\S+)", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}


def tidy_doi(text: str) -> str | None:
    """Return the DOI that a field of its own holds, as it is registered.

    Examples
    --------
    >>> tidy_doi("https://doi.org/10.1002/14651858.CD004429.pub3.")
    '10.1002/14651858.CD004429.pub3'
    >>> tidy_doi("10.1016/S0140-6736(97)11096-0")
    '10.1016/S0140-6736(97)11096-0'
    >>> tidy_doi("none")
    """
    if "%2" in text or "%3" in text:
        text = unquote(text)
    match = _DOI.search(text)
    if match is None:
        return None
    doi = match[0]
    for cut in ("&rft", "&amp;", "]]", " [doi]", "[doi]", ";jsessionid", "?"):
        at = doi.find(cut)
        if at > 0 and not (cut == "?" and "?" not in text[: match.start()] and "http" not in text):
            doi = doi[:at]
    while doi:
        last = doi[-1]
        if last in ".,;:'\"*&#?" or (
            last in _BRACKETS and doi.count(last) > doi.count(_BRACKETS[last])
        ):
            doi = doi[:-1]
        else:
            break
    return doi or None


def find_doi(text: str) -> str | None:
    """Find a DOI that text names as such: after ``doi``, in an address of doi.org, or in one.

    Examples
    --------
    >>> find_doi("Neurology. 2001; doi: 10.1212/WNL.57.5.800. Epub")
    '10.1212/WNL.57.5.800'
    >>> find_doi("rft_id=info:doi/10.1016%2Fj.toxicon.2018.11.007&rft_id=info:pmid/30439442")
    '10.1016/j.toxicon.2018.11.007'
    """
    match = _at(_DOI_AFTER, text, _DOI_WORD)
    if match is None:
        return None
    found = match[1]
    if "%2" in found:
        found = unquote(found.split("&", 1)[0])
    return tidy_doi(found)


_PMID_AFTER = re.compile(
    r"(?:\bpmid|pubmed\s+id|pubmed\.(?:ncbi\.nlm\.nih\.)?gov"
    r"|(?:(?<=ncbi\.nlm\.nih\.gov/)|(?<=ncbi\.nlm\.nih\.gov/m/))pubmed)\W{0,6}(\d{1,8})(?!\d)",
    re.IGNORECASE,
)
_PMCID = re.compile(r"\bpmc\s?(\d{3,9})(?!\d)", re.IGNORECASE)
#: What these patterns begin with, in small letters: looked for first, because a search for a
#: pattern in any case goes letter by letter.
_DOI_WORD, _PMID_WORD, _PMCID_WORD = map(re.compile, ("doi", "p(?:mid|ubmed)", "pmc"))


def _at(pattern: re.Pattern[str], text: str, word: re.Pattern[str]) -> re.Match[str] | None:
    """Match a pattern at the first place where a word stands and it fits."""
    small = text.lower()
    if len(small) != len(text):  # a letter whose small form is longer would shift the rest
        small = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    for found in word.finditer(small):
        if match := pattern.match(text, found.start()):
            return match
    return None


def find_pmid(text: str) -> str | None:
    """Find a PMID that text names as such.

    Examples
    --------
    >>> find_pmid("Place: United States PMID: 23122173")
    '23122173'
    """
    match = _at(_PMID_AFTER, text, _PMID_WORD)
    return match[1].lstrip("0") or None if match else None


def find_pmcid(text: str) -> str | None:
    """Find a PubMed Central number.

    Examples
    --------
    >>> find_pmcid("PMC1074100 [available on 2021]")
    'PMC1074100'
    """
    match = _at(_PMCID, text, _PMCID_WORD)
    return f"PMC{match[1]}" if match else None
