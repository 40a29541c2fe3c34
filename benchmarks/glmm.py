"""How fast mixed models of counts are beside metafor's: the same data, one run, CPU time.

Run ``python benchmarks/glmm.py [--repeats 5]``. Each model is fitted through the public function,
with its full result, by ranvier and, in one process of R, by ``rma.glmm`` of the metafor installed
there; the process's start is not counted. The exact conditional model of R needs numbers of the
noncentral hypergeometric distribution: its own slow ones where the package BiasedUrn is missing.
The ratio is R's median time over ours.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from ranvier.stats import rma_glmm

CATHETERS = {  # dat.nielweise2007
    "ai": [0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4],
    "n1i": [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64],
    "ci": [3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1],
    "n2i": [117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69],
}
STROKE = {  # dat.hart1999, placebo-controlled trials
    "x1i": [9, 8, 3, 6, 7, 20],
    "t1i": [413, 263, 487, 237, 489, 507],
    "x2i": [19, 19, 13, 9, 23, 50],
    "t2i": [398, 245, 435, 241, 483, 405],
}
HYPERHIDROSIS = {  # dat.pritz1997
    "xi": [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6],
    "ni": [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10],
}
RATES = {"xi": STROKE["x1i"], "ti": STROKE["t1i"]}
CASES: tuple[tuple[str, str | None, dict[str, list[int]]], ...] = (
    ("OR", "UM.FS", CATHETERS),
    ("OR", "UM.RS", CATHETERS),
    ("OR", "CM.AL", CATHETERS),
    ("OR", "CM.EL", CATHETERS),
    ("IRR", "UM.FS", STROKE),
    ("IRR", "UM.RS", STROKE),
    ("IRR", "CM.EL", STROKE),
    ("PLO", None, HYPERHIDROSIS),
    ("IRLN", None, RATES),
)


def ours(measure: Any, model: Any, data: dict[str, Any], repeats: int) -> float:
    """Median CPU seconds of one fit."""
    chosen = {} if model is None else {"model": model}
    times: list[float] = []
    for _ in range(repeats + 1):
        start = time.process_time()
        rma_glmm(measure, **data, **chosen)
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def in_r(repeats: int) -> tuple[str, list[float]]:
    """Version of metafor, and its median CPU seconds of each case."""
    fits: list[str] = []
    for measure, model, data in CASES:
        columns = ", ".join(f"{name}=c({', '.join(map(str, x))})" for name, x in data.items())
        chosen = "" if model is None else f", model='{model}'"
        slow = ""
        if (measure, model) == ("OR", "CM.EL"):
            slow = ", control=if (exact) list() else list(dnchgcalc='dnoncenhypergeom')"
        fits.append(f"function() rma.glmm(measure='{measure}', {columns}{chosen}{slow})")
    script = f"""
suppressMessages(library(metafor))
exact <- requireNamespace("BiasedUrn", quietly=TRUE)
fits <- list({", ".join(fits)})
took <- sapply(fits, function(f) median(sapply(seq_len({repeats}), function(i) {{
  t <- system.time(suppressWarnings(suppressMessages(f()))); t[[1]] + t[[2]] }})))
cat(sprintf('{{"metafor": "%s", "took": [%s]}}', packageVersion("metafor"),
    paste(took, collapse=", ")))
"""
    run = ["Rscript", "-e", script]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    found = json.loads(said)
    return found["metafor"], found["took"]


def main() -> None:
    """Print both times of each model, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    if shutil.which("Rscript") is None:
        parser.error("Rscript is not installed; install R with the packages metafor and lme4.")
    version, theirs = in_r(repeats)
    table = Table("measure", "model", f"metafor {version} (ms)", "ranvier (ms)", "ratio")
    ratios: list[float] = []
    for (measure, model, data), slow in zip(CASES, theirs, strict=True):
        fast = ours(measure, model, data, repeats)
        ratios.append(slow / fast)
        table.add_row(
            measure, model or "-", f"{1e3 * slow:.1f}", f"{1e3 * fast:.2f}", f"{ratios[-1]:.0f}"
        )
    console = Console()
    console.print(table)
    console.print(f"smallest ratio {min(ratios):.0f}")


if __name__ == "__main__":
    main()
