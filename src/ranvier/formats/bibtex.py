"""BibTeX, as vendors and reference managers write it.

Entries are found by their ``@``, and read by matching braces, so that one broken entry costs no
other. TeX becomes characters; markup is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TextIO

from ranvier.formats.dates import iso_date
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import Table, Values, assemble, identify, put_serials
from ranvier.formats.tagged.machine import Piece, cut

__all__ = ["TABLE", "pieces", "read", "untex"]

_START = re.compile(
    r"(?:^|(?<=[})]))[ \t\ufeff]*@\s*(?:%[^\n]*\s*)*[A-Za-z]+\s*(?:%[^\n]*\s*)*[{(]", re.M
)
_HEAD = re.compile(r"@\s*(?:%[^\n]*\s*)*([A-Za-z]+)\s*(?:%[^\n]*\s*)*([{(])")
_KEY = re.compile(r"\s*([^,={}\"]*?)\s*(?:,|(?=[}\n]))")
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:.+/-]*(?:[ \xa0]\d+)?)\s*=\s*")
_WORD = re.compile(r"[^\s,#{}\"()]+")
_HASH = re.compile(r"\s*#\s*")

_MACROS = {
    m: m
    for m in ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
}

#: Type of entry -> CSL.
_GENRES: dict[str, str] = {
    "article": "article-journal", "book": "book", "booklet": "pamphlet", "collection": "book",
    "conference": "paper-conference", "dataset": "dataset", "electronic": "webpage",
    "inbook": "chapter", "incollection": "chapter", "inproceedings": "paper-conference",
    "inreference": "entry-encyclopedia", "manual": "report", "mastersthesis": "thesis",
    "mvbook": "book", "misc": "document", "online": "webpage", "patent": "patent",
    "periodical": "book", "phdthesis": "thesis", "proceedings": "book", "reference": "book",
    "report": "report", "review": "review", "software": "software", "suppbook": "chapter",
    "techreport": "report", "thesis": "thesis", "unpublished": "manuscript", "www": "webpage",
    "preprint": "article", "standard": "standard",
}  # fmt: skip

TABLE = Table(
    one={
        "title": ("title",),
        "short_title": ("shorttitle",),
        "journal": ("journal", "journaltitle", "booktitle", "source_title"),
        "journal_abbreviation": ("abbrev_source_title", "journal-iso", "shortjournal"),
        "volume": ("volume",),
        "issue": ("number", "issue"),
        "pages": ("pages", "art_number", "article-number", "eid"),
        "publisher": ("publisher", "institution", "school", "organization"),
        "place": ("address", "location"),
        "edition": ("edition",),
        "series": ("series",),
        "accession": ("unique-id", "accessionnumber", "an"),
        "database": ("source",),
        "original_title": ("origtitle",),
    },
    many={
        "affiliations": ("affiliation", "affiliations"),
        "keywords": ("keywords", "author_keywords", "keyword", "keywords-plus", "index_keywords"),
        "languages": ("language", "langid"),
        "types": ("type", "document_type"),
        "issn": ("issn", "eissn", "e-issn"),
        "isbn": ("isbn",),
        "urls": ("url", "link", "howpublished"),
        "funding": ("funding-acknowledgement",),
        "abstract": ("abstract",),
        "note": ("note", "annote"),
    },
    splits={
        **dict.fromkeys(
            ("author_keywords", "keywords-plus", "index_keywords", "affiliation", "langid",
             "language", "type"), re.compile(r"\s*;\s*")
        ),
        "keywords": re.compile(r"\s*;\s*|\s*,\s*(?!.*;)"),
        "issn": re.compile(r"\s*[;,]\s*"),
        "isbn": re.compile(r"\s*[;,]\s*|\s+(?=97)"),
    },
    doi=("doi",),
    pmid=("pmid", "pubmed_id", "pubmedid"),
    pmcid=("pmcid", "pmc"),
    searched=("url", "link", "note", "annote", "howpublished", "key"),
    year=("year", "date"),
    date=("date", "when", "year"),
    ignored=frozenset({"key", "entrytype", "month", "day", "when"}),
)  # fmt: skip

_ROLES = {"editor": "editor", "translator": "translator", "bookauthor": "container-author",
          "inventor": "author"}  # fmt: skip


def pieces(stream: TextIO, report: Report) -> Iterator[Piece]:
    """Yield the text of each entry; strings, comments and preambles are handed on as they are."""
    for piece in cut(stream, _START, report):
        if _HEAD.search(piece.text) is not None:
            yield piece
            continue
        for offset, text in enumerate(piece.text.split("\n")):
            shown = text.strip(" \t\ufeff\0\x1a")
            if shown and not shown.startswith(("%", "#")):
                report.odd(piece.line + offset, f"text outside any entry: {shown[:80]!r}.")


def read(piece: Piece, macros: dict[str, str], report: Report) -> dict[str, Any] | None:
    """Read one entry into the fields of a :class:`Record`; ``None`` if it describes nothing.

    Parameters
    ----------
    macros : dict of str to str
        What ``@string`` has defined so far; a definition is added to it.
    """
    head = _HEAD.search(piece.text)
    assert head is not None
    kind = head[1].lower()
    if kind in ("comment", "preamble"):
        return None
    if kind == "string":
        macros.update(_fields(piece, head.end(), macros, report)[0])
        return None
    key = _KEY.match(piece.text, head.end())
    at = key.end() if key and "=" not in key[1] else head.end()
    held, closed = _fields(piece, at, macros, report)
    if not closed:
        report.odd(piece.line, f"the entry {key[1] if key else ''!r} is never closed.")
    values: Values = {}
    for name, value in held.items():
        if name in ("author", "editor", "translator", "bookauthor", "inventor"):
            continue
        text = value.strip() if name in _VERBATIM else untex(value)
        if text:
            values[name] = [text]
    values["key"] = [key[1]] if key and key[1] else []
    _when(values)
    made = assemble(values, TABLE)
    tags: dict[str, str] = made["tags"]
    _people(made, tags, held)
    made.setdefault("title", "")
    if pages := made.get("pages"):
        made["pages"] = pages.replace("–", "-")
    for name in ("abstract", "note"):
        if text := made.get(name):
            made[name] = "\n".join(text)
    made["genre"], tags["genre"] = _GENRES.get(kind, "document"), "@"
    twice = made["title"] in ("", made.get("journal"))
    if made["genre"] == "book" and "booktitle" in values and twice:
        made["title"] = made.pop("journal", made["title"])
    put_serials(made, tags)
    if types := made.get("types"):
        made["type"] = types[0]
    if key and key[1]:
        made["other_ids"] = {"citation-key": key[1]}
        if "pmid" not in made and key[1].upper().startswith("PMID:") and key[1][5:].isdigit():
            made["pmid"] = key[1][5:]
    archive = (values.get("eprinttype") or values.get("archiveprefix") or [""])[0].lower()
    if archive and (number := values.get("eprint")):
        made["other_ids"] = {**made.get("other_ids", {}), archive: number[0]}
        if archive == "pubmed" and number[0].isdigit():
            made.setdefault("pmid", number[0])
    identify(made, piece.text)
    return made


_VERBATIM = frozenset({"url", "doi", "file", "link", "eprint", "issn", "isbn", "pmid", "pmcid"})


def _fields(
    piece: Piece, at: int, macros: dict[str, str], report: Report
) -> tuple[dict[str, str], bool]:
    """Read ``name = value`` after ``name = value``; say whether the entry was closed."""
    text = piece.text
    found: dict[str, str] = {}
    while True:
        field = _FIELD.match(text, at)
        if field is None:
            rest = re.compile(r"[\s,]*").match(text, at)
            at = rest.end() if rest else at
            if text[at : at + 1] in ("}", ")"):
                return found, True
            following = _FIELD.search(text, at) if at < len(text) else None
            if following is None:
                return found, False
            lost = text[at : following.start()].strip()
            report.odd(
                piece.line + text.count("\n", 0, at), f"text that is no field: {lost[:60]!r}."
            )
            field, at = following, following.start()
        name = field[1].lower()
        value, at = _value(text, field.end(), macros)
        if name in found and value.strip() and value != found[name]:
            found[f"{name}-2"] = value
        elif value.strip() or name not in found:
            found[name] = value


def _value(text: str, at: int, macros: dict[str, str]) -> tuple[str, int]:
    """Read a value: in braces, in quotes, a number or a macro, joined by ``#``."""
    parts: list[str] = []
    while at < len(text):
        mark = text[at]
        if mark == "{":
            end = _closing(text, at)
            parts.append(text[at + 1 : end])
            at = end + 1
        elif mark == '"':
            end = _quoted(text, at)
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            word = _WORD.match(text, at)
            if word is None:
                break
            parts.append(macros.get(word[0].lower(), _MACROS.get(word[0].lower(), word[0])))
            at = word.end()
        joined = _HASH.match(text, at)
        if joined is None:
            break
        at = joined.end()
    return "".join(parts), at


_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def _closing(text: str, at: int) -> int:
    """Find the brace that closes the one at `at`; if none does, the end of the last full line."""
    depth = 0
    for match in _BRACE.finditer(text, at):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    following = re.compile(r",?[ \t]*\n\s*[A-Za-z][\w-]*\s*=\s*[{\"\d]").search(text, at)
    return following.start() if following else len(text)


def _quoted(text: str, at: int) -> int:
    """Find the quote that closes the one at `at`: outside all braces."""
    depth = 0
    for match in re.compile(r'\\.|[{}"]', re.DOTALL).finditer(text, at + 1):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        elif match[0] == '"' and depth <= 0:
            return match.start()
    end = text.find("\n", at)
    return end if end > 0 else len(text)


_PLAIN = re.compile(r"[\\$~]|---?|``|''")
_SPACE = re.compile(r"\s+")
_SHIFTED = re.compile(r"[_^]\s*(?=\{)|(?<=[\w}])[_^](?=[\w])")
_MATH = re.compile(r"\$[^$]{1,200}\$")
#: An accent whose backslash was escaped once too often.
_ESCAPED = re.compile(r"\\\\(?=[\"'`^~=.][{\\a-zA-Z])")
_FONT = re.compile(
    r"\\(?:text(?:it|bf|sc|rm|tt|sf|sl|up|md|normal|subscript|superscript)|emph|mathrm|mathit|mathbf"
    r"|mathsf|ensuremath|mbox|url|uppercase|lowercase)\s*(?=\{)"
)


@lru_cache(maxsize=1)
def _latex() -> Any:
    """Make the translator of TeX, which takes a while to load, only when it is needed."""
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces=False)


def untex(text: str) -> str:
    r"""Turn TeX into characters.

    Examples
    --------
    >>> untex(r"{\"O}nnud{\'o}ttir, {The {DNA} test}, 330--339")
    'Önnudóttir, The DNA test, 330–339'
    """
    if _PLAIN.search(text) is None:
        return _SPACE.sub(" ", text.replace("{", "").replace("}", "")).strip()
    text = _MATH.sub(lambda math: _SHIFTED.sub("", math[0]), text)
    text = _ESCAPED.sub(r"\\", _FONT.sub("", text))
    if "\\" in text or "$" in text or "~" in text:
        safe = re.sub(r"(?<!\\)%", r"\\%", re.sub(r"(?<!\\)([&#])", r"\\\1", text))
        try:
            text = str(_latex().latex_to_text(safe))
        except Exception:  # whatever a parser of TeX makes of broken TeX: the text is kept
            text = text.replace("\\", "")
        text = text.replace("\\%", "%").replace("\\&", "&")
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    text = text.replace("{", "").replace("}", "")
    return _SPACE.sub(" ", text).strip()


def _when(values: Values) -> None:
    """Put year, month and day together."""
    year, month = values.get("year"), values.get("month")
    if year and month and "date" not in values:
        day = values.get("day", [""])[0]
        named = month[0]
        whole = f"{day} {named} {year[0]}" if not named.isdigit() else f"{year[0]}-{named}-{day}"
        if iso := iso_date(whole.rstrip("-")):
            values["when"] = [iso]


_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def _people(made: dict[str, Any], tags: dict[str, str], held: dict[str, str]) -> None:
    """Read the names of authors and editors; what stands in braces as a whole is a group."""
    for field in ("author", "inventor"):
        if field in held and "authors" not in made:
            names = _names(held[field])
            made["authors"], tags["authors"] = tuple(n for n, _ in names), field
            groups = tuple(n for n, group in names if group)
            if groups:
                made["groups"] = groups
    roles: dict[str, tuple[str, ...]] = {}
    for field, role in _ROLES.items():
        if field in held and field != "inventor":
            roles[role] = tuple(n for n, _ in _names(held[field]))
            tags[f"contributors.{role}"] = field
    if roles:
        made["contributors"] = roles


def _names(text: str) -> list[tuple[str, bool]]:
    """Part names at ``and`` outside braces."""
    parts: list[str] = []
    depth = start = 0
    for match in re.finditer(r"\\.|[{}]|\s+and\s+", text, re.IGNORECASE | re.DOTALL):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        elif match[0][0] != "\\" and depth <= 0:
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    inside = re.fullmatch(r"\s*\{(.*)\}\s*", text, re.DOTALL)
    if len(parts) == 1 and inside and _AND.search(inside[1]):
        return _names(inside[1])  # Web of Science has the whole list in braces of its own
    return [name for part in parts if (name := _name(part.strip())) is not None]


def _name(text: str) -> tuple[str, bool] | None:
    """Write a name as ``Family, Given, Suffix``; a whole in braces is a group's."""
    plain = untex(text)
    if not plain:
        return None
    if text.startswith("{") and _closing(text, 0) == len(text) - 1 and "\\" not in text:
        return plain, "," not in plain or " " in plain.split(",")[0]
    if plain.lower() == "others":
        return "et al", False
    if "," in plain:
        parts = [part.strip() for part in plain.split(",") if part.strip()]
        if len(parts) == 3:  # BibTeX has the suffix in the middle
            parts = [parts[0], parts[2], parts[1]]
        return ", ".join(part for part in parts if part), False
    words = plain.split(" ")
    if len(words) == 1:
        return plain, False
    at = next((i for i, w in enumerate(words[:-1]) if i and w[:1].islower()), len(words) - 1)
    braced = re.search(r"\{([^{}\\]*\s[^{}\\]*)\}$", text)
    if braced:
        family = untex(braced[1])
        return f"{family}, {plain[: -len(family)].strip()}".rstrip(", "), False
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}", False
