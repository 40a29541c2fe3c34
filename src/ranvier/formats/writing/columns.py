"""Writing tables: CSV, XLSX and Parquet, one row a record.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, which
spreadsheets do not show and our reader takes away.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.formats.writing.fields import Holds

__all__ = ["COLUMNS", "PARQUET", "TABLE", "neutral", "write_csv", "write_parquet", "write_xlsx"]

#: Column -> field, in the order in which one reads them.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "id"), ("title", "title"), ("authors", "authors"), ("year", "year"), ("date", "date"),
    ("journal", "journal"), ("journal abbreviation", "journal_abbreviation"), ("volume", "volume"),
    ("issue", "issue"), ("pages", "pages"), ("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"),
    ("trial registration", "registry_ids"), ("type", "type"), ("abstract", "abstract"),
    ("keywords", "keywords"), ("mesh terms", "mesh"), ("substances", "substances"),
    ("languages", "languages"), ("issn", "issn"), ("isbn", "isbn"), ("publisher", "publisher"),
    ("place", "place"), ("edition", "edition"), ("series", "series"),
    ("short title", "short_title"), ("accession number", "accession"), ("database", "database"),
    ("urls", "urls"), ("affiliations", "affiliations"), ("funding", "funding"), ("note", "note"),
    ("kind", "kind"), ("source", "source"),
)  # fmt: skip

TABLE = Holds(
    fields=frozenset(field for _, field in COLUMNS),
    checks={
        name: (lambda r, n=name: any(";" in v for v in getattr(r, n)),
               "values with a semicolon in them come back parted.")
        for name in ("authors", "keywords", "mesh", "affiliations", "urls")
    },
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula.

    Examples
    --------
    >>> neutral('=cmd|"/c calc"!A1'), neutral("A trial")
    ('\\'=cmd|"/c calc"!A1', 'A trial')
    """
    return f"'{text}" if text.startswith(_FORMULA) or text[:2] in ("'=", "'+", "'-", "'@") else text


def _cells(record: Record) -> list[str]:
    """Write a record as a row."""
    cells: list[str] = []
    for _, field in COLUMNS:
        value: Any = getattr(record, field)
        if isinstance(value, tuple):
            value = "; ".join(value)  # pyright: ignore[reportUnknownArgumentType]
        cells.append(neutral(str(value)) if value is not None else "")
    return cells


def write_csv(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as CSV in UTF-8 with the mark that spreadsheets look for."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _ in COLUMNS])
    writer.writerows(map(_cells, records))
    text.flush()
    text.detach()


def write_xlsx(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as a spreadsheet: every cell is text."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("records")
    sheet.append([name for name, _ in COLUMNS])
    for record in records:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_767] for cell in _cells(record)])
    book.save(out)


PARQUET = Holds(fields=frozenset(Record.__dataclass_fields__))

#: Rows in a group of a Parquet file.
GROUP = 10_000


def write_parquet(records: Iterable[Record], out: BinaryIO) -> None:
    """Write records as Parquet: texts, numbers, lists of texts; what is nested, as JSON.

    Raises
    ------
    InputError
        If PyArrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(
            "Parquet needs PyArrow, which is not installed.",
            remedy="Install it with: pip install 'ranvier[parquet]'.",
        ) from error
    arrow: Any = pa
    kinds = {name: _kind(str(f.type)) for name, f in Record.__dataclass_fields__.items()}
    types = {"text": arrow.string(), "number": arrow.int64(), "texts": arrow.list_(arrow.string()),
             "json": arrow.string()}  # fmt: skip
    schema = arrow.schema([(name, types[kind]) for name, kind in kinds.items()])
    rows = iter(records)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            columns = {
                name: [_value(getattr(record, name), kind) for record in group]
                for name, kind in kinds.items()
            }
            writer.write_table(arrow.table(columns, schema=schema))


def _kind(annotation: str) -> str:
    """Tell what kind of column a field needs."""
    if annotation.startswith("int"):
        return "number"
    if annotation == "tuple[str, ...]":
        return "texts"
    return "json" if annotation.startswith(("dict", "tuple")) else "text"


def _value(value: Any, kind: str) -> Any:
    """Write a value for its column."""
    if kind == "json":
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False) if value else None
    return list(value) if kind == "texts" else value
