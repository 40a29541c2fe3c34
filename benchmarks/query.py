"""Search strategies: time to read long ones, and to run one of sixty lines on many records.

Run ``python benchmarks/query.py [--records 100000] [--terms 1600]``. Titles and abstracts are made
of a vocabulary whose frequencies fall as words do in prose (Zipf), 12 and 180 words long, with
three headings each. CPU time and peak memory are of this process.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np
from rich.console import Console
from rich.table import Table

from ranvier.core.record import Record
from ranvier.query import RecordIndex, parse, run

VOCABULARY = 60_000


def records(count: int, seed: int = 1) -> Iterator[Record]:
    """Make records."""
    draw = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(VOCABULARY)]
    for i in range(count):
        ranks = np.minimum(draw.zipf(1.2, 192), VOCABULARY) - 1
        text = [words[rank] for rank in ranks.tolist()]
        mesh = tuple(f"Heading {n}" for n in draw.integers(0, 2000, 3).tolist())
        yield Record(
            id=str(i), title=" ".join(text[:12]), abstract=" ".join(text[12:]), mesh=mesh,
            year=int(draw.integers(1990, 2026)),
        )  # fmt: skip


def strategy(lines: int = 60) -> str:
    """Make a strategy of words, truncation, phrases, nearness and headings."""
    made: list[str] = []
    for i in range(1, lines - 2):
        word = 3 + i * 7
        made.append(
            (
                f"(w{word} or w{word + 1}* or w{word + 2}).ti,ab.",
                f"(w{word} adj3 (w{i} or w{i + 1})).ti,ab.",
                f'"w{i} w{i + 2}".ti,ab.',
                f"exp Heading {word}/",
            )[i % 4]
        )
    half = len(made) // 2
    made += [f"or/1-{half}", f"or/{half + 1}-{len(made)}", f"{len(made) + 1} and {len(made) + 2}"]
    return "\n".join(f"{n}. {text}" for n, text in enumerate(made, 1))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--terms", type=int, default=1600)
    given = parser.parse_args()
    table = Table("what", "CPU seconds", "peak MB")

    def note(what: str, since: float) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row(what, f"{time.process_time() - since:.3f}", f"{peak:.0f}")

    for terms in (given.terms, 4 * given.terms, 16 * given.terms):
        text = " or ".join(f"word{i}*.ti,ab." for i in range(terms))
        start = time.process_time()
        parse(text, "ovid")
        note(f"read {terms:,} terms", start)
    start = time.process_time()
    held = list(records(given.records))
    note(f"make {given.records:,} records", start)
    start = time.process_time()
    index = RecordIndex.of(held)
    note("index them", start)
    parsed = parse(strategy(), "ovid")
    start = time.process_time()
    found = run(parsed, index)
    note(f"run {len(parsed.lines)} lines ({len(found.found):,} found)", start)
    Console().print(table)


if __name__ == "__main__":
    main()
