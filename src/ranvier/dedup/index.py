"""The index: comparable records and their keys, kept so that an update compares only what is new.

It holds nothing that cannot be made again from the records, and may be thrown away at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from ranvier.core.search import Record
from ranvier.dedup.candidates import candidates, connect, enter
from ranvier.dedup.citation import Citation, cite
from ranvier.dedup.compare import Pairs
from ranvier.dedup.library import Library
from ranvier.errors import InputError

__all__ = ["Index"]

#: Raised whenever a record is made comparable, keyed or kept in another way.
FORM = "3"


class Index(Library):
    """Comparable records by position, with the keys that find their likely duplicates.

    Parameters
    ----------
    path : str or Path or None
        A file to keep it in; in memory if not given. A file of another form is made anew.

    Examples
    --------
    >>> index = Index()
    >>> a = Record(id="a", title="Intravenous immunoglobulin for neuropathy", year=2001)
    >>> b = Record(id="b", title="Intravenous Immunoglobulin for Neuropathy.", year=2001)
    >>> index.add([a, b]), index.pairs().tolist()
    (0, [[0, 1]])
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = None if path is None else Path(path)
        self._held: dict[int, Citation] = {}
        self._ids: list[str] = []
        self._position: dict[str, int] = {}
        self._parts: set[str] = set()
        self._connection = self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Open the file, or a new one where it is of another form or broken."""
        if self._path is None:
            return connect()
        try:
            connection = connect(str(self._path))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS kept (i INTEGER, id VARCHAR, data BLOB, form VARCHAR)"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS part (name VARCHAR)")
            forms = connection.execute("SELECT DISTINCT form FROM kept").fetchall()
            if forms not in ([], [(FORM,)]):
                raise duckdb.InvalidInputException("another form")
            found = connection.execute("SELECT id FROM kept ORDER BY i").fetchnumpy()
            parts = connection.execute("SELECT name FROM part").fetchall()
        except duckdb.Error:
            self._path.unlink(missing_ok=True)
            self._path.with_name(self._path.name + ".wal").unlink(missing_ok=True)
            return self._open()
        self._ids = found["id"].tolist()
        self._position = {id: i for i, id in enumerate(self._ids)}
        self._parts = {name for (name,) in parts}
        return connection

    def __len__(self) -> int:
        """Return how many records it knows."""
        return len(self._ids)

    def __iter__(self) -> Iterator[int]:
        """Yield the positions."""
        return iter(range(len(self._ids)))

    def __getitem__(self, position: int) -> Citation:
        """Return a comparable record."""
        held = self._held.get(position)
        if held is None:
            self.fetch([position])
            held = self._held[position]
        return held

    @property
    def ids(self) -> list[str]:
        """Ids of the records by position."""
        return self._ids

    @property
    def parts(self) -> frozenset[str]:
        """Names of what was added: imports."""
        return frozenset(self._parts)

    def position(self, id: str) -> int:
        """Return the position of a record.

        Raises
        ------
        InputError
            If it is not in the index.
        """
        if id not in self._position:
            raise InputError(f"there is no record {id!r}.", remedy="`ranvier log` names records.")
        return self._position[id]

    def add(self, records: Iterable[Record], *, part: str | None = None) -> int:
        """Add records it does not know yet; return the position of the first of them.

        Parameters
        ----------
        part : str or None
            What they are: the id of an import.
        """
        since = len(self._ids)
        fresh = [record for record in records if record.id not in self._position]
        found = [cite(record) for record in fresh]
        for position, (record, citation) in enumerate(zip(fresh, found, strict=True), since):
            self._ids.append(record.id)
            self._position[record.id] = position
            self._held[position] = citation
        enter(self._connection, found, since=since)
        if self._path is not None and fresh:
            self._keep(since, found)
        if part is not None:
            self._parts.add(part)
            if self._path is not None:
                self._connection.execute("INSERT INTO part VALUES ($name)", {"name": part})
        return since

    def _keep(self, since: int, found: list[Citation]) -> None:
        """Write comparable records to the file."""
        encode = msgspec.msgpack.encode
        self._connection.register(
            "given",
            {
                "i": np.arange(since, since + len(found), dtype=np.int32),
                "id": np.array(self._ids[since:], dtype=object),
                "data": np.array([encode(c) for c in found], dtype=object),
            },
        )
        self._connection.execute(f"INSERT INTO kept SELECT i, id, data, '{FORM}' FROM given")
        self._connection.unregister("given")

    def fetch(self, positions: Iterable[int]) -> None:
        """Read comparable records from the file, all at once."""
        missing = sorted({p for p in positions if p not in self._held})
        if not missing:
            return
        rows = self._connection.execute(
            "SELECT i, data FROM kept WHERE i IN (SELECT unnest($some))", {"some": missing}
        ).fetchall()
        for i, data in rows:
            self._held[i] = msgspec.msgpack.decode(data, type=Citation)

    def pairs(self, *, since: int = 0) -> Pairs:
        """Return the pairs worth comparing, the later record being at `since` or after it."""
        found = candidates(self._connection, since=since)
        self.fetch(found.ravel().tolist())
        return found

    def contexts(self, titles: Iterable[str]) -> dict[str, int]:
        """Return in how many years and by how many first authors each title stands."""
        return self._counted("title", "DISTINCT hash(year, first)", titles)

    def bearers(self, surnames: Iterable[str]) -> dict[str, int]:
        """Return how many records have a first author of each surname."""
        return self._counted("first", "*", surnames)

    def _counted(self, column: str, what: str, values: Iterable[str]) -> dict[str, int]:
        """Count records by one column, for some of its values."""
        rows = self._connection.execute(
            f"SELECT {column}, count({what}) FROM citation"
            f" WHERE {column} IN (SELECT unnest($some)) GROUP BY {column}",
            {"some": sorted(set(values))},
        ).fetchall()
        return dict(rows)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
