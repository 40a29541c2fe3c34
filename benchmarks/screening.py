"""Ranking beside ASReview's default (ELAS u4): the same sets, known records and seeds in one run.

Run ``python benchmarks/screening.py [SETS...] [--seeds 0,1,2] [--anchor FILE] [--json FILE]
[--embed]``. SETS are those of ``RANVIER_REFERENCE/screening`` unless given. ASReview 3.0.8 is
installed into an environment of its own (``--peer-home``); what it did is kept in the anchor file,
one line a simulation, and not repeated for what stands there. What earlier reviews tell is learnt
anew for each family of sets, without that family: CLEF's and Cohen's are one each. Intervals are
those of a bootstrap over sets. With ``--embed`` sentence embeddings take part (``ranvier[embed]``);
they are computed first and kept, and their CPU time is told apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import venv
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ranvier.ranking.labelled import find_sets, read_set
from ranvier.ranking.measures import draw_priors, mean_of, measure
from ranvier.ranking.ranker import Ranker
from ranvier.ranking.simulate import simulate, warm_up
from ranvier.workflow.simulate import embedded

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "validation" / "ranking"))
from learn import labelled_sets, learnt  # noqa: E402

PEER = """
import json, sys, time
import numpy as np, pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import AI_MODEL_CONFIGURATIONS
from asreview.simulation.simulate import Simulate
value = next(c["value"] for c in AI_MODEL_CONFIGURATIONS if c["name"] == "elas_u4")
for line in sys.stdin:
    job = json.loads(line)
    frame = pd.DataFrame(job["texts"], columns=["title", "abstract"])
    y = np.array(job["relevant"]).astype(int)
    begun = time.process_time()
    run = Simulate(frame, y, ActiveLearningCycle.from_meta(value), print_progress=False)
    run.label(job["known"])
    run.review()
    shown = run._results["record_id"].to_numpy()[2:]
    ranks = (np.flatnonzero(y[shown] == 1) + 1).tolist()
    print(json.dumps({"name": job["name"], "seed": job["seed"], "n": len(y) - 2,
        "k": int(y.sum()) - 1, "ranks": ranks, "cpu_seconds": time.process_time() - begun}),
        flush=True)
"""


def family(name: str) -> str:
    return name.split("_")[0] if name.startswith(("cohen_", "clef2017_")) else name


def anchored(file: Path) -> dict[tuple[str, int], dict[str, object]]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {(r["name"], r["seed"]): r for r in map(json.loads, lines)}


def run_peer(home: Path, file: Path, jobs: list[dict[str, object]]) -> None:
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "asreview==3.0.8"], check=True)
    for job in jobs:
        done = subprocess.run(
            [python, "-c", PEER], input=json.dumps(job), text=True, check=True, capture_output=True
        )
        with file.open("a") as held:
            held.write(done.stdout)


def interval(differences: list[float]) -> tuple[float, float]:
    draw = np.random.default_rng(0)
    held = np.array(differences)
    means = held[draw.integers(len(held), size=(10_000, len(held)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--anchor", type=Path, default=Path("asreview.jsonl"))
    parser.add_argument("--peer-home", type=Path, default=Path.home() / ".cache" / "asreview-3.0.8")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--embed", action="store_true")
    args = parser.parse_args()
    seeds = [int(s) for s in args.seeds.split(",")]
    known_sets = labelled_sets()
    sets = [read_set(f) for f in find_sets(args.sets)] if args.sets else known_sets
    done = anchored(args.anchor)
    jobs = [
        {"name": s.name, "seed": seed, "texts": [(t.title, t.abstract) for t in s.texts],
         "relevant": s.relevant.tolist(), "known": draw_priors(s.relevant, seed)}
        for s in sets for seed in seeds if (s.name, seed) not in done
    ]  # fmt: skip
    if jobs:
        run_peer(args.peer_home, args.anchor, jobs)
        done = anchored(args.anchor)
    if args.embed:
        sets = embedded(sets, tell=lambda done, of: print(f"\r{done} of {of}", end="", flush=True))
    warm_up()
    priors = {
        held: learnt([s for s in known_sets if family(s.name) != held])
        for held in {family(s.name) for s in sets}
    }
    ours, theirs, seconds = defaultdict(list), defaultdict(list), defaultdict(list)
    for s in sets:
        for seed in seeds:
            begun = time.process_time()
            ranker = Ranker.of(s.texts, prior=priors[family(s.name)], meanings=s.meanings)
            run = simulate(ranker, s.relevant, draw_priors(s.relevant, seed))
            spent = time.process_time() - begun
            peer = done[s.name, seed]
            counts = {"records": len(s.texts) - 2, "relevant": int(s.relevant.sum()) - 1}
            ours[s.name].append(measure(run.ranks, **counts))
            theirs[s.name].append(measure(peer["ranks"], **counts))
            seconds[s.name].append((spent, peer["cpu_seconds"]))
    table = Table("set", "WSS@95", "ELAS u4", "loss", "ELAS u4", "RRF@10", "ELAS u4", "CPU s", "u4")
    rows = []
    for name in sorted(ours, key=lambda n: mean_of(ours[n]).wss95 - mean_of(theirs[n]).wss95):
        a, b = mean_of(ours[name]), mean_of(theirs[name])
        cpu = np.mean(seconds[name], axis=0)
        rows.append((name, a, b, cpu))
        figures = (a.wss95, b.wss95, a.loss, b.loss, a.rrf10, b.rrf10)
        table.add_row(name, *(f"{x:.3f}" for x in figures), *(f"{x:.2f}" for x in cpu))
    console = Console(width=140)
    console.print(table)
    said = {}
    for field in ("wss95", "rrf10", "atd", "loss", "ndcg"):
        apart = [getattr(a, field) - getattr(b, field) for _, a, b, _ in rows]
        means = (
            float(np.mean([getattr(a, field) for _, a, _, _ in rows])),
            float(np.mean([getattr(b, field) for _, _, b, _ in rows])),
        )
        low, high = interval(apart)
        said[field] = {"ours": means[0], "elas_u4": means[1], "low": low, "high": high}
        console.print(
            f"{field}: {means[0]:.4f} beside {means[1]:.4f} (x {means[0] / means[1]:.3f}); "
            f"difference {means[0] - means[1]:+.4f} ({low:+.4f} to {high:+.4f})"
        )
    cpu = np.sum([c for *_, c in rows], axis=0)
    console.print(f"CPU: {cpu[0]:.1f} s beside {cpu[1]:.1f} s (x {cpu[1] / cpu[0]:.1f})")
    if args.embed:
        records, spent = sum(len(s.texts) for s in sets), sum(s.embedding_seconds for s in sets)
        console.print(f"Embeddings, apart: {spent:.0f} CPU s for {records} records")
    if args.json:
        sets_said = [{"name": n, "ours": asdict(a), "elas_u4": asdict(b), "cpu": list(c)}
                     for n, a, b, c in rows]  # fmt: skip
        args.json.write_text(json.dumps({"sets": sets_said, "mean": said}, indent=1))


if __name__ == "__main__":
    main()
