"""Deduplication on DuckDB and on Spark, the same records side by side on this machine.

Run ``python benchmarks/dedup_on_spark.py [RECORDS ...]`` where ``ranvier[spark]`` and Java are
installed. The records are those of ``benchmarks/dedup.py``. CPU time is that of the process and of
those it started, Java and its workers included; starting them counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace

import psutil

from dedup import works
from ranvier.dedup import Deduplicated, deduplicate
from ranvier.dedup.on_spark import deduplicate_on_spark


def spent() -> float:
    """Return the CPU seconds of this process and all it started."""
    here = psutil.Process()
    times = [p.cpu_times() for p in (here, *here.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def run(count: int) -> None:
    """Deduplicate on both, and print what it took and whether the result is the same."""
    records = [record for _, record in works(count, 1)]
    found: dict[str, Deduplicated] = {}
    for name, engine in (("duckdb", deduplicate), ("spark", deduplicate_on_spark)):
        wall, cpu = time.perf_counter(), spent()
        found[name] = engine(records)
        said = {"engine": name, "records": count, "wall": time.perf_counter() - wall}
        said |= {"cpu": spent() - cpu, "merges": len(found[name].merges)}
        said |= {"pairs": found[name].compared}
        print(json.dumps(said), flush=True)
    same = replace(found["spark"], compared=0) == replace(found["duckdb"], compared=0)
    print(json.dumps({"records": count, "same result": same}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("records", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run(options.one)
        return
    for count in options.records:
        subprocess.run([sys.executable, __file__, "--one", str(count)], check=True)


if __name__ == "__main__":
    main()
