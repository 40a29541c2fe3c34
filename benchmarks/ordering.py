"""How soon an order that was learnt is seen, and whether anybody waits for it meanwhile.

Run ``python benchmarks/ordering.py [--records 100000]``. A review is made and given out to two
reviewers. One of them screens while the first order is learnt; then it is timed how long it takes
from a decision to the order that rests on it, for a second reviewer who shares what was made of the
texts, and from an update of 500 records to the order that holds them. CPU seconds and memory are
those of the process that learns, which yields to others.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from desk import OWNER, STAGE, Waits, prepare, table
from rebuild import places
from rich.console import Console

from ranvier.api import OpenReview

ANNA, BEN = "person:anna", "person:ben"


def used() -> tuple[float, float]:
    """CPU seconds of the process that learns, and its memory in MB."""
    for child in psutil.Process().children(recursive=True):
        if any("ranvier.workflow.screen.learning" in part for part in child.cmdline()):
            return sum(child.cpu_times()[:2]), child.memory_info().rss / 2**20
    return 0.0, 0.0


def ordered(review: OpenReview, who: str) -> object:
    """Return something that changes when the queue is put in a new order; None before any."""
    assert review._desk is not None
    with review._desk.lock:
        line = review._desk.line(STAGE, who)
        return id(line._order) if line.ordered else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=200)
    args = parser.parse_args()
    say, chance = Console().print, random.Random(1)

    def until_new(what: str, who: str, before: object) -> None:
        begun, (cpu, _) = time.perf_counter(), used()
        while (now := ordered(review, who)) is None or now == before:
            time.sleep(0.01)
        took, (after, memory) = time.perf_counter() - begun, used()
        say(f"{what}: {took:.2f} s, {after - cpu:.2f} s CPU, {memory:.0f} MB")

    def decide(who: str, n: int, until: Callable[[int], bool]) -> Waits:
        waits, seat, done = Waits(), review.seat(who).screening, 0
        while done < n or not until(done):
            card = waits.of("queue", lambda: seat.queue(STAGE, n=5))[0]
            verdict = "include" if chance.random() < 0.1 else "exclude"
            waits.of("decide", lambda c=card, v=verdict: seat.decide(STAGE, c.item, v))
            done += 1
            time.sleep(0.01)
        return waits

    with tempfile.TemporaryDirectory() as name, places("sqlite", Path(name)) as make:
        review = prepare(make("desk"), Path(name) / "cache", table(args.records), [ANNA, BEN])
        review.seat(OWNER).screening.begin(STAGE, reviewers=(ANNA, BEN), votes=2)
        begun = time.perf_counter()
        waits = decide(ANNA, args.decisions, lambda _: ordered(review, ANNA) is not None)
        took, (cpu, memory) = time.perf_counter() - begun, used()
        say(f"first order: {took:.1f} s while screening, {cpu:.1f} s CPU, {memory:.0f} MB")
        waits.show("While the first order is learnt")
        before = ordered(review, ANNA)
        decide(ANNA, max(1, args.decisions // 10), lambda _: ordered(review, ANNA) != before)
        for who in (ANNA, BEN):
            held = ordered(review, who)
            assert review._desk is not None
            told = len(review._desk.votes.of(STAGE, who))
            decide(who, max(1, told // 15), lambda _: True)
            review.seat(who).screening.queue(STAGE, n=1)
            until_new(f"decision to new order, {who}", who, held)
        rows = table(args.records + 500).decode().splitlines()
        more = "\n".join([rows[0], *rows[-500:]]).encode()
        review.seat(OWNER).records.import_(more, "more.csv", source="Embase", kind="database")
        begun = time.perf_counter()
        review.seat(OWNER).screening.begin(STAGE, reviewers=(ANNA, BEN), votes=2)
        say(f"update of 500 given out: {time.perf_counter() - begun:.2f} s")
        review.seat(ANNA).screening.queue(STAGE, n=1)
        until_new("update to new order", ANNA, None)
        waits = Waits()
        for _ in range(5):
            waits.of("stopping", lambda: review.seat(ANNA).screening.stopping(STAGE))
        waits.show("What else looks at everything, off the lock")
        review.close()


if __name__ == "__main__":
    main()
