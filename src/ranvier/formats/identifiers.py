"""Identifiers in running text: DOI, PMID, PMCID, and the numbers of trial registers.

`REGISTERS` is data: one row for each register, with the words that must occur before its pattern
is tried at all, because most records name no trial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

__all__ = ["REGISTERS", "find_doi", "find_pmcid", "find_pmid", "find_registry_ids", "tidy_doi"]


@dataclass(frozen=True, slots=True)
class Register:
    """A register of trials: how its numbers look, and how it writes them itself."""

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    written: str


def _register(name: str, words: str, pattern: str, written: str) -> Register:
    return Register(name, tuple(words.split()), re.compile(pattern), written)


#: Patterns see text in capitals; `written` is filled with the groups that matched.
REGISTERS: tuple[Register, ...] = (
    _register(
        "ClinicalTrials.gov", "NCT", r"NCT(?<![A-Z0-9]NCT)[\s:#-]{0,3}(\d{8})(?!\d)", "NCT{}"
    ),
    _register("ISRCTN", "ISRCTN", r"ISRCTN[\s:#-]{0,3}(\d{8})(?!\d)", "ISRCTN{}"),
    _register(
        "EudraCT",
        "-",
        r"(?<![\d-])(?:EUCTR)?((?:19|20)\d\d-\d{6}-\d\d)(?!-\d\d-\d\d)(?!\d)",
        "{}",
    ),
    _register("CTIS", "-", r"(?<![\d-])(20\d\d-5\d{5}-\d\d-\d\d)(?!\d)", "{}"),
    _register(
        "ChiCTR", "CHICTR", r"CHICTR[\s:]{0,2}((?:-?[A-Z]{2,5}-|-)?\d{8,10})(?!\d)", "ChiCTR{}"
    ),
    _register("ANZCTR", "ACTRN", r"ACTRN[\s:-]{0,2}(\d{14})(?!\d)", "ACTRN{}"),
    _register("UMIN", "UMIN", r"UMIN(?<![A-Z0-9]UMIN)[\s:-]{0,2}(\d{9})(?!\d)", "UMIN{}"),
    _register("UMIN", "UMIN", r"\b(?:JPRN-)?C0{0,3}(\d{9})(?=[^\d]*UMIN)", "UMIN{}"),
    _register("jRCT", "JRCT", r"JRCT[\s:-]{0,2}([S]?\d{9,10})(?!\d)", "jRCT{}"),
    _register("JapicCTI", "JAPICCTI", r"JAPICCTI[\s:-]{0,2}(\d{6})(?!\d)", "JapicCTI-{}"),
    _register("DRKS", "DRKS", r"DRKS(?<![A-Z0-9]DRKS)[\s:-]{0,2}(\d{8})(?!\d)", "DRKS{}"),
    _register("PACTR", "PACTR", r"PACTR(?<![A-Z0-9]PACTR)[\s:-]{0,2}(\d{15,16})(?!\d)", "PACTR{}"),
    _register(
        "CTRI",
        "CTRI",
        r"CTRI(?<![A-Z0-9]CTRI)[\s:/-]{0,2}(\d{4})[/-](\d{2,3})[/-](\d{6})(?!\d)",
        "CTRI/{}/{}/{}",
    ),
    _register("NTR", "NTR", r"NTR(?<![A-Z0-9]NTR)[\s:-]{0,2}(\d{1,5})(?!\d)", "NTR{}"),
    _register("LTR", "NL-OMON", r"NL-OMON(?<![A-Z0-9]NL-OMON)(\d{4,6})(?!\d)", "NL-OMON{}"),
    _register("TCTR", "TCTR", r"TCTR(?<![A-Z0-9]TCTR)[\s:-]{0,2}(\d{11})(?!\d)", "TCTR{}"),
    _register(
        "IRCT",
        "IRCT",
        r"IRCT(?<![A-Z0-9]IRCT)[\s:-]{0,2}(\d{8,16}N\d{1,3}|\d{12,18}N\d{1,3})(?!\d)",
        "IRCT{}",
    ),
    _register("CRIS", "KCT", r"KCT(?<![A-Z0-9]KCT)[\s:-]{0,2}(\d{7})(?!\d)", "KCT{}"),
    _register("ReBEC", "RBR", r"RBR(?<![A-Z0-9]RBR)-?\s?([0-9B-DF-HJ-NP-TV-Z]{6,8})\b", "RBR-{}"),
    _register("REPEC", "PER-", r"PER-(?<![A-Z0-9]PER-)(\d{3}-\d{2})(?!\d)", "PER-{}"),
    _register(
        "SLCTR",
        "SLCTR",
        r"SLCTR(?<![A-Z0-9]SLCTR)[\s:/-]{0,2}(\d{4})[/-](\d{3})(?!\d)",
        "SLCTR/{}/{}",
    ),
    _register("LBCTR", "LBCTR", r"LBCTR(?<![A-Z0-9]LBCTR)[\s:-]{0,2}(\d{10})(?!\d)", "LBCTR{}"),
    _register("RPCEC", "RPCEC", r"RPCEC(?<![A-Z0-9]RPCEC)[\s:-]{0,2}(\d{8})(?!\d)", "RPCEC{}"),
    _register(
        "ITMCTR", "ITMCTR", r"ITMCTR(?<![A-Z0-9]ITMCTR)[\s:-]{0,2}(\d{10})(?!\d)", "ITMCTR{}"
    ),
    _register(
        "HKUCTR", "HKUCTR", r"HKUCTR(?<![A-Z0-9]HKUCTR)[\s:-]{0,2}(\d{1,5})(?!\d)", "HKUCTR-{}"
    ),
)

#: EudraCT and CTIS numbers have no letters of their own: this is what their middles look like.
_DASHED = re.compile(rb"-\d{6}-\d\d")

#: One of these stands in every number of every other register, and most records have none. Text is
#: looked through without what can be in none of them, which is four times faster than as it stands.
_LETTERS = re.compile(b"NCT|CTR|RCT|CTN|UMIN|DRKS|NTR|NL-OM|KCT|RBR|PER-[0-9]|RPCEC|APICC")
_IN_NONE = bytes(range(ord("a"), ord("z") + 1)) + b".,;:()[]'\"&=?/_"


def find_registry_ids(text: str) -> tuple[str, ...]:
    """Find trial registrations in text, each once, as their registers write them.

    Examples
    --------
    >>> find_registry_ids("ClinicalTrials.gov NCT 00666263; EudraCT number 2009-012265-11")
    ('NCT00666263', '2009-012265-11')
    """
    whole = text.encode("utf-8", "replace")
    rest = whole.translate(None, _IN_NONE)
    dashed = _DASHED.search(rest) is not None and _DASHED.search(whole) is not None
    if not (
        dashed
        or _LETTERS.search(rest) is not None
        # The same in small letters, as addresses have them.
        or b"nct0" in whole or b"isrctn" in whole or b"chictr" in whole or b"apicC" in whole
    ):  # fmt: skip
        return ()
    capitals = text.upper()
    found: dict[int, str] = {}
    for register in REGISTERS:
        for word in register.words:
            if word not in capitals:
                continue
            if word == "-" and not dashed:
                continue
            for match in register.pattern.finditer(capitals):
                found.setdefault(match.start(), register.written.format(*match.groups()))
            break
    return tuple(dict.fromkeys(found[at] for at in sorted(found))) if found else ()


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
