"""Where a report was published, made comparable: volume, issue, pages, journal, identifiers."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from ranvier.dedup.titles import fold

__all__ = [
    "begins_journal",
    "read_doi",
    "read_issue",
    "read_journal",
    "read_meeting",
    "read_pages",
    "read_pmid",
    "read_registry",
    "read_volume",
    "same_journal",
]

_DOI = re.compile(r"10\.\d{4,9}/\S+", re.I)
_REGISTRY = re.compile(
    r"\bNCT\s?0?\d{7,8}\b|\bISRCTN\s?\d{8}\b|\b(?:EUCTR\s?)?20\d\d-\d{6}-\d\d(?!\d)"
    r"|\bACTRN\s?\d{14}\b|\bChiCTR[-A-Z]*\d{8,}\b|\bDRKS\d{8}\b|\bCTRI/\d{4}/\d+/\d+"
    r"|\bJPRN-\w+\b|\bUMIN\d{9}\b|\bjRCTs?\d{9,10}\b|\bKCT\d{7}\b|\bNTR\d{3,5}\b|\bIRCT\d{10,}\w*"
    r"|\bPACTR\d{15,}\b|\bTCTR\d{11}\b|\bRBR-\w{5,7}\b|\bSLCTR/\d{4}/\d+|\bCRD\d{11}\b",
    re.I,
)
_MONTHS = {
    m: i + 1
    for i, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}
#: A spreadsheet took pages 21-8 for the 21st of August.
_SPREADSHEET_DAY = re.compile(r"^(\d{1,2})-([A-Za-z]{3})$")
_SPREADSHEET_MONTH = re.compile(r"^([A-Za-z]{3})-(\d{2})$")
_PAGE = re.compile(r"([a-z]{0,6})[ .]?(\d+)([a-z]?)", re.I)
#: An export lost the first page: "Suppl-6" of S212-6, "t-20" of 314-20.
_ONLY_END = re.compile(r"^[a-z]+-\d+$", re.I)
_PAGE_WORDS = re.compile(r"\b(?:pages?|pp?|pgs?|article(?: no\.?| id)?)\b\.?\s*", re.I)
_DASHES = re.compile(r"\s*[-‐‑‒–—−~]+\s*")
_BRACKETED = re.compile(r"[(\[][^)\]]*[)\]]")
_NUMBER = re.compile(r"\d+")
_SUPPLEMENT = re.compile(r"suppl|\bsup\b|\bs\d", re.I)
_CONFERENCE_TAIL = re.compile(
    r"[.,:;]?\s*\b(?:conference|\d+(?:st|nd|rd|th) annual|annual meeting|meeting|congress"
    r"|proceedings of the)\b.*$",
    re.I,
)
_SMALL = frozenset(
    [
        "supplement",
        "supplements",
        "suppl",
        "the",
        "of",
        "and",
        "in",
        "for",
        "on",
        "to",
        "a",
        "an",
        "de",
        "la",
        "le",
        "des",
        "du",
        "et",
        "der",
        "die",
        "das",
        "und",
        "fur",
    ]
)


@lru_cache(maxsize=4096)
def read_doi(text: str) -> str:
    """Return a DOI in lower case without what is hung around it; empty if there is none.

    Examples
    --------
    >>> read_doi("https://doi.org/10.1002%2FANA.410220108.")
    '10.1002/ana.410220108'
    """
    if not text:
        return ""
    if "%" in text:
        text = unquote(text)
    found = _DOI.search(text)
    return found[0].rstrip(".,;)]}>\"'").lower() if found else ""


def read_pmid(text: str) -> str:
    """Return a PubMed id as digits; empty if it is none."""
    found = _NUMBER.search(text)
    return found[0].lstrip("0") if found and len(found[0]) <= 8 else ""


def read_registry(text: str) -> tuple[str, ...]:
    """Return the ids of trial registers in a text, in one spelling each.

    Examples
    --------
    >>> read_registry("NCT 00666263; EUCTR2009-013841-27-DK")
    ('NCT00666263', '2009-013841-27')
    """
    found = [re.sub(r"\s", "", id).upper().removeprefix("EUCTR") for id in _REGISTRY.findall(text)]
    return tuple(dict.fromkeys(found))


def read_volume(text: str) -> str:
    """Return the number of a volume; empty where a broken cell holds only a supplement's.

    Examples
    --------
    >>> read_volume("38 (Supplement 1)"), read_volume("1)"), read_volume("Vol. XII")
    ('38', '', 'xii')
    """
    if not text or (")" in text and "(" not in text):
        return ""
    head = _BRACKETED.sub(" ", text).lower()
    found = _NUMBER.search(head)
    if found:
        return found[0].lstrip("0") or "0"
    return fold(head).removeprefix("volume ").removeprefix("vol ")


def read_issue(text: str, volume: str = "") -> str:
    """Return the number of an issue, with ``s`` before that of a supplement.

    Examples
    --------
    >>> read_issue("SUPPL. 1"), read_issue("3 Pt 1"), read_issue("", "65 (Supplement 2)")
    ('s1', '3', 's2')
    """
    if not text and "(" in volume:
        text = volume[volume.index("(") :]
    if not text:
        return ""
    found = _NUMBER.search(text)
    number = (found[0].lstrip("0") or "0") if found else ""
    if len(number) > 4:
        return ""  # the number of an electronic article in the wrong cell
    return f"s{number}" if _SUPPLEMENT.search(text) else number


@lru_cache(maxsize=4096)
def read_pages(text: str) -> tuple[str, int, int]:
    """Return the letters, the first and the last page; 0 for what is not given.

    Examples
    --------
    >>> read_pages("221-8"), read_pages("S212–S216"), read_pages("21-Aug"), read_pages("e12")
    (('', 221, 228), ('s', 212, 216), ('', 21, 28), ('e', 12, 0))
    """
    nothing = ("", 0, 0)
    if not text:
        return nothing
    day = _SPREADSHEET_DAY.match(text)
    if day and day[2].lower() in _MONTHS:
        a, b = int(day[1]), _MONTHS[day[2].lower()]
        # Only 13 and more must have been the first page (21-8 is 21 to 28).
        text = f"{a}-{b}" if a <= b or a >= 13 else f"{b}-{a}"
    month = _SPREADSHEET_MONTH.match(text)
    if month and month[1].lower() in _MONTHS:
        text = f"{_MONTHS[month[1].lower()]}-{month[2]}"
    text = _DASHES.sub("-", _PAGE_WORDS.sub("", text.strip()))
    if _ONLY_END.match(text):
        return nothing
    found = list(_PAGE.finditer(text))
    if not found or len(found[0][2]) > 15:
        return nothing
    letters = (found[0][1] or found[0][3]).lower()
    first = int(found[0][2])
    last = 0
    joined = len(found) > 1 and text[found[0].end() : found[1].start()] == "-"
    if joined and len(found[1][2]) <= 15:
        end = found[1][2]
        digits = found[0][2]
        if len(end) < len(digits):
            end = digits[: len(digits) - len(end)] + end
        last = int(end)
    return letters, first, last


@lru_cache(maxsize=65536)
def read_journal(text: str) -> str:
    """Return a journal's name folded, without the name of a conference or of a medium after it.

    Examples
    --------
    >>> read_journal("Circulation. Conference: Resuscitation Science Symposium")
    'circulation'
    >>> read_journal("Infectious Agents & Cancer [Electronic Resource]")
    'infectious agents cancer'
    """
    head = _CONFERENCE_TAIL.sub("", text)
    head = _BRACKETED.sub(" ", head if len(head) > 3 else text)
    words = [word for word in fold(head or text).split() if word not in _SMALL]
    return " ".join(words) or fold(text)


def read_meeting(text: str) -> str:
    """Return the name of the conference that stands after that of the journal, folded.

    Examples
    --------
    >>> read_meeting("J Thromb Haemost.Conference: 23rd Congress of the Society. Kyoto")
    '23rd congress society kyoto'
    """
    found = _CONFERENCE_TAIL.search(text)
    words = fold(found[0]).removeprefix("conference ").split() if found else []
    return " ".join(word for word in words if word not in _SMALL)


@lru_cache(maxsize=65536)
def begins_journal(a: str, b: str) -> bool:
    """Say whether one folded name is the beginning of the other, a section or another journal.

    Examples
    --------
    >>> begins_journal("nephron", "nephron clinical practice")
    True
    """
    x, y = sorted((a.split(), b.split()), key=len)
    return bool(x) and len(x) < len(y) and all(map(_abbreviates, x, y))


@lru_cache(maxsize=65536)
def same_journal(a: str, b: str) -> bool:
    """Say whether two folded names can be one journal, one of them abbreviated perhaps.

    Examples
    --------
    >>> same_journal("curr opin lipidol", "current opinion lipidology")
    True
    >>> same_journal("jama", "journal american medical association")
    True
    >>> same_journal("diabetes", "diabetologia")
    False
    """
    if a == b:
        return True
    x, y = a.split(), b.split()
    if len(x) > len(y):
        x, y = y, x
    if not x:
        return False
    if len(x) == len(y) > 1 and all(_abbreviates(p, q) for p, q in zip(x, y, strict=True)):
        return True
    if len(x) == 1 and len(x[0]) > 2 and len(y) > 1:
        return x[0] == "".join(word[0] for word in y)
    return False


def _abbreviates(p: str, q: str) -> bool:
    """Say whether one word abbreviates the other: ``natl`` and ``national``."""
    short, long = (p, q) if len(p) <= len(q) else (q, p)
    if long.startswith(short):
        return True
    if short[0] != long[0] or len(short) < 2:
        return False
    letters = iter(long)
    return len(short) < len(long) and all(letter in letters for letter in short)
