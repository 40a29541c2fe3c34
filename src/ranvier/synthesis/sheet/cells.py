"""Cells of a spreadsheet as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from ranvier.errors import InputError

__all__ = ["Sheet", "is_missing", "is_numeric", "number_of", "numbers_in"]

#: A sheet as text: heading to cells, all of one length.
Sheet = Mapping[str, Sequence[str]]

#: What people write where there is nothing.
_MISSING = frozenset({"", "na", "n/a", "nan", "nr", "not reported", ".", "-", "–", "—", "null"})
_NUMBER = re.compile(r"[-+−]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?%?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def is_missing(cell: str) -> bool:
    """Say whether a cell holds nothing, or a word for it.

    Examples
    --------
    >>> is_missing("NR"), is_missing("0")
    (True, False)
    """
    return cell.strip().casefold() in _MISSING


def number_of(cell: str) -> float | None:
    """Read one number; None if the cell is anything else.

    Examples
    --------
    >>> number_of("1,5"), number_of("12 (24%)")
    (1.5, None)
    """
    number = _number(cell)
    return None if number is None or math.isnan(number) else number


def _number(cell: str) -> float | None:
    """Read a cell: a number, None where nothing is given, nan where it is something else."""
    plain = cell.strip().replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ")
    plain = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", plain)  # 13 598; but 5 10 is two numbers
    if plain.casefold() in _MISSING:
        return None
    if _THOUSANDS.fullmatch(plain):
        return float(plain.replace(",", ""))
    if not _NUMBER.fullmatch(plain) or plain.endswith("%"):
        return math.nan
    return float(plain.replace(",", "."))


def is_numeric(cells: Sequence[str]) -> bool:
    """Say whether a column holds numbers: some, and most of what is there.

    Examples
    --------
    >>> is_numeric(["5", "", "1,5"]), is_numeric(["Smith", "Jones"]), is_numeric(["NA"])
    (True, False, False)
    """
    read = [_number(cell) for cell in cells]
    given = [x for x in read if x is not None]
    return bool(given) and sum(not math.isnan(x) for x in given) > len(given) / 2


def numbers_in(
    heading: str, cells: Sequence[str], *, rows: Sequence[int], file: str
) -> tuple[float, ...]:
    """Read a column of numbers; nan where nothing is given.

    Parameters
    ----------
    rows : sequence of int
        The row of each cell in the file, for messages.

    Raises
    ------
    InputError
        If a cell is neither a number nor empty.
    """
    found: list[float] = []
    for cell, row in zip(cells, rows, strict=True):
        number = _number(cell)
        if number is not None and math.isnan(number):
            raise InputError(
                f"{cell.strip()!r} in column {heading!r} is not a number.",
                file=file,
                row=row,
                remedy="Write a number, or leave the cell empty.",
            )
        found.append(math.nan if number is None else number)
    return tuple(found)
