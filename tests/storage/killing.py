"""Write from many threads, be killed, write again; run by `test_killing.py`.

``python killing.py TARGET ROUNDS SEED`` forks a writer ROUNDS times, kills it with SIGKILL at a
random moment (from before it has opened the review to the middle of its commits), and lets the
next writer send again whatever was not acknowledged, under the same client ids. Acknowledgements
come over a pipe, so that they survive the writer. Prints what was found as JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from ranvier.core.event import Draft
from ranvier.core.facts import Undone, encode
from ranvier.core.screening import Decision
from ranvier.storage import SqlStore, open_folder, open_url

THREADS = 4
AT = "2026-01-31T12:00:00Z"


def open_target(target: str, mode: str = "write") -> SqlStore:
    if target.startswith("postgresql"):
        return open_url(target, "r", mode=mode)
    return open_folder(target, mode)


def call(thread: int, number: int) -> list[Draft]:
    """The drafts of one call: the same whenever it is sent. One to three decisions, or an undo."""
    name = f"{thread}-{number}"
    if number % 5 == 4:
        undo = Undone(client_id=f"{thread}-{number - 1}/0")
        return [_draft("event.undone", undo, name, 0)]
    return [
        _draft(
            "decision.made",
            Decision(
                item=f"{name}/{part}", stage="title_abstract", reviewer="a", verdict="include"
            ),
            name,
            part,
        )
        for part in range(1 + number % 3)
    ]


def _draft(type_: str, payload: object, name: str, part: int) -> Draft:
    return Draft(type=type_, payload=encode(payload), actor="a", at=AT, client_id=f"{name}/{part}")


def write(target: str, pipe: int, following: list[int], close: str) -> None:
    """Write until killed, from several threads or closing after each call; acknowledge it."""
    store = open_target(target)

    def work(thread: int) -> None:
        number = following[thread]
        while True:
            events = store.append(call(thread, number))
            os.write(pipe, f"{thread} {number} {events[-1].seq}\n".encode())
            number += 1

    while close == "often":
        for thread in range(THREADS):
            events = store.append(call(thread, following[thread]))
            os.write(pipe, f"{thread} {following[thread]} {events[-1].seq}\n".encode())
            following[thread] += 1
            store.close()
            store = open_target(target)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass
class Seen:
    """What the parent has heard and read so far."""

    following: list[int] = field(default_factory=lambda: [0] * THREADS)
    acknowledged: dict[str, int] = field(default_factory=dict)
    log: dict[str, tuple[int, str]] = field(default_factory=dict)
    last: int = 0
    problems: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)


def one_round(target: str, seen: Seen, chance: random.Random) -> None:
    reading, writing = os.pipe()
    close = chance.choice(["never", "never", "never", "often"])
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            write(target, writing, seen.following, close)
        except BaseException as error:
            os.write(2, f"writer: {error!r}\n".encode())
        finally:
            os._exit(9)
    os.close(writing)
    heard = b""
    wanted = chance.choice([0, 0, 1, chance.randrange(40), chance.randrange(80)])
    wanted = min(wanted, 3) if close == "often" else wanted
    deadline = time.monotonic() + (chance.random() * 0.03 if wanted == 0 else 20)
    while heard.count(b"\n") < max(wanted, 1) and (left := deadline - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            piece = os.read(reading, 65_536)
            if not piece:
                break
            heard += piece
    time.sleep(chance.random() * (0.02 if close == "often" else 0.003))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while piece := os.read(reading, 65_536):
        heard += piece
    os.close(reading)
    if os.WIFEXITED(status):
        seen.problems.append("a writer ended by itself")
    seen.counts["killed while opening" if not heard else "killed while writing"] += 1
    hear(seen, heard)


def hear(seen: Seen, heard: bytes) -> None:
    for line in heard.decode().splitlines():
        thread, number, seq = map(int, line.split())
        seen.acknowledged[call(thread, number)[-1].client_id] = seq
        seen.following[thread] = number + 1


def look(target: str, seen: Seen) -> None:
    """Read what is new, and check that what was acknowledged is there, once, at its place."""
    with open_target(target, "read") as store:
        for event in store.events(after=seen.last):
            if event.client_id in seen.log:
                seen.problems.append(f"{event.client_id} is there twice")
            seen.log[event.client_id] = (event.seq, event.hash)
            seen.last = event.seq
    for client_id, seq in seen.acknowledged.items():
        if seen.log.get(client_id, (0, ""))[0] != seq:
            seen.problems.append(f"{client_id} was acknowledged as {seq} and is lost")
    seen.acknowledged.clear()


def finish(target: str, seen: Seen) -> int:
    """Send again what was never acknowledged, prove the review, and compare it with the calls."""
    with open_target(target) as store:
        for thread, number in enumerate(seen.following):
            store.append(call(thread, number))
            seen.following[thread] = number + 1
        store.verify()
        found = [event.client_id for event in store.events()]
        again = {event.client_id: (event.seq, event.hash) for event in store.events()}
        if any(again.get(client_id) != place for client_id, place in seen.log.items()):
            seen.problems.append("an event that was read before has changed or gone")
    sent = [
        draft.client_id
        for thread, following in enumerate(seen.following)
        for number in range(following)
        for draft in call(thread, number)
    ]
    if Counter(found) != Counter(sent):
        seen.problems.append(f"{Counter(found) - Counter(sent)}, {Counter(sent) - Counter(found)}")
    return len(found)


def main(target: str, rounds: int, seed: int) -> None:
    seen, chance = Seen(), random.Random(seed)
    for _ in range(rounds):
        one_round(target, seen, chance)
        look(target, seen)
    events = finish(target, seen)
    print(json.dumps({"problems": seen.problems, "events": events, **seen.counts}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
