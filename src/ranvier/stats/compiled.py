"""The search for the highest maximum of the likelihood of tau2, compiled by Numba.

Only imported where Numba is installed and there is much to do (:mod:`ranvier.stats.maximum`). The
formulas are those of :mod:`ranvier.stats.likelihood`, one data set after the other.
"""

# Numba has no stubs: what it hands back has no types for pyright.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingParameterType=false, reportMissingImports=false

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Method
from ranvier.stats.least_squares import Batch

__all__ = ["search"]

#: Sums may be taken in any order, which lets them run in the processor's vector registers.
FAST = {"reassoc", "contract", "nsz"}


def search(
    batch: Batch,
    method: Method,
    lowest: Vector,
    upper: Vector,
    scan: tuple[float, int, int],
    settled: float,
) -> tuple[Vector, NDArray[np.intp]]:
    """Find one maximum of each data set, and how many there are.

    ``scan`` is the factor between points in t + min v, the fewest and the most points; ``settled``
    is the last step of Newton's method, as a share of t + min v. The result is the highest maximum
    only where there is one.
    """
    tau2, maxima = np.zeros(len(lowest)), np.zeros(len(lowest), dtype=np.intp)
    apart, fewest, most = scan
    ends = (lowest, upper, apart, fewest, most, settled, method == "REML")
    if batch.mean:
        _search_means(batch.y, batch.v, batch.mask, *ends, tau2, maxima)
    else:
        _search_regressions(batch.y, batch.v, batch.X, batch.mask, *ends, tau2, maxima)
    return tau2, maxima


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _score_of_mean(y, v, w, n, t, reml):
    """The score at t and its slope, for one mean; ``w`` is room for the weights."""
    s1 = s2 = s3 = sy = 0.0
    for i in range(n):
        x = 1.0 / (v[i] + t)
        w[i] = x
        s1 += x
        s2 += x * x
        s3 += x * x * x
        sy += x * y[i]
    mean = sy / s1
    a = b = c = 0.0
    for i in range(n):
        u = w[i] * (y[i] - mean)
        a += u * u
        b += w[i] * u * u
        c += w[i] * u
    f, bend = a - s1, s2 - 2.0 * (b - c * c / s1)
    if reml:
        f += s2 / s1
        bend += (s2 / s1) ** 2 - 2.0 * s3 / s1
    return f, bend


@njit(cache=True, error_model="numpy")
def _points(lowest, upper, apart, fewest, most):
    needed = math.ceil(math.log(upper / lowest + 1.0) / math.log(apart))
    return min(max(needed, fewest), most)


@njit(cache=True, error_model="numpy")
def _next(t, low, high, f, bend, floor, settled):
    """One step of Newton's method between two bounds: the new t, and whether it is the root."""
    if f == 0.0:
        return t, True
    if bend < 0.0:
        step = -f / bend
        if abs(step) <= settled * (t + floor):
            return min(max(t + step, low), high), True
        if low < t + step < high:
            return t + step, False
    middle = 0.5 * (low + high)
    return middle, middle in (low, high)


@njit(cache=True, error_model="numpy")
def _search_means(
    y,
    v,
    mask,
    lowest,
    upper,
    apart,
    fewest,
    most,
    settled,
    reml,
    tau2,
    maxima,
):
    sets, k = mask.shape
    yi, vi, w = np.empty(k), np.empty(k), np.empty(k)
    for s in range(sets):
        n = 0
        for i in range(k):
            if mask[s, i]:
                yi[n], vi[n] = y[s, i], v[s, i]
                n += 1
        points = _points(lowest[s], upper[s], apart, fewest, most)
        factor = (upper[s] / lowest[s] + 1.0) ** (1.0 / points)
        before, _ = _score_of_mean(yi, vi, w, n, 0.0, reml)
        low, found, scaled = 0.0, 0 if before > 0.0 else 1, 1.0
        for g in range(1, points + 1):
            scaled *= factor
            high = lowest[s] * (scaled - 1.0) if g < points else upper[s]
            after, _ = _score_of_mean(yi, vi, w, n, high, reml)
            if before > 0.0 and after <= 0.0:
                found += 1
                if found == 1:
                    a, b = low, high
                    t = a + (b - a) * before / (before - after)
                    done = False
                    while not done:
                        f, bend = _score_of_mean(yi, vi, w, n, t, reml)
                        if f > 0.0:
                            a = t
                        else:
                            b = t
                        t, done = _next(t, a, b, f, bend, lowest[s], settled)
                    tau2[s] = t
            low, before = high, after
        maxima[s] = found


@njit(cache=True, error_model="numpy")
def _invert(A, p):
    """Invert a small positive definite matrix in place, by Gauss and Jordan without pivots."""
    for i in range(p):
        pivot = 1.0 / A[i, i]
        A[i, i] = 1.0
        for j in range(p):
            A[i, j] *= pivot
        for r in range(p):
            if r != i:
                factor = A[r, i]
                A[r, i] = 0.0
                for j in range(p):
                    A[r, j] -= factor * A[i, j]


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _score_of_regression(y, v, X, n, p, t, reml, M1, M2, M3, C, right, beta, pull):
    """The score at t and its slope, for p coefficients; the last arguments are room."""
    M1[:] = 0.0
    M2[:] = 0.0
    M3[:] = 0.0
    right[:] = 0.0
    s1 = s2 = 0.0
    for i in range(n):
        w = 1.0 / (v[i] + t)
        s1 += w
        s2 += w * w
        for a in range(p):
            wx = w * X[i, a]
            right[a] += wx * y[i]
            for b in range(a + 1):
                x = wx * X[i, b]
                M1[a, b] += x
                M2[a, b] += w * x
                M3[a, b] += w * w * x
    for a in range(p):
        for b in range(a):
            M1[b, a], M2[b, a], M3[b, a] = M1[a, b], M2[a, b], M3[a, b]
    _invert(M1, p)
    for a in range(p):
        beta[a] = 0.0
        pull[a] = 0.0
        for b in range(p):
            beta[a] += M1[a, b] * right[b]
    form = cube = 0.0
    for i in range(n):
        w = 1.0 / (v[i] + t)
        r = y[i]
        for a in range(p):
            r -= X[i, a] * beta[a]
        u = w * r
        form += u * u
        cube += w * u * u
        for a in range(p):
            pull[a] += w * X[i, a] * u
    f = form - s1
    bend = s2 - 2.0 * cube
    for a in range(p):
        for b in range(p):
            bend += 2.0 * pull[a] * M1[a, b] * pull[b]
    if reml:
        for a in range(p):
            for b in range(p):
                f += M1[a, b] * M2[a, b]
                bend -= 2.0 * M1[a, b] * M3[a, b]
                C[a, b] = 0.0
                for c in range(p):
                    C[a, b] += M1[a, c] * M2[c, b]
        for a in range(p):
            for b in range(p):
                bend += C[a, b] * C[b, a]
    return f, bend


@njit(cache=True, error_model="numpy")
def _search_regressions(
    y,
    v,
    X,
    mask,
    lowest,
    upper,
    apart,
    fewest,
    most,
    settled,
    reml,
    tau2,
    maxima,
):
    sets, k = mask.shape
    p = X.shape[2]
    yi, vi, xi = np.empty(k), np.empty(k), np.empty((k, p))
    M1, M2, M3, C = np.empty((p, p)), np.empty((p, p)), np.empty((p, p)), np.empty((p, p))
    right, beta, pull = np.empty(p), np.empty(p), np.empty(p)
    for s in range(sets):
        n = 0
        for i in range(k):
            if mask[s, i]:
                yi[n], vi[n] = y[s, i], v[s, i]
                for a in range(p):
                    xi[n, a] = X[s, i, a]
                n += 1
        points = _points(lowest[s], upper[s], apart, fewest, most)
        factor = (upper[s] / lowest[s] + 1.0) ** (1.0 / points)
        before, _ = _score_of_regression(
            yi, vi, xi, n, p, 0.0, reml, M1, M2, M3, C, right, beta, pull
        )
        low, found, scaled = 0.0, 0 if before > 0.0 else 1, 1.0
        for g in range(1, points + 1):
            scaled *= factor
            high = lowest[s] * (scaled - 1.0) if g < points else upper[s]
            after, _ = _score_of_regression(
                yi, vi, xi, n, p, high, reml, M1, M2, M3, C, right, beta, pull
            )
            if before > 0.0 and after <= 0.0:
                found += 1
                if found == 1:
                    a, b = low, high
                    t = a + (b - a) * before / (before - after)
                    done = False
                    while not done:
                        f, bend = _score_of_regression(
                            yi, vi, xi, n, p, t, reml, M1, M2, M3, C, right, beta, pull
                        )
                        if f > 0.0:
                            a = t
                        else:
                            b = t
                        t, done = _next(t, a, b, f, bend, lowest[s], settled)
                    tau2[s] = t
            low, before = high, after
        maxima[s] = found
