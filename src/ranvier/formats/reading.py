"""Reading a file of records: found out what it is, then record by record, with a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ranvier.core.record import Record, RecordKind
from ranvier.core.registers import find_registry_ids
from ranvier.errors import InputError
from ranvier.formats import bibtex, table
from ranvier.formats.detect import detect
from ranvier.formats.json.europepmc import read_europepmc
from ranvier.formats.json.items import items_of, kind_of, promised
from ranvier.formats.json.trials import read_trial
from ranvier.formats.json.works import read_csl, read_openalex
from ranvier.formats.parquet import read_parquet
from ranvier.formats.report import Detected, Report
from ranvier.formats.rows import Row, csv_rows, delimiter_of, xlsx_rows
from ranvier.formats.source import Encoding, Source, text_of
from ranvier.formats.tagged import nbib, ovid, pubmed_text, refer, ris, wos
from ranvier.formats.tagged.machine import Grammar, Piece, split
from ranvier.formats.xml import endnote, others, pubmed
from ranvier.formats.xml.fragments import fragments, refuse_entities

__all__ = [
    "FORMATS",
    "LISTS_OF_IDS",
    "RecordFile",
    "open_records",
    "read_records",
    "source_of",
]

#: JSON is held in memory about eight times over while it is read.
LARGEST_JSON = 250_000_000

#: The fields of a record, the text it was read from, and the line of that text.
Made = tuple[dict[str, Any], str | None, int]
ReadTagged = Callable[[Piece, Grammar, "str | None", Report], dict[str, Any]]
ReadXml = Callable[[Piece, "str | None", Report], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file whose format is known."""

    source: Source
    detected: Detected
    encoding: Encoding
    head: str
    report: Report


@dataclass(slots=True)
class RecordFile:
    """A file of records, open for reading; going through it again reads it anew.

    Attributes
    ----------
    detected : Detected
        What it was taken for, and why.
    reader : str
        What reads it, with its version.
    report : Report
        What was odd; complete once the last record was taken.
    """

    source: Source
    detected: Detected
    encoding: Encoding
    head: str = field(repr=False)
    report: Report = field(default_factory=Report)

    @property
    def reader(self) -> str:
        """What reads it, with its version."""
        return f"{self.detected.format} {FORMATS[self.detected.format].version}"

    def __iter__(self) -> Iterator[Record]:
        """Read the records in the order of the file."""
        return self.read()

    def read(self, *, skip: int = 0) -> Iterator[Record]:
        """Read the records, leaving out the first `skip`: to go on where an import was cut off."""
        self.report = Report()
        report = self.report
        for line, byte in self.encoding.foreign:
            report.odd(line, f"byte {byte:#04x} is not UTF-8; it was read as Windows-1252.")
        if self.detected.encoding == "cp1252" and self.encoding.foreign == ():
            report.odd(1, f"{self.encoding.why}.")
        opened = _Opened(self.source, self.detected, self.encoding, self.head, report)
        seen: set[str] = set()
        for made, raw, line in FORMATS[self.detected.format].read(opened, skip):
            report.read += 1
            if report.read <= skip:
                if report.read == skip:  # what was odd so far was said when it was read
                    report.problems.clear()
                    report.counted = 0
                continue
            yield _record(made, raw, line, report, seen)
        if report.expected is not None and report.expected != report.read:
            report.odd(
                1, f"{report.read} records were read; the file says that it has {report.expected}."
            )


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read."""

    version: int
    says: str
    read: Callable[[_Opened, int], Iterator[Made]]


def open_records(file: str | Path | bytes, name: str | None = None) -> RecordFile:
    """Open a file of records, or its bytes; find out what it is.

    Parameters
    ----------
    file : path or bytes
    name : str or None
        What to call it; needed for bytes.

    Raises
    ------
    InputError
        If it holds no records of a kind that we know.

    Examples
    --------
    >>> file = open_records(b"TY  - JOUR\\nTI  - A trial\\nDO  - 10.1/x\\nER  - \\n", "x.ris")
    >>> [record.title for record in file], file.detected.format, file.report.counted
    (['A trial'], 'ris', 0)
    """
    if isinstance(file, bytes):
        source = Source(name or "bytes", data=file)
    else:
        path = Path(file)
        if not path.is_file():
            raise InputError(f"there is no file {path}.", remedy="Check the path.")
        source = Source(name or path.name, path=path)
    detected, encoding, head = detect(source)
    if detected.format == "json":
        listed = items_of(_text(source, encoding), source.name)
        kind = kind_of(listed[0]) if listed else "plain"
        why = f"it is a JSON list of {'plain objects' if kind == 'plain' else kind[:-5] + ' items'}"
        detected = Detected(
            format="json" if kind == "plain" else kind,
            dialect=None,
            encoding=detected.encoding,
            why=why,
        )
    return RecordFile(source, detected, encoding, head)


def read_records(filename: str, data: bytes) -> tuple[str, list[Record]]:
    """Read all records of a file that is in memory.

    Returns
    -------
    (str, list of Record)
        The reader that read it, and the records in the order of the file.

    Raises
    ------
    InputError
        If it holds no records of a kind that we know.
    """
    file = open_records(data, filename)
    return file.reader, list(file)


#: Format or dialect -> the source that a file of it comes from.
_SOURCES = {
    "nbib": "PubMed", "pubmed-xml": "PubMed", "pubmed-abstract": "PubMed",
    "pubmed-summary": "PubMed", "wos-tagged": "Web of Science",
    "cochrane-text": "CENTRAL", "ictrp-xml": "ICTRP", "crossref-xml": "Crossref",
    "crossref-json": "Crossref", "openalex-json": "OpenAlex", "Embase.com": "Embase",
    "clinicaltrials-json": "ClinicalTrials.gov", "europepmc-json": "Europe PMC",
}  # fmt: skip


#: Dialects that say which program wrote a file, and not what was searched.
_TOOLS = frozenset({"EndNote", "Zotero", "Rayyan", "Covidence", "ASReview"})


def source_of(file: RecordFile) -> tuple[str, RecordKind]:
    """Say what was searched to make a file, and on which side of the PRISMA flow that counts.

    A file that does not say it is named after itself: also what a reference manager or a
    screening tool wrote, for nobody searched that.
    """
    found = file.detected
    name = found.dialect or found.format
    name = _SOURCES.get(name, found.dialect)
    if name is None or name in _TOOLS:
        name = Path(file.source.name).stem
    return name, "register" if name in ("ICTRP", "ClinicalTrials.gov") else "database"


def _record(
    made: dict[str, Any], raw: str | None, line: int, report: Report, seen: set[str]
) -> Record:
    """Make a record; an id that two records of a file have is the first's."""
    own = made.pop("id", None)
    if own is not None:
        if own in seen:
            report.odd(line, f"the id {own!r} is that of another record, too; it got a number.")
            own = next(n for k in range(2, len(seen) + 3) if (n := f"{own}-{k}") not in seen)
        seen.add(own)
    made["title"] = made.get("title") or ""
    if made.get("year") and not made.get("date"):
        made["date"] = str(made["year"])
    if raw is not None:
        made["raw"] = raw
    return Record(id=own or f"r{report.read:06d}", line=line, **made)


def _text(source: Source, encoding: Encoding) -> str:
    """Return the whole text."""
    with text_of(source, encoding) as stream:
        text = stream.read(LARGEST_JSON + 1)
    if len(text) > LARGEST_JSON:
        raise InputError(
            f"this JSON is longer than {LARGEST_JSON // 1_000_000} million characters, and JSON is "
            "read as a whole.",
            file=source.name,
            remedy="Export it in parts, or as RIS, NBIB, BibTeX or CSV, which are read record by "
            "record.",
        )
    return text.lstrip("\ufeff").replace("\0", "")


def _safe(piece: Piece, report: Report, read: Callable[[], dict[str, Any] | None]) -> Any:
    """Read one record; one that we fail on is kept as text, for no record may be lost.

    A bug of ours in one record must not cost a reviewer the file: it is reported with its line.
    """
    try:
        return read()
    except InputError:
        raise
    except Exception as error:
        report.odd(piece.line, f"this record could not be parted into fields ({error!r}).")
        return {"title": "", "note": "not parted into fields: see the raw text"}


def _tagged(choose: Callable[[str], Grammar], read: ReadTagged) -> Callable[..., Iterator[Made]]:
    """Make the reader of a format of tagged lines."""

    def reading(file: _Opened, skip: int) -> Iterator[Made]:
        form = choose(file.head)
        with text_of(file.source, file.encoding) as stream:
            number = 0
            for piece in split(stream, form, file.report):
                if piece.strange:
                    for made in _glued(piece, file, form, read):
                        number += 1
                        yield made
                    continue
                number += 1
                if number <= skip:
                    yield {}, None, piece.line
                    continue
                yield _made(piece, form, file, read)

    return reading


def _made(piece: Piece, form: Grammar, file: _Opened, read: ReadTagged) -> Made:
    """Read one record of tagged lines."""
    try:
        made = read(piece, form, file.detected.dialect, file.report)
    except Exception as error:  # see `_safe`
        file.report.odd(piece.line, f"this record could not be read: {error!r}.")
        made = {"title": ""}
    return made, piece.text.strip("\n\ufeff"), piece.line


def _glued(piece: Piece, file: _Opened, form: Grammar, read: ReadTagged) -> Iterator[Made]:
    """Read what follows in another format, as what it is."""
    source = Source(file.source.name, data=piece.text.encode("utf-8", "replace"))
    try:
        detected, encoding, head = detect(source)
    except InputError:
        yield _made(piece, form, file, read)
        return
    if detected.format == file.detected.format:
        yield _made(piece, form, file, read)
        return
    why = f"from here on it is {detected.format}, not {file.detected.format}: {detected.why}."
    file.report.odd(piece.line, f"{why} It was read as such.")
    report = Report()
    inner = _Opened(source, detected, encoding, head, report)
    for made, raw, line in FORMATS[detected.format].read(inner, 0):
        yield made, raw, line + piece.line - 1
    for problem in report.problems:
        file.report.odd(problem.line + piece.line - 1, problem.what)


def _xml(elements: tuple[str, ...], read: ReadXml) -> Callable[..., Iterator[Made]]:
    """Make the reader of a format in XML."""

    def reading(file: _Opened, skip: int) -> Iterator[Made]:
        refuse_entities(file.head[:65_536], file.source.name)
        with text_of(file.source, file.encoding) as stream:
            for number, piece in enumerate(fragments(stream, elements, file.report)):
                if number < skip:
                    yield {}, None, piece.line
                    continue
                made = _safe(piece, file.report, lambda p=piece: read(p, None, file.report))
                yield made, piece.text, piece.line

    return reading


def _bibtex(file: _Opened, skip: int) -> Iterator[Made]:
    """Read BibTeX: what a string defines holds for the entries after it."""
    macros: dict[str, str] = {}
    with text_of(file.source, file.encoding) as stream:
        for piece in bibtex.pieces(stream, file.report):
            made = _safe(piece, file.report, lambda p=piece: bibtex.read(p, macros, file.report))
            if made is not None:
                yield made, piece.text.strip("\n\ufeff"), piece.line


def _rows(rows: Iterator[Row], file: _Opened) -> Iterator[Made]:
    """Read the rows of a table."""
    columns: table.Columns | None = None
    for line, cells in rows:
        if columns is None:
            if len(cells) == 1 and cells[0].lower().startswith("sep="):
                continue
            columns = table.Columns(cells, file=file.source.name)
            continue
        held = columns
        piece = Piece("\t".join(cells), line)
        made = _safe(
            piece, file.report, lambda h=held, c=cells, n=line: table.read_row(c, h, n, file.report)
        )
        yield made, made.pop("raw", piece.text), line


def _csv(file: _Opened, skip: int) -> Iterator[Made]:
    """Read CSV."""
    lines = [line for line in file.head.lstrip("\ufeff").split("\n") if line.strip()]
    first = lines[1] if lines[0].startswith("sep=") and len(lines) > 1 else lines[0]
    with text_of(file.source, file.encoding) as stream:
        clean = (line.replace("\0", "") for line in stream)
        yield from _rows(csv_rows(clean, delimiter_of(first), file.report), file)  # pyright: ignore[reportArgumentType]


def _xlsx(file: _Opened, skip: int) -> Iterator[Made]:
    """Read a spreadsheet."""
    yield from _rows(xlsx_rows(file.source, file.report), file)


def _parquet(file: _Opened, skip: int) -> Iterator[Made]:
    """Read Parquet as we write it."""
    for made, row in read_parquet(file.source):
        yield made, made.pop("raw", None), made.pop("line", row)


def _json(file: _Opened, skip: int) -> Iterator[Made]:
    """Read JSON of any kind that we know."""
    import json

    text = _text(file.source, file.encoding)
    if '"totalCount"' in text:
        file.report.expected = promised(text)
    for number, item in enumerate(items_of(text, file.source.name), start=1):
        piece = Piece(json.dumps(item, ensure_ascii=False)[:200_000], number)
        kind = kind_of(item)
        if kind == "plain":
            made = _safe(
                piece, file.report, lambda i=item, n=number: table.read_item(i, n, file.report)
            )
        else:
            read = _JSON[kind]
            made = _safe(piece, file.report, lambda i=item, r=read: r(i))
            text_ = piece.text.encode("utf-8", "replace").decode("utf-8")
            found = tuple(dict.fromkeys((*made.get("registry_ids", ()), *_registered(kind, text_))))
            if found:
                made["registry_ids"], made["registry_id"] = found, found[0]
            made["raw"] = text_
        made = {name: value for name, value in made.items() if value not in (None, (), {})}
        yield made, made.pop("raw", None), number


def _registered(kind: str, text: str) -> tuple[str, ...]:
    """Find trial registrations in an item."""
    return find_registry_ids(text)


def _nothing(file: _Opened, skip: int) -> Iterator[Made]:
    """Read a file in which there is nothing."""
    file.report.odd(1, "the file is empty.")
    yield from ()


_JSON: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "csl-json": read_csl,
    "crossref-json": read_csl,
    "openalex-json": read_openalex,
    "clinicaltrials-json": read_trial,
    "europepmc-json": read_europepmc,
}

#: Formats that name records and hold none.
LISTS_OF_IDS = frozenset({"esearch-xml", "epost-xml"})


def _ris(head: str) -> Grammar:
    """Choose how strictly tags are told from text."""
    if re.search(r"^[ \t\ufeff]*(?:ty|Ty|tY) {1,3}-", head, re.MULTILINE):
        return ris.SMALL
    return ris.STRICT if ris.STRICT.tag.search(head) and "  -" in head else ris.LOOSE


def _ovid(head: str) -> Grammar:
    """Tell two letters before each field from its name in full."""
    return ovid.OVID if ovid.OVID.tag.search(head) else ovid.LABELLED


def _nbib(head: str) -> Grammar:
    """Choose what begins a record."""
    return nbib.PMID if nbib.PMID.start.search(head) else nbib.BLANK


#: Every format that can be read, by name.
FORMATS: dict[str, Format] = {
    "ris": Format(1, "RIS", _tagged(_ris, ris.read)),
    "nbib": Format(1, "NBIB, MEDLINE text", _tagged(_nbib, nbib.read)),
    "wos-tagged": Format(1, "Web of Science text", _tagged(lambda _: wos.GRAMMAR, wos.read)),
    "ovid": Format(2, "Ovid text", _tagged(_ovid, ovid.read)),
    "cochrane-text": Format(
        1, "Cochrane Library text", _tagged(lambda _: ovid.COCHRANE, ovid.read_cochrane)
    ),
    "endnote-refer": Format(
        1, "refer, EndNote's .enw", _tagged(lambda _: refer.REFER_GRAMMAR, refer.read)
    ),
    "refworks": Format(1, "RefWorks text", _tagged(lambda _: refer.REFWORKS, refer.read_refworks)),
    "bibtex": Format(1, "BibTeX", _bibtex),
    "pubmed-abstract": Format(
        1,
        "PubMed's abstracts as text",
        _tagged(lambda _: pubmed_text.ABSTRACT, pubmed_text.read_abstract),
    ),
    "pubmed-summary": Format(
        1,
        "PubMed's summaries as text",
        _tagged(lambda _: pubmed_text.SUMMARY, pubmed_text.read_summary),
    ),
    "pubmed-xml": Format(1, "PubMed XML", _xml(pubmed.ELEMENTS, pubmed.read)),
    "endnote-xml": Format(1, "EndNote XML", _xml(endnote.ELEMENTS, endnote.read)),
    "crossref-xml": Format(1, "Crossref unixref XML", _xml(others.CROSSREF, others.read_crossref)),
    "ictrp-xml": Format(1, "ICTRP XML", _xml(others.ICTRP, others.read_ictrp)),
    "esearch-xml": Format(1, "ids of esearch", _xml(others.EUTILS, others.read_id)),
    "epost-xml": Format(1, "answer of epost", _xml(others.EUTILS, others.read_id)),
    "csv": Format(2, "CSV of databases and screening tools", _csv),
    "xlsx": Format(1, "XLSX", _xlsx),
    "parquet": Format(1, "Parquet as `ranvier export` writes it", _parquet),
    "json": Format(2, "a plain JSON list", _json),
    "csl-json": Format(1, "CSL-JSON", _json),
    "crossref-json": Format(1, "Crossref works in JSON", _json),
    "openalex-json": Format(1, "OpenAlex works", _json),
    "europepmc-json": Format(1, "Europe PMC results", _json),
    "clinicaltrials-json": Format(1, "ClinicalTrials.gov studies (API v2)", _json),
    "empty": Format(1, "an empty file", _nothing),
}
