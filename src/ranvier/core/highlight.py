"""Words worth seeing in an abstract: found whatever their case, accents and script.

The browser marks words by the same rules (``web/static/screening/highlight.js``), so what a reader
sees in a terminal is what they see there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count

from ranvier.core.protocol import Protocol

__all__ = ["Place", "WordGroup", "find_words", "fold", "protocol_words", "word_pattern"]

# Latin accents, Arabic and Hebrew vowel signs: with or without them, it is the same word.
_SIGNS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
# Scripts that write without spaces between words: a word may begin and end anywhere.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003134f]"
)
#: Letters that have two small forms.
_SAME = {"ς": "σ"}
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_GAP = r"[\s\-\u2010-\u2015\u2212\ufe58\uff0d]"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGroup:
    """Words that are marked alike.

    Attributes
    ----------
    style : int
        Which of the eight looks, from 1.
    words : tuple of str
        Words and phrases; a ``*`` stands for any letters.
    """

    label: str
    style: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A word found: ``text[start:end]``, of the group with this index."""

    start: int
    end: int
    group: int


def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Fold a text for comparison.

    Returns
    -------
    str
        In lower case, without accents.
    tuple of int
        For each of its characters where it comes from, and the length of the text at the end.

    Examples
    --------
    >>> fold("Gué")
    ('gue', (0, 1, 2, 3))
    """
    folded: list[str] = []
    at: list[int] = []
    for place, char in enumerate(text):
        plain = char if _HANGUL.match(char) else unicodedata.normalize("NFKD", char).lower()
        for one in plain:
            if not _SIGNS.match(one):
                folded.append(_SAME.get(one, one))
                at.append(place)
    return "".join(folded), (*at, len(text))


def word_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Make one pattern of words, to be used on folded text; ``None`` if there are none.

    Examples
    --------
    >>> word_pattern(["random*", "double-blind"]).findall("a double blind, randomised trial")
    ['double blind', 'randomised']
    """
    folded = {fold(word.strip())[0] for word in words}
    held = sorted((w for w in folded if w.replace("*", "").strip()), key=lambda w: (-len(w), w))
    return re.compile("|".join(map(_source, held))) if held else None


def _source(word: str) -> str:
    """Write the pattern of one word."""
    parts = [p for p in re.split(rf"(\*|{_GAP}+)", word) if p]
    body = "".join(
        r"\w*" if p == "*" else f"{_GAP}+" if re.fullmatch(f"{_GAP}+", p) else re.escape(p)
        for p in parts
    )
    return (
        ("" if _is_open(word[0]) else r"(?<!\w)") + body + ("" if _is_open(word[-1]) else r"(?!\w)")
    )


def _is_open(char: str) -> bool:
    """Say whether a word that begins or ends with this needs no border there."""
    return char == "*" or bool(_UNSPACED.match(char)) or not re.match(r"\w", char)


def find_words(text: str, groups: Sequence[WordGroup]) -> tuple[Place, ...]:
    """Find the words of some groups in a text.

    Where two overlap, the one that begins first stands; of these the longer, of these the one of
    the earlier group. Neighbours of one group are one place.

    Examples
    --------
    >>> groups = [WordGroup(label="Design", style=1, words=("random*",))]
    >>> find_words("Ein Randomisierter Versuch", groups)
    (Place(start=4, end=18, group=0),)
    """
    folded, at = fold(text)
    found: list[Place] = []
    for group, held in enumerate(groups):
        pattern = word_pattern(held.words)
        for match in pattern.finditer(folded) if pattern else ():
            end = at[match.end()]
            # Signs that were left out belong to the letter before them.
            while end < len(text) and _SIGNS.match(text[end]):
                end += 1
            if match.group():
                found.append(Place(start=at[match.start()], end=end, group=group))
    kept: list[Place] = []
    for one in sorted(found, key=lambda p: (p.start, -p.end, p.group)):
        last = kept[-1] if kept else None
        if last is None or (one.start >= last.end and not _meet(text, last, one)):
            kept.append(one)
        elif one.start >= last.end:
            kept[-1] = replace(last, end=one.end)
    return tuple(kept)


def _meet(text: str, one: Place, next_: Place) -> bool:
    """Say whether nothing but a gap is between two places of one group."""
    between = text[one.end : next_.start]
    return one.group == next_.group and re.fullmatch(f"{_GAP}{{0,2}}", between) is not None


#: Words of an English question that say nothing about its topic.
_STOP = frozenset({
    "a", "about", "adult", "adults", "after", "age", "aged", "all", "an", "and", "any", "are",
    "as", "at", "be", "before", "between", "both", "but", "by", "can", "child", "children",
    "compared", "comparison", "control", "controls", "defined", "diagnosed", "diagnosis",
    "different", "dose", "each", "either", "for", "from", "given", "had", "has", "have", "in",
    "including", "interventions", "into", "is", "it", "its", "least", "less", "long", "may",
    "measured", "more", "most", "not", "of", "off", "on", "one", "only", "or", "other", "others",
    "outcome", "outcomes", "over", "participants", "patient", "patients", "people", "per",
    "person", "persons", "plus", "population", "same", "short", "should", "studies", "study",
    "such", "term", "than", "that", "the", "their", "them", "there", "these", "they", "this",
    "those", "time", "to", "treated", "treatment", "treatments", "two", "type", "types", "under",
    "up", "use", "used", "using", "versus", "vs", "was", "were", "what", "when", "where",
    "whether", "which", "who", "with", "within", "without", "years",
})  # fmt: skip

#: Words by which reports of randomised trials are found: the terms for titles and abstracts of the
#: Cochrane Highly Sensitive Search Strategy, sensitivity-maximising version, without "groups" and
#: "drug therapy", which mark almost everything.
_OF_TRIALS = ("random*", "placebo*", "trial*", "double-blind*", "single-blind*", "allocat*")

_ASKS_FOR_TRIALS = re.compile(r"random|\brct", re.IGNORECASE)


def protocol_words(protocol: Protocol) -> tuple[WordGroup, ...]:
    """Choose words to mark from what a protocol asks, by the parts of its questions.

    Each word of more than three letters is taken up to its ending, so that its other forms are
    found as well. They are a beginning: readers change them.

    References
    ----------
    Lefebvre C, Glanville J, Briscoe S, et al. (2024). Technical Supplement to Chapter 4: Searching
    for and selecting studies. In: Cochrane Handbook for Systematic Reviews of Interventions,
    version 6.5. Box 3.a.
    """
    asked = protocol.questions
    designs = " ".join(q.study_designs for q in asked)
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("Population", (q.population for q in asked)),
        ("Intervention", (q.intervention for q in asked)),
        ("Comparator", (q.comparator for q in asked)),
        ("Outcome", (o.name for o in protocol.outcomes)),
    )
    groups: list[WordGroup] = []
    taken: set[str] = set()
    #: Looks of the parts of a question; the first two are those of words to include and exclude.
    style = count(3)
    for label, texts in parts:
        words = tuple(w for w in _stems(" ".join(texts)) if w not in taken)
        taken.update(words)
        groups.append(WordGroup(label=label, style=next(style), words=words))
    designed = _OF_TRIALS if _ASKS_FOR_TRIALS.search(designs) else ()
    return (
        WordGroup(label="Words to include", style=1, words=designed),
        WordGroup(label="Words to exclude", style=2, words=()),
        *groups,
    )


_ENDING = re.compile(r"(?:ies|ied|ing|es|ed|y|s|e)$")


def _stems(text: str) -> tuple[str, ...]:
    """Return the words of a text that carry a topic, each once, cut before its ending."""
    found: dict[str, None] = {}
    for match in re.finditer(r"[^\W\d_][\w'’-]*\w", text):
        word = match.group()
        low = word.casefold()
        if low in _STOP:
            continue
        if _UNSPACED.search(word) or (word.isupper() and len(word) <= 6):
            found[word] = None
        elif len(word) > 5 and low.isascii():
            found[_ENDING.sub("", low) + "*"] = None
        elif len(word) > 3:
            found[low] = None
    return tuple(found)
