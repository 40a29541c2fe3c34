"""Blocking: the pairs worth comparing, found by joins on keys that duplicates share."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from ranvier.dedup.citation import Citation
from ranvier.dedup.compare import Pairs

__all__ = ["MOST", "candidates", "connect", "enter"]

#: A key that more records share tells nothing by itself: it is narrowed by year, author and place;
#: where even that is shared by more, each record is compared with the one most like it.
MOST = 40

_COLUMNS = """
    CREATE TABLE IF NOT EXISTS citation (
        i INTEGER, title VARCHAR, first VARCHAR, year INTEGER, volume VARCHAR, page BIGINT,
        doi VARCHAR, pmid VARCHAR, registry VARCHAR, abstract VARCHAR
    )
"""

#: Each line gives keys; an empty part gives none. Words are told apart by their hash, so that
#: the same three of a title are picked in whichever record it stands.
_KEYS = """
    WITH fresh AS (
        SELECT *, replace(title, ' ', '') AS letters,
            list_sort(list_transform(
                list_filter(list_distinct(string_split(title, ' ')), lambda w: length(w) > 3),
                lambda w: hash(w)))[1:4] AS few
        FROM citation WHERE i >= $since
    ), keys AS (
        SELECT i, hash(1, doi) AS k FROM fresh WHERE doi <> ''
        UNION ALL SELECT i, hash(2, pmid) FROM fresh WHERE pmid <> ''
        UNION ALL SELECT i, hash(3, left(letters, 40)) FROM fresh WHERE letters <> ''
        UNION ALL SELECT i, hash(4, right(letters, 30)) FROM fresh WHERE length(letters) > 30
        UNION ALL SELECT i, hash(5, few[1], few[2]) FROM fresh WHERE len(few) > 1
        UNION ALL SELECT i, hash(5, few[1], few[3]) FROM fresh WHERE len(few) > 2
        UNION ALL SELECT i, hash(5, few[2], few[3]) FROM fresh WHERE len(few) > 2
        UNION ALL SELECT i, hash(6, first, year, page) FROM fresh WHERE first <> '' AND page > 0
        UNION ALL SELECT i, hash(7, volume, page, year) FROM fresh
            WHERE volume <> '' AND page > 0 AND year > 0
        UNION ALL SELECT i, hash(8, left(abstract, 100)) FROM fresh WHERE length(abstract) >= 100
        UNION ALL SELECT i, hash(9, unnest(string_split(registry, ' '))) FROM fresh
            WHERE registry <> ''
        UNION ALL SELECT i, hash(10, first, left(letters, 10)) FROM fresh
            WHERE first <> '' AND letters <> ''
        UNION ALL SELECT i, hash(11, first, year, volume) FROM fresh
            WHERE first <> '' AND volume <> '' AND year > 0
    )
    INSERT INTO key
        SELECT DISTINCT k, i FROM keys
"""

_PAIRS = """
    WITH sized AS (
        SELECT k, count(*) AS n FROM key
        WHERE k IN (SELECT k FROM key WHERE i >= $since) GROUP BY k HAVING count(*) > 1
    ), narrow AS (
        SELECT hash(key.k, c.year, c.first) AS k, key.i FROM key
        JOIN sized USING (k) JOIN citation c USING (i) WHERE n > $most AND c.first <> ''
        UNION
        SELECT hash(key.k, c.volume, c.page), key.i FROM key
        JOIN sized USING (k) JOIN citation c USING (i) WHERE n > $most AND c.page > 0
    ), used AS (
        SELECT key.k, key.i FROM key JOIN sized USING (k) WHERE n <= $most
        UNION ALL
        SELECT k, i FROM narrow WHERE k IN (
            SELECT k FROM narrow GROUP BY k HAVING count(*) BETWEEN 2 AND $most)
    ), crowd AS (
        SELECT k, i FROM narrow WHERE k IN (
            SELECT k FROM narrow GROUP BY k HAVING count(*) > $most)
    ), beside AS (
        SELECT lag(i) OVER (PARTITION BY k ORDER BY c.title, c.year, c.volume, c.page, c.doi, i)
            AS x, i AS y FROM crowd JOIN citation c USING (i)
    )
    SELECT DISTINCT a.i AS x, b.i AS y FROM used a JOIN used b USING (k)
    WHERE a.i < b.i AND b.i >= $since
    UNION
    SELECT least(x, y), greatest(x, y) FROM beside WHERE x IS NOT NULL AND greatest(x, y) >= $since
    ORDER BY x, y
"""


def connect(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Open a table of keys, in memory or in a file."""
    connection = duckdb.connect(path, config={"threads": 2})
    connection.execute(_COLUMNS)
    connection.execute("CREATE TABLE IF NOT EXISTS key (k UBIGINT, i INTEGER)")
    return connection


def enter(
    connection: duckdb.DuckDBPyConnection, citations: Sequence[Citation], *, since: int = 0
) -> None:
    """Add the keys of records; `since` is the position of the first of them."""
    if not citations:
        return

    def texts(values: list[str]) -> object:
        return np.array(values, dtype=object)

    connection.register(
        "given",
        {
            "i": np.arange(since, since + len(citations), dtype=np.int32),
            "title": texts([c.title for c in citations]),
            "first": texts([c.first for c in citations]),
            "year": np.array([c.year for c in citations], np.int32),
            "volume": texts([c.volume for c in citations]),
            "page": np.array([c.page for c in citations], np.int64),
            "doi": texts([c.doi for c in citations]),
            "pmid": texts([c.pmid for c in citations]),
            "registry": texts([" ".join(c.registry) for c in citations]),
            "abstract": texts([c.abstract[:100] for c in citations]),
        },
    )
    connection.execute("INSERT INTO citation SELECT * FROM given")
    connection.unregister("given")
    connection.execute(_KEYS, {"since": since})


def candidates(connection: duckdb.DuckDBPyConnection, *, since: int = 0, most: int = MOST) -> Pairs:
    """Return the pairs that share a key, the later record being at `since` or after it."""
    found = connection.execute(_PAIRS, {"since": since, "most": most}).fetchnumpy()
    return np.column_stack([found["x"], found["y"]]).astype(np.int64)
