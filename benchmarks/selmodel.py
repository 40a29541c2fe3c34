"""Selection models beside metafor, in one run: CPU time of the full public result.

Run ``python benchmarks/selmodel.py``. Needs Rscript with metafor and jsonlite. The data are
pairs of effects and variances drawn from a seed and selected by their p values. Ours is timed as
in a session that has loaded Numba (the extra ``fast``), which selection in steps then uses.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from ranvier.stats import selmodel

TYPES = ("beta", "halfnorm", "negexp", "logistic", "power", "stepfun")
SIZES = (15, 50)
SCRIPT = """
suppressMessages({library(metafor); library(jsonlite)})
sets <- fromJSON(commandArgs(TRUE)[1], simplifyVector = FALSE)
out <- lapply(sets, function(s) {
  x <- rma(unlist(s$yi), unlist(s$vi), method = "ML")
  t <- system.time(f <- try(suppressWarnings(do.call(selmodel, c(list(x, type = s$type),
    if (s$type == "stepfun") list(steps = .025)))), silent = TRUE))
  list(seconds = sum(t[1:2]), ll = if (inherits(f, "try-error")) NA else c(logLik(f)))
})
cat(toJSON(list(version = as.character(packageVersion("metafor")), fits = out), digits = I(15),
  auto_unbox = TRUE))
"""


def drawn(k: int) -> tuple[list[float], list[float]]:
    """Effects around 0.2, of which those that are not significant are seen four times in ten."""
    rng = np.random.default_rng(k)
    y: list[float] = []
    v: list[float] = []
    while len(y) < k:
        var = float(rng.uniform(0.01, 0.2))
        effect = float(rng.normal(0.2, np.sqrt(0.05 + var)))
        if ndtr(-effect / np.sqrt(var)) <= 0.025 or rng.random() < 0.4:
            y.append(effect)
            v.append(var)
    return y, v


def main() -> None:
    sets = [
        {"type": name, "yi": y, "vi": v} for k in SIZES for y, v in (drawn(k),) for name in TYPES
    ]
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "sets.json", Path(folder) / "run.R"
        data.write_text(json.dumps(sets))
        script.write_text(SCRIPT)
        done = subprocess.run(
            ["Rscript", str(script), str(data)], capture_output=True, text=True, check=True
        )
    theirs = json.loads(done.stdout)
    print(f"metafor {theirs['version']}; CPU milliseconds a fit, ours the mean of five")
    worst = float("inf")
    importlib.import_module("numba")
    selmodel(sets[0]["yi"], sets[0]["vi"], type="beta")
    selmodel(sets[0]["yi"], sets[0]["vi"], type="stepfun", steps=0.025)
    for case, r in zip(sets, theirs["fits"], strict=True):
        began = time.process_time()
        for _ in range(5):
            fit = selmodel(
                case["yi"],
                case["vi"],
                type=case["type"],
                steps=0.025 if case["type"] == "stepfun" else None,
            )
        ours = (time.process_time() - began) / 5
        ratio = r["seconds"] / ours
        worst = min(worst, ratio)
        theirs_ll = "failed" if r["ll"] in (None, "NA") else f"{r['ll']:.6f}"
        print(
            f"{case['type']:<9} k = {len(case['yi']):<4} metafor {1000 * r['seconds']:8.1f}  "
            f"ours {1000 * ours:7.1f}  ratio {ratio:6.1f}   "
            f"log-likelihood {theirs_ll} and {fit.loglik:.6f}"
        )
    print(f"least ratio {worst:.1f}")
    sys.exit(0 if worst >= 10 else 1)


if __name__ == "__main__":
    main()
