"""Trees out, as each platform writes them, with a list of what cannot be said there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from ranvier.query.platforms import PLATFORMS, Platform, PlatformName
from ranvier.query.tree import (
    TIAB,
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
)

__all__ = ["Loss", "Proximity", "write"]

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
    writer = _Writer(PLATFORMS[platform], proximity)
    text = writer.node(node)
    return text, tuple(dict.fromkeys(writer.losses))


_OVID: tuple[tuple[Fields, str], ...] = (
    (frozenset({"ti", "ab", "kw", "mh", "nm", "ot"}), "mp"), (frozenset({"all"}), "af"),
)  # fmt: skip
_ATOM_OVID = {"kw": "kf", "mh": "hw", "py": "yr", "ad": "in", "id": "ui", "sb": "sb", "date": "dt",
              "co": "au", "tr": "tn", "dn": "dv", "all": "af"}  # fmt: skip
_ATOM_PUBMED = {
    "ti": "ti", "ab": "tiab", "kw": "ot", "mh": "mh", "au": "au", "jn": "ta", "pt": "pt",
    "fs": "sh", "nm": "nm", "rn": "rn", "la": "la", "py": "dp", "ad": "ad", "id": "pmid",
    "ot": "tt", "sb": "sb", "date": "edat", "co": "cn", "all": "all",
}  # fmt: skip
_ATOM_COLON = {
    "ti": "ti", "ab": "ab", "kw": "kw", "mh": "de", "au": "au", "jn": "jt", "pt": "it", "fs": "lnk",
    "nm": "tn", "rn": "rn", "la": "la", "py": "py", "ad": "ff", "id": "ui", "ot": "ti",
    "tr": "tn", "dn": "dn", "cn": "ca",
}  # fmt: skip
_ATOM_COCHRANE = {"ti": "ti", "ab": "ab", "kw": "kw", "mh": "kw", "au": "au", "jn": "so",
                  "pt": "pt", "id": "an", "py": "py"}  # fmt: skip
_ATOM_EBSCO = {"ti": "TI", "ab": "AB", "kw": "SU", "mh": "MW", "au": "AU", "jn": "SO", "pt": "PT",
               "la": "LA", "ad": "AF", "py": "DT", "id": "AN", "nm": "SU", "rn": "SU", "ot": "TI",
               "all": "TX"}  # fmt: skip
_ATOM_WOS = {"ti": "TI", "ab": "AB", "kw": "AK", "au": "AU", "jn": "SO", "py": "PY", "ad": "AD",
             "pt": "DT", "la": "LA", "id": "UT", "all": "ALL"}  # fmt: skip
_ATOM_SCOPUS = {"ti": "TITLE", "ab": "ABS", "kw": "AUTHKEY", "mh": "INDEXTERMS", "au": "AUTH",
                "jn": "SRCTITLE", "pt": "DOCTYPE", "la": "LANGUAGE", "ad": "AFFIL",
                "rn": "CASREGNUMBER", "nm": "CHEMNAME", "all": "ALL"}  # fmt: skip
_ATOM_CTGOV = {"ti": "BriefTitle", "ab": "BriefSummary", "mh": "ConditionSearch",
               "nm": "InterventionSearch", "id": "NCTId", "all": "BasicSearch"}  # fmt: skip


@dataclass(slots=True)
class _Writer:
    """Writes one tree."""

    platform: Platform
    proximity: Proximity
    losses: list[Loss] = field(default_factory=list)

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

    def grouped(self, node: Logic | Near) -> str | None:
        """Write fields once behind a group, where all its words share them and that is allowed."""
        if self.platform.style not in ("ovid", "embase", "cochrane", "wos", "scopus"):
            return None
        parts = list(leaves(node))
        fields = {part.fields for part in parts if isinstance(part, Term)}
        if len(fields) != 1 or None in fields or any(isinstance(p, Heading) for p in parts):
            return None
        if any(isinstance(n, LineRef | LineRange | Limit | Frequency) for n in _below(node)):
            return None
        (one,) = fields
        assert one is not None
        inside = _Writer(self.platform, self.proximity)
        text = inside.node(_unfielded(node))
        self.losses.extend(inside.losses)
        return self.with_fields(f"({text})", one, node.span)

    def term(self, node: Term) -> str:
        """Write a term with its fields."""
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
                found.append(self.instead(sign, node))
            else:
                found.append(sign)
            i += 1 + len(digits)
        return "".join(found)

    def instead(self, sign: str, node: Term) -> str:
        """Write a wildcard that the platform does not have."""
        name = {"*": "truncation", "?": "'one letter or none'", "#": "'exactly one letter'"}[sign]
        if "*" in self.platform.writes and sign != "*":
            if node.text.rstrip().endswith(sign):
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
        return _HEADINGS[self.platform.name](self, node)

    def with_fields(self, text: str, fields: Fields | None, span: Span) -> str:
        """Write fields where the platform has them."""
        if fields is None:
            return text
        return _FIELDS[self.platform.name](self, text, fields, span)

    def near(self, node: Near, outer: str) -> str:
        """Write nearness; as AND where the platform has none."""
        texts = [self.node(child, outer="near") for child in node.children]
        number = node.distance - 1 if self.platform.between else node.distance
        if self.proximity == "number":
            number = self.as_written(node)
        pattern = self.platform.near
        style = self.platform.style
        if style == "pubmed":
            return self.near_pubmed(node, texts, outer)
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

    def near_pubmed(self, node: Near, texts: list[str], outer: str) -> str:
        """PubMed's nearness takes plain words in one field; else it is AND."""
        parts = [child for child in node.children if isinstance(child, Term)]
        fields = {part.fields for part in parts}
        plain = len(parts) == len(node.children) and not any(
            sign in part.text for part in parts for sign in "*?#"
        )
        if plain and len(fields) == 1 and self.proximity == "meaning":
            (one,) = fields
            tag = {
                frozenset({"ti"}): "ti", frozenset({"ti", "ab"}): "tiab", frozenset({"ad"}): "ad",
            }.get(one or frozenset())  # fmt: skip
            if tag is not None:
                if node.ordered:
                    self.lose(node.span, "the order of the words", "more")
                words = " ".join(part.text for part in parts)
                return f'"{words}"[{tag}:~{node.distance - 1}]'
        self.lose(node.span, "nearness became AND", "more")
        text = " AND ".join(texts)
        return f"({text})" if outer else text

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
        """Write a limit; years and languages where the platform has them."""
        if node.platform == self.platform.name:
            left = self.limited_child(node)
            return f"{left} AND {node.text}" if left else node.text
        child = self.node(node.child, outer="and") if node.child is not None else ""
        if node.kind == "year" and node.low is not None:
            text = self.years(node.low, node.high)
            if text is not None:
                if self.platform.style == "ovid" and isinstance(node.child, LineRef):
                    return f"limit {node.child.number} to {text}"
                return f"{child} AND {text}" if child else text
        self.lose(node.span, f"the limit {node.text!r}", "more")
        return child or "()"

    def limited_child(self, node: Limit) -> str:
        """What a limit limits, unless its own text says so."""
        if node.child is None or isinstance(node.child, LineRef):
            return ""
        return self.node(node.child, outer="and")

    def years(self, low: int, high: int | None) -> str | None:
        """Write a range of years."""
        match self.platform.style:
            case "ovid":
                return f'yr="{low}-{high or "Current"}"'
            case "pubmed":
                return f'("{low}"[dp] : "{high or 3000}"[dp])'
            case "embase":
                return f"[{low}-{high or 3000}]/py"
            case "wos":
                return f"PY=({low}-{high or 3000})"
            case "scopus":
                last = f" AND PUBYEAR < {high + 1}" if high else ""
                return f"PUBYEAR > {low - 1}{last}"
            case _:
                return None


def _below(node: Node) -> list[Node]:
    from ranvier.query.tree import walk

    return list(walk(node))


def _unfielded(node: Node) -> Node:
    """Take the fields off a group."""
    if isinstance(node, Term):
        return replace(node, fields=None)
    if isinstance(node, Logic | Near):
        return replace(node, children=tuple(_unfielded(child) for child in node.children))
    return node


def _many(names: list[str], write_one: Callable[[str], str]) -> str:
    """Write one text in several fields as OR."""
    texts = [write_one(name) for name in dict.fromkeys(names)]
    return texts[0] if len(texts) == 1 else f"({' OR '.join(texts)})"


def _known(
    writer: _Writer, fields: Fields, table: Mapping[str, str], span: Span, order: str = ""
) -> list[str]:
    """Look up the platform's names; what it has not is a loss."""
    ranked = sorted(fields, key=lambda f: (order.find(f) if f in order else 99, f))
    found = [table[f] for f in ranked if f in table]
    missing = [f for f in ranked if f not in table]
    if missing and not found:
        writer.lose(span, f"the field ({', '.join(missing)})", "more")
    elif missing:
        writer.lose(span, f"one of the fields ({', '.join(missing)})", "fewer")
    return found


def _fields_ovid(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    for known, code in _OVID:
        if fields == known:
            return f"{text}.{code}."
    table = {f: _ATOM_OVID.get(f, f) for f in fields}
    names = _known(writer, fields, table, span, "ti ab kw mh")
    return f"{text}.{','.join(names)}."


def _fields_pubmed(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    if {"ti", "ab"} <= fields and fields <= {"ti", "ab", "kw"}:
        return f"{text}[tiab]"
    if {"ti", "ab", "mh"} <= fields:
        return f"{text}[tw]"
    if fields == frozenset({"ab"}):
        writer.lose(span, "abstract became title and abstract", "more")
    names = _known(writer, fields, _ATOM_PUBMED, span, "ti ab")
    return _many(names, lambda name: f"{text}[{name}]") if names else text


def _fields_embase(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"all"}, _ATOM_COLON, span, "ti ab kw mh")
    return f"{text}:{','.join(dict.fromkeys(names))}" if names else text


def _fields_cochrane(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"all", "nm", "ot"}, _ATOM_COCHRANE, span, "ti ab kw")
    return f"{text}:{','.join(dict.fromkeys(names))}" if names else text


def _fields_ebsco(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"nm", "ot"} or fields, _ATOM_EBSCO, span, "ti ab")
    if not names:
        return text
    texts = [f"{name} {text}" for name in dict.fromkeys(names)]
    return f"({' OR '.join(texts)})"


def _fields_wos(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    inner = text if text.startswith("(") else f"({text})"
    if {"ti", "ab", "kw"} <= fields:
        return f"TS={inner}"
    names = _known(writer, fields, _ATOM_WOS, span, "ti ab")
    return _many(names, lambda name: f"{name}={inner}") if names else text


def _fields_scopus(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    inner = text[1:-1] if _wrapped(text) else text
    if {"ti", "ab", "kw"} <= fields:
        return f"TITLE-ABS-KEY({inner})"
    if fields == TIAB:
        return f"TITLE-ABS({inner})"
    names = _known(writer, fields, _ATOM_SCOPUS, span, "ti ab")
    return _many(names, lambda name: f"{name}({inner})") if names else text


def _wrapped(text: str) -> bool:
    """Whether the first bracket closes at the very end."""
    depth = 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and i < len(text) - 1:
            return False
    return text.startswith("(")


def _fields_none(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    if "all" not in fields:
        writer.lose(span, f"the field ({', '.join(sorted(fields))})", "more")
    return text


def _fields_ctgov(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields, _ATOM_CTGOV, span, "ti ab")
    return _many(names, lambda name: f"AREA[{name}]{text}") if names else text


def _fields_lilacs(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    if {"ti", "ab"} <= fields:
        return f"tw:{text}"
    table = {"ti": "ti", "ab": "ab", "mh": "mh", "au": "au", "pt": "pt", "la": "la", "kw": "mh"}
    names = _known(writer, fields, table, span)
    return _many(names, lambda name: f"{name}:{text}") if names else text


def _fields_hta(writer: _Writer, text: str, fields: Fields, span: Span) -> str:
    names = _known(
        writer, fields, {"ti": "title", "ab": "abs", "au": "Author", "mh": "mh"}, span, "ti ab"
    )
    return _many(names, lambda name: f"({text})[{name}]") if names else text


_FIELDS: Mapping[PlatformName, Callable[[_Writer, str, Fields, Span], str]] = {
    "ovid": _fields_ovid, "pubmed": _fields_pubmed, "embase": _fields_embase,
    "cochrane": _fields_cochrane, "ebsco": _fields_ebsco, "wos": _fields_wos,
    "wos_basic": _fields_none, "scopus": _fields_scopus, "ctgov": _fields_ctgov,
    "lilacs": _fields_lilacs, "hta": _fields_hta,
}  # fmt: skip


def _quote(name: str) -> str:
    return name if name.isalnum() else f'"{name}"'


def _heading_ovid(writer: _Writer, node: Heading) -> str:
    exp, focus = "exp " if node.explode else "", "*" if node.focus else ""
    reserved = any(w in ("and", "or", "not") for w in node.name.casefold().split())
    name = f'"{node.name}"' if reserved or set("()[]/") & set(node.name) else node.name
    return f"{exp}{focus}{name}/{','.join(node.qualifiers)}"


def _heading_pubmed(writer: _Writer, node: Heading) -> str:
    tag = "Majr" if node.focus else "Mesh"
    noexp = "" if node.explode else ":NoExp"
    texts = [f"{node.name}/{q}" for q in node.qualifiers] or [node.name]
    said = [f"{_quote(t) if not node.qualifiers else t}[{tag}{noexp}]" for t in texts]
    return said[0] if len(said) == 1 else f"({' OR '.join(said)})"


def _heading_embase(writer: _Writer, node: Heading) -> str:
    name = node.name.casefold() if not node.name.islower() else node.name
    quoted = name if name.isalnum() else "'" + name.replace("'", "\\'") + "'"
    if node.qualifiers:
        writer.lose(node.span, f"the subheadings {', '.join(node.qualifiers)}", "more")
    return f"{quoted}/{'exp' if node.explode else 'de'}{'/mj' if node.focus else ''}"


def _heading_cochrane(writer: _Writer, node: Heading) -> str:
    if node.focus:
        writer.lose(node.span, "the focus on the heading", "more")
    qualifiers = f"/{','.join(q.upper() for q in node.qualifiers)}" if node.qualifiers else ""
    return f"[mh {'' if node.explode else '^'}{_quote(node.name)}{qualifiers}]"


def _heading_ebsco(writer: _Writer, node: Heading) -> str:
    qualifiers = f"/{','.join(q.upper() for q in node.qualifiers)}" if node.qualifiers else ""
    name = f"{node.name}{'+' if node.explode else ''}{qualifiers}"
    quoted = f'"{name}"' if " " in name or "," in name else name
    return f"({'MM' if node.focus else 'MH'} {quoted})"


def _heading_scopus(writer: _Writer, node: Heading) -> str:
    _as_word(writer, node, explain="the heading is looked for among index terms")
    return f"INDEXTERMS({_quote(node.name)})"


def _heading_word(writer: _Writer, node: Heading) -> str:
    _as_word(writer, node, explain="the heading became a word")
    return _quote(node.name)


def _heading_lilacs(writer: _Writer, node: Heading) -> str:
    if node.focus or node.qualifiers:
        writer.lose(node.span, "focus and subheadings", "more")
    return f"mh:{_quote(node.name)}"


def _heading_hta(writer: _Writer, node: Heading) -> str:
    if node.focus:
        writer.lose(node.span, "the focus on the heading", "more")
    qualifiers = f"/{','.join(node.qualifiers)}" if node.qualifiers else ""
    name = f"{node.name}{qualifiers}" if qualifiers else _quote(node.name)
    return f"{name}[{'mhe' if node.explode else 'mh'}]"


def _as_word(writer: _Writer, node: Heading, explain: str) -> None:
    more = [
        word
        for word, lost in (
            ("explosion", node.explode), ("focus", node.focus), ("subheadings", node.qualifiers)
        )
        if lost
    ]  # fmt: skip
    lost = f" without {', '.join(more)}" if more else ""
    writer.lose(node.span, f"{writer.platform.said} has no thesaurus: {explain}{lost}", "other")


_HEADINGS: Mapping[PlatformName, Callable[[_Writer, Heading], str]] = {
    "ovid": _heading_ovid, "pubmed": _heading_pubmed, "embase": _heading_embase,
    "cochrane": _heading_cochrane, "ebsco": _heading_ebsco, "wos": _heading_word,
    "wos_basic": _heading_word, "scopus": _heading_scopus, "ctgov": _heading_word,
    "lilacs": _heading_lilacs, "hta": _heading_hta,
}  # fmt: skip
