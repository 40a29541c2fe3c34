"""Deduplication: CPU time beside bib-dedupe in one run, a large library, and an update of it.

Run ``python benchmarks/dedup.py [--records 10000] [--large 100000] [--fresh 500] [--peer]``. The
records are made from the labelled sets of ``RANVIER_REFERENCE/dedup``: new works with words,
authors, journals and sentences of real ones, a third of them found a second or third time and
written as another source writes them. With ``--peer`` bib-dedupe 0.11 is installed into a virtual
environment of its own (``--peer-home``) and deduplicates the same records. Each part runs in a
process of its own; CPU time is that of the process and its children.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

import ranvier
from ranvier.core.record import Record
from ranvier.core.search import SearchRun
from ranvier.dedup import Index, deduplicate, update
from ranvier.dedup.labelled import read_labelled
from ranvier.formats import write_records

ROOT = Path(__file__).parents[1]
COLUMNS = (
    "ID", "ENTRYTYPE", "title", "author", "year", "journal", "volume", "number", "pages", "doi",
    "abstract",
)  # fmt: skip

PEER = """
import sys, time, resource
import pandas as pd
from bib_dedupe.bib_dedupe import prep, block, match, cluster
frame = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
start = time.perf_counter()
own, kids = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
found = cluster(match(block(prep(frame, verbosity_level=0), verbosity_level=0), verbosity_level=0))
spent = 0.0
for before, which in ((own, resource.RUSAGE_SELF), (kids, resource.RUSAGE_CHILDREN)):
    after = resource.getrusage(which)
    spent += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(__import__("json").dumps({"cpu": spent, "wall": time.perf_counter() - start,
    "removed": sum(len(c) - 1 for c in found)}))
"""


def works(count: int, seed: int) -> Iterator[tuple[int, Record]]:
    """Yield records with the number of their work; a third of the works are found again."""
    pool = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    files = sorted((pool / "dedup").glob("*.csv.gz"))
    if not files:
        sys.exit(f"no labelled sets in {pool / 'dedup'}: set RANVIER_REFERENCE")
    real = [r for f in files for r in read_labelled(f.name, f.read_bytes()).records if r.journal]
    draw = random.Random(seed)
    words = sorted({w for r in real for w in r.title.split() if len(w) > 4})
    names = sorted({a for r in real for a in r.authors})
    told = [s for r in real if r.abstract for s in r.abstract.split(". ") if len(s) > 40]
    made = 0
    work = 0
    while made < count:
        model = draw.choice(real)
        title = model.title.split()
        for _ in range(min(len(title), 4)):
            title[draw.randrange(len(title))] = draw.choice(words)
        first = draw.randrange(1, 3000)
        record = Record(
            id=f"{seed}-{made}",
            title=" ".join(title),
            authors=tuple(draw.sample(names, draw.randrange(1, 8))),
            year=draw.randrange(1985, 2026),
            journal=model.journal,
            volume=str(draw.randrange(1, 400)),
            issue=draw.choice([None, "1", "2", "3", "4", "Suppl 1"]),
            pages=draw.choice([None, f"{first}-{first + draw.randrange(1, 20)}", f"e{first}"]),
            doi=f"10.{draw.randrange(1000, 1100)}/{draw.randrange(10**8)}"
            if draw.random() < 0.6
            else None,
            abstract=". ".join(draw.sample(told, 8)) if draw.random() < 0.8 else None,
        )
        copies = draw.choice([0, 0, 0, 0, 1, 1, 2])
        yield work, record
        made += 1
        for _ in range(min(copies, count - made)):
            yield work, replace(rewritten(record, draw), id=f"{seed}-{made}")
            made += 1
        work += 1


def rewritten(record: Record, draw: random.Random) -> Record:
    """Write a record as another source does."""
    changes = {
        "title": lambda: record.title.upper() if draw.random() < 0.3 else record.title + ".",
        "authors": lambda: tuple(a.replace(",", "").replace(".", "") for a in record.authors),
        "journal": lambda: " ".join(w[:4] for w in (record.journal or "").split()) or None,
        "pages": lambda: (record.pages or "").split("-")[0] or None,
        "doi": lambda: None,
        "issue": lambda: None,
        "abstract": lambda: None,
    }
    chosen = draw.sample(sorted(changes), 3)
    return replace(record, **{name: changes[name]() for name in chosen})


def measured(part: str, *args: object) -> dict[str, float]:
    """Run one part in a process of its own."""
    command = [sys.executable, __file__, "--part", part, *map(str, args)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def run_part(part: str, given: list[str]) -> None:
    """Do one part and print what it took."""
    count, fresh = int(given[0]), int(given[1]) if len(given) > 1 else 0
    records = [record for _, record in works(count, 1)]
    truth = [work for work, _ in works(count, 1)]
    said: dict[str, float] = {"duplicates": count - len(set(truth))}
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if part == "whole":
        start, cpu = time.perf_counter(), time.process_time()
        found = deduplicate(records)
        said |= {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
        said["removed"] = sum(len(c) - 1 for c in found.clusters)
        home = {r.id: w for r, w in zip(records, truth, strict=True)}
        said["mixed"] = sum(len({home[i] for i in c}) > 1 for c in found.clusters)
        said["compared"] = found.compared
        said["asked"] = len(found.questions)
    elif part == "review":
        said |= in_a_review(records, again(records, fresh))
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index.duckdb"
            index = Index(path)
            before = update(index, since=index.add(records)).clusters
            index.close()
            new = again(records, fresh)
            said["index_mb"] = path.stat().st_size / 1e6
            start, cpu = time.perf_counter(), time.process_time()
            index = Index(path)
            found = update(index, since=index.add(new), before=before)
            said |= {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
            said["removed"] = len({m.b for m in found.merges} | {m.a for m in found.merges})
            index.close()
    said["mb_before"] = base
    said["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(said))


def again(records: list[Record], fresh: int) -> list[Record]:
    """Return new records; half of them are of works that are held already."""
    draw = random.Random(3)
    held = draw.sample(records, fresh // 2)
    new = [record for _, record in works(fresh - len(held), 2)]
    return new + [replace(rewritten(r, draw), id=f"again-{r.id}") for r in held]


def in_a_review(records: list[Record], new: list[Record]) -> dict[str, float]:
    """Deduplicate a review, import new records, and measure its next deduplication as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "review"
        for name, some in (("first", records), ("second", new)):
            write_records(some, Path(folder) / f"{name}.ris", format="ris")
            search = SearchRun(id=name, source=name, kind="database", date="2026-01-31")
            if name == "first":
                ranvier.new(place, id="large", title="Large", actor="person:a").close()
            with ranvier.open(place) as review:
                review.import_records(Path(folder) / f"{name}.ris", search, actor="person:a")
                if name == "first":
                    review.deduplicate(actor="person:a")
        start, cpu = time.perf_counter(), time.process_time()
        with ranvier.open(place) as review:
            found = review.deduplicate(actor="person:a")
        spent = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    return spent | {"removed": found.merged, "asked": found.asked}


def peer(home: Path, count: int) -> dict[str, float]:
    """Let bib-dedupe deduplicate the same records."""
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        install = [python, "-m", "pip", "install", "-q", "bib-dedupe==0.11.0"]
        subprocess.run(install, check=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.csv"
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            for _, r in works(count, 1):
                writer.writerow(
                    [r.id, "article", r.title, " and ".join(r.authors), r.year, r.journal or "",
                     r.volume or "", r.issue or "", r.pages or "", r.doi or "", r.abstract or ""]
                )  # fmt: skip
        command = [python, "-c", PEER, file]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--fresh", type=int, default=500)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--peer-home", type=Path, default=ROOT / "build" / "bib-dedupe")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        run_part(options.part, options.given)
        return
    table = Table("what", "CPU s", "wall s", "peak MB", "removed", "of", box=None)
    rows = [(f"ranvier, {options.records:,} records", measured("whole", options.records))]
    if options.peer:
        theirs = peer(options.peer_home, options.records)
        rows.append((f"bib-dedupe 0.11, {options.records:,} records", theirs))
    if options.large:
        rows.append((f"ranvier, {options.large:,} records", measured("whole", options.large)))
        rows.append(
            (
                f"ranvier, {options.fresh:,} new into {options.large:,}",
                measured("update", options.large, options.fresh),
            )
        )
        rows.append(
            (
                f"the same in a review, opened, read and recorded ({options.large:,})",
                measured("review", options.large, options.fresh),
            )
        )
    for name, m in rows:
        peak = f"{m['mb']:.0f}" if "mb" in m else ""
        table.add_row(
            name, f"{m['cpu']:.2f}", f"{m['wall']:.2f}", peak, f"{m['removed']:.0f}",
            f"{m['duplicates']:.0f}" if "duplicates" in m else "",
        )  # fmt: skip
    Console().print(table)
    for name, m in rows:
        print(name, json.dumps(m))
    if options.peer:
        print(f"bib-dedupe takes {rows[1][1]['cpu'] / rows[0][1]['cpu']:.0f} times the CPU time")


if __name__ == "__main__":
    main()
