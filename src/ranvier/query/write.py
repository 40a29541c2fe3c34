"""Trees out, as each platform writes them, with a list of what cannot be said there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from ranvier.query.dialects import FIELDS, HEADINGS
from ranvier.query.limits import language
from ranvier.query.nearness import joined, one_field, phrases, sides
from ranvier.query.platforms import PLATFORMS, Platform, PlatformName
from ranvier.query.tree import (
    Fields,
    Frequency,
    Heading,
    Limit,
    LineRange,
    LineRef,
    Logic,
    Near,
    Node,
    Span,
    Term,
    leaves,
    walk,
)
from ranvier.query.wildcards import ends_word, variants, widens

__all__ = ["Loss", "Proximity", "write", "write_lines"]

Proximity = Literal["meaning", "number"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a translation could not keep.

    Attributes
    ----------
    span : Span
        Where it stands in the strategy.
    said : str
        What was lost, and what stands instead.
    effect : {"more", "fewer", "other"}
        Whether the translation finds more, fewer, or other records.
    """

    span: Span
    said: str
    effect: Literal["more", "fewer", "other"]

    def __str__(self) -> str:
        what = {"more": "finds more", "fewer": "finds fewer", "other": "finds others"}[self.effect]
        return f"line {self.span.line}, column {self.span.start}: {self.said} ({what})"


def write(
    node: Node, platform: PlatformName, *, proximity: Proximity = "meaning"
) -> tuple[str, tuple[Loss, ...]]:
    """Write a tree for a platform.

    Parameters
    ----------
    proximity : {"meaning", "number"}
        Whether ``adj3`` becomes EBSCO's ``N2``, which means the same (two words between), or keeps
        its number, as many translators do.

    Returns
    -------
    (str, tuple of Loss)

    Examples
    --------
    >>> from ranvier.query.parse import parse
    >>> write(parse("exp *Pain/ and (back adj3 ache*).ti,ab.").tree, "embase")[0]
    'pain/exp/mj AND (back NEAR/3 ache*):ti,ab'
    """
    return next(write_lines([(0, node)], platform, proximity=proximity))[1:]


def write_lines(
    lines: Iterable[tuple[int, Node]], platform: PlatformName, *, proximity: Proximity = "meaning"
) -> Iterator[tuple[int, str, tuple[Loss, ...]]]:
    """Write numbered lines; what one of them loses is known to those that refer to it."""
    widened: set[int] = set()
    gone: set[int] = set()
    for number, node in lines:
        writer = _Writer(
            PLATFORMS[platform], proximity, widened=frozenset(widened), gone=frozenset(gone)
        )
        left, wider = writer.left(node)
        if left is None:
            gone.add(number)
            if isinstance(node, Limit | Term):
                writer.lose(node.span, f"the limit {node.text!r}", "more")
        elif wider:
            widened.add(number)
        text = "()" if left is None else writer.node(left)
        yield number, text, tuple(dict.fromkeys(writer.losses))


#: Limits that stand behind an AND on their own platform; others follow what they limit.
_ANDED = (
    "[",
    "PY=",
    "PUBYEAR",
    "LIMIT-TO",
    "EXCLUDE",
    "AREA",
    "RANGE",
    "SEARCH",
    "db",
    "YR",
    "DT ",
)
_LANGUAGES: Mapping[str, str] = {
    "ovid": "{}.lg.", "pubmed": "{}[la]", "embase": "[{}]/lim", "wos": "LA=({})",
    "ebsco": "LA {}", "scopus": "LANGUAGE({})", "proquest": "LA({})", "lilacs": "la:{}",
}  # fmt: skip
#: Styles that say words side by side as a phrase only.
_PHRASED = ("pubmed", "wos", "plain")
#: Fields that PubMed looks for nearness in.
_PUBMED_NEAR: Mapping[Fields, str] = {
    frozenset({"ti"}): "ti", frozenset({"ti", "ab"}): "tiab", frozenset({"ad"}): "ad",
    frozenset({"ti", "ab", "kw"}): "tiab",
}  # fmt: skip
#: Fields that no word of a text stands in: said of a platform without them, they narrow nothing.
_NO_WORDS: Fields = frozenset({"la", "py", "sb", "date", "cn"})
#: Styles that write fields once for a group.
_GROUPED = ("ovid", "embase", "cochrane", "wos", "scopus", "proquest")


@dataclass(slots=True)
class _Writer:
    """Writes one tree."""

    platform: Platform
    proximity: Proximity
    losses: list[Loss] = field(default_factory=list)
    #: Lines above that find more than they did, and lines of which nothing is left.
    widened: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()

    def lose(self, span: Span, said: str, effect: Literal["more", "fewer", "other"]) -> None:
        """Note what cannot be said."""
        self.losses.append(Loss(span, said, effect))

    def node(self, node: Node, outer: str = "") -> str:
        """Write a node; brackets where it stands in another that binds more."""
        if isinstance(node, Term):
            return self.term(node)
        if isinstance(node, Heading):
            return self.heading(node)
        if isinstance(node, Logic):
            grouped = self.grouped(node)
            if grouped is not None:
                return grouped
            words = {"and": " AND ", "or": " OR ", "not": " NOT "}
            if self.platform.style == "scopus":
                words["not"] = " AND NOT "
            text = words[node.operator].join(
                self.node(child, outer=node.operator) for child in node.children
            )
            return f"({text})" if outer else text
        if isinstance(node, Near):
            grouped = self.grouped(node)
            return grouped if grouped is not None else self.near(node, outer)
        if isinstance(node, Frequency):
            return self.frequency(node)
        if isinstance(node, LineRef):
            return f"{self.platform.reference}{node.number}"
        if isinstance(node, LineRange):
            return self.range(node, outer)
        return self.limit(node, outer)

    def left(self, node: Node) -> tuple[Node | None, bool]:
        """Leave out limits that the platform cannot say.

        Returns
        -------
        (Node or None, bool)
            What is left, and whether it finds more than it did. What finds more must not be taken
            away from anything: behind NOT it is left out, too.
        """
        if isinstance(node, LineRef):
            return (None if node.number in self.gone else node), node.number in self.widened
        if isinstance(node, Term):
            fields = node.fields or frozenset({"ti"})
            if fields <= _NO_WORDS and _fieldless(self.platform, fields, node.span):
                return None, True
            return node, False
        if isinstance(node, Limit):
            silent = _Writer(self.platform, self.proximity)
            said = silent.one_limit(node) is not None
            if node.child is None:
                return (node if said else None), not said
            child, wider = self.left(node.child)
            narrows = not node.text.casefold().startswith("remove")
            return replace(node, child=child), wider or (narrows and not said)
        if isinstance(node, Logic):
            return self.left_of(node)
        return node, False

    def left_of(self, node: Logic) -> tuple[Node | None, bool]:
        """Leave limits out of AND, OR and NOT."""
        kept: list[Node] = []
        lost: list[Node] = []
        wider = False
        for at, child in enumerate(node.children):
            rest, grown = self.left(child)
            behind_not = node.operator == "not" and at > 0
            if rest is None or (behind_not and grown):
                lost.append(child)
                if node.operator == "not" and at == 0:
                    return None, True
            else:
                kept.append(rest)
            wider = wider or grown
        for child in lost:
            if isinstance(child, Logic) and node.operator != "not":
                continue  # its parts are noted
            what = f"the limit {child.text!r}" if isinstance(child, Limit | Term) else "a limit"
            if node.operator == "not":
                what = f"what NOT takes away, for {what} in it cannot be said"
            self.lose(child.span, what, "fewer" if node.operator == "or" and kept else "more")
        if not kept:
            return None, True
        return (replace(node, children=tuple(kept)) if kept[1:] else kept[0]), wider

    def grouped(self, node: Logic | Near) -> str | None:
        """Write fields once behind a group, where all its words share them and that is allowed."""
        if self.platform.style not in _GROUPED:
            return None
        parts = list(leaves(node))
        fields = {part.fields for part in parts if isinstance(part, Term)}
        if len(fields) != 1 or None in fields or any(isinstance(p, Heading) for p in parts):
            return None
        if any(isinstance(n, LineRef | LineRange | Limit | Frequency) for n in walk(node)):
            return None
        (one,) = fields
        assert one is not None
        inside = _Writer(self.platform, self.proximity)
        text = inside.node(_unfielded(node))
        self.losses.extend(inside.losses)
        return self.with_fields(f"({text})", one, node.span)

    def term(self, node: Term) -> str:
        """Write a term with its fields; variants spelled out where a wildcard is missing."""
        if self.proximity == "meaning":
            spelled = variants(node.text, self.platform)
            if len(spelled) > 1:
                if "#" not in self.platform.writes:
                    said = f"{self.platform.said} has no sign for one letter: {node.text!r} is"
                    self.lose(node.span, f"{said} spelled out; add what is missing", "fewer")
                terms = tuple(replace(node, text=text) for text in spelled)
                return self.node(Logic(operator="or", children=terms, span=node.span), outer="and")
        return self.with_fields(self.words(node), node.fields, node.span)

    def words(self, node: Term) -> str:
        """Write words with the platform's wildcards; side by side in quotation marks."""
        text = self.wildcards(node)
        several = " " in text.strip()
        if self.platform.style == "ovid":
            reserved = any(w in ("and", "or", "not") for w in text.casefold().split())
            return f'"{text}"' if reserved or node.phrase else text
        if self.platform.style == "embase":
            plain = text.replace("'", "\\'")
            return (
                f"'{plain}'"
                if several or not text.replace("*", "").replace("?", "").isalnum()
                else text
            )
        if self.platform.style == "cochrane" and several and any(s in text for s in "*?"):
            return f"({' NEXT '.join(text.split())})"
        return f'"{text}"' if several or (node.phrase and not text.isalnum()) else text

    def wildcards(self, node: Term) -> str:
        """Turn our wildcards into the platform's; what it has not, into the widest it has."""
        writes = self.platform.writes
        found: list[str] = []
        text = node.text
        i = 0
        while i < len(text):
            sign = text[i]
            digits = ""
            if sign == "*":
                while i + 1 + len(digits) < len(text) and text[i + 1 + len(digits)].isdigit():
                    digits += text[i + 1 + len(digits)]
            if sign == "*" and digits and "*n" in writes:
                found.append(writes["*n"].format(n=digits))
            elif sign in ("*", "?", "#") and sign in writes:
                found.append(writes[sign])
                if digits:
                    self.lose(node.span, f"'*{digits}' became '*'", "more")
            elif sign in ("*", "?", "#") and not text[i:].startswith("# "):
                found.append(self.instead(sign, node, i))
            else:
                found.append(sign)
            i += 1 + len(digits)
        return "".join(found)

    def instead(self, sign: str, node: Term, at: int) -> str:
        """Write a wildcard that the platform does not have."""
        name = {"*": "truncation", "?": "'one letter or none'", "#": "'exactly one letter'"}[sign]
        if "*" in self.platform.writes and sign != "*":
            if ends_word(node.text, at) or widens(node.text, at, self.platform):
                self.lose(node.span, f"{name} in {node.text!r} became '*'", "more")
                return "*"
            self.lose(
                node.span,
                f"{self.platform.said} has no {name}: spell out the variants of {node.text!r}",
                "fewer",
            )
            return ""
        self.lose(node.span, f"{self.platform.said} has no {name} ({node.text!r})", "fewer")
        return ""

    def heading(self, node: Heading) -> str:
        """Write a heading; as a word where the platform has no thesaurus."""
        if self.platform.name != "embase" and any("_" in q for q in node.qualifiers):
            # Emtree's dm_dt (of a disease) and dd_iv (of a drug).
            plain = tuple(dict.fromkeys(q.rpartition("_")[2] for q in node.qualifiers))
            node = replace(node, qualifiers=plain)
        return HEADINGS[self.platform.name](self, node)

    def with_fields(self, text: str, fields: Fields | None, span: Span) -> str:
        """Write fields where the platform has them."""
        if fields is None:
            return text
        return FIELDS[self.platform.name](self, text, fields, span)

    def near(self, node: Near, outer: str) -> str:
        """Write nearness; as AND where the platform has none."""
        spelled = phrases(node) if self.platform.style in _PHRASED else None
        if spelled is not None and self.proximity == "meaning":
            return self.node(joined(spelled, node.span), outer)
        if self.platform.style == "pubmed":
            return self.near_pubmed(node, outer)
        texts = [self.node(child, outer="near") for child in node.children]
        number = node.distance - 1 if self.platform.between else node.distance
        if self.proximity == "number":
            number = self.as_written(node)
        pattern = self.platform.near
        style = self.platform.style
        if pattern is None:
            self.lose(node.span, "nearness became AND", "more")
            text = " AND ".join(texts)
            return f"({text})" if outer else text
        if node.ordered:
            if self.platform.near_in_order is not None:
                pattern = self.platform.near_in_order
                if style == "cochrane" and node.distance > 1:
                    pattern = "NEAR/{n}"
                    self.lose(node.span, "the order of the words", "more")
            elif style == "ovid" and node.distance == 1:
                pattern = "adj"
            else:
                self.lose(node.span, "the order of the words", "more")
        if number < 1 and style in ("ebsco", "wos", "scopus"):
            number = 0
        word = pattern.format(n=number)
        if style == "ovid":
            word = word.upper() if self.proximity == "number" else word
        text = f" {word} ".join(texts)
        return f"({text})" if outer or (style == "ovid" and outer) else text

    def as_written(self, node: Near) -> int:
        """The number the source wrote, whatever it means there."""
        return node.distance if node.written is None else node.written

    def near_pubmed(self, node: Near, outer: str) -> str:
        """PubMed's nearness takes two plain words in one field; else it is AND."""
        fields = one_field(node)
        tag = _PUBMED_NEAR.get(fields or frozenset())
        pairs = sides(node) if tag is not None and self.proximity == "meaning" else None
        plain = [not set(" *?#") & set(left + right) for left, right in pairs or ()]
        if pairs is None or not any(plain):
            self.lose(node.span, "nearness became AND", "more")
            text = " AND ".join(self.node(child, outer="near") for child in node.children)
            return f"({text})" if outer else text
        if node.ordered:
            self.lose(node.span, "the order of the words", "more")
        found: list[str] = []
        for (left, right), kept in zip(pairs, plain, strict=True):
            if kept:
                found.append(f'"{left} {right}"[{tag}:~{node.distance - 1}]')
                continue
            self.lose(node.span, f"nearness of {left!r} and {right!r} became AND", "more")
            both = (Term(text=side, fields=fields, span=node.span) for side in (left, right))
            found.append(f"({' AND '.join(self.term(side) for side in both)})")
        text = " OR ".join(found)
        return f"({text})" if outer and found[1:] else text

    def frequency(self, node: Frequency) -> str:
        """Write a frequency; only Ovid has it."""
        if self.platform.style == "ovid":
            return f"{self.node(node.child).rstrip('.')}./freq={node.times}"
        self.lose(node.span, f"'at least {node.times} times'", "more")
        return self.node(node.child)

    def range(self, node: LineRange, outer: str) -> str:
        """Write several lines."""
        numbers = node.numbers
        follow = all(b == a + 1 for a, b in pairwise(numbers))
        if self.platform.style == "ovid":
            said = f"{numbers[0]}-{numbers[-1]}" if follow and len(numbers) > 1 else ",".join(
                map(str, numbers)
            )  # fmt: skip
            return f"{node.operator}/{said}"
        if self.platform.style == "cochrane" and follow and len(numbers) > 2:
            return f"{{{node.operator.upper()} #{numbers[0]}-#{numbers[-1]}}}"
        sign = f" {node.operator.upper()} "
        text = sign.join(f"{self.platform.reference}{n}" for n in numbers)
        return f"({text})" if outer else text

    def limit(self, node: Limit, outer: str) -> str:
        """Write limits; years and languages where the platform has them."""
        if self.platform.style == "ovid" and isinstance(node.child, LineRef | Limit):
            whole = self.limit_ovid(node)
            if whole is not None:
                return whole
        text = self.one_limit(node)
        if node.child is None:
            return text or "()"
        child = self.node(node.child, outer="" if isinstance(node.child, Limit) else "and")
        if text is None:
            return child
        if node.platform == self.platform.name and not text.startswith(_ANDED):
            return f"{child} {text}"
        both = f"{child} AND {text}"
        return f"({both})" if outer else both

    def limit_ovid(self, node: Limit) -> str | None:
        """Write ``limit 6 to (a and b)``; None where it is not a line that is limited."""
        parts: list[str] = []
        here: Node = node
        while isinstance(here, Limit) and here.child is not None:
            if here.text.startswith(("remove", "from", "use")):
                return here.text if here.text[0] != "u" else None
            own = here.platform == "ovid" and not here.text.endswith(".")
            text = here.text if own else None
            if here.kind == "year" and not own:
                text = f'yr="{here.low or 1800} -{here.high or "Current"}"'
            if text is None:
                return None
            parts.append(text)
            here = here.child
        if not isinstance(here, LineRef):
            return None
        said = " and ".join(reversed(parts))
        return f"limit {here.number} to {f'({said})' if parts[1:] else said}"

    def one_limit(self, node: Limit) -> str | None:
        """Write one limit; None and a loss where it cannot be said."""
        if node.kind == "year":
            text = self.years(node.low, node.high)
            if text is not None:
                return text
        if node.platform == self.platform.name:
            return node.text
        spoken = language(node.text) if node.kind == "language" else None
        if spoken is not None and self.platform.name in _LANGUAGES:
            return _LANGUAGES[self.platform.name].format(spoken)
        self.lose(node.span, f"the limit {node.text!r}", "more")
        return None

    def years(self, low: int | None, high: int | None) -> str | None:
        """Write a range of years."""
        first, last = low or 1800, high or 3000
        match self.platform.style:
            case "ovid":
                return f"{first}:{last}.(sa_year)."
            case "pubmed":
                return f"{first}:{last}[dp]"
            case "embase":
                return f"[{first}-{last}]/py"
            case "wos":
                return f"PY=({first}-{last})"
            case "ebsco":
                return f"DT {first}-{last}"
            case "proquest":
                return f"YR({first}-{last})"
            case "scopus":
                if low and low == high:
                    return f"PUBYEAR = {low}"
                ends = [f"PUBYEAR > {low - 1}"] if low else []
                ends += [f"PUBYEAR < {high + 1}"] if high else []
                return " AND ".join(ends)
            case _:
                return None


def _fieldless(platform: Platform, fields: Fields, span: Span) -> bool:
    """Whether a platform has none of the fields."""
    silent = _Writer(platform, "meaning")
    return silent.with_fields("x", fields, span) == "x"


def _unfielded(node: Node) -> Node:
    """Take the fields off a group."""
    if isinstance(node, Term):
        return replace(node, fields=None)
    if isinstance(node, Logic | Near):
        return replace(node, children=tuple(_unfielded(child) for child in node.children))
    return node
