"""tau2 of many rearrangements of one data set: as they share weights, sums are one product."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import profile
from ranvier.stats.maximum import APART, FEWEST, MOST, solve_between

__all__ = ["tau2_of_rearrangements"]

Array = NDArray[np.float64]

#: Multiplications in one product of matrices: above, threads of the linear algebra wait for others.
PRODUCT = 250_000


def tau2_of_rearrangements(
    batch: Batch, method: Literal["ML", "REML"], moved: Batch | None = None
) -> Vector:
    """Find the highest maximum of each data set's likelihood, where all have the same variances.

    The score is scanned on one grid for all, each of its sums a product of matrices; between the
    points where it changes sign, Newton's method goes on for each by itself. The maxima are those
    of :func:`ranvier.stats.maximum.highest_maximum`.

    Parameters
    ----------
    batch : Batch
        Without padding; every row of ``v`` is the same.
    method : {"ML", "REML"}
        Which likelihood.
    moved : Batch or None
        The same data sets with their rows in another order, if that makes Newton's steps faster.
    """
    v, sets = batch.v[0], len(batch.y)
    lowest = float(v.min())
    free = len(v) - batch.p
    spread = (batch.y**2).sum(axis=1).max()
    upper = float(spread / free + v.max())
    points = min(max(math.ceil(math.log(upper / lowest + 1) / math.log(APART)), FEWEST), MOST)
    grid = lowest * ((upper / lowest + 1) ** (np.arange(points + 1) / points) - 1)
    w = 1 / (v + grid[:, None])
    step = max(1, PRODUCT // (w.size * batch.p * (batch.p + 1) // 2))
    blocks = (np.arange(i, min(i + step, sets)) for i in range(0, sets, step))
    slope = np.concatenate([_scores(batch.rows(rows), w, method).T for rows in blocks])  # (B, G)
    top = (slope[:, :-1] > 0) & (slope[:, 1:] <= 0)
    at_zero = slope[:, 0] <= 0
    maxima = top.sum(axis=1) + at_zero
    tau2 = np.zeros(len(slope))
    b, g = np.nonzero(top)
    if not len(b):
        return tau2
    ends = (grid[g], grid[g + 1], slope[b, g], slope[b, g + 1])
    roots = solve_between((moved or batch).rows(b), method, *ends, np.full(len(b), lowest))
    several = maxima[b] > 1
    tau2[b[~several]] = roots[~several]
    if several.any():
        rows = np.concatenate([np.flatnonzero(at_zero & (maxima > 1)), b[several]])
        values = np.concatenate([np.zeros(len(rows) - int(several.sum())), roots[several]])
        heights = profile(batch.rows(rows), values[:, None], method)[:, 0]
        order = np.argsort(heights)  # The highest is written last.
        tau2[rows[order]] = values[order]
    return tau2


def _scores(batch: Batch, w: Matrix, method: Literal["ML", "REML"]) -> Matrix:
    """Slopes of the log-likelihoods (times two) at G weightings of B data sets, shape (G, B)."""
    y, X = batch.y, batch.X
    sets, k, p = X.shape
    pairs = [(i, j) for i in range(p) for j in range(i, p)]

    def summed(weights: Matrix, columns: Array) -> Array:
        """Weighted sums of columns (n, k, B), shape (n, G, B)."""
        flat = columns.transpose(1, 0, 2).reshape(k, -1)
        return (weights @ flat).reshape(len(weights), -1, sets).transpose(1, 0, 2)

    turned = np.ascontiguousarray(X.transpose(2, 1, 0))  # (p, k, B)
    products = np.stack([turned[i] * turned[j] for i, j in pairs])
    pulled = turned * y.T
    squares = w**2
    cross, right = summed(w, products), summed(w, pulled)
    cross2, right2 = summed(squares, products), summed(squares, pulled)
    total = (squares @ (y**2).T) if batch.mean else (squares @ (y[0] ** 2))[:, None]
    place = {pair: n for n, pair in enumerate(pairs)}
    inverse = _inverse(cross, place, p)

    def entry(i: int, j: int) -> int:
        return place[min(i, j), max(i, j)]

    beta = [sum((inverse[entry(i, j)] * right[j] for j in range(p)), np.zeros(1)) for i in range(p)]
    form = total - 2 * sum((beta[i] * right2[i] for i in range(p)), np.zeros(1))
    trace = np.zeros(1)
    for i in range(p):
        for j in range(p):
            form = form + beta[i] * beta[j] * cross2[entry(i, j)]
            trace = trace + inverse[entry(i, j)] * cross2[entry(i, j)]
    lost = w.sum(axis=1)[:, None]
    return form - lost + trace if method == "REML" else form - lost


def _inverse(cross: Array, place: dict[tuple[int, int], int], p: int) -> Array:
    """Invert symmetric matrices held as their upper triangles, (n, G, B), by sweeping."""
    full = [[cross[place[min(i, j), max(i, j)]] for j in range(p)] for i in range(p)]
    for s in range(p):
        pivot = 1 / full[s][s]
        row = [full[s][j] * pivot for j in range(p)]
        full = [
            [
                pivot if i == s == j
                else row[j] if i == s
                else -full[i][s] * pivot if j == s
                else full[i][j] - full[i][s] * row[j]
                for j in range(p)
            ]
            for i in range(p)
        ]  # fmt: skip
    return np.stack([full[i][j] for i, j in place])
