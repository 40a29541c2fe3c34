"""The tokens of one line, each with its place; what any platform writes is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ranvier.query.asides import aside
from ranvier.query.fields import CODES, fields_of, known_ovid
from ranvier.query.platforms import Platform
from ranvier.query.tree import ALL, Fields, Operator

__all__ = ["Kind", "Token", "tokens"]

Kind = Literal[
    "open", "close", "operator", "near", "word", "quoted", "suffix", "heading_end", "exp",
    "prefix", "ref", "range", "mesh", "frequency", "limit", "colon", "comment", "no_field",
]  # fmt: skip

#: MeSH qualifiers as two letters (NLM), and older ones that strategies still hold.
QUALIFIERS = frozenset({
    "aa", "ab", "ac", "ad", "ae", "ag", "ah", "ai", "an", "bi", "bl", "bs", "ca", "cb", "cf",
    "ch", "ci", "cl", "cn", "co", "cs", "ct", "cy", "da", "de", "df", "dg", "dh", "di", "dm",
    "do", "dr", "dt", "du", "dv", "ec", "ed", "eh", "em", "en", "ep", "es", "et", "gd", "ge",
    "hi", "im", "in", "io", "ip", "ir", "is", "it", "iv", "lj", "ma", "me", "mi", "mo", "mt",
    "na", "ng", "nu", "og", "pa", "pc", "pd", "pe", "ph", "pk", "po", "pp", "ps", "px", "py",
    "ra", "re", "rh", "ri", "rt", "sc", "sd", "se", "si", "sn", "sp", "ss", "st", "su", "sy",
    "td", "th", "tm", "to", "tr", "tu", "tx", "ul", "ur", "us", "ut", "va", "ve", "vi", "vt",
    "xt",
})  # fmt: skip

_SPACE = re.compile(r"[\s\u200b-\u200d\ufeff]+")
_REF = re.compile(r"(?:#|S(?=\d))\s*(\d{1,4})(?![\w*$?])", re.IGNORECASE)
_RANGE = re.compile(
    r"\{?\b(and|or|not)\s*/\s*(#?S?\d+(?:\s*[-\u2013,]\s*#?S?\d+)*)\}?"
    r"|\{\s*(and|or)\s+(#?\d+(?:\s*[-\u2013,]\s*#?\d+)*)\s*\}"
    r"|(#?S?\d+(?:\s*[-\u2013,]\s*#?S?\d+)*)\s*/\s*(and|or)\b",
    re.IGNORECASE,
)
_AFTER_OPERATOR = re.compile(r"(?:^|[(\[{]|\b(?:and|or|not))\s*$", re.IGNORECASE)
_SPREAD = re.compile(r"(?:(and|or)\s+)?#(\d+)\s*[-\u2013]\s*#(\d+)", re.IGNORECASE)
_OPERATOR = re.compile(
    r"(and\s+not|and|or|not)(?=[\s()\[\]\"'\u2018\u2019\u201c\u201d{#]|$)", re.IGNORECASE
)
#: "1 and2", "(1or 2)": an operator that ran into the number of a line.
_TIGHT = re.compile(r"(and|or|not)(?=\d+(?:\s|\)|$))", re.IGNORECASE)
_NUMBER_TIGHT = re.compile(r"\d{1,3}(?=(?:and|or|not)(?:\s|\(|\d|$))", re.IGNORECASE)
_NEAR = re.compile(
    r"(?:(adj)\s?(\d*)|(near|next)\s?/?\s?(\d*)|(n|w|pre|onear|p)/?(\d+)|(same))"
    r"(?=[\s()\"'\u201c]|$)",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u201d": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb"}
_DOT = re.compile(
    r"\.\s?([a-z]{2}(?:\s*,\s*[a-z]{2}|\s*\.\s*(?!or\b)[a-z]{2}(?=\s*\.))*)"
    r"\s*,?\s*(?:\.|(?=[\s)\]}]|$))|\.\((sa_year)\)\.",
    re.IGNORECASE,
)
#: What looks like Ovid's fields: no word ends so.
_DOTTED = re.compile(r"\.([a-z]{2}(?:\s*,\s*[a-z]{2})*)\.(?=[\s)\]}]|$)", re.IGNORECASE)
_FREQ = re.compile(r"/\s?freq\s?=\s?(\d+)", re.IGNORECASE)
_EMTREE = re.compile(
    r"/((?:exp|de|mj|d[dm]_\w\w|br|syn|lnk|\w\w)"
    r"(?:/(?:exp|de|mj|br|syn|lnk|d[dm]_\w\w(?:,\s?d[dm]_\w\w)*))*)"
    r"(?=[\s)\]]|$)"
)
_LIM = re.compile(r"\[([^\]]+)\]/(?:lim|py|sd)\b", re.IGNORECASE)
_SLASH = re.compile(r"/\s?([a-z]{2}(?:\s*,\s*[a-z]{2})*)?(?=[\s()\[\],.]|$)", re.IGNORECASE)
_COLON = re.compile(r":\s?([a-z]{2,4}(?:\s*,\s*[a-z]{2,4})*)(?=[\s()\],.]|$)", re.IGNORECASE)
_TILDE = re.compile(r"\[\s*([a-z/ ]+?)\s*:~(\d+)\s*\]", re.IGNORECASE)
_LIKE_A_TAG = re.compile(r"[A-Za-z][\w/ -]{0,19}")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_COCHRANE = re.compile(
    r"mesh\s+descriptor\s*:?\s*(?:\[([^\[\]]+)\]|([^\[\]]+?))\s*,?\s*"
    r"(explode(?:\s+all\s+trees|\s+tree\s+\S+|\s+trees?\s+[\d ,and]+)?"
    r"|this\s+term\s+only|single\s+MeSH|in\s+MeSH\s+products)?"
    r"(?:\s+in\s+(?:MeSH\s+products|all\s+products))?(?=\s*(?:\b(?:and|or|not)\b|[),]|$|in\b|with\b))"
    r"(?:\s*and\s+with\s+qualifiers?\(?s?\)?\s*:?\s*\[([^\]]+)\])?",
    re.IGNORECASE,
)
_MH = re.compile(
    r"\[\s*mh\s*(\^)?\s*(?:[\"\u201c](\^)?([^\]\"\u201d]+?)[\"\u201d]|((?<=\s|\^)[^\]\[\"/\u201c]+?))"
    r"\s*(?:/\s*([\w, ]+?))?\s*(\[\s*mj\s*\]\s*)?\]",
    re.I,
)
_EBSCO = re.compile(r"([A-Z]{2})(?=\s|\(|\")\s*")
_TOPIC = re.compile(r"([A-Z]+(?: [A-Z]+)?)\s*:\s*(?=\()")
#: Web of Science's fields, spelled out as its history prints them.
_TOPICS = {
    "TOPIC": "ts", "TITLE": "ti", "AUTHOR": "au", "YEAR PUBLISHED": "py", "ABSTRACT": "ab",
    "PUBLICATION NAME": "so", "DOCUMENT TYPES": "pt", "DOCUMENT TYPE": "pt", "LANGUAGE": "la",
    "ADDRESS": "ad", "DOI": "do", "ALL FIELDS": "all", "AUTHOR KEYWORDS": "ak",
}  # fmt: skip
_PROQUEST = re.compile(
    r"(?:(MESH|EMB|MJMESH|MJEMB|MJSUB|MAINSUBJECT|SUBJECT|SU|MJSU)(\.EXACT)?(\.EXPLODE)?"
    r"|([A-Za-z]{2,6}(?:\s*,\s*[A-Za-z]{2,6})*))\s*(?=\()",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"([A-Za-z]{2,3})\s*={1,2}\s*(?=[(\"\w*$?])")
_CALL = re.compile(r"([A-Za-z][A-Za-z-]+)\s*(?=\()")
_AREA = re.compile(r"AREA\[(\w+)\]\s*")
_WORD = re.compile(r"[^\s()\[\]{}\"\u201c\u201d\u201e\u00ab\u00bb]+")
_LIMIT = re.compile(
    r"(?:limit\b|\.\.(?:l|sl|limit)/|keep\b|from\s+\d+\s+keep\b|remove\s+duplicates\s+from\b)",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"exp(?:lode)?\.?\s+(?=[*\"'\w(])", re.IGNORECASE)


#: Web of Science's own, where others mean something else.
_WOS_FIELDS: dict[str, Fields] = {
    "dt": frozenset({"pt"}), "su": frozenset({"mh"}), "cu": frozenset({"cn"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One token: columns ``start`` to ``end`` (from 0, the end not in it) of its line."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class MeshMark:
    """A heading that says all of itself: Cochrane's ``[mh ...]``."""

    name: str
    explode: bool
    qualifiers: tuple[str, ...]
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Suffix:
    """What follows a term: fields, or the mark of a heading."""

    fields: Fields | None = None
    heading: bool = False
    explode: bool = False
    focus: bool = False
    near: int | None = None


def tokens(text: str, platform: Platform) -> Iterator[Token]:
    """Yield the tokens of a line, in time linear in its length."""
    at, n = 0, len(text)
    while at < n:
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        token = _next(text, at, platform)
        if isinstance(token, tuple):
            yield from token
            at = token[-1].end
        else:
            yield token
            at = token.end


def _next(text: str, at: int, platform: Platform) -> Token | tuple[Token, ...]:
    """Read what stands at one place."""
    here = text[at]
    if here == "(" and _noted(text, at):
        end = text.index(")", at) + 1
        return Token("comment", at, end, text[at:end])
    if here == "{" and platform.style == "scopus" and "}" in text[at:]:
        end = text.index("}", at)
        return Token("quoted", at, end + 1, text[at + 1 : end])
    if here in "([{":
        special = _bracketed(text, at, platform) if here == "[" else None
        if special is not None:
            return special
        if here == "{":
            spread = _RANGE.match(text, at)
            if spread:
                return _range(spread)
        if here != "[":
            return Token("open", at, at + 1, here)
    if here in ")]}":
        return Token("close", at, at + 1, here)
    if here in _QUOTES or (here in "'\u2018" and platform.style in ("embase",)):
        return _quoted(text, at)
    beside = aside(text, at, platform)
    if beside is not None:
        kind, end = beside
        return Token(kind, at, end, text[at:end], text[at:end])
    for pattern, kind in ((_SPREAD, "spread"), (_RANGE, "range"), (_REF, "ref")):
        match = pattern.match(text, at)
        if match is None or (
            kind == "ref" and here in "sS" and platform.style not in ("ebsco", "proquest")
        ):
            continue
        if kind == "spread":
            low, high = int(match[2]), int(match[3])
            numbers = tuple(range(low, min(high, low + 999) + 1))
            value = ((match[1] or "or").casefold(), numbers)
            return Token("range", at, match.end(), match[0], value)
        if kind == "range":
            if match[5] and not _AFTER_OPERATOR.search(text, 0, at):
                continue  # "Diabetes Mellitus, Type 2/ or": a heading that ends in a number
            return _range(match)
        return Token("ref", at, match.end(), match[0], int(match[1]))
    return _worded(text, at, platform)


def _range(match: re.Match[str]) -> Token:
    """Read ``or/1-8``, ``1-8/or`` or ``{or #1-#8}``."""
    operator = (match[1] or match[3] or match[6]).casefold()
    numbers: list[int] = []
    for part in (match[2] or match[4] or match[5]).split(","):
        ends = [int(d) for d in re.findall(r"\d+", part)]
        numbers.extend(range(ends[0], min(ends[-1], ends[0] + 999) + 1))
    return Token("range", match.start(), match.end(), match[0], (operator, tuple(numbers)))


def _quoted(text: str, at: int) -> Token:
    """Read to the closing quotation mark; to the end if there is none."""
    mark = text[at]
    ends = {_QUOTES.get(mark, "'"), mark} | ({'"'} if mark in _QUOTES else {"\u2019"})
    places = (i for i in range(at + 1, len(text)) if text[i] in ends and text[i - 1] != "\\")
    if mark in _QUOTES:
        end = next(places, -1)
    else:
        # An apostrophe stands before a letter: 'crohn's disease'/exp.
        end = next((i for i in places if not text[i + 1 : i + 2].isalnum()), -1)
    if end < 0:
        return Token("quoted", at, len(text), text[at + 1 :], "unclosed")
    return Token("quoted", at, end + 1, text[at + 1 : end])


def _bracketed(text: str, at: int, platform: Platform) -> Token | None:
    """Read what stands in square brackets: a field, a heading, a limit, or a remark."""
    lim = _LIM.match(text, at)
    if lim:
        return Token("limit", at, lim.end(), lim[0], lim[1])
    heading = _MH.match(text, at)
    if heading:
        found = tuple(q.strip().casefold() for q in (heading[5] or "").split(",") if q.strip())
        alone = bool(heading[1] or heading[2])
        name = (heading[3] or heading[4]).strip()
        mark = MeshMark(name, not alone, found, focus=heading[6] is not None)
        return Token("mesh", at, heading.end(), heading[0], mark)
    near = _TILDE.match(text, at)
    if near:
        suffix = Suffix(fields=fields_of(near[1]) or ALL, near=int(near[2]))
        return Token("suffix", at, near.end(), near[0], suffix)
    match = _BRACKET.match(text, at)
    if match is None:
        return None
    inside = match[1]
    suffix = _tag(inside)
    if suffix is not None:
        return Token("suffix", at, match.end(), match[0], suffix)
    glued = at > 0 and not text[at - 1].isspace()
    if platform.style == "pubmed" and glued and _LIKE_A_TAG.fullmatch(inside):
        return Token("no_field", at, match.end(), match[0], inside)
    if platform.style == "pubmed" or platform.style == "ovid" or at == 0 or text[at - 1].isspace():
        return Token("comment", at, match.end(), match[0], inside)
    return None


def _tag(inside: str) -> Suffix | None:
    """Read a tag of PubMed's: ``tiab``, ``MeSH Terms:noexp``, ``Majr``."""
    plain = "".join(inside.casefold().split())
    name, _, modifier = plain.partition(":")
    explode = modifier not in ("noexp", "notexp")
    if name in ("mesh", "mh", "meshterms", "meshheading", "meshterm", "mesh/", "mhe"):
        return Suffix(heading=True, explode=explode)
    if name in ("majr", "mj", "meshmajortopic", "majortopic"):
        return Suffix(heading=True, explode=explode, focus=True)
    codes = [fields_of(code) for code in name.split(",")]
    if all(fields is not None for fields in codes) and codes:
        return Suffix(fields=frozenset().union(*(f for f in codes if f is not None)))
    return None


def _worded(text: str, at: int, platform: Platform) -> Token | tuple[Token, ...]:
    """Read an operator, a prefix, or a word with what hangs on it."""
    if at == 0:
        limit = _LIMIT.match(text)
        if limit:
            return Token("limit", 0, len(text), text, "line")
    dot = _dotted(text, at, platform)
    if dot is not None:
        return dot
    colon = _COLON.match(text, at)
    if colon and text[max(0, at - 9) : at].rstrip()[-1:] in (")", "]", '"', "'", "\u201d"):
        fields = _colon_fields(colon[1], platform)
        if fields is not None:
            return Token("suffix", at, colon.end(), colon[0], fields)
        if platform.style in ("embase", "cochrane"):
            return Token("no_field", at, colon.end(), colon[0], colon[1])
    slash = _slash(text, at, platform)
    if slash is not None:
        return slash
    descriptor = _COCHRANE.match(text, at)
    if descriptor:
        explode = (descriptor[3] or "explode").casefold().startswith("explode")
        found = tuple(re.findall(r"\b([A-Za-z]{2})\b(?=\s*(?:,|$|\]))", descriptor[4] or ""))
        name = (descriptor[1] or descriptor[2]).strip()
        mark = MeshMark(name, explode, tuple(q.casefold() for q in found))
        return Token("mesh", at, descriptor.end(), descriptor[0], mark)
    operator = _OPERATOR.match(text, at)
    if (
        operator is None
        and platform.style == "ovid"
        and text[max(0, at - 9) : at].rstrip()[-1:] in tuple("0123456789)")
    ):
        operator = _TIGHT.match(text, at)
    if operator:
        said: Operator = "not" if operator[1].casefold().endswith("not") else (
            "and" if operator[1].casefold() == "and" else "or"
        )  # fmt: skip
        return Token("operator", at, operator.end(), operator[0], said)
    near = _NEAR.match(text, at)
    if near and _is_near(near, platform):
        return Token("near", at, near.end(), near[0], _near(near))
    for pattern in (_EQUALS, _AREA):
        prefix = pattern.match(text, at)
        fields = fields_of(prefix[1]) if prefix else None
        if prefix and fields is not None:
            if platform.style == "wos" and "=" in prefix[0]:
                fields = _WOS_FIELDS.get(prefix[1].casefold(), fields)
            return Token("prefix", at, prefix.end(), prefix[0], Suffix(fields=fields))
    if platform.style == "proquest":
        called = _PROQUEST.match(text, at)
        value = _called(called) if called else None
        if called and value is not None:
            return Token("prefix", at, called.end(), called[0], value)
    topic = _TOPIC.match(text, at) if platform.style == "wos" else None
    if topic:
        if topic[1] not in _TOPICS:
            return Token("no_field", at, topic.end(), topic[0], topic[1])
        fields = CODES[_TOPICS[topic[1]]]
        return Token("prefix", at, topic.end(), topic[0], Suffix(fields=fields))
    call = _CALL.match(text, at)
    if call and ("-" in call[1] or call[1].isupper()) and platform.style in ("scopus", "plain"):
        fields = fields_of(call[1])
        if fields is not None:
            heading = call[1].casefold() == "indexterms"
            value = Suffix(fields=fields, heading=heading)
            return Token("prefix", at, call.end(), call[0], value)
        if platform.style == "scopus" and len(call[1]) > 2 and call.end() == at + len(call[1]):
            return Token("no_field", at, call.end(), call[0], call[1])
    if platform.style == "ebsco":
        prefix = _EBSCO.match(text, at)
        if prefix and (prefix[1].casefold() in CODES or prefix[1] in ("MH", "MM", "DE")):
            heading = prefix[1] in ("MH", "MM", "DE")
            suffix = Suffix(
                fields=CODES.get(prefix[1].casefold(), frozenset({"mh"})),
                heading=heading, focus=prefix[1] == "MM",
            )  # fmt: skip
            return Token("prefix", at, prefix.end(), prefix[0], suffix)
    emphasis = _EMPHASIS.match(text, at)
    if emphasis:
        return Token("exp", at, emphasis.end(), emphasis[0])
    return _word(text, at, platform)


def _noted(text: str, at: int) -> bool:
    """Whether brackets hold a remark of the Cochrane Library."""
    return text[at + 1 : at + 17].casefold().strip().startswith("word variations")


def _dotted(text: str, at: int, platform: Platform) -> Token | None:
    """Read Ovid's fields: ``.ti,ab.``; those that Ovid has not are kept to be diagnosed."""
    dot = _DOT.match(text, at)
    if dot:
        codes = "yr" if dot[2] else ",".join(re.findall(r"[A-Za-z]{2}", dot[1]))
        fields = known_ovid(codes)
        if fields is not None:
            return Token("suffix", at, dot.end(), dot[0], Suffix(fields=fields))
    unknown = _DOTTED.match(text, at) if platform.style == "ovid" else None
    if unknown:
        return Token("no_field", at, unknown.end(), unknown[0], unknown[1])
    return None


def _called(match: re.Match[str]) -> Suffix | None:
    """Read ProQuest's fields before brackets: ``TI,AB(``, ``MESH.EXACT.EXPLODE(``."""
    if match[1] and (match[2] or match[3]):
        focus = match[1].casefold().startswith("mj")
        return Suffix(
            fields=frozenset({"mh"}), heading=True, explode=match[3] is not None, focus=focus
        )
    codes = [code.strip().casefold() for code in match[0].split(",")]
    found = [ALL if code == "noft" else CODES.get(code) for code in codes]
    if any(fields is None for fields in found):
        return None
    return Suffix(fields=frozenset().union(*(f for f in found if f is not None)))


def _is_near(match: re.Match[str], platform: Platform) -> bool:
    """Whether a word is an operator of nearness: "next" and "near" are words, too, and "n3"."""
    if match[1] or match[4]:
        return True
    if match[3]:
        return (
            platform.style in ("cochrane", "wos", "embase", "ovid", "proquest")
            or match[3].isupper()
        )
    if match[5] and match[5].casefold() == "p":
        return platform.style == "proquest"
    if match[5]:
        return match[0].isupper() or platform.style in ("ebsco", "scopus", "proquest")
    return platform.style == "wos" and match[0].isupper()


def _near(match: re.Match[str]) -> tuple[int, bool, str]:
    """Distance as written (0 for none), order, and the word itself."""
    word = (match[1] or match[3] or match[5] or match[7]).casefold()
    digits = match[2] or match[4] or match[6] or ""
    ordered = word in ("next", "pre", "onear", "p") or (word == "adj" and not digits)
    # Scopus' W/3 is in any order, EBSCO's W3 in the order given.
    ordered = ordered or (word == "w" and "/" not in match[0])
    if word == "same":
        return 50, False, word
    default = {"adj": 1, "next": 1, "near": 6}.get(word, 1)
    return int(digits) if digits else default, ordered, word


def _colon_fields(codes: str, platform: Platform) -> Suffix | None:
    """Read ``ti,ab,kw`` behind a colon."""
    found = [CODES.get(code.strip().casefold()) for code in codes.split(",")]
    if any(fields is None for fields in found):
        return None
    fields: Fields = frozenset().union(*(f for f in found if f is not None))
    if platform.name == "cochrane" and "kw" in fields:
        fields |= {"mh"}  # the Cochrane Library's keywords hold the headings
    return Suffix(fields=fields)


def _slash(text: str, at: int, platform: Platform) -> Token | None:
    """Read what a slash begins: the end of a heading, or a frequency."""
    if text[at] != "/":
        return None
    freq = _FREQ.match(text, at)
    if freq:
        return Token("frequency", at, freq.end(), freq[0], int(freq[1]))
    emtree = _EMTREE.match(text, at)
    if emtree and (platform.style == "embase" or emtree[1].split("/")[0] in ("exp", "mj", "br")):
        parts = emtree[1].split("/")
        field = CODES.get(parts[0]) if len(parts[0]) < 4 else None
        if field is not None and parts[0] not in ("exp", "de", "mj", "br"):
            return Token("suffix", at, emtree.end(), emtree[0], Suffix(fields=field))
        parts = [part.strip() for whole in parts for part in whole.split(",")]
        named = tuple(p for p in parts if p.startswith(("dm_", "dd_")))
        value = (Suffix(heading=True, explode="exp" in parts, focus="mj" in parts), named)
        return Token("heading_end", at, emtree.end(), emtree[0], value)
    slash = _SLASH.match(text, at)
    if slash is None:
        return None
    found = tuple(q.strip().casefold() for q in (slash[1] or "").split(",") if q.strip())
    if any(q not in QUALIFIERS for q in found):
        # "Pain/ or": what follows is an operator.
        operator = re.match(r"(?:and|or|not)[\s(]", text[at + 1 : at + 5], re.IGNORECASE)
        if operator is None and not text[at + 1 : at + 2].isspace():
            return None
        return Token("heading_end", at, at + 1, "/", (Suffix(heading=True), ()))
    return Token("heading_end", at, slash.end(), slash[0], (Suffix(heading=True), found))


def _word(text: str, at: int, platform: Platform) -> Token | tuple[Token, ...]:
    """Read a word, and the field or heading mark that is glued to its end."""
    run = _WORD.match(text, at)
    if run is None:
        return Token("word", at, at + 1, text[at])
    if platform.style == "ovid":
        tight = _NUMBER_TIGHT.match(text, at)
        if tight:
            following = _worded(text, tight.end(), platform)
            rest = following if isinstance(following, tuple) else (following,)
            return Token("word", at, tight.end(), tight[0]), *rest
    end = run.end()
    for i in range(at + 1, end):
        sign = text[i]
        if sign == ".":
            dot = _dotted(text, i, platform)
            if dot is not None:
                return Token("word", at, i, text[at:i]), dot
        elif sign == "/":
            slash = _slash(text, i, platform)
            if slash is not None:
                return Token("word", at, i, text[at:i]), slash
        elif sign == ":":
            before = fields_of(text[at:i])
            colon = _COLON.match(text, i)
            suffix = _colon_fields(colon[1], platform) if colon else None
            if colon and suffix is not None and (before is None or platform.style != "plain"):
                mark = Token("suffix", i, colon.end(), colon[0], suffix)
                return Token("word", at, i, text[at:i]), mark
            if colon and suffix is None and platform.style in ("embase", "cochrane"):
                mark = Token("no_field", i, colon.end(), colon[0], colon[1])
                return Token("word", at, i, text[at:i]), mark
            if before is not None and platform.style == "plain":
                heading = text[at:i].casefold() == "mh"
                value = Suffix(fields=before, heading=heading)
                return Token("prefix", at, i + 1, text[at : i + 1], value)
            if (i == end - 1 or text[i + 1] == '"') and before is not None:
                return Token(
                    "prefix", at, i + 1, text[at : i + 1],
                    Suffix(fields=before, heading=text[at:i].casefold() == "mh"),
                )  # fmt: skip
    if text[at:end] == ":":
        return Token("colon", at, end, ":")
    return Token("word", at, end, text[at:end])
