"""Records from a table: CSV with a header line, or a JSON list of objects.

Columns are known by the names in `COLUMNS` (any case). Other columns are not lost: each record
keeps its row as it came in `raw`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from ranvier.core.search import Record, RecordKind
from ranvier.core.value import PROVENANCE_ORDER
from ranvier.errors import InputError

__all__ = ["COLUMNS", "from_csv", "from_json"]

#: Our field -> the column names it is known by, lower case.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "rec_id", "record_id", "accession", "key"),
    "title": ("title", "article title", "primary title", "ti"),
    "authors": ("authors", "author", "au"),
    "year": ("year", "publication year", "py", "published"),
    "journal": ("journal", "source title", "journal/book", "secondary title"),
    "volume": ("volume", "vl"),
    "issue": ("issue", "number"),
    "pages": ("pages", "page"),
    "pmid": ("pmid", "pubmed id"),
    "pmcid": ("pmcid",),
    "doi": ("doi",),
    "registry_id": ("registry_id", "registration", "trial registration", "nct id"),
    "type": ("type", "publication type", "document type"),
    "abstract": ("abstract", "ab"),
    "kind": ("kind",),
    "provenance": ("provenance",),
    "recalled": ("recalled",),
    "source": ("source",),
    "note": ("note", "notes"),
}


def from_csv(data: bytes, filename: str) -> list[Record]:
    """Read records from CSV, comma or semicolon or tab, with a header line."""
    text = _text(data, filename)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Mapping[str, Any]]] = []
    try:
        if not reader.fieldnames or not _columns(reader.fieldnames).get("title"):
            raise InputError(
                "the first line names no title column.",
                file=filename,
                row=1,
                remedy=f"Give the column one of the names: {', '.join(COLUMNS['title'])}.",
            )
        for row in reader:
            if None in row:
                raise InputError(
                    "this row has more cells than the header line.",
                    file=filename,
                    row=reader.line_num,
                    remedy="Put text that holds the separator in double quotes.",
                )
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise InputError(
            f"{error}.",
            file=filename,
            row=reader.reader.line_num,  # of the reader inside: ours counts whole rows
            remedy="Close the open quote, at or above this line.",
        ) from error
    return _records(rows, filename)


def from_json(data: bytes, filename: str) -> list[Record]:
    """Read records from a JSON list of objects (or an object with a list under ``records``)."""
    try:
        read = json.loads(_text(data, filename))
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON: {error.msg}.",
            file=filename,
            row=error.lineno,
            remedy="Mend that line, or export the records anew.",
        ) from error
    except (RecursionError, ValueError) as error:
        what = "lists nested too deep" if isinstance(error, RecursionError) else "too many digits"
        raise InputError(
            f"this JSON is no list of records: {what}.",
            file=filename,
            remedy="Export the records anew.",
        ) from error
    listed = read.get("records") if isinstance(read, dict) else read  # pyright: ignore[reportUnknownMemberType]
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):  # pyright: ignore[reportUnknownVariableType]
        raise InputError(
            "expected a list of objects.",
            file=filename,
            remedy='Write [{"title": "..."}, ...], or the same under "records".',
        )
    return _records(list(enumerate(listed, start=1)), filename)  # pyright: ignore[reportUnknownArgumentType]


def _text(data: bytes, filename: str) -> str:
    """Decode UTF-8 or UTF-16 with its mark."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte {data[error.start]:#04x} is not {encoding.removesuffix('-sig')}.",
            file=filename,
            row=line,
            remedy="Save the file as UTF-8.",
        ) from error
    if "\0" in text:
        raise InputError(
            "this line holds a NUL character: is it a text file?",
            file=filename,
            row=text[: text.index("\0")].count("\n") + 1,
            remedy="Export the records as CSV or JSON; a spreadsheet or database cannot be read.",
        )
    return text


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Return our field -> the file's column."""
    have = {name.strip().lower(): name for name in names}
    return {
        field: have[known]
        for field, all_known in COLUMNS.items()
        for known in reversed(all_known)
        if known in have
    }


def _records(rows: list[tuple[int, Mapping[str, Any]]], filename: str) -> list[Record]:
    """Turn rows into records; ids are unique and given where the file has none."""
    records: list[Record] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        record = _record(row, line=line, filename=filename, position=len(records) + 1)
        if record.id in seen:
            raise InputError(
                f"the id {record.id!r} is that of row {seen[record.id]}, too.",
                file=filename,
                row=line,
                remedy="Give each record an id of its own, or leave the id column out.",
            )
        seen[record.id] = line
        records.append(record)
    return records


def _record(row: Mapping[str, Any], *, line: int, filename: str, position: int) -> Record:
    """Turn one row into a record."""
    columns = _columns(row)
    cells = {field: _cell(row[column]) for field, column in columns.items()}
    title = cells.get("title")
    if not title:
        raise InputError(
            "this record has no title.",
            file=filename,
            row=line,
            remedy="Fill it in, or remove the row.",
        )
    raw = json.dumps(row, ensure_ascii=False, sort_keys=True)
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{raw[error.start]!r} is half of a surrogate pair: no character.",
            file=filename,
            row=line,
            remedy="Remove it, or export the records anew.",
        ) from error
    return Record(
        id=cells.get("id") or f"r{position:06d}",
        title=title,
        authors=_listed(row.get(columns.get("authors", ""))),
        year=_year(cells.get("year"), line, filename),
        journal=cells.get("journal"),
        volume=cells.get("volume"),
        issue=cells.get("issue"),
        pages=cells.get("pages"),
        pmid=cells.get("pmid"),
        pmcid=cells.get("pmcid"),
        doi=cells.get("doi"),
        registry_id=cells.get("registry_id"),
        type=cells.get("type"),
        abstract=cells.get("abstract"),
        kind=_word(cells.get("kind"), get_args(RecordKind), None, line, filename),
        provenance=_word(cells.get("provenance"), PROVENANCE_ORDER, "found", line, filename),
        recalled=_listed(row.get(columns.get("recalled", ""))),
        source=cells.get("source"),
        note=cells.get("note"),
        raw=raw,
    )


def _cell(value: Any) -> str | None:
    """Return a cell as text, ``None`` if empty."""
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value).strip() or None if value is not None else None


def _listed(value: Any) -> tuple[str, ...]:
    """Split at semicolons, or take a list as it is."""
    parts = value if isinstance(value, list) else str(value or "").split(";")  # pyright: ignore[reportUnknownVariableType]
    return tuple(str(part).strip() for part in parts if str(part).strip())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _year(cell: str | None, line: int, filename: str) -> int | None:
    """Read a year; the first four digits of a date count."""
    if cell is None:
        return None
    match = re.match(r"(1[5-9]|2[01])\d\d\b", cell)
    if match is None:
        raise InputError(
            f"{cell!r} is not a year.",
            file=filename,
            row=line,
            remedy="Write four digits, or leave it empty.",
        )
    return int(match[0])


def _word(cell: str | None, known: Iterable[Any], default: Any, line: int, filename: str) -> Any:
    """Read one of a few known words."""
    if cell is None:
        return default
    words = tuple(known)
    if cell not in words:
        raise InputError(
            f"{cell!r} is none of {', '.join(words)}.",
            file=filename,
            row=line,
            remedy="Write one of these words, or leave it empty.",
        )
    return cell
