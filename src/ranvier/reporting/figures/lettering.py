"""How wide a line of text is: advance widths of the typeface that figures are set in.

Liberation Sans has the metrics of Arial and Helvetica, so what is measured here holds wherever one
of the three is at hand; PDF and PNG are always set in the copy that comes with Ranvier.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

__all__ = ["FAMILY", "FONTS", "Weight", "clip", "printable", "text_width", "wrap"]

Weight = Literal["regular", "bold", "italic"]

FONTS = Path(__file__).with_name("fonts")

#: The copy of ours first: a file looks the same with and without Arial on the machine.
FAMILY = "'Liberation Sans', Arial, Helvetica, sans-serif"

#: What a character takes that the typeface does not hold: most scripts are narrower.
UNKNOWN = 0.72


@cache
def _advances(weight: Weight) -> dict[str, float]:
    """Read the advance widths of one face, in ems."""
    held = json.loads((FONTS / "advances.json").read_text("utf-8"))
    em = held["units_per_em"]
    return {
        chr(first + i): advance / em
        for first, advances in held[weight]
        for i, advance in enumerate(advances)
    }


@cache
def _advance(sign: str, weight: Weight) -> float:
    """Return the width of one character in ems."""
    known = _advances(weight).get(sign)
    if known is not None:
        return known
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(sign) in "WF" else UNKNOWN


def text_width(said: str, size: float, weight: Weight = "regular") -> float:
    """Measure a line in pixels, without kerning (which only makes it narrower).

    Examples
    --------
    >>> round(text_width("Smith 2001", 12), 1)
    60.7
    """
    return size * sum(_advance(sign, weight) for sign in said)


def clip(said: str, room: float, size: float, weight: Weight = "regular") -> str:
    """Shorten a line that is wider than its room, with an ellipsis.

    Examples
    --------
    >>> clip("A rather long name of a study", 80, 12)
    'A rather lon…'
    """
    if text_width(said, size, weight) <= room:
        return said
    left = room - text_width("…", size, weight)
    kept = 0
    for sign in said:
        left -= _advance(sign, weight) * size
        if left < 0:
            break
        kept += 1
    return said[:kept].rstrip() + "…"


def wrap(said: str, room: float, size: float, weight: Weight = "regular") -> tuple[str, ...]:
    """Break a text into lines no wider than the room; a word that is wider is clipped.

    Examples
    --------
    >>> wrap("one two three", 45, 12)
    ('one two', 'three')
    """
    lines: list[str] = []
    line = ""
    for word in said.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, weight) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    if line:
        lines.append(line)
    return tuple(clip(part, room, size, weight) for part in lines)


def printable(said: str) -> str:
    """Replace what XML cannot hold, and draw all white space as one space.

    Examples
    --------
    >>> printable("Smith\\t2001\\x00")
    'Smith 2001�'
    """
    kept = "".join(
        sign
        if sign in "\t\n\r"
        or (sign >= " " and not 0xD800 <= ord(sign) <= 0xDFFF and sign not in "\ufffe\uffff")
        else "\ufffd"
        for sign in said
    )
    return " ".join(kept.split())
