"""Text as signs and words are read in it: one case, one spelling, every character in its place."""

from __future__ import annotations

import re

__all__ = ["places", "plain", "words"]

#: Hyphens and white space of every kind become a space.
_SPACES = "-\u2010\u2011\u2012\u2013\u2014\u00ad\u00a0\u2009\u202f\n\t\r"
_PLAIN = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _SPACES, "abcdefghijklmnopqrstuvwxyz" + " " * len(_SPACES)
)
#: Letters stay, a digit is a 0, all else parts words.
_WORDS = bytes(b if 97 <= b <= 122 else 48 if 48 <= b <= 57 else 32 for b in range(256))


def plain(text: str) -> str:
    """Return text in one case and one spelling, of the same length.

    So a place found in the plain text is the same place in the text as printed.

    Examples
    --------
    >>> plain("A Double-Blind, RANDOMISED trial")
    'a double blind, randomized trial'
    """
    if text.isascii():
        text = text.lower().replace("-", " ").replace("\n", " ").replace("\t", " ")
    else:
        text = text.translate(_PLAIN)
    return text.replace("andomis", "andomiz")


def words(text: str) -> list[str]:
    """Return the words of plain text; a number is as many zeros as it has digits.

    Examples
    --------
    >>> words("48 patients received 2.5 mg")
    ['00', 'patients', 'received', '0', '0', 'mg']
    """
    return _parted(text).split()


def places(text: str) -> list[tuple[str, int, int]]:
    """Return the words of plain text with their places.

    Examples
    --------
    >>> places("2.5 mg")
    [('0', 0, 1), ('0', 2, 3), ('mg', 4, 6)]
    """
    return [(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", _parted(text))]


def _parted(text: str) -> str:
    """Put a space for all that is no letter and no digit; the length stays."""
    return text.encode("latin-1", "replace").translate(_WORDS).decode("ascii")
