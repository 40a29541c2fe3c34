"""Titles made comparable: what is said, what is numbered, and what kind of notice it is."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Title", "fold", "read_title", "words_of"]

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_APOSTROPHE = re.compile(r"['’‘`´ʼ]")
_NOT_WORD = re.compile(r"[^\w]+|_")
_DIGITS = re.compile(r"\d+")
_GREEK = str.maketrans(
    {
        "α": "alpha", "β": "beta", "ß": "ss", "γ": "gamma", "δ": "delta", "ε": "epsilon",
        "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ω": "omega", "σ": "sigma",
        "τ": "tau", "θ": "theta", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i",
    }
)  # fmt: skip

#: What platforms hang on a title in brackets: Ovid's "[see comment]", "[45 refs]", a language.
_HUNG_ON = re.compile(
    r"\s*[\[(](?:see comments?\.?|comments?\.?|review\.?|\d+ refs?\.?|\d+ references?|abstract\.?"
    r"|letter\.?"
    r"|structured abstract|provisional abstract|in process citation"
    r"|(?:article |paper )?in [a-z]+(?: and [a-z]+)?)[\])]\s*\.?\s*$"
    r"|\s*\[[A-Z]?[a-z]+(?:[,;/] ?[A-Z][a-z]+)*\]\s*\.?\s*$",
    re.I,
)
#: The language of the article, said after its title.
_LANGUAGE = re.compile(
    r"\[(?:(?:article )?in )?(?!english\b)[a-z]+(?:ese|ian|ish|an|ch)\W*\]", re.I
)
#: Words of other languages of which two stand in no English title.
_ABROAD = frozenset(
    (
        "der", "die", "das", "dem", "den", "und", "bei", "mit", "von", "zur", "zum", "eine", "des",
        "les", "du", "une", "chez", "dans", "et", "sur", "los", "las", "del", "en", "con", "una",
        "para", "por", "el", "y", "di", "della", "nei", "dei", "delle", "da", "do", "dos", "em",
        "het", "een", "voor", "och", "av", "og", "til", "w", "na", "ve",
    )
)  # fmt: skip
#: A notice's own words around the title of the article it is about.
_NOTICE_WORDS = re.compile(
    r"^\W*(?:(?:author |publisher )?(?:erratum|errata|corrigendum|corrigenda|correction)s?"
    r"(?: to| for)?\s*:\s*)|\s*\((?:vol\.? ?\d+|[^()]*\(\d{4}\)|erratum|correction)\b.*$",
    re.I,
)
#: What Ovid says of other notices, up to the end: it may hold brackets, or be cut off.
_SAID_OF_OTHERS = re.compile(
    r"\s*\[(?:erratum|corrected and republished|retraction|comment|republished|update|reprint"
    r"|original|summary)[^\[]{0,20} (?:appears |of |from )?in\b.*$"
    r"|\s*\[(?:see comments?|erratum appears|comment(?:s)? in|retracted by)\b.*$",
    re.I,
)
#: The article itself, marked by its publisher, unlike a notice about it.
_MARKED_RETRACTED = re.compile(
    r"^\W*(?:retracted(?: article| paper| chapter)?|withdrawn(?: article)?)\s*[:.\]\-–—]+\s*", re.I
)
_RETRACTED_BELOW = re.compile(r"\(retracted (?:article|paper)[^)]*\)", re.I)
_NOTICES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "erratum",
        re.compile(
            r"^\W*(?:errat(?:um|a)\b|corrigend(?:um|a)\b|(?:author |publisher |editorial )?"
            r"correction(?:s)?(?:\s*(?:to\b|:|for\b)|$)|correction notice|addend(?:um|a)\b)"
            r"|\((?:erratum|correction)\b|\(vol\.? ?\d+, (?:pgs?|pp?)\b"
            r"|\(\d{4}\) \d+ ?[:(][^)]*\)?\)\s*\.?$"
            r"|[\[:(]\s*(?:erratum|corrigendum|correction)\s*[\])]?\s*$",
            re.I,
        ),
    ),
    (
        "retraction",
        re.compile(
            r"^\W*(?:(?:notice of )?(?:partial )?retraction(?:\s+(?:notice|note|statement))?"
            r"\s*(?::|of\b|to\b|for\b|$|-|–)|expressions? of (?:editorial )?concern)"
            r"|[\[(:]\s*retraction\s*[\])]?\s*$",
            re.I,
        ),
    ),
    (
        "reply",
        re.compile(
            r"^\W*(?:(?:in |the |an? )?(?:authors?'?s?'? )?(?:reply|replies|rejoinder)\b"
            r"|(?:authors?'?s?'?|letter in) respon[sd]\w*|response to\b|respon(?:se|d)\s*:)"
            r"|\bauthors?'?s?'? reply\W*$"
            r"|[\[(:.?–—-]\s*(?:(?:in |the |authors?'?s?'? )*reply|authors?'? respon\w+|a rejoinder"
            r"|reply (?:from|by|of) [^:]{0,40})[\])]?\s*\.?$",
            re.I,
        ),
    ),
    (
        "comment",
        re.compile(
            r"^\W*(?:re\s*:|comment(?:s|ary|aries)?\s*(?:on\b|to\b|:|$|re\b)|invited comment\w*"
            r"|letters?\s*(?:to the editor|regarding|re\b|:|$)|letter by|viewpoint\s*:"
            r"|discussion(?:s)?\s*(?:of\b|on\b|:|$)|expert comment\w*)"
            r"|[\[(:.?-]\s*(?:comment|commentary|invited commentary|letter|discussion"
            r"|letter to the editor)s?[\])]?\s*\.?$",
            re.I,
        ),
    ),
    (
        "editorial",
        re.compile(
            r"^\W*(?:(?:guest )?editorial\b(?!\s+(?:office|board|policy))|editors?'?s?'? "
            r"(?:comments?|note|introduction|choice))"
            r"|[\[(:]\s*editorial\s*[\])]?\s*\.?$",
            re.I,
        ),
    ),
)
_TYPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("erratum", re.compile(r"errat|corrigend|published correction|\bcorrection\b", re.I)),
    ("retraction", re.compile(r"retraction (?:of|notice)|^retraction$", re.I)),
)
_SPELLING = {
    "our": "or", "ours": "ors", "tre": "ter", "tres": "ters", "isation": "ization", "ised": "ized",
    "ise": "ize", "ising": "izing", "yse": "yze", "ysed": "yzed",
}  # fmt: skip
_BRITISH = re.compile(r"(?<=[a-z]{2})(?:ours?|tres?|isation|ised|ise|ising|ysed?)\b")
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11",
    "xii": "12", "xiii": "13",
}  # fmt: skip
_AFTER_PART = re.compile(
    r"\b(?:(?:part|parts|section|chapter|phase|stage|type|class|grade|series|version)"
    r"\s+(i|v|x|a|b|c|d|one|two|three|four|five|six)"
    r"|(?:paper|study|volume|report|update|edition|number)\s+(i|v|x|one|two|three|four))\b"
)
_SPELT = {
    "i": "1", "v": "5", "x": "10", "a": "1", "b": "2", "c": "3", "d": "4", "one": "1", "two": "2",
    "three": "3", "four": "4", "five": "5", "six": "6",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Title:
    """A title made comparable.

    Attributes
    ----------
    words : str
        Folded words with single spaces.
    numbers : str
        All numbers in it, in order of size: what tells Part I from Part II and phase 2 from 3.
    notice : str
        ``erratum``, ``retraction``, ``reply``, ``comment``, ``editorial``, or empty.
    retracted : bool
        Whether the publisher marked the article itself as retracted.
    foreign: bool
        Whether it is translated, or of another language than English.
    """

    words: str
    numbers: str
    notice: str
    retracted: bool
    foreign: bool


def fold(text: str) -> str:
    """Fold a text: no case, accents, markup or punctuation, single spaces.

    Examples
    --------
    >>> fold("<i>Müller</i>&nbsp;β-cell’s  “role”")
    'muller beta cells role'
    """
    text = _plain(text).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_GREEK))
        text = _APOSTROPHE.sub("", text)
        text = "".join([c for c in text if not unicodedata.combining(c)])
    else:
        text = text.replace("'", "").replace("`", "")
    return " ".join(_NOT_WORD.sub(" ", text).split())


def _plain(text: str) -> str:
    """Take markup out of a text."""
    if "&" in text:
        text = html.unescape(text)
    return _TAG.sub("", text) if "<" in text else text


@lru_cache(maxsize=4096)
def read_title(text: str, type_: str = "") -> Title:
    """Make a title comparable.

    Parameters
    ----------
    text : str
        As the source gave it.
    type_ : str
        The record's publication type, if it has one: databases mark errata there.

    Examples
    --------
    >>> read_title("[Immunglobuline bei Neuropathie: Teil II]. [German]").words
    'immunglobuline bei neuropathie teil ii'
    >>> read_title("Immunoglobulin for neuropathy, part I: the trial").numbers
    '1'
    >>> read_title("Reply to: Immunoglobulin for neuropathy").notice
    'reply'
    """
    retracted = False
    text = _plain(text)
    foreign = text.startswith("[") or _LANGUAGE.search(text) is not None
    if "etracted" in text or "RETRACTED" in text or "ithdrawn" in text or "WITHDRAWN" in text:
        bare = _RETRACTED_BELOW.sub("", _MARKED_RETRACTED.sub("", text))
        retracted, text = bare != text, bare
    text = text.strip()
    if "[" in text:
        text = _SAID_OF_OTHERS.sub("", text) or text
    notice = next((kind for kind, form in _NOTICES if form.search(text)), "")
    if notice == "erratum":
        text = _NOTICE_WORDS.sub("", text) or text
    for _ in range(4):
        if text.startswith("[") and text.count("]") == 1 and text.rstrip(" .").endswith("]"):
            text = text.strip(" .[]")  # a translated title
        elif text.endswith((")", "]", ").", "].")):
            text = _HUNG_ON.sub("", text)
    words = _american(fold(text))
    foreign = foreign or len(_ABROAD.intersection(words.split())) > 1
    return Title(words, _numbers(words), notice, retracted, foreign)


def _american(words: str) -> str:
    """Spell folded words one way: databases turn haemolytic into hemolytic and back."""
    if "ae" in words or "oe" in words:
        words = words.replace("ae", "e").replace("oe", "e")
    return _BRITISH.sub(lambda m: _SPELLING[m[0]], words)


def _numbers(words: str) -> str:
    """List the numbers in folded words, also those written in Roman figures or as words."""
    found = [run.lstrip("0") or "0" for run in _DIGITS.findall(words)]
    if "i" in words or "v" in words or "x" in words:
        found += [_ROMAN[word] for word in words.split() if word in _ROMAN]
    found += [_SPELT[x or y] for x, y in _AFTER_PART.findall(words)]
    return " ".join(sorted(found))


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text that carry meaning."""
    return [word for word in folded.split() if word not in _STOP]


_STOP = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "its", "of",
        "on", "or", "the", "to", "with", "without", "versus", "vs", "der", "die", "das", "und",
        "von", "la", "le", "les", "de", "des", "du", "et", "el", "los", "las", "en", "y", "e", "o",
    )
)  # fmt: skip
