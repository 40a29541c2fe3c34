"""Ranking of many records: time and memory of ingesting, of the next record, and of an update.

Run ``python benchmarks/ranking_scale.py [--records 100000 1000000] [--labels 300]``. Records are
made of sentences of the labelled sets in ``RANVIER_REFERENCE/screening``, so that words are as
frequent as in real ones. Each size runs in a process of its own. Wall time is what a person waits;
CPU time beside it shows what the machine would give if nothing else ran on it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ranvier.ranking import Ranker, Text
from ranvier.ranking.labelled import find_sets, read_set

ROOT = Path(__file__).parents[1]


def made(count: int, seed: int) -> Iterator[Text]:
    """Yield records: a title with a word or two changed, and eight sentences of several."""
    pool = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    real = [t for file in find_sets([pool / "screening"])[::3] for t in read_set(file).texts]
    told = [s for t in real for s in t.abstract.split(". ") if len(s) > 40]
    words = sorted({w for t in real for w in t.title.split() if len(w) > 4})
    draw = random.Random(seed)
    for i in range(count):
        title = draw.choice(real).title.split() or ["untitled"]
        title[draw.randrange(len(title))] = draw.choice(words)
        abstract = ". ".join(draw.choices(told, k=8)) if draw.random() < 0.85 else ""
        yield Text(f"{seed}-{i}", " ".join(title), abstract)


def spent() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def part(records: int, labels: int) -> dict[str, float]:
    """Measure one size; making the records is timed apart."""
    made_in, begun, cpu = 0.0, time.perf_counter(), spent()

    def timed() -> Iterator[Text]:
        nonlocal made_in
        source = made(records, 1)
        while True:
            at = spent()
            text = next(source, None)
            made_in += spent() - at
            if text is None:
                return
            yield text

    ranker = Ranker.of(timed())
    ingest, ingest_cpu = time.perf_counter() - begun, spent() - cpu - made_in
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    draw = random.Random(2)
    decisions = {id: i < 20 for i, id in enumerate(draw.sample(ranker.ids, 200))}
    ranker.first(decisions)
    wall: list[float] = []
    work: list[float] = []
    for _ in range(labels):
        at, used = time.perf_counter(), spent()
        id = ranker.first(decisions)[0]
        wall.append(time.perf_counter() - at)
        work.append(spent() - used)
        decisions[id] = draw.random() < 0.1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ranker.npz"
        at = time.perf_counter()
        ranker.save(file)
        saved = time.perf_counter() - at
        at = time.perf_counter()
        again = Ranker.load(file)
        loaded = time.perf_counter() - at
        del again
    more = list(made(1000, 3))
    at, used = time.perf_counter(), spent()
    ranker.extended(more).order(decisions)
    return {
        "records": records,
        "ingest": ingest,
        "ingest_cpu": ingest_cpu,
        "peak_mb": peak,
        "next_p50": float(np.quantile(wall, 0.5)),
        "next_p95": float(np.quantile(wall, 0.95)),
        "next_cpu_p95": float(np.quantile(work, 0.95)),
        "update": time.perf_counter() - at,
        "update_cpu": spent() - used,
        "save": saved,
        "load": loaded,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--part", type=int)
    args = parser.parse_args()
    if args.part:
        print(json.dumps(part(args.part, args.labels)))
        return
    table = Table("records", "ingest s (CPU)", "peak MB", "next p50, p95 ms (CPU p95)",
                  "update of 1,000 s (CPU)", "save, load s")  # fmt: skip
    for records in args.records:
        command = [sys.executable, __file__, "--part", str(records), "--labels", str(args.labels)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        m = json.loads(done.stdout.splitlines()[-1])
        table.add_row(
            f"{records:,}",
            f"{m['ingest']:.0f} ({m['ingest_cpu']:.0f})",
            f"{m['peak_mb']:.0f}",
            f"{1e3 * m['next_p50']:.0f}, {1e3 * m['next_p95']:.0f} ({1e3 * m['next_cpu_p95']:.0f})",
            f"{m['update']:.2f} ({m['update_cpu']:.2f})",
            f"{m['save']:.2f}, {m['load']:.2f}",
        )
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
