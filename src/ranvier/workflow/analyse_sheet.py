"""Analysing a spreadsheet of studies that belongs to no review."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ranvier.errors import InputError
from ranvier.formats.sheet import read_sheet
from ranvier.stats import Method, Test
from ranvier.synthesis.sheet import Model, Pooled, pool, recognise
from ranvier.synthesis.sheet.cells import is_numeric, numbers_in
from ranvier.synthesis.sheet.tidy import TidySheet, tidied

__all__ = ["analyse_sheet"]


def analyse_sheet(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    measure: str | None = None,
    model: Model = "random",
    method: Method = "REML",
    test: Test = "adhoc",
    level: float = 0.95,
    by: str | None = None,
    mods: str | None = None,
) -> Pooled:
    """Read a sheet, recognise its columns, and pool it.

    Parameters
    ----------
    source : path or bytes
        CSV, XLSX or JSON.
    name : str or None
        What to call it in messages; the path if None.
    sheet : str or None
        Of an XLSX file; the first if None.
    columns : mapping of str to str, or None
        Columns named by the user: metafor's name (or ``slab``) to heading. The rest is recognised.
    measure, model, method, test, level
        As in :func:`ranvier.synthesis.sheet.pool`.
    by : str or None
        The heading of the subgroups.
    mods : str or None
        A formula over headings, such as ``"~ year + factor(design)"``.

    Returns
    -------
    Pooled

    Raises
    ------
    InputError
        With the file, the row and what to do.
    """
    if isinstance(source, bytes):
        data, file = source, name or "the sheet"
    else:
        path = Path(source)
        if not path.is_file():
            raise InputError(f"there is no file {path}.", remedy="Check the path.")
        data, file = path.read_bytes(), name or str(path)
    read = read_sheet(data, file, sheet=sheet)
    text = tidied(read.columns, read.rows, semicolons=read.semicolons)
    found = recognise(
        text.columns,
        file=file,
        rows=text.rows,
        measure=measure,
        given=columns,
        notes=text.notes,
        hints=text.hints,
    )
    return pool(
        found,
        measure=measure,
        model=model,
        method=method,
        test=test,
        level=level,
        by=None if by is None else _cells(text, by, file),
        mods=mods,
        data=_moderators(text, file) if mods is not None else None,
    )


def _cells(text: TidySheet, heading: str, file: str) -> list[str]:
    """Find the subgroup of each study."""
    if heading not in text.columns:
        raise InputError(
            f"there is no column {heading!r}.",
            file=file,
            row=1,
            remedy=f"Its columns are: {', '.join(map(repr, text.columns))}.",
        )
    cells = [cell.strip() for cell in text.columns[heading]]
    for cell, row in zip(cells, text.rows, strict=True):
        if not cell:
            raise InputError(
                f"the subgroup in {heading!r} is empty.",
                file=file,
                row=row,
                remedy="Give every study a subgroup, such as 'not reported'.",
            )
    return cells


def _moderators(text: TidySheet, file: str) -> dict[str, list[Any]]:
    """Turn every column into numbers or words, for a formula."""
    return {
        heading: list(numbers_in(heading, cells, rows=text.rows, file=file))
        if is_numeric(cells) and all(_fits(cell) for cell in cells)
        else list(cells)
        for heading, cells in text.columns.items()
    }


def _fits(cell: str) -> bool:
    """Whether a cell is a number or a gap."""
    return not cell.strip() or is_numeric([cell])
