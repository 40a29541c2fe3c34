"""Reading a file of records: the reader is picked by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from ranvier.core.search import Record
from ranvier.errors import InputError
from ranvier.formats.table import from_csv, from_json

__all__ = ["READERS", "read_records"]

#: File name ending -> (reader's name and version, reader).
READERS: dict[str, tuple[str, Callable[[bytes, str], list[Record]]]] = {
    ".csv": ("csv 1", from_csv),
    ".json": ("json 1", from_json),
}


def read_records(filename: str, data: bytes) -> tuple[str, list[Record]]:
    """Read the records of a file.

    Returns
    -------
    (str, list of Record)
        The reader that read it, and the records in the order of the file.

    Raises
    ------
    InputError
        If the format is not known, or a row cannot be read: file, row and remedy are named, and
        nothing of the file is used.
    """
    ending = PurePath(filename).suffix.lower()
    if ending not in READERS:
        known = ", ".join(sorted(READERS))
        raise InputError(
            f"files ending in {ending or 'nothing'} cannot be read yet (known: {known}).",
            file=filename,
            remedy="Export the records as CSV with a header line, or as a JSON list of objects.",
        )
    name, reader = READERS[ending]
    return name, reader(data, filename)
