"""Wildcards: a platform's signs to ours, and ours to a platform's."""

from __future__ import annotations

import re

from ranvier.query.platforms import Platform

__all__ = ["ends_word", "likely", "to_ours", "variants", "widens"]

#: What spellings of one word mostly differ in: p?ediatric, wom#n, gr#y.
VOWELS = "aeiouy"
#: More variants of one term than this are not spelled out.
LARGEST = 60


def to_ours(text: str, platform: Platform) -> tuple[str, tuple[str, ...]]:
    """Turn a platform's wildcards into ours, and name the signs it does not know.

    Examples
    --------
    >>> from ranvier.query.platforms import PLATFORMS
    >>> to_ours("tumo$r wom?n", PLATFORMS["embase"])
    ('tumo?r wom#n', ())
    >>> to_ours("wom?n", PLATFORMS["pubmed"])
    ('wom n', ('?',))
    """
    found: list[str] = []
    unknown: list[str] = []
    for i, sign in enumerate(text):
        if sign not in "*$?#:":
            found.append(sign)
            continue
        meant = platform.wildcards.get(sign)
        inside = sign == ":" and i + 1 < len(text) and not text[i + 1].isspace()
        if meant is None and sign in "*?#":
            unknown.append(sign)
            found.append(" ")
        else:
            found.append(sign if meant is None or inside else meant)
    return " ".join("".join(found).split()), tuple(unknown)


def variants(text: str, platform: Platform) -> tuple[str, ...]:
    """Spell out wildcards that a platform has no sign for, where it has nothing wider either.

    Where it has a sign for exactly one letter, 'one letter or none' is spelled out without and with
    one, which loses nothing. Where it has none at all, the letter is spelled out as those that
    spellings differ in (`likely`), and as none for 'one letter or none'; the writer says so.

    Returns
    -------
    tuple of str
        The text itself where it need not or cannot be spelled out.

    Examples
    --------
    >>> from ranvier.query.platforms import PLATFORMS
    >>> variants("tumo?r*", PLATFORMS["cochrane"])
    ('tumor*', 'tumo#r*')
    >>> variants("tumo?r*", PLATFORMS["embase"])
    ('tumo?r*',)
    >>> variants("wom#n", PLATFORMS["pubmed"])
    ('woman', 'women', 'womin', 'womon', 'womun', 'womyn')
    >>> variants("randomi?ed", PLATFORMS["pubmed"])
    ('randomi?ed',)
    """
    signs = [i for i in range(len(text)) if _spelled(text, i, platform)]
    if not 0 < len(signs) <= 3:
        return (text,)
    single = "#" in platform.writes
    found = [""]
    for i, sign in enumerate(text):
        ends: tuple[str, ...] = (sign,)
        if i in signs:
            ends = ("#",) if single else tuple(likely(text, i))
            ends = ("", *ends) if sign == "?" else ends
        found = [one + end for one in found for end in ends]
    return tuple(found) if len(found) <= LARGEST else (text,)


def likely(text: str, at: int) -> str:
    """Return the letters that a sign may stand for.

    Between vowels s, z or c; before an e, a or o (paediatric, oedema); else the vowels.

    Examples
    --------
    >>> likely("anali#e", 5), likely("p?ediatric", 1)
    ('szc', 'ao')
    """
    before, after = text[at - 1 : at].casefold(), text[at + 1 : at + 2].casefold()
    between = before != "" and before in VOWELS and after != "" and after in VOWELS
    if between:
        return "szc"
    return "ao" if after == "e" else VOWELS


def _spelled(text: str, at: int, platform: Platform) -> bool:
    """Whether the sign at a place has to be spelled out."""
    if text[at] not in "?#" or text[at] in platform.writes:
        return False
    if text[at] == "#" and text[at:].startswith("# "):
        return False
    return "#" in platform.writes or not (ends_word(text, at) or widens(text, at, platform))


def ends_word(text: str, at: int) -> bool:
    """Whether nothing but wildcards follows in the word.

    Examples
    --------
    >>> ends_word("child? care", 5), ends_word("colo?r", 4)
    (True, False)
    """
    rest = text[at:].split(maxsplit=1)[0] if text[at:].strip() else ""
    return not rest.strip("*?#0123456789")


def widens(text: str, at: int, platform: Platform) -> bool:
    """Whether the platform lets ``*`` stand inside a word here.

    Examples
    --------
    >>> from ranvier.query.platforms import PLATFORMS
    >>> widens("randomi?ed", 7, PLATFORMS["pubmed"]), widens("wom#n", 3, PLATFORMS["pubmed"])
    (True, False)
    """
    least = platform.letters_before
    start = max(text.rfind(" ", 0, at), text.rfind("-", 0, at)) + 1
    return least is not None and len(re.split(r"[*?#]", text[start:at])[0]) >= least
