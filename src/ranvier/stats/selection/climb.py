"""The highest of several maxima inside bounds: Newton's method from many starts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Matrix, Vector

__all__ = ["Summit", "climb", "curvature"]

#: Values (B,) and gradients (B, P) at B points (B, P).
Function = Callable[[Matrix], tuple[NDArray[np.float64], NDArray[np.float64]]]

#: Differences of gradients are taken over this much of the scale of a parameter.
STEP = 1e-4
MAX_STEPS = 150
#: A climb is over when the next step would gain less.
GAIN = 1e-13
#: After so many steps, climbs that cannot reach the highest any more are given up: those that are
#: lower by more than so many times what their next step promises.
PATIENCE, HOPE = 8, 50
#: Along a ridge that rises to a bound, Newton's steps are too short.
LENGTHS = np.array([1.0, 3.0, 10.0, 30.0])
#: Two summits are one if they are nearer, on the scale of the parameters.
SAME = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summit:
    """The highest point found.

    Attributes
    ----------
    x : Vector
        Where it is.
    value : float
        How high.
    maxima : int
        How many different ones the climbs ended on.
    settled : bool
        Whether its climb was over.
    """

    x: Vector
    value: float
    maxima: int
    settled: bool


def curvature(f: Function, x: Matrix, width: Matrix) -> NDArray[np.float64]:
    """Second derivatives at B points (B, P, P), by central differences of the gradient."""
    B, P = x.shape
    moves = np.eye(P) * width[:, None, :]
    points = np.concatenate([x[:, None] + moves, x[:, None] - moves], axis=1)
    _, grad = f(points.reshape(-1, P))
    grad = grad.reshape(B, 2 * P, P)
    H = (grad[:, :P] - grad[:, P:]) / (2 * width[:, :, None])
    return (H + np.swapaxes(H, 1, 2)) / 2


def climb(f: Function, starts: Matrix, lower: Vector, upper: Vector, scale: Vector) -> Summit:
    """Climb from every start, inside the bounds, and return the highest summit.

    Parameters
    ----------
    f : callable
        The function and its gradient, at many points.
    starts : Matrix, shape (S, P)
        Where to begin.
    lower, upper : Vector, shape (P,)
        Bounds; a parameter is fixed where they are equal.
    scale : Vector, shape (P,)
        By how much each parameter may be expected to be off.

    Examples
    --------
    >>> def hills(x):
    ...     u = x[:, 0]
    ...     return -((u**2 - 1) ** 2) + 0.1 * u, (-4 * u * (u**2 - 1) + 0.1)[:, None]
    >>> top = climb(hills, np.array([[-2.0], [2.0]]), np.array([-5.0]), np.array([5.0]),
    ...             np.array([1.0]))
    >>> round(float(top.x[0]), 4), top.maxima
    (1.0123, 2)
    """
    x = np.clip(starts, lower, upper)
    value, grad = f(x)
    usable = np.isfinite(value)
    x, value, grad = x[usable], value[usable], grad[usable]
    damping = np.full(len(x), 1e-2)
    done = np.zeros(len(x), dtype=np.bool_)
    arrived = done.copy()
    fresh = ~done
    H = np.zeros((len(x), x.shape[1], x.shape[1]))
    for count in range(MAX_STEPS):
        if done.all():
            break
        if fresh.any():
            H[fresh] = -_scaled(f, x[fresh], lower, scale)
        go = np.flatnonzero(~done)
        slope = -grad[go] * scale
        held = (
            (lower == upper) | ((x[go] <= lower) & (slope > 0)) | ((x[go] >= upper) & (slope < 0))
        )
        step, gain = _newton(H[go], np.where(held, 0.0, slope), held, damping[go])
        trial, height, trial_grad = _longest(f, x[go], step * scale, lower, upper)
        better = height >= value[go] - 1e-12 * np.abs(value[go])
        over = (gain < GAIN * (1 + np.abs(value[go]))) | (damping[go] > 1e12)
        up = go[better]
        x[up], value[up], grad[up] = trial[better], height[better], trial_grad[better]
        damping[go] = np.where(better, damping[go] / 10, damping[go] * 8)
        damping[damping < 1e-9] = 0.0
        damping[go[~better]] = np.maximum(damping[go[~better]], 1e-4)
        fresh = np.zeros(len(x), dtype=np.bool_)
        fresh[up] = True
        done[go[over]] = arrived[go[over]] = True
        if count >= PATIENCE:
            done |= _followers(x, value, scale)
            # What Newton's step promises is what is left to gain, near a summit; far off, less.
            promise = np.zeros(len(x))
            promise[go] = gain
            done |= value + HOPE * promise < value.max() - 1
    best = int(np.argmax(value))
    ends = x[arrived & (value > value[best] - 50)]
    return Summit(
        x=x[best],
        value=float(value[best]),
        maxima=_different(ends, scale),
        settled=bool(arrived[best]),
    )


def _longest(
    f: Function, x: Matrix, step: Matrix, lower: Vector, upper: Vector
) -> tuple[Matrix, NDArray[np.float64], NDArray[np.float64]]:
    """Try a step and longer ones in its direction; return the highest end of each climb."""
    B, P = x.shape
    far = np.clip(x + LENGTHS[:, None, None] * step, lower, upper)
    height, grad = f(far.reshape(-1, P))
    height, grad = height.reshape(-1, B), grad.reshape(-1, B, P)
    height = np.where(np.isnan(height), -np.inf, height)
    best, own = np.argmax(height, axis=0), np.arange(B)
    return far[best, own], height[best, own], grad[best, own]


def _scaled(f: Function, x: Matrix, lower: Vector, scale: Vector) -> NDArray[np.float64]:
    width = STEP * scale * np.ones_like(x)
    # A step over a bound could leave where the function is defined.
    room = np.where(x > lower, 0.5 * (x - lower), np.inf)
    width = np.maximum(np.minimum(width, room), 1e-9 * scale)
    return curvature(f, x, width) * np.outer(scale, scale)


def _newton(
    H: NDArray[np.float64], slope: Matrix, held: NDArray[np.bool_], damping: Vector
) -> tuple[Matrix, Vector]:
    """Step downhill (of minus the function) with damped, positive curvature; held ones stay."""
    free = ~held
    curved = H * (free[:, :, None] & free[:, None, :])
    curved = np.where(np.isfinite(curved), curved, 0.0) + np.eye(H.shape[1]) * held[:, None, :]
    w, V = np.linalg.eigh(curved)
    w = np.abs(w)
    w = np.maximum(w, 1e-12 * w.max(axis=1, keepdims=True))
    along = np.einsum("bij,bi->bj", V, slope)
    # On a long ridge the curvature is tiny; damping must not make a full stop of it.
    step = -np.einsum("bij,bj->bi", V, along / (w + damping[:, None] * (1e-3 + w)))
    return step, 0.5 * (along**2 / w).sum(axis=1)


def _followers(x: Matrix, value: Vector, scale: Vector) -> NDArray[np.bool_]:
    """Tell which climbs have come so near to a higher one that they will end there, too."""
    near = (np.abs(x[:, None] - x[None]) < SAME * scale).all(axis=2)
    higher = (value[None] > value[:, None]) | (
        (value[None] == value[:, None]) & (np.arange(len(x))[None] < np.arange(len(x))[:, None])
    )
    return (near & higher).any(axis=1)


def _different(ends: Matrix, scale: Vector) -> int:
    kept: list[Vector] = []
    for x in ends:
        if not any((np.abs(x - other) < 10 * SAME * scale).all() for other in kept):
            kept.append(x)
    return max(1, len(kept))
