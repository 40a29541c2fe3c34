"""How each platform writes fields and headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from ranvier.query.platforms import Platform, PlatformName
from ranvier.query.tree import TIAB, Fields, Heading, Span

__all__ = ["FIELDS", "HEADINGS", "Losing"]


class Losing(Protocol):
    """Who writes, and notes what cannot be said."""

    platform: Platform

    def lose(self, span: Span, said: str, effect: Literal["more", "fewer", "other"]) -> None:
        """Note what cannot be said."""
        ...


_OVID: tuple[tuple[Fields, str], ...] = (
    (frozenset({"ti", "ab", "kw", "mh", "nm", "ot"}), "mp"), (frozenset({"all"}), "af"),
)  # fmt: skip
_ATOM_OVID = {"kw": "kf", "mh": "hw", "py": "yr", "ad": "in", "id": "ui", "sb": "sb", "date": "dt",
              "co": "au", "tr": "tn", "dn": "dv", "all": "af"}  # fmt: skip
_ATOM_PUBMED = {
    "ti": "ti", "ab": "tiab", "kw": "ot", "mh": "mh", "au": "au", "jn": "ta", "pt": "pt",
    "fs": "sh", "nm": "nm", "rn": "rn", "la": "la", "py": "dp", "ad": "ad", "id": "pmid",
    "ot": "tt", "sb": "sb", "date": "edat", "co": "cn", "pa": "pa",
    "all": "all",
}  # fmt: skip
_ATOM_COLON = {
    "ti": "ti", "ab": "ab", "kw": "kw", "mh": "de", "au": "au", "jn": "jt", "pt": "it", "fs": "lnk",
    "nm": "tn", "rn": "rn", "la": "la", "py": "py", "ad": "ff", "id": "ui", "ot": "ti",
    "tr": "tn", "dn": "dn", "cn": "ca",
}  # fmt: skip
_ATOM_COCHRANE = {"ti": "ti", "ab": "ab", "kw": "kw", "mh": "kw", "au": "au", "jn": "so",
                  "pt": "pt", "id": "an", "py": "py"}  # fmt: skip
_ATOM_EBSCO = {"ti": "TI", "ab": "AB", "kw": "KW", "mh": "MW", "au": "AU", "jn": "SO", "pt": "PT",
               "la": "LA", "ad": "AF", "py": "DT", "id": "AN", "nm": "SU", "rn": "SU", "ot": "TI",
               "date": "EM", "all": "TX"}  # fmt: skip
_ATOM_WOS = {"ti": "TI", "ab": "AB", "kw": "AK", "au": "AU", "jn": "SO", "py": "PY", "ad": "AD",
             "pt": "DT", "la": "LA", "id": "UT", "all": "ALL"}  # fmt: skip
_ATOM_SCOPUS = {"ti": "TITLE", "ab": "ABS", "kw": "AUTHKEY", "mh": "INDEXTERMS", "au": "AUTH",
                "jn": "SRCTITLE", "pt": "DOCTYPE", "la": "LANGUAGE", "ad": "AFFIL",
                "rn": "CASREGNUMBER", "nm": "CHEMNAME", "tr": "TRADENAME",
                "date": "PUBDATETXT", "id": "DOI", "all": "ALL"}  # fmt: skip
_ATOM_PROQUEST = {"ti": "TI", "ab": "AB", "kw": "IF", "mh": "SU", "au": "AU", "jn": "PUB",
                  "pt": "DTYPE", "la": "LA", "ad": "AF", "py": "YR", "all": "NOFT"}  # fmt: skip
_ATOM_CTGOV = {"ti": "BriefTitle", "ab": "BriefSummary", "mh": "ConditionSearch",
               "nm": "InterventionSearch", "id": "NCTId", "all": "BasicSearch"}  # fmt: skip


def _many(names: list[str], write_one: Callable[[str], str]) -> str:
    """Write one text in several fields as OR."""
    texts = [write_one(name) for name in dict.fromkeys(names)]
    return texts[0] if len(texts) == 1 else f"({' OR '.join(texts)})"


def _known(
    writer: Losing, fields: Fields, table: Mapping[str, str], span: Span, order: str = ""
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


def _fields_ovid(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    for known, code in _OVID:
        if fields == known:
            return f"{text}.{code}."
    table = {f: _ATOM_OVID.get(f, f) for f in fields}
    names = _known(writer, fields, table, span, "ti ab kw mh")
    return f"{text}.{','.join(names)}."


def _fields_pubmed(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    if {"ti", "ab"} <= fields and fields <= {"ti", "ab", "kw"}:
        return f"{text}[tiab]"
    if {"ti", "ab", "mh"} <= fields:
        return f"{text}[tw]"
    if fields == frozenset({"ab"}):
        writer.lose(span, "abstract became title and abstract", "more")
    names = _known(writer, fields, _ATOM_PUBMED, span, "ti ab")
    return _many(names, lambda name: f"{text}[{name}]") if names else text


def _fields_embase(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"all"}, _ATOM_COLON, span, "ti ab kw mh")
    return f"{text}:{','.join(dict.fromkeys(names))}" if names else text


def _fields_cochrane(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"all", "nm", "ot"}, _ATOM_COCHRANE, span, "ti ab kw")
    return f"{text}:{','.join(dict.fromkeys(names))}" if names else text


def _fields_ebsco(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields - {"nm", "ot"} or fields, _ATOM_EBSCO, span, "ti ab")
    if not names:
        return text
    texts = [f"{name} {text}" for name in dict.fromkeys(names)]
    return f"({' OR '.join(texts)})"


def _fields_wos(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    inner = text if text.startswith("(") else f"({text})"
    if {"ti", "ab", "kw"} <= fields:
        return f"TS={inner}"
    names = _known(writer, fields, _ATOM_WOS, span, "ti ab")
    return _many(names, lambda name: f"{name}={inner}") if names else text


def _fields_scopus(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    inner = text[1:-1] if _wrapped(text) else text
    if {"ti", "ab", "kw", "au"} <= fields:
        return f"TITLE-ABS-KEY-AUTH({inner})"
    if {"ti", "ab", "kw"} <= fields:
        return f"TITLE-ABS-KEY({inner})"
    if fields == frozenset({"kw", "mh"}):
        return f"KEY({inner})"
    if fields == TIAB:
        return f"TITLE-ABS({inner})"
    names = _known(writer, fields, _ATOM_SCOPUS, span, "ti ab")
    return _many(names, lambda name: f"{name}({inner})") if names else text


def _fields_proquest(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    inner = text[1:-1] if _wrapped(text) else text
    names = _known(writer, fields, _ATOM_PROQUEST, span, "ti ab kw mh")
    return f"{','.join(dict.fromkeys(names))}({inner})" if names else text


def _wrapped(text: str) -> bool:
    """Whether the first bracket closes at the very end."""
    depth = 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and i < len(text) - 1:
            return False
    return text.startswith("(")


def _fields_none(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    if "all" not in fields:
        writer.lose(span, f"the field ({', '.join(sorted(fields))})", "more")
    return text


def _fields_ctgov(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    names = _known(writer, fields, _ATOM_CTGOV, span, "ti ab")
    return _many(names, lambda name: f"AREA[{name}]{text}") if names else text


def _fields_lilacs(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    if {"ti", "ab"} <= fields:
        return f"tw:{text}"
    table = {"ti": "ti", "ab": "ab", "mh": "mh", "au": "au", "pt": "pt", "la": "la", "kw": "mh",
             "jn": "ta"}  # fmt: skip
    names = _known(writer, fields, table, span)
    return _many(names, lambda name: f"{name}:{text}") if names else text


def _fields_hta(writer: Losing, text: str, fields: Fields, span: Span) -> str:
    names = _known(
        writer, fields, {"ti": "title", "ab": "abs", "au": "Author", "mh": "mh"}, span, "ti ab"
    )
    return _many(names, lambda name: f"({text})[{name}]") if names else text


FIELDS: Mapping[PlatformName, Callable[[Losing, str, Fields, Span], str]] = {
    "ovid": _fields_ovid, "pubmed": _fields_pubmed, "embase": _fields_embase,
    "cochrane": _fields_cochrane, "ebsco": _fields_ebsco, "wos": _fields_wos,
    "wos_basic": _fields_none, "scopus": _fields_scopus, "ctgov": _fields_ctgov,
    "proquest": _fields_proquest, "lilacs": _fields_lilacs, "hta": _fields_hta,
}  # fmt: skip


def _quote(name: str) -> str:
    return name if name.isalnum() else f'"{name}"'


def _heading_ovid(writer: Losing, node: Heading) -> str:
    exp, focus = "exp " if node.explode else "", "*" if node.focus else ""
    reserved = any(w in ("and", "or", "not") for w in node.name.casefold().split())
    name = f'"{node.name}"' if reserved or set("()[]/") & set(node.name) else node.name
    return f"{exp}{focus}{name}/{','.join(node.qualifiers)}"


def _heading_pubmed(writer: Losing, node: Heading) -> str:
    tag = "Majr" if node.focus else "Mesh"
    noexp = "" if node.explode else ":NoExp"
    texts = [f"{node.name}/{q}" for q in node.qualifiers] or [node.name]
    said = [f"{_quote(t)}[{tag}{noexp}]" for t in texts]
    return said[0] if len(said) == 1 else f"({' OR '.join(said)})"


def _heading_embase(writer: Losing, node: Heading) -> str:
    name = node.name.casefold() if not node.name.islower() else node.name
    quoted = name if name.isalnum() else "'" + name.replace("'", "\\'") + "'"
    own = [q for q in node.qualifiers if "_" in q]
    if len(own) < len(node.qualifiers):
        others = ", ".join(q for q in node.qualifiers if "_" not in q)
        writer.lose(node.span, f"the subheadings {others}", "more")
    marks = f"{'exp' if node.explode else 'de'}{'/mj' if node.focus else ''}"
    return f"{quoted}/{marks}{'/' + ','.join(own) if own else ''}"


def _heading_cochrane(writer: Losing, node: Heading) -> str:
    qualifiers = f"/{','.join(q.upper() for q in node.qualifiers)}" if node.qualifiers else ""
    major = " [mj]" if node.focus else ""
    return f"[mh {'' if node.explode else '^'}{_quote(node.name)}{qualifiers}{major}]"


def _heading_ebsco(writer: Losing, node: Heading) -> str:
    qualifiers = "".join(f"/{q.upper()}" for q in node.qualifiers)
    name = f"{node.name}{'+' if node.explode else ''}{qualifiers}"
    quoted = f'"{name}"' if set(" ,/()'") & set(name) else name
    return f"({'MM' if node.focus else 'MH'} {quoted})"


def _heading_scopus(writer: Losing, node: Heading) -> str:
    _as_word(writer, node, explain="the heading is looked for among index terms")
    return f"INDEXTERMS({_quote(node.name)})"


def _heading_proquest(writer: Losing, node: Heading) -> str:
    if node.qualifiers:
        writer.lose(node.span, f"the subheadings {', '.join(node.qualifiers)}", "more")
    main = "MJMESH" if node.focus else "MESH"
    return f'{main}.EXACT{".EXPLODE" if node.explode else ""}("{node.name}")'


def _heading_word(writer: Losing, node: Heading) -> str:
    _as_word(writer, node, explain="the heading became a word")
    word = _quote(_read_forward(node.name))
    return f"TS=({word})" if writer.platform.style == "wos" else word


def _read_forward(name: str) -> str:
    """Turn an inverted heading into what texts say: "Diabetes Mellitus, Type 2".

    Examples
    --------
    >>> _read_forward("Immunoglobulins, Intravenous")
    'Intravenous Immunoglobulins'
    """
    first, comma, second = name.partition(", ")
    return f"{second} {first}" if comma and ", " not in second else name


def _heading_lilacs(writer: Losing, node: Heading) -> str:
    if node.focus or node.qualifiers:
        writer.lose(node.span, "focus and subheadings", "more")
    return f"mh:{_quote(node.name)}"


def _heading_hta(writer: Losing, node: Heading) -> str:
    if node.focus:
        writer.lose(node.span, "the focus on the heading", "more")
    qualifiers = f"/{','.join(node.qualifiers)}" if node.qualifiers else ""
    name = f"{node.name}{qualifiers}" if qualifiers else _quote(node.name)
    return f"{name}[{'mhe' if node.explode else 'mh'}]"


def _as_word(writer: Losing, node: Heading, explain: str) -> None:
    more = [
        word
        for word, lost in (
            ("explosion", node.explode), ("focus", node.focus), ("subheadings", node.qualifiers)
        )
        if lost
    ]  # fmt: skip
    lost = f" without {', '.join(more)}" if more else ""
    writer.lose(node.span, f"{writer.platform.said} has no thesaurus: {explain}{lost}", "other")


HEADINGS: Mapping[PlatformName, Callable[[Losing, Heading], str]] = {
    "ovid": _heading_ovid, "pubmed": _heading_pubmed, "embase": _heading_embase,
    "cochrane": _heading_cochrane, "ebsco": _heading_ebsco, "wos": _heading_word,
    "wos_basic": _heading_word, "scopus": _heading_scopus, "ctgov": _heading_word,
    "proquest": _heading_proquest, "lilacs": _heading_lilacs, "hta": _heading_hta,
}  # fmt: skip
