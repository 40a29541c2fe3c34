"""Wildcards: a platform's signs to ours, and ours to a platform's."""

from __future__ import annotations

import re

from ranvier.query.platforms import Platform

__all__ = ["to_ours", "variants"]


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
    """Spell out 'one letter or none' where a platform has no sign for it: without, and with one.

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
    """
    count = text.count("?")
    if "?" in platform.writes or "#" not in platform.writes or not 0 < count <= 3:
        return (text,)
    found = [""]
    for part in re.split(r"(\?)", text):
        ends = ("", "#") if part == "?" else (part,)
        found = [one + end for one in found for end in ends]
    return tuple(found)
