"""What a file is, told by what stands in it; its name's ending decides nothing by itself.

Each answer comes with the sentence that says what it was told by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranvier.errors import InputError
from ranvier.formats.columns import named
from ranvier.formats.report import Detected
from ranvier.formats.rows import delimiter_of
from ranvier.formats.source import Encoding, Source, encoding_of
from ranvier.formats.table import dialect_of

__all__ = ["detect"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A pattern that tells a format, and how we say so."""

    format: str
    pattern: re.Pattern[str]
    why: str


def _mark(format_: str, pattern: str, why: str) -> _Mark:
    return _Mark(format_, re.compile(pattern, re.MULTILINE), why)


#: Tried in order: the first that is found in the beginning of the file.
_XML = (
    _mark("pubmed-xml", r"<Pubmed(?:Book)?Article(?:Set)?[\s>]", "it has PubmedArticle elements"),
    _mark("esearch-xml", r"<eSearchResult[\s>]", "it is the answer of esearch: a list of ids"),
    _mark("epost-xml", r"<ePostResult[\s>]", "it is the answer of epost: a place of ids"),
    _mark("ictrp-xml", r"<Trials?(?:_downloaded_from_ICTRP)?[\s>]", "it has Trial elements"),
    _mark("crossref-xml", r"<(?:\w+:)?(?:doi_records?)[\s>]",
          "it has Crossref's doi_record elements"),
    _mark("endnote-xml", r"<record>|<RECORD>|<records>|<ref-type", "it has record elements"),
)  # fmt: skip

_TAGGED = (
    _mark("ris", r"^[ \t\ufeff\xa0]{0,4}TY {1,3}-", "it has lines that begin with 'TY  -'"),
    _mark("ovid", r"^[ \t]*<\s*\d+\s*\.?\s*>\s*$", "its records begin with a number like '<1. >'"),
    _mark("ovid", r"^VN {1,3}- Ovid", "it says 'VN  - Ovid Technologies'"),
    _mark("nbib", r"^PMID ?- ?\S", "it has lines that begin with 'PMID-'"),
    _mark("nbib", r"^OWN ? ?- ", "it has lines that begin with 'OWN -'"),
    _mark("cochrane-text", r"^Record #\d+ of \d+", "its records begin with 'Record #1 of ...'"),
    _mark("wos-tagged", r"^FN (?:ISI|Thomson|Clarivate|Web of)|^PT [A-Z]\s*$",
          "it has the header of Web of Science or lines like 'PT J'"),
    _mark("wos-tagged", r"^PT (?:Journal|Book|Conference|Patent)", "it has lines 'PT Journal'"),
    _mark("refworks", r"^RT [A-Z]", "its records begin with 'RT'"),
    _mark("endnote-refer", r"^\ufeff?%[0-9A-Z@~+](?: \S|$)", "its lines begin with tags like '%T'"),
    _mark("bibtex", r"^[ \t\ufeff]*@\s*\w+\s*[{(]", "it has entries like '@article{'"),
    _mark("bibtex", r"^@\s*$", "it has entries that begin with '@'"),
    _mark("ris", r"^[ \t\ufeff\xa0]*TY[ \t]*-[ \t]*[A-Z]{3,}", "it has lines that begin with 'TY'"),
    _mark("ris", r"^ER  ?-\s*$", "it has lines that begin with 'ER  -'"),
    _mark("nbib", r"^(?:TI|AU|FAU|AB) {1,3}- \S", "it has tags like 'TI  -' and no 'TY'"),
    _mark("ris", r"^[ \t\ufeff\xa0]{0,4}[Tt][Yy] {1,3}- ?[A-Za-z]{3,8}\s*$",
          "it has lines that begin with 'ty  -', RIS in small letters"),
    _mark("pubmed-summary", r"^\ufeff?1: \S(?:.*\n)(?:.+\n)*?.*PMID: \d+[;.]",
          "its records are numbered citations that end in 'PMID: ...', PubMed's summary"),
    _mark("pubmed-abstract", r"^PMID: \d{1,8}(?:\s|$)",
          "it has lines 'PMID: ...' and no tags, PubMed's abstract as text"),
)  # fmt: skip

#: Dialects of RIS -> what only they write; the first with a match in the first records.
_RIS_DIALECTS: tuple[tuple[str, str], ...] = (
    (
        "Ovid",
        r"^\s*\d+\s*\.\s*$(?=\s*TY)|ovidsp\.(?:\w+\.)*ovid\.com|^DB  - Ovid|OVID Technologies",
    ),
    ("Embase.com", r"www\.embase\.com|^DB  - Embase|^U2  - L\d{6,}"),
    ("CENTRAL", r"cochranelibrary\.com/central|^(?:AN|ID)  - CN-\d+|^DB  - CENTRAL"),
    ("EBSCO", r"search\.ebscohost\.com|^(?:DP|N1)  - .*EBSCO"),
    ("PsycInfo", r"^(?:DB|DP)  - .*(?:PsycI(?:NFO|nfo)|PsycARTICLES)|psycnet\.apa\.org"),
    ("ProQuest", r"proquest\.(?:com|umi\.com)|^DB  - .*ProQuest"),
    ("Scopus", r"^DB  - Scopus|www\.scopus\.com|^N1  - Export Date"),
    ("Web of Science", r"^AN  - (?:WOS|BIOSIS|MEDLINE|CCC):|webofscience\.com|webofknowledge"),
    ("Lens", r"lens\.org"),
    ("Dimensions", r"app\.dimensions\.ai|^DB  - Dimensions"),
    ("PubMed", r"^DB  - PubMed|^DP  - (?:NLM|PubMed)"),
    ("IEEE", r"ieeexplore|^JO  - IEEE|^T2  - .*IEEE"),
    ("TRID", r"trid\.trb\.org"),
    ("Covidence", r"covidence"),
    ("Rayyan", r"RAYYAN-|^ID  - rayyan"),
    ("EndNote", r"^ID  - \d+\s*\nER  -|internal-pdf://|^ST  - "),
    ("Zotero", r"^(?:L1|L2|L4)  - .*|^ER  - \n\n"),
)

#: Characters in which a dialect mostly shows; all that was read is searched if it does not.
FIRST_RECORDS = 32_768

_BINARY = (
    (b"%PDF", "a PDF"), (b"\xd0\xcf\x11\xe0", "an old Office file (or EndNote's own)"),
    (b"SQLite format 3", "a database"), (b"\x89PNG", "a picture"), (b"{\\rtf", "rich text"),
    (b"Rar!", "an archive"), (b"7z\xbc\xaf", "an archive"),
)  # fmt: skip


def detect(source: Source) -> tuple[Detected, Encoding, str]:
    """Tell the format, dialect and encoding of a file.

    Returns
    -------
    (Detected, Encoding, str)
        What it is, how its bytes become text, and the text it begins with.

    Raises
    ------
    InputError
        If it is no file of records that we know: the message says what it seems to be.

    Examples
    --------
    >>> found, _, _ = detect(Source("x.txt", b"TY  - JOUR\\nTI  - A trial\\nER  - \\n"))
    >>> found.format, found.why
    ('ris', "it has lines that begin with 'TY  -'")
    """
    raw = source.head(8)
    if raw.startswith(b"PK"):
        return _spreadsheet(source)
    if raw.startswith(b"PAR1"):
        encoding = Encoding(name="utf-8", errors="strict", why="it is Parquet")
        why = "it is Parquet, a table in columns"
        return Detected(format="parquet", dialect=None, encoding="utf-8", why=why), encoding, ""
    for magic, what in _BINARY:
        if raw.startswith(magic):
            raise InputError(
                f"this is {what}, not an export of records.",
                file=source.name,
                remedy="Export the records as RIS, NBIB, BibTeX, XML or CSV.",
            )
    encoding = encoding_of(source)
    head = source.head(262_144).decode(encoding.name, encoding.errors)
    head = head.replace("\r\n", "\n").replace("\r", "\n")
    return _of_text(source, head, encoding), encoding, head


def _of_text(source: Source, head: str, encoding: Encoding) -> Detected:
    """Tell what a text is."""

    def found(format_: str, why: str, dialect: str | None = None) -> Detected:
        return Detected(format=format_, dialect=dialect, encoding=encoding.name, why=why)

    bare = head.lstrip("\ufeff \t\n\x00")
    if not bare:
        return found("empty", "there is nothing in it")
    if bare[0] in "{[":
        return found("json", "it begins like JSON")
    if bare[0] == "<" and re.match(r"<\s*\d", bare) is None:
        for mark in _XML:
            if mark.pattern.search(head):
                return found(mark.format, mark.why)
        what = "a web page" if re.match(r"<!doctype html|<html", bare, re.I) else "XML of a kind"
        raise InputError(
            f"this is {what} that holds no records we know.",
            file=source.name,
            remedy="Export as PubMed XML, EndNote XML, RIS, NBIB or CSV.",
        )
    table = _table(head)
    tagged = next(((m, at.start()) for m in _TAGGED if (at := m.pattern.search(head))), None)
    if table is not None and (tagged is None or tagged[1] > len(head.split("\n", 1)[0])):
        return found("csv", table[0], table[1])
    if tagged is not None:
        mark = tagged[0]
        dialect = _dialect(head) if mark.format == "ris" else None
        if mark.format == "nbib" and re.search(r"^OWN ? ?- ERIC", head, re.M):
            dialect = "ERIC"
        return found(mark.format, mark.why, dialect)
    raise InputError(
        f"no records were recognised in it; it begins with {bare[:60]!r}.",
        file=source.name,
        row=1,
        remedy="Export as RIS, NBIB, BibTeX, PubMed or EndNote XML, or as CSV whose first line "
        "names a title column.",
    )


def _dialect(head: str) -> str | None:
    """Tell who wrote a file of RIS."""
    for text in (head[:FIRST_RECORDS], head):
        for who, pattern in _RIS_DIALECTS:
            if re.search(pattern, text, re.MULTILINE | re.IGNORECASE):
                return who
    return None


def _table(head: str) -> tuple[str, str | None] | None:
    """Tell whether the first line names columns of which one is a title."""
    first = next((line for line in head.lstrip("\ufeff").split("\n") if line.strip()), "")
    if first.startswith("sep="):
        first = head.lstrip("\ufeff").split("\n")[1]
    mark = delimiter_of(first)
    columns = [part.strip().strip('"') for part in first.split(mark)]
    titles = {named(n) for n in ("title", "article title", "ti", "document title", "study title",
                                 "primary title", "scientific_title", "public_title")}  # fmt: skip
    if not any(named(column) in titles for column in columns):
        return None
    name = {"\t": "tab", ";": "semicolon", "|": "bar"}.get(mark, "comma")
    return f"its first line names columns, a title among them (separator: {name})", dialect_of(
        columns
    )


def _spreadsheet(source: Source) -> tuple[Detected, Encoding, str]:
    """Tell a spreadsheet from other archives."""
    if b"xl/" not in source.head(262_144) and not source.name.lower().endswith(("xlsx", "xlsm")):
        raise InputError(
            "this is an archive.", file=source.name, remedy="Unpack it and name the files in it."
        )
    encoding = Encoding(name="utf-8", errors="strict", why="it is a spreadsheet")
    why = "it is a spreadsheet (XLSX)"
    return Detected(format="xlsx", dialect=None, encoding="utf-8", why=why), encoding, ""
