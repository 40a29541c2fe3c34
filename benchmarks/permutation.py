"""Permutation tests beside metafor's, in one run: CPU time, as ratios.

Run it with ``python benchmarks/permutation.py [iterations]``; it needs ``Rscript`` with metafor.
Both programs test the same data with as many rearrangements, through their public functions with
the full result; each prints its p values, which differ by chance only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ranvier.stats import permutest

#: What is measured: name, our options, metafor's.
MODELS = (
    ("one mean, REML", {}, "rma(yi, vi, data=d)"),
    ("one mean, REML, knha", {"test": "knha"}, "rma(yi, vi, data=d, test='knha')"),
    ("one moderator, REML", {"mods": "~ x"}, "rma(yi, vi, mods=~x, data=d)"),
    ("two moderators, REML, knha", {"mods": "~ x + g", "test": "knha"},
     "rma(yi, vi, mods=~x+g, data=d, test='knha')"),
    ("one moderator, DL", {"mods": "~ x", "method": "DL"},
     "rma(yi, vi, mods=~x, data=d, method='DL')"),
)  # fmt: skip


def data(k: int) -> dict[str, list]:
    """Make k studies with a moderator and a factor."""
    rng = np.random.default_rng(k)
    x = rng.normal(size=k)
    v = rng.uniform(0.02, 0.3, size=k)
    y = 0.2 + 0.2 * x + rng.normal(size=k) * np.sqrt(v + 0.05)
    return {
        "yi": y.tolist(), "vi": v.tolist(), "x": x.tolist(), "g": ["ab"[i % 2] for i in range(k)],
    }  # fmt: skip


def cpu(run: Callable[[], object]) -> tuple[float, object]:
    """Run once to warm up, then time the better of three runs."""
    run()
    best, found = float("inf"), None
    for _ in range(3):
        start = time.process_time()
        found = run()
        best = min(best, time.process_time() - start)
    return best, found


def in_r(table: dict[str, list], call: str, iterations: int) -> tuple[float, list[float]]:
    """Let metafor do the same; seconds of CPU and its p values."""
    with tempfile.TemporaryDirectory() as folder:
        columns = ", ".join(
            f"{name}=c({', '.join(repr(x) for x in values)})" for name, values in table.items()
        )
        script = Path(folder) / "run.R"
        script.write_text(
            "suppressMessages(library(metafor))\n"
            f"d <- data.frame({columns})\nr <- {call}\n"
            f"t <- system.time(p <- permutest(r, iter={iterations}, progbar=FALSE, seed=1))\n"
            "cat(t[['user.self']] + t[['sys.self']], p$pval)\n",
            encoding="utf-8",
        )
        done = subprocess.run(["Rscript", script], capture_output=True, text=True, check=True)
    seconds, *pvalues = (float(x) for x in done.stdout.split())
    return seconds, pvalues


def main(iterations: int) -> None:
    rows: list[dict[str, object]] = []
    for k in (13, 50):
        table = data(k)
        for name, options, call in MODELS:
            ours, found = cpu(
                lambda o=options, t=table: permutest(
                    t["yi"], t["vi"], data=t, exact=False, iterations=iterations, seed=1, **o
                )
            )
            theirs, pvalues = in_r(table, call, iterations)
            rows.append(
                {
                    "k": k, "model": name, "iterations": iterations, "ranvier_s": round(ours, 4),
                    "metafor_s": round(theirs, 2), "ratio": round(theirs / ours),
                    "p_ranvier": [round(float(p), 3) for p in found.pval],  # type: ignore[attr-defined]
                    "p_metafor": [round(p, 3) for p in pvalues],
                }
            )  # fmt: skip
            print(json.dumps(rows[-1]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
