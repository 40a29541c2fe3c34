"""Deduplicating on Spark, with Splink: the same settings for libraries beyond one machine.

The workers make the records comparable, key them and compare the pairs that share a key, with the
very functions of the other engine; Splink blocks and scores. Only the pairs that can still be
merged or asked about come back, and vetoes, questions and clusters follow as they always do. So the
result is the same one; only `compared` counts the pairs that came back. Needs ``ranvier[spark]``,
on the workers too, and Java.
"""
# Splink and PySpark are installed by few; what they give is checked where we annotate it.
# pyright: reportMissingImports=false

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from itertools import islice
from os import environ
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ranvier.core.record import Record
from ranvier.dedup.candidates import MOST, connect, enter
from ranvier.dedup.citation import Citation, cite
from ranvier.dedup.compare import Pairs, compare
from ranvier.dedup.library import Library
from ranvier.dedup.run import Deduplicated, Ids, update
from ranvier.dedup.score import Weights, shipped_weights
from ranvier.dedup.splink_settings import KEYS, LEVELS_OF, splink_settings, threshold
from ranvier.errors import InputError

__all__ = ["SparkLibrary", "deduplicate_on_spark", "missing"]

#: Records in a file that the workers read; one file is one piece of work.
PIECE = 20_000

#: What the workers make of a record: itself comparable, what keys are narrowed by, and its keys.
COMPARABLE = """
    i INT, citation BINARY, title STRING, first STRING, year INT, volume STRING, page BIGINT,
    doi STRING, own ARRAY<BIGINT>
"""

#: The keys that are used, as `candidates` narrows them: a key that more than `most` records share
#: is joined with year and author or with volume and page; where that is shared by more, too, each
#: record shares a key only with the one before and the one after it.
NARROWED = """
    WITH key AS (SELECT i, explode(own) AS k FROM {citation}),
    sized AS (SELECT k, count(*) AS n FROM key GROUP BY k HAVING n > 1),
    broad AS (
        SELECT key.k, c.* FROM key JOIN sized USING (k) JOIN {citation} c USING (i) WHERE n > {most}
    ), narrow AS (
        SELECT xxhash64('first', k, year, first) AS k, i FROM broad WHERE first <> ''
        UNION ALL SELECT xxhash64('page', k, volume, page), i FROM broad WHERE page > 0
    ), again AS (SELECT k, count(*) AS n FROM narrow GROUP BY k HAVING n > 1),
    crowd AS (
        SELECT k, i, row_number() OVER (
            PARTITION BY k ORDER BY c.title, c.year, c.volume, c.page, c.doi, i) AS place
        FROM narrow JOIN again USING (k) JOIN {citation} c USING (i) WHERE n > {most}
    ), used AS (
        SELECT k, i FROM key JOIN sized USING (k) WHERE n <= {most}
        UNION ALL SELECT k, i FROM narrow JOIN again USING (k) WHERE n <= {most}
        UNION ALL SELECT xxhash64('beside', k, place), i FROM crowd
        UNION ALL SELECT xxhash64('beside', k, place + 1), i FROM crowd
    ), held AS (SELECT i, collect_set(k) AS {keys} FROM used GROUP BY i)
    SELECT i, citation, {keys} FROM held JOIN {citation} USING (i)
"""


def missing() -> str | None:
    """Say what Spark lacks here, or return ``None``."""
    for name in ("splink", "pyspark", "pyarrow"):
        if find_spec(name) is None:
            return f"{name} is not installed"
    home = environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        return "there is no Java"
    return None


def deduplicate_on_spark(
    records: Iterable[Record],
    *,
    same: Ids = (),
    different: Ids = (),
    weights: Weights | None = None,
    session: Any = None,
    work: str | Path | None = None,
) -> Deduplicated:
    """Find the records that describe one report, as `deduplicate` does, on Spark.

    Parameters
    ----------
    records : iterable of Record
        Read once, a piece at a time.
    same, different, weights
        As for :func:`~ranvier.dedup.run.deduplicate`.
    session : pyspark.sql.SparkSession or None
        Where to run; the session there is, or one as Spark is configured (all cores of this
        machine, if it is not) if not given.
    work : str or Path or None
        A folder for files in between that every worker sees; one in `tempfile.gettempdir()` if not
        given. What is written there is removed again.

    Raises
    ------
    InputError
        If Splink, PySpark or Java is missing.
    """
    with SparkLibrary(records, weights=weights, session=session, work=work) as library:
        return update(library, since=0, same=same, different=different, weights=weights)


class SparkLibrary(Library):
    """Comparable records on the workers of Spark; here are only their ids and those of pairs.

    Use it in a ``with`` statement: the files in between are removed at its end.

    Parameters
    ----------
    records, weights, session, work
        As for :func:`deduplicate_on_spark`.
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        weights: Weights | None = None,
        session: Any = None,
        work: str | Path | None = None,
    ) -> None:
        lacking = missing()
        if lacking:
            raise InputError(
                f"deduplicating on Spark is not possible: {lacking}.",
                remedy="Install it with: pip install 'ranvier[spark]', and Java 17 or later.",
            )
        self._weights = weights or shipped_weights()
        self._folder = Path(tempfile.mkdtemp(prefix="ranvier-spark-", dir=work))
        self._held: dict[int, Citation] = {}
        self._ids: list[str] = []
        self._position: dict[str, int] = {}
        try:
            self._spark = _session() if session is None else session
            self._comparable = self._read(records)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SparkLibrary:
        """Return the library."""
        return self

    def __exit__(self, *error: object) -> None:
        """Remove the files in between."""
        self.close()

    def close(self) -> None:
        """Remove the files in between."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, records: Iterable[Record]) -> Any:
        """Write the records where the workers find them, and let these make them comparable."""
        given, made = self._folder / "records", self._folder / "comparable"
        given.mkdir()
        for n, piece in enumerate(self._pieces(records)):
            _write(given / f"{n:06}.parquet", piece)
        if not self._ids:
            return None
        spark = self._spark
        parts = max(spark.sparkContext.defaultParallelism, len(self._ids) // PIECE)
        files = spark.read.parquet(str(given)).repartition(parts)
        files.mapInArrow(comparable, COMPARABLE).write.parquet(str(made))
        return spark.read.parquet(str(made))

    def _pieces(self, records: Iterable[Record]) -> Iterator[dict[int, bytes]]:
        """Number records that are not known yet, a piece at a time."""
        left = iter(records)
        while some := list(islice(left, PIECE)):
            piece: dict[int, bytes] = {}
            for record in some:
                if record.id not in self._position:
                    at = self._position[record.id] = len(self._ids)
                    self._ids.append(record.id)
                    piece[at] = msgspec.msgpack.encode(record)
            if piece:
                yield piece

    def __len__(self) -> int:
        """Return how many records it knows."""
        return len(self._ids)

    def __iter__(self) -> Iterator[int]:
        """Yield the positions."""
        return iter(range(len(self._ids)))

    def __getitem__(self, position: int) -> Citation:
        """Return a comparable record."""
        if position not in self._held:
            self.fetch([position])
        return self._held[position]

    @property
    def ids(self) -> list[str]:
        """Ids of the records by position."""
        return self._ids

    def position(self, id: str) -> int:
        """Return the position of a record.

        Raises
        ------
        InputError
            If it is not in the library.
        """
        if id not in self._position:
            raise InputError(f"there is no record {id!r}.", remedy="`ranvier log` names records.")
        return self._position[id]

    def fetch(self, positions: Iterable[int]) -> None:
        """Bring comparable records here, all at once."""
        missing = sorted({p for p in positions if p not in self._held})
        if missing:
            rows = self._among("i", "INT", missing).select("i", "citation").toArrow()
            for i, data in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                self._held[i] = msgspec.msgpack.decode(data, type=Citation)

    def pairs(self, *, since: int = 0) -> Pairs:
        """Return the pairs Splink gives enough weight to be merged or asked about.

        The later record is at `since` or after it.
        """
        scored = self.scored(since=since)
        found = np.array(sorted(scored), np.int64).reshape(-1, 2)
        self.fetch(found.ravel().tolist())
        return found

    def scored(self, *, since: int = 0) -> Mapping[tuple[int, int], float]:
        """Return Splink's match weight of each pair that has enough of it."""
        if self._comparable is None:
            return {}
        from splink import Linker
        from splink.backends.spark import SparkAPI

        spark = self._spark
        name = f"ranvier_{self._folder.name.rpartition('-')[2].lower()}"
        self._comparable.createOrReplaceTempView(name)
        keyed = spark.sql(NARROWED.format(citation=name, most=MOST, keys=KEYS))
        spark.udf.register(LEVELS_OF, _levels_function())
        spark.sparkContext.setCheckpointDir(str(self._folder / "between"))
        engine = SparkAPI(
            spark_session=spark,
            register_udfs_automatically=False,
            num_partitions_on_repartition=max(
                2 * spark.sparkContext.defaultParallelism, len(self) // PIECE
            ),
        )
        keyed.write.parquet(str(self._folder / f"keyed-{since}"), mode="overwrite")
        table = engine.register(spark.read.parquet(str(self._folder / f"keyed-{since}")))
        settings = splink_settings(self._weights, since=since)
        linker = Linker(table, settings, log_level=logging.WARNING)
        found = linker.inference.predict(
            threshold_match_weight=threshold(self._weights), warning_mode="never"
        )
        rows = found.as_spark_dataframe().select("i_l", "i_r", "match_weight").toArrow()
        left, right, weight = (column.to_pylist() for column in rows.columns)
        return {(min(a, b), max(a, b)): w for a, b, w in zip(left, right, weight, strict=True)}

    def contexts(self, titles: Iterable[str]) -> dict[str, int]:
        """Return in how many years and by how many first authors each title stands."""
        return self._counted("title", "DISTINCT year, first", titles)

    def bearers(self, surnames: Iterable[str]) -> dict[str, int]:
        """Return how many records have a first author of each surname."""
        return self._counted("first", "*", surnames)

    def _counted(self, column: str, what: str, values: Iterable[str]) -> dict[str, int]:
        """Count records by one column, for some of its values."""
        wanted = sorted(set(values))
        if not wanted:
            return {}
        from pyspark.sql.functions import expr

        found = self._among(column, "STRING", wanted).groupBy(column)
        rows = found.agg(expr(f"count({what})").alias("n")).toArrow()
        return dict(zip(*(c.to_pylist() for c in rows.columns), strict=True))

    def _among(self, column: str, kind: str, values: list[Any]) -> Any:
        """Return the records whose column is one of some values."""
        wanted = self._spark.createDataFrame([(v,) for v in values], f"{column} {kind}")
        return self._comparable.join(wanted, column, "left_semi")


def _session() -> Any:
    """Return the session there is, or a new one as Spark is configured."""
    from pyspark.sql import SparkSession

    environ.setdefault("PYSPARK_PYTHON", sys.executable)  # or any `python3` there is would do
    builder = SparkSession.builder.appName("ranvier dedup")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    if session.sparkContext.master.startswith("local"):
        # 200, the default, is for a cluster: on one machine most of them would be empty.
        parts = 2 * session.sparkContext.defaultParallelism
        session.conf.set("spark.sql.shuffle.partitions", str(parts))
    return session


def _write(path: Path, piece: Mapping[int, bytes]) -> None:
    """Write numbered records as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow: Any = pa
    pq.write_table(
        arrow.table({"i": arrow.array(list(piece), arrow.int32()), "record": list(piece.values())}),
        path,
        row_group_size=2_000,
    )


def comparable(batches: Iterable[Any]) -> Iterator[Any]:
    """Make records comparable and give their keys; runs on the workers."""
    import pyarrow as pa

    arrow: Any = pa
    for batch in batches:
        given = batch.column("record").to_pylist()
        citations = [cite(msgspec.msgpack.decode(data, type=Record)) for data in given]
        connection = connect()
        enter(connection, citations)
        own: list[list[int]] = [[] for _ in citations]
        for at, key in connection.execute("SELECT i, k FROM key").fetchall():
            own[at].append(key - (1 << 63))  # Spark has no unsigned numbers
        connection.close()
        yield arrow.RecordBatch.from_pydict(
            {
                "i": batch.column("i"),
                "citation": [msgspec.msgpack.encode(c) for c in citations],
                "title": [c.title for c in citations],
                "first": [c.first for c in citations],
                "year": arrow.array([c.year for c in citations], arrow.int32()),
                "volume": [c.volume for c in citations],
                "page": arrow.array([c.page for c in citations], arrow.int64()),
                "doi": [c.doi for c in citations],
                "own": arrow.array(own, arrow.list_(arrow.int64())),
            }
        )


def levels_of(left: Any, right: Any) -> Any:
    """Compare pairs of comparable records: the levels of all fields; runs on the workers."""
    import pyarrow as pa

    arrow: Any = pa
    held: dict[bytes, int] = {}
    citations: list[Citation] = []
    pairs = np.empty((len(left), 2), np.int64)
    for side, column in enumerate((left, right)):
        for row, data in enumerate(column.to_pylist()):
            if data not in held:
                held[data] = len(citations)
                citations.append(msgspec.msgpack.decode(data, type=Citation))
            pairs[row, side] = held[data]
    levels = np.column_stack(list(compare(citations, pairs).values()))
    return arrow.array(levels.tolist(), arrow.list_(arrow.int8()))


def _levels_function() -> Any:
    """Return the comparison as a function of Spark's SQL."""
    from pyspark.sql.functions import arrow_udf

    levels_of.__annotations__ = _annotations()
    return arrow_udf(levels_of, "ARRAY<TINYINT>")


def _annotations() -> dict[str, Any]:
    """Return the types by which Spark tells what kind of function it is given."""
    import pyarrow as pa

    arrow: Any = pa
    return {"left": arrow.Array, "right": arrow.Array, "return": arrow.Array}
