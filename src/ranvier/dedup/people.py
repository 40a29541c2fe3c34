"""Authors made comparable, however a source writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ranvier.dedup.titles import fold

__all__ = ["first_surname", "read_author", "read_authors"]

_INITIALS = re.compile(r"^(?:[^\W\d_]\.?-?){1,3}$")
_SUFFIX = frozenset(["jr", "sr", "ii", "iii", "iv", "md", "phd", "et", "al", "others"])
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ter",
        "ten",
        "st",
    ]
)


@lru_cache(maxsize=65536)
def read_author(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the surname of an author, and every word of the name that is no initial.

    Examples
    --------
    >>> read_author("Dennis, Alan R."), read_author("Le Quintrec M")
    (('dennis', ('dennis', 'alan')), ('quintrec', ('le', 'quintrec')))
    >>> read_author("Alan R. Dennis"), read_author("del, Pino M")
    (('dennis', ('alan', 'dennis')), ('pino', ('del', 'pino')))
    """
    family, comma, _ = name.partition(",")
    whole = name.replace(",", " ").split()
    shouting = name.isupper()
    words: list[str] = []
    for part in whole:
        initials = _INITIALS.match(part) and ((part.isupper() and not shouting) or len(part) < 2)
        if initials or (shouting and "." in part and len(part) < 5):
            continue
        words += [w for w in fold(part).split() if len(w) > 1 and w not in _SUFFIX]
    if not words:
        words = [w for w in fold(name).split() if len(w) > 1 and w not in _SUFFIX][:1]
    if not words:
        return "", ()
    if comma:
        named = [w for w in fold(family).split() if w in words and w not in _PARTICLES]
        own = named or [w for w in words if w not in _PARTICLES]
        surname = own[-1] if named else (own[0] if own else words[0])
    else:
        own = [w for w in words if w not in _PARTICLES] or words
        surname = own[-1]
    return surname, tuple(dict.fromkeys(words))


def first_surname(authors: Iterable[str]) -> str:
    """Return the surname of the first author; empty if there is none."""
    return next((surname for a in authors if (surname := read_author(a)[0])), "")


def read_authors(authors: tuple[str, ...]) -> tuple[str, frozenset[str], int]:
    """Return the first surname, the words of all names, and how many authors there are.

    A single text that holds several names, as some exports give it, is parted first.

    Examples
    --------
    >>> first, words, n = read_authors(("Zuna, R E", "Wang, S S"))
    >>> first, sorted(words), n
    ('zuna', ['wang', 'zuna'], 2)
    """
    if len(authors) == 1 and len(authors[0]) > 24:
        authors = _parted(authors[0])
    words: set[str] = set()
    first = ""
    for author in authors:
        surname, named = read_author(author)
        first = first or surname
        words.update(named)
    return first, frozenset(words), len(authors)


def _parted(text: str) -> tuple[str, ...]:
    """Part a text with many names at ``and``, ``&``, bars, line ends, or its commas."""
    parts = re.split(r"\s+and\s+|\s*[&|\n]\s*|;", text)
    if len(parts) == 1 and text.count(",") > 1:
        parts = text.split(",")
        if all(_INITIALS.match(p.strip()) for p in parts[1::2]):
            parts = [f"{a},{b}" for a, b in zip(parts[::2], parts[1::2], strict=False)]
    return tuple(part.strip() for part in parts if part.strip())
