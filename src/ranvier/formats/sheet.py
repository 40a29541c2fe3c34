"""A spreadsheet of studies as text: CSV of any kind, XLSX, or a JSON list of objects."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ranvier.errors import InputError

__all__ = ["SheetText", "read_sheet"]

#: A sheet of effects that unpacks to more than this is no sheet of effects.
LARGEST = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetText:
    """Cells as text.

    Attributes
    ----------
    columns : dict of str to tuple of str
        By heading, all of one length; a heading that stands twice is numbered, "Total (2)".
    rows : tuple of int
        The row of the file each line came from (its number in a JSON list); empty rows are left
        out.
    semicolons : bool
        Semicolons part the cells, as where the comma is the decimal mark.
    """

    columns: dict[str, tuple[str, ...]]
    rows: tuple[int, ...]
    semicolons: bool = False


def read_sheet(data: bytes, filename: str, *, sheet: str | None = None) -> SheetText:
    r"""Read a sheet, whatever a spreadsheet program made of it.

    Parameters
    ----------
    data : bytes
        The file: CSV with comma, semicolon, tab or bar; XLSX; or a JSON list of objects.
    filename : str
        For messages.
    sheet : str or None
        Of an XLSX file; the first if None.

    Returns
    -------
    SheetText

    Raises
    ------
    InputError
        If the file is none of these, has no rows, or a row has more cells than the headings.

    Examples
    --------
    >>> read_sheet(b"study;yi;vi\nA;0,5;0,1\n", "a.csv").columns["yi"]
    ('0,5',)
    """
    if data[:4] == b"PK\x03\x04":
        return _columns(_xlsx(data, filename, sheet), filename)
    text = _text(data, filename)
    if text.lstrip()[:1] in ("[", "{"):
        return _columns(_json(text, filename), filename)
    delimiter = _delimiter(text, filename)
    table = _delimited(text, filename, delimiter)
    return replace(_columns(table, filename), semicolons=delimiter == ";")


def _text(data: bytes, filename: str) -> str:
    """Decode what spreadsheets write: UTF-8, UTF-16 with its mark, or Windows' Latin."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    if b"\0" in data:
        raise InputError(
            "this is no text file.", file=filename, remedy="Save the sheet as CSV or XLSX."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str, filename: str) -> str:
    """Find the mark that parts most lines into the same number of cells."""
    lines = [re.sub('"[^"]*"', "", line) for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("the file is empty.", file=filename, remedy="Give a table with headings.")

    def regular(mark: str) -> tuple[int, int]:
        often = Counter(count for line in lines if (count := line.count(mark)))
        marks, times = max(often.items(), key=lambda x: (x[1], x[0]), default=(0, 0))
        return times, marks

    delimiter = max(",;\t|", key=regular)
    return delimiter if regular(delimiter)[0] else " "  # apart by spaces, as R prints them


def _delimited(text: str, filename: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Read lines of cells."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    table: list[tuple[int, list[str]]] = []
    try:
        table.extend((reader.line_num, row) for row in reader)
    except csv.Error as error:
        raise InputError(
            f"{error}.",
            file=filename,
            row=reader.line_num,
            remedy="Close the open quote, at or above this line.",
        ) from error
    return table


def _json(text: str, filename: str) -> list[tuple[int, list[str]]]:
    """Read a list of objects, one a study; or an object of lists, one a column."""
    try:
        read = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(
            f"this is not JSON: {error}.", file=filename, remedy="Save the sheet as CSV or XLSX."
        ) from error
    if isinstance(read, dict) and read and all(isinstance(v, list) for v in read.values()):
        names = [str(name) for name in read]
        rows: list[list[object]] = [list(row) for row in zip(*read.values(), strict=False)]
        if len({len(v) for v in read.values()}) > 1:
            raise InputError(
                "the columns have different lengths.",
                file=filename,
                remedy="Give each column one value a study; null where none is known.",
            )
    elif isinstance(read, list) and read and all(isinstance(row, dict) for row in read):
        names = list(dict.fromkeys(str(name) for row in read for name in row))
        rows = [[row.get(name) for name in names] for row in read]
    else:
        raise InputError(
            "expected a list of objects, one a study.",
            file=filename,
            remedy='Write [{"study": "A", "ai": 5, …}, …].',
        )
    return [(0, names), *((i, [_cell(x) for x in row]) for i, row in enumerate(rows, start=1))]


def _xlsx(data: bytes, filename: str, sheet: str | None) -> list[tuple[int, list[str]]]:
    """Read the values of one sheet; formulas count as what they last gave."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise InputError(
                    "the file unpacks to more than 200 MB.",
                    file=filename,
                    remedy="Keep the table of studies in a file of its own.",
                )
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            f"this is no XLSX file: {error}.", file=filename, remedy="Save the sheet as CSV."
        ) from error
    if sheet is not None and sheet not in book.sheetnames:
        raise InputError(
            f"there is no sheet {sheet!r}.",
            file=filename,
            remedy=f"Its sheets are: {', '.join(map(repr, book.sheetnames))}.",
        )
    page = book[sheet] if sheet is not None else book.worksheets[0]
    return [
        (i, [_cell(x) for x in row])
        for i, row in enumerate(page.iter_rows(values_only=True), start=1)
    ]


def _cell(value: object) -> str:
    """Write a cell as a person would."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return repr(value) if isinstance(value, float) else str(value)


def _columns(table: Sequence[tuple[int, list[str]]], filename: str) -> SheetText:
    """Put headings over the cells."""
    filled = [(line, row) for line, row in table if any(cell.strip() for cell in row)]
    if len(filled) < 2:
        raise InputError(
            "there is no study in it.", file=filename, remedy="Give headings and one row a study."
        )
    first, filled = _headings(filled, filename)
    seen: Counter[str] = Counter()
    names: list[str] = []
    for i, cell in enumerate(first):
        name = " ".join(cell.split()) or f"column {i + 1}"
        plain = re.sub(r"\s*\[[^\]]*\]", "", name) or name  # "Mean [mg]" and "Mean": one heading
        seen[plain] += 1
        names.append(name if seen[plain] == 1 else f"{name} ({seen[plain]})")
    while names and not first[len(names) - 1].strip():
        if any(cell.strip() for _, row in filled for cell in row[len(names) - 1 : len(names)]):
            break
        names.pop()
    cells: dict[str, list[str]] = {name: [] for name in names}
    for line, row in filled:
        if any(cell.strip() for cell in row[len(names) :]):
            raise InputError(
                "this row has more cells than there are headings.",
                file=filename,
                row=line,
                remedy="Put text that holds the separator in double quotes, or name the column.",
            )
        for i, name in enumerate(names):
            cells[name].append(row[i] if i < len(row) else "")
    return SheetText(
        columns={name: tuple(held) for name, held in cells.items()},
        rows=tuple(line for line, _ in filled),
    )


_FIGURE = re.compile(r"[-+\u2212<>]?[\d.,]*\d[\d.,]*\s*%?(\s*([(\[/±–]|\+/-|to ).*)?")
_GAPS = frozenset({"na", "n/a", "nr", "not reported", "-", "–"})


def _headings(
    filled: Sequence[tuple[int, list[str]]], filename: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Find the headings above the first row of figures, and the rows below them.

    A title above the headings is left out; two rows of headings, as of merged cells, become one.
    """
    figures = next((i for i, (_, row) in enumerate(filled) if i and _has_figures(row)), 1)
    wide = [i for i in range(figures) if sum(bool(cell.strip()) for cell in filled[i][1]) > 1]
    width = max(len(row) for _, row in filled)
    whole = [i for i in wide if sum(bool(cell.strip()) for cell in filled[i][1]) == width]
    if whole[:1] == wide[:1]:  # nothing is merged: what follows are studies
        wide = wide[:1]
    last = wide[-1] if wide else 0
    if len(wide) < 2:
        return filled[last][1], list(filled[last + 1 :])
    if len(wide) > 2:
        raise InputError(
            f"there are {len(wide)} rows of headings.",
            file=filename,
            row=filled[wide[0]][0],
            remedy="Keep one row of headings, such as 'Events drug', and one row a study.",
        )
    upper, lower = filled[wide[0]][1], filled[last][1]
    joined: list[str] = []
    over = ""
    for i in range(max(len(upper), len(lower))):
        top = upper[i].strip() if i < len(upper) else ""
        bottom = lower[i].strip() if i < len(lower) else ""
        over = top or (over if bottom else "")
        joined.append(f"{over} {bottom}".strip())
        if top and not bottom:  # one cell over both rows: it names no group
            over = ""
    return joined, list(filled[last + 1 :])


def _has_figures(row: Sequence[str]) -> bool:
    return any(_FIGURE.fullmatch(c.strip()) or c.strip().casefold() in _GAPS for c in row)
