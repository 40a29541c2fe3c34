"""Parquet as we write it, read back: every field of a record, one row a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.formats.source import Source

__all__ = ["read_parquet"]

#: Rows read at once.
BATCH = 5_000


def read_parquet(source: Source) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the fields of each record, and its row.

    Raises
    ------
    InputError
        If PyArrow is not installed, or the columns are not those that we write.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(
            "Parquet needs PyArrow, which is not installed.",
            remedy="Install it with: pip install 'ranvier[parquet]'.",
        ) from error
    with source.open() as stream:
        try:
            file: Any = pq.ParquetFile(stream)
        except (ValueError, OSError) as error:
            raise InputError(
                f"this Parquet file cannot be opened: {str(error).splitlines()[0]}.",
                file=source.name,
                remedy="It may be cut off: export the records anew.",
            ) from error
        names: list[str] = list(file.schema_arrow.names)
        others = [name for name in names if name not in Record.__dataclass_fields__]
        if others or not {"id", "title"} <= set(names):
            what = f"a column {others[0]!r}" if others else "no columns id and title"
            raise InputError(
                f"this Parquet file has {what}: only what `ranvier export` writes is read.",
                file=source.name,
                remedy="Export the table as CSV with a title column.",
            )
        row = 0
        for batch in file.iter_batches(batch_size=BATCH):
            for held in batch.to_pylist():
                row += 1
                yield _fields(held, source.name, row), row


def _fields(held: dict[str, Any], name: str, row: int) -> dict[str, Any]:
    """Turn a row into the fields of a record."""
    known = {
        field: json.loads(value) if field in _NESTED and isinstance(value, str) else value
        for field, value in held.items()
        if value is not None and value != []
    }
    try:
        record = msgspec.convert(known, Record)
    except msgspec.ValidationError as error:
        raise InputError(
            f"this row is no record: {error}.",
            file=name,
            row=row,
            remedy="Export the records anew with `ranvier export`.",
        ) from error
    return {field: getattr(record, field) for field in known}


#: Fields that are kept as JSON in their column.
_NESTED = frozenset(
    name
    for name, field in Record.__dataclass_fields__.items()
    if str(field.type).startswith(("dict", "tuple")) and str(field.type) != "tuple[str, ...]"
)
