"""Maximise a sum over studies by Newton's method, in O(k): each study may have its own parameter.

The Hessian is an arrow: shared parameters meet all, a study's own parameter meets only them. It is
taken by central differences of the gradient, all of them in one evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.glmm.marginal import Structure, marginal

__all__ = ["Arrow", "Maximum", "maximise"]

#: Of the central differences: errors of about 1e-10 relative.
STEP = 1e-5
MOST_STEPS = 200
#: Newton decrement at which the maximum is reached: that much of log-likelihood is left.
ENOUGH = 1e-12
#: No parameter moves farther in one step.
FARTHEST = 2.0
#: A standard deviation of log odds or log rates beyond this grows for ever.
LARGEST_SD = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """Minus a Hessian: of the shared parameters (n, n), own with shared (n, k), own (k,)."""

    shared: Matrix
    cross: Matrix | None
    own: Vector | None

    def reduced(self) -> Matrix:
        """Information on the shared parameters, the studies' own being estimated."""
        if self.cross is None or self.own is None:
            return self.shared
        return self.shared - (self.cross / self.own) @ self.cross.T


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the likelihood is highest: parameters, value without constants, minus the Hessian.

    ``free`` are the places of the parameters that were not held; `information` is of those.
    """

    shared: Vector
    own: Vector | None
    value: float
    free: tuple[int, ...]
    information: Arrow
    steps: int


def _evaluate(
    m: Structure, shared: Vector, own: Vector | None, free: tuple[int, ...]
) -> tuple[float, Vector, Vector | None, Arrow]:
    """Value, gradient and minus the Hessian."""
    n, extra = len(free), 0 if own is None else 1
    columns = 1 + 2 * (n + extra)
    s = np.repeat(shared[:, None], columns, axis=1)
    o = None if own is None else np.repeat(own[:, None], columns, axis=1)
    steps = np.array([STEP * max(1.0, abs(shared[i])) for i in free])
    for c, i in enumerate(free):
        s[i, 1 + 2 * c] += steps[c]
        s[i, 2 + 2 * c] -= steps[c]
    if o is not None:
        o[:, -2] += STEP
        o[:, -1] -= STEP
    value, gradient = marginal(m, s, o)
    of_shared = gradient[list(free)]
    total = of_shared.sum(axis=1)
    slope = -(total[:, 1 : 1 + 2 * n : 2] - total[:, 2 : 2 + 2 * n : 2]) / (2 * steps)
    whole = (slope + slope.T) / 2
    if own is None:
        return float(value[:, 0].sum()), total[:, 0], None, Arrow(whole, None, None)
    cross = -(of_shared[:, :, -2] - of_shared[:, :, -1]) / (2 * STEP)
    alone = -(gradient[-1][:, -2] - gradient[-1][:, -1]) / (2 * STEP)
    return float(value[:, 0].sum()), total[:, 0], gradient[-1][:, 0], Arrow(whole, cross, alone)


def _direction(g: Vector, g_own: Vector | None, a: Arrow) -> tuple[Vector, Vector | None, float]:
    """Newton's step, turned uphill where the surface is not concave, and its decrement."""
    if a.own is None or a.cross is None or g_own is None:
        whole, right, own = a.shared, g, None
    else:
        own = np.maximum(np.abs(a.own), 1e-10)
        whole = a.shared - (a.cross / own) @ a.cross.T
        right = g - (a.cross / own) @ g_own
    values, vectors = np.linalg.eigh(whole)
    floor = 1e-10 * max(1.0, float(np.abs(values).max())) if len(values) else 1.0
    step = vectors @ ((vectors.T @ right) / np.maximum(np.abs(values), floor))
    rise = float(right @ step)
    if own is None or a.cross is None or g_own is None:
        return step, None, rise
    step_own = (g_own - a.cross.T @ step) / own
    return step, step_own, rise + float((g_own**2 / own).sum())


def maximise(m: Structure, shared: Vector, own: Vector | None, *, free: tuple[int, ...]) -> Maximum:
    """Climb from a start to a maximum over the free shared parameters and all own ones.

    Raises
    ------
    ConvergenceError
        If the likelihood still rises after many steps.
    """
    shared = shared.copy()
    places = list(free)
    value, g, g_own, a = _evaluate(m, shared, own, free)
    for count in range(MOST_STEPS):
        step, step_own, rise = _direction(g, g_own, a)
        if rise <= ENOUGH * max(1.0, abs(value) * 1e-2):
            return Maximum(shared, own, value, free, a, count)
        longest = max(
            float(np.abs(step).max(initial=0.0)),
            0.0 if step_own is None else float(np.abs(step_own).max(initial=0.0)),
        )
        share = min(1.0, FARTHEST / longest)
        for _ in range(40):
            new = shared.copy()
            new[places] += share * step
            new_own = None if own is None or step_own is None else own + share * step_own
            found = _evaluate(m, new, new_own, free)
            if np.isfinite(found[0]) and found[0] >= value - 1e-12 * max(1.0, abs(value)):
                break
            share /= 4
        else:
            return Maximum(shared, own, value, free, a, count)
        shared, own = new, new_own
        value, g, g_own, a = found
        if float(np.abs(shared[m.p :]).max(initial=0.0)) > LARGEST_SD:
            raise ConvergenceError(
                "The variance between studies grows without bound.",
                last=float(np.abs(shared[m.p :]).max()),
                remedy="Its studies are too few or too different: take method='EE', another "
                "model, or exact_odds_ratio.",
            )
    raise ConvergenceError(
        "The likelihood of the counts still rises after many steps.",
        last=value,
        remedy="Look for groups without events or without non-events in almost all studies.",
    )
