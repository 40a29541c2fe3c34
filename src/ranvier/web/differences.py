"""What two texts have apart: the words of each that the other lacks are marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from markupsafe import Markup, escape

__all__ = ["marked"]

_WORD = re.compile(r"\w+|\s+|[^\w\s]")

#: Longer texts are compared by their first words: a page must not wait.
MOST = 4_000


def marked(a: str, b: str) -> tuple[Markup, Markup]:
    """Return two texts with what differs in ``<mark>``; case and spacing do not count.

    Examples
    --------
    >>> marked("Zinc in adults", "Zinc in Children")
    (Markup('Zinc in <mark>adults</mark>'), Markup('Zinc in <mark>Children</mark>'))
    >>> marked("the Lancet", "The  Lancet")
    (Markup('the Lancet'), Markup('The  Lancet'))
    """
    left, right = _WORD.findall(a)[:MOST], _WORD.findall(b)[:MOST]
    same = SequenceMatcher(None, [_key(w) for w in left], [_key(w) for w in right], autojunk=False)
    out_a: list[Markup] = []
    out_b: list[Markup] = []
    for kind, a0, a1, b0, b1 in same.get_opcodes():
        out_a.append(_said(left[a0:a1], differs=kind != "equal"))
        out_b.append(_said(right[b0:b1], differs=kind != "equal"))
    return Markup("").join(out_a), Markup("").join(out_b)


def _key(word: str) -> str:
    """Return what of a word counts."""
    return " " if word.isspace() else word.casefold()


def _said(words: list[str], *, differs: bool) -> Markup:
    text = escape("".join(words))
    return Markup("<mark>{}</mark>").format(text) if differs and text.strip() else text
