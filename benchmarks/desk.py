"""How quickly a large team screens: queue and decide through seats, in one process.

Run ``python benchmarks/desk.py [--records 100000] [--reviewers 50] [--decisions 100000]
[--engine sqlite|postgresql] [--threads 50]``. Half of the decisions are appended in bulk, as work
done before; the rest is decided one by one from threads that each take the next item of a
reviewer's queue. PostgreSQL is the one at RANVIER_TEST_POSTGRES, or an embedded server.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rebuild import places
from rich.console import Console
from rich.table import Table

from ranvier.api import OpenReview
from ranvier.core.facts import ReviewOpened
from ranvier.core.protocol import Protocol, ScreeningRule
from ranvier.core.screening import Decision
from ranvier.core.team import Member
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

OWNER = "person:owner"
STAGE = "title_abstract"
WORDS = [f"word{n}" for n in range(3_000)]


def table(records: int) -> bytes:
    """Records with titles and abstracts of the usual length."""
    chance = random.Random(1)
    lines = ["title,abstract,authors,year,doi,journal"]
    for n in range(records):
        title = " ".join(chance.choices(WORDS, k=14))
        abstract = " ".join(chance.choices(WORDS, k=190))
        lines.append(
            f"{title},{abstract},Doe J; Roe R,{1990 + n % 35},10.1000/{n},Journal {n % 90}"
        )
    return "\n".join(lines).encode()


def prepare(store: Store, cache: Path, data: bytes, reviewers: list[str]) -> OpenReview:
    """Make a review with a team and everything given out, two votes an item."""
    rule = ScreeningRule(stage=STAGE, rule="two_independent")
    protocol = Protocol(
        title="Benchmark", background="", questions=(), outcomes=(), comparisons=(), analyses=(),
        criteria=(), screening=(rule,), search_plan="",
    )  # fmt: skip
    record(store, [Saying(payload=ReviewOpened(id="bench", title="Benchmark"), actor=OWNER)])
    record(store, [Saying(payload=protocol, actor=OWNER)])
    team = [Member(actor=OWNER, roles=("owner",))]
    team += [Member(actor=who, roles=("reviewer",)) for who in reviewers]
    record(store, [Saying(payload=member, actor=OWNER) for member in team])
    review = OpenReview(store, cache=cache)
    review.seat(OWNER).records.import_(data, "all.csv", source="MEDLINE", kind="database")
    return review


def earlier(store: Store, review: OpenReview, reviewers: list[str], decisions: int) -> None:
    """Append the first decisions of everybody's queue in bulk."""
    chance = random.Random(2)
    each = decisions // len(reviewers)
    for who in reviewers:
        cards = review.seat(who).screening.queue(STAGE, n=each)
        record(store, [Saying(payload=_vote(c.item, who, chance), actor=who) for c in cards])


def _vote(item: str, who: str, chance: random.Random) -> Decision:
    verdict = "include" if chance.random() < 0.05 else "exclude"
    return Decision(item=item, stage=STAGE, reviewer=who, verdict=verdict)


class Waits:
    """How long calls took, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.lock = threading.Lock()

    def of(self, name: str, call: Callable[[], object]) -> object:
        start = time.perf_counter()
        result = call()
        took = time.perf_counter() - start
        with self.lock:
            self.seconds.setdefault(name, []).append(took)
        return result

    def show(self, title: str) -> None:
        shown = Table("call", "n", "median ms", "p99 ms", "longest ms", title=title)
        for name, took in self.seconds.items():
            took.sort()
            p99 = took[min(len(took) - 1, int(0.99 * len(took)))]
            ms = (statistics.median(took), p99, took[-1])
            shown.add_row(name, str(len(took)), *(f"{1000 * t:.2f}" for t in ms))
        Console().print(shown)


def screen(review: OpenReview, reviewers: list[str], decisions: int, threads: int) -> Waits:
    """Let every reviewer take the next five, decide on one, and now and then take it back."""
    waits = Waits()

    def work(who: str) -> None:
        chance = random.Random(who)
        seat = review.seat(who)
        for n in range(decisions // len(reviewers)):
            cards = waits.of("queue", lambda: seat.screening.queue(STAGE, n=5))
            if not cards:
                return
            verdict = "include" if chance.random() < 0.05 else "exclude"
            name = f"{who}/{n}/{chance.random()}"
            waits.of(
                "decide",
                lambda c=cards, v=verdict, i=name: seat.screening.decide(
                    STAGE, c[0].item, v, client_id=i
                ),
            )
            if n % 50 == 49:
                waits.of("undo", lambda i=name: seat.screening.undo(i))
            if n % 100 == 99:
                waits.of("stages", seat.screening.stages)
                waits.of("mine", lambda: seat.screening.mine(STAGE))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, reviewers))
    return waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--singly", type=int, default=5_000)
    parser.add_argument("--threads", type=int, default=50)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    args = parser.parse_args()
    say = Console().print
    reviewers = [f"person:{n:02d}" for n in range(args.reviewers)]
    with tempfile.TemporaryDirectory() as name, places(args.engine, Path(name)) as make:
        store, cache = make("desk"), Path(name) / "cache"

        def timed(what: str, call: Callable[[], object]) -> object:
            start = time.perf_counter()
            result = call()
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            say(f"{what}: {time.perf_counter() - start:.2f} s, peak {memory:.0f} MB")
            return result

        data = table(args.records)
        review = timed("import", lambda: prepare(store, cache, data, reviewers))
        assert isinstance(review, OpenReview)
        timed("begin", lambda: review.seat(OWNER).screening.begin(STAGE))
        waits = Waits()
        one = review.seat(reviewers[0])
        for n in range(200):
            cards = waits.of("queue", lambda: one.screening.queue(STAGE, n=5))
            waits.of(
                "decide", lambda c=cards, n=n: one.screening.decide(STAGE, c[0].item, "exclude")
            )
        waits.show("One reviewer, nothing decided before")
        timed("earlier decisions", lambda: earlier(store, review, reviewers, args.decisions))
        timed("catch up", one.screening.stages)
        again = OpenReview(store, cache=cache)
        timed("open anew", lambda: again.seat(reviewers[0]))
        waits = Waits()
        for _ in range(200):
            cards = waits.of("queue", lambda: one.screening.queue(STAGE, n=5))
            if cards:
                waits.of(
                    "decide", lambda c=cards: one.screening.decide(STAGE, c[0].item, "exclude")
                )
        owner = review.seat(OWNER)
        for call in (owner.screening.stages, owner.flow, lambda: owner.screening.progress(STAGE)):
            waits.of("owner's pages", call)
        waits.show(f"One reviewer, {args.decisions} decisions before")
        start = time.perf_counter()
        waits = screen(review, reviewers, args.singly, args.threads)
        took = time.perf_counter() - start
        waits.show(
            f"{args.reviewers} reviewers at once, {args.singly / took:.0f} decisions a second"
        )
        review.close()


if __name__ == "__main__":
    main()
