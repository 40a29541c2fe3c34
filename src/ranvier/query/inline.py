"""A strategy of many lines as one line, for interfaces that know no line numbers."""

from __future__ import annotations

import re

from ranvier.errors import InputError
from ranvier.query.lines import split

__all__ = ["inline"]

_QUOTED = re.compile(r'"[^"]*"')
_REFERENCE = re.compile(r"#(\d+)\b")
#: A line that only puts lines together, by bare numbers.
_COMBINES = re.compile(r"(?:\s|[()]|\d{1,3}\b|and\b|or\b|not\b)+", re.IGNORECASE)
_BARE = re.compile(r"(?<!#)\b(\d{1,3})\b")
#: Lines that double each other could grow without end.
_LONGEST = 200_000


def inline(text: str) -> str:
    r"""Put the lines that others refer to in their place, word for word.

    Parameters
    ----------
    text : str
        Numbered lines, of which the last one counts; or a search over as many lines as one likes.

    Raises
    ------
    InputError
        If a line refers to one that is not above it, or the search grows too long.

    Examples
    --------
    >>> inline("#1 pain[ti] (1,234)\n#2 ache*[ti]\n#3 #1 OR #2")
    '(pain[ti]) OR (ache*[ti])'
    >>> inline("pain[ti]\nOR ache*[ti]")
    'pain[ti] OR ache*[ti]'
    """
    strategy = split(text)
    if not strategy.numbered:
        return " ".join(text.lstrip("\ufeff").split())
    done: dict[int, str] = {}
    for line in strategy.lines:

        def put(found: re.Match[str], row: int = line.at) -> str:
            number = int(found[1])
            if number not in done:
                raise InputError(
                    f"it refers to line {number}, which is not above it.",
                    row=row,
                    remedy="Mend the number, or put the lines in order.",
                )
            return f"({done[number]})"

        written = line.text
        if _COMBINES.fullmatch(written) and re.search(r"\d", written):
            written = _BARE.sub(r"#\1", written)
        parts = _QUOTED.split(written)
        quoted = [*_QUOTED.findall(written), ""]
        done[line.number] = "".join(
            _REFERENCE.sub(put, part) + phrase for part, phrase in zip(parts, quoted, strict=True)
        )
        if len(done[line.number]) > _LONGEST:
            raise InputError(
                f"written out, this search is longer than {_LONGEST} characters.",
                row=line.at,
                remedy="Split it into several searches.",
            )
    return done[strategy.lines[-1].number]
