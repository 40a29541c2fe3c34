"""Side by side: two records field by field, with what differs marked, for a person to judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from rapidfuzz.distance import Levenshtein

from ranvier.core.record import Record
from ranvier.dedup.citation import Citation, cite
from ranvier.dedup.compare import LEVELS, compare
from ranvier.dedup.titles import fold

__all__ = ["Beside", "Part", "Says", "beside"]

#: What two records say of one field: the same, the same in other words or in part, something
#: else; or one of them says nothing.
Says: TypeAlias = Literal["same", "alike", "differs", "one only"]

#: A piece of a text, and whether the other record lacks it.
Part: TypeAlias = tuple[str, bool]

#: Levels of agreement by which two records still say the same, in other words.
_SAME = frozenset(("same", "same, long", "same, middling", "same, short"))
_DIFFERS = frozenset(("differs", "differ"))
#: Fields that are read word by word; of the others the whole is marked.
_RUNNING = frozenset(("title", "authors", "abstract", "journal"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One field of two records.

    Attributes
    ----------
    field : str
        ``title``, ``authors``, ``year`` ...
    says : {"same", "alike", "differs", "one only"}
        As the comparison sees it: ``221-8`` and ``221-228`` are the same.
    a, b : tuple of (str, bool)
        The text of each record in pieces, and of each piece whether the other lacks it; empty if
        it does not give the field.
    """

    field: str
    says: Says
    a: tuple[Part, ...]
    b: tuple[Part, ...]


def beside(a: Record, b: Record) -> tuple[Beside, ...]:
    """Lay two records side by side; fields that neither gives are left out.

    Examples
    --------
    >>> one = Record(id="a", title="IVIg one", pages="221-8", year=2001)
    >>> other = Record(id="b", title="IVIg two.", pages="221-228")
    >>> for line in beside(one, other):
    ...     print(f"{line.field}, {line.says}: {line.a} | {line.b}")
    title, differs: (('IVIg ', False), ('one', True)) | (('IVIg ', False), ('two.', True))
    year, one only: (('2001', True),) | ()
    pages, same: (('221-8', False),) | (('221-228', False),)
    """
    x, y = cite(a), cite(b)
    levels = compare([x, y], np.array([[0, 1]]))
    return tuple(
        _line(field, one, other, _says(field, LEVELS[field][levels[field][0]], one, other))
        if field in levels
        else _line(field, one, other, "same" if fold(one) == fold(other) else "differs")
        for field, one, other in _fields(a, b, x, y)
        if one or other
    )


def _fields(a: Record, b: Record, x: Citation, y: Citation) -> list[tuple[str, str, str]]:
    """List the fields that tell records apart, as their sources write them."""
    named = [
        ("title", a.title, b.title),
        ("authors", "; ".join(a.authors), "; ".join(b.authors)),
        ("year", str(a.year or ""), str(b.year or "")),
        *((name, getattr(a, name) or "", getattr(b, name) or "") for name in _PLAIN),
        ("registration", ", ".join(x.registry), ", ".join(y.registry)),
        ("language", ", ".join(a.languages), ", ".join(b.languages)),
        ("type", _type(a), _type(b)),
        ("abstract", a.abstract or "", b.abstract or ""),
    ]
    return [(name, _plain(one), _plain(other)) for name, one, other in named]


_PLAIN = ("journal", "volume", "issue", "pages", "doi", "pmid")


#: Markup that platforms leave in titles and abstracts; it says nothing to compare.
_MARKUP = re.compile(r"</?(?:i|b|em|sub|sup)\s*>", re.IGNORECASE)


def _plain(text: str) -> str:
    """Write a text in one line, without markup."""
    return " ".join(_MARKUP.sub("", text).split())


def _type(record: Record) -> str:
    """Name what kind of publication a record says it is."""
    return ", ".join(record.types) or record.type or ""


def _says(field: str, level: str, one: str, other: str) -> Says:
    """Put the level of agreement of a field in the words of a person."""
    if level in _SAME or fold(one) == fold(other) or (field, level) == ("pages", "first"):
        return "same"
    return "differs" if level in _DIFFERS else "alike"


def _line(field: str, one: str, other: str, says: Says) -> Beside:
    """Mark what each text has and the other lacks."""
    if not one or not other:
        says = "one only"
    if says == "same":
        return Beside(field=field, says=says, a=((one, False),), b=((other, False),))
    if not (one and other) or field not in _RUNNING:
        whole = [((text, True),) if text else () for text in (one, other)]
        return Beside(field=field, says=says, a=whole[0], b=whole[1])
    left, right = _marked(one, other)
    return Beside(field=field, says=says, a=left, b=right)


def _marked(one: str, other: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Mark the words that the other text lacks; case, accents and punctuation make no word."""
    x, y = one.split(), other.split()
    lacks = [[False] * len(x), [False] * len(y)]
    for step in Levenshtein.opcodes([fold(w) for w in x], [fold(w) for w in y]):
        if step.tag != "equal":
            lacks[0][step.src_start : step.src_end] = [True] * (step.src_end - step.src_start)
            lacks[1][step.dest_start : step.dest_end] = [True] * (step.dest_end - step.dest_start)
    return _pieces(x, lacks[0]), _pieces(y, lacks[1])


def _pieces(words: Sequence[str], lacks: Sequence[bool]) -> tuple[Part, ...]:
    """Join neighbouring words that are marked alike; the spaces stay with what is before."""
    found: list[Part] = []
    for k, (word, lack) in enumerate(zip(words, lacks, strict=True)):
        text = word if k == len(words) - 1 else word + " "
        if found and found[-1][1] == lack:
            found[-1] = (found[-1][0] + text, lack)
        else:
            found.append((text, lack))
    return tuple(found)
