"""The support vector machine on labelled records, solved in the dual by coordinate descent.

The problem is ASReview's: a squared hinge, an intercept that is penalised like a weight, and class
weights, which here change as more relevant records are known. Its dual has one variable a record
and a unique answer, so beginning where the last fit ended (one label earlier) changes the time it
takes and not what comes out.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ROUGH",
    "SETTLED",
    "SWEEPS",
    "add_rows",
    "adding",
    "class_costs",
    "descend",
    "descend_words",
    "descent",
    "descent_words",
    "familiar",
]

#: Cost of an error, and how much more all relevant records weigh together than all irrelevant
#: ones: where one relevant record is known, and where :data:`MANY` or more are. What is known
#: first says little of details and most by its relevant records; what is left in the end differs in
#: details. ASReview has 0.11 and 9.8 throughout.
COST, RATIO = (0.11, 0.33), (39.2, 9.8)
MANY = 50
#: A coordinate is settled when its gradient is this near to nothing, on the scale of the margin.
SETTLED = 1e-4
#: Near enough where one order stands for thousands: simulations give the same figures with it.
ROUGH = 1e-2
SWEEPS = 200


def class_costs(relevant: int, irrelevant: int) -> tuple[float, float]:
    """Return the cost of an error on a relevant record, and on an irrelevant one.

    Examples
    --------
    >>> yes, no = class_costs(50, 450)
    >>> round(yes * 50 / (no * 450), 1)
    9.8
    """
    known = familiar(relevant)
    cost = COST[0] * (COST[1] / COST[0]) ** known
    ratio = RATIO[0] * (RATIO[1] / RATIO[0]) ** known
    both = relevant + irrelevant
    yes = cost * both / max(relevant, 1) * ratio / (ratio + 1)
    no = cost * both / max(irrelevant, 1) / (ratio + 1)
    return yes, no


def familiar(relevant: int) -> float:
    """Return how well a review is known: 0 with one relevant record, 1 with 50 or more.

    Examples
    --------
    >>> [round(familiar(n), 2) for n in (1, 7, 50, 500)]
    [0.0, 0.5, 1.0, 1.0]
    """
    return min(1.0, math.log(max(relevant, 1)) / math.log(MANY))


def descend(
    pairs: NDArray[Any],
    signs: NDArray[np.float64],
    ridge: NDArray[np.float64],
    alpha: NDArray[np.float64],
    margin: NDArray[np.float64],
    settled: float,
    sweeps: int,
) -> int:
    """Minimise the dual in place; return how many steps were taken.

    Parameters
    ----------
    pairs : array, shape (m, m)
        Similarities of the labelled records with each other, intercept included.
    signs : array, shape (m,)
        1 for relevant, -1 for irrelevant.
    ridge : array, shape (m,)
        1 / (2 cost) of each.
    alpha : array, shape (m,)
        Where to begin, and the answer.
    margin : array, shape (m,)
        ``sum alpha_j signs_j pairs[j]`` to begin with, and in the end.
    """
    steps = 0
    for _ in range(sweeps):
        moved = False
        for j in range(len(signs)):
            slope = signs[j] * margin[j] - 1.0 + alpha[j] * ridge[j]
            if (alpha[j] <= 0.0 and slope >= 0.0) or abs(slope) < settled:
                continue
            new = max(0.0, alpha[j] - slope / (pairs[j, j] + ridge[j]))
            margin += (new - alpha[j]) * signs[j] * pairs[j]
            alpha[j] = new
            moved = True
            steps += 1
        if not moved:
            break
    return steps


def add_rows(
    rows: NDArray[Any],
    places: NDArray[np.intp],
    by: NDArray[np.float32],
    margin: NDArray[np.float64],
) -> None:
    """Add rows, each times a number, to a margin in place.

    Parameters
    ----------
    rows : array, shape (r, n)
    places : array of int, shape (k,)
        Which rows.
    by : array, shape (k,)
    margin : array, shape (n,)
    """
    for i, b in zip(places, by, strict=True):
        margin += b * rows[i]


def descend_words(
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    signs: NDArray[np.float64],
    ridge: NDArray[np.float64],
    alpha: NDArray[np.float64],
    weights: NDArray[np.float64],
    settled: float,
    sweeps: int,
) -> int:
    """Minimise the same dual where there are too many records for their similarities.

    Parameters
    ----------
    starts, columns, values : arrays
        The labelled records as rows of words: those of record j stand from ``starts[j]`` on.
    weights : array, shape (words + 1,)
        ``sum alpha_j signs_j row_j`` to begin with, and in the end; the intercept comes last.
    """
    steps = 0
    for _ in range(sweeps):
        moved = False
        for j in range(len(signs)):
            at = columns[starts[j] : starts[j + 1]]
            row = values[starts[j] : starts[j + 1]]
            slope = signs[j] * (weights[at] @ row + weights[-1]) - 1.0 + alpha[j] * ridge[j]
            if (alpha[j] <= 0.0 and slope >= 0.0) or abs(slope) < settled:
                continue
            new = max(0.0, alpha[j] - slope / (row @ row + 1.0 + ridge[j]))
            by = (new - alpha[j]) * signs[j]
            weights[at] += by * row
            weights[-1] += by
            alpha[j] = new
            moved = True
            steps += 1
        if not moved:
            break
    return steps


@cache
def descent() -> Callable[..., int]:
    """Return :func:`descend`, compiled where Numba is installed (``ranvier[fast]``)."""
    if importlib.util.find_spec("numba") is None:
        return descend
    from ranvier.ranking.compiled import descend as compiled

    return compiled


@cache
def adding() -> Callable[..., None]:
    """Return :func:`add_rows`, compiled where Numba is installed (``ranvier[fast]``)."""
    if importlib.util.find_spec("numba") is None:
        return add_rows
    from ranvier.ranking.compiled import add_rows as compiled

    return compiled


@cache
def descent_words() -> Callable[..., int]:
    """Return :func:`descend_words`, compiled where Numba is installed (``ranvier[fast]``)."""
    if importlib.util.find_spec("numba") is None:
        return descend_words
    from ranvier.ranking.compiled import descend_words as compiled

    return compiled
