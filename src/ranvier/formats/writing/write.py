"""Writing records to a file, whole or not at all, with what was lost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.formats.report import Loss
from ranvier.formats.writing import bibtex, columns, structured, tagged
from ranvier.formats.writing.fields import Holds, Losses

__all__ = ["WRITERS", "Written", "write_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written.

    Attributes
    ----------
    losses : tuple of Loss
        What the format could not hold, the most frequent first.
    """

    path: Path
    format: str
    count: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """A format that can be written."""

    ending: str
    holds: Holds
    write: Callable[[Iterable[Record], BinaryIO], None]


#: Every format that can be written, by name.
WRITERS: dict[str, Writer] = {
    "ris": Writer(".ris", tagged.RIS, tagged.write_ris),
    "nbib": Writer(".nbib", tagged.NBIB, tagged.write_nbib),
    "bibtex": Writer(".bib", bibtex.BIBTEX, bibtex.write_bibtex),
    "csl-json": Writer(".json", structured.CSL, structured.write_csl),
    "endnote-xml": Writer(".xml", structured.ENDNOTE, structured.write_endnote),
    "csv": Writer(".csv", columns.TABLE, columns.write_csv),
    "xlsx": Writer(".xlsx", columns.TABLE, columns.write_xlsx),
    "parquet": Writer(".parquet", columns.PARQUET, columns.write_parquet),
}


def write_records(
    records: Iterable[Record], path: str | Path, *, format: str | None = None
) -> Written:
    """Write records to a file, in one go: a reader meets the old file or the new one.

    Parameters
    ----------
    format : str or None
        One of `WRITERS`; told by the ending of the file's name if not given.

    Raises
    ------
    InputError
        If the format is unknown.
    """
    target = Path(path)
    name = format or next(
        (n for n, w in WRITERS.items() if w.ending == target.suffix.lower()), None
    )
    if name not in WRITERS:
        raise InputError(
            f"records cannot be written as {format or target.suffix or 'this'}.",
            remedy=f"Give one of --format {', '.join(WRITERS)}.",
        )
    writer = WRITERS[name]
    losses = Losses(writer.holds)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            writer.write(losses.through(records), out)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Written(path=target, format=name, count=losses.count, losses=losses.found())
