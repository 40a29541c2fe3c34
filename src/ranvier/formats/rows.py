"""Rows of a table out of text or a spreadsheet, each with its line; a stray quote loses none."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from ranvier.errors import InputError
from ranvier.formats.report import Report
from ranvier.formats.source import Source

__all__ = ["Row", "csv_rows", "delimiter_of", "xlsx_rows"]

Row = tuple[int, list[str]]

#: Cells may be as long as memory allows: an abstract with its references is long.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

#: Lines that one quoted cell may run over before its quote is taken for a stray one.
LONGEST_CELL = 5_000


def delimiter_of(line: str) -> str:
    """Tell what parts the cells of a header line.

    Examples
    --------
    >>> delimiter_of("PMID;Title, long;Authors")
    ';'
    """
    bare = "".join(line.split('"')[0::2])
    counts = {mark: bare.count(mark) for mark in ",;\t|"}
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","


def csv_rows(stream: TextIO, delimiter: str, report: Report) -> Iterator[Row]:
    """Yield the rows of a text, each with the line it begins at; empty lines are left out.

    A quote that is never closed would swallow the rest of the file: then its own line is read
    without quotes, and the reading goes on with the next.
    """
    waiting: list[str] = []
    begin, open_ = 1, False
    for text in stream:
        waiting.append(text)
        open_ ^= text.count('"') % 2 == 1
        if open_ and len(waiting) < LONGEST_CELL:
            continue
        yield from _parted(waiting, begin, delimiter, report)
        begin, open_, waiting = begin + len(waiting), False, []
    if waiting:
        yield from _parted(waiting, begin, delimiter, report)


def _parted(lines: list[str], begin: int, delimiter: str, report: Report) -> Iterator[Row]:
    """Part lines into rows; where the first opens a quote that never closes, leave it out."""
    while lines:
        joined = "".join(lines)
        rows = list(csv.reader(io.StringIO(joined, newline=""), delimiter=delimiter))
        swallowed = joined.count('"') % 2 == 1 and len(lines) > len(rows)
        if swallowed:
            report.odd(begin, "a quote in this row is never closed; the row was read without it.")
            row = next(csv.reader(lines[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            rows = [[cell.strip('"') for cell in row]]
        at = begin
        for row in rows:
            if any(cell.strip() for cell in row):
                yield at, row
            at += 1 + sum(cell.count("\n") for cell in row)
        lines, begin = (lines[1:], begin + 1) if swallowed else ([], begin)


def xlsx_rows(source: Source, report: Report) -> Iterator[Row]:
    """Yield the rows of the first sheet of a spreadsheet that has any.

    Raises
    ------
    InputError
        If it is no spreadsheet that can be opened.
    """
    import openpyxl

    file = source.open()
    try:
        book: Any = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # a zip or XML library's own errors, of many kinds
        file.close()
        raise InputError(
            f"this spreadsheet cannot be opened: {error}.",
            file=source.name,
            remedy="Save it as XLSX or CSV again.",
        ) from error
    try:
        for sheet in book.worksheets:
            found = False
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = [_cell(value) for value in row]
                if any(cell.strip() for cell in cells):
                    found = True
                    yield number, cells
            if found:
                return
    finally:
        book.close()
        file.close()


def _cell(value: object) -> str:
    """Write what a cell holds as text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
