"""Fifty reviewers at once on 100,000 records: how long a decision and the next record take.

Run ``python benchmarks/screening_load.py [--minutes 10] [--engine sqlite|postgresql]``. A review is
made, with a team and an allotment of two votes an item, and served by ``ranvier serve`` as a team
serves it, in a process of its own with accounts and sessions. Each reviewer asks for the next
records and decides on the first, as the screening view does, and thinks for ``--think`` seconds on
average in between. At the end the server is stopped, the log is proved, and every decision that
was acknowledged must be in it once. PostgreSQL is the one at RANVIER_TEST_POSTGRES, or an embedded
server made for the run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import uuid_utils
from rebuild import postgresql
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

import ranvier
from ranvier.bootstrap import keep_accounts
from ranvier.core.protocol import Criterion, Protocol, ScreeningRule
from ranvier.core.search import SearchRun
from ranvier.workflow.record import Saying

OWNER = "person:owner"
STAGE = "title_abstract"
TOPIC = (
    "randomised controlled trial of immunoglobulin for neuropathy in adults with weakness placebo "
    "muscle strength grip follow-up dose weekly subcutaneous intravenous response maintenance "
    "cohort registry children prevalence nerve conduction block antibody GM1 disability pain"
)


@dataclass
class Measured:
    """What one run saw from the outside."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {"decide": [], "next": []})
    acknowledged: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


def records(path: Path, count: int) -> Path:
    """Write a file of records, no two alike, as a database would export them."""
    chance = random.Random(20261122)
    words = TOPIC.split()
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            title = " ".join(chance.choices(words, k=12)).capitalize()
            abstract = " ".join(chance.choices(words, k=200)).capitalize()
            out.write(f"TY  - JOUR\nTI  - {title} {n}\nAU  - Author{n % 9973}, A.\n")
            out.write(f"PY  - {1990 + n % 35}\nJO  - Journal {n % 977}\n")
            out.write(f"DO  - 10.5555/bench.{n}\nAB  - {abstract}.\nER  - \n\n")
    return path


def make_review(place: str, folder: Path, *, count: int, reviewers: list[str]) -> None:
    """Make a review whose title and abstract screening has begun."""
    protocol = Protocol(
        title="Benchmark",
        background="",
        questions=(),
        outcomes=(),
        comparisons=(),
        analyses=(),
        criteria=(Criterion(id="design", stage=STAGE, text="Not a trial"),),
        screening=(ScreeningRule(stage=STAGE, rule="two_and_adjudicator"),),
        search_plan="",
    )
    with ranvier.new(place, id="bench", title="Benchmark", actor=OWNER) as review:
        review.record([Saying(payload=protocol, actor=OWNER)])
        run = SearchRun(id="s1", source="PubMed", kind="database", date="2026-01-31")
        review.import_records(records(folder / "hits.ris", count), run, actor=OWNER)
        seat = review.seat(OWNER)
        seat.team.put_member(OWNER, ["owner"], name="Owner")
        for reviewer in reviewers:
            seat.team.put_member(reviewer, ["reviewer"], name=reviewer)
        seat.screening.begin(STAGE, reviewers=reviewers, votes=2)


@contextmanager
def serving(place: str, accounts: str) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the review in a process of its own; give its address."""
    command = [
        *(str(Path(sys.executable).with_name("ranvier")), "serve", place),
        *("--port", "0", "--accounts-at", accounts),
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.search(r"http://[\w.:]+", server.stdout.readline())
        assert found, "the server printed no address"
        address = found.group().rstrip("/")
        for _ in range(600):
            try:
                httpx.get(f"{address}/sign-in")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


async def review_for(
    minutes: float, address: str, cookies: dict[str, str], *, think: float
) -> Measured:
    """Let everybody screen for so long."""
    measured = Measured()
    end = time.monotonic() + minutes * 60
    gate = asyncio.Event()
    tasks = [
        asyncio.create_task(one(address, actor, secret, measured, gate, end=end, think=think))
        for actor, secret in cookies.items()
    ]
    gate.set()
    await asyncio.gather(*tasks)
    return measured


async def one(
    address: str,
    actor: str,
    secret: str,
    measured: Measured,
    gate: asyncio.Event,
    *,
    end: float,
    think: float,
) -> None:
    """Be one reviewer: ask for the next records, decide on the first, think, again."""
    chance = random.Random(actor)
    port = address.rsplit(":", 1)[1]
    kind = {"cookies": {f"ranvier-{port}": secret}, "headers": {"Origin": address}, "timeout": 30}
    async with httpx.AsyncClient(base_url=address, **kind) as client:
        key = await review_key(client)
        await gate.wait()
        await asyncio.sleep(chance.random() * think)
        while time.monotonic() < end:
            answer = await timed(
                client, measured, "next", f"/r/{key}/screen/{STAGE}/cards?n=2", {"after": []}
            )
            if answer is None or not answer["cards"]:
                await asyncio.sleep(think)
                continue
            client_id = str(uuid_utils.uuid7())
            said = {
                "client_id": client_id,
                "stage": STAGE,
                "item": answer["cards"][0]["item"],
                "verdict": "include" if chance.random() < 0.1 else "exclude",
                "reasons": [],
            }
            if await timed(client, measured, "decide", f"/api/v1/reviews/{key}/decisions", said):
                measured.acknowledged.append(client_id)
            await asyncio.sleep(chance.expovariate(1 / think))


async def timed(
    client: httpx.AsyncClient, measured: Measured, name: str, path: str, body: object
) -> dict | None:
    """Ask and note how long it took, or what went wrong."""
    start = time.perf_counter()
    try:
        answer = await client.post(path, json=body)
    except httpx.HTTPError as error:
        measured.errors[f"{name}: {type(error).__name__}"] += 1
        return None
    measured.waits[name].append(time.perf_counter() - start)
    if answer.status_code != 200:
        measured.errors[f"{name}: {answer.status_code} {answer.text[:80]}"] += 1
        return None
    return answer.json()


async def review_key(client: httpx.AsyncClient) -> str:
    """Find what the server calls the review in its addresses."""
    shown = await client.get("/", follow_redirects=True, timeout=600)  # the review is opened
    found = re.search(r"/r/([^/\"]+)/", f"{shown.url} {shown.text}")
    assert found, f"no review on the first page: {shown.status_code}"
    return found.group(1)


@contextmanager
def places(engine: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Give the place of a review and of the accounts, on an engine."""
    if engine == "sqlite":
        yield str(folder / "review"), str(folder / "accounts.sqlite")
        return
    with postgresql(folder) as url:
        name = f"bench_load_{uuid.uuid4().hex[:8]}"
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        address = str(admin.url.set(database=name).render_as_string(hide_password=False))
        try:
            yield f"{address}#bench", address
        finally:
            with admin.connect() as conn:
                conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            admin.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--think", type=float, default=3.0, help="seconds, on average")
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ranvier-load-"))
    try:
        with places(wanted.engine, folder) as (place, accounts):
            cookies = sign_everybody_in(accounts, wanted.reviewers)
            started = time.perf_counter()
            make_review(place, folder, count=wanted.records, reviewers=list(cookies))
            made = time.perf_counter() - started
            with serving(place, accounts) as (address, server):
                work = review_for(wanted.minutes, address, cookies, think=wanted.think)
                measured = asyncio.run(work)
                used = server.cpu_times()
                memory = server.memory_info().rss / 2**20
            doubled, lost = prove(place, measured.acknowledged)
            cpu = used.user + used.system
            show(wanted, measured, cpu=cpu, memory=memory, made=made)
            print(f"acknowledged {len(measured.acknowledged):,}, lost {lost}, doubled {doubled}")
            for what, times in measured.errors.most_common():
                print(f"error {times}x {what}")
            if measured.errors or lost or doubled:
                sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sign_everybody_in(accounts: str, reviewers: int) -> dict[str, str]:
    """Make an account and a session for everybody; return the secret of each by actor."""
    book = keep_accounts(accounts)
    secrets: dict[str, str] = {}
    for n in range(reviewers):
        link = book.invite("join", by=None)
        account = book.make(
            link, login=f"reviewer{n}", name=f"Reviewer {n}", password=uuid.uuid4().hex
        )
        secrets[account.actor] = book.begin_session(account)
    book.close()
    return secrets


def prove(place: str, acknowledged: list[str]) -> tuple[int, int]:
    """Prove the log, and count acknowledged decisions that are in it twice or not at all."""
    with ranvier.open(place) as review:
        review.verify()
        made = Counter(e.client_id for e in review.log() if e.type == "decision.made")
    return sum(n > 1 for n in made.values()), sum(c not in made for c in acknowledged)


def show(
    wanted: argparse.Namespace, measured: Measured, *, cpu: float, memory: float, made: float
) -> None:
    title = (
        f"{wanted.engine}: {wanted.reviewers} reviewers, {wanted.records:,} records, "
        f"{wanted.minutes:g} min, {os.cpu_count()} cores; made in {made:.0f} s"
    )
    table = Table(title=title)
    for name in ("act", "count", "p50 ms", "p95 ms", "p99 ms", "longest ms"):
        table.add_column(name, justify="left" if name == "act" else "right")
    for name, waits in measured.waits.items():
        cuts = statistics.quantiles(waits, n=100)
        row = (cuts[49], cuts[94], cuts[98], max(waits))
        table.add_row(name, f"{len(waits):,}", *(f"{x * 1e3:.1f}" for x in row))
    Console(width=100).print(table)
    print(f"server: {cpu:.0f} s of CPU, {memory:.0f} MB")


if __name__ == "__main__":
    main()
