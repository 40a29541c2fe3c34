"""Roots of many functions at once, bracketed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Vector

__all__ = ["find_root", "find_roots"]

#: Bisection alone needs some 60 halvings of a double, more if the root is near 0.
MAX_STEPS = 500


def find_roots(f: Callable[[Vector], Vector], lower: Vector, upper: Vector) -> Vector:
    """Find where each of many functions changes sign, to the last digits of a double.

    Parameters
    ----------
    f : callable
        Takes one argument a function, shape (B,); returns the B values.
    lower, upper : Vector, shape (B,)
        Ends between which the sign changes; an end where the value is 0 is a root.

    Returns
    -------
    Vector, shape (B,)
        The roots.

    Raises
    ------
    ConvergenceError
        If a sign does not change, or the interval does not close.

    References
    ----------
    Chandrupatla TR (1997). A new hybrid quadratic/bisection algorithm for finding the zero of a
    nonlinear function without using derivatives. Advances in Engineering Software 28:145-149.
    doi:10.1016/S0965-9978(96)00051-8

    Examples
    --------
    >>> find_roots(lambda x: x**2 - np.array([2.0, 9.0]), np.zeros(2), np.full(2, 10.0)).round(6)
    array([1.414214, 3.      ])
    """
    a, b = np.array(upper, dtype=np.float64), np.array(lower, dtype=np.float64)
    fa, fb = f(a), f(b)
    c, fc = a.copy(), fa.copy()
    if bool((fa * fb > 0).any()):
        raise ConvergenceError("No change of sign between the bounds.", last=float(b[0]))
    t = np.full_like(a, 0.5)
    for _ in range(MAX_STEPS):
        x = a + t * (b - a)
        fx = f(x)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        tolerance = 4 * np.finfo(np.float64).eps * np.abs(best) + 1e-300
        done = (width <= tolerance) | (fa == 0) | (fb == 0)
        if bool(done.all()):
            return np.where(fa == 0, a, np.where(fb == 0, b, best))
        t = _next_fraction(a, b, c, fa, fb, fc)
        edge = np.minimum(0.5, 0.5 * tolerance / np.maximum(width, 1e-300))
        t = np.where(done, 0.0, np.clip(t, edge, 1 - edge))
    raise ConvergenceError("The root was not found.", last=float(a[0]))


def _next_fraction(a: Vector, b: Vector, c: Vector, fa: Vector, fb: Vector, fc: Vector) -> Vector:
    """Inverse quadratic interpolation where Chandrupatla's condition allows it, else the middle."""
    with np.errstate(divide="ignore", invalid="ignore"):
        xi = (a - b) / (c - b)
        phi = (fa - fb) / (fc - fb)
        allowed = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(allowed & np.isfinite(step), step, 0.5)


def find_root(f: Callable[[float], float], lower: float, upper: float) -> float:
    """Find where one function of one number changes sign.

    Examples
    --------
    >>> round(find_root(lambda x: x**3 - 8, 0, 5), 6)
    2.0
    """
    one = find_roots(lambda x: np.array([f(float(x[0]))]), np.array([lower]), np.array([upper]))
    return float(one[0])
