"""The highest maximum of the likelihood of tau2, for many data sets at once."""

from __future__ import annotations

import importlib.util
import math
import sys
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import profile, score, score_and_bend, upper_bound

__all__ = ["Engine", "engine_for", "highest_maximum", "solve_between"]

#: ``compiled`` needs the extra ``ranvier[fast]``; both give the same maxima to the last digits.
Engine = Literal["numpy", "compiled"]

#: Points of the scan are this factor apart in t + min v: the likelihood is a function of t + v.
APART = 1.25
FEWEST, MOST = 16, 256
#: Newton's next step would be the square of this one: below the digits of a double.
SETTLED = 1e-9
#: Above this many effects, loading the compiled search pays.
WORTH_LOADING = 50_000
#: Numbers held at a time in a scan, so that they stay in the processor's cache.
AT_ONCE = 100_000


def engine_for(batch: Batch) -> Engine:
    """Choose how the maxima are searched for: compiled once that is loaded, or is worth it."""
    if "ranvier.stats.compiled" in sys.modules:
        return "compiled"
    large = batch.y.size * batch.p >= WORTH_LOADING
    return "compiled" if large and importlib.util.find_spec("numba") else "numpy"


def highest_maximum(
    batch: Batch, method: Method, engine: Engine | None = None
) -> tuple[Vector, NDArray[np.intp]]:
    """Find the highest of all maxima on tau2 >= 0, and how many there are.

    Bracketed, because Fisher scoring can jump across the root for ever (y = 0, 0, 0, 0, 1;
    v = 1, 1, 1, 1, 1/8) and, like any hill climbing, end on the lower of two maxima
    (y = 0, 0, 0, 2.5, 0.25, -2; v = 1, 1, 1, 1.5, 0.125, 1). The score is scanned up to a bound
    above which it cannot be positive, at points a factor apart in t + min v.
    """
    v = batch.v if batch.full else np.where(batch.mask, batch.v, np.inf)
    lowest = v.min(axis=1)
    upper = upper_bound(batch, batch.k - batch.p)
    if (engine or engine_for(batch)) == "compiled":
        from ranvier.stats.compiled import search

        tau2, maxima = search(batch, method, lowest, upper, (APART, FEWEST, MOST), SETTLED)
        several = maxima > 1
        if several.any():
            tau2[several] = _search(batch.rows(several), method, lowest[several], upper[several])[0]
        return tau2, maxima
    return _search(batch, method, lowest, upper)


def _search(
    batch: Batch, method: Method, lowest: Vector, upper: Vector
) -> tuple[Vector, NDArray[np.intp]]:
    """Scan, bracket each change of sign, solve, and compare the likelihoods."""
    ratio = upper / lowest + 1
    points = min(max(math.ceil(math.log(ratio.max()) / math.log(APART)), FEWEST), MOST)
    share = np.arange(points + 1) / points
    grid = lowest[:, None] * (ratio[:, None] ** share - 1)
    slope = _scan(batch, grid, method)
    top = (slope[:, :-1] > 0) & (slope[:, 1:] <= 0)
    at_zero = slope[:, 0] <= 0
    maxima = np.asarray(top.sum(axis=1) + at_zero, dtype=np.intp)
    b, g = np.nonzero(top)
    tau2 = np.zeros(len(upper))
    if not len(b):
        return tau2, maxima
    ends = (grid[b, g], grid[b, g + 1], slope[b, g], slope[b, g + 1])
    if batch.mean and len(b) == 1:
        row = batch.mask[b[0]]
        roots = np.array([_newton_one(batch.y[b[0], row], batch.v[b[0], row], method, *ends)])
    else:
        part = batch if len(b) == len(upper) and maxima.max() == 1 else batch.rows(b)
        roots = solve_between(part, method, *ends, lowest[b])
    several = maxima[b] > 1
    tau2[b[~several]] = roots[~several]
    if several.any():
        rows = np.concatenate([np.flatnonzero(at_zero & (maxima > 1)), b[several]])
        values = np.concatenate([np.zeros(len(rows) - several.sum()), roots[several]])
        heights = profile(batch.rows(rows), values[:, None], method)[:, 0]
        best = np.full(len(upper), -np.inf)
        for row, value, height in zip(rows, values, heights, strict=True):
            if height > best[row]:
                best[row], tau2[row] = height, value
    return tau2, maxima


def _scan(batch: Batch, grid: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """Evaluate the score at all points of a grid."""
    if batch.y.size * grid.shape[1] <= AT_ONCE:
        return score(batch, grid, method)
    return np.stack([score(batch, t, method) for t in grid.T], axis=1)


def solve_between(
    batch: Batch,
    method: Method,
    low: Vector,
    high: Vector,
    at_low: Vector,
    at_high: Vector,
    lowest: Vector,
) -> Vector:
    """Solve for the root between each pair of bounds by Newton's method, never leaving them."""
    t = low + (high - low) * at_low / (at_low - at_high)
    for _ in range(100):
        f, bend = score_and_bend(batch, t, method)
        up = f > 0
        low, high = np.where(up, t, low), np.where(up, high, t)
        step = -f / np.where(bend < 0, bend, -np.inf)
        settled = (f == 0) | ((bend < 0) & (np.abs(step) <= SETTLED * (t + lowest)))
        inside = (t + step > low) & (t + step < high) & (bend < 0)
        t = np.where(settled | inside, np.clip(t + step, low, high), (low + high) / 2)
        settled |= high - low <= 4 * np.spacing(high)
        if settled.all():
            return t
    raise ConvergenceError("The maximum of the likelihood was not found.", last=float(t[0]))


def _newton_one(
    y: Vector,
    v: Vector,
    method: Method,
    lows: Vector,
    highs: Vector,
    at_lows: Vector,
    at_highs: Vector,
) -> float:
    """Do the same for one mean: a single fit would else spend its time on arrays of one number."""
    low, high, lowest = float(lows[0]), float(highs[0]), float(v.min())
    at_low, at_high = float(at_lows[0]), float(at_highs[0])
    t = low + (high - low) * at_low / (at_low - at_high)
    for _ in range(100):
        w = 1 / (v + t)
        s1, s2 = float(w.sum()), float(w @ w)
        u = w * (y - float(w @ y) / s1)
        wu, ww = w * u, w * w
        f, bend = float(u @ u) - s1, s2 - 2 * float(wu @ u) + 2 * float(w @ u) ** 2 / s1
        if method == "REML":
            f, bend = f + s2 / s1, bend - 2 * float(ww @ w) / s1 + (s2 / s1) ** 2
        low, high = (t, high) if f > 0 else (low, t)
        step = -f / bend if bend < 0 else math.inf
        if f == 0 or abs(step) <= SETTLED * (t + lowest):
            return min(max(t + step, low), high) if bend < 0 else t
        t = t + step if low < t + step < high else (low + high) / 2
        if high - low <= 4 * np.spacing(high):
            return t
    raise ConvergenceError("The maximum of the likelihood was not found.", last=t)
