"""Coordinate descent, compiled by Numba: the steps are those of :mod:`ranvier.ranking.descent`."""

# Numba has no stubs: what it hands back has no types for pyright.
# pyright: reportUntypedFunctionDecorator=false, reportMissingTypeStubs=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportMissingImports=false

from __future__ import annotations

from numba import njit

__all__ = ["add_rows", "descend", "descend_words"]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def descend(pairs, signs, ridge, alpha, margin, settled, sweeps):
    """Minimise the dual in place; return how many steps were taken."""
    steps = 0
    for _ in range(sweeps):
        moved = False
        for j in range(len(signs)):
            slope = signs[j] * margin[j] - 1.0 + alpha[j] * ridge[j]
            if (alpha[j] <= 0.0 and slope >= 0.0) or abs(slope) < settled:
                continue
            new = max(0.0, alpha[j] - slope / (pairs[j, j] + ridge[j]))
            by = (new - alpha[j]) * signs[j]
            row = pairs[j]
            for k in range(len(margin)):
                margin[k] += by * row[k]
            alpha[j] = new
            moved = True
            steps += 1
        if not moved:
            break
    return steps


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def add_rows(rows, places, by, margin):
    """Add rows, each times a number, to a margin in place; four at a time, to spare memory."""
    whole = len(places) // 4 * 4
    for j in range(0, whole, 4):
        p, q, r, s = rows[places[j]], rows[places[j + 1]], rows[places[j + 2]], rows[places[j + 3]]
        a, b, c, d = by[j], by[j + 1], by[j + 2], by[j + 3]
        for k in range(len(margin)):
            margin[k] += (a * p[k] + b * q[k]) + (c * r[k] + d * s[k])
    for j in range(whole, len(places)):
        row, b = rows[places[j]], by[j]
        for k in range(len(margin)):
            margin[k] += b * row[k]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def descend_words(starts, columns, values, signs, ridge, alpha, weights, settled, sweeps):
    """Minimise the dual in place, by the weights of words; return how many steps were taken."""
    steps = 0
    for _ in range(sweeps):
        moved = False
        for j in range(len(signs)):
            margin = weights[-1]
            for k in range(starts[j], starts[j + 1]):
                margin += weights[columns[k]] * values[k]
            slope = signs[j] * margin - 1.0 + alpha[j] * ridge[j]
            if (alpha[j] <= 0.0 and slope >= 0.0) or abs(slope) < settled:
                continue
            square = 1.0
            for k in range(starts[j], starts[j + 1]):
                square += values[k] * values[k]
            new = max(0.0, alpha[j] - slope / (square + ridge[j]))
            by = (new - alpha[j]) * signs[j]
            for k in range(starts[j], starts[j + 1]):
                weights[columns[k]] += by * values[k]
            weights[-1] += by
            alpha[j] = new
            moved = True
            steps += 1
        if not moved:
            break
    return steps
