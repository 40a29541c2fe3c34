"""How fast pooling is beside metafor and the Python packages: the same data, one run, CPU time.

Run ``python benchmarks/pooling.py [--share 0.1] [--peers]``. Each task goes through the public
function, with its full result, in ranvier (with NumPy alone, and with the search for tau2 compiled,
where Numba is installed) and, in one process of R, in the metafor installed there; ``--peers``
installs the Python packages in an environment of their own and times them, too. Starting and
loading are not counted. ``--share`` gives the others that share of the data sets only, and scales
their time up.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from ranvier.stats import gosh, maximum, meta_regression, rma, rma_many

Data = dict[str, Any]

PEERS = ("pimeta==1.1", "pymare==0.0.13", "PyMetaAnalysis==0.9")


def made(seed: int = 1) -> Data:
    """Draw all data sets: one of 13 studies, 10,000 of 5 to 20, one of 1,000 with a moderator."""
    rng = np.random.default_rng(seed)

    def effects(k: int, x: Any = 0.0) -> tuple[list[float], list[float]]:
        v = rng.uniform(0.01, 0.3, k)
        return (0.3 + 0.1 * x + rng.normal(size=k) * np.sqrt(v + 0.09)).tolist(), v.tolist()

    x = rng.normal(size=1000)
    return {
        "one": effects(13),
        "many": [effects(int(k)) for k in rng.integers(5, 21, 10_000)],
        "thousand": (*effects(1000, x), x.tolist()),
    }


def seconds(task: Callable[[], object], repeats: int) -> float:
    """Median CPU time of a task, after one run that is not counted."""
    task()
    times: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return float(np.median(times))


def ours(data: Data) -> dict[str, float]:
    """CPU seconds of each task with ranvier."""
    y, v = data["one"]
    ys = [np.array(pair[0]) for pair in data["many"]]
    vs = [np.array(pair[1]) for pair in data["many"]]
    big_y, big_v, x = (np.array(column) for column in data["thousand"])
    rng = np.random.default_rng(2)
    w = rng.uniform(0.01, 0.3, 100_000)
    huge = rng.normal(0.3, np.sqrt(w + 0.1))
    return {
        "single": seconds(lambda: [rma(y, v, test="knha") for _ in range(200)], 5) / 200,
        "10,000 sets": seconds(lambda: rma_many(ys, vs, test="knha"), 5),
        "k = 1,000, moderator": seconds(
            lambda: meta_regression(big_y, big_v, mods=x, test="knha"), 5
        ),
        "GOSH, 8,191 subsets": seconds(lambda: gosh(y, v, method="REML"), 5),
        "k = 100,000": seconds(lambda: rma(huge, w, test="knha"), 3),
    }


R = """
suppressMessages(library(metafor)); suppressMessages(library(jsonlite))
d <- fromJSON(file("stdin"), simplifyVector=FALSE)
vec <- function(x) unlist(x)
cpu <- function(f) { gc(FALSE); t <- system.time(f())[1:2]; sum(t) }
y <- vec(d$one[[1]]); v <- vec(d$one[[2]])
many <- lapply(d$many, function(s) list(vec(s[[1]]), vec(s[[2]])))
ty <- vec(d$thousand[[1]]); tv <- vec(d$thousand[[2]]); tx <- vec(d$thousand[[3]])
safe <- function(y, v) suppressWarnings(tryCatch(rma(y, v, test="knha"), error=function(e) NULL))
fit <- rma(y, v)
out <- list(
  single=cpu(function() for (i in 1:200) rma(y, v, test="knha")) / 200,
  many=cpu(function() for (s in many) safe(s[[1]], s[[2]])),
  thousand=cpu(function() rma(ty, tv, mods=~tx, test="knha")),
  gosh=cpu(function() suppressWarnings(gosh(fit, progbar=FALSE, subsets=d$subsets))),
  version=as.character(packageVersion("metafor")))
cat(toJSON(out, auto_unbox=TRUE, digits=NA))
"""


def in_r(data: Data, share: float) -> tuple[str, dict[str, float]]:
    """Version of metafor, and its CPU seconds of each task."""
    sets = max(1, int(share * len(data["many"])))
    subsets = max(1, int(share * 8191))
    given = {**data, "many": data["many"][:sets], "subsets": subsets}
    done = subprocess.run(
        ["Rscript", "-e", R], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return found["version"], {
        "single": found["single"],
        "10,000 sets": found["many"] * len(data["many"]) / sets,
        "k = 1,000, moderator": found["thousand"],
        "GOSH, 8,191 subsets": found["gosh"] * 8191 / subsets,
    }


PEER = """
import json, sys, time
import numpy as np
d = json.load(sys.stdin)
def cpu(f, n):
    f(); t = time.process_time()
    for _ in range(n): f()
    return (time.process_time() - t) / n
one = [np.array(x) for x in d["one"]]; many = [[np.array(x) for x in s] for s in d["many"]]
def pymare():
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator
    def fit(y, v):
        estimator = VarianceBasedLikelihoodEstimator(method="REML")
        estimator.fit_dataset(Dataset(y, v)); s = estimator.summary()
        return s.get_fe_stats(), s.get_heterogeneity_stats(), s.tau2
    return fit
def pimeta():
    from pimeta.pooling import pool_yv
    return lambda y, v: pool_yv(list(y), list(v), None, "MD", model="random", method="REML")
def pymetaanalysis():
    import meta_analyze
    return lambda y, v: meta_analyze.meta_analysis(
        effect=y, variance=v, model="random", tau2_method="REML")
out = {}
for name, make in {"PyMARE": pymare, "pimeta": pimeta, "PyMetaAnalysis": pymetaanalysis}.items():
    try:
        fit = make()
        single = cpu(lambda: fit(*one), 20)
        start = time.process_time()
        for s in many: fit(*s)
        out[name] = {"single": single, "many": time.process_time() - start}
    except Exception as error:
        out[name] = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps(out))
"""


def peers(data: Data, share: float) -> dict[str, dict[str, Any]]:
    """CPU seconds of the Python packages, in an environment made for them."""
    sets = max(1, int(share * len(data["many"])))
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True)
        given = json.dumps({"one": data["one"], "many": data["many"][:sets]})
        done = subprocess.run(
            [python, "-W", "ignore", "-c", PEER], input=given, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        name: {"single": x["single"], "10,000 sets": x["many"] * len(data["many"]) / sets}
        if "error" not in x
        else x
        for name, x in found.items()
    }


def compare(share: float, with_peers: bool) -> None:
    """Print seconds and ratios, NumPy alone first."""
    data, columns = made(), dict[str, dict[str, Any]]()
    if importlib.util.find_spec("numba"):
        threshold, maximum.WORTH_LOADING = maximum.WORTH_LOADING, sys.maxsize
        columns["NumPy"] = ours(data)
        maximum.WORTH_LOADING = threshold
        rma_many(*zip(*data["many"][:5000], strict=True))
        columns["compiled"] = ours(data)
    else:
        columns["NumPy"] = ours(data)
    others: dict[str, dict[str, Any]] = {}
    if shutil.which("Rscript"):
        version, found = in_r(data, share)
        others[f"metafor {version}"] = found
    if with_peers:
        others |= peers(data, share)
    table = Table(title="CPU time in seconds, and how many times longer than ours")
    for name in ("task", *columns, *others):
        table.add_column(name, justify="left" if name == "task" else "right")
    for task in columns["NumPy"]:
        row = [task, *(f"{found[task]:.6f}" for found in columns.values())]
        for found in others.values():
            ratios = [f"{found[task] / mine[task]:,.0f}x" for mine in columns.values()] if (
                task in found) else []  # fmt: skip
            row.append(f"{found[task]:.4f} ({', '.join(ratios)})" if ratios else "–")
        table.add_row(*row)
    console = Console(width=140)
    console.print(table)
    for name, found in others.items():
        if "error" in found:
            console.print(f"{name}: {found['error']}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--peers", action="store_true")
    chosen = options.parse_args()
    compare(chosen.share, chosen.peers)
