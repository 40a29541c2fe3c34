"""Where the iterations of R stop, for those who must match its printed digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import UNIROOT, Method, RStops
from ranvier.stats.least_squares import Batch, wls
from ranvier.stats.likelihood import information, profile, score

__all__ = ["fisher_scoring", "q_root_by_uniroot", "uniroot"]

#: metafor looks for tau2 up to here, or further if the effects are spread wider.
TAU2_MAX = 100.0


def fisher_scoring(batch: Batch, method: Method, start: Vector, stops: RStops) -> Vector:
    """Climb the likelihood (ML, REML) or Morris's equation (EB) until tau2 hardly moves.

    Each data set stops on its own. A step below 0 is halved until it is not; where 0 has the
    higher likelihood, tau2 is 0.

    Raises
    ------
    ConvergenceError
        After as many steps as metafor takes before it says that it did not converge.
    """
    tau2 = start.copy()
    moving = np.ones(len(tau2), dtype=np.bool_)
    for _ in range(stops.steps + 1):
        fit = wls(batch, 1 / (batch.v + tau2[:, None]))
        if method == "EB":
            step = (fit.rss * batch.k / (batch.k - batch.p) - batch.k) / fit.w.sum(axis=1)
        else:
            step = score(batch, tau2, method) / information(batch, fit, method)
        step = np.where(moving, step, 0.0)
        while bool((below := tau2 + step < 0).any()):
            step = np.where(below, step / 2, step)
        tau2 = tau2 + step
        moving &= np.abs(step) > stops.threshold
        if not moving.any():
            return tau2 if method == "EB" else _zero_where_higher(batch, method, tau2, stops)
    raise ConvergenceError(
        "Fisher scoring did not settle, nor would metafor's.",
        last=float(tau2[0]),
        remedy='Use control="exact": the maximum is then bracketed.',
    )


def _zero_where_higher(batch: Batch, method: Method, tau2: Vector, stops: RStops) -> Vector:
    """Give 0 where its likelihood is above that of tau2 by more than the tolerance."""
    heights = profile(batch, np.column_stack([np.zeros_like(tau2), tau2]), method)
    higher = heights[:, 0] - heights[:, 1] > stops.tolerance
    return np.where(higher & (tau2 > stops.threshold), 0.0, tau2)


def q_root_by_uniroot(batch: Batch, target: Vector, stops: RStops) -> Vector:
    """Solve Q(tau2) = target for each data set as metafor does (PM, PMM)."""
    found = np.zeros(len(target))
    for i in range(len(target)):
        rows = batch.mask[i]
        one = Batch.of(batch.y[i, rows], batch.v[i, rows], batch.X[i, rows])

        def excess(t: float, one: Batch = one, goal: float = float(target[i])) -> float:
            return float(wls(one, 1 / (one.v + t)).rss[0]) - goal

        if excess(0.0) > 0:
            deviation = float(np.median(np.abs(one.y - np.median(one.y)))) * 1.4826
            found[i] = uniroot(excess, 0.0, max(TAU2_MAX, 10 * deviation**2), stops.tolerance)
    return found


def uniroot(
    f: Callable[[float], float], lower: float, upper: float, tolerance: float = UNIROOT
) -> float:
    """Find a root by Brent's method as R's ``uniroot`` does, stopping where it stops.

    Raises
    ------
    ConvergenceError
        If the values at the ends have the same sign.

    References
    ----------
    Brent RP (1973). Algorithms for Minimization without Derivatives, chapter 4. Englewood Cliffs:
    Prentice-Hall.

    Examples
    --------
    >>> root = uniroot(lambda x: x**2 - 2, 0, 100)
    >>> 0 < abs(root - 2**0.5) < 1e-4
    True
    """
    # b is the best point so far, a the one before it, and the root lies between b and c.
    a, b = lower, upper
    fa, fb = f(a), f(b)
    if fa == 0:
        return a
    if fb == 0:
        return b
    if (fa > 0) == (fb > 0):
        raise ConvergenceError("No change of sign between the bounds.", last=b)
    c, fc = a, fa
    while True:
        last = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        least = 2 * float(np.finfo(np.float64).eps) * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= least or fb == 0:
            return b
        if abs(last) >= least and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, last, least)
        if abs(step) < least:
            step = least if step > 0 else -least
        a, fa = b, fb
        b += step
        fb = f(b)
        if (fb > 0) == (fc > 0):
            c, fc = a, fa


def _interpolated(
    a: float, b: float, c: float, fa: float, fb: float, fc: float, last: float, least: float
) -> float:
    """Brent's step: secant or inverse quadratic if it is short enough, else the middle."""
    across = c - b
    if a == c:
        ratio = fb / fa
        p, q = across * ratio, 1 - ratio
    else:
        q, r, s = fa / fc, fb / fc, fb / fa
        p = s * (across * q * (q - r) - (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    p, q = (p, -q) if p > 0 else (-p, q)
    short = p < 0.75 * across * q - abs(least * q) / 2 and p < abs(last * q / 2)
    return p / q if short else across / 2
